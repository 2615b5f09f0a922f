import { and, desc, eq, inArray, lte } from 'drizzle-orm'
import { addDays, dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { dataVersionOf } from '../data/index.ts'
import { organizationOf, requireOrganization } from '../identity/index.ts'
import { factsOf } from './facts.ts'
import type { ListingState } from './model.ts'
import type { PrecheckReport } from './precheck.ts'
import type { PublicProduct } from './queries.ts'
import { dataProduct, type ListingRow, listing, productVersion } from './schema.ts'
import { checkDraft, currentPlans, draftOf } from './service.ts'

/** How many of a vendor's listings are in one state, and the earliest day on which a step of theirs is due. */
export interface ListingCount {
  readonly state: ListingState
  readonly count: number
  readonly dueAt: Date | null
}

/** The acting vendor's listings by state. */
export async function countListings(rx: Rx): Promise<ListingCount[]> {
  const rows = await rx.sql<{ state: ListingState; n: number; due_at: string | null }[]>`
    select state, count(*)::int as n, min(due_at) as due_at from catalog.listing
    where vendor_id = ${requireOrganization(rx.actor)} group by state`
  return rows.map(row => ({ state: row.state, count: row.n, dueAt: row.due_at === null ? null : new Date(row.due_at) }))
}

/** Days before the end of a listing from which its vendor is reminded. */
export const endingSoonDays = 30

/** The acting vendor's listings in force that end soon: how many, and the first of their last days. */
export async function endingListings(rx: Rx): Promise<{ readonly count: number; readonly endsOn: string | null }> {
  const [row] = await rx.sql<{ n: number; ends_on: string | null }[]>`
    select count(*)::int as n, min(ends_on)::text as ends_on from catalog.listing
    where vendor_id = ${requireOrganization(rx.actor)} and state in ('listed', 'suspended')
      and ends_on <= ${addDays(dayOf(rx.now), endingSoonDays)}::date`
  return { count: row!.n, endsOn: row!.ends_on }
}

/** A version that its vendor has to complete, with what the pre-check finds in it. */
export interface OpenDraft {
  readonly productId: string
  readonly listingId: string
  readonly state: ListingState
  readonly nameZh: string
  readonly nameEn: string | null
  readonly versionNo: number
  readonly changedAt: Date
  readonly dueAt: Date | null
  readonly report: PrecheckReport
}

/** The acting vendor's drafts and returned versions, the one changed last first, at most `limit`. */
export async function openDrafts(rx: Rx, limit = 20): Promise<OpenDraft[]> {
  const vendorId = requireOrganization(rx.actor)
  const rows = await rx.tx
    .select({ version: productVersion, listing })
    .from(listing)
    .innerJoin(productVersion, eq(productVersion.id, listing.versionId))
    .where(and(eq(listing.vendorId, vendorId), inArray(listing.state, ['draft', 'supplementing'])))
    .orderBy(desc(productVersion.changedAt))
    .limit(limit)
  const drafts: OpenDraft[] = []
  for (const { version, listing: row } of rows) {
    const plans = await currentPlans(rx, version.productId)
    const { report } = await checkDraft(rx, { version, plans, vendorId })
    drafts.push({
      productId: version.productId,
      listingId: row.id,
      state: row.state as ListingState,
      nameZh: version.nameZh,
      nameEn: version.nameEn,
      versionNo: version.versionNo,
      changedAt: version.changedAt,
      dueAt: row.dueAt,
      report,
    })
  }
  return drafts
}

/** What products are called now: number and names of the newest version, by product. */
export async function productNames(
  rx: Rx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { readonly number: string; readonly nameZh: string; readonly nameEn: string | null }>> {
  if (ids.length === 0) return new Map()
  const rows = await rx.tx
    .select({
      id: dataProduct.id,
      number: dataProduct.number,
      nameZh: productVersion.nameZh,
      nameEn: productVersion.nameEn,
    })
    .from(dataProduct)
    .innerJoin(productVersion, eq(productVersion.productId, dataProduct.id))
    .where(inArray(dataProduct.id, [...ids]))
    .orderBy(productVersion.versionNo)
  return new Map(rows.map(({ id, ...names }) => [id, names]))
}

/**
 * The own product as buyers will see the version in hand, whether it was submitted or not; nothing is kept.
 * @throws not-found while no data were chosen
 */
export async function previewProduct(rx: Rx, id: string): Promise<PublicProduct> {
  const { product, version, listing: row, plans } = await draftOf(rx, id)
  if (version.facts === null && version.dataVersionId === null)
    throw notFound(text('选择数据版本后才能预览。', 'Choose the data first; then there is something to preview.'))
  const facts = version.facts ?? factsOf(await dataVersionOf(rx, version.dataVersionId!))
  const vendor = await organizationOf(rx, product.vendorId)
  const vendorListed = (await countListings(rx)).find(({ state }) => state === 'listed')?.count ?? 0
  return { product, listing: row, version: { ...version, facts }, plans, vendor, vendorListed }
}

/** What a later module says about a listing to those whom it concerns. */
export type ListingLabel = Pick<
  ListingRow,
  'id' | 'number' | 'productId' | 'vendorId' | 'state' | 'supplement' | 'reason' | 'endsOn' | 'dueAt'
> & { readonly nameZh: string; readonly nameEn: string | null }

/** A listing as it stands, whoever asks: for a later module. @throws not-found */
export async function listingLabel(rx: Rx, id: string): Promise<ListingLabel> {
  const [found] = await rx.tx
    .select({ row: listing, nameZh: productVersion.nameZh, nameEn: productVersion.nameEn })
    .from(listing)
    .innerJoin(productVersion, eq(productVersion.id, listing.versionId))
    .where(eq(listing.id, id))
  if (!found) throw notFound()
  return { ...found.row, nameZh: found.nameZh, nameEn: found.nameEn }
}

/** Listings in force whose last day is `untilDay` or earlier, with that day, whoever asks. */
export const listingsEndingBy = (rx: Rx, untilDay: string): Promise<{ id: string; endsOn: string | null }[]> =>
  rx.tx
    .select({ id: listing.id, endsOn: listing.endsOn })
    .from(listing)
    .where(and(inArray(listing.state, ['listed', 'suspended']), lte(listing.endsOn, untilDay)))
