import { and, desc, eq, gte, inArray, like, lte, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { endOfDay, startOfDay, workingDaysBetween } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { stemOf } from '../../kernel/division.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { readable } from '../contracts/index.ts'
import type { Filing } from './filing.ts'
import { type FindingCode, findingsOf, hasFinding } from './findings.ts'
import type { FilingState } from './model.ts'
import { filing } from './schema.ts'

export type QueueSort = 'due' | 'newest' | 'oldest' | 'amount'

/** What a regulator asks of the queue; all parts narrow it. */
export interface QueueQuery {
  /** `own` (unless told): what the authority itself checks; `along`: what it reads along for a buyer of its division */
  readonly scope?: 'own' | 'along'
  readonly state?: FilingState
  readonly division?: string
  /** part of a party's name or code, of a product's name, or of a number */
  readonly text?: string
  /** fen, both ends included */
  readonly amountFrom?: number
  readonly amountTo?: number
  /** days on which it was received, both included */
  readonly receivedFrom?: string
  readonly receivedTo?: string
  readonly isOverdue?: boolean
  readonly containsPersonalInfo?: boolean
  readonly isPublicData?: boolean
  readonly grade?: string
  /** came back after an ordered correction */
  readonly isCorrected?: boolean
  readonly hasFindings?: boolean
  readonly finding?: FindingCode
  readonly sort?: QueueSort
  readonly limit?: number
  readonly after?: string
}

const instantOf = (at: Date): SQL => sql`${at.toISOString()}::timestamptz`

/** What the acting authority checks itself: all of its division and below it. */
function scoped(rx: Rx, scope: QueueQuery['scope']): SQL | undefined {
  const inside = `${stemOf(rx.actor.division ?? '999999')}%`
  const isOwn = like(filing.division, inside)
  return scope === 'along' ? sql`not ${isOwn}` : isOwn
}

const literal = (part: string): string => `%${part.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`

const flag = (column: SQLWrapper, wanted: boolean | undefined): SQL | undefined =>
  wanted === undefined ? undefined : wanted ? sql`${column}` : sql`not ${column}`

/** The rows that a query asks for, but for the page; within the actor's reach. */
export function queueWhere(rx: Rx, query: QueueQuery): SQL {
  const { amountFrom, amountTo, receivedFrom, receivedTo } = query
  return and(
    readable(rx.actor, filing),
    scoped(rx, query.scope),
    query.state ? eq(filing.state, query.state) : undefined,
    query.division ? like(filing.division, `${stemOf(query.division)}%`) : undefined,
    query.text?.trim() ? like(filing.words, literal(query.text.trim())) : undefined,
    amountFrom === undefined ? undefined : gte(filing.amountFen, BigInt(amountFrom)),
    amountTo === undefined ? undefined : lte(filing.amountFen, BigInt(amountTo)),
    receivedFrom ? gte(filing.filedAt, startOfDay(receivedFrom)) : undefined,
    receivedTo ? lte(filing.filedAt, endOfDay(receivedTo)) : undefined,
    query.isOverdue ? sql`${filing.dueAt} < ${instantOf(rx.now)}` : undefined,
    flag(filing.containsPersonalInfo, query.containsPersonalInfo),
    flag(filing.isPublicData, query.isPublicData),
    query.grade ? eq(filing.grade, query.grade) : undefined,
    query.isCorrected === undefined ? undefined : flag(sql`(${filing.version} > 1)`, query.isCorrected),
    query.hasFindings === undefined ? undefined : flag(hasFinding(rx), query.hasFindings),
    query.finding ? hasFinding(rx, query.finding) : undefined,
  )!
}

interface Order {
  readonly key: SQL
  readonly isDescending: boolean
  /** the key of a row as a cursor carries it, and as SQL reads it back */
  readonly of: (row: Filing) => string
  readonly read: (key: string) => SQL
}

const byInstant = (key: SQL, isDescending: boolean, of: (row: Filing) => string): Order => ({
  key,
  isDescending,
  of,
  read: value => sql`${value}::timestamptz`,
})

const created = (row: Filing) => row.createdAt.toISOString()

const orders: Record<QueueSort, Order> = {
  // what has no deadline running comes last
  due: byInstant(
    sql`coalesce(${filing.dueAt}, 'infinity'::timestamptz)`,
    false,
    row => row.dueAt?.toISOString() ?? 'infinity',
  ),
  newest: byInstant(sql`${filing.createdAt}`, true, created),
  oldest: byInstant(sql`${filing.createdAt}`, false, created),
  amount: {
    key: sql`${filing.amountFen}`,
    isDescending: true,
    of: row => row.amountFen.toString(),
    read: value => sql`${value}::bigint`,
  },
}

const orderOf = (query: QueueQuery): Order => orders[query.sort ?? 'due']

/** Rows after (or, backwards, before) a place in the queue. */
function beyond(order: Order, key: string, id: string, isBackwards = false): SQL {
  const place = sql`(${order.read(key)}, ${id}::uuid)`
  const row = sql`(${order.key}, ${filing.id})`
  return order.isDescending === isBackwards ? sql`${row} > ${place}` : sql`${row} < ${place}`
}

const direction = (order: Order, isBackwards = false): SQL[] => {
  const word = order.isDescending === isBackwards ? sql`asc` : sql`desc`
  return [sql`${order.key} ${word}`, sql`${filing.id} ${word}`]
}

/** The working-day clock of a filing. */
export interface Clock {
  readonly dueAt: Date
  /** working days after today up to the last one; negative when it is late */
  readonly workingDaysLeft: number
  readonly isLate: boolean
  /** the holidays of a year it runs through are not published yet */
  readonly isProvisional: boolean
}

/** How long is left to check it, or to correct it; null when nothing is awaited. */
export const clockOf = (row: Pick<Filing, 'dueAt' | 'isProvisional'>, now: Date): Clock | null =>
  row.dueAt && {
    dueAt: row.dueAt,
    workingDaysLeft: workingDaysBetween(now, row.dueAt),
    isLate: row.dueAt < now,
    isProvisional: row.isProvisional,
  }

/** A filing in the queue: with what looks wrong, and how long is left. */
export interface Queued {
  readonly row: Filing
  readonly findings: readonly FindingCode[]
  readonly clock: Clock | null
}

async function queued(rx: Rx, rows: readonly Filing[]): Promise<Queued[]> {
  const found = await findingsOf(
    rx,
    rows.map(row => row.id),
  )
  return rows.map(row => ({ row, findings: found.get(row.id) ?? [], clock: clockOf(row, rx.now) }))
}

/** A page of the queue. */
export async function listQueue(rx: Rx, query: QueueQuery) {
  const limit = query.limit ?? 20
  const order = orderOf(query)
  const after = decodeCursor(query.after, 2)
  const rows = await rx.tx
    .select()
    .from(filing)
    .where(and(queueWhere(rx, query), after && beyond(order, String(after[0]), String(after[1]))))
    .orderBy(...direction(order))
    .limit(limit + 1)
  const page = toPage(
    rows,
    limit,
    row => [order.of(row), row.id],
    row => row,
  )
  return { items: await queued(rx, page.items), next: page.next }
}

/** How many filings the query finds in each state, whatever state it names; and how many of them are late. */
export async function countQueue(rx: Rx, query: QueueQuery) {
  const { state: _, ...rest } = query
  const rows = await rx.tx.execute<{ state: string; n: string; late: string }>(sql`
    select ${filing.state} as state, count(*) as n,
      count(*) filter (where ${filing.dueAt} < ${instantOf(rx.now)}) as late
    from ${filing} where ${queueWhere(rx, rest)} group by ${filing.state}`)
  return rows.map(row => ({ state: row.state as FilingState, count: Number(row.n), late: Number(row.late) }))
}

/** Where a filing stands in a queue: the ones before and after it, its place and how many there are. */
export interface Standing {
  readonly previous: string | null
  readonly next: string | null
  /** how many come before it */
  readonly before: number
  readonly total: number
}

/** Where a filing stands in a queue, also when it is no longer in it. */
export async function standingOf(rx: Rx, query: QueueQuery, row: Filing): Promise<Standing> {
  const order = orderOf(query)
  const where = queueWhere(rx, query)
  const neighbour = async (isBackwards: boolean) => {
    const [found] = await rx.tx
      .select({ id: filing.id })
      .from(filing)
      .where(and(where, beyond(order, order.of(row), row.id, isBackwards)))
      .orderBy(...direction(order, isBackwards))
      .limit(1)
    return found?.id ?? null
  }
  const [counted] = await rx.tx.execute<{ before: string; total: string }>(sql`
    select count(*) filter (where ${beyond(order, order.of(row), row.id, true)}) as before, count(*) as total
    from ${filing} where ${where}`)
  return {
    previous: await neighbour(true),
    next: await neighbour(false),
    before: Number(counted?.before ?? 0),
    total: Number(counted?.total ?? 0),
  }
}

/** Filings of the trades of an organisation that the actor may know of, newest first. */
export const filingsOfParty = (rx: Rx, organizationId: string, limit: number) =>
  rx.tx
    .select()
    .from(filing)
    .where(
      and(
        or(eq(filing.vendorId, organizationId), eq(filing.buyerId, organizationId)),
        inArray(filing.state, ['filed', 'filed_checked', 'correction_ordered', 'referred', 'closed']),
        readable(rx.actor, filing),
      ),
    )
    .orderBy(desc(filing.createdAt), desc(filing.id))
    .limit(limit)
