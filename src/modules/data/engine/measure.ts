import type { DuckDBConnection } from '@duckdb/node-api'
import { keyOf } from './columns.ts'
import type { ColumnMeasure, MeasureAnswer, MeasureRequest } from './plan.ts'
import { keyOfType, relation } from './query.ts'
import { rowsOf } from './reading.ts'

const BATCH = 20

/** What is left of Chinese text that was read in the wrong encoding. */
const broken = (c: string) => `contains(${c}, '\uFFFD') OR contains(${c}, '锟斤拷') OR contains(${c}, '烫烫烫')`

/** Counts in one column what its quality is judged by. */
function factsOf(request: MeasureRequest, column: number): string[] {
  const c = `c${column}`
  const isMixed = request.mixed.includes(column)
  return [
    `count(*) FILTER (${broken(c)})`,
    request.exact.includes(column) ? `count(DISTINCT ${c})` : 'NULL',
    isMixed ? `count(${keyOf('number', c)})` : '0',
    isMixed ? `count(${keyOfType('date', c)})` : '0',
  ]
}

/** Rows that repeat an earlier one in every column. */
async function duplicatesOf(connection: DuckDBConnection, { table }: MeasureRequest): Promise<number> {
  const all = table.names.map((_, i) => i)
  const row = `hash(${all.map(i => `c${i}`).join(', ')})`
  const [found] = await rowsOf(connection, {
    sql: `SELECT count(*) - count(DISTINCT ${row}) FROM ${relation(table, all)}`,
    values: [],
  })
  return Number(found?.[0] ?? 0)
}

/** Counts what the quality of a version is judged by, each column once. */
export async function measure(connection: DuckDBConnection, request: MeasureRequest): Promise<MeasureAnswer> {
  const { table } = request
  const columns: ColumnMeasure[] = []
  for (let first = 0; first < table.names.length; first += BATCH) {
    const batch = table.names.slice(first, first + BATCH).map((_, i) => first + i)
    const facts = batch.map(column => factsOf(request, column))
    const [found = []] = await rowsOf(connection, {
      sql: `SELECT ${facts.flat().join(', ')} FROM ${relation(table, batch)}`,
      values: [],
    })
    let next = 0
    for (const _ of batch) {
      const [bad, distinct, numbers, days] = found.slice(next, next + 4)
      next += 4
      columns.push({
        broken: Number(bad ?? 0),
        distinct: distinct === null || distinct === undefined ? null : Number(distinct),
        numbers: Number(numbers ?? 0),
        days: Number(days ?? 0),
      })
    }
  }
  return { columns, duplicates: request.isDuplicatesSought ? await duplicatesOf(connection, request) : null }
}
