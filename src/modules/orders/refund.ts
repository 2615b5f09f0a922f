import type { Cx } from '../../kernel/command.ts'
import { forbidden, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { contractOf, terminateContract } from '../contracts/index.ts'
import { lockFor, lockOrder, moveOrder, packOf, updateOrder } from './change.ts'
import { cancellationTooEarly, cancelMove, settlementDay } from './model.ts'
import type { Order } from './schema.ts'

/** Nothing will be performed any more: the contract ends with its order, unless it has ended before. */
async function endContract(cx: Cx, row: Order, reason: string): Promise<void> {
  const { state } = await contractOf(cx, row.contractId)
  if (state === 'performing' || state === 'suspended') await terminateContract(cx, row.contractId, reason)
}

/** The money is back with the buyer (or there was none). */
async function completeRefund(cx: Cx, row: Order): Promise<Order> {
  const refunded = await moveOrder(
    cx,
    row,
    'finishRefund',
    { closedAt: cx.now },
    { facts: { refundFen: row.refundFen } },
  )
  await endContract(cx, row, row.reason ?? '')
  cx.emit('orders.order-refunded', { orderId: row.id })
  return refunded
}

/** The whole amount starts its way back to the buyer; an order without a price ends here. */
export async function beginRefund(
  cx: Cx,
  row: Order,
  move: 'refund' | 'cancelPaid' | 'mediateRefund',
  reason: string,
): Promise<Order> {
  const change = { reason, refundFen: row.amountFen, settleAfter: null, deliveryDueAt: null, acceptanceDueAt: null }
  const action = { refund: 'refund', cancelPaid: 'cancel', mediateRefund: 'mediate' }[move]
  const refunding = await moveOrder(cx, row, move, change, { action, facts: { reason, refundFen: row.amountFen } })
  cx.emit('orders.order-refunding', { orderId: row.id, amountFen: Number(row.amountFen), isPartial: false })
  return row.amountFen === 0n ? completeRefund(cx, refunding) : refunding
}

/** The vendor (or the operator) gives the money back after a rejection. @throws state-conflict, forbidden */
export async function refundOrder(cx: Cx, id: string, { reason }: { readonly reason: string }): Promise<Order> {
  const { row } = await lockFor(cx, id, 'refund')
  return beginRefund(cx, row, 'refund', reason)
}

/**
 * The bank confirmed the refund. A whole one ends the order; after a partial one (mediation) the rest may be settled
 * from the next settlement day. @throws state-conflict
 */
export async function finishRefund(cx: Cx, id: string): Promise<Order> {
  const row = await lockOrder(cx, id)
  if (row.state !== 'partly_refunded') return completeRefund(cx, row)
  if (row.settleAfter !== null)
    throw stateConflict(text('该部分退款已经确认。', 'This partial refund was confirmed before.'))
  const settleAfter = settlementDay(cx.now, packOf(cx), row)
  return updateOrder(cx, row, { settleAfter }, 'finish-refund', { refundFen: row.refundFen, settleAfter })
}

/** More of a partly refunded order has gone back, by the payer's bank: so much less is settled. */
export async function widenRefund(cx: Cx, id: string, amountFen: bigint): Promise<Order> {
  const row = await lockOrder(cx, id)
  return updateOrder(cx, row, { refundFen: row.refundFen + amountFen }, 'widen-refund', { amountFen })
}

/**
 * Ends an order that will not be performed. Before payment the buyer or the operator cancels it (or the timer, when
 * payment is overdue); once paid the money goes back: by the vendor or the operator at any time before delivery, by
 * the buyer when delivery is late (民法典 Art. 563). @throws cancellation-too-early, forbidden, state-conflict
 */
export async function cancelOrder(cx: Cx, id: string, { reason }: { readonly reason: string }): Promise<Order> {
  const { row, side } = await lockFor(cx, id, 'cancel')
  const move = cancelMove(row, side, cx.now)
  if (move === 'not-yours')
    throw forbidden(text('付款前只有需方可以取消订单。', 'Before payment only the buyer may cancel.'))
  if (move === 'too-early') throw cancellationTooEarly()
  if (move === 'cancelPaid') return beginRefund(cx, row, 'cancelPaid', reason)
  const cancelled = await moveOrder(cx, row, 'cancel', { reason, closedAt: cx.now }, { facts: { reason } })
  await endContract(cx, row, reason)
  cx.emit('orders.order-cancelled', { orderId: id })
  return cancelled
}
