import { organizationRoutes } from './organizationroutes.ts'
import { personRoutes } from './routes.ts'
import { twoStepRoutes } from './twosteproutes.ts'

export { endSession, reauthenticate, registerPerson } from './account.ts'
export { useAuthentication } from './authenticator.ts'
export {
  completeWebSignIn,
  openWebSession,
  organizationCookie,
  sessionCookie,
  sessionCookieOptions,
  signInForWeb,
  type WebSignIn,
} from './cookie.ts'
export { organizationMachine, passwordWrong, samePerson } from './model.ts'
export {
  authorityOf,
  type Organization,
  operatorOrganization,
  organizationOf,
  organizationsOf,
  personNames,
  requireOrganization,
  seatOf,
} from './queries.ts'
export { fingerprintOf, foundExchange, signAs } from './service.ts'
export { pendingTwoStep, twoStepStanding } from './twostep.ts'
export { Password, ReasonBody } from './wire.ts'

export const routes = [...personRoutes, ...twoStepRoutes, ...organizationRoutes]
