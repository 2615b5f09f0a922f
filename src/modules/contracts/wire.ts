import { Type } from 'typebox'
import type { Template } from '../../kernel/documents/template.ts'
import { PageQuery } from '../../kernel/page.ts'
import { Bilingual, closed, Fen, fenToWire, Id, Instant, iso, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import { Password } from '../identity/index.ts'
import type { ApprovalView, SigningPolicy } from './approval.ts'
import { contractMachine, turnOf } from './model.ts'
import type { ContractFacts } from './queries.ts'
import type { contractSignature, proposal } from './schema.ts'

const Days = Type.Integer({ minimum: 1, maximum: 365, description: 'working days' })
const State = Type.String({ enum: Object.keys(contractMachine.states) })
const Side = Type.Union([Type.Literal('vendor'), Type.Literal('buyer')])
const AnyObject = Type.Object({}, { additionalProperties: true })

export const CreateContractBody = closed({
  productId: Id,
  planId: Type.Optional(Id),
  purpose: Type.String({
    minLength: 1,
    maxLength: 500,
    description: 'one of the purposes that the product allows',
    examples: ['农业生产分析'],
  }),
  scenario: Type.String({
    minLength: 4,
    maxLength: 2000,
    examples: ['结合气象数据为冬小麦春管提供灌溉建议，成果仅供本公司农技人员使用'],
  }),
})
export const CounterContractBody = Type.Object(
  {
    scenario: Type.Optional(Type.String({ minLength: 4, maxLength: 2000 })),
    prohibitedUses: Type.Optional(
      Type.Array(Type.String({ minLength: 2, maxLength: 500 }), { maxItems: 50, uniqueItems: true }),
    ),
    amountFen: Type.Optional(Type.Integer({ minimum: 1, maximum: 999_999_999_999_999, description: 'fen (分)' })),
    paymentWorkingDays: Type.Optional(Days),
    deliveryWorkingDays: Type.Optional(Days),
    acceptanceWorkingDays: Type.Optional(Days),
    dispute: Type.Optional(
      closed({
        method: Type.Union([Type.Literal('court'), Type.Literal('arbitration')]),
        place: Type.String({ minLength: 2, maxLength: 200, examples: ['太原仲裁委员会'] }),
      }),
    ),
    note: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  { additionalProperties: false, minProperties: 1 },
)
export const SignContractBody = closed({ password: Password })
export const ApproveContractBody = closed({ note: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })) })
export const SigningPolicyBody = closed({
  isApprovalNeeded: Type.Boolean(),
  thresholdFen: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 1,
        maximum: 999_999_999_999_999,
        description: 'fen (分); only contracts of this amount or more; null for all',
      }),
    ),
  ),
})
export const SigningPolicyShape = Type.Object({
  isApprovalNeeded: Type.Boolean(),
  thresholdFen: nullable(Fen),
  changedAt: nullable(Instant),
})
export const ApprovalShape = Type.Object({
  isNeeded: Type.Boolean(),
  thresholdFen: nullable(Fen),
  approvals: Type.Array(
    Type.Object({ approvedAt: Instant, name: nullable(Type.String()), note: nullable(Type.String()) }),
  ),
})
export const PreviewQuery = closed({
  productId: Id,
  planId: Type.Optional(Id),
  purpose: Type.Optional(CreateContractBody.properties.purpose),
  scenario: Type.Optional(CreateContractBody.properties.scenario),
})
export const PreviewShape = Type.Object({
  template: Type.Object({ code: Type.String(), version: Type.String(), hash: Sha256 }),
  terms: AnyObject,
  texts: Bilingual,
})
export const ContractListQuery = closed({
  ...PageQuery,
  state: Type.Optional(State),
  side: Type.Optional(Side),
  productId: Type.Optional(Id),
})
export const TextQuery = closed({ language: Type.Optional(Type.Union([Type.Literal('zh-CN'), Type.Literal('en')])) })
export const PdfQuery = closed({
  isInline: Type.Optional(Type.Boolean({ description: 'to be shown in a page instead of saved' })),
})
export const ModelContractParams = closed({
  code: Type.String({ pattern: '^[a-z0-9-]{1,60}$' }),
  version: Type.String({ pattern: '^[a-z0-9.-]{1,30}$' }),
})

const PartyShape = Type.Object({ id: Id, name: Type.String(), uscc: Type.String() })
const Brief = {
  id: Id,
  number: Type.String(),
  state: State,
  stateText: Bilingual,
  isDisputed: Type.Boolean(),
  division: Type.String(),
  vendor: PartyShape,
  buyer: PartyShape,
  product: Type.Object({ id: Id, number: Type.String(), name: Type.String(), version: Type.Integer() }),
  planKind: Type.String(),
  amountFen: Fen,
  turn: nullable(Side),
  lapsesAt: nullable(Instant),
  effectiveAt: nullable(Instant),
  endsOn: nullable(Type.String()),
  createdAt: Instant,
}
export const ContractBriefShape = Type.Object(Brief)
export const ContractPage = pageOf(ContractBriefShape)
export const ContractShape = Type.Object({
  ...Brief,
  version: Type.Integer(),
  listingId: Id,
  dataVersionId: Id,
  plan: Type.Object({ id: Id, version: Type.Integer(), kind: Type.String() }),
  template: Type.Object({ code: Type.String(), version: Type.String(), hash: Sha256 }),
  terms: AnyObject,
  deviations: Type.Array(Type.Object({ pointer: Type.String(), model: Type.String(), agreed: Type.String() })),
  textHash: nullable(Sha256),
  pdfSha256: nullable(Sha256),
  signedBy: Type.Array(Type.Object({ side: Side, signedAt: Instant, fingerprint: Sha256 })),
  agreedAt: nullable(Instant),
  sealedAt: nullable(Instant),
  endedAt: nullable(Instant),
  reason: nullable(Type.String()),
  rulePack: Type.String(),
})
export const SignatureListShape = Type.Object({
  contract: Type.String(),
  textHash: nullable(Sha256),
  algorithm: Type.Literal('Ed25519'),
  signatures: Type.Array(
    Type.Object({
      side: Side,
      organizationId: Id,
      statement: Type.String({ description: 'the very bytes that were signed, UTF-8' }),
      signature: Type.String({ description: 'base64' }),
      publicKey: Type.String({ description: 'SPKI, PEM' }),
      fingerprint: Sha256,
      signedAt: Instant,
    }),
  ),
})
export const ProposalShape = Type.Object({
  round: Type.Integer(),
  side: Side,
  terms: AnyObject,
  deviations: ContractShape.properties.deviations,
  note: nullable(Type.String()),
  proposedAt: Instant,
})
export const SealCertificateShape = Type.Object({
  organization: Type.String(),
  pem: Type.String({ description: 'X.509, PEM' }),
  fingerprint: Sha256,
})
const ModelContractBrief = {
  code: Type.String(),
  version: Type.String(),
  title: Bilingual,
  label: Bilingual,
  bindingLanguage: Type.String(),
  hash: Sha256,
}
export const ModelContractList = Type.Object({ items: Type.Array(Type.Object(ModelContractBrief)) })
export const ModelContractShape = Type.Object({
  ...ModelContractBrief,
  texts: Bilingual,
  termsSchema: AnyObject,
})

/** A contract as lists show it. */
export function toContractBrief(facts: ContractFacts) {
  const [vendor, buyer] = facts.terms.parties
  return {
    id: facts.id,
    number: facts.number,
    state: facts.state,
    stateText: contractMachine.states[facts.state],
    isDisputed: facts.isDisputed,
    division: facts.division,
    vendor: { id: facts.vendorId, name: vendor.name, uscc: vendor.uscc },
    buyer: { id: facts.buyerId, name: buyer.name, uscc: buyer.uscc },
    product: {
      id: facts.productId,
      number: facts.productNumber,
      name: facts.productName,
      version: facts.productVersion,
    },
    planKind: facts.plan.kind,
    amountFen: fenToWire(facts.amountFen),
    turn: turnOf(facts.state),
    lapsesAt: iso(facts.lapsesAt),
    effectiveAt: iso(facts.effectiveAt),
    endsOn: facts.endsOn,
    createdAt: facts.createdAt.toISOString(),
  }
}

/** A contract with its terms, for those who may know of it. */
export const toContract = (facts: ContractFacts) => ({
  ...toContractBrief(facts),
  version: facts.version,
  listingId: facts.listingId,
  dataVersionId: facts.dataVersionId,
  plan: { ...facts.plan },
  template: { code: facts.templateCode, version: facts.templateVersion, hash: facts.templateHash },
  terms: facts.terms,
  deviations: [...facts.deviations],
  textHash: facts.textHash,
  pdfSha256: facts.pdfSha256,
  signedBy: facts.signatures.map(s => ({
    side: s.side as 'vendor' | 'buyer',
    signedAt: s.signedAt.toISOString(),
    fingerprint: s.fingerprint,
  })),
  agreedAt: iso(facts.agreedAt),
  sealedAt: iso(facts.sealedAt),
  endedAt: iso(facts.endedAt),
  reason: facts.reason,
  rulePack: facts.rulePack,
})

/** A signature with all that a stranger needs to check it; the signer stands in it under a pseudonym only. */
export const toSignature = (row: typeof contractSignature.$inferSelect) => ({
  side: row.side as 'vendor' | 'buyer',
  organizationId: row.organizationId,
  statement: row.statement,
  signature: row.signature,
  publicKey: row.publicKey,
  fingerprint: row.fingerprint,
  signedAt: row.signedAt.toISOString(),
})

/** One round of a negotiation. */
export const toProposal = (row: typeof proposal.$inferSelect) => ({
  round: row.round,
  side: row.side as 'vendor' | 'buyer',
  terms: JSON.parse(row.termsText) as Record<string, unknown>,
  deviations: row.deviations,
  note: row.note,
  proposedAt: row.proposedAt.toISOString(),
})

const threshold = (amount: bigint | null) => (amount === null ? null : fenToWire(amount))

/** What an organisation wants before it signs. */
export const toSigningPolicy = (policy: SigningPolicy) => ({
  isApprovalNeeded: policy.isApprovalNeeded,
  thresholdFen: threshold(policy.thresholdFen),
  changedAt: iso(policy.changedAt),
})

/** How far the own organisation's approval is. */
export const toApproval = (view: ApprovalView) => ({
  isNeeded: view.isNeeded,
  thresholdFen: threshold(view.thresholdFen),
  approvals: view.approvals.map(({ approvedAt, name, note }) => ({ approvedAt: approvedAt.toISOString(), name, note })),
})

/** A model contract without its text. */
export const toModelContractBrief = ({ meta, hash }: Template) => ({
  code: meta.code,
  version: meta.version,
  title: meta.title,
  label: meta.label,
  bindingLanguage: meta.bindingLanguage,
  hash,
})
