import { readingRoutes } from './readingroutes.ts'
import { movingRoutes } from './routes.ts'

export { handlers, timers } from './handlers.ts'
export { alreadySigned, type ContractState, contractMachine, notSealed, type Side, sameSigner } from './model.ts'
export { listModelContracts, modelContractOf } from './modelcontract.ts'
export {
  annulContract,
  beginTerm,
  completeContract,
  holdContract,
  markDisputed,
  resumeContract,
  suspendContract,
  terminateContract,
} from './performance.ts'
export {
  type ContractFacts,
  contractOf,
  contractsWaiting,
  listContracts,
  readContract,
  signaturesOf,
} from './queries.ts'
export { isCompetent, isParty, mayRead, readable } from './reach.ts'
export type { Deviation, Terms } from './terms.ts'
export { toContract, toContractBrief } from './wire.ts'

export const routes = [...movingRoutes, ...readingRoutes]
