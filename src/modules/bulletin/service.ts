import { eq } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { notFound } from '../../kernel/problem.ts'
import { samePerson } from '../identity/index.ts'
import { type AnnouncementState, announcementMachine } from './model.ts'
import { announcement } from './schema.ts'
import type { AnnouncementInput } from './wire.ts'

export type AnnouncementRow = typeof announcement.$inferSelect

async function locked(cx: Cx, id: string): Promise<AnnouncementRow> {
  const [row] = await cx.tx.select().from(announcement).where(eq(announcement.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

async function change(cx: Cx, id: string, set: Partial<AnnouncementRow>): Promise<AnnouncementRow> {
  const [row] = await cx.tx
    .update(announcement)
    .set({ ...set, changedAt: cx.now })
    .where(eq(announcement.id, id))
    .returning()
  return row!
}

/** Begins an announcement; nobody but the operator sees it yet. */
export async function draftAnnouncement(cx: Cx, input: AnnouncementInput): Promise<AnnouncementRow> {
  const id = newId()
  const [row] = await cx.tx
    .insert(announcement)
    .values({
      ...input,
      id,
      state: announcementMachine.initial,
      draftedBy: cx.actor.personId!,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  cx.audit('announcement.draft', ['announcement', id], { ...input })
  return row!
}

/** Changes a draft; whoever changes it is its author from then on, so that another person publishes it. @throws state-conflict once published. */
export async function updateAnnouncement(cx: Cx, id: string, input: AnnouncementInput): Promise<AnnouncementRow> {
  const row = await locked(cx, id)
  // a published text is never changed silently: it is withdrawn with a reason, and another takes its place
  if (row.state !== 'draft') nextState(announcementMachine, row.state as AnnouncementState, 'publish')
  cx.audit('announcement.update', ['announcement', id], { ...input })
  return change(cx, id, { ...input, draftedBy: cx.actor.personId! })
}

/** Makes a draft public; by another person than its author. @throws same-person, state-conflict. */
export async function publishAnnouncement(cx: Cx, id: string): Promise<AnnouncementRow> {
  const row = await locked(cx, id)
  const state = nextState(announcementMachine, row.state as AnnouncementState, 'publish')
  if (row.draftedBy === cx.actor.personId) throw samePerson()
  cx.audit('announcement.publish', ['announcement', id], { titleZh: row.titleZh, bodyZh: row.bodyZh })
  cx.emit('bulletin.announcement-published', { announcementId: id })
  return change(cx, id, { state, publishedBy: cx.actor.personId, publishedAt: cx.now })
}

/** Gives a draft up. @throws state-conflict once published. */
export async function discardAnnouncement(cx: Cx, id: string): Promise<AnnouncementRow> {
  const row = await locked(cx, id)
  const state = nextState(announcementMachine, row.state as AnnouncementState, 'discard')
  cx.audit('announcement.discard', ['announcement', id], {})
  return change(cx, id, { state })
}

/** Takes a published announcement back; its title and the reason stay where it stood. @throws state-conflict. */
export async function withdrawAnnouncement(cx: Cx, id: string, reason: string): Promise<AnnouncementRow> {
  const row = await locked(cx, id)
  const state = nextState(announcementMachine, row.state as AnnouncementState, 'withdraw')
  cx.audit('announcement.withdraw', ['announcement', id], { reason })
  return change(cx, id, { state, reason })
}
