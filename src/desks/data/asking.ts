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

/** Where a version's rows are read, and where they are had as a file: by its owner, or by anybody. */
export interface Place {
  readonly page: string
  readonly file: string
  /** the operation of the API that gives the file */
  readonly operation: string
}

/** The rows of an own version. */
export const ownPlace = (id: string): Place => ({
  page: `/data-versions/${id}/rows`,
  file: `/api/v1/data-versions/${id}/export`,
  operation: 'data/operation/exportRows',
})

/** The rows of an opened entry. */
export const openPlace = (id: string): Place => ({
  page: `/resources/${id}/data`,
  file: `/api/v1/resources/${id}/export`,
  operation: 'resources/operation/exportResourceRows',
})

/** The address of a page of rows. */
export const addressOf = ({ page }: Place, { filters, sort, offset, from }: Asking): string => {
  const parts = new URLSearchParams([
    ...filters.map(each => ['filter', each]),
    ...sort.map(each => ['sort', each]),
    ...(offset > 0 ? [['offset', String(offset)]] : []),
    ...(from > 0 ? [['from', String(from)]] : []),
  ])
  return `${page}${parts.size > 0 ? `?${parts}` : ''}`
}

/** The same rows as a file. */
export const exportAddress = ({ file }: Place, format: string, { filters, sort }: Asking): string =>
  `${file}?${new URLSearchParams([
    ['format', format],
    ...filters.map(each => ['filter', each]),
    ...sort.map(each => ['sort', each]),
  ])}`
