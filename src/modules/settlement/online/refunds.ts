import { and, desc, eq, gt, inArray, ne } from 'drizzle-orm'
import type { Cx } from '../../../kernel/command.ts'
import { newId } from '../../../kernel/ids.ts'
import { nextState } from '../../../kernel/machine.ts'
import { postTransaction } from '../../ledger/index.ts'
import { finishRefund, lockOrder } from '../../orders/index.ts'
import { createBankGiveback } from '../payouts.ts'
import { payout } from '../schema.ts'
import { overtakeIntent, proposeIntent } from './intents.ts'
import { onlineRefundMachine } from './model.ts'
import type { RefundFact } from './port.ts'
import { type OnlinePayment, type OnlineRefund, onlinePayment, onlineRefund } from './schema.ts'

async function moveRefund(
  cx: Cx,
  row: OnlineRefund,
  move: keyof typeof onlineRefundMachine.moves,
  change: Partial<OnlineRefund> = {},
): Promise<OnlineRefund> {
  const state = nextState(onlineRefundMachine, row.state, move)
  const [moved] = await cx.tx
    .update(onlineRefund)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(onlineRefund.id, row.id))
    .returning()
  const { orderId, amountFen, kind } = row
  const { reason, payoutId } = moved!
  const facts = { orderId, kind, amountFen, from: row.state, to: state, reason, payoutId }
  cx.audit(`online-refund.${move}`, ['online-refund', row.id], facts)
  return moved!
}

/**
 * Gives money of an online payment back the way it came, taken at once out of `from` (escrow or suspense). Past the last
 * day of the method it goes by bank, to an account that the operator finds out. The order is locked.
 */
export async function giveBackOnline(
  cx: Cx,
  payment: OnlinePayment,
  kind: 'refund' | 'return',
  amountFen: bigint,
  from: string,
): Promise<void> {
  const id = newId()
  const { orderId } = payment
  const isLate = payment.refundableUntil !== null && payment.refundableUntil <= cx.now
  const reason = isLate ? '超过原路退款期限 (past the last day of the method)' : null
  const bank = reason === null ? undefined : await createBankGiveback(cx, kind, orderId, amountFen, from, reason)
  await cx.tx.insert(onlineRefund).values({
    id,
    paymentId: payment.id,
    orderId,
    kind,
    amountFen,
    state: bank ? 'failed' : 'requested',
    payoutId: bank?.id ?? null,
    reason,
    createdAt: cx.now,
    changedAt: cx.now,
  })
  cx.audit('online-refund.create', ['online-refund', id], { orderId, paymentId: payment.id, kind, amountFen, reason })
  if (bank) return
  await proposeIntent(cx, {
    gateway: payment.gateway,
    kind: 'refund',
    aggregate: `order/${orderId}`,
    subjectId: id,
    request: { refundId: id, orderId, chargeRef: payment.chargeRef!, amountFen: String(amountFen) },
    entries: [
      { account: from, amountFen },
      { account: 'refund_in_flight', amountFen: -amountFen },
    ],
  })
}

/** Online payments of an order of which something is in escrow, locked. */
export const openPaymentsOf = (cx: Cx, orderId: string): Promise<OnlinePayment[]> =>
  cx.tx
    .select()
    .from(onlinePayment)
    .where(and(eq(onlinePayment.orderId, orderId), gt(onlinePayment.capturedFen, onlinePayment.refundedFen)))
    .for('update')

/** Takes an amount of a payment that is in escrow for going back; it is locked. */
export async function refundPayment(
  cx: Cx,
  row: OnlinePayment,
  kind: 'refund' | 'return',
  amountFen: bigint,
): Promise<void> {
  await cx.tx
    .update(onlinePayment)
    .set({ refundedFen: row.refundedFen + amountFen, changedAt: cx.now })
    .where(eq(onlinePayment.id, row.id))
  await giveBackOnline(cx, row, kind, amountFen, `escrow:${row.orderId}`)
}

/** Refunds of an order that neither a bank nor a provider has confirmed, but for the one named. */
export async function isRefundOpen(cx: Cx, orderId: string, exceptId: string): Promise<boolean> {
  const byBank = await cx.tx
    .select({ id: payout.id })
    .from(payout)
    .where(
      and(
        eq(payout.orderId, orderId),
        eq(payout.kind, 'refund'),
        ne(payout.id, exceptId),
        inArray(payout.state, ['waiting', 'ready', 'ordered', 'bounced']),
      ),
    )
  const online = await cx.tx
    .select({ id: onlineRefund.id })
    .from(onlineRefund)
    .where(
      and(
        eq(onlineRefund.orderId, orderId),
        eq(onlineRefund.kind, 'refund'),
        ne(onlineRefund.id, exceptId),
        inArray(onlineRefund.state, ['requested', 'pending']),
      ),
    )
  return byBank.length + online.length > 0
}

/** The order is refunded with the last of its refunds; one that failed after that changes nothing about the order. */
export async function concludeRefund(cx: Cx, orderId: string, refundId: string): Promise<void> {
  if (await isRefundOpen(cx, orderId, refundId)) return
  const order = await lockOrder(cx, orderId)
  if (order.state === 'refunding' || (order.state === 'partly_refunded' && order.settleAfter === null))
    await finishRefund(cx, orderId)
}

async function succeed(cx: Cx, row: OnlineRefund, externalId: string): Promise<void> {
  await moveRefund(cx, row, 'succeed', { externalId })
  await postTransaction(cx, {
    kind: 'online-refund.succeed',
    reference: `online-refund/${row.id}/succeed`,
    effectiveAt: cx.now,
    entries: [
      { account: 'refund_in_flight', amountFen: row.amountFen },
      { account: 'gateway_clearing', amountFen: -row.amountFen },
    ],
  })
  if (row.kind === 'refund') await concludeRefund(cx, row.orderId, row.id)
}

/** The provider could not give it back, now or after it had said so: the money waits for a payout by bank. */
async function fail(cx: Cx, row: OnlineRefund, reason: string, externalId: string | null): Promise<void> {
  if (row.state === 'succeeded')
    await postTransaction(cx, {
      kind: 'online-refund.fail',
      reference: `online-refund/${row.id}/fail`,
      effectiveAt: cx.now,
      entries: [
        { account: 'gateway_clearing', amountFen: row.amountFen },
        { account: 'refund_in_flight', amountFen: -row.amountFen },
      ],
    })
  const bank = await createBankGiveback(cx, row.kind, row.orderId, row.amountFen, null, reason)
  await moveRefund(cx, row, 'fail', { reason, payoutId: bank.id, ...(externalId && { externalId }) })
}

async function lockRefund(cx: Cx, known: OnlineRefund): Promise<OnlineRefund> {
  await lockOrder(cx, known.orderId)
  const [row] = await cx.tx.select().from(onlineRefund).where(eq(onlineRefund.id, known.id)).for('update')
  return row!
}

/** What the provider says of a refund, merged forward only: pending → succeeded → failed. */
export async function applyRefund(cx: Cx, fact: RefundFact): Promise<void> {
  const where = fact.refundId ? eq(onlineRefund.id, fact.refundId) : eq(onlineRefund.externalId, fact.ref)
  const [known] = await cx.tx.select().from(onlineRefund).where(where)
  if (!known) return
  const row = await lockRefund(cx, known)
  if (fact.amountFen !== row.amountFen)
    throw new Error(`refund ${row.id} of ${row.amountFen} fen came as ${fact.amountFen}`)
  const isOpen = row.state === 'requested' || row.state === 'pending'
  if (fact.state === 'pending' && row.state === 'requested')
    await moveRefund(cx, row, 'accept', { externalId: fact.ref })
  if (fact.state === 'succeeded' && isOpen) await succeed(cx, row, fact.ref)
  if (fact.state === 'failed' && row.state !== 'failed')
    await fail(cx, row, fact.reason ?? '通道未能原路退回 (the provider could not give it back)', fact.ref)
}

/** The provider refused the refund outright. */
export async function failRefund(cx: Cx, id: string, reason: string): Promise<void> {
  const [known] = await cx.tx.select().from(onlineRefund).where(eq(onlineRefund.id, id))
  const row = await lockRefund(cx, known!)
  if (row.state === 'requested') await fail(cx, row, reason, null)
}

/**
 * A lost chargeback gave the payer back so much that a refund on its way, were it made too, would be more than was ever
 * paid: it was not made and never can be. Its money pays for the chargeback. Answers how much, in fen; the order and the
 * payment are locked.
 */
export async function overtakeRefunds(cx: Cx, payment: OnlinePayment, chargedBackFen: bigint): Promise<bigint> {
  const rows = await cx.tx
    .select()
    .from(onlineRefund)
    .where(eq(onlineRefund.paymentId, payment.id))
    .orderBy(desc(onlineRefund.id))
    .for('update')
  const counted = rows.filter(({ state }) => state !== 'failed' && state !== 'overtaken')
  let over = counted.reduce((sum, { amountFen }) => sum + amountFen, chargedBackFen) - payment.amountFen
  let freed = 0n
  for (const row of counted) {
    const isOpen = row.state === 'requested' || row.state === 'pending'
    if (!isOpen || row.amountFen > over) continue
    await moveRefund(cx, row, 'overtake', { reason: '付款人已由拒付取回 (the payer has it by a chargeback)' })
    await overtakeIntent(cx, 'refund', row.id)
    over -= row.amountFen
    freed += row.amountFen
  }
  return freed
}
