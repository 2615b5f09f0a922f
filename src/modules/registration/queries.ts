import { and, asc, desc, eq, gt, like, lte, sql } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { stemOf } from '../../kernel/division.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { readable } from '../contracts/index.ts'
import type { Filing } from './filing.ts'
import { filing, filingVersion, objection, registration } from './schema.ts'
import type { Registration } from './service.ts'

export interface ListQuery {
  readonly state?: string
  readonly division?: string
  readonly isOverdue?: boolean
  readonly limit?: number
  readonly after?: string
}

const page = <R extends { createdAt: Date; id: string }>(rows: R[], limit: number) =>
  toPage(
    rows,
    limit,
    row => [row.createdAt.toISOString(), row.id],
    row => row,
  )

function conditions(rx: Rx, table: typeof filing | typeof registration, query: ListQuery) {
  const after = decodeCursor(query.after, 2)
  return and(
    readable(rx.actor, table),
    query.state ? eq(table.state, query.state) : undefined,
    query.division ? like(table.division, `${stemOf(query.division)}%`) : undefined,
    query.isOverdue ? sql`${table.dueAt} < ${rx.now.toISOString()}::timestamptz` : undefined,
    after && sql`(${table.createdAt}, ${table.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
  )
}

/** Filings that the actor may know of, newest first. */
export async function listFilings(rx: Rx, query: ListQuery) {
  const limit = query.limit ?? 20
  const rows = await rx.tx
    .select()
    .from(filing)
    .where(conditions(rx, filing, query))
    .orderBy(desc(filing.createdAt), desc(filing.id))
    .limit(limit + 1)
  return page(rows, limit)
}

/** Registrations that the actor may know of, newest first. */
export async function listRegistrations(rx: Rx, query: ListQuery) {
  const limit = query.limit ?? 20
  const rows = await rx.tx
    .select()
    .from(registration)
    .where(conditions(rx, registration, query))
    .orderBy(desc(registration.createdAt), desc(registration.id))
    .limit(limit + 1)
  return page(rows, limit)
}

/** What is in 公示 now, ending first: for everyone, so that whoever is concerned can object in time. */
export async function listPublicities(rx: Rx, query: { limit?: number; after?: string }) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 2)
  const rows = await rx.tx
    .select()
    .from(registration)
    .where(
      and(
        eq(registration.state, 'publicity'),
        after &&
          sql`(${registration.publicityEndsAt}, ${registration.id}) > (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(asc(registration.publicityEndsAt), asc(registration.id))
    .limit(limit + 1)
  return toPage(
    rows,
    limit,
    row => [row.publicityEndsAt!.toISOString(), row.id],
    row => row,
  )
}

/** One filing with every version that was reported. @throws not-found also for what lies outside the actor's reach */
export async function readFiling(rx: Rx, id: string) {
  const [row] = await rx.tx
    .select()
    .from(filing)
    .where(and(eq(filing.id, id), readable(rx.actor, filing)))
  if (!row) throw notFound()
  const versions = await rx.tx
    .select()
    .from(filingVersion)
    .where(eq(filingVersion.filingId, id))
    .orderBy(asc(filingVersion.version))
  return { row, versions }
}

/** One registration with the objections raised against it. @throws not-found likewise */
export async function readRegistration(rx: Rx, id: string) {
  const [row] = await rx.tx
    .select()
    .from(registration)
    .where(and(eq(registration.id, id), readable(rx.actor, registration)))
  if (!row) throw notFound()
  const objections = await rx.tx
    .select()
    .from(objection)
    .where(eq(objection.registrationId, id))
    .orderBy(asc(objection.raisedAt))
  return { row, objections }
}

/** The registration of a contract; undefined until its contract is sealed. */
export async function registrationOf(rx: Rx, contractId: string): Promise<Registration | undefined> {
  return (await rx.tx.select().from(registration).where(eq(registration.contractId, contractId)))[0]
}

/** The filing of a contract; undefined until its contract is sealed. */
export async function filingOf(rx: Rx, contractId: string): Promise<Filing | undefined> {
  return (await rx.tx.select().from(filing).where(eq(filing.contractId, contractId)))[0]
}

/** Filings whose ordered correction falls due by `until` and is not late yet, whoever asks: for a later module to remind. */
export async function correctionsFallingDue(rx: Rx, until: Date): Promise<{ contractId: string; dueAt: Date }[]> {
  const rows = await rx.tx
    .select({ contractId: filing.contractId, dueAt: filing.dueAt })
    .from(filing)
    .where(and(eq(filing.state, 'correction_ordered'), gt(filing.dueAt, rx.now), lte(filing.dueAt, until)))
  return rows.map(row => ({ contractId: row.contractId, dueAt: row.dueAt! }))
}
