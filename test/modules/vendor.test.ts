import t from 'tap'
import { type Cast, openExchange, password } from '../support/exchange.ts'
import { openMarket } from '../support/market.ts'
import {
  confirmedData,
  draftProduct,
  formOf,
  listedProduct,
  passBody,
  publishDraft,
  sampleCsv,
} from '../support/offering.ts'
import { scenario } from '../support/trade.ts'

const x = await openExchange(t)
const market = openMarket(x)

/** The kinds of what waits, with their counts. */
async function work(who: Cast): Promise<Record<string, number>> {
  const { items } = await x.ok('GET /work-list', { as: who.maker })
  return Object.fromEntries(items.map((item: any) => [item.kind, item.count]))
}

t.test('a data version that nothing uses can be put away and taken back', async t => {
  const vendor = await x.organization(['vendor'])
  const as = vendor.maker
  const data = await confirmedData(x, as, 'away.csv')
  const { id, listing } = await x.ok('POST /products', {
    as,
    body: { nameZh: '占用数据的草稿', dataVersionId: data.id },
  })

  const used = await x.call(`POST /data-versions/${data.id}/discard`, { as, language: 'zh-CN' })
  t.match(used, { status: 409, body: { detail: /占用数据的草稿/ } })
  t.equal((await x.ok(`GET /data-versions/${data.id}`, { as })).state, 'confirmed', 'it is as it was')

  await x.ok(`POST /listings/${listing.id}/discard`, { as })
  t.equal((await x.ok(`POST /data-versions/${data.id}/discard`, { as })).state, 'discarded')
  t.same((await x.ok('GET /data-versions', { as })).items, [])
  t.equal((await x.ok('GET /data-versions?state=discarded', { as })).items.length, 1)
  t.equal(
    (await x.call('POST /products', { as, body: { nameZh: '改用已移除的数据', dataVersionId: data.id } })).status,
    404,
    'what was put away cannot be chosen',
  )
  t.equal((await x.ok(`POST /data-versions/${data.id}/restore`, { as })).state, 'ready')
  await x.ok(`POST /data-versions/${data.id}/discard`, { as })
  const again = await x.call('POST /data-versions', { as, raw: formOf('away.csv', sampleCsv) })
  t.match(again, { status: 200, body: { id: data.id, state: 'ready' } }, 'uploading it again takes it back')

  const broken = await x.ok('POST /data-versions', { as, raw: formOf('broken.json', '{"a":') })
  t.equal(broken.state, 'failed')
  t.equal((await x.ok(`POST /data-versions/${broken.id}/discard`, { as })).state, 'discarded')
  t.equal((await x.call(`POST /data-versions/${broken.id}/restore`, { as })).status, 409)
  const other = await x.organization(['vendor'])
  t.equal((await x.call(`POST /data-versions/${data.id}/discard`, { as: other.maker })).status, 404)
  t.equal((await x.call(`POST /products/${id}/revise`, { as: other.maker })).status, 404)
})

t.test('a draft can be given up and taken back, and the product goes on', async t => {
  const vendor = await x.organization(['vendor'])
  const as = vendor.maker
  const product = await listedProduct(x, vendor)
  const second = await x.ok(`POST /products/${product.id}/revise`, { as })
  t.equal(second.versionNo, 2)
  await x.ok(`POST /listings/${second.listing.id}/discard`, { as })
  const draft = await x.ok(`GET /products/${product.id}/draft`, { as })
  t.match(draft, { versionNo: 1, listing: { state: 'listed' } }, 'the version in force speaks for the product again')

  const third = await x.ok(`POST /products/${product.id}/revise`, { as })
  t.equal(third.versionNo, 3)
  t.equal((await x.call(`POST /listings/${second.listing.id}/restore`, { as })).status, 409, 'one is under way')
  await x.ok(`POST /listings/${third.listing.id}/discard`, { as })
  t.equal((await x.ok(`POST /listings/${second.listing.id}/restore`, { as })).state, 'draft')
  t.equal((await x.ok(`GET /products/${product.id}/draft`, { as })).versionNo, 2)

  await x.ok(`POST /listings/${second.listing.id}/submit`, { as, body: {} })
  t.equal((await x.call(`POST /listings/${second.listing.id}/discard`, { as })).status, 409)
  const items = [{ pointer: '/abstract', message: '摘要不清', remedy: '补充范围' }]
  await x.ok(`POST /listings/${second.listing.id}/return`, { as: x.operator.maker, body: { items } })
  await x.ok(`POST /listings/${second.listing.id}/discard`, { as })
  const seen = await x.ok(`GET /listings/${second.listing.id}`, { as: x.operator.maker })
  t.equal(seen.state, 'discarded', 'what was submitted once stays known to the reviewers')
  const back = await x.ok(`POST /listings/${second.listing.id}/restore`, { as })
  t.match(back, { state: 'draft', submittedAt: null, supplement: [], remainingWorkingDays: null })
  t.equal((await x.call(`GET /listings/${second.listing.id}`, { as: x.operator.maker })).status, 404)
  const again = await x.ok(`POST /listings/${second.listing.id}/submit`, { as, body: {} })
  t.match(again, { state: 'submitted', isOverdue: false })
})

t.test('notes are proposed from the own earlier files and from names of columns, never made up', async t => {
  const vendor = await x.organization(['vendor'])
  const other = await x.organization(['vendor'])
  const as = vendor.maker
  const first = await confirmedData(
    x,
    as,
    'first.csv',
    '日期,气温(℃),weight_kg,备注(说明),门牌(号)\n2026-01-01,3.5,1.25,晴,7\n',
  )
  const byName = await x.ok(`GET /data-versions/${first.id}/suggestions`, { as })
  t.same(
    byName.columns.map((c: any) => [c.name, c.unit, c.meaning, c.source]),
    [
      ['气温(℃)', '℃', null, 'name'],
      ['weight_kg', 'kg', null, 'name'],
    ],
  )
  const columns = [
    { name: '气温(℃)', unit: '℃', meaning: '日平均气温' },
    { name: '备注(说明)', meaning: '天气现象', isSensitive: true },
  ]
  await x.ok(`POST /data-versions/${first.id}/confirm`, { as, body: { columns } })
  const { id } = await x.ok('POST /data-versions', {
    as,
    raw: formOf('second.csv', '日期,气温(℃),备注(说明)\n2026-02-01,8.5,雨\n'),
  })
  const earlier = await x.ok(`GET /data-versions/${id}/suggestions`, { as })
  t.match(earlier.columns, [
    { name: '气温(℃)', unit: '℃', meaning: '日平均气温', source: 'earlier', dataVersionId: first.id },
    { name: '备注(说明)', unit: null, meaning: '天气现象', isSensitive: true, source: 'earlier' },
  ])
  const foreign = await confirmedData(x, other.maker, 'foreign.csv', '日期,备注(说明)\n2026-02-01,雨\n')
  t.same((await x.ok(`GET /data-versions/${foreign.id}/suggestions`, { as: other.maker })).columns, [])
  t.equal((await x.call(`GET /data-versions/${id}/suggestions`, { as: other.maker })).status, 404)
})

t.test('the work list says what waits for a vendor', async t => {
  const vendor = await x.organization(['vendor'])
  const buyer = await x.organization(['buyer'])
  t.same(await work(vendor), { 'vendor.bank-account': 1 })
  t.same(await work(x.operator), {}, 'who sells nothing has no such work')
  t.equal((await x.call('GET /work-list')).status, 401)

  const as = vendor.maker
  await x.ok('POST /data-versions', { as, raw: formOf('ready.csv', sampleCsv) })
  await x.ok('POST /data-versions', { as, raw: formOf('broken.json', '[1,') })
  const { id } = await x.ok('POST /products', { as, body: { nameZh: '未完成的草稿' } })
  const report = await x.ok(`POST /products/${id}/precheck`, { as })
  const clean = await draftProduct(x, vendor)
  const { items } = await x.ok('GET /work-list', { as })
  const incomplete = items.find((item: any) => item.kind === 'vendor.draft')
  t.match(incomplete, {
    count: 1,
    href: `/vendor/products/${id}`,
    words: { zh: new RegExp(`${report.errors.length} 处`) },
  })
  t.match(await work(vendor), { 'vendor.data-confirm': 1, 'vendor.data-failed': 1, 'vendor.submit': 1 })

  await x.ok(`POST /listings/${clean.listing.id}/submit`, { as, body: {} })
  const supplement = [{ pointer: '/abstract', message: '摘要不清', remedy: '补充范围' }]
  await x.ok(`POST /listings/${clean.listing.id}/return`, { as: x.operator.maker, body: { items: supplement } })
  const returned = (await x.ok('GET /work-list', { as })).items[0]
  t.match(returned, { kind: 'vendor.supplement', isOverdue: false, dueAt: /T/ }, 'what is due comes first')
  await x.ok(`POST /listings/${clean.listing.id}/resubmit`, { as })
  await x.ok(`POST /listings/${clean.listing.id}/accept`, { as: x.operator.maker })
  await x.ok(`POST /listings/${clean.listing.id}/pass`, { as: x.operator.checker, body: passBody })
  t.equal((await work(vendor))['vendor.publish'], 1)
  await x.ok(`POST /listings/${clean.listing.id}/publish`, { as })

  const contract = await x.ok('POST /contracts', {
    as: buyer.maker,
    body: { productId: clean.id, purpose: '内部分析', scenario },
  })
  t.equal((await work(vendor))['vendor.contract-answer'], 1)
  await x.ok(`POST /contracts/${contract.id}/agree`, { as })
  t.equal((await work(vendor))['vendor.contract-sign'], 1)
  await x.ok(`POST /contracts/${contract.id}/sign`, { as: vendor.checker, body: { password } })
  t.notOk('vendor.contract-sign' in (await work(vendor)), 'the other side is to sign now')

  const endsOn = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10)
  const ending = await draftProduct(x, vendor, { fileName: 'ending.csv' })
  await publishDraft(x, vendor, ending.listing.id, { endsOn })
  t.equal((await work(vendor))['vendor.ending'], 1)
})

t.test('earnings are exact, by month, by product and order by order', async t => {
  const vendor = await x.organization(['vendor'], { name: '晋阳数据公司' })
  const buyer = await x.organization(['buyer'], { name: '=龙城应用公司' })
  const stranger = await x.organization(['vendor'])
  const openAccount = async (who: Cast, accountNumber: string) => {
    const body = { bankName: '晋商银行太原分行', accountNumber, password }
    const account = await x.ok('POST /bank-accounts', { as: who.finance, body })
    await x.ok(`POST /bank-accounts/${account.id}/confirm`, { as: x.operator.checker })
  }
  await openAccount(x.operator, '140001234567890123')
  const plan = { kind: 'one-off' as const, amountFen: 990_001 }
  const product = await listedProduct(x, vendor, { plan })
  const trade = await market.open({ vendor, buyer }, { productId: product.id })
  const as = vendor.finance
  t.match(await x.ok('GET /earnings', { as }), { standing: { escrowFen: 0, payableFen: 0 }, months: [], products: [] })

  await market.pay(trade)
  await market.fetchData(trade)
  t.equal((await x.ok('GET /earnings', { as })).standing.escrowFen, 990_001)
  await market.act(trade, buyer, 'accept')
  const { settleAfter } = await market.order(trade)
  await x.advanceTo(new Date(Date.parse(settleAfter) + 60_000))
  await x.until(async () => (await x.ok('GET /earnings', { as })).products.length === 1, 'the settlement')
  const owed = await x.ok('GET /earnings', { as })
  t.match(owed.standing, { escrowFen: 0, payableFen: 970_201, waitingFen: 970_201, paidFen: 0 })
  t.equal((await work(vendor))['vendor.bank-account'], 1)
  await openAccount(vendor, '140009876543210987')
  await market.payOut(trade, 'vendor')

  const earned = await x.ok('GET /earnings', { as })
  const sums = { orders: 1, amountFen: 990_001, feeFen: 19_800, vendorFen: 970_201 }
  t.match(earned.standing, { payableFen: 0, inFlightFen: 0, waitingFen: 0, paidFen: 970_201 })
  t.match(earned.months, [{ ...sums, paidFen: 970_201 }])
  t.match(earned.products, [{ ...sums, productId: product.id, nameZh: product.content.nameZh }])
  t.same((await x.ok(`GET /earnings?year=${earned.year - 1}`, { as })).months, [])

  const statement = await x.call('GET /earnings/statement', { as })
  t.match(statement.headers, { 'content-type': /text\/csv/, 'content-disposition': /attachment; filename/ })
  const lines = statement.bytes.toString('utf8').split('\r\n')
  t.equal(lines.length, 4, 'header, one order, the totals, a last line break')
  t.match(lines[1], /9900\.01,198\.00,9702\.01,已付款,\d{4}-\d\d-\d\d,OUT/)
  t.match(lines[1], /'=龙城应用公司/, 'a name cannot act as a formula')
  t.match(lines[2], /^合计,,,,,9900\.01,198\.00,9702\.01/)

  t.same((await x.ok('GET /earnings', { as: stranger.finance })).products, [])
  t.equal((await x.call('GET /earnings', { as: vendor.maker })).status, 403)
  t.equal((await x.call('GET /earnings', { as: buyer.finance })).status, 403)
})
