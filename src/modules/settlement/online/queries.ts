import { eq } from 'drizzle-orm'
import type { Rx } from '../../../kernel/command.ts'
import { decodeCursor } from '../../../kernel/page.ts'
import { orderOf } from '../../orders/index.ts'
import { heldFen, tradeOf } from '../trades.ts'
import { onlineGateway } from './gateway.ts'
import { latestPayment, mostOnlineFen } from './payments.ts'
import { onlinePayment, onlineRefund } from './schema.ts'

/** One thing between the exchange and its payment provider that waits for a person. */
export interface ParkedRow {
  readonly id: string
  readonly side: 'intent' | 'notice'
  readonly kind: string
  readonly gateway: string
  readonly attempts: number
  readonly problem: string | null
  readonly createdAt: Date
}

/** Instructions and notifications that were given up after many attempts, the newest first. */
export async function listParked(rx: Rx, filter: { limit?: number; after?: string }): Promise<ParkedRow[]> {
  const after = decodeCursor(filter.after, 1)?.[0] ?? null
  const rows = await rx.sql<
    {
      id: string
      side: 'intent' | 'notice'
      kind: string
      gateway: string
      attempts: number
      problem: string | null
      at: string
    }[]
  >`
    select * from (
      select id, 'intent' as side, kind, gateway, attempts, problem, created_at as at
        from settlement.intent where state = 'parked'
      union all
      select id, 'notice', kind, gateway, attempts, problem, received_at from settlement.inbox where is_parked) p
    where ${after}::uuid is null or p.id < ${after}::uuid
    order by p.id desc limit ${(filter.limit ?? 20) + 1}`
  return rows.map(({ at, ...row }) => ({ ...row, createdAt: new Date(at) }))
}

/** What went through the provider for an order that the reader may see. @throws not-found */
export async function onlineMoney(rx: Rx, orderId: string) {
  const order = await orderOf(rx, orderId)
  const payments = await rx.tx
    .select()
    .from(onlinePayment)
    .where(eq(onlinePayment.orderId, order.id))
    .orderBy(onlinePayment.id)
  const refunds = await rx.tx
    .select()
    .from(onlineRefund)
    .where(eq(onlineRefund.orderId, order.id))
    .orderBy(onlineRefund.id)
  return { order, payments, refunds }
}

/** What the buyer of an order may pay online now; undefined while no provider is set up. @throws not-found */
export async function readOnlineOffer(rx: Rx, orderId: string) {
  if (!onlineGateway(rx.kit)) return undefined
  const order = await orderOf(rx, orderId)
  const restFen = order.amountFen - heldFen(await tradeOf(rx, orderId))
  const latest = await latestPayment(rx, orderId)
  return { orderId, restFen, latest, isWithin: restFen <= mostOnlineFen(rx.now) }
}

export type OnlineOffer = NonNullable<Awaited<ReturnType<typeof readOnlineOffer>>>
