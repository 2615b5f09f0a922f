import { dateFormats, keyOf } from './columns.ts'
import type { Condition, Selection, Sorting, Table } from './plan.ts'
import { quoted } from './source.ts'
import type { ColumnType } from './types.ts'

/** A statement with its values apart: nothing that came from outside stands in the text. */
export interface Statement {
  readonly sql: string
  readonly values: readonly string[]
}

/** The number of a row in its file, from 0: what makes every order the same each time. */
export const ROW = 'file_row_number'

const dayFormats = dateFormats.replace(/\]$/, ", '%Y%m%d']")

/** The value by which cells of a column of this type are compared; null where a cell has none. */
export function keyOfType(type: ColumnType, c: string): string {
  if (type === 'integer' || type === 'decimal') return keyOf('number', c)
  if (type === 'date') return `CAST(try_strptime(${c}, ${dayFormats}) AS DATE)`
  return type === 'timestamp' ? keyOf('timestamp', c) : c
}

const sqlType = (type: ColumnType): string | undefined =>
  type === 'integer' || type === 'decimal'
    ? 'DOUBLE'
    : type === 'date'
      ? 'DATE'
      : type === 'timestamp'
        ? 'TIMESTAMP'
        : undefined

/** Where the given columns of a table are read from, together with `ROW`. */
export function relation(table: Table, columns: readonly number[]): string {
  const needed = table.parts.filter(
    ({ firstColumn, columns: n }, i) => i === 0 || columns.some(c => c >= firstColumn && c < firstColumn + n),
  )
  // the first part brings the numbers of rows; parts have the same rows in the same order
  const [first, ...others] = needed.map(({ path, firstColumn, columns: n }, i) => {
    if (i === 0) return `read_parquet(${quoted(path)}, file_row_number = true)`
    const here = [...new Set(columns)].filter(c => c >= firstColumn && c < firstColumn + n)
    return `(SELECT ${here.map(c => `c${c}`).join(', ')} FROM read_parquet(${quoted(path)}))`
  })
  return [first, ...others].join(' POSITIONAL JOIN ')
}

const comparisons = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/**
 * One condition as SQL. `eq`, `in` and the comparisons go by the column's type (1.50 equals 1.5, days in order of time);
 * text in the order of its characters. `ne` takes cells without a value too. `contains` and `starts` look at the text as
 * it stands, whatever the type, and know no difference between small and large letters.
 */
function conditionSql(
  { column, operator, values }: Condition,
  types: readonly ColumnType[],
  bind: (v: string) => string,
) {
  const c = `c${column}`
  const type = types[column] ?? 'text'
  const as = sqlType(type)
  const key = keyOfType(type, c)
  const value = (i: number) => (as ? `CAST(${bind(values[i]!)} AS ${as})` : bind(values[i]!))
  switch (operator) {
    case 'eq':
      return `${key} = ${value(0)}`
    case 'ne':
      return `${key} IS DISTINCT FROM ${value(0)}`
    case 'contains':
      return `contains(lower(${c}), lower(${bind(values[0]!)}))`
    case 'starts':
      return `starts_with(lower(${c}), lower(${bind(values[0]!)}))`
    case 'between':
      return `${key} BETWEEN ${value(0)} AND ${value(1)}`
    case 'in':
      return `${key} IN (${values.map((_, i) => value(i)).join(', ')})`
    case 'null':
      return `${c} IS NULL`
    case 'filled':
      return `${c} IS NOT NULL`
    default:
      return `${key} ${comparisons[operator]} ${value(0)}`
  }
}

/** The conditions of a selection, all of which a row must meet. */
export function where({ conditions, table }: Pick<Selection, 'conditions' | 'table'>, values: string[]): string {
  const bind = (value: string) => `$${values.push(value)}`
  const parts = conditions.map(each => `(${conditionSql(each, table.types, bind)})`)
  return parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : ''
}

/** The order of rows: as asked, cells without a value last, and rows that are equal in it as they stand in the file. */
export const orderBy = (sorts: readonly Sorting[], types: readonly ColumnType[]): string =>
  `ORDER BY ${[
    ...sorts.map(
      ({ column, isDescending }) =>
        `${keyOfType(types[column] ?? 'text', `c${column}`)} ${isDescending ? 'DESC' : 'ASC'} NULLS LAST`,
    ),
    ROW,
  ].join(', ')}`

const usedBy = ({ conditions, sorts }: Pick<Selection, 'conditions' | 'sorts'>) =>
  [...conditions, ...sorts].map(({ column }) => column)

/** How many rows meet the conditions. */
export function countStatement(selection: Selection): Statement {
  const values: string[] = []
  const sql = `SELECT count(*) FROM ${relation(selection.table, usedBy(selection))} ${where(selection, values)}`
  return { sql, values }
}

/** The numbers of the rows of one page. */
export function pageStatement(selection: Selection, offset: number, limit: number): Statement {
  const values: string[] = []
  const from = relation(selection.table, usedBy(selection))
  const sql = `SELECT ${ROW} FROM ${from} ${where(selection, values)} ${orderBy(selection.sorts, selection.table.types)}
    LIMIT ${limit} OFFSET ${offset}`
  return { sql, values }
}

/** Cells of previews are cut after this many characters; an export has them whole. */
export const SHOWN_CELL = 2000

/** The cells of rows by their numbers, from one part, as text; the number of the row comes first. */
export function cellsStatement(path: string, columns: readonly number[], rows: readonly number[]): Statement {
  const [first = 0] = rows
  const isRun = rows.every((row, i) => row === first + i)
  const which = isRun ? `${ROW} BETWEEN ${first} AND ${first + rows.length - 1}` : `${ROW} IN (${rows.join(', ')})`
  const cells = columns.map(
    column =>
      `CASE WHEN length(c${column}) > ${SHOWN_CELL} THEN left(c${column}, ${SHOWN_CELL}) || '…' ELSE c${column} END`,
  )
  return {
    sql: `SELECT ${[ROW, ...cells].join(', ')} FROM read_parquet(${quoted(path)}, file_row_number = true) WHERE ${which}`,
    values: [],
  }
}
