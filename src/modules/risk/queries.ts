import { and, asc, desc, eq, gt, inArray, isNotNull, lt, ne, notInArray } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'
import { type DataVersion, dataVersionOf, type SensitiveColumn, scanOf } from '../data/index.ts'
import { type Organization, organizationOf, requireOrganization } from '../identity/index.ts'
import { endedStates, queueStates, rankOf, rulesDigestOf } from './model.ts'
import { type Point, pointsOf } from './points.ts'
import { type GradeProposal, heldColumns, isPersonal, proposeGrade } from './proposal.ts'
import { type AssessmentRow, assessment, dataGrade, type FindingRow, finding, type GradeRow } from './schema.ts'

/** The assessment that speaks for a version: the one in force, else the newest that ended. */
export async function latestAssessment(rx: Rx, dataVersionId: string): Promise<AssessmentRow | undefined> {
  const [row] = await rx.tx
    .select()
    .from(assessment)
    .where(eq(assessment.dataVersionId, dataVersionId))
    .orderBy(desc(assessment.id))
    .limit(1)
  return row
}

/**
 * Holds a version until the transaction ends: whatever is decided about its grade, its assessments and its release is
 * decided one after the other. Taken before anything of them is read. @throws not-found
 */
export async function lockVersion(cx: Cx, dataVersionId: string): Promise<void> {
  const rows = await cx.sql`select from data.data_version where id = ${dataVersionId} for no key update`
  if (rows.length === 0) throw notFound()
}

/** Assessments of a version that have passed or are on their way, newest first: a renewal runs beside what it renews. */
export const liveAssessments = (rx: Rx, dataVersionId: string): Promise<AssessmentRow[]> =>
  rx.tx
    .select()
    .from(assessment)
    .where(
      and(
        eq(assessment.dataVersionId, dataVersionId),
        notInArray(assessment.state, ['assessing', 'withheld', ...endedStates]),
      ),
    )
    .orderBy(desc(assessment.id))

/** What the provider answered last, for this version, the one it was made of, or a file of the same name. */
async function earlierAnswers(rx: Rx, data: DataVersion): Promise<AssessmentRow | undefined> {
  const [found] = await rx.sql<{ id: string }[]>`
    select a.id from risk.assessment a join data.data_version d on d.id = a.data_version_id
    where a.organization_id = ${data.organizationId} and a.submitted_at is not null
      and (d.id = ${data.id} or d.file_name = ${data.fileName}
        or d.id = (select v.derived_from_id from data.data_version v where v.id = ${data.id}))
    order by d.id = ${data.id} desc, a.id desc limit 1`
  if (!found) return undefined
  const [row] = await rx.tx.select().from(assessment).where(eq(assessment.id, found.id))
  return row
}

/** Whether an assessment that is in force may be renewed already: its end is near (rule pack). */
export const isRenewable = (row: Pick<AssessmentRow, 'state' | 'validUntil'>, now: Date): boolean =>
  ['passed', 'conditional'].includes(row.state) &&
  row.validUntil !== null &&
  row.validUntil.getTime() - now.getTime() <= rulesAt(now).periods.riskRenewalAhead.days * 86_400_000

/** Whether the grade was decided under rules that proposed less than those in force do. */
export const isGradeOutdated = (grade: GradeRow, proposal: GradeProposal, rules: RulePack): boolean =>
  grade.rulesDigest !== rulesDigestOf(rules) && rankOf(proposal.grade) > rankOf(grade.grade)

/** Grade and category in force; undefined before a person has decided. */
export async function gradeOf(rx: Rx, dataVersionId: string): Promise<GradeRow | undefined> {
  const [row] = await rx.tx.select().from(dataGrade).where(eq(dataGrade.dataVersionId, dataVersionId))
  return row
}

export const findingsOf = (rx: Rx, assessmentId: string): Promise<FindingRow[]> =>
  rx.tx.select().from(finding).where(eq(finding.assessmentId, assessmentId)).orderBy(asc(finding.id))

/** All that is known of a version at the gate, for its provider and for reviewers. */
export interface RiskFile {
  readonly data: DataVersion
  readonly provider: Organization
  /** null for a version that was read before there was a scan: it is scanned by reading it again */
  readonly scan: readonly SensitiveColumn[] | null
  /** values that must be masked before anything else */
  readonly held: readonly SensitiveColumn[]
  /** columns for which consent or another basis is asked for */
  readonly personalColumns: readonly string[]
  readonly proposal: GradeProposal
  readonly grade: GradeRow | undefined
  readonly assessment: AssessmentRow | undefined
  /** the answers that were given last, which a new form begins with */
  readonly earlier: AssessmentRow | undefined
  readonly points: readonly Point[]
  readonly findings: readonly FindingRow[]
  readonly rules: RulePack
}

/** Puts the file of a version together, whoever asks: the caller decides what may be seen. @throws not-found */
export async function riskFileOf(rx: Rx, dataVersionId: string, sourceCategory?: string): Promise<RiskFile> {
  const data = await dataVersionOf(rx, dataVersionId)
  const scan = await scanOf(rx, dataVersionId)
  const grade = await gradeOf(rx, dataVersionId)
  const row = await latestAssessment(rx, dataVersionId)
  const provider = await organizationOf(rx, data.organizationId)
  const rules = rulesAt(rx.now)
  const found = scan ?? []
  return {
    data,
    provider,
    scan: scan ?? null,
    held: heldColumns(found, rules),
    personalColumns: [...new Set(found.filter(isPersonal).map(({ column }) => column))],
    proposal: proposeGrade(data, found, rules),
    grade,
    assessment: row,
    earlier: await earlierAnswers(rx, data),
    points: pointsOf({
      scan: found,
      grade: grade?.grade ?? null,
      sourceCategory: sourceCategory ?? row?.sourceCategory ?? null,
      provider,
      rules,
    }),
    findings: row ? await findingsOf(rx, row.id) : [],
    rules,
  }
}

/** The file of the own organisation's version, or of any for the platform's reviewers. @throws not-found */
export async function readRiskFile(rx: Rx, dataVersionId: string): Promise<RiskFile> {
  const file = await riskFileOf(rx, dataVersionId)
  const { actor } = rx
  const isReviewer = actor.roles.includes('operator') || actor.kind === 'system'
  if (!isReviewer && file.data.organizationId !== requireOrganization(actor)) throw notFound()
  return file
}

/** One assessment's file, by the assessment. @throws not-found */
export async function readAssessmentFile(rx: Rx, id: string): Promise<RiskFile & { assessment: AssessmentRow }> {
  const [row] = await rx.tx.select().from(assessment).where(eq(assessment.id, id))
  if (!row) throw notFound()
  const file = await readRiskFile(rx, row.dataVersionId)
  return { ...file, assessment: row, findings: await findingsOf(rx, id) }
}

export interface QueuedAssessment {
  readonly assessment: AssessmentRow
  readonly grade: GradeRow | undefined
  readonly fileName: string
}

/** The reviewers' queue oldest first, the provider's own newest first. */
export async function listAssessments(
  rx: Rx,
  query: { state?: string | undefined; limit?: number | undefined; after?: string | undefined },
) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const isReviewer = rx.actor.roles.includes('operator')
  const rows = await rx.tx
    .select({ assessment, grade: dataGrade })
    .from(assessment)
    .leftJoin(dataGrade, eq(dataGrade.dataVersionId, assessment.dataVersionId))
    .where(
      and(
        isReviewer ? isNotNull(assessment.submittedAt) : eq(assessment.organizationId, requireOrganization(rx.actor)),
        query.state === 'queue'
          ? inArray(assessment.state, [...queueStates])
          : query.state
            ? eq(assessment.state, query.state)
            : ne(assessment.state, 'assessing'),
        after ? (isReviewer ? gt(assessment.id, after) : lt(assessment.id, after)) : undefined,
      ),
    )
    .orderBy(isReviewer ? asc(assessment.id) : desc(assessment.id))
    .limit(limit + 1)
  const named: QueuedAssessment[] = []
  for (const row of rows) {
    const { fileName } = await dataVersionOf(rx, row.assessment.dataVersionId)
    named.push({ assessment: row.assessment, grade: row.grade ?? undefined, fileName })
  }
  return toPage<QueuedAssessment, QueuedAssessment>(
    named,
    limit,
    row => [row.assessment.id],
    row => row,
  )
}

/** Assessments and lower grades that wait for the platform's reviewers; late ones are past the clock of their step. */
export async function assessmentsWaiting(rx: Rx): Promise<Waiting[]> {
  const rows = await rx.sql<WaitingRow[]>`
    select 'waiting' as state, count(*)::int4 as n, min(changed_at) as oldest,
      count(*) filter (where due_at < ${rx.now.toISOString()}::timestamptz)::int4 as overdue
    from risk.assessment where state in ('submitted', 'reviewing', 'feedback', 're_reviewing') having count(*) > 0
    union all
    select 'lowering', count(*)::int4, min(changed_at), 0 from risk.data_grade where lower_to is not null having count(*) > 0`
  return waitingOf(rows, { waiting: 'assessment.review', lowering: 'data-version.lower' })
}

/** Gradings below the proposal that wait for a reviewer's confirmation. */
export const listLowerings = (rx: Rx): Promise<GradeRow[]> =>
  rx.tx.select().from(dataGrade).where(isNotNull(dataGrade.lowerTo)).orderBy(asc(dataGrade.changedAt)).limit(100)
