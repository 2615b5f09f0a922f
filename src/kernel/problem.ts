import { inLanguage, type Language, type Text, text } from './text.ts'

/** One thing wrong with one field: where (JSON pointer), what, and how to mend it. */
export interface FieldError {
  readonly pointer: string
  readonly message: Text
  readonly remedy?: Text
}

/** A kind of problem (RFC 9457 `type`), with its own page at `/problems/<slug>`. */
export interface ProblemType {
  readonly slug: string
  readonly status: number
  readonly title: Text
  readonly remedy: Text
}

interface Extra {
  readonly errors?: readonly FieldError[]
  /** Seconds after which a retry makes sense; sent as Retry-After. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

const types = new Map<string, ProblemType>()

/** A refusal that a person can act on; the HTTP layer answers it as `application/problem+json`. */
export class Problem extends Error {
  readonly type: ProblemType
  readonly detail: Text
  readonly errors: readonly FieldError[]
  readonly retryAfter: number | undefined

  constructor(type: ProblemType, detail: Text, extra: Extra = {}) {
    super(`${type.slug}: ${detail.en}`, { cause: extra.cause })
    this.name = 'Problem'
    this.type = type
    this.detail = detail
    this.errors = extra.errors ?? []
    this.retryAfter = extra.retryAfter
  }
}

/** Makes a problem of one kind. Called as a function: `throw notFound(text('…', '…'))`. */
export interface ProblemFactory {
  (detail?: Text, extra?: Extra): Problem
  readonly type: ProblemType
}

/** Declares a problem type once; a second declaration of a slug is a mistake in the program and throws. */
export function defineProblem(slug: string, status: number, title: Text, remedy: Text): ProblemFactory {
  if (types.has(slug)) throw new Error(`problem type ${slug} is declared twice`)
  const type: ProblemType = { slug, status, title, remedy }
  types.set(slug, type)
  return Object.assign((detail: Text = title, extra?: Extra) => new Problem(type, detail, extra), { type })
}

/** Every declared problem type, in alphabetical order: the source of the pages under `/problems/`. */
export const problemTypes = (): ProblemType[] => [...types.values()].sort((a, b) => a.slug.localeCompare(b.slug))

/** The RFC 9457 document for one reader. `instance` is the request id, so that a report finds its log line. */
export function problemDocument(problem: Problem, language: Language, instance: string) {
  return {
    type: `/problems/${problem.type.slug}`,
    title: inLanguage(problem.type.title, language),
    status: problem.type.status,
    detail: inLanguage(problem.detail, language),
    instance,
    ...(problem.errors.length > 0 && {
      errors: problem.errors.map(error => ({
        pointer: error.pointer,
        message: inLanguage(error.message, language),
        ...(error.remedy && { remedy: inLanguage(error.remedy, language) }),
      })),
    }),
  }
}

export const invalidInput = defineProblem(
  'invalid-input',
  400,
  text('提交的内容有误', 'The input is not valid'),
  text('按每个字段的说明修改后重新提交。', 'Correct each field as its message says and send it again.'),
)
export const unauthenticated = defineProblem(
  'unauthenticated',
  401,
  text('请先登录', 'Sign in first'),
  text('重新登录，或检查访问令牌是否已过期。', 'Sign in again, or check whether the access token has expired.'),
)
export const forbidden = defineProblem(
  'forbidden',
  403,
  text('没有权限', 'Not permitted'),
  text('请由具有相应职责的人员办理。', 'Ask a person who holds the duty named in the detail.'),
)
export const notFound = defineProblem(
  'not-found',
  404,
  text('没有找到', 'Not found'),
  text(
    '检查地址和编号；也可能您所在的机构无权查看。',
    'Check the address and the number; your organisation may not be allowed to see it.',
  ),
)
export const conflict = defineProblem(
  'conflict',
  409,
  text('与当前内容冲突', 'In conflict with what is there'),
  text('刷新后再决定是否继续。', 'Reload and decide again.'),
)
export const stateConflict = defineProblem(
  'state-conflict',
  409,
  text('当前状态不允许此操作', 'Not possible in the present state'),
  text('刷新页面，查看当前状态和可执行的下一步。', 'Reload to see the present state and the next possible steps.'),
)
export const ruleViolated = defineProblem(
  'rule-violated',
  422,
  text('不符合规则', 'Against the rules'),
  text('按说明补正后重新提交。', 'Correct what the detail names and submit again.'),
)
export const idempotencyMismatch = defineProblem(
  'idempotency-mismatch',
  422,
  text('幂等键已用于其他内容', 'The idempotency key was used for another input'),
  text('为新的请求使用新的幂等键。', 'Use a new key for a new request.'),
)
export const payloadTooLarge = defineProblem(
  'payload-too-large',
  413,
  text('内容过大', 'Too large'),
  text('减小文件或分批提交。', 'Send less, or split it.'),
)
export const unsupportedMedia = defineProblem(
  'unsupported-media',
  415,
  text('不支持的格式', 'Unsupported format'),
  text('使用说明中列出的格式。', 'Use one of the documented formats.'),
)
export const tooManyRequests = defineProblem(
  'too-many-requests',
  429,
  text('请求过于频繁', 'Too many requests'),
  text('稍等片刻再试。', 'Wait a moment and try again.'),
)
export const unavailable = defineProblem(
  'unavailable',
  503,
  text('服务暂时不可用', 'Temporarily unavailable'),
  text(
    '请稍后用同一幂等键重试：已生效的不会重复，未生效的会补上。',
    'Try again later with the same idempotency key: what took effect is not repeated, what did not is done then.',
  ),
)
export const internalError = defineProblem(
  'internal-error',
  500,
  text('服务内部错误', 'Internal error'),
  text('请把请求编号告诉运营机构。', 'Tell the operator the request id.'),
)
