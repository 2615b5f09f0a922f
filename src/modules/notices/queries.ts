import { and, desc, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { languageOfPerson, organizationsOf } from '../identity/index.ts'
import { type MailState, type Preference, usualPreference } from './model.ts'
import { mail, notice, preference } from './schema.ts'
import type { Mail, Notice } from './service.ts'

/** The most that is counted: the bell says 99+. */
const most = 100

/** How many notices the person has not read, at most 100; one statement over an index of unread ones. */
export async function unreadCount(rx: Rx): Promise<number> {
  const { personId } = rx.actor
  if (personId === null) return 0
  const [row] = await rx.sql<{ n: number }[]>`
    select count(*)::int as n from (
      select 1 from notices.notice where person_id = ${personId} and read_at is null limit ${most}) unread`
  return row!.n
}

export interface NoticeQuery {
  readonly state?: 'unread' | 'read'
  readonly limit?: number
  readonly after?: string
}

/** A notice with the organisation as whose member it concerns the person; null: for themselves. */
export interface SeenNotice {
  readonly row: Notice
  readonly organization: { readonly nameZh: string; readonly nameEn: string | null } | null
}

/** The person's own notices, newest first. */
export async function listNotices(rx: Rx, query: NoticeQuery) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)
  const rows = await rx.tx
    .select()
    .from(notice)
    .where(
      and(
        eq(notice.personId, rx.actor.personId ?? ''),
        query.state === 'unread' ? isNull(notice.readAt) : undefined,
        query.state === 'read' ? isNotNull(notice.readAt) : undefined,
        after && lt(notice.id, String(after[0])),
      ),
    )
    .orderBy(desc(notice.id))
    .limit(limit + 1)
  const names = await organizationsOf(rx, [...new Set(rows.flatMap(row => row.organizationId ?? []))])
  const see = (row: Notice): SeenNotice => {
    const found = row.organizationId === null ? undefined : names.get(row.organizationId)
    return { row, organization: found ? { nameZh: found.nameZh, nameEn: found.nameEn } : null }
  }
  return toPage(rows, limit, row => [row.id], see)
}

/** Which notices the person gets by e-mail. */
export async function preferenceOf(rx: Rx): Promise<Preference> {
  const { isActionMailed, isDeadlineMailed, isNewsMailed } = preference
  const [row] = await rx.tx
    .select({ isActionMailed, isDeadlineMailed, isNewsMailed })
    .from(preference)
    .where(eq(preference.personId, rx.actor.personId!))
  return row ?? usualPreference
}

/** The same with the language that the exchange writes in. */
export async function readNoticePreferences(rx: Rx) {
  return { ...(await preferenceOf(rx)), language: await languageOfPerson(rx, rx.actor.personId!) }
}

export interface MailQuery {
  readonly state?: MailState
  readonly limit?: number
  readonly after?: string
}

/** Letters of the exchange, newest first: for its operator. */
export async function listMails(rx: Rx, query: MailQuery) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)
  const rows = await rx.tx
    .select()
    .from(mail)
    .where(and(query.state && eq(mail.state, query.state), after && lt(mail.id, String(after[0]))))
    .orderBy(desc(mail.id))
    .limit(limit + 1)
  return toPage(
    rows,
    limit,
    row => [row.id],
    (row: Mail) => row,
  )
}

/** How many letters there are in each state. */
export async function countMails(rx: Rx): Promise<Readonly<Partial<Record<MailState, number>>>> {
  const rows = await rx.tx.select({ state: mail.state, n: sql<number>`count(*)::int` }).from(mail).groupBy(mail.state)
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}
