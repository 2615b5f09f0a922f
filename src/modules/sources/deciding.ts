import { and, eq } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { nextState } from '../../kernel/machine.ts'
import { conflict, forbidden, notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { authorityOf, requireOrganization } from '../identity/index.ts'
import { holdPublishedItem } from '../resources/index.ts'
import { deciderNotIndependent, itemNotPublished, type SourceState, sourceMachine } from './model.ts'
import { disputesOf } from './queries.ts'
import { type DisputeRow, dispute, type SourceRow, source } from './schema.ts'
import { clockOf, insertSource, lockInForce, lockSource, moveSource, stopped } from './service.ts'

/** Who decides: the authority of the jurisdiction where it is disputed, else the operator or that authority. */
export async function mayDecide(rx: Rx, row: SourceRow, disputes: readonly DisputeRow[]): Promise<boolean> {
  const { actor } = rx
  const authority = await authorityOf(rx, row.division)
  if (authority && actor.organizationId === authority.id) return true
  return actor.roles.includes('operator') && (disputes.length === 0 || authority === undefined)
}

/** Whether somebody has a part in it: they belong to a side, or proposed or objected in person. */
export const isParty = (rx: Rx, row: SourceRow, disputes: readonly DisputeRow[]): boolean =>
  [row, ...disputes].some(each => each.organizationId === rx.actor.organizationId) ||
  [row.proposedBy, ...disputes.map(each => each.raisedBy)].some(id => id === rx.actor.personId)

/** The proposal locked for the decision. @throws not-found, forbidden, decider-not-independent, state-conflict */
async function lockedForDecision(cx: Cx, id: string, move: 'adopt' | 'refuse') {
  const { row } = await lockSource(cx, id)
  const disputes = await disputesOf(cx, id)
  if (isParty(cx, row, disputes)) throw deciderNotIndependent()
  if (!(await mayDecide(cx, row, disputes)))
    throw forbidden(
      text(
        '存在异议的申报由该辖区的主管部门认定，平台运营机构可以查阅。',
        'Where there is an objection, the authority of the jurisdiction decides; the operator reads along.',
      ),
    )
  nextState(sourceMachine, row.state as SourceState, move)
  return { row, disputes }
}

const decided = (cx: Cx, reason: string) => ({
  ...stopped,
  decidedBy: cx.actor.personId,
  deciderOrganizationId: requireOrganization(cx.actor),
  decidedAt: cx.now,
  reason: reason.trim(),
})

const setOutcome = async (cx: Cx, sourceId: string, outcome: 'upheld' | 'rejected'): Promise<void> =>
  void (await cx.tx.update(dispute).set({ outcome }).where(eq(dispute.sourceId, sourceId)))

/** Puts a proposal in force; what was in force, and only what the decider has seen to be, makes way. @throws conflict */
async function putInForce(cx: Cx, row: SourceRow, reason: string, replaces: string | undefined): Promise<SourceRow> {
  const current = await lockInForce(cx, row.elementCode, row.division)
  if (current?.id !== replaces)
    throw conflict(
      current
        ? text(
            `该数据元在本辖区已有有效的权威来源（${current.number}），请核对后确认更替。`,
            `A source is in force in this jurisdiction (${current.number}); look at it and confirm that it is replaced.`,
          )
        : text(
            '要更替的来源已不再有效，请刷新后重新认定。',
            'The source to be replaced is not in force any more; look again.',
          ),
      {
        errors: [
          {
            pointer: '/replaces',
            message: text('与当前有效的来源不一致', 'is not the source that is in force'),
            remedy: text('刷新页面，核对现有来源', 'reload the page and compare'),
          },
        ],
      },
    )
  if (current)
    await moveSource(cx, current, 'replace', { endedAt: cx.now, replacedBy: row.id }, { by: row.number, reason })
  return moveSource(cx, row, 'adopt', decided(cx, reason), { reason, replaces: current?.number ?? null })
}

export interface AdoptInput {
  readonly reason: string
  /** the source in force that makes way */
  readonly replaces?: string | undefined
}

/** Decides that the proposal is the authoritative source; objections are rejected by that. */
export async function adoptSource(cx: Cx, id: string, input: AdoptInput): Promise<SourceRow> {
  const { row } = await lockedForDecision(cx, id, 'adopt')
  await setOutcome(cx, id, 'rejected')
  return putInForce(cx, row, input.reason, input.replaces)
}

/** Decides that the proposal does not become the source; objections are upheld by that. */
export async function refuseSource(cx: Cx, id: string, reason: string): Promise<SourceRow> {
  const { row } = await lockedForDecision(cx, id, 'refuse')
  await setOutcome(cx, id, 'upheld')
  return moveSource(cx, row, 'refuse', { ...decided(cx, reason), endedAt: cx.now }, { reason })
}

export interface AwardInput extends AdoptInput {
  readonly disputeId: string
}

/** Decides that the source is the item of the institution that objected. Answers the source that it becomes. */
export async function awardSource(cx: Cx, id: string, input: AwardInput): Promise<SourceRow> {
  const { row, disputes } = await lockedForDecision(cx, id, 'refuse')
  const chosen = disputes.find(each => each.id === input.disputeId)
  if (!chosen) throw notFound()
  const item = await holdPublishedItem(cx, chosen.entryId, chosen.itemName)
  if (!item) throw itemNotPublished()
  await setOutcome(cx, id, 'rejected')
  await cx.tx.update(dispute).set({ outcome: 'upheld' }).where(eq(dispute.id, chosen.id))
  await moveSource(
    cx,
    row,
    'refuse',
    { ...decided(cx, input.reason), endedAt: cx.now },
    { reason: input.reason, awardedTo: chosen.organizationId },
  )
  const won = await insertSource(cx, item, {
    elementCode: row.elementCode,
    dutyBasis: chosen.reason,
    proposedBy: chosen.raisedBy,
    ...clockOf(cx, 'sourceDecision'),
  })
  const ready = await moveSource(cx, won, 'conclude', clockOf(cx, 'sourceDecision'), { dispute: chosen.id })
  return putInForce(cx, ready, input.reason, input.replaces)
}

/** Proposals whose time for objections, or for answers to them, is over. */
export async function concludable(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select id from sources.source where state in ('proposed', 'disputed')
      and due_at < ${rx.now.toISOString()}::timestamptz order by due_at limit 100`
  return rows.map(row => row.id)
}

/** Hands a proposal over to the decision when its clock has run out, answered or not. */
export async function concludeSource(cx: Cx, id: string): Promise<void> {
  const { row } = await lockSource(cx, id)
  const isRunning = row.state === 'proposed' || row.state === 'disputed'
  if (!isRunning || row.dueAt === null || row.dueAt >= cx.now) throw new NotDue()
  await moveSource(cx, row, 'conclude', clockOf(cx, 'sourceDecision'))
}

/** Decisions that are late and of which nobody was told. */
export async function overdueDecisions(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select id from sources.source where state = 'ready' and escalated_at is null
      and due_at < ${rx.now.toISOString()}::timestamptz order by due_at limit 100`
  return rows.map(row => row.id)
}

/** Says once that a decision is late. */
export async function escalateDecision(cx: Cx, id: string): Promise<void> {
  const { row } = await lockSource(cx, id)
  if (row.state !== 'ready' || row.escalatedAt !== null || row.dueAt === null || row.dueAt >= cx.now) throw new NotDue()
  await cx.tx.update(source).set({ escalatedAt: cx.now, changedAt: cx.now }).where(eq(source.id, id))
  cx.audit('source.escalate', ['source', id], { number: row.number, dueAt: row.dueAt })
  cx.emit('sources.decision-overdue', { sourceId: id })
}

/** Sources and proposals that the database ended with their entry and of which nobody was told. */
export async function endedWithEntry(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select id from sources.source where state in ('vacant', 'lapsed') and end_told_at is null order by id limit 100`
  return rows.map(row => row.id)
}

/** Says once that a source fell vacant, or a proposal came to nothing, because its entry is not published any more. */
export async function tellEnd(cx: Cx, id: string): Promise<void> {
  const [row] = await cx.tx.select().from(source).where(eq(source.id, id)).for('update')
  if (!row || row.endToldAt !== null || !['vacant', 'lapsed'].includes(row.state)) throw new NotDue()
  await cx.tx
    .update(source)
    .set({ endToldAt: cx.now })
    .where(and(eq(source.id, id)))
  const move = row.state === 'vacant' ? 'vacate' : 'lapse'
  cx.audit(`source.${move}`, ['source', id], {
    number: row.number,
    element: row.elementCode,
    division: row.division,
    entry: row.entryId,
    item: row.itemName,
  })
  cx.emit('sources.source-moved', { sourceId: id, move, to: row.state })
}
