import { createHash } from 'node:crypto'
import type { Cx } from '../../kernel/command.ts'
import { newSecret } from '../../kernel/ids.ts'
import { type Problem, unauthenticated } from '../../kernel/problem.ts'
import { type Credentials, checkSecondStep, checkSignIn, openSession } from './account.ts'
import { realTime } from './code.ts'

/** A session in a browser lives this long, by the database's own time. */
export const webSessionHours = 12

/** The cookie that names the organisation a person acts for; it grants nothing that membership does not. */
export const organizationCookie = 'jinshu_organization'

const isSecure = (publicUrl: string): boolean => publicUrl.startsWith('https:')

/** Name of the cookie that carries a session's secret; over https bound to the host (ASVS 3.3.1). */
export const sessionCookie = (publicUrl: string): string =>
  isSecure(publicUrl) ? '__Host-jinshu_session' : 'jinshu_session'

/** How the session's cookie is kept: out of scripts' reach, sent with no request that another site makes. */
export const sessionCookieOptions = (publicUrl: string) => ({
  path: '/',
  httpOnly: true,
  sameSite: 'lax' as const,
  secure: isSecure(publicUrl),
  maxAge: webSessionHours * 3600,
})

/** What the table keeps of a cookie's secret. */
export const cookieHash = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** Between password and code a person has this long. */
const ticketMinutes = 5
const ticketLabel = 'sign-in-ticket'

export type WebSignIn =
  | { readonly secret: string; readonly personId: string; readonly sessionId: string }
  /** the password was right; `completeWebSignIn` takes the ticket with the code */
  | { readonly ticket: string }
  | { readonly refusal: Problem }

/** Opens a session in a browser for a person who is known to be there; the secret goes into its cookie. */
export async function openWebSession(cx: Cx, personId: string, device: string) {
  const secret = newSecret()
  const sessionId = await openSession(cx, personId, { device, hours: webSessionHours, cookieHash: cookieHash(secret) })
  return { secret, personId, sessionId }
}

/** What the password is known by in a ticket: changing it makes the ticket void. */
const passwordMark = (row: { passwordHash: string }): string =>
  createHash('sha256').update(row.passwordHash).digest('base64url').slice(0, 12)

async function sealTicket(cx: Cx, row: { id: string; passwordHash: string }): Promise<string> {
  const until = (await realTime(cx)) + ticketMinutes * 60_000
  const body = JSON.stringify({ personId: row.id, mark: passwordMark(row), until })
  return cx.kit.keyring.seal(Buffer.from(body), ticketLabel).toString('base64url')
}

async function openTicket(cx: Cx, ticket: string): Promise<{ personId: string; mark: string } | undefined> {
  try {
    const body = cx.kit.keyring.open(Buffer.from(ticket, 'base64url'), ticketLabel).toString()
    const { personId, mark, until } = JSON.parse(body) as { personId: string; mark: string; until: number }
    return until > (await realTime(cx)) ? { personId, mark } : undefined
  } catch {
    return undefined // whatever was sealed by nobody
  }
}

/** Checks who signs in and opens a session in a browser. A refusal is a value: what it counts must commit. */
export async function signInForWeb(cx: Cx, input: Credentials, device: string): Promise<WebSignIn> {
  const checked = await checkSignIn(cx, input)
  if ('refusal' in checked) return checked
  if (checked.lacksCode) return { ticket: await sealTicket(cx, checked.row) }
  return openWebSession(cx, checked.row.id, device)
}

/** The second page of signing in: the ticket of the first, and the code. An old ticket means beginning again. */
export async function completeWebSignIn(
  cx: Cx,
  input: { ticket: string; code: string },
  device: string,
): Promise<WebSignIn> {
  const ticket = await openTicket(cx, input.ticket)
  if (!ticket) {
    cx.audit('session.refuse', ['person', 'unknown'], { reason: 'ticket' })
    return { refusal: unauthenticated() }
  }
  const checked = await checkSecondStep(cx, ticket.personId, input.code)
  if ('refusal' in checked) return checked
  if (passwordMark(checked.row) === ticket.mark) return openWebSession(cx, checked.row.id, device)
  cx.audit('session.refuse', ['person', ticket.personId], { reason: 'ticket' })
  return { refusal: unauthenticated() }
}
