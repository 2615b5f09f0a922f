import { and, asc, desc, eq, inArray, lt, max } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Rx } from '../../kernel/command.ts'
import { decodeCursor } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { mayRead, readable } from '../contracts/index.ts'
import { requireOrganization } from '../identity/index.ts'
import { orderOf } from '../orders/index.ts'
import { entitlementMachine } from './model.ts'
import { download, type Entitlement, entitlement, type Receipt, receipt, receiptDocument, tradingOf } from './schema.ts'

/** A receipt with the digest of its PDF, once that is made. */
export interface SeenReceipt {
  readonly row: Receipt
  readonly pdfSha256: string | null
}

const receipts = (rx: Rx) =>
  rx.tx
    .select({ row: receipt, pdfSha256: receiptDocument.sha256 })
    .from(receipt)
    .leftJoin(receiptDocument, eq(receiptDocument.receiptId, receipt.id))

/** One receipt that the actor may see. @throws not-found */
export async function readReceipt(rx: Rx, id: string): Promise<SeenReceipt> {
  const [found] = await receipts(rx).where(eq(receipt.id, id))
  if (!found) throw notFound()
  await orderOf(rx, found.row.orderId)
  return found
}

/** One entitlement that the actor may see. @throws not-found */
export async function readEntitlement(rx: Rx, id: string): Promise<Entitlement> {
  const [row] = await rx.tx.select().from(entitlement).where(eq(entitlement.id, id))
  if (!row || !mayRead(rx.actor, tradingOf(row))) throw notFound()
  return row
}

/** How far the delivery of an order is. */
export interface DeliveryView {
  readonly entitlement: Entitlement | null
  readonly receipts: readonly SeenReceipt[]
}

/** The entitlement and the receipts of an order that the actor may see. @throws not-found */
export async function readDelivery(rx: Rx, orderId: string): Promise<DeliveryView> {
  await orderOf(rx, orderId)
  const [row] = await rx.tx.select().from(entitlement).where(eq(entitlement.orderId, orderId))
  const list = await receipts(rx).where(eq(receipt.orderId, orderId)).orderBy(asc(receipt.round))
  return { entitlement: row ?? null, receipts: list }
}

/** What the buyer has of an order: the right, its receipts, and when data was last fetched. */
export interface Access extends DeliveryView {
  readonly lastDownloadAt: Date | null
}

/** The same for several orders at once, by order; only those whose buyer the actor acts for. */
export async function accessOf(rx: Rx, orderIds: readonly string[]): Promise<Map<string, Access>> {
  if (orderIds.length === 0) return new Map()
  const rights = await rx.tx
    .select({ row: entitlement, lastDownloadAt: max(download.lastSentAt) })
    .from(entitlement)
    .leftJoin(download, eq(download.entitlementId, entitlement.id))
    .where(and(inArray(entitlement.orderId, [...orderIds]), eq(entitlement.granteeId, requireOrganization(rx.actor))))
    .groupBy(entitlement.id)
  const papers = await receipts(rx)
    .where(
      inArray(
        receipt.entitlementId,
        rights.map(({ row }) => row.id),
      ),
    )
    .orderBy(asc(receipt.round))
  return new Map(
    rights.map(({ row, lastDownloadAt }) => [
      row.orderId,
      { entitlement: row, lastDownloadAt, receipts: papers.filter(paper => paper.row.entitlementId === row.id) },
    ]),
  )
}

/** The own rights that end before an instant, the next to end first, at most 100. */
export const endingEntitlements = (rx: Rx, before: Date): Promise<Entitlement[]> =>
  rx.tx
    .select()
    .from(entitlement)
    .where(
      and(
        eq(entitlement.granteeId, requireOrganization(rx.actor)),
        eq(entitlement.state, 'active'),
        lt(entitlement.endsAt, before),
      ),
    )
    .orderBy(asc(entitlement.endsAt))
    .limit(100)

export interface EntitlementFilter {
  readonly state?: Entitlement['state']
  readonly limit?: number
  readonly after?: string
}

/** Entitlements that the actor may see, newest first: `limit + 1` rows for the page. */
export async function listEntitlements(rx: Rx, filter: EntitlementFilter): Promise<Entitlement[]> {
  const after = decodeCursor(filter.after, 1)
  return rx.tx
    .select()
    .from(entitlement)
    .where(
      and(
        readable(rx.actor, tradingOf<PgColumn>(entitlement)),
        filter.state && eq(entitlement.state, filter.state),
        after && lt(entitlement.id, String(after[0])),
      ),
    )
    .orderBy(desc(entitlement.id))
    .limit((filter.limit ?? 20) + 1)
}

/** Entitlements whose term is over, at most 200. */
export async function endedEntitlements(rx: Rx): Promise<string[]> {
  const rows = await rx.tx
    .select({ id: entitlement.id })
    .from(entitlement)
    .where(and(lt(entitlement.endsAt, rx.now), inArray(entitlement.state, [...entitlementMachine.moves.expire.from])))
    .limit(200)
  return rows.map(row => row.id)
}
