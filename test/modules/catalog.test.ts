import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { movesFrom } from '../../src/kernel/machine.ts'
import { listingMachine, type Offer, offerOf } from '../../src/modules/catalog/index.ts'
import { type Cast, openExchange, type Role, type TestExchange } from '../support/exchange.ts'
import {
  confirmedData,
  draftProduct,
  formOf,
  listedProduct,
  passBody,
  productContent,
  publishDraft,
  sampleCsv,
} from '../support/offering.ts'

type Move = keyof typeof listingMachine.moves
type State = keyof typeof listingMachine.states

const reason = { reason: '供方提交的材料需要核实' }

/** Who makes each move, and with what. */
const movers = (x: TestExchange, vendor: Cast): Record<Exclude<Move, 'expire'>, [Role, unknown?]> => ({
  submit: [vendor.maker, {}],
  resubmit: [vendor.maker],
  renew: [vendor.maker, {}],
  accept: [x.operator.maker],
  return: [x.operator.maker, { items: [{ pointer: '/abstract', message: '摘要不清', remedy: '补充范围' }] }],
  refuse: [x.operator.checker, reason],
  pass: [x.operator.checker, passBody],
  publish: [vendor.maker],
  suspend: [vendor.checker, reason],
  resume: [vendor.checker],
  delist: [vendor.checker, reason],
  discard: [vendor.maker],
  restore: [vendor.maker],
})

const paths: Record<State, Exclude<Move, 'expire'>[]> = {
  draft: [],
  submitted: ['submit'],
  supplementing: ['submit', 'return'],
  reviewing: ['submit', 'accept'],
  approved: ['submit', 'accept', 'pass'],
  listed: ['submit', 'accept', 'pass', 'publish'],
  suspended: ['submit', 'accept', 'pass', 'publish', 'suspend'],
  delisted: ['submit', 'accept', 'pass', 'publish', 'delist'],
  expired: ['submit', 'accept', 'pass', 'publish'],
  rejected: ['submit', 'refuse'],
  discarded: ['discard'],
}

/** What triggers and moves must agree on: counters against a fresh count. */
async function drift(x: TestExchange) {
  const [row] = await x.sql`
    select (select coalesce(sum(count), 0)::int from catalog.facet_count where facet = 'all') as counted,
      (select count(*)::int from catalog.listed_product) as listed,
      (select count(*)::int from catalog.listing where state = 'listed') as states,
      (select count(*)::int from (
        select token, sum(n) from (
          select token, count as n from catalog.token_count
          union all select w, -1 from catalog.listed_product p, unnest(tsvector_to_array(p.document)) w) u
        group by token having sum(n) <> 0) d) as tokens`
  return row
}

t.test('listings', async t => {
  const x = await openExchange(t, { workers: false })
  const vendor = await x.organization(['vendor'], { name: '太原空气科技有限公司' })
  const other = await x.organization(['vendor'])
  const make = movers(x, vendor)
  const go = (move: Exclude<Move, 'expire'>, id: string) => {
    const [as, body] = make[move]
    return x.call(`POST /listings/${id}/${move}`, { as, body })
  }

  await t.test('every move is possible exactly where the life cycle says so', async t => {
    for (const [state, path] of Object.entries(paths) as [State, Exclude<Move, 'expire'>[]][]) {
      const draft = await draftProduct(x, vendor)
      for (const move of path) {
        const done = await go(move, draft.listing.id)
        t.match(done, { status: 200, body: { state: listingMachine.moves[move].to } }, `${state}: ${move}`)
      }
      if (state === 'expired') await x.sql`update catalog.listing set state = 'expired' where id = ${draft.listing.id}`
      const possible: string[] = movesFrom(listingMachine, state)
      for (const move of Object.keys(make) as Exclude<Move, 'expire'>[]) {
        if (possible.includes(move)) continue
        const refused = await go(move, draft.listing.id)
        // a draft is the vendor's own: for the operator it is not there
        const isHidden = ['draft', 'discarded'].includes(state) && make[move][0].organizationId === x.operator.id
        t.equal(refused.status, isHidden ? 404 : 409, `${move} from ${state}`)
        t.equal(refused.body.type, `/problems/${isHidden ? 'not-found' : 'state-conflict'}`)
      }
      // the product of an "expired" row above is still in the index, which the timer would have cleared
      if (state === 'expired') await x.sql`delete from catalog.listed_product where listing_id = ${draft.listing.id}`
    }
    const drifted = await drift(x)
    t.match(drifted, { counted: drifted?.listed, states: drifted?.listed, tokens: 0 })
  })

  await t.test('the pre-check and the submission refuse the same', async t => {
    const { id, listing } = await x.ok('POST /products', { as: vendor.maker, body: { nameZh: '未完成的产品' } })
    const report = await x.ok(`POST /products/${id}/precheck`, { as: vendor.maker })
    t.equal(report.isReady, false)
    const refused = await go('submit', listing.id)
    t.match(refused, { status: 422, body: { type: '/problems/rule-violated' } })
    t.same(
      refused.body.errors.map((e: any) => e.pointer),
      report.errors.map((e: any) => e.pointer),
    )
    t.ok(refused.body.errors.every((e: any) => e.message && e.remedy))
    for (const pointer of ['/sourceStatement', '/grade', '/dataVersionId', '/plans', '/containsPersonalInfo'])
      t.ok(
        report.errors.some((e: any) => e.pointer === pointer),
        pointer,
      )
    const full = await draftProduct(x, vendor)
    t.equal((await x.ok(`POST /products/${full.id}/precheck`, { as: vendor.maker })).isReady, true)
    for (const [change, pointer] of [
      [{ sourceStatement: '自采' }, '/sourceStatement'],
      [{ sourceStatement: productContent.sourceStatement, grade: 'core' }, '/grade'],
      [{ grade: 'general', containsPersonalInfo: true }, '/personalInfoBasis'],
    ] as const) {
      await x.ok(`PATCH /products/${full.id}`, { as: vendor.maker, body: change })
      const { status, body } = await go('submit', full.listing.id)
      t.equal(status, 422, pointer)
      t.ok(
        body.errors.some((e: any) => e.pointer === pointer),
        pointer,
      )
    }
    const { id: raw } = await x.ok('POST /data-versions', {
      as: vendor.maker,
      raw: formOf('unconfirmed.csv', sampleCsv),
    })
    await x.ok(`PATCH /products/${full.id}`, {
      as: vendor.maker,
      body: { containsPersonalInfo: false, dataVersionId: raw },
    })
    t.match((await go('submit', full.listing.id)).body.errors, [{ pointer: '/dataVersionId' }])
    const state = await x.ok(`GET /listings/${full.listing.id}`, { as: vendor.maker })
    t.equal(state.state, 'draft', 'what was refused left no trace')
  })

  await t.test('core data is refused by the database too', async t => {
    const draft = await draftProduct(x, vendor)
    await t.rejects(
      x.sql`update catalog.listing set state = 'submitted', grade = 'core', submitted_by = ${vendor.maker.personId},
        submitted_at = now(), due_at = now() where id = ${draft.listing.id}`,
      /without source, grade/,
    )
    await go('submit', draft.listing.id)
    await t.rejects(
      x.sql`update catalog.listing set grade = 'core' where id = ${draft.listing.id}`,
      /listing_core_never_traded/,
    )
    await t.rejects(x.sql`update catalog.listing set state = 'listed' where id = ${draft.listing.id}`, /cannot go from/)
    const [row] = await x.sql`select version_id from catalog.listing where id = ${draft.listing.id}`
    await t.rejects(
      x.sql`update catalog.product_version set area = '全球' where id = ${row?.version_id}`,
      /cannot be edited/,
    )
    await t.rejects(
      x.sql`update catalog.price_plan set amount_fen = 1 where product_id = ${draft.id}`,
      /only be replaced/,
    )
  })

  await t.test('two submissions at once give one success, one conflict and one audit entry', async t => {
    const draft = await draftProduct(x, vendor)
    const [a, b] = await Promise.all([go('submit', draft.listing.id), go('submit', draft.listing.id)])
    t.same([a.status, b.status].sort(), [200, 409])
    const entries = await x.sql`
      select 1 from kernel.audit_entry where subject_id = ${draft.listing.id} and action = 'listing.submit'`
    t.equal(entries.length, 1)
  })

  await t.test('the reviewer is neither the submitter nor of the vendor', async t => {
    const { checker } = x.operator
    await x.ok('PUT /members', { as: vendor.administrator, body: { email: checker.email, duties: ['maker'] } })
    const draft = await draftProduct(x, vendor)
    const asVendor = { ...checker, organizationId: vendor.id }
    await x.ok(`POST /listings/${draft.listing.id}/submit`, { as: asVendor, body: {} })
    await go('accept', draft.listing.id)
    t.match(await go('pass', draft.listing.id), { status: 403, body: { type: '/problems/reviewer-not-independent' } })
    t.equal(
      (await x.call(`POST /listings/${draft.listing.id}/pass`, { as: vendor.checker, body: passBody })).status,
      403,
    )
    await t.rejects(
      x.sql`update catalog.listing set state = 'approved', reviewed_by = submitted_by,
        reviewer_organization_id = ${x.operator.id} where id = ${draft.listing.id}`,
      /listing_reviewed_independently/,
    )
  })

  await t.test('important data needs an approval and its separate confirmation', async t => {
    const draft = await draftProduct(x, vendor, {
      content: { grade: 'important', importantDataApproval: '晋数函〔2026〕1号，2026年5月6日' },
    })
    for (const move of ['submit', 'accept'] as const) t.equal((await go(move, draft.listing.id)).status, 200)
    t.match(await go('pass', draft.listing.id), {
      status: 422,
      body: { errors: [{ pointer: '/isImportantDataConfirmed' }] },
    })
    const body = { ...passBody, isImportantDataConfirmed: true }
    t.equal((await x.call(`POST /listings/${draft.listing.id}/pass`, { as: x.operator.checker, body })).status, 200)
  })

  await t.test("another organisation's product and listing do not exist", async t => {
    const draft = await draftProduct(x, vendor)
    const as = other.maker
    const calls: [string, unknown?][] = [
      [`GET /products/${draft.id}/draft`],
      [`PATCH /products/${draft.id}`, { abstract: '改' }],
      [`POST /products/${draft.id}/revise`],
      [`POST /products/${draft.id}/price`, { kind: 'free' }],
      [`POST /products/${draft.id}/unprice`, { code: 'standard' }],
      [`POST /products/${draft.id}/precheck`],
      [`GET /listings/${draft.listing.id}`],
      [`POST /listings/${draft.listing.id}/submit`, {}],
      [`GET /products/${draft.id}`],
    ]
    for (const [address, body] of calls) t.equal((await x.call(address, { as, body })).status, 404, address)
    t.equal(
      (await x.call(`GET /listings/${draft.listing.id}`, { as: x.operator.checker })).status,
      404,
      "a draft is the vendor's",
    )
    const body = { nameZh: '借用他人数据', dataVersionId: draft.content.dataVersionId }
    t.equal((await x.call('POST /products', { as, body })).status, 404)
    t.same((await x.ok('GET /listings', { as })).items, [])
  })

  await t.test('an authority reaches the listings of its own division only, and its suspension binds', async t => {
    const taiyuan = await x.organization(['authority'], { division: '140100' })
    const datong = await x.organization(['authority'], { division: '140200' })
    const province = await x.organization(['authority'], { division: '140000' })
    const product = await listedProduct(x, vendor)
    const listing = `/listings/${product.listing.id}`
    t.equal((await x.call(`GET ${listing}`, { as: datong.maker })).status, 404)
    t.equal((await x.call(`POST ${listing}/suspend`, { as: datong.maker, body: reason })).status, 404)
    t.equal((await x.call(`GET ${listing}`, { as: province.maker })).status, 200)
    t.same((await x.ok('GET /listings', { as: datong.maker })).items, [])
    await x.ok(`POST ${listing}/suspend`, { as: taiyuan.maker, body: reason })
    t.equal((await go('resume', product.listing.id)).status, 403)
    t.equal((await go('delist', product.listing.id)).status, 403)
    t.equal((await x.call(`POST ${listing}/resume`, { as: x.operator.checker })).status, 403)
    const shown = await x.ok(`GET /products/${product.id}`)
    t.match(shown, { isListed: false, listing: { state: 'suspended' } })
    await t.rejects(offer(x, product.id), /not-listed/)
    t.equal((await x.call(`POST ${listing}/resume`, { as: taiyuan.maker })).status, 200)
    t.equal((await offer(x, product.id)).isListed, true)
    const queue = await x.ok('GET /listings?state=listed&limit=100', { as: x.operator.maker })
    t.ok(queue.items.some((item: any) => item.id === product.listing.id))
    await go('delist', product.listing.id)
  })

  await t.test('what a person may see of a listing is in its file, with the warnings', async t => {
    const draft = await draftProduct(x, vendor)
    await go('submit', draft.listing.id)
    const file = await x.ok(`GET /listings/${draft.listing.id}`, { as: x.operator.maker })
    t.match(file, {
      state: 'submitted',
      facts: { rows: 3, format: 'csv' },
      content: { grade: 'general' },
      isOverdue: false,
    })
    t.match(file.contentHash, /^[0-9a-f]{64}$/)
    t.ok(file.warnings.every((w: any) => w.message.zh && w.remedy.en))
    t.match(file.rulePack, /^national-2025@/)
  })

  await t.test('sensitive columns are masked for the public', async t => {
    const data = await confirmedData(x, vendor.maker, 'masked.csv')
    const columns = [{ name: '监测站点', isSensitive: true }]
    await x.ok(`POST /data-versions/${data.id}/confirm`, { as: vendor.maker, body: { columns } })
    const product = await listedProduct(x, vendor, { content: { dataVersionId: data.id } })
    t.same(
      product.data.sample.map((row: string[]) => row[1]),
      ['***', '***', '***'],
    )
    t.match(product.data.columns[1], { isSensitive: true, min: null, max: null, example: null })
    t.match(product.vendor, { nameZh: '太原空气科技有限公司', isVerified: true })
    await go('delist', product.listing.id)
  })
})

const offer = (x: TestExchange, productId: string, planId?: string): Promise<Offer> =>
  x.exchange.engine.read(system, rx => offerOf(rx, productId, planId))

t.test('time and versions', async t => {
  const x = await openExchange(t)
  const vendor = await x.organization(['vendor'])
  const { maker, checker } = vendor
  const listingOf = (id: string) => x.ok(`GET /listings/${id}`, { as: maker })

  await t.test('a request for supplement stops the acceptance clock', async t => {
    await x.advanceTo(new Date('2027-03-01T02:00:00Z'))
    const draft = await draftProduct(x, vendor)
    const { id } = draft.listing
    const submitted = await x.ok(`POST /listings/${id}/submit`, { as: maker, body: {} })
    t.equal(submitted.dueAt, '2027-03-04T15:59:59.999Z', 'three working days')
    t.equal(submitted.isDueProvisional, true, 'the holidays of 2027 are not published')
    await x.advanceTo(new Date('2027-03-02T02:00:00Z'))
    const items = [{ pointer: '/abstract', message: '未说明监测频次', remedy: '补充监测频次' }]
    const returned = await x.ok(`POST /listings/${id}/return`, { as: x.operator.maker, body: { items } })
    t.match(returned, { state: 'supplementing', remainingWorkingDays: 2, supplement: items })
    await x.ok(`PATCH /products/${draft.id}`, {
      as: maker,
      body: { abstract: `${productContent.abstract}每小时监测一次。` },
    })
    await x.advanceTo(new Date('2027-03-08T02:00:00Z'))
    const again = await x.ok(`POST /listings/${id}/resubmit`, { as: maker })
    t.match(again, {
      state: 'submitted',
      dueAt: '2027-03-10T15:59:59.999Z',
      remainingWorkingDays: null,
      supplement: [],
    })
    t.equal((await x.call(`PATCH /products/${draft.id}`, { as: maker, body: { abstract: '改' } })).status, 409)
    await x.advanceTo(new Date('2027-03-11T02:00:00Z'))
    t.equal((await listingOf(id)).isOverdue, true)
    const accepted = await x.ok(`POST /listings/${id}/accept`, { as: x.operator.maker })
    t.equal(accepted.dueAt, '2027-03-25T15:59:59.999Z', 'ten working days')
  })

  await t.test('a new version is reviewed while the old one stays listed, a new price is not', async t => {
    const product = await listedProduct(x, vendor)
    const [first] = product.plans
    await x.ok(`POST /products/${product.id}/price`, { as: maker, body: { kind: 'one-off', amountFen: 1_500_000 } })
    const priced = await x.ok(`GET /products/${product.id}`)
    t.match(priced, { versionNo: 1, plans: [{ version: 2, amountFen: 1_500_000 }] })
    t.equal((await x.ok('GET /products')).items[0].amountFen, 1_500_000)
    await t.rejects(offer(x, product.id, first.id), /price-changed/)
    const bought = await offer(x, product.id, priced.plans[0].id)
    t.match(bought, {
      plan: { amountFen: 1_500_000n, version: 2 },
      versionNo: 1,
      rightsOffered: { kind: 'use', termMonths: 12 },
    })
    t.equal(
      (await x.call(`POST /products/${product.id}/unprice`, { as: maker, body: { code: 'standard' } })).status,
      422,
    )
    t.equal((await x.call(`PATCH /products/${product.id}`, { as: maker, body: { area: '全球' } })).status, 409)

    const next = await x.ok(`POST /products/${product.id}/revise`, { as: maker })
    t.match(next, { versionNo: 2, listing: { state: 'draft' }, content: { area: productContent.area } })
    t.equal((await x.call(`POST /products/${product.id}/revise`, { as: maker })).status, 409)
    await x.ok(`PATCH /products/${product.id}`, { as: maker, body: { nameZh: '太原市空气质量小时数据' } })
    t.equal((await x.ok(`GET /products/${product.id}`)).content.nameZh, productContent.nameZh)
    await publishDraft(x, vendor, next.listing.id)
    t.match(await x.ok(`GET /products/${product.id}`), { versionNo: 2, content: { nameZh: '太原市空气质量小时数据' } })
    t.match(await listingOf(product.listing.id), { state: 'delisted', reason: /Replaced by version 2/ })
    t.equal((await x.ok(`GET /products?q=${encodeURIComponent('小时')}`)).total, 1)
    t.match(await drift(x), { tokens: 0 })
  })

  await t.test('a free plan and a paid one stand side by side, and one must be chosen', async t => {
    const product = await listedProduct(x, vendor, { plan: { kind: 'free', code: 'trial' } })
    await x.ok(`POST /products/${product.id}/price`, {
      as: maker,
      body: { code: 'full', kind: 'one-off', amountFen: 100 },
    })
    await t.rejects(offer(x, product.id), /invalid-input/)
    t.equal((await x.ok('GET /products?priceKind=free')).items[0].id, product.id)
    await x.ok(`POST /products/${product.id}/unprice`, { as: maker, body: { code: 'trial' } })
    t.match(await offer(x, product.id), { plan: { code: 'full', kind: 'one-off' } })
    t.same((await x.ok('GET /products?priceKind=free')).items, [])
    for (const body of [{ kind: 'one-off' }, { kind: 'free', amountFen: 5 }])
      t.match(await x.call(`POST /products/${product.id}/price`, { as: maker, body }), {
        status: 400,
        body: { errors: [{ pointer: '/amountFen' }] },
      })
    await t.rejects(offer(x, '01900000-0000-7000-8000-000000000000'), /not-found/)
  })

  await t.test('a listing ends with its term and can be renewed after a new review', async t => {
    const draft = await draftProduct(x, vendor)
    const past = await x.call(`POST /listings/${draft.listing.id}/submit`, {
      as: maker,
      body: { endsOn: '2020-01-01' },
    })
    t.match(past, { status: 400, body: { errors: [{ pointer: '/endsOn' }] } })
    const { now } = await x.ok('GET /clock')
    const endsOn = new Date(new Date(now).getTime() + 2 * 86_400_000).toISOString().slice(0, 10)
    const listed = await publishDraft(x, vendor, draft.listing.id, { endsOn })
    t.equal(listed.endsOn, endsOn)
    await x.advanceDays(4)
    await x.until(async () => (await listingOf(draft.listing.id)).state === 'expired', 'expiry')
    t.match(await x.ok(`GET /products/${draft.id}`), { isListed: false, listing: { state: 'expired' } })
    t.notOk((await x.ok('GET /products')).items.some((item: any) => item.id === draft.id))
    t.match(await x.ok(`POST /listings/${draft.listing.id}/renew`, { as: maker, body: {} }), {
      state: 'reviewing',
      endsOn: null,
    })
    await x.ok(`POST /listings/${draft.listing.id}/pass`, { as: x.operator.checker, body: passBody })
    await x.ok(`POST /listings/${draft.listing.id}/publish`, { as: checker })
    t.equal((await x.ok(`GET /products/${draft.id}`)).isListed, true)
    t.match(await drift(x), { tokens: 0 })
    const kept = await x.sql`select action from kernel.audit_entry where subject_id = ${draft.listing.id} order by seq`
    t.same(
      kept.map(k => k.action.replace('listing.', '')),
      ['submit', 'accept', 'pass', 'publish', 'expire', 'renew', 'pass', 'publish'],
    )
  })
})
