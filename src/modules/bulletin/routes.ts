import { Type } from 'typebox'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { closed, IdParams } from '../../kernel/wire.ts'
import { ReasonBody, samePerson } from '../identity/index.ts'
import { announcementMachine } from './model.ts'
import { listAnnouncements, readAnnouncement } from './queries.ts'
import {
  discardAnnouncement,
  draftAnnouncement,
  publishAnnouncement,
  updateAnnouncement,
  withdrawAnnouncement,
} from './service.ts'
import { AnnouncementBody, AnnouncementPage, AnnouncementShape, toAnnouncement } from './wire.ts'

const tag = 'announcements'

export const routes: Route[] = [
  read({
    at: 'GET /announcements',
    operation: 'listAnnouncements',
    permission: 'announcement.read',
    tag,
    summary: text('公告列表', 'Announcements'),
    query: closed({
      ...PageQuery,
      state: Type.Optional(
        Type.String({ enum: Object.keys(announcementMachine.states), description: 'for the operator; else published' }),
      ),
    }),
    reply: AnnouncementPage,
    run: async (rx, { query }) => {
      const page = await listAnnouncements(rx, query)
      return { ...page, items: page.items.map(toAnnouncement) }
    },
  }),
  read({
    at: 'GET /announcements/:id',
    operation: 'readAnnouncement',
    permission: 'announcement.read',
    tag,
    summary: text('公告', 'An announcement'),
    params: IdParams,
    reply: AnnouncementShape,
    run: async (rx, { params }) => toAnnouncement(await readAnnouncement(rx, params.id)),
  }),
  write({
    at: 'POST /announcements',
    operation: 'draftAnnouncement',
    permission: 'announcement.draft',
    tag,
    summary: text('起草公告', 'Draft an announcement'),
    body: AnnouncementBody,
    reply: AnnouncementShape,
    status: 201,
    run: async (cx, { body }) => toAnnouncement(await draftAnnouncement(cx, body)),
  }),
  write({
    at: 'PUT /announcements/:id',
    operation: 'updateAnnouncement',
    permission: 'announcement.update',
    tag,
    summary: text('修改公告草稿', 'Change a draft'),
    params: IdParams,
    body: AnnouncementBody,
    reply: AnnouncementShape,
    run: async (cx, { params, body }) => toAnnouncement(await updateAnnouncement(cx, params.id, body)),
  }),
  write({
    at: 'POST /announcements/:id/publish',
    operation: 'publishAnnouncement',
    permission: 'announcement.publish',
    tag,
    summary: text('发布公告', 'Publish an announcement'),
    params: IdParams,
    reply: AnnouncementShape,
    problems: [samePerson],
    run: async (cx, { params }) => toAnnouncement(await publishAnnouncement(cx, params.id)),
  }),
  write({
    at: 'POST /announcements/:id/discard',
    operation: 'discardAnnouncement',
    permission: 'announcement.discard',
    tag,
    summary: text('作废公告草稿', 'Discard a draft'),
    params: IdParams,
    reply: AnnouncementShape,
    run: async (cx, { params }) => toAnnouncement(await discardAnnouncement(cx, params.id)),
  }),
  write({
    at: 'POST /announcements/:id/withdraw',
    operation: 'withdrawAnnouncement',
    permission: 'announcement.withdraw',
    tag,
    summary: text('撤回公告', 'Withdraw an announcement'),
    params: IdParams,
    body: ReasonBody,
    reply: AnnouncementShape,
    run: async (cx, { params, body }) => toAnnouncement(await withdrawAnnouncement(cx, params.id, body.reason)),
  }),
]
