import { and, eq, isNull } from 'drizzle-orm'
import { addWorkingDays } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { nextNumber } from '../../kernel/numbering.ts'
import { conflict, type FieldError, forbidden, invalidInput, notFound, stateConflict } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { holdPublishedItem, type PublishedItem } from '../resources/index.ts'
import { carryingOf, elementByCode, othersCarrying, ownItem, saidOfItem } from './carrying.ts'
import { itemNotPublished, jurisdictionOf, type SourceMove, type SourceState, sourceMachine } from './model.ts'
import { mayRead } from './queries.ts'
import { type DisputeRow, dispute, type SourceRow, source } from './schema.ts'

constraintMeans('source_one_open', () =>
  conflict(
    text(
      '该数据元在本辖区已有办理中的申报。如有不同意见，请在异议期内对该申报提出异议。',
      'A proposal for this element is in hand in this jurisdiction. If you disagree, object to it within its period.',
    ),
  ),
)
constraintMeans('source_one_in_force', () =>
  conflict(
    text(
      '该数据元在本辖区刚刚认定了另一权威来源。',
      'Another source of this element was just decided in this jurisdiction.',
    ),
  ),
)
constraintMeans('dispute_once', () =>
  conflict(text('贵机构已对该申报提出过异议。', 'Your institution has objected to this proposal already.')),
)
constraintMeans('source_entry_published', () => itemNotPublished())

const wrong = (pointer: string, zh: string, en: string, remedyZh: string, remedyEn: string): FieldError => ({
  pointer,
  message: text(zh, en),
  remedy: text(remedyZh, remedyEn),
})

/** The clock of a step in working days of the rule pack. */
export function clockOf(cx: Cx, name: 'sourceObjection' | 'sourceAnswer' | 'sourceDecision') {
  const rules = rulesAt(cx.now)
  const { dueAt, isProvisional } = addWorkingDays(cx.now, rules.clocks[name].workingDays, rules)
  return { dueAt, isDueProvisional: isProvisional }
}

/** No clock runs any more. */
export const stopped = { dueAt: null, isDueProvisional: false }

/** One move of a source, audited and told. */
export async function moveSource(
  cx: Cx,
  row: SourceRow,
  move: SourceMove,
  values: Partial<SourceRow> = {},
  record: Record<string, unknown> = {},
): Promise<SourceRow> {
  const state = nextState(sourceMachine, row.state as SourceState, move)
  const [after] = await cx.tx
    .update(source)
    .set({ ...values, state, escalatedAt: null, changedAt: cx.now })
    .where(eq(source.id, row.id))
    .returning()
  cx.audit(`source.${move}`, ['source', row.id], {
    number: row.number,
    element: row.elementCode,
    division: row.division,
    from: row.state,
    to: state,
    ...(after!.dueAt && { dueAt: after!.dueAt }),
    ...record,
  })
  cx.emit('sources.source-moved', { sourceId: row.id, move, to: state })
  return after!
}

/**
 * The source locked for a change. Its entry is held first, in the order in which the withdrawal of an entry takes them.
 * @throws not-found, also where the actor may not know of it
 */
export async function lockSource(cx: Cx, id: string): Promise<{ row: SourceRow; item: PublishedItem | undefined }> {
  const [known] = await cx.tx.select().from(source).where(eq(source.id, id))
  if (!known || !(await mayRead(cx, known))) throw notFound()
  const item = await holdPublishedItem(cx, known.entryId, known.itemName)
  const [row] = await cx.tx.select().from(source).where(eq(source.id, id)).for('update')
  return { row: row!, item }
}

export interface ProposeInput {
  readonly element: string
  readonly entryId: string
  readonly itemName: string
  readonly dutyBasis: string
}

/** The source in force of an element in a jurisdiction, locked; undefined where there is none. */
export async function lockInForce(cx: Cx, elementCode: string, division: string): Promise<SourceRow | undefined> {
  const [row] = await cx.tx
    .select()
    .from(source)
    .where(and(eq(source.elementCode, elementCode), eq(source.division, division), eq(source.state, 'in_force')))
    .for('update')
  return row
}

/** Writes a proposal down; the constraint lets one be in hand. */
export async function insertSource(
  cx: Cx,
  item: PublishedItem,
  values: Pick<SourceRow, 'elementCode' | 'dutyBasis' | 'proposedBy'> & Partial<SourceRow>,
): Promise<SourceRow> {
  const division = jurisdictionOf(item.division)
  const [row] = await cx.tx
    .insert(source)
    .values({
      id: newId(),
      number: await nextNumber(cx, division, 'QY'),
      division,
      organizationId: item.organizationId,
      entryId: item.entryId,
      entryVersionId: item.entryVersionId,
      itemName: item.itemName,
      state: sourceMachine.initial,
      proposedAt: cx.now,
      rulePack: rulesAt(cx.now).ref,
      changedAt: cx.now,
      ...values,
    })
    .returning()
  cx.audit('source.propose', ['source', row!.id], {
    number: row!.number,
    element: row!.elementCode,
    division,
    entry: item.entryCode,
    item: item.itemName,
    dutyBasis: row!.dutyBasis,
  })
  return row!
}

/**
 * An institution proposes an item of its own published entry as the authoritative source of an element in its
 * jurisdiction. Where other institutions hold the element there too, they may object; otherwise it goes to the decision.
 * @throws not-found, item-not-published, conflict where a proposal is in hand or the item is the source already
 */
export async function proposeSource(cx: Cx, input: ProposeInput): Promise<SourceRow> {
  const item = await ownItem(cx, input.entryId, input.itemName)
  await elementByCode(cx, input.element)
  const division = jurisdictionOf(item.division)
  const current = await lockInForce(cx, input.element, division)
  if (current?.entryId === item.entryId && current.itemName === item.itemName)
    throw conflict(text('该信息项已是本辖区的权威来源。', 'This item is the authoritative source here already.'))
  await saidOfItem(cx, item, input.element, true)
  const others = await othersCarrying(cx, input.element, division, item.organizationId)
  const hasRivals = others.length > 0 || (current !== undefined && current.organizationId !== item.organizationId)
  const clock = clockOf(cx, 'sourceObjection')
  const row = await insertSource(cx, item, {
    elementCode: input.element,
    dutyBasis: input.dutyBasis.trim(),
    proposedBy: cx.actor.personId!,
    objectionsUntil: hasRivals ? clock.dueAt : null,
    ...clock,
  })
  if (!hasRivals) return moveSource(cx, row, 'conclude', clockOf(cx, 'sourceDecision'), { rivals: 0 })
  cx.emit('sources.source-moved', { sourceId: row.id, move: 'propose', to: row.state })
  return row
}

export interface DisputeInput {
  readonly entryId: string
  readonly itemName: string
  readonly reason: string
  readonly evidence: string
}

/**
 * Another institution that holds the same element in the same jurisdiction objects, with its own item, the reason and
 * the evidence. @throws forbidden for the proposer, invalid-input where its item is another datum, state-conflict later
 */
export async function disputeSource(cx: Cx, id: string, input: DisputeInput): Promise<DisputeRow> {
  const own = await ownItem(cx, input.entryId, input.itemName)
  const { row } = await lockSource(cx, id)
  if (row.organizationId === own.organizationId)
    throw forbidden(
      text('不能对本机构的申报提出异议；可以撤回申报。', 'Nobody objects to their own proposal; withdraw it instead.'),
    )
  nextState(sourceMachine, row.state as SourceState, 'dispute')
  if (row.objectionsUntil === null || cx.now > row.objectionsUntil)
    throw stateConflict(text('异议期已结束。', 'The time for objections is over.'))
  const [carried] = await carryingOf(cx, [own])
  const isSame = carried?.element.code === row.elementCode && jurisdictionOf(own.division) === row.division
  if (!isSame) {
    const error = wrong(
      '/itemName',
      '该信息项不是本辖区内的同一数据元',
      'is not the same element in the same jurisdiction',
      '选择本机构已发布目录中含该数据元的信息项；识别有误的，先在目录页确认',
      'choose an item of yours that carries it; if it was not recognised, confirm it on the page of its entry first',
    )
    throw invalidInput(undefined, { errors: [error] })
  }
  const [raised] = await cx.tx
    .insert(dispute)
    .values({
      id: newId(),
      sourceId: row.id,
      organizationId: own.organizationId,
      entryId: own.entryId,
      itemName: own.itemName,
      reason: input.reason.trim(),
      evidence: input.evidence.trim(),
      raisedBy: cx.actor.personId!,
      raisedAt: cx.now,
    })
    .returning()
  const answer = clockOf(cx, 'sourceAnswer')
  // whoever else may object keeps the whole period
  const clock = answer.dueAt > row.objectionsUntil ? answer : { dueAt: row.objectionsUntil }
  await moveSource(cx, row, 'dispute', clock, { dispute: raised!.id, entry: own.entryCode, item: own.itemName })
  return raised!
}

/** The proposer answers an objection. When all are answered, the period goes on or the decision is due. */
export async function answerDispute(cx: Cx, disputeId: string, answer: string): Promise<DisputeRow> {
  const [known] = await cx.tx.select().from(dispute).where(eq(dispute.id, disputeId))
  if (!known) throw notFound()
  const { row } = await lockSource(cx, known.sourceId)
  if (row.organizationId !== requireOrganization(cx.actor)) throw notFound()
  nextState(sourceMachine, row.state as SourceState, 'answer')
  const [answered] = await cx.tx
    .update(dispute)
    .set({ answer: answer.trim(), answeredBy: cx.actor.personId, answeredAt: cx.now })
    .where(and(eq(dispute.id, disputeId), isNull(dispute.answer)))
    .returning()
  if (!answered) throw stateConflict(text('该异议已答复。', 'This objection is answered already.'))
  const left = await cx.tx
    .select({ id: dispute.id })
    .from(dispute)
    .where(and(eq(dispute.sourceId, row.id), isNull(dispute.answer)))
  if (left.length > 0) {
    cx.audit('source.answer', ['source', row.id], { number: row.number, dispute: disputeId, left: left.length })
    return answered
  }
  const back = await moveSource(cx, row, 'answer', { dueAt: row.objectionsUntil }, { dispute: disputeId })
  if (row.objectionsUntil === null || row.objectionsUntil <= cx.now)
    await moveSource(cx, back, 'conclude', clockOf(cx, 'sourceDecision'))
  return answered
}

/** The institution takes its proposal back, or gives up being the source. @throws not-found, state-conflict */
export async function withdrawSource(cx: Cx, id: string, reason: string): Promise<SourceRow> {
  const { row } = await lockSource(cx, id)
  if (row.organizationId !== requireOrganization(cx.actor)) throw notFound()
  return moveSource(
    cx,
    row,
    'withdraw',
    { ...stopped, reason, endedAt: cx.now },
    { reason, wasInForce: row.state === 'in_force' },
  )
}
