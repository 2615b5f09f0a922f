import { Type } from 'typebox'
import { Bilingual, closed, Id, Instant, iso, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import { assessmentMachine, grades, lawfulBases, severities } from './model.ts'
import type { QueuedAssessment, RiskFile } from './queries.ts'
import type { Release } from './release.ts'
import type { AssessmentRow, FindingRow, GradeRow } from './schema.ts'

const states = Object.keys(assessmentMachine.states)
const releaseStates = ['ungraded', 'unassessed', 'reviewing', 'handling', 'released', 'suspended', 'withheld', 'stale']
const Note = (maxLength = 2000, description?: string) =>
  Type.String({ minLength: 2, maxLength, ...(description && { description }) })
const Answer = Type.String({ enum: ['no', 'yes'] })

export const ReleaseShape = Type.Object({
  state: Type.String({ enum: releaseStates, description: 'only `released` passes the gate' }),
  grade: nullable(Type.String({ enum: [...grades] })),
  reason: nullable(Bilingual),
  validUntil: nullable(Instant),
  source: nullable(
    Type.String({
      enum: ['review', 'taken-over'],
      description: '`taken-over`: from the listing review before there was a gate',
    }),
  ),
})

export const GradeShape = Type.Object({
  dataVersionId: Id,
  grade: Type.String({ enum: [...grades], description: 'in force: the higher of proposal and decision' }),
  category: Type.String(),
  proposed: Type.String({ enum: [...grades] }),
  decided: Type.String({ enum: [...grades] }),
  decidedAt: Instant,
  reason: nullable(Type.String()),
  approval: nullable(Type.String()),
  lowerTo: nullable(Type.String({ description: 'waits for a reviewer’s confirmation' })),
  loweredReason: nullable(Type.String()),
  rulePack: Type.String(),
})

const FindingShape = Type.Object({
  id: Id,
  round: Type.Integer(),
  harm: nullable(Type.String()),
  severity: Type.String({ enum: [...severities] }),
  message: Type.String(),
  demand: Type.String(),
  foundAt: Instant,
  handling: nullable(Type.String()),
  evidence: nullable(Type.String()),
  handledAt: nullable(Instant),
  closedAt: nullable(Instant),
})

const ConsentShape = Type.Object({
  column: Type.String(),
  basis: Type.String(),
  notice: Type.String(),
  evidence: nullable(Type.String()),
})

export const AssessmentShape = Type.Object({
  id: Id,
  number: Type.String(),
  dataVersionId: Id,
  organizationId: Id,
  sha256: Sha256,
  state: Type.String({ enum: states }),
  sourceCategory: nullable(Type.String()),
  sourceStatement: nullable(Type.String()),
  points: Type.Array(
    Type.Object({
      code: Type.String(),
      answer: Answer,
      by: Type.String({ enum: ['facts', 'person'] }),
      evidence: Type.Array(Bilingual),
      note: nullable(Type.String()),
    }),
  ),
  consents: Type.Array(ConsentShape),
  containsPersonalInfo: nullable(Type.Boolean()),
  opinion: nullable(Type.String()),
  conditions: nullable(Type.String()),
  submittedAt: nullable(Instant),
  reviewedAt: nullable(Instant),
  validUntil: nullable(Instant),
  dueAt: nullable(Instant),
  isDueProvisional: Type.Boolean(),
  isOverdue: Type.Boolean(),
  rulePack: Type.String(),
})

const ScanShape = Type.Object({
  column: Type.String(),
  kind: Type.String(),
  count: Type.Integer(),
  filled: Type.Integer(),
  sharePpm: Type.Integer(),
  distinct: Type.Integer(),
  samples: Type.Array(Type.String({ description: 'masked' })),
})

export const RiskFileShape = Type.Object({
  dataVersionId: Id,
  sha256: Sha256,
  fileName: Type.String(),
  scan: nullable(Type.Array(ScanShape)),
  held: Type.Array(ScanShape),
  personalColumns: Type.Array(Type.String()),
  proposal: Type.Object({
    grade: Type.String({ enum: [...grades] }),
    category: Type.String(),
    reasons: Type.Array(Type.Object({ rule: Type.String(), grade: Type.String(), reason: Bilingual })),
  }),
  grade: nullable(GradeShape),
  points: Type.Array(
    Type.Object({
      code: Type.String(),
      name: Bilingual,
      answer: nullable(Answer),
      evidence: Type.Array(Bilingual),
    }),
  ),
  assessment: nullable(AssessmentShape),
  findings: Type.Array(FindingShape),
  release: ReleaseShape,
})

export const QueuePage = pageOf(
  Type.Object({ assessment: AssessmentShape, grade: nullable(Type.String()), fileName: Type.String() }),
)
export const QueueQuery = {
  state: Type.Optional(Type.String({ enum: [...states, 'queue'], description: '`queue`: what reviewers have to do' })),
}

export const GradeBody = closed({
  grade: Type.String({ enum: [...grades] }),
  category: Type.Optional(Type.String({ maxLength: 40 })),
  reason: Type.Optional(Type.String({ maxLength: 2000, description: 'needed for a grade below the proposal' })),
  approval: Type.Optional(Type.String({ maxLength: 500, description: 'of important data: issuer, number, date' })),
})

export const AssessBody = closed({
  sourceCategory: Type.String({ maxLength: 40, examples: ['own'] }),
  sourceStatement: Type.String({ maxLength: 2000, examples: ['本公司自建监测站点采集，站点由本公司所有并运行维护。'] }),
  points: Type.Optional(
    Type.Array(
      closed({
        code: Type.String({ maxLength: 40, examples: ['state-secret'] }),
        answer: Answer,
        note: Type.Optional(Type.String({ maxLength: 2000 })),
      }),
      { maxItems: 20 },
    ),
  ),
  consents: Type.Optional(
    Type.Array(
      closed({
        column: Type.String({ minLength: 1, maxLength: 1000 }),
        basis: Type.String({ enum: [...lawfulBases] }),
        notice: Type.String({ maxLength: 2000 }),
        evidence: Type.Optional(Type.String({ maxLength: 500 })),
      }),
      { maxItems: 200 },
    ),
  ),
})

const keepSuspended = Type.Optional(
  Note(1000, 'why listings that the gate suspended stay suspended; without it they are resumed with this decision'),
)
export const OpinionBody = closed({ opinion: Note(), keepSuspended })
export const ConditionBody = closed({ opinion: Note(), conditions: Note(), keepSuspended })
export const FindBody = closed({
  findings: Type.Array(
    closed({
      harm: Type.Optional(Type.String({ maxLength: 40 })),
      severity: Type.String({ enum: [...severities] }),
      message: Note(),
      demand: Note(),
    }),
    { minItems: 1, maxItems: 20 },
  ),
})
export const FeedbackBody = closed({
  handlings: Type.Array(
    closed({ findingId: Id, handling: Note(), evidence: Type.Optional(Type.String({ maxLength: 500 })) }),
    { minItems: 1, maxItems: 100 },
  ),
})

export const toRelease = ({ validUntil, ...rest }: Release) => ({ ...rest, validUntil: iso(validUntil) })

export const toGrade = (row: GradeRow) => ({
  dataVersionId: row.dataVersionId,
  grade: row.grade,
  category: row.category,
  proposed: row.proposed,
  decided: row.decided,
  decidedAt: row.decidedAt.toISOString(),
  reason: row.reason,
  approval: row.approval,
  lowerTo: row.lowerTo,
  loweredReason: row.loweredReason,
  rulePack: row.rulePack,
})

const toFinding = (row: FindingRow) => ({
  id: row.id,
  round: row.round,
  harm: row.harm,
  severity: row.severity,
  message: row.message,
  demand: row.demand,
  foundAt: row.foundAt.toISOString(),
  handling: row.handling,
  evidence: row.evidence,
  handledAt: iso(row.handledAt),
  closedAt: iso(row.closedAt),
})

export const toAssessment = (row: AssessmentRow, now: Date) => ({
  id: row.id,
  number: row.number,
  dataVersionId: row.dataVersionId,
  organizationId: row.organizationId,
  sha256: row.sha256,
  state: row.state,
  sourceCategory: row.sourceCategory,
  sourceStatement: row.sourceStatement,
  points: row.points.map(({ evidence, ...point }) => ({ ...point, evidence: [...evidence] })),
  consents: [...row.consents],
  containsPersonalInfo: row.containsPersonalInfo,
  opinion: row.opinion,
  conditions: row.conditions,
  submittedAt: iso(row.submittedAt),
  reviewedAt: iso(row.reviewedAt),
  validUntil: iso(row.validUntil),
  dueAt: iso(row.dueAt),
  isDueProvisional: row.isDueProvisional,
  isOverdue: row.dueAt !== null && row.dueAt < now,
  rulePack: row.rulePack,
})

const toScan = (found: NonNullable<RiskFile['scan']>) => found.map(each => ({ ...each, samples: [...each.samples] }))

export const toRiskFile = (file: RiskFile, release: Release, now: Date) => ({
  dataVersionId: file.data.id,
  sha256: file.data.sha256,
  fileName: file.data.fileName,
  scan: file.scan && toScan(file.scan),
  held: toScan(file.held),
  personalColumns: [...file.personalColumns],
  proposal: { ...file.proposal, reasons: [...file.proposal.reasons] },
  grade: file.grade ? toGrade(file.grade) : null,
  points: file.points.map(({ evidence, ...point }) => ({ ...point, evidence: [...evidence] })),
  assessment: file.assessment ? toAssessment(file.assessment, now) : null,
  findings: file.findings.map(toFinding),
  release: toRelease(release),
})

export const toQueued = ({ assessment, grade, fileName }: QueuedAssessment, now: Date) => ({
  assessment: toAssessment(assessment, now),
  grade: grade?.grade ?? null,
  fileName,
})
