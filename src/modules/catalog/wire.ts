import { Type } from 'typebox'
import type { FieldError } from '../../kernel/problem.ts'
import { Bilingual, closed, Fen, fenToWire, Id, Instant, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import { ColumnShape, publicColumns, publicSample, SampleShape, toColumn } from '../data/index.ts'
import { ReasonBody } from '../identity/index.ts'
import { reviewCodes } from './checklist.ts'
import type { Facts } from './facts.ts'
import { contentOf, listingMachine, personalInfoBases, planKinds, planPeriods } from './model.ts'
import type { ListedRow, ListingFile, PublicProduct } from './queries.ts'
import type { ListingRow, PlanRow, VersionRow } from './schema.ts'
import type { Draft } from './service.ts'

const words = (most: number, example?: string) =>
  nullable(Type.String({ maxLength: most, ...(example !== undefined && { examples: [example] }) }))
const code = (example: string) => words(40, example)
const list = (most: number, length: number) =>
  Type.Array(Type.String({ minLength: 1, maxLength: length }), { maxItems: most })
const day = Type.String({ format: 'date', examples: ['2027-12-31'] })
const states = Object.keys(listingMachine.states)

const NameZh = Type.String({ minLength: 1, maxLength: 120, examples: ['西雅图逐日天气数据（2012–2015）'] })

/** What a vendor fills in; null or a blank text takes an answer back. */
const content = {
  nameEn: words(200, 'Seattle daily weather 2012–2015'),
  type: code('dataset'),
  abstract: words(2000),
  industry: code('M'),
  theme: code('living-environment'),
  keywords: list(10, 40),
  dataVersionId: nullable(Id),
  rightsKind: code('use'),
  isExclusive: Type.Boolean(),
  mayResell: Type.Boolean(),
  termMonths: nullable(Type.Integer({ minimum: 1, maximum: 1200 })),
  area: words(200, '中华人民共和国境内'),
  sourceCategory: code('collected'),
  sourceStatement: words(2000),
  sourceEvidence: words(1000),
  grade: code('general'),
  importantDataApproval: words(500),
  containsPersonalInfo: nullable(Type.Boolean()),
  personalInfoBasis: nullable(Type.String({ enum: [...personalInfoBases] })),
  personalInfoNotice: words(2000),
  separateConsentEvidence: words(1000),
  isPublicData: Type.Boolean(),
  isCrossBorder: Type.Boolean(),
  updateFrequency: code('once'),
  deliveryMode: Type.String({ maxLength: 40, examples: ['download'] }),
  purposesAllowed: list(20, 200),
  purposesProhibited: list(20, 200),
  acceptanceStandard: words(1000),
  isSilenceAcceptance: nullable(Type.Boolean()),
  qualityNote: words(1000),
  complianceOpinion: nullable(
    closed({ issuer: Type.String({ minLength: 2, maxLength: 120 }), issuedOn: day, sha256: Sha256 }),
  ),
  registrationCertificateNo: words(60),
}
const optional = Object.fromEntries(
  Object.entries(content).map(([field, shape]) => [field, Type.Optional(shape)]),
) as unknown as { [K in keyof typeof content]: ReturnType<typeof Type.Optional<(typeof content)[K]>> }

export const CreateBody = closed({ nameZh: NameZh, ...optional })
export const UpdateBody = closed({ nameZh: Type.Optional(NameZh), ...optional })
export const ReviseQuery = closed({ dataVersionId: Type.Optional(Id) })
export const PriceBody = closed({
  code: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9-]{0,30}$', examples: ['standard'] })),
  kind: Type.Union(planKinds.map(kind => Type.Literal(kind))),
  amountFen: Type.Optional(Fen),
  period: Type.Optional(Type.Union(planPeriods.map(period => Type.Literal(period)))),
  noticeDays: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 60, description: 'of a subscription: not fewer than the rule pack says' }),
  ),
  trialDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 365 })),
  trialDownloads: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  nameZh: Type.Optional(Type.String({ maxLength: 60 })),
  nameEn: Type.Optional(Type.String({ maxLength: 80 })),
})
export const UnpriceBody = closed({ code: Type.String({ minLength: 1, maxLength: 31 }) })
export const SubmitBody = Type.Optional(closed({ endsOn: Type.Optional(day) }))
/** Points of the review that the reviewer confirms. */
const ReviewChecks = Type.Array(Type.String({ enum: reviewCodes }), { maxItems: 40 })
export const ReturnBody = closed({
  items: Type.Array(
    closed({
      pointer: Type.String({ pattern: '^/', maxLength: 200, examples: ['/sourceStatement'] }),
      message: Type.String({ minLength: 2, maxLength: 500, examples: ['未说明采集方式'] }),
      remedy: Type.String({ minLength: 2, maxLength: 500, examples: ['补充采集方式和授权文件编号'] }),
    }),
    { minItems: 1, maxItems: 50 },
  ),
  checks: Type.Optional(ReviewChecks),
})
export const RefuseBody = closed({ ...ReasonBody.properties, checks: Type.Optional(ReviewChecks) })
export const PassBody = closed({
  checks: ReviewChecks,
  opinion: Type.String({ minLength: 2, maxLength: 2000, examples: ['材料齐全，来源合法，同意挂牌'] }),
  isImportantDataConfirmed: Type.Optional(Type.Boolean()),
})
export const ListingQuery = { state: Type.Optional(Type.String({ enum: states })) }

export const PlanShape = Type.Object({
  id: Id,
  code: Type.String(),
  version: Type.Integer(),
  kind: Type.String({ enum: [...planKinds] }),
  amountFen: Fen,
  period: nullable(Type.String({ enum: planPeriods, description: 'of a subscription: what the amount pays for' })),
  noticeDays: nullable(Type.Integer()),
  trialDays: nullable(Type.Integer()),
  trialDownloads: nullable(Type.Integer()),
  nameZh: Type.String(),
  nameEn: nullable(Type.String()),
})
const FactsShape = Type.Object({
  dataVersionId: Id,
  fileName: Type.String(),
  sha256: Sha256,
  bytes: Type.Integer(),
  rows: Type.Integer(),
  format: Type.String(),
  encoding: nullable(Type.String()),
  columns: Type.Array(ColumnShape),
  sample: SampleShape,
  coverage: Type.Object({
    timeFrom: nullable(Type.String()),
    timeTo: nullable(Type.String()),
    divisions: Type.Array(Type.String()),
  }),
  completenessPpm: Type.Integer({ description: 'cells that hold a value, parts per million' }),
})
const ContentShape = Type.Object({ nameZh: Type.String(), ...content })

export const DraftShape = Type.Object({
  id: Id,
  number: Type.String(),
  versionNo: Type.Integer(),
  listing: Type.Object({ id: Id, number: Type.String(), state: Type.String({ enum: states }) }),
  content: ContentShape,
  plans: Type.Array(PlanShape),
})
const FindingShape = Type.Object({ pointer: Type.String(), message: Bilingual, remedy: Bilingual })
export const PrecheckShape = Type.Object({
  isReady: Type.Boolean(),
  errors: Type.Array(FindingShape),
  warnings: Type.Array(FindingShape),
})
const listing = {
  id: Id,
  number: Type.String(),
  state: Type.String({ enum: states }),
  product: Type.Object({
    id: Id,
    number: Type.String(),
    versionNo: Type.Integer(),
    nameZh: Type.String(),
    nameEn: nullable(Type.String()),
  }),
  vendorId: Id,
  division: Type.String(),
  grade: nullable(Type.String()),
  submittedAt: nullable(Instant),
  acceptedAt: nullable(Instant),
  reviewedAt: nullable(Instant),
  reviewOpinion: nullable(Type.String()),
  dueAt: nullable(Instant),
  isDueProvisional: Type.Boolean(),
  isOverdue: Type.Boolean(),
  remainingWorkingDays: nullable(Type.Integer()),
  supplement: Type.Array(Type.Object({ pointer: Type.String(), message: Type.String(), remedy: Type.String() })),
  reason: nullable(Type.String()),
  suspendedSide: nullable(Type.String()),
  endsOn: nullable(Type.String()),
  listedAt: nullable(Instant),
  endedAt: nullable(Instant),
  rulePack: Type.String(),
  createdAt: Instant,
}
export const ListingShape = Type.Object(listing)
export const ListingPage = pageOf(ListingShape)
export const ListingFileShape = Type.Object({
  ...listing,
  content: ContentShape,
  contentHash: nullable(Sha256),
  facts: nullable(FactsShape),
  plans: Type.Array(PlanShape),
  warnings: Type.Array(FindingShape),
})
const { dataVersionId: _, importantDataApproval: __, separateConsentEvidence: ___, ...publicContent } = content
export const ProductShape = Type.Object({
  id: Id,
  number: Type.String(),
  versionNo: Type.Integer(),
  division: Type.String(),
  isListed: Type.Boolean(),
  listing: Type.Object({
    id: Id,
    number: Type.String(),
    state: Type.String({ enum: states }),
    listedAt: nullable(Instant),
    endsOn: nullable(Type.String()),
    reviewedAt: nullable(Instant),
    contentHash: Sha256,
  }),
  content: Type.Object({ nameZh: Type.String(), ...publicContent, isSilenceAcceptance: Type.Boolean() }),
  data: Type.Omit(FactsShape, ['dataVersionId', 'fileName']),
  plans: Type.Array(PlanShape),
  vendor: Type.Object({
    id: Id,
    nameZh: Type.String(),
    nameEn: nullable(Type.String()),
    uscc: Type.String(),
    division: Type.String(),
    isVerified: Type.Boolean(),
    contactName: Type.String(),
    contactPhone: Type.String(),
    listedProducts: Type.Integer(),
  }),
})

const instant = (value: Date | null) => value?.toISOString() ?? null

export const toPlan = (row: PlanRow) => ({
  id: row.id,
  code: row.code,
  version: row.version,
  kind: row.kind,
  amountFen: fenToWire(row.amountFen),
  period: row.period,
  noticeDays: row.noticeDays,
  trialDays: row.trialDays,
  trialDownloads: row.trialDownloads,
  nameZh: row.nameZh,
  nameEn: row.nameEn,
})
const toFinding = ({ pointer, message, remedy }: FieldError) => ({ pointer, message, remedy: remedy ?? message })
export const toPrecheck = (report: { errors: readonly FieldError[]; warnings: readonly FieldError[] }) => ({
  isReady: report.errors.length === 0,
  errors: report.errors.map(toFinding),
  warnings: report.warnings.map(toFinding),
})
// a row's arrays are its own: nothing changes them after it was read
const toContent = (row: VersionRow) => contentOf(row) as Pick<VersionRow, keyof ReturnType<typeof contentOf>>
const toFacts = (facts: Facts) => ({
  ...facts,
  columns: facts.columns.map(toColumn),
  sample: facts.sample.map(row => [...row]),
  coverage: { ...facts.coverage, divisions: [...facts.coverage.divisions] },
})

/** The version in hand as its vendor sees it. */
export const toDraft = ({ product, version, listing: row, plans }: Draft) => ({
  id: product.id,
  number: product.number,
  versionNo: version.versionNo,
  listing: { id: row.id, number: row.number, state: row.state },
  content: toContent(version),
  plans: plans.map(toPlan),
})

/** A listing as vendor, operator and authority see it; `now` decides what is overdue. */
export const toListing = ({ listing: row, product, version }: ListedRow, now: Date) => ({
  id: row.id,
  number: row.number,
  state: row.state,
  product: {
    id: product.id,
    number: product.number,
    versionNo: version.versionNo,
    nameZh: version.nameZh,
    nameEn: version.nameEn,
  },
  vendorId: row.vendorId,
  division: row.division,
  grade: row.grade,
  submittedAt: instant(row.submittedAt),
  acceptedAt: instant(row.acceptedAt),
  reviewedAt: instant(row.reviewedAt),
  reviewOpinion: row.reviewOpinion,
  dueAt: instant(row.dueAt),
  isDueProvisional: row.isDueProvisional,
  isOverdue: row.dueAt !== null && row.dueAt < now,
  remainingWorkingDays: row.remainingWorkingDays,
  supplement: [...row.supplement],
  reason: row.reason,
  suspendedSide: row.suspendedSide,
  endsOn: row.endsOn,
  listedAt: instant(row.listedAt),
  endedAt: instant(row.endedAt),
  rulePack: row.rulePack,
  createdAt: row.createdAt.toISOString(),
})

/** A listing with all that a reviewer looks at. */
export const toListingFile = (file: ListingFile, now: Date) => ({
  ...toListing(file, now),
  content: toContent(file.version),
  contentHash: file.version.contentHash,
  facts: file.version.facts && toFacts(file.version.facts),
  plans: file.plans.map(toPlan),
  warnings: file.warnings.map(toFinding),
})

const toPublicListing = (row: ListingRow, version: VersionRow) => ({
  id: row.id,
  number: row.number,
  state: row.state,
  listedAt: instant(row.listedAt),
  endsOn: row.endsOn,
  reviewedAt: instant(row.reviewedAt),
  contentHash: version.contentHash!,
})

/** A product for anyone: values of sensitive columns are left out. */
export const toProduct = (
  { product, listing: row, version, plans, vendor, vendorListed }: PublicProduct,
  isSilenceAcceptance: boolean,
) => {
  const facts = version.facts!
  const data = { ...facts, columns: publicColumns(facts.columns), sample: publicSample(facts.sample, facts.columns) }
  return {
    id: product.id,
    number: product.number,
    versionNo: version.versionNo,
    division: product.division,
    isListed: row.state === 'listed',
    listing: toPublicListing(row, version),
    content: { ...toContent(version), isSilenceAcceptance },
    data: toFacts(data),
    plans: plans.map(toPlan),
    vendor: {
      id: vendor.id,
      nameZh: vendor.nameZh,
      nameEn: vendor.nameEn,
      uscc: vendor.uscc,
      division: vendor.division,
      isVerified: vendor.state === 'verified',
      contactName: vendor.contactName,
      contactPhone: vendor.contactPhone,
      listedProducts: vendorListed,
    },
  }
}
