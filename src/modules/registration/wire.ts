import { Type } from 'typebox'
import { PageQuery } from '../../kernel/page.ts'
import { Bilingual, closed, Id, Instant, iso, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import type { Filing } from './filing.ts'
import { filingMachine, maskName, registrationMachine } from './model.ts'
import type { readFiling, readRegistration } from './queries.ts'
import type { Registration } from './service.ts'

const Reason = Type.String({ minLength: 4, maxLength: 2000, examples: ['使用场景描述过于笼统，请补充具体应用'] })
const PartyShape = Type.Object({ name: Type.String(), uscc: Type.String(), division: Type.String() })

const FactsShape = Type.Object({
  channel: Type.String(),
  contractNumber: Type.String(),
  contractTextHash: Type.String(),
  contractPdfSha256: Type.String(),
  template: Type.Object({ code: Type.String(), version: Type.String(), hash: Type.String() }),
  deviations: Type.Integer(),
  vendor: PartyShape,
  buyer: PartyShape,
  productNumber: Type.String(),
  productName: Type.String(),
  productVersion: Type.Integer(),
  contentHash: Type.String(),
  purpose: Type.String(),
  scenario: Type.String(),
  grade: Type.String(),
  containsPersonalInfo: Type.Boolean(),
  personalInfoBasis: nullable(Type.String()),
  isPublicData: Type.Boolean(),
  sourceCategory: Type.String(),
  sourceStatement: Type.String(),
  priceKind: Type.String(),
  amountFen: Type.String({ description: 'fen (分), decimal' }),
  signedOn: Type.String(),
  effectiveAt: Type.String(),
  endsOn: nullable(Type.String()),
  remarks: nullable(Type.String()),
})

const common = {
  id: Id,
  number: nullable(Type.String()),
  contractId: Id,
  division: Type.String(),
  version: Type.Integer(),
  contractNumber: Type.String(),
  productName: Type.String(),
  vendorName: Type.String(),
  buyerName: Type.String(),
  amountFen: Type.String(),
  dueAt: nullable(Instant),
  isOverdue: Type.Boolean(),
  isProvisional: Type.Boolean(),
  reason: nullable(Type.String()),
  rulePack: Type.String(),
  factsHash: Sha256,
  createdAt: Instant,
}

export const RegistrationShape = Type.Object({
  ...common,
  state: Type.String({ enum: Object.keys(registrationMachine.states) }),
  registeredAt: nullable(Instant),
  validUntil: nullable(Instant),
  publicityEndsAt: nullable(Instant),
  certificateSha256: nullable(Type.String()),
})
export const FilingShape = Type.Object({
  ...common,
  state: Type.String({ enum: Object.keys(filingMachine.states) }),
  filedAt: nullable(Instant),
  checkedAt: nullable(Instant),
  receiptSha256: nullable(Type.String()),
})
export const RegistrationPage = pageOf(RegistrationShape)
export const FilingPage = pageOf(FilingShape)
export const RegistrationDetail = Type.Object({
  ...RegistrationShape.properties,
  facts: FactsShape,
  objections: Type.Array(
    Type.Object({
      grounds: Type.String(),
      isUpheld: nullable(Type.Boolean()),
      answer: nullable(Type.String()),
      raisedAt: Instant,
      decidedAt: nullable(Instant),
    }),
  ),
})
export const FilingDetail = Type.Object({
  ...FilingShape.properties,
  facts: FactsShape,
  materials: Type.Array(Type.Object({ name: Bilingual, sha256: Type.String() })),
  versions: Type.Array(
    Type.Object({
      version: Type.Integer(),
      factsHash: Sha256,
      explanation: nullable(Type.String()),
      reportedOn: Type.String(),
    }),
  ),
})
export const PublicityShape = Type.Object({
  registrationId: Id,
  productName: Type.String(),
  productNumber: Type.String(),
  sourceStatement: Type.String(),
  grade: Type.String(),
  vendor: Type.String(),
  buyer: Type.String(),
  endsAt: Instant,
})
export const PublicityPage = pageOf(PublicityShape)
export const ListQueryShape = closed({
  ...PageQuery,
  state: Type.Optional(Type.String({ maxLength: 30 })),
  division: Type.Optional(Type.String({ pattern: '^[0-9]{6}$' })),
  isOverdue: Type.Optional(Type.Boolean()),
})
export const ReasonBody = closed({ reason: Reason })
export const RemarksBody = closed({ remarks: Reason })
export const GroundsBody = closed({ grounds: Reason })
export const DecideBody = closed({ isUpheld: Type.Boolean(), answer: Reason })
export const PassBody = closed({ note: Type.Optional(Type.String({ maxLength: 2000 })) })
export const CorrectionOrderBody = closed({
  reason: Reason,
  workingDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 60 })),
})
const statements = {
  scenario: Type.Optional(Type.String({ minLength: 4, maxLength: 2000 })),
  personalInfoBasis: Type.Optional(Type.String({ minLength: 4, maxLength: 2000 })),
  remarks: Type.Optional(Type.String({ maxLength: 2000 })),
}
export const SubmitFilingBody = closed(statements)
export const CorrectionBody = closed({ explanation: Reason, ...statements })
const toCommon = (row: Registration | Filing, now: Date) => ({
  id: row.id,
  number: row.number,
  contractId: row.contractId,
  division: row.division,
  state: row.state,
  version: row.version,
  contractNumber: row.facts.contractNumber,
  productName: row.facts.productName,
  vendorName: row.facts.vendor.name,
  buyerName: row.facts.buyer.name,
  amountFen: row.facts.amountFen,
  dueAt: iso(row.dueAt),
  isOverdue: row.dueAt !== null && row.dueAt < now,
  isProvisional: row.isProvisional,
  reason: row.reason,
  rulePack: row.rulePack,
  factsHash: row.factsHash,
  createdAt: row.createdAt.toISOString(),
})

/** What one who objects learns: whom the parties are and at what price they trade is not theirs to see. */
export const ObjectionShape = Type.Object({
  id: Id,
  state: RegistrationShape.properties.state,
  dueAt: nullable(Instant),
})
export const toObjection = ({ id, state, dueAt }: Registration) => ({ id, state, dueAt: iso(dueAt) })

/** A registration in a list; `now` decides what is overdue. */
export const toRegistration = (row: Registration, now: Date) => ({
  ...toCommon(row, now),
  registeredAt: iso(row.registeredAt),
  validUntil: iso(row.validUntil),
  publicityEndsAt: iso(row.publicityEndsAt),
  certificateSha256: row.certificateSha256,
})

/** A filing in a list; `now` decides what is overdue. */
export const toFiling = (row: Filing, now: Date) => ({
  ...toCommon(row, now),
  filedAt: iso(row.filedAt),
  checkedAt: iso(row.checkedAt),
  receiptSha256: row.receiptSha256,
})

/** A registration with its facts and objections. */
export const toRegistrationDetail = ({ row, objections }: Awaited<ReturnType<typeof readRegistration>>, now: Date) => ({
  ...toRegistration(row, now),
  facts: row.facts,
  objections: objections.map(o => ({
    grounds: o.grounds,
    isUpheld: o.isUpheld,
    answer: o.answer,
    raisedAt: o.raisedAt.toISOString(),
    decidedAt: iso(o.decidedAt),
  })),
})

/** A filing with its facts, papers and versions. */
export const toFilingDetail = ({ row, versions }: Awaited<ReturnType<typeof readFiling>>, now: Date) => ({
  ...toFiling(row, now),
  facts: row.facts,
  materials: row.materials,
  versions,
})

/** The public answer about a number. */
/** A registration in publicity as everyone sees it: what is traded and where it comes from, parties masked, no price. */
export const toPublicity = ({ id, facts, publicityEndsAt }: Registration) => ({
  registrationId: id,
  productName: facts.productName,
  productNumber: facts.productNumber,
  sourceStatement: facts.sourceStatement,
  grade: facts.grade,
  vendor: maskName(facts.vendor.name),
  buyer: maskName(facts.buyer.name),
  endsAt: publicityEndsAt!.toISOString(),
})
