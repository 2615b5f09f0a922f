import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { createExchange, type Exchange } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { system } from '../../src/kernel/actor.ts'
import { usccCheckCharacter } from '../../src/kernel/uscc.ts'
import { newLogger } from '../../src/logger.ts'
import { foundExchange } from '../../src/modules/identity/index.ts'
import { freshDatabase } from './database.ts'

type Test = { teardown: (work: () => Promise<void>) => void }

export const password = 'four words are long'

/** A signed-in person, acting for an organisation where one is named. */
export interface Role {
  readonly personId: string
  readonly email: string
  readonly token: string
  readonly organizationId?: string
}

export interface Reply {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly body: any
  readonly text: string
  readonly bytes: Buffer
}

export interface CallOptions {
  readonly as?: Role
  readonly body?: unknown
  /** sent as is, with this content type */
  readonly raw?: { readonly type: string; readonly bytes: Buffer }
  readonly key?: string
  readonly headers?: Record<string, string>
  readonly language?: string
}

export interface TestExchange {
  readonly exchange: Exchange
  readonly url: string
  readonly home: string
  readonly sql: postgres.Sql
  /** Calls `METHOD /path` (below /api/v1 unless it begins with `//`). */
  call(address: string, options?: CallOptions): Promise<Reply>
  /** The same, and fails the test unless the status is below 300; answers the body. */
  ok(address: string, options?: CallOptions): Promise<any>
  person(name: string): Promise<Role>
  /** A verified organisation with one member per duty list. */
  /** `service`: a public service enterprise of this kind (Art 38) */
  organization(roles: string[], options?: { division?: string; name?: string; service?: string }): Promise<Cast>
  readonly operator: Cast
  /** Waits until `probe` answers something truthy (events and timers run in the worker). */
  until<T>(probe: () => Promise<T | undefined | false | null>, what?: string): Promise<T>
  /** Moves the exchange's clock forward to an instant. */
  advanceTo(to: Date): Promise<void>
  advanceDays(days: number): Promise<void>
}

/** The people of an organisation, by what they may do. */
export interface Cast {
  readonly id: string
  readonly uscc: string
  readonly administrator: Role
  readonly maker: Role
  readonly checker: Role
  readonly finance: Role
}

let serial = 0

/** A valid unified social credit code that was not used before in this process. */
export function newUscc(division = '140100'): string {
  const body = `91${division}MA${String(++serial).padStart(7, '0')}`
  return body + usccCheckCharacter(body)
}

export interface OpenOptions {
  /** Whether event handlers and timers run; they do unless told. */
  readonly workers?: boolean
  /** Settings that differ from the usual. */
  readonly env?: Record<string, string>
  /** Where log lines go. */
  readonly log?: { write(line: string): void }
}

async function server(t: Test, { workers = true, env = {}, log }: OpenOptions) {
  const url = await freshDatabase(t)
  const home = await mkdtemp(join(tmpdir(), 'jinshu-test-'))
  const config = readConfig({
    JINSHU_HOME: home,
    DATABASE_URL: url,
    JINSHU_DEMO: '1',
    PUBLIC_URL: 'http://localhost:3000',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? (log ? 'info' : 'error'),
    ...env,
  })
  const exchange = await createExchange(config, url, newLogger(config.logLevel, log))
  if (workers) await exchange.startWorker()
  const sql = postgres(url, { max: 2, onnotice: () => {} })
  t.teardown(async () => {
    await sql.end()
    await exchange.close()
    await rm(home, { recursive: true, force: true })
  })
  return { exchange, home, sql, url }
}

/** Starts an exchange in this process on a database of its own, with its operator in place. */
export async function openExchange(t: Test, options: OpenOptions = {}): Promise<TestExchange> {
  const { exchange, home, sql, url } = await server(t, options)
  const call = async (address: string, options: CallOptions = {}): Promise<Reply> => {
    const [method = 'GET', path = ''] = address.split(' ')
    const reply = await exchange.app.inject({
      method: method as 'GET',
      url: path.startsWith('//') ? path.slice(1) : `/api/v1${path}`,
      headers: {
        ...(options.as && { authorization: `Bearer ${options.as.token}` }),
        ...(options.as?.organizationId && { 'jinshu-organization': options.as.organizationId }),
        ...(options.key && { 'idempotency-key': options.key }),
        ...(options.raw && { 'content-type': options.raw.type }),
        'accept-language': options.language ?? 'en',
        ...options.headers,
      },
      ...(options.raw
        ? { payload: options.raw.bytes }
        : options.body !== undefined && { payload: options.body as object }),
    })
    const isJson = /[/+]json/.test(String(reply.headers['content-type']))
    return {
      status: reply.statusCode,
      headers: reply.headers,
      body: isJson ? reply.json() : reply.body,
      text: reply.body,
      bytes: reply.rawPayload,
    }
  }
  const ok = async (address: string, options?: CallOptions) => {
    const reply = await call(address, options)
    if (reply.status >= 300) throw new Error(`${address} answered ${reply.status}: ${reply.text.slice(0, 1500)}`)
    return reply.body
  }
  const person = async (name: string): Promise<Role> => {
    const email = `${name}.${++serial}@example.cn`
    const { id } = await ok('POST /persons', { body: { email, name, password } })
    const { accessToken } = await ok('POST /sessions', { body: { email, password } })
    return { personId: id, email, token: accessToken }
  }
  const staff = async (founder: Role, id: string, uscc: string): Promise<Cast> => {
    const administrator = { ...founder, organizationId: id }
    const member = async (duty: string): Promise<Role> => {
      const role = await person(duty)
      await ok('PUT /members', { as: administrator, body: { email: role.email, duties: [duty] } })
      return { ...role, organizationId: id }
    }
    return {
      id,
      uscc,
      administrator,
      maker: await member('maker'),
      checker: await member('checker'),
      finance: await member('finance'),
    }
  }
  const operatorFounder = await person('operator')
  const operatorUscc = newUscc()
  const founded = await exchange.engine.write(system, { operation: 'foundExchange' }, cx =>
    foundExchange(
      cx,
      {
        uscc: operatorUscc,
        nameZh: '山西数据交易服务有限公司',
        division: '140100',
        address: '山西省太原市示范路一号',
        contactName: '运营',
        contactPhone: '0351-0000000',
      },
      operatorFounder.personId,
    ),
  )
  if (founded.isReplay) throw new Error('the operator cannot be a replay')
  const operator = await staff(operatorFounder, founded.value.id, operatorUscc)
  const organization = async (
    roles: string[],
    options: { division?: string; name?: string; service?: string } = {},
  ): Promise<Cast> => {
    const founder = await person('founder')
    const division = options.division ?? '140100'
    const uscc = newUscc(division)
    const { id } = await ok('POST /organizations', {
      as: founder,
      body: {
        uscc,
        nameZh: options.name ?? `测试机构${serial}`,
        division,
        address: '山西省太原市测试街二号',
        contactName: '联系人',
        contactPhone: '0351-1111111',
        roles,
        ...(roles.includes('institution') && {
          institutionKind: options.service ? 'publicServiceEnterprise' : 'publicInstitution',
          ...(options.service && { serviceKind: options.service }),
        }),
      },
    })
    await ok(`POST /organizations/${id}/accept`, { as: operator.maker })
    await ok(`POST /organizations/${id}/verify`, { as: operator.checker })
    return staff(founder, id, uscc)
  }
  const until = async <T>(
    probe: () => Promise<T | undefined | false | null>,
    what = 'what was awaited',
  ): Promise<T> => {
    for (let i = 0; i < 400; i++) {
      const found = await probe()
      if (found) return found
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    throw new Error(`${what} did not happen within 20 s`)
  }
  const advanceTo = async (to: Date) => void (await ok('POST /demo/clock', { body: { to: to.toISOString() } }))
  const advanceDays = async (days: number) => {
    const { now } = await ok('GET /clock')
    await advanceTo(new Date(new Date(now).getTime() + days * 86_400_000))
  }
  return { exchange, url, home, sql, call, ok, person, organization, operator, until, advanceTo, advanceDays }
}
