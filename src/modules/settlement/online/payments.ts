import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Cx, Rx } from '../../../kernel/command.ts'
import { constraintMeans } from '../../../kernel/db/errors.ts'
import { newId } from '../../../kernel/ids.ts'
import { nextState } from '../../../kernel/machine.ts'
import { conflict, notFound, stateConflict } from '../../../kernel/problem.ts'
import { rulesAt } from '../../../kernel/rulepack.ts'
import { text } from '../../../kernel/text.ts'
import { postTransaction } from '../../ledger/index.ts'
import { lockOrder, type Order, payOrder } from '../../orders/index.ts'
import { completeParts } from '../lines.ts'
import { meet } from '../model.ts'
import { countTrade, heldFen, tradeOf } from '../trades.ts'
import { requireGateway } from './gateway.ts'
import { hasIntent, proposeIntent } from './intents.ts'
import { onlinePaymentMachine } from './model.ts'
import type { PaymentFact } from './port.ts'
import { giveBackOnline } from './refunds.ts'
import { type OnlinePayment, onlinePayment } from './schema.ts'

constraintMeans('online_payment_one_open', () =>
  conflict(text('支付页面正在准备，请刷新。', 'The page to pay on is being prepared; reload.')),
)

/** The most that can be paid online at once, in fen, by the rules in force; more goes by bank. */
export const mostOnlineFen = (now: Date): bigint => BigInt(rulesAt(now).onlineMost.fen)

/** The last instant at which a method takes money back the way it came; null where no limit is known. */
function lastRefundAt(method: string | null, paidAt: Date, now: Date): Date | null {
  const { refundAlipay, refundWechatPay } = rulesAt(now).periods
  const limit = { alipay: refundAlipay, wechat_pay: refundWechatPay }[method ?? '']
  return limit ? new Date(paidAt.getTime() + limit.days * 86_400_000) : null
}

/** A page to pay on stays open so long, within what providers allow (30 minutes to a day). */
const openFor = 23 * 3_600_000

/** Makes one move of a locked payment and records it. @throws state-conflict */
export async function movePayment(
  cx: Cx,
  row: OnlinePayment,
  move: keyof typeof onlinePaymentMachine.moves,
  change: Partial<OnlinePayment> = {},
): Promise<OnlinePayment> {
  const state = nextState(onlinePaymentMachine, row.state, move)
  const [moved] = await cx.tx
    .update(onlinePayment)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(onlinePayment.id, row.id))
    .returning()
  const { orderId, amountFen } = row
  const { method, capturedFen, reason } = moved!
  const facts = { orderId, amountFen, from: row.state, to: state, method, capturedFen, reason }
  cx.audit(`online-payment.${move}`, ['online-payment', row.id], facts)
  return moved!
}

const openOf = (cx: Cx, orderId: string) =>
  cx.tx
    .select()
    .from(onlinePayment)
    .where(and(eq(onlinePayment.orderId, orderId), inArray(onlinePayment.state, ['requested', 'open'])))
    .for('update')

function requirePayable(order: Order, restFen: bigint, now: Date): void {
  if (order.state !== 'awaiting_payment')
    throw stateConflict(text('订单不在待付款状态。', 'The order does not wait for payment.'))
  if (restFen > mostOnlineFen(now))
    throw stateConflict(
      text('金额超过网上支付上限，请以银行转账付款。', 'The amount is more than can be paid online; pay by bank.'),
    )
}

/**
 * The buyer wants to pay what is open of an order on the provider's page, which is made ready in a moment; one that is
 * open already is answered again. @throws online-payment-off, state-conflict, not-found for whoever is not the buyer
 */
export async function payOnline(cx: Cx, orderId: string): Promise<OnlinePayment> {
  const gateway = requireGateway(cx.kit)
  const order = await lockOrder(cx, orderId)
  if (order.buyerId !== cx.actor.organizationId) throw notFound()
  const amountFen = order.amountFen - heldFen(await tradeOf(cx, orderId))
  requirePayable(order, amountFen, cx.now)
  const [before] = await openOf(cx, orderId)
  if (before?.amountFen === amountFen && before.expiresAt > cx.now) {
    cx.audit('online-payment.show', ['online-payment', before.id], { orderId, amountFen })
    return before
  }
  if (before) await closePayment(cx, before)
  const id = newId()
  const expiresAt = new Date(cx.now.getTime() + openFor)
  const [row] = await cx.tx
    .insert(onlinePayment)
    .values({
      id,
      gateway: gateway.code,
      orderId,
      amountFen,
      state: onlinePaymentMachine.initial as OnlinePayment['state'],
      expiresAt,
      openedBy: cx.actor.personId!,
      rulePack: rulesAt(cx.now).ref,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  cx.audit('online-payment.request', ['online-payment', id], { orderId, amountFen, expiresAt })
  const page = `${cx.kit.settings.publicUrl}/orders/${orderId}`
  await proposeIntent(cx, {
    gateway: gateway.code,
    kind: 'open-payment',
    aggregate: `online-payment/${id}`,
    subjectId: id,
    request: {
      paymentId: id,
      orderId,
      orderNumber: order.number,
      amountFen: String(amountFen),
      expiresAt: Math.floor(expiresAt.getTime() / 1000),
      successUrl: page,
      cancelUrl: page,
    },
  })
  return row!
}

const proposeClosing = (cx: Cx, row: OnlinePayment, pageRef: string) =>
  proposeIntent(cx, {
    gateway: row.gateway,
    kind: 'close-payment',
    aggregate: `online-payment/${row.id}`,
    subjectId: row.id,
    request: { pageRef },
  })

/** Nothing is to be paid there any more: the page is closed as soon as the provider can. What is paid until then goes back. */
async function closePayment(cx: Cx, row: OnlinePayment): Promise<void> {
  await movePayment(cx, row, 'expire')
  if (row.pageRef) await proposeClosing(cx, row, row.pageRef)
}

/** Closes what is open for an order that is paid or cancelled; the order is locked. */
export async function closePayments(cx: Cx, orderId: string): Promise<void> {
  for (const row of await openOf(cx, orderId)) await closePayment(cx, row)
}

/** Money has come in: into escrow as far as the order takes it, the rest back at once. As a matched line of a statement. */
async function capture(cx: Cx, order: Order, row: OnlinePayment, fact: PaymentFact): Promise<void> {
  if (fact.currency !== 'cny' || fact.amountFen !== row.amountFen || !fact.chargeRef || !fact.paidAt)
    throw new Error(`payment ${row.id} of ${row.amountFen} fen came as ${fact.amountFen} ${fact.currency}`)
  const met = meet(order, heldFen(await tradeOf(cx, order.id)), fact.amountFen)
  const { captureFen, surplusFen } = met
  await postTransaction(cx, {
    kind: 'online-payment.receive',
    reference: `online-payment/${row.id}/receipt`,
    effectiveAt: fact.paidAt,
    entries: [
      { account: 'gateway_clearing', amountFen: fact.amountFen },
      { account: `escrow:${order.id}`, amountFen: -captureFen },
      { account: 'suspense', amountFen: -surplusFen },
    ].filter(({ amountFen }) => amountFen !== 0n),
  })
  const paid = await movePayment(cx, row, 'pay', {
    url: null,
    pageRef: fact.pageRef,
    chargeRef: fact.chargeRef,
    method: fact.method,
    paidAt: fact.paidAt,
    capturedFen: captureFen,
    refundableUntil: lastRefundAt(fact.method, fact.paidAt, cx.now),
  })
  if (captureFen > 0n) await countTrade(cx, order.id, { capturedFen: captureFen })
  if (met.move === 'match' || met.move === 'matchSurplus') {
    await completeParts(cx, order.id)
    await payOrder(cx, order.id, { paidFen: order.amountFen, settlementRef: row.id })
    await closePayments(cx, order.id)
  }
  if (surplusFen > 0n) await giveBackOnline(cx, paid, 'return', surplusFen, 'suspense')
}

async function find(cx: Cx, fact: PaymentFact): Promise<OnlinePayment | undefined> {
  const where = fact.paymentId ? eq(onlinePayment.id, fact.paymentId) : eq(onlinePayment.pageRef, fact.pageRef)
  const [row] = await cx.tx.select().from(onlinePayment).where(where)
  return row
}

/**
 * What the provider says of a payment, merged forward only: paid stays paid, whatever is heard later, and in whatever
 * order (I14). A page that opens after it was closed here is closed there.
 */
export async function applyPayment(cx: Cx, fact: PaymentFact): Promise<void> {
  const known = await find(cx, fact)
  if (!known) return
  const order = await lockOrder(cx, known.orderId)
  const [row] = await cx.tx.select().from(onlinePayment).where(eq(onlinePayment.id, known.id)).for('update')
  const { state } = row!
  if (state === 'paid') return
  if (fact.state === 'paid') return capture(cx, order, row!, fact)
  if (fact.state === 'open') {
    if (state === 'requested') await movePayment(cx, row!, 'open', { url: fact.url, pageRef: fact.pageRef })
    else if (state !== 'open' && !(await hasIntent(cx, 'close-payment', known.id)))
      await proposeClosing(cx, row!, fact.pageRef)
    return
  }
  if (state === 'requested' || state === 'open')
    await movePayment(cx, row!, fact.state === 'failed' ? 'fail' : 'expire', { url: null, pageRef: fact.pageRef })
}

/** The provider would not make a page to pay on. */
export async function failPayment(cx: Cx, id: string, reason: string): Promise<void> {
  const [row] = await cx.tx.select().from(onlinePayment).where(eq(onlinePayment.id, id)).for('update')
  if (row?.state === 'requested' || row?.state === 'open') await movePayment(cx, row, 'fail', { reason })
}

/** The latest online payment of an order, as its buyer sees it. */
export async function latestPayment(rx: Rx, orderId: string): Promise<OnlinePayment | undefined> {
  const [row] = await rx.tx
    .select()
    .from(onlinePayment)
    .where(eq(onlinePayment.orderId, orderId))
    .orderBy(desc(onlinePayment.id))
    .limit(1)
  return row
}
