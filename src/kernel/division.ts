import { readFileSync } from 'node:fs'

export type DivisionLevel = 'province' | 'city' | 'county'

/** An administrative division of China: a GB/T 2260 code with its names. */
export interface Division {
  readonly code: string
  readonly name: string
  /** Given for provinces and for the cities of the home province. */
  readonly nameEn?: string
  readonly level: DivisionLevel
  /** The code of the division above; provinces have none. */
  readonly parent?: string
}

function readDivisions(): ReadonlyMap<string, Division> {
  const file = new URL('../../templates/rules/divisions/divisions.csv', import.meta.url)
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n')
  return new Map(
    lines.map(line => {
      const [code = '', name = '', nameEn, level, parent] = line.split(',')
      if (!/^\d{6}$/.test(code) || !name || !['province', 'city', 'county'].includes(level ?? '')) {
        throw new Error(`divisions.csv has a line that is no division: ${line}`)
      }
      return [
        code,
        Object.freeze({
          code,
          name,
          level: level as DivisionLevel,
          ...(nameEn && { nameEn }),
          ...(parent && { parent }),
        }),
      ]
    }),
  )
}

const divisions = readDivisions()

/** The division with this six-digit code, or undefined where the table has none. */
export const division = (code: string): Division | undefined => divisions.get(code)

/** Every known division in the order of the codes. */
export const allDivisions = (): readonly Division[] => [...divisions.values()]

/** The digits that a code shares with everything inside it: 14 for a province, 1401 for a city, all six for a county. */
export const stemOf = (code: string): string => code.slice(0, 6).replace(/(00){1,2}$/, '')

/** The known division of a code of 6, 9 (township) or 12 (village) digits: its county, else its city, else its province. */
export function divisionOf(code: string): Division | undefined {
  if (!/^\d{6}(\d{3}|\d{6})?$/.test(code)) return undefined
  return division(code.slice(0, 6)) ?? division(`${code.slice(0, 4)}00`) ?? division(`${code.slice(0, 2)}0000`)
}

/** The city that a code lies in or is; undefined for a province and for places whose cities are not in the table. */
export const cityOf = (code: string): Division | undefined => {
  const city = divisionOf(code) && division(`${code.slice(0, 4)}00`)
  return city?.level === 'city' ? city : undefined
}

/** The province that a code lies in or is. */
export const provinceOf = (code: string): Division | undefined =>
  divisionOf(code) && division(`${code.slice(0, 2)}0000`)

/** Whether `code` (6, 9 or 12 digits) lies in the division `ancestor` (6 digits) or is it; false for what is no code. */
export const isWithin = (code: string, ancestor: string): boolean =>
  divisionOf(code) !== undefined && divisionOf(ancestor) !== undefined && code.startsWith(stemOf(ancestor))

/** All divisions below `code`, at every level, in the order of the codes; without `code` itself. */
export const divisionsUnder = (code: string): Division[] =>
  allDivisions().filter(d => d.code !== code && isWithin(d.code, code))
