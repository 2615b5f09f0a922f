import { sql } from 'drizzle-orm'
import { check, date, index, integer, jsonb, pgSchema, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { bytea, fen, instant } from '../../kernel/schema.ts'
import { organization, person } from '../identity/schema.ts'
import { order } from '../orders/schema.ts'
import { outlayKinds, statementFormats } from './gateway.ts'
import { accountStates, lineStates, type PayoutKind, payoutKinds, payoutStates } from './model.ts'

export const settlement = pgSchema('settlement')

const literals = (values: readonly string[]) =>
  sql.join(
    values.map(value => sql`${value}`),
    sql`, `,
  )

/** A bank account of an organisation, in its own name. The number is sealed; lists show its last four characters. */
export const bankAccount = settlement.table(
  'bank_account',
  {
    id: uuid().primaryKey(),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    holderName: text().notNull(),
    bankName: text().notNull(),
    /** 联行号 */
    bankCode: text(),
    sealedNumber: bytea().notNull(),
    numberTail: text().notNull(),
    state: text().$type<(typeof accountStates)[number]>().notNull(),
    registeredBy: uuid()
      .notNull()
      .references(() => person.id),
    decidedBy: uuid().references(() => person.id),
    reason: text(),
    /** not paid to before: the cooling period of a change */
    usableFrom: instant(),
    rulePack: text().notNull(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('bank_account_state_known', sql`${t.state} in (${literals(accountStates)})`.inlineParams()),
    check('bank_account_two_people', sql`${t.decidedBy} is null or ${t.decidedBy} <> ${t.registeredBy}`),
    uniqueIndex('bank_account_one_confirmed').on(t.organizationId).where(sql`state = 'confirmed'`),
    uniqueIndex('bank_account_one_submitted').on(t.organizationId).where(sql`state = 'submitted'`),
    index('bank_account_organization').on(t.organizationId, t.id),
    index('bank_account_state').on(t.state, t.id),
  ],
)

/** One thing wrong with one line of a statement. */
export interface LineError {
  readonly line: number
  readonly message: { readonly zh: string; readonly en: string }
  readonly remedy: { readonly zh: string; readonly en: string }
}

/** A statement file as it was imported, once. */
export const bankStatement = settlement.table(
  'bank_statement',
  {
    id: uuid().primaryKey(),
    fileName: text().notNull(),
    sha256: text().notNull().unique('bank_statement_sha256_unique'),
    encoding: text().notNull(),
    format: text().$type<(typeof statementFormats)[number]>().notNull().default('csv'),
    /** what the bank says was on the account before and after; null where the format has no balances */
    openingFen: fen(),
    closingFen: fen(),
    /** the days that its entries are of */
    fromOn: date({ mode: 'string' }),
    toOn: date({ mode: 'string' }),
    sealedFile: bytea().notNull(),
    lineCount: integer().notNull(),
    importedCount: integer().notNull(),
    duplicateCount: integer().notNull(),
    rejectedCount: integer().notNull(),
    importedFen: fen().notNull(),
    /** money that left, or came back undone */
    outlayCount: integer().notNull().default(0),
    outlayFen: fen().notNull().default(sql`0`),
    rejected: jsonb().$type<LineError[]>().notNull(),
    duplicates: jsonb().$type<{ line: number; bankSerial: string }[]>().notNull(),
    importedBy: uuid()
      .notNull()
      .references(() => person.id),
    createdAt: instant().notNull(),
  },
  t => [
    check('bank_statement_format_known', sql`${t.format} in (${literals(statementFormats)})`.inlineParams()),
    check('bank_statement_balances', sql`(${t.openingFen} is null) = (${t.closingFen} is null)`),
    check('bank_statement_days', sql`(${t.fromOn} is null) = (${t.toOn} is null) and ${t.fromOn} <= ${t.toOn}`),
    check('bank_statement_counts', sql`${t.lineCount} = ${t.importedCount} + ${t.duplicateCount} + ${t.rejectedCount}`),
  ],
)

/**
 * What a statement says left the account, or came back because a payment could not be made. It books nothing: it is what
 * a person confirms or bounces a payout by. Kept as it came.
 */
export const outlay = settlement.table(
  'outlay',
  {
    id: uuid().primaryKey(),
    statementId: uuid()
      .notNull()
      .references(() => bankStatement.id),
    lineNo: integer().notNull(),
    kind: text().$type<(typeof outlayKinds)[number]>().notNull(),
    bankSerial: text().notNull(),
    bookedOn: date({ mode: 'string' }).notNull(),
    amountFen: fen().notNull(),
    payeeName: text().notNull(),
    payeeTail: text(),
    remark: text().notNull(),
    /** our id of the payment, where the bank repeated it */
    paymentId: uuid(),
    createdAt: instant().notNull(),
  },
  t => [
    unique('outlay_serial_unique').on(t.bookedOn, t.bankSerial, t.kind),
    check('outlay_kind_known', sql`${t.kind} in (${literals(outlayKinds)})`.inlineParams()),
    check('outlay_amount_positive', sql`${t.amountFen} > 0`),
    index('outlay_statement').on(t.statementId, t.lineNo),
    index('outlay_amount').on(t.amountFen, t.bookedOn),
    index('outlay_payment').on(t.paymentId),
  ],
)

/** Money that came in. Bank serial numbers are unique within a day. */
export const statementLine = settlement.table(
  'statement_line',
  {
    id: uuid().primaryKey(),
    statementId: uuid()
      .notNull()
      .references(() => bankStatement.id),
    lineNo: integer().notNull(),
    bankSerial: text().notNull(),
    bookedOn: date({ mode: 'string' }).notNull(),
    amountFen: fen().notNull(),
    payerName: text().notNull(),
    sealedPayer: bytea(),
    payerTail: text(),
    remark: text().notNull(),
    contentHash: text().notNull(),
    state: text().$type<(typeof lineStates)[number]>().notNull(),
    orderId: uuid().references(() => order.id),
    /** the payout of a payment provider to the exchange's bank that it is: `balance_transaction.id`, once */
    movementId: uuid().unique('statement_line_movement_unique'),
    /** into the order's escrow from this line, and of that what goes back */
    capturedFen: fen().notNull().default(sql`0`),
    refundedFen: fen().notNull().default(sql`0`),
    /** why it was not matched by itself */
    hint: text(),
    matchedBy: uuid().references(() => person.id),
    reason: text(),
    rulePack: text().notNull(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    unique('statement_line_serial_unique').on(t.bookedOn, t.bankSerial),
    check('statement_line_state_known', sql`${t.state} in (${literals(lineStates)})`.inlineParams()),
    check(
      'statement_line_amounts',
      sql`${t.amountFen} > 0 and ${t.capturedFen} between 0 and ${t.amountFen}
      and ${t.refundedFen} between 0 and ${t.capturedFen}`,
    ),
    index('statement_line_state').on(t.state, t.id),
    index('statement_line_statement').on(t.statementId, t.lineNo),
    index('statement_line_order').on(t.orderId),
  ],
)

/** The money of a trade as it went through escrow: captured = held + released + fee + refunded + disputed (I7). */
export const trade = settlement.table(
  'trade',
  {
    orderId: uuid()
      .primaryKey()
      .references(() => order.id),
    capturedFen: fen().notNull(),
    releasedFen: fen().notNull(),
    feeFen: fen().notNull(),
    refundedFen: fen().notNull(),
    /** held because the payer's bank wants it back */
    disputedFen: fen().notNull().default(sql`0`),
    changedAt: instant().notNull(),
  },
  t => [
    check(
      'trade_not_over',
      sql`${t.capturedFen} >= ${t.releasedFen} + ${t.feeFen} + ${t.refundedFen} + ${t.disputedFen}`,
    ),
    check(
      'trade_not_negative',
      sql`least(${t.capturedFen}, ${t.releasedFen}, ${t.feeFen}, ${t.refundedFen}, ${t.disputedFen}) >= 0`,
    ),
  ],
)

/** Payouts that one person ordered from the bank in one file. */
export const payoutBatch = settlement.table('payout_batch', {
  id: uuid().primaryKey(),
  payoutCount: integer().notNull(),
  totalFen: fen().notNull(),
  sha256: text().notNull(),
  sealedFile: bytea().notNull(),
  madeBy: uuid()
    .notNull()
    .references(() => person.id),
  createdAt: instant().notNull(),
})

/** Money that leaves the exchange's account. */
export const payout = settlement.table(
  'payout',
  {
    id: uuid().primaryKey(),
    kind: text().$type<PayoutKind>().notNull(),
    organizationId: uuid().references(() => organization.id),
    orderId: uuid().references(() => order.id),
    lineId: uuid().references(() => statementLine.id),
    amountFen: fen().notNull(),
    bankAccountId: uuid().references(() => bankAccount.id),
    holderName: text(),
    bankName: text(),
    bankCode: text(),
    sealedNumber: bytea(),
    numberTail: text(),
    payeeSetBy: uuid().references(() => person.id),
    state: text().$type<(typeof payoutStates)[number]>().notNull(),
    batchId: uuid().references(() => payoutBatch.id),
    /** how often it was ordered from the bank */
    attempt: integer().notNull().default(0),
    madeBy: uuid().references(() => person.id),
    orderedAt: instant(),
    confirmedBy: uuid().references(() => person.id),
    confirmedAt: instant(),
    bankSerial: text(),
    paidOn: date({ mode: 'string' }),
    reason: text(),
    rulePack: text().notNull(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    unique('payout_serial_unique').on(t.paidOn, t.bankSerial),
    check('payout_state_known', sql`${t.state} in (${literals(payoutStates)})`.inlineParams()),
    check('payout_kind_known', sql`${t.kind} in (${literals(payoutKinds)})`.inlineParams()),
    check('payout_amount_positive', sql`${t.amountFen} > 0`),
    check(
      'payout_has_payee',
      sql`${t.state} = 'waiting' or (${t.sealedNumber} is not null and ${t.holderName} is not null)`,
    ),
    check(
      'payout_confirmed_by_two',
      sql`${t.state} <> 'confirmed' or (${t.madeBy} is not null and ${t.confirmedBy} is not null
        and ${t.madeBy} <> ${t.confirmedBy} and ${t.payeeSetBy} is distinct from ${t.confirmedBy})`,
    ),
    check('payout_vendor_known', sql`${t.kind} <> 'vendor' or ${t.organizationId} is not null`),
    index('payout_state').on(t.state, t.id),
    index('payout_organization').on(t.organizationId, t.id),
    index('payout_order').on(t.orderId),
    index('payout_line').on(t.lineId),
    index('payout_batch_of').on(t.batchId),
  ],
)

/** How the money of an accepted order was split. */
export const split = settlement.table(
  'split',
  {
    id: uuid().primaryKey(),
    orderId: uuid()
      .notNull()
      .unique('split_order_unique')
      .references(() => order.id),
    vendorId: uuid()
      .notNull()
      .references(() => organization.id),
    amountFen: fen().notNull(),
    vendorFen: fen().notNull(),
    feeFen: fen().notNull(),
    feePpm: integer().notNull(),
    rulePack: text().notNull(),
    payoutId: uuid().references(() => payout.id),
    createdAt: instant().notNull(),
  },
  t => [
    check('split_is_whole', sql`${t.amountFen} = ${t.vendorFen} + ${t.feeFen}`),
    index('split_vendor').on(t.vendorId, t.id),
  ],
)

export type BankAccount = typeof bankAccount.$inferSelect
export type BankStatement = typeof bankStatement.$inferSelect
export type OutlayRow = typeof outlay.$inferSelect
export type StatementLine = typeof statementLine.$inferSelect
export type Trade = typeof trade.$inferSelect
export type Payout = typeof payout.$inferSelect
export type PayoutBatch = typeof payoutBatch.$inferSelect
export type Split = typeof split.$inferSelect
