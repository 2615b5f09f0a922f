import { sql } from 'drizzle-orm'
import { boolean, check, date, index, integer, jsonb, pgSchema, text, unique, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../kernel/schema.ts'
import { organization, person } from '../identity/schema.ts'

export const collection = pgSchema('collection')

/**
 * A form with which an institution means to ask for data. A trigger refuses `submitted`, `reviewing` and `registered`
 * while a field that the catalog has is without an answer.
 */
export const plannedForm = collection.table(
  'planned_form',
  {
    id: uuid().primaryKey(),
    /** given with the registration */
    number: text(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    /** where it asks; it lies in the institution's own division */
    division: text().notNull(),
    state: text().notNull(),
    title: text().notNull(),
    purpose: text().notNull(),
    legalBasis: text().notNull(),
    audience: text().notNull(),
    startsOn: date({ mode: 'string' }).notNull(),
    endsOn: date({ mode: 'string' }),
    createdBy: uuid()
      .notNull()
      .references(() => person.id),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
    submittedBy: uuid().references(() => person.id),
    submittedAt: instant(),
    reviewedBy: uuid().references(() => person.id),
    reviewerOrganizationId: uuid().references(() => organization.id),
    registeredAt: instant(),
    endedAt: instant(),
    /** why it was returned or ended */
    reason: text(),
    rulePack: text(),
    /** when the catalog was found to have a field that it had not when the form was registered */
    overtakenAt: instant(),
  },
  t => [
    unique('planned_form_number').on(t.number),
    check(
      'planned_form_state_known',
      sql`${t.state} in ('draft', 'submitted', 'reviewing', 'returned', 'registered', 'ended', 'discarded')`,
    ),
    check('planned_form_audience_known', sql`${t.audience} in ('citizens', 'enterprises', 'institutions')`),
    check('planned_form_period', sql`${t.endsOn} is null or ${t.endsOn} >= ${t.startsOn}`),
    check(
      'planned_form_registered_by_another',
      sql`${t.state} not in ('registered', 'ended') or (${t.number} is not null and ${t.registeredAt} is not null
        and ${t.reviewedBy} is not null and ${t.reviewedBy} <> ${t.submittedBy}
        and ${t.reviewerOrganizationId} is not null and ${t.reviewerOrganizationId} <> ${t.organizationId})`,
    ),
    check('planned_form_reason_said', sql`${t.state} not in ('returned', 'ended') or ${t.reason} is not null`),
    index('planned_form_organization').on(t.organizationId, t.id),
    index('planned_form_state').on(t.state, t.id),
  ],
)

/** One field of a form with what the catalog has of it and what its institution says to that. */
export const plannedField = collection.table(
  'planned_field',
  {
    id: uuid().primaryKey(),
    formId: uuid()
      .notNull()
      .references(() => plannedForm.id),
    position: integer().notNull(),
    nameZh: text().notNull(),
    codeName: text(),
    type: text(),
    standard: text(),
    /** keys of the items that had to be answered when the form was last compared */
    hits: text().array().notNull().default(sql`'{}'`),
    answer: text(),
    /** why it is not the same, or the article of the law */
    answerReason: text(),
    /** keys of the items that the answer speaks of */
    answeredHits: text().array().notNull().default(sql`'{}'`),
    /** keys of items that were published after the registration */
    laterHits: text().array().notNull().default(sql`'{}'`),
  },
  t => [
    unique('planned_field_position').on(t.formId, t.position),
    unique('planned_field_name').on(t.formId, t.nameZh),
    check('planned_field_answer_known', sql`${t.answer} in ('dropped', 'different', 'exempt')`),
    check(
      'planned_field_answer_said',
      sql`${t.answer} is null or ${t.answer} = 'dropped' or coalesce(length(${t.answerReason}), 0) > 0`,
    ),
  ],
)

/** A report that somebody asks again for what can be shared; who reported is told to nobody but the authority. */
export const breachReport = collection.table(
  'breach_report',
  {
    id: uuid().primaryKey(),
    number: text().notNull(),
    state: text().notNull(),
    reporterId: uuid()
      .notNull()
      .references(() => person.id),
    /** as whose member they reported; null: for themselves */
    reporterOrganizationId: uuid().references(() => organization.id),
    reportedId: uuid()
      .notNull()
      .references(() => organization.id),
    /** of the reported institution: its authority checks the report */
    division: text().notNull(),
    formId: uuid().references(() => plannedForm.id),
    description: text().notNull(),
    fields: text().array().notNull(),
    /** what the catalog had of these fields when it was reported */
    evidence: jsonb().$type<readonly Evidence[]>().notNull(),
    createdAt: instant().notNull(),
    dueAt: instant(),
    isDueProvisional: boolean().notNull().default(false),
    checkedBy: uuid().references(() => person.id),
    decidedBy: uuid().references(() => person.id),
    decidedAt: instant(),
    /** why it is, or is not, substantiated */
    reason: text(),
    /** what the institution must do */
    demand: text(),
    rulePack: text().notNull(),
  },
  t => [
    unique('breach_report_number').on(t.number),
    check(
      'breach_report_state_known',
      sql`${t.state} in ('received', 'checking', 'substantiated', 'unsubstantiated', 'withdrawn')`,
    ),
    check(
      'breach_report_decided_with_reason',
      sql`${t.state} not in ('substantiated', 'unsubstantiated')
        or (${t.decidedBy} is not null and ${t.decidedAt} is not null and ${t.reason} is not null
          and ${t.decidedBy} <> ${t.reporterId})`,
    ),
    check('breach_report_demand_said', sql`${t.state} <> 'substantiated' or ${t.demand} is not null`),
    index('breach_report_reporter').on(t.reporterId, t.id),
    index('breach_report_division').on(t.division, t.id),
    index('breach_report_reported').on(t.reportedId, t.id),
  ],
)

/** What the catalog had of one field that was reported. */
export interface Evidence {
  readonly field: string
  readonly item: string
  readonly entryId: string
  readonly entryCode: string
  readonly entryName: string
  readonly institution: string
  readonly sharingType: string
  readonly score: number
  readonly because: { readonly zh: string; readonly en: string }
}

export type FormRow = typeof plannedForm.$inferSelect
export type FieldRow = typeof plannedField.$inferSelect
export type ReportRow = typeof breachReport.$inferSelect
