import { and, desc, eq, ilike, inArray, notInArray, or, sql } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'
import { readable } from '../contracts/index.ts'
import { organizationsNamed } from '../identity/index.ts'
import type { OrderState } from './model.ts'
import { type SeenOrder, withNames } from './queries.ts'
import { parseReferenceCode } from './reference.ts'
import { order } from './schema.ts'

/** Disputes that wait for the operator to mediate. */
export async function disputesWaiting(rx: Rx): Promise<Waiting[]> {
  const rows = await rx.sql<WaitingRow[]>`
    select state, count(*)::int4 as n, min(changed_at) as oldest,
      count(*) filter (where mediation_due_at < ${rx.now.toISOString()}::timestamptz)::int4 as overdue
    from orders."order" where state = 'disputed' group by state`
  return waitingOf(rows, { disputed: 'order.mediate' })
}

/** How many orders are in each state: all of them, for the operator. */
export async function countAllOrders(rx: Rx): Promise<ReadonlyMap<OrderState, number>> {
  const rows = await rx.tx
    .select({ state: order.state, n: sql<number>`count(*)::int4` })
    .from(order)
    .groupBy(order.state)
  return new Map(rows.map(row => [row.state, row.n]))
}

const neverPayable: OrderState[] = ['created', 'confirmed', 'cancelled']

/**
 * Orders that a payment of that amount may be meant for, at most 300: those that await payment first, of these the ones
 * of exactly that price, and the newest before the older.
 */
export async function ordersToMatch(rx: Rx, amountFen: bigint): Promise<SeenOrder[]> {
  const awaits = sql`(${order.state} = 'awaiting_payment')`
  const isExact = sql`(${order.amountFen} = ${amountFen.toString()}::bigint)`
  const rows = await rx.tx
    .select()
    .from(order)
    .where(
      sql`${inArray(order.state, ['awaiting_payment'])} or (${notInArray(order.state, neverPayable)} and ${isExact})`,
    )
    .orderBy(desc(awaits), desc(isExact), desc(order.id))
    .limit(300)
  return withNames(rx, rows)
}

/** Orders whose number, payment reference or buyer's name has that text, the newest first, at most 10. */
export async function findOrders(rx: Rx, typed: string): Promise<SeenOrder[]> {
  const q = typed.trim()
  if (q === '') return []
  const part = `%${q.replace(/[\\%_]/g, '\\$&')}%`
  const reference = parseReferenceCode(q)
  const buyers = await organizationsNamed(rx, q)
  const rows = await rx.tx
    .select()
    .from(order)
    .where(
      and(
        readable(rx.actor, order),
        or(
          ilike(order.number, part),
          reference ? eq(order.referenceCode, reference) : undefined,
          buyers.length > 0 ? inArray(order.buyerId, buyers) : undefined,
        ),
      ),
    )
    .orderBy(desc(order.id))
    .limit(10)
  return withNames(rx, rows)
}
