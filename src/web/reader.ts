import type { FastifyRequest } from 'fastify'
import { chooseLanguage, inLanguage, type Language, type Text } from '../kernel/text.ts'

/** Who reads a page: in which language, whether they chose it themselves (`?lang=`), and what page it is. */
export interface Reader {
  readonly language: Language
  readonly isChosen: boolean
  /** path of the page, without its query */
  readonly path: string
}

/** The reader of a request: `?lang=zh` or `?lang=en`, else Accept-Language. */
export function readerOf(request: FastifyRequest): Reader {
  const { lang } = (request.query ?? {}) as Record<string, unknown>
  const chosen = lang === 'en' ? 'en' : lang === 'zh' || lang === 'zh-CN' ? 'zh-CN' : undefined
  return {
    language: chosen ?? chooseLanguage(request.headers['accept-language']),
    isChosen: chosen !== undefined,
    path: request.url.split('?')[0] ?? '/',
  }
}

/** The words of a bilingual text for this reader. */
export const say = (reader: Reader, words: Text): string => inLanguage(words, reader.language)

/** The same text in the reader's language, as a function: `const t = speaker(reader)` and then `t(text('…', '…'))`. */
export const speaker = (reader: Reader) => (words: Text) => say(reader, words)

/** What is served under these is no page of ours and has one language. */
const foreign = /^\/(docs|log|openapi\.json)/

/** A link to another page of ours that keeps the language the reader chose. */
export function href(reader: Reader, path: string): string {
  if (!reader.isChosen || foreign.test(path)) return path
  return `${path}${path.includes('?') ? '&' : '?'}lang=${reader.language === 'en' ? 'en' : 'zh'}`
}
