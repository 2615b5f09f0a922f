import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { forgeryCookie, refuseForgery } from '../kernel/http/forgery.ts'
import { innerHeaders } from '../kernel/http/inner.ts'
import { languageOf } from '../kernel/http/language.ts'
import { addressOf, type Route, raw } from '../kernel/http/route.ts'
import { invalidInput, notFound, Problem, problemDocument } from '../kernel/problem.ts'
import { type Text, text } from '../kernel/text.ts'
import { decodeForm, type Fields } from './decode.ts'
import { doneCookie } from './reader.ts'
import { type FormState, type ProblemDocument, withFormState } from './state.ts'

/** What a form says of itself beside its fields. */
interface Sent {
  readonly fields: Fields
  readonly file?: { readonly name: string; readonly stream: NodeJS.ReadableStream } | undefined
}

interface Target {
  readonly method: string
  readonly pattern: RegExp
  readonly body: TSchema | undefined
  readonly summary: Text
}

/** Fields that are never shown again or kept: passwords, secrets, the code of a second step (not `classCode`). */
const unkept = /password|secret|^code$/i

const asList = (value: unknown): string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String)

/** A form's fields; of one that sends a file, those before it, and the file as it arrives. */
async function receive(request: FastifyRequest): Promise<Sent> {
  if (!request.isMultipart()) {
    const body = (request.body ?? {}) as Record<string, unknown>
    return { fields: Object.fromEntries(Object.entries(body).map(([name, value]) => [name, asList(value)])) }
  }
  const fields: Record<string, string[]> = {}
  for await (const part of request.parts({ limits: { fileSize: Number.MAX_SAFE_INTEGER } })) {
    if (part.type === 'file') return { fields, file: { name: part.filename ?? '', stream: part.file } }
    fields[part.fieldname] = [...(fields[part.fieldname] ?? []), String(part.value)]
  }
  return { fields }
}

/** A path of ours, never another site: forms name where they are and where they lead to. */
export const localPath = (value: string | undefined, fallback: string): string =>
  value !== undefined && /^\/(?![/\\])[^\s\\]*$/.test(value) ? value : fallback

const read = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], value)

/** `/contracts/{id}` with what the API answered; `{url}` alone is an address that it answered, cut to its path. */
function leadTo(then: string, answer: unknown): string {
  if (then === '{url}') {
    const url = new URL(String(read(answer, 'url')), 'http://localhost')
    return url.pathname + url.search
  }
  return localPath(
    then.replace(/\{([\w.]+)\}/g, (_, path: string) => encodeURIComponent(String(read(answer, path) ?? ''))),
    '/',
  )
}

const single = (fields: Fields, name: string): string | undefined => fields[name]?.at(-1)

/** What was typed, without what must not be kept. */
const typed = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith('_') && !unkept.test(name)))

const cookieHeader = (request: FastifyRequest, extra: Readonly<Record<string, string>> = {}) => {
  const all = { ...request.cookies, ...extra }
  return Object.entries(all)
    .map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`)
    .join('; ')
}

const acceptable = (request: FastifyRequest, as: string | undefined, extra?: Readonly<Record<string, string>>) => ({
  ...innerHeaders(),
  cookie: cookieHeader(request, extra),
  'accept-language': languageOf(request),
  'user-agent': request.headers['user-agent'] ?? '',
  ...(as && { 'jinshu-organization': as }),
})

/**
 * Shows a page of ours once more with the state of its form, under the form's own address: nothing typed is lost.
 * `cookies` are ones that the browser is being given with this very answer. False when the page cannot be shown any
 * more, and nothing was answered.
 */
export async function showAgain(
  request: FastifyRequest,
  reply: FastifyReply,
  page: string,
  state: FormState,
  options: { readonly status?: number; readonly as?: string; readonly cookies?: Readonly<Record<string, string>> } = {},
): Promise<boolean> {
  const shown = await withFormState(state, headers =>
    request.server.inject({
      method: 'GET',
      url: page,
      remoteAddress: request.ip,
      headers: { ...acceptable(request, options.as, options.cookies), ...headers, accept: 'text/html' },
    }),
  )
  if (shown.statusCode >= 300) return false
  for (const cookie of shown.cookies.filter(each => each.name === forgeryCookie))
    reply.setCookie(cookie.name, cookie.value, { path: '/', httpOnly: true, sameSite: 'lax' })
  // the page's own: one that shows a document of ours admits it also when it is shown again
  const policy = shown.headers['content-security-policy']
  if (policy) reply.header('content-security-policy', policy)
  reply
    .code(options.status ?? 200)
    .header('content-language', shown.headers['content-language'] ?? 'zh-CN')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(shown.payload)
  return true
}

function targetsOf(routes: readonly Route[]): Target[] {
  return routes
    .filter(route => !route.spec.isRoot)
    .map(route => {
      const { method, url } = addressOf(route)
      const pattern = new RegExp(`^${url.replace(/:[^/]+/g, '[^/]+')}$`)
      return { method, pattern, body: route.spec.body, summary: route.spec.summary }
    })
    .filter(target => target.method !== 'GET')
}

/** Calls the API as the form's person, in the process: validated, authorised and remembered like any other call. */
async function call(request: FastifyRequest, target: Target, url: string, sent: Sent) {
  const { fields, file } = sent
  const as = single(fields, '_as')
  const key = single(fields, '_key')
  const headers = { ...acceptable(request, as), accept: 'application/json', ...(key && { 'idempotency-key': key }) }
  const method = target.method as 'POST'
  const { server, ip } = request
  if (file) {
    const joint = url.includes('?') ? '&' : '?'
    return server.inject({
      method,
      url: `${url}${joint}fileName=${encodeURIComponent(file.name)}`,
      remoteAddress: ip,
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      payload: file.stream,
    })
  }
  return server.inject({
    method,
    url,
    remoteAddress: ip,
    headers: { ...headers, ...(target.body && { 'content-type': 'application/json' }) },
    ...(target.body && { payload: JSON.stringify(decodeForm(target.body, fields)) }),
  })
}

const parsed = (payload: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(payload)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The refusal of a call, also where it came before the call was made (an amount that is none). */
async function attempt(request: FastifyRequest, target: Target, url: string, sent: Sent) {
  try {
    const { statusCode, payload } = await call(request, target, url, sent)
    return { status: statusCode, answer: parsed(payload) }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const document = problemDocument(error, languageOf(request), request.id)
    return { status: error.type.status, answer: document as unknown as Record<string, unknown> }
  }
}

const doneWords = (summary: Text) => `${summary.zh}：已完成。|${summary.en}: done.`

/** A refusal as an exception, for the page of the problem itself. */
const thrown = (document: ProblemDocument): Problem =>
  new Problem(
    {
      slug: document.type.split('/').at(-1) ?? 'internal-error',
      status: document.status,
      title: text(document.title, document.title),
      remedy: text('返回上一页，查看当前内容后再试。', 'Go back, look at what is there now, and try again.'),
    },
    text(document.detail, document.detail),
  )

async function handle(request: FastifyRequest, reply: FastifyReply, targets: readonly Target[]) {
  const sent = await receive(request)
  const { fields } = sent
  refuseForgery(request, single(fields, '_csrf'))
  const method = single(fields, '_method') ?? 'POST'
  const rest = request.url.slice('/forms'.length)
  const url = `/api/v1${rest}`
  const target = targets.find(each => each.method === method && each.pattern.test(url.split('?')[0]!))
  if (!target) throw notFound()
  const to = `${method} ${rest}`
  const from = localPath(single(fields, '_from'), '/')
  const as = single(fields, '_as')
  const { status, answer } = await attempt(request, target, url, sent)
  const values = typed(fields)
  if (status < 300) {
    const then = single(fields, '_then') ?? from
    if (single(fields, '_show') === '1') {
      const shown = await showAgain(request, reply, from, { to, values: {}, reply: answer }, { ...(as && { as }) })
      if (shown) return reply
    }
    if (then !== '{url}')
      reply.setCookie(doneCookie, doneWords(target.summary), { path: '/', maxAge: 60, sameSite: 'lax' })
    return reply.redirect(leadTo(then, answer), 303)
  }
  const problem = answer as unknown as ProblemDocument
  if (typeof problem.type !== 'string') throw invalidInput()
  if (status === 401 && !request.viewer) {
    const pending = JSON.stringify({ to, from, as, values })
    const page = `/sign-in?next=${encodeURIComponent(from)}`
    const shown = await showAgain(request, reply, page, { to, values, problem, pending }, { status })
    if (shown) return reply
  }
  const shown = await showAgain(request, reply, from, { to, values, problem }, { status, ...(as && { as }) })
  if (!shown) throw thrown(problem)
  return reply
}

/** What a form kept for its person while they signed in again; undefined when it cannot be read. */
export function readPending(json: string | undefined): { from: string; as?: string; state: FormState } | undefined {
  const { to, from, as, values } = parsed(json ?? '') as { to?: string; from?: string; as?: string; values?: Fields }
  if (typeof to !== 'string' || typeof values !== 'object' || values === null) return undefined
  const kept = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, asList(value)]))
  return {
    from: localPath(from, '/'),
    ...(typeof as === 'string' && { as }),
    state: { to, values: kept, isResumed: true },
  }
}

/**
 * The one target of all forms: `POST /forms/contracts/…/sign` is `POST /api/v1/contracts/…/sign` for browsers. Fields
 * become the JSON body; success leads on (303), so that reloading repeats nothing; a refusal shows the page again with
 * the message beside each field and everything typed. The form's own key makes a second click harmless.
 */
export function formRoutes(routes: () => readonly Route[]): Route[] {
  let targets: Target[] | undefined
  return [
    raw({
      at: 'POST /forms/*',
      operation: 'sendForm',
      permission: 'page.read',
      tag: 'pages',
      summary: text('提交表单', 'Send a form'),
      isRoot: true,
      isHidden: true,
      isForm: true,
      handle: (request, reply) => {
        targets ??= targetsOf(routes())
        return handle(request, reply, targets)
      },
    }),
  ]
}
