export { type LogHealth, logHealth } from './health.ts'
export { type Latest, latestOf } from './latest.ts'
export {
  auditEntryOf,
  type Entry,
  entriesOf,
  integratedEntries,
  integratedEntry,
  isIntegrated,
  notIntegrated,
  type OpenedEntry,
  openedEntry,
  type Place,
  proofOf,
  publishedSize,
  vkeyOf,
} from './queries.ts'
export { routes } from './routes.ts'
export { tasks, vitals } from './tasks.ts'
export { type Finding, type Report, repairFiles, verifyLog } from './verification.ts'
