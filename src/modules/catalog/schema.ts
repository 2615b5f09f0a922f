import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  customType,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { fen, instant } from '../../kernel/schema.ts'
import { dataVersion } from '../data/schema.ts'
import { organization, person } from '../identity/schema.ts'
import type { Facts, SupplementItem } from './facts.ts'
import type { ComplianceOpinion, PlanPeriod } from './model.ts'

export const catalog = pgSchema('catalog')

/** Made by the application with `array_to_tsvector`: no dictionary, so that any two Chinese characters are found. */
const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })
/** Compared byte by byte whatever the database's locale is: cursors depend on it. */
const binaryText = customType<{ data: string }>({ dataType: () => 'text collate "C"' })

/** A data product 数据产品: the lasting identity of what a vendor offers. */
export const dataProduct = catalog.table(
  'data_product',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique('data_product_number_unique'),
    vendorId: uuid()
      .notNull()
      .references(() => organization.id),
    /** whose authority its trades fall to */
    division: text().notNull(),
    createdBy: uuid()
      .notNull()
      .references(() => person.id),
    createdAt: instant().notNull(),
  },
  t => [
    index('data_product_vendor').on(t.vendorId, t.id),
    check('data_product_division_form', sql`${t.division} ~ '^[0-9]{6}$'`),
  ],
)

/** One version of what is said about a product; frozen but while its listing is a draft or supplemented (trigger). */
export const productVersion = catalog.table(
  'product_version',
  {
    id: uuid().primaryKey(),
    productId: uuid()
      .notNull()
      .references(() => dataProduct.id),
    versionNo: integer().notNull(),
    nameZh: text().notNull(),
    nameEn: text(),
    type: text(),
    abstract: text(),
    industry: text(),
    theme: text(),
    keywords: text().array().notNull(),
    dataVersionId: uuid().references(() => dataVersion.id),
    rightsKind: text(),
    isExclusive: boolean().notNull(),
    mayResell: boolean().notNull(),
    termMonths: integer(),
    area: text(),
    sourceCategory: text(),
    sourceStatement: text(),
    sourceEvidence: text(),
    grade: text(),
    importantDataApproval: text(),
    containsPersonalInfo: boolean(),
    personalInfoBasis: text(),
    personalInfoNotice: text(),
    separateConsentEvidence: text(),
    isPublicData: boolean().notNull(),
    isCrossBorder: boolean().notNull(),
    updateFrequency: text(),
    deliveryMode: text().notNull(),
    purposesAllowed: text().array().notNull(),
    purposesProhibited: text().array().notNull(),
    acceptanceStandard: text(),
    isSilenceAcceptance: boolean(),
    qualityNote: text(),
    complianceOpinion: jsonb().$type<ComplianceOpinion>(),
    registrationCertificateNo: text(),
    /** what was read from the data and its dictionary, as they were at submission */
    facts: jsonb().$type<Facts>(),
    /** SHA-256 of the canonical JSON of content and facts as submitted */
    contentHash: text(),
    createdBy: uuid()
      .notNull()
      .references(() => person.id),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    unique('product_version_no_unique').on(t.productId, t.versionNo),
    check('product_version_no_from_one', sql`${t.versionNo} >= 1`),
    check('product_version_term_positive', sql`${t.termMonths} is null or ${t.termMonths} > 0`),
    check('product_version_hash_with_facts', sql`(${t.facts} is null) = (${t.contentHash} is null)`),
    index('product_version_data').on(t.dataVersionId),
  ],
)

/** A price 价格方案. A row never changes but for being replaced; contracts name the row they were made under. */
export const pricePlan = catalog.table(
  'price_plan',
  {
    id: uuid().primaryKey(),
    productId: uuid()
      .notNull()
      .references(() => dataProduct.id),
    code: text().notNull(),
    version: integer().notNull(),
    kind: text().notNull(),
    /** of a subscription: for each period */
    amountFen: fen().notNull(),
    period: text().$type<PlanPeriod>(),
    noticeDays: integer(),
    trialDays: integer(),
    trialDownloads: integer(),
    nameZh: text().notNull(),
    nameEn: text(),
    isCurrent: boolean().notNull(),
    createdBy: uuid()
      .notNull()
      .references(() => person.id),
    createdAt: instant().notNull(),
  },
  t => [
    unique('price_plan_version_unique').on(t.productId, t.code, t.version),
    uniqueIndex('price_plan_one_current').on(t.productId, t.code).where(sql`${t.isCurrent}`),
    check('price_plan_kind_known', sql`${t.kind} in ('free', 'one-off', 'subscription', 'trial')`),
    check(
      'price_plan_free_costs_nothing',
      sql`(${t.kind} in ('free', 'trial')) = (${t.amountFen} = 0) and ${t.amountFen} >= 0`,
    ),
    check(
      'price_plan_subscription_has_period',
      sql`(${t.kind} = 'subscription') = (${t.period} is not null) and ${t.period} in ('month', 'quarter', 'year')`,
    ),
    check(
      'price_plan_notice_of_subscription',
      sql`${t.noticeDays} is null or (${t.kind} = 'subscription' and ${t.noticeDays} between 1 and 60)`,
    ),
    check(
      'price_plan_trial_has_limits',
      sql`(${t.kind} = 'trial') = (${t.trialDays} is not null) and (${t.kind} = 'trial') = (${t.trialDownloads} is not null)
        and ${t.trialDays} between 1 and 365 and ${t.trialDownloads} between 1 and 1000`,
    ),
  ],
)

/** A listing 挂牌 of one product version (domain 5.1). */
export const listing = catalog.table(
  'listing',
  {
    id: uuid().primaryKey(),
    number: text().notNull().unique('listing_number_unique'),
    productId: uuid()
      .notNull()
      .references(() => dataProduct.id),
    versionId: uuid().notNull().unique('listing_version_unique'),
    vendorId: uuid()
      .notNull()
      .references(() => organization.id),
    division: text().notNull(),
    state: text().notNull(),
    /** grade of the submitted version; the rule that core data is never traded stands here too */
    grade: text(),
    submittedBy: uuid().references(() => person.id),
    submittedAt: instant(),
    acceptedBy: uuid().references(() => person.id),
    acceptedAt: instant(),
    reviewedBy: uuid().references(() => person.id),
    reviewerOrganizationId: uuid().references(() => organization.id),
    reviewedAt: instant(),
    reviewOpinion: text(),
    /** the reviewer's own confirmation that a trade in important data was approved */
    isImportantDataConfirmed: boolean().notNull(),
    /** when the present step must be done (end of a working day); null while no clock runs */
    dueAt: instant(),
    /** the period runs into a year whose holidays are not published yet */
    isDueProvisional: boolean().notNull(),
    /** working days left on the acceptance clock while it is stopped for a supplement */
    remainingWorkingDays: integer(),
    rulePack: text().notNull(),
    /** the one complete list of what is to be supplemented (一次性告知) */
    supplement: jsonb().$type<readonly SupplementItem[]>().notNull(),
    /** why it was refused, suspended or delisted */
    reason: text(),
    suspendedSide: text(),
    /** the gate of its data closed: it is resumed with the review that opens the gate again */
    isSuspendedByGate: boolean().notNull().default(false),
    /** last day of the listing; null without end */
    endsOn: date({ mode: 'string' }),
    listedAt: instant(),
    endedAt: instant(),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    foreignKey({ name: 'listing_version_fk', columns: [t.versionId], foreignColumns: [productVersion.id] }),
    uniqueIndex('listing_one_pending')
      .on(t.productId)
      .where(sql`${t.state} in ('draft', 'submitted', 'supplementing', 'reviewing', 'approved')`),
    uniqueIndex('listing_one_published').on(t.productId).where(sql`${t.state} in ('listed', 'suspended')`),
    check(
      'listing_state_known',
      sql`${t.state} in ('draft', 'submitted', 'supplementing', 'reviewing', 'approved', 'listed', 'suspended',
        'delisted', 'expired', 'rejected', 'discarded')`,
    ),
    check(
      'listing_submitted_by_person',
      sql`${t.state} in ('draft', 'discarded') or (${t.submittedBy} is not null and ${t.submittedAt} is not null)`,
    ),
    check(
      'listing_reviewed_independently',
      sql`${t.state} not in ('approved', 'listed', 'suspended', 'delisted', 'expired')
        or (${t.reviewedBy} is not null and ${t.reviewedBy} <> ${t.submittedBy}
          and ${t.reviewerOrganizationId} is not null and ${t.reviewerOrganizationId} <> ${t.vendorId})`,
    ),
    check(
      'listing_core_never_traded',
      sql`${t.state} in ('draft', 'supplementing', 'rejected', 'discarded') or (${t.grade} is not null and ${t.grade} <> 'core')`,
    ),
    check(
      'listing_important_confirmed',
      sql`${t.state} not in ('approved', 'listed', 'suspended') or ${t.grade} <> 'important' or ${t.isImportantDataConfirmed}`,
    ),
    check('listing_clock_runs_or_stops', sql`${t.state} not in ('submitted', 'reviewing') or ${t.dueAt} is not null`),
    check('listing_suspended_by_side', sql`(${t.state} = 'suspended') = (${t.suspendedSide} is not null)`),
    check('listing_gate_suspends', sql`not ${t.isSuspendedByGate} or ${t.state} = 'suspended'`),
    index('listing_product').on(t.productId, t.id),
    index('listing_vendor').on(t.vendorId, t.id),
    index('listing_queue').on(t.state, t.id),
    index('listing_division').on(t.division, t.id),
    index('listing_ends').on(t.endsOn).where(sql`${t.state} in ('listed', 'suspended') and ${t.endsOn} is not null`),
  ],
)

/** One point of a review: what the machine had found, and whether the reviewer confirmed it. */
export interface ReviewPoint {
  readonly code: string
  readonly verdict: string
  readonly isChecked: boolean
}

/** What a reviewer confirmed point by point, with the decision that followed; append-only. */
export const listingReview = catalog.table(
  'listing_review',
  {
    id: uuid().primaryKey(),
    listingId: uuid()
      .notNull()
      .references(() => listing.id),
    decision: text().notNull(),
    points: jsonb().$type<readonly ReviewPoint[]>().notNull(),
    opinion: text().notNull(),
    reviewedBy: uuid()
      .notNull()
      .references(() => person.id),
    organizationId: uuid()
      .notNull()
      .references(() => organization.id),
    rulePack: text().notNull(),
    decidedAt: instant().notNull(),
  },
  t => [
    check('listing_review_decision_known', sql`${t.decision} in ('pass', 'return', 'refuse')`),
    index('listing_review_listing').on(t.listingId, t.id),
  ],
)

/** What lists and searches read: one row for each product that is listed now, kept by the moves of its listing. */
export const listedProduct = catalog.table(
  'listed_product',
  {
    productId: uuid()
      .primaryKey()
      .references(() => dataProduct.id),
    listingId: uuid()
      .notNull()
      .references(() => listing.id),
    versionNo: integer().notNull(),
    number: text().notNull(),
    nameZh: text().notNull(),
    nameEn: text(),
    abstract: text().notNull(),
    vendorId: uuid().notNull(),
    vendorZh: text().notNull(),
    vendorEn: text(),
    type: text().notNull(),
    industry: text().notNull(),
    theme: text().notNull(),
    division: text().notNull(),
    format: text().notNull(),
    grade: text().notNull(),
    updateFrequency: text().notNull(),
    priceKind: text().notNull(),
    amountFen: fen().notNull(),
    /** of a subscription: what the amount pays for */
    pricePeriod: text().$type<PlanPeriod>(),
    rows: bigint({ mode: 'number' }).notNull(),
    bytes: bigint({ mode: 'number' }).notNull(),
    listedAt: instant().notNull(),
    titleKey: binaryText().notNull(),
    /** normalised text in which a found word is looked for once more */
    words: text().notNull(),
    document: tsvector().notNull(),
  },
  t => [
    // ascending, and walked backwards: an index that drizzle makes descending puts nulls last, and then serves no order
    index('listed_product_newest').on(t.listedAt, t.productId),
    index('listed_product_price').on(t.amountFen, t.productId),
    index('listed_product_title').on(t.titleKey, t.productId),
    index('listed_product_vendor').on(t.vendorId, t.listedAt),
    index('listed_product_type').on(t.type, t.listedAt, t.productId),
    index('listed_product_industry').on(t.industry, t.listedAt, t.productId),
    index('listed_product_theme').on(t.theme, t.listedAt, t.productId),
    index('listed_product_division').on(t.division, t.listedAt, t.productId),
    index('listed_product_format').on(t.format, t.listedAt, t.productId),
    index('listed_product_price_kind').on(t.priceKind, t.listedAt, t.productId),
    index('listed_product_document').using('gin', t.document),
  ],
)

/** How many listed products have a value of a facet; kept by trigger, so that no page counts rows. */
export const facetCount = catalog.table(
  'facet_count',
  { facet: text().notNull(), value: text().notNull(), count: integer().notNull() },
  t => [primaryKey({ name: 'facet_count_pkey', columns: [t.facet, t.value] })],
)

/** In how many listed products a search token occurs; kept by trigger. It decides by which plan a search runs. */
export const tokenCount = catalog.table('token_count', {
  token: binaryText().primaryKey(),
  count: integer().notNull(),
})

/** One row: a number that grows with every change of what is listed, by which counted results are kept. */
export const catalogRevision = catalog.table(
  'catalog_revision',
  { id: integer().primaryKey(), revision: bigint({ mode: 'number' }).notNull() },
  t => [check('catalog_revision_has_one_row', sql`${t.id} = 1`)],
)

export type ProductRow = typeof dataProduct.$inferSelect
export type VersionRow = typeof productVersion.$inferSelect
export type PlanRow = typeof pricePlan.$inferSelect
export type ListingRow = typeof listing.$inferSelect
export type ReviewRow = typeof listingReview.$inferSelect
