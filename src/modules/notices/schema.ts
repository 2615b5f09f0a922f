import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../kernel/schema.ts'
import type { Language } from '../../kernel/text.ts'
import { organization, person } from '../identity/schema.ts'
import type { MailState } from './model.ts'
import type { Kind, Params } from './words.ts'

export const notices = pgSchema('notices')

/** Something that one person is told: its words are made in the language in which it is read. */
export const notice = notices.table(
  'notice',
  {
    id: uuid().primaryKey(),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    /** as whose member it concerns them; null: for themselves, as what they watch */
    organizationId: uuid().references(() => organization.id),
    kind: text().$type<Kind>().notNull(),
    params: jsonb().$type<Params>().notNull(),
    subjectKind: text().notNull(),
    subjectId: uuid().notNull(),
    /** the page on which it is seen or done */
    href: text().notNull(),
    createdAt: instant().notNull(),
    readAt: instant(),
  },
  t => [
    index('notice_person').on(t.personId, t.id),
    index('notice_unread').on(t.personId, t.id).where(sql`read_at is null`),
    check(
      'notice_personal_is_watched',
      sql`${t.organizationId} is not null or ${t.kind} like 'product.%' or ${t.kind} = 'search.matched'
        or ${t.kind} like 'breach-report.%'`,
    ),
    check('notice_href_is_local', sql`${t.href} like '/%' and ${t.href} not like '//%'`),
  ],
)

/** A copy of a notice by e-mail, in the language of its person. */
export const mail = notices.table(
  'mail',
  {
    id: uuid().primaryKey(),
    /** none for a letter about the account itself */
    noticeId: uuid().references(() => notice.id),
    /** it carries a link that opens a door once: not shown to the operator unless it is kept for want of a server */
    isSecret: boolean().notNull().default(false),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    recipient: text().notNull(),
    language: text().$type<Language>().notNull(),
    subject: text().notNull(),
    body: text().notNull(),
    state: text().$type<MailState>().notNull(),
    attempts: integer().notNull().default(0),
    lastError: text(),
    /** by the database's own time: demo mode's clock hurries no server */
    nextAttemptAt: instant(),
    createdAt: instant().notNull(),
    sentAt: instant(),
  },
  t => [
    check('mail_state_known', sql`${t.state} in ('queued', 'sent', 'failed', 'kept')`),
    check('mail_queued_has_turn', sql`${t.state} <> 'queued' or ${t.nextAttemptAt} is not null`),
    check('mail_sent_has_time', sql`(${t.state} = 'sent') = (${t.sentAt} is not null)`),
    index('mail_state').on(t.state, t.id),
    index('mail_turn').on(t.nextAttemptAt).where(sql`state = 'queued'`),
  ],
)

/** What a person wants by e-mail; no row: the usual. */
export const preference = notices.table('preference', {
  personId: uuid()
    .primaryKey()
    .references(() => person.id),
  isActionMailed: boolean().notNull(),
  isDeadlineMailed: boolean().notNull(),
  isNewsMailed: boolean().notNull(),
  changedAt: instant().notNull(),
})

/** A deadline that was reminded of; a new one for the same subject is reminded of again. */
export const reminder = notices.table(
  'reminder',
  {
    kind: text().$type<Kind>().notNull(),
    subjectId: uuid().notNull(),
    dueAt: instant().notNull(),
    remindedAt: instant().notNull(),
  },
  t => [primaryKey({ name: 'reminder_pkey', columns: [t.kind, t.subjectId, t.dueAt] })],
)
