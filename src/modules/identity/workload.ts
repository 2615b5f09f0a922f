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

/** Ids of organisations whose name has that text, at most 100. */
export async function organizationsNamed(rx: Rx, typed: string): Promise<string[]> {
  const part = `%${typed.trim().replace(/[\\%_]/g, '\\$&')}%`
  const rows = await rx.sql<{ id: string }[]>`
    select id from identity.organization where name_zh ilike ${part} or name_en ilike ${part} limit 100`
  return rows.map(row => row.id)
}
