import { periodRoutes } from './periodroutes.ts'
import { routes as ledgerRoutes } from './routes.ts'

export { type AgeClass, ageClasses, escrowByAge, type HeldMoney, listHeld } from './aging.ts'
export {
  type AccountFilter,
  type AccountLine,
  type AccountMovement,
  type AsOf,
  balanceAt,
  type Dating,
  datings,
  listAccounts,
  listMovements,
  openAccountsAt,
  type TrialLine,
  trialBalance,
} from './balances.ts'
export { timers } from './handlers.ts'
export { type Inspection, lastInspection, tasks } from './inspecting.ts'
export { type LeafFault, leafFaults } from './leaves.ts'
export {
  type AccountPurpose,
  type EntryInput,
  insufficientFunds,
  purposeOf,
  purposes,
  transactionMachine,
} from './model.ts'
export { type PeriodState, periodMachine, periodNotReady } from './periodmodel.ts'
export {
  type ClosingCheck,
  closePeriod,
  closingChecks,
  listPeriods,
  nextMonth,
  periodOf,
  periodsWaiting,
  proposePeriod,
  proposeReopening,
  reopenPeriod,
} from './periods.ts'
export {
  balanceOf,
  type Invariant,
  inspectInvariants,
  type LedgerTransaction,
  listEntries,
  transactionByReference,
  transactionOf,
} from './queries.ts'
export type { Period } from './schema.ts'
export { type Posting, postTransaction, reverseTransaction } from './service.ts'
export {
  type AccountStatement,
  accountStatement,
  maxStatementEntries,
  type Span,
  type StatementEntry,
  spanOf,
  wholeStatement,
} from './statement.ts'

export const routes = [...ledgerRoutes, ...periodRoutes]
