import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgSchema, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { fen, instant } from '../../kernel/schema.ts'
import { contract } from '../contracts/schema.ts'
import { organization } from '../identity/schema.ts'
import type { OrderState } from './model.ts'

export const orders = pgSchema('orders')

/** What a contract obliges the two parties to pay and to deliver, and how far they are. */
export const order = orders.table(
  'order',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique('order_number_unique'),
    /** what the buyer writes into the transfer's remark */
    referenceCode: text().notNull().unique('order_reference_code_unique'),
    contractId: uuid()
      .notNull()
      .references(() => contract.id),
    productId: uuid().notNull(),
    dataVersionId: uuid().notNull(),
    vendorId: uuid()
      .notNull()
      .references(() => organization.id),
    buyerId: uuid()
      .notNull()
      .references(() => organization.id),
    /** whose authority is competent: the vendor's division, or the home province for vendors from elsewhere */
    division: text().notNull(),
    buyerDivision: text().notNull(),
    amountFen: fen().notNull(),
    refundFen: fen().notNull().default(sql`0`),
    state: text().$type<OrderState>().notNull(),
    isSilenceAcceptance: boolean().notNull(),
    /** working days of each period, as the contract or the rule pack fixed them when the order was made */
    deliveryDays: integer().notNull(),
    acceptanceDays: integer().notNull(),
    paymentDueAt: instant(),
    paidAt: instant(),
    /** what the money was matched by */
    settlementRef: text(),
    deliveryDueAt: instant(),
    deliveredAt: instant(),
    /** how many deliveries were completed; a rejected one is followed by the next */
    deliveries: integer().notNull().default(0),
    receiptId: uuid(),
    acceptanceDueAt: instant(),
    acceptedAt: instant(),
    isDeemedAccepted: boolean().notNull().default(false),
    settleAfter: instant(),
    mediationDueAt: instant(),
    /** the last day for mediation passed while the dispute was open */
    mediationEscalatedAt: instant(),
    closedAt: instant(),
    /** a deadline runs through a year whose holidays are not published yet */
    isProvisional: boolean().notNull(),
    acceptanceRemindedAt: instant(),
    overdueNotedAt: instant(),
    /** of the last rejection, cancellation, refund, dispute or mediation */
    reason: text(),
    rulePack: text().notNull(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    uniqueIndex('order_contract_unique').on(t.contractId),
    check(
      'order_state_known',
      sql`${t.state} in ('created', 'confirmed', 'awaiting_payment', 'escrowed', 'delivering', 'delivered', 'accepted',
        'rejected', 'redelivering', 'refunding', 'refunded', 'cancelled', 'settling', 'settled', 'closed', 'disputed',
        'partly_refunded')`,
    ),
    check('order_amount_not_negative', sql`${t.amountFen} >= 0`),
    check('order_refund_within_amount', sql`${t.refundFen} between 0 and ${t.amountFen}`),
    check('order_two_parties', sql`${t.vendorId} <> ${t.buyerId}`),
    index('order_vendor').on(t.vendorId, t.id),
    index('order_buyer').on(t.buyerId, t.id),
    index('order_division').on(t.division, t.id),
    index('order_buyer_division').on(t.buyerDivision, t.id),
    index('order_state').on(t.state, t.id),
    index('order_payment_due').on(t.paymentDueAt).where(sql`state = 'awaiting_payment'`),
    index('order_acceptance_due').on(t.acceptanceDueAt).where(sql`state = 'delivered'`),
    index('order_delivery_due').on(t.deliveryDueAt).where(sql`overdue_noted_at is null and paid_at is not null`),
    index('order_mediation_due').on(t.mediationDueAt).where(sql`state = 'disputed' and mediation_escalated_at is null`),
    index('order_settle_after').on(t.settleAfter).where(sql`state in ('accepted', 'partly_refunded')`),
  ],
)

export type Order = typeof order.$inferSelect
