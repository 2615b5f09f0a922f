import { createHash } from 'node:crypto'
import { canonicalJson } from '../../kernel/canonical.ts'
import { defineMachine } from '../../kernel/machine.ts'
import { sumFen } from '../../kernel/money.ts'
import { defineProblem } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'

/** Which side of the books an account stands on: debits raise assets and expenses, credits liabilities and revenue. */
export const accountKinds = ['asset', 'liability', 'revenue', 'expense'] as const
export type AccountKind = (typeof accountKinds)[number]

interface Purpose {
  readonly kind: AccountKind
  /** one account per trade or organisation, named `purpose:<uuid>` */
  readonly isPerSubject: boolean
  /** has a locked balance that cannot fall below zero (I6); the others are shared, so their balance is derived */
  readonly isGuarded: boolean
  readonly name: Text
}

/** Every account there can be, by the first part of its name (trust 1.1). */
export const purposes = {
  psp_clearing: {
    kind: 'asset',
    isPerSubject: false,
    isGuarded: false,
    name: text('银行存款（托管户）', 'Bank, escrow account'),
  },
  escrow: { kind: 'liability', isPerSubject: true, isGuarded: true, name: text('托管资金', 'Money in escrow') },
  payable: { kind: 'liability', isPerSubject: true, isGuarded: true, name: text('应付供方', 'Owed to the vendor') },
  payout_in_flight: {
    kind: 'liability',
    isPerSubject: false,
    isGuarded: false,
    name: text('付款在途', 'Payouts in flight'),
  },
  refund_in_flight: {
    kind: 'liability',
    isPerSubject: false,
    isGuarded: false,
    name: text('退款在途', 'Refunds in flight'),
  },
  gateway_clearing: {
    kind: 'asset',
    isPerSubject: false,
    isGuarded: false,
    name: text('网上支付通道余额', 'Balance with the payment provider'),
  },
  gateway_withheld: {
    kind: 'asset',
    isPerSubject: false,
    isGuarded: false,
    name: text('通道暂扣款（拒付）', 'Withheld by the provider for chargebacks'),
  },
  gateway_transit: {
    kind: 'asset',
    isPerSubject: false,
    isGuarded: false,
    name: text('通道提现在途', 'On its way from the provider to the bank'),
  },
  own_funds: {
    kind: 'asset',
    isPerSubject: false,
    isGuarded: false,
    name: text('交易场所自有资金户', 'The exchange’s own account'),
  },
  transfer_in_flight: {
    kind: 'liability',
    isPerSubject: false,
    isGuarded: false,
    name: text('划付在途', 'Transfers in flight'),
  },
  dispute_hold: {
    kind: 'liability',
    isPerSubject: true,
    isGuarded: true,
    name: text('拒付冻结资金', 'Held for a chargeback'),
  },
  suspense: { kind: 'liability', isPerSubject: false, isGuarded: false, name: text('待查款项', 'Unexplained money') },
  fee_revenue: { kind: 'revenue', isPerSubject: false, isGuarded: false, name: text('交易服务费', 'Platform fees') },
  psp_fee: { kind: 'expense', isPerSubject: false, isGuarded: false, name: text('通道手续费', 'Fees of payment') },
  vendor_receivable: {
    kind: 'asset',
    isPerSubject: true,
    isGuarded: true,
    name: text('应收供方', 'Owed by the vendor'),
  },
} as const satisfies Record<string, Purpose>

export type AccountPurpose = keyof typeof purposes

const subject = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** What an account is for, from its name. @throws RangeError for a name that no account can have. */
export function purposeOf(account: string): Purpose {
  const cut = account.indexOf(':')
  const prefix = cut < 0 ? account : account.slice(0, cut)
  const found: Purpose | undefined = Object.hasOwn(purposes, prefix) ? purposes[prefix as AccountPurpose] : undefined
  const isWhole = found && (found.isPerSubject ? cut > 0 && subject.test(account.slice(cut + 1)) : cut < 0)
  if (!isWhole) throw new RangeError(`there is no account ${account}`)
  return found
}

/** A sum of entries (debit +, credit −) as the account's own direction reads it: what an asset holds, a liability owes. */
export const naturalBalance = (kind: AccountKind, sum: bigint): bigint =>
  kind === 'asset' || kind === 'expense' ? sum : -sum

/** One side of a transaction: debit is positive, credit negative, in fen. */
export interface EntryInput {
  readonly account: string
  readonly amountFen: bigint
}

/** Amounts cross the wire as integers, so none is larger than 2^53−1 fen (I1). */
export const maxFen = BigInt(Number.MAX_SAFE_INTEGER)

/** @throws RangeError unless there are two entries or more, none is zero or beyond 2^53−1, and they sum to zero (I1). */
export function assertBalanced(entries: readonly EntryInput[]): void {
  if (entries.length < 2 || entries.length > 100) throw new RangeError('a transaction has 2 to 100 entries')
  for (const { account, amountFen } of entries) {
    purposeOf(account)
    if (amountFen === 0n || amountFen > maxFen || amountFen < -maxFen)
      throw new RangeError(`${amountFen} fen on ${account} is not an amount`)
  }
  const sum = sumFen(entries.map(entry => entry.amountFen))
  if (sum !== 0n) throw new RangeError(`the entries sum to ${sum} fen, not to zero`)
}

/** SHA-256 of what a transaction does, whenever and in whatever order it is said: tells a repetition from a mistake. */
export function contentHash(kind: string, entries: readonly EntryInput[]): string {
  const sides = entries.map(({ account, amountFen }) => `${account} ${amountFen}`).sort()
  return createHash('sha256').update(canonicalJson({ kind, sides })).digest('hex')
}

/** The entries that undo others. */
export const opposite = (entries: readonly EntryInput[]): EntryInput[] =>
  entries.map(({ account, amountFen }) => ({ account, amountFen: -amountFen }))

/** A transaction is never changed; a mistake is undone once by another one (I4). */
export const transactionMachine = defineMachine({
  name: 'ledger-transaction',
  initial: 'posted',
  states: { posted: text('已记账', 'Posted'), reversed: text('已冲正', 'Reversed') },
  moves: { reverse: { from: ['posted'], to: 'reversed' } },
})

export const insufficientFunds = defineProblem(
  'insufficient-funds',
  409,
  text('可用余额不足', 'Not enough money available'),
  text(
    '刷新后查看托管与应付余额；同一笔资金不能支付两次。',
    'Look at the balances in escrow and payable again: the same money cannot leave twice.',
  ),
)

export const referenceReused = defineProblem(
  'ledger-reference-reused',
  409,
  text('记账凭证号已用于另一笔交易', 'The reference stands for another transaction'),
  text('核对已记账的交易；需要更正时先冲正。', 'Look at the transaction that was posted; reverse it to correct it.'),
)
