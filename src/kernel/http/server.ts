import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import etag from '@fastify/etag'
import formbody from '@fastify/formbody'
import helmet from '@fastify/helmet'
import jwt from '@fastify/jwt'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { KeyPair } from '../keys.ts'
import { notFound, type Problem } from '../problem.ts'
import { text } from '../text.ts'
import { ProblemShape } from '../wire.ts'
import { useCompilers } from './compilers.ts'
import { drainAtClose, logGivenUp } from './drain.ts'
import { OneLine, refuseAddress, refuseBytes } from './edge.ts'
import { replyWithProblem } from './failure.ts'
import { isInner } from './inner.ts'
import { withProblems } from './mount.ts'

export interface ServerOptions {
  readonly logger: Logger
  readonly publicUrl: string
  readonly tokenKey: KeyPair
  /** Requests a minute from one address. */
  readonly requestsPerMinute: number
  /** Proxies whose word about the caller's address is taken (addresses and networks); none unless given. */
  readonly trustedProxies?: readonly string[]
  readonly isDemo: boolean
  /** A refusal as a page, for whoever opens an address that is not the API's in a browser. */
  readonly problemPage?: (request: FastifyRequest, reply: FastifyReply, problem: Problem) => FastifyReply
}

/** Access tokens live this many seconds; a session ended in between is refused at once by its row. */
export const accessTokenSeconds = 600

async function protect(app: FastifyInstance, options: ServerOptions): Promise<void> {
  const self = ["'self'"]
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: self,
        styleSrc: self,
        imgSrc: [...self, 'data:'],
        fontSrc: self,
        connectSrc: self,
        formAction: self,
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
    hsts: app.isHttps ? { maxAge: 31_536_000, includeSubDomains: true } : false,
  })
  await app.register(rateLimit, {
    global: false,
    max: options.requestsPerMinute,
    timeWindow: '1 minute',
    allowList: isInner,
  })
  // before anyone is asked who they are: the plugin's own hook would come behind the route's, and so behind refusals
  app.addHook('onRequest', app.rateLimit())
  await app.register(cookie)
  await app.register(jwt, {
    secret: { private: options.tokenKey.privatePart, public: options.tokenKey.publicPart },
    sign: { algorithm: 'EdDSA', iss: options.publicUrl, aud: 'jinshu', expiresIn: accessTokenSeconds },
    verify: {
      algorithms: ['EdDSA'],
      allowedIss: options.publicUrl,
      allowedAud: 'jinshu',
      checkTyp: 'JWT',
      requiredClaims: ['iss', 'aud', 'iat', 'exp', 'sub', 'sid', 'use'],
      maxAge: accessTokenSeconds,
      cache: 5_000,
    },
  })
}

async function describe(app: FastifyInstance, publicUrl: string): Promise<void> {
  await app.register(swagger, {
    transform: ({ schema, url }) => ({ schema: withProblems(schema), url }),
    openapi: {
      openapi: '3.1.0',
      info: {
        title: '晋数 Jinshu API',
        version: '1',
        description:
          'Data trading service. Amounts are integers of fen (分); instants are ISO 8601 in UTC; refusals are RFC 9457 problems in the language of Accept-Language; writes take an Idempotency-Key.',
      },
      servers: [{ url: publicUrl }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ bearer: [] }, {}],
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => (typeof json.$id === 'string' ? json.$id : `def-${i}`),
    },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: false, theme: { title: '晋数 Jinshu API' } })
}

/** Files arrive as streams, in a form or bare: only the routes that want one read it, within limits of their own. */
async function receiveFiles(app: FastifyInstance): Promise<void> {
  app.removeContentTypeParser('text/plain')
  await app.register(formbody)
  await app.register(multipart, { limits: { files: 1, fields: 20, parts: 21 } })
  app.addContentTypeParser(
    ['application/octet-stream', 'application/offset+octet-stream'],
    (_request: FastifyRequest, payload: IncomingMessage, done: (error: null, body: IncomingMessage) => void) =>
      done(null, payload),
  )
}

/** A Fastify application with everything that holds for every route; modules' routes are mounted on it afterwards. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    logController: new OneLine(),
    frameworkErrors: refuseAddress,
    clientErrorHandler: refuseBytes,
    bodyLimit: 1024 * 1024,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    forceCloseConnections: 'idle',
    requestTimeout: 0,
    // a request that still arrives on an open connection while closing is served; its answer says to reconnect
    return503OnClosing: false,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  })
  useCompilers(app)
  app.addSchema(ProblemShape)
  const { problemPage } = options
  app.decorateRequest('failure')
  app.decorate('isHttps', options.publicUrl.startsWith('https:'))
  app.decorate('isDemo', options.isDemo)
  drainAtClose(app)
  logGivenUp(app)
  app.setErrorHandler((error, request, reply) => replyWithProblem(error, request, reply, problemPage))
  await protect(app, options)
  await receiveFiles(app)
  app.setNotFoundHandler((request, reply) => {
    const address = `${request.method} ${request.url.split('?')[0]}`
    const problem = notFound(text(`没有 ${address} 这个地址。`, `There is no ${address}.`))
    return replyWithProblem(problem, request, reply, problemPage)
  })
  await app.register(compress, { threshold: 2048 })
  await app.register(etag)
  await describe(app, options.publicUrl)
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  app.addHook('onSend', async (request, reply) => void reply.header('x-request-id', request.id))
  return app
}
