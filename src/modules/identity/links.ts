import { createHash } from 'node:crypto'
import { and, eq, gt, isNotNull, isNull, sql } from 'drizzle-orm'
import { hashPassword } from '../../kernel/auth/password.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { newId, newSecret } from '../../kernel/ids.ts'
import { defineProblem, invalidInput } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { reauthenticate, voidLinks } from './account.ts'
import { passwordErrors } from './model.ts'
import { mailedLink, person, session } from './schema.ts'

/** A link to a new password opens this long, one that confirms an address this long; by the database's own time. */
export const resetMinutes = 30
export const confirmationHours = 24
/** Letters of a kind that one account is sent within an hour. */
const lettersPerHour = 3

export const linkInvalid = defineProblem(
  'link-invalid',
  410,
  text('链接已失效', 'The link works no more'),
  text(
    '链接只能使用一次并有时限；请重新申请，并使用最近一封邮件中的链接。',
    'A link works once and for a limited time; ask for a new one and use the latest letter.',
  ),
)

const digest = (token: string): Buffer => createHash('sha256').update(token).digest()

type Purpose = 'password' | 'email'

/**
 * Somebody says that they forgot their password. Known and unknown addresses are answered alike, in the same steps:
 * the letter, if there is one to write, is written later and elsewhere.
 */
export async function requestPasswordReset(cx: Cx, input: { email: string }): Promise<void> {
  const [found] = await cx.tx
    .select({ id: person.id })
    .from(person)
    .where(and(sql`lower(${person.email}) = lower(${input.email.trim()})`, eq(person.isDisabled, false)))
  // the record must not tell either who was asked for: it is about the request, whose id is nobody's
  cx.audit('password-reset.request', ['password-reset', newId()], {})
  cx.emit('identity.password-reset-requested', { personId: found?.id ?? null })
}

async function isTooOften(cx: Cx, personId: string, purpose: Purpose): Promise<boolean> {
  const [row] = await cx.tx
    .select({ n: sql<number>`count(*)::int` })
    .from(mailedLink)
    .where(
      and(
        eq(mailedLink.personId, personId),
        eq(mailedLink.purpose, purpose),
        gt(mailedLink.createdAt, sql`now() - interval '1 hour'`),
      ),
    )
  return row!.n >= lettersPerHour
}

async function insertLink(cx: Cx, personId: string, purpose: Purpose, email: string, minutes: number) {
  const id = newId()
  await cx.tx.insert(mailedLink).values({
    id,
    personId,
    purpose,
    email,
    createdAt: sql`now()` as never,
    expiresAt: sql`now() + make_interval(mins => ${minutes})` as never,
  })
  return id
}

const setToken = async (cx: Cx, id: string): Promise<string> => {
  const token = newSecret()
  await cx.tx
    .update(mailedLink)
    .set({ hash: digest(token) })
    .where(eq(mailedLink.id, id))
  return token
}

/** Makes the one-time link to a new password; undefined when too many were asked for within the hour. */
export async function issuePasswordLink(cx: Cx, personId: string) {
  const [row] = await cx.tx.select().from(person).where(eq(person.id, personId)).for('update')
  const isRefused = !row || row.isDisabled || (await isTooOften(cx, personId, 'password'))
  if (isRefused) return undefined
  // the latest letter counts
  await cx.tx
    .update(mailedLink)
    .set({ usedAt: sql`now()` as never })
    .where(and(eq(mailedLink.personId, personId), eq(mailedLink.purpose, 'password'), isNull(mailedLink.usedAt)))
  const id = await insertLink(cx, personId, 'password', row.email, resetMinutes)
  return { token: await setToken(cx, id), email: row.email, language: row.language }
}

/** Whether the link of a letter would still work: asked before somebody types a password for nothing. */
export async function isLinkOpen(rx: Rx, token: string, purpose: Purpose): Promise<boolean> {
  const found = await rx.tx.select({ id: mailedLink.id }).from(mailedLink).where(openLink(token, purpose))
  return found.length > 0
}

const openLink = (token: string, purpose: Purpose) =>
  and(
    eq(mailedLink.hash, digest(token)),
    eq(mailedLink.purpose, purpose),
    isNull(mailedLink.usedAt),
    gt(mailedLink.expiresAt, sql`now()`),
  )

/** The link with that token, used up from now on. @throws link-invalid */
async function takeLink(cx: Cx, token: string, purpose: Purpose) {
  const [link] = await cx.tx
    .update(mailedLink)
    .set({ usedAt: sql`now()` as never })
    .where(openLink(token, purpose))
    .returning()
  const [row] = link ? await cx.tx.select().from(person).where(eq(person.id, link.personId)).for('update') : []
  if (!link || !row || row.isDisabled) throw linkInvalid()
  return { link, row }
}

/**
 * Sets a new password by the link of a letter and ends every session. It signs nobody in: the second step is asked as
 * ever, and a block after too many failures stays; other open links are void. @throws link-invalid, invalid-input
 */
export async function resetPassword(cx: Cx, input: { token: string; newPassword: string }): Promise<void> {
  const { row } = await takeLink(cx, input.token, 'password')
  const errors = passwordErrors(input.newPassword, row.email)
  if (errors.length > 0) throw invalidInput(undefined, { errors: errors.map(e => ({ ...e, pointer: '/newPassword' })) })
  await cx.tx
    .update(person)
    .set({ passwordHash: await hashPassword(input.newPassword) })
    .where(eq(person.id, row.id))
  await voidLinks(cx, row.id)
  const ended = await endAllSessions(cx, row.id, 'password-reset')
  cx.audit('person.reset-password', ['person', row.id], { sessions: ended })
  cx.emit('identity.password-reset', { personId: row.id })
}

/** Ends every session of a person; answers how many. */
export async function endAllSessions(cx: Cx, personId: string, endReason: string): Promise<number> {
  const ended = await cx.tx
    .update(session)
    .set({ endedAt: cx.now, endReason })
    .where(and(eq(session.personId, personId), isNull(session.endedAt)))
    .returning({ id: session.id })
  return ended.length
}

/**
 * Asks for another address: a link goes to it, and nothing changes before it is opened. Whether another account has
 * the address is not told here. @throws password-wrong, invalid-input for the present address
 */
export async function requestEmailChange(cx: Cx, input: { email: string; password: string }): Promise<void> {
  await reauthenticate(cx, input.password)
  const personId = cx.actor.personId!
  const email = input.email.trim()
  const [row] = await cx.tx.select().from(person).where(eq(person.id, personId)).for('update')
  const refuse = (message: ReturnType<typeof text>) =>
    invalidInput(undefined, { errors: [{ pointer: '/email', message }] })
  if (row!.email.toLowerCase() === email.toLowerCase()) throw refuse(text('就是现在的邮箱', 'is your address already'))
  if (await isTooOften(cx, personId, 'email'))
    throw refuse(text('一小时内申请次数过多，请稍后再试', 'was asked for too often within the hour; try again later'))
  await cx.tx
    .update(mailedLink)
    .set({ usedAt: sql`now()` as never })
    .where(and(eq(mailedLink.personId, personId), eq(mailedLink.purpose, 'email'), isNull(mailedLink.usedAt)))
  const linkId = await insertLink(cx, personId, 'email', email, confirmationHours * 60)
  cx.audit('person.request-email', ['person', personId], {})
  cx.emit('identity.email-change-requested', { linkId })
}

/** Makes the one-time link that confirms an address; undefined when another account has it, or another request came. */
export async function issueEmailLink(cx: Cx, linkId: string) {
  const [found] = await cx.tx
    .select({ link: mailedLink, person })
    .from(mailedLink)
    .innerJoin(person, eq(person.id, mailedLink.personId))
    .where(and(eq(mailedLink.id, linkId), isNull(mailedLink.usedAt)))
  if (!found) return undefined
  const taken = await cx.tx
    .select({ id: person.id })
    .from(person)
    .where(sql`lower(${person.email}) = lower(${found.link.email})`)
  if (taken.length > 0) return undefined
  const { id, language } = found.person
  return { token: await setToken(cx, linkId), email: found.link.email, personId: id, language }
}

/** Puts the new address in force by the link of the letter; links to the former one are void. @throws link-invalid, conflict when it was taken meanwhile */
export async function confirmEmail(cx: Cx, input: { token: string }): Promise<void> {
  const { link, row } = await takeLink(cx, input.token, 'email')
  await cx.tx.update(person).set({ email: link.email }).where(eq(person.id, row.id))
  await voidLinks(cx, row.id)
  await cx.tx.update(mailedLink).set({ formerEmail: row.email }).where(eq(mailedLink.id, link.id))
  // addresses stay out of the record, which outlives an account
  cx.audit('person.change-email', ['person', row.id], {})
  cx.emit('identity.email-changed', { linkId: link.id })
}

/** The address that a person had before a change, for the letter that tells of it there. */
export async function formerEmail(cx: Cx, linkId: string) {
  const [found] = await cx.tx
    .select({ personId: person.id, email: mailedLink.formerEmail, language: person.language })
    .from(mailedLink)
    .innerJoin(person, eq(person.id, mailedLink.personId))
    .where(and(eq(mailedLink.id, linkId), isNotNull(mailedLink.formerEmail)))
  return found && { ...found, email: found.email! }
}

/** Where and in which language a person is written to. */
export async function addressOf(cx: Cx, personId: string) {
  const [row] = await cx.tx
    .select({ personId: person.id, email: person.email, language: person.language })
    .from(person)
    .where(eq(person.id, personId))
  return row
}
