import { sql } from 'drizzle-orm'
import { check, index, pgSchema, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../kernel/schema.ts'
import { person } from '../identity/schema.ts'

export const bulletin = pgSchema('bulletin')

/** An announcement of the operator, in both languages. */
export const announcement = bulletin.table(
  'announcement',
  {
    id: uuid().primaryKey(),
    kind: text().notNull(),
    titleZh: text().notNull(),
    titleEn: text().notNull(),
    /** Markdown of documents: headings, paragraphs, bold, tables */
    bodyZh: text().notNull(),
    bodyEn: text().notNull(),
    state: text().notNull(),
    draftedBy: uuid()
      .notNull()
      .references(() => person.id),
    publishedBy: uuid().references(() => person.id),
    publishedAt: instant(),
    /** why it was withdrawn; shown where it stood */
    reason: text(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    index('announcement_published').on(t.publishedAt.desc(), t.id.desc()).where(sql`${t.state} = 'published'`),
    index('announcement_state').on(t.state, t.changedAt),
    check(
      'announcement_published_by_another',
      sql`${t.state} not in ('published', 'withdrawn')
        or (${t.publishedBy} is not null and ${t.publishedAt} is not null and ${t.publishedBy} <> ${t.draftedBy})`,
    ),
    check('announcement_withdrawn_with_reason', sql`${t.state} <> 'withdrawn' or ${t.reason} is not null`),
  ],
)
