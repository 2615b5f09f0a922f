import { defineMachine } from '../../../kernel/machine.ts'
import { text } from '../../../kernel/text.ts'

/** A difference between the books and what the bank or the payment provider says, until it is accounted for. */
export const differenceMachine = defineMachine({
  name: 'difference',
  initial: 'open',
  states: {
    open: text('待查明', 'Unexplained'),
    proposed: text('更正待复核', 'Correction to be confirmed'),
    explained: text('已说明', 'Explained'),
    corrected: text('已更正入账', 'Corrected by a booking'),
    settled: text('已自行消除', 'Gone by itself'),
  },
  moves: {
    explain: { from: ['open'], to: 'explained' },
    propose: { from: ['open'], to: 'proposed' },
    refuse: { from: ['proposed'], to: 'open' },
    confirm: { from: ['proposed'], to: 'corrected' },
    settle: { from: ['open', 'proposed', 'explained'], to: 'settled' },
    reopen: { from: ['explained', 'settled'], to: 'open' },
  },
})

export type DifferenceState = keyof typeof differenceMachine.states
export type DifferenceMove = keyof typeof differenceMachine.moves
export const differenceStates = Object.keys(differenceMachine.states) as DifferenceState[]

/** What does not agree. The amount of each is what the outside shows, less what the books show, in fen. */
export const differenceKinds = {
  'outlay-unbooked': text('银行已转出，账上没有', 'Left the bank, not in the books'),
  'payout-amount': text('付款金额与银行不符', 'A payout of another amount at the bank'),
  'payout-missing': text('账上已付款，对账单没有', 'Paid in the books, not on the statement'),
  'balance-gap': text('对账单首尾不衔接', 'A statement does not begin where the last one ended'),
  'movement-unbooked': text('通道有流水，账上没有', 'Moved at the provider, not in the books'),
  'movement-amount': text('金额与通道不符', 'Another amount at the provider'),
  'movement-missing': text('账上已收付，通道没有流水', 'In the books, no movement at the provider'),
}
export type DifferenceKind = keyof typeof differenceKinds
export const allDifferenceKinds = Object.keys(differenceKinds) as DifferenceKind[]

/** With whom the books are compared, and the account in which its money is. */
export const sides = {
  bank: { account: 'psp_clearing', name: text('银行', 'Bank') },
  gateway: { account: 'gateway_clearing', name: text('支付通道', 'Payment provider') },
} as const
export type Side = keyof typeof sides

/** The accounts against which a difference can be booked. */
export const correctionAccounts = {
  psp_fee: text('手续费（银行或通道收取）', 'Charges of the bank or the provider'),
  own_funds: text('交易场所自有资金（转出或补足）', 'The exchange’s own funds, taken out or put in'),
}
export type CorrectionAccount = keyof typeof correctionAccounts

const booked: readonly DifferenceKind[] = ['outlay-unbooked', 'payout-amount', 'movement-unbooked', 'movement-amount']

/** Whether a booking can account for it: what the outside has and the books lack, not what they have too much. */
export const isBookable = (kind: DifferenceKind): boolean => booked.includes(kind)

/** Milliseconds after which an unexplained difference is overdue (I15). */
export const overdueAfter = 86_400_000

/** What began a comparison. */
export const causes = ['daily', 'import', 'person'] as const
export type Cause = (typeof causes)[number]
