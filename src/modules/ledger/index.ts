export { timers } from './handlers.ts'
export { type Inspection, lastInspection, tasks } from './inspecting.ts'
export { type LeafFault, leafFaults } from './leaves.ts'
export { type EntryInput, insufficientFunds, purposes, transactionMachine } from './model.ts'
export {
  balanceAt,
  balanceOf,
  type Invariant,
  inspectInvariants,
  type LedgerTransaction,
  listEntries,
  type TrialLine,
  transactionByReference,
  transactionOf,
  trialBalance,
} from './queries.ts'
export { routes } from './routes.ts'
export { type Posting, postTransaction, reverseTransaction } from './service.ts'
