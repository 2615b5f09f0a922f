import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import type { Reading, Rx } from '../../kernel/command.ts'
import { keptStatement } from '../../kernel/db/client.ts'
import { division, stemOf } from '../../kernel/division.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { forbidden, notFound } from '../../kernel/problem.ts'
import { type Language, text } from '../../kernel/text.ts'
import { membership, organization, organizationKey, person, session } from './schema.ts'

const columns = { row: organization, keyFingerprint: organizationKey.fingerprint, publicKey: organizationKey.publicKey }

/** An organisation with the fingerprint of its signing key. */
export type Organization = typeof organization.$inferSelect & { keyFingerprint: string; publicKey: string }

const flat = (found: {
  row: typeof organization.$inferSelect
  keyFingerprint: string
  publicKey: string
}): Organization => ({
  ...found.row,
  keyFingerprint: found.keyFingerprint,
  publicKey: found.publicKey,
})

const select = (rx: Reading) =>
  rx.tx
    .select(columns)
    .from(organization)
    .innerJoin(organizationKey, eq(organizationKey.organizationId, organization.id))

const byId = keptStatement(tx =>
  tx
    .select(columns)
    .from(organization)
    .innerJoin(organizationKey, eq(organizationKey.organizationId, organization.id))
    .where(eq(organization.id, sql.placeholder('id')))
    .prepare('organization_by_id'),
)

/** The organisation the actor acts for. @throws forbidden when acting for nobody. */
export function requireOrganization(actor: Actor): string {
  if (actor.organizationId) return actor.organizationId
  throw forbidden(
    text(
      '请先选择所代表的机构（请求头 Jinshu-Organization）。',
      'Say for which organisation you act (header Jinshu-Organization).',
    ),
  )
}

/** One organisation. @throws not-found */
export async function organizationOf(rx: Reading, id: string): Promise<Organization> {
  const [found] = await byId(rx).execute({ id })
  if (!found) throw notFound()
  return flat(found)
}

/** Several organisations by id; unknown ids are absent. */
export async function organizationsOf(rx: Rx, ids: readonly string[]): Promise<Map<string, Organization>> {
  if (ids.length === 0) return new Map()
  const found = await select(rx).where(inArray(organization.id, [...ids]))
  return new Map(found.map(f => [f.row.id, flat(f)]))
}

/** Every organisation that is verified now, by id. */
export async function verifiedOrganizationIds(rx: Rx): Promise<string[]> {
  const rows = await rx.tx.select({ id: organization.id }).from(organization).where(eq(organization.state, 'verified'))
  return rows.map(row => row.id)
}

/** The organisation that runs the exchange. */
export async function operatorOrganization(rx: Rx): Promise<Organization> {
  const [found] = await select(rx).where(sql`'operator' = any(${organization.roles})`).limit(1)
  if (!found) throw notFound(text('运营机构尚未建立。', 'The exchange has no operator yet.'))
  return flat(found)
}

/** When an organisation was first verified, as the log has it; null for one that never was. */
export async function verifiedSince({ sql }: Reading, id: string): Promise<Date | null> {
  const [row] = await sql<{ at: string }[]>`
    select at from kernel.audit_entry
    where subject_kind = 'organization' and subject_id = ${id} and action in ('organization.verify', 'organization.found')
    order by seq limit 1`
  return row ? new Date(row.at) : null
}

/** Where an organisation sits, as documents name the place: its division. */
export const seatOf = ({ division: code, address }: Pick<Organization, 'division' | 'address'>): string =>
  division(code)?.name ?? address

/** The competent authority of a division: its own, else its city's, else the province's; undefined when none is verified. */
export async function authorityOf(rx: Rx, division: string): Promise<Organization | undefined> {
  const chain = [division, `${division.slice(0, 4)}00`, `${division.slice(0, 2)}0000`]
  const found = await select(rx)
    .where(and(sql`'authority' = any(${organization.roles})`, inArray(organization.division, chain)))
    .orderBy(desc(organization.division), asc(organization.createdAt))
  return found[0] && flat(found[0])
}

/** A page of organisations, oldest first, by state: all for the operator, its own division's for an authority. */
export async function listOrganizations(rx: Rx, query: { state?: string; limit?: number; after?: string }) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 2)
  const found = await select(rx)
    .where(
      and(
        query.state ? eq(organization.state, query.state) : undefined,
        rx.actor.roles.includes('operator')
          ? undefined
          : sql`${organization.division} like ${`${stemOf(rx.actor.division ?? '000000')}%`}`,
        after && sql`(${organization.createdAt}, ${organization.id}) > (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(asc(organization.createdAt), asc(organization.id))
    .limit(limit + 1)
  return toPage(
    found.map(flat),
    limit,
    row => [row.createdAt.toISOString(), row.id],
    row => row,
  )
}

/** The person and all they act for. */
export async function whoAmI(rx: Rx) {
  const id = rx.actor.personId ?? ''
  const [who] = await rx.tx.select().from(person).where(eq(person.id, id))
  if (!who) throw notFound()
  const memberships = await rx.tx
    .select({ organization, duties: membership.duties })
    .from(membership)
    .innerJoin(organization, eq(organization.id, membership.organizationId))
    .where(eq(membership.personId, id))
    .orderBy(asc(organization.createdAt))
  return { person: who, memberships }
}

/** People of the own organisation with their duties. */
export const listMembers = (rx: Rx) =>
  rx.tx
    .select({ personId: person.id, name: person.name, email: person.email, duties: membership.duties })
    .from(membership)
    .innerJoin(person, eq(person.id, membership.personId))
    .where(eq(membership.organizationId, requireOrganization(rx.actor)))
    .orderBy(asc(membership.createdAt))

/** The person's own sessions that are still open, newest first. */
export const listSessions = (rx: Rx) =>
  rx.tx
    .select()
    .from(session)
    .where(
      and(eq(session.personId, rx.actor.personId ?? ''), isNull(session.endedAt), sql`${session.expiresAt} > now()`),
    )
    .orderBy(desc(session.createdAt))
    .limit(100)

/** The names of people by id, for documents that name who acted; erased and unknown ones are absent. */
export async function personNames(rx: Rx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const found = await rx.tx
    .select({ id: person.id, name: person.name })
    .from(person)
    .where(inArray(person.id, [...ids]))
  return new Map(found.map(row => [row.id, row.name]))
}

/** The people with these e-mail addresses, by address. */
export async function peopleByEmail(
  rx: Rx,
  emails: readonly string[],
): Promise<Map<string, { id: string; name: string }>> {
  if (emails.length === 0) return new Map()
  const found = await rx.tx
    .select({ id: person.id, name: person.name, email: person.email })
    .from(person)
    .where(inArray(sql`lower(${person.email})`, [...emails]))
  return new Map(found.map(row => [row.email.toLowerCase(), row]))
}

/** In which language the exchange writes to a person. @throws not-found */
export async function languageOfPerson(rx: Rx, id: string): Promise<Language> {
  const [row] = await rx.tx.select({ language: person.language }).from(person).where(eq(person.id, id))
  if (!row) throw notFound()
  return row.language
}

/** Somebody who may act for an organisation, with what a letter to them needs. */
export interface Member {
  readonly organizationId: string
  readonly personId: string
  readonly email: string
  readonly language: Language
  /** of the organisation, in force */
  readonly roles: readonly string[]
  /** of the person in it */
  readonly duties: readonly string[]
}

/** Who people are to a letter, those whose accounts are in use: for later modules that write to them as themselves. */
export async function addresseesOf(
  rx: Rx,
  personIds: readonly string[],
): Promise<Pick<Member, 'personId' | 'email' | 'language'>[]> {
  if (personIds.length === 0) return []
  return rx.tx
    .select({ personId: person.id, email: person.email, language: person.language })
    .from(person)
    .where(and(inArray(person.id, [...personIds]), eq(person.isDisabled, false)))
}

/** The members of organisations whose accounts are in use, whoever asks: for later modules that write to them. */
export async function membersOf(rx: Rx, organizationIds: readonly string[]): Promise<Member[]> {
  if (organizationIds.length === 0) return []
  return rx.tx
    .select({
      organizationId: membership.organizationId,
      personId: person.id,
      email: person.email,
      language: person.language,
      roles: organization.roles,
      duties: membership.duties,
    })
    .from(membership)
    .innerJoin(person, eq(person.id, membership.personId))
    .innerJoin(organization, eq(organization.id, membership.organizationId))
    .where(and(inArray(membership.organizationId, [...organizationIds]), eq(person.isDisabled, false)))
}
