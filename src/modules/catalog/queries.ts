import { and, asc, desc, eq, gt, inArray, isNotNull, like, lt, sql } from 'drizzle-orm'
import type { Reading, Rx } from '../../kernel/command.ts'
import { keptStatement } from '../../kernel/db/client.ts'
import { stemOf } from '../../kernel/division.ts'
import type { Kit } from '../../kernel/kit.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { forbidden, notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { type Organization, organizationOf } from '../identity/index.ts'
import { isReleased } from '../risk/index.ts'
import type { ListingState } from './model.ts'
import { sideOf } from './moves.ts'
import { revisionOf } from './plan.ts'
import {
  dataProduct,
  facetCount,
  type ListingRow,
  listing,
  type PlanRow,
  type ProductRow,
  pricePlan,
  productVersion,
  type VersionRow,
} from './schema.ts'
import { checkDraft, currentPlans } from './service.ts'

/** A published product as anyone may see it. */
export interface PublicProduct {
  readonly product: ProductRow
  readonly listing: ListingRow
  readonly version: VersionRow
  readonly plans: readonly PlanRow[]
  readonly vendor: Organization
  /** how many products this vendor has listed now */
  readonly vendorListed: number
}

/** Which listing speaks for a product: the one in force, else the newest that ended. */
const precedence: readonly string[] = ['listed', 'suspended', 'expired', 'delisted'] satisfies ListingState[]

type Published = Omit<PublicProduct, 'vendor'>

const publications = keptStatement(tx =>
  tx
    .select({ product: dataProduct, listing, version: productVersion })
    .from(listing)
    .innerJoin(productVersion, eq(productVersion.id, listing.versionId))
    .innerJoin(dataProduct, eq(dataProduct.id, listing.productId))
    .where(and(eq(listing.productId, sql.placeholder('id')), inArray(listing.state, [...precedence])))
    .orderBy(desc(productVersion.versionNo))
    .prepare('publications'),
)
const plansOf = keptStatement(tx =>
  tx
    .select()
    .from(pricePlan)
    .where(and(eq(pricePlan.productId, sql.placeholder('id')), eq(pricePlan.isCurrent, true)))
    .orderBy(pricePlan.code)
    .prepare('current_plans'),
)
const listedOf = keptStatement(tx =>
  tx
    .select({ count: facetCount.count })
    .from(facetCount)
    .where(and(eq(facetCount.facet, 'vendor'), eq(facetCount.value, sql.placeholder('vendorId'))))
    .prepare('listed_of_vendor'),
)

/** How many products a vendor has listed now, from the counters. */
export async function listedByVendor(rx: Reading, vendorId: string): Promise<number> {
  const [counted] = await listedOf(rx).execute({ vendorId })
  return counted?.count ?? 0
}

async function published(rx: Reading, id: string): Promise<PublicProduct> {
  const [found, plans] = await Promise.all([publications(rx).execute({ id }), plansOf(rx).execute({ id })])
  const [shown] = found.sort((a, b) => precedence.indexOf(a.listing.state) - precedence.indexOf(b.listing.state))
  if (!shown) throw notFound()
  const { vendorId } = shown.product
  const [vendorListed, vendor] = await Promise.all([listedByVendor(rx, vendorId), organizationOf(rx, vendorId)])
  return { ...shown, plans, vendorListed, vendor }
}

/**
 * What is shown of a product whose data is not released at present (Art 28 ¶1): its dictionary, which contracts name, and
 * no value of the data. The gate is asked each time, because a high risk closes it before the listing is suspended.
 */
function withoutValues(version: VersionRow): VersionRow {
  if (!version.facts) return version
  const columns = version.facts.columns.map(({ topValues: _, histogram: __, ...rest }) => ({
    ...rest,
    min: null,
    max: null,
    example: null,
  }))
  return { ...version, facts: { ...version.facts, columns, sample: [] } }
}

const gated = (found: Published, isOpen: boolean): Published =>
  isOpen ? found : { ...found, version: withoutValues(found.version) }

const isOpen = async (rx: Reading, { version }: Published): Promise<boolean> =>
  version.dataVersionId !== null && (await isReleased(rx, version.dataVersionId))

/** Listed products that a process keeps as they were read; every change of what is listed changes the revision. */
const kept = new WeakMap<Kit, Map<string, { readonly revision: string; readonly found: Published }>>()
const keptProducts = 500

/**
 * A product for anyone: listed, suspended, or ended with that said, so that contracts and old links still find what was
 * offered; values only while the data is released. What was never published is not there. @throws not-found
 */
export async function publicProduct(rx: Reading, id: string): Promise<PublicProduct> {
  const products = kept.get(rx.kit) ?? new Map<string, { revision: string; found: Published }>()
  kept.set(rx.kit, products)
  const known = products.get(id)
  const [revision, knownVendor, isKnownOpen = false] = await Promise.all([
    revisionOf(rx),
    known && organizationOf(rx, known.found.product.vendorId),
    known && isOpen(rx, known.found),
  ])
  if (known && knownVendor && known.revision === revision)
    return { ...gated(known.found, isKnownOpen), vendor: knownVendor }
  products.delete(id)
  const found = await published(rx, id)
  // only what is listed: the revision does not tell of changes to the others
  if (found.listing.state === 'listed') {
    if (products.size >= keptProducts) products.delete(products.keys().next().value!)
    products.set(id, { revision, found })
  }
  return { ...gated(found, await isOpen(rx, found)), vendor: found.vendor }
}

/** A line of a list of listings. */
export interface ListedRow {
  readonly listing: ListingRow
  readonly product: ProductRow
  readonly version: VersionRow
}

/** Which listings an actor reaches: a vendor its own, the operator all that were submitted, an authority its division's. */
function reach({ actor }: Rx) {
  if (actor.kind === 'system' || actor.roles.includes('operator')) return isNotNull(listing.submittedAt)
  if (actor.roles.includes('authority'))
    return and(isNotNull(listing.submittedAt), like(listing.division, `${stemOf(actor.division ?? 'none')}%`))
  if (actor.organizationId) return eq(listing.vendorId, actor.organizationId)
  throw forbidden(text('请先选择所代表的机构。', 'Say for which organisation you act.'))
}

/** Listings by state: a vendor's own newest first, the queues of operator and authority oldest first. */
export async function listListings(
  rx: Rx,
  query: { state?: string | undefined; limit?: number | undefined; after?: string | undefined },
) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const isQueue = rx.actor.roles.includes('operator') || rx.actor.roles.includes('authority')
  const rows = await rx.tx
    .select({ listing, product: dataProduct, version: productVersion })
    .from(listing)
    .innerJoin(dataProduct, eq(dataProduct.id, listing.productId))
    .innerJoin(productVersion, eq(productVersion.id, listing.versionId))
    .where(
      and(
        reach(rx),
        query.state ? eq(listing.state, query.state) : undefined,
        after ? (isQueue ? gt(listing.id, after) : lt(listing.id, after)) : undefined,
      ),
    )
    .orderBy(isQueue ? asc(listing.id) : desc(listing.id))
    .limit(limit + 1)
  return toPage<ListedRow, ListedRow>(
    rows,
    limit,
    row => [row.listing.id],
    row => row,
  )
}

/** All that a reviewer looks at: the whole submission, its prices, and what the pre-check warns of. */
export interface ListingFile extends ListedRow {
  readonly plans: readonly PlanRow[]
  readonly warnings: Awaited<ReturnType<typeof checkDraft>>['report']['warnings']
}

/** One listing with its file. @throws not-found when it is none of the actor's business. */
export async function listingOf(rx: Rx, id: string): Promise<ListingFile> {
  const [found] = await rx.tx
    .select({ listing, product: dataProduct, version: productVersion })
    .from(listing)
    .innerJoin(dataProduct, eq(dataProduct.id, listing.productId))
    .innerJoin(productVersion, eq(productVersion.id, listing.versionId))
    .where(eq(listing.id, id))
  if (!found) throw notFound()
  sideOf(rx, found.listing)
  const plans = await currentPlans(rx, found.product.id)
  const { report } = await checkDraft(rx, { version: found.version, plans, vendorId: found.product.vendorId })
  return { ...found, plans, warnings: report.warnings }
}
