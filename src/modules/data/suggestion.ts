import type { Rx } from '../../kernel/command.ts'
import type { ColumnFacts, ColumnNote } from './model.ts'
import type { DataVersionRow } from './schema.ts'

/** A note that is proposed for a column; the owner decides. Only what was read: nothing is made up. */
export interface NoteSuggestion {
  readonly name: string
  readonly unit: string | null
  readonly meaning: string | null
  readonly isSensitive: boolean | null
  /** `earlier`: what the owner said of the column of that name before; `name`: written in the column's name */
  readonly source: 'earlier' | 'name'
  /** the earlier version, where it comes from one */
  readonly dataVersionId: string | null
}

/** Units that stand in names of columns, as they are usually written. */
const knownUnits = new Set(
  `℃ °C °F K % ‰ 度 元 千元 万元 亿元 美元 吨 万吨 千克 公斤 克 毫克 kg g mg t m km cm mm μm 米 千米 公里 厘米 毫米 m² m2 km² km2 m³ m3
  平方米 平方千米 平方公里 立方米 亩 公顷 hm² 升 毫升 L mL μg/m³ ug/m3 mg/m³ mg/L 小时 分钟 秒 天 日 周 月 年 h min s ms 人 户 家 辆 次 个
  台 件 条 kWh 千瓦时 万千瓦时 kW MW 千瓦 兆瓦 V A hPa kPa Pa MPa m/s km/h dB 人次 人/平方公里`.split(/\s+/),
)

const suffixes: Readonly<Record<string, string>> = {
  kg: 'kg',
  km: 'km',
  cm: 'cm',
  mm: 'mm',
  kwh: 'kWh',
  mwh: 'MWh',
  pct: '%',
  percent: '%',
  cny: '元',
  yuan: '元',
}

/** The unit that a column's name says: in brackets at its end, or as a usual ending (`weight_kg`); else undefined. */
export function unitInName({ name, type }: Pick<ColumnFacts, 'name' | 'type'>): string | undefined {
  if (type !== 'integer' && type !== 'decimal') return undefined
  const bracketed = /[（(［[【]\s*(?:单位[:：]\s*)?([^（()）［[\]］【】]{1,12})\s*[)）\]］】]\s*$/u
    .exec(name)?.[1]
    ?.trim()
  if (bracketed !== undefined) return knownUnits.has(bracketed) ? bracketed : undefined
  const ending = /[_\s-]([a-z]+)$/i.exec(name)?.[1]?.toLowerCase()
  return ending === undefined || !Object.hasOwn(suffixes, ending) ? undefined : suffixes[ending]
}

interface Earlier {
  readonly id: string
  readonly notes: Readonly<Record<string, ColumnNote>>
}

/** Notes of the own organisation's other confirmed versions, the one confirmed last first. */
async function earlierNotes(rx: Rx, row: DataVersionRow): Promise<Earlier[]> {
  const rows = await rx.sql<{ id: string; notes: string | Earlier['notes'] }[]>`
    select id, notes from data.data_version
    where organization_id = ${row.organizationId} and id <> ${row.id} and state = 'confirmed' and notes <> '{}'::jsonb
    order by confirmed_at desc limit 50`
  return rows.map(({ id, notes }) => ({ id, notes: typeof notes === 'string' ? JSON.parse(notes) : notes }))
}

const says = ({ unit, meaning, isSensitive }: ColumnNote): boolean => Boolean(unit || meaning || isSensitive)

/**
 * What may be said of the columns that nothing is said of yet: the owner's own words for a column of the same name in an
 * earlier file, else the unit that the name carries.
 */
export async function suggestNotes(rx: Rx, row: DataVersionRow): Promise<NoteSuggestion[]> {
  const open = (row.columns ?? []).filter(({ name }) => !Object.hasOwn(row.notes, name) || !says(row.notes[name]!))
  if (open.length === 0) return []
  const earlier = await earlierNotes(rx, row)
  return open.flatMap((column): NoteSuggestion[] => {
    const { name } = column
    const found = earlier.find(({ notes }) => Object.hasOwn(notes, name) && says(notes[name]!))
    const note = found?.notes[name]
    if (found && note)
      return [
        {
          name,
          unit: note.unit ?? null,
          meaning: note.meaning ?? null,
          isSensitive: note.isSensitive ?? null,
          source: 'earlier',
          dataVersionId: found.id,
        },
      ]
    const unit = unitInName(column)
    return unit ? [{ name, unit, meaning: null, isSensitive: null, source: 'name', dataVersionId: null }] : []
  })
}
