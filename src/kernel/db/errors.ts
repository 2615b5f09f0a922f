import { conflict, invalidInput, Problem, type ProblemFactory, ruleViolated, unavailable } from '../problem.ts'
import { text } from '../text.ts'

interface PostgresError extends Error {
  readonly code: string
  readonly constraint_name?: string
}

const known = new Map<string, () => Problem>()

/** Says which problem a violated constraint means to a person; declared beside the rule that the constraint keeps. */
export function constraintMeans(constraint: string, make: () => Problem): void {
  known.set(constraint, make)
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
])

/** The driver's error below what drizzle or postgres.js wrapped around it, if there is one. */
export function databaseError(error: unknown): PostgresError | undefined {
  for (let e = error; e instanceof Error; e = e.cause)
    if ('code' in e && typeof e.code === 'string') return e as PostgresError
  return undefined
}

/** True when the connection broke or could not be made. */
export const isUnreachable = (error: unknown): boolean => unreachable.has(databaseError(error)?.code ?? '')

/** True for what a second try of the whole transaction may well mend. */
export const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(databaseError(error)?.code ?? '')

/** True when the database cannot be reached or cannot write now (connection, shutdown, disk full, too many clients). */
export function isUnavailable(error: unknown): boolean {
  const code = databaseError(error)?.code ?? ''
  return (
    isUnreachable(error) || /^(08|53|57P|58)/.test(code) || code === '25006' || code === '55P03' || code === '57014'
  )
}

/** What a database error means to the person who caused it; undefined when it is a mistake in the program. */
export function problemOfDatabase(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error
  const cause = databaseError(error)
  if (!cause) return undefined
  if (isUnavailable(error)) return unavailable(unavailable.type.title, { retryAfter: 2, cause: error })
  const named = cause.constraint_name ? known.get(cause.constraint_name) : undefined
  if (named) return named()
  const general: Record<string, [ProblemFactory, string, string]> = {
    '23505': [conflict, '相同的记录已经存在', 'The same record exists already'],
    '23503': [ruleViolated, '引用的记录不存在', 'A record that is referred to does not exist'],
    // text of the request that its schema let through but that is no date, id or storable character
    '22007': [invalidInput, '时间或日期的值无效', 'A date or an instant is not valid'],
    '22008': [invalidInput, '时间或日期超出范围', 'A date or an instant is out of range'],
    '22P02': [invalidInput, '编号或翻页标记的值无效', 'An id or a page cursor is not valid'],
    '22021': [invalidInput, '含有无法保存的字符', 'The text holds a character that cannot be kept'],
    '22P05': [invalidInput, '含有无法保存的字符', 'The text holds a character that cannot be kept'],
    '40001': [conflict, '与同时进行的操作冲突', 'In conflict with a simultaneous operation'],
    '40P01': [conflict, '与同时进行的操作冲突', 'In conflict with a simultaneous operation'],
  }
  const found = general[cause.code]
  return found?.[0](text(found[1], found[2]), { cause: error })
}
