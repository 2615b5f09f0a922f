import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'

type Row = Readonly<Record<string, string>>
/** A table that a demo's vendor computed from a sample file: each row is derived, none made up. */
export type Table = readonly Readonly<Record<string, string | number | null>>[]

const samples = new URL('../../templates/samples/', import.meta.url)
const rowsOf = (file: string): Row[] => parse(readFileSync(new URL(file, samples), 'utf8'), { columns: true })

interface Day {
  readonly date: string
  readonly rain: number
  readonly max: number
  readonly min: number
  readonly wind: number
  readonly kind: string
}

const daysOf = (): Day[] =>
  rowsOf('seattle-weather.csv').map(row => ({
    date: row.date!,
    rain: Number(row.precipitation),
    max: Number(row.temp_max),
    min: Number(row.temp_min),
    wind: Number(row.wind),
    kind: row.weather!,
  }))

const round = (value: number, digits = 1): number => Number(value.toFixed(digits))
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]): number => round(sum(values) / values.length)

/** Daily rain with what it adds up to over 7 and 30 days, and for how many days none has fallen. */
export function rainHazard(): Table {
  const days = daysOf()
  let dry = 0
  return days.map(({ date, rain }, at) => {
    dry = rain === 0 ? dry + 1 : 0
    const last = (count: number) => round(sum(days.slice(Math.max(0, at - count + 1), at + 1).map(day => day.rain)))
    return { date, precipitation: rain, rain_7_days: last(7), rain_30_days: last(30), dry_days: dry }
  })
}

/** Month by month what wind and sun offer, and how much heating and cooling the temperature asks for (base 18 ℃). */
export function energyMonths(): Table {
  const byMonth = Map.groupBy(daysOf(), day => day.date.slice(0, 7))
  return [...byMonth].map(([month, days]) => {
    const winds = days.map(day => day.wind).sort((a, b) => a - b)
    const middles = days.map(day => (day.max + day.min) / 2)
    return {
      month,
      wind_mean: mean(winds),
      wind_p90: winds[Math.floor(winds.length * 0.9)]!,
      days_wind_over_4: winds.filter(wind => wind >= 4).length,
      sunny_days: days.filter(day => day.kind === 'sun').length,
      heating_degree_days: round(sum(middles.map(middle => Math.max(0, 18 - middle)))),
      cooling_degree_days: round(sum(middles.map(middle => Math.max(0, middle - 18)))),
    }
  })
}

/** Day by day whether it suits being outdoors: dry, neither cold nor hot, little wind. */
export const travelDays = (): Table =>
  daysOf().map(({ date, rain, max, min, wind, kind }) => {
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
    return {
      date,
      weekday: weekday === 0 ? 7 : weekday,
      weather: kind,
      temp_mean: round((max + min) / 2),
      is_dry: rain === 0 ? 'true' : 'false',
      is_comfortable: rain === 0 && max >= 12 && max <= 28 && wind < 6 ? 'true' : 'false',
    }
  })

/** Unbroken spells of rain: when, how long, how much in all and on the worst day. */
export function rainSpells(): Table {
  const spells: Day[][] = []
  let isOpen = false
  for (const day of daysOf()) {
    if (day.rain > 0) {
      if (isOpen) spells.at(-1)!.push(day)
      else spells.push([day])
    }
    isOpen = day.rain > 0
  }
  return spells.map((spell, at) => {
    const rains = spell.map(day => day.rain)
    return {
      spell_no: at + 1,
      start_date: spell[0]!.date,
      end_date: spell.at(-1)!.date,
      days: spell.length,
      total_mm: round(sum(rains)),
      peak_mm: Math.max(...rains),
    }
  })
}

/** Daily temperatures with their range, the change since the day before, and whether a cold or hot spell was on. */
export function temperatureSeries(): Table {
  const days = daysOf()
  return days.map(({ date, max, min }, at) => {
    const before = days[at - 1]
    const change = before ? round((max + min - before.max - before.min) / 2) : null
    const kind = max >= 30 ? 'hot' : min <= 0 ? 'frost' : change !== null && change <= -5 ? 'cold-snap' : 'none'
    return {
      date,
      temp_max: max,
      temp_min: min,
      daily_range: round(max - min),
      change_from_previous: change,
      spell: kind,
    }
  })
}

interface Place {
  readonly code: string
  readonly name: string
  readonly level: string
  readonly parent: string
}

const places = (): Place[] => rowsOf('shanxi-divisions.csv') as unknown as Place[]

/** Above each place, from the province down. */
function pathsOf(all: readonly Place[]): (place: Place) => Place[] {
  const byCode = new Map(all.map(place => [place.code, place]))
  const up = (place: Place): Place[] => {
    const parent = byCode.get(place.parent)
    return parent ? [...up(parent), place] : [place]
  }
  return up
}

const suffixes = ['自治县', '示范区', '开发区', '街道', '地区', '矿区', '省', '市', '县', '区', '镇', '乡'] as const
const suffixOf = (name: string): string => suffixes.find(suffix => name.endsWith(suffix)) ?? ''

/** One line for each township with all that stands above it. */
export function wideDivisions(): Table {
  const all = places()
  const up = pathsOf(all)
  return all
    .filter(place => place.level === 'township')
    .map(place => {
      const [province, city, county] = up(place)
      return {
        township_code: place.code,
        township: place.name,
        county_code: county!.code,
        county: county!.name,
        city_code: city!.code,
        city: city!.name,
        province: province!.name,
      }
    })
}

/** County by county how many streets, towns and townships there are. */
export function countyMakeup(): Table {
  const all = places()
  const up = pathsOf(all)
  const below = Map.groupBy(all, place => place.parent)
  return all
    .filter(place => place.level === 'county')
    .map(place => {
      const within = below.get(place.code) ?? []
      const count = (suffix: string) => within.filter(each => suffixOf(each.name) === suffix).length
      return {
        county_code: place.code,
        county: place.name,
        city: up(place)[1]!.name,
        streets: count('街道'),
        towns: count('镇'),
        townships: count('乡'),
        all_townships: within.length,
      }
    })
}

/** City by city: counties, townships, and which part of the townships is urban. */
export function cityMakeup(): Table {
  const counties = countyMakeup()
  const byCity = Map.groupBy(counties, row => String(row.city))
  return [...byCity].map(([city, rows]) => {
    const total = (key: string) => sum(rows.map(row => Number(row[key])))
    const streets = total('streets')
    const all = total('all_townships')
    return {
      city,
      counties: rows.length,
      townships: all,
      streets,
      urban_share_percent: round((streets / all) * 100),
      largest_county: rows.reduce((a, b) => (Number(b.all_townships) > Number(a.all_townships) ? b : a)).county!,
    }
  })
}

/** Full standard address of every division, from the province down. */
export function standardAddresses(): Table {
  const all = places()
  const up = pathsOf(all)
  return all.map(place => ({
    code: place.code,
    standard_address: up(place)
      .map(each => each.name)
      .join(''),
    level: place.level,
    depth: up(place).length,
  }))
}

/** Every name with its stem and kind, and how many divisions share it: what one must know to match addresses. */
export function nameLexicon(): Table {
  const all = places()
  const same = Map.groupBy(all, place => place.name)
  return [...same]
    .map(([name, found]) => ({
      name,
      stem: name.slice(0, name.length - suffixOf(name).length) || name,
      suffix: suffixOf(name),
      divisions: found.length,
      is_ambiguous: found.length > 1 ? 'true' : 'false',
      codes: found.map(place => place.code).join(' '),
    }))
    .sort((a, b) => b.divisions - a.divisions || (a.name < b.name ? -1 : 1))
}
