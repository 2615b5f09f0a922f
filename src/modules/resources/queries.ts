import { and, asc, desc, eq, inArray, isNotNull, ne, sql } from 'drizzle-orm'
import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { stemOf } from '../../kernel/division.ts'
import { decodeCursor, encodeCursor, toPage } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { parseQuery, toTsquery } from '../../kernel/words.ts'
import { type Organization, organizationOf, requireOrganization } from '../identity/index.ts'
import { type EntryRow, type EntryVersionRow, entry, entryVersion } from './schema.ts'
import type { Versioned } from './service.ts'

export interface EntryFilters {
  readonly q?: string | undefined
  /** within a facet any of the chosen values will do, and every facet must be met */
  readonly theme?: readonly string[] | undefined
  readonly sharing?: readonly string[] | undefined
  readonly opening?: readonly string[] | undefined
  readonly cycle?: readonly string[] | undefined
  readonly institution?: readonly string[] | undefined
  readonly division?: string | undefined
  /** of the institution (Art 38) */
  readonly kind?: readonly string[] | undefined
  readonly late?: boolean | undefined
}

export interface EntrySearch extends EntryFilters {
  readonly limit?: number | undefined
  readonly after?: string | undefined
}

/** One line of the public catalog, as the database gives it. */
export interface EntryHit {
  readonly id: string
  readonly code: string
  readonly version_no: number
  readonly name_zh: string
  readonly name_en: string | null
  readonly abstract: string
  readonly organization_id: string
  readonly institution_zh: string
  readonly institution_en: string | null
  readonly institution_kind: string | null
  readonly service_kind: string | null
  readonly division: string
  readonly sharing_type: string
  readonly opening_type: string
  readonly update_cycle: string
  readonly grade: string
  readonly themes: string[]
  readonly items: number
  readonly data_versions: number
  readonly published_at: string
  readonly updated_on: string
  readonly due_on: string | null
  readonly is_voluntary: boolean
  readonly is_late: boolean
}

export const entryFacets = ['theme', 'sharing', 'opening', 'cycle', 'kind', 'institution'] as const
export type EntryFacet = (typeof entryFacets)[number]

const columns = { sharing: 'sharing_type', opening: 'opening_type', cycle: 'update_cycle' } as const

/** The conditions of a search over `v` (versions) and `e` (entries). */
export function matching(rx: Rx, filters: EntryFilters, except?: EntryFacet) {
  const { sql } = rx
  const parts = [sql`v.state = 'published'`]
  for (const name of entryFacets) {
    const chosen = name === except ? [] : [...new Set(filters[name])]
    if (chosen.length === 0) continue
    if (name === 'theme') parts.push(sql`v.themes && ${chosen}::text[]`)
    else if (name === 'institution') parts.push(sql`e.organization_id = any (${chosen}::uuid[])`)
    else if (name === 'kind')
      parts.push(sql`exists (select 1 from identity.organization k
        where k.id = e.organization_id and k.institution_kind = any (${chosen}::text[]))`)
    else parts.push(sql`v.${sql(columns[name])} = any (${chosen}::text[])`)
  }
  const { division } = filters
  if (division !== undefined) parts.push(sql`e.division like ${`${stemOf(division)}%`}`)
  if (filters.late) parts.push(sql`e.due_on < ${dayOf(rx.now)}::date and not v.is_voluntary`)
  const query = parseQuery(filters.q)
  for (const { word } of query ?? []) parts.push(sql`strpos(v.words, ${word}) > 0`)
  const tsquery = query ? toTsquery(query) : ''
  if (tsquery !== '') parts.push(sql`v.document @@ ${tsquery}::tsquery`)
  return parts.reduce((all, part) => sql`${all} and ${part}`)
}

const facetColumn = (rx: Rx, facet: EntryFacet) =>
  ({
    theme: rx.sql`unnest(v.themes)`,
    sharing: rx.sql`v.sharing_type`,
    opening: rx.sql`v.opening_type`,
    cycle: rx.sql`v.update_cycle`,
    kind: rx.sql`(select k.institution_kind from identity.organization k where k.id = e.organization_id)`,
    institution: rx.sql`e.organization_id::text`,
  })[facet]

export type EntryCounts = Readonly<Record<EntryFacet, readonly { value: string; count: number }[]>> & {
  readonly total: number
  readonly late: number
}

/** How many published entries match, and how many for each value of each facet were it chosen instead. */
async function countEntries(rx: Rx, filters: EntryFilters): Promise<EntryCounts> {
  const [all] = await rx.sql<{ total: number; late: number }[]>`
    select count(*)::int as total, count(*) filter (where e.due_on < ${dayOf(rx.now)}::date and not v.is_voluntary)::int as late
    from resources.entry_version v join resources.entry e on e.id = v.entry_id where ${matching(rx, filters)}`
  const counted: Record<string, { value: string; count: number }[]> = {}
  for (const facet of entryFacets)
    counted[facet] = await rx.sql<{ value: string; count: number }[]>`
      select value, count(*)::int as count from (
        select ${facetColumn(rx, facet)} as value from resources.entry_version v
        join resources.entry e on e.id = v.entry_id where ${matching(rx, filters, facet)}) f
      where value is not null group by value order by count(*) desc, value limit 30`
  return { ...(counted as Record<EntryFacet, { value: string; count: number }[]>), total: all!.total, late: all!.late }
}

/**
 * The public catalog, newest first: every word must occur (any two Chinese characters, any beginning of a word).
 * Totals and facets come with the first page.
 */
export async function searchEntries(rx: Rx, input: EntrySearch) {
  const limit = input.limit ?? 20
  const after = decodeCursor(input.after, 2)?.map(String)
  const past = after
    ? rx.sql`and (v.published_at, v.entry_id) < (${after[0]!}::timestamptz, ${after[1]!}::uuid)`
    : rx.sql``
  const rows = await rx.sql<EntryHit[]>`
    select e.id, e.code, v.version_no, v.name_zh, v.name_en, v.abstract, e.organization_id, o.name_zh as institution_zh,
      o.name_en as institution_en, o.institution_kind, o.service_kind, e.division, v.is_voluntary, v.sharing_type, v.opening_type, v.update_cycle, v.grade, v.themes,
      jsonb_array_length(v.items) as items,
      (select count(*)::int from resources.attachment a where a.entry_id = e.id) as data_versions,
      to_char(v.published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as published_at,
      e.updated_on::text as updated_on, e.due_on::text as due_on,
      coalesce(e.due_on < ${dayOf(rx.now)}::date, false) as is_late
    from resources.entry_version v
    join resources.entry e on e.id = v.entry_id
    join identity.organization o on o.id = e.organization_id
    where ${matching(rx, input)} ${past}
    order by v.published_at desc, v.entry_id desc limit ${limit + 1}`
  const hits = rows.slice(0, limit)
  const last = hits.at(-1)
  return {
    hits,
    next: rows.length > limit && last ? encodeCursor([last.published_at, last.id]) : null,
    counts: input.after === undefined ? await countEntries(rx, input) : undefined,
  }
}

/** An entry as everyone may read it. */
export interface PublicEntry extends Versioned {
  readonly institution: Organization
  /** public versions, newest first, among them those that were replaced */
  readonly history: readonly EntryVersionRow[]
}

const publicStates = ['published', 'superseded', 'withdrawn']

/** A published entry, or a withdrawn one with its reason; an older version by its number. @throws not-found */
export async function readEntry(rx: Rx, id: string, versionNo?: number): Promise<PublicEntry> {
  const [of] = await rx.tx.select().from(entry).where(eq(entry.id, id))
  if (!of) throw notFound()
  const history = await rx.tx
    .select()
    .from(entryVersion)
    .where(and(eq(entryVersion.entryId, id), inArray(entryVersion.state, publicStates)))
    .orderBy(desc(entryVersion.versionNo))
  const version = versionNo === undefined ? history[0] : history.find(each => each.versionNo === versionNo)
  if (!version) throw notFound()
  return { entry: of, version, history, institution: await organizationOf(rx, of.organizationId) }
}

const isOperator = (rx: Rx): boolean => rx.actor.roles.includes('operator')

/** A version in any state: the own institution's, or for reviewers what was submitted. @throws not-found */
export async function readVersion(rx: Rx, id: string): Promise<Versioned> {
  const [found] = await rx.tx
    .select({ entry, version: entryVersion })
    .from(entryVersion)
    .innerJoin(entry, eq(entry.id, entryVersion.entryId))
    .where(eq(entryVersion.id, id))
  if (!found) throw notFound()
  const mayRead = isOperator(rx)
    ? found.version.submittedAt !== null
    : found.entry.organizationId === requireOrganization(rx.actor)
  if (!mayRead) throw notFound()
  return found
}

export interface ListedVersion extends Versioned {
  readonly institution: { readonly nameZh: string; readonly nameEn: string | null }
}

/** The own institution's versions newest first; for reviewers what was submitted, oldest first. */
export async function listVersions(
  rx: Rx,
  query: { state?: string | undefined; limit?: number | undefined; after?: string | undefined },
) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const reviews = isOperator(rx)
  const rows = await rx.tx
    .select({ entry, version: entryVersion })
    .from(entryVersion)
    .innerJoin(entry, eq(entry.id, entryVersion.entryId))
    .where(
      and(
        reviews ? isNotNull(entryVersion.submittedAt) : eq(entry.organizationId, requireOrganization(rx.actor)),
        query.state ? eq(entryVersion.state, query.state) : ne(entryVersion.state, 'discarded'),
        after === undefined
          ? undefined
          : reviews
            ? sql`${entryVersion.id} > ${after}::uuid`
            : sql`${entryVersion.id} < ${after}::uuid`,
      ),
    )
    .orderBy(reviews ? asc(entryVersion.id) : desc(entryVersion.id))
    .limit(limit + 1)
  const named: ListedVersion[] = []
  for (const row of rows) named.push({ ...row, institution: await organizationOf(rx, row.entry.organizationId) })
  return toPage<ListedVersion, ListedVersion>(
    named,
    limit,
    row => [row.version.id],
    row => row,
  )
}

/** Every version of an entry of the own institution, newest first. */
export const versionsOfEntry = (rx: Rx, entryId: string): Promise<EntryVersionRow[]> =>
  rx.tx
    .select()
    .from(entryVersion)
    .where(and(eq(entryVersion.entryId, entryId), ne(entryVersion.state, 'discarded')))
    .orderBy(desc(entryVersion.versionNo))

/** The own institution's published entries whose update is overdue, the latest first. */
export const lateEntries = (rx: Rx): Promise<Versioned[]> =>
  rx.tx
    .select({ entry, version: entryVersion })
    .from(entryVersion)
    .innerJoin(entry, eq(entry.id, entryVersion.entryId))
    .where(
      and(
        eq(entry.organizationId, requireOrganization(rx.actor)),
        eq(entryVersion.state, 'published'),
        sql`${entry.dueOn} < ${dayOf(rx.now)}::date`,
      ),
    )
    .orderBy(asc(entry.dueOn))
    .limit(20)

/** Published entries of the own institution to which no data was ever attached. */
export const entriesWithoutData = (rx: Rx): Promise<Versioned[]> =>
  rx.tx
    .select({ entry, version: entryVersion })
    .from(entryVersion)
    .innerJoin(entry, eq(entry.id, entryVersion.entryId))
    .where(
      and(
        eq(entry.organizationId, requireOrganization(rx.actor)),
        eq(entryVersion.state, 'published'),
        sql`not exists (select 1 from resources.attachment a where a.entry_id = ${entry.id})`,
      ),
    )
    .orderBy(asc(entry.id))
    .limit(20)

/** Published entries of the own institution whose data attached last is not released any more. */
export const entriesWithClosedData = (rx: Rx): Promise<Versioned[]> =>
  rx.tx
    .select({ entry, version: entryVersion })
    .from(entryVersion)
    .innerJoin(entry, eq(entry.id, entryVersion.entryId))
    .where(
      and(
        eq(entry.organizationId, requireOrganization(rx.actor)),
        eq(entryVersion.state, 'published'),
        sql`(select not risk.is_released(a.data_version_id) from resources.attachment a
          where a.entry_id = ${entry.id} order by a.sequence_no desc limit 1)`,
      ),
    )
    .orderBy(asc(entry.id))
    .limit(20)

/** The entry a version belongs to, for notices. @throws not-found */
export async function entryLabel(rx: Rx, versionId: string): Promise<Versioned> {
  const [found] = await rx.tx
    .select({ entry, version: entryVersion })
    .from(entryVersion)
    .innerJoin(entry, eq(entry.id, entryVersion.entryId))
    .where(eq(entryVersion.id, versionId))
  if (!found) throw notFound()
  return found
}

/** An entry with its public version, or the newest, for notices. @throws not-found */
export async function labelOfEntry(rx: Rx, entryId: string): Promise<Versioned> {
  const rows = await rx.tx
    .select({ entry, version: entryVersion })
    .from(entryVersion)
    .innerJoin(entry, eq(entry.id, entryVersion.entryId))
    .where(eq(entryVersion.entryId, entryId))
    .orderBy(desc(entryVersion.versionNo))
  const found = rows.find(row => row.version.state === 'published') ?? rows[0]
  if (!found) throw notFound()
  return found
}

/** Which entries use a data version, for its page. */
export const entriesOfData = async (rx: Rx, dataVersionId: string): Promise<readonly EntryRow[]> =>
  rx.tx
    .select()
    .from(entry)
    .where(
      sql`exists (select 1 from resources.attachment a where a.entry_id = ${entry.id} and a.data_version_id = ${dataVersionId}::uuid)`,
    )
