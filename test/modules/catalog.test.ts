import t from 'tap'
import { openExchange } from '../support/exchange.ts'
import { listedProduct } from '../support/offering.ts'

t.test('a product goes from an uploaded file to a listing that anyone finds', async t => {
  const x = await openExchange(t, { workers: false })
  const vendor = await x.organization(['vendor'])
  const product = await listedProduct(x, vendor)
  const found = await x.ok(`GET /products?q=${encodeURIComponent('气质')}`)
  t.equal(found.items[0].id, product.id)
  t.equal(found.total, 1)
})
