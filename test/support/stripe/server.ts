import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { callOf, handlers } from './calls.ts'
import { readParams } from './form.ts'
import { Webhooks } from './webhooks.ts'
import { ApiError, invalid, World, type WorldOptions } from './world.ts'

/** What goes wrong with a request. The first two happen after its effect, so that only asking again tells. */
export type Fault = 'effect-then-500' | 'effect-then-timeout' | 'timeout' | '429'
const faultKinds: readonly Fault[] = ['effect-then-500', 'effect-then-timeout', 'timeout', '429']

export interface StandInOptions extends WorldOptions {
  readonly secretKey?: string
  readonly webhookSecret?: string
  /** Shares between 0 and 1 of requests that go wrong, by the seed. */
  readonly faults?: Partial<Record<Fault, number>>
}

interface Answer {
  readonly status: number
  readonly body: object
  readonly headers?: Record<string, string>
}

interface Kept {
  readonly fingerprint: string
  readonly at: number
  readonly answer: Answer
}

/** One request as it came, for a test to look at. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly body: string
  readonly idempotencyKey: string | null
  readonly status: number | 'timeout'
  readonly isReplay: boolean
}

const dayMs = 86_400_000

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

const problem = (error: ApiError): Answer => ({
  status: error.status,
  body: {
    error: {
      type: error.type,
      message: error.message,
      ...(error.code !== undefined && { code: error.code }),
      ...(error.param !== undefined && { param: error.param }),
    },
  },
})

const outage: Answer = {
  status: 500,
  body: { error: { type: 'api_error', message: 'An unknown error occurred' } },
}

/** A provider that can be asked over HTTP: the state behind it, what waits to be told, and how it fails. */
export class StandIn {
  readonly world: World
  readonly webhooks: Webhooks
  readonly secretKey: string
  readonly seen: Seen[] = []
  /** Where notifications go. */
  webhookUrl: string | undefined
  readonly #faults: Partial<Record<Fault, number>>
  readonly #planned: Fault[] = []
  /** Requests whose connection was cut: the SDK says them again at once by itself, and is cut again. */
  readonly #cut = new Set<string>()
  readonly #kept = new Map<string, Kept>()
  readonly #server = createServer((request, response) => void this.#serve(request, response))

  constructor(options: StandInOptions = {}) {
    this.secretKey = options.secretKey ?? 'sk_test_standin'
    this.#faults = options.faults ?? {}
    this.world = new World(options)
    this.webhooks = new Webhooks(this.world, options.webhookSecret ?? 'whsec_standin', () => this.webhookUrl)
  }

  /** Listens on a free port of the loopback interface. */
  async listen(): Promise<{ host: string; port: number; protocol: 'http' }> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port, protocol: 'http' }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  /** The next requests that change something go wrong so, in this order. */
  fail(...faults: Fault[]): void {
    this.#planned.push(...faults)
  }

  #faultFor(method: string): Fault | undefined {
    if (method === 'POST' && this.#planned.length > 0) return this.#planned.shift()
    for (const kind of faultKinds) {
      const share = this.#faults[kind] ?? 0
      if (share > 0 && this.world.random() < share && (method === 'POST' || !kind.startsWith('effect'))) return kind
    }
    return undefined
  }

  #authorize(request: IncomingMessage): void {
    const given = request.headers.authorization?.replace(/^Bearer /, '')
    if (given !== this.secretKey) throw new ApiError(401, 'invalid_request_error', 'Invalid API Key provided')
    const version = request.headers['stripe-version']
    if (version !== Stripe.API_VERSION) throw invalid(`Invalid Stripe API version: ${version}`)
    if (request.headers['stripe-account'] !== undefined)
      throw invalid('Calls on behalf of another account are not served here')
  }

  /** What a call is to do, once its parameters were found good. @throws ApiError 400, 404 */
  #prepare(method: string, url: URL, text: string): () => object {
    const found = callOf(method, url.pathname)
    if (!found)
      throw new ApiError(404, 'invalid_request_error', `Unrecognized request URL (${method}: ${url.pathname})`)
    const params = readParams(found.call, method === 'POST' ? text : url.search.slice(1))
    const handle = handlers[found.call] as (world: World, params: unknown, id: string) => object
    return () => structuredClone(handle(this.world, params, found.id))
  }

  #perform(work: () => object): Answer {
    try {
      return { status: 200, body: work() }
    } catch (error) {
      if (error instanceof ApiError) return problem(error)
      throw error
    } finally {
      this.world.request = null
    }
  }

  /** The saved answer of a key, or none; a key is known for a day. @throws ApiError 400 for other parameters */
  #replayOf(key: string, fingerprint: string): Answer | undefined {
    for (const [each, { at }] of this.#kept) if (this.world.nowMs - at > dayMs) this.#kept.delete(each)
    const kept = this.#kept.get(key)
    if (!kept) return undefined
    if (kept.fingerprint !== fingerprint)
      throw new ApiError(
        400,
        'idempotency_error',
        'Keys for idempotent requests can only be used with the same parameters',
      )
    return { ...kept.answer, headers: { 'idempotent-replayed': 'true' } }
  }

  #answer(request: IncomingMessage, url: URL, text: string, fault: Fault | undefined): Answer {
    this.#authorize(request)
    const method = request.method ?? 'GET'
    const key = (request.headers['idempotency-key'] as string | undefined) ?? null
    const work = this.#prepare(method, url, text)
    if (key === null || method !== 'POST') return this.#perform(work)
    const fingerprint = createHash('sha256').update(`${method} ${url.pathname}\n${text}`).digest('hex')
    const replay = this.#replayOf(key, fingerprint)
    if (replay) return replay
    this.world.request = { id: this.world.id('req'), idempotency_key: key }
    const made = this.#perform(work)
    // whatever came of work that was begun is answered again for the whole day, a refusal and an outage too
    const answer = fault === 'effect-then-500' && made.status < 400 ? outage : made
    this.#kept.set(key, { fingerprint, at: this.world.nowMs, answer })
    return answer
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request)
    const url = new URL(request.url ?? '/', 'http://standin')
    const method = request.method ?? 'GET'
    const name = String(request.headers['idempotency-key'] ?? `${method} ${request.url}`)
    if (this.#cut.delete(name)) return void request.socket.destroy()
    const fault = this.#faultFor(method)
    if (fault?.endsWith('timeout')) this.#cut.add(name)
    const say = (status: Seen['status'], isReplay: boolean) =>
      this.seen.push({
        method,
        path: url.pathname,
        body: text,
        idempotencyKey: (request.headers['idempotency-key'] as string | undefined) ?? null,
        status,
        isReplay,
      })
    if (fault === 'timeout') {
      say('timeout', false)
      return void request.socket.destroy()
    }
    let answer: Answer
    try {
      answer =
        fault === '429'
          ? {
              ...problem(new ApiError(429, 'invalid_request_error', 'Too many requests', 'rate_limit')),
              headers: { 'retry-after': '1' },
            }
          : this.#answer(request, url, text, fault)
    } catch (error) {
      answer = error instanceof ApiError ? problem(error) : outage
      if (!(error instanceof ApiError)) console.error(error)
    }
    const isReplay = answer.headers?.['idempotent-replayed'] !== undefined
    say(fault === 'effect-then-timeout' ? 'timeout' : answer.status, isReplay)
    if (fault === 'effect-then-timeout') return void request.socket.destroy()
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'request-id': `req_${this.seen.length}`,
      ...answer.headers,
    })
    response.end(JSON.stringify(answer.body))
  }

  /**
   * The stand-in's own books in fen, to be held against the product's: what each kind of movement brought, the sum of
   * all fees, and the balance.
   */
  get books(): { byType: Record<string, number>; fees: number; balance: number } {
    const byType: Record<string, number> = {}
    let [fees, balance] = [0, 0]
    for (const { type, amount, fee, net } of this.world.movements.newestFirst) {
      byType[type] = (byType[type] ?? 0) + amount
      fees += fee
      balance += net
    }
    return { byType, fees, balance }
  }
}
