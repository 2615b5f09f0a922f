import { eq } from 'drizzle-orm'
import { dayOf } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { type ContractFacts, contractOf } from '../contracts/index.ts'
import { lockOrder, moveOrder, updateOrder } from './change.ts'
import { disputeOrder } from './dispute.ts'
import { orderMachine } from './model.ts'
import { cancelOrder } from './refund.ts'
import { type Order, order } from './schema.ts'
import { endSubscription } from './subscribing.ts'
import { unusedOf } from './subscription.ts'

/** What the end of the contract asks of an order in that state. */
function consequenceOf(state: Order['state']): 'cancel' | 'dispute' | 'none' {
  const { cancel, cancelPaid, dispute } = orderMachine.moves
  if ([...cancel.from, ...cancelPaid.from].some(s => s === state)) return 'cancel'
  return dispute.from.some(s => s === state) ? 'dispute' : 'none'
}

/**
 * A subscription ends within a period that is open: the days that were paid and not used go back, the rest is the
 * vendor's (clause 6.6). Answers false where nothing of it is left, and the order goes its way.
 */
async function endPeriodEarly(cx: Cx, row: Order, reason: string): Promise<boolean> {
  const { periodStartsOn, periodEndsOn } = row
  const isOpen = orderMachine.moves.endEarly.from.some(state => state === row.state)
  if (!isOpen || periodStartsOn === null || periodEndsOn === null) return false
  const endedOn = dayOf(cx.now)
  const refundFen = unusedOf(row.amountFen, { startsOn: periodStartsOn, endsOn: periodEndsOn }, endedOn)
  if (refundFen === 0n) return true
  const facts = { reason, refundFen, periodEndsOn: endedOn }
  const change = {
    ...facts,
    acceptedAt: row.acceptedAt ?? cx.now,
    settleAfter: null,
    deliveryDueAt: null,
    acceptanceDueAt: null,
  }
  await moveOrder(cx, row, 'endEarly', change, { facts: { ...facts, before: periodEndsOn } })
  cx.emit('orders.order-refunding', { orderId: row.id, amountFen: Number(refundFen), isPartial: true })
  return true
}

async function followOne(cx: Cx, orderId: string, { state, reason }: ContractFacts): Promise<void> {
  const row = await lockOrder(cx, orderId)
  const why = { reason: reason ?? `合同已终止 (contract ${state})` }
  if (row.subscriptionId !== null && state === 'terminated' && (await endPeriodEarly(cx, row, why.reason)))
    return cx.audit('order.follow-contract', ['order', row.id], { contractState: state })
  const consequence = consequenceOf(row.state)
  if (consequence === 'cancel') await cancelOrder(cx, row.id, why)
  else if (consequence === 'dispute') await disputeOrder(cx, row.id, why)
  else await updateOrder(cx, row, {}, 'note-contract-end', { contractState: state })
}

const orderIdsOf = async (cx: Cx, contractId: string): Promise<string[]> =>
  (
    await cx.tx.select({ id: order.id }).from(order).where(eq(order.contractId, contractId)).orderBy(order.periodNo)
  ).map(row => row.id)

/**
 * The contract was terminated or found void: what is not delivered is cancelled and its money goes back; what is
 * delivered and not paid out freezes until the operator has mediated (民法典 Art. 157, 566: restitution). An order
 * that has ended, perhaps as the cause of it all, only notes it. Of a subscription the unused days go back.
 */
export async function followContractEnd(cx: Cx, contractId: string): Promise<void> {
  const ids = await orderIdsOf(cx, contractId)
  if (ids.length === 0) return cx.audit('order.skip', ['contract', contractId], { cause: 'contract ended' })
  const contract = await contractOf(cx, contractId)
  for (const id of ids) await followOne(cx, id, contract)
  await endSubscription(cx, contractId, contract.reason)
}

/** The last day of the contract has passed: a subscription is over, and the order of a trial has nothing left to do. */
export async function followContractTerm(cx: Cx, contractId: string): Promise<void> {
  const contract = await contractOf(cx, contractId)
  cx.audit('order.follow-term', ['contract', contractId], { planKind: contract.plan.kind, endsOn: contract.endsOn })
  await endSubscription(cx, contractId, null)
  if (contract.plan.kind !== 'trial') return
  for (const id of await orderIdsOf(cx, contractId)) {
    const row = await lockOrder(cx, id)
    if (!orderMachine.moves.endTrial.from.some(state => state === row.state)) continue
    await moveOrder(cx, row, 'endTrial', { closedAt: cx.now, deliveryDueAt: null, acceptanceDueAt: null })
    cx.emit('orders.trial-ended', { orderId: id })
  }
}
