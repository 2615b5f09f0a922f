import { approvalRoutes } from './approvalroutes.ts'
import { readingRoutes } from './readingroutes.ts'
import { movingRoutes } from './routes.ts'

export { type ApprovalView, approvalOf, readSigningPolicy, type SigningPolicy, wantsApproval } from './approval.ts'
export { handlers, timers } from './handlers.ts'
export {
  alreadySigned,
  type ContractState,
  contractMachine,
  MODEL_CONTRACT,
  notSealed,
  type Side,
  sameSigner,
  trialUsed,
} from './model.ts'
export { listModelContracts, modelContractOf, sourceOf } from './modelcontract.ts'
export {
  annulContract,
  beginTerm,
  completeContract,
  endsWithOrder,
  holdContract,
  markDisputed,
  resumeContract,
  setTermEnd,
  suspendContract,
  terminateContract,
} from './performance.ts'
export { type Preview, previewContract } from './preview.ts'
export {
  type ContractFacts,
  type ContractQuery,
  contractOf,
  contractsOf,
  contractsWaiting,
  frozenText,
  listContracts,
  listProposals,
  openContracts,
  ownTrial,
  readContract,
  signaturesOf,
} from './queries.ts'
export { isCompetent, isParty, mayRead, readable } from './reach.ts'
export { hasVoidContract, type TroubledContract, troubledContracts } from './record.ts'
export { renderText } from './service.ts'
export type { Deviation, Terms } from './terms.ts'
export { attestedContract } from './verifying.ts'
export { toContract, toContractBrief } from './wire.ts'

export const routes = [...movingRoutes, ...approvalRoutes, ...readingRoutes]
