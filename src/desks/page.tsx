import type { FastifyRequest } from 'fastify'
import type { Static, TSchema, Type } from 'typebox'
import type { Actor } from '../kernel/actor.ts'
import type { Engine, Rx } from '../kernel/command.ts'
import { askedLanguage } from '../kernel/http/language.ts'
import { type RawContext, type Route, raw } from '../kernel/http/route.ts'
import { validationProblem } from '../kernel/http/validation.ts'
import type { Language, Text } from '../kernel/text.ts'
import { closed } from '../kernel/wire.ts'
import { languageOfPerson, setLanguage } from '../modules/identity/index.ts'
import { unreadCount } from '../modules/notices/index.ts'
import { type Page, replyWithHtml } from '../web/layout.tsx'
import { type Reader, readerOf } from '../web/reader.ts'

type Properties = Record<string, TSchema>
type Values<P extends Properties> = Static<ReturnType<typeof Type.Object<P>>>

/** A page: what it is for, who may see it, and how it is made in one read transaction. */
export interface PageSpec<P extends Properties, Q extends Properties, A> {
  /** `GET /contracts/:id` */
  readonly at: string
  /** `showContract` */
  readonly operation: string
  /** row of the access table; a stranger is led to the sign-in page and back */
  readonly permission: string
  readonly summary: Text
  readonly params?: P
  /** What the page reads from its query; anything else there is ignored. Optional parts as `Type.Optional`. */
  readonly query?: Q
  /** What takes too long for a transaction (rows of a file): it is found before, and looks up for itself who may see it. */
  readonly ahead?: (context: RawContext, input: { params: Values<P>; query: Values<Q> }) => Promise<A>
  readonly run: (
    rx: Rx,
    input: { params: Values<P>; query: Values<Q> },
    reader: Reader,
    ahead: A,
  ) => Promise<Page> | Page
}

/** The declared part of a query, coerced as the API would. @throws invalid-input naming the part. */
function queryOf(request: FastifyRequest, schema: TSchema, names: readonly string[]): unknown {
  const all = (request.query ?? {}) as Record<string, unknown>
  const filled = (value: unknown) => (Array.isArray(value) ? value.filter(each => each !== '') : value)
  const known = Object.fromEntries(
    names.filter(name => name in all && all[name] !== '').map(name => [name, filled(all[name])]),
  )
  const validate =
    request.getValidationFunction(schema as never) ?? request.compileValidationSchema(schema as never, 'querystring')
  if (!validate(known)) throw validationProblem((validate.errors ?? []) as never, 'querystring')
  return known
}

/** A language chosen on a page is also the one in which the exchange writes to the person. */
async function rememberLanguage(engine: Engine, actor: Actor, language: Language): Promise<void> {
  const { personId } = actor
  if (personId === null) return
  const known = await engine.read(actor, rx => languageOfPerson(rx, personId))
  if (known !== language) await engine.write(actor, { operation: 'setLanguage' }, cx => setLanguage(cx, language))
}

/** Declares a page. */
export function page<
  P extends Properties = Record<never, never>,
  Q extends Properties = Record<never, never>,
  A = undefined,
>(spec: PageSpec<P, Q, A>): Route {
  const query = closed(spec.query ?? ({} as Q))
  const names = Object.keys(query.properties)
  return raw({
    at: spec.at,
    operation: spec.operation,
    permission: spec.permission,
    tag: 'pages',
    summary: spec.summary,
    isRoot: true,
    isHidden: true,
    ...(spec.params && { params: closed(spec.params) }),
    handle: async (request, reply, { engine, actor }) => {
      const input = { params: request.params as Values<P>, query: queryOf(request, query, names) as Values<Q> }
      const reader = readerOf(request, reply)
      if (reader.viewer && askedLanguage(request)) await rememberLanguage(engine, actor, reader.language)
      const ahead = (await spec.ahead?.({ engine, actor }, input)) as A
      const { made, frame } = await engine.read(actor, async rx => ({
        made: await spec.run(rx, input, reader, ahead),
        frame: { now: rx.now, unread: await unreadCount(rx) },
      }))
      return replyWithHtml(reply, reader, made, frame)
    },
  })
}
