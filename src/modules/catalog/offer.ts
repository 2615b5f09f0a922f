import { and, eq, inArray } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { invalidInput, notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import type { Column } from '../data/index.ts'
import type { Facts } from './facts.ts'
import { notListed, type PlanKind, type PlanTerms, priceChanged } from './model.ts'
import {
  dataProduct,
  type ListingRow,
  listing,
  type PlanRow,
  pricePlan,
  productVersion,
  type VersionRow,
} from './schema.ts'

/** Everything a contract needs of a listed product: a snapshot, to be kept with the contract. */
export interface Offer {
  readonly productId: string
  readonly productNumber: string
  readonly listingId: string
  readonly listingNumber: string
  readonly versionNo: number
  readonly contentHash: string
  readonly vendorId: string
  /** whose authority the trade falls to */
  readonly division: string
  readonly nameZh: string
  readonly nameEn: string | null
  readonly type: string
  readonly abstract: string
  readonly dataVersionId: string
  readonly fileName: string
  readonly sha256: string
  readonly bytes: number
  readonly rows: number
  readonly format: string
  readonly encoding: string | null
  readonly columns: readonly Column[]
  readonly coverage: Facts['coverage']
  readonly rightsOffered: {
    readonly kind: string
    readonly isExclusive: boolean
    readonly mayResell: boolean
    /** null: without end */
    readonly termMonths: number | null
    readonly area: string
  }
  readonly sourceCategory: string
  readonly sourceStatement: string
  readonly sourceEvidence: string | null
  readonly purposesAllowed: readonly string[]
  readonly purposesProhibited: readonly string[]
  readonly grade: string
  readonly containsPersonalInfo: boolean
  readonly personalInfoBasis: string | null
  readonly isPublicData: boolean
  readonly isCrossBorder: boolean
  readonly updateFrequency: string
  readonly acceptanceStandard: string
  /** whether silence after the acceptance period counts as acceptance */
  readonly isSilenceAcceptance: boolean
  readonly deliveryMode: 'download'
  readonly plan: {
    readonly id: string
    readonly code: string
    readonly version: number
    readonly kind: PlanKind
    /** of a subscription: for each period */
    readonly amountFen: bigint
    readonly nameZh: string
    readonly nameEn: string | null
  } & PlanTerms
  readonly isListed: boolean
}

function choosePlan(plans: readonly PlanRow[], planId: string | undefined): PlanRow {
  if (planId !== undefined) {
    const chosen = plans.find(plan => plan.id === planId)
    if (!chosen) throw notFound(text('产品没有这个价格方案。', 'The product has no such price plan.'))
    if (!chosen.isCurrent) throw priceChanged()
    return chosen
  }
  const current = plans.filter(plan => plan.isCurrent)
  if (current.length === 1) return current[0]!
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: '/planId',
        message: text('该产品有多个价格方案', 'the product has several price plans'),
        remedy: text('从产品页面选择一个方案', 'choose one of those that the product shows'),
      },
    ],
  })
}

const toOffer = (
  rx: Rx,
  found: { productNumber: string; listing: ListingRow; version: VersionRow },
  plan: PlanRow,
): Offer => {
  const { version, listing: row } = found
  const facts = version.facts!
  return {
    productId: row.productId,
    productNumber: found.productNumber,
    listingId: row.id,
    listingNumber: row.number,
    versionNo: version.versionNo,
    contentHash: version.contentHash!,
    vendorId: row.vendorId,
    division: row.division,
    nameZh: version.nameZh,
    nameEn: version.nameEn,
    type: version.type!,
    abstract: version.abstract!,
    dataVersionId: facts.dataVersionId,
    fileName: facts.fileName,
    sha256: facts.sha256,
    bytes: facts.bytes,
    rows: facts.rows,
    format: facts.format,
    encoding: facts.encoding,
    columns: facts.columns,
    coverage: facts.coverage,
    rightsOffered: {
      kind: version.rightsKind!,
      isExclusive: version.isExclusive,
      mayResell: version.mayResell,
      termMonths: version.termMonths,
      area: version.area!,
    },
    sourceCategory: version.sourceCategory!,
    sourceStatement: version.sourceStatement!,
    sourceEvidence: version.sourceEvidence,
    purposesAllowed: version.purposesAllowed,
    purposesProhibited: version.purposesProhibited,
    grade: version.grade!,
    containsPersonalInfo: version.containsPersonalInfo ?? false,
    personalInfoBasis: version.personalInfoBasis,
    isPublicData: version.isPublicData,
    isCrossBorder: version.isCrossBorder,
    updateFrequency: version.updateFrequency!,
    acceptanceStandard: version.acceptanceStandard!,
    isSilenceAcceptance: version.isSilenceAcceptance ?? rulesAt(rx.now).acceptance.isSilenceAcceptance,
    deliveryMode: 'download',
    plan: {
      id: plan.id,
      code: plan.code,
      version: plan.version,
      kind: plan.kind as PlanKind,
      amountFen: plan.amountFen,
      period: plan.period,
      noticeDays: plan.noticeDays,
      trialDays: plan.trialDays,
      trialDownloads: plan.trialDownloads,
      nameZh: plan.nameZh,
      nameEn: plan.nameEn,
    },
    isListed: row.state === 'listed',
  }
}

/**
 * The offer of a product that is listed now, at one of its present prices.
 * @throws not-found for a product that was never published or a plan that is not its own, not-listed while it is
 * suspended or after its end, price-changed for a plan that was replaced, invalid-input when a plan must be chosen.
 */
export async function offerOf(rx: Rx, productId: string, planId?: string): Promise<Offer> {
  const found = await rx.tx
    .select({ productNumber: dataProduct.number, listing, version: productVersion })
    .from(listing)
    .innerJoin(productVersion, eq(productVersion.id, listing.versionId))
    .innerJoin(dataProduct, eq(dataProduct.id, listing.productId))
    .where(
      and(eq(listing.productId, productId), inArray(listing.state, ['listed', 'suspended', 'delisted', 'expired'])),
    )
  const listed = found.find(one => one.listing.state === 'listed')
  if (!listed) throw found.length > 0 ? notListed() : notFound()
  const plans = await rx.tx.select().from(pricePlan).where(eq(pricePlan.productId, productId))
  return toOffer(rx, listed, choosePlan(plans, planId))
}
