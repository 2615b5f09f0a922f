import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { Actor } from '../actor.ts'
import type { Cx, Engine, Gx, Rx } from '../command.ts'
import type { ProblemFactory } from '../problem.ts'
import type { Text } from '../text.ts'

type Input<P, Q, B> = {
  readonly params: P extends TSchema ? Static<P> : Record<string, never>
  readonly query: Q extends TSchema ? Static<Q> : Record<string, never>
  readonly body: B extends TSchema ? Static<B> : undefined
}

interface Common<P, Q, B> {
  /** `POST /contracts/:id/sign`; below `/api/v1` unless `isRoot` */
  readonly at: string
  /** operationId, equal to the name of the use case in the service */
  readonly operation: string
  /** row of the access table, `contract.sign` */
  readonly permission: string
  readonly tag: string
  readonly summary: Text
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** Problem types of this route beside those that any route may answer. */
  readonly problems?: readonly ProblemFactory[]
  readonly isRoot?: boolean
}

export interface WriteSpec<P, Q, B, R extends TSchema> extends Common<P, Q, B> {
  readonly reply: R
  readonly status?: 200 | 201 | 202
  /** The reply carries a secret (token, signed address): it is not kept for replays. */
  readonly hasSecretReply?: boolean
  /**
   * Members of the body that prove who asks but are no part of what is asked (a password): they enter no hash, so that
   * a replay is known by the rest and nothing that could be guessed at is stored.
   */
  readonly secrets?: readonly string[]
  readonly run: (cx: Cx, input: Input<P, Q, B>) => Promise<Static<R>>
}

export interface ReadSpec<P, Q, R extends TSchema> extends Common<P, Q, undefined> {
  readonly reply: R
  readonly run: (rx: Rx, input: Input<P, Q, undefined>) => Promise<Static<R>>
}

export interface GlanceSpec<P, Q, R extends TSchema> extends Common<P, Q, undefined> {
  readonly reply: R
  readonly run: (gx: Gx, input: Input<P, Q, undefined>) => Promise<Static<R>>
}

/** What a raw route (files, streams, foreign protocols, pages) is given. */
export interface RawContext {
  readonly engine: Engine
  readonly actor: Actor
}

export interface RawSpec<P, Q, B> extends Common<P, Q, B> {
  /** What the 200 answer is, for the API document: a media type and a sentence. */
  readonly produces?: { readonly type: string; readonly description: string; readonly schema?: TSchema }
  /** Left out of the API document (pages, assets, probes). */
  readonly isHidden?: boolean
  readonly bodyLimit?: number
  /** The body is handed on as the bytes that came (a Buffer), whatever its type: somebody has signed them. */
  readonly takesBytes?: boolean
  /** A form's target: it checks for itself, by the token among its fields, that the form is ours. */
  readonly isForm?: boolean
  readonly handle: (request: FastifyRequest, reply: FastifyReply, context: RawContext) => Promise<unknown>
}

type AnySchema = TSchema | undefined

/** A route of any kind with its types erased: what the server mounts. */
export type Route =
  | { readonly kind: 'write'; readonly spec: WriteSpec<AnySchema, AnySchema, AnySchema, TSchema> }
  | { readonly kind: 'read'; readonly spec: ReadSpec<AnySchema, AnySchema, TSchema> }
  | { readonly kind: 'glance'; readonly spec: GlanceSpec<AnySchema, AnySchema, TSchema> }
  | { readonly kind: 'raw'; readonly spec: RawSpec<AnySchema, AnySchema, AnySchema> }

/** A state-changing JSON route: runs its use case through the funnel. */
export const write = <P extends AnySchema, Q extends AnySchema, B extends AnySchema, R extends TSchema>(
  spec: WriteSpec<P, Q, B, R>,
): Route => ({ kind: 'write', spec: spec as never })

/** A reading JSON route: runs its query in a read-only transaction. */
export const read = <P extends AnySchema, Q extends AnySchema, R extends TSchema>(spec: ReadSpec<P, Q, R>): Route => ({
  kind: 'read',
  spec: spec as never,
})

/** A reading JSON route whose answer is the same for whoever asks: no transaction is opened around its statements. */
export const glance = <P extends AnySchema, Q extends AnySchema, R extends TSchema>(
  spec: GlanceSpec<P, Q, R>,
): Route => ({ kind: 'glance', spec: spec as never })

/** A route that answers with something else than JSON, or reads its body as a stream. */
export const raw = <P extends AnySchema, Q extends AnySchema, B extends AnySchema>(spec: RawSpec<P, Q, B>): Route => ({
  kind: 'raw',
  spec: spec as never,
})

/** Method and address of a route; path parameters as `:id`. */
export function addressOf(route: Route): {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  url: string
} {
  const [method = '', path = ''] = route.spec.at.split(' ')
  return { method: method as 'GET', url: route.spec.isRoot ? path : `/api/v1${path}` }
}
