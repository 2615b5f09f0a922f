import t from 'tap'
import { openExchange } from '../support/exchange.ts'
import { formOf } from '../support/offering.ts'

t.test('held files and quotas are shown to the operator only', async t => {
  const x = await openExchange(t, { env: { SCANNER: 'none-held' } })
  const vendor = await x.organization(['vendor'])
  const { id } = await x.ok('POST /data-versions', { as: vendor.maker, raw: formOf('held.csv', 'a,b\n1,2\n') })
  const show = async (url: string, token: string) => {
    const { statusCode, payload } = await x.exchange.app.inject({
      url,
      headers: { accept: 'text/html', 'accept-language': 'en', authorization: `Bearer ${token}` },
    })
    return { statusCode, payload }
  }
  const page = await show('/operator/files', x.operator.maker.token)
  t.match(page, { statusCode: 200, payload: /held\.csv/ }, page.payload.slice(0, 300))
  t.match(page.payload, `/forms/data-versions/${id}/propose-release`)
  const quota = await show(`/operator/organizations/${vendor.id}`, x.operator.checker.token)
  t.match(quota, { statusCode: 200, payload: new RegExp(`/forms/organizations/${vendor.id}/data-quota`) })
  t.equal((await show('/operator/files', vendor.maker.token)).statusCode, 403)
})
