export { allElements, type Carrying, carryingOf, elementByCode } from './carrying.ts'
export { isParty, mayDecide } from './deciding.ts'
export {
  type DataElement,
  type ElementMatch,
  elementOf,
  type Named,
  normalizeName,
  normalizeStandard,
  standardElements,
} from './elements.ts'
export { timers } from './handlers.ts'
export { chainOf, isOpenState, jurisdictionOf, type SourceState, sourceMachine } from './model.ts'
export {
  carriersOf,
  countSources,
  disputesOf,
  holdersOf,
  type ItemSource,
  institutionDuties,
  itemSources,
  listSources,
  mayObject,
  readSource,
  type SourceFile,
  type SourceLine,
  sourceById,
  sourceFor,
  sourceLines,
} from './queries.ts'
export {
  disputedToDecide,
  type ElementStanding,
  elementStandings,
  type Standing,
  searchElements,
  sourcesWaiting,
  standings,
} from './register.ts'
export { routes } from './routes.ts'
export type { DisputeRow, SourceRow } from './schema.ts'
export { ElementQuery } from './wire.ts'
