import type { DuckDBConnection } from '@duckdb/node-api'
import {
  COLUMNS_PER_TABLE,
  type ColumnResult,
  EXACT_COLUMNS,
  IDENTIFIER_NAME,
  keyOf,
  SHOWN_CHARACTERS,
} from './columns.ts'
import { quoted } from './source.ts'
import type { Bucket, ColumnProfile, TopValue } from './types.ts'

/** Frequent values that are named, and the most different values a column may have for them to say anything. */
const TOP_VALUES = 5
const MOST_DISTINCT = 1000
const MOST_BUCKETS = 12
const DAY_MS = 86_400_000

/** How the values of a column are spread, as far as that can be shown without naming single ones. */
export type Spread = Pick<ColumnProfile, 'topValues' | 'histogram'>

/** Decimal notation without the noise of binary fractions. */
const decimal = (value: number): string => String(Number(value.toPrecision(12)))

/**
 * Round limits of at most twelve equal buckets from `low` to `high`: steps are 1, 2, 2.5 or 5 times a power of ten, and
 * whole numbers for whole values.
 */
export function numberLimits(low: number, high: number, isWhole: boolean): number[] {
  const width = (high - low) / MOST_BUCKETS
  const power = width > 0 ? 10 ** Math.floor(Math.log10(width)) : isWhole ? 1 : Math.abs(low) || 1
  const steps = [1, 2, 2.5, 5, 10, 20, 25].map(factor => Number((factor * power).toPrecision(12)))
  for (const step of steps) {
    if (isWhole && !Number.isInteger(step)) continue
    const first = Math.floor(low / step)
    const count = Math.floor(high / step) - first + 1
    if (count > MOST_BUCKETS) continue
    const limits = Array.from({ length: count + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
    // where the digits kept do not tell the limits apart, one bucket must do
    if (limits.every((limit, i) => i === 0 || limit > limits[i - 1]!)) return limits
  }
  return [low, high + (Math.abs(high) || 1)]
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The first day of a month counted from the year 0; `Date.UTC` would take the years before 100 for others. */
const firstDayOf = (month: number): string => dayOf(new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1))

/** First days of at most twelve calendar buckets (days, weeks, months, quarters, halves, years, …) from one day to another. */
export function dayLimits(from: string, to: string): string[] {
  const [first, last] = [Date.parse(from), Date.parse(to)]
  for (const days of [1, 7]) {
    const count = Math.floor((last - first) / DAY_MS / days) + 1
    if (count <= MOST_BUCKETS) return Array.from({ length: count + 1 }, (_, i) => dayOf(first + i * days * DAY_MS))
  }
  const months = (ms: number) => new Date(ms).getUTCFullYear() * 12 + new Date(ms).getUTCMonth()
  for (const step of [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 12_000, 120_000]) {
    const begin = Math.floor(months(first) / step)
    const count = Math.floor(months(last) / step) - begin + 1
    if (count <= MOST_BUCKETS) return Array.from({ length: count + 1 }, (_, i) => firstDayOf((begin + i) * step))
  }
  return []
}

/** Counts the keys between neighbouring limits; one pass over one column. */
async function bucketsOf(
  connection: DuckDBConnection,
  table: string,
  key: string,
  limits: readonly string[],
): Promise<Bucket[]> {
  const place = (value: string) => (limits[0]?.startsWith('DATE') ? `epoch(${value})` : `CAST(${value} AS DOUBLE)`)
  // The engine's bins include their upper limit and these buckets the lower one, so both are turned round.
  const bins = limits.map(limit => `-${place(limit)}`).reverse()
  const reader = await connection.runAndReadAll(
    `SELECT unnest(map_values(histogram(-${place('k')}, [${bins.join(', ')}])))
     FROM (SELECT ${key} AS k FROM read_parquet(${quoted(table)}))`,
  )
  const counts = reader.getRowsJson().slice(0, limits.length).reverse()
  const plain = (limit: string) => /'([^']+)'/.exec(limit)?.[1] ?? limit
  return limits.slice(1).map((to, i) => ({
    from: plain(limits[i] ?? ''),
    to: plain(to),
    count: Number(counts[i]?.[0] ?? 0),
  }))
}

/** The limits of a column's buckets as the engine writes them; none where its values have no order that tells anything. */
function limitsOf(column: ColumnProfile, { range }: ColumnResult): string[] {
  if (column.type === 'integer' || column.type === 'decimal') {
    const [low, high] = [Number(column.min), Number(column.max)]
    if (column.min === null || !Number.isFinite(low) || !Number.isFinite(high)) return []
    return numberLimits(low, high, column.type === 'integer').map(decimal)
  }
  if (!range || (column.type !== 'date' && column.type !== 'timestamp')) return []
  const limits = dayLimits(range.from.slice(0, 10), range.to.slice(0, 10))
  // years beyond four digits are written otherwise by the engine; nobody draws them
  return limits.every(limit => /^\d{4}-/.test(limit)) ? limits.map(limit => `DATE '${limit}'`) : []
}

/** Values that occur more than once, the most frequent first. */
async function topValuesOf(connection: DuckDBConnection, table: string, c: string): Promise<TopValue[]> {
  const reader = await connection.runAndReadAll(
    `SELECT left(${c}, ${SHOWN_CHARACTERS}), count(*) FROM read_parquet(${quoted(table)})
     WHERE ${c} IS NOT NULL GROUP BY ${c} HAVING count(*) > 1 ORDER BY 2 DESC, 1 LIMIT ${TOP_VALUES}`,
  )
  return reader.getRowsJson().map(([value, count]) => ({ value: String(value), count: Number(count) }))
}

/**
 * How the values of the first columns are spread. Columns that name things or people (codes, numbers of documents,
 * telephones) and columns whose values are mostly different are left out: there each value could be somebody.
 */
export async function spreadsOf(
  connection: DuckDBConnection,
  tables: readonly string[],
  columns: readonly ColumnProfile[],
  results: readonly ColumnResult[],
): Promise<Spread[]> {
  const spreads: Spread[] = []
  for (const [index, column] of columns.slice(0, EXACT_COLUMNS).entries()) {
    const result = results[index]
    const table = tables[Math.floor(index / COLUMNS_PER_TABLE)]
    const isNamed = IDENTIFIER_NAME.test(column.name)
    if (!result || table === undefined || isNamed || column.distinctCount === 0) {
      spreads.push({})
      continue
    }
    const limits = limitsOf(column, result)
    const isRepeated = column.distinctCount <= MOST_DISTINCT && ['text', 'boolean'].includes(column.type)
    if (limits.length > 1)
      spreads.push({ histogram: await bucketsOf(connection, table, keyOf(result.candidate, `c${index}`), limits) })
    else if (isRepeated) spreads.push({ topValues: await topValuesOf(connection, table, `c${index}`) })
    else spreads.push({})
  }
  return spreads
}
