import { type Route, read, write } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { listMails, listNotices, readNoticePreferences } from './queries.ts'
import { readAllNotices, readNotice, retryMail, setNoticePreferences } from './service.ts'
import {
  MailPage,
  MailShape,
  MailsQuery,
  NoticePage,
  NoticeShape,
  NoticesQuery,
  PreferencesBody,
  PreferencesShape,
  ReadAllShape,
  toMail,
  toNotice,
} from './wire.ts'

const tag = 'notices'

export const routes: Route[] = [
  read({
    at: 'GET /notices',
    operation: 'listNotices',
    permission: 'notice.list',
    tag,
    summary: text('我的通知', 'My notices'),
    query: NoticesQuery,
    reply: NoticePage,
    run: async (rx, { query }) => {
      const page = await listNotices(rx, query)
      return { ...page, items: page.items.map(toNotice) }
    },
  }),
  write({
    at: 'POST /notices/:id/read',
    operation: 'readNotice',
    permission: 'notice.read',
    tag,
    summary: text('标为已读', 'Mark as read'),
    params: IdParams,
    reply: NoticeShape,
    run: async (cx, { params }) => toNotice({ row: await readNotice(cx, params.id) }),
  }),
  write({
    at: 'POST /notices/read-all',
    operation: 'readAllNotices',
    permission: 'notice.read-all',
    tag,
    summary: text('全部标为已读', 'Mark all as read'),
    reply: ReadAllShape,
    run: async cx => ({ read: await readAllNotices(cx) }),
  }),
  read({
    at: 'GET /me/notice-preferences',
    operation: 'readNoticePreferences',
    permission: 'notice.list',
    tag,
    summary: text('我接收哪些邮件', 'Which notices I get by e-mail'),
    reply: PreferencesShape,
    run: rx => readNoticePreferences(rx),
  }),
  write({
    at: 'PATCH /me/notice-preferences',
    operation: 'setNoticePreferences',
    permission: 'notice.set-preferences',
    tag,
    summary: text('设置接收哪些邮件', 'Choose which notices come by e-mail'),
    body: PreferencesBody,
    reply: PreferencesShape,
    run: (cx, { body }) => setNoticePreferences(cx, body),
  }),
  read({
    at: 'GET /mails',
    operation: 'listMails',
    permission: 'mail.list',
    tag,
    summary: text('系统邮件', 'E-mail of the exchange'),
    query: MailsQuery,
    reply: MailPage,
    run: async (rx, { query }) => {
      const page = await listMails(rx, query)
      return { ...page, items: page.items.map(toMail) }
    },
  }),
  write({
    at: 'POST /mails/:id/retry',
    operation: 'retryMail',
    permission: 'mail.retry',
    tag,
    summary: text('重新发送邮件', 'Send a letter again'),
    params: IdParams,
    reply: MailShape,
    run: async (cx, { params }) => toMail(await retryMail(cx, params.id)),
  }),
]
