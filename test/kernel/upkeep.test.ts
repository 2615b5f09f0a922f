import t from 'tap'
import { openExchange } from '../support/exchange.ts'

t.test('an idempotency key is remembered for 30 days and forgotten after', async t => {
  const x = await openExchange(t, { workers: false })
  const vendor = await x.organization(['vendor'])
  const body = { name: '接口', scopes: ['product.search'], days: 1 }
  await x.ok('PUT /members', {
    as: vendor.administrator,
    key: 'old',
    body: { email: vendor.maker.email, duties: ['maker'] },
  })
  await x.ok('PUT /members', {
    as: vendor.administrator,
    key: 'new',
    body: { email: vendor.maker.email, duties: ['maker'] },
  })
  await x.ok('POST /api-tokens', { as: vendor.administrator, body })
  await x.sql`update kernel.idempotency set created_at = now() - interval '31 days' where key = 'old'`
  await x.exchange.startWorker()
  const left = () =>
    x.sql`select key from kernel.idempotency where scope like ${`%${vendor.administrator.personId}%`} order by key`
  await x.until(async () => (await left()).length === 1, 'the forgetting')
  t.same([...(await left())], [{ key: 'new' }])
})
