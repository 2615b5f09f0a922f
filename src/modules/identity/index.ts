import { linkRoutes } from './linkroutes.ts'
import { organizationRoutes } from './organizationroutes.ts'
import { peopleRoutes } from './peopleroutes.ts'
import { personRoutes } from './routes.ts'
import { twoStepRoutes } from './twosteproutes.ts'

export { endSession, reauthenticate, registerPerson, setLanguage } from './account.ts'
export { useAuthentication } from './authenticator.ts'
export { checkOrganization, type OrganizationCheck } from './checks.ts'
export { isTwoStep } from './code.ts'
export {
  completeWebSignIn,
  openWebSession,
  organizationCookie,
  sessionCookie,
  sessionCookieOptions,
  signInForWeb,
  type WebSignIn,
} from './cookie.ts'
export {
  type InstitutionKind,
  institutionKinds,
  kindsToConfirm,
  kindWords,
  mayPublishVoluntarily,
} from './kinds.ts'
export {
  addressOf,
  confirmationHours,
  formerEmail,
  isLinkOpen,
  issueEmailLink,
  issuePasswordLink,
  resetMinutes,
} from './links.ts'
export {
  type Duty,
  duties,
  dutyWords,
  type OrganizationState,
  organizationMachine,
  passwordWrong,
  requestableRoles,
  requiresTwoStep,
  roleWords,
  samePerson,
} from './model.ts'
export { listPeople, type PersonRow, type Post, postsOf, readPerson } from './people.ts'
export {
  addresseesOf,
  authorityOf,
  languageOfPerson,
  listMembers,
  listOrganizations,
  listSessions,
  type Member,
  membersOf,
  type Organization,
  operatorOrganization,
  organizationOf,
  organizationsOf,
  peopleByEmail,
  personNames,
  requireOrganization,
  seatOf,
  verifiedOrganizationIds,
  verifiedSince,
  whoAmI,
} from './queries.ts'
export { fingerprintOf, foundExchange, signAs } from './service.ts'
export { type TwoStepReset, twoStepResetsOf } from './stepreset.ts'
export { listApiTokens } from './token.ts'
export { pendingTwoStep, twoStepStanding } from './twostep.ts'
export { Password, ReasonBody } from './wire.ts'
export { countOrganizations, organizationsNamed, organizationsWaiting } from './workload.ts'

export const routes = [...personRoutes, ...twoStepRoutes, ...linkRoutes, ...organizationRoutes, ...peopleRoutes]
