import { Type } from 'typebox'
import { formatYuan, yuanToCapitals } from '../../kernel/money.ts'
import { PageQuery, toPage } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { Bilingual, closed, Fen, fenToWire, Id, Instant, iso, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import { outlayKinds, statementFormats } from './gateway.ts'
import {
  type AccountState,
  accountMachine,
  accountStates,
  type LineState,
  lineMachine,
  lineStates,
  masked,
  type PayoutKind,
  type PayoutState,
  payoutKinds,
  payoutMachine,
  payoutStates,
} from './model.ts'
import type { BatchRow, Money, Payment, StatementRow } from './queries.ts'
import type { BankAccount, OutlayRow, Payout, Split, StatementLine } from './schema.ts'
import type { Suggestion } from './suggestions.ts'

const oneOf = <T extends string>(values: readonly T[]) => Type.Unsafe<T>(Type.String({ enum: [...values] }))
const Reason = Type.String({ minLength: 4, maxLength: 1000, examples: ['付款人要求退回'] })
const Day = Type.String({ format: 'date', examples: ['2026-01-31'] })
const AccountNumber = Type.String({ minLength: 8, maxLength: 60, examples: ['1400 0123 4567 8901 234'] })
const Masked = Type.String({ description: 'the last four characters only', examples: ['**** 1234'] })
const BankName = Type.String({ minLength: 2, maxLength: 120, examples: ['中国银行太原分行'] })
const bilingual = (words: { zh: string; en: string }) => text(words.zh, words.en)

const SignedFen = Type.Integer({ description: 'fen (分), below zero when overdrawn' })

export const ReasonBody = closed({ reason: Reason })
export const ListQuery = closed(PageQuery)

export const BankAccountBody = closed({
  bankName: BankName,
  bankCode: Type.Optional(Type.String({ pattern: '^[0-9]{12}$', description: '联行号' })),
  accountNumber: AccountNumber,
  password: Type.String({ minLength: 1, maxLength: 200 }),
})
export const BankAccountQuery = closed({ ...PageQuery, state: Type.Optional(oneOf<AccountState>(accountStates)) })
export const BankAccountShape = Type.Object({
  id: Id,
  organizationId: Id,
  holderName: Type.String(),
  bankName: Type.String(),
  bankCode: nullable(Type.String()),
  accountNumber: Masked,
  state: oneOf(accountStates),
  stateName: Bilingual,
  reason: nullable(Type.String()),
  usableFrom: nullable(Instant),
  createdAt: Instant,
})
export const BankAccountPage = pageOf(BankAccountShape)

const StatementFacts = {
  id: Id,
  fileName: Type.String(),
  sha256: Sha256,
  encoding: Type.String(),
  lineCount: Type.Integer(),
  importedCount: Type.Integer(),
  duplicateCount: Type.Integer(),
  rejectedCount: Type.Integer(),
  importedFen: Fen,
  format: oneOf(statementFormats),
  outlayCount: Type.Integer({ description: 'money that left, or came back undone' }),
  outlayFen: Fen,
  openingFen: nullable(SignedFen),
  closingFen: nullable(SignedFen),
  createdAt: Instant,
}
export const BankStatementPage = pageOf(Type.Object(StatementFacts))
export const StatementReport = Type.Object({
  ...StatementFacts,
  isRepeat: Type.Boolean({ description: 'the same file was imported before: this call had no effect' }),
  states: Type.Array(Type.Object({ state: Type.String(), count: Type.Integer() })),
  rejected: Type.Array(Type.Object({ line: Type.Integer(), message: Bilingual, remedy: Bilingual })),
  duplicates: Type.Array(Type.Object({ line: Type.Integer(), bankSerial: Type.String() })),
})
export const OutlayShape = Type.Object({
  id: Id,
  statementId: Id,
  line: Type.Integer(),
  kind: oneOf(outlayKinds),
  bankSerial: Type.String(),
  bookedOn: Day,
  amountFen: Fen,
  payeeName: Type.String(),
  payeeAccount: nullable(Masked),
  remark: Type.String(),
  paymentId: nullable(Id),
})
export const OutlayList = Type.Array(OutlayShape)
export const UploadQuery = closed({ fileName: Type.Optional(Type.String({ maxLength: 200 })) })

export const LineQuery = closed({
  ...PageQuery,
  statementId: Type.Optional(Id),
  state: Type.Optional(oneOf<LineState>(lineStates)),
  orderId: Type.Optional(Id),
})
export const LineShape = Type.Object({
  id: Id,
  statementId: Id,
  line: Type.Integer(),
  bankSerial: Type.String(),
  bookedOn: Day,
  amountFen: Fen,
  payerName: Type.String(),
  payerAccount: nullable(Masked),
  remark: Type.String(),
  state: oneOf(lineStates),
  stateName: Bilingual,
  hint: nullable(Type.String({ description: 'no-reference, ambiguous-reference or order-takes-no-payment' })),
  orderId: nullable(Id),
  capturedFen: Fen,
  refundedFen: Fen,
  reason: nullable(Type.String()),
  changedAt: Instant,
})
export const LinePage = pageOf(LineShape)
export const SuggestionsShape = Type.Array(
  Type.Object({
    orderId: Id,
    orderNumber: Type.String(),
    referenceCode: Type.String(),
    state: Type.String(),
    buyerName: Type.String(),
    vendorName: Type.String(),
    amountFen: Fen,
    openFen: Fen,
    score: Type.Integer({ minimum: 0, maximum: 100 }),
    reasons: Type.Array(Bilingual),
    move: Type.String({ description: 'what matching means: match, matchPart, matchSurplus, matchDuplicate' }),
  }),
)
export const MatchBody = closed({ orderId: Id })

export const PayoutQuery = closed({
  ...PageQuery,
  state: Type.Optional(oneOf<PayoutState>(payoutStates)),
  kind: Type.Optional(oneOf<PayoutKind>(payoutKinds)),
  orderId: Type.Optional(Id),
})
export const PayoutShape = Type.Object({
  id: Id,
  kind: oneOf(payoutKinds),
  amountFen: Fen,
  organizationId: nullable(Id),
  orderId: nullable(Id),
  lineId: nullable(Id),
  holderName: nullable(Type.String()),
  bankName: nullable(Type.String()),
  accountNumber: nullable(Masked),
  state: oneOf(payoutStates),
  stateName: Bilingual,
  batchId: nullable(Id),
  bankSerial: nullable(Type.String()),
  paidOn: nullable(Day),
  reason: nullable(Type.String()),
  createdAt: Instant,
  orderedAt: nullable(Instant),
  confirmedAt: nullable(Instant),
})
export const PayoutPage = pageOf(PayoutShape)
export const BatchBody = closed({ payoutIds: Type.Array(Id, { minItems: 1, maxItems: 500, uniqueItems: true }) })
export const BatchShape = Type.Object({
  id: Id,
  payoutCount: Type.Integer(),
  totalFen: Fen,
  sha256: Sha256,
  createdAt: Instant,
})
export const BatchPage = pageOf(BatchShape)
export const ConfirmPayoutBody = closed({
  bankSerial: Type.String({ pattern: '^[A-Za-z0-9_./-]{1,64}$', examples: ['20260131000123'] }),
  paidOn: Day,
})
export const RetryPayoutBody = closed({
  payee: Type.Optional(
    closed({
      holderName: Type.String({ minLength: 1, maxLength: 200 }),
      bankName: Type.Optional(BankName),
      accountNumber: AccountNumber,
    }),
  ),
})

const SplitShape = Type.Object({
  id: Id,
  orderId: Id,
  vendorId: Id,
  amountFen: Fen,
  vendorFen: Fen,
  feeFen: Fen,
  feePpm: Type.Integer({ description: 'parts per million' }),
  rulePack: Type.String(),
  payoutId: nullable(Id),
  createdAt: Instant,
})
export const SplitPage = pageOf(SplitShape)

export const PaymentShape = Type.Object({
  orderId: Id,
  orderNumber: Type.String(),
  state: Type.String(),
  gateway: Type.String(),
  amountFen: Fen,
  amount: Type.String({ examples: ['1,200.00'] }),
  amountInCapitals: Type.String({ examples: ['人民币壹仟贰佰元整'] }),
  paidFen: Fen,
  restFen: Fen,
  referenceCode: Type.String(),
  paymentDueAt: nullable(Instant),
  payee: Type.Object({
    holderName: Type.String(),
    bankName: Type.String(),
    bankCode: nullable(Type.String()),
    accountNumber: Type.String(),
  }),
  steps: Type.Array(Bilingual),
})
export const MoneyShape = Type.Object({
  orderId: Id,
  state: Type.String(),
  amountFen: Fen,
  capturedFen: Fen,
  heldFen: Fen,
  releasedFen: Fen,
  feeFen: Fen,
  refundedFen: Fen,
  split: nullable(SplitShape),
  payouts: Type.Array(PayoutShape),
})

export const toBankAccount = (row: BankAccount) => ({
  id: row.id,
  organizationId: row.organizationId,
  holderName: row.holderName,
  bankName: row.bankName,
  bankCode: row.bankCode,
  accountNumber: masked(row.numberTail),
  state: row.state,
  stateName: bilingual(accountMachine.states[row.state]),
  reason: row.reason,
  usableFrom: iso(row.usableFrom),
  createdAt: row.createdAt.toISOString(),
})

export const toStatement = (row: StatementRow) => ({
  ...row,
  importedFen: fenToWire(row.importedFen),
  outlayFen: fenToWire(row.outlayFen),
  openingFen: row.openingFen === null ? null : fenToWire(row.openingFen),
  closingFen: row.closingFen === null ? null : fenToWire(row.closingFen),
  createdAt: row.createdAt.toISOString(),
})

export const toOutlay = (row: OutlayRow) => ({
  id: row.id,
  statementId: row.statementId,
  line: row.lineNo,
  kind: row.kind,
  bankSerial: row.bankSerial,
  bookedOn: row.bookedOn,
  amountFen: fenToWire(row.amountFen),
  payeeName: row.payeeName,
  payeeAccount: row.payeeTail && masked(row.payeeTail),
  remark: row.remark,
  paymentId: row.paymentId,
})

export const toLine = (row: StatementLine) => ({
  id: row.id,
  statementId: row.statementId,
  line: row.lineNo,
  bankSerial: row.bankSerial,
  bookedOn: row.bookedOn,
  amountFen: fenToWire(row.amountFen),
  payerName: row.payerName,
  payerAccount: row.payerTail && masked(row.payerTail),
  remark: row.remark,
  state: row.state,
  stateName: bilingual(lineMachine.states[row.state]),
  hint: row.hint,
  orderId: row.orderId,
  capturedFen: fenToWire(row.capturedFen),
  refundedFen: fenToWire(row.refundedFen),
  reason: row.reason,
  changedAt: row.changedAt.toISOString(),
})

export const toSuggestion = ({ order: { row, buyerName, vendorName }, openFen, reasons, ...rest }: Suggestion) => ({
  orderId: row.id,
  orderNumber: row.number,
  referenceCode: row.referenceCode,
  state: row.state,
  buyerName,
  vendorName,
  amountFen: fenToWire(row.amountFen),
  openFen: fenToWire(openFen),
  score: rest.score,
  reasons: reasons.map(bilingual),
  move: rest.move,
})

export const toPayout = (row: Payout) => ({
  id: row.id,
  kind: row.kind,
  amountFen: fenToWire(row.amountFen),
  organizationId: row.organizationId,
  orderId: row.orderId,
  lineId: row.lineId,
  holderName: row.holderName,
  bankName: row.bankName,
  accountNumber: row.numberTail && masked(row.numberTail),
  state: row.state,
  stateName: bilingual(payoutMachine.states[row.state]),
  batchId: row.batchId,
  bankSerial: row.bankSerial,
  paidOn: row.paidOn,
  reason: row.reason,
  createdAt: row.createdAt.toISOString(),
  orderedAt: iso(row.orderedAt),
  confirmedAt: iso(row.confirmedAt),
})

export const toBatch = (row: BatchRow) => ({
  id: row.id,
  payoutCount: row.payoutCount,
  totalFen: fenToWire(row.totalFen),
  sha256: row.sha256,
  createdAt: row.createdAt.toISOString(),
})

export const toSplit = (row: Split) => ({
  ...row,
  amountFen: fenToWire(row.amountFen),
  vendorFen: fenToWire(row.vendorFen),
  feeFen: fenToWire(row.feeFen),
  createdAt: row.createdAt.toISOString(),
})

export const toPayment = ({ order, gateway, paidFen, restFen, payee, steps }: Payment) => ({
  orderId: order.id,
  orderNumber: order.number,
  state: order.state,
  gateway,
  amountFen: fenToWire(order.amountFen),
  amount: formatYuan(order.amountFen),
  amountInCapitals: yuanToCapitals(order.amountFen),
  paidFen: fenToWire(paidFen),
  restFen: fenToWire(restFen),
  referenceCode: order.referenceCode,
  paymentDueAt: iso(order.paymentDueAt),
  payee,
  steps: steps.map(bilingual),
})

/** What of an order's money is where. Accounts and names of payees are the operator's to see. */
export const toMoney = ({ order, trade, heldFen, split, payouts }: Money, isOperator: boolean) => ({
  orderId: order.id,
  state: order.state,
  amountFen: fenToWire(order.amountFen),
  capturedFen: fenToWire(trade?.capturedFen ?? 0n),
  heldFen: fenToWire(heldFen),
  releasedFen: fenToWire(trade?.releasedFen ?? 0n),
  feeFen: fenToWire(trade?.feeFen ?? 0n),
  refundedFen: fenToWire(trade?.refundedFen ?? 0n),
  split: split ? toSplit(split) : null,
  payouts: payouts
    .map(toPayout)
    .map(row =>
      isOperator ? row : { ...row, holderName: null, bankName: null, accountNumber: null, bankSerial: null },
    ),
})

/** A page of rows that lists ordered by falling id. */
export const byId = <R extends { id: string }, I>(rows: R[], query: { limit?: number }, item: (row: R) => I) =>
  toPage(rows, query.limit ?? 20, row => [row.id], item)
