import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Actor, anonymous, type Viewer } from '../kernel/actor.ts'
import { forgeryToken } from '../kernel/http/forgery.ts'
import { askedLanguage, languageCookie, languageOf } from '../kernel/http/language.ts'
import { inLanguage, type Language, type Text, text } from '../kernel/text.ts'
import { type FormState, formStateOf } from './state.ts'

/** Who reads a page, and how: everything that the frame around a page and its forms know. */
export interface Reader {
  readonly language: Language
  /** path of the page, without its query */
  readonly path: string
  /** path with its query, without `lang`: where a form returns to */
  readonly url: string
  readonly theme: 'light' | 'dark' | 'auto'
  /** The person, when they are signed in. */
  readonly viewer: Viewer | null
  readonly actor: Actor
  readonly isDemo: boolean
  /** What was done by the form that led here, in words. */
  readonly done: Text | undefined
  /** The form that was refused and is shown again with what was typed. */
  readonly form: FormState | undefined
  /** Whether the reader holds a permission of the access table. */
  can(permission: string): boolean
  /** A forgery token for a form of this page. */
  token(): string
}

export const themeCookie = 'jinshu_theme'
export const doneCookie = 'jinshu_done'

const year = 31_536_000

/** The address of the page without what only chooses how it is shown. */
function plainUrl(request: FastifyRequest): string {
  const [path = '/', query] = request.url.split('?')
  const params = new URLSearchParams(query)
  params.delete('lang')
  const rest = params.toString()
  return rest === '' ? path : `${path}?${rest}`
}

/** Takes the word of what was done off the browser again: it is said once. */
function takeDone(request: FastifyRequest, reply: FastifyReply): Text | undefined {
  const kept = request.cookies?.[doneCookie]
  if (!kept) return undefined
  reply.clearCookie(doneCookie, { path: '/' })
  const [zh, en] = kept.split('|')
  return zh && en ? text(zh, en) : undefined
}

/** The reader of a request; a language asked for by `?lang=` is remembered. */
export function readerOf(request: FastifyRequest, reply: FastifyReply): Reader {
  const asked = askedLanguage(request)
  if (asked)
    reply.setCookie(languageCookie, asked === 'en' ? 'en' : 'zh', {
      path: '/',
      maxAge: year,
      sameSite: 'lax',
      secure: request.server.isHttps,
    })
  const theme = request.cookies?.[themeCookie]
  return {
    language: languageOf(request),
    path: request.url.split('?')[0] ?? '/',
    url: plainUrl(request),
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    viewer: request.viewer ?? null,
    actor: request.actor ?? anonymous,
    isDemo: request.server.isDemo,
    done: takeDone(request, reply),
    form: formStateOf(request),
    can: permission => request.can(permission),
    token: () => forgeryToken(request, reply),
  }
}

/** The words of a bilingual text for this reader. */
export const say = (reader: Pick<Reader, 'language'>, words: Text): string => inLanguage(words, reader.language)
