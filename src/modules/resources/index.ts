export { type Attached, attachedTo } from './attaching.ts'
export { whatIsMissing } from './completeness.ts'
export { holdPublishedItem, type PublishedItem, publishedItems } from './items.ts'
export {
  classes,
  type EntryState,
  entryMachine,
  formats,
  type Item,
  isLate,
  itemTypes,
  openingTypes,
  openStates,
  placements,
  sensitivities,
  sharingTypes,
} from './model.ts'
export {
  type EntryCounts,
  type EntryFacet,
  type EntryHit,
  type EntrySearch,
  entriesOfData,
  entriesWithClosedData,
  entriesWithoutData,
  entryFacets,
  entryLabel,
  type ListedVersion,
  lateEntries,
  listVersions,
  type PublicEntry,
  readEntry,
  readVersion,
  searchEntries,
  versionsOfEntry,
} from './queries.ts'
export { routes } from './routes.ts'
export type { EntryRow, EntryVersionRow } from './schema.ts'
export type { Versioned } from './service.ts'
export { EntryQuery } from './wire.ts'
export { countResources, resourcesWaiting } from './workload.ts'
