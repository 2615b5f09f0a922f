import { canonicalJson } from '../../kernel/canonical.ts'
import { defineMachine } from '../../kernel/machine.ts'
import { defineProblem, type FieldError, stateConflict } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { isGratis, periodMonths } from '../catalog/index.ts'
import type { Deviation, OfferFacts, PartyFacts, TermChanges, Terms } from './terms.ts'

/** The contract's life (domain 5.2). A dispute is a flag beside it: it freezes pay-out, not the contract. */
export const contractMachine = defineMachine({
  name: 'contract',
  initial: 'drafted',
  states: {
    drafted: text('已起草', 'Drafted'),
    negotiating: text('待供方答复', 'Offered, waiting for the vendor'),
    countered: text('待需方答复', 'Countered, waiting for the buyer'),
    agreed: text('已定稿，待签署', 'Agreed, to be signed'),
    partly_signed: text('一方已签署', 'Signed by one side'),
    signed: text('双方已签署', 'Signed by both sides'),
    effective: text('已生效', 'Effective'),
    performing: text('履行中', 'Being performed'),
    suspended: text('中止履行', 'Suspended'),
    completed: text('履行完毕', 'Completed'),
    terminated: text('已解除', 'Terminated'),
    expired: text('期满终止', 'Expired'),
    lapsed: text('未成立', 'Lapsed'),
    void: text('无效', 'Void'),
  },
  moves: {
    offer: { from: ['drafted'], to: 'negotiating' },
    counter: { from: ['negotiating'], to: 'countered' },
    counterBack: { from: ['countered'], to: 'negotiating' },
    agree: { from: ['negotiating', 'countered'], to: 'agreed' },
    sign: { from: ['agreed'], to: 'partly_signed' },
    signSecond: { from: ['partly_signed'], to: 'signed' },
    takeEffect: { from: ['signed'], to: 'effective' },
    perform: { from: ['effective'], to: 'performing' },
    suspend: { from: ['performing'], to: 'suspended' },
    resume: { from: ['suspended'], to: 'performing' },
    complete: { from: ['performing'], to: 'completed' },
    terminate: { from: ['performing', 'suspended'], to: 'terminated' },
    expire: { from: ['performing', 'suspended'], to: 'expired' },
    withdraw: { from: ['negotiating', 'countered', 'agreed', 'partly_signed'], to: 'lapsed' },
    lapse: { from: ['negotiating', 'countered', 'agreed', 'partly_signed'], to: 'lapsed' },
    annul: {
      from: ['negotiating', 'countered', 'agreed', 'partly_signed', 'performing', 'suspended'],
      to: 'void',
    },
  },
})

export type ContractState = keyof typeof contractMachine.states
export type ContractMove = keyof typeof contractMachine.moves
export type Side = 'vendor' | 'buyer'

/** The model contract that the exchange offers for a data set: 数据提供合同 in the version in use. */
export const MODEL_CONTRACT = { code: 'data-provision', version: '1.1.0' } as const

export const alreadySigned = defineProblem(
  'already-signed',
  409,
  text('本方已经签署', 'This side has signed already'),
  text('等待对方签署，无需再次签署。', 'Wait for the other side; nothing is left to sign.'),
)
export const sameSigner = defineProblem(
  'same-signer',
  403,
  text('同一人不能代表双方签署', 'One person cannot sign for both sides'),
  text('请由另一名具有签署职责的人员签署。', 'Ask another person with the duty to sign.'),
)
export const trialUsed = defineProblem(
  'trial-used',
  409,
  text('本机构已试用过该产品', 'Your organisation has had its trial of this product'),
  text(
    '每家需方对同一产品只能试用一次；请选择付费方案购买。',
    'Each buyer has one trial of a product; choose another plan to buy it.',
  ),
)
export const notSealed = defineProblem(
  'not-sealed',
  404,
  text('合同尚未签章', 'The contract is not sealed yet'),
  text('双方签署后数秒内生成签章文本，请稍后再试。', 'The sealed text is made within seconds of both signatures.'),
)

/** The side that must answer the terms on the table; null when none are. */
export function turnOf(state: ContractState): Side | null {
  if (state === 'negotiating') return 'vendor'
  return state === 'countered' ? 'buyer' : null
}

/** @throws state-conflict when the terms on the table wait for the other side's answer. */
export function requireTurn(state: ContractState, side: Side): void {
  const turn = turnOf(state)
  if (turn === null || turn === side) return
  throw stateConflict(
    turn === 'vendor'
      ? text(
          '当前条款由需方提出，应由供方答复；需方可以撤回。',
          'The terms are the buyer’s and wait for the vendor; the buyer may withdraw.',
        )
      : text(
          '当前条款由供方提出，应由需方答复；供方可以撤回。',
          'The terms are the vendor’s and wait for the buyer; the vendor may withdraw.',
        ),
  )
}

/** Whether an organisation's own rule asks for a colleague's approval before it signs for that amount (fen). */
export const isApprovalNeeded = (
  policy: { readonly isApprovalNeeded: boolean; readonly thresholdFen: bigint | null },
  amountFen: bigint,
): boolean => policy.isApprovalNeeded && (policy.thresholdFen === null || amountFen >= policy.thresholdFen)

const months = (count: number | null): number => count ?? 1200

/** The area that the data cover, in words, short enough for a contract's table. */
function areaOf(names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined
  const joined = names.slice(0, 10).join('、')
  return names.length > 10 ? `${joined}等${names.length}个行政区划` : joined
}

const partyOf = <R extends Side>(role: R, party: PartyFacts) => ({
  role,
  name: party.nameZh,
  uscc: party.uscc,
  division: party.division,
  ...(party.address && { address: party.address }),
})

export interface TermsSource {
  readonly offer: OfferFacts
  readonly vendor: PartyFacts
  readonly buyer: PartyFacts
  readonly purpose: string
  readonly scenario: string
  /** Names of the divisions that the data cover. */
  readonly areaNames: readonly string[]
  readonly signedPlace: string
  /** Working days from the rule pack. */
  readonly days: { readonly payment: number; readonly delivery: number; readonly acceptance: number }
  /** Calendar days from the rule pack: notice before a renewal where the plan names none, and grace for paying it. */
  readonly renewal: { readonly noticeDays: number; readonly graceDays: number }
  readonly isSilenceAcceptance: boolean
}

/** What a plan costs, with the terms that only its kind has. */
function priceOf({ plan }: OfferFacts, renewal: TermsSource['renewal']): Terms['price'] {
  const price = { amountFen: plan.amountFen.toString(), currency: 'CNY' as const, planKind: plan.kind }
  if (plan.kind === 'subscription' && plan.period)
    return {
      ...price,
      period: plan.period,
      noticeDays: plan.noticeDays ?? renewal.noticeDays,
      graceDays: renewal.graceDays,
    }
  if (plan.kind === 'trial' && plan.trialDays && plan.trialDownloads)
    return { ...price, trialDays: plan.trialDays, trialDownloads: plan.trialDownloads }
  return price
}

/** The terms as the model contract and the listing give them: people were asked for purpose and scenario only. */
export function deriveTerms(source: TermsSource): Terms {
  const { offer, days } = source
  const { coverage, plan, rightsOffered: rights } = offer
  const area = areaOf(source.areaNames)
  const isFree = isGratis(plan.kind)
  return {
    parties: [partyOf('vendor', source.vendor), partyOf('buyer', source.buyer)],
    product: {
      number: offer.productNumber,
      name: offer.nameZh,
      version: String(offer.versionNo),
      contentHash: offer.sha256,
      rows: offer.rows,
      bytes: offer.bytes,
      format: offer.format,
      columns: offer.columns.map(({ name, type, unit, meaning }) => ({
        name,
        type,
        ...(unit && { unit }),
        ...(meaning && { meaning }),
      })),
      coverage: {
        ...(coverage.timeFrom && { fromOn: coverage.timeFrom.slice(0, 10) }),
        ...(coverage.timeTo && { toOn: coverage.timeTo.slice(0, 10) }),
        ...(area && { area }),
      },
    },
    rights: {
      kind: rights.kind,
      isExclusive: rights.isExclusive,
      maySublicense: rights.mayResell,
      termMonths: months(rights.termMonths),
      area: rights.area,
    },
    purpose: source.purpose,
    scenario: source.scenario,
    prohibitedUses: [...offer.purposesProhibited],
    price: priceOf(offer, source.renewal),
    payment: { method: isFree ? 'none' : 'bank-transfer', dueWorkingDays: isFree ? 0 : days.payment },
    delivery: { mode: offer.deliveryMode, dueWorkingDays: days.delivery },
    acceptance: {
      periodWorkingDays: days.acceptance,
      isSilenceAcceptance: offer.isSilenceAcceptance && source.isSilenceAcceptance,
      standard: offer.acceptanceStandard,
    },
    containsPersonalInfo: offer.containsPersonalInfo,
    ...(offer.personalInfoBasis && { personalInfoBasis: offer.personalInfoBasis }),
    grade: offer.grade,
    sourceStatement: offer.sourceStatement,
    dispute: { method: 'court', place: source.signedPlace },
    signedPlace: source.signedPlace,
    effectiveCondition: 'signed',
  }
}

/** What is wrong with the purpose and scenario a buyer gave (Shanghai practice: no trade without a scenario). */
export function purposeErrors(
  offer: Pick<OfferFacts, 'purposesAllowed' | 'purposesProhibited'>,
  purpose: string,
  scenario: string,
): FieldError[] {
  const errors: FieldError[] = []
  const allowed = offer.purposesAllowed.join('、')
  if (!offer.purposesAllowed.includes(purpose))
    errors.push({
      pointer: '/purpose',
      message: text('不在该产品允许的用途内', 'is not among the purposes this product may serve'),
      remedy: text(`选择以下之一：${allowed}`, `choose one of: ${allowed}`),
    })
  if (offer.purposesProhibited.includes(scenario.trim()))
    errors.push({
      pointer: '/scenario',
      message: text('属于该产品禁止的用途', 'is a use this product prohibits'),
      remedy: text('填写允许用途之内的具体场景', 'describe a scenario within the allowed purposes'),
    })
  return errors
}

/** A grant that is shorter than one period cannot be subscribed to. */
export function termErrors({ plan, rightsOffered }: Pick<OfferFacts, 'plan' | 'rightsOffered'>): FieldError[] {
  if (!plan.period || months(rightsOffered.termMonths) >= periodMonths[plan.period]) return []
  return [
    {
      pointer: '/planId',
      message: text('授权期限短于一个计费周期', 'has a period longer than the term of the grant'),
      remedy: text(
        '选择周期较短的方案，或请供方修改方案',
        'choose a plan with a shorter period, or ask the vendor to change it',
      ),
    },
  ]
}

/** Lays a proposal's changes over the terms on the table. */
export function applyChanges(terms: Terms, changes: TermChanges): Terms {
  return {
    ...terms,
    ...(changes.scenario !== undefined && { scenario: changes.scenario }),
    ...(changes.prohibitedUses !== undefined && { prohibitedUses: [...changes.prohibitedUses] }),
    price: { ...terms.price, ...(changes.amountFen !== undefined && { amountFen: String(changes.amountFen) }) },
    payment: {
      ...terms.payment,
      ...(changes.paymentWorkingDays !== undefined && { dueWorkingDays: changes.paymentWorkingDays }),
    },
    delivery: {
      ...terms.delivery,
      ...(changes.deliveryWorkingDays !== undefined && { dueWorkingDays: changes.deliveryWorkingDays }),
    },
    acceptance: {
      ...terms.acceptance,
      ...(changes.acceptanceWorkingDays !== undefined && { periodWorkingDays: changes.acceptanceWorkingDays }),
    },
    dispute: { ...terms.dispute, ...changes.dispute },
  }
}

const refuse = (pointer: string, message: Text, remedy: Text): FieldError => ({ pointer, message, remedy })

/** What a proposal may not do: charge for what is free, or drop a use that the listing prohibits. */
export function changeErrors(model: Terms, current: Terms, changes: TermChanges): FieldError[] {
  const errors: FieldError[] = []
  const isFree = isGratis(model.price.planKind)
  if (isFree && changes.amountFen !== undefined)
    errors.push(
      refuse('/amountFen', text('该方案为无偿提供', 'belongs to a free plan'), text('删除价款', 'leave it out')),
    )
  if (isFree && changes.paymentWorkingDays !== undefined)
    errors.push(
      refuse(
        '/paymentWorkingDays',
        text('该方案为无偿提供', 'belongs to a free plan'),
        text('删除支付期限', 'leave it out'),
      ),
    )
  const dropped = model.prohibitedUses.filter(use => changes.prohibitedUses && !changes.prohibitedUses.includes(use))
  if (dropped.length > 0)
    errors.push(
      refuse(
        '/prohibitedUses',
        text('不能删去挂牌时载明的禁止用途', 'must keep every use that the listing prohibits'),
        text(`补上：${dropped.join('、')}`, `add: ${dropped.join('; ')}`),
      ),
    )
  if (errors.length === 0 && canonicalJson(applyChanges(current, changes)) === canonicalJson(current))
    errors.push(
      refuse(
        '',
        text('与对方提出的条款没有差别', 'changes nothing in the terms on the table'),
        text('如无异议请直接同意', 'agree instead'),
      ),
    )
  return errors
}

const watched: readonly (readonly [pointer: string, read: (terms: Terms) => unknown])[] = [
  ['/prohibitedUses', t => t.prohibitedUses],
  ['/price/amountFen', t => t.price.amountFen],
  ['/payment/dueWorkingDays', t => t.payment.dueWorkingDays],
  ['/delivery/dueWorkingDays', t => t.delivery.dueWorkingDays],
  ['/acceptance/periodWorkingDays', t => t.acceptance.periodWorkingDays],
  ['/dispute/method', t => t.dispute.method],
  ['/dispute/place', t => t.dispute.place],
]

/** Where the terms differ from what the model contract and the listing gave; shown, never blocked (Art 29 ¶2). */
export function deviationsOf(model: Terms, terms: Terms): Deviation[] {
  return watched.flatMap(([pointer, read]) => {
    const [before, after] = [canonicalJson(read(model)), canonicalJson(read(terms))]
    return before === after ? [] : [{ pointer, model: before, agreed: after }]
  })
}

/**
 * The statement that an organisation signs: canonical JSON, kept byte for byte. Whoever has it, the signature and the
 * public key can check it with nothing else; `textHash` is the SHA-256 of the frozen text (电子签名法 Art. 13).
 */
export const statementOf = (facts: {
  readonly contract: string
  readonly textHash: string
  readonly organization: string
  readonly signer: string
  readonly signedAt: Date
}): string => canonicalJson({ v: 1, type: 'contract-signature', ...facts })
