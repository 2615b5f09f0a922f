import postgres from 'postgres'
import { access } from '../../src/access.ts'
import { anonymous } from '../../src/kernel/actor.ts'
import { createEngine, type Engine } from '../../src/kernel/command.ts'
import { type Client, connect, type RawTx } from '../../src/kernel/db/client.ts'
import { createRenderer } from '../../src/kernel/documents/renderer.ts'
import { createSealer } from '../../src/kernel/documents/sealer.ts'
import type { EventBus, Handler, Payload } from '../../src/kernel/events.ts'
import { createFileStore } from '../../src/kernel/files.ts'
import { newId } from '../../src/kernel/ids.ts'
import { createKeyring, readMasterKey } from '../../src/kernel/keys.ts'
import type { Kit } from '../../src/kernel/kit.ts'
import type { Machinery } from '../../src/kernel/task.ts'
import * as orders from '../../src/modules/orders/index.ts'
import * as settlement from '../../src/modules/settlement/index.ts'
import { useGateway } from '../../src/modules/settlement/online/gateway.ts'
import type { OnlineGateway } from '../../src/modules/settlement/online/port.ts'
import { createStripe } from '../../src/modules/settlement/stripe/adapter.ts'
import { StandIn } from '../support/stripe/index.ts'
import { createAccount, onboard } from '../support/stripe/payees.ts'
import { Bank } from './bank.ts'
import { type Base, beginning, copyOf, setClock } from './base.ts'
import { Crash, type Schedule } from './schedule.ts'

/** The handlers that move money or orders; what only tells people is left out. */
export const handlers: readonly Handler[] = [...orders.handlers, ...settlement.handlers]
export const timers = [...orders.timers, ...settlement.timers]

const webhook = settlement.routes.find(({ spec }) => spec.at === 'POST /webhooks/stripe')!

/** One process of the exchange: it stops at every boundary of a transaction and of a call. */
export interface Instance {
  readonly engine: Engine
  readonly machinery: Machinery
  /** Takes a notification as the route does; answers the status. */
  hear(body: Buffer, signature: string): Promise<number>
}

export interface Rig {
  readonly base: Base
  readonly schedule: Schedule
  readonly sql: postgres.Sql
  readonly standIn: StandIn
  readonly bank: Bank
  readonly instances: readonly Instance[]
  /** Without boundaries: to set things up and to look. */
  readonly plain: Engine
  readonly clock: { ms: number }
  /**
   * Seven seconds pass, and the database's clock is set to the virtual one: what the machine takes for a step must not
   * decide whether something is due. Seven divides none of the pauses between attempts.
   */
  tick(): Promise<void>
  close(): Promise<void>
}

/** Commits and calls with a boundary before and after each, and a crash inside where the schedule says so. */
function bounded(engine: Engine, schedule: Schedule): Engine {
  return {
    kit: engine.kit,
    glance: engine.glance,
    async read(actor, work) {
      await schedule.turn('read')
      return engine.read(actor, work)
    },
    async write(actor, options, work) {
      await schedule.turn(`before ${options.operation}`)
      const isHit = schedule.strikes(options.operation)
      try {
        const outcome = await engine.write(actor, options, async cx => {
          const value = await work(cx)
          if (isHit) throw new Crash()
          return value
        })
        schedule.commits += 1
        await schedule.turn(`after ${options.operation}`)
        return outcome
      } catch (error) {
        return error instanceof Crash ? schedule.die() : Promise.reject(error)
      }
    },
  }
}

function boundedGateway(gateway: OnlineGateway, schedule: Schedule): OnlineGateway {
  const around = async <T>(label: string, call: () => Promise<T>): Promise<T> => {
    await schedule.turn(`before ${label}`)
    const answer = await call()
    await schedule.turn(`after ${label}`)
    return answer
  }
  return {
    code: gateway.code,
    perform: instruction => around(instruction.kind, () => gateway.perform(instruction)),
    find: instruction => around(`find ${instruction.kind}`, () => gateway.find(instruction)),
    verify: (body, signature, now) => gateway.verify(body, signature, now),
    look: (kind, id) => around(`look ${kind}`, () => gateway.look(kind, id)),
    events: since => gateway.events(since),
    movements: since => gateway.movements(since),
    payeeLink: (...given) => gateway.payeeLink(...given),
  }
}

/** Keeps jobs beside the data, as the queue does: at least once, and as often as the schedule likes. */
const queue: EventBus = {
  async send(sql: RawTx, event: string, payload: Payload, actorId = null) {
    for (const handler of handlers) {
      const isHeard = typeof handler.event === 'string' ? handler.event === event : handler.event.includes(event)
      if (isHeard)
        await sql`insert into simulated_job (id, handler, payload)
          values (${newId()}, ${handler.name}, ${JSON.stringify({ ...payload, event, actorId })}::text::jsonb)`
    }
  },
  work: async () => {},
  counts: async () => [],
  stop: async () => {},
}

async function openKit(base: Base, client: Client): Promise<Kit> {
  const keyring = createKeyring(await readMasterKey(`${base.home}/keys/master.key`))
  return {
    settings: {
      home: base.home,
      publicUrl: 'http://localhost:3000',
      isDemo: true,
      maxUploadBytes: 1e6,
      quotaBytes: 1e9,
      quotaVersions: 1e6,
      uploadHours: 1,
      pullHosts: [],
      pullSeconds: 1,
    } as unknown as Kit['settings'],
    keyring,
    files: createFileStore(`${base.home}/files`),
    scanning: { kind: 'accepted' },
    renderer: createRenderer(),
    sealer: createSealer(client, keyring),
    access,
    mailer: undefined,
    signToken: () => '',
  }
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} } as never

/** Everything of one run: a database of its own, the provider, the bank, and `size` processes of the exchange. */
export async function openRig(base: Base, seed: number, schedule: Schedule, size = 2): Promise<Rig> {
  const { url, drop } = await copyOf(base)
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await sql`create table simulated_job (id uuid primary key, handler text not null, payload jsonb not null,
    is_done boolean not null default false, seq bigint generated always as identity)`
  const clock = { ms: beginning }
  const standIn = new StandIn({ seed, clock: () => new Date(clock.ms) })
  const { host, port } = await standIn.listen()
  const settings = {
    secretKey: standIn.secretKey,
    webhookSecret: standIn.webhooks.secret,
    host,
    port,
    protocol: 'http' as const,
  }
  const account = createSimulatedAccount(standIn)
  await sql`update settlement.connected_account set external_id = ${account}`
  const clients: Client[] = []
  const kits: Kit[] = []
  const open = async () => {
    const client = connect(url, { size: 2 })
    clients.push(client)
    const kit = await openKit(base, client)
    kits.push(kit)
    return { client, kit, engine: createEngine(client, queue, kit) }
  }
  const instances: Instance[] = []
  for (let n = 0; n < size; n++) {
    const { client, kit, engine: own } = await open()
    useGateway(kit, boundedGateway(createStripe(settings), schedule))
    const engine = bounded(own, schedule)
    instances.push({
      engine,
      machinery: { client, engine, kit, log: quiet },
      async hear(body, signature) {
        try {
          const request = { body, headers: { 'stripe-signature': signature } }
          await (webhook.spec as unknown as { handle: (...given: unknown[]) => Promise<unknown> }).handle(
            request,
            {},
            {
              engine,
              actor: anonymous,
            },
          )
          return 200
        } catch (error) {
          return (error as { type?: { status: number } }).type?.status ?? 500
        }
      },
    })
  }
  const { engine: plain, kit } = await open()
  useGateway(kit, createStripe(settings))
  return {
    base,
    schedule,
    sql,
    standIn,
    bank: new Bank(schedule),
    instances,
    plain,
    clock,
    async tick() {
      clock.ms += 7_000
      await setClock(sql, clock.ms)
    },
    async close() {
      await standIn.close()
      for (const each of kits) await each.renderer.close()
      await Promise.all([sql.end(), ...clients.map(client => client.end({ timeout: 1 }))])
      await drop()
    },
  }
}

/** The account of the vendor who is paid through the provider, as it stands after the onboarding. */
function createSimulatedAccount(standIn: StandIn): string {
  const account = standIn.world.accounts.newestFirst[0] ?? makeAccount(standIn)
  onboard(standIn.world, account.id)
  return account.id
}

const makeAccount = (standIn: StandIn) =>
  createAccount(standIn.world, { type: 'express', capabilities: { transfers: { requested: true } } })
