import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { contractOf } from '../../src/modules/contracts/index.ts'
import { balanceOf, inspectInvariants } from '../../src/modules/ledger/index.ts'
import { heard } from '../../src/modules/notices/handlers.ts'
import { acceptOrder, cancelOrder, deliverOrder, orderStateOf, startDelivery } from '../../src/modules/orders/index.ts'
import {
  fetchMovements,
  pollEvents,
  processNotices,
  sendIntents,
  settleOrder,
  vendorStatement,
} from '../../src/modules/settlement/index.ts'
import { resumeRefund } from '../../src/modules/settlement/settling.ts'
import { openExchange, password } from '../support/exchange.ts'
import { newOrder, run } from '../support/orders.ts'
import { decideDispute, onboard, openDispute, payOn, StandIn, settleRefund } from '../support/stripe/index.ts'

let ahead = 0
const standIn = new StandIn({ seed: 7, clock: () => new Date(Date.now() + ahead) })
const { host, port } = await standIn.listen()
const keys = { STRIPE_SECRET_KEY: standIn.secretKey, STRIPE_WEBHOOK_SECRET: 'whsec_standin' }
// no worker: each step is taken by the test, so that it decides what comes before what
const x = await openExchange(t, { workers: false, env: { ...keys, STRIPE_API_URL: `http://${host}:${port}` } })
await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
t.teardown(() => standIn.close())
const { port: own } = x.exchange.app.server.address() as { port: number }
standIn.webhookUrl = `http://127.0.0.1:${own}/webhooks/stripe`

const vendor = await x.organization(['vendor'], { name: '晋阳数据公司' })
const buyer = await x.organization(['buyer'], { name: '龙城应用公司' })
const { operator } = x
const { engine, kit } = x.exchange
const quiet = { info: () => {}, warn: () => {}, error: () => {} } as never
const machinery = { client: x.sql, engine, kit, log: quiet } as never
const send = () => sendIntents(machinery)
/** Tells the exchange all that happened, and lets it look it up. */
const hear = async () => {
  const told = await standIn.webhooks.deliverAll()
  await processNotices(machinery)
  return told
}
const stateOf = (id: string) => engine.read(system, rx => orderStateOf(rx, id))
const balance = (account: string) => engine.read(system, rx => balanceOf(rx, account))
const violated = async () =>
  (await engine.read(system, inspectInvariants)).filter(i => i.violations > 0).map(i => i.view)
const online = (id: string, as = buyer.finance) => x.ok(`GET /orders/${id}/online-payments`, { as })
/** An event's handler, as the worker would run it. */
const refundTrade = async (orderId: string, amountFen: bigint) => {
  const settling = await import('../../src/modules/settlement/settling.ts')
  await run(x, cx => settling.refundTrade(cx, orderId, amountFen))
}
const begin = async (amountFen = 120_000n) => {
  const order = await newOrder(x, { vendor, buyer, amountFen })
  const begun = await x.ok(`POST /orders/${order.id}/pay-online`, { as: buyer.finance })
  await send()
  const [payment] = (await online(order.id)).payments
  return { order, begun, payment, page: payment.url?.split('/').at(-1) as string }
}
const paid = async (method: 'card' | 'alipay' | 'wechat_pay' = 'card', amountFen?: bigint) => {
  const { order, payment, page } = await begin(amountFen)
  payOn(standIn.world, page, method)
  await hear()
  return { order, payment, page }
}

t.test('an order is paid on the page of the provider, however its notifications arrive', async t => {
  const { order, begun, payment, page } = await begin()
  t.equal(begun.state, 'requested')
  t.match(payment, { state: 'open', url: /^https:\/\/checkout/, amountFen: 120_000 })
  t.equal((await x.ok(`POST /orders/${order.id}/pay-online`, { as: buyer.finance })).id, payment.id, 'the same page')
  t.equal((await x.call(`POST /orders/${order.id}/pay-online`, { as: vendor.finance })).status, 403)
  const other = await x.organization(['buyer'])
  t.equal((await x.call(`POST /orders/${order.id}/pay-online`, { as: other.finance })).status, 404)
  t.equal((await x.call(`GET /orders/${order.id}/online-payments`, { as: other.finance })).status, 404)
  t.equal((await online(order.id, vendor.finance)).payments[0].url, null, 'the page is the buyer’s')
  standIn.webhooks.faults = { duplicated: 1, shuffled: 1, forged: 1 }
  payOn(standIn.world, page, 'alipay')
  const told = await hear()
  standIn.webhooks.faults = {}
  t.ok(told.some(each => each.isForged) && told.every(each => each.status === (each.isForged ? 400 : 200)))
  t.equal(await stateOf(order.id), 'escrowed')
  t.equal(await balance(`escrow:${order.id}`), 120_000n)
  t.equal(await balance('gateway_clearing'), 120_000n)
  const after = (await online(order.id)).payments[0]
  t.match(after, { state: 'paid', method: 'alipay', capturedFen: 120_000, url: null })
  t.equal(Math.round((Date.parse(after.refundableUntil) - Date.parse(after.paidAt)) / 86_400_000), 90)
  const [kept] = await x.sql`select count(*)::int as n, count(distinct event_id)::int as one from settlement.inbox`
  t.equal(kept!.n, kept!.one)
  t.equal((await x.call(`POST /orders/${order.id}/pay-online`, { as: buyer.finance })).status, 409, 'it is paid')
  t.same(await violated(), [])
})

t.test('a notification that is forged, changed, stale or from the future is refused and recorded', async t => {
  const event = standIn.world.events.newestFirst[0]!
  const refused = async () =>
    (await x.sql`select count(*)::int as n from kernel.audit_entry where action = 'inbox.refuse'`)[0]!.n as number
  const before = await refused()
  const now = Date.now()
  t.equal(await standIn.webhooks.send(event, { secret: 'whsec_of_somebody_else' }), 400)
  t.equal(await standIn.webhooks.send(event, { at: now - 301_000 }), 400)
  t.equal(await standIn.webhooks.send(event, { at: now + 310_000 }), 400)
  const { body, header } = standIn.webhooks.sign(event)
  const headers = { 'stripe-signature': header, 'content-type': 'application/json' }
  const changed = Buffer.from(body.replace('evt_', 'evt_x'))
  const post = (bytes: Buffer, sent: Record<string, string> = headers) =>
    x.call('POST //webhooks/stripe', { raw: { type: 'application/json', bytes }, headers: sent })
  t.equal((await post(changed)).status, 400)
  t.equal((await post(Buffer.from('{'), {})).status, 400)
  t.equal(await refused(), before + 5)
  t.equal((await post(Buffer.from(body))).status, 200, 'known already, and taken')
  await t.rejects(x.sql`delete from settlement.inbox`, /kept for 30 days/)
  await t.rejects(x.sql`update settlement.inbox set body = ''`, /stays as it was/)
})

t.test('a chargeback that is heard of before its payment waits for it', async t => {
  const { order, page } = await begin()
  const { id } = payOn(standIn.world, page, 'card')
  const dispute = openDispute(standIn.world, id)
  const place = standIn.webhooks.waiting.findIndex(each => each.type === 'charge.dispute.created')
  t.equal((await standIn.webhooks.deliver(place))?.status, 200)
  await processNotices(machinery)
  const [early] = await x.sql`select attempts, problem, processed_at from settlement.inbox order by id desc limit 1`
  t.match(early, { attempts: 1, processed_at: null, problem: /no payment is known/ })
  await hear()
  t.equal(await stateOf(order.id), 'disputed')
  t.equal(await balance(`dispute_hold:${order.id}`), 120_000n)
  decideDispute(standIn.world, dispute.id, 'lost')
  await x.sql`update settlement.inbox set next_at = received_at where processed_at is null`
  await hear()
  t.equal(await stateOf(order.id), 'refunding')
  t.equal(await balance(`dispute_hold:${order.id}`), 0n)
  t.same(await violated(), [])
})

t.test('an answer that never came is asked for again with the same key, and one page is made', async t => {
  const pages = standIn.world.sessions.newestFirst.length
  for (const fault of ['effect-then-timeout', 'effect-then-500', 'timeout', '429'] as const) {
    const order = await newOrder(x, { vendor, buyer })
    await x.ok(`POST /orders/${order.id}/pay-online`, { as: buyer.finance })
    standIn.fail(fault)
    await send()
    const [intent] = await x.sql`select id, state, problem from settlement.intent order by seq desc limit 1`
    t.equal(intent!.state, 'unknown', fault)
    await x.sql`update settlement.intent set next_at = created_at where id = ${intent!.id}`
    await send()
    t.equal((await online(order.id)).payments[0].state, 'open', fault)
    const asked = standIn.seen.filter(each => each.idempotencyKey === intent!.id)
    t.ok(asked.length >= 1, 'one key for ever')
  }
  t.equal(standIn.world.sessions.newestFirst.length, pages + 4)
  t.same(await violated(), [])
})

t.test('a late payment of a cancelled order and a second payment go back by themselves', async t => {
  const late = await begin()
  payOn(standIn.world, late.page, 'card')
  await run(x, cx => cancelOrder(cx, late.order.id, { reason: '不再需要该数据' }))
  const { returnParts } = await import('../../src/modules/settlement/matching.ts')
  await run(x, cx => returnParts(cx, late.order.id))
  await hear()
  await send()
  await hear()
  const gone = await online(late.order.id)
  t.match(gone.payments[0], { state: 'paid', capturedFen: 0 })
  t.match(gone.refunds, [{ kind: 'return', state: 'succeeded', amountFen: 120_000 }])
  t.equal(await balance(`escrow:${late.order.id}`), 0n)

  const twice = await begin()
  const header = '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号'
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const bytes = Buffer.from(`${header}\n${day},1200.00,龙城,6222000011112222,${twice.order.referenceCode},ST1\n`)
  payOn(standIn.world, twice.page, 'wechat_pay')
  await x.call('POST /bank-statements', { as: operator.finance, raw: { type: 'application/octet-stream', bytes } })
  t.equal(await stateOf(twice.order.id), 'escrowed', 'the bank was first')
  await hear()
  await send()
  const [refund] = (await online(twice.order.id)).refunds
  t.match(refund, { kind: 'return', state: 'pending' })
  settleRefund(standIn.world, standIn.world.refunds.newestFirst[0]!.id, 'succeeded')
  await hear()
  t.equal((await online(twice.order.id)).refunds[0].state, 'succeeded')
  t.equal(await balance(`escrow:${twice.order.id}`), 120_000n)
  t.same(await violated(), [])
})

t.test('money goes back the way it came; where it cannot, by bank, with a task for the operator', async t => {
  const { order } = await paid('wechat_pay')
  await run(x, cx => cancelOrder(cx, order.id, { reason: '供方无法交付' }))
  await refundTrade(order.id, 120_000n)
  standIn.fail('effect-then-timeout')
  await send()
  await x.sql`update settlement.intent set next_at = created_at where state = 'unknown'`
  await send()
  const [made] = standIn.world.refunds.newestFirst
  settleRefund(standIn.world, made!.id, 'succeeded')
  await hear()
  t.equal(await stateOf(order.id), 'refunded')
  t.match((await engine.read(system, rx => contractOf(rx, order.contractId))).state, /terminated/)
  t.equal(standIn.world.refunds.newestFirst.filter(each => each.charge === made!.charge).length, 1)

  const failing = await paid('alipay')
  await run(x, cx => cancelOrder(cx, failing.order.id, { reason: '供方无法交付' }))
  await refundTrade(failing.order.id, 120_000n)
  await send()
  settleRefund(standIn.world, standIn.world.refunds.newestFirst[0]!.id, 'failed')
  await hear()
  const { refunds } = await online(failing.order.id)
  t.match(refunds, [{ state: 'failed', payoutId: /./ }])
  t.equal(await stateOf(failing.order.id), 'refunding')
  const payee = { holderName: '龙城应用公司', accountNumber: '6222000011112222' }
  await x.ok(`POST /payouts/${refunds[0].payoutId}/retry`, { as: operator.finance, body: { payee } })
  await x.ok('POST /payout-batches', { as: operator.finance, body: { payoutIds: [refunds[0].payoutId] } })
  const paidOn = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  const body = { bankSerial: 'SR1', paidOn }
  await x.ok(`POST /payouts/${refunds[0].payoutId}/confirm`, { as: operator.checker, body })
  t.equal(await stateOf(failing.order.id), 'refunded')

  const belated = await paid('card')
  await run(x, cx => cancelOrder(cx, belated.order.id, { reason: '供方无法交付' }))
  await refundTrade(belated.order.id, 120_000n)
  await send()
  t.equal(await stateOf(belated.order.id), 'refunded')
  settleRefund(standIn.world, standIn.world.refunds.newestFirst[0]!.id, 'failed')
  await hear()
  t.match((await online(belated.order.id)).refunds, [{ state: 'failed' }], 'a success may still fail')
  t.equal(await stateOf(belated.order.id), 'refunded')
  t.same(await violated(), [])
})

t.test('a vendor whose account is ready is paid by transfer, another by bank; two people open it', async t => {
  const accept = async (orderId: string) => {
    await run(x, cx => startDelivery(cx, orderId))
    await run(x, cx => deliverOrder(cx, orderId, { receiptId: orderId }))
    await run(x, cx => acceptOrder(cx, orderId))
  }
  const settle = (orderId: string) => run(x, cx => settleOrder(cx, orderId))
  const again = async () => {
    await x.sql`update settlement.intent set next_at = created_at where state = 'unknown'`
    await send()
  }
  const wrong = { as: vendor.finance, body: { password: 'not the password' } }
  t.equal((await x.call('POST /connected-accounts', wrong)).status, 403)
  t.equal((await x.call('POST /connected-accounts', { as: buyer.finance, body: { password } })).status, 403)
  const account = await x.ok('POST /connected-accounts', { as: vendor.finance, body: { password } })
  t.equal((await x.call('POST /connected-accounts', { as: vendor.finance, body: { password } })).status, 409)
  const page = await x.call('GET //organization/bank-accounts', { as: vendor.finance })
  t.match(page.text, /id="provider"/)
  await x.ok(`POST /connected-accounts/${account.id}/confirm`, { as: operator.checker })
  standIn.fail('effect-then-timeout')
  await send()
  await again()
  const read = () => x.ok('GET /connected-account', { as: vendor.finance })
  t.equal((await read()).state, 'onboarding')
  t.equal(standIn.world.accounts.newestFirst.length, 1)
  const link = await x.call('GET /connected-account/onboard', { as: vendor.finance })
  t.equal(link.status, 303)
  t.match(link.headers.location, /connect\.stripe\.com/)
  const [opened] = standIn.world.accounts.newestFirst
  onboard(standIn.world, opened!.id)
  await hear()
  t.equal((await read()).state, 'ready')

  const direct = await paid('card')
  const banked = await paid('alipay')
  for (const { order } of [direct, banked]) await accept(order.id)
  await x.advanceDays(5)
  ahead = 5 * 86_400_000
  const split = await settle(direct.order.id)
  t.equal(split!.payoutId, null, 'no bank is needed')
  t.equal(await balance('transfer_in_flight'), split!.vendorFen)
  standIn.fail('effect-then-500')
  await send()
  t.equal(await stateOf(direct.order.id), 'settling')
  await again()
  t.equal(await stateOf(direct.order.id), 'closed')
  t.equal(standIn.world.transfers.newestFirst.length, 1, 'one transfer was made')
  t.equal(standIn.world.transfers.newestFirst[0]!.transfer_group, direct.order.id)
  t.equal(await balance('transfer_in_flight'), 0n)
  const dispute = openDispute(standIn.world, standIn.world.transfers.newestFirst[0]!.source_transaction as string)
  await hear()
  decideDispute(standIn.world, dispute.id, 'lost')
  await hear()
  const owed = () => balance(`vendor_receivable:${vendor.id}`)
  t.equal(
    await owed(),
    120_000n - split!.vendorFen,
    'the vendor owes it: its transfer is asked back, the rest stays owed',
  )
  t.equal(await balance('transfer_in_flight'), -split!.vendorFen)
  t.same(await violated(), [])
  standIn.fail('effect-then-500')
  await send()
  await again()
  t.equal(standIn.world.reversals.newestFirst.length, 1, 'asked back once')
  t.equal(await balance('transfer_in_flight'), 0n)
  t.equal(await stateOf(direct.order.id), 'closed')
  t.same(await violated(), [])
  onboard(standIn.world, opened!.id, false)
  await hear()
  t.equal((await read()).state, 'onboarding', 'the provider took it back')
  const left = await owed()
  const byBank = await settle(banked.order.id)
  t.ok(byBank!.payoutId, 'so a bank pays')
  const [due] = await x.sql`select amount_fen from settlement.payout where id = ${byBank!.payoutId}`
  t.equal(BigInt(due!.amount_fen), byBank!.vendorFen - left, 'less what the vendor had to give back')
  t.equal(await owed(), 0n)
  const { now } = await x.ok('GET /clock')
  const month = { from: new Date(Date.parse(now) - 30 * 86_400_000), until: new Date(Date.parse(now) + 86_400_000) }
  const told = await engine.read(system, rx => vendorStatement(rx, vendor.id, month))
  t.equal(told.totals.nettedFen, left, 'as the vendor’s statement says')
  t.equal(told.totals.otherFen, 0n)
  t.equal((await x.call(`POST /connected-accounts/${account.id}/close`, wrong)).status, 403)
  await x.ok(`POST /connected-accounts/${account.id}/close`, { as: vendor.finance, body: { password } })

  const changed = await x.ok('POST /connected-accounts', { as: vendor.finance, body: { password } })
  await x.ok(`POST /connected-accounts/${changed.id}/confirm`, { as: operator.checker })
  await send()
  onboard(standIn.world, standIn.world.accounts.newestFirst[0]!.id)
  await hear()
  t.equal((await read()).state, 'ready')
  const [early, cooled] = [await paid('card'), await paid('card')]
  for (const { order } of [early, cooled]) await accept(order.id)
  await x.sql`update orders."order" set settle_after = accepted_at where id = ${early.order.id}`
  t.ok((await settle(early.order.id))!.payoutId, 'a changed account is not paid to while it cools')
  await x.advanceDays(15)
  ahead += 15 * 86_400_000
  t.equal((await settle(cooled.order.id))!.payoutId, null, 'and is paid to afterwards')
  await send()
  t.equal(await stateOf(cooled.order.id), 'closed')
  t.same(await violated(), [])
})

t.test('what no notification told is asked for, once', async t => {
  const { order, page } = await begin()
  standIn.webhooks.faults = { dropped: 1 }
  payOn(standIn.world, page, 'card')
  standIn.webhooks.faults = {}
  await hear()
  t.equal(await stateOf(order.id), 'awaiting_payment', 'nobody said so')
  const kept = async () => (await x.sql`select 1 from settlement.inbox`).length
  await pollEvents(machinery, true)
  const once = await kept()
  await processNotices(machinery)
  t.equal(await stateOf(order.id), 'escrowed')
  await pollEvents(machinery)
  await pollEvents(machinery, true)
  t.equal(await kept(), once, 'what is known is not kept twice')
  t.same(await violated(), [])
})

t.test('a chargeback holds the money and freezes the order; won it is released, lost it ends the order', async t => {
  const handle = (orderId: string) => run(x, cx => resumeRefund(cx, orderId))
  const contested = async () => {
    const { order } = await paid('card')
    await run(x, cx => startDelivery(cx, order.id))
    await run(x, cx => deliverOrder(cx, order.id, { receiptId: order.id }))
    const charge = standIn.world.charges.newestFirst[0]!
    const dispute = openDispute(standIn.world, charge.id)
    standIn.webhooks.faults = { duplicated: 1, shuffled: 1 }
    await hear()
    standIn.webhooks.faults = {}
    t.equal(await stateOf(order.id), 'disputed')
    t.equal(await balance(`escrow:${order.id}`), 0n)
    t.equal(await balance(`dispute_hold:${order.id}`), 120_000n)
    return { order, dispute }
  }
  const told = async (event: string, payload: object) =>
    (await engine.read(system, rx => heard[`settlement.${event}`]!(rx as never, { event, ...payload } as never))).map(
      each => `${each.kind} ${each.to === vendor.id ? 'vendor' : 'operator'}`,
    )
  const won = await contested()
  t.equal(await balance('gateway_withheld'), 120_000n)
  t.same(await told('chargeback-opened', { orderId: won.order.id, amountFen: 120_000 }), [
    'chargeback.opened vendor',
    'chargeback.to-answer operator',
  ])
  t.same(await told('chargeback-decided', { orderId: won.order.id, isWon: true }), [
    'chargeback.won vendor',
    'chargeback.to-mediate operator',
  ])
  t.same(await told('chargeback-decided', { orderId: won.order.id, isWon: false }), ['chargeback.lost vendor'])
  t.same(await told('intent-parked', { intentId: won.order.id }), ['gateway.parked operator'])
  const [row] = await x.ok(`GET /orders/${won.order.id}/chargebacks`, { as: operator.checker })
  t.match(row, { state: 'open', heldFen: 120_000, isWithdrawn: true, cause: 'product_not_received' })
  t.equal((await x.call(`GET /orders/${won.order.id}/chargebacks`, { as: buyer.finance })).status, 403)
  const page = await x.call(`GET //operator/orders/${won.order.id}`, { as: operator.checker })
  t.match(page.text, /id="chargeback"/)
  const body = { explanation: 'The data were downloaded whole; see the receipt.' }
  await x.ok(`POST /chargebacks/${row.id}/answer`, { as: operator.checker, body })
  t.equal((await x.call(`POST /chargebacks/${row.id}/answer`, { as: operator.checker, body })).status, 409)
  await send()
  t.match(standIn.world.disputes.get(won.dispute.id), {
    status: 'under_review',
    evidence: { product_description: /SHA-256/ },
  })
  decideDispute(standIn.world, won.dispute.id, 'won')
  await hear()
  t.equal(await balance(`escrow:${won.order.id}`), 120_000n)
  t.equal(await balance('gateway_withheld'), 0n)
  t.equal(await stateOf(won.order.id), 'disputed', 'which the operator ends')
  t.same(await violated(), [])

  const lost = await contested()
  decideDispute(standIn.world, lost.dispute.id, 'lost')
  await hear()
  await refundTrade(lost.order.id, 120_000n)
  t.equal(await stateOf(lost.order.id), 'refunded')
  await handle(lost.order.id)
  t.equal(await balance(`dispute_hold:${lost.order.id}`), 0n)
  t.equal(await balance('gateway_withheld'), 0n)
  t.same((await online(lost.order.id)).refunds, [], 'nothing is given back twice')
  t.same(await violated(), [])
})

t.test('a refund that crosses a chargeback waits for it, and no bank pays meanwhile', async t => {
  const { order } = await paid('card')
  const charge = standIn.world.charges.newestFirst[0]!
  const dispute = openDispute(standIn.world, charge.id)
  await run(x, cx => cancelOrder(cx, order.id, { reason: '供方无法交付' }))
  await refundTrade(order.id, 120_000n)
  await send()
  const [intent] =
    await x.sql`select state, problem from settlement.intent where kind = 'refund' order by seq desc limit 1`
  t.match(intent, { state: 'unknown', problem: /charge_disputed/ })
  t.match((await online(order.id)).refunds, [{ state: 'requested', payoutId: null }])
  decideDispute(standIn.world, dispute.id, 'won')
  await hear()
  t.same(await violated(), [])

  const lost = await paid('card')
  const claim = openDispute(standIn.world, standIn.world.charges.newestFirst[0]!.id)
  await run(x, cx => cancelOrder(cx, lost.order.id, { reason: '供方无法交付' }))
  await refundTrade(lost.order.id, 120_000n)
  await send()
  await x.sql`update settlement.intent set attempts = 12 where kind = 'refund' and state = 'unknown'`
  const before = await balance(`vendor_receivable:${vendor.id}`)
  decideDispute(standIn.world, claim.id, 'lost')
  await hear()
  t.equal(await stateOf(lost.order.id), 'refunded', 'the payer has it by the chargeback')
  t.match((await online(lost.order.id)).refunds, [{ state: 'overtaken', payoutId: null }])
  const [closed] = await x.sql`select state from settlement.intent where kind = 'refund' order by seq desc limit 1`
  t.equal(closed!.state, 'failed', 'so its instruction is closed')
  t.equal(await balance(`vendor_receivable:${vendor.id}`), before, 'and the vendor owes nothing of it')
  t.same(await violated(), [])
})

t.test(
  'what moved at the provider is fetched once, its fees are booked, and the balance is the provider’s own',
  async t => {
    await fetchMovements(machinery)
    const { books, world } = standIn
    const rows = await x.sql`select kind, net_minor, currency from settlement.balance_transaction`
    t.equal(rows.length, world.movements.newestFirst.length)
    t.same([...new Set(rows.map(row => row.currency))], ['cny'])
    t.notOk(rows.some(row => row.kind === 'other'))
    t.equal(await balance('psp_fee'), BigInt(books.fees))
    t.equal(await balance('gateway_clearing'), BigInt(books.balance), 'to the fen')
    await fetchMovements(machinery)
    await fetchMovements(machinery, true)
    t.equal((await x.sql`select 1 from settlement.balance_transaction`).length, rows.length)
    t.same(await violated(), [])
  },
)

t.test('without its keys nothing of it is there', async t => {
  const plain = await openExchange(t, { workers: false })
  const seller = await plain.organization(['vendor'])
  const customer = await plain.organization(['buyer'])
  const order = await newOrder(plain, { vendor: seller, buyer: customer })
  const reply = await plain.call(`POST /orders/${order.id}/pay-online`, { as: customer.finance })
  t.equal(reply.status, 409)
  t.match(reply.body.type, /online-payment-off/)
  const hook = { raw: { type: 'application/json', bytes: Buffer.from('{}') } }
  t.equal((await plain.call('POST //webhooks/stripe', hook)).status, 404)
  const page = await plain.call(`GET //orders/${order.id}`, { as: customer.finance })
  t.notMatch(page.text, 'pay-online')
})
