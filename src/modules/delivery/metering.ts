import { and, eq } from 'drizzle-orm'
import { endOfDay } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import { notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { contractOf } from '../contracts/index.ts'
import { deliverOrder, lockOrder } from '../orders/index.ts'
import { receiptNumber, requireQuota } from './model.ts'
import { type Download, download, type Entitlement, entitlement, receipt } from './schema.ts'

/** What one request handed over: `sent` bytes from `first` on. */
export interface Sent {
  readonly first: number
  readonly sent: number
}

/** Adds the stretch to what was handed over in this round; true when nothing of the file is missing any more. */
async function cover(cx: Cx, row: Entitlement, { first, sent }: Sent): Promise<boolean> {
  const [after] = await cx.sql<{ is_whole: boolean }[]>`
    update delivery.entitlement
    set covered = covered + int8multirange(int8range(${first}::bigint, ${first + sent}::bigint))
    where id = ${row.id}
    returning covered @> int8range(0, bytes) as is_whole`
  return after!.is_whole
}

/** Delivers the order and writes the receipt, whose leaf in the log names digest, bytes and grantee. */
async function writeReceipt(cx: Cx, right: Entitlement, link: Download): Promise<string> {
  const id = newId()
  const { sha256, bytes, granteeId, vendorId, fileName, round, contractId } = right
  const delivered = await deliverOrder(cx, right.orderId, { receiptId: id })
  const rulePack = rulesAt(cx.now).ref
  const number = receiptNumber(delivered.number, round)
  await cx.tx.insert(receipt).values({
    id,
    number,
    orderId: right.orderId,
    orderNumber: delivered.number,
    contractId,
    entitlementId: right.id,
    downloadId: link.id,
    round,
    granteeId,
    vendorId,
    sha256,
    bytes,
    fileName,
    deliveredAt: cx.now,
    acceptanceDueAt: delivered.acceptanceDueAt!,
    rulePack,
  })
  const facts = { receipt: number, order: right.orderId, grantee: granteeId, digest: sha256, bytes, rulePack }
  cx.audit('delivery.complete', ['delivery', id], facts)
  return id
}

/**
 * The delivery is complete: one receipt, the order is delivered, the term runs from now. Whoever comes second under
 * the entitlement's lock finds the receipt and does nothing.
 */
async function complete(cx: Cx, right: Entitlement, link: Download): Promise<void> {
  const order = await lockOrder(cx, right.orderId)
  if (order.state !== 'delivering' && order.state !== 'redelivering') return
  const [earlier] = await cx.tx
    .select({ id: receipt.id })
    .from(receipt)
    .where(and(eq(receipt.orderId, order.id), eq(receipt.round, right.round)))
  if (earlier) return
  const receiptId = await writeReceipt(cx, right, link)
  const { endsOn } = await contractOf(cx, order.contractId)
  if (endsOn && order.periodEndsOn === null)
    await cx.tx
      .update(entitlement)
      .set({ endsAt: endOfDay(endsOn) })
      .where(eq(entitlement.id, right.id))
  cx.emit('delivery.delivery-completed', { receiptId, orderId: order.id })
}

/**
 * Takes what a request asks for from the quota of a trial, before the first byte: however many ask at once, no more is
 * handed over than the contract allows. What was not sent is given back by the metering. @throws quota-used
 */
export async function reserveBytes(cx: Cx, downloadId: string, bytes: number): Promise<void> {
  const [link] = await cx.tx.select().from(download).where(eq(download.id, downloadId))
  if (!link) throw notFound()
  const [found] = await cx.tx.select().from(entitlement).where(eq(entitlement.id, link.entitlementId)).for('update')
  const right = found!
  requireQuota(right, bytes)
  const usedBytes = right.usedBytes + bytes
  await cx.tx.update(entitlement).set({ usedBytes }).where(eq(entitlement.id, right.id))
  cx.audit('download.reserve', ['download', downloadId], {
    order: right.orderId,
    bytes,
    usedBytes,
    quotaBytes: right.quotaBytes,
  })
}

/** Gives back what was reserved of a trial's quota and not sent. */
export async function releaseBytes(cx: Cx, downloadId: string, bytes: number): Promise<void> {
  await cx.sql`update delivery.entitlement e set used_bytes = used_bytes - ${bytes}
    from delivery.download d where d.id = ${downloadId} and e.id = d.entitlement_id`
  cx.audit('download.release', ['download', downloadId], { bytes })
}

/**
 * Counts what a request handed over and, when with it the whole file has been handed over, completes the delivery.
 * Stretches of several links of the same round add up, because their bytes have the same digest.
 */
export async function meterDownload(cx: Cx, downloadId: string, stretch: Sent): Promise<void> {
  const [link] = await cx.tx.select().from(download).where(eq(download.id, downloadId))
  if (!link) throw notFound()
  const [right] = await cx.tx.select().from(entitlement).where(eq(entitlement.id, link.entitlementId)).for('update')
  await cx.sql`update delivery.download
    set sent_bytes = sent_bytes + ${stretch.sent}, last_sent_at = ${cx.now.toISOString()} where id = ${link.id}`
  cx.audit('download.serve', ['download', link.id], {
    order: right!.orderId,
    grantee: right!.granteeId,
    digest: link.sha256,
    ...stretch,
  })
  const isCurrent = link.round === right!.round && link.sha256 === right!.sha256
  if (isCurrent && (await cover(cx, right!, stretch))) await complete(cx, right!, link)
}
