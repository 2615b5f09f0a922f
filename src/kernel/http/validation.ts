import AjvCompiler from '@fastify/ajv-compiler'
import type { FastifyInstance, FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import { type FieldError, invalidInput, type Problem } from '../problem.ts'
import { type Text, text } from '../text.ts'

/**
 * One validator for bodies, which coerces nothing, and one for the text parts (path, query, headers), which arrive as
 * strings. All errors are reported and nothing is removed silently.
 */
export function useValidators(app: FastifyInstance): void {
  const factory = AjvCompiler()
  const kept = new Map<boolean, ReturnType<typeof factory>>()
  const compiler: FastifySchemaCompiler<unknown> = route => {
    const isText = route.httpPart !== 'body'
    let validator = kept.get(isText)
    if (!validator) {
      validator = factory(
        app.getSchemas() as never,
        {
          customOptions: { allErrors: true, removeAdditional: false, coerceTypes: isText ? 'array' : false },
          plugins: [],
        } as never,
      )
      kept.set(isText, validator)
    }
    return validator(route as never) as never
  }
  app.setValidatorCompiler(compiler)
}

type Params = Record<string, unknown>

const formats: Record<string, Text> = {
  uuid: text('不是有效的标识', 'is not an id'),
  date: text('不是有效的日期，应如 2026-01-31', 'is not a date such as 2026-01-31'),
  'date-time': text('不是有效的时间，应如 2026-01-31T08:00:00Z', 'is not an instant such as 2026-01-31T08:00:00Z'),
  email: text('不是有效的电子邮箱', 'is not an e-mail address'),
}

const types: Record<string, Text> = {
  string: text('应为文字', 'must be text'),
  integer: text('应为整数', 'must be a whole number'),
  number: text('应为数字', 'must be a number'),
  boolean: text('应为 true 或 false', 'must be true or false'),
  array: text('应为列表', 'must be a list'),
  object: text('应为对象', 'must be an object'),
}

/** Words for each validation keyword: what is wrong and, in it, what would be right. */
const words: Record<string, (params: Params) => Text> = {
  required: () => text('必须填写', 'is required'),
  additionalProperties: () => text('没有这个字段，请删除', 'is not a known field; remove it'),
  type: p => types[String(p.type)] ?? text(`类型应为 ${p.type}`, `must be of type ${p.type}`),
  minLength: p => text(`至少 ${p.limit} 个字符`, `needs at least ${p.limit} characters`),
  maxLength: p => text(`最多 ${p.limit} 个字符`, `takes at most ${p.limit} characters`),
  minItems: p => text(`至少 ${p.limit} 项`, `needs at least ${p.limit} items`),
  maxItems: p => text(`最多 ${p.limit} 项`, `takes at most ${p.limit} items`),
  uniqueItems: () => text('有重复的项', 'has an item twice'),
  minimum: p => text(`不能小于 ${p.limit}`, `must be ${p.limit} or more`),
  maximum: p => text(`不能大于 ${p.limit}`, `must be ${p.limit} or less`),
  exclusiveMinimum: p => text(`必须大于 ${p.limit}`, `must be more than ${p.limit}`),
  pattern: p => text(`格式应符合 ${p.pattern}`, `must match ${p.pattern}`),
  format: p => formats[String(p.format)] ?? text(`格式应为 ${p.format}`, `must have the format ${p.format}`),
  enum: p => {
    const allowed = (p.allowedValues as unknown[]).join(', ')
    return text(`只能是：${allowed}`, `must be one of: ${allowed}`)
  },
  const: p => text(`只能是 ${p.allowedValue}`, `must be ${p.allowedValue}`),
}

const escapePointer = (key: unknown) => String(key).replaceAll('~', '~0').replaceAll('/', '~1')

function fieldError(error: FastifySchemaValidationError): FieldError {
  const params = error.params as Params
  const below = params.missingProperty ?? params.additionalProperty
  const pointer = below === undefined ? error.instancePath : `${error.instancePath}/${escapePointer(below)}`
  const message = words[error.keyword]?.(params) ?? text('不符合要求', error.message ?? 'is not valid')
  return { pointer, message }
}

/** The problem for a failed validation: one entry per field, none of ajv's bookkeeping for unions. */
export function validationProblem(errors: readonly FastifySchemaValidationError[], part: string): Problem {
  const inUnion = (path: string) => errors.some(e => e.keyword === 'anyOf' && e.instancePath === path)
  const shown = errors.filter(e => e.keyword !== 'anyOf' && !(e.keyword === 'type' && e.params.type === 'null'))
  const list = (shown.length > 0 ? shown : errors).map(fieldError)
  const distinct = [...new Map(list.map(e => [`${e.pointer} ${e.message.en}`, e])).values()]
  const where = part === 'body' ? '' : `（${part}）`
  return invalidInput(
    text(
      `有 ${distinct.length} 处需要修改${where}。`,
      `${distinct.length} to correct${inUnion('') ? '' : ` in ${part}`}.`,
    ),
    { errors: distinct },
  )
}
