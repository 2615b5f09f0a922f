export { timers } from './handlers.ts'
export {
  type AssessmentState,
  assessmentMachine,
  declaredDemand,
  grades,
  higherGrade,
  lawfulBases,
  notReleased,
  queueStates,
  severities,
  severityWords,
} from './model.ts'
export { kindWords, type Point } from './points.ts'
export {
  assessmentsWaiting,
  gradeOf,
  isGradeOutdated,
  isRenewable,
  latestAssessment,
  listAssessments,
  listLowerings,
  type QueuedAssessment,
  type RiskFile,
  readAssessmentFile,
  readRiskFile,
  riskFileOf,
} from './queries.ts'
export {
  isReleased,
  type Release,
  type ReleaseState,
  type ReleaseUse,
  releaseOf,
  releaseWords,
  requireReleased,
} from './release.ts'
export { passWithListing } from './review.ts'
export { routes } from './routes.ts'
export type { AssessmentRow, FindingRow, GradeRow } from './schema.ts'
export { countGateWork, type GateItem, type GateTask, gateTasks, listGateWork } from './work.ts'
