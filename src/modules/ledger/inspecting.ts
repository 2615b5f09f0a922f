import type { Rx } from '../../kernel/command.ts'
import { begin } from '../../kernel/db/begin.ts'
import type { Task } from '../../kernel/task.ts'
import { inspectInvariants } from './queries.ts'

/** What the last inspection of all invariants found, and when it was. */
export interface Inspection {
  readonly inspectedAt: Date
  readonly invariantCount: number
  /** numbers of the violated ones, as `I3` */
  readonly violated: readonly string[]
}

/** The last inspection by the machinery; null before the first. */
export async function lastInspection({ sql }: Pick<Rx, 'sql'>): Promise<Inspection | null> {
  const [row] = await sql<{ inspected_at: string; invariant_count: number; violated: string[] }[]>`
    select inspected_at, invariant_count, violated from ledger.inspection where id = 1`
  if (!row) return null
  const { inspected_at, invariant_count, violated } = row
  return { inspectedAt: new Date(inspected_at), invariantCount: invariant_count, violated }
}

/** Counting reads every entry, so it is done now and then and its result kept; a page shows that with its time. */
export const tasks: readonly Task[] = [
  {
    name: 'ledger.inspect-invariants',
    period: 300_000,
    async run({ client }) {
      await begin(client, 'read write', async sql => {
        const [lock] = await sql<{ isFree: boolean }[]>`
          select pg_try_advisory_xact_lock(hashtext('ledger.inspect-invariants')) as "isFree"`
        if (!lock?.isFree) return
        const found = await inspectInvariants({ sql })
        const violated = found.filter(each => each.violations > 0).map(each => each.id)
        await sql`
          insert into ledger.inspection (id, inspected_at, invariant_count, violated)
          select 1, transaction_timestamp() + c.offset_ms * interval '1 millisecond', ${found.length},
            ${violated}::text[]
          from kernel.clock c where c.id = 1
          on conflict (id) do update set inspected_at = excluded.inspected_at,
            invariant_count = excluded.invariant_count, violated = excluded.violated`
      })
      return false
    },
  },
]
