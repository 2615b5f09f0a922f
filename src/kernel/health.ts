import { statfs } from 'node:fs/promises'
import type { RawTx } from './db/client.ts'

type Sql = { readonly sql: RawTx }

/** A queue of events: one handler's jobs. */
export interface QueueHealth {
  readonly queue: string
  readonly waiting: number
  readonly active: number
  readonly failed: number
  /** since when the oldest job that is not done waits; null when none does */
  readonly oldestAt: Date | null
}

/** Every queue with jobs that are not done, the worst first; and how many queues there are. */
export async function queueHealth(rx: Sql): Promise<{ queues: QueueHealth[]; total: number }> {
  const [count] = await rx.sql<{ n: number }[]>`select count(*)::int4 as n from pgboss.queue`
  const rows = await rx.sql<{ name: string; waiting: number; active: number; failed: number; oldest: string | null }[]>`
    select name,
      count(*) filter (where state in ('created', 'retry'))::int4 as waiting,
      count(*) filter (where state = 'active')::int4 as active,
      count(*) filter (where state = 'failed')::int4 as failed,
      min(created_on) as oldest
    from pgboss.job where state in ('created', 'retry', 'active', 'failed')
    group by name order by failed desc, waiting desc, name`
  const queues = rows.map(({ name, oldest, ...row }) => ({
    queue: name,
    ...row,
    oldestAt: oldest ? new Date(oldest) : null,
  }))
  return { queues, total: count!.n }
}

/** A job that failed as often as it may and waits for a person. */
export interface FailedJob {
  readonly id: string
  readonly queue: string
  readonly tries: number
  readonly createdAt: Date
  readonly failedAt: Date | null
  /** what went wrong, in the words of the program */
  readonly error: string
}

/** Jobs that were given up, the latest first, at most 100. */
export async function failedJobs(rx: Sql): Promise<FailedJob[]> {
  const rows = await rx.sql<
    { id: string; name: string; tries: number; created: string; failed: string | null; error: string | null }[]
  >`
    select id, name, retry_count::int4 + 1 as tries, created_on as created, completed_on as failed,
      coalesce(output ->> 'message', output ->> 'value', left(output::text, 300)) as error
    from pgboss.job where state = 'failed' order by completed_on desc nulls last limit 100`
  return rows.map(({ id, name, tries, created, failed, error }) => ({
    id,
    queue: name,
    tries,
    createdAt: new Date(created),
    failedAt: failed ? new Date(failed) : null,
    error: (error ?? '').slice(0, 300),
  }))
}

/**
 * Lets a job that was given up be tried once more, as the queue itself would. Answers its queue, or undefined when there
 * is no such failed job. Its effect stays one: the job's id is the idempotency key of its handler.
 */
export async function retryFailed(rx: Sql, id: string): Promise<string | undefined> {
  const [row] = await rx.sql<{ name: string }[]>`
    update pgboss.job set state = 'retry', retry_limit = retry_limit + 1, completed_on = null,
      start_after = greatest(start_after, now())
    where id = ${id} and state = 'failed' returning name`
  return row?.name
}

/** A process of the exchange, as its last sign of life tells. */
export interface ProcessHealth {
  readonly host: string
  readonly pid: number
  /** it works the queues, not only fills them */
  readonly isWorker: boolean
  /** it began a moment ago and has not said yet what it does */
  readonly isStarting: boolean
  readonly startedAt: Date
  readonly seenAt: Date
  readonly isAlive: boolean
  /** resident memory in bytes; null before the first sample */
  readonly memoryBytes: number | null
}

/** Processes that said something within the last day, the latest first. */
export async function processHealth(rx: Sql): Promise<ProcessHealth[]> {
  const rows = await rx.sql<
    {
      host: string
      pid: number
      is_worker: boolean
      is_starting: boolean
      started: string
      seen: string
      alive: boolean
      rss: string | null
    }[]
  >`
    select host, pid::int4 as pid, jsonb_array_length(workers) > 0 as is_worker, started_on as started,
      started_on > now() - interval '60 seconds' as is_starting,
      heartbeat_on as seen,
      stopped_on is null and heartbeat_on > now() - heartbeat_seconds * interval '3 seconds' as alive,
      metrics ->> 'rss' as rss
    from pgboss.instance where heartbeat_on > now() - interval '1 day'
    order by alive desc, heartbeat_on desc limit 50`
  return rows.map(row => ({
    host: row.host,
    pid: row.pid,
    isWorker: row.is_worker,
    isStarting: row.is_starting,
    startedAt: new Date(row.started),
    seenAt: new Date(row.seen),
    isAlive: row.alive,
    memoryBytes: row.rss === null ? null : Number(row.rss),
  }))
}

/** Room that is taken and left. */
export interface StorageHealth {
  readonly databaseBytes: number
  readonly freeBytes: number
  readonly diskBytes: number
}

/** How large the database is, and what is free where the exchange keeps its files. */
export async function storageHealth(rx: Sql, home: string): Promise<StorageHealth> {
  const [row] = await rx.sql<{ n: string }[]>`select pg_database_size(current_database()) as n`
  const disk = await statfs(home)
  return {
    databaseBytes: Number(row!.n),
    freeBytes: disk.bavail * disk.bsize,
    diskBytes: disk.blocks * disk.bsize,
  }
}
