// Makes `params.json` from the parameter types of the installed SDK: node --import tsx test/support/stripe/schemas/generate.ts
import { writeFileSync } from 'node:fs'
import Stripe from 'stripe'
import { createGenerator } from 'ts-json-schema-generator'

const generator = createGenerator({
  path: new URL('../params.ts', import.meta.url).pathname,
  tsconfig: new URL('../../../../tsconfig.json', import.meta.url).pathname,
  skipTypeCheck: true,
  additionalProperties: false,
  expose: 'none',
  jsDoc: 'none',
  sortProps: true,
})
const { definitions } = generator.createSchema('Params') as { definitions: Record<string, { properties: object }> }
const [all] = Object.values(definitions)
const made = JSON.stringify({ version: Stripe.PACKAGE_VERSION, calls: all?.properties })
if (made.includes('$ref')) throw new Error('a schema refers to another: keep the definitions too')
writeFileSync(new URL('params.json', import.meta.url), `${made}\n`)
