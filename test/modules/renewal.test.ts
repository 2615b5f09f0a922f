import t from 'tap'
import { openExchange, type Role } from '../support/exchange.ts'
import { answersFor, assessed, passedReview } from '../support/gate.ts'
import { openMarket } from '../support/market.ts'
import { formOf, listedProduct } from '../support/offering.ts'

const x = await openExchange(t)
const market = openMarket(x)
const vendor = await x.organization(['vendor'], { name: '忻州气象数据公司' })
const buyer = await x.organization(['buyer'])
const other = await x.organization(['vendor'])
const { operator } = x
const day = 86_400_000

let serial = 0
async function version(bytes = `日期,值\n2026-01-01,${++serial}\n`, fileName = `v${++serial}.csv`) {
  const { id } = await x.ok('POST /data-versions', { as: vendor.maker, raw: formOf(fileName, bytes) })
  await x.until(async () => (await x.ok(`GET /data-versions/${id}`, { as: vendor.maker })).state !== 'profiling')
  await x.ok(`POST /data-versions/${id}/confirm`, { as: vendor.maker, body: {} })
  return id as string
}
const fileOf = (id: string) => x.ok(`GET /data-versions/${id}/assessment`, { as: vendor.maker })
const stateOf = async (id: string) => (await x.ok(`GET /data-versions/${id}/release`, { as: vendor.maker })).state
const released = async (id: string) => passedReview(x, (await assessed(x, vendor.maker, id)).id)
/** Assesses a graded version as its provider does the second time. */
const assessAgain = async (id: string) =>
  x.call(`POST /data-versions/${id}/assess`, { as: vendor.maker, body: answersFor(await fileOf(id)) })
const listed = async () => {
  const product = await listedProduct(x, vendor, { bytes: `日期,数值\n2026-05-01,${++serial}\n` })
  const [row] = await x.sql`select v.data_version_id as data, l.id as listing from catalog.product_version v
    join catalog.listing l on l.version_id = v.id where v.product_id = ${product.id}`
  return { product: product.id as string, data: row!.data as string, listing: row!.listing as string }
}
const listingState = async (id: string) =>
  (await x.sql<{ state: string }[]>`select state from catalog.listing where id = ${id}`)[0]!.state
const isListing = (id: string, state: string) =>
  x.until(async () => (await listingState(id)) === state, `${id} ${state}`)
const tellings = async (as: Role, kind: string) => {
  const { items } = await x.ok('GET /notices?limit=100', { as })
  return items.filter((item: any) => item.kind === kind)
}
const isTold = (as: Role, kind: string) => x.until(async () => (await tellings(as, kind))[0], `${kind} is told`)
const work = async (kind: string) =>
  (await x.ok('GET /work-list', { as: vendor.maker })).items.find((item: any) => item.kind === kind)
const opinion = { opinion: '风险已消除，同意放行' }
const high = { findings: [{ severity: 'high', message: '可反推个人身份', demand: '立即停止提供并说明' }] }
/** The provider handles all that was found, and a reviewer takes it up again. */
async function handled(id: string) {
  const { assessment, findings } = await fileOf(id)
  const open = findings.filter((each: any) => each.closedAt === null)
  await x.ok(`POST /assessments/${assessment.id}/feedback`, {
    as: vendor.maker,
    body: { handlings: open.map((each: any) => ({ findingId: each.id, handling: '已聚合到区县，不能反推' })) },
  })
  await x.ok(`POST /assessments/${assessment.id}/recheck`, { as: operator.maker })
  return assessment.id as string
}

t.test('the decision that releases data again brings listing and downloads back, and both sides are told', async t => {
  const trade = await market.open({ vendor, buyer }, { amountFen: 50_000 })
  await market.pay(trade)
  await market.reach(trade, 'delivering')
  const [row] = await x.sql`select c.data_version_id as data, l.id as listing from contracts.contract c
    join catalog.listing l on l.product_id = c.product_id where c.id = ${trade.contractId}`
  const { data, listing } = row as any
  const { assessment } = await fileOf(data)
  await x.ok(`POST /assessments/${assessment.id}/find`, { as: operator.maker, body: high })
  await isListing(listing, 'suspended')
  t.match(await work('vendor.gated'), { count: 1, href: '/vendor/listings?state=suspended' })
  t.match(await work('vendor.gate-handle'), { count: 1, isOverdue: false, href: '/assessments?task=handle' })
  await isTold(buyer.maker, 'access.suspended')
  await isTold(vendor.maker, 'listing.suspended')
  await x.ok(`POST /assessments/${await handled(data)}/pass`, { as: operator.checker, body: opinion })
  await isListing(listing, 'listed')
  await x.until(async () => (await market.askForLink(trade)).status === 201, 'the download')
  await isTold(buyer.maker, 'access.resumed')
  await isTold(vendor.maker, 'listing.resumed')
  t.equal(await work('vendor.gated'), undefined)

  await x.ok(`POST /assessments/${assessment.id}/find`, { as: operator.maker, body: high })
  await isListing(listing, 'suspended')
  const id = await handled(data)
  await x.ok(`POST /assessments/${id}/pass`, {
    as: operator.checker,
    body: { ...opinion, keepSuspended: '价格待核实' },
  })
  await isTold(vendor.maker, 'listing.kept-suspended')
  t.equal(await listingState(listing), 'suspended', 'left suspended with the reason')
  t.match(await x.sql`select reason from catalog.listing where id = ${listing}`, [{ reason: '价格待核实' }])
  await x.until(async () => (await market.askForLink(trade)).status === 201, 'what was sold is delivered all the same')
  await x.ok(`POST /listings/${listing}/resume`, { as: operator.checker })
  t.equal(await listingState(listing), 'listed')
})

t.test('a suspension by people is not lifted by the gate', async t => {
  const { data, listing } = await listed()
  await x.ok(`POST /listings/${listing}/suspend`, { as: operator.checker, body: { reason: '资质核查' } })
  const { assessment } = await fileOf(data)
  await x.ok(`POST /assessments/${assessment.id}/find`, { as: operator.maker, body: high })
  await x.ok(`POST /assessments/${await handled(data)}/pass`, { as: operator.checker, body: opinion })
  await x.until(
    async () =>
      (
        await x.sql`select 1 from kernel.audit_entry where subject_id = ${data} and action = 'listing.keep'
        and record::jsonb->>'cause' = 'risk.version-released'`
      ).length > 0,
    'the release was heard',
  )
  t.equal(await listingState(listing), 'suspended')
})

t.test('who took part in an assessment does not review it, whichever program writes', async t => {
  const id = await version()
  const { id: assessment } = await assessed(x, vendor.maker, id)
  await x.ok(`POST /assessments/${assessment}/review`, { as: operator.maker })
  await x.ok(`POST /assessments/${assessment}/find`, { as: operator.maker, body: high })
  // a second person of the provider handles it, who also works for the operator
  const helper = vendor.administrator
  const { findings } = await fileOf(id)
  await x.ok(`POST /assessments/${assessment}/feedback`, {
    as: helper,
    body: { handlings: [{ findingId: findings[0].id, handling: '已删除该列' }] },
  })
  await x.ok('PUT /members', { as: operator.administrator, body: { email: helper.email, duties: ['checker'] } })
  const both = { ...helper, organizationId: operator.id }
  t.match(await x.call(`POST /assessments/${assessment}/recheck`, { as: both }), {
    status: 403,
    body: { type: '/problems/assessor-not-independent' },
  })
  await x.ok(`POST /assessments/${assessment}/recheck`, { as: operator.maker })
  await t.rejects(
    x.sql`update risk.assessment set state = 'passed', reviewed_by = ${helper.personId}, valid_until = now() + interval '1 year',
      reviewer_organization_id = ${operator.id}, reviewed_at = now() where id = ${assessment}`,
    /who took part in an assessment/,
  )
})

t.test('another organisation sees and does nothing: each route answers 404', async t => {
  const id = await version()
  const { id: assessment } = await assessed(x, vendor.maker, id)
  const file = await fileOf(id)
  const as = other.maker
  const answers = await Promise.all([
    x.call(`GET /data-versions/${id}/release`, { as }),
    x.call(`GET /data-versions/${id}/assessment`, { as }),
    x.call(`GET /assessments/${assessment}`, { as }),
    x.call(`POST /data-versions/${id}/grade`, { as, body: { grade: 'general' } }),
    x.call(`POST /data-versions/${id}/assess`, { as, body: answersFor(file) }),
    x.call(`POST /assessments/${assessment}/feedback`, {
      as,
      body: { handlings: [{ findingId: assessment, handling: '已处理' }] },
    }),
  ])
  t.same(
    answers.map(answer => answer.status),
    [404, 404, 404, 404, 404, 404],
  )
  t.same((await x.ok('GET /assessments', { as })).items, [])
})

t.test('grade and review that meet leave no release on another grade; two submissions make one assessment', async t => {
  for (let i = 0; i < 3; i++) {
    const id = await version()
    const { id: assessment } = await assessed(x, vendor.maker, id)
    await x.ok(`POST /assessments/${assessment}/review`, { as: operator.maker })
    await Promise.all([
      x.call(`POST /assessments/${assessment}/pass`, { as: operator.checker, body: opinion }),
      x.call(`POST /data-versions/${id}/grade`, {
        as: vendor.maker,
        body: { grade: 'important', approval: '晋数函〔2026〕9号' },
      }),
    ])
    t.not(await stateOf(id), 'released', 'the grade that changed ended what was, or comes to be, released')
  }
  const id = await version()
  const first = await released(id)
  await x.sql`update risk.assessment set rules_digest = 'old' where id = ${first.id}`
  await x.until(async () => (await fileOf(id)).assessment.state === 'stale', 'the new rules')
  const answers = await Promise.all([assessAgain(id), assessAgain(id)])
  t.same(answers.map(answer => answer.status).sort(), [200, 409])
})

t.test('nothing is listed past a gate that closes at that moment', async t => {
  const { data, listing } = await listed()
  await x.ok(`POST /listings/${listing}/suspend`, { as: vendor.checker, body: { reason: '暂停更新' } })
  const resuming = await x.sql.begin(async tx => {
    await tx`update risk.release set state = 'suspended', reason = '高风险' where data_version_id = ${data}`
    const pending = x.call(`POST /listings/${listing}/resume`, { as: vendor.checker })
    await x.until(
      async () => (await tx`select 1 from pg_locks where not granted`).length > 0,
      'the resumption waits for the gate',
    )
    return { pending }
  })
  t.match(await resuming.pending, { status: 422, body: { type: '/problems/not-released' } })
  t.equal(await listingState(listing), 'suspended')
})

t.test('new rules end what passed under the old ones; a higher proposal is graded anew first', async t => {
  const { data, listing, product } = await listed()
  const { assessment } = await fileOf(data)
  await x.sql`update risk.assessment set rules_digest = 'old' where id = ${assessment.id}`
  await x.until(async () => (await fileOf(data)).assessment.state === 'stale', 'the lapse')
  t.equal(await stateOf(data), 'stale')
  await isListing(listing, 'suspended')
  await isTold(vendor.maker, 'assessment.ended')
  t.match(
    await x.call('POST /contracts', {
      as: buyer.maker,
      body: { productId: product, purpose: '内部分析', scenario: '用于本公司内部分析，不对外提供' },
    }),
    { status: 422 },
    'it is not newly contracted',
  )
  const again = await assessAgain(data)
  t.equal(again.status, 200)
  t.match(again.body.rulePack, /^national-2025@/)
  await passedReview(x, again.body.id)
  await isListing(listing, 'listed')

  const stricter = await version('变电站坐标,值\n1,2\n3,4\n')
  t.equal((await fileOf(stricter)).proposal.grade, 'important')
  await x.ok(`POST /data-versions/${stricter}/grade`, {
    as: vendor.maker,
    body: { grade: 'important', approval: '晋数函〔2026〕3号' },
  })
  await x.sql`update risk.data_grade set proposed = 'general', grade = 'general', decided = 'general', rules_digest = 'old'
    where data_version_id = ${stricter}`
  t.match(await assessAgain(stricter), { status: 409, body: { detail: /grade it anew/ } })
  await x.ok(`POST /data-versions/${stricter}/grade`, { as: vendor.maker, body: { grade: 'important' } })
  t.equal((await assessAgain(stricter)).status, 200)
})

t.test(
  'a release ends with its twelve months: told before, renewed without a gap, or closed and assessed anew',
  async t => {
    const kept = await listed()
    const lost = await listed()
    const risky = await version()
    await released(risky)
    await x.ok(`POST /assessments/${(await fileOf(risky)).assessment.id}/find`, {
      as: operator.maker,
      body: { findings: [{ severity: 'low', message: '说明不清', demand: '补充说明' }] },
    })
    t.equal(await stateOf(risky), 'released', 'a low risk closes nothing')
    const end = new Date((await fileOf(kept.data)).assessment.validUntil).getTime()
    t.equal((await assessAgain(kept.data)).status, 409, 'not renewed long before')
    const before = await work('vendor.gate-renew')
    t.equal(before, undefined)
    await x.advanceTo(new Date(end - 29 * day))
    const told = await isTold(vendor.maker, 'assessment.ending')
    t.match(told.href, /^\/data-versions\/.+\/assessment$/)
    t.ok((await work('vendor.gate-renew')).count >= 2)
    const old = (await fileOf(kept.data)).assessment
    const renewal = await assessAgain(kept.data)
    t.match(renewal, { status: 200, body: { state: 'submitted' } })
    t.equal((await assessAgain(kept.data)).status, 409, 'one renewal at a time')
    t.equal(await stateOf(kept.data), 'released', 'what is in force stays so')
    t.match(
      await x.call(`POST /assessments/${old.id}/find`, { as: operator.maker, body: high }),
      { status: 409, body: { detail: /Its renewal FX|Its renewal \d+-FX/ } },
      'a risk is told in the renewal',
    )
    await passedReview(x, renewal.body.id)
    t.equal((await x.ok(`GET /assessments/${old.id}`, { as: operator.maker })).assessment.state, 'stale')
    t.ok(
      new Date((await x.ok(`GET /data-versions/${kept.data}/release`, { as: vendor.maker })).validUntil).getTime() >
        end,
    )

    await x.advanceTo(new Date(end + 1000))
    t.equal(await stateOf(lost.data), 'stale', 'at once, before any timer')
    await isListing(lost.listing, 'suspended')
    t.equal(await listingState(kept.listing), 'listed')
    await x.until(
      async () =>
        (await x.sql`select 1 from risk.release where data_version_id = ${risky} and state = 'ended'`).length > 0,
      'a release whose risk is being handled runs out, too',
    )
    const anew = await assessAgain(lost.data)
    t.equal(anew.status, 200)
    await passedReview(x, anew.body.id)
    await isListing(lost.listing, 'listed')
  },
)

t.test('a renewal in which a high risk is found suspends what is in force, and withheld it ends it', async t => {
  const id = await version()
  const first = await released(id)
  await x.advanceTo(new Date(new Date(first.validUntil).getTime() - 5 * day))
  const renewal = await assessAgain(id)
  await x.ok(`POST /assessments/${renewal.body.id}/review`, { as: operator.maker })
  await x.ok(`POST /assessments/${renewal.body.id}/find`, { as: operator.maker, body: high })
  t.equal(await stateOf(id), 'suspended')
  await handled(id)
  await x.ok(`POST /assessments/${renewal.body.id}/withhold`, {
    as: operator.checker,
    body: { reason: '风险不能消除' },
  })
  t.equal(await stateOf(id), 'withheld')
  t.equal((await x.ok(`GET /assessments/${first.id}`, { as: operator.maker })).assessment.state, 'stale')
})
