import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Cx } from '../../kernel/command.ts'
import { languageOf } from '../../kernel/http/language.ts'
import type { RawContext } from '../../kernel/http/route.ts'
import { Problem, problemDocument } from '../../kernel/problem.ts'
import {
  completeWebSignIn,
  endSession,
  sessionCookie,
  sessionCookieOptions,
  signInForWeb,
  type WebSignIn,
} from '../../modules/identity/index.ts'
import { localPath, readPending, showAgain } from '../../web/forms.ts'

/** One field of a form that is its own target; empty where it was not sent, or sent twice. */
export function fieldOf(request: FastifyRequest, name: string): string {
  const value = ((request.body ?? {}) as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : ''
}

export const deviceOf = (request: FastifyRequest): string => request.headers['user-agent'] ?? ''

/** Between the password and the code of the second step. */
const ticketCookie = 'jinshu_ticket'

/** The sign-in pages with the way on in their address. */
export const signInPath = (page: string, next: string): string =>
  next === '' ? page : `${page}?next=${encodeURIComponent(next)}`

/** Shows one of the pages that lead in again: with the refusal, what was typed, and the form that waits behind it. */
export async function showEntry(
  request: FastifyRequest,
  reply: FastifyReply,
  page: string,
  refusal: Problem | undefined,
  values: Readonly<Record<string, readonly string[]>> = {},
): Promise<FastifyReply> {
  const pending = fieldOf(request, '_pending')
  const state = {
    to: `POST ${page}`,
    values,
    ...(refusal && { problem: problemDocument(refusal, languageOf(request), request.id) }),
    ...(pending && { pending }),
  }
  if (refusal?.retryAfter !== undefined) reply.header('retry-after', String(refusal.retryAfter))
  const address = signInPath(page, localPath(fieldOf(request, '_next'), ''))
  const shown = await showAgain(request, reply, address, state, { status: refusal?.type.status ?? 200 })
  if (!shown) throw refusal ?? new Error(`${page} cannot be shown`)
  return reply
}

/** The session that a browser had before ends with the one that takes its place. */
export async function endFormer(cx: Cx, request: FastifyRequest): Promise<void> {
  if (request.viewer && cx.actor.sessionId) await endSession(cx, cx.actor.sessionId)
}

/**
 * Gives the browser its session and leads on: back to the form that waited, or to the page that was wanted; to where
 * a person begins when `mayGoBack` says that the page is not for them.
 */
export async function enter(
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  context: RawContext,
  mayGoBack = true,
) {
  const { publicUrl } = context.engine.kit.settings
  const cookie = sessionCookie(publicUrl)
  reply.setCookie(cookie, secret, sessionCookieOptions(publicUrl))
  reply.clearCookie(ticketCookie, { path: '/sign-in' })
  const kept = readPending(fieldOf(request, '_pending'))
  if (kept) {
    const { from, as, state } = kept
    const cookies = { [cookie]: secret }
    const shown = await showAgain(request, reply, from, state, { cookies, ...(as !== undefined && { as }) })
    if (shown) return reply
  }
  return reply.redirect(mayGoBack ? localPath(fieldOf(request, '_next'), '/start') : '/start', 303)
}

async function attempt(
  request: FastifyRequest,
  { engine, actor }: RawContext,
  operation: string,
  work: (cx: Cx) => Promise<WebSignIn>,
): Promise<WebSignIn> {
  try {
    const outcome = await engine.write(actor, { operation }, async cx => {
      const result = await work(cx)
      if ('secret' in result) await endFormer(cx, request)
      return result
    })
    if (outcome.isReplay) throw new Error('a sign-in is never a replay')
    return outcome.value
  } catch (error) {
    if (error instanceof Problem) return { refusal: error }
    throw error
  }
}

/** `POST /sign-in`: address and password; the code follows on a page of its own. */
export async function receivePassword(request: FastifyRequest, reply: FastifyReply, context: RawContext) {
  const email = fieldOf(request, 'email').slice(0, 254)
  const password = fieldOf(request, 'password').slice(0, 200)
  const result = await attempt(request, context, 'signInForWeb', cx =>
    signInForWeb(cx, { email, password }, deviceOf(request)),
  )
  if ('refusal' in result) return showEntry(request, reply, '/sign-in', result.refusal, { email: [email] })
  if ('secret' in result) return enter(request, reply, result.secret, context)
  reply.setCookie(ticketCookie, result.ticket, {
    path: '/sign-in',
    httpOnly: true,
    sameSite: 'lax',
    secure: request.server.isHttps,
    maxAge: 300,
  })
  return showEntry(request, reply, '/sign-in/code', undefined)
}

/** `POST /sign-in/code`: the second step. Who took too long begins again. */
export async function receiveCode(request: FastifyRequest, reply: FastifyReply, context: RawContext) {
  const ticket = request.cookies[ticketCookie] ?? ''
  const code = fieldOf(request, 'code').slice(0, 20)
  const result = await attempt(request, context, 'completeWebSignIn', cx =>
    completeWebSignIn(cx, { ticket, code }, deviceOf(request)),
  )
  if ('secret' in result) return enter(request, reply, result.secret, context)
  const refusal = 'refusal' in result ? result.refusal : undefined
  const page = refusal?.type.slug === 'unauthenticated' ? '/sign-in' : '/sign-in/code'
  return showEntry(request, reply, page, refusal)
}
