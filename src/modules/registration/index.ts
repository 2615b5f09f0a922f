import { documentRoutes } from './documentroutes.ts'
import { filingRoutes } from './filingroutes.ts'
import { registrationRoutes } from './routes.ts'

export { verifyAddress } from './documents.ts'
export type { Filing } from './filing.ts'
export { handlers, timers } from './handlers.ts'
export { filingMachine, registrationMachine, type TradeFacts } from './model.ts'
export { filingOf, listFilings, readFiling, readRegistration, registrationOf, verifyNumber } from './queries.ts'
export type { Registration } from './service.ts'
export { toFiling, toFilingDetail, toRegistration, toRegistrationDetail, toVerification } from './wire.ts'

export const routes = [...registrationRoutes, ...filingRoutes, ...documentRoutes]
