import { defineMachine } from '../../../kernel/machine.ts'
import { defineProblem } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'

/** A payment that the buyer makes on the page of a payment provider. Late success is possible in every unpaid state. */
export const onlinePaymentMachine = defineMachine({
  name: 'online-payment',
  initial: 'requested',
  states: {
    requested: text('正在准备支付页面', 'The page to pay on is being prepared'),
    open: text('等待支付', 'Waiting to be paid'),
    paid: text('已支付', 'Paid'),
    expired: text('已失效', 'Expired'),
    failed: text('未能支付', 'Not paid'),
  },
  moves: {
    open: { from: ['requested'], to: 'open' },
    pay: { from: ['requested', 'open', 'expired', 'failed'], to: 'paid' },
    expire: { from: ['requested', 'open'], to: 'expired' },
    fail: { from: ['requested', 'open'], to: 'failed' },
  },
})
export type OnlinePaymentState = keyof typeof onlinePaymentMachine.states
export const onlinePaymentStates = Object.keys(onlinePaymentMachine.states) as OnlinePaymentState[]

/** What the exchange wants a payment provider to do: committed before it is asked, asked with one key for ever. */
export const intentMachine = defineMachine({
  name: 'intent',
  initial: 'pending',
  states: {
    pending: text('待发出', 'To be sent'),
    sent: text('已发出', 'Sent'),
    unknown: text('结果不明，继续核实', 'Outcome unknown, being resolved'),
    succeeded: text('已受理', 'Accepted'),
    failed: text('未受理', 'Refused'),
    parked: text('已停发，待人工处理', 'Parked for a person'),
  },
  moves: {
    send: { from: ['pending', 'unknown', 'sent'], to: 'sent' },
    lose: { from: ['sent'], to: 'unknown' },
    succeed: { from: ['sent', 'unknown'], to: 'succeeded' },
    fail: { from: ['sent', 'unknown'], to: 'failed' },
    park: { from: ['sent', 'unknown'], to: 'parked' },
    resume: { from: ['parked'], to: 'unknown' },
    overtake: { from: ['pending', 'sent', 'unknown', 'parked'], to: 'failed' },
  },
})
export type IntentState = keyof typeof intentMachine.states
export const intentStates = Object.keys(intentMachine.states) as IntentState[]

export const intentKinds = [
  'open-payment',
  'close-payment',
  'refund',
  'transfer',
  'reverse-transfer',
  'open-payee',
  'submit-evidence',
] as const
export type IntentKind = (typeof intentKinds)[number]

/** Kinds whose money leaves its account in the commit that makes the intent; the posting bears the intent's id. */
export const moneyKinds: readonly IntentKind[] = ['refund', 'transfer', 'reverse-transfer']

/** Money back through the provider that brought it. A success may still turn into a failure days later. */
export const onlineRefundMachine = defineMachine({
  name: 'online-refund',
  initial: 'requested',
  states: {
    requested: text('待发出', 'To be sent'),
    pending: text('通道办理中', 'Under way'),
    succeeded: text('已退回', 'Given back'),
    failed: text('未能原路退回，改由银行退款', 'Not given back; refunded by bank instead'),
    overtaken: text('付款人已由拒付取回，不再退款', 'Not needed: the payer has it by a chargeback'),
  },
  moves: {
    accept: { from: ['requested'], to: 'pending' },
    succeed: { from: ['requested', 'pending'], to: 'succeeded' },
    fail: { from: ['requested', 'pending', 'succeeded'], to: 'failed' },
    overtake: { from: ['requested', 'pending'], to: 'overtaken' },
  },
})
export type OnlineRefundState = keyof typeof onlineRefundMachine.states
export const onlineRefundStates = Object.keys(onlineRefundMachine.states) as OnlineRefundState[]

/** A vendor's share on its way to the vendor's account with the provider. */
export const transferMachine = defineMachine({
  name: 'transfer',
  initial: 'requested',
  states: {
    requested: text('待划付', 'To be transferred'),
    done: text('已划付', 'Transferred'),
    failed: text('未能划付，改由银行付款', 'Not transferred; paid by bank instead'),
  },
  moves: {
    finish: { from: ['requested'], to: 'done' },
    fail: { from: ['requested'], to: 'failed' },
  },
})
export type TransferState = keyof typeof transferMachine.states
export const transferStates = Object.keys(transferMachine.states) as TransferState[]

/** An organisation's account with the provider: asked for by one person, confirmed by another, checked by the provider. */
export const connectedAccountMachine = defineMachine({
  name: 'connected-account',
  initial: 'submitted',
  states: {
    submitted: text('待确认', 'To be confirmed'),
    opening: text('开通中', 'Being opened'),
    onboarding: text('待完善资料', 'Information to be given'),
    ready: text('可收款', 'Ready to be paid to'),
    refused: text('未通过', 'Refused'),
    closed: text('已停用', 'No longer used'),
  },
  moves: {
    confirm: { from: ['submitted'], to: 'opening' },
    refuse: { from: ['submitted', 'opening'], to: 'refused' },
    begin: { from: ['opening'], to: 'onboarding' },
    enable: { from: ['opening', 'onboarding'], to: 'ready' },
    restrict: { from: ['ready'], to: 'onboarding' },
    close: { from: ['submitted', 'opening', 'onboarding', 'ready'], to: 'closed' },
  },
})
export type ConnectedAccountState = keyof typeof connectedAccountMachine.states
export const connectedAccountStates = Object.keys(connectedAccountMachine.states) as ConnectedAccountState[]

/** A payer's bank takes the money back and the exchange may answer with evidence until a day. */
export const chargebackMachine = defineMachine({
  name: 'chargeback',
  initial: 'open',
  states: {
    open: text('待举证', 'Evidence to be given'),
    answered: text('已举证，待裁决', 'Answered, to be decided'),
    won: text('胜诉，款项退还', 'Won, money reinstated'),
    lost: text('败诉', 'Lost'),
  },
  moves: {
    answer: { from: ['open'], to: 'answered' },
    reopen: { from: ['answered'], to: 'open' },
    win: { from: ['open', 'answered'], to: 'won' },
    lose: { from: ['open', 'answered'], to: 'lost' },
  },
})
export type ChargebackState = keyof typeof chargebackMachine.states
export const chargebackStates = Object.keys(chargebackMachine.states) as ChargebackState[]

const hour = 3_600_000
/** The provider forgets keys after a day: within this time the same key is safe to say again (I12). */
export const keyLifetime = 23 * hour
/** After so many attempts an intent is parked, and a person decides. */
export const maxAttempts = 12

/** Milliseconds until the next attempt: 2 s, 4 s, … an hour at most. */
export const backoff = (attempts: number): number => Math.min(hour, 1_000 * 2 ** Math.min(attempts, 12))

/** Whether the same key may be said again, or the object is looked for first. */
export const isKeyFresh = (firstSentAt: Date | null, now: Date): boolean =>
  firstSentAt === null || now.getTime() - firstSentAt.getTime() < keyLifetime

export const onlinePaymentOff = defineProblem(
  'online-payment-off',
  409,
  text('未开通网上支付', 'Online payment is not set up'),
  text('请按付款通知以银行转账付款。', 'Pay by bank transfer as the instruction says.'),
)

export const signatureInvalid = defineProblem(
  'webhook-signature-invalid',
  400,
  text('通知的签名无效或已过期', 'The signature of the notification is invalid or stale'),
  text(
    '核对签名密钥与发送方时钟；无效的通知不产生任何效果，并已记录。',
    'Compare the signing secret and the clock of the sender; nothing was done, and it was recorded.',
  ),
)
