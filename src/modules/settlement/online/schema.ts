import { sql } from 'drizzle-orm'
import { bigint, boolean, check, index, integer, jsonb, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { bytea, fen, instant } from '../../../kernel/schema.ts'
import { organization, person } from '../../identity/schema.ts'
import { order } from '../../orders/schema.ts'
import { payout, settlement } from '../schema.ts'
import {
  chargebackStates,
  connectedAccountStates,
  intentKinds,
  intentStates,
  onlinePaymentStates,
  onlineRefundStates,
  transferStates,
} from './model.ts'

const literals = (values: readonly string[]) =>
  sql.join(
    values.map(value => sql`${value}`),
    sql`, `,
  )

/**
 * The outbox: what a provider is to do, committed with the change that wants it. The id is the idempotency key and, where
 * money moves, the reference of the ledger transaction (I11). Those of one aggregate go out in the order of `seq`.
 */
export const intent = settlement.table(
  'intent',
  {
    id: uuid().primaryKey(),
    seq: bigint({ mode: 'number' }).generatedAlwaysAsIdentity().notNull(),
    gateway: text().notNull(),
    kind: text().$type<(typeof intentKinds)[number]>().notNull(),
    /** what it belongs to, as `order/<id>`; one that failed to go out holds up those after it */
    aggregate: text().notNull(),
    /** the row that it is for */
    subjectId: uuid().notNull(),
    request: jsonb().$type<Record<string, string | number | null>>().notNull(),
    state: text().$type<(typeof intentStates)[number]>().notNull(),
    attempts: integer().notNull().default(0),
    firstSentAt: instant(),
    /** not tried before */
    nextAt: instant().notNull(),
    externalId: text(),
    problem: text(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('intent_state_known', sql`${t.state} in (${literals(intentStates)})`.inlineParams()),
    check('intent_kind_known', sql`${t.kind} in (${literals(intentKinds)})`.inlineParams()),
    check('intent_sent_counted', sql`(${t.attempts} = 0) = (${t.firstSentAt} is null)`),
    unique('intent_seq_unique').on(t.seq),
    index('intent_waiting').on(t.nextAt).where(sql`state in ('pending', 'sent', 'unknown')`),
    index('intent_aggregate').on(t.aggregate, t.seq),
    index('intent_subject').on(t.subjectId),
  ],
)

/** The inbox: each notification of a provider once, with the bytes that were signed (kept 30 days at least). */
export const inbox = settlement.table(
  'inbox',
  {
    id: uuid().primaryKey(),
    gateway: text().notNull(),
    eventId: text().notNull(),
    kind: text().notNull(),
    /** the object that changed: looked up anew before anything follows from it */
    objectKind: text(),
    objectId: text(),
    body: bytea().notNull(),
    occurredAt: instant().notNull(),
    receivedAt: instant().notNull(),
    processedAt: instant(),
    attempts: integer().notNull().default(0),
    nextAt: instant().notNull(),
    problem: text(),
    isParked: boolean().notNull().default(false),
  },
  t => [
    unique('inbox_event_unique').on(t.gateway, t.eventId),
    index('inbox_waiting').on(t.nextAt).where(sql`processed_at is null and not is_parked`),
    index('inbox_received').on(t.receivedAt),
  ],
)

/** A payment on a provider's page; amounts in fen. */
export const onlinePayment = settlement.table(
  'online_payment',
  {
    id: uuid().primaryKey(),
    gateway: text().notNull(),
    orderId: uuid()
      .notNull()
      .references(() => order.id),
    amountFen: fen().notNull(),
    state: text().$type<(typeof onlinePaymentStates)[number]>().notNull(),
    /** the provider's page, and its name for it */
    url: text(),
    pageRef: text().unique('online_payment_page_unique'),
    chargeRef: text().unique('online_payment_charge_unique'),
    /** card, alipay, wechat_pay: known once paid */
    method: text(),
    expiresAt: instant().notNull(),
    paidAt: instant(),
    /** into the order's escrow, and of that what goes back; the rest of the amount went to suspense and goes back */
    capturedFen: fen().notNull().default(sql`0`),
    refundedFen: fen().notNull().default(sql`0`),
    /** the last instant at which the method takes money back; null: no limit is known */
    refundableUntil: instant(),
    openedBy: uuid()
      .notNull()
      .references(() => person.id),
    reason: text(),
    rulePack: text().notNull(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('online_payment_state_known', sql`${t.state} in (${literals(onlinePaymentStates)})`.inlineParams()),
    check(
      'online_payment_amounts',
      sql`${t.amountFen} > 0 and ${t.capturedFen} between 0 and ${t.amountFen}
      and ${t.refundedFen} between 0 and ${t.capturedFen}`,
    ),
    check('online_payment_paid', sql`(${t.state} = 'paid') = (${t.paidAt} is not null and ${t.chargeRef} is not null)`),
    uniqueIndex('online_payment_one_open').on(t.orderId).where(sql`state in ('requested', 'open')`),
    index('online_payment_order').on(t.orderId),
  ],
)

/** Money that goes back through the provider that brought it. */
export const onlineRefund = settlement.table(
  'online_refund',
  {
    id: uuid().primaryKey(),
    paymentId: uuid()
      .notNull()
      .references(() => onlinePayment.id),
    orderId: uuid()
      .notNull()
      .references(() => order.id),
    /** refund: of a paid order · return: money that paid nothing */
    kind: text().$type<'refund' | 'return'>().notNull(),
    amountFen: fen().notNull(),
    state: text().$type<(typeof onlineRefundStates)[number]>().notNull(),
    externalId: text().unique('online_refund_external_unique'),
    /** by bank instead */
    payoutId: uuid().references(() => payout.id),
    reason: text(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('online_refund_state_known', sql`${t.state} in (${literals(onlineRefundStates)})`.inlineParams()),
    check('online_refund_kind_known', sql`${t.kind} in ('refund', 'return')`),
    check('online_refund_amount_positive', sql`${t.amountFen} > 0`),
    check('online_refund_replaced', sql`(${t.state} = 'failed') = (${t.payoutId} is not null)`),
    index('online_refund_payment').on(t.paymentId),
    index('online_refund_order').on(t.orderId),
  ],
)

/** The account of an organisation with a provider (I20: two people). */
export const connectedAccount = settlement.table(
  'connected_account',
  {
    id: uuid().primaryKey(),
    gateway: text().notNull(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    state: text().$type<(typeof connectedAccountStates)[number]>().notNull(),
    externalId: text().unique('connected_account_external_unique'),
    registeredBy: uuid()
      .notNull()
      .references(() => person.id),
    decidedBy: uuid().references(() => person.id),
    reason: text(),
    /** not paid to before: the cooling period of a change of where money goes */
    usableFrom: instant(),
    rulePack: text().notNull(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('connected_account_state_known', sql`${t.state} in (${literals(connectedAccountStates)})`.inlineParams()),
    check('connected_account_two_people', sql`${t.decidedBy} is null or ${t.decidedBy} <> ${t.registeredBy}`),
    check(
      'connected_account_known',
      sql`${t.state} not in ('onboarding', 'ready') or (${t.externalId} is not null and ${t.usableFrom} is not null)`,
    ),
    uniqueIndex('connected_account_one').on(t.organizationId).where(sql`state not in ('refused', 'closed')`),
  ],
)

/** A vendor's share sent to its account with the provider, out of the payment that brought it. */
export const transfer = settlement.table(
  'transfer',
  {
    id: uuid().primaryKey(),
    orderId: uuid()
      .notNull()
      .unique('transfer_order_unique')
      .references(() => order.id),
    paymentId: uuid()
      .notNull()
      .references(() => onlinePayment.id),
    accountId: uuid()
      .notNull()
      .references(() => connectedAccount.id),
    vendorId: uuid()
      .notNull()
      .references(() => organization.id),
    amountFen: fen().notNull(),
    reversedFen: fen().notNull().default(sql`0`),
    state: text().$type<(typeof transferStates)[number]>().notNull(),
    externalId: text().unique('transfer_external_unique'),
    payoutId: uuid().references(() => payout.id),
    reason: text(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('transfer_state_known', sql`${t.state} in (${literals(transferStates)})`.inlineParams()),
    check('transfer_amounts', sql`${t.amountFen} > 0 and ${t.reversedFen} between 0 and ${t.amountFen}`),
    check('transfer_replaced', sql`(${t.state} = 'failed') = (${t.payoutId} is not null)`),
    index('transfer_vendor').on(t.vendorId, t.id),
  ],
)

/** A payer's bank takes back what a payment brought. */
export const chargeback = settlement.table(
  'chargeback',
  {
    id: uuid().primaryKey(),
    gateway: text().notNull(),
    externalId: text().notNull().unique('chargeback_external_unique'),
    paymentId: uuid()
      .notNull()
      .references(() => onlinePayment.id),
    orderId: uuid()
      .notNull()
      .references(() => order.id),
    amountFen: fen().notNull(),
    /** taken from escrow into the hold when it was opened; the rest was released before */
    heldFen: fen().notNull().default(sql`0`),
    state: text().$type<(typeof chargebackStates)[number]>().notNull(),
    cause: text().notNull(),
    isWithdrawn: boolean().notNull().default(false),
    evidenceDueAt: instant(),
    evidence: jsonb().$type<Record<string, string>>(),
    answeredBy: uuid().references(() => person.id),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('chargeback_state_known', sql`${t.state} in (${literals(chargebackStates)})`.inlineParams()),
    check('chargeback_amounts', sql`${t.amountFen} > 0 and ${t.heldFen} between 0 and ${t.amountFen}`),
    index('chargeback_order').on(t.orderId),
    index('chargeback_state').on(t.state, t.id),
  ],
)

/**
 * Every movement on the exchange's account with a provider, as the provider reports it: compared with the books day by
 * day. Amounts are minor units of the currency that the provider settles in (I17); `gross_fen` and `fee_fen` are renminbi.
 */
export const balanceTransaction = settlement.table(
  'balance_transaction',
  {
    id: uuid().primaryKey(),
    gateway: text().notNull(),
    externalId: text().notNull(),
    /** charge, refund, refund-failure, transfer, reversal, dispute, dispute-won, payout, fee, other */
    kind: text().notNull(),
    /** the provider's own word for it */
    providerKind: text().notNull(),
    /** the charge, refund, transfer or payout that moved it */
    sourceRef: text(),
    currency: text().notNull(),
    /** signed: what came in is positive */
    amountMinor: bigint({ mode: 'bigint' }).notNull(),
    feeMinor: bigint({ mode: 'bigint' }).notNull(),
    netMinor: bigint({ mode: 'bigint' }).notNull(),
    /** signed, in renminbi; null where it is not known */
    grossFen: fen(),
    feeFen: fen(),
    occurredAt: instant().notNull(),
    availableAt: instant().notNull(),
    fetchedAt: instant().notNull(),
  },
  t => [
    unique('balance_transaction_unique').on(t.gateway, t.externalId),
    check('balance_transaction_net', sql`${t.netMinor} = ${t.amountMinor} - ${t.feeMinor}`),
    index('balance_transaction_occurred').on(t.gateway, t.occurredAt),
    index('balance_transaction_source').on(t.sourceRef),
  ],
)

/** Until when the events of a provider were asked for: what a restored backup does not know is asked for again. */
export const eventPoll = settlement.table('event_poll', {
  gateway: text().primaryKey(),
  polledUntil: instant().notNull(),
})

export type Intent = typeof intent.$inferSelect
export type InboxRow = typeof inbox.$inferSelect
export type OnlinePayment = typeof onlinePayment.$inferSelect
export type OnlineRefund = typeof onlineRefund.$inferSelect
export type ConnectedAccount = typeof connectedAccount.$inferSelect
export type Transfer = typeof transfer.$inferSelect
export type Chargeback = typeof chargeback.$inferSelect
export type BalanceTransaction = typeof balanceTransaction.$inferSelect
