import type { Rx } from '../../kernel/command.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'
import { requireOrganization } from '../identity/index.ts'

/** What of the catalog waits for reviewers. */
export async function resourcesWaiting(rx: Rx): Promise<Waiting[]> {
  const rows = await rx.sql<WaitingRow[]>`
    select state, count(*)::int4 as n, min(submitted_at) as oldest, 0 as overdue
    from resources.entry_version where state in ('submitted', 'reviewing') group by state`
  return waitingOf(rows, { submitted: 'resource.review', reviewing: 'resource.publish' })
}

/** How many versions are in each state: the own institution's, or all that reviewers may see. */
export async function countResources(rx: Rx): Promise<ReadonlyMap<string, number>> {
  const mine = rx.actor.roles.includes('operator')
    ? rx.sql`v.submitted_at is not null`
    : rx.sql`e.organization_id = ${requireOrganization(rx.actor)}`
  const rows = await rx.sql<{ state: string; n: number }[]>`
    select v.state, count(*)::int4 as n from resources.entry_version v
    join resources.entry e on e.id = v.entry_id where ${mine} group by v.state`
  return new Map(rows.map(row => [row.state, row.n]))
}
