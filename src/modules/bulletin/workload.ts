import type { Rx } from '../../kernel/command.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'

/** How many announcements are in each state. */
export async function countAnnouncements(rx: Rx): Promise<ReadonlyMap<string, number>> {
  const rows = await rx.sql<{ state: string; n: number }[]>`
    select state, count(*)::int4 as n from bulletin.announcement group by state`
  return new Map(rows.map(row => [row.state, row.n]))
}

/** Drafts of announcements that wait for another person to publish them. */
export async function announcementsWaiting(rx: Rx): Promise<Waiting[]> {
  const rows = await rx.sql<WaitingRow[]>`
    select state, count(*)::int4 as n, min(changed_at) as oldest, 0 as overdue
    from bulletin.announcement where state = 'draft' group by state`
  return waitingOf(rows, { draft: 'announcement.publish' })
}
