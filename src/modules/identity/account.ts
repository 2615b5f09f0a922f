import { createHash } from 'node:crypto'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { hashPassword, isPassword } from '../../kernel/auth/password.ts'
import type { Cx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { accessTokenSeconds } from '../../kernel/http/server.ts'
import { newId, newSecret } from '../../kernel/ids.ts'
import {
  conflict,
  invalidInput,
  notFound,
  type Problem,
  tooManyRequests,
  unauthenticated,
} from '../../kernel/problem.ts'
import { type Language, text } from '../../kernel/text.ts'
import { isTwoStep, takeCode } from './code.ts'
import {
  blockMinutes,
  codeRequired,
  codeWrong,
  maxFailures,
  passwordErrors,
  passwordWrong,
  signInBlocked,
  signInFailed,
} from './model.ts'
import { mailedLink, person, refreshToken, session } from './schema.ts'

const sessionDays = 30

constraintMeans('person_email_unique', () =>
  conflict(text('该邮箱已注册。', 'This e-mail address has an account already.'), {
    errors: [{ pointer: '/email', message: text('已注册，请直接登录', 'has an account; sign in instead') }],
  }),
)

/** Makes an account for a person. @throws invalid-input for a guessable password, conflict for a known address. */
export async function registerPerson(cx: Cx, input: { email: string; name: string; password: string }) {
  const errors = passwordErrors(input.password, input.email)
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const row = {
    id: newId(),
    email: input.email.trim(),
    name: input.name.trim(),
    passwordHash: await hashPassword(input.password),
    createdAt: cx.now,
  }
  await cx.tx.insert(person).values(row)
  // neither the address nor the name enters the record: the log's commitment must survive the erasure of a person
  cx.audit('person.register', ['person', row.id], {})
  return { id: row.id, email: row.email, name: row.name }
}

const digest = (token: string) => createHash('sha256').update(token).digest()

async function issueTokens(cx: Cx, personId: string, sessionId: string) {
  const refresh = `${sessionId}.${newSecret()}`
  await cx.tx.insert(refreshToken).values({ hash: digest(refresh), sessionId, createdAt: cx.now })
  return {
    accessToken: cx.kit.signToken({ sub: personId, sid: sessionId, use: 'access' }),
    refreshToken: refresh,
    expiresInSeconds: accessTokenSeconds,
  }
}

export type SignIn =
  | { readonly tokens: Awaited<ReturnType<typeof issueTokens>>; readonly personId: string }
  | { readonly refusal: Problem }

/** What a person types to sign in; the code where they sign in by two steps. */
export interface Credentials {
  readonly email: string
  readonly password: string
  readonly code?: string
}

type PersonRow = typeof person.$inferSelect

/** Who came to sign in, once all is right or only the code of the second step is missing; or why not. */
export type Checked = { readonly row: PersonRow; readonly lacksCode?: true } | { readonly refusal: Problem }

/** The account by address or id, locked, unless nobody may sign in to it now. */
async function openAccount(cx: Cx, which: { email: string } | { id: string }): Promise<Checked> {
  const [found] = await cx.tx
    .select({
      row: person,
      blockedSeconds: sql<number | null>`ceil(extract(epoch from ${person.blockedUntil} - now()))::int`,
    })
    .from(person)
    .where('id' in which ? eq(person.id, which.id) : sql`lower(${person.email}) = lower(${which.email.trim()})`)
    .for('update')
  if (!found || found.row.isDisabled) {
    cx.audit('session.refuse', ['person', 'unknown'], { reason: 'unknown' })
    return { refusal: signInFailed() }
  }
  const { row, blockedSeconds } = found
  if (blockedSeconds === null || blockedSeconds <= 0) return { row }
  cx.audit('session.refuse', ['person', row.id], { reason: 'blocked' })
  return { refusal: signInBlocked(blockedSeconds) }
}

/** Checks the code of a second step; a wrong one counts like a wrong password. */
export async function checkCode(cx: Cx, row: PersonRow, code: string): Promise<Checked> {
  if (await takeCode(cx, row.id, code)) return { row }
  await countFailure(cx, row, 'code')
  return { refusal: codeWrong(undefined, { errors: [{ pointer: '/code', message: codeWrong.type.title }] }) }
}

/** Checks the code of a person whose password was right a moment ago. */
export async function checkSecondStep(cx: Cx, personId: string, code: string): Promise<Checked> {
  const opened = await openAccount(cx, { id: personId })
  return 'refusal' in opened ? opened : succeeded(cx, await checkCode(cx, opened.row, code))
}

/** Failures in a row end with a success of the whole: the right password alone leaves those of the code counted. */
async function succeeded(cx: Cx, checked: Checked): Promise<Checked> {
  if ('row' in checked && !checked.lacksCode && checked.row.failedSignIns > 0)
    await cx.tx.update(person).set({ failedSignIns: 0 }).where(eq(person.id, checked.row.id))
  return checked
}

/**
 * Checks address, password and, where two steps are on, the code. A refusal is a value, not an exception: the failure
 * that it counts must be committed. Blocks follow the database's own time, never demo mode's clock.
 */
export async function checkSignIn(cx: Cx, input: Credentials): Promise<Checked> {
  const opened = await openAccount(cx, { email: input.email })
  if ('refusal' in opened) {
    // an unknown address takes as long as a known one
    if (opened.refusal.type === signInFailed.type) await hashPassword(input.password)
    return opened
  }
  const { row } = opened
  if (!(await isPassword(row.passwordHash, input.password))) {
    await countFailure(cx, row, 'password')
    return { refusal: signInFailed() }
  }
  if (!(await isTwoStep(cx, row.id))) return succeeded(cx, { row })
  if (input.code !== undefined) return succeeded(cx, await checkCode(cx, row, input.code))
  cx.audit('session.refuse', ['person', row.id], { reason: 'code-required' })
  return { row, lacksCode: true }
}

/** Counts a failed sign-in; the tenth in a row blocks the account. */
async function countFailure(cx: Cx, row: PersonRow, reason: string): Promise<void> {
  const failures = row.failedSignIns + 1
  const isBlocked = failures >= maxFailures
  await cx.tx
    .update(person)
    .set({
      failedSignIns: isBlocked ? 0 : failures,
      ...(isBlocked && { blockedUntil: sql`now() + make_interval(mins => ${blockMinutes})` }),
    })
    .where(eq(person.id, row.id))
  cx.audit('session.refuse', ['person', row.id], { reason, failures })
}

/** Opens a session that lives that many hours by the database's own time, never demo mode's clock. */
export async function openSession(
  cx: Cx,
  personId: string,
  { device, hours, cookieHash }: { device: string; hours: number; cookieHash?: Buffer },
): Promise<string> {
  const id = newId()
  await cx.tx.insert(session).values({
    id,
    personId,
    device: device.slice(0, 200),
    createdAt: cx.now,
    provedAt: cx.now,
    expiresAt: sql`now() + make_interval(hours => ${hours})` as never,
    ...(cookieHash && { cookieHash }),
  })
  cx.audit('session.open', ['session', id], { person: personId })
  return id
}

/** Checks who signs in and opens a session for a client that keeps tokens. */
export async function signIn(cx: Cx, input: Credentials, device: string): Promise<SignIn> {
  const checked = await checkSignIn(cx, input)
  if ('refusal' in checked) return checked
  if (checked.lacksCode) return { refusal: codeRequired() }
  const { id } = checked.row
  const sessionId = await openSession(cx, id, { device, hours: sessionDays * 24 })
  return { personId: id, tokens: await issueTokens(cx, id, sessionId) }
}

/**
 * Exchanges a refresh token for new tokens; each works once. One that comes back after use was stolen from somebody,
 * so its whole session ends (again a value: the ending must be committed).
 */
export async function refreshSession(cx: Cx, input: { refreshToken: string }): Promise<SignIn> {
  const [found] = await cx.tx
    .select({ token: refreshToken, session, isExpired: sql<boolean>`${session.expiresAt} < now()` })
    .from(refreshToken)
    .innerJoin(session, eq(session.id, refreshToken.sessionId))
    .where(eq(refreshToken.hash, digest(input.refreshToken)))
    .for('update')
  if (!found || found.session.endedAt || found.isExpired) {
    cx.audit('session.refuse', ['session', found?.session.id ?? 'unknown'], { reason: 'refresh' })
    return { refusal: unauthenticated() }
  }
  const { token, session: own } = found
  if (token.usedAt) {
    await cx.tx.update(session).set({ endedAt: cx.now, endReason: 'reuse' }).where(eq(session.id, own.id))
    cx.audit('session.end', ['session', own.id], { reason: 'reuse' })
    return { refusal: unauthenticated() }
  }
  await cx.tx.update(refreshToken).set({ usedAt: cx.now }).where(eq(refreshToken.hash, token.hash))
  cx.audit('session.refresh', ['session', own.id], {})
  return { personId: own.personId, tokens: await issueTokens(cx, own.personId, own.id) }
}

/** Ends one of the person's own sessions; tokens of it are refused from now on. @throws not-found for others'. */
export async function endSession(cx: Cx, id: string): Promise<void> {
  const ended = await cx.tx
    .update(session)
    .set({ endedAt: cx.now, endReason: 'signed-out' })
    .where(and(eq(session.id, id), eq(session.personId, cx.actor.personId ?? ''), isNull(session.endedAt)))
    .returning({ id: session.id })
  if (ended.length === 0) throw notFound()
  cx.audit('session.end', ['session', id], { reason: 'signed-out' })
}

/** Links of letters that are still open are void from now on: an account that changed hands must not change back. */
export async function voidLinks(cx: Cx, personId: string): Promise<void> {
  await cx.tx
    .update(mailedLink)
    .set({ usedAt: sql`now()` as never })
    .where(and(eq(mailedLink.personId, personId), isNull(mailedLink.usedAt)))
}

/** Changes the own password and ends every other session. @throws password-wrong, invalid-input. */
export async function changePassword(cx: Cx, input: { password: string; newPassword: string }): Promise<void> {
  await reauthenticate(cx, input.password)
  const id = cx.actor.personId!
  const [row] = await cx.tx.select().from(person).where(eq(person.id, id))
  const errors = passwordErrors(input.newPassword, row!.email)
  if (errors.length > 0) throw invalidInput(undefined, { errors: errors.map(e => ({ ...e, pointer: '/newPassword' })) })
  await cx.tx
    .update(person)
    .set({ passwordHash: await hashPassword(input.newPassword) })
    .where(eq(person.id, id))
  await cx.tx
    .update(session)
    .set({ endedAt: cx.now, endReason: 'password-changed' })
    .where(and(eq(session.personId, id), isNull(session.endedAt), sql`${session.id} <> ${cx.actor.sessionId}`))
  await voidLinks(cx, id)
  cx.audit('person.change-password', ['person', id], {})
}

const guesses = new Map<string, { count: number; since: number }>()

/**
 * At most ten wrong passwords per person in 15 minutes and process, so that step-up is no way around the block. A guess
 * counts before it is checked: of many at once, no more than ten are looked at. @throws too-many-requests
 */
function countGuess(personId: string): void {
  const now = performance.now()
  const kept = guesses.get(personId)
  const entry = kept && now - kept.since < blockMinutes * 60_000 ? kept : { count: 0, since: now }
  if (entry.count >= maxFailures) throw tooManyRequests(undefined, { retryAfter: blockMinutes * 60 })
  guesses.set(personId, { ...entry, count: entry.count + 1 })
}

/** Checks a guess; a right one ends the count. */
async function countingGuesses(personId: string, attempt: () => Promise<boolean>): Promise<boolean> {
  countGuess(personId)
  const isRight = await attempt()
  if (isRight) guesses.delete(personId)
  return isRight
}

/** Lets a signed-in person try a code, with the same limit as their password. @throws too-many-requests */
export async function guessCode(personId: string, attempt: () => Promise<boolean>): Promise<boolean> {
  return countingGuesses(personId, attempt)
}

/** Proves that the acting person is there: their password once more. @throws password-wrong, too-many-requests. */
export async function reauthenticate(cx: Cx, password: string): Promise<void> {
  const id = cx.actor.personId
  if (id === null || cx.actor.kind !== 'person') throw unauthenticated()
  const isRight = await countingGuesses(id, async () => {
    const [row] = await cx.tx.select({ hash: person.passwordHash }).from(person).where(eq(person.id, id))
    return row !== undefined && isPassword(row.hash, password)
  })
  if (!isRight)
    throw passwordWrong(undefined, {
      errors: [{ pointer: '/password', message: text('密码不正确', 'is not your password') }],
    })
}

/** Changes the name under which the person appears. */
export async function updatePerson(cx: Cx, input: { name: string }): Promise<void> {
  const id = cx.actor.personId!
  await cx.tx.update(person).set({ name: input.name.trim() }).where(eq(person.id, id))
  // the name itself stays out of the record, which is never erased
  cx.audit('person.update', ['person', id], {})
}

/** Remembers in which language the exchange writes to the person. */
export async function setLanguage(cx: Cx, language: Language): Promise<void> {
  const id = cx.actor.personId!
  await cx.tx.update(person).set({ language }).where(eq(person.id, id))
  cx.audit('person.set-language', ['person', id], { language })
}

/** Ends all of the person's sessions but the one that asks. */
export async function endOtherSessions(cx: Cx): Promise<number> {
  const id = cx.actor.personId!
  const ended = await cx.tx
    .update(session)
    .set({ endedAt: cx.now, endReason: 'signed-out' })
    .where(and(eq(session.personId, id), isNull(session.endedAt), sql`${session.id} <> ${cx.actor.sessionId}`))
    .returning({ id: session.id })
  cx.audit('session.end-others', ['person', id], { count: ended.length })
  return ended.length
}
