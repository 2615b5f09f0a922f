import { type Static, Type } from 'typebox'
import { Bilingual, closed, Id, Instant, iso, nullable } from '../../kernel/wire.ts'
import { itemTypes } from '../resources/index.ts'
import type { ComparedField } from './comparing.ts'
import { answers, audiences, formMachine, reportMachine } from './model.ts'
import type { FormFile, ListedForm, ListedReport, readRegistered } from './queries.ts'
import type { FieldRow, FormRow, ReportRow } from './schema.ts'

const one = (of: object) => Type.String({ enum: Object.keys(of) })
const Maybe = nullable(Type.String())
const Day = Type.String({ format: 'date' })
const Division = Type.String({ pattern: '^[0-9]{6}$' })

const FieldBody = closed({
  nameZh: Type.String({ minLength: 1, maxLength: 120, examples: ['公民身份号码'] }),
  codeName: Type.Optional(nullable(Type.String({ maxLength: 120 }))),
  type: Type.Optional(nullable(one(itemTypes))),
  standard: Type.Optional(nullable(Type.String({ maxLength: 200 }))),
})

const lines = Type.String({
  maxLength: 20_000,
  description: 'one field a line: name, then column and standard where they are known, separated by | or a comma',
  examples: ['姓名\n公民身份号码 | id_no | GB 11643'],
})

const said = {
  title: Type.String({ minLength: 2, maxLength: 120 }),
  purpose: Type.String({ minLength: 4, maxLength: 1000 }),
  legalBasis: Type.String({ minLength: 4, maxLength: 500 }),
  audience: one(audiences),
}

export const NewFormBody = closed({
  ...said,
  division: Type.Optional(Division),
  startsOn: Type.Optional(Day),
  endsOn: Type.Optional(nullable(Day)),
  fields: Type.Optional(Type.Array(FieldBody, { maxItems: 300 })),
  fieldLines: Type.Optional(lines),
  dataVersionId: Type.Optional(Id),
})
export type NewFormInput = Static<typeof NewFormBody>

export const FormBody = closed({
  title: Type.Optional(said.title),
  purpose: Type.Optional(said.purpose),
  legalBasis: Type.Optional(said.legalBasis),
  audience: Type.Optional(said.audience),
  division: Type.Optional(Division),
  startsOn: Type.Optional(Day),
  endsOn: Type.Optional(nullable(Day)),
  fields: Type.Optional(Type.Array(FieldBody, { maxItems: 300 })),
  fieldLines: Type.Optional(lines),
})
export type FormInput = Static<typeof FormBody>

export const AnswerBody = closed({
  answer: nullable(one(answers)),
  reason: Type.Optional(nullable(Type.String({ maxLength: 500 }))),
})

export const ReportBody = closed({
  formId: Type.Optional(Id),
  reportedId: Type.Optional(Id),
  fieldLines: Type.Optional(lines),
  description: Type.String({ minLength: 10, maxLength: 2000 }),
})
export type ReportInput = Static<typeof ReportBody>

export const SubstantiateBody = closed({
  reason: Type.String({ minLength: 4, maxLength: 1000 }),
  demand: Type.String({ minLength: 4, maxLength: 1000 }),
})

export const MatchShape = Type.Object({
  entryId: Id,
  entryCode: Type.String(),
  entryName: Type.String(),
  entryNameEn: Maybe,
  institution: Type.String(),
  division: Type.String(),
  sharingType: Type.String(),
  itemName: Type.String(),
  standard: Maybe,
  score: Type.Integer({ minimum: 0, maximum: 100 }),
  because: Bilingual,
  standing: Type.String({ enum: ['obtainable', 'own', 'notShared', 'elsewhere', 'alike'] }),
})

export const toMatches = (compared: ComparedField['compared']) =>
  compared.map(({ match: { item, score, because }, standing }) => ({
    entryId: item.entryId,
    entryCode: item.entryCode,
    entryName: item.entryName,
    entryNameEn: item.entryNameEn,
    institution: item.institution,
    division: item.division,
    sharingType: item.sharingType,
    itemName: item.itemName,
    standard: item.standard,
    score,
    because,
    standing,
  }))

const formProperties = {
  id: Id,
  number: Maybe,
  organizationId: Id,
  division: Type.String(),
  state: one(formMachine.states),
  title: Type.String(),
  purpose: Type.String(),
  legalBasis: Type.String(),
  audience: one(audiences),
  startsOn: Day,
  endsOn: nullable(Day),
  submittedAt: nullable(Instant),
  registeredAt: nullable(Instant),
  endedAt: nullable(Instant),
  overtakenAt: nullable(Instant),
  reason: Maybe,
}
export const FormShape = Type.Object(formProperties)

export const toForm = (form: FormRow) => ({
  id: form.id,
  number: form.number,
  organizationId: form.organizationId,
  division: form.division,
  state: form.state,
  title: form.title,
  purpose: form.purpose,
  legalBasis: form.legalBasis,
  audience: form.audience,
  startsOn: form.startsOn,
  endsOn: form.endsOn,
  submittedAt: iso(form.submittedAt),
  registeredAt: iso(form.registeredAt),
  endedAt: iso(form.endedAt),
  overtakenAt: iso(form.overtakenAt),
  reason: form.reason,
})

const fieldProperties = {
  id: Id,
  position: Type.Integer(),
  nameZh: Type.String(),
  codeName: Maybe,
  type: Maybe,
  standard: Maybe,
  answer: nullable(one(answers)),
  answerReason: Maybe,
  /** the catalog has it since the registration */
  isOvertaken: Type.Boolean(),
}

const toField = (row: FieldRow) => ({
  id: row.id,
  position: row.position,
  nameZh: row.nameZh,
  codeName: row.codeName,
  type: row.type,
  standard: row.standard,
  answer: row.answer,
  answerReason: row.answerReason,
  isOvertaken: row.laterHits.length > 0,
})

const institution = Type.Object({ id: Id, nameZh: Type.String(), nameEn: Maybe })
const toInstitution = ({ id, nameZh, nameEn }: { id: string; nameZh: string; nameEn: string | null }) => ({
  id,
  nameZh,
  nameEn,
})

export const ListedFormShape = Type.Object({
  ...formProperties,
  institution,
  asked: Type.Integer(),
  dropped: Type.Integer(),
  open: Type.Integer({ description: 'fields that the catalog has and nobody answered' }),
})
export const toListedForm = ({ form, institution: of, asked, dropped, open }: ListedForm) => ({
  ...toForm(form),
  institution: toInstitution(of),
  asked,
  dropped,
  open,
})

export const FormFileShape = Type.Object({
  ...formProperties,
  institution,
  fields: Type.Array(Type.Object({ ...fieldProperties, isSettled: Type.Boolean(), matches: Type.Array(MatchShape) })),
})
export const toFormFile = ({ form, institution: of, fields }: FormFile) => ({
  ...toForm(form),
  institution: toInstitution(of),
  fields: fields.map(({ row, compared, isSettled }) => ({ ...toField(row), isSettled, matches: toMatches(compared) })),
})

export const RegisteredShape = Type.Object({
  ...formProperties,
  institution,
  fields: Type.Array(Type.Object(fieldProperties)),
})
export const toRegistered = ({ form, institution: of, fields }: Awaited<ReturnType<typeof readRegistered>>) => ({
  ...toForm(form),
  institution: toInstitution(of),
  fields: fields.map(toField),
})

const reportProperties = {
  id: Id,
  number: Type.String(),
  state: one(reportMachine.states),
  formId: nullable(Id),
  description: Type.String(),
  fields: Type.Array(Type.String()),
  createdAt: Instant,
  dueAt: nullable(Instant),
  decidedAt: nullable(Instant),
  reason: Maybe,
  demand: Maybe,
  reported: institution,
  evidence: Type.Array(
    Type.Object({
      field: Type.String(),
      item: Type.String(),
      entryId: Id,
      entryCode: Type.String(),
      entryName: Type.String(),
      institution: Type.String(),
      sharingType: Type.String(),
      score: Type.Integer(),
      because: Bilingual,
    }),
  ),
}
export const ReportShape = Type.Object(reportProperties)

const reportFacts = (row: ReportRow) => ({
  id: row.id,
  number: row.number,
  state: row.state,
  formId: row.formId,
  description: row.description,
  fields: row.fields,
  createdAt: row.createdAt.toISOString(),
  dueAt: iso(row.dueAt),
  decidedAt: iso(row.decidedAt),
  reason: row.reason,
  demand: row.demand,
  evidence: [...row.evidence],
})
export const toReport = ({ report, reported }: ListedReport) => ({
  ...reportFacts(report),
  reported: toInstitution(reported),
})
