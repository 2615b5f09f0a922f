import { eq } from 'drizzle-orm'
import { addWorkingDays } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { nextNumber } from '../../kernel/numbering.ts'
import {
  type FieldError,
  forbidden,
  invalidInput,
  notFound,
  ruleViolated,
  stateConflict,
} from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { type AssessInput, answeredPoints, checkedConsents, heldErrors, sourceErrors, wrong } from './answers.ts'
import {
  type AssessmentMove,
  type AssessmentState,
  assessmentMachine,
  assessorNotIndependent,
  declaredDemand,
  grades,
  higherGrade,
  rankOf,
  rulesDigestOf,
} from './model.ts'
import { isGradeOutdated, isRenewable, liveAssessments, lockVersion, type RiskFile, riskFileOf } from './queries.ts'
import { closeGate, isEnded } from './release.ts'
import { type AssessmentRow, assessment, dataGrade, finding, type GradeRow } from './schema.ts'

/** The own version's file, of which everything was read and scanned. @throws not-found, state-conflict */
async function ownFile(cx: Cx, dataVersionId: string, sourceCategory?: string): Promise<RiskFile> {
  await lockVersion(cx, dataVersionId)
  const file = await riskFileOf(cx, dataVersionId, sourceCategory)
  if (file.data.organizationId !== requireOrganization(cx.actor)) throw notFound()
  if (file.data.state !== 'confirmed')
    throw stateConflict(text('数据版本尚未确认。', 'The data version is not confirmed yet.'))
  if (file.scan === null)
    throw stateConflict(
      text('该版本尚未扫描敏感数据；请重新读取（retry）。', 'This version was not scanned yet; read it again (retry).'),
    )
  return file
}

/** One move of an assessment, audited. */
export async function moveAssessment(
  cx: Cx,
  row: AssessmentRow,
  move: AssessmentMove,
  values: Partial<AssessmentRow> = {},
  record: Record<string, unknown> = {},
): Promise<AssessmentRow> {
  const state = nextState(assessmentMachine, row.state as AssessmentState, move)
  const [after] = await cx.tx
    .update(assessment)
    .set({ ...values, state, escalatedAt: null, changedAt: cx.now })
    .where(eq(assessment.id, row.id))
    .returning()
  cx.audit(`assessment.${move}`, ['assessment', row.id], {
    number: row.number,
    dataVersion: row.dataVersionId,
    sha256: row.sha256,
    from: row.state,
    to: state,
    rulePack: row.rulePack,
    ...(after!.dueAt && { dueAt: after!.dueAt }),
    ...record,
  })
  cx.emit('risk.assessment-moved', { assessmentId: row.id, dataVersionId: row.dataVersionId, move, to: state })
  return after!
}

/** The clock of a step in working days of the rule pack. */
export function clockOf(cx: Cx, name: 'riskReview' | 'riskHandling') {
  const rules = rulesAt(cx.now)
  const { dueAt, isProvisional } = addWorkingDays(cx.now, rules.clocks[name].workingDays, rules)
  return { dueAt, isDueProvisional: isProvisional }
}

/** A grading as its owner gives it. */
export interface GradeInput {
  readonly grade: string
  readonly category?: string | undefined
  readonly reason?: string | undefined
  readonly approval?: string | undefined
}

function gradeErrors(file: RiskFile, input: GradeInput, inForce: string): FieldError[] {
  const errors: FieldError[] = []
  const categories = file.rules.grading.categories.map(item => item.code)
  if (!(grades as readonly string[]).includes(input.grade))
    errors.push(
      wrong('/grade', text('没有这一级别', 'there is no such grade'), text(grades.join(', '), grades.join(', '))),
    )
  if (input.category !== undefined && !categories.includes(input.category))
    errors.push(
      wrong(
        '/category',
        text('没有这一类别', 'there is no such category'),
        text(categories.join(', '), categories.join(', ')),
      ),
    )
  if (inForce === 'important' && !input.approval?.trim() && !file.grade?.approval)
    errors.push(
      wrong(
        '/approval',
        text('重要数据须有批准文件', 'important data needs an approval'),
        text('填写批准机关、文号和日期', 'give issuer, number and date of the approval'),
      ),
    )
  if (rankOf(input.grade) < rankOf(file.proposal.grade) && !input.reason?.trim())
    errors.push(
      wrong(
        '/reason',
        text('定级低于规则建议，须说明理由', 'a grade below the proposal needs a reason'),
        text('说明为何可以降低；审核人员确认后生效', 'say why it may be lower; it takes a reviewer’s confirmation'),
      ),
    )
  return errors
}

/**
 * A person of the owner decides category and grade of a version (GB/T 43697). The higher of proposal and decision wins;
 * a lower one waits for a reviewer. A changed grade ends the release and the assessment that stood on the old one.
 * @throws not-found, invalid-input with every field, state-conflict before the version is confirmed and scanned.
 */
export async function gradeDataVersion(cx: Cx, dataVersionId: string, input: GradeInput): Promise<GradeRow> {
  const file = await ownFile(cx, dataVersionId)
  const { proposal } = file
  const isLower = rankOf(input.grade) < rankOf(proposal.grade)
  const inForce = higherGrade(input.grade, proposal.grade)
  const errors = gradeErrors(file, input, inForce)
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const isKept = isLower && file.grade?.loweredBy != null && file.grade.grade === input.grade
  if (isKept) throw stateConflict(text('该级别已经审核人员确认。', 'A reviewer has confirmed this grade already.'))
  const values = {
    proposed: proposal.grade,
    reasons: proposal.reasons,
    grade: inForce,
    category: input.category ?? proposal.category,
    decided: input.grade,
    decidedBy: cx.actor.personId!,
    decidedAt: cx.now,
    reason: input.reason?.trim() || null,
    approval: input.approval?.trim() || file.grade?.approval || null,
    lowerTo: isLower ? input.grade : null,
    loweredBy: null,
    loweredAt: null,
    loweredReason: null,
    rulePack: file.rules.ref,
    rulesDigest: rulesDigestOf(file.rules),
    changedAt: cx.now,
  }
  const [row] = await cx.tx
    .insert(dataGrade)
    .values({ dataVersionId, organizationId: file.data.organizationId, sha256: file.data.sha256, ...values })
    .onConflictDoUpdate({ target: dataGrade.dataVersionId, set: values })
    .returning()
  cx.audit('data-version.grade', ['data-version', dataVersionId], {
    sha256: file.data.sha256,
    proposed: proposal.grade,
    rules: proposal.reasons.map(reason => reason.rule),
    decided: input.grade,
    grade: inForce,
    category: values.category,
    approval: values.approval,
    rulePack: file.rules.ref,
  })
  if (isLower) cx.emit('risk.lowering-asked', { dataVersionId })
  await afterGrade(cx, file, row!)
  return row!
}

/** A grade that changes takes with it what stood on the old one; the first grade opens the assessment. */
async function afterGrade(cx: Cx, file: RiskFile, row: GradeRow): Promise<void> {
  const before = file.grade?.grade
  const open = file.assessment
  const isChanged = before !== undefined && before !== row.grade
  if (isChanged) await closeGate(cx, row.dataVersionId, 'ended', '级别变更，须重新评估 The grade changed')
  const live = isChanged ? await liveAssessments(cx, row.dataVersionId) : []
  for (const each of live) await moveAssessment(cx, each, 'lapse', { dueAt: null }, { reason: 'grade' })
  if (!open || live.length > 0 || isEnded(open.state)) await openAssessment(cx, file)
}

/** The draft of an assessment, which the provider then answers. */
async function openAssessment(cx: Cx, file: RiskFile): Promise<AssessmentRow> {
  const division = file.rules.jurisdictionOf(file.provider.division)
  const [row] = await cx.tx
    .insert(assessment)
    .values({
      id: newId(),
      number: await nextNumber(cx, division, 'FX'),
      dataVersionId: file.data.id,
      organizationId: file.data.organizationId,
      division,
      sha256: file.data.sha256,
      state: assessmentMachine.initial,
      points: [],
      consents: [],
      rulePack: file.rules.ref,
      rulesDigest: rulesDigestOf(file.rules),
      createdBy: cx.actor.personId!,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  cx.audit('assessment.open', ['assessment', row!.id], { number: row!.number, sha256: row!.sha256 })
  return row!
}

/**
 * Submits the provider's assessment of its version (Art 28 ¶2): the ten points of Art 30, the source, and the basis for
 * each column in which personal information was found. A "yes" blocks: a finding is opened and the provider handles it.
 * @throws rule-violated for values that must be masked first, invalid-input with every field, state-conflict.
 */
export async function assessDataVersion(cx: Cx, dataVersionId: string, input: AssessInput): Promise<AssessmentRow> {
  const file = await ownFile(cx, dataVersionId, input.sourceCategory)
  const held = heldErrors(file)
  if (held.length > 0)
    throw ruleViolated(text('数据含有须先脱敏的信息。', 'The data holds values that must be masked first.'), {
      errors: held,
    })
  if (!file.grade) throw stateConflict(text('请先定级。', 'Grade the version first.'))
  if (isGradeOutdated(file.grade, file.proposal, file.rules))
    throw stateConflict(
      text(
        '规则变更后建议的级别更高，请先按现行规则重新定级。',
        'The rules have changed and propose a higher grade: grade it anew under the rules in force first.',
      ),
    )
  const { points, errors } = answeredPoints(file, input)
  const { consents, errors: consentProblems } = checkedConsents(file, input)
  const all = [...sourceErrors(file, input), ...errors, ...consentProblems]
  if (all.length > 0) throw invalidInput(undefined, { errors: all })
  const isAnew = !file.assessment || isEnded(file.assessment.state) || isRenewable(file.assessment, cx.now)
  const open = isAnew ? await openAssessment(cx, file) : file.assessment!
  const [row] = await cx.tx.select().from(assessment).where(eq(assessment.id, open.id)).for('update')
  const harms = points.filter(point => point.answer === 'yes')
  const values = {
    sourceCategory: input.sourceCategory,
    sourceStatement: input.sourceStatement.trim(),
    points,
    consents,
    containsPersonalInfo: file.personalColumns.length > 0,
    submittedBy: cx.actor.personId,
    submittedAt: cx.now,
    rulePack: file.rules.ref,
    rulesDigest: rulesDigestOf(file.rules),
  }
  const answers = Object.fromEntries(points.map(point => [point.code, `${point.answer} (${point.by})`]))
  const record = { grade: file.grade.grade, points: answers, columns: file.personalColumns }
  if (harms.length === 0) return moveAssessment(cx, row!, 'submit', { ...values, ...clockOf(cx, 'riskReview') }, record)
  const blocked = await moveAssessment(cx, row!, 'declare', values, record)
  for (const harm of harms)
    await cx.tx.insert(finding).values({
      id: newId(),
      assessmentId: blocked.id,
      round: 1,
      harm: harm.code,
      severity: 'high',
      message: harm.note ?? file.points.find(point => point.code === harm.code)!.name.zh,
      demand: `${declaredDemand.zh} ${declaredDemand.en}`,
      foundBy: null,
      foundAt: cx.now,
    })
  const handled = await moveAssessment(cx, blocked, 'notify', clockOf(cx, 'riskHandling'), {
    harms: harms.map(harm => harm.code),
  })
  // a renewal that declares a harm says so of the bytes that are in force
  await closeGate(
    cx,
    blocked.dataVersionId,
    'suspended',
    harms[0]!.note ?? file.points.find(each => each.code === harms[0]!.code)!.name.zh,
  )
  return handled
}

/** A reviewer is of the operator and has no part in the provider. @throws forbidden, assessor-not-independent */
export function requireIndependent(
  cx: Cx,
  row: { readonly organizationId: string },
  people: readonly (string | null)[],
): void {
  const { actor } = cx
  if (actor.kind === 'person' && !actor.roles.includes('operator'))
    throw forbidden(text('此操作由平台运营机构办理。', 'This is for the operator to do.'))
  if (actor.organizationId === row.organizationId || people.includes(actor.personId)) throw assessorNotIndependent()
}

/** The lowering that waits, locked. @throws not-found, state-conflict, assessor-not-independent */
async function waitingLowering(cx: Cx, dataVersionId: string): Promise<GradeRow> {
  await lockVersion(cx, dataVersionId)
  const [row] = await cx.tx.select().from(dataGrade).where(eq(dataGrade.dataVersionId, dataVersionId)).for('update')
  if (!row) throw notFound()
  requireIndependent(cx, row, [row.decidedBy])
  if (!row.lowerTo) throw stateConflict(text('没有待确认的降级。', 'No lowering waits for confirmation.'))
  return row
}

/** A reviewer confirms that a version may be graded below the proposal, with the reason. */
export async function lowerDataVersion(cx: Cx, dataVersionId: string, reason: string): Promise<GradeRow> {
  const before = await waitingLowering(cx, dataVersionId)
  const file = await riskFileOf(cx, dataVersionId)
  const [row] = await cx.tx
    .update(dataGrade)
    .set({
      grade: before.lowerTo!,
      lowerTo: null,
      loweredBy: cx.actor.personId,
      loweredAt: cx.now,
      loweredReason: reason,
      changedAt: cx.now,
    })
    .where(eq(dataGrade.dataVersionId, dataVersionId))
    .returning()
  cx.audit('data-version.lower', ['data-version', dataVersionId], {
    sha256: before.sha256,
    proposed: before.proposed,
    from: before.grade,
    to: row!.grade,
    reason,
  })
  cx.emit('risk.lowering-decided', { dataVersionId, isConfirmed: true })
  if (file.assessment && file.assessment.state !== 'assessing') await afterGrade(cx, file, row!)
  return row!
}

/** A reviewer keeps the proposed grade. */
export async function keepGradeDataVersion(cx: Cx, dataVersionId: string, reason: string): Promise<GradeRow> {
  const before = await waitingLowering(cx, dataVersionId)
  const [row] = await cx.tx
    .update(dataGrade)
    .set({ lowerTo: null, changedAt: cx.now })
    .where(eq(dataGrade.dataVersionId, dataVersionId))
    .returning()
  cx.audit('data-version.keep-grade', ['data-version', dataVersionId], {
    sha256: before.sha256,
    grade: before.grade,
    asked: before.lowerTo,
    reason,
  })
  cx.emit('risk.lowering-decided', { dataVersionId, isConfirmed: false })
  return row!
}
