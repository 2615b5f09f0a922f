import type { Rx } from '../../kernel/command.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'

/** Registrations that wait for the operator: to be accepted, to be formally reviewed, with an objection to decide. */
export async function registrationsWaiting(rx: Rx): Promise<Waiting[]> {
  const rows = await rx.sql<WaitingRow[]>`
    select state, count(*)::int4 as n, min(changed_at) as oldest,
      count(*) filter (where due_at < ${rx.now.toISOString()}::timestamptz)::int4 as overdue
    from registration.registration where state in ('submitted', 'accepted', 'objection_handling') group by state`
  return waitingOf(rows, {
    submitted: 'registration.accept',
    accepted: 'registration.pass',
    objection_handling: 'registration.decide-objection',
  })
}

/** How many registrations are in each state: all of them, for the operator. */
export async function countRegistrations(rx: Rx): Promise<ReadonlyMap<string, number>> {
  const rows = await rx.sql<{ state: string; n: number }[]>`
    select state, count(*)::int4 as n from registration.registration group by state`
  return new Map(rows.map(row => [row.state, row.n]))
}
