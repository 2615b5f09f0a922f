import t, { type Test } from 'tap'
import { addWorkingDays } from '../../src/kernel/calendar.ts'
import { rulesAt } from '../../src/kernel/rulepack.ts'
import { openExchange, password } from '../support/exchange.ts'
import { passedReview } from '../support/gate.ts'
import { type Ending, openMarket, SharedClock, type Trade } from '../support/market.ts'
import { confirmedData, listedProduct, sampleCsv } from '../support/offering.ts'

/** What went wrong in the machinery, though every answer may have been right in the end. */
const alarms: string[] = []
const log = { write: (line: string) => void (JSON.parse(line).level >= 50 && alarms.push(line)) }

const x = await openExchange(t, { log })
const market = openMarket(x)
const { operator } = x
const price = 1_250_000
const fee = 25_000

const [vendor, newcomer, buyer] = await Promise.all([
  x.organization(['vendor'], { name: '晋阳数据公司' }),
  x.organization(['vendor'], { name: '初来数据公司' }),
  x.organization(['buyer'], { name: '龙城应用公司' }),
])
const parties = { vendor, buyer }

async function openAccount(who: typeof vendor, accountNumber: string) {
  const body = { bankName: '晋商银行太原分行', accountNumber, password }
  const account = await x.ok('POST /bank-accounts', { as: who.finance, body })
  return x.ok(`POST /bank-accounts/${account.id}/confirm`, { as: operator.checker })
}
await openAccount(operator, '140001234567890123')
await openAccount(vendor, '140009876543210987')

const plan = { kind: 'one-off' as const, amountFen: price }
const [usual, spoken, free, foreign] = await Promise.all(
  [
    listedProduct(x, vendor, { plan }),
    listedProduct(x, vendor, { plan, content: { nameZh: '须明示验收的数据', isSilenceAcceptance: false } }),
    listedProduct(x, vendor, { plan: { kind: 'free' }, content: { nameZh: '免费提供的数据' } }),
    listedProduct(x, newcomer, { plan }),
  ].map(async product => (await product).id as string),
)

const buy = (productId = usual) => market.open(parties, { productId: productId! })
const { act, done, ending, fetchData, order, pay, payOut, reach, receive } = market

const paid = 'created confirmed awaiting_payment escrowed delivering'
const settled = 'accepted settling settled closed'
const ended = (t: Test, found: Ending, order: string, contract: string, way: string) =>
  t.same(found, { order, contract, way: way.split(' '), filing: 'closed', escrowFen: 0, heldFen: 0 })
const closes = (t: Test, found: Ending, way = `${paid} delivered ${settled}`) =>
  ended(t, found, 'closed', 'completed', way)
const refunds = (t: Test, found: Ending, way: string) =>
  ended(t, found, 'refunded', 'terminated', `${way} refunding refunded`)

/** All that happens on the exchange at the same time shares one clock. */
const clock = new SharedClock(async to => {
  const { now } = await x.ok('GET /clock')
  if (to.getTime() > Date.parse(now)) await x.advanceTo(to)
})
const journeys: [string, (t: Test) => Promise<void>][] = []
function journey(name: string, tell: (t: Test) => Promise<void>) {
  clock.join()
  journeys.push([name, tell])
}
const second = 1_000
const after = (at: string, ms = second) => clock.until(new Date(Date.parse(at) + ms))

/** From acceptance to the end: the settlement day comes, the vendor's share is paid out. */
async function settle(trade: Trade) {
  const { settleAfter } = await reach(trade, 'accepted', 'partly_refunded')
  await after(settleAfter)
  const [share] = await payOut(trade, 'vendor')
  await reach(trade, 'closed')
  return share
}
/** Paid, fetched: what the buyer now does with it is the journey's to say. */
async function delivered(productId = usual): Promise<Trade> {
  const trade = await buy(productId)
  await pay(trade)
  t.equal((await fetchData(trade)).toString(), sampleCsv)
  return trade
}
async function refused(t: Test, trade: Trade, who: typeof buyer, action: string, slug: string, body?: object) {
  const reply = await act(trade, who, action, body)
  t.match(reply.body.type, new RegExp(`/${slug}$`), `${action} is refused`)
}
const dispute = { reason: '缺少合同约定的三个站点' }

journey('an order that is cancelled before payment ends its contract, and its filing is closed', async t => {
  const trade = await buy()
  await refused(t, trade, vendor, 'cancel', 'forbidden', { reason: '不想卖了' })
  await done(trade, buyer, 'cancel', { reason: '不再需要该数据' })
  ended(t, await ending(trade), 'cancelled', 'terminated', 'created confirmed awaiting_payment cancelled')
})

journey('of an order that is cancelled in the middle of paying, the part that was paid goes back', async t => {
  const trade = await buy()
  const [part] = await pay(trade, 400_000)
  t.match(part, { state: 'partial', capturedFen: 400_000 })
  await done(trade, buyer, 'cancel', { reason: '预算被削减' })
  t.match(await payOut(trade, 'return'), [{ amountFen: 400_000, state: 'confirmed' }])
  t.equal((await market.lines(part.statementId))[0].state, 'returned')
  ended(t, await ending(trade), 'cancelled', 'terminated', 'created confirmed awaiting_payment cancelled')
})

journey('two transfers that make up the price pay the order', async t => {
  const trade = await buy()
  const [first] = await pay(trade, 450_000)
  t.equal(first.state, 'partial')
  t.equal((await order(trade)).state, 'awaiting_payment')
  const due = await x.ok(`GET /orders/${trade.orderId}/payment`, { as: buyer.finance })
  t.match(due, { paidFen: 450_000, restFen: 800_000 })
  const [rest] = await pay(trade, 800_000)
  t.equal(rest.state, 'matched')
  t.equal((await market.lines(first.statementId))[0].state, 'matched')
  await fetchData(trade)
  await done(trade, buyer, 'accept')
  t.equal((await settle(trade)).amountFen, price - fee)
  closes(t, await ending(trade))
})

journey('what is paid over the price goes back by a payout of its own', async t => {
  const trade = await buy()
  const [line] = await pay(trade, price + 5_000)
  t.match(line, { state: 'surplus', capturedFen: price })
  await reach(trade, 'delivering')
  t.match(await payOut(trade, 'return'), [{ amountFen: 5_000, state: 'confirmed' }])
  t.equal((await market.lines(line.statementId))[0].state, 'returned')
  await fetchData(trade)
  await done(trade, buyer, 'accept')
  await settle(trade)
  closes(t, await ending(trade))
})

journey('a price that is paid twice is kept once', async t => {
  const trade = await buy()
  const twice = { fen: price, remark: trade.reference }
  const lines = await receive(twice, twice)
  t.same(
    lines.map(line => line.state),
    ['matched', 'duplicate'],
  )
  await fetchData(trade)
  await done(trade, buyer, 'accept')
  t.match(await payOut(trade, 'return'), [{ amountFen: price }])
  await settle(trade)
  const [late] = await pay(trade)
  t.equal(late.state, 'duplicate', 'also when the order is closed')
  await payOut(trade, 'return')
  closes(t, await ending(trade))
})

journey('money without a reference is matched by a person, or goes back', async t => {
  const trade = await buy()
  const [named, stray] = await receive({ fen: price, remark: '数据款' }, { fen: 77_700, remark: '房租' })
  t.match([named, stray], [{ state: 'unmatched', hint: 'no-reference' }, { state: 'unmatched' }])
  const as = operator.finance
  await x.ok(`POST /statement-lines/${named.id}/match`, { as, body: { orderId: trade.orderId } })
  await x.ok(`POST /statement-lines/${stray.id}/return`, { as, body: { reason: '与本平台无关' } })
  const back = await market.wait('the return', async () => {
    const { items } = await x.ok('GET /payouts?kind=return&state=ready&limit=100', { as })
    return items.find((item: any) => item.lineId === stray.id)
  })
  await market.orderPayouts([back.id])
  t.equal((await market.confirm(back.id)).amountFen, 77_700)
  t.equal((await market.lines(stray.statementId))[1].state, 'returned')
  await fetchData(trade)
  await done(trade, buyer, 'accept')
  await settle(trade)
  closes(t, await ending(trade))
})

journey('data that never came let the buyer cancel when the last day has passed', async t => {
  const trade = await buy()
  await x.ok(`POST /contracts/${trade.contractId}/suspend`, {
    as: operator.checker,
    body: { reason: '数据来源被投诉，暂停履行' },
  })
  await pay(trade)
  const { deliveryDueAt } = await reach(trade, 'delivering')
  t.equal((await market.askForLink(trade)).status, 403, 'nothing is delivered while the contract is suspended')
  await refused(t, trade, buyer, 'cancel', 'cancellation-too-early', { reason: '等不及了' })
  await after(deliveryDueAt)
  t.ok((await order(trade)).isDeliveryOverdue)
  await done(trade, buyer, 'cancel', { reason: '逾期未交付' })
  t.match(await payOut(trade, 'refund'), [{ amountFen: price }])
  t.equal((await market.delivery(trade)).entitlement.state, 'revoked')
  refunds(t, await ending(trade), paid)
})

journey('a delivery that is rejected is delivered again, corrected, and accepted', async t => {
  const trade = await delivered()
  await done(trade, buyer, 'reject', { reason: '大同云冈一行的数值有误' })
  await market.wait('the access to pause', async () => (await market.askForLink(trade)).status === 403)
  const corrected = sampleCsv.replace('18.2', '18.4')
  const version = await confirmedData(x, vendor.maker, 'air.csv', corrected)
  const { id } = await order(trade)
  const held = await x.call(`POST /orders/${id}/redeliver`, {
    as: vendor.maker,
    body: { dataVersionId: version.id, note: '已更正' },
  })
  t.equal(held.body.type, '/problems/not-released', 'what is corrected passes the gate too')
  const file = await x.ok(`GET /data-versions/${version.id}/assessment`, { as: vendor.maker })
  await passedReview(x, file.assessment.id)
  await done(trade, vendor, 'redeliver', { dataVersionId: version.id, note: '已更正' })
  t.equal((await fetchData(trade)).toString(), corrected)
  t.equal((await market.delivery(trade)).receipts.length, 2)
  await done(trade, buyer, 'accept')
  await settle(trade)
  closes(t, await ending(trade), `${paid} delivered rejected redelivering delivered ${settled}`)
})

journey('a delivery that is rejected is paid back', async t => {
  const trade = await delivered()
  await done(trade, buyer, 'reject', { reason: '数据与说明不符' })
  await done(trade, vendor, 'refund', { reason: '无法更正，同意退款' })
  t.equal((await market.askForLink(trade)).status, 403)
  t.match(await payOut(trade, 'refund'), [{ amountFen: price }])
  refunds(t, await ending(trade), `${paid} delivered rejected`)
})

journey('silence is acceptance where the contract says so, when the working days have passed', async t => {
  const trade = await delivered()
  const { deliveredAt, acceptanceDueAt } = await order(trade)
  const at = new Date(deliveredAt)
  const days = rulesAt(at).clocks.acceptancePeriod.workingDays
  t.equal(acceptanceDueAt, addWorkingDays(at, days, rulesAt(at)).dueAt.toISOString())
  await after(acceptanceDueAt, -60 * second)
  await new Promise(resolve => setTimeout(resolve, 1_500))
  t.equal((await order(trade)).state, 'delivered', 'not a minute early')
  await after(acceptanceDueAt)
  const accepted = await reach(trade, 'accepted')
  t.ok(accepted.isDeemedAccepted && accepted.acceptedAt >= acceptanceDueAt)
  await settle(trade)
  closes(t, await ending(trade))
})

journey('while a contract is suspended silence says nothing; when it is resumed the period begins anew', async t => {
  const trade = await delivered()
  const { acceptanceDueAt: before } = await order(trade)
  const as = operator.checker
  const path = `POST /contracts/${trade.contractId}`
  await x.ok(`${path}/suspend`, { as, body: { reason: '数据来源被投诉，暂停履行' } })
  await after(before)
  await market.wait('the period to be void', async () => (await order(trade)).acceptanceDueAt === null)
  t.equal((await order(trade)).state, 'delivered')
  await x.ok(`${path}/resume`, { as, body: { reason: '投诉不成立，恢复履行' } })
  const again = await market.wait('a new period', async () => (await order(trade)).acceptanceDueAt)
  t.ok(again > before)
  await after(again)
  t.ok((await reach(trade, 'accepted')).isDeemedAccepted)
  await settle(trade)
  closes(t, await ending(trade))
})

journey('elsewhere the buyer is reminded, once, and the order waits', async t => {
  const trade = await delivered(spoken)
  await after((await order(trade)).acceptanceDueAt)
  const reminders = async () =>
    (await order(trade)).timeline.filter((entry: any) => entry.action === 'order.remind-acceptance').length
  await market.wait('the reminder', async () => (await reminders()) > 0)
  await after((await order(trade)).acceptanceDueAt, 86_400 * second)
  t.match(await order(trade), { state: 'delivered', isDeemedAccepted: false })
  t.equal(await reminders(), 1)
  await done(trade, buyer, 'accept')
  await settle(trade)
  closes(t, await ending(trade))
})

for (const [outcome, words] of [
  ['accept', 'the delivery stand'],
  ['refund', 'all of the money go back'],
  ['partial', 'a part of the money go back and the rest be settled'],
] as const)
  journey(`a dispute freezes everything until the operator lets ${words}`, async t => {
    const trade = await delivered()
    await done(trade, buyer, 'dispute', dispute)
    await refused(t, trade, buyer, 'accept', 'state-conflict')
    await refused(t, trade, buyer, 'cancel', 'state-conflict', { reason: '要求退款' })
    await refused(t, trade, vendor, 'mediate', 'forbidden', { outcome: 'accept', reason: '我方无误' })
    t.equal((await market.askForLink(trade)).status, 403)
    const { now } = await x.ok('GET /clock')
    await after(now, 4 * 86_400 * second)
    t.equal((await order(trade)).state, 'disputed', 'no period runs')
    const part = outcome === 'partial' ? { refundFen: 250_000 } : {}
    await done(trade, operator, 'mediate', { outcome, ...part, reason: '经调解双方同意' })
    const frozen = `${paid} delivered disputed`
    if (outcome === 'refund') {
      t.match(await payOut(trade, 'refund'), [{ amountFen: price }])
      refunds(t, await ending(trade), frozen)
      return
    }
    await market.wait('the access again', async () => (await market.askForLink(trade)).status === 201)
    if (outcome === 'partial') {
      t.match(await payOut(trade, 'refund'), [{ amountFen: 250_000 }])
      t.equal((await settle(trade)).amountFen, 980_000)
      closes(t, await ending(trade), `${frozen} partly_refunded settling settled closed`)
      return
    }
    await settle(trade)
    closes(t, await ending(trade), `${frozen} ${settled}`)
  })

journey('what costs nothing is delivered and accepted, and no money moves', async t => {
  const trade = await buy(free)
  await fetchData(trade)
  await done(trade, buyer, 'accept')
  const { items } = await x.ok(`GET /payouts?orderId=${trade.orderId}`, { as: operator.finance })
  t.same(items, [])
  closes(t, await ending(trade), `created confirmed delivering delivered ${settled}`)
})

journey('an order that is not paid in time is cancelled by the clock', async t => {
  const trade = await buy()
  await after((await order(trade)).paymentDueAt)
  const cancelled = await reach(trade, 'cancelled')
  t.match(cancelled.reason, /逾期未付款/)
  ended(t, await ending(trade), 'cancelled', 'terminated', 'created confirmed awaiting_payment cancelled')
  const [late] = await pay(trade)
  t.match(late, { state: 'unmatched', hint: 'order-takes-no-payment' })
  await x.ok(`POST /statement-lines/${late.id}/return`, { as: operator.finance, body: { reason: '订单已取消' } })
  const { items } = await x.ok('GET /payouts?kind=return&state=ready&limit=100', { as: operator.finance })
  const back = items.find((item: any) => item.lineId === late.id)
  await market.orderPayouts([back.id])
  await market.confirm(back.id)
})

journey('a share without an account to go to waits for one; what the bank sends back is paid anew', async t => {
  const trade = await market.open({ vendor: newcomer, buyer }, { productId: foreign! })
  await pay(trade)
  await fetchData(trade)
  await done(trade, buyer, 'accept')
  await after((await order(trade)).settleAfter)
  const [share] = await market.payouts(trade, 'vendor', 'waiting')
  t.match(await x.ok('GET /payouts', { as: newcomer.finance }), { items: [{ id: share.id, state: 'waiting' }] })
  t.equal((await x.call('POST /payout-batches', { as: operator.finance, body: { payoutIds: [share.id] } })).status, 409)
  t.equal((await order(trade)).state, 'settling')
  await openAccount(newcomer, '140205555666677778')
  await market.payouts(trade, 'vendor', 'ready')
  await market.orderPayouts([share.id])
  const bounced = await x.ok(`POST /payouts/${share.id}/bounce`, {
    as: operator.checker,
    body: { reason: '收款行暂停服务' },
  })
  t.equal(bounced.state, 'bounced')
  await x.ok(`POST /payouts/${share.id}/retry`, { as: operator.finance, body: {} })
  t.match(await payOut(trade, 'vendor'), [{ id: share.id, amountFen: price - fee, state: 'confirmed' }])
  closes(t, await ending(trade))
})

const entriesOf = async (trade: Trade, action: string) => {
  const { items } = await x.ok(`GET /audit-entries?subject=order/${trade.orderId}&limit=100`, { as: operator.checker })
  return items.filter((entry: any) => entry.action === action).length
}
const fifty = Array.from({ length: 50 }, (_, i) => i)

journey('of fifty who accept at once one does', async t => {
  const trade = await delivered()
  const replies = await Promise.all(fifty.map(i => act(trade, buyer, 'accept', undefined, `${trade.orderId}-${i}`)))
  t.same(replies.map(reply => reply.status).sort(), [200, ...fifty.slice(1).map(() => 409)])
  t.equal(await entriesOf(trade, 'order.accept'), 1)
  await settle(trade)
  closes(t, await ending(trade))
})

journey('an acceptance that is sent fifty times is one, and answered fifty times with the same bytes', async t => {
  const trade = await delivered()
  const replies = await Promise.all(fifty.map(() => act(trade, buyer, 'accept', undefined, trade.orderId)))
  t.same(new Set(replies.map(reply => `${reply.status} ${reply.text}`)).size, 1)
  t.match(replies[0], { status: 200, body: { state: 'accepted' } })
  t.equal(replies.filter(reply => reply.headers['idempotency-replayed'] === undefined).length, 1)
  t.equal(await entriesOf(trade, 'order.accept'), 1)
  await settle(trade)
  closes(t, await ending(trade))
})

t.jobs = journeys.length
const told = journeys.map(([name, tell]) =>
  t.test(name, { buffered: true, timeout: 240_000 }, t => tell(t).finally(() => clock.leave())),
)
await Promise.all(told)

t.test('in the end the books are right and nothing is left on its way', async t => {
  for (const { id, view, violations } of await market.invariants()) t.equal(violations, 0, `${id} ${view}`)
  const { lines } = await x.ok('GET /ledger/trial-balance', { as: operator.finance })
  const left = lines.filter((line: any) => line.debitFen + line.creditFen > 0)
  t.same(left.map((line: any) => line.purpose).sort(), ['fee_revenue', 'psp_clearing'])
  t.same(alarms, [], 'and the machinery had no trouble')
})
