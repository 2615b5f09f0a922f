import { setTimeout as wait } from 'node:timers/promises'
import type { PgBoss } from 'pg-boss'
import type { Client } from './db/client.ts'

/** First key of the locks that say which jobs are being worked; the second follows from the job's id. */
const lockClass = 7_241_038

/** Milliseconds between two looks for jobs whose worker is gone. */
const period = 1_000

/**
 * Does the work of jobs while the connection holds a lock for each, which ends with the process however that ends. Where
 * a lock cannot be had the job is worked all the same: its effect is one by its idempotency key.
 */
export async function whileHeld<T>(client: Client, jobIds: readonly string[], work: () => Promise<T>): Promise<T> {
  const ids = [...jobIds]
  const hold = client<{ id: string; ok: boolean }[]>`
    select id, pg_try_advisory_lock(${lockClass}, hashtext(id)) as ok from unnest(${ids}::text[]) as id`
  const held = await hold.then(
    rows => rows.filter(row => row.ok).map(row => row.id),
    () => [],
  )
  try {
    return await work()
  } finally {
    // a connection that was lost has let go of them already
    if (held.length > 0)
      await client`select pg_advisory_unlock(${lockClass}, hashtext(id)) from unnest(${held}::text[]) as id`.catch(
        () => {},
      )
  }
}

/** Jobs that are said to be worked and are not: taken two seconds ago or more, and nobody holds their lock. */
const orphans = (client: Client, queues: readonly string[]) => client<{ id: string; name: string; retries: number }[]>`
  select j.id, j.name, j.retry_count::int as retries from pgboss.job j
  where j.name = any(${queues as string[]}) and j.state = 'active' and j.started_on < now() - interval '2 seconds'
    and not exists (
      select 1 from pg_locks l
      where l.locktype = 'advisory' and l.database = (select oid from pg_database where datname = current_database())
        and l.classid = ${lockClass} and l.objid = (hashtext(j.id::text)::bigint & 4294967295)::oid)
  limit 100`

/**
 * Gives the jobs of workers that were killed to those that live, within seconds: by itself the queue would wait until
 * a job's time is up, a quarter of an hour. Answers how to stop looking.
 */
export function adoptOrphans(
  boss: PgBoss,
  client: Client,
  queues: readonly string[],
  onError: (error: Error) => void,
): () => Promise<void> {
  const stopping = new AbortController()
  const look = async () => {
    for (const { id, name, retries } of await orphans(client, queues))
      await boss.fail(name, { id, retryCount: retries }, { message: 'its worker is gone' })
  }
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await wait(period, undefined, { signal: stopping.signal }).catch(() => {})
      if (!stopping.signal.aborted) await look().catch(onError)
    }
  })()
  return () => {
    stopping.abort()
    return loop
  }
}
