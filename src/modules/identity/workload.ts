import type { Rx } from '../../kernel/command.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'

/** Organisations that wait for the operator: to be accepted, to be verified by a second person. */
export async function organizationsWaiting(rx: Rx): Promise<Waiting[]> {
  const rows = await rx.sql<WaitingRow[]>`
    select state, count(*)::int4 as n, min(changed_at) as oldest, 0 as overdue
    from identity.organization where state in ('submitted', 'accepted') group by state`
  return waitingOf(rows, { submitted: 'organization.accept', accepted: 'organization.verify' })
}

/** How many organisations are in each state. */
export async function countOrganizations(rx: Rx): Promise<ReadonlyMap<string, number>> {
  const rows = await rx.sql<{ state: string; n: number }[]>`
    select state, count(*)::int4 as n from identity.organization group by state`
  return new Map(rows.map(row => [row.state, row.n]))
}
