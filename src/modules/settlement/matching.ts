import { startOfDay } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { nextState } from '../../kernel/machine.ts'
import { stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { postTransaction } from '../ledger/index.ts'
import { findReferenceCodes, lockOrder, type Order, orderByReference, payOrder } from '../orders/index.ts'
import { completeParts, lockLine, moveLine, partialLines } from './lines.ts'
import { lineMachine, type Meeting, meet } from './model.ts'
import { closePayments } from './online/payments.ts'
import { openPaymentsOf, refundPayment } from './online/refunds.ts'
import { createGiveback } from './payouts.ts'
import type { StatementLine } from './schema.ts'
import { countTrade, heldFen, tradeOf } from './trades.ts'

/** Books a line's money where it belongs: escrow and suspense when it comes in, suspense → escrow when found later. */
async function book(cx: Cx, line: StatementLine, orderId: string | null, meeting: Meeting): Promise<void> {
  const { captureFen, surplusFen } = meeting
  const escrow = captureFen > 0n ? [{ account: `escrow:${orderId}`, amountFen: -captureFen }] : []
  if (line.state === 'unmatched') {
    if (captureFen === 0n) return
    await postTransaction(cx, {
      kind: 'receipt.match',
      reference: `statement-line/${line.id}/match`,
      effectiveAt: cx.now,
      entries: [{ account: 'suspense', amountFen: captureFen }, ...escrow],
    })
    return
  }
  const suspense = surplusFen > 0n ? [{ account: 'suspense', amountFen: -surplusFen }] : []
  await postTransaction(cx, {
    kind: 'receipt',
    reference: `statement-line/${line.id}/receipt`,
    effectiveAt: startOfDay(line.bookedOn),
    entries: [{ account: 'psp_clearing', amountFen: line.amountFen }, ...escrow, ...suspense],
  })
}

/** Applies a line to a locked order: its money, the line's state, the order if that is now paid, what goes back. */
async function apply(
  cx: Cx,
  line: StatementLine,
  order: Order,
  meeting: Meeting,
  action: string,
): Promise<StatementLine> {
  const { move, captureFen, surplusFen } = meeting
  await book(cx, line, order.id, meeting)
  const matched = await moveLine(
    cx,
    line,
    move,
    { orderId: order.id, capturedFen: captureFen, hint: null, matchedBy: cx.actor.personId },
    { action, facts: { orderId: order.id, orderNumber: order.number, captureFen, surplusFen } },
  )
  if (captureFen > 0n) await countTrade(cx, order.id, { capturedFen: captureFen })
  if (move === 'match' || move === 'matchSurplus') {
    await completeParts(cx, order.id)
    await payOrder(cx, order.id, { paidFen: order.amountFen, settlementRef: line.id })
    await closePayments(cx, order.id)
  }
  if (surplusFen > 0n) await createGiveback(cx, 'return', matched, surplusFen, 'suspense')
  return matched
}

/** The one order that a remark names, or why there is none. */
async function orderInRemark(cx: Cx, remark: string): Promise<Order | 'no-reference' | 'ambiguous-reference'> {
  const codes = findReferenceCodes(remark)
  const found: Order[] = []
  for (const code of codes) {
    const order = await orderByReference(cx, code)
    if (order) found.push(order)
  }
  if (found.length === 1) return found[0]!
  return found.length === 0 ? 'no-reference' : 'ambiguous-reference'
}

async function suspend(cx: Cx, line: StatementLine, hint: string): Promise<void> {
  await book(cx, line, null, { move: 'suspend', captureFen: 0n, surplusFen: line.amountFen })
  await moveLine(cx, line, 'suspend', { hint }, { action: 'receive', facts: { hint } })
  cx.emit('settlement.line-unmatched', { lineId: line.id, statementId: line.statementId, hint })
}

/**
 * Books an imported line and matches it by the reference in its remark: exact, a part, too much, a second time; what
 * names no order, or one that takes no money, goes to suspense. @throws NotDue when that was done before.
 */
export async function receiveLine(cx: Cx, id: string): Promise<void> {
  const line = await lockLine(cx, id)
  if (line.state !== 'received') throw new NotDue()
  const found = await orderInRemark(cx, line.remark)
  if (typeof found === 'string') return suspend(cx, line, found)
  const order = await lockOrder(cx, found.id)
  const meeting = meet(order, heldFen(await tradeOf(cx, order.id)), line.amountFen)
  if (meeting.move === 'suspend') return suspend(cx, line, 'order-takes-no-payment')
  await apply(cx, line, order, meeting, 'receive')
}

/**
 * A person says which order a line in suspense pays. Of two who do so at once one wins.
 * @throws state-conflict when the line is not in suspense, or the order takes no money; not-found
 */
export async function matchStatementLine(cx: Cx, id: string, orderId: string): Promise<StatementLine> {
  const line = await lockLine(cx, id)
  nextState(lineMachine, line.state, 'match')
  const order = await lockOrder(cx, orderId)
  const meeting = meet(order, heldFen(await tradeOf(cx, order.id)), line.amountFen)
  if (meeting.move === 'suspend')
    throw stateConflict(
      text(
        `订单 ${order.number} 不收款（${order.state}），请另选订单或退回。`,
        `Order ${order.number} takes no payment (${order.state}): choose another, or return the money.`,
      ),
    )
  return apply(cx, line, order, meeting, 'match')
}

async function giveBack(cx: Cx, line: StatementLine, reason: string): Promise<StatementLine> {
  const isPart = line.state === 'partial'
  const amountFen = isPart ? line.capturedFen - line.refundedFen : line.amountFen
  const returning = await moveLine(
    cx,
    line,
    'return',
    { reason, ...(isPart && { refundedFen: line.capturedFen }) },
    { action: 'return', facts: { reason, orderId: line.orderId } },
  )
  if (isPart) await countTrade(cx, line.orderId!, { refundedFen: amountFen })
  await createGiveback(cx, 'return', returning, amountFen, isPart ? `escrow:${line.orderId}` : 'suspense')
  return returning
}

/** Sends money that pays nothing, or a part that was not completed, back to whom it came from. @throws state-conflict */
export async function returnStatementLine(cx: Cx, id: string, reason: string): Promise<StatementLine> {
  const line = await lockLine(cx, id)
  nextState(lineMachine, line.state, 'return')
  if (line.orderId) await lockOrder(cx, line.orderId)
  return giveBack(cx, line, reason)
}

/** An order was cancelled before it was paid in full: parts that came in go back, and nothing more is taken online. */
export async function returnParts(cx: Cx, orderId: string): Promise<void> {
  const order = await lockOrder(cx, orderId)
  const lines = await partialLines(cx, orderId)
  for (const line of lines) await giveBack(cx, line, order.reason ?? '订单已取消 (order cancelled)')
  await closePayments(cx, orderId)
  const payments = await openPaymentsOf(cx, orderId)
  for (const payment of payments) {
    const amountFen = payment.capturedFen - payment.refundedFen
    await countTrade(cx, orderId, { refundedFen: amountFen })
    await refundPayment(cx, payment, 'return', amountFen)
  }
  cx.audit('settlement.return-parts', ['order', orderId], {
    lines: lines.map(line => line.id),
    payments: payments.map(payment => payment.id),
  })
}
