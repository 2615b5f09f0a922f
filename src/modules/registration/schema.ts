import { sql } from 'drizzle-orm'
import { boolean, check, date, index, integer, jsonb, pgSchema, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { instant } from '../../kernel/schema.ts'
import { contract } from '../contracts/schema.ts'
import { person } from '../identity/schema.ts'
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
  },
  t => [
    check('filing_has_number', sql`${t.state} in ('draft', 'submitted') or ${t.number} is not null`),
    index('filing_contract').on(t.contractId),
    index('filing_division').on(t.division, t.createdAt, t.id),
    index('filing_state').on(t.state, t.dueAt),
    index('filing_vendor').on(t.vendorId, t.createdAt, t.id),
    index('filing_buyer').on(t.buyerId, t.createdAt, t.id),
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
