import { addWorkingDays, type Deadline, remainingWorkingDays } from '../../kernel/calendar.ts'
import { defineMachine } from '../../kernel/machine.ts'
import { formatYuan } from '../../kernel/money.ts'
import { defineProblem } from '../../kernel/problem.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'

/** Listing 挂牌 (domain 5.1). One listing carries one version of a product from draft to its end. */
export const listingMachine = defineMachine({
  name: 'listing',
  initial: 'draft',
  states: {
    draft: text('草稿', 'Draft'),
    submitted: text('已提交', 'Submitted'),
    supplementing: text('待补正', 'To be supplemented'),
    reviewing: text('审核中', 'Under review'),
    approved: text('审核通过', 'Approved'),
    listed: text('挂牌', 'Listed'),
    suspended: text('停牌', 'Suspended'),
    delisted: text('摘牌', 'Delisted'),
    expired: text('到期', 'Expired'),
    rejected: text('不予挂牌', 'Rejected'),
    discarded: text('已放弃', 'Discarded'),
  },
  moves: {
    submit: { from: ['draft'], to: 'submitted' },
    accept: { from: ['submitted'], to: 'reviewing' },
    return: { from: ['submitted'], to: 'supplementing' },
    resubmit: { from: ['supplementing'], to: 'submitted' },
    refuse: { from: ['submitted', 'reviewing'], to: 'rejected' },
    pass: { from: ['reviewing'], to: 'approved' },
    publish: { from: ['approved'], to: 'listed' },
    suspend: { from: ['listed'], to: 'suspended' },
    resume: { from: ['suspended'], to: 'listed' },
    delist: { from: ['listed', 'suspended'], to: 'delisted' },
    expire: { from: ['listed', 'suspended'], to: 'expired' },
    renew: { from: ['expired'], to: 'reviewing' },
    discard: { from: ['draft', 'supplementing'], to: 'discarded' },
    restore: { from: ['discarded'], to: 'draft' },
  },
})

export type ListingState = keyof typeof listingMachine.states
export type ListingMove = keyof typeof listingMachine.moves

/** A question about a product: everyone may read it until the operator hides it. An answer may be corrected. */
export const questionMachine = defineMachine({
  name: 'question',
  initial: 'open',
  states: {
    open: text('待答复', 'Unanswered'),
    answered: text('已答复', 'Answered'),
    hidden: text('已隐藏', 'Hidden'),
  },
  moves: {
    answer: { from: ['open', 'answered'], to: 'answered' },
    hide: { from: ['open', 'answered'], to: 'hidden' },
  },
})

export type QuestionState = keyof typeof questionMachine.states

/** What a saved search looks for: the address of a list without its page. */
export interface KeptQuery {
  readonly q?: string
  readonly sort?: 'newest' | 'price' | 'price-desc' | 'title'
  readonly industry?: readonly string[]
  readonly theme?: readonly string[]
  readonly type?: readonly string[]
  readonly priceKind?: readonly PlanKind[]
  readonly division?: readonly string[]
  readonly format?: readonly string[]
  readonly vendor?: string
}

/** States in which the vendor may still change what it says about the product. */
export const editableStates: readonly ListingState[] = ['draft', 'supplementing']

/** States of a listing that is on its way: a product has one such at most. */
export const pendingStates: readonly ListingState[] = ['draft', 'submitted', 'supplementing', 'reviewing', 'approved']

/** States of a listing that was published and has not ended: a product has one such at most. */
export const publishedStates: readonly ListingState[] = ['listed', 'suspended']

/** The legal basis on which personal information is provided (PIPL Art. 13); consent must be separate (Art. 23). */
export const personalInfoBases = [
  'consent',
  'contract',
  'statutory-duty',
  'public-health-emergency',
  'news-supervision',
  'disclosed',
  'other-law',
] as const

/** What a product's compliance opinion says of itself. */
export interface ComplianceOpinion {
  readonly issuer: string
  readonly issuedOn: string
  readonly sha256: string
}

/** What only the vendor can know of a product version (domain 4.1); a draft may still lack most of it. */
export interface ProductContent {
  readonly nameZh: string
  readonly nameEn: string | null
  readonly type: string | null
  readonly abstract: string | null
  readonly industry: string | null
  readonly theme: string | null
  readonly keywords: readonly string[]
  readonly dataVersionId: string | null
  readonly rightsKind: string | null
  readonly isExclusive: boolean
  readonly mayResell: boolean
  /** null: without end */
  readonly termMonths: number | null
  readonly area: string | null
  readonly sourceCategory: string | null
  readonly sourceStatement: string | null
  readonly sourceEvidence: string | null
  readonly grade: string | null
  /** approval of a trade in important data: issuer, number, date */
  readonly importantDataApproval: string | null
  /** null: not answered yet */
  readonly containsPersonalInfo: boolean | null
  readonly personalInfoBasis: string | null
  readonly personalInfoNotice: string | null
  readonly separateConsentEvidence: string | null
  readonly isPublicData: boolean
  readonly isCrossBorder: boolean
  readonly updateFrequency: string | null
  readonly deliveryMode: string
  readonly purposesAllowed: readonly string[]
  readonly purposesProhibited: readonly string[]
  readonly acceptanceStandard: string | null
  /** null: as the rule pack has it */
  readonly isSilenceAcceptance: boolean | null
  readonly qualityNote: string | null
  readonly complianceOpinion: ComplianceOpinion | null
  readonly registrationCertificateNo: string | null
}

/** The fields of a product version that a vendor fills in, in the order of the form. */
export const contentFields = [
  'nameZh',
  'nameEn',
  'type',
  'abstract',
  'industry',
  'theme',
  'keywords',
  'dataVersionId',
  'rightsKind',
  'isExclusive',
  'mayResell',
  'termMonths',
  'area',
  'sourceCategory',
  'sourceStatement',
  'sourceEvidence',
  'grade',
  'importantDataApproval',
  'containsPersonalInfo',
  'personalInfoBasis',
  'personalInfoNotice',
  'separateConsentEvidence',
  'isPublicData',
  'isCrossBorder',
  'updateFrequency',
  'deliveryMode',
  'purposesAllowed',
  'purposesProhibited',
  'acceptanceStandard',
  'isSilenceAcceptance',
  'qualityNote',
  'complianceOpinion',
  'registrationCertificateNo',
] as const satisfies readonly (keyof ProductContent)[]

/** The content alone of a row that has more. */
export const contentOf = (row: ProductContent): ProductContent =>
  Object.fromEntries(contentFields.map(field => [field, row[field]])) as unknown as ProductContent

/** The part of what is given that says something else than what stands. */
export const differing = <G extends object>(stands: object, given: G): Partial<G> => {
  const before = stands as Readonly<Record<string, unknown>>
  const isOther = ([name, value]: [string, unknown]) => JSON.stringify(value) !== JSON.stringify(before[name])
  return Object.fromEntries(Object.entries(given).filter(isOther)) as Partial<G>
}

/** 价格方案: free 免费, one-off 一次性付费, subscription 订阅 (a price per period), trial 试用 (free, with limits). */
export const planKinds = ['free', 'one-off', 'subscription', 'trial'] as const
export type PlanKind = (typeof planKinds)[number]

/** Plans under which nothing is paid. */
export const isGratis = (kind: string): boolean => kind === 'free' || kind === 'trial'

/** The periods that a subscription can have, in months. */
export const periodMonths = { month: 1, quarter: 3, year: 12 } as const
export type PlanPeriod = keyof typeof periodMonths
export const planPeriods = Object.keys(periodMonths) as PlanPeriod[]

/** What only some kinds of plan have; null for the others. */
export interface PlanTerms {
  /** subscription: what `amountFen` pays for */
  readonly period: PlanPeriod | null
  /** subscription: calendar days before a renewal on which the buyer is told; null: as the rule pack has it */
  readonly noticeDays: number | null
  /** trial: calendar days from the opening */
  readonly trialDays: number | null
  /** trial: how often the whole file may be fetched */
  readonly trialDownloads: number | null
}

/** One price of a product; a changed price is a new version of its plan. */
export interface Plan extends Partial<PlanTerms> {
  readonly id: string
  readonly code: string
  readonly version: number
  readonly kind: PlanKind
  readonly amountFen: bigint
}

const perPeriod: Record<PlanPeriod, Text> = {
  month: text('每月', 'a month'),
  quarter: text('每季', 'a quarter'),
  year: text('每年', 'a year'),
}

/** What a plan costs and how long it serves, in a few words. */
export function planWords(plan: Pick<Plan, 'kind' | 'amountFen'> & Partial<PlanTerms>): Text {
  if (plan.kind === 'free') return text('免费', 'free')
  if (plan.kind === 'trial')
    return text(
      `免费试用 ${plan.trialDays} 天，最多下载 ${plan.trialDownloads} 次`,
      `a free trial of ${plan.trialDays} days with up to ${plan.trialDownloads} downloads`,
    )
  const yuan = formatYuan(plan.amountFen)
  if (!plan.period) return text(`${yuan} 元`, `CNY ${yuan}`)
  const per = perPeriod[plan.period]
  return text(`${per.zh} ${yuan} 元`, `CNY ${yuan} ${per.en}`)
}

/** The plan that stands for the product in lists: the cheapest that is no trial, then the first by code. */
export const leadPlan = <P extends Plan>(plans: readonly P[]): P | undefined =>
  [...plans].sort((a, b) => {
    if ((a.kind === 'trial') !== (b.kind === 'trial')) return a.kind === 'trial' ? 1 : -1
    return a.amountFen < b.amountFen ? -1 : a.amountFen > b.amountFen ? 1 : a.code < b.code ? -1 : 1
  })[0]

/** Whether a product can be bought by these plans: a trial alone leads nowhere. */
export const isPurchasable = (plans: readonly { readonly kind: string }[]): boolean =>
  plans.some(plan => plan.kind !== 'trial')

/** Who suspended a listing, from the least to the most binding. Only the same or a more binding side may resume it. */
export const sides = ['vendor', 'operator', 'authority'] as const
export type Side = (typeof sides)[number]

/** Whether `who` may lift a suspension by `suspendedBy`. */
export const mayResume = (who: Side, suspendedBy: Side): boolean => sides.indexOf(who) >= sides.indexOf(suspendedBy)

type ListingClock = 'listingAcceptance' | 'listingReview' | 'listingSupplement'

/** The deadline of a step of the listing under the rules in force (working days). */
export const deadlineOf = (rules: RulePack, clock: ListingClock, from: Date): Deadline =>
  addWorkingDays(from, rules.clocks[clock].workingDays, rules)

/** The acceptance clock goes on where a request for supplement stopped it. */
export const resumedDeadline = (rules: RulePack, remaining: number, from: Date): Deadline =>
  addWorkingDays(from, remaining, rules)

/** Working days left on a clock that stops at `now`. */
export const pausedClock = (dueAt: Date, now: Date): number => remainingWorkingDays(dueAt, now)

export const reviewerNotIndependent = defineProblem(
  'reviewer-not-independent',
  403,
  text('审核人与提交人须相互独立', 'The reviewer must be independent of the submitter'),
  text(
    '请由未参与提交、且不属于供方机构的审核人员办理。',
    'Ask a reviewer who did not submit it and does not belong to the vendor.',
  ),
)
export const priceChanged = defineProblem(
  'price-changed',
  409,
  text('价格方案已变更', 'The price plan has changed'),
  text('刷新产品页面，按现行价格方案重新提交。', 'Reload the product and use its present plan.'),
)
export const notListed = defineProblem(
  'not-listed',
  422,
  text('产品未在挂牌', 'The product is not listed'),
  text('等待恢复挂牌，或选择其他产品。', 'Wait until it is listed again, or choose another product.'),
)
