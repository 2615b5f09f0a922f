import t from 'tap'
import { openExchange } from '../support/exchange.ts'

t.test('the exchange starts with its operator and verified organisations', async t => {
  const x = await openExchange(t)
  const vendor = await x.organization(['vendor'])
  const me = await x.ok('GET /me', { as: vendor.maker })
  t.same(me.memberships[0].roles, ['vendor'])
})
