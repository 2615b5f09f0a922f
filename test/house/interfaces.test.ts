import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { access } from '../../src/access.ts'
import { allRoutes, modules } from '../../src/app.ts'
import { addressOf } from '../../src/kernel/http/route.ts'
import { type Machine, toMermaid } from '../../src/kernel/machine.ts'
import { openapiDocument } from '../../src/openapi.ts'
import { golden } from '../support/golden.ts'

const root = new URL('../..', import.meta.url).pathname
const routes = allRoutes()

t.test('every route names a row of the access table, and every row is used', async t => {
  const used = new Set(routes.map(r => r.spec.permission))
  t.same([...used].filter(p => !access[p]).sort(), [])
  t.same(
    Object.keys(access)
      .filter(p => !used.has(p))
      .sort(),
    [],
  )
})

t.test('grants name known roles and duties only', async t => {
  const form =
    /^(anyone|person|system|(member|vendor|buyer|operator|authority|institution)(:(administrator|maker|checker|finance))?)$/
  const wrong = Object.entries(access).flatMap(([p, grants]) =>
    grants.filter(g => !form.test(g)).map(g => `${p}: ${g}`),
  )
  t.same(wrong, [])
})

t.test('operation ids and addresses are unique, and no GET changes state', async t => {
  const ids = routes.map(r => r.spec.operation)
  t.equal(new Set(ids).size, ids.length, 'operation ids')
  const addresses = routes.map(r => `${addressOf(r).method} ${addressOf(r).url}`)
  t.equal(new Set(addresses).size, addresses.length, 'addresses')
  t.same(
    routes.filter(r => r.kind === 'write' && addressOf(r).method === 'GET').map(r => r.spec.at),
    [],
  )
})

t.test('every body and query refuses what is not declared', async t => {
  const open = routes.flatMap(r => {
    const { body, query, params } = r.spec as { body?: any; query?: any; params?: any }
    return [body, query, params]
      .filter(s => s?.type === 'object' && s.additionalProperties !== false)
      .map(() => r.spec.at)
  })
  t.same(open, [])
})

t.test('event handlers and timers have names of their own', async t => {
  const names = [...modules.flatMap(m => m.handlers ?? []), ...modules.flatMap(m => m.timers ?? [])].map(h => h.name)
  t.equal(new Set(names).size, names.length)
})

t.test('README diagrams are the life cycles themselves', async t => {
  for (const name of readdirSync(join(root, 'src/modules'))) {
    const model = await import(`../../src/modules/${name}/model.ts`).catch(() => ({}))
    const machines = Object.values(model).filter(
      (v): v is Machine<string, string> => typeof v === 'object' && v !== null && 'moves' in v && 'initial' in v,
    )
    if (machines.length === 0) continue
    const readme = readFileSync(join(root, `src/modules/${name}/README.md`), 'utf8')
    const model_ = readdirSync(join(root, `src/modules/${name}`)).includes('LIFECYCLE.md')
      ? readFileSync(join(root, `src/modules/${name}/LIFECYCLE.md`), 'utf8')
      : ''
    for (const machine of machines)
      t.ok((readme + model_).includes(toMermaid(machine)), `${name} shows the ${machine.name} as it is`)
  }
})

t.test('the API document is the golden one', async t => {
  await golden(t, 'openapi.json', `${JSON.stringify(await openapiDocument('http://localhost:3000'), null, 1)}\n`)
})
