import '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import { chooseLanguage, type Language } from '../text.ts'

/** The cookie that keeps a language once chosen: `zh` or `en`. */
export const languageCookie = 'jinshu_language'

const named = (value: unknown): Language | undefined =>
  value === 'en' ? 'en' : value === 'zh' || value === 'zh-CN' ? 'zh-CN' : undefined

/** The language that the request itself asks for with `?lang=`; undefined when it does not. */
export const askedLanguage = (request: FastifyRequest): Language | undefined =>
  named(((request.query ?? {}) as Record<string, unknown>).lang)

/** The reader's language: `?lang=`, else what they chose before, else Accept-Language. */
export const languageOf = (request: FastifyRequest): Language =>
  askedLanguage(request) ??
  named(request.cookies?.[languageCookie]) ??
  chooseLanguage(request.headers['accept-language'])
