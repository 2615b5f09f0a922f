import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { Actor } from '../../src/kernel/actor.ts'
import { newId } from '../../src/kernel/ids.ts'
import { type Cast, openExchange, password, type Role, type TestExchange } from '../support/exchange.ts'

type Test = { teardown: (work: () => Promise<void>) => void }

/** When the runs begin, and when what they stand on was made: a Monday of a year whose holidays nobody knows yet. */
export const beginning = Date.parse('2031-04-14T02:00:03Z')
const founding = Date.parse('2031-03-03T02:00:00Z')

/** A database with people and accounts in it, of which each run gets a copy of its own. */
export interface Base {
  readonly server: string
  readonly name: string
  /** the folder with the master key */
  readonly home: string
  readonly direct: Cast
  readonly banked: Cast
  readonly buyers: readonly Cast[]
  readonly operator: Cast
}

/** Sets the exchange's clock to an instant of its future; what the machine's own clock does meanwhile is taken off. */
export const setClock = (sql: postgres.Sql, to: number) => sql`
  update kernel.clock set offset_ms = ${to} - floor(extract(epoch from now()) * 1000)::bigint where id = 1`

async function openBankAccount(x: TestExchange, who: Cast, number: string): Promise<void> {
  const body = { bankName: '太原银行', bankCode: '102161000015', accountNumber: number, password }
  const account = await x.ok('POST /bank-accounts', { as: who.finance, body })
  const confirmer: Role = x.operator.checker
  await x.ok(`POST /bank-accounts/${account.id}/confirm`, { as: confirmer })
}

/** Makes the base: an operator, a vendor paid through the provider, one paid by bank, and two buyers. */
export async function openBase(t: Test): Promise<Base> {
  const closings: (() => Promise<void>)[] = []
  const x = await openExchange({ teardown: work => void closings.push(work) }, { workers: false })
  await setClock(x.sql, founding)
  const direct = await x.organization(['vendor'], { name: '晋阳数据公司' })
  const banked = await x.organization(['vendor'], { name: '汾河数据公司' })
  const buyers = [
    await x.organization(['buyer'], { name: '龙城应用公司' }),
    await x.organization(['buyer'], { name: '双塔应用公司' }),
  ]
  await openBankAccount(x, direct, '6222000011110001')
  await openBankAccount(x, banked, '6222000011110002')
  const { operator } = x
  await x.sql`
    insert into settlement.connected_account (id, gateway, organization_id, state, external_id, registered_by, decided_by,
      usable_from, rule_pack, created_at, changed_at)
    values (${newId()}, 'stripe', ${direct.id}, 'ready', 'acct_simulated', ${direct.finance.personId},
      ${operator.checker.personId}, to_timestamp(${founding / 1000}), 'national-2025@1', now(), now())`
  const home = await mkdtemp(join(tmpdir(), 'jinshu-simulate-'))
  await cp(x.home, home, { recursive: true })
  const { url } = x
  const [drop, ...close] = closings
  for (const each of close.reverse()) await each()
  t.teardown(async () => {
    await drop?.()
    await rm(home, { recursive: true, force: true })
  })
  const name = new URL(url).pathname.slice(1)
  return {
    server: Object.assign(new URL(url), { pathname: '/postgres' }).href,
    name,
    home,
    direct,
    banked,
    buyers,
    operator,
  }
}

/** A copy of the base for one run; answers its address and how to drop it. */
export async function copyOf(base: Base): Promise<{ url: string; drop: () => Promise<void> }> {
  const admin = postgres(base.server, { max: 1, onnotice: () => {} })
  const name = `run_${newId().replaceAll('-', '')}`
  await admin.unsafe(`create database ${name} template ${base.name}`)
  return {
    url: Object.assign(new URL(base.server), { pathname: `/${name}` }).href,
    drop: async () => {
      await admin.unsafe(`drop database if exists ${name} with (force)`)
      await admin.end()
    },
  }
}

/** A person of an organisation, as the server would know them after signing in. */
export const actorOf = (role: Role, roles: readonly string[], duties: readonly string[]): Actor => ({
  kind: 'person',
  personId: role.personId,
  sessionId: null,
  organizationId: role.organizationId ?? null,
  roles,
  duties,
  division: '140100',
  scopes: null,
  provedAt: null,
})
