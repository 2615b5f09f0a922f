import type { PendingQuery, Row } from 'postgres'
import type { Reading } from '../../kernel/command.ts'
import { stemOf } from '../../kernel/division.ts'
import { type Query, toTsquery } from '../../kernel/words.ts'

/** The facets by which a list can be narrowed; `vendor` narrows too, but is not counted out. */
export const facetNames = ['industry', 'theme', 'type', 'priceKind', 'division', 'format'] as const
export type FacetName = (typeof facetNames)[number]

/** What narrows a list: within a facet any of the chosen values will do, and every facet must be met. */
export type Filters = { readonly [K in FacetName]?: readonly string[] | undefined } & {
  readonly vendor?: string | undefined
}

/** The same choice is the same search, in whatever order and however often a value was given. */
export const chosenOf = (filters: Filters, name: FacetName): readonly string[] =>
  [...new Set(filters[name] ?? [])].sort()

const columns = {
  industry: 'industry',
  theme: 'theme',
  type: 'type',
  priceKind: 'price_kind',
  format: 'format',
} as const

/**
 * By which plan a search runs. The database guesses between walking in order and asking the index, and its wrong
 * guesses cost seconds at a million rows; the counted occurrences of the rarest token decide it right.
 */
export type SearchPlan =
  | { readonly kind: 'all' | 'nothing' }
  | {
      readonly kind: 'rare' | 'common'
      readonly query: Query
      /** how many products match if its words are independent of each other */
      readonly expected: number
    }

/** Below this many products with the rarest token, finding all of them is cheaper than walking in order. */
const rareLimit = 2_000
/** A prefix is looked up in the counters up to this many tokens; one with more of them is common. */
const prefixLimit = 500

/** The number that grows with every change of what is listed. */
export async function revisionOf({ sql }: Reading): Promise<string> {
  const [row] = await sql<{ revision: string }[]>`select revision from catalog.catalog_revision where id = 1`
  return String(row!.revision)
}

interface Occurrences {
  readonly token: string
  readonly isPrefix: boolean
  readonly n: number
}

/** In how many products the tokens of a query occur: the whole ones together, each prefix by itself. */
async function occurrences({ sql }: Reading, query: Query): Promise<(token: string, isPrefix: boolean) => number> {
  const tokens = query.flatMap(term => term.tokens)
  const whole = [...new Set(tokens.filter(t => !t.isPrefix).map(t => t.token))]
  const prefixes = [...new Set(tokens.filter(t => t.isPrefix).map(t => t.token))]
  const found = await Promise.all([
    whole.length > 0 &&
      sql<Occurrences[]>`
        select token, false as "isPrefix", count as n from catalog.token_count where token = any(${whole}::text[])`,
    ...prefixes.map(
      prefix => sql<Occurrences[]>`
        select ${prefix}::text as token, true as "isPrefix", coalesce(sum(count), 0)::int as n from (
          select count from catalog.token_count
          where token >= ${prefix} and token < ${`${prefix}\u{10ffff}`} and count > 0 limit ${prefixLimit}) t`,
    ),
  ])
  const counts = new Map(found.flatMap(rows => rows || []).map(row => [`${row.isPrefix} ${row.token}`, row.n]))
  return (token, isPrefix) => counts.get(`${isPrefix} ${token}`) ?? 0
}

/** The state of the catalog: the number of its last change, and how many products are listed. */
export interface Standing {
  readonly revision: string
  readonly total: number
}

export async function standingOf({ sql }: Reading): Promise<Standing> {
  const [row] = await sql<{ revision: string; total: number }[]>`
    select r.revision, coalesce(f.count, 0) as total
    from catalog.catalog_revision r left join catalog.facet_count f on f.facet = 'all' and f.value = ''
    where r.id = 1`
  return { revision: String(row!.revision), total: row!.total }
}

/** How a query is best answered. */
export async function planOf(
  rx: Reading,
  query: Query | undefined,
  { revision, total }: Standing,
): Promise<SearchPlan & { readonly revision: string }> {
  if (!query) return { kind: 'all', revision }
  const occurring = await occurrences(rx, query)
  // tokens of one word occur together, so its rarest one speaks for it; words are taken to be independent
  const terms = query.map(term => Math.min(total, ...term.tokens.map(t => occurring(t.token, t.isPrefix))))
  const rarest = Math.min(...terms)
  if (rarest === 0) return { kind: 'nothing', revision }
  const expected = terms.reduce((product, n) => (product * n) / total, total)
  return { kind: rarest < rareLimit ? 'rare' : 'common', revision, query, expected }
}

/** The conditions of a search on `catalog.listed_product p`; `except` leaves one filter out. */
export function matching(rx: Reading, plan: SearchPlan, filters: Filters, except?: FacetName): PendingQuery<Row[]> {
  const { sql } = rx
  const parts = [sql`true`]
  for (const name of facetNames) {
    const chosen = name === except ? [] : chosenOf(filters, name)
    if (chosen.length === 0) continue
    if (name === 'division') {
      const places = chosen.map(code => sql`p.division like ${`${stemOf(code)}%`}`)
      parts.push(sql`(${places.reduce((some, place) => sql`${some} or ${place}`)})`)
    }
    // of one value the index gives the rows in order; of several the database chooses by how common they are
    else if (chosen.length === 1) parts.push(sql`p.${sql(columns[name])} = ${chosen[0]!}`)
    else parts.push(sql`p.${sql(columns[name])} in ${sql([...chosen])}`)
  }
  if (filters.vendor !== undefined) parts.push(sql`p.vendor_id = ${filters.vendor}::uuid`)
  if ('query' in plan) {
    // the cheap check first: of rows that do not match, the tokens are then never read
    for (const { word } of plan.query) parts.push(sql`strpos(p.words, ${word}) > 0`)
    const tsquery = toTsquery(plan.query)
    // the function does what the operator does, but no index answers to it: the walk in order is then the only way
    if (tsquery !== '')
      parts.push(
        plan.kind === 'rare'
          ? sql`p.document @@ ${tsquery}::tsquery`
          : sql`ts_match_vq(p.document, ${tsquery}::tsquery)`,
      )
  }
  return parts.reduce((all, part) => sql`${all} and ${part}`) as unknown as PendingQuery<Row[]>
}
