import { sql } from 'drizzle-orm'
import { boolean, check, date, index, integer, pgSchema, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { fen, instant } from '../../kernel/schema.ts'
import type { PlanPeriod } from '../catalog/index.ts'
import { contract } from '../contracts/schema.ts'
import { organization, person } from '../identity/schema.ts'
import type { FreezeState } from './freezemodel.ts'
import type { OrderState } from './model.ts'
import type { Outcome, Party, ProposalState } from './roommodel.ts'
import type { SubscriptionState } from './subscription.ts'

export const orders = pgSchema('orders')

/** A subscription: the contract whose orders follow each other, and the period that it is in. */
export const subscription = orders.table(
  'subscription',
  {
    id: uuid().primaryKey(),
    contractId: uuid()
      .notNull()
      .unique('subscription_contract_unique')
      .references(() => contract.id),
    productId: uuid().notNull(),
    vendorId: uuid()
      .notNull()
      .references(() => organization.id),
    buyerId: uuid()
      .notNull()
      .references(() => organization.id),
    division: text().notNull(),
    buyerDivision: text().notNull(),
    state: text().$type<SubscriptionState>().notNull(),
    period: text().$type<PlanPeriod>().notNull(),
    /** of a whole period */
    amountFen: fen().notNull(),
    noticeDays: integer().notNull(),
    graceDays: integer().notNull(),
    termMonths: integer().notNull(),
    /** the day that periods are counted from, and the number of the one that begins on it */
    anchorOn: date({ mode: 'string' }),
    anchorNo: integer().notNull().default(1),
    periodNo: integer().notNull().default(1),
    periodStartsOn: date({ mode: 'string' }),
    periodEndsOn: date({ mode: 'string' }),
    /** the last day of the whole term */
    lastOn: date({ mode: 'string' }),
    /** the period whose renewal the buyer was told of last */
    noticedNo: integer().notNull().default(1),
    noticedAt: instant(),
    cancelledAt: instant(),
    endedAt: instant(),
    reason: text(),
    rulePack: text().notNull(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    // nobody pays twice for the same data at a time
    uniqueIndex('subscription_one_running')
      .on(t.buyerId, t.productId)
      .where(sql`${t.state} in ('active', 'grace', 'cancelling')`),
    check('subscription_state_known', sql`${t.state} in ('pending', 'active', 'grace', 'cancelling', 'ended')`),
    check('subscription_period_known', sql`${t.period} in ('month', 'quarter', 'year')`),
    check('subscription_costs', sql`${t.amountFen} > 0`),
    check('subscription_two_parties', sql`${t.vendorId} <> ${t.buyerId}`),
    check(
      'subscription_running_has_period',
      sql`${t.state} in ('pending', 'ended') or (${t.anchorOn} is not null and ${t.periodStartsOn} <= ${t.periodEndsOn}
        and ${t.periodEndsOn} <= ${t.lastOn})`,
    ),
    check('subscription_renewal_was_told', sql`${t.noticedNo} >= ${t.periodNo}`),
    check('subscription_ended_at', sql`(${t.state} = 'ended') = (${t.endedAt} is not null)`),
    index('subscription_vendor').on(t.vendorId, t.id),
    index('subscription_buyer').on(t.buyerId, t.id),
    index('subscription_period_ends').on(t.periodEndsOn).where(sql`state = 'active'`),
  ],
)

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
    /** of a subscription: one order for each period */
    subscriptionId: uuid().references(() => subscription.id),
    periodNo: integer().notNull().default(1),
    /** the days that the order pays for; null until the first period begins */
    periodStartsOn: date({ mode: 'string' }),
    periodEndsOn: date({ mode: 'string' }),
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
    /** how often the buyer found a delivery not as agreed, and how often a party opened a dispute */
    rejections: integer().notNull().default(0),
    disputes: integer().notNull().default(0),
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
    // one order a period, however many workers find that it is time
    uniqueIndex('order_period_unique').on(t.contractId, t.periodNo),
    check('order_period_of_subscription', sql`${t.subscriptionId} is not null or ${t.periodNo} = 1`),
    check('order_period_in_order', sql`${t.periodStartsOn} <= ${t.periodEndsOn}`),
    index('order_subscription').on(t.subscriptionId, t.periodNo).where(sql`subscription_id is not null`),
    index('order_period_over').on(t.periodEndsOn).where(sql`state = 'delivering' and period_ends_on is not null`),
    check(
      'order_state_known',
      sql`${t.state} in ('created', 'confirmed', 'awaiting_payment', 'escrowed', 'delivering', 'delivered', 'accepted',
        'rejected', 'redelivering', 'refunding', 'refunded', 'cancelled', 'settling', 'settled', 'closed', 'disputed',
        'partly_refunded')`,
    ),
    // silence is acceptance only where the contract says so
    check('order_deemed_as_agreed', sql`${t.isSilenceAcceptance} or not ${t.isDeemedAccepted}`),
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
    index('order_vendor_closed').on(t.vendorId).where(sql`state = 'closed'`),
    index('order_vendor_rejected').on(t.vendorId).where(sql`rejections > 0`),
    index('order_vendor_disputed').on(t.vendorId).where(sql`disputes > 0`),
    index('order_vendor_delivered').on(t.vendorId, t.deliveredAt).where(sql`delivered_at is not null`),
    index('order_settle_after').on(t.settleAfter).where(sql`state in ('accepted', 'partly_refunded')`),
  ],
)

/** What a buyer says of a purchase that it has accepted: once for each order, and its own to correct. */
export const rating = orders.table(
  'rating',
  {
    id: uuid().primaryKey(),
    orderId: uuid()
      .notNull()
      .unique('rating_order_unique')
      .references(() => order.id),
    productId: uuid().notNull(),
    vendorId: uuid().notNull(),
    buyerId: uuid().notNull(),
    ratedBy: uuid()
      .notNull()
      .references(() => person.id),
    score: integer().notNull(),
    comment: text(),
    reply: text(),
    repliedBy: uuid().references(() => person.id),
    repliedAt: instant(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('rating_score_one_to_five', sql`${t.score} between 1 and 5`),
    check('rating_reply_by_person', sql`(${t.reply} is null) = (${t.repliedBy} is null)`),
    index('rating_product').on(t.productId, t.id),
    index('rating_product_score').on(t.productId, t.score),
    index('rating_vendor_score').on(t.vendorId, t.score),
  ],
)

/** The competent authority's freeze of a trade: the contract with all its orders (I22). Two persons make it, two lift it. */
export const freeze = orders.table(
  'freeze',
  {
    id: uuid().primaryKey(),
    contractId: uuid()
      .notNull()
      .references(() => contract.id),
    vendorId: uuid().notNull(),
    buyerId: uuid().notNull(),
    division: text().notNull(),
    buyerDivision: text().notNull(),
    /** the authority */
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    state: text().$type<FreezeState>().notNull(),
    reason: text().notNull(),
    /** the article or document that it rests on */
    basis: text().notNull(),
    isDeliveryStopped: boolean().notNull(),
    proposedBy: uuid()
      .notNull()
      .references(() => person.id),
    proposedAt: instant().notNull(),
    /** who confirmed or declined it */
    decidedBy: uuid().references(() => person.id),
    decidedAt: instant(),
    declineReason: text(),
    liftReason: text(),
    liftingBy: uuid().references(() => person.id),
    liftingAt: instant(),
    liftedBy: uuid().references(() => person.id),
    liftedAt: instant(),
    rulePack: text().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('freeze_state_known', sql`${t.state} in ('proposed', 'declined', 'active', 'lifting', 'lifted')`),
    check(
      'freeze_confirmed_by_two',
      sql`${t.state} in ('proposed', 'declined') or (${t.decidedBy} is not null and ${t.decidedBy} <> ${t.proposedBy}
        and ${t.decidedAt} is not null)`,
    ),
    check(
      'freeze_lifted_by_two',
      sql`${t.state} <> 'lifted' or (${t.liftingBy} is not null and ${t.liftedBy} is not null
        and ${t.liftedBy} <> ${t.liftingBy} and ${t.liftedAt} is not null)`,
    ),
    check(
      'freeze_lifted_for_reason',
      sql`${t.state} not in ('lifting', 'lifted') or (${t.liftReason} is not null and ${t.liftingBy} is not null)`,
    ),
    check('freeze_declined_for_reason', sql`${t.state} <> 'declined' or ${t.declineReason} is not null`),
    uniqueIndex('freeze_one_open').on(t.contractId).where(sql`state in ('proposed', 'active', 'lifting')`),
    index('freeze_organization').on(t.organizationId, t.id),
  ],
)

/** What a party or the operator says in a dispute; kept as it was written. */
export const disputeStatement = orders.table(
  'dispute_statement',
  {
    id: uuid().primaryKey(),
    orderId: uuid()
      .notNull()
      .references(() => order.id),
    /** which dispute of the order, from 1 */
    round: integer().notNull(),
    side: text().$type<Party | 'operator'>().notNull(),
    organizationId: uuid().notNull(),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    body: text().notNull(),
    statedAt: instant().notNull(),
  },
  t => [
    check('dispute_statement_side_known', sql`${t.side} in ('buyer', 'vendor', 'operator')`),
    index('dispute_statement_order').on(t.orderId, t.id),
  ],
)

/** How one side proposes that a dispute ends; it takes effect when the other side accepts. */
export const disputeProposal = orders.table(
  'dispute_proposal',
  {
    id: uuid().primaryKey(),
    orderId: uuid()
      .notNull()
      .references(() => order.id),
    round: integer().notNull(),
    side: text().$type<Party>().notNull(),
    outcome: text().$type<Outcome>().notNull(),
    /** what goes back to the buyer */
    refundFen: fen().notNull(),
    reason: text().notNull(),
    state: text().$type<ProposalState>().notNull(),
    personId: uuid()
      .notNull()
      .references(() => person.id),
    proposedAt: instant().notNull(),
    answerReason: text(),
    answeredBy: uuid().references(() => person.id),
    answeredAt: instant(),
  },
  t => [
    check('dispute_proposal_side_known', sql`${t.side} in ('buyer', 'vendor')`),
    check(
      'dispute_proposal_outcome_known',
      sql`${t.outcome} in ('accept', 'partial', 'refund') and (${t.outcome} <> 'accept' or ${t.refundFen} = 0) and (${t.outcome} <> 'partial' or ${t.refundFen} > 0)`,
    ),
    check(
      'dispute_proposal_state_known',
      sql`${t.state} in ('open', 'accepted', 'declined', 'withdrawn', 'overtaken')
        and (${t.state} = 'open') = (${t.answeredAt} is null)`,
    ),
    check('dispute_proposal_answered_by_other', sql`${t.state} <> 'accepted' or ${t.answeredBy} <> ${t.personId}`),
    check('dispute_proposal_declined_for_reason', sql`${t.state} <> 'declined' or ${t.answerReason} is not null`),
    uniqueIndex('dispute_proposal_one_open').on(t.orderId, t.side).where(sql`state = 'open'`),
  ],
)

export type DisputeStatement = typeof disputeStatement.$inferSelect
export type DisputeProposal = typeof disputeProposal.$inferSelect
export type Freeze = typeof freeze.$inferSelect
export type Rating = typeof rating.$inferSelect
export type Subscription = typeof subscription.$inferSelect
export type Order = typeof order.$inferSelect
