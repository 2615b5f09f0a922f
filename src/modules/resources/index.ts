export { type Attached, attachedTo } from './attaching.ts'
export { whatIsMissing } from './completeness.ts'
export { countLines, listImportLines, listImports, readImport } from './importing.ts'
export {
  type ImportState,
  importMachine,
  maxEntryRows,
  maxItemRows,
  maxWorkbookBytes,
  type Outcome,
  outcomes,
} from './imports.ts'
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
export { type OpenedData, openedDataOf, readOpenedData } from './opening.ts'
export { listTries, pullCounts, pullOf, tryLabel } from './pulling.ts'
export {
  type Attaching,
  attachingWords,
  auths,
  type PullState,
  pullFormats,
  pullMachine,
  rhythms,
  scheduleOf,
  type TryState,
  tryWords,
} from './pullingmodel.ts'
export { handlers, tasks, timers } from './pullingwork.ts'
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
  labelOfEntry,
  lateEntries,
  listVersions,
  type PublicEntry,
  readEntry,
  readVersion,
  searchEntries,
  versionsOfEntry,
} from './queries.ts'
export { changeText } from './result.ts'
export { routes } from './routes.ts'
export type { EntryRow, EntryVersionRow, ImportLineRow, ImportRow, PullRow, PullTryRow } from './schema.ts'
export type { Versioned } from './service.ts'
export { type Draft, listDrafts, maxSubmitted } from './submitting.ts'
export { EntryQuery } from './wire.ts'
export { countResources, resourcesWaiting } from './workload.ts'
