import type { Reading } from '../../kernel/command.ts'
import type { Kit } from '../../kernel/kit.ts'
import type { ListingState } from './model.ts'

/** What a line of a list says of a product beside the line itself. */
export interface Glimpse {
  readonly timeFrom: string | null
  readonly timeTo: string | null
  readonly divisions: readonly string[]
  readonly purposes: readonly string[]
}

/** A listed version never changes, so what was read of it once stays right. */
const kept = new WeakMap<Kit, Map<string, Glimpse>>()
const keptGlimpses = 5_000

/** Coverage and purposes of listings by id, for lists: read once in the life of a process. */
export async function glimpsesOf(rx: Reading, listingIds: readonly string[]): Promise<ReadonlyMap<string, Glimpse>> {
  const known = kept.get(rx.kit) ?? new Map<string, Glimpse>()
  kept.set(rx.kit, known)
  const missing = listingIds.filter(id => !known.has(id))
  if (missing.length > 0) {
    const rows = await rx.sql<{ id: string; coverage: Omit<Glimpse, 'purposes'>; purposes: string[] }[]>`
      select l.id, v.facts -> 'coverage' as coverage, v.purposes_allowed as purposes
      from catalog.listing l join catalog.product_version v on v.id = l.version_id
      where l.id = any(${missing}::uuid[]) and v.facts is not null`
    for (const { id, coverage, purposes } of rows) {
      if (known.size >= keptGlimpses) known.delete(known.keys().next().value!)
      const { timeFrom, timeTo, divisions } = coverage
      known.set(id, { timeFrom, timeTo, divisions, purposes })
    }
  }
  return new Map(listingIds.flatMap(id => (known.has(id) ? [[id, known.get(id)!] as const] : [])))
}

/** A version of a product that is or was published. */
export interface PublishedVersion {
  readonly versionNo: number
  readonly state: ListingState
  readonly listedAt: Date | null
  readonly endedAt: Date | null
  readonly rows: number
  readonly contentHash: string
}

/** The published versions of a product, newest first, at most twenty. */
export async function publishedVersions({ sql }: Reading, productId: string): Promise<PublishedVersion[]> {
  const rows = await sql<
    {
      version_no: number
      state: ListingState
      listed_at: string | null
      ended_at: string | null
      rows: number
      content_hash: string
    }[]
  >`
    select v.version_no, l.state, l.listed_at, l.ended_at, (v.facts ->> 'rows')::float8 as rows, v.content_hash
    from catalog.listing l join catalog.product_version v on v.id = l.version_id
    where l.product_id = ${productId} and l.state in ('listed', 'suspended', 'delisted', 'expired')
    order by v.version_no desc limit 20`
  const instant = (value: string | null) => (value === null ? null : new Date(value))
  return rows.map(row => ({
    versionNo: row.version_no,
    state: row.state,
    listedAt: instant(row.listed_at),
    endedAt: instant(row.ended_at),
    rows: row.rows,
    contentHash: row.content_hash,
  }))
}

/** How many products are listed now, and by how many vendors: from the counters. */
export async function marketCounts({ sql }: Reading): Promise<{ readonly products: number; readonly vendors: number }> {
  const [row] = await sql<{ products: number; vendors: number }[]>`
    select coalesce(sum(count) filter (where facet = 'all'), 0)::int as products,
      (count(*) filter (where facet = 'vendor' and count > 0))::int as vendors
    from catalog.facet_count where facet in ('all', 'vendor')`
  return row!
}
