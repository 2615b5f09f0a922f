import { and, asc, desc, eq, inArray, isNotNull, lt, lte, notInArray, sql } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { decodeCursor } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { auditEntry } from '../../kernel/schema.ts'
import { readable } from '../contracts/index.ts'
import { organizationsOf, requireOrganization } from '../identity/index.ts'
import { sideOf } from './access.ts'
import { frozenStates } from './freezemodel.ts'
import type { OrderState, Side } from './model.ts'
import { freeze, type Order, order } from './schema.ts'

/** One order that the actor may see. @throws not-found */
export async function orderOf(rx: Rx, id: string): Promise<Order> {
  const [row] = await rx.tx.select().from(order).where(eq(order.id, id))
  if (!row || !sideOf(row, rx.actor)) throw notFound()
  return row
}

/** The state of an order, whoever asks: for a later module's own checks, not for answers. @throws not-found */
export async function orderStateOf(rx: Rx, id: string): Promise<OrderState> {
  const [row] = await rx.tx.select({ state: order.state }).from(order).where(eq(order.id, id))
  if (!row) throw notFound()
  return row.state
}

/** The order with that payment reference (as `parseReferenceCode` gives it), or undefined. */
export async function orderByReference(rx: Rx, referenceCode: string): Promise<Order | undefined> {
  const [row] = await rx.tx.select().from(order).where(eq(order.referenceCode, referenceCode))
  return row
}

/** The orders of a contract that the actor may see, the latest period first; but for a subscription there is one. */
export async function ordersOfContract(rx: Rx, contractId: string): Promise<Order[]> {
  const rows = await rx.tx.select().from(order).where(eq(order.contractId, contractId)).orderBy(desc(order.periodNo))
  return rows.filter(row => sideOf(row, rx.actor))
}

/** The order of a contract that the actor may see, that of the latest period; or undefined. */
export const orderOfContract = async (rx: Rx, contractId: string): Promise<Order | undefined> =>
  (await ordersOfContract(rx, contractId))[0]

/** Orders whose settlement day has come, at most 200; those that the authority has frozen wait. */
export async function ordersToSettle(rx: Rx): Promise<string[]> {
  const frozen = rx.tx
    .select({ id: freeze.contractId })
    .from(freeze)
    .where(inArray(freeze.state, [...frozenStates]))
  const due = and(
    inArray(order.state, ['accepted', 'partly_refunded']),
    lte(order.settleAfter, rx.now),
    notInArray(order.contractId, frozen),
  )
  const rows = await rx.tx
    .select({ id: order.id })
    .from(order)
    .where(and(due, isNotNull(order.settleAfter)))
    .orderBy(order.settleAfter)
    .limit(200)
  return rows.map(row => row.id)
}

export interface OrderFilter {
  readonly state?: OrderState
  /** one of several states: for pages that group them */
  readonly states?: readonly OrderState[]
  readonly as?: 'buyer' | 'vendor'
  readonly limit?: number
  readonly after?: string
}

/** An order with its parties' names and the reader's side. */
export interface SeenOrder {
  readonly row: Order
  readonly side: Side
  readonly vendorName: string
  readonly buyerName: string
}

/** Orders with the names of their parties. */
export async function withNames(rx: Rx, rows: readonly Order[]): Promise<SeenOrder[]> {
  const names = await organizationsOf(rx, [...new Set(rows.flatMap(row => [row.vendorId, row.buyerId]))])
  return rows.map(row => ({
    row,
    side: sideOf(row, rx.actor)!,
    vendorName: names.get(row.vendorId)!.nameZh,
    buyerName: names.get(row.buyerId)!.nameZh,
  }))
}

/** Orders that the actor may see, newest first: `limit + 1` rows for the page. */
export async function listOrders(rx: Rx, filter: OrderFilter): Promise<SeenOrder[]> {
  const after = decodeCursor(filter.after, 1)
  const side = { buyer: order.buyerId, vendor: order.vendorId }
  const rows = await rx.tx
    .select()
    .from(order)
    .where(
      and(
        readable(rx.actor, order),
        filter.state && eq(order.state, filter.state),
        filter.states && inArray(order.state, [...filter.states]),
        filter.as && eq(side[filter.as], requireOrganization(rx.actor)),
        after && lt(order.id, String(after[0])),
      ),
    )
    .orderBy(desc(order.id))
    .limit((filter.limit ?? 20) + 1)
  return withNames(rx, rows)
}

/** The orders of these ids that the actor may see, with their parties' names, by id. */
export async function seenOrders(rx: Rx, ids: readonly string[]): Promise<ReadonlyMap<string, SeenOrder>> {
  if (ids.length === 0) return new Map()
  const rows = await rx.tx
    .select()
    .from(order)
    .where(and(inArray(order.id, [...ids]), readable(rx.actor, order)))
  return new Map((await withNames(rx, rows)).map(seen => [seen.row.id, seen]))
}

const awaiting = {
  buyer: ['awaiting_payment', 'delivering', 'delivered', 'redelivering', 'rejected', 'disputed'],
  vendor: ['rejected', 'disputed'],
} satisfies Record<'buyer' | 'vendor', OrderState[]>

/** The own orders on one side that wait for something a person does, oldest first, at most 200. */
export async function openOrders(rx: Rx, side: 'buyer' | 'vendor'): Promise<SeenOrder[]> {
  const column = { buyer: order.buyerId, vendor: order.vendorId }[side]
  const rows = await rx.tx
    .select()
    .from(order)
    .where(and(eq(column, requireOrganization(rx.actor)), inArray(order.state, awaiting[side])))
    .orderBy(asc(order.id))
    .limit(200)
  return withNames(rx, rows)
}

/** One entry of an order's history, from the audit entries of its changes. */
export interface TimelineEntry {
  readonly at: Date
  readonly action: string
  /** which side did it; `exchange` for the machinery */
  readonly by: 'buyer' | 'vendor' | 'operator' | 'exchange'
  readonly from: string | null
  readonly to: string | null
  readonly reason: string | null
  readonly auditId: string
}

async function timelineOf(rx: Rx, row: Order): Promise<TimelineEntry[]> {
  const entries = await rx.tx
    .select()
    .from(auditEntry)
    .where(and(eq(auditEntry.subjectKind, 'order'), eq(auditEntry.subjectId, row.id)))
    .orderBy(asc(auditEntry.at), asc(sql`${auditEntry.seq}`))
    .limit(500)
  const sides = new Map([
    [row.buyerId, 'buyer' as const],
    [row.vendorId, 'vendor' as const],
  ])
  return entries.map(entry => {
    const record = JSON.parse(entry.record) as { from?: string; to?: string; reason?: string }
    return {
      at: entry.at,
      action: entry.action,
      by: entry.organizationId === null ? 'exchange' : (sides.get(entry.organizationId) ?? 'operator'),
      from: record.from ?? null,
      to: record.to ?? null,
      reason: record.reason ?? null,
      auditId: entry.id,
    }
  })
}

/** One order with its history. @throws not-found */
export async function readOrder(rx: Rx, id: string): Promise<SeenOrder & { readonly timeline: TimelineEntry[] }> {
  const row = await orderOf(rx, id)
  const [seen] = await withNames(rx, [row])
  return { ...seen!, timeline: await timelineOf(rx, row) }
}

/** How many orders of one side are in a state, the earliest day that counts in it, and the money they are about. */
export interface OrderCount {
  readonly state: OrderState
  readonly count: number
  readonly dueAt: Date | null
  /** price less what was given back, in fen */
  readonly amountFen: bigint
}

/** The acting organisation's orders by state, as buyer or as vendor. */
export async function countOrders(rx: Rx, as: 'buyer' | 'vendor'): Promise<OrderCount[]> {
  const own = requireOrganization(rx.actor)
  const rows = await rx.sql<{ state: OrderState; n: number; due_at: string | null; fen: string }[]>`
    select state, count(*)::int as n, coalesce(sum(amount_fen - refund_fen), 0) as fen, min(case
      when state = 'awaiting_payment' then payment_due_at
      when state in ('escrowed', 'delivering', 'rejected', 'redelivering') then delivery_due_at
      when state = 'delivered' then acceptance_due_at
      when state = 'disputed' then mediation_due_at
      when state in ('accepted', 'partly_refunded') then settle_after end) as due_at
    from orders."order" where case when ${as} = 'vendor' then vendor_id else buyer_id end = ${own} group by state`
  return rows.map(row => ({
    state: row.state,
    count: row.n,
    dueAt: row.due_at === null ? null : new Date(row.due_at),
    amountFen: BigInt(row.fen),
  }))
}

/** What a later module's list says of the orders it names. */
export type OrderLabel = Pick<Order, 'id' | 'number' | 'contractId' | 'productId' | 'buyerId' | 'vendorId' | 'state'>

/** The orders of these ids that the actor may see, by id. */
export async function orderLabels(rx: Rx, ids: readonly string[]): Promise<ReadonlyMap<string, OrderLabel>> {
  if (ids.length === 0) return new Map()
  const { id, number, contractId, productId, buyerId, vendorId, state } = order
  const rows = await rx.tx
    .select({ id, number, contractId, productId, buyerId, vendorId, state })
    .from(order)
    .where(and(inArray(order.id, [...ids]), readable(rx.actor, order)))
  return new Map(rows.map(row => [row.id, row]))
}

/** An order whose buyer must do something soon, and until when. */
export interface DueOrder {
  readonly id: string
  readonly step: 'payment' | 'acceptance'
  readonly dueAt: Date
}

/** Orders to be paid by `until.payment` or accepted by `until.acceptance`, not yet overdue: for a later module to remind. */
export async function ordersFallingDue(rx: Rx, until: { payment: Date; acceptance: Date }): Promise<DueOrder[]> {
  const now = rx.now.toISOString()
  const rows = await rx.sql<{ id: string; step: DueOrder['step']; due_at: string }[]>`
    select id, 'payment' as step, payment_due_at as due_at from orders."order"
    where state = 'awaiting_payment' and payment_due_at > ${now} and payment_due_at <= ${until.payment.toISOString()}
    union all
    select id, 'acceptance', acceptance_due_at from orders."order"
    where state = 'delivered' and acceptance_due_at > ${now} and acceptance_due_at <= ${until.acceptance.toISOString()}`
  return rows.map(row => ({ id: row.id, step: row.step, dueAt: new Date(row.due_at) }))
}
