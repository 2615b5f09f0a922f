import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type AccessTable, authorize } from '../access.ts'
import type { Actor } from '../actor.ts'
import type { Engine } from '../command.ts'
import { invalidInput } from '../problem.ts'
import { text } from '../text.ts'
import { addressOf, type Route } from './route.ts'

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor
  }
}

const always = [400, 401, 403, 404, 409, 422, 429, 503]

function documentOf(route: Route) {
  const { spec } = route
  const success =
    route.kind === 'raw'
      ? {
          200: {
            description: route.spec.produces?.description ?? 'OK',
            content: { [route.spec.produces?.type ?? '*/*']: { schema: route.spec.produces?.schema ?? {} } },
          },
        }
      : { [(route.kind === 'write' && route.spec.status) || 200]: route.spec.reply }
  const problem = { description: 'RFC 9457', content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } } }
  return {
    operationId: spec.operation,
    summary: `${spec.summary.zh} · ${spec.summary.en}`,
    tags: [spec.tag],
    description: `permission: \`${spec.permission}\`${spec.problems?.length ? `; problems: ${spec.problems.map(p => p.type.slug).join(', ')}` : ''}`,
    hide: route.kind === 'raw' && route.spec.isHidden === true,
    ...(spec.params && { params: spec.params }),
    ...(spec.query && { querystring: spec.query }),
    ...(route.kind !== 'read' && spec.body && { body: spec.body }),
    response: { ...success, ...Object.fromEntries(always.map(status => [status, problem])) },
  }
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
              // one person's key for another organisation of theirs is another request
              input: {
                ...(input as object),
                organization: actor.organizationId,
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
  for (const route of routes) {
    const { spec } = route
    if (!access[spec.permission]) throw new Error(`${spec.at} names ${spec.permission}, which the access table lacks`)
    app.route({
      ...addressOf(route),
      schema: documentOf(route) as never,
      ...(route.kind === 'raw' && route.spec.bodyLimit !== undefined && { bodyLimit: route.spec.bodyLimit }),
      preValidation: async request => authorize(access, request.actor, spec.permission),
      handler: (request, reply) => perform(route, engine, request, reply),
    })
  }
}
