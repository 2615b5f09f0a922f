import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Cx } from '../../../kernel/command.ts'
import { NotDue } from '../../../kernel/events.ts'
import { newId } from '../../../kernel/ids.ts'
import { notFound, stateConflict } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import { applyFact } from './facts.ts'
import { backoff, maxAttempts } from './model.ts'
import type { Fact, Notice } from './port.ts'
import { type InboxRow, inbox } from './schema.ts'

const digest = (body: Buffer): string => createHash('sha256').update(body).digest('hex')

/**
 * Keeps a notification whose signature holds, once however often it is delivered. Nothing follows yet: what it is about
 * is looked up anew first, outside of every transaction.
 */
export async function receiveNotice(cx: Cx, gateway: string, notice: Notice, body: Buffer): Promise<void> {
  const { eventId, kind, objectKind, objectId, occurredAt } = notice
  const isFollowed = objectKind !== null && objectId !== null
  const [row] = await cx.tx
    .insert(inbox)
    .values({
      id: newId(),
      gateway,
      eventId,
      kind,
      objectKind,
      objectId,
      body,
      occurredAt,
      receivedAt: cx.now,
      processedAt: isFollowed ? null : cx.now,
      nextAt: cx.now,
    })
    .onConflictDoNothing()
    .returning()
  const facts = { eventId, kind, sha256: digest(body), isFollowed }
  cx.audit(row ? 'inbox.receive' : 'inbox.receive-again', ['gateway', gateway], facts)
}

/** A notification that was forged, changed, or comes from another time: recorded, with no other effect. */
export function refuseNotice(cx: Cx, gateway: string, body: Buffer): void {
  cx.audit('inbox.refuse', ['gateway', gateway], { sha256: digest(body), bytes: body.length })
}

async function lockNotice(cx: Cx, id: string): Promise<InboxRow> {
  const [row] = await cx.tx.select().from(inbox).where(eq(inbox.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/** The effect of a notification and its mark, in one commit (I13). @throws NotDue when it was done before */
export async function processNotice(cx: Cx, id: string, fact: Fact | undefined): Promise<void> {
  const row = await lockNotice(cx, id)
  if (row.processedAt !== null || row.isParked) throw new NotDue()
  if (fact) await applyFact(cx, row.gateway, fact)
  await cx.tx
    .update(inbox)
    .set({ processedAt: cx.now, attempts: row.attempts + 1, problem: fact ? null : 'the provider does not know it' })
    .where(eq(inbox.id, id))
  cx.audit('inbox.process', ['gateway', row.gateway], { eventId: row.eventId, kind: row.kind, objectId: row.objectId })
}

/** It could not be done now: later again, and after many attempts a person looks at it. */
export async function deferNotice(cx: Cx, id: string, problem: string): Promise<void> {
  const row = await lockNotice(cx, id)
  if (row.processedAt !== null || row.isParked) throw new NotDue()
  const attempts = row.attempts + 1
  const isParked = attempts >= maxAttempts
  const nextAt = new Date(cx.now.getTime() + backoff(attempts))
  await cx.tx
    .update(inbox)
    .set({ attempts, nextAt, isParked, problem: problem.slice(0, 500) })
    .where(eq(inbox.id, id))
  cx.audit(isParked ? 'inbox.park' : 'inbox.defer', ['gateway', row.gateway], {
    eventId: row.eventId,
    attempts,
    problem,
  })
  if (isParked) cx.emit('settlement.notice-parked', { inboxId: id, kind: row.kind })
}

/** A person lets a parked notification be tried again. @throws state-conflict unless it is parked; not-found */
export async function resumeNotice(cx: Cx, id: string): Promise<InboxRow> {
  const row = await lockNotice(cx, id)
  if (!row.isParked) throw stateConflict(text('该通知未停发。', 'The notification is not parked.'))
  const [resumed] = await cx.tx
    .update(inbox)
    .set({ isParked: false, attempts: 0, nextAt: cx.now })
    .where(eq(inbox.id, id))
    .returning()
  cx.audit('inbox.resume', ['gateway', row.gateway], { eventId: row.eventId, problem: row.problem })
  return resumed!
}
