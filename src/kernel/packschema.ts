import Type, { type Static, type TSchema } from 'typebox'

/** The shape of a rule pack file in `templates/rules/<code>/`, after inheritance: clerks edit it, so all is checked. */

const strict = { additionalProperties: false }
const Words = Type.Object({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }, strict)
const Code = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9-]*$' })
const Count = Type.Integer({ minimum: 0, maximum: 100_000 })

/** A value names its source by the key of `sources`; `toVerify` marks one not yet checked against its text. */
const sourced = { source: Code, toVerify: Type.Optional(Type.Boolean()) }
const Clock = Type.Object({ workingDays: Count, ...sourced }, strict)
const Months = Type.Object({ months: Count, ...sourced }, strict)
const Days = Type.Object({ days: Count, ...sourced }, strict)
const Hours = Type.Object({ hours: Count, ...sourced }, strict)
const Rate = Type.Object({ ppm: Type.Integer({ minimum: 0, maximum: 1_000_000 }), ...sourced }, strict)
const Answer = Type.Object({ value: Type.Boolean(), ...sourced }, strict)
const Form = Type.Object(
  { title: Words, fields: Type.Array(Code, { minItems: 1, uniqueItems: true }), ...sourced },
  strict,
)
const List = Type.Object(
  { items: Type.Array(Type.Object({ code: Code, name: Words }, strict), { minItems: 1 }), ...sourced },
  strict,
)

const each = <K extends string, S extends TSchema>(keys: readonly K[], schema: S) =>
  Object.fromEntries(keys.map(key => [key, schema])) as Record<K, S>
const same = <K extends string, S extends TSchema>(keys: readonly K[], schema: S) =>
  Type.Object(each(keys, schema), strict)

const clocks = [
  ...(['listingAcceptance', 'listingReview', 'listingSupplement'] as const),
  ...(['registrationAcceptance', 'registrationReview', 'registrationSupplement'] as const),
  ...(['publicity', 'objectionHandling'] as const),
  ...(['filingSubmission', 'filingCheck', 'filingCorrection'] as const),
  ...(['negotiation', 'signature', 'orderConfirmation', 'paymentDue', 'deliveryDue', 'acceptancePeriod'] as const),
  ...(['redelivery', 'settlementDelay', 'payeeCooling', 'disputeMediation'] as const),
  ...(['riskReview', 'riskHandling', 'sharingConformity', 'sharingReplyPublished', 'sharingReplyUnpublished'] as const),
  ...(['sharingProvision', 'openAcceptance', 'thirdPartyReply', 'openDecision', 'openExtension'] as const),
  'scorecardAppeal',
] as const
/** Deadlines that came with a later version: earlier ones lack them, and who asks those for one is told so. */
export const laterClocks = ['sourceObjection', 'sourceAnswer', 'sourceDecision', 'breachCheck'] as const

/** Terms of validity and retention in months (`addMonths`), notices in days, reports of incidents in hours. */
const Periods = Type.Object(
  {
    registrationValidity: Months,
    registrationRenewalAhead: Days,
    riskAssessmentValidity: Months,
    /** from national-2025@2 on */
    riskRenewalAhead: Type.Optional(Days),
    /** from national-2025@3 on */
    subscriptionNotice: Type.Optional(Days),
    subscriptionGrace: Type.Optional(Days),
    /** within which a wallet takes money back the way it came; from national-2025@3 on */
    refundAlipay: Type.Optional(Days),
    refundWechatPay: Type.Optional(Days),
    incidentReportCritical: Hours,
    incidentReportCentral: Hours,
    incidentReport: Hours,
    incidentSummary: Days,
    productFlawReport: Hours,
    retainNetworkLog: Days,
    retainProvision: Months,
    retainAssessment: Months,
    retainTrade: Months,
    retainRegistration: Months,
  },
  strict,
)

const Grade = Type.Object(
  { code: Code, name: Words, isTradable: Type.Boolean(), needsRiskReview: Type.Boolean() },
  strict,
)

const Pattern = Type.String({ minLength: 1, maxLength: 500 })
/** A rule that proposes a grade where all that it names holds (elements of GB/T 43697: field, region, precision, volume). */
const GradingRule = Type.Object(
  {
    code: Code,
    grade: Code,
    category: Type.Optional(Code),
    /** kinds of sensitive values, one of which was found */
    kinds: Type.Optional(Type.Array(Code, { minItems: 1 })),
    /** a regular expression over names and meanings of columns */
    names: Type.Optional(Pattern),
    minPersons: Type.Optional(Type.Integer({ minimum: 1 })),
    minRows: Type.Optional(Type.Integer({ minimum: 1 })),
    minDivisions: Type.Optional(Type.Integer({ minimum: 1 })),
    /** decimals of the values of the columns that `names` found */
    minDecimals: Type.Optional(Type.Integer({ minimum: 1 })),
    reason: Words,
  },
  strict,
)

/** How grade and category are proposed, and which kinds of values are held until they are masked. */
const Grading = Type.Object(
  {
    categories: Type.Array(Type.Object({ code: Code, name: Words }, strict), { minItems: 1 }),
    heldKinds: Type.Array(Code),
    rules: Type.Array(GradingRule),
    ...sourced,
  },
  strict,
)

/** What makes a filing worth a closer look of the authority: numbers of the rules; a finding proves nothing. */
const Findings = Type.Object(
  {
    /** other paid trades of a product from which their median says something, and how many times it is far above it */
    minPeers: Type.Integer({ minimum: 1, maximum: 10_000 }),
    timesMedian: Type.Integer({ minimum: 1, maximum: 1_000 }),
    /** calendar days within which the same two parties trading again is worth a look */
    repeatDays: Type.Integer({ minimum: 1, maximum: 3_660 }),
    /** calendar days for which an ordered correction is remembered */
    memoryDays: Type.Integer({ minimum: 1, maximum: 3_660 }),
    ...sourced,
  },
  strict,
)

const Authorities = Type.Object(
  {
    province: Words,
    city: Words,
    county: Words,
    named: Type.Record(Type.String({ pattern: '^[0-9]{6}$' }), Words),
    ...sourced,
  },
  strict,
)

const lists = [
  ...(['productTypes', 'sourceCategories', 'rights', 'deliveryModes', 'updateFrequencies'] as const),
  ...(['registrationTypes', 'tradeChannels', 'industries', 'themes', 'prohibitedHarms'] as const),
  ...(['publicServiceKinds', 'evaluationDimensions'] as const),
] as const
/** Lists that came with a later version. */
export const laterLists = [] as const

export const PackFile = Type.Object(
  {
    code: Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
    version: Type.Integer({ minimum: 1 }),
    /** The day from whose start the pack is in force; null for a pack that is in force only where it is chosen. */
    effectiveFrom: Type.Union([Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), Type.Null()]),
    inherits: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9-]*@[1-9]\\d*$' })),
    title: Words,
    /** The province this exchange serves (GB/T 2260). */
    homeDivision: Type.String({ pattern: '^[0-9]{6}$' }),
    /** Years whose public holidays are published; deadlines beyond them are provisional. */
    coveredYears: Type.Array(Type.Integer({ minimum: 2004, maximum: 2200 }), { uniqueItems: true }),
    sources: Type.Record(Code, Words),
    authorities: Authorities,
    clocks: Type.Object({ ...each(clocks, Clock), ...each(laterClocks, Type.Optional(Clock)) }, strict),
    periods: Periods,
    /** the most that one online payment may be; from national-2025@3 on */
    onlineMost: Type.Optional(Type.Object({ fen: Type.Integer({ minimum: 1 }), ...sourced }, strict)),
    fees: Type.Object({ platformRate: Rate, brokerRate: Rate }, strict),
    grades: Type.Object({ items: Type.Array(Grade, { minItems: 1 }), ...sourced }, strict),
    /** from national-2025@2 on; what counts for an earlier version stands in `rulepack.ts` */
    grading: Type.Optional(Grading),
    findings: Type.Optional(Findings),
    listing: Type.Object({ isSourceStatementRequired: Answer, mayReviewerBeSubmitter: Answer }, strict),
    /** Kinds of source whose registration is made public before the certificate (公示). */
    publicityRequiredFor: Type.Object({ sourceCategories: Type.Array(Code), ...sourced }, strict),
    acceptance: Type.Object(
      { isSilenceAcceptance: Type.Boolean(), isUseAcceptance: Type.Boolean(), ...sourced },
      strict,
    ),
    forms: same(['listing', 'registration', 'filing'] as const, Form),
    lists: Type.Object({ ...each(lists, List), ...each(laterLists, Type.Optional(List)) }, strict),
  },
  strict,
)

export type PackFile = Static<typeof PackFile>
