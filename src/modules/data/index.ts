import { tasks as copyTasks } from './copies.ts'
import { fileVital } from './scrubbing.ts'
import { tendingTasks } from './tending.ts'

export { type Difference, diffVersions } from './difference.ts'
export { warmReaders } from './engine/lanes.ts'
export { exportFormats, type Operator, operators } from './engine/plan.ts'
export { queryTooHeavy } from './engine/pool.ts'
export { type Exported, type ExportQuery, exportVersion } from './export.ts'
export { filterText, operatorWords, parseFilter, type RowsQuery } from './filter.ts'
export { timers } from './handlers.ts'
export {
  countHeld,
  type HeldKind,
  heldKinds,
  heldVersions,
  heldWaiting,
  type ScannerHealth,
  scannerHealth,
} from './holding.ts'
export { type HeldVersion, inspectionOf, inspectionsOf, verdictWords } from './inspection.ts'
export { canGeneralise } from './mask.ts'
export {
  type Column,
  maskMethods,
  publicColumns,
  publicSample,
  tidyFileName,
  uploadMachine,
  versionMachine,
} from './model.ts'
export { type Quality, qualityOf } from './quality.ts'
export {
  countDataVersions,
  type DataVersion,
  dataVersionOf,
  holdDataVersion,
  listDataVersions,
  ownDataVersion,
} from './queries.ts'
export { ownQuota, type QuotaState, quotaOfOrganization, roomIn } from './quota.ts'
export { routes } from './routes.ts'
export {
  type OpenedVersion,
  openOwnVersion,
  openVersionRows,
  type PageQuery,
  previewVersion,
  type RowsPage,
  readPage,
} from './rows.ts'
export { ExportQueryShape, filterPart, RowsQueryShape, RowsShape } from './rowwire.ts'
export { type SensitiveColumn, type SensitiveKind, scanOf, sensitiveKinds } from './scanning.ts'
export type { InspectionRow } from './schema.ts'
export { type FileTrouble, fileTrouble } from './scrubbing.ts'
export { discardVersion, openVersion, restoreVersion } from './service.ts'
export { type NoteSuggestion, suggestNotes } from './suggestion.ts'
export { profileNowOrSoon } from './upload.ts'
export { ColumnShape, DataVersionShape, SampleShape, TimeRangeShape, toColumn, toDataVersionWire } from './wire.ts'

export const tasks = [...copyTasks, ...tendingTasks]

export const vitals = [fileVital]
