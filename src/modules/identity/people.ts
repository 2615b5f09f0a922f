import { and, asc, desc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { notFound, ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { auditEntry } from '../../kernel/schema.ts'
import { text } from '../../kernel/text.ts'
import { personNames } from './queries.ts'
import { membership, organization, person, session } from './schema.ts'

/** What a person does for an organisation. */
export interface Post {
  readonly organizationId: string
  readonly nameZh: string
  readonly nameEn: string | null
  readonly state: string
  readonly duties: readonly string[]
}

/** A person's account as the operator sees it. */
export interface PersonRow {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly isDisabled: boolean
  readonly isBlocked: boolean
  readonly createdAt: Date
  readonly signedInAt: Date | null
  readonly openSessions: number
}

export interface PeopleQuery {
  /** part of a name or an address */
  readonly q?: string
  readonly isDisabled?: boolean
  readonly limit?: number
  readonly after?: string
}

// spelled out: in a select from one table drizzle names columns without it, and the inner table has an id of its own
const own = sql`s.person_id = identity.person.id`
const isOpen = sql`s.ended_at is null and s.expires_at > now()`
const columns = {
  id: person.id,
  name: person.name,
  email: person.email,
  isDisabled: person.isDisabled,
  isBlocked: sql<boolean>`coalesce(${person.blockedUntil} > now(), false)`,
  createdAt: person.createdAt,
  signedInAt: sql<Date | null>`(select max(s.created_at) from ${session} s where ${own})`.mapWith(session.createdAt),
  openSessions: sql<number>`(select count(*)::int4 from ${session} s where ${own} and ${isOpen})`,
}

const pattern = (typed: string): string => `%${typed.trim().replace(/[\\%_]/g, '\\$&')}%`

/** People with an account, by name and then by id; `q` finds a part of a name or an address. */
export async function listPeople(rx: Rx, query: PeopleQuery) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 2)?.map(String)
  const rows = await rx.tx
    .select(columns)
    .from(person)
    .where(
      and(
        query.q
          ? or(sql`${person.name} ilike ${pattern(query.q)}`, sql`${person.email} ilike ${pattern(query.q)}`)
          : undefined,
        query.isDisabled === undefined ? undefined : eq(person.isDisabled, query.isDisabled),
        after && or(gt(person.name, after[0]!), and(eq(person.name, after[0]!), sql`${person.id} > ${after[1]}::uuid`)),
      ),
    )
    .orderBy(asc(person.name), asc(person.id))
    .limit(limit + 1)
  return toPage(
    rows,
    limit,
    row => [row.name, row.id],
    row => row as PersonRow,
  )
}

/** The posts of people, by person. */
export async function postsOf(rx: Rx, personIds: readonly string[]): Promise<Map<string, Post[]>> {
  const posts = new Map<string, Post[]>(personIds.map(id => [id, []]))
  if (personIds.length === 0) return posts
  const rows = await rx.tx
    .select({ personId: membership.personId, duties: membership.duties, organization })
    .from(membership)
    .innerJoin(organization, eq(organization.id, membership.organizationId))
    .where(inArray(membership.personId, [...personIds]))
    .orderBy(asc(membership.createdAt))
  for (const {
    personId,
    duties,
    organization: { id, nameZh, nameEn, state },
  } of rows)
    posts.get(personId)?.push({ organizationId: id, nameZh, nameEn, state, duties })
  return posts
}

/** A decision about an account: disabled or enabled, by whom and why. */
export interface AccountDecision {
  readonly at: Date
  readonly isDisabling: boolean
  readonly by: string | null
  readonly reason: string | null
}

async function decisionsOf(rx: Rx, id: string): Promise<AccountDecision[]> {
  const entries = await rx.tx
    .select()
    .from(auditEntry)
    .where(
      and(
        eq(auditEntry.subjectKind, 'person'),
        eq(auditEntry.subjectId, id),
        inArray(auditEntry.action, ['person.disable', 'person.enable']),
      ),
    )
    .orderBy(desc(auditEntry.seq))
    .limit(50)
  return entries.map(entry => ({
    at: entry.at,
    isDisabling: entry.action === 'person.disable',
    by: entry.actor.startsWith('person:') ? entry.actor.slice(7) : null,
    reason: (JSON.parse(entry.record) as { reason?: string }).reason ?? null,
  }))
}

/** One account with its posts and what was decided about it. @throws not-found */
export async function readPerson(rx: Rx, id: string) {
  const [row] = await rx.tx.select(columns).from(person).where(eq(person.id, id))
  if (!row) throw notFound()
  const posts = await postsOf(rx, [id])
  return { person: row as PersonRow, posts: posts.get(id) ?? [], decisions: await decisionsOf(rx, id) }
}

async function lockPerson(cx: Cx, id: string) {
  const [row] = await cx.tx.select().from(person).where(eq(person.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/**
 * Disables an account: it signs in no more, its sessions end and its API tokens are refused from now on. What the
 * person has done stays. @throws rule-violated for the own account, state-conflict when it is disabled already
 */
export async function disablePerson(cx: Cx, id: string, reason: string): Promise<void> {
  const row = await lockPerson(cx, id)
  if (id === cx.actor.personId)
    throw ruleViolated(
      text('不能停用自己的账号，请由同事办理。', 'Nobody disables their own account; ask a colleague.'),
    )
  if (row.isDisabled) throw stateConflict(text('该账号已停用。', 'The account is disabled already.'))
  await cx.tx.update(person).set({ isDisabled: true }).where(eq(person.id, id))
  const ended = await cx.tx
    .update(session)
    .set({ endedAt: cx.now, endReason: 'account-disabled' })
    .where(and(eq(session.personId, id), isNull(session.endedAt)))
    .returning({ id: session.id })
  cx.audit('person.disable', ['person', id], { reason, sessions: ended.length })
}

/** Enables a disabled account; the person signs in anew. @throws state-conflict */
export async function enablePerson(cx: Cx, id: string, reason: string): Promise<void> {
  const row = await lockPerson(cx, id)
  if (!row.isDisabled) throw stateConflict(text('该账号未停用。', 'The account is not disabled.'))
  await cx.tx.update(person).set({ isDisabled: false, failedSignIns: 0, blockedUntil: null }).where(eq(person.id, id))
  cx.audit('person.enable', ['person', id], { reason })
}

/** The names of those who decided about an account. */
export const personNamesOf = (rx: Rx, decisions: readonly AccountDecision[]): Promise<Map<string, string>> =>
  personNames(rx, [...new Set(decisions.flatMap(({ by }) => by ?? []))])
