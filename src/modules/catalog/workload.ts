import type { Rx } from '../../kernel/command.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'

/** Listings that wait for the operator: to be accepted, to be reviewed. Late ones are past the clock of their step. */
export async function listingsWaiting(rx: Rx): Promise<Waiting[]> {
  const rows = await rx.sql<WaitingRow[]>`
    select state, count(*)::int4 as n, min(changed_at) as oldest,
      count(*) filter (where due_at < ${rx.now.toISOString()}::timestamptz)::int4 as overdue
    from catalog.listing where state in ('submitted', 'reviewing') group by state`
  return waitingOf(rows, { submitted: 'listing.accept', reviewing: 'listing.pass' })
}

/** How many listings that were submitted are in each state: all of them, for the operator. */
export async function countAllListings(rx: Rx): Promise<ReadonlyMap<string, number>> {
  const rows = await rx.sql<{ state: string; n: number }[]>`
    select state, count(*)::int4 as n from catalog.listing where state <> 'draft' group by state`
  return new Map(rows.map(row => [row.state, row.n]))
}
