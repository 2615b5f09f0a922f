import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { stemOf } from '../../kernel/division.ts'
import { decodeCursor, encodeCursor } from '../../kernel/page.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'
import { authorityOf } from '../identity/index.ts'
import { allElements } from './carrying.ts'
import { type DataElement, normalizeName } from './elements.ts'

/** What the register says of an element, in the whole exchange or in a division. */
export interface ElementStanding {
  readonly element: DataElement
  /** published items that carry it, and the institutions whose they are */
  readonly items: number
  readonly institutions: number
  /** items that repeat it although another item is the source */
  readonly repeated: number
  readonly inForce: number
  readonly open: number
  readonly disputed: number
  /** sources in force whose entry is overdue */
  readonly late: number
  /** jurisdictions whose source went away and has no successor */
  readonly vacant: number
}

/** What an element can be looked for by; each names those with something of it. */
export const standings = ['sourced', 'unsourced', 'open', 'disputed', 'late', 'vacant', 'repeated'] as const
export type Standing = (typeof standings)[number]

export interface RegisterQuery {
  readonly q?: string | undefined
  readonly division?: string | undefined
  readonly state?: Standing | undefined
  readonly limit?: number | undefined
  readonly after?: string | undefined
}

interface Carried {
  readonly code: string
  readonly items: number
  readonly institutions: number
  readonly repeated: number
}

interface Sourced {
  readonly code: string
  readonly in_force: number
  readonly open: number
  readonly disputed: number
  readonly late: number
  readonly vacant: number
}

/** Items by element; one is repeated where a source in force holds for its division and it is none itself. */
const carried = (rx: Rx, stem: string): Promise<Carried[]> => rx.sql<Carried[]>`
  select c.element_code as code, count(*)::int4 as items, count(distinct c.organization_id)::int4 as institutions,
    count(*) filter (where exists (
        select 1 from sources.source s where s.state = 'in_force' and s.element_code = c.element_code
          and c.division like regexp_replace(s.division, '(00){1,2}$', '') || '%')
      and not exists (
        select 1 from sources.source s where s.state = 'in_force' and s.element_code = c.element_code
          and s.entry_id = c.entry_id and s.item_name = c.item_name))::int4 as repeated
  from sources.carrier c
  join resources.entry_version v on v.entry_id = c.entry_id and v.state = 'published'
  where c.is_confirmed is distinct from false and c.division like ${`${stem}%`}
  group by c.element_code`

const sourced = (rx: Rx, stem: string): Promise<Sourced[]> => rx.sql<Sourced[]>`
  select s.element_code as code, count(*) filter (where s.state = 'in_force')::int4 as in_force,
    count(*) filter (where s.state in ('proposed', 'disputed', 'ready'))::int4 as open,
    count(*) filter (where s.state = 'disputed'
      or (s.state = 'ready' and exists (select 1 from sources.dispute d where d.source_id = s.id)))::int4 as disputed,
    count(*) filter (where s.state = 'in_force' and e.due_on < ${dayOf(rx.now)}::date)::int4 as late,
    count(distinct s.division) filter (where s.state = 'vacant' and not exists (
      select 1 from sources.source t where t.state = 'in_force' and t.element_code = s.element_code
        and t.division = s.division))::int4 as vacant
  from sources.source s join resources.entry e on e.id = s.entry_id
  where s.division like ${`${stem}%`} group by s.element_code`

const has: Readonly<Record<Standing, (of: ElementStanding) => boolean>> = {
  sourced: of => of.inForce > 0,
  unsourced: of => of.inForce === 0,
  open: of => of.open > 0,
  disputed: of => of.disputed > 0,
  late: of => of.late > 0,
  vacant: of => of.vacant > 0,
  repeated: of => of.repeated > 0,
}

function isNamed({ code, nameZh, nameEn, synonyms, standard }: DataElement, q: string | undefined): boolean {
  const wanted = normalizeName(q ?? '')
  return (
    wanted === '' || [code, nameZh, nameEn, standard ?? '', ...synonyms].some(n => normalizeName(n).includes(wanted))
  )
}

/** Every element with what is known of it in a division, in the order of the register. */
export async function elementStandings(rx: Rx, division?: string): Promise<ElementStanding[]> {
  const stem = division === undefined ? '' : stemOf(division)
  const items = new Map((await carried(rx, stem)).map(row => [row.code, row]))
  const found = new Map((await sourced(rx, stem)).map(row => [row.code, row]))
  return (await allElements(rx)).map(element => {
    const [held, of] = [items.get(element.code), found.get(element.code)]
    return {
      element,
      items: held?.items ?? 0,
      institutions: held?.institutions ?? 0,
      repeated: held?.repeated ?? 0,
      inForce: of?.in_force ?? 0,
      open: of?.open ?? 0,
      disputed: of?.disputed ?? 0,
      late: of?.late ?? 0,
      vacant: of?.vacant ?? 0,
    }
  })
}

/** The public register: elements by name, division and standing; how many of each standing there are. */
export async function searchElements(rx: Rx, query: RegisterQuery) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const named = (await elementStandings(rx, query.division)).filter(of => isNamed(of.element, query.q))
  const matching = query.state ? named.filter(has[query.state]) : named
  const from = after === undefined ? 0 : matching.findIndex(of => of.element.code === after) + 1
  const items = matching.slice(from, from + limit)
  const last = items.at(-1)
  return {
    items,
    next: from + limit < matching.length && last ? encodeCursor([last.element.code]) : null,
    total: matching.length,
    counts: Object.fromEntries(standings.map(each => [each, named.filter(has[each]).length])) as Record<
      Standing,
      number
    >,
  }
}

/** Proposals that wait for the operator's decision: those to which nobody objects. */
export async function sourcesWaiting(rx: Rx): Promise<Waiting[]> {
  const rows = await rx.sql<WaitingRow[]>`
    select 'ready' as state, count(*)::int4 as n, min(s.changed_at) as oldest,
      count(*) filter (where s.due_at < ${rx.now.toISOString()}::timestamptz)::int4 as overdue
    from sources.source s where s.state = 'ready'
      and not exists (select 1 from sources.dispute d where d.source_id = s.id) having count(*) > 0`
  return waitingOf(rows, { ready: 'source.decide' })
}

/** Proposals that somebody objects to and that wait for the acting authority, with the earliest deadline. */
export async function disputedToDecide(rx: Rx): Promise<{ count: number; dueAt: Date | null }> {
  const rows = await rx.sql<{ division: string; due_at: string | null }[]>`
    select s.division, s.due_at from sources.source s where s.state = 'ready'
      and s.division like ${`${stemOf(rx.actor.division ?? '000000')}%`}
      and exists (select 1 from sources.dispute d where d.source_id = s.id) order by s.due_at limit 500`
  const competent = new Map<string, boolean>()
  for (const code of new Set(rows.map(row => row.division)))
    competent.set(code, (await authorityOf(rx, code))?.id === rx.actor.organizationId)
  const mine = rows.filter(row => competent.get(row.division))
  return { count: mine.length, dueAt: mine[0]?.due_at ? new Date(mine[0].due_at) : null }
}
