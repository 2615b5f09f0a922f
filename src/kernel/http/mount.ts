import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { type AccessTable, authorize, isAllowed } from '../access.ts'
import type { Actor, Viewer } from '../actor.ts'
import type { Engine } from '../command.ts'
import { invalidInput, unsupportedMedia } from '../problem.ts'
import { text } from '../text.ts'
import { exampleOf } from './example.ts'
import { forgeryHeader, refuseForgery } from './forgery.ts'
import { addressOf, type Route } from './route.ts'
import { refuseCharacters } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor
    /** Who looks, when a browser's session says so; null for everyone who came with a token or with nothing. */
    viewer: Viewer | null
    /** Whether the actor holds a permission: pages offer nothing that would be refused. */
    can(permission: string): boolean
  }
}

const always = [400, 401, 403, 404, 409, 422, 429, 503]

const header = (description: string, example: string) => ({ type: 'string', description, examples: [example] })

const organizationHeader = {
  'jinshu-organization': header(
    'the organisation the person acts for; needed by members of several',
    '0193b5c6-7a10-7c3e-9d5a-2f6b8c1e4a70',
  ),
}

const keyHeader = {
  'idempotency-key': header(
    'one per intent: the same key and input are answered with the same bytes and have one effect',
    'order-2026-000123-pay',
  ),
}

/** A schema with an example of what it accepts. */
const shown = (schema: TSchema) => ({ ...schema, examples: [exampleOf(schema)] })

function successOf(route: Route) {
  if (route.kind !== 'raw') return { [(route.kind === 'write' && route.spec.status) || 200]: shown(route.spec.reply) }
  const { type = '*/*', description = 'OK', schema } = route.spec.produces ?? {}
  return { 200: { description, content: { [type]: { schema: schema ? shown(schema) : {} } } } }
}

function documentOf(route: Route) {
  const { spec } = route
  const takesKey = route.kind === 'write' && !route.spec.hasSecretReply
  return {
    operationId: spec.operation,
    summary: `${spec.summary.zh} · ${spec.summary.en}`,
    tags: [spec.tag],
    description: `permission: \`${spec.permission}\`${spec.problems?.length ? `; problems: ${spec.problems.map(p => p.type.slug).join(', ')}` : ''}`,
    hide: route.kind === 'raw' && route.spec.isHidden === true,
    ...(spec.params && { params: spec.params }),
    ...(spec.query && { querystring: spec.query }),
    ...(!spec.isRoot && {
      headers: { type: 'object', properties: { ...organizationHeader, ...(takesKey && keyHeader) } },
    }),
    ...(spec.body && { body: shown(spec.body) }),
    response: successOf(route),
  }
}

const problem = { description: 'RFC 9457', content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } } }

/**
 * Adds to a route's schema what it may be refused with, for the API document only: problems are written out without a
 * serializer, and to make eight of them for each route took half of the time in which the server gets ready.
 */
export function withProblems<T extends { operationId?: unknown; body?: unknown; response?: unknown }>(schema: T): T {
  if (schema?.operationId === undefined) return schema
  const statuses = schema.body ? [...always, 413, 415] : always
  const refusals = Object.fromEntries(statuses.map(status => [status, problem]))
  return { ...schema, response: { ...(schema.response as object), ...refusals } }
}

/** The Idempotency-Key of a request: 1–200 visible ASCII characters. */
function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: '/Idempotency-Key',
        message: text('应为 1–200 个可见字符', 'takes 1–200 visible ASCII characters'),
      },
    ],
  })
}

/** Refuses a body in another form than JSON: the server can read others, but only for routes that say so. */
function requireJson(request: FastifyRequest): void {
  const type = request.headers['content-type']
  if (type === undefined || /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) return
  throw unsupportedMedia(text('请以 JSON 提交（application/json）。', 'Send JSON (application/json).'))
}

/**
 * The organisation that a request names: one person's key for another organisation of theirs is another request. Not
 * the one it resolves to, which may change with the very request (who registers their first organisation acts for it
 * from then on), except for API tokens, which belong to one.
 */
const namedOrganization = ({ actor, headers }: FastifyRequest) =>
  actor.kind === 'client' ? actor.organizationId : (headers['jinshu-organization'] ?? null)

/** The body without what only proves who asks. */
function withoutSecrets(body: unknown, secrets: readonly string[]): unknown {
  if (secrets.length === 0 || typeof body !== 'object' || body === null) return body
  return Object.fromEntries(Object.entries(body).filter(([name]) => !secrets.includes(name)))
}

async function perform(route: Route, engine: Engine, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { actor } = request
  const input = { params: request.params, query: request.query, body: request.body } as never
  if (route.kind === 'raw') return route.spec.handle(request, reply, { engine, actor })
  reply.header('cache-control', actor.kind === 'anonymous' ? 'no-cache' : 'no-store')
  if (route.kind === 'glance') return engine.glance(gx => route.spec.run(gx, input))
  if (route.kind === 'read') return engine.read(actor, rx => route.spec.run(rx, input))
  const { spec } = route
  const key = spec.hasSecretReply ? undefined : idempotencyKey(request)
  const status = spec.status ?? 200
  reply.code(status)
  const outcome = await engine.write(
    actor,
    {
      operation: spec.operation,
      idempotency:
        key === undefined
          ? undefined
          : {
              key,
              input: {
                ...(input as object),
                organization: namedOrganization(request),
                body: withoutSecrets(request.body, spec.secrets ?? []),
              },
            },
      reply: value => ({ status, body: reply.serialize(value as never) as string }),
    },
    cx => spec.run(cx, input),
  )
  if (outcome.isReplay) reply.header('idempotency-replayed', 'true')
  return reply.code(outcome.status).type('application/json; charset=utf-8').serializer(String).send(outcome.body)
}

/**
 * Mounts the routes: authenticated before, authorised by the access table, then run through the engine.
 * @throws Error when a route names a permission that the table does not have.
 */
export function mountRoutes(app: FastifyInstance, routes: readonly Route[], access: AccessTable, engine: Engine): void {
  if (!app.hasRequestDecorator('can'))
    app.decorateRequest('can', function can(this: FastifyRequest, permission: string) {
      return isAllowed(access, this.actor, permission)
    })
  for (const route of routes) {
    if (route.kind === 'raw' && route.spec.takesBytes) void app.register(async scope => mountBytes(scope, route))
    else mountOne(app, route)
  }
  function mountBytes(scope: FastifyInstance, route: Route): void {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    mountOne(scope, route)
  }
  function mountOne(target: FastifyInstance, route: Route): void {
    const { spec } = route
    const isUnsafe =
      !['GET', 'OPTIONS'].includes(addressOf(route).method) && !(route.kind === 'raw' && route.spec.isForm)
    if (!access[spec.permission]) throw new Error(`${spec.at} names ${spec.permission}, which the access table lacks`)
    target.route({
      ...addressOf(route),
      schema: documentOf(route) as never,
      ...(route.kind === 'raw' && route.spec.bodyLimit !== undefined && { bodyLimit: route.spec.bodyLimit }),
      // before the body is read: a stranger's bytes are not worth parsing
      onRequest: async request => {
        authorize(access, request.actor, spec.permission)
        // a browser sends its cookie whoever made it ask; a bearer token nobody else can make it send
        if (isUnsafe && request.viewer) refuseForgery(request, request.headers[forgeryHeader])
        if (route.kind !== 'raw' || spec.body) requireJson(request)
      },
      preHandler: async request =>
        refuseCharacters({ body: request.body, query: request.query, params: request.params }),
      handler: (request, reply) => perform(route, engine, request, reply),
    })
  }
}
