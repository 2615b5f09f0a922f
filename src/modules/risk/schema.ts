import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, jsonb, pgSchema, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../kernel/schema.ts'
import type { Text } from '../../kernel/text.ts'
import { dataVersion } from '../data/schema.ts'
import { organization, person } from '../identity/schema.ts'

export const risk = pgSchema('risk')

/** Why a grade was proposed. */
export interface GradeReason {
  readonly rule: string
  readonly grade: string
  readonly reason: Text
}

/** Category and grade of a data version (分类分级, GB/T 43697): proposed by rules, decided by a person. */
export const dataGrade = risk.table(
  'data_grade',
  {
    dataVersionId: uuid()
      .primaryKey()
      .references(() => dataVersion.id),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    sha256: text().notNull(),
    proposed: text().notNull(),
    reasons: jsonb().$type<readonly GradeReason[]>().notNull(),
    /** the grade in force: the higher of what the rules proposed and people decided, but for a confirmed lowering */
    grade: text().notNull(),
    category: text().notNull(),
    decided: text().notNull(),
    decidedBy: uuid()
      .notNull()
      .references(() => person.id),
    decidedAt: instant().notNull(),
    reason: text(),
    /** approval of a trade or release of important data: issuer, number, date */
    approval: text(),
    /** the lower grade that waits for the reviewer's confirmation */
    lowerTo: text(),
    loweredBy: uuid().references(() => person.id),
    loweredAt: instant(),
    loweredReason: text(),
    rulePack: text().notNull(),
    rulesDigest: text().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check(
      'data_grade_known',
      sql`${t.grade} in ('general', 'important', 'core') and ${t.decided} in ('general', 'important', 'core')
      and ${t.proposed} in ('general', 'important', 'core')`,
    ),
    check(
      'data_grade_higher_wins',
      sql`${t.loweredBy} is not null
        or array_position(array['general', 'important', 'core'], ${t.grade})
          >= array_position(array['general', 'important', 'core'], ${t.proposed})`,
    ),
    check(
      'data_grade_lowered_by_another',
      sql`(${t.loweredBy} is null) = (${t.loweredAt} is null) and (${t.loweredBy} is null) = (${t.loweredReason} is null)
        and (${t.loweredBy} is null or ${t.loweredBy} <> ${t.decidedBy})`,
    ),
    index('data_grade_lowering').on(t.dataVersionId).where(sql`${t.lowerTo} is not null`),
  ],
)

/** One of the ten points of Art 30 as it was answered. */
export interface KeptPoint {
  readonly code: string
  readonly answer: 'no' | 'yes'
  readonly by: 'facts' | 'person'
  readonly evidence: readonly Text[]
  readonly note: string | null
}

/** Lawful basis for a column in which personal information was found (Art 24 ¶2, PIPL Art. 13 and 23). */
export interface Consent {
  readonly column: string
  readonly basis: string
  readonly notice: string
  readonly evidence: string | null
}

/** The provider's assessment of one version and its review by the platform (domain 5.7), bound to the bytes. */
export const assessment = risk.table(
  'assessment',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique('assessment_number_unique'),
    dataVersionId: uuid()
      .notNull()
      .references(() => dataVersion.id),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    division: text().notNull(),
    sha256: text().notNull(),
    state: text().notNull(),
    sourceCategory: text(),
    sourceStatement: text(),
    points: jsonb().$type<readonly KeptPoint[]>().notNull(),
    consents: jsonb().$type<readonly Consent[]>().notNull(),
    containsPersonalInfo: boolean(),
    submittedBy: uuid().references(() => person.id),
    submittedAt: instant(),
    reviewedBy: uuid().references(() => person.id),
    reviewerOrganizationId: uuid().references(() => organization.id),
    reviewedAt: instant(),
    opinion: text(),
    conditions: text(),
    validUntil: instant(),
    dueAt: instant(),
    isDueProvisional: boolean().notNull().default(false),
    /** when it was told that the present step is late */
    escalatedAt: instant(),
    rulePack: text().notNull(),
    rulesDigest: text().notNull(),
    createdBy: uuid()
      .notNull()
      .references(() => person.id),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    uniqueIndex('assessment_one_in_work')
      .on(t.dataVersionId)
      .where(sql`${t.state} not in ('passed', 'conditional', 'stale', 'expired')`),
    uniqueIndex('assessment_one_in_force').on(t.dataVersionId).where(sql`${t.state} in ('passed', 'conditional')`),
    check(
      'assessment_state_known',
      sql`${t.state} in ('assessing', 'submitted', 'reviewing', 'passed', 'conditional', 'risk_found', 'handling',
        'feedback', 're_reviewing', 'withheld', 'stale', 'expired')`,
    ),
    check(
      'assessment_submitted_by_person',
      sql`${t.state} in ('assessing', 'stale') or (${t.submittedBy} is not null and ${t.submittedAt} is not null)`,
    ),
    check(
      'assessment_reviewed_independently',
      sql`${t.state} not in ('passed', 'conditional', 'withheld')
        or (${t.reviewedBy} is not null and ${t.reviewedBy} <> ${t.submittedBy}
          and ${t.reviewerOrganizationId} is not null and ${t.reviewerOrganizationId} <> ${t.organizationId})`,
    ),
    check('assessment_pass_has_term', sql`${t.state} not in ('passed', 'conditional') or ${t.validUntil} is not null`),
    check(
      'assessment_clock_runs',
      sql`${t.state} not in ('submitted', 'reviewing', 'handling', 'feedback', 're_reviewing') or ${t.dueAt} is not null`,
    ),
    check('assessment_condition_said', sql`${t.state} <> 'conditional' or ${t.conditions} is not null`),
    index('assessment_version').on(t.dataVersionId, t.id),
    index('assessment_organization').on(t.organizationId, t.id),
    index('assessment_queue').on(t.state, t.id),
    index('assessment_due').on(t.dueAt).where(sql`${t.escalatedAt} is null and ${t.dueAt} is not null`),
    index('assessment_valid').on(t.validUntil).where(sql`${t.state} in ('passed', 'conditional')`),
  ],
)

/** A risk that was found, what was asked for, and what the provider did about it (Art 28 ¶3). */
export const finding = risk.table(
  'finding',
  {
    id: uuid().primaryKey(),
    assessmentId: uuid()
      .notNull()
      .references(() => assessment.id),
    round: integer().notNull(),
    /** code of the harm of Art 30 */
    harm: text(),
    severity: text().notNull(),
    message: text().notNull(),
    demand: text().notNull(),
    /** null where the provider's own answer opened it */
    foundBy: uuid().references(() => person.id),
    foundAt: instant().notNull(),
    handling: text(),
    evidence: text(),
    handledBy: uuid().references(() => person.id),
    handledAt: instant(),
    closedBy: uuid().references(() => person.id),
    closedAt: instant(),
  },
  t => [
    check('finding_severity_known', sql`${t.severity} in ('low', 'medium', 'high')`),
    check('finding_handled_by_person', sql`(${t.handling} is null) = (${t.handledBy} is null)`),
    index('finding_assessment').on(t.assessmentId, t.id),
  ],
)

/** Which version may be published, contracted and delivered: what the gate asks (Art 28 ¶1). One row for a version. */
export const release = risk.table(
  'release',
  {
    dataVersionId: uuid()
      .primaryKey()
      .references(() => dataVersion.id),
    sha256: text().notNull(),
    source: text().notNull(),
    assessmentId: uuid().references(() => assessment.id),
    grade: text().notNull(),
    state: text().notNull(),
    reason: text(),
    releasedBy: uuid().references(() => person.id),
    releasedAt: instant().notNull(),
    validUntil: instant().notNull(),
    endedAt: instant(),
    /** when its provider was told that it ends soon */
    remindedAt: instant(),
    rulePack: text().notNull(),
    rulesDigest: text(),
  },
  t => [
    check('release_source_known', sql`${t.source} in ('review', 'taken-over')`),
    check('release_state_known', sql`${t.state} in ('released', 'suspended', 'ended')`),
    check('release_by_review', sql`(${t.source} = 'review') = (${t.assessmentId} is not null)`),
    check('release_never_core', sql`${t.grade} in ('general', 'important')`),
    index('release_taken_over').on(t.dataVersionId).where(sql`${t.source} = 'taken-over'`),
    index('release_valid').on(t.validUntil).where(sql`${t.state} = 'released'`),
  ],
)

export type GradeRow = typeof dataGrade.$inferSelect
export type AssessmentRow = typeof assessment.$inferSelect
export type FindingRow = typeof finding.$inferSelect
export type ReleaseRow = typeof release.$inferSelect
