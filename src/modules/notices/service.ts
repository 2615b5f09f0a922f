import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { nextState } from '../../kernel/machine.ts'
import { notFound, ruleViolated } from '../../kernel/problem.ts'
import { type Language, text } from '../../kernel/text.ts'
import { languageOfPerson, setLanguage } from '../identity/index.ts'
import { type MailState, mailMachine, type Preference } from './model.ts'
import { preferenceOf } from './queries.ts'
import { mail, notice, preference } from './schema.ts'

export type Notice = typeof notice.$inferSelect
export type Mail = typeof mail.$inferSelect

/** Marks an own notice as read; once more changes nothing. @throws not-found, the same for another's as for none */
export async function readNotice(cx: Cx, id: string): Promise<Notice> {
  const own = and(eq(notice.id, id), eq(notice.personId, cx.actor.personId!))
  const [row] = await cx.tx.select().from(notice).where(own).for('update')
  if (!row) throw notFound()
  cx.audit('notice.read', ['notice', id], {})
  if (row.readAt) return row
  const [read] = await cx.tx.update(notice).set({ readAt: cx.now }).where(eq(notice.id, id)).returning()
  return read!
}

/** Marks all own notices as read; answers how many there were. */
export async function readAllNotices(cx: Cx): Promise<number> {
  const personId = cx.actor.personId!
  const read = await cx.tx
    .update(notice)
    .set({ readAt: cx.now })
    .where(and(eq(notice.personId, personId), isNull(notice.readAt)))
    .returning({ id: notice.id })
  cx.audit('notice.read-all', ['person', personId], { notices: read.length })
  return read.length
}

export interface PreferenceChange extends Partial<Preference> {
  readonly language?: Language
}

/** Changes which notices the person gets by e-mail, and in which language; what is not named stays. */
export async function setNoticePreferences(
  cx: Cx,
  input: PreferenceChange,
): Promise<Preference & { language: Language }> {
  const personId = cx.actor.personId!
  const { language, ...change } = input
  const before = await preferenceOf(cx)
  const after = { ...before, ...change }
  await cx.tx
    .insert(preference)
    .values({ personId, ...after, changedAt: cx.now })
    .onConflictDoUpdate({ target: preference.personId, set: { ...after, changedAt: cx.now } })
  cx.audit('notice.set-preferences', ['person', personId], { ...after })
  const spoken = await languageOfPerson(cx, personId)
  if (language !== undefined && language !== spoken) await setLanguage(cx, language)
  return { ...after, language: language ?? spoken }
}

/** The operator has a letter that failed, or was kept while no server was set, sent again. @throws state-conflict */
export async function retryMail(cx: Cx, id: string): Promise<Mail> {
  const [row] = await cx.tx.select().from(mail).where(eq(mail.id, id)).for('update')
  if (!row) throw notFound()
  const state = nextState(mailMachine, row.state as MailState, 'retry')
  if (!cx.kit.mailer)
    throw ruleViolated(text('没有设置邮件服务器，无法发送邮件。', 'No mail server is set, so nothing can be sent.'), {
      errors: [
        {
          pointer: '',
          message: text('未设置 SMTP_URL 与 MAIL_FROM', 'SMTP_URL and MAIL_FROM are not set'),
          remedy: text('设置后重新启动服务', 'set both and start the service again'),
        },
      ],
    })
  const [queued] = await cx.tx
    .update(mail)
    .set({ state, attempts: 0, nextAttemptAt: sql`transaction_timestamp()` })
    .where(eq(mail.id, id))
    .returning()
  cx.audit('mail.retry', ['mail', id], { from: row.state, to: state })
  return queued!
}
