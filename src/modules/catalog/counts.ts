import type { Reading } from '../../kernel/command.ts'
import type { Kit } from '../../kernel/kit.ts'
import { chosenOf, type FacetName, type Filters, facetNames, matching, type SearchPlan } from './plan.ts'

/** Totals of a search. Beyond `countLimit` matches the newest ones stand for all, and `isExact` says so. */
export interface Counts {
  readonly total: number
  readonly isExact: boolean
  readonly facets: Readonly<Record<FacetName, readonly { readonly value: string; readonly count: number }[]>>
}

/** Matches are counted up to this many: more would cost more than the page itself. */
const countLimit = 1_000
/** With fewer matches expected than this, the index finds them all sooner than a walk finds enough of them. */
const findAllLimit = 5_000
/** Counted searches that a process keeps. */
const keptSearches = 500

interface Counted {
  readonly facet: string
  readonly value: string
  readonly count: number
}

const listOf = (rows: readonly Counted[], facet: string) =>
  rows
    .filter(row => row.facet === facet && row.count > 0)
    .map(({ value, count }) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))

const facetsOf = (rowsOf: (facet: FacetName) => readonly Counted[]): Counts['facets'] =>
  Object.fromEntries(facetNames.map(name => [name, listOf(rowsOf(name), name)])) as unknown as Counts['facets']

/** The counters of everything that is listed. */
const counters = (rx: Reading) => rx.sql<Counted[]>`
  select facet, value, count from catalog.facet_count where facet <> 'vendor' and count > 0`

/** Counts the matches, at most `countLimit` of the newest, by facet. */
const bounded = (rx: Reading, plan: SearchPlan, filters: Filters, except?: FacetName) => rx.sql<Counted[]>`
  with m as materialized (
    select p.industry, p.theme, p.type, p.price_kind, p.division, p.format from catalog.listed_product p
    where ${matching(rx, plan, filters, except)}
    ${plan.kind === 'rare' ? rx.sql`` : rx.sql`order by p.listed_at desc, p.product_id desc`}
    limit ${countLimit + 1})
  select v.facet, v.value, count(*)::int as count
  from m cross join lateral (values ('all', ''), ('industry', m.industry), ('theme', m.theme), ('type', m.type),
    ('priceKind', m.price_kind), ('division', m.division), ('format', m.format)) v (facet, value)
  group by v.facet, v.value`

const totalOf = (rows: readonly Counted[]) => rows.find(row => row.facet === 'all')?.count ?? 0

async function counted(rx: Reading, given: SearchPlan, filters: Filters): Promise<Counts> {
  const plan: SearchPlan = given.kind === 'common' && given.expected < findAllLimit ? { ...given, kind: 'rare' } : given
  if (plan.kind === 'nothing') return { total: 0, isExact: true, facets: facetsOf(() => []) }
  const chosen = facetNames.filter(name => chosenOf(filters, name).length > 0)
  if (plan.kind === 'all' && chosen.length === 0 && filters.vendor === undefined) {
    const rows = await counters(rx)
    return { total: totalOf(rows), isExact: true, facets: facetsOf(() => rows) }
  }
  // a facet that is narrowed already still shows what its other values would give
  const [rows = [], ...others] = await Promise.all([
    bounded(rx, plan, filters),
    ...chosen.map(name => bounded(rx, plan, filters, name)),
  ])
  const total = totalOf(rows)
  return {
    total: Math.min(total, countLimit),
    isExact: total <= countLimit,
    facets: facetsOf(name => (chosen.includes(name) ? (others[chosen.indexOf(name)] ?? []) : rows)),
  }
}

/** Kept counts of one process, the oldest first. The revision in the key makes a kept one exact. */
const kept = new WeakMap<Kit, Map<string, Promise<Counts>>>()

/** Totals and facets of a search; counted once for as long as nothing is listed, delisted or priced anew. */
export async function count(
  rx: Reading,
  plan: SearchPlan & { readonly revision: string },
  filters: Filters,
): Promise<Counts> {
  const searches = kept.get(rx.kit) ?? new Map<string, Promise<Counts>>()
  kept.set(rx.kit, searches)
  const terms = 'query' in plan ? plan.query.map(term => term.word) : plan.kind
  const chosen = facetNames.map(name => chosenOf(filters, name))
  const key = JSON.stringify([plan.revision, terms, filters.vendor, chosen])
  const known = searches.get(key)
  if (known) return known
  const fresh = await counted(rx, plan, filters)
  if (searches.size >= keptSearches) searches.delete(searches.keys().next().value!)
  searches.set(key, Promise.resolve(fresh))
  return fresh
}
