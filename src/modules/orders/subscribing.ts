import { and, eq, inArray, ne } from 'drizzle-orm'
import { type Day, dayOf } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { conflict, forbidden, notFound, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { type ContractFacts, contractOf, holdContract, setTermEnd, terminateContract } from '../contracts/index.ts'
import { sideOf } from './access.ts'
import { packOf, updateOrder } from './change.ts'
import { type Order, type Subscription, subscription } from './schema.ts'
import { lastDayOf, type SubscriptionState, spanOf, subscriptionMachine } from './subscription.ts'

constraintMeans('subscription_one_running', () =>
  conflict(text('该产品刚刚开始了另一份订阅。', 'Another subscription of this product has just begun.')),
)

type Move = keyof typeof subscriptionMachine.moves

/** The subscription, locked until the transaction ends. @throws not-found, also for one the actor may not see. */
export async function lockSubscription(cx: Cx, id: string): Promise<Subscription> {
  const [row] = await cx.tx.select().from(subscription).where(eq(subscription.id, id)).for('update')
  if (!row || !sideOf(row, cx.actor)) throw notFound()
  return row
}

/** Makes one move on a locked subscription and records it. @throws state-conflict */
export async function moveSubscription(
  cx: Cx,
  row: Subscription,
  move: Move,
  change: Partial<Subscription>,
  facts: Record<string, unknown> = {},
): Promise<Subscription> {
  const rulePack = packOf(cx).ref
  const state = nextState(subscriptionMachine, row.state as SubscriptionState, move)
  const [after] = await cx.tx
    .update(subscription)
    .set({ ...change, state, rulePack, changedAt: cx.now })
    .where(eq(subscription.id, row.id))
    .returning()
  const record = { contractId: row.contractId, from: row.state, to: state, periodNo: after!.periodNo, rulePack }
  cx.audit(`subscription.${move}`, ['subscription', row.id], { ...record, ...facts })
  return after!
}

/** The subscription of a contract that took effect; it waits for the first payment. Answers its id. */
export async function openSubscription(cx: Cx, contract: ContractFacts): Promise<string> {
  const { price, rights } = contract.terms
  if (!price.period) throw new Error(`contract ${contract.number} is a subscription without a period`)
  const pack = packOf(cx)
  const id = newId()
  await cx.tx.insert(subscription).values({
    id,
    contractId: contract.id,
    productId: contract.productId,
    vendorId: contract.vendorId,
    buyerId: contract.buyerId,
    division: contract.division,
    buyerDivision: contract.buyerDivision,
    state: subscriptionMachine.initial as SubscriptionState,
    period: price.period,
    amountFen: contract.amountFen,
    noticeDays: price.noticeDays ?? pack.periods.subscriptionNotice.days,
    graceDays: price.graceDays ?? pack.periods.subscriptionGrace.days,
    termMonths: rights.termMonths,
    rulePack: pack.ref,
    createdAt: cx.now,
    changedAt: cx.now,
  })
  const facts = { contractId: contract.id, period: price.period, amountFen: contract.amountFen, rulePack: pack.ref }
  cx.audit('subscription.open', ['subscription', id], facts)
  return id
}

/** A buyer who changes the plan has one subscription at a time: the earlier contract ends as the new period begins. */
async function replaceOthers(cx: Cx, row: Subscription, contract: ContractFacts): Promise<void> {
  const earlier = await cx.tx
    .select()
    .from(subscription)
    .where(
      and(
        eq(subscription.buyerId, row.buyerId),
        eq(subscription.productId, row.productId),
        ne(subscription.id, row.id),
        inArray(subscription.state, ['active', 'grace', 'cancelling']),
      ),
    )
    .orderBy(subscription.id)
    .for('update')
  for (const each of earlier) {
    const reason = `由合同 ${contract.number} 替代`
    await moveSubscription(cx, each, 'end', { endedAt: cx.now, reason }, { reason })
    const { state } = await holdContract(cx, each.contractId)
    if (state === 'performing' || state === 'suspended') await terminateContract(cx, each.contractId, reason)
  }
}

async function beginFirst(cx: Cx, paid: Order, row: Subscription): Promise<Order> {
  const anchorOn = dayOf(cx.now)
  const span = spanOf(anchorOn, row.period, 0)
  const lastOn = lastDayOf(anchorOn, row.termMonths)
  await replaceOthers(cx, row, await contractOf(cx, row.contractId))
  await setTermEnd(cx, row.contractId, lastOn, 'subscription began')
  const dates = { periodStartsOn: span.startsOn, periodEndsOn: span.endsOn }
  await moveSubscription(cx, row, 'begin', { anchorOn, lastOn, ...dates }, { ...dates, lastOn, orderId: paid.id })
  cx.emit('orders.subscription-began', { subscriptionId: row.id, contractId: row.contractId })
  return updateOrder(cx, paid, dates, 'begin-period', { periodNo: paid.periodNo, ...dates })
}

/** An order of a subscription was paid: its first period begins with this day, or its renewal stands. */
export async function beginPeriod(cx: Cx, paid: Order): Promise<Order> {
  const row = await lockSubscription(cx, paid.subscriptionId!)
  if (row.state === 'pending') return beginFirst(cx, paid, row)
  await moveSubscription(cx, row, 'pay', {}, { orderId: paid.id })
  cx.emit('orders.subscription-renewed', { subscriptionId: row.id, orderId: paid.id })
  return paid
}

/** Only the buyer decides whether a subscription goes on. @throws not-found, forbidden */
async function lockOwn(cx: Cx, id: string): Promise<Subscription> {
  const row = await lockSubscription(cx, id)
  if (row.buyerId === cx.actor.organizationId) return row
  throw forbidden(text('续订只能由需方取消或恢复。', 'Only the buyer cancels or keeps a subscription.'))
}

async function requireRunning(cx: Cx, row: Subscription, today: Day): Promise<void> {
  const { state } = await holdContract(cx, row.contractId)
  const isOver = row.periodEndsOn !== null && row.periodEndsOn < today
  if (!isOver && (state === 'performing' || state === 'suspended')) return
  throw stateConflict(text('当期已经届满或合同已终止。', 'The period is over or the contract has ended.'))
}

/**
 * The buyer cancels the renewal: the contract ends with the period that is paid, and until then this can be taken back
 * (clause 6.4). @throws not-found, forbidden, state-conflict
 */
export async function cancelSubscription(
  cx: Cx,
  id: string,
  { reason }: { readonly reason?: string | undefined } = {},
): Promise<Subscription> {
  const row = await lockOwn(cx, id)
  nextState(subscriptionMachine, row.state as SubscriptionState, 'cancel')
  await requireRunning(cx, row, dayOf(cx.now))
  const change = { cancelledAt: cx.now, reason: reason ?? null }
  const after = await moveSubscription(cx, row, 'cancel', change, { endsOn: row.periodEndsOn, reason: reason ?? null })
  await setTermEnd(cx, row.contractId, row.periodEndsOn!, 'subscription cancelled')
  cx.emit('orders.subscription-cancelled', { subscriptionId: id })
  return after
}

/** The buyer takes the cancellation back while the paid period still runs. @throws not-found, forbidden, state-conflict */
export async function keepSubscription(cx: Cx, id: string): Promise<Subscription> {
  const row = await lockOwn(cx, id)
  nextState(subscriptionMachine, row.state as SubscriptionState, 'keep')
  await requireRunning(cx, row, dayOf(cx.now))
  const after = await moveSubscription(cx, row, 'keep', { cancelledAt: null, reason: null })
  await setTermEnd(cx, row.contractId, row.lastOn!, 'subscription kept')
  cx.emit('orders.subscription-kept', { subscriptionId: id })
  return after
}

/** The contract has ended, and the subscription with it. */
export async function endSubscription(cx: Cx, contractId: string, reason: string | null): Promise<void> {
  const [row] = await cx.tx.select().from(subscription).where(eq(subscription.contractId, contractId)).for('update')
  if (!row) return
  if (row.state !== 'ended') await moveSubscription(cx, row, 'end', { endedAt: cx.now, reason }, { reason })
  cx.emit('orders.subscription-ended', { subscriptionId: row.id })
}
