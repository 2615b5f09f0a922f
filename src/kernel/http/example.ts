import type { TSchema } from 'typebox'

type Schema = Record<string, unknown> & { readonly type?: string }

const formats: Record<string, string> = {
  uuid: '0193b5c6-7a10-7c3e-9d5a-2f6b8c1e4a70',
  date: '2026-03-02',
  'date-time': '2026-03-02T01:30:00.000Z',
  email: 'wang@example.cn',
  uri: 'https://example.cn/data',
}

/** What one atom of a pattern may be replaced by: its first character that reads well. */
function characterOf(atom: string): string {
  if (atom === '\\d') return '1'
  if (atom === '\\S' || atom === '.') return 'a'
  if (atom.startsWith('\\')) return atom[1] ?? ''
  if (!atom.startsWith('[')) return atom
  return ['1', 'a', 'A', '数'].find(c => new RegExp(atom, 'u').test(c)) ?? atom[1] ?? ''
}

/** A string for patterns made of characters, classes and counts; others say an example themselves. */
function ofPattern(pattern: string): string {
  const atoms = pattern.replace(/^\^|\$$/g, '').matchAll(/(\[[^\]]+\]|\\.|[^{}+*?])(\{(\d+)(?:,\d*)?\}|\+|\*|\?)?/gu)
  return [...atoms]
    .map(([, atom = '', count, least]) => characterOf(atom).repeat(least ? +least : count ? 1 : 1))
    .join('')
}

function ofString(schema: Schema): string {
  if (typeof schema.format === 'string' && formats[schema.format]) return formats[schema.format]!
  if (typeof schema.pattern === 'string') return ofPattern(schema.pattern)
  const least = typeof schema.minLength === 'number' ? schema.minLength : 0
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : 200
  return '示例文字'.repeat(Math.max(1, Math.ceil(least / 4))).slice(0, Math.max(least, Math.min(most, 4)))
}

function ofNumber(schema: Schema): number {
  const least = typeof schema.minimum === 'number' ? schema.minimum : 0
  const most = typeof schema.maximum === 'number' ? schema.maximum : Number.MAX_SAFE_INTEGER
  return Math.min(most, Math.max(least, 1))
}

function ofObject(schema: Schema): Record<string, unknown> {
  const properties = (schema.properties ?? {}) as Record<string, TSchema>
  return Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, exampleOf(each)]))
}

/** A value that a schema accepts, for the API document: the example it names itself, else one made from its rules. */
export function exampleOf(given: TSchema): unknown {
  const schema = given as unknown as Schema
  if (Array.isArray(schema.examples)) return schema.examples[0]
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  const choices = (schema.anyOf ?? schema.oneOf) as TSchema[] | undefined
  if (choices) return exampleOf(choices.find(each => (each as Schema).type !== 'null') ?? choices[0]!)
  switch (schema.type) {
    case 'object':
      return ofObject(schema)
    case 'array':
      return schema.maxItems === 0 ? [] : [exampleOf((schema.items ?? {}) as TSchema)]
    case 'string':
      return ofString(schema)
    case 'integer':
    case 'number':
      return ofNumber(schema)
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return {}
  }
}
