import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import type { FieldError } from '../problem.ts'
import { type Text, text } from '../text.ts'

interface Named {
  readonly title?: string
  readonly titleEn?: string
  readonly properties?: Readonly<Record<string, Named>>
  readonly prefixItems?: readonly Named[]
  readonly items?: Named
}

/** The part of the schema that describes the value at `pointer`: it carries the words of the field. */
function schemaAt(root: Named, pointer: string): Named | undefined {
  let schema: Named | undefined = root
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    schema = schema?.properties?.[key] ?? schema?.prefixItems?.[Number(key)] ?? schema?.items
  }
  return schema
}

const nameOf = (schema: Named | undefined, fallback: string): Text =>
  text(schema?.title ?? fallback, schema?.titleEn ?? fallback)

const list = (values: unknown): string => (Array.isArray(values) ? values.join(' | ') : String(values))

/** The sentence and the remedy for one violated keyword, `field` being the words of the field. */
function wordsFor(error: ErrorObject, field: Text): { message: Text; remedy: Text } {
  const { limit, allowedValues, allowedValue, type } = error.params as Record<string, unknown>
  const say = (zh: string, en: string, remedyZh: string, remedyEn: string) => ({
    message: text(`${field.zh}${zh}`, `${field.en} ${en}`),
    remedy: text(remedyZh, remedyEn),
  })
  switch (error.keyword) {
    case 'required':
      return say('没有填写', 'is missing', `填写${field.zh}。`, `State the ${field.en}.`)
    case 'additionalProperties':
      return say('不是本合同模板的要素', 'is not a term of this template', '删除该项。', 'Remove it.')
    case 'enum':
      return say(
        '不在可选范围内',
        'is not one of the choices',
        `选择：${list(allowedValues)}。`,
        `Choose: ${list(allowedValues)}.`,
      )
    case 'const':
      return say(
        `应为 ${String(allowedValue)}`,
        `must be ${String(allowedValue)}`,
        `改为 ${String(allowedValue)}。`,
        `Set it to ${String(allowedValue)}.`,
      )
    case 'minLength':
      return say('不能为空', 'must not be empty', `填写${field.zh}。`, `State the ${field.en}.`)
    case 'maxLength':
      return say(`超过 ${limit} 个字符`, `is longer than ${limit} characters`, '缩短后重新提交。', 'Shorten it.')
    case 'minimum':
      return say(`小于 ${limit}`, `is less than ${limit}`, `填写不小于 ${limit} 的数。`, `Give at least ${limit}.`)
    case 'maximum':
      return say(`大于 ${limit}`, `is more than ${limit}`, `填写不大于 ${limit} 的数。`, `Give at most ${limit}.`)
    case 'minItems':
      return say(`少于 ${limit} 项`, `has fewer than ${limit} items`, `补足到 ${limit} 项。`, `Give ${limit} or more.`)
    case 'maxItems':
      return say(`多于 ${limit} 项`, `has more than ${limit} items`, `减少到 ${limit} 项。`, `Give ${limit} or fewer.`)
    case 'type':
      return say(
        `的类型应为 ${list(type)}`,
        `must be of type ${list(type)}`,
        '按类型填写。',
        'Give a value of that type.',
      )
    default:
      return say('的格式不正确', 'has a wrong form', '按字段说明的格式填写。', 'Write it in the documented form.')
  }
}

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

function fieldError(root: Named, error: ErrorObject): FieldError {
  const params = error.params as { missingProperty?: string; additionalProperty?: string }
  const member = params.missingProperty ?? params.additionalProperty
  const pointer = member === undefined ? error.instancePath : `${error.instancePath}/${escapePointer(member)}`
  return { pointer, ...wordsFor(error, nameOf(schemaAt(root, pointer), `“${member ?? pointer}”`)) }
}

/** Compiles the JSON Schema (2020-12) of a template's terms into a check that answers one error a field, in both languages. */
export function compileSchema(schema: Readonly<Record<string, unknown>>): (terms: unknown) => FieldError[] {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strictTypes: false, strictRequired: false })
  ajv.addVocabulary(['titleEn'])
  const validate = ajv.compile(schema)
  return terms => {
    if (validate(terms)) return []
    const seen = new Set<string>()
    return (validate.errors ?? [])
      .filter(error => error.keyword !== 'if')
      .map(error => fieldError(schema, error))
      .filter(({ pointer }) => !seen.has(pointer) && Boolean(seen.add(pointer)))
  }
}
