import type { DuckDBConnection } from '@duckdb/node-api'
import type { Cells, CompareAnswer, CompareRequest, Table } from './plan.ts'
import { ROW, relation } from './query.ts'
import { cellsOf, rowsOf } from './reading.ts'

type Side = 'before' | 'after'

const ask = (connection: DuckDBConnection, sql: string) => rowsOf(connection, { sql, values: [] })

const placesOf = ({ common }: CompareRequest, side: Side, of: readonly number[]) => of.map(i => common[i]?.[side] ?? 0)

const hashOf = (places: readonly number[]) => `hash(${places.map(place => `c${place}`).join(', ')})`

/** Rows that share their key with another, or lack it. */
async function repeatedIn(connection: DuckDBConnection, table: Table, key: readonly number[]): Promise<number> {
  const filled = key.map(place => `c${place} IS NOT NULL`).join(' AND ')
  const [found] = await ask(
    connection,
    `SELECT count(*) - count(DISTINCT ${hashOf(key)}) FILTER (${filled}) FROM ${relation(table, key)}`,
  )
  return Number(found?.[0] ?? 0)
}

/** Rows of one side with the hash of their key and of all their common values. */
function sideSql(request: CompareRequest, side: Side, key: readonly number[]): string {
  const all = placesOf(
    request,
    side,
    request.common.map((_, i) => i),
  )
  return `SELECT ${ROW} AS r, ${hashOf(placesOf(request, side, key))} AS k, ${hashOf(all)} AS h
    FROM ${relation(request[side], all)}`
}

/** The cells of some rows of one side, in the order of the common columns. */
const sampleOf = (connection: DuckDBConnection, request: CompareRequest, side: Side, rows: readonly number[]) =>
  cellsOf(
    connection,
    {
      table: request[side],
      columns: placesOf(
        request,
        side,
        request.common.map((_, i) => i),
      ),
    },
    rows,
  )

async function numbers(connection: DuckDBConnection, sql: string): Promise<number[][]> {
  return (await ask(connection, sql)).map(row => row.map(Number))
}

/** By a key: rows are the same thing when their keys are equal, and changed when anything else in them is not. */
async function byKey(
  connection: DuckDBConnection,
  request: CompareRequest,
  key: readonly number[],
): Promise<CompareAnswer> {
  await ask(
    connection,
    `CREATE TEMP TABLE d AS SELECT b.r AS before, a.r AS after
     FROM (${sideSql(request, 'before', key)}) b FULL JOIN (${sideSql(request, 'after', key)}) a ON a.k = b.k
     WHERE a.r IS NULL OR b.r IS NULL OR a.h <> b.h`,
  )
  const [[added = 0, removed = 0, changed = 0] = []] = await numbers(
    connection,
    `SELECT count(*) FILTER (before IS NULL), count(*) FILTER (after IS NULL), count(*) FILTER (before + after >= 0) FROM d`,
  )
  const some = (what: string, order: Side) =>
    numbers(connection, `SELECT before, after FROM d WHERE ${what} ORDER BY ${order} LIMIT ${request.samples}`)
  const addedRows = (await some('before IS NULL', 'after')).map(([, after = 0]) => after)
  const removedRows = (await some('after IS NULL', 'before')).map(([before = 0]) => before)
  const pairs = await some('before + after >= 0', 'after')
  const [before, after] = [
    await sampleOf(
      connection,
      request,
      'before',
      pairs.map(([row = 0]) => row),
    ),
    await sampleOf(
      connection,
      request,
      'after',
      pairs.map(([, row = 0]) => row),
    ),
  ]
  return {
    key,
    added,
    removed,
    changed,
    same: request.before.rows - removed - changed,
    addedSample: await sampleOf(connection, request, 'after', addedRows),
    removedSample: await sampleOf(connection, request, 'before', removedRows),
    changedSample: before.map((cells, i) => ({ before: cells, after: after[i] ?? ([] as Cells) })),
  }
}

/** Without a key: how often each row stands in the one and in the other; nothing can be called changed. */
async function byRow(connection: DuckDBConnection, request: CompareRequest): Promise<CompareAnswer> {
  const all = request.common.map((_, i) => i)
  const counted = (side: Side) =>
    `SELECT h, count(*) AS n, min(r) AS r FROM (${sideSql(request, side, all)}) GROUP BY h`
  await ask(
    connection,
    `CREATE TEMP TABLE d AS SELECT b.r AS before, a.r AS after, coalesce(a.n, 0) - coalesce(b.n, 0) AS more
     FROM (${counted('before')}) b FULL JOIN (${counted('after')}) a ON a.h = b.h
     WHERE coalesce(a.n, 0) <> coalesce(b.n, 0)`,
  )
  const [[added = 0, removed = 0] = []] = await numbers(
    connection,
    `SELECT coalesce(sum(more) FILTER (more > 0), 0), coalesce(-sum(more) FILTER (more < 0), 0) FROM d`,
  )
  const some = async (what: string, side: Side) =>
    (await numbers(connection, `SELECT ${side} FROM d WHERE ${what} ORDER BY 1 LIMIT ${request.samples}`)).flat()
  return {
    key: [],
    added,
    removed,
    changed: 0,
    same: request.before.rows - removed,
    addedSample: await sampleOf(connection, request, 'after', await some('more > 0', 'after')),
    removedSample: await sampleOf(connection, request, 'before', await some('more < 0', 'before')),
    changedSample: [],
  }
}

const nothing = { added: 0, removed: 0, changed: 0, same: 0, addedSample: [], removedSample: [], changedSample: [] }

/** What rows one table has that the other has not, and which changed. Rows and keys are told apart by 64-bit hashes. */
export async function compare(connection: DuckDBConnection, request: CompareRequest): Promise<CompareAnswer> {
  if (request.common.length === 0)
    return { ...nothing, key: [], added: request.after.rows, removed: request.before.rows }
  for (const key of request.keys) {
    const before = await repeatedIn(connection, request.before, placesOf(request, 'before', key))
    const after = await repeatedIn(connection, request.after, placesOf(request, 'after', key))
    if (before + after === 0) return byKey(connection, request, key)
    if (request.isKeyNamed) return { ...nothing, key, repeated: { before, after } }
  }
  return byRow(connection, request)
}
