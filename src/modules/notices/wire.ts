import { Type } from 'typebox'
import { PageQuery } from '../../kernel/page.ts'
import { inLanguage, text } from '../../kernel/text.ts'
import { Bilingual, closed, Id, Instant, iso, nullable, pageOf } from '../../kernel/wire.ts'
import { kinds } from './kinds.ts'
import { mailMachine, urgencies } from './model.ts'
import type { SeenNotice } from './queries.ts'
import type { Mail } from './service.ts'
import { detailsOf, titleOf } from './words.ts'

const LanguageShape = Type.Union([Type.Literal('zh-CN'), Type.Literal('en')])
const MailStateShape = Type.Union(
  (Object.keys(mailMachine.states) as (keyof typeof mailMachine.states)[]).map(state => Type.Literal(state)),
)

export const NoticesQuery = closed({
  ...PageQuery,
  state: Type.Optional(Type.Union([Type.Literal('unread'), Type.Literal('read')])),
})
export const NoticeShape = Type.Object({
  id: Id,
  kind: Type.String({ enum: Object.keys(kinds) }),
  urgency: Type.String({ enum: [...urgencies] }),
  organizationId: nullable(Type.String({ format: 'uuid', description: 'null: for the person themselves' })),
  subject: Type.Object({ kind: Type.String({ examples: ['order'] }), id: Id }),
  href: Type.String({ description: 'the page on which it is seen or done' }),
  title: Bilingual,
  details: Type.Array(Bilingual),
  createdAt: Instant,
  readAt: nullable(Instant),
})
export const NoticePage = pageOf(NoticeShape)
export const ReadAllShape = Type.Object({ read: Type.Integer() })

export const PreferencesBody = closed({
  language: Type.Optional(LanguageShape),
  isActionMailed: Type.Optional(Type.Boolean({ description: 'what the person must do' })),
  isDeadlineMailed: Type.Optional(Type.Boolean({ description: 'deadlines that come near or have passed' })),
  isNewsMailed: Type.Optional(Type.Boolean({ description: 'what has happened' })),
})
export const PreferencesShape = Type.Object({
  language: Type.String({ enum: ['zh-CN', 'en'] }),
  isActionMailed: Type.Boolean(),
  isDeadlineMailed: Type.Boolean(),
  isNewsMailed: Type.Boolean(),
})

export const MailsQuery = closed({ ...PageQuery, state: Type.Optional(MailStateShape) })
export const MailShape = Type.Object({
  id: Id,
  to: Type.String(),
  language: Type.String({ enum: ['zh-CN', 'en'] }),
  subject: Type.String(),
  text: Type.String(),
  state: Type.String({ enum: Object.keys(mailMachine.states) }),
  attempts: Type.Integer(),
  lastError: nullable(Type.String()),
  createdAt: Instant,
  sentAt: nullable(Instant),
})
export const MailPage = pageOf(MailShape)

export const toNotice = ({ row }: Pick<SeenNotice, 'row'>) => ({
  id: row.id,
  kind: row.kind,
  urgency: kinds[row.kind].urgency,
  organizationId: row.organizationId,
  subject: { kind: row.subjectKind, id: row.subjectId },
  href: row.href,
  title: titleOf(row.kind, row.params),
  details: detailsOf(row.params),
  createdAt: row.createdAt.toISOString(),
  readAt: iso(row.readAt),
})

const unshown = text(
  '这封邮件含有一次性链接，不予显示。',
  'This letter carries a link that works once; it is not shown.',
)

/** What the operator sees of a letter: one with a one-time link is shown only where nothing else brings it to its reader. */
export const shownBody = ({ isSecret, state, body, language }: Mail): string =>
  isSecret && state !== 'kept' ? inLanguage(unshown, language) : body

export const toMail = (row: Mail) => ({
  id: row.id,
  to: row.recipient,
  language: row.language,
  subject: row.subject,
  text: shownBody(row),
  state: row.state,
  attempts: row.attempts,
  lastError: row.lastError,
  createdAt: row.createdAt.toISOString(),
  sentAt: iso(row.sentAt),
})
