export { type Compared, type ComparedField, matchFields } from './comparing.ts'
export { writeFields } from './fields.ts'
export { handlers } from './handlers.ts'
export type { Standing } from './matching.ts'
export { answers, audiences, type FormState, formMachine, type ReportState, reportMachine } from './model.ts'
export {
  collectionsWaiting,
  countForms,
  countReports,
  type Demand,
  demandsOn,
  type FormFile,
  firstReportDue,
  formOf,
  type ListedForm,
  type ListedReport,
  listForms,
  listRegistered,
  listReports,
  ownReports,
  readForm,
  readRegistered,
  readReport,
  reportableInstitutions,
  reportOf,
} from './queries.ts'
export { routes } from './routes.ts'
export type { FormRow, ReportRow } from './schema.ts'
