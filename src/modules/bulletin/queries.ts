import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { announcement } from './schema.ts'
import type { AnnouncementRow } from './service.ts'

/** What anyone may read: published ones, and withdrawn ones with the reason. */
const open = ['published', 'withdrawn']

const isOperator = (rx: Rx) => rx.actor.roles.includes('operator')

/** Announcements by the time they were published, newest first; the operator may ask for another state. */
export async function listAnnouncements(rx: Rx, query: { state?: string; limit?: number; after?: string }) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 2)
  const state = query.state && isOperator(rx) ? query.state : 'published'
  const order = sql`coalesce(${announcement.publishedAt}, ${announcement.changedAt})`
  const rows = await rx.tx
    .select()
    .from(announcement)
    .where(
      and(
        eq(announcement.state, state),
        after && sql`(${order}, ${announcement.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(order), desc(announcement.id))
    .limit(limit + 1)
  return toPage(
    rows,
    limit,
    row => [(row.publishedAt ?? row.changedAt).toISOString(), row.id],
    row => row,
  )
}

/** One announcement; drafts for the operator only. @throws not-found */
export async function readAnnouncement(rx: Rx, id: string): Promise<AnnouncementRow> {
  const [row] = await rx.tx
    .select()
    .from(announcement)
    .where(and(eq(announcement.id, id), isOperator(rx) ? undefined : inArray(announcement.state, open)))
  if (!row) throw notFound()
  return row
}
