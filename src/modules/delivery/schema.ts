import { sql } from 'drizzle-orm'
import {
  bigint,
  check,
  customType,
  index,
  integer,
  pgSchema,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytea, instant } from '../../kernel/schema.ts'
import { organization } from '../identity/schema.ts'
import { order } from '../orders/schema.ts'
import type { EntitlementState } from './model.ts'

export const delivery = pgSchema('delivery')

/** Stretches of a file, kept merged by PostgreSQL. */
const stretches = customType<{ data: string }>({ dataType: () => 'int8multirange' })
const bytes = () => bigint({ mode: 'number' })
/** The buyer's right to fetch the data of an order. */
export const entitlement = delivery.table(
  'entitlement',
  {
    id: uuid().primaryKey(),
    orderId: uuid()
      .notNull()
      .unique('entitlement_order_unique')
      .references(() => order.id),
    contractId: uuid().notNull(),
    granteeId: uuid()
      .notNull()
      .references(() => organization.id),
    vendorId: uuid()
      .notNull()
      .references(() => organization.id),
    division: text().notNull(),
    buyerDivision: text().notNull(),
    dataVersionId: uuid().notNull(),
    sha256: text().notNull(),
    bytes: bytes().notNull(),
    fileName: text().notNull(),
    format: text().notNull(),
    encoding: text(),
    /** which delivery of the order this is; each has one receipt */
    round: integer().notNull().default(1),
    /** what of the file was handed over in this round, over all links */
    covered: stretches().notNull().default(sql`'{}'`),
    /** of a trial: how many bytes may be handed over in all, and how many were or are being */
    quotaBytes: bytes(),
    usedBytes: bytes().notNull().default(0),
    state: text().$type<EntitlementState>().notNull(),
    reason: text(),
    startsAt: instant().notNull(),
    endsAt: instant().notNull(),
    rulePack: text().notNull(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('entitlement_state_known', sql`${t.state} in ('active', 'suspended', 'revoked', 'expired')`),
    check('entitlement_has_digest', sql`${t.sha256} ~ '^[0-9a-f]{64}$' and ${t.bytes} > 0`),
    check(
      'entitlement_within_quota',
      sql`${t.usedBytes} >= 0 and (${t.quotaBytes} is null or ${t.usedBytes} <= ${t.quotaBytes})`,
    ),
    index('entitlement_grantee').on(t.granteeId, t.id),
    index('entitlement_contract').on(t.contractId),
    index('entitlement_ends').on(t.endsAt).where(sql`state in ('active', 'suspended')`),
  ],
)

/** Keys that links are signed with; sealed with the master key. One is in use, older ones still verify. */
export const signingKey = delivery.table(
  'signing_key',
  { id: uuid().primaryKey(), sealedSecret: bytea().notNull(), createdAt: instant().notNull(), retiredAt: instant() },
  t => [uniqueIndex('signing_key_one_in_use').on(sql`(retired_at is null)`).where(sql`${t.retiredAt} is null`)],
)

/** A grant of a download link and how much of the file went through it. */
export const download = delivery.table(
  'download',
  {
    id: uuid().primaryKey(),
    entitlementId: uuid()
      .notNull()
      .references(() => entitlement.id),
    keyId: uuid()
      .notNull()
      .references(() => signingKey.id),
    method: text().$type<'GET' | 'HEAD'>().notNull(),
    sha256: text().notNull(),
    round: integer().notNull(),
    notAfter: instant().notNull(),
    /** bytes handed to the network, repeated ones included */
    sentBytes: bytes().notNull().default(0),
    lastSentAt: instant(),
    createdBy: uuid(),
    createdAt: instant().notNull(),
  },
  t => [
    check('download_method', sql`${t.method} in ('GET', 'HEAD')`),
    check('download_sent_not_negative', sql`${t.sentBytes} >= 0`),
    index('download_entitlement').on(t.entitlementId, t.id),
  ],
)

/** The receipt of a completed delivery (交付回执); append-only. */
export const receipt = delivery.table(
  'receipt',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique('receipt_number_unique'),
    orderId: uuid()
      .notNull()
      .references(() => order.id),
    orderNumber: text().notNull(),
    contractId: uuid().notNull(),
    entitlementId: uuid()
      .notNull()
      .references(() => entitlement.id),
    downloadId: uuid()
      .notNull()
      .references(() => download.id),
    round: integer().notNull(),
    granteeId: uuid().notNull(),
    vendorId: uuid().notNull(),
    sha256: text().notNull(),
    bytes: bytes().notNull(),
    fileName: text().notNull(),
    deliveredAt: instant().notNull(),
    /** the end of the acceptance period that began with this delivery */
    acceptanceDueAt: instant().notNull(),
    rulePack: text().notNull(),
  },
  t => [unique('receipt_one_per_delivery').on(t.orderId, t.round)],
)

/** The receipt as a PDF, made after the fact. */
export const receiptDocument = delivery.table('receipt_document', {
  receiptId: uuid()
    .primaryKey()
    .references(() => receipt.id),
  sha256: text().notNull(),
  bytes: bytes().notNull(),
  madeAt: instant().notNull(),
})

/** The trade that an entitlement (a row, or the table in a condition) belongs to; its grantee is the buyer. */
export const tradingOf = <T>(of: { vendorId: T; granteeId: T; division: T; buyerDivision: T }) => ({
  vendorId: of.vendorId,
  buyerId: of.granteeId,
  division: of.division,
  buyerDivision: of.buyerDivision,
})

export type Entitlement = typeof entitlement.$inferSelect
export type Download = typeof download.$inferSelect
export type Receipt = typeof receipt.$inferSelect
