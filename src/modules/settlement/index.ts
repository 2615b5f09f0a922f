export { confirmBankAccount, refuseBankAccount, registerBankAccount } from './accounts.ts'
export {
  type EarningLine,
  earningLines,
  earningYears,
  monthlyEarnings,
  payoutStanding,
} from './earnings.ts'
export { maxLines, statementColumns } from './gateways/banktransfer.ts'
export { handlers, timers } from './handlers.ts'
export { matchStatementLine, receiveLine, returnStatementLine } from './matching.ts'
export {
  accountMachine,
  collectionAccountMissing,
  lineMachine,
  type PayoutState,
  payoutMachine,
  payoutWaits,
  statementUnreadable,
} from './model.ts'
export { bouncePayout, confirmPayout, createPayoutBatch, retryPayout } from './paying.ts'
export {
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
} from './queries.ts'
export { routes } from './routes.ts'
export { importStatement } from './service.ts'
export { settleOrder } from './settling.ts'
export { type Suggestion, suggestMatches } from './suggestions.ts'
export { toBankAccount, toLine, toMoney, toPayment, toPayout, toSplit } from './wire.ts'
export { moneyWaiting } from './workload.ts'
