import { invoiceRoutes } from './invoicing/routes.ts'
import { vitals as onlineVitals } from './online/sending.ts'
import { differenceVital } from './reconciling/queries.ts'
import { reconcilingRoutes } from './reconciling/routes.ts'
import { routes as moneyRoutes } from './routes.ts'

export { confirmBankAccount, refuseBankAccount, registerBankAccount } from './accounts.ts'
export {
  type EarningLine,
  earningLines,
  earningYears,
  monthlyEarnings,
  payoutStanding,
} from './earnings.ts'
export { type FeeLine, feeReport } from './fees.ts'
export { statementColumns } from './gateways/statements/csv.ts'
export { maxLines } from './gateways/statements/text.ts'
export { handlers, timers } from './handlers.ts'
export { type InvoiceKind, type InvoiceState, invoiceKinds, invoiceMachine } from './invoicing/model.ts'
export {
  type InvoiceView,
  invoicesOf,
  invoiceViews,
  lastDetails,
  listInvoices,
  readInvoicing,
} from './invoicing/queries.ts'
export type { Invoicing } from './invoicing/schema.ts'
export { matchStatementLine, receiveLine, returnStatementLine } from './matching.ts'
export {
  type AccountState,
  accountMachine,
  collectionAccountMissing,
  type LineState,
  lineMachine,
  type PayoutKind,
  type PayoutState,
  payoutMachine,
  payoutWaits,
  splitFee,
  statementUnreadable,
} from './model.ts'
export { connectedAccountsToConfirm, ownConnectedAccount } from './online/accounts.ts'
export { chargebacksOf, evidenceFor } from './online/chargebacks.ts'
export { onlineGateway, useStripe } from './online/gateway.ts'
export { resumeNotice } from './online/inbox.ts'
export { resumeIntent } from './online/intents.ts'
export {
  chargebackMachine,
  connectedAccountMachine,
  onlinePaymentMachine,
  onlinePaymentOff,
  signatureInvalid,
} from './online/model.ts'
export { fetchMovements } from './online/movements.ts'
export { latestPayment, mostOnlineFen, payOnline } from './online/payments.ts'
export { pollEvents } from './online/polling.ts'
export { listParked, type OnlineOffer, onlineMoney, type ParkedRow, readOnlineOffer } from './online/queries.ts'
export type { Chargeback, ConnectedAccount, OnlinePayment, OnlineRefund } from './online/schema.ts'
export { processNotices, sendIntents, tasks } from './online/sending.ts'
export { listOutlays, outlaysFor } from './outlays.ts'
export { bouncePayout, confirmPayout, createPayoutBatch, retryPayout } from './paying.ts'
export {
  type BatchRow,
  listBankAccounts,
  listBankStatements,
  listPayoutBatches,
  listPayouts,
  listSettlements,
  listStatementLines,
  type Money,
  type Payment,
  readBankStatement,
  readMoney,
  readPayment,
  readPayout,
  readStatementLine,
} from './queries.ts'
export {
  correctionAccounts,
  type DifferenceKind,
  type DifferenceState,
  differenceKinds,
  differenceMachine,
  isBookable,
  sides,
} from './reconciling/model.ts'
export {
  comparedDays,
  differenceCounts,
  type Latest,
  latestComparison,
  listDifferences,
  readDifference,
} from './reconciling/queries.ts'
export type { Difference } from './reconciling/schema.ts'
export { reconcile } from './reconciling/service.ts'
export { type MoneyLabel, moneyLabels } from './references.ts'
export type { BankAccount, OutlayRow, Payout, PayoutBatch, StatementLine } from './schema.ts'
export { importStatement } from './service.ts'
export { settleOrder } from './settling.ts'
export type { StripeSettings } from './stripe/adapter.ts'
export { type Suggestion, suggestMatches } from './suggestions.ts'
export { type VendorLine, type VendorMovement, type VendorStatement, vendorStatement } from './vendorstatement.ts'
export { toBankAccount, toLine, toMoney, toPayment, toPayout, toSplit, toStatement } from './wire.ts'
export { moneyWaiting } from './workload.ts'

export const routes = [...moneyRoutes, ...invoiceRoutes, ...reconcilingRoutes]
export const vitals = [...onlineVitals, differenceVital]
