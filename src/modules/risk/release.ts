import { eq } from 'drizzle-orm'
import { addMonths } from '../../kernel/calendar.ts'
import type { Cx, Reading, Rx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { NotDue } from '../../kernel/events.ts'
import { notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type AssessmentState, endedStates, notReleased, rulesDigestOf } from './model.ts'
import { latestAssessment } from './queries.ts'
import { type AssessmentRow, dataGrade, type GradeRow, type ReleaseRow, release } from './schema.ts'

constraintMeans('data_not_released', () => notReleased())

/** How a version stands at the gate. */
export type ReleaseState =
  | 'ungraded'
  | 'unassessed'
  | 'reviewing'
  | 'handling'
  | 'released'
  | 'suspended'
  | 'withheld'
  | 'stale'

export interface Release {
  readonly state: ReleaseState
  readonly grade: string | null
  /** why it is not released; null when it is */
  readonly reason: Text | null
  readonly validUntil: Date | null
  /** by a passed risk review, or taken over from the listing review of the time before there was a gate; null before */
  readonly source: 'review' | 'taken-over' | null
}

/** What a version is wanted for. */
export type ReleaseUse = 'list' | 'contract' | 'deliver' | 'share' | 'open'

export const releaseWords: Readonly<Record<ReleaseState, Text>> = {
  ungraded: text('尚未定级', 'Not graded'),
  unassessed: text('尚未提交风险评估', 'Not assessed'),
  reviewing: text('风险审核中', 'Under risk review'),
  handling: text('风险待处理', 'Risk to be handled'),
  released: text('已放行', 'Released'),
  suspended: text('已暂停', 'Suspended'),
  withheld: text('不予发布', 'Withheld'),
  stale: text('评估已失效', 'Assessment no longer valid'),
}

const reasons: Readonly<Record<Exclude<ReleaseState, 'released'>, Text>> = {
  ungraded: text('数据版本尚未定级（办法草案第二十三条）。', 'The data version has no grade yet (Art. 23).'),
  unassessed: text(
    '提供方尚未提交风险评估（第二十八条）。',
    'The provider has not submitted its risk assessment (Art. 28).',
  ),
  reviewing: text('风险评估正在平台审核。', 'The platform is reviewing the risk assessment.'),
  handling: text('审核发现风险，提供方正在处理。', 'The review found a risk, which the provider is to handle.'),
  suspended: text('因发现高风险，访问已暂停。', 'Access is suspended: a high risk was found.'),
  withheld: text('审核结论为不予发布。', 'The review withheld it.'),
  stale: text(
    '风险评估已到期或规则已变更，须重新评估。',
    'The assessment has expired or the rules have changed; assess it anew.',
  ),
}

const byAssessment: Readonly<Record<AssessmentState, Exclude<ReleaseState, 'released'>>> = {
  assessing: 'unassessed',
  submitted: 'reviewing',
  reviewing: 'reviewing',
  passed: 'stale',
  conditional: 'stale',
  risk_found: 'handling',
  handling: 'handling',
  feedback: 'reviewing',
  re_reviewing: 'reviewing',
  withheld: 'withheld',
  stale: 'stale',
  expired: 'stale',
}

const coreReason = text('核心数据不得交易、共享或开放。', 'Core data is never traded, shared or opened.')

function stateOf(
  grade: GradeRow | undefined,
  assessment: AssessmentRow | undefined,
  row: ReleaseRow | undefined,
): Exclude<ReleaseState, 'released'> {
  if (row?.state === 'suspended') return 'suspended'
  if (grade?.grade === 'core') return 'withheld'
  if (row && !assessment) return 'stale'
  if (!grade) return 'ungraded'
  if (!assessment) return 'unassessed'
  return byAssessment[assessment.state as AssessmentState]
}

/** Whether the gate is open for a version: the same function that the database's triggers ask. */
export async function isReleased(rx: Pick<Reading, 'sql'>, dataVersionId: string): Promise<boolean> {
  const [row] = await rx.sql<{ yes: boolean }[]>`select risk.is_released(${dataVersionId}) as yes`
  return row?.yes ?? false
}

/** How a version stands at the gate, whoever asks, and why. @throws not-found never: an unknown version is ungraded */
export async function releaseOf(rx: Rx, dataVersionId: string): Promise<Release> {
  const [grade] = await rx.tx.select().from(dataGrade).where(eq(dataGrade.dataVersionId, dataVersionId))
  const [row] = await rx.tx.select().from(release).where(eq(release.dataVersionId, dataVersionId))
  const known = {
    grade: grade?.grade ?? row?.grade ?? null,
    validUntil: row?.validUntil ?? null,
    source: (row?.source ?? null) as Release['source'],
  }
  if (row && (await isReleased(rx, dataVersionId))) return { ...known, state: 'released', reason: null }
  const state = stateOf(grade, await latestAssessment(rx, dataVersionId), row)
  const reason = grade?.grade === 'core' ? coreReason : reasons[state]
  const why =
    row?.state === 'suspended' && row.reason ? text(`${reason.zh}${row.reason}`, `${reason.en} ${row.reason}`) : reason
  return { ...known, state, reason: why }
}

const uses: Readonly<Record<ReleaseUse, Text>> = {
  list: text('挂牌', 'listed'),
  contract: text('订立合同', 'contracted'),
  deliver: text('交付', 'delivered'),
  share: text('共享', 'shared'),
  open: text('开放', 'opened'),
}

/** The clear refusal before the constraint must: why the version is held, and where that is mended. @throws not-released */
export async function requireReleased(rx: Rx, dataVersionId: string, use: ReleaseUse): Promise<void> {
  if (await isReleased(rx, dataVersionId)) return
  const { reason } = await releaseOf(rx, dataVersionId)
  const why = reason ?? reasons.stale
  throw notReleased(text(`该数据版本不能${uses[use].zh}：${why.zh}`, `The data cannot be ${uses[use].en}: ${why.en}`), {
    errors: [
      {
        pointer: '/dataVersionId',
        message: why,
        remedy: text(
          `提供方在 /data-versions/${dataVersionId}/assessment 办理定级和风险评估`,
          `the provider grades and assesses it at /data-versions/${dataVersionId}/assessment`,
        ),
      },
    ],
  })
}

/** Opens the gate for a version whose assessment has just passed. */
export async function openGate(
  cx: Cx,
  row: AssessmentRow,
  grade: GradeRow,
  keepSuspended: string | null,
): Promise<void> {
  const values = {
    sha256: row.sha256,
    source: 'review',
    assessmentId: row.id,
    grade: grade.grade,
    state: 'released',
    reason: null,
    releasedBy: cx.actor.personId,
    releasedAt: cx.now,
    validUntil: row.validUntil!,
    endedAt: null,
    remindedAt: null,
    rulePack: row.rulePack,
    rulesDigest: row.rulesDigest,
  }
  await cx.tx
    .insert(release)
    .values({ dataVersionId: row.dataVersionId, ...values })
    .onConflictDoUpdate({ target: release.dataVersionId, set: values })
  cx.emit('risk.version-released', { dataVersionId: row.dataVersionId, assessmentId: row.id, keepSuspended })
}

/** Closes the gate of a released version: at once for whoever asks next, then for listings and entitlements by event. */
export async function closeGate(
  cx: Cx,
  dataVersionId: string,
  state: 'suspended' | 'ended',
  reason: string,
): Promise<boolean> {
  const [row] = await cx.tx.select().from(release).where(eq(release.dataVersionId, dataVersionId)).for('update')
  if (!row || row.state === 'ended' || row.state === state) return false
  await cx.tx.update(release).set({ state, reason, endedAt: cx.now }).where(eq(release.dataVersionId, dataVersionId))
  cx.audit(state === 'suspended' ? 'release.suspend' : 'release.end', ['data-version', dataVersionId], {
    sha256: row.sha256,
    source: row.source,
    from: row.state,
    reason,
  })
  cx.emit('risk.access-closed', { dataVersionId, state, reason })
  return true
}

/** Until when an assessment that passes now is valid: to the end of the day, the pack's months later. */
export const validFrom = (now: Date): Date => addMonths(now, rulesAt(now).periods.riskAssessmentValidity.months)

/**
 * Releases that have run out while no assessment in force could expire with them: taken over from listing reviews, or
 * with a risk that is being handled.
 */
export async function runOutReleases(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select data_version_id as id from risk.release
    where state = 'released' and valid_until < ${rx.now.toISOString()}::timestamptz
    order by valid_until limit 100`
  return rows.map(row => row.id)
}

/** Run by the timer. */
export async function endRelease(cx: Cx, id: string): Promise<void> {
  const [row] = await cx.tx.select().from(release).where(eq(release.dataVersionId, id)).for('update')
  if (!row) throw notFound()
  if (row.state !== 'released' || row.validUntil >= cx.now) throw new NotDue()
  await closeGate(cx, id, 'ended', '有效期届满 Its term is over')
}

/** Releases that a migration took over from listing reviews and of which the log does not tell yet. */
export async function untoldTakeovers(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select r.data_version_id as id from risk.release r
    where r.source = 'taken-over' and not exists (select from kernel.audit_entry e
      where e.subject_kind = 'data-version' and e.subject_id = r.data_version_id::text and e.action = 'release.take-over')
    order by r.data_version_id limit 100`
  return rows.map(row => row.id)
}

/** Says in the log that a release stands on the listing review of its time, and on no risk review. Run by the timer. */
export async function tellTakeover(cx: Cx, id: string): Promise<void> {
  const [row] = await cx.tx.select().from(release).where(eq(release.dataVersionId, id)).for('update')
  const isTold = !(await untoldTakeovers(cx)).includes(id)
  if (row?.source !== 'taken-over' || isTold) throw new NotDue()
  cx.audit('release.take-over', ['data-version', id], {
    sha256: row.sha256,
    grade: row.grade,
    listingReviewedBy: row.releasedBy,
    listingReviewedAt: row.releasedAt,
    validUntil: row.validUntil,
    riskReview: null,
  })
}

/** The last instant of the releases that end soon enough for their provider to be told (rule pack). */
export const endingBefore = (now: Date): Date =>
  new Date(now.getTime() + rulesAt(now).periods.riskRenewalAhead.days * 86_400_000)

/** Releases that end soon, and whose provider was not told yet. */
export async function endingReleases(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select data_version_id as id from risk.release
    where state = 'released' and reminded_at is null and valid_until <= ${endingBefore(rx.now).toISOString()}::timestamptz
    order by valid_until limit 100`
  return rows.map(row => row.id)
}

/** Tells the provider once that a release ends soon, unless its renewal is under way. Run by the timer. */
export async function remindRelease(cx: Cx, id: string): Promise<void> {
  const [row] = await cx.tx.select().from(release).where(eq(release.dataVersionId, id)).for('update')
  if (!row) throw notFound()
  if (row.state !== 'released' || row.remindedAt !== null || row.validUntil > endingBefore(cx.now)) throw new NotDue()
  await cx.tx.update(release).set({ remindedAt: cx.now }).where(eq(release.dataVersionId, id))
  cx.audit('release.remind', ['data-version', id], { sha256: row.sha256, validUntil: row.validUntil })
  cx.emit('risk.release-ending', { dataVersionId: id, validUntil: row.validUntil.toISOString() })
}

export const isEnded = (state: string): boolean => (endedStates as readonly string[]).includes(state)
export const currentDigest = (now: Date): string => rulesDigestOf(rulesAt(now))
