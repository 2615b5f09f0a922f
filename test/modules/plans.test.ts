import fc from 'fast-check'
import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { addDays } from '../../src/kernel/calendar.ts'
import { inspectInvariants } from '../../src/modules/ledger/index.ts'
import {
  daysOf,
  lastDayOf,
  nextPeriodOf,
  shareOf,
  spanOf,
  subscriptionMachine,
  unusedOf,
} from '../../src/modules/orders/subscription.ts'
import { timers } from '../../src/modules/orders/timers.ts'
import { type Cast, openExchange, password } from '../support/exchange.ts'
import { draftProduct, publishDraft } from '../support/offering.ts'
import { scenario } from '../support/trade.ts'

t.test('periods follow each other without a gap, and come back to the day they were counted from', async t => {
  t.same(
    [0, 1, 2, 3].map(n => spanOf('2027-01-31', 'month', n)),
    [
      { startsOn: '2027-01-31', endsOn: '2027-02-27' },
      { startsOn: '2027-02-28', endsOn: '2027-03-30' },
      { startsOn: '2027-03-31', endsOn: '2027-04-29' },
      { startsOn: '2027-04-30', endsOn: '2027-05-30' },
    ],
  )
  t.same(spanOf('2028-02-29', 'year', 1), { startsOn: '2029-02-28', endsOn: '2030-02-27' })
  t.equal(lastDayOf('2027-01-31', 12), '2028-01-30')
  const days = fc.integer({ min: 0, max: 3_000 }).map(n => addDays('2026-01-01', n))
  const periods = fc.constantFrom('month' as const, 'quarter' as const, 'year' as const)
  fc.assert(
    fc.property(days, periods, fc.integer({ min: 0, max: 40 }), (anchor, period, n) => {
      const [one, two] = [spanOf(anchor, period, n), spanOf(anchor, period, n + 1)]
      return addDays(one.endsOn, 1) === two.startsOn && daysOf(one) >= 28
    }),
  )
})

t.test(
  'a share of a period is reckoned by days and to the fen, and nothing is lost between the two shares',
  async t => {
    const february = { startsOn: '2027-01-31', endsOn: '2027-02-27' }
    t.equal(daysOf(february), 28)
    t.equal(shareOf(31_000n, 24, 28), 26_571n, '26571.43 down')
    t.equal(unusedOf(31_000n, february, '2027-02-23'), 4_429n)
    t.equal(shareOf(10_001n, 1, 2), 5_001n, 'half a fen up')
    t.equal(
      unusedOf(365_000n, { startsOn: '2027-02-23', endsOn: '2028-02-22' }, '2027-04-11'),
      317_000n,
      '48 of 365 days',
    )
    t.equal(unusedOf(31_000n, february, '2027-02-27'), 0n, 'the last day is a used one')
    t.equal(unusedOf(31_000n, february, '2027-01-30'), 31_000n)
    t.throws(() => shareOf(1n, 0, 28), RangeError)
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 13n }), fc.integer({ min: 0, max: 400 }), (amount, offset) => {
        const span = { startsOn: '2027-01-01', endsOn: '2027-12-31' }
        const back = unusedOf(amount, span, addDays(span.startsOn, offset))
        return back >= 0n && back < amount
      }),
    )
    const of = {
      ...{ period: 'quarter' as const, amountFen: 9_000n, anchorOn: '2027-01-01', anchorNo: 1, periodNo: 1 },
      ...{ periodEndsOn: '2027-03-31', lastOn: '2027-04-30' },
    }
    t.match(nextPeriodOf(of, '2027-04-01'), {
      ...{ no: 2, startsOn: '2027-04-01', endsOn: '2027-04-30', amountFen: 2_967n },
      proratedDays: { days: 30, of: 91 },
    })
    t.equal(
      nextPeriodOf({ ...of, periodNo: 2, periodEndsOn: '2027-04-30' }, '2027-05-01'),
      undefined,
      'the term is over',
    )
    const late = nextPeriodOf(
      { ...of, period: 'month', periodEndsOn: '2027-01-31', lastOn: '2027-12-31' },
      '2027-02-11',
    )
    t.match(late, { no: 2, startsOn: '2027-02-11', endsOn: '2027-03-10', anchorOn: '2027-02-11', amountFen: 9_000n })
    t.same(subscriptionMachine.moves.cancel, { from: ['active'], to: 'cancelling' })
  },
)

const x = await openExchange(t)
const { operator } = x
const [vendor, steady, changing, trying, stranger] = [
  await x.organization(['vendor']),
  await x.organization(['buyer']),
  await x.organization(['buyer']),
  await x.organization(['buyer']),
  await x.organization(['buyer']),
]
const at = (day: string) => x.advanceTo(new Date(`${day}T10:00:00+08:00`))
const header = '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号'
let serial = 0

async function pay(order: { id: string; amountFen: number; referenceCode: string }) {
  const today = (await x.ok('GET /clock')).now.slice(0, 10)
  const yuan = (order.amountFen / 100).toFixed(2)
  const file = `${header}\n${today},${yuan},需方公司,6222000011112222,${order.referenceCode},P${++serial}\n`
  await x.ok(`POST /bank-statements?fileName=p${serial}.csv`, {
    as: operator.finance,
    raw: { type: 'application/octet-stream', bytes: Buffer.from(file) },
  })
  return x.until(async () => {
    const found = await x.ok(`GET /orders/${order.id}`, { as: operator.maker })
    return found.paidAt && found.state === 'delivering' && found
  }, 'the payment')
}
/** A contract on a plan, signed by both; answers the contract. */
async function signed(buyer: Cast, planId: string) {
  const body = { productId: product.id, planId, purpose: '内部分析', scenario }
  const { id } = await x.ok('POST /contracts', { as: buyer.maker, body })
  await x.ok(`POST /contracts/${id}/agree`, { as: vendor.maker })
  await x.ok(`POST /contracts/${id}/sign`, { as: vendor.checker, body: { password } })
  return x.ok(`POST /contracts/${id}/sign`, { as: buyer.checker, body: { password } })
}
const orderOf = (buyer: Cast, contractId: string, periodNo = 1) =>
  x.until(async () => {
    const { items } = await x.ok('GET /orders', { as: buyer.maker })
    const found = items.find((each: any) => each.contractId === contractId && each.periodNo === periodNo)
    return found && found.state !== 'created' && found
  }, `order ${periodNo}`)
const subscriptionOf = async (buyer: Cast, contractId: string) =>
  (await x.ok('GET /subscriptions?as=buyer', { as: buyer.maker })).items.find((s: any) => s.contractId === contractId)
const reaches = (buyer: Cast, id: string, state: string) =>
  x.until(async () => {
    const found = await x.ok(`GET /subscriptions/${id}`, { as: buyer.maker })
    return found.state === state && found
  }, `the subscription to be ${state}`)
const orderIs = (id: string, state: string) =>
  x.until(async () => {
    const found = await x.ok(`GET /orders/${id}`, { as: operator.maker })
    return found.state === state && found
  }, `the order to be ${state}`)
const accessTo = (buyer: Cast, orderId: string) =>
  x.until(async () => (await x.ok(`GET /orders/${orderId}/delivery`, { as: buyer.maker })).entitlement, 'access')
const link = (buyer: Cast, entitlementId: string) =>
  x.call(`POST /entitlements/${entitlementId}/downloads`, { as: buyer.maker, body: {} })
const fetchAll = async (url: string, headers: Record<string, string> = {}) => {
  const { pathname, search } = new URL(url)
  return x.exchange.app.inject({ method: 'GET', url: pathname + search, headers })
}

const price = (draft: { id: string }, body: object) =>
  x.ok(`POST /products/${draft.id}/price`, { as: vendor.maker, body })
const draft = await draftProduct(x, vendor, { plan: { kind: 'one-off', amountFen: 990_000 } })
await price(draft, { code: 'month', kind: 'subscription', amountFen: 31_000, period: 'month' })
await price(draft, { code: 'year', kind: 'subscription', amountFen: 365_000, period: 'year', noticeDays: 30 })
await price(draft, { code: 'try', kind: 'trial', trialDays: 14, trialDownloads: 2 })
await publishDraft(x, vendor, draft.listing.id)
const product = await x.ok(`GET /products/${draft.id}`)
const planOf = (code: string) => product.plans.find((plan: any) => plan.code === code).id as string

t.test('a plan says what its kind needs, and a trial alone cannot be sold', async t => {
  const refusal = async (body: object) => {
    const { status, body: said } = await x.call(`POST /products/${draft.id}/price`, { as: vendor.maker, body })
    return [status, ...said.errors.map((error: any) => error.pointer)]
  }
  t.same(await refusal({ code: 'a', kind: 'subscription' }), [400, '/amountFen', '/period'])
  const few = { code: 'a', kind: 'subscription', amountFen: 1, period: 'month', noticeDays: 4 }
  t.same(await refusal(few), [400, '/noticeDays'], 'fewer days of notice than the rule pack asks for')
  t.same(await refusal({ code: 'a', kind: 'trial', amountFen: 1, trialDays: 3 }), [
    400,
    '/amountFen',
    '/trialDownloads',
  ])
  t.same(await refusal({ code: 'a', kind: 'one-off', amountFen: 1, period: 'year' }), [400, '/period'])
  const hit = (await x.ok('GET /products?priceKind=subscription')).items[0]
  t.match(hit, { id: product.id, amountFen: 31_000, pricePeriod: 'month' }, 'the cheapest plan that is no trial leads')
  const bad = (kind: string, code: string, days: number | null) => x.sql`
    insert into catalog.price_plan (id, product_id, code, version, kind, amount_fen, trial_days, name_zh, is_current, created_by, created_at)
    select gen_random_uuid(), product_id, ${code}, 1, ${kind}, ${kind === 'trial' ? 0 : 5}, ${days}, 'x', false, created_by, created_at
    from catalog.price_plan where id = ${planOf('month')}`
  await t.rejects(bad('subscription', 'z', null), /price_plan_subscription_has_period/)
  await t.rejects(bad('trial', 'z', null), /price_plan_trial_has_limits/)
  await t.rejects(bad('one-off', 'z', 9), /price_plan_trial_has_limits/)
})

t.test('a subscription is paid, told of, cancelled and kept, renewed, and ends unpaid after its grace', async t => {
  await at('2027-01-31')
  const contract = await signed(steady, planOf('month'))
  t.match(contract.terms.price, {
    amountFen: '31000',
    planKind: 'subscription',
    period: 'month',
    noticeDays: 5,
    graceDays: 10,
  })
  const text = await x.call(`GET /contracts/${contract.id}/text`, { as: steady.maker })
  t.match(text.text, /按期订阅/)
  t.match(text.text, /至迟于每次续订5日前/)
  const first = await orderOf(steady, contract.id)
  t.match(first, { amountFen: 31_000, periodNo: 1, periodStartsOn: null, state: 'awaiting_payment' })
  const pending = await subscriptionOf(steady, contract.id)
  t.match(pending, { state: 'pending', next: null })
  t.match(await pay(first), { periodStartsOn: '2027-01-31', periodEndsOn: '2027-02-27' })
  const running = await x.ok(`GET /subscriptions/${pending.id}`, { as: vendor.maker })
  t.match(running, {
    ...{ state: 'active', periodNo: 1, periodEndsOn: '2027-02-27', lastOn: '2028-01-30' },
    next: { periodNo: 2, startsOn: '2027-02-28', endsOn: '2027-03-30', amountFen: 31_000, noticeOn: '2027-02-23' },
  })
  t.equal((await x.ok(`GET /contracts/${contract.id}`, { as: steady.maker })).endsOn, '2028-01-30')
  const right = await accessTo(steady, first.id)
  t.equal(right.endsAt, '2027-02-27T15:59:59.999Z', 'access for the paid period only')
  const got = await fetchAll((await link(steady, right.id)).body.url)
  t.equal(got.statusCode, 200)
  await orderIs(first.id, 'delivered')
  const accepted = await x.ok(`POST /orders/${first.id}/accept`, { as: steady.maker })
  t.equal(accepted.settleAfter, '2027-02-28T16:00:00.000Z', 'paid out on the working day after the period')

  await price(draft, { code: 'month', kind: 'subscription', amountFen: 99_900, period: 'month' })
  await at('2027-02-23')
  await x.until(async () => (await subscriptionOf(steady, contract.id)).noticedAt, 'the notice')
  const inbox = await x.until(async () => {
    const { items } = await x.ok('GET /notices', { as: steady.maker })
    return items.find((each: any) => /续订|renew/i.test(JSON.stringify(each)))
  }, 'the notice in the inbox')
  t.match(JSON.stringify(inbox), /310/)

  const cancel = (as: Cast['maker'], key?: string) =>
    x.call(`POST /subscriptions/${pending.id}/cancel`, { as, body: { reason: '预算调整' }, ...(key && { key }) })
  t.equal((await cancel(stranger.maker)).status, 404)
  t.equal((await cancel(vendor.maker)).status, 403)
  t.equal((await x.call(`GET /subscriptions/${pending.id}`, { as: stranger.maker })).status, 404)
  const twice = await Promise.all([cancel(steady.maker), cancel(steady.checker)])
  t.same(twice.map(reply => reply.status).sort(), [200, 409], 'of two who cancel at once one does')
  t.match(await subscriptionOf(steady, contract.id), { state: 'cancelling', next: null, reason: '预算调整' })
  t.equal((await x.ok(`GET /contracts/${contract.id}`, { as: steady.maker })).endsOn, '2027-02-27')
  const keep = () => x.call(`POST /subscriptions/${pending.id}/keep`, { as: steady.maker, key: 'keep-once' })
  const [kept, again] = [await keep(), await keep()]
  t.same([kept.status, again.status, again.text], [200, 200, kept.text], 'said twice, done once')
  t.match(await subscriptionOf(steady, contract.id), { state: 'active', next: { amountFen: 31_000 } })

  await at('2027-02-28')
  const renew = timers.find(timer => timer.name === 'orders.renewal')!
  await Promise.allSettled(
    [1, 2, 3].map(() => x.exchange.engine.write(system, { operation: 'renewal' }, cx => renew.run(cx, pending.id))),
  )
  const second = await orderOf(steady, contract.id, 2)
  const made = await x.sql`select id from orders."order" where contract_id = ${contract.id} and period_no = 2`
  t.equal(made.length, 1, 'one order a period, whoever made it')
  t.match(second, {
    ...{ amountFen: 31_000, periodStartsOn: '2027-02-28', periodEndsOn: '2027-03-30', state: 'awaiting_payment' },
    paymentDueAt: '2027-03-10T15:59:59.999Z',
  })
  t.match(await reaches(steady, pending.id, 'grace'), { openOrderId: second.id, periodNo: 2 })
  t.equal((await link(steady, right.id)).status, 201, 'access goes on in the grace')
  await x.until(async () => (await accessTo(steady, first.id)).endsAt === '2027-03-10T15:59:59.999Z', 'the grace')
  await pay(second)
  await reaches(steady, pending.id, 'active')
  t.equal((await accessTo(steady, second.id)).endsAt, '2027-03-30T15:59:59.999Z')

  await at('2027-03-02')
  await orderIs(first.id, 'settling')
  const [split] = await x.sql`select vendor_fen, fee_fen from settlement.split where order_id = ${first.id}`
  t.same([String(split!.vendor_fen), String(split!.fee_fen)], ['30380', '620'], '2 % of 310 yuan')

  await at('2027-03-26')
  await x.until(async () => (await subscriptionOf(steady, contract.id)).noticedAt > '2027-03-25', 'the second notice')
  await at('2027-03-31')
  const third = await orderOf(steady, contract.id, 3)
  await orderIs(second.id, 'delivered')
  t.equal(
    (await x.ok(`GET /orders/${second.id}`, { as: steady.maker })).receiptId,
    null,
    'a period without a download is delivered by its access',
  )
  await at('2027-04-11')
  await orderIs(third.id, 'cancelled')
  t.match(await reaches(steady, pending.id, 'ended'), { next: null, openOrderId: null })
  t.equal((await x.ok(`GET /contracts/${contract.id}`, { as: steady.maker })).state, 'terminated')
  t.equal((await link(steady, right.id)).status, 403, 'no access beyond what was paid')
  await x.until(async () => (await accessTo(steady, second.id)).state !== 'active', 'the end of access')
  t.equal((await cancel(steady.maker)).status, 409)
})

t.test('who changes the plan gets the unused days back, and a contract that ends early too', async t => {
  const monthly = await signed(
    changing,
    (await x.ok(`GET /products/${draft.id}`)).plans.find((p: any) => p.code === 'month').id,
  )
  const old = await orderOf(changing, monthly.id)
  t.equal(old.amountFen, 99_900, 'a new contract has the new price')
  await pay(old)
  const before = await subscriptionOf(changing, monthly.id)
  t.match(before, { state: 'active', periodStartsOn: '2027-04-11', periodEndsOn: '2027-05-10' })
  await at('2027-04-20')
  const yearly = await signed(changing, planOf('year'))
  t.match(yearly.terms.price, { noticeDays: 30, period: 'year' })
  t.equal((await subscriptionOf(changing, monthly.id)).state, 'active', 'the old one runs until the new one is paid')
  const next = await orderOf(changing, yearly.id)
  await pay(next)
  t.match(await reaches(changing, before.id, 'ended'), { reason: /替代/ })
  // 10 of 30 days used: 99900 × 10 ÷ 30 = 33300
  const partly = await orderIs(old.id, 'partly_refunded')
  t.match(partly, { refundFen: 66_600, periodEndsOn: '2027-04-20', settleAfter: null })
  const refund = await x.until(async () => {
    const { items } = await x.ok('GET /payouts', { as: operator.finance })
    return items.find((each: any) => each.orderId === old.id)
  }, 'the refund')
  t.match(refund, { kind: 'refund', amountFen: 66_600 })
  await t.rejects(
    x.sql`update orders.subscription set state = 'active', ended_at = null where id = ${before.id}`,
    /subscription_one_running/,
  )

  await at('2027-05-25')
  await x.ok(`POST /contracts/${yearly.id}/terminate`, {
    as: operator.checker,
    body: { reason: '双方协商一致解除合同' },
  })
  // 36 of 366 days used (2028 has a leap day): 365000 × 36 ÷ 366 = 35901.64
  t.match(await orderIs(next.id, 'partly_refunded'), { refundFen: 365_000 - 35_902, periodEndsOn: '2027-05-25' })
  const ended = await subscriptionOf(changing, yearly.id)
  await reaches(changing, ended.id, 'ended')
  await x.until(async () => (await accessTo(changing, next.id)).state === 'revoked', 'the end of access')
})

t.test('a trial is had once, has its downloads and no more, and ends by itself', async t => {
  const body = { productId: product.id, planId: planOf('try'), purpose: '内部分析', scenario }
  const asked = await Promise.all([1, 2].map(() => x.call('POST /contracts', { as: trying.maker, body })))
  t.same(asked.map(reply => reply.status).sort(), [201, 409], 'of two requests at once one is the trial')
  t.match(asked.find(reply => reply.status === 409)!.body.type, /trial-used/)
  const { id } = asked.find(reply => reply.status === 201)!.body
  await x.ok(`POST /contracts/${id}/withdraw`, { as: trying.maker, body: { reason: '改日再试' } })
  const contract = await signed(trying, planOf('try'))
  t.match(contract, { planKind: 'trial', amountFen: 0, endsOn: '2027-06-08' })
  const order = await orderOf(trying, contract.id)
  const right = await accessTo(trying, order.id)
  t.match(right, { endsAt: '2027-06-08T15:59:59.999Z', downloadsLeft: 2 })
  const urls = await Promise.all([1, 2, 3].map(async () => (await link(trying, right.id)).body.url as string))
  const part = await fetchAll(urls[0]!, { range: 'bytes=0-9' })
  t.equal(part.statusCode, 206)
  const replies = await Promise.all(urls.map(url => fetchAll(url)))
  t.same(replies.map(reply => reply.statusCode).sort(), [200, 403, 403], 'ten bytes and one file leave no second file')
  t.equal((await accessTo(trying, order.id)).downloadsLeft, 0)
  const rest = await fetchAll(urls[0]!, { range: 'bytes=10-' })
  t.equal(rest.statusCode, 206, 'the rest of the second download is there')
  const refused = await link(trying, right.id)
  t.match([refused.status, refused.body.type], [403, /quota-used/])
  await t.rejects(x.sql`update delivery.entitlement set used_bytes = quota_bytes + 1 where id = ${right.id}`, /quota/)

  await at('2027-06-09')
  await orderIs(order.id, 'closed')
  t.equal((await x.ok(`GET /contracts/${contract.id}`, { as: trying.maker })).state, 'expired')
  t.equal((await link(trying, right.id)).status, 403)
  const once = await x.call('POST /contracts', { as: trying.maker, body })
  t.match([once.status, once.body.type], [409, /trial-used/])
  const bought = await x.call('POST /contracts', { as: trying.maker, body: { ...body, planId: planOf('standard') } })
  t.equal(bought.status, 201, 'and then it can be bought')
})

t.test('a cancelled subscription ends with its period, and one that is halted goes on when it is resumed', async t => {
  const monthly = (await x.ok(`GET /products/${draft.id}`)).plans.find((plan: any) => plan.code === 'month').id
  const [leaving, halted] = [await signed(steady, monthly), await signed(stranger, monthly)]
  for (const [buyer, contract] of [
    [steady, leaving],
    [stranger, halted],
  ] as const)
    await pay(await orderOf(buyer, contract.id))
  const [gone, held] = [await subscriptionOf(steady, leaving.id), await subscriptionOf(stranger, halted.id)]
  t.match([gone, held], [{ periodEndsOn: '2027-07-08' }, { periodEndsOn: '2027-07-08' }])
  await x.ok(`POST /subscriptions/${gone.id}/cancel`, { as: steady.maker, body: {} })
  await x.ok(`POST /contracts/${halted.id}/suspend`, { as: operator.checker, body: { reason: '数据质量核查期间中止' } })
  await at('2027-07-09')
  await reaches(steady, gone.id, 'ended')
  t.equal((await x.ok(`GET /contracts/${leaving.id}`, { as: steady.maker })).state, 'expired')
  t.equal((await x.sql`select from orders."order" where contract_id = ${leaving.id}`).length, 1, 'it is not renewed')
  await x.until(
    async () => (await accessTo(steady, (await orderOf(steady, leaving.id)).id)).state === 'expired',
    'the end',
  )
  await at('2027-07-19')
  await x.until(async () => (await subscriptionOf(stranger, halted.id)).noticedAt, 'the notice')
  t.equal((await subscriptionOf(stranger, halted.id)).periodNo, 1, 'what is halted is not renewed')
  await x.ok(`POST /contracts/${halted.id}/resume`, { as: operator.checker, body: { reason: '核查完毕恢复履行' } })
  const second = await orderOf(stranger, halted.id, 2)
  t.match(second, { periodStartsOn: '2027-07-19', periodEndsOn: '2027-08-18' }, 'the days that were lost cost nothing')
  const trade = await x.ok(`GET /trades/${halted.id}`, { as: stranger.maker })
  t.ok(
    trade.timeline.some((entry: any) => entry.action === 'subscription.renew'),
    'the trade tells of it',
  )
})

t.test('the books are whole after all of it', async t => {
  const found = await x.exchange.engine.read(system, inspectInvariants)
  t.same(
    found.filter((each: any) => each.rows > 0 || each.count > 0),
    [],
  )
})
