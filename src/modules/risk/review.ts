import { and, asc, eq, inArray, isNull, ne } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { type FieldError, invalidInput, notFound, ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { type AssessmentMove, type AssessmentState, assessmentMachine, notReleased, type Severity } from './model.ts'
import {
  findingsOf,
  gradeOf,
  isGradeOutdated,
  latestAssessment,
  liveAssessments,
  lockVersion,
  riskFileOf,
} from './queries.ts'
import { closeGate, currentDigest, openGate, releaseOf, validFrom } from './release.ts'
import { type AssessmentRow, assessment, finding } from './schema.ts'
import { clockOf, moveAssessment, requireIndependent } from './service.ts'

async function locked(cx: Cx, id: string): Promise<AssessmentRow> {
  const [found] = await cx.tx
    .select({ dataVersionId: assessment.dataVersionId })
    .from(assessment)
    .where(eq(assessment.id, id))
  if (!found) throw notFound()
  await lockVersion(cx, found.dataVersionId)
  const [row] = await cx.tx.select().from(assessment).where(eq(assessment.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/** The assessment, locked, for a move of a reviewer. @throws not-found, forbidden, assessor-not-independent, state-conflict */
async function lockedAsReviewer(cx: Cx, id: string, move: AssessmentMove): Promise<AssessmentRow> {
  const row = await locked(cx, id)
  const grade = await gradeOf(cx, row.dataVersionId)
  const handlers = (await findingsOf(cx, id)).map(each => each.handledBy)
  requireIndependent(cx, row, [row.submittedBy, row.createdBy, grade?.decidedBy ?? null, ...handlers])
  nextState(assessmentMachine, row.state as AssessmentState, move)
  return row
}

const reviewed = (cx: Cx) => ({
  reviewedBy: cx.actor.personId,
  reviewerOrganizationId: cx.actor.organizationId,
  reviewedAt: cx.now,
})
const stopped = { dueAt: null, isDueProvisional: false }

/** Takes a submission up (5.7): the clock that runs since the submission goes on. */
export async function reviewAssessment(cx: Cx, id: string): Promise<AssessmentRow> {
  const row = await lockedAsReviewer(cx, id, 'review')
  return moveAssessment(cx, row, 'review')
}

/** Takes up what the provider has reported; the clock of the second review starts. */
export async function recheckAssessment(cx: Cx, id: string): Promise<AssessmentRow> {
  const row = await lockedAsReviewer(cx, id, 'recheck')
  return moveAssessment(cx, row, 'recheck', clockOf(cx, 'riskReview'))
}

async function closeFindings(cx: Cx, id: string): Promise<void> {
  await cx.tx
    .update(finding)
    .set({ closedBy: cx.actor.personId, closedAt: cx.now })
    .where(and(eq(finding.assessmentId, id), isNull(finding.closedAt)))
}

/** What was in force beside a renewal ends with the decision on it. */
async function endOthers(cx: Cx, row: AssessmentRow, reason: 'renewed' | 'withheld'): Promise<void> {
  const others = (await liveAssessments(cx, row.dataVersionId)).filter(each => each.id !== row.id)
  for (const each of others) await moveAssessment(cx, each, 'lapse', stopped, { reason, by: row.number })
}

/** What is not as it must be for a version to be released. @throws rule-violated */
async function releasable(cx: Cx, row: AssessmentRow) {
  const grade = await gradeOf(cx, row.dataVersionId)
  const refuse = (pointer: string, zh: string, en: string, remedyZh: string, remedyEn: string) =>
    ruleViolated(undefined, { errors: [{ pointer, message: text(zh, en), remedy: text(remedyZh, remedyEn) }] })
  if (!grade) throw refuse('/grade', '尚未定级', 'not graded', '由提供方定级', 'the provider grades it')
  if (grade.grade === 'core')
    throw refuse('/grade', '核心数据不得放行', 'core data is never released', '不予发布', 'withhold it')
  if (grade.grade === 'important' && !grade.approval)
    throw refuse(
      '/approval',
      '重要数据缺少批准文件',
      'the approval is missing',
      '由提供方补充',
      'the provider gives it',
    )
  if (grade.lowerTo)
    throw refuse(
      '/grade',
      '有待确认的降级',
      'a lowering waits for confirmation',
      '先确认或维持级别',
      'confirm it or keep the grade first',
    )
  if (row.rulesDigest !== currentDigest(cx.now))
    throw refuse(
      '/rulePack',
      '规则已变更',
      'the rules have changed',
      '由提供方重新评估',
      'the provider assesses it anew',
    )
  const file = await riskFileOf(cx, row.dataVersionId)
  if (isGradeOutdated(grade, file.proposal, file.rules))
    throw refuse(
      '/grade',
      '级别低于现行规则的建议',
      'the rules in force propose a higher grade',
      '由提供方重新定级',
      'the provider grades it anew',
    )
  return grade
}

/** How a version is released: with what opinion, and why listings that the gate suspended stay so, where they do. */
export interface ReleaseInput {
  readonly opinion: string
  readonly conditions?: string | undefined
  readonly keepSuspended?: string | undefined
}

async function release(
  cx: Cx,
  row: AssessmentRow,
  move: 'pass' | 'condition',
  input: ReleaseInput,
): Promise<AssessmentRow> {
  const grade = await releasable(cx, row)
  await closeFindings(cx, row.id)
  await endOthers(cx, row, 'renewed')
  const { opinion, conditions = null } = input
  const keepSuspended = input.keepSuspended?.trim() || null
  const after = await moveAssessment(
    cx,
    row,
    move,
    { opinion, conditions, ...reviewed(cx), ...stopped, validUntil: validFrom(cx.now) },
    { opinion, conditions, grade: grade.grade, validUntil: validFrom(cx.now), ...(keepSuspended && { keepSuspended }) },
  )
  await openGate(cx, after, grade, keepSuspended)
  return after
}

/** Passes the review: the version is released for the pack's months. @throws rule-violated, state-conflict */
export async function passAssessment(cx: Cx, id: string, input: ReleaseInput): Promise<AssessmentRow> {
  return release(cx, await lockedAsReviewer(cx, id, 'pass'), 'pass', input)
}

/** Passes with conditions that the provider and those who take the data keep. */
export async function conditionAssessment(
  cx: Cx,
  id: string,
  input: ReleaseInput & { conditions: string },
): Promise<AssessmentRow> {
  return release(cx, await lockedAsReviewer(cx, id, 'condition'), 'condition', input)
}

/** Withholds the version for good; a changed file is another version with its own assessment. */
export async function withholdAssessment(cx: Cx, id: string, reason: string): Promise<AssessmentRow> {
  const row = await lockedAsReviewer(cx, id, 'withhold')
  const after = await moveAssessment(cx, row, 'withhold', { ...reviewed(cx), ...stopped, opinion: reason }, { reason })
  await endOthers(cx, row, 'withheld')
  await closeGate(cx, row.dataVersionId, 'ended', reason)
  return after
}

/** A finding as a reviewer gives it. */
export interface FindingInput {
  readonly harm?: string | undefined
  readonly severity: Severity
  readonly message: string
  readonly demand: string
}

/**
 * A reviewer finds risks (Art 28 ¶3): the provider is told and has the pack's working days to handle them. A high one
 * suspends access to a released version in the same transaction. @throws invalid-input for an unknown harm
 */
export async function findAssessment(
  cx: Cx,
  id: string,
  input: { findings: readonly FindingInput[] },
): Promise<AssessmentRow> {
  const row = await lockedAsReviewer(cx, id, 'find')
  const renewal = (await liveAssessments(cx, row.dataVersionId)).find(each => each.id > row.id)
  if (renewal)
    throw stateConflict(
      text(
        `续评（${renewal.number}）正在办理，请在续评中告知风险。`,
        `Its renewal ${renewal.number} is under way: tell of the risk there.`,
      ),
    )
  const harms = rulesAt(cx.now).lists.prohibitedHarms.items.map(item => item.code)
  const errors: FieldError[] = input.findings.flatMap(({ harm }, i) =>
    harm === undefined || harms.includes(harm)
      ? []
      : [
          {
            pointer: `/findings/${i}/harm`,
            message: text('没有这一要点', 'there is no such point'),
            remedy: text(harms.join(', '), harms.join(', ')),
          },
        ],
  )
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const earlier = await findingsOf(cx, id)
  const round = Math.max(0, ...earlier.map(each => each.round)) + 1
  for (const { harm = null, ...each } of input.findings)
    await cx.tx
      .insert(finding)
      .values({ id: newId(), assessmentId: id, round, harm, ...each, foundBy: cx.actor.personId, foundAt: cx.now })
  const isHigh = input.findings.some(each => each.severity === 'high')
  const found = await moveAssessment(cx, row, 'find', { ...reviewed(cx), ...stopped }, { findings: input.findings })
  if (isHigh)
    await closeGate(cx, row.dataVersionId, 'suspended', input.findings.find(f => f.severity === 'high')!.message)
  return moveAssessment(cx, found, 'notify', clockOf(cx, 'riskHandling'), { isHigh })
}

/** What the provider did about a finding. */
export interface HandlingInput {
  readonly findingId: string
  readonly handling: string
  readonly evidence?: string | undefined
}

/** The provider reports how it handled every open finding (处理并反馈). @throws invalid-input naming what is left */
export async function feedbackAssessment(
  cx: Cx,
  id: string,
  input: { handlings: readonly HandlingInput[] },
): Promise<AssessmentRow> {
  const row = await locked(cx, id)
  if (row.organizationId !== requireOrganization(cx.actor)) throw notFound()
  nextState(assessmentMachine, row.state as AssessmentState, 'feedback')
  const open = (await findingsOf(cx, id)).filter(each => each.closedAt === null)
  const errors: FieldError[] = open
    .filter(each => !input.handlings.some(handling => handling.findingId === each.id))
    .map(each => ({
      pointer: '/handlings',
      message: text(`未说明如何处理：${each.message}`, `it is not said how this was handled: ${each.message}`),
      remedy: text('逐条填写处理情况', 'say for each what was done'),
    }))
  for (const [i, handling] of input.handlings.entries())
    if (!open.some(each => each.id === handling.findingId))
      errors.push({
        pointer: `/handlings/${i}/findingId`,
        message: text('没有这一待处理的风险', 'no such open finding'),
        remedy: text('使用列出的风险', 'use one that is listed'),
      })
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  for (const { findingId, handling, evidence } of input.handlings)
    await cx.tx
      .update(finding)
      .set({ handling, evidence: evidence?.trim() || null, handledBy: cx.actor.personId, handledAt: cx.now })
      .where(eq(finding.id, findingId))
  return moveAssessment(cx, row, 'feedback', clockOf(cx, 'riskReview'), { handlings: input.handlings })
}

/**
 * The review of a listing is the risk review of its data where that has not passed yet: same reviewer, same transaction.
 * @throws not-released where the provider has something to do first, assessor-not-independent
 */
export async function passWithListing(cx: Cx, dataVersionId: string, opinion: string): Promise<void> {
  const found = await latestAssessment(cx, dataVersionId)
  // another listing of the same data may be passing it just now
  const latest = found && (await locked(cx, found.id))
  const { state, reason } = await releaseOf(cx, dataVersionId)
  if (state === 'released') return
  const isOpen = latest && ['submitted', 'reviewing', 'feedback', 're_reviewing'].includes(latest.state)
  if (!isOpen) throw notReleased(reason ?? undefined)
  if (latest.state === 'submitted') await reviewAssessment(cx, latest.id)
  if (latest.state === 'feedback') await recheckAssessment(cx, latest.id)
  await passAssessment(cx, latest.id, { opinion })
}

/** Assessments whose term has ended. */
export async function expiredAssessments(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select id from risk.assessment
    where state in ('passed', 'conditional') and valid_until < ${rx.now.toISOString()}::timestamptz
    order by valid_until limit 100`
  return rows.map(row => row.id)
}

/** Run by the timer. */
export async function expireAssessment(cx: Cx, id: string): Promise<void> {
  const row = await locked(cx, id)
  const isDue = ['passed', 'conditional'].includes(row.state) && row.validUntil !== null && row.validUntil < cx.now
  if (!isDue) throw new NotDue()
  await moveAssessment(cx, row, 'expire', stopped)
  await closeGate(cx, row.dataVersionId, 'ended', '评估有效期届满 The assessment has expired')
}

const liveStates: readonly AssessmentState[] = assessmentMachine.moves.lapse.from

/** Assessments made under other rules than those in force (5.7: a new rule pack makes them stale). */
export async function staleAssessments(rx: Rx): Promise<string[]> {
  const rows = await rx.tx
    .select({ id: assessment.id })
    .from(assessment)
    .where(and(inArray(assessment.state, [...liveStates]), ne(assessment.rulesDigest, currentDigest(rx.now))))
    .orderBy(asc(assessment.id))
    .limit(100)
  return rows.map(row => row.id)
}

/** Run by the timer. */
export async function lapseAssessment(cx: Cx, id: string): Promise<void> {
  const row = await locked(cx, id)
  const isLive = liveStates.includes(row.state as AssessmentState)
  if (!isLive || row.rulesDigest === currentDigest(cx.now)) throw new NotDue()
  await moveAssessment(cx, row, 'lapse', stopped, { reason: 'rules', rules: rulesAt(cx.now).ref })
  await closeGate(cx, row.dataVersionId, 'ended', '规则变更，须重新评估 The rules have changed')
}

/** Steps that are late and of which nobody was told yet. */
export async function overdueAssessments(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select id from risk.assessment
    where due_at < ${rx.now.toISOString()}::timestamptz and escalated_at is null
    order by due_at limit 100`
  return rows.map(row => row.id)
}

/** Says once for each step that it is late: to the provider while it handles findings, else to the operator. */
export async function escalateAssessment(cx: Cx, id: string): Promise<void> {
  const row = await locked(cx, id)
  if (row.dueAt === null || row.dueAt >= cx.now || row.escalatedAt !== null) throw new NotDue()
  await cx.tx.update(assessment).set({ escalatedAt: cx.now, changedAt: cx.now }).where(eq(assessment.id, id))
  cx.audit('assessment.escalate', ['assessment', id], { number: row.number, state: row.state, dueAt: row.dueAt })
  cx.emit('risk.assessment-overdue', { assessmentId: id, dataVersionId: row.dataVersionId, state: row.state })
}
