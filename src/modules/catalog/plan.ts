import type { PendingQuery, Row } from 'postgres'
import type { Rx } from '../../kernel/command.ts'
import { type Query, type TokenCondition, toTsquery } from './words.ts'

/** The facets by which a list can be narrowed; `vendor` narrows too, but is not counted out. */
export const facetNames = ['industry', 'theme', 'type', 'priceKind', 'division', 'format'] as const
export type FacetName = (typeof facetNames)[number]

export type Filters = { readonly [K in FacetName | 'vendor']?: string | undefined }

/**
 * By which plan a search runs. The database guesses between walking in order and asking the index, and its wrong
 * guesses cost seconds at a million rows; the counted occurrences of the rarest token decide it right.
 */
export type SearchPlan =
  | { readonly kind: 'all'; readonly revision: string }
  | { readonly kind: 'nothing'; readonly revision: string }
  | { readonly kind: 'rare' | 'common'; readonly revision: string; readonly query: Query }

/** Below this many products with the rarest token, finding all of them is cheaper than walking in order. */
const rareLimit = 2_000
/** A prefix is looked up in the counters up to this many tokens; one with more of them is common. */
const prefixLimit = 500

const occurrences = (rx: Rx, { token, isPrefix }: TokenCondition) =>
  isPrefix
    ? rx.sql<{ n: number }[]>`
        select coalesce(sum(count), 0)::int as n from (
          select count from catalog.token_count
          where token >= ${token} and token < ${`${token}\u{10ffff}`} and count > 0 limit ${prefixLimit}) t`
    : rx.sql<{ n: number }[]>`select coalesce(sum(count), 0)::int as n from catalog.token_count where token = ${token}`

/** The revision of what is listed, and how a query is best answered; the look-ups go out together. */
export async function planOf(rx: Rx, query: Query | undefined): Promise<SearchPlan> {
  const [revisions, ...found] = await Promise.all([
    rx.sql<{ revision: string }[]>`select revision from catalog.catalog_revision where id = 1`,
    ...(query?.tokens ?? []).map(condition => occurrences(rx, condition)),
  ])
  const revision = String(revisions[0]!.revision)
  if (!query) return { kind: 'all', revision }
  const rarest = Math.min(...found.map(rows => rows[0]!.n), Number.MAX_SAFE_INTEGER)
  if (rarest === 0) return { kind: 'nothing', revision }
  return { kind: rarest < rareLimit ? 'rare' : 'common', revision, query }
}

/** Where a division's own code and those inside it lie among the codes. */
const within = (code: string): string => `${code.replace(/(00){1,2}$/, '')}%`

/** The conditions of a search on `catalog.listed_product p`; `except` leaves one filter out. */
export function matching(rx: Rx, plan: SearchPlan, filters: Filters, except?: keyof Filters): PendingQuery<Row[]> {
  const { sql } = rx
  const given = (name: keyof Filters) => (name === except ? undefined : filters[name])
  const parts = [sql`true`]
  const [industry, theme, type] = [given('industry'), given('theme'), given('type')]
  if (industry !== undefined) parts.push(sql`p.industry = ${industry}`)
  if (theme !== undefined) parts.push(sql`p.theme = ${theme}`)
  if (type !== undefined) parts.push(sql`p.type = ${type}`)
  const [priceKind, format, division] = [given('priceKind'), given('format'), given('division')]
  if (priceKind !== undefined) parts.push(sql`p.price_kind = ${priceKind}`)
  if (format !== undefined) parts.push(sql`p.format = ${format}`)
  if (division !== undefined) parts.push(sql`p.division like ${within(division)}`)
  const vendor = given('vendor')
  if (vendor !== undefined) parts.push(sql`p.vendor_id = ${vendor}::uuid`)
  if (plan.kind === 'rare' || plan.kind === 'common') {
    const tsquery = toTsquery(plan.query.tokens)
    // the function does what the operator does, but no index answers to it: the walk in order is then the only way
    if (tsquery !== '')
      parts.push(
        plan.kind === 'rare'
          ? sql`p.document @@ ${tsquery}::tsquery`
          : sql`ts_match_vq(p.document, ${tsquery}::tsquery)`,
      )
    for (const term of plan.query.terms) parts.push(sql`strpos(p.words, ${term}) > 0`)
  }
  return parts.reduce((all, part) => sql`${all} and ${part}`) as unknown as PendingQuery<Row[]>
}
