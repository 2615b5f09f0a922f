import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  boolean,
  check,
  index,
  pgSchema,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { instant } from '../../kernel/schema.ts'
import { organization, person } from '../identity/schema.ts'
import { entry, entryVersion } from '../resources/schema.ts'

export const sources = pgSchema('sources')

/** Data elements that were registered here, besides those of `templates/elements`. */
export const element = sources.table(
  'element',
  {
    code: text().primaryKey(),
    nameZh: text().notNull(),
    nameEn: text().notNull(),
    definition: text().notNull(),
    definitionEn: text().notNull(),
    standard: text(),
    isTelling: boolean().notNull(),
    synonyms: text().array().notNull(),
    columns: text().array().notNull(),
    registeredBy: uuid()
      .notNull()
      .references(() => person.id),
    registeredAt: instant().notNull(),
  },
  t => [
    unique('element_name_unique').on(t.nameZh),
    check('element_code_form', sql`${t.code} ~ '^[a-z][a-z0-9-]{1,39}$'`),
  ],
)

/** A proposal to be the authoritative source of an element in a jurisdiction, and the source it becomes (Art 24 ¶1). */
export const source = sources.table(
  'source',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique('source_number_unique'),
    elementCode: text().notNull(),
    /** the jurisdiction: a county, city or province of GB/T 2260 */
    division: text().notNull(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    entryId: uuid()
      .notNull()
      .references(() => entry.id),
    /** the version that was in force when it was proposed */
    entryVersionId: uuid()
      .notNull()
      .references(() => entryVersion.id),
    itemName: text().notNull(),
    /** the law or the decision on duties by which the institution collects it */
    dutyBasis: text().notNull(),
    state: text().notNull(),
    proposedBy: uuid()
      .notNull()
      .references(() => person.id),
    proposedAt: instant().notNull(),
    /** until when objections may be raised; null where nobody else holds the element there */
    objectionsUntil: instant(),
    dueAt: instant(),
    isDueProvisional: boolean().notNull().default(false),
    escalatedAt: instant(),
    decidedBy: uuid().references(() => person.id),
    deciderOrganizationId: uuid().references(() => organization.id),
    decidedAt: instant(),
    /** why it was decided so, or withdrawn */
    reason: text(),
    endedAt: instant(),
    replacedBy: uuid().references((): AnyPgColumn => source.id),
    /** set where the database ended it because its entry went away and that has been told */
    endToldAt: instant(),
    rulePack: text().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    // one source per datum: two that are decided at the same time cannot both be in force
    uniqueIndex('source_one_in_force').on(t.elementCode, t.division).where(sql`${t.state} = 'in_force'`),
    // one proposal in hand: who comes second objects to it
    uniqueIndex('source_one_open')
      .on(t.elementCode, t.division)
      .where(sql`${t.state} in ('proposed', 'disputed', 'ready')`),
    check(
      'source_state_known',
      sql`${t.state} in ('proposed', 'disputed', 'ready', 'in_force', 'refused', 'replaced', 'withdrawn', 'vacant', 'lapsed')`,
    ),
    check('source_division_form', sql`${t.division} ~ '^[0-9]{6}$'`),
    check(
      'source_decided_independently',
      sql`${t.state} not in ('in_force', 'refused', 'replaced', 'vacant')
        or (${t.decidedBy} is not null and ${t.decidedBy} <> ${t.proposedBy} and ${t.decidedAt} is not null
          and ${t.deciderOrganizationId} is not null and ${t.deciderOrganizationId} <> ${t.organizationId})`,
    ),
    check('source_clock_runs', sql`${t.state} not in ('proposed', 'disputed', 'ready') or ${t.dueAt} is not null`),
    check(
      'source_end_dated',
      sql`(${t.state} in ('refused', 'replaced', 'withdrawn', 'vacant', 'lapsed')) = (${t.endedAt} is not null)`,
    ),
    check('source_reason_said', sql`${t.state} not in ('in_force', 'refused', 'withdrawn') or ${t.reason} is not null`),
    check('source_replaced_by', sql`(${t.state} = 'replaced') = (${t.replacedBy} is not null)`),
    index('source_element').on(t.elementCode, t.id),
    index('source_organization').on(t.organizationId, t.id),
    index('source_entry').on(t.entryId),
    index('source_due').on(t.dueAt).where(sql`${t.dueAt} is not null`),
  ],
)

/** An objection of another institution that holds the same element in the same jurisdiction. */
export const dispute = sources.table(
  'dispute',
  {
    id: uuid().primaryKey(),
    sourceId: uuid()
      .notNull()
      .references(() => source.id),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    /** where it holds the element itself: what may become the source instead */
    entryId: uuid()
      .notNull()
      .references(() => entry.id),
    itemName: text().notNull(),
    reason: text().notNull(),
    evidence: text().notNull(),
    raisedBy: uuid()
      .notNull()
      .references(() => person.id),
    raisedAt: instant().notNull(),
    answer: text(),
    answeredBy: uuid().references(() => person.id),
    answeredAt: instant(),
    outcome: text(),
  },
  t => [
    unique('dispute_once').on(t.sourceId, t.organizationId),
    check(
      'dispute_answered_whole',
      sql`(${t.answer} is null) = (${t.answeredBy} is null) and (${t.answer} is null) = (${t.answeredAt} is null)`,
    ),
    check('dispute_outcome_known', sql`${t.outcome} is null or ${t.outcome} in ('upheld', 'rejected')`),
    index('dispute_organization').on(t.organizationId),
  ],
)

/** Which item of the catalog carries which element: proposed by names and standards, confirmed or refused by people. */
export const carrier = sources.table(
  'carrier',
  {
    entryId: uuid()
      .notNull()
      .references(() => entry.id),
    itemName: text().notNull(),
    elementCode: text().notNull(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    division: text().notNull(),
    /** by what it was found: `name`, `synonym`, `column`, `standard`, or `person` */
    foundBy: text().notNull(),
    /** what a person said; null while nobody has */
    isConfirmed: boolean(),
    confirmedBy: uuid().references(() => person.id),
    confirmedAt: instant(),
  },
  t => [
    primaryKey({ name: 'carrier_pkey', columns: [t.entryId, t.itemName] }),
    check('carrier_found_by_known', sql`${t.foundBy} in ('name', 'synonym', 'column', 'standard', 'person')`),
    check(
      'carrier_confirmed_by_person',
      sql`(${t.isConfirmed} is null) = (${t.confirmedBy} is null) and (${t.isConfirmed} is null) = (${t.confirmedAt} is null)`,
    ),
    index('carrier_element').on(t.elementCode, t.division),
    index('carrier_organization').on(t.organizationId),
  ],
)

/** Which version of an entry was looked through, with which elements known: what differs is looked through again. */
export const indexed = sources.table('indexed', {
  entryId: uuid()
    .primaryKey()
    .references(() => entry.id),
  entryVersionId: uuid()
    .notNull()
    .references(() => entryVersion.id),
  elementsDigest: text().notNull(),
})

export type ElementRow = typeof element.$inferSelect
export type SourceRow = typeof source.$inferSelect
export type DisputeRow = typeof dispute.$inferSelect
export type CarrierRow = typeof carrier.$inferSelect
