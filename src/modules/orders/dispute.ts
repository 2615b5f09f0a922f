import { and, eq } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { nextState } from '../../kernel/machine.ts'
import { ruleViolated } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { markDisputed } from '../contracts/index.ts'
import { lockFor, moveOrder, packOf } from './change.ts'
import { deadline, orderMachine, settlementDay } from './model.ts'
import { beginRefund } from './refund.ts'
import { disputeProposal, type Order } from './schema.ts'
import { closeFreeOrder } from './settlement.ts'

/**
 * A party says that the other does not keep the contract: everything freezes (access, periods, payout) until the
 * operator has mediated. @throws state-conflict once the payout has begun
 */
export async function disputeOrder(cx: Cx, id: string, { reason }: { readonly reason: string }): Promise<Order> {
  const { row, side } = await lockFor(cx, id, 'dispute')
  const pack = packOf(cx)
  const { dueAt: mediationDueAt, isProvisional } = deadline(cx.now, pack.clocks.disputeMediation.workingDays, pack)
  const change = { reason, mediationDueAt, isProvisional }
  const disputed = await moveOrder(
    cx,
    row,
    'dispute',
    {
      ...change,
      disputes: row.disputes + 1,
      mediationEscalatedAt: null,
      deliveryDueAt: null,
      acceptanceDueAt: null,
      settleAfter: null,
    },
    { facts: { ...change, by: side } },
  )
  await markDisputed(cx, row.contractId, true, reason)
  cx.emit('orders.order-disputed', { orderId: id, by: side })
  return disputed
}

export interface Mediation {
  readonly outcome: 'accept' | 'refund' | 'partial'
  /** fen to give back; with `partial` only */
  readonly refundFen?: number
  readonly reason: string
}

function requirePart(row: Order, refundFen: number | undefined): bigint {
  const part = BigInt(refundFen ?? 0)
  if (part > 0n && part < row.amountFen) return part
  throw ruleViolated(undefined, {
    errors: [
      {
        pointer: '/refundFen',
        message: text(`应大于 0 且小于 ${row.amountFen} 分`, `must be above 0 and below ${row.amountFen} fen`),
        remedy: text('全额退款请选择 refund', 'for the whole amount choose the outcome refund'),
      },
    ],
  })
}

/** Only what was delivered can be accepted or paid in part. */
function requireDelivered(row: Order): void {
  if (row.deliveredAt !== null) return
  throw ruleViolated(undefined, {
    errors: [
      {
        pointer: '/outcome',
        message: text('尚未交付的订单只能退款', 'an order without delivery can only be refunded'),
        remedy: text('选择 refund', 'choose refund'),
      },
    ],
  })
}

/** What goes back to the buyer by an outcome, in fen. @throws rule-violated for one that the order cannot have */
export function requireOutcome(row: Order, { outcome, refundFen }: Omit<Mediation, 'reason'>): bigint {
  if (outcome === 'refund') return row.amountFen
  requireDelivered(row)
  return outcome === 'partial' ? requirePart(row, refundFen) : 0n
}

/** Proposals that nobody has answered end with the dispute. */
const overtakeProposals = (cx: Cx, orderId: string) =>
  cx.tx
    .update(disputeProposal)
    .set({ state: 'overtaken', answeredAt: cx.now })
    .where(and(eq(disputeProposal.orderId, orderId), eq(disputeProposal.state, 'open')))

/**
 * The operator's mediation ends a dispute: the delivery stands as accepted, or all of the money goes back, or a part
 * does and the rest is settled once the bank has confirmed that. @throws rule-violated, state-conflict
 */
export async function mediateOrder(cx: Cx, id: string, mediation: Mediation): Promise<Order> {
  const { row } = await lockFor(cx, id, 'mediate')
  return agreeOutcome(cx, row, mediation)
}

/** Ends the dispute of a locked order: by the operator's decision, or as both sides agreed. @throws rule-violated, state-conflict */
export async function agreeOutcome(cx: Cx, row: Order, { outcome, refundFen, reason }: Mediation): Promise<Order> {
  const { id } = row
  nextState(orderMachine, row.state, 'mediateAccept')
  await overtakeProposals(cx, id)
  await markDisputed(cx, row.contractId, false, reason)
  if (outcome === 'refund') return beginRefund(cx, row, 'mediateRefund', reason)
  requireDelivered(row)
  const action = 'mediate'
  if (outcome === 'partial') {
    const part = requirePart(row, refundFen)
    const change = { reason, refundFen: part, acceptedAt: cx.now, mediationDueAt: null }
    const partly = await moveOrder(cx, row, 'mediatePartly', change, {
      action,
      facts: { outcome, reason, refundFen: part },
    })
    cx.emit('orders.order-refunding', { orderId: id, amountFen: Number(part), isPartial: true })
    cx.emit('orders.order-resumed', { orderId: id })
    return partly
  }
  const change = {
    reason,
    acceptedAt: cx.now,
    settleAfter: settlementDay(cx.now, packOf(cx), row),
    mediationDueAt: null,
  }
  const accepted = await moveOrder(cx, row, 'mediateAccept', change, { action, facts: { outcome, reason } })
  cx.emit('orders.order-accepted', { orderId: id, isDeemed: false })
  cx.emit('orders.order-resumed', { orderId: id })
  return accepted.amountFen === 0n ? closeFreeOrder(cx, accepted) : accepted
}
