import type { Reading } from '../../kernel/command.ts'
import type { Kit } from '../../kernel/kit.ts'
import { decodeCursor, encodeCursor } from '../../kernel/page.ts'
import { invalidInput } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { parseQuery, toTsquery } from '../../kernel/words.ts'
import { type Counts, count } from './counts.ts'
import type { PlanPeriod } from './model.ts'
import {
  chosenOf,
  type Filters,
  facetNames,
  matching,
  planOf,
  type SearchPlan,
  type Standing,
  standingOf,
} from './plan.ts'

/** Orders of a list: newest first, cheapest or dearest first, by title (Chinese by pinyin). */
export const sorts = ['newest', 'price', 'price-desc', 'title'] as const
export type Sort = (typeof sorts)[number]

export interface SearchInput extends Filters {
  readonly q?: string | undefined
  readonly sort?: Sort | undefined
  readonly limit?: number | undefined
  readonly after?: string | undefined
  /** counts cost more than the page: pages after the first come without, unless asked */
  readonly facets?: boolean | undefined
}

/** One line of a list of products, as the database gives it: amounts and instants are text. */
export interface Hit {
  readonly product_id: string
  readonly listing_id: string
  readonly version_no: number
  readonly number: string
  readonly name_zh: string
  readonly name_en: string | null
  readonly abstract: string
  readonly vendor_id: string
  readonly vendor_zh: string
  readonly vendor_en: string | null
  readonly type: string
  readonly industry: string
  readonly theme: string
  readonly division: string
  readonly format: string
  readonly grade: string
  readonly update_frequency: string
  readonly price_kind: string
  readonly amount_fen: string
  readonly price_period: PlanPeriod | null
  readonly rows: string
  readonly bytes: string
  readonly listed_at: string
  readonly sort_value: string
}

interface Order {
  readonly column: 'listed_at' | 'amount_fen' | 'title_key'
  readonly isDescending: boolean
  readonly type: 'timestamptz' | 'bigint' | 'text'
}

const orders: Record<Sort, Order> = {
  newest: { column: 'listed_at', isDescending: true, type: 'timestamptz' },
  price: { column: 'amount_fen', isDescending: false, type: 'bigint' },
  'price-desc': { column: 'amount_fen', isDescending: true, type: 'bigint' },
  title: { column: 'title_key', isDescending: false, type: 'text' },
}

/** How far a page is looked for in order before the index is asked. */
const walkedRows = 4_000

const shown = [
  'product_id',
  'listing_id',
  'version_no',
  'number',
  'name_zh',
  'name_en',
  'abstract',
  'vendor_id',
  'vendor_zh',
  'vendor_en',
  'type',
  'industry',
  'theme',
  'division',
  'format',
  'grade',
  'update_frequency',
  'price_kind',
  'amount_fen',
  'price_period',
  'rows',
  'bytes',
  'listed_at',
]

/** Where the page before ended; a cursor of another order or a made-up one is refused here, not by the database. */
function cursorOf(input: SearchInput, order: Order): readonly [string, string] | undefined {
  const values = decodeCursor(input.after, 2)?.map(String)
  if (!values) return undefined
  const [value = '', id = ''] = values
  const isValue =
    order.type === 'bigint' ? /^\d{1,18}$/.test(value) : order.type === 'text' || !Number.isNaN(Date.parse(value))
  if (isValue && /^[0-9a-f-]{36}$/.test(id)) return [value, id]
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: '/after',
        message: text('翻页标记不属于这种排序', 'is not a cursor of this order'),
        remedy: text('改变排序后从第一页开始', 'begin at the first page after changing the order'),
      },
    ],
  })
}

async function pageOf(rx: Reading, plan: SearchPlan, input: SearchInput, order: Order, limit: number): Promise<Hit[]> {
  const { sql } = rx
  if (plan.kind === 'nothing') return []
  const cursor = cursorOf(input, order)
  const column = sql(order.column)
  const direction = order.isDescending ? sql`desc` : sql`asc`
  const beyond = order.isDescending ? sql`<` : sql`>`
  const past = (value: string, id: string) =>
    order.type === 'timestamptz'
      ? sql`and (p.listed_at, p.product_id) ${beyond} (${value}::timestamptz, ${id}::uuid)`
      : order.type === 'bigint'
        ? sql`and (p.amount_fen, p.product_id) ${beyond} (${value}::bigint, ${id}::uuid)`
        : sql`and (p.title_key, p.product_id) ${beyond} (${value}::text collate "C", ${id}::uuid)`
  const after = cursor ? past(...cursor) : sql``
  const inOrder = sql`order by p.${column} ${direction}, p.product_id ${direction}`
  const values = sql`${sql(shown)}, ${column}::text as sort_value`
  const whole = (by: SearchPlan) => sql<Hit[]>`
    select ${values} from catalog.listed_product p where ${matching(rx, by, input)} ${after} ${inOrder} limit ${limit + 1}`
  if (!('query' in plan)) return whole(plan)
  if (plan.kind === 'common') {
    // many matches: among the next rows in order there are most likely enough for a page
    const found = await sql<Hit[]>`
      select ${values}
      from (select * from catalog.listed_product p where true ${after} ${inOrder} limit ${walkedRows}) p
      where ${matching(rx, plan, input)} ${inOrder} limit ${limit + 1}`
    if (found.length > limit || toTsquery(plan.query) === '') return found.length > limit ? found : whole(plan)
  }
  // few matches: the index finds them all, and they are sorted; `offset 0` keeps the database from another plan
  return sql<Hit[]>`
    select ${values}
    from (select * from catalog.listed_product p where ${matching(rx, { ...plan, kind: 'rare' }, input)} ${after} offset 0) p
    ${inOrder} limit ${limit + 1}`
}

/** Pages that a process keeps as they were found; every change of what is listed changes the revision. */
const kept = new WeakMap<Kit, Map<string, { readonly revision: string; readonly found: Found }>>()
const keptPages = 200

/** A page of what is listed, with totals and facets. */
export interface Found {
  readonly hits: readonly Hit[]
  readonly next: string | null
  readonly counts: Counts | undefined
}

/**
 * Searches what is listed, for anyone: every word must occur (any two Chinese characters, any beginning of a word, any
 * part of a title), in the order asked. Totals come from counters, or are counted up to a bound and kept until what is
 * listed changes.
 */
export async function searchProducts(rx: Reading, input: SearchInput): Promise<Found> {
  const pages = kept.get(rx.kit) ?? new Map<string, { revision: string; found: Found }>()
  kept.set(rx.kit, pages)
  const chosen = facetNames.map(name => chosenOf(input, name))
  const { q, sort, limit, after, facets, vendor } = input
  const key = JSON.stringify([q, sort, limit, after, facets, vendor, chosen])
  const known = pages.get(key)
  // the revision is asked before anything else: a page that is newer than its revision is never shown under a later one
  const standing = await standingOf(rx)
  if (known?.revision === standing.revision) return known.found
  pages.delete(key)
  const found = await searchAnew(rx, standing, input)
  if (pages.size >= keptPages) pages.delete(pages.keys().next().value!)
  pages.set(key, { revision: standing.revision, found })
  return found
}

async function searchAnew(rx: Reading, standing: Standing, input: SearchInput): Promise<Found> {
  const limit = input.limit ?? 20
  const order = orders[input.sort ?? 'newest']
  const query = parseQuery(input.q)
  const withCounts = input.facets ?? input.after === undefined
  const planned = planOf(rx, query, standing)
  const [hits, counts] = await Promise.all([
    // without words there is nothing to plan, and the page need not wait
    query
      ? planned.then(plan => pageOf(rx, plan, input, order, limit))
      : pageOf(rx, { kind: 'all' }, input, order, limit),
    planned.then(plan => (withCounts ? count(rx, plan, input) : undefined)),
  ])
  const page = hits.slice(0, limit)
  const last = page.at(-1)
  return {
    hits: page,
    next: hits.length > limit && last ? encodeCursor([last.sort_value, last.product_id]) : null,
    counts,
  }
}
