import type { TSchema } from 'typebox'
import { invalidInput } from '../kernel/problem.ts'
import { text } from '../kernel/text.ts'

/** A form's fields as they came: each name with all its values, in order. */
export type Fields = Readonly<Record<string, readonly string[]>>

type Json = Record<string, unknown> | unknown[]

/** What a schema says about a value, as far as a form needs to know. */
interface Loose {
  readonly type?: string
  readonly anyOf?: readonly Loose[]
  readonly properties?: Readonly<Record<string, Loose>>
  readonly items?: Loose
}

const isNull = (schema: Loose) => schema.type === 'null'

/** The part of a schema that is not “or null”. */
const inner = (schema: Loose | undefined): Loose | undefined => {
  const choices = schema?.anyOf?.filter(each => !isNull(each))
  return choices?.length === 1 ? inner(choices[0]) : schema
}

const takesNull = (schema: Loose | undefined) => schema?.anyOf?.some(isNull) ?? false

function amount(pointer: string, typed: string): number {
  const [, sign = '', yuan = '', cents = ''] = /^(-?)\s*¥?\s*([\d,，]+)(?:\.(\d{1,2}))?$/.exec(typed.trim()) ?? []
  const fen = Number(`${sign}${yuan.replace(/[,，]/g, '')}${cents.padEnd(2, '0')}`)
  if (yuan !== '' && Number.isSafeInteger(fen)) return fen
  throw invalidInput(undefined, {
    errors: [
      {
        pointer,
        message: text('不是有效的金额', 'is not an amount'),
        remedy: text('按元填写，最多两位小数，如 1200.50', 'give yuan with at most two decimals, such as 1200.50'),
      },
    ],
  })
}

/** How a person writes what the API takes in another form; a field says which after a tilde: `amountFen~yuan`. */
const writings: Readonly<Record<string, (pointer: string, typed: string) => unknown>> = {
  yuan: amount,
  lines: (_pointer, typed) =>
    typed
      .split(/\r?\n|[,，、;；]/)
      .map(line => line.trim())
      .filter(line => line !== ''),
  /** one item a line, in which commas may stand */
  rows: (_pointer, typed) =>
    typed
      .split(/\r?\n/)
      .map(line => line.trim())
      .filter(line => line !== ''),
  /** a percentage as parts of a hundred: 2.5 → 0.025 */
  percent: (_pointer, typed) => (Number.isFinite(Number(typed)) ? Number(typed) / 100 : typed),
  /** a wall-clock time in China, as `datetime-local` writes it */
  time: (_pointer, typed) => {
    const at = new Date(`${typed}+08:00`)
    return Number.isNaN(at.getTime()) ? typed : at.toISOString()
  },
  /** the last moment of a day in China */
  day: (_pointer, typed) => {
    const at = new Date(`${typed}T23:59:59+08:00`)
    return Number.isNaN(at.getTime()) ? typed : at.toISOString()
  },
}

function scalar(schema: Loose | undefined, typed: string): unknown {
  const { type } = inner(schema) ?? {}
  if (typed === '') return takesNull(schema) ? null : undefined
  if ((type === 'integer' || type === 'number') && /^\s*-?\d+(\.\d+)?\s*$/.test(typed)) return Number(typed)
  if (type === 'boolean') return typed === 'true' || typed === 'on' ? true : typed === 'false' ? false : typed
  return typed
}

function decoded(schema: Loose | undefined, pointer: string, writing: string | undefined, typed: readonly string[]) {
  const last = typed.at(-1) ?? ''
  const own = inner(schema)
  // a list that was emptied is empty, not left out
  if (own?.type === 'array' && writing && last.trim() === '') return []
  if (writing && writings[writing]) return last.trim() === '' ? scalar(schema, '') : writings[writing](pointer, last)
  if (own?.type === 'array') return typed.filter(each => each !== '').map(each => scalar(own.items, each))
  return scalar(schema, last.replace(/\r\n/g, '\n'))
}

const below = (schema: Loose | undefined, key: string): Loose | undefined => {
  const own = inner(schema)
  return own?.type === 'array' ? own.items : own?.properties?.[key]
}

function put(into: Json, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path
  const at = into as Record<string, unknown>
  if (rest.length === 0) at[key] = value
  else {
    const kept = at[key]
    const next: Json = typeof kept === 'object' && kept !== null ? (kept as Json) : /^\d+$/.test(rest[0]!) ? [] : {}
    at[key] = next
    put(next, rest, value)
  }
}

/** A row of a form in which nothing was typed. */
const isBlankRow = (row: unknown): boolean =>
  typeof row === 'object' && row !== null && !Array.isArray(row) && Object.values(row).every(each => each === null)

/** Lists without the gaps that empty rows of a form leave. */
function dense(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(each => each !== undefined && !isBlankRow(each)).map(dense)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, dense(each)]))
  return value
}

const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * A form's fields as the JSON that the API takes: `terms.purpose` and `columns.0.unit` name places, the schema says
 * what is a number, a truth value or a list; what was left empty is left out (or null where the API takes null).
 * @throws invalid-input for an amount that is none.
 */
export function decodeForm(schema: TSchema | undefined, fields: Fields): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const [field, typed] of Object.entries(fields)) {
    const [name = '', writing] = field.split('~')
    const path = name.split('.')
    if (name.startsWith('_') || path.some(part => forbidden.has(part))) continue
    const at = path.reduce<Loose | undefined>(below, schema as Loose | undefined)
    const value = decoded(at, `/${path.join('/')}`, writing, typed)
    if (value !== undefined) put(body, path, value)
  }
  return dense(body) as Record<string, unknown>
}
