import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import type { Call } from './params.ts'
import { invalid } from './world.ts'

type Tree = { [name: string]: Tree | string }

const { version, calls } = JSON.parse(readFileSync(new URL('schemas/params.json', import.meta.url), 'utf8')) as {
  version: string
  calls: Record<string, object>
}

/** The SDK that the schemas were made from. */
export const schemasVersion = version

// a form has only text: numbers and booleans are read out of it, and nothing else is
const ajv = new Ajv({ strict: false, coerceTypes: true, allErrors: true })
const validators = new Map<string, ReturnType<typeof ajv.compile>>()

const isIndexed = (tree: Tree): boolean => {
  const names = Object.keys(tree)
  return names.length > 0 && names.every((name, i) => name === String(i))
}

function settled(tree: Tree | string): unknown {
  if (typeof tree === 'string') return tree
  if (isIndexed(tree)) return Object.values(tree).map(settled)
  return Object.fromEntries(Object.entries(tree).map(([name, each]) => [name, settled(each)]))
}

/** What a form or query with names such as `a[b][0]` says. @throws ApiError 400 for what cannot be read */
export function parseForm(text: string): Record<string, unknown> {
  const root: Tree = Object.create(null) as Tree
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter(part => part !== '')
    let at = root
    for (const [i, part] of path.entries()) {
      if (i === path.length - 1) {
        if (typeof at[part] === 'object') throw invalid(`Invalid ${name}`, undefined, name)
        at[part] = value
        break
      }
      at[part] ??= Object.create(null) as Tree
      const below = at[part]
      if (typeof below === 'string') throw invalid(`Invalid ${name}`, undefined, name)
      at = below
    }
  }
  return settled(root) as Record<string, unknown>
}

const expandable: Readonly<Record<string, readonly string[]>> = {
  'post /v1/checkout/sessions': ['payment_intent', 'payment_intent.latest_charge'],
  'get /v1/checkout/sessions': ['data.payment_intent', 'data.payment_intent.latest_charge'],
  'get /v1/checkout/sessions/:id': ['payment_intent', 'payment_intent.latest_charge'],
  'post /v1/checkout/sessions/:id/expire': ['payment_intent', 'payment_intent.latest_charge'],
  'get /v1/balance_transactions': ['data.source'],
}

/** The parameters of a call, as the SDK's types have them. @throws ApiError 400: unknown, missing or ill-typed */
export function readParams(call: Call, text: string): Record<string, unknown> {
  const params = parseForm(text)
  let validate = validators.get(call)
  if (!validate) {
    validate = ajv.compile(calls[call] ?? {})
    validators.set(call, validate)
  }
  if (!validate(params)) {
    const [first] = validate.errors ?? []
    const below = (first?.params.additionalProperty ?? first?.params.missingProperty) as string | undefined
    const at = [...(first?.instancePath.split('/').slice(1) ?? []), ...(below ? [below] : [])].join('.')
    if (first?.keyword === 'additionalProperties')
      throw invalid(`Received unknown parameter: ${at}`, 'parameter_unknown', at)
    if (first?.keyword === 'required') throw invalid(`Missing required param: ${at}.`, 'parameter_missing', at)
    throw invalid(`Invalid ${at}: ${first?.message}`, undefined, at)
  }
  const unserved = ((params.expand ?? []) as string[]).find(each => !expandable[call]?.includes(each))
  if (unserved) throw invalid(`This property cannot be expanded (${unserved})`, undefined, 'expand')
  return params
}
