import { and, desc, eq, gt } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import { Problem } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { postTransaction } from '../ledger/index.ts'
import { beginSettlement, finishSettlement, lockOrder, type Order, settleableFen } from '../orders/index.ts'
import { allocate, splitFee } from './model.ts'
import { createGiveback, createVendorPayout } from './payouts.ts'
import { type Split, split, statementLine } from './schema.ts'
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
 * rule pack in force, and makes the vendor's payout. An order without money has nothing to pay and closes.
 * @throws settlement-pending, state-conflict
 */
export async function settleOrder(cx: Cx, orderId: string): Promise<Split | undefined> {
  const order = await beginSettlement(cx, orderId)
  const amountFen = settleableFen(order)
  if (amountFen === 0n) {
    await finishSettlement(cx, orderId)
    return undefined
  }
  const pack = rulesAt(cx.now)
  const feePpm = pack.fees.platformRate.ppm
  const { vendorFen, feeFen } = splitFee(amountFen, feePpm)
  await release(cx, order, vendorFen, feeFen)
  const payout = vendorFen > 0n ? await createVendorPayout(cx, order.vendorId, orderId, vendorFen) : undefined
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
  if (!payout) await finishSettlement(cx, orderId)
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
 * Gives money of a paid order back: payouts to the accounts that it came from, the latest payment first. It leaves
 * escrow at once; `finishRefund` follows when the bank has paid the last of them.
 */
export async function refundTrade(cx: Cx, orderId: string, amountFen: bigint): Promise<void> {
  await lockOrder(cx, orderId)
  const lines = await cx.tx
    .select()
    .from(statementLine)
    .where(and(eq(statementLine.orderId, orderId), gt(statementLine.capturedFen, statementLine.refundedFen)))
    .orderBy(desc(statementLine.id))
    .for('update')
  const parts = allocate(
    lines.map(({ id, capturedFen, refundedFen }) => ({ id, openFen: capturedFen - refundedFen })),
    amountFen,
  )
  if (amountFen > 0n) await countTrade(cx, orderId, { refundedFen: amountFen })
  for (const part of parts) {
    const line = lines.find(each => each.id === part.id)!
    await cx.tx
      .update(statementLine)
      .set({ refundedFen: line.refundedFen + part.amountFen, changedAt: cx.now })
      .where(eq(statementLine.id, line.id))
    await createGiveback(cx, 'refund', line, part.amountFen, `escrow:${orderId}`)
  }
  cx.audit('settlement.refund', ['order', orderId], { amountFen, parts: parts.length })
}
