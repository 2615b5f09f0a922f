import t from 'tap'
import { openExchange, password } from '../support/exchange.ts'
import { answersFor, assessed } from '../support/gate.ts'
import { openMarket } from '../support/market.ts'
import { draftProduct, formOf, listedProduct, passBody, productContent } from '../support/offering.ts'
import { scenario } from '../support/trade.ts'

const x = await openExchange(t)
const market = openMarket(x)
const vendor = await x.organization(['vendor'])
const buyer = await x.organization(['buyer'])
const { operator } = x

let serial = 0
/** A confirmed version that nobody has graded. */
async function rawVersion(bytes: string | Buffer = `日期,数值\n2026-01-01,${++serial}\n`) {
  const { id } = await x.ok('POST /data-versions', { as: vendor.maker, raw: formOf(`raw${++serial}.csv`, bytes) })
  await x.until(async () => (await x.ok(`GET /data-versions/${id}`, { as: vendor.maker })).state !== 'profiling')
  await x.ok(`POST /data-versions/${id}/confirm`, { as: vendor.maker, body: {} })
  return id as string
}
async function draftOver(dataVersionId: string) {
  const { grade: _, containsPersonalInfo: __, sourceStatement: ___, ...content } = productContent
  const draft = await x.ok('POST /products', { as: vendor.maker, body: { ...content, dataVersionId } })
  await x.ok(`POST /products/${draft.id}/price`, { as: vendor.maker, body: { kind: 'one-off', amountFen: 100_000 } })
  return draft
}
const pointersOf = (reply: any) => reply.body.errors.map((e: any) => e.pointer)
const versionIn = async (productId: string) => {
  const [row] = await x.sql`select v.data_version_id as id, l.id as listing from catalog.product_version v
    join catalog.listing l on l.version_id = v.id where v.product_id = ${productId} order by v.version_no desc limit 1`
  return row as { id: string; listing: string }
}
/** A high risk that a reviewer finds in a released version. */
async function findHigh(dataVersionId: string) {
  const file = await x.ok(`GET /data-versions/${dataVersionId}/assessment`, { as: operator.checker })
  await x.ok(`POST /assessments/${file.assessment.id}/find`, {
    as: operator.checker,
    body: { findings: [{ severity: 'high', message: '可反推个人身份', demand: '立即停止提供并说明' }] },
  })
  return file.assessment.id as string
}

t.test('the pre-check asks for a decided grade and a submitted assessment, and takes over what they say', async t => {
  const id = await rawVersion()
  const { id: product, listing } = await draftOver(id)
  const submit = () => x.call(`POST /listings/${listing.id}/submit`, { as: vendor.maker, body: {} })
  const ungraded = await submit()
  t.equal(ungraded.status, 422)
  t.same(
    pointersOf(ungraded).filter((p: string) => p === '/grade'),
    ['/grade'],
    'said once',
  )
  t.match(
    JSON.stringify(ungraded.body.errors),
    new RegExp(`/data-versions/${id}/assessment`),
    'with the page that mends it',
  )
  await x.ok(`POST /data-versions/${id}/grade`, { as: vendor.maker, body: { grade: 'general' } })
  t.match(pointersOf(await submit()), ['/sourceStatement', '/containsPersonalInfo', '/dataVersionId'])
  const file = await x.ok(`GET /data-versions/${id}/assessment`, { as: vendor.maker })
  await x.ok(`POST /data-versions/${id}/assess`, { as: vendor.maker, body: answersFor(file) })
  t.equal((await submit()).status, 200, 'nothing is asked twice')
  const { content } = await x.ok(`GET /products/${product}/draft`, { as: vendor.maker })
  t.match(content, { grade: 'general', containsPersonalInfo: false, sourceStatement: answersFor(file).sourceStatement })
})

t.test('the listing review shows the ten points and is the risk review', async t => {
  const draft = await draftProduct(x, vendor, { bytes: `日期,数值\n2026-02-01,${++serial}\n` })
  const { id } = await versionIn(draft.id)
  await x.ok(`POST /listings/${draft.listing.id}/submit`, { as: vendor.maker, body: {} })
  await x.ok(`POST /listings/${draft.listing.id}/accept`, { as: operator.maker })
  const { items } = await x.ok(`GET /listings/${draft.listing.id}/checklist`, { as: operator.checker })
  const security = items.find((item: any) => item.code === 'security')
  t.equal(security.evidence.filter((e: any) => /: no \((by facts|said by the provider)\)/.test(e.en)).length, 10)
  const part = await x.call(`POST /listings/${draft.listing.id}/pass`, {
    as: operator.checker,
    body: { ...passBody, checks: ['grade'] },
  })
  t.equal(part.status, 422)
  t.match(
    await x.ok(`GET /data-versions/${id}/release`, { as: vendor.maker }),
    { state: 'reviewing' },
    'nor is it released',
  )
  await x.ok(`POST /listings/${draft.listing.id}/pass`, { as: operator.checker, body: passBody })
  t.match(await x.ok(`GET /data-versions/${id}/release`, { as: vendor.maker }), { state: 'released' })
})

t.test('a listing whose data has an open risk is not passed, published or resumed', async t => {
  const draft = await draftProduct(x, vendor, { bytes: `日期,数值\n2026-03-01,${++serial}\n` })
  const { id } = await versionIn(draft.id)
  const at = `/listings/${draft.listing.id}`
  await x.ok(`POST ${at}/submit`, { as: vendor.maker, body: {} })
  await x.ok(`POST ${at}/accept`, { as: operator.maker })
  const { assessment } = await x.ok(`GET /data-versions/${id}/assessment`, { as: operator.maker })
  await x.ok(`POST /assessments/${assessment.id}/review`, { as: operator.maker })
  await x.ok(`POST /assessments/${assessment.id}/find`, {
    as: operator.maker,
    body: { findings: [{ severity: 'low', message: '说明不清', demand: '补充说明' }] },
  })
  const refused = await x.call(`POST ${at}/pass`, { as: operator.checker, body: passBody })
  t.match(refused, { status: 422, body: { type: '/problems/not-released' } })
  const { findings } = await x.ok(`GET /data-versions/${id}/assessment`, { as: vendor.maker })
  await x.ok(`POST /assessments/${assessment.id}/feedback`, {
    as: vendor.maker,
    body: { handlings: [{ findingId: findings[0].id, handling: '已补充说明' }] },
  })
  await x.ok(`POST ${at}/pass`, { as: operator.checker, body: passBody })
  await findHigh(id)
  t.match(await x.call(`POST ${at}/publish`, { as: vendor.maker }), {
    status: 422,
    body: { type: '/problems/not-released' },
  })
  await t.rejects(
    x.sql`update catalog.listing set state = 'listed', listed_at = now() where id = ${draft.listing.id}`,
    /is not released/,
  )
})

t.test('a high risk stops downloads at the next request, contracts and listing, until it is handled', async t => {
  const trade = await market.open({ vendor, buyer }, { amountFen: 50_000 })
  await market.pay(trade)
  await market.reach(trade, 'delivering')
  const link = await market.askForLink(trade)
  t.equal(link.status, 201)
  const { pathname, search } = new URL(link.body.url)
  const [row] =
    await x.sql`select product_id, data_version_id, id from contracts.contract where id = ${trade.contractId}`
  const { product_id: productId, data_version_id: id } = row as any
  const open = await x.ok('POST /contracts', { as: buyer.maker, body: { productId, purpose: '内部分析', scenario } })
  const assessment = await findHigh(id)
  t.match(
    await x.call(`GET /${pathname}${search}`),
    { status: 422, body: { type: '/problems/not-released' } },
    'the link',
  )
  t.equal((await market.askForLink(trade)).status >= 400, true, 'a new link')
  t.equal(
    (await x.call('POST /contracts', { as: buyer.maker, body: { productId, purpose: '内部分析', scenario } })).status,
    422,
  )
  t.equal((await x.call(`POST /contracts/${open.id}/agree`, { as: vendor.maker })).status, 422)
  await x.until(
    async () =>
      (await x.ok(`GET /products/${productId}`)).listing?.state === 'suspended' ||
      (await x.sql`select 1 from catalog.listing where product_id = ${productId} and state = 'suspended'`).length > 0,
    'the suspension',
  )
  await x.until(
    async () =>
      (await x.sql`select 1 from delivery.entitlement where contract_id = ${trade.contractId} and state = 'suspended'`)
        .length > 0,
    'the entitlement',
  )
  await t.rejects(
    x.sql`update delivery.entitlement set state = 'active' where contract_id = ${trade.contractId}`,
    /is not released/,
  )
  await t.rejects(x.sql`update contracts.contract set state = 'agreed' where id = ${open.id}`, /is not released/)
  const listing = (await versionIn(productId)).listing
  t.equal((await x.call(`POST /listings/${listing}/resume`, { as: operator.checker })).status, 422)
  const { findings } = await x.ok(`GET /data-versions/${id}/assessment`, { as: vendor.maker })
  await x.ok(`POST /assessments/${assessment}/feedback`, {
    as: vendor.maker,
    body: { handlings: findings.map((f: any) => ({ findingId: f.id, handling: '已聚合到区县，不能反推' })) },
  })
  await x.ok(`POST /assessments/${assessment}/recheck`, { as: operator.maker })
  await x.ok(`POST /assessments/${assessment}/pass`, { as: operator.checker, body: { opinion: '风险已消除' } })
  await x.until(async () => (await market.askForLink(trade)).status === 201, 'the entitlement again')
  await x.until(
    async () => (await x.ok(`GET /products/${productId}`)).listing.state === 'listed',
    'the listing, with the decision that released the data',
  )
  const again = await market.askForLink(trade)
  const fetched = new URL(again.body.url)
  t.equal((await x.call(`GET /${fetched.pathname}${fetched.search}`)).status, 200)
})

t.test('direct SQL contracts and delivers nothing that is not released', async t => {
  const product = await listedProduct(x, vendor, { bytes: `日期,数值\n2026-04-01,${++serial}\n` })
  const { id: contract } = await x.ok('POST /contracts', {
    as: buyer.maker,
    body: { productId: product.id, purpose: '内部分析', scenario },
  })
  const other = await rawVersion()
  await t.rejects(
    x.sql`insert into contracts.contract select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(),
      'number', 'x', 'data_version_id', ${other}::text))).* from contracts.contract c where c.id = ${contract}`,
    /is not released/,
  )
  await x.ok(`POST /contracts/${contract}/agree`, { as: vendor.maker })
  await findHigh((await versionIn(product.id)).id)
  const signed = await x.call(`POST /contracts/${contract}/sign`, { as: vendor.checker, body: { password } })
  t.match(signed, { status: 422, body: { type: '/problems/not-released' } })
})

t.test('a GBK file with citizen numbers is held until the column is masked', async t => {
  const rows = Array.from({ length: 2000 }, (_, i) => `${i},11010519491231002X`).join('\n')
  const gbk = Buffer.concat([
    Buffer.from([0xd0, 0xf2, 0xba, 0xc5, 0x2c, 0xc9, 0xed, 0xb7, 0xdd, 0xd6, 0xa4]),
    Buffer.from(`\n${rows}\n`),
  ])
  const id = await rawVersion(gbk)
  await x.ok(`POST /data-versions/${id}/grade`, { as: vendor.maker, body: { grade: 'general' } })
  const file = await x.ok(`GET /data-versions/${id}/assessment`, { as: vendor.maker })
  t.match(file.held, [{ column: '身份证', kind: 'citizen-id', count: 2000, filled: 2000 }])
  const held = await x.call(`POST /data-versions/${id}/assess`, { as: vendor.maker, body: answersFor(file) })
  t.match(held.body.errors, [{ message: /“身份证” holds 2000 citizen identity numbers/ }])
  const { listing } = await draftOver(id)
  const refused = await x.call(`POST /listings/${listing.id}/submit`, { as: vendor.maker, body: {} })
  t.ok(pointersOf(refused).includes('/dataVersionId'))
  const masked = await rawVersion(`序号,身份证\n${rows.replaceAll('11010519491231002X', '110***********002X')}\n`)
  t.match(await assessed(x, vendor.maker, masked), { state: 'submitted' })
})
