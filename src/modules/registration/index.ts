import { documentRoutes } from './documentroutes.ts'
import { filingRoutes } from './filingroutes.ts'
import { registrationRoutes } from './routes.ts'
import { supervisionRoutes } from './supervisionroutes.ts'

export { verifyAddress } from './documents.ts'
export { explainFindings, type Finding } from './evidence.ts'
export type { Filing } from './filing.ts'
export { countFindings, type FindingCode, findingCodes, findingRules } from './findings.ts'
export { handlers, timers } from './handlers.ts'
export { historyOf, type PartyHistory } from './history.ts'
export { type RegisteredTrades, registeredTrades } from './market.ts'
export {
  type FilingState,
  filingMachine,
  maskName,
  type RegistrationState,
  registrationMachine,
  type TradeFacts,
} from './model.ts'
export {
  correctionsFallingDue,
  filingOf,
  listFilings,
  listPublicities,
  listRegistrations,
  readFiling,
  readRegistration,
  registrationOf,
} from './queries.ts'
export {
  type Clock,
  clockOf,
  countQueue,
  listQueue,
  type Queued,
  type QueueQuery,
  queueWhere,
  standingOf,
} from './queue.ts'
export type { Registration } from './service.ts'
export {
  type Line,
  type PublicStatistics,
  readPublicStatistics,
  readStatistics,
  type Statistics,
} from './statistics.ts'
export { type BulkCheck, listFilingNotes, readBulkCheck } from './supervision.ts'
export { attestedTrade } from './verifying.ts'
export { toFiling, toFilingDetail, toPublicity, toRegistration, toRegistrationDetail } from './wire.ts'
export { countRegistrations, registrationsWaiting } from './workload.ts'

export const routes = [...registrationRoutes, ...filingRoutes, ...supervisionRoutes, ...documentRoutes]
