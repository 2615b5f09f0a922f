import { defineMachine } from '../../kernel/machine.ts'
import type { FieldError } from '../../kernel/problem.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { isUscc } from '../../kernel/uscc.ts'

/** 交易登记: examined, then certified (domain 5.3a). */
export const registrationMachine = defineMachine({
  name: 'registration',
  initial: 'draft',
  states: {
    draft: text('草稿', 'Draft'),
    submitted: text('已提交，待受理', 'Submitted'),
    supplementing: text('补正中', 'Supplementing'),
    accepted: text('已受理，形式审核中', 'Accepted, in formal review'),
    not_accepted: text('不予受理', 'Not accepted'),
    publicity: text('公示中', 'In publicity'),
    objection_handling: text('异议处理中', 'Objection being handled'),
    registered: text('已登记', 'Registered'),
    rejected: text('不予登记', 'Rejected'),
    cancelled: text('已注销', 'Cancelled'),
    revoked: text('已撤销', 'Revoked'),
    expired: text('已到期', 'Expired'),
  },
  moves: {
    submit: { from: ['draft'], to: 'submitted' },
    accept: { from: ['submitted'], to: 'accepted' },
    return: { from: ['submitted'], to: 'supplementing' },
    resubmit: { from: ['supplementing'], to: 'submitted' },
    refuse: { from: ['submitted'], to: 'not_accepted' },
    publish: { from: ['accepted'], to: 'publicity' },
    object: { from: ['publicity'], to: 'objection_handling' },
    register: { from: ['accepted', 'publicity', 'objection_handling'], to: 'registered' },
    reject: { from: ['accepted', 'objection_handling'], to: 'rejected' },
    correct: { from: ['registered'], to: 'registered' },
    renew: { from: ['registered', 'expired'], to: 'registered' },
    cancel: { from: ['registered'], to: 'cancelled' },
    revoke: { from: ['registered'], to: 'revoked' },
    expire: { from: ['registered'], to: 'expired' },
  },
})

/** 备案: reported, receipted, checked afterwards (domain 5.3b); a life of its own. */
export const filingMachine = defineMachine({
  name: 'filing',
  initial: 'draft',
  states: {
    draft: text('待补全', 'Incomplete'),
    submitted: text('已报送', 'Submitted'),
    filed: text('已备案', 'Filed'),
    filed_checked: text('已备案，已核查', 'Filed and checked'),
    correction_ordered: text('责令补正', 'Correction ordered'),
    referred: text('已移交监督', 'Referred to oversight'),
    closed: text('已办结', 'Closed'),
  },
  moves: {
    submit: { from: ['draft'], to: 'submitted' },
    reopen: { from: ['submitted'], to: 'draft' },
    file: { from: ['submitted'], to: 'filed' },
    pass: { from: ['filed'], to: 'filed_checked' },
    'order-correction': { from: ['filed', 'filed_checked'], to: 'correction_ordered' },
    correct: { from: ['correction_ordered'], to: 'filed' },
    refer: { from: ['correction_ordered'], to: 'referred' },
    close: { from: ['filed', 'filed_checked'], to: 'closed' },
  },
})

export type RegistrationState = keyof typeof registrationMachine.states
export type RegistrationMove = keyof typeof registrationMachine.moves
export type FilingState = keyof typeof filingMachine.states
export type FilingMove = keyof typeof filingMachine.moves

interface Party {
  readonly name: string
  readonly uscc: string
  readonly division: string
}

/** The trade record that is registered and filed (domain 4.1; GB/T 36343). Amounts in fen as decimal text. */
export interface TradeFacts {
  readonly channel: 'on-venue'
  readonly contractNumber: string
  readonly contractTextHash: string
  readonly contractPdfSha256: string
  readonly template: { readonly code: string; readonly version: string; readonly hash: string }
  readonly deviations: number
  readonly vendor: Party
  readonly buyer: Party
  readonly productNumber: string
  readonly productName: string
  readonly productVersion: number
  readonly contentHash: string
  readonly purpose: string
  readonly scenario: string
  readonly grade: string
  readonly containsPersonalInfo: boolean
  readonly personalInfoBasis: string | null
  readonly isPublicData: boolean
  readonly sourceCategory: string
  readonly sourceStatement: string
  readonly priceKind: string
  readonly amountFen: string
  readonly signedOn: string
  readonly effectiveAt: string
  readonly endsOn: string | null
  readonly remarks: string | null
}

/** A paper that the record rests on, by the hash of its bytes. */
export interface Material {
  readonly name: { readonly zh: string; readonly en: string }
  readonly sha256: string
}

/** The papers of a filing, from its facts. */
export const materialsOf = (facts: TradeFacts): Material[] => [
  { name: text('已签章合同（PDF）', 'Sealed contract (PDF)'), sha256: facts.contractPdfSha256 },
  { name: text('合同文本', 'Contract text'), sha256: facts.contractTextHash },
  { name: text('数据文件', 'Data file'), sha256: facts.contentHash },
  { name: text('合同示范文本', 'Model contract'), sha256: facts.template.hash },
]

/** What a filing still lacks; empty means complete. The automatic check of 5.3b. */
export function incompleteness(facts: TradeFacts): FieldError[] {
  const errors: FieldError[] = []
  const need = (isThere: boolean, pointer: string, zh: string, en: string) => {
    if (!isThere) errors.push({ pointer, message: text(zh, en) })
  }
  need(isUscc(facts.vendor.uscc), '/vendor/uscc', '供方统一社会信用代码无效', 'is not a valid code of the vendor')
  need(isUscc(facts.buyer.uscc), '/buyer/uscc', '需方统一社会信用代码无效', 'is not a valid code of the buyer')
  need(facts.sourceStatement.length > 0, '/sourceStatement', '缺少数据来源说明', 'the statement of source is missing')
  need(facts.purpose.length > 0, '/purpose', '缺少使用目的', 'the purpose is missing')
  need(facts.scenario.length > 0, '/scenario', '缺少使用场景', 'the scenario is missing')
  need(
    !facts.containsPersonalInfo || (facts.personalInfoBasis ?? '').length > 0,
    '/personalInfoBasis',
    '涉及个人信息，须说明合法性基础',
    'personal information needs its lawful basis',
  )
  need(/^[0-9a-f]{64}$/.test(facts.contractPdfSha256), '/contractPdfSha256', '缺少合同文件', 'the contract is missing')
  return errors
}

/** Whether a trade is put to the public before registration: where the rules ask for it, as for public data (26号 办法). */
export const needsPublicity = (facts: TradeFacts, rules: Pick<RulePack, 'publicityRequiredFor'>): boolean =>
  facts.isPublicData || rules.publicityRequiredFor.sourceCategories.includes(facts.sourceCategory)

/** A party's name as the public sees it: enough to recognise one's counterpart, not enough to list its trades. */
export function maskName(name: string): string {
  const letters = [...name]
  if (letters.length <= 4) return `${letters[0] ?? ''}${'＊'.repeat(Math.max(1, letters.length - 1))}`
  const tail = letters.length > 8 ? 4 : 2
  return `${letters.slice(0, 2).join('')}${'＊'.repeat(letters.length - 2 - tail)}${letters.slice(-tail).join('')}`
}
