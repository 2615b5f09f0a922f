import { and, eq, gt } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import { Problem } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { postTransaction } from '../ledger/index.ts'
import { beginSettlement, finishSettlement, lockOrder, type Order, settleableFen } from '../orders/index.ts'
import { allocate, splitFee } from './model.ts'
import { netReceivable } from './netting.ts'
import { chargedBack, chargedBackFen, hasOpenChargeback } from './online/chargebacks.ts'
import { concludeRefund, isRefundOpen, openPaymentsOf, refundPayment } from './online/refunds.ts'
import { createTransfer } from './online/transfers.ts'
import { createGiveback, createVendorPayout } from './payouts.ts'
import { type Split, type StatementLine, split, statementLine } from './schema.ts'
import { countTrade } from './trades.ts'

/** Escrow becomes what the vendor is owed and what the exchange has earned. */
async function release(cx: Cx, order: Order, vendorFen: bigint, feeFen: bigint): Promise<void> {
  const credits = [
    { account: `payable:${order.vendorId}`, amountFen: -vendorFen },
    { account: 'fee_revenue', amountFen: -feeFen },
  ]
  await postTransaction(cx, {
    kind: 'order.settle',
    reference: `order/${order.id}/settle`,
    effectiveAt: cx.now,
    entries: [
      { account: `escrow:${order.id}`, amountFen: vendorFen + feeFen },
      ...credits.filter(({ amountFen }) => amountFen !== 0n),
    ],
  })
  await countTrade(cx, order.id, { releasedFen: vendorFen, feeFen })
}

/**
 * Settles an accepted order on its day (T+1): splits what is in escrow between vendor and exchange at the rate of the
 * rule pack in force, and pays the vendor's: through the provider that brought it, or by bank, less what the vendor has to give
 * back. An order without money has nothing to pay and closes.
 * @throws settlement-pending, state-conflict
 */
export async function settleOrder(cx: Cx, orderId: string): Promise<Split | undefined> {
  const order = await beginSettlement(cx, orderId)
  if (await hasOpenChargeback(cx, orderId)) throw chargedBack()
  const amountFen = settleableFen(order)
  if (amountFen === 0n) {
    await finishSettlement(cx, orderId)
    return undefined
  }
  const pack = rulesAt(cx.now)
  const feePpm = pack.fees.platformRate.ppm
  const { vendorFen, feeFen } = splitFee(amountFen, feePpm)
  await release(cx, order, vendorFen, feeFen)
  const dueFen = vendorFen - (await netReceivable(cx, order, vendorFen))
  const transfer = dueFen > 0n ? await createTransfer(cx, order, dueFen) : undefined
  const isByBank = dueFen > 0n && !transfer
  const payout = isByBank ? await createVendorPayout(cx, order.vendorId, orderId, dueFen) : undefined
  const [row] = await cx.tx
    .insert(split)
    .values({
      id: newId(),
      orderId,
      vendorId: order.vendorId,
      amountFen,
      vendorFen,
      feeFen,
      feePpm,
      rulePack: pack.ref,
      payoutId: payout?.id ?? null,
      createdAt: cx.now,
    })
    .returning()
  cx.audit('settlement.split', ['order', orderId], { amountFen, vendorFen, feeFen, feePpm, rulePack: pack.ref })
  if (!payout && !transfer) await finishSettlement(cx, orderId)
  return row
}

/** The timer's run of it: another worker, a dispute or a later day leave nothing to do now. */
export async function settleDue(cx: Cx, orderId: string): Promise<void> {
  try {
    await settleOrder(cx, orderId)
  } catch (error) {
    throw error instanceof Problem && error.type.status === 409 ? new NotDue() : error
  }
}

/**
 * Gives money of a paid order back the way that it came, the latest payment first: payouts to accounts, refunds through
 * the provider. It leaves escrow at once; `finishRefund` follows with the last of them.
 */
export async function refundTrade(cx: Cx, orderId: string, wantedFen: bigint): Promise<void> {
  const { state } = await lockOrder(cx, orderId)
  if (await hasOpenChargeback(cx, orderId)) {
    // the provider holds the money: what is given back follows from its decision
    cx.audit('settlement.refund-waits', ['order', orderId], { amountFen: wantedFen, state })
    return
  }
  const takenFen = await chargedBackFen(cx, orderId)
  const amountFen = wantedFen > takenFen ? wantedFen - takenFen : 0n
  const lines = await cx.tx
    .select()
    .from(statementLine)
    .where(and(eq(statementLine.orderId, orderId), gt(statementLine.capturedFen, statementLine.refundedFen)))
    .for('update')
  const payments = await openPaymentsOf(cx, orderId)
  const sources = [...lines, ...payments].sort((a, b) => (a.id < b.id ? 1 : -1))
  const parts = allocate(
    sources.map(({ id, capturedFen, refundedFen }) => ({ id, openFen: capturedFen - refundedFen })),
    amountFen,
  )
  if (amountFen > 0n) await countTrade(cx, orderId, { refundedFen: amountFen })
  for (const part of parts) {
    const payment = payments.find(each => each.id === part.id)
    if (payment) await refundPayment(cx, payment, 'refund', part.amountFen)
    const line = lines.find(each => each.id === part.id)
    if (line) await refundLine(cx, line, orderId, part.amountFen)
  }
  cx.audit('settlement.refund', ['order', orderId], { amountFen, parts: parts.length })
  if (takenFen > 0n && parts.length === 0) await concludeRefund(cx, orderId, orderId)
}

/** A chargeback was decided: a refund that waited for it goes on. */
export async function resumeRefund(cx: Cx, orderId: string): Promise<void> {
  const order = await lockOrder(cx, orderId)
  const isWaiting = order.state === 'refunding' || (order.state === 'partly_refunded' && order.settleAfter === null)
  cx.audit('settlement.chargeback-decided', ['order', orderId], { state: order.state, isWaiting })
  if (isWaiting && !(await isRefundOpen(cx, orderId, orderId))) await refundTrade(cx, orderId, order.refundFen)
}

async function refundLine(cx: Cx, line: StatementLine, orderId: string, amountFen: bigint): Promise<void> {
  await cx.tx
    .update(statementLine)
    .set({ refundedFen: line.refundedFen + amountFen, changedAt: cx.now })
    .where(eq(statementLine.id, line.id))
  await createGiveback(cx, 'refund', line, amountFen, `escrow:${orderId}`)
}
