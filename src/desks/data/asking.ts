import { type Static, Type } from 'typebox'
import { closed } from '../../kernel/wire.ts'
import { filterPart, filterText, type Operator, operators } from '../../modules/data/index.ts'

/** Columns of one page: more is no table that anybody reads; the others are a link away. */
export const columnsAtOnce = 40
export const rowsAtOnce = 50

/** What the page of rows reads from its address. */
export const query = {
  ...filterPart,
  /** a further condition, from the form without scripts */
  column: Type.Optional(Type.String({ maxLength: 1000 })),
  operator: Type.Optional(Type.String({ enum: [...operators] })),
  value: Type.Optional(Type.String({ maxLength: 2000 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  /** a row to begin with, counted from 1 as people count */
  row: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  from: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
}
const QueryShape = closed(query)
type Query = Static<typeof QueryShape>

/** What a page shows, as its address says. */
export interface Asking {
  readonly filters: readonly string[]
  readonly sort: readonly string[]
  readonly offset: number
  readonly from: number
}

/** The present conditions with the one that the form adds. */
export function askingOf({ filter = [], sort = [], column, operator, value, offset, row, from }: Query): Asking {
  const isUnary = operator === 'null' || operator === 'filled'
  const added =
    column !== undefined && operator !== undefined && (isUnary || value !== undefined)
      ? [
          isUnary || (operator !== 'in' && operator !== 'between')
            ? filterText({ column, operator: operator as Operator, values: [value ?? ''] })
            : `${column}:${operator}:${value}`,
        ]
      : []
  const filters = [...new Set([...filter, ...added])]
  return {
    filters,
    sort,
    offset: added.length > 0 ? 0 : row !== undefined ? row - 1 : (offset ?? 0),
    from: Math.floor((from ?? 0) / columnsAtOnce) * columnsAtOnce,
  }
}

/** The address of a page of rows. */
export const addressOf = (id: string, { filters, sort, offset, from }: Asking): string => {
  const parts = new URLSearchParams([
    ...filters.map(each => ['filter', each]),
    ...sort.map(each => ['sort', each]),
    ...(offset > 0 ? [['offset', String(offset)]] : []),
    ...(from > 0 ? [['from', String(from)]] : []),
  ])
  return `/data-versions/${id}/rows${parts.size > 0 ? `?${parts}` : ''}`
}

/** The same rows as a file. */
export const exportAddress = (id: string, format: string, { filters, sort }: Asking): string =>
  `/api/v1/data-versions/${id}/export?${new URLSearchParams([
    ['format', format],
    ...filters.map(each => ['filter', each]),
    ...sort.map(each => ['sort', each]),
  ])}`
