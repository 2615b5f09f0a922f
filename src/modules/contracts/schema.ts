import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgSchema,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { fen, instant } from '../../kernel/schema.ts'
import { dataProduct, listing, pricePlan } from '../catalog/schema.ts'
import { dataVersion } from '../data/schema.ts'
import { organization, person } from '../identity/schema.ts'
import type { Deviation, Terms } from './terms.ts'

export const contracts = pgSchema('contracts')

/** A contract between a vendor and a buyer; from `agreed` on its terms and text are frozen (trigger). */
export const contract = contracts.table(
  'contract',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique('contract_number_unique'),
    state: text().notNull(),
    /** a dispute is open: pay-out waits, the contract goes on */
    isDisputed: boolean().notNull().default(false),
    version: integer().notNull().default(1),
    /** whose authority the trade falls to */
    division: text().notNull(),
    vendorDivision: text().notNull(),
    buyerDivision: text().notNull(),
    vendorId: uuid()
      .notNull()
      .references(() => organization.id),
    buyerId: uuid()
      .notNull()
      .references(() => organization.id),
    productId: uuid()
      .notNull()
      .references(() => dataProduct.id),
    productNumber: text().notNull(),
    productName: text().notNull(),
    productVersion: integer().notNull(),
    listingId: uuid()
      .notNull()
      .references(() => listing.id),
    dataVersionId: uuid()
      .notNull()
      .references(() => dataVersion.id),
    planId: uuid()
      .notNull()
      .references(() => pricePlan.id),
    planVersion: integer().notNull(),
    planKind: text().notNull(),
    /** of the goods, by the rule pack's list; decides whether the trade is made public before registration */
    sourceCategory: text().notNull(),
    isPublicData: boolean().notNull(),
    amountFen: fen().notNull(),
    templateCode: text().notNull(),
    templateVersion: text().notNull(),
    templateHash: text().notNull(),
    /** as the model contract and the listing gave them */
    modelTerms: jsonb().$type<Terms>().notNull(),
    terms: jsonb().$type<Terms>().notNull(),
    /** canonical JSON of `terms` */
    termsText: text().notNull(),
    deviations: jsonb().$type<Deviation[]>().notNull(),
    /** the Chinese text, Markdown, as both sides sign it; set by `agree` */
    body: text(),
    /** SHA-256 (hex) of `body` */
    textHash: text(),
    pdfSha256: text(),
    rulePack: text().notNull(),
    /** when it lapses unless the next step is taken before */
    lapsesAt: instant(),
    agreedAt: instant(),
    effectiveAt: instant(),
    /** the last day of the grant */
    endsOn: date({ mode: 'string' }),
    sealedAt: instant(),
    endedAt: instant(),
    reason: text(),
    createdBy: uuid()
      .notNull()
      .references(() => person.id),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check(
      'contract_state',
      sql`${t.state} in ('drafted', 'negotiating', 'countered', 'agreed', 'partly_signed', 'signed', 'effective',
        'performing', 'suspended', 'completed', 'terminated', 'expired', 'lapsed', 'void')`,
    ),
    check('contract_two_parties', sql`${t.vendorId} <> ${t.buyerId}`),
    check('contract_text_has_hash', sql`(${t.body} is null) = (${t.textHash} is null)`),
    check('contract_sealed_after_signing', sql`${t.pdfSha256} is null or ${t.effectiveAt} is not null`),
    check('contract_amount_not_negative', sql`${t.amountFen} >= 0`),
    // a trial is had once; only one that never came to be leaves the way open
    uniqueIndex('contract_trial_once')
      .on(t.buyerId, t.productId)
      .where(sql`${t.planKind} = 'trial' and ${t.state} <> 'lapsed'`),
    index('contract_vendor').on(t.vendorId, t.id),
    index('contract_buyer').on(t.buyerId, t.id),
    index('contract_division').on(t.division, t.id),
    index('contract_product').on(t.productId),
    index('contract_lapses')
      .on(t.lapsesAt)
      .where(sql`${t.state} in ('negotiating', 'countered', 'agreed', 'partly_signed')`),
    index('contract_ends').on(t.endsOn).where(sql`${t.state} in ('performing', 'suspended')`),
  ],
)

/** Terms that a side put on the table: the trace of a negotiation, append-only. */
export const proposal = contracts.table(
  'proposal',
  {
    id: uuid().primaryKey(),
    contractId: uuid()
      .notNull()
      .references(() => contract.id),
    round: integer().notNull(),
    side: text().notNull(),
    proposedBy: uuid()
      .notNull()
      .references(() => person.id),
    termsText: text().notNull(),
    deviations: jsonb().$type<Deviation[]>().notNull(),
    note: text(),
    proposedAt: instant().notNull(),
  },
  t => [
    unique('proposal_round_unique').on(t.contractId, t.round),
    check('proposal_side', sql`${t.side} in ('vendor', 'buyer')`),
  ],
)

/** An organisation's signature: the signed bytes, the signature and the key to check it with, append-only. */
export const contractSignature = contracts.table(
  'contract_signature',
  {
    id: uuid().primaryKey(),
    contractId: uuid()
      .notNull()
      .references(() => contract.id),
    side: text().notNull(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    signerId: uuid()
      .notNull()
      .references(() => person.id),
    /** canonical JSON, the very bytes that were signed */
    statement: text().notNull(),
    /** Ed25519, base64 */
    signature: text().notNull(),
    /** SPKI, PEM */
    publicKey: text().notNull(),
    /** SHA-256 of the SPKI DER, hex */
    fingerprint: text().notNull(),
    signedAt: instant().notNull(),
  },
  t => [
    unique('contract_signature_once').on(t.contractId, t.side),
    unique('contract_signature_two_people').on(t.contractId, t.signerId),
    check('contract_signature_side', sql`${t.side} in ('vendor', 'buyer')`),
  ],
)

/** What an organisation wants before one of its own signs: a colleague's approval, always or from an amount on. */
export const signingPolicy = contracts.table(
  'signing_policy',
  {
    organizationId: uuid()
      .primaryKey()
      .references(() => organization.id),
    isApprovalNeeded: boolean().notNull(),
    /** only contracts of this amount or more; null: all */
    thresholdFen: fen(),
    setBy: uuid()
      .notNull()
      .references(() => person.id),
    changedAt: instant().notNull(),
  },
  t => [check('signing_policy_threshold_positive', sql`${t.thresholdFen} > 0`)],
)

/** A member's approval of the frozen text before a colleague signs it, append-only. */
export const signingApproval = contracts.table(
  'signing_approval',
  {
    id: uuid().primaryKey(),
    contractId: uuid()
      .notNull()
      .references(() => contract.id),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    approverId: uuid()
      .notNull()
      .references(() => person.id),
    /** of the text that was approved */
    textHash: text().notNull(),
    note: text(),
    approvedAt: instant().notNull(),
  },
  t => [unique('signing_approval_once').on(t.contractId, t.organizationId, t.approverId)],
)
