import { and, asc, desc, eq, inArray, lt } from 'drizzle-orm'
import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { decodeCursor } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { contractsOf, readable } from '../contracts/index.ts'
import { organizationsOf, requireOrganization } from '../identity/index.ts'
import { sideOf } from './access.ts'
import type { Side } from './model.ts'
import { noticeDay, upcomingPeriod } from './renewing.ts'
import { type Order, order, type Subscription, subscription } from './schema.ts'
import { type NextPeriod, type SubscriptionState, unusedOf } from './subscription.ts'

/** A subscription as its parties see it. */
export interface SeenSubscription {
  readonly row: Subscription
  readonly side: Side
  readonly contractNumber: string
  readonly productName: string
  readonly vendorName: string
  readonly buyerName: string
  /** the renewal that comes unless it is cancelled, and the day from which the buyer is told of it */
  readonly next: (NextPeriod & { readonly noticeOn: string }) | null
  /** the order that waits for payment, if any */
  readonly open: Order | null
}

async function withFacts(rx: Rx, rows: readonly Subscription[]): Promise<SeenSubscription[]> {
  const names = await organizationsOf(rx, [...new Set(rows.flatMap(row => [row.vendorId, row.buyerId]))])
  const contracts = await contractsOf(
    rx,
    rows.map(row => row.contractId),
  )
  const ids = rows.map(row => row.id)
  const open =
    ids.length === 0
      ? []
      : await rx.tx
          .select()
          .from(order)
          .where(and(inArray(order.subscriptionId, ids), eq(order.state, 'awaiting_payment')))
  return rows.map(row => {
    const next = upcomingPeriod(row, rx.now)
    const contract = contracts.get(row.contractId)!
    return {
      row,
      side: sideOf(row, rx.actor)!,
      contractNumber: contract.number,
      productName: contract.productName,
      vendorName: names.get(row.vendorId)!.nameZh,
      buyerName: names.get(row.buyerId)!.nameZh,
      next: next ? { ...next, noticeOn: noticeDay(row) } : null,
      open: open.find(each => each.subscriptionId === row.id) ?? null,
    }
  })
}

export interface SubscriptionFilter {
  readonly state?: SubscriptionState
  readonly as?: 'buyer' | 'vendor'
  readonly limit?: number
  readonly after?: string
}

/** Subscriptions that the actor may see, newest first: `limit + 1` rows for the page. */
export async function listSubscriptions(rx: Rx, filter: SubscriptionFilter): Promise<SeenSubscription[]> {
  const after = decodeCursor(filter.after, 1)
  const side = { buyer: subscription.buyerId, vendor: subscription.vendorId }
  const rows = await rx.tx
    .select()
    .from(subscription)
    .where(
      and(
        readable(rx.actor, subscription),
        filter.state && eq(subscription.state, filter.state),
        filter.as && eq(side[filter.as], requireOrganization(rx.actor)),
        after && lt(subscription.id, String(after[0])),
      ),
    )
    .orderBy(desc(subscription.id))
    .limit((filter.limit ?? 20) + 1)
  return withFacts(rx, rows)
}

/** One subscription with its orders, the first period first. @throws not-found, the same for another's as for none */
export async function readSubscription(
  rx: Rx,
  id: string,
): Promise<SeenSubscription & { readonly orders: readonly Order[] }> {
  const [row] = await rx.tx.select().from(subscription).where(eq(subscription.id, id))
  if (!row || !sideOf(row, rx.actor)) throw notFound()
  const [seen] = await withFacts(rx, [row])
  const orders = await rx.tx.select().from(order).where(eq(order.subscriptionId, id)).orderBy(asc(order.periodNo))
  return { ...seen!, orders }
}

/** The subscription of a contract that the actor may see, or undefined. */
export async function subscriptionOfContract(rx: Rx, contractId: string): Promise<SeenSubscription | undefined> {
  const [row] = await rx.tx.select().from(subscription).where(eq(subscription.contractId, contractId))
  return row && sideOf(row, rx.actor) ? (await withFacts(rx, [row]))[0] : undefined
}

/** The running subscription of the acting buyer to a product, or undefined. */
export async function runningSubscription(rx: Rx, productId: string): Promise<SeenSubscription | undefined> {
  if (rx.actor.organizationId === null) return undefined
  const [row] = await rx.tx
    .select()
    .from(subscription)
    .where(
      and(
        eq(subscription.buyerId, rx.actor.organizationId),
        eq(subscription.productId, productId),
        inArray(subscription.state, ['active', 'grace', 'cancelling']),
      ),
    )
  return row && (await withFacts(rx, [row]))[0]
}

/** What would go back to the buyer of the paid period if a subscription ended today, in fen. */
export async function unusedToday(rx: Rx, row: Subscription): Promise<bigint> {
  const [paid] = await rx.tx
    .select()
    .from(order)
    .where(and(eq(order.contractId, row.contractId), eq(order.periodNo, row.periodNo)))
  if (!paid?.paidAt || paid.periodStartsOn === null || paid.periodEndsOn === null) return 0n
  return unusedOf(paid.amountFen, { startsOn: paid.periodStartsOn, endsOn: paid.periodEndsOn }, dayOf(rx.now))
}

/** A subscription as it stands, whoever asks: for a later module. @throws not-found */
export async function subscriptionOf(rx: Rx, id: string): Promise<Subscription> {
  const [row] = await rx.tx.select().from(subscription).where(eq(subscription.id, id))
  if (!row) throw notFound()
  return row
}
