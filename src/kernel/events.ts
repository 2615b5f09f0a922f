import { setTimeout as wait } from 'node:timers/promises'
import { PgBoss } from 'pg-boss'
import type { Cx, Rx } from './command.ts'
import type { Client, RawTx } from './db/client.ts'
import { adoptOrphans, whileHeld } from './orphans.ts'

/** What an event carries: ids and plain facts, JSON only. */
export type Payload = Readonly<Record<string, string | number | boolean | null>>

/** A later module's reaction to an event of an earlier one. Its effect happens once however often the job runs. */
export interface Handler {
  /**
   * `module.past-tense`, as `orders.order-paid`. Several go through one queue, which costs no more to watch than one:
   * their payload says which `event` it was, and `actorId`, the person who caused it or null.
   */
  readonly event: string | readonly string[]
  /** `module.what-it-does`; with the event, where it is one, it names the queue */
  readonly name: string
  readonly run: (cx: Cx, payload: Payload) => Promise<void>
}

/** Work that falls due by the exchange's clock: found from the state of rows, so nothing is to cancel. */
export interface Timer {
  readonly name: string
  /** Ids of what is due now, at most a few hundred. */
  readonly due: (rx: Rx) => Promise<string[]>
  /** Does it for one id, after checking again under lock that it is due. */
  readonly run: (cx: Cx, id: string) => Promise<void>
}

/** Thrown by a timer's `run` when, under lock, there is nothing left to do: another worker was first. */
export class NotDue extends Error {}

const queueOf = ({ event, name }: Handler) => (typeof event === 'string' ? `${event}.${name}` : name)

const hears = (handler: Handler, event: string) =>
  typeof handler.event === 'string' ? handler.event === event : handler.event.includes(event)

/** Jobs that are fetched at once from a queue of several events; others come one by one. */
const batch = 20

/** Result rows in the one shape that pg-boss expects, also for its multi-statement calls. */
async function execute(client: Client | RawTx, statement: string, values: unknown[] = [], prepare = false) {
  const result = await client.unsafe(statement, values as never[], { prepare })
  return { rows: Array.isArray(result[0]) ? (result as unknown as unknown[][]).flat() : [...result] }
}

type Done = { readonly id: string; readonly status: 'completed' | 'failed'; readonly output?: object }

/** One after the other; one that fails does not take the others with it. */
async function performEach<J extends { readonly id: string }>(jobs: readonly J[], work: (job: J) => Promise<void>) {
  const done: Done[] = []
  for (const job of jobs)
    done.push(
      await work(job).then(
        () => ({ id: job.id, status: 'completed' as const }),
        (error: unknown) => ({ id: job.id, status: 'failed' as const, output: { message: String(error) } }),
      ),
    )
  return done
}

export interface EventBus {
  /** Puts one job per handler of the event into the transaction. */
  send(sql: RawTx, event: string, payload: Payload, actorId?: string | null): Promise<void>
  /** Begins to work the queues: `perform` runs one handler in the funnel. */
  work(perform: (handler: Handler, jobId: string, payload: Payload) => Promise<void>): Promise<void>
  /** Jobs by state, for metrics and the operator. */
  counts(): Promise<{ queue: string; waiting: number; active: number; failed: number }[]>
  /** Lets running jobs end, then stops. */
  stop(): Promise<void>
}

const lockNumber = 7_241_037

/**
 * One process at a time prepares the queues: when two of them make pg-boss' tables at once, one is left in an aborted
 * transaction. The lock belongs to the client's one connection.
 */
async function alone(client: Client, work: () => Promise<void>): Promise<void> {
  const isMine = async () => {
    const [row] = await client<{ mine: boolean }[]>`select pg_try_advisory_lock(${lockNumber}) as mine`
    return row!.mine
  }
  while (!(await isMine())) await wait(50)
  try {
    await work()
  } finally {
    await client`select pg_advisory_unlock(${lockNumber})`
  }
}

/** Opens the queues over a client of its own (pg-boss reads dates that drizzle's parsers would leave as text). */
export async function openEventBus(client: Client, handlers: readonly Handler[], onError: (error: Error) => void) {
  const boss = new PgBoss({
    db: { executeSql: (statement, values) => execute(client, statement, values) },
    schema: 'pgboss',
    schedule: false,
    instanceHeartbeatSeconds: 10,
  })
  boss.on('error', onError)
  await alone(client, async () => {
    await boss.start()
    for (const handler of handlers)
      await boss.createQueue(queueOf(handler), {
        retryLimit: 12,
        retryDelay: 1,
        retryBackoff: true,
        retryDelayMax: 600,
      })
  })
  let stopAdopting = async () => {}
  const bus: EventBus = {
    async send(sql, event, payload, actorId = null) {
      const db = { executeSql: (statement: string, values?: unknown[]) => execute(sql, statement, values, true) }
      const targets = handlers.filter(handler => hears(handler, event))
      const data = (handler: Handler) => (typeof handler.event === 'string' ? payload : { ...payload, event, actorId })
      await Promise.all(targets.map(handler => boss.send(queueOf(handler), data(handler), { db })))
    },
    async work(perform) {
      for (const handler of handlers) {
        const batchSize = typeof handler.event === 'string' ? 1 : batch
        const options = { pollingIntervalSeconds: 0.5, batchSize, perJobResults: true } as const
        await boss.work<Payload>(queueOf(handler), options, jobs =>
          whileHeld(
            client,
            jobs.map(job => job.id),
            () => performEach(jobs, job => perform(handler, job.id, job.data)),
          ),
        )
      }
      stopAdopting = adoptOrphans(boss, client, handlers.map(queueOf), onError)
    },
    async counts() {
      const queues = await boss.getQueues()
      return queues.map(q => ({
        queue: q.name,
        waiting: q.queuedCount,
        active: q.activeCount,
        failed: q.failedCount,
      }))
    },
    async stop() {
      await stopAdopting()
      await boss.stop({ graceful: true, timeout: 10_000 })
    },
  }
  return bus
}
