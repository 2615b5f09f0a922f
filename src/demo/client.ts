import { setTimeout as wait } from 'node:timers/promises'

/** A person who is signed in, acting for an organisation where there is one. */
export interface Player {
  readonly name: string
  readonly email: string
  readonly token: string
  readonly organizationId?: string
}

export interface Request {
  readonly as?: Player
  readonly body?: unknown
  readonly form?: FormData
  readonly headers?: Record<string, string>
  /** the same key and body have one effect, so that an interrupted story can be told again */
  readonly key?: string
}

/** Something that was not as the story says. */
export class StoryError extends Error {}

/** A stranger's client of the public HTTP API: all that the demo does goes through it. */
export class Client {
  readonly url: string
  constructor(url: string) {
    this.url = url.replace(/\/+$/, '')
  }

  /** Sends one request; `path` is below /api/v1 unless it begins with `//` or is a whole address. */
  async send(address: string, request: Request = {}): Promise<Response> {
    const [method = 'GET', path = ''] = address.split(' ')
    const target = /^https?:/.test(path)
      ? path
      : path.startsWith('//')
        ? this.url + path.slice(1)
        : `${this.url}/api/v1${path}`
    for (let tries = 1; ; tries++) {
      const response = await fetch(target, {
        method,
        headers: {
          'accept-language': 'zh-CN',
          ...(request.as && { authorization: `Bearer ${request.as.token}` }),
          ...(request.as?.organizationId && { 'jinshu-organization': request.as.organizationId }),
          ...(request.key && { 'idempotency-key': request.key }),
          ...(request.body !== undefined && { 'content-type': 'application/json' }),
          ...request.headers,
        },
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
        ...(request.form && { body: request.form }),
        redirect: 'manual',
      })
      if (![429, 503].includes(response.status) || tries >= 5) return response
      await wait(1000 * Number(response.headers.get('retry-after') ?? 1))
    }
  }

  /** Sends one request and answers its JSON. @throws StoryError with the problem's words when it is refused */
  async call<T = Record<string, never>>(address: string, request: Request = {}): Promise<T> {
    const response = await this.send(address, request)
    const words = await response.text()
    if (!response.ok) throw new StoryError(`${address} → ${response.status} ${words.slice(0, 1200)}`)
    return (words === '' ? {} : JSON.parse(words)) as T
  }

  /** Expects a refusal of that kind and answers its problem document. */
  async refused(
    address: string,
    slug: string,
    request: Request = {},
  ): Promise<{ detail: string; errors?: { message: string }[] }> {
    const response = await this.send(address, request)
    const problem = (await response.json()) as { type: string; detail: string; errors?: { message: string }[] }
    if (problem.type !== `/problems/${slug}`)
      throw new StoryError(`${address} should be refused as ${slug}, was ${response.status} ${JSON.stringify(problem)}`)
    return problem
  }

  /** Signs a person in. */
  async signIn(email: string, password: string, name = email): Promise<Player> {
    const { accessToken } = await this.call<{ accessToken: string }>('POST /sessions', { body: { email, password } })
    return { name, email, token: accessToken }
  }

  /** Asks until the answer is there: events and timers run in the background. */
  async until<T>(what: string, probe: () => Promise<T | undefined | null | false>, seconds = 30): Promise<T> {
    for (let i = 0; i < seconds * 10; i++) {
      const found = await probe()
      if (found) return found
      await wait(100)
    }
    throw new StoryError(`${what} did not happen within ${seconds} s`)
  }
}
