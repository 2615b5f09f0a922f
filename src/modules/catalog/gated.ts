import { and, asc, eq } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { requireOrganization } from '../identity/index.ts'
import { isReleased } from '../risk/index.ts'
import { leaveIndex } from './indexing.ts'
import { listAgain, step } from './moves.ts'
import { type ListingRow, listing, productVersion } from './schema.ts'

/** A listing that the gate of its data suspended, as those who decide on the data see it. */
export interface GatedListing {
  readonly id: string
  readonly number: string
  readonly productId: string
  readonly nameZh: string
  readonly nameEn: string | null
}

const ofData = (rx: Rx, dataVersionId: string) =>
  rx.tx
    .select({ row: listing, content: productVersion })
    .from(listing)
    .innerJoin(productVersion, eq(productVersion.id, listing.versionId))
    .where(and(eq(productVersion.dataVersionId, dataVersionId), eq(listing.isSuspendedByGate, true)))
    .orderBy(asc(listing.id))

/** What is listed again when the data version is released, unless the reviewer leaves it suspended. */
export async function gatedListings(rx: Rx, dataVersionId: string): Promise<GatedListing[]> {
  const rows = await ofData(rx, dataVersionId)
  return rows.map(({ row, content }) => ({
    id: row.id,
    number: row.number,
    productId: row.productId,
    nameZh: content.nameZh,
    nameEn: content.nameEn,
  }))
}

/** How many of the acting vendor's listings the gate has suspended. */
export async function countGated(rx: Rx): Promise<number> {
  const [row] = await rx.sql<{ n: number }[]>`select count(*)::int4 as n from catalog.listing
    where vendor_id = ${requireOrganization(rx.actor)} and is_suspended_by_gate`
  return row!.n
}

async function lockedGated(cx: Cx, dataVersionId: string): Promise<ListingRow[]> {
  const rows: ListingRow[] = []
  for (const { row } of await ofData(cx, dataVersionId)) {
    const [held] = await cx.tx.select().from(listing).where(eq(listing.id, row.id)).for('update')
    if (held?.isSuspendedByGate) rows.push(held)
  }
  return rows
}

/** The gate of a data version has closed: its listings are suspended until it opens again. */
export async function suspendForRisk(cx: Cx, dataVersionId: string, reason: string): Promise<void> {
  const found = await cx.tx
    .select({ id: listing.id })
    .from(listing)
    .innerJoin(productVersion, eq(productVersion.id, listing.versionId))
    .where(and(eq(productVersion.dataVersionId, dataVersionId), eq(listing.state, 'listed')))
    .orderBy(asc(listing.id))
  let count = 0
  for (const { id } of found) {
    const [row] = await cx.tx.select().from(listing).where(eq(listing.id, id)).for('update')
    if (row?.state !== 'listed') continue
    count++
    await leaveIndex(cx, row.productId)
    await step(cx, row, {
      move: 'suspend',
      values: { reason, suspendedSide: 'operator', isSuspendedByGate: true },
      record: { reason, side: 'operator', dataVersion: dataVersionId },
    })
  }
  if (count === 0) cx.audit('listing.keep', ['data-version', dataVersionId], { reason })
}

/**
 * The gate has opened: what it suspended is listed again by the same decision, or stays suspended by the operator for
 * the reason that the reviewer gave. A gate that closed again in the meantime changes nothing.
 */
export async function resumeReleased(cx: Cx, dataVersionId: string, keep: string | null): Promise<void> {
  const rows = (await isReleased(cx, dataVersionId)) ? await lockedGated(cx, dataVersionId) : []
  for (const row of rows) {
    if (keep === null) {
      await listAgain(cx, row, { side: 'operator', dataVersion: dataVersionId })
      continue
    }
    await cx.tx
      .update(listing)
      .set({ isSuspendedByGate: false, reason: keep, changedAt: cx.now })
      .where(eq(listing.id, row.id))
    cx.audit('listing.keep-suspended', ['listing', row.id], { number: row.number, reason: keep })
    cx.emit('catalog.listing-kept-suspended', { listingId: row.id, productId: row.productId })
  }
  if (rows.length === 0) cx.audit('listing.keep', ['data-version', dataVersionId], { cause: 'risk.version-released' })
}
