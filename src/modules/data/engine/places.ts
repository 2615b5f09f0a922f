import type { DuckDBConnection } from '@duckdb/node-api'
import { allDivisions, division, divisionOf } from '../../../kernel/division.ts'
import { quoted } from './source.ts'

/** More different codes than the country has townships are no codes of places. */
const MOST_CODES = 60_000
const MOST_NAMES = 5_000
const SHARE_OF_CODES = 0.9
const SHARE_OF_NAMES = 0.5

/** Names as people write them, with and without the generic ending; a name of two places tells nothing. */
function namesToCodes(): ReadonlyMap<string, string> {
  const codes = new Map<string, string | undefined>()
  const add = (name: string, code: string) =>
    codes.set(name, codes.has(name) && codes.get(name) !== code ? undefined : code)
  for (const { code, name, level } of allDivisions()) {
    add(name, code)
    const short = name.replace(level === 'county' ? /(市|县)$/ : /(省|市|(壮族|回族|维吾尔)?自治区|特别行政区)$/, '')
    if (short !== name && short.length >= 2) add(short, code)
  }
  return new Map([...codes].flatMap(([name, code]) => (code ? [[name, code] as const] : [])))
}

const codesOfNames = namesToCodes()
const codeOfName = (value: string): string | undefined => codesOfNames.get(value)
const codeOfCode = (value: string): string | undefined => divisionOf(value)?.code

const CODE_NAME = /code|division|region|district|county|city|province|area|parent|编码|代码|区划|地区|省|市|县/i

/** How a column speaks of places, judged by its name and a sample of its values. */
export function placesIn(name: string, sample: readonly string[]): 'codes' | 'names' | undefined {
  const share = (known: (value: string) => unknown) =>
    sample.filter(value => known(value.trim()) !== undefined).length / Math.max(1, sample.length)
  // Many numbers of six digits begin like a province: without a name that says so, only codes in the table count.
  const known = CODE_NAME.test(name) ? divisionOf : (value: string) => division(value.slice(0, 6)) && divisionOf(value)
  if (share(known) >= SHARE_OF_CODES) return 'codes'
  if (share(codeOfName) >= SHARE_OF_NAMES) return 'names'
  return undefined
}

/** The known divisions among all values of one column (GB/T 2260, ascending). */
export async function divisionsOf(
  connection: DuckDBConnection,
  table: string,
  column: string,
  kind: 'codes' | 'names',
): Promise<string[]> {
  const value = kind === 'codes' ? `left(trim(${column}), 6)` : `trim(${column})`
  const most = kind === 'codes' ? MOST_CODES : MOST_NAMES
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT ${value} FROM read_parquet(${quoted(table)}) WHERE ${column} IS NOT NULL LIMIT ${most}`,
  )
  const known = kind === 'codes' ? codeOfCode : codeOfName
  const codes = reader.getRowsJson().map(([found]) => (typeof found === 'string' ? known(found) : undefined))
  return [...new Set(codes.filter(code => code !== undefined))].sort()
}
