import type { DuckDBConnection } from '@duckdb/node-api'
import type { Cells, RowsAnswer, RowsRequest } from './plan.ts'
import { cellsStatement, countStatement, pageStatement, type Statement } from './query.ts'

/** More characters than this are no page that anybody reads. */
const MOST_CHARACTERS = 8_000_000

/** A page whose cells are too large to be sent. */
export class TooLarge extends Error {}

/** A cell that a workbook cannot hold. */
export class CellTooLong extends Error {
  readonly column: string
  constructor(column: string) {
    super(`a value of ${column} is too long for a cell`)
    this.column = column
  }
}

export async function rowsOf(connection: DuckDBConnection, { sql, values }: Statement): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(sql, [...values])
  return reader.getRowsJson() as unknown[][]
}

export const cell = (value: unknown): string | null => (value === null || value === undefined ? null : String(value))

/** The numbers of the rows of a page, in its order. */
async function rowNumbers(connection: DuckDBConnection, request: RowsRequest, total: number): Promise<number[]> {
  const { offset, limit, conditions, sorts } = request
  const count = Math.max(0, Math.min(limit, total - offset))
  if (count === 0) return []
  if (conditions.length === 0 && sorts.length === 0) return Array.from({ length: count }, (_, i) => offset + i)
  return (await rowsOf(connection, pageStatement(request, offset, limit))).map(([row]) => Number(row))
}

/** The cells of rows in the order of their numbers, from as many parts as the columns lie in. */
export async function cellsOf(
  connection: DuckDBConnection,
  { table, columns }: Pick<RowsRequest, 'table' | 'columns'>,
  rows: readonly number[],
): Promise<Cells[]> {
  const places = new Map(rows.map((row, i) => [row, i]))
  const cells = rows.map((): (string | null)[] => Array.from({ length: columns.length }, () => null))
  let characters = 0
  for (const { path, firstColumn, columns: width } of table.parts) {
    const here = [...columns.entries()].filter(([, c]) => c >= firstColumn && c < firstColumn + width)
    if (here.length === 0 || rows.length === 0) continue
    const statement = cellsStatement(
      path,
      here.map(([, c]) => c),
      rows,
    )
    for (const [row, ...found] of await rowsOf(connection, statement)) {
      const into = cells[places.get(Number(row)) ?? -1]
      for (const [i, [place]] of here.entries()) {
        const value = cell(found[i])
        characters += value?.length ?? 0
        if (into) into[place] = value
      }
      if (characters > MOST_CHARACTERS) throw new TooLarge('the page is too large')
    }
  }
  return cells
}

/** One page of rows, and how many there are of them. */
export async function readRows(connection: DuckDBConnection, request: RowsRequest): Promise<RowsAnswer> {
  const { conditions, table } = request
  const total =
    conditions.length === 0 ? table.rows : Number((await rowsOf(connection, countStatement(request)))[0]?.[0] ?? 0)
  return { total, rows: await cellsOf(connection, request, await rowNumbers(connection, request, total)) }
}
