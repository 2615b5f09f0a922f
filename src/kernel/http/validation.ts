import { Readable } from 'node:stream'
import type { FastifySchemaValidationError } from 'fastify'
import { type FieldError, invalidInput, type Problem } from '../problem.ts'
import { type Text, text } from '../text.ts'

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

/** A choice among constants arrives as one error for each: said once, with all that would do. */
function joinChoices(errors: readonly FastifySchemaValidationError[]): FastifySchemaValidationError[] {
  const choices = Map.groupBy(
    errors.filter(e => e.keyword === 'const'),
    e => e.instancePath,
  )
  const isJoined = (e: FastifySchemaValidationError) => e.keyword === 'const' && choices.get(e.instancePath)!.length > 1
  const joined = [...choices.values()]
    .filter(group => group.length > 1)
    .map(group => ({ ...group[0]!, keyword: 'enum', params: { allowedValues: group.map(e => e.params.allowedValue) } }))
  return [...errors.filter(e => !isJoined(e)), ...(joined as FastifySchemaValidationError[])]
}

/** The problem for a failed validation: one entry per field, none of ajv's bookkeeping for unions. */
export function validationProblem(errors: readonly FastifySchemaValidationError[], part: string): Problem {
  const shown = errors.filter(e => e.keyword !== 'anyOf' && !(e.keyword === 'type' && e.params.type === 'null'))
  const list = joinChoices(shown.length > 0 ? shown : errors).map(fieldError)
  const distinct = [...new Map(list.map(e => [`${e.pointer} ${e.message.en}`, e])).values()]
  const where = parts[part] ?? parts.body!
  return invalidInput(
    text(
      `${where.zh}有 ${distinct.length} 处需要修改。`,
      `There ${distinct.length === 1 ? 'is 1 thing' : `are ${distinct.length} things`} to correct in ${where.en}.`,
    ),
    { errors: distinct },
  )
}

const parts: Record<string, Text> = {
  body: text('提交的内容', 'the body'),
  querystring: text('查询参数', 'the query'),
  params: text('地址', 'the address'),
  headers: text('请求头', 'the headers'),
}

function findCharacters(value: unknown, pointer: string, found: FieldError[]): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed())
      found.push({
        pointer,
        message: text(
          '含有无法保存的字符（空字符或不完整的 Unicode）',
          'holds a character that cannot be kept (NUL or half a pair)',
        ),
        remedy: text('删除该字符', 'remove it'),
      })
  } else if (typeof value === 'object' && value !== null && !(value instanceof Readable) && !ArrayBuffer.isView(value))
    for (const [key, each] of Object.entries(value)) {
      findCharacters(key, `${pointer}/${escapePointer(key.toWellFormed())}`, found)
      findCharacters(each, `${pointer}/${escapePointer(key.toWellFormed())}`, found)
    }
}

/** Refuses text that PostgreSQL cannot store and canonical JSON cannot carry, wherever in a request it stands. */
export function refuseCharacters(input: { body: unknown; query: unknown; params: unknown }): void {
  const errors: FieldError[] = []
  for (const part of [input.body, input.query, input.params]) findCharacters(part, '', errors)
  if (errors.length > 0) throw invalidInput(undefined, { errors })
}
