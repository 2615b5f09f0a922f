import { sql } from 'drizzle-orm'
import { boolean, check, date, index, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { fen, instant } from '../../kernel/schema.ts'
import type { Text } from '../../kernel/text.ts'
import { contract } from '../contracts/schema.ts'
import { organization, person } from '../identity/schema.ts'
import type { Material, TradeFacts } from './model.ts'

export const registrationSchema = pgSchema('registration')

const common = () => ({
  id: uuid().primaryKey(),
  contractId: uuid()
    .notNull()
    .references(() => contract.id),
  /** whose authority it falls to */
  division: text().notNull(),
  buyerDivision: text().notNull(),
  vendorId: uuid().notNull(),
  buyerId: uuid().notNull(),
  state: text().notNull(),
  version: integer().notNull().default(1),
  facts: jsonb().$type<TradeFacts>().notNull(),
  /** SHA-256 (hex) of the canonical facts */
  factsHash: text().notNull(),
  /** when the step that is awaited falls due; null when none is */
  dueAt: instant(),
  isProvisional: boolean().notNull().default(false),
  /** working days left while the clock is paused */
  pausedDays: integer(),
  reason: text(),
  rulePack: text().notNull(),
  createdAt: instant().notNull(),
  changedAt: instant().notNull(),
})

/** 交易登记: one per effective contract. */
export const registration = registrationSchema.table(
  'registration',
  {
    ...common(),
    number: text().unique('registration_number_unique'),
    acceptedBy: uuid().references(() => person.id),
    reviewedBy: uuid().references(() => person.id),
    publicityEndsAt: instant(),
    registeredAt: instant(),
    validUntil: instant(),
    /** SHA-256 of the certificate of the present version; made once the log holds the registration */
    certificateSha256: text(),
  },
  t => [
    check('registration_has_number', sql`${t.state} <> 'registered' or ${t.number} is not null`),
    check('registration_two_people', sql`${t.reviewedBy} is null or ${t.reviewedBy} <> ${t.acceptedBy}`),
    index('registration_contract').on(t.contractId),
    index('registration_state').on(t.state, t.dueAt),
    index('registration_division').on(t.division, t.createdAt, t.id),
    index('registration_vendor').on(t.vendorId, t.createdAt, t.id),
    index('registration_buyer').on(t.buyerId, t.createdAt, t.id),
  ],
)

/** 备案: one per effective contract. */
export const filing = registrationSchema.table(
  'filing',
  {
    ...common(),
    number: text().unique('filing_number_unique'),
    materials: jsonb().$type<Material[]>().notNull(),
    filedAt: instant(),
    checkedBy: uuid().references(() => person.id),
    checkedAt: instant(),
    receiptSha256: text(),
    // what the queue filters, sorts and compares by, taken from the facts by the database itself
    amountFen: fen().notNull().generatedAlwaysAs(sql`(facts->>'amountFen')::bigint`),
    productNumber: text().notNull().generatedAlwaysAs(sql`facts->>'productNumber'`),
    productVersion: integer().notNull().generatedAlwaysAs(sql`(facts->>'productVersion')::integer`),
    deviations: integer().notNull().generatedAlwaysAs(sql`(facts->>'deviations')::integer`),
    grade: text().notNull().generatedAlwaysAs(sql`facts->>'grade'`),
    containsPersonalInfo: boolean().notNull().generatedAlwaysAs(sql`(facts->>'containsPersonalInfo')::boolean`),
    isPublicData: boolean().notNull().generatedAlwaysAs(sql`(facts->>'isPublicData')::boolean`),
    /** names, codes and numbers in lower case, for a search by substring */
    words: text()
      .notNull()
      .generatedAlwaysAs(
        sql`lower(coalesce(number, '') || ' ' || (facts->>'contractNumber') || ' ' || (facts->>'productNumber') || ' '
          || (facts->>'productName') || ' ' || (facts->'vendor'->>'name') || ' ' || (facts->'vendor'->>'uscc') || ' '
          || (facts->'buyer'->>'name') || ' ' || (facts->'buyer'->>'uscc'))`,
      ),
  },
  t => [
    check('filing_has_number', sql`${t.state} in ('draft', 'submitted') or ${t.number} is not null`),
    index('filing_contract').on(t.contractId),
    index('filing_division').on(t.division, t.createdAt, t.id),
    index('filing_state').on(t.state, t.dueAt),
    index('filing_vendor').on(t.vendorId, t.createdAt, t.id),
    index('filing_buyer').on(t.buyerId, t.createdAt, t.id),
    index('filing_product').on(t.productNumber, t.id),
    index('filing_received').on(t.division, t.filedAt, t.id),
  ],
)

/** Every version of a filing as it was reported; append-only. */
export const filingVersion = registrationSchema.table(
  'filing_version',
  {
    filingId: uuid()
      .notNull()
      .references(() => filing.id),
    version: integer().notNull(),
    facts: jsonb().$type<TradeFacts>().notNull(),
    factsHash: text().notNull(),
    explanation: text(),
    reportedOn: date({ mode: 'string' }).notNull(),
  },
  t => [primaryKey({ name: 'filing_version_pkey', columns: [t.filingId, t.version] })],
)

/** Objections raised while a registration is published. */
export const objection = registrationSchema.table(
  'objection',
  {
    id: uuid().primaryKey(),
    registrationId: uuid()
      .notNull()
      .references(() => registration.id),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    grounds: text().notNull(),
    isUpheld: boolean(),
    answer: text(),
    raisedAt: instant().notNull(),
    decidedAt: instant(),
  },
  t => [index('objection_registration').on(t.registrationId)],
)

/** What members of the competent authority note about a filing for each other; append-only, never shown to the parties. */
export const filingNote = registrationSchema.table(
  'filing_note',
  {
    id: uuid().primaryKey(),
    filingId: uuid()
      .notNull()
      .references(() => filing.id),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    body: text().notNull(),
    notedAt: instant().notNull(),
  },
  t => [index('filing_note_filing').on(t.filingId, t.id)],
)

/** One filing of a bulk check: passed, or why it was not. */
export interface CheckResult {
  readonly filingId: string
  /** null for what the authority may not know of */
  readonly number: string | null
  readonly isPassed: boolean
  readonly reason: Text | null
}

/** Many filings checked in one go, with what became of each; append-only. */
export const bulkCheck = registrationSchema.table('bulk_check', {
  id: uuid().primaryKey(),
  organizationId: uuid()
    .notNull()
    .references(() => organization.id),
  personId: uuid()
    .notNull()
    .references(() => person.id),
  note: text(),
  results: jsonb().$type<CheckResult[]>().notNull(),
  checkedAt: instant().notNull(),
})

/** A queue that an authority took out as a file: who, what was asked, and the digest of the bytes; append-only. */
export const filingExport = registrationSchema.table(
  'filing_export',
  {
    id: uuid().primaryKey(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    format: text().notNull(),
    query: jsonb().$type<Record<string, unknown>>().notNull(),
    rows: integer().notNull(),
    sha256: text().notNull(),
    exportedAt: instant().notNull(),
  },
  t => [check('filing_export_format', sql`${t.format} in ('csv', 'xlsx')`)],
)
