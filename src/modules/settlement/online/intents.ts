import { and, eq, inArray } from 'drizzle-orm'
import type { Cx } from '../../../kernel/command.ts'
import { NotDue } from '../../../kernel/events.ts'
import { newId } from '../../../kernel/ids.ts'
import { nextState } from '../../../kernel/machine.ts'
import { notFound } from '../../../kernel/problem.ts'
import { type EntryInput, postTransaction } from '../../ledger/index.ts'
import { activeFreeze, lockOrder } from '../../orders/index.ts'
import { backoff, intentMachine, maxAttempts } from './model.ts'
import type { Requests } from './port.ts'
import { type Intent, intent } from './schema.ts'

interface Wanted<K extends keyof Requests> {
  readonly gateway: string
  readonly kind: K
  /** those of one aggregate go out one after the other */
  readonly aggregate: string
  readonly subjectId: string
  readonly request: Requests[K]
  /** money set aside for it, in this commit, under the intent's id (I11) */
  readonly entries?: readonly EntryInput[]
}

/**
 * Puts what a provider is to do into the outbox, in the commit of the change that wants it; the sender takes it from
 * there. Its id is the idempotency key for ever and the reference of the money that it sets aside.
 */
export async function proposeIntent<K extends keyof Requests>(cx: Cx, wanted: Wanted<K>): Promise<Intent> {
  const { entries, request, ...rest } = wanted
  const id = newId()
  const [row] = await cx.tx
    .insert(intent)
    .values({
      ...rest,
      id,
      request: { ...request },
      state: intentMachine.initial as Intent['state'],
      nextAt: cx.now,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  if (entries)
    await postTransaction(cx, {
      kind: `intent.${wanted.kind}`,
      reference: `intent/${id}`,
      effectiveAt: cx.now,
      entries,
    })
  cx.audit('intent.create', ['intent', id], { kind: rest.kind, subjectId: rest.subjectId, request })
  return row!
}

/** An intent, locked until the transaction ends. @throws not-found */
export async function lockIntent(cx: Cx, id: string): Promise<Intent> {
  const [row] = await cx.tx.select().from(intent).where(eq(intent.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/** Makes one move of a locked intent and records it. @throws state-conflict */
export async function moveIntent(
  cx: Cx,
  row: Intent,
  move: keyof typeof intentMachine.moves,
  change: Partial<Intent> = {},
): Promise<Intent> {
  const state = nextState(intentMachine, row.state, move)
  const [moved] = await cx.tx
    .update(intent)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(intent.id, row.id))
    .returning()
  cx.audit(`intent.${move}`, ['intent', row.id], {
    kind: row.kind,
    from: row.state,
    to: state,
    attempts: moved!.attempts,
    externalId: moved!.externalId,
    problem: moved!.problem,
  })
  return moved!
}

/** Beyond this a sender that took an intent is taken for gone; the call itself is cut long before. */
const lease = 60_000

/**
 * Whether the money of an intent belongs to a trade that the authority has frozen (I22). The order is held until the
 * intent is taken: a freeze that comes at the same time is either seen here or comes after the request went out.
 */
async function isHeldBack(cx: Cx, { kind, request }: Intent): Promise<boolean> {
  if (kind !== 'transfer' && kind !== 'refund') return false
  const { contractId } = await lockOrder(cx, String((request as { orderId?: unknown }).orderId))
  return (await activeFreeze(cx, contractId)) !== undefined
}

/** Takes an intent that is due, for one attempt. The row as it was before tells what earlier attempts left behind. @throws NotDue */
export async function takeIntent(cx: Cx, id: string): Promise<Intent> {
  const [row] = await cx.tx.select().from(intent).where(eq(intent.id, id)).for('update', { skipLocked: true })
  if (!row || !['pending', 'sent', 'unknown'].includes(row.state) || row.nextAt > cx.now) throw new NotDue()
  if (await isHeldBack(cx, row)) throw new NotDue()
  await moveIntent(cx, row, 'send', {
    attempts: row.attempts + 1,
    firstSentAt: row.firstSentAt ?? cx.now,
    nextAt: new Date(cx.now.getTime() + lease),
  })
  return row
}

/** An outcome that nobody knows: tried again later, and parked for a person after many attempts. */
export async function deferIntent(cx: Cx, row: Intent, problem: string): Promise<void> {
  if (row.attempts >= maxAttempts) {
    await moveIntent(cx, row, 'park', { problem })
    cx.emit('settlement.intent-parked', { intentId: row.id, kind: row.kind })
    return
  }
  const nextAt = new Date(cx.now.getTime() + backoff(row.attempts))
  if (row.state === 'sent') await moveIntent(cx, row, 'lose', { problem, nextAt })
}

/** A person lets a parked intent go on: it is looked for first and then said again, with the same key. @throws state-conflict */
export async function resumeIntent(cx: Cx, id: string): Promise<Intent> {
  const row = await lockIntent(cx, id)
  return moveIntent(cx, row, 'resume', { nextAt: cx.now, problem: '500 resumed' })
}

/** Whether an intent of that kind for a row is still to be answered. */
export async function hasIntent(cx: Cx, kind: Intent['kind'], subjectId: string): Promise<boolean> {
  const rows = await cx.tx
    .select({ id: intent.id })
    .from(intent)
    .where(
      and(
        eq(intent.subjectId, subjectId),
        eq(intent.kind, kind),
        inArray(intent.state, ['pending', 'sent', 'unknown', 'parked', 'succeeded']),
      ),
    )
    .limit(1)
  return rows.length > 0
}

/** What an intent was to do has been done in another way, so that it never will be: nothing more is asked. */
export async function overtakeIntent(cx: Cx, kind: Intent['kind'], subjectId: string): Promise<void> {
  const isOpen = inArray(intent.state, [...intentMachine.moves.overtake.from])
  const rows = await cx.tx
    .select()
    .from(intent)
    .where(and(eq(intent.subjectId, subjectId), eq(intent.kind, kind), isOpen))
    .for('update')
  for (const row of rows) await moveIntent(cx, row, 'overtake', { problem: 'overtaken by a chargeback' })
}
