import { type Static, Type } from 'typebox'
import { closed, Id, Instant, iso, nullable, pageOf } from '../../kernel/wire.ts'
import { announcementMachine, kinds } from './model.ts'
import type { AnnouncementRow } from './service.ts'

const Title = Type.String({ minLength: 4, maxLength: 120 })
const Body = Type.String({ minLength: 10, maxLength: 20_000 })
const Kind = Type.String({ enum: Object.keys(kinds) })

export const AnnouncementBody = closed({
  kind: Kind,
  titleZh: Title,
  titleEn: Title,
  bodyZh: Body,
  bodyEn: Body,
})
export type AnnouncementInput = Static<typeof AnnouncementBody>

export const AnnouncementShape = Type.Object({
  id: Id,
  kind: Kind,
  titleZh: Type.String(),
  titleEn: Type.String(),
  bodyZh: Type.String(),
  bodyEn: Type.String(),
  state: Type.String({ enum: Object.keys(announcementMachine.states) }),
  publishedAt: nullable(Instant),
  reason: nullable(Type.String()),
  changedAt: Instant,
})
export const AnnouncementPage = pageOf(AnnouncementShape)

/** An announcement; who wrote and who published it stay inside the operator's organisation. */
export const toAnnouncement = (row: AnnouncementRow) => ({
  id: row.id,
  kind: row.kind,
  titleZh: row.titleZh,
  titleEn: row.titleEn,
  bodyZh: row.bodyZh,
  bodyEn: row.bodyEn,
  state: row.state,
  publishedAt: iso(row.publishedAt),
  reason: row.reason,
  changedAt: row.changedAt.toISOString(),
})
