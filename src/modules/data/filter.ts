import type { FieldError } from '../../kernel/problem.ts'
import { invalidInput } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { NUMBER } from './engine/columns.ts'
import { type Condition, type Operator, operators, type Sorting } from './engine/plan.ts'
import type { ColumnType } from './engine/types.ts'

/** What is read of a version's rows: as it stands in an address. */
export interface RowsQuery {
  readonly filter?: readonly string[] | undefined
  readonly sort?: readonly string[] | undefined
  readonly columns?: readonly string[] | undefined
}

type Known = readonly { readonly name: string; readonly type: ColumnType | string }[]

export const mostFilters = 20
export const mostSorts = 3
const mostValues = 100

export const operatorWords: Readonly<Record<Operator, Text>> = {
  eq: text('等于', 'is'),
  ne: text('不等于', 'is not'),
  contains: text('包含', 'contains'),
  starts: text('开头是', 'begins with'),
  gt: text('大于', 'greater than'),
  gte: text('大于或等于', 'at least'),
  lt: text('小于', 'less than'),
  lte: text('小于或等于', 'at most'),
  between: text('介于', 'between'),
  in: text('属于', 'is one of'),
  null: text('为空', 'is empty'),
  filled: text('不为空', 'is not empty'),
}

/** The parts of a filter as an address has it: `column:operator:value`, several values parted by `|`. */
export interface ParsedFilter {
  readonly column: string
  readonly operator: Operator
  readonly values: readonly string[]
}

/** Values parted by `|`; a backslash before a sign takes it as it is. */
function splitValues(given: string): string[] {
  const values = ['']
  let isQuoted = false
  for (const sign of given) {
    if (!isQuoted && sign === '\\') isQuoted = true
    else {
      if (!isQuoted && sign === '|') values.push('')
      else values[values.length - 1] += sign
      isQuoted = false
    }
  }
  return values
}

const joinValues = (values: readonly string[]) => values.map(v => v.replace(/[\\|]/g, '\\$&')).join('|')

const hasList = (operator: Operator) => operator === 'in' || operator === 'between'

/** A filter as an address has it. */
export const filterText = ({ column, operator, values }: ParsedFilter): string =>
  operator === 'null' || operator === 'filled'
    ? `${column}:${operator}`
    : `${column}:${operator}:${hasList(operator) ? joinValues(values) : (values[0] ?? '')}`

/** Reads a filter; names of columns may hold colons, so the longest known name that fits is meant. */
export function parseFilter(given: string, known: Known): ParsedFilter | undefined {
  const names = known.map(({ name }) => name).filter(name => given.startsWith(`${name}:`))
  for (const column of names.sort((a, b) => b.length - a.length)) {
    const rest = given.slice(column.length + 1)
    const operator = operators.find(each => rest === each || rest.startsWith(`${each}:`))
    if (!operator) continue
    const value = rest.slice(operator.length + 1)
    if (operator === 'null' || operator === 'filled') return { column, operator, values: [] }
    return { column, operator, values: hasList(operator) ? splitValues(value) : [value] }
  }
  return undefined
}

const isRealDay = (day: string): boolean => {
  const ms = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^(\d{4}-\d{2}-\d{2})([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?)?$/

/** What is wrong with a value for a column of this type. */
function valueError(value: string, type: string): Text | undefined {
  if (type === 'integer' || type === 'decimal')
    return NUMBER.test(value) ? undefined : text('应为数字，例如 12.5', 'must be a number such as 12.5')
  if (type === 'date')
    return DAY.test(value) && isRealDay(value)
      ? undefined
      : text('应为日期，例如 2026-01-31', 'must be a day such as 2026-01-31')
  if (type !== 'timestamp') return undefined
  const day = INSTANT.exec(value)?.[1]
  return day && isRealDay(day)
    ? undefined
    : text('应为时间，例如 2026-01-31 08:00', 'must be a moment such as 2026-01-31 08:00')
}

const shownNames = (known: Known): string =>
  known
    .slice(0, 20)
    .map(({ name }) => name)
    .join(', ')

function conditionOf(given: string, known: Known, pointer: string, errors: FieldError[]): Condition[] {
  const wrong = (message: Text, remedy?: Text) => {
    errors.push({ pointer, message, ...(remedy && { remedy }) })
    return []
  }
  const parsed = parseFilter(given, known)
  if (!parsed)
    return wrong(
      text('不是“列名:条件:值”，或没有这一列', 'is not “column:operator:value” of a column that is there'),
      text(
        `条件可用 ${operators.join('、')}；列名：${shownNames(known)}`,
        `operators: ${operators.join(', ')}; columns: ${shownNames(known)}`,
      ),
    )
  const { column, operator, values } = parsed
  const place = known.findIndex(({ name }) => name === column)
  const type = known[place]?.type ?? 'text'
  if (operator === 'between' && values.length !== 2)
    return wrong(text('“介于”需要两个值，用 | 分开', '“between” takes two values parted by |'))
  if (values.length > mostValues) return wrong(text(`最多 ${mostValues} 个值`, `takes at most ${mostValues} values`))
  if (operator === 'contains' || operator === 'starts') {
    if (values[0] === '') return wrong(text('缺少要查找的文字', 'has no text to look for'))
  } else
    for (const value of values) {
      const error = valueError(value, type)
      if (error) return wrong(text(`“${value.slice(0, 50)}”${error.zh}`, `“${value.slice(0, 50)}” ${error.en}`))
    }
  return [{ column: place, operator, values }]
}

function sortingOf(given: string, known: Known, pointer: string, errors: FieldError[]): Sorting[] {
  const place = (name: string) => known.findIndex(each => each.name === name)
  const whole = place(given)
  if (whole >= 0) return [{ column: whole, isDescending: false }]
  const [, name = '', way] = /^(.*):(asc|desc)$/s.exec(given) ?? []
  const column = place(name)
  if (column >= 0) return [{ column, isDescending: way === 'desc' }]
  errors.push({
    pointer,
    message: text('没有这一列', 'is no column that is there'),
    remedy: text(
      `写成“列名:asc”或“列名:desc”；列名：${shownNames(known)}`,
      `“column:asc” or “column:desc”; columns: ${shownNames(known)}`,
    ),
  })
  return []
}

export interface PlannedQuery {
  readonly conditions: readonly Condition[]
  readonly sorts: readonly Sorting[]
  readonly columns: readonly number[]
}

/**
 * Turns names into places and checks every value against its column's type. @throws invalid-input, naming each part that
 * is wrong. `hidden`: columns whose values the reader may not see, nor ask about; `withheld`: columns that do not exist
 * for the reader.
 */
export function planQuery(
  query: RowsQuery,
  known: Known,
  hidden: readonly string[] = [],
  withheld: readonly string[] = [],
): PlannedQuery {
  const errors: FieldError[] = []
  const present = known.filter(({ name }) => !withheld.includes(name))
  const askable = present.filter(({ name }) => !hidden.includes(name))
  const replace = <T extends { column: number }>(each: T): T => ({
    ...each,
    column: known.findIndex(({ name }) => name === askable[each.column]?.name),
  })
  const conditions = (query.filter ?? []).flatMap((given, i) => conditionOf(given, askable, `/filter/${i}`, errors))
  const sorts = (query.sort ?? []).flatMap((given, i) => sortingOf(given, askable, `/sort/${i}`, errors))
  const chosen = query.columns ?? []
  const columns = chosen.flatMap((name, i) => {
    const place = withheld.includes(name) ? -1 : known.findIndex(each => each.name === name)
    if (place >= 0) return [place]
    errors.push({
      pointer: `/columns/${i}`,
      message: text('没有这一列', 'is no column that is there'),
      remedy: text(`列名：${shownNames(present)}`, `columns: ${shownNames(present)}`),
    })
    return []
  })
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  return {
    conditions: conditions.map(replace),
    sorts: sorts.map(replace),
    columns: chosen.length > 0 ? [...new Set(columns)] : present.map(each => known.indexOf(each)),
  }
}
