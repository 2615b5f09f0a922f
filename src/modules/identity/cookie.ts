import { createHash } from 'node:crypto'
import type { Cx } from '../../kernel/command.ts'
import { newSecret } from '../../kernel/ids.ts'
import type { Problem } from '../../kernel/problem.ts'
import { checkSignIn, openSession } from './account.ts'

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

export type WebSignIn =
  | { readonly secret: string; readonly personId: string; readonly sessionId: string }
  | { readonly refusal: Problem }

/** Opens a session in a browser for a person who is known to be there; the secret goes into its cookie. */
export async function openWebSession(cx: Cx, personId: string, device: string) {
  const secret = newSecret()
  const sessionId = await openSession(cx, personId, { device, hours: webSessionHours, cookieHash: cookieHash(secret) })
  return { secret, personId, sessionId }
}

/** Checks address and password and opens a session in a browser. A refusal is a value: what it counts must commit. */
export async function signInForWeb(
  cx: Cx,
  input: { email: string; password: string },
  device: string,
): Promise<WebSignIn> {
  const checked = await checkSignIn(cx, input)
  return 'refusal' in checked ? checked : openWebSession(cx, checked.row.id, device)
}
