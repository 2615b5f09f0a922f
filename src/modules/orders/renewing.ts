import { and, eq, gt, lt, type SQL, sql } from 'drizzle-orm'
import { addDays, dayOf, endOfDay } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { NotDue, type Timer } from '../../kernel/events.ts'
import { holdContract } from '../contracts/index.ts'
import { lockOrder, moveOrder, packOf } from './change.ts'
import { order, type Subscription, subscription } from './schema.ts'
import { deliverOrder, insertOrder } from './service.ts'
import { lockSubscription, moveSubscription } from './subscribing.ts'
import { type NextPeriod, nextPeriodOf } from './subscription.ts'

const subscriptionsWhere = async (rx: Rx, where: SQL | undefined): Promise<string[]> =>
  (
    await rx.tx
      .select({ id: subscription.id })
      .from(subscription)
      .where(and(eq(subscription.state, 'active'), lt(subscription.periodEndsOn, subscription.lastOn), where))
      .orderBy(subscription.periodEndsOn)
      .limit(200)
  ).map(row => row.id)

/** The period after the present one of a subscription that goes on; undefined for any other. */
export function upcomingPeriod(row: Subscription, now: Date): NextPeriod | undefined {
  const { anchorOn, periodEndsOn, lastOn } = row
  if (row.state !== 'active' || anchorOn === null || periodEndsOn === null || lastOn === null) return undefined
  return nextPeriodOf({ ...row, anchorOn, periodEndsOn, lastOn }, dayOf(now))
}

/** The day from which the buyer is told of the next renewal. */
export const noticeDay = ({ periodEndsOn, noticeDays }: Pick<Subscription, 'periodEndsOn' | 'noticeDays'>): string =>
  addDays(periodEndsOn!, 1 - noticeDays)

/** The buyer is told of a renewal, its day and its amount, before it comes (clause 6.3). Once a period. */
export async function announceRenewal(cx: Cx, id: string): Promise<void> {
  const row = await lockSubscription(cx, id)
  const next = upcomingPeriod(row, cx.now)
  if (!next || row.noticedNo >= next.no || noticeDay(row) > dayOf(cx.now)) throw new NotDue()
  await cx.tx
    .update(subscription)
    .set({ noticedNo: next.no, noticedAt: cx.now, changedAt: cx.now })
    .where(eq(subscription.id, id))
  const { no, startsOn, endsOn, amountFen } = next
  const facts = { contractId: row.contractId, periodNo: no, startsOn, endsOn, amountFen, rulePack: packOf(cx).ref }
  cx.audit('subscription.announce', ['subscription', id], facts)
  cx.emit('orders.renewal-announced', { subscriptionId: id, amountFen: Number(amountFen) })
}

/**
 * The period is over and nobody cancelled: the order of the next one is made, to be paid within the grace that the
 * contract gives, during which access goes on (clause 6.5). A contract that is suspended renews nothing.
 */
export async function renewSubscription(cx: Cx, id: string): Promise<void> {
  const row = await lockSubscription(cx, id)
  const today = dayOf(cx.now)
  const next = upcomingPeriod(row, cx.now)
  if (!next || row.periodEndsOn! >= today || row.noticedNo < next.no) throw new NotDue()
  const contract = await holdContract(cx, row.contractId)
  if (contract.state !== 'performing') throw new NotDue()
  const { no, startsOn, endsOn, amountFen, anchorOn, anchorNo, proratedDays } = next
  const dates = { periodNo: no, periodStartsOn: startsOn, periodEndsOn: endsOn }
  const created = await insertOrder(cx, contract, { subscriptionId: id, amountFen, ...dates })
  const confirmed = await moveOrder(cx, created, 'confirm')
  const paymentDueAt = endOfDay(addDays(startsOn, row.graceDays))
  const due = { paymentDueAt, isProvisional: false }
  await moveOrder(cx, confirmed, 'requestPayment', due, { facts: { ...due, periodNo: no } })
  const facts = { orderId: created.id, startsOn, endsOn, amountFen, proratedDays, paymentDueAt }
  await moveSubscription(cx, row, 'renew', { ...dates, anchorOn, anchorNo }, facts)
  cx.emit('orders.subscription-due', { subscriptionId: id, orderId: created.id })
}

/**
 * Until when the data of an order may be fetched beyond the period that it pays for: while the next one waits for its
 * payment, and in the moments before its order is made. Null where nothing goes beyond.
 */
export async function graceUntil(rx: Rx, orderId: string): Promise<Date | null> {
  const [found] = await rx.tx
    .select({ row: order, of: subscription })
    .from(order)
    .innerJoin(subscription, eq(subscription.id, order.subscriptionId))
    .where(eq(order.id, orderId))
  if (!found) return null
  const { row, of } = found
  const [next] = await rx.tx
    .select({ state: order.state, paymentDueAt: order.paymentDueAt })
    .from(order)
    .where(and(eq(order.contractId, row.contractId), eq(order.periodNo, row.periodNo + 1)))
  if (next) return next.state === 'awaiting_payment' ? next.paymentDueAt : null
  const isLast = !upcomingPeriod(of, rx.now) || of.periodNo !== row.periodNo
  return isLast || row.periodEndsOn === null ? null : endOfDay(addDays(row.periodEndsOn, 1 + of.graceDays))
}

/** A paid period is over and its data were never fetched: access was there throughout (clause 5.3). */
async function deliverUnfetched(cx: Cx, id: string): Promise<void> {
  const row = await lockOrder(cx, id)
  if (row.state !== 'delivering' || row.periodEndsOn === null || row.periodEndsOn >= dayOf(cx.now)) throw new NotDue()
  await deliverOrder(cx, id, { receiptId: null })
}

export const renewalTimers: Timer[] = [
  {
    name: 'orders.renewal-notice',
    due: rx =>
      subscriptionsWhere(
        rx,
        and(
          eq(subscription.noticedNo, subscription.periodNo),
          sql`${subscription.periodEndsOn} + 1 - ${subscription.noticeDays} <= ${dayOf(rx.now)}::date`,
        ),
      ),
    run: announceRenewal,
  },
  {
    name: 'orders.renewal',
    due: rx =>
      subscriptionsWhere(
        rx,
        and(
          lt(subscription.periodEndsOn, dayOf(rx.now)),
          gt(subscription.noticedNo, subscription.periodNo),
          sql`exists (select from contracts.contract c where c.id = ${subscription.contractId} and c.state = 'performing')`,
        ),
      ),
    run: renewSubscription,
  },
  {
    name: 'orders.period-over',
    due: async rx =>
      (
        await rx.tx
          .select({ id: order.id })
          .from(order)
          .where(and(eq(order.state, 'delivering'), lt(order.periodEndsOn, dayOf(rx.now))))
          .orderBy(order.id)
          .limit(200)
      ).map(row => row.id),
    run: deliverUnfetched,
  },
]
