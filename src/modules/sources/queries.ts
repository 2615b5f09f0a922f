import { asc, eq } from 'drizzle-orm'
import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { isWithin, stemOf } from '../../kernel/division.ts'
import { decodeCursor, encodeCursor } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { requireOrganization } from '../identity/index.ts'
import { type PublishedItem, publishedItems } from '../resources/index.ts'
import { type Carrying, carryingOf } from './carrying.ts'
import { chainOf, isOpenState } from './model.ts'
import { type DisputeRow, dispute, type SourceRow, source } from './schema.ts'

/** One source or proposal with the names of what it names, as the database gives it. */
export interface SourceLine {
  readonly id: string
  readonly number: string
  readonly elementCode: string
  readonly division: string
  readonly organizationId: string
  readonly institution: string
  readonly institutionEn: string | null
  readonly entryId: string
  readonly entryCode: string
  readonly entryName: string
  readonly entryNameEn: string | null
  readonly itemName: string
  readonly dutyBasis: string
  readonly state: string
  readonly disputes: number
  readonly proposedAt: Date
  readonly objectionsUntil: Date | null
  readonly dueAt: Date | null
  readonly decidedAt: Date | null
  readonly reason: string | null
  readonly endedAt: Date | null
  /** of its entry */
  readonly dueOn: string | null
  /** the update of its entry is overdue */
  readonly isLate: boolean
}

export interface SourceFilters {
  readonly id?: string | undefined
  readonly state?: string | undefined
  readonly element?: string | undefined
  readonly elements?: readonly string[] | undefined
  readonly division?: string | undefined
  readonly organizationId?: string | undefined
  readonly isOpen?: boolean | undefined
  readonly isEnded?: boolean | undefined
}

function matching(rx: Rx, filters: SourceFilters) {
  const { sql } = rx
  const parts = [sql`true`]
  const { id, state, element, elements, division, organizationId } = filters
  if (id !== undefined) parts.push(sql`s.id = ${id}::uuid`)
  if (state !== undefined) parts.push(sql`s.state = ${state}`)
  if (element !== undefined) parts.push(sql`s.element_code = ${element}`)
  if (elements !== undefined) parts.push(sql`s.element_code = any (${[...elements]}::text[])`)
  if (division !== undefined) parts.push(sql`s.division like ${`${stemOf(division)}%`}`)
  if (organizationId !== undefined) parts.push(sql`s.organization_id = ${organizationId}::uuid`)
  if (filters.isOpen) parts.push(sql`s.state in ('proposed', 'disputed', 'ready')`)
  if (filters.isEnded) parts.push(sql`s.state not in ('proposed', 'disputed', 'ready', 'in_force')`)
  return parts.reduce((all, part) => sql`${all} and ${part}`)
}

type Condition = ReturnType<typeof matching>

type Instants = 'proposedAt' | 'objectionsUntil' | 'dueAt' | 'decidedAt' | 'endedAt'
type Raw = Omit<SourceLine, Instants> &
  Readonly<Record<Exclude<Instants, 'proposedAt'>, string | null>> & {
    readonly proposedAt: string
  }

const instant = (at: string | null): Date | null => (at === null ? null : new Date(at))

const toLine = (row: Raw): SourceLine => ({
  ...row,
  proposedAt: new Date(row.proposedAt),
  objectionsUntil: instant(row.objectionsUntil),
  dueAt: instant(row.dueAt),
  decidedAt: instant(row.decidedAt),
  endedAt: instant(row.endedAt),
})

/** Sources and proposals, newest first. */
export async function sourceLines(
  rx: Rx,
  filters: SourceFilters,
  page: { limit?: number; after?: string | undefined; mine?: Condition } = {},
): Promise<SourceLine[]> {
  const { limit = 200, after } = page
  const past = after === undefined ? rx.sql`` : rx.sql`and s.id < ${after}::uuid`
  const own = page.mine ? rx.sql`and ${page.mine}` : rx.sql``
  const rows = await rx.sql<Raw[]>`
    select s.id, s.number, s.element_code as "elementCode", s.division, s.organization_id as "organizationId",
      o.name_zh as institution, o.name_en as "institutionEn", s.entry_id as "entryId", e.code as "entryCode",
      v.name_zh as "entryName", v.name_en as "entryNameEn", s.item_name as "itemName", s.duty_basis as "dutyBasis",
      s.state, (select count(*)::int4 from sources.dispute d where d.source_id = s.id) as disputes,
      s.proposed_at as "proposedAt", s.objections_until as "objectionsUntil", s.due_at as "dueAt",
      s.decided_at as "decidedAt", s.reason, s.ended_at as "endedAt", e.due_on::text as "dueOn",
      coalesce(e.due_on < ${dayOf(rx.now)}::date, false) as "isLate"
    from sources.source s
    join resources.entry e on e.id = s.entry_id
    join resources.entry_version v on v.id = s.entry_version_id
    join identity.organization o on o.id = s.organization_id
    where ${matching(rx, filters)} ${own} ${past}
    order by s.id desc limit ${limit}`
  return rows.map(toLine)
}

/** The objections to a proposal, in their order. */
export const disputesOf = (rx: Rx, sourceId: string): Promise<DisputeRow[]> =>
  rx.tx.select().from(dispute).where(eq(dispute.sourceId, sourceId)).orderBy(asc(dispute.id))

/** Where an institution holds an element in the jurisdiction itself, as far as was found. */
const holds = (rx: Rx, organizationId: string) => rx.sql`exists (
  select 1 from sources.carrier c
  join resources.entry_version v on v.entry_id = c.entry_id and v.state = 'published'
  where c.organization_id = ${organizationId}::uuid and c.element_code = s.element_code
    and c.is_confirmed is distinct from false and left(c.division, 6) = s.division)`

/**
 * Whether the actor may open the papers of a proposal: the operator, the authorities of its jurisdiction, both sides, and
 * the institutions that may object.
 */
export async function mayRead(rx: Rx, row: SourceRow): Promise<boolean> {
  const { actor } = rx
  if (actor.kind === 'system' || actor.roles.includes('operator')) return true
  if (actor.roles.includes('authority') && actor.division && isWithin(row.division, actor.division)) return true
  const { organizationId } = actor
  if (organizationId === null || !actor.roles.includes('institution')) return false
  if (organizationId === row.organizationId) return true
  const [found] = await rx.sql<{ is: boolean }[]>`
    select exists (select 1 from sources.dispute d where d.source_id = s.id and d.organization_id = ${organizationId}::uuid)
      or ${holds(rx, organizationId)} as is
    from sources.source s where s.id = ${row.id}::uuid`
  return found?.is === true
}

export interface SourceFile {
  readonly row: SourceRow
  readonly line: SourceLine
  readonly disputes: readonly DisputeRow[]
  /** the source that is in force there now, and would make way */
  readonly current: SourceLine | undefined
}

/** A proposal with its papers. @throws not-found */
export async function readSource(rx: Rx, id: string): Promise<SourceFile> {
  const [row] = await rx.tx.select().from(source).where(eq(source.id, id))
  if (!row || !(await mayRead(rx, row))) throw notFound()
  const [line] = await sourceLines(rx, { id })
  const inForce = await sourceLines(rx, { element: row.elementCode, division: row.division, state: 'in_force' })
  const current = inForce.find(each => each.division === row.division && each.id !== id)
  return { row, line: line!, disputes: await disputesOf(rx, id), current }
}

/** The row itself, for notices. @throws not-found */
export async function sourceById(rx: Rx, id: string): Promise<SourceRow> {
  const [row] = await rx.tx.select().from(source).where(eq(source.id, id))
  if (!row) throw notFound()
  return row
}

/** What of all sources the actor's desk lists. */
function within(rx: Rx) {
  const { actor, sql } = rx
  if (actor.roles.includes('operator')) return sql`true`
  if (actor.roles.includes('authority')) return sql`s.division like ${`${stemOf(actor.division ?? '000000')}%`}`
  const mine = requireOrganization(actor)
  return sql`(s.organization_id = ${mine}::uuid
    or exists (select 1 from sources.dispute d where d.source_id = s.id and d.organization_id = ${mine}::uuid)
    or (s.state in ('proposed', 'disputed', 'ready', 'in_force') and ${holds(rx, mine)}))`
}

/** Sources and proposals that concern the actor, newest first: own and objectionable ones, the jurisdiction's, or all. */
export async function listSources(
  rx: Rx,
  query: SourceFilters & { limit?: number | undefined; after?: string | undefined },
) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const rows = await sourceLines(rx, query, { limit: limit + 1, after, mine: within(rx) })
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? encodeCursor([items.at(-1)!.id]) : null }
}

/** How many of them are in each state. */
export async function countSources(rx: Rx): Promise<ReadonlyMap<string, number>> {
  const rows = await rx.sql<{ state: string; n: number }[]>`
    select s.state, count(*)::int4 as n from sources.source s where ${within(rx)} group by s.state`
  return new Map(rows.map(row => [row.state, row.n]))
}

/** The source that holds for an item: of its own jurisdiction, else of the nearest one above. */
export function sourceFor(lines: readonly SourceLine[], elementCode: string, division: string): SourceLine | undefined {
  for (const code of chainOf(division)) {
    const found = lines.find(each => each.elementCode === elementCode && each.division === code)
    if (found) return found
  }
  return undefined
}

/** An item of an entry with its element and the source that holds for it. */
export interface ItemSource extends Carrying {
  /** null where the element has no source in this jurisdiction or above */
  readonly source: SourceLine | null
  /** this very item is the source */
  readonly isSource: boolean
  /** a proposal that is in hand in the item's own jurisdiction */
  readonly open: SourceLine | null
}

async function withSources(rx: Rx, carried: readonly Carrying[]): Promise<ItemSource[]> {
  const elements = [...new Set(carried.map(each => each.element.code))]
  if (elements.length === 0) return []
  const inForce = await sourceLines(rx, { elements, state: 'in_force' }, { limit: 5000 })
  const open = await sourceLines(rx, { elements, isOpen: true }, { limit: 5000 })
  const isThis = (line: SourceLine, item: PublishedItem) =>
    line.entryId === item.entryId && line.itemName === item.itemName
  return carried.map(each => {
    const { item, element } = each
    const own = inForce.find(line => line.elementCode === element.code && isThis(line, item))
    const found = own ?? sourceFor(inForce, element.code, item.division)
    return {
      ...each,
      source: found ?? null,
      isSource: own !== undefined,
      open: open.find(line => line.elementCode === element.code && line.division === chainOf(item.division)[0]) ?? null,
    }
  })
}

/** The items of a published entry that carry an element, each with its authoritative source. */
export const itemSources = async (rx: Rx, entryId: string): Promise<ItemSource[]> =>
  withSources(rx, await carryingOf(rx, await publishedItems(rx, [entryId])))

/** Where an element is held: published items by division, institution and entry. */
export async function carriersOf(
  rx: Rx,
  query: {
    element?: string | undefined
    division?: string | undefined
    organizationId?: string | undefined
    limit?: number | undefined
    after?: string | undefined
  },
) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 2)?.map(String)
  const { sql } = rx
  const parts = [sql`c.is_confirmed is distinct from false`]
  if (query.element !== undefined) parts.push(sql`c.element_code = ${query.element}`)
  if (query.division !== undefined) parts.push(sql`c.division like ${`${stemOf(query.division)}%`}`)
  if (query.organizationId !== undefined) parts.push(sql`c.organization_id = ${query.organizationId}::uuid`)
  if (after) parts.push(sql`(c.entry_id, c.item_name) > (${after[0]!}::uuid, ${after[1]!})`)
  const rows = await sql<{ entry_id: string; item_name: string }[]>`
    select c.entry_id, c.item_name from sources.carrier c
    join resources.entry_version v on v.entry_id = c.entry_id and v.state = 'published'
    where ${parts.reduce((all, part) => sql`${all} and ${part}`)}
    order by c.entry_id, c.item_name limit ${limit + 1}`
  const shown = rows.slice(0, limit)
  const ids = [...new Set(shown.map(row => row.entry_id))]
  const wanted = new Set(shown.map(row => `${row.entry_id}/${row.item_name}`))
  const items = ids.length === 0 ? [] : await publishedItems(rx, ids)
  const carried = await carryingOf(
    rx,
    items.filter(item => wanted.has(`${item.entryId}/${item.itemName}`)),
  )
  const last = shown.at(-1)
  return {
    items: await withSources(rx, carried),
    next: rows.length > limit && last ? encodeCursor([last.entry_id, last.item_name]) : null,
  }
}

/** Objections to the own institution's proposals that wait for an answer, and proposals that it may still object to. */
export async function institutionDuties(rx: Rx) {
  const mine = requireOrganization(rx.actor)
  const now = rx.now.toISOString()
  const answers = await sourceLines(
    rx,
    { organizationId: mine, state: 'disputed' },
    {
      limit: 50,
      mine: rx.sql`exists (select 1 from sources.dispute d where d.source_id = s.id and d.answer is null)`,
    },
  )
  const objections = await sourceLines(
    rx,
    { isOpen: true },
    {
      limit: 50,
      mine: rx.sql`s.organization_id <> ${mine}::uuid and s.objections_until >= ${now}::timestamptz and s.state <> 'ready'
        and ${holds(rx, mine)} and not exists (
          select 1 from sources.dispute d where d.source_id = s.id and d.organization_id = ${mine}::uuid)`,
    },
  )
  return { answers, objections }
}

/** Whether the own institution may still object to a proposal. */
export const mayObject = (rx: Rx, { row, disputes }: SourceFile): boolean =>
  isOpenState(row.state) &&
  row.state !== 'ready' &&
  row.organizationId !== rx.actor.organizationId &&
  row.objectionsUntil !== null &&
  row.objectionsUntil >= rx.now &&
  !disputes.some(each => each.organizationId === rx.actor.organizationId)

/** Institutions that hold an element in a jurisdiction, as far as was found. */
export async function holdersOf(rx: Rx, elementCode: string, division: string): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select distinct c.organization_id as id from sources.carrier c
    join resources.entry_version v on v.entry_id = c.entry_id and v.state = 'published'
    where c.element_code = ${elementCode} and c.is_confirmed is distinct from false
      and left(c.division, 6) = ${division} limit 500`
  return rows.map(row => row.id)
}
