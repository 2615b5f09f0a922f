import '@fastify/cookie'
import Tokens from '@fastify/csrf'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { defineProblem } from '../problem.ts'
import { text } from '../text.ts'
import { isInner } from './inner.ts'

export const forgedRequest = defineProblem(
  'forged-request',
  403,
  text('无法确认请求来自本站页面', 'The request cannot be told to come from our own page'),
  text(
    '重新打开页面后再提交；浏览器须允许本站的 Cookie。',
    'Open the page again and send it from there; the browser must allow our cookies.',
  ),
)

/** Keeps the secret that every form's token is made from; set with the first form that a browser is shown. */
export const forgeryCookie = 'jinshu_forgery'
/** Header in which scripts send the token of their page. */
export const forgeryHeader = 'jinshu-csrf'

const tokens = Tokens()

/** A token for the forms of one page. @throws never */
export function forgeryToken(request: FastifyRequest, reply: FastifyReply): string {
  let kept = request.cookies[forgeryCookie] ?? ''
  if (!kept) {
    kept = tokens.secretSync()
    request.cookies[forgeryCookie] = kept
    reply.setCookie(forgeryCookie, kept, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: request.server.isHttps,
    })
  }
  return tokens.create(kept)
}

/**
 * Refuses a state change that another site could have caused (ASVS 3.5): the token must be of this browser, and a
 * browser that says where the request comes from must name this site. @throws forged-request
 */
export function refuseForgery(request: FastifyRequest, token: unknown): void {
  if (isInner(request)) return
  const site = request.headers['sec-fetch-site']
  const kept = request.cookies[forgeryCookie]
  const isOwn = site === undefined || site === 'same-origin' || site === 'none'
  if (!isOwn || !kept || typeof token !== 'string' || !tokens.verify(kept, token)) throw forgedRequest()
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether people reach the exchange by https: cookies are then sent that way only. */
    isHttps: boolean
    isDemo: boolean
  }
}
