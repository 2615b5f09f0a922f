import { addWorkingDays, dayOf, startOfDay } from '../../kernel/calendar.ts'
import { defineMachine } from '../../kernel/machine.ts'
import { splitLargestRemainder } from '../../kernel/money.ts'
import { defineProblem } from '../../kernel/problem.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'

export {
  chargebackMachine,
  connectedAccountMachine,
  intentMachine,
  onlinePaymentMachine,
  onlineRefundMachine,
  transferMachine,
} from './online/model.ts'
export { differenceMachine } from './reconciling/model.ts'

/** What becomes of money that came in: one line of a bank statement. */
export const lineMachine = defineMachine({
  name: 'statement-line',
  initial: 'received',
  states: {
    received: text('已导入', 'Received'),
    unmatched: text('待认领', 'Unmatched, in suspense'),
    matched: text('已匹配', 'Matched'),
    partial: text('部分付款，待补足', 'Part of the price, waiting for the rest'),
    surplus: text('多付，余款待退', 'More than the price, the rest goes back'),
    duplicate: text('重复付款，待退', 'Paid twice, goes back'),
    returning: text('退回中', 'Going back'),
    returned: text('已退回', 'Returned'),
  },
  moves: {
    match: { from: ['received', 'unmatched'], to: 'matched' },
    matchPart: { from: ['received', 'unmatched'], to: 'partial' },
    matchSurplus: { from: ['received', 'unmatched'], to: 'surplus' },
    matchDuplicate: { from: ['received', 'unmatched'], to: 'duplicate' },
    suspend: { from: ['received'], to: 'unmatched' },
    complete: { from: ['partial'], to: 'matched' },
    return: { from: ['unmatched', 'partial'], to: 'returning' },
    finishReturn: { from: ['returning', 'surplus', 'duplicate'], to: 'returned' },
  },
})

export type LineState = keyof typeof lineMachine.states
export type LineMove = keyof typeof lineMachine.moves
export const lineStates = Object.keys(lineMachine.states) as LineState[]

/** Money that leaves: to a vendor, back to a buyer, or back to whom it came from. */
export const payoutMachine = defineMachine({
  name: 'payout',
  initial: 'waiting',
  states: {
    waiting: text('待收款账户', 'Waiting for an account'),
    ready: text('待付款', 'Ready to be ordered'),
    ordered: text('已提交银行，待复核确认', 'Ordered from the bank, to be confirmed'),
    confirmed: text('已付款', 'Paid'),
    bounced: text('银行退票', 'Bounced'),
  },
  moves: {
    release: { from: ['waiting'], to: 'ready' },
    hold: { from: ['ready', 'bounced'], to: 'waiting' },
    order: { from: ['ready'], to: 'ordered' },
    confirm: { from: ['ordered'], to: 'confirmed' },
    bounce: { from: ['ordered'], to: 'bounced' },
    retry: { from: ['bounced'], to: 'ready' },
  },
})

export type PayoutState = keyof typeof payoutMachine.states
export const payoutStates = Object.keys(payoutMachine.states) as PayoutState[]

/** `vendor`: the share of a settled order · `refund`: escrow back to the buyer · `return`: money that paid nothing. */
export const payoutKinds = ['vendor', 'refund', 'return'] as const
export type PayoutKind = (typeof payoutKinds)[number]

/** The bank account of an organisation, in its own name; a change takes a second person and a cooling period (I20). */
export const accountMachine = defineMachine({
  name: 'bank-account',
  initial: 'submitted',
  states: {
    submitted: text('待确认', 'To be confirmed'),
    confirmed: text('已确认', 'Confirmed'),
    refused: text('未通过', 'Refused'),
    withdrawn: text('已撤回', 'Withdrawn'),
    replaced: text('已更换', 'Replaced'),
  },
  moves: {
    confirm: { from: ['submitted'], to: 'confirmed' },
    refuse: { from: ['submitted'], to: 'refused' },
    withdraw: { from: ['submitted'], to: 'withdrawn' },
    replace: { from: ['confirmed'], to: 'replaced' },
  },
})

export type AccountState = keyof typeof accountMachine.states
export const accountStates = Object.keys(accountMachine.states) as AccountState[]

/** What an order says to a payment. */
export interface Payable {
  readonly state: string
  readonly amountFen: bigint
}

/** How a payment meets an order; amounts in fen. `isUnpayable` when the order takes no money and never took any. */
export type Meeting =
  | { readonly move: 'match' | 'matchPart' | 'matchSurplus'; readonly captureFen: bigint; readonly surplusFen: bigint }
  | { readonly move: 'matchDuplicate'; readonly captureFen: 0n; readonly surplusFen: bigint }
  | { readonly move: 'suspend'; readonly captureFen: 0n; readonly surplusFen: bigint }

const neverPaid = new Set(['created', 'confirmed', 'cancelled'])

/**
 * How `amountFen` meets an order of which `paidFen` is in escrow already: exact, a part, too much, or a second time.
 * An order that takes no money (cancelled, free) leaves it in suspense.
 */
export function meet(order: Payable, paidFen: bigint, amountFen: bigint): Meeting {
  if (neverPaid.has(order.state) || order.amountFen === 0n)
    return { move: 'suspend', captureFen: 0n, surplusFen: amountFen }
  if (order.state !== 'awaiting_payment') return { move: 'matchDuplicate', captureFen: 0n, surplusFen: amountFen }
  const openFen = order.amountFen - paidFen
  if (amountFen === openFen) return { move: 'match', captureFen: amountFen, surplusFen: 0n }
  if (amountFen < openFen) return { move: 'matchPart', captureFen: amountFen, surplusFen: 0n }
  return { move: 'matchSurplus', captureFen: openFen, surplusFen: amountFen - openFen }
}

const million = 1_000_000n

/** Vendor's share and platform fee of a settled amount, in fen, by largest remainder: together the whole (I18). */
export function splitFee(amountFen: bigint, feePpm: number): { vendorFen: bigint; feeFen: bigint } {
  const fee = BigInt(feePpm)
  const [vendorFen = 0n, feeFen = 0n] = splitLargestRemainder(amountFen, [million - fee, fee])
  return { vendorFen, feeFen }
}

/** What of a payment is in escrow and not given back, in fen. */
export interface Source {
  readonly id: string
  readonly openFen: bigint
}

/** Takes `amountFen` from the payments that brought it, in their order. @throws RangeError when they are not enough. */
export function allocate(sources: readonly Source[], amountFen: bigint): { id: string; amountFen: bigint }[] {
  let left = amountFen
  const parts: { id: string; amountFen: bigint }[] = []
  for (const { id, openFen } of sources) {
    const take = openFen < left ? openFen : left
    if (take > 0n) parts.push({ id, amountFen: take })
    left -= take
  }
  if (left > 0n) throw new RangeError(`${left} fen more are to go back than came in`)
  return parts
}

/** From when a newly confirmed account may be paid to: at once if it is the first, else after the cooling period. */
export const usableFrom = (now: Date, isChange: boolean, pack: RulePack): Date =>
  isChange ? startOfDay(dayOf(addWorkingDays(now, pack.clocks.payeeCooling.workingDays, pack).dueAt)) : now

/** The last four digits, as lists show an account. */
export const tailOf = (accountNumber: string): string => accountNumber.slice(-4)
export const masked = (tail: string): string => `**** ${tail}`

/** Digits of an account number as people type it, or undefined when it is none (8–32 digits or capital letters). */
export function tidyAccountNumber(typed: string): string | undefined {
  const plain = typed.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase()
  return /^[0-9A-Z]{8,32}$/.test(plain) ? plain : undefined
}

export const statementUnreadable = defineProblem(
  'statement-unreadable',
  422,
  text('对账单无法读取', 'The bank statement cannot be read'),
  text(
    '使用说明中的表头，以 UTF-8 或 GBK 保存为 CSV 后重新上传；文件没有任何内容入账。',
    'Use the documented header, save as CSV in UTF-8 or GBK and send it again; nothing of the file was booked.',
  ),
)

export const collectionAccountMissing = defineProblem(
  'collection-account-missing',
  409,
  text('运营机构的收款账户尚未启用', 'The exchange has no account to be paid to yet'),
  text(
    '请运营机构财务提交收款账户并由另一人确认。',
    "The operator's finance registers its bank account and a second person confirms it.",
  ),
)

export const payoutWaits = defineProblem(
  'payout-waits-for-account',
  409,
  text('缺少可用的收款账户', 'There is no account to pay to'),
  text(
    '供方财务提交收款账户并经运营机构确认后，付款自动就绪。',
    "The vendor's finance registers an account; once the operator has confirmed it the payout is ready by itself.",
  ),
)
