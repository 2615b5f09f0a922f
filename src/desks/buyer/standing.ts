import { type Text, text } from '../../kernel/text.ts'
import type { ContractFacts, ContractState, Side } from '../../modules/contracts/index.ts'
import type { OrderState, SubscriptionState } from '../../modules/orders/index.ts'
import type { Tone } from '../../web/parts.tsx'

export const contractTones: Partial<Record<ContractState, Tone>> = {
  negotiating: 'warn',
  countered: 'warn',
  agreed: 'warn',
  partly_signed: 'warn',
  performing: 'good',
  completed: 'good',
  suspended: 'bad',
  terminated: 'bad',
  void: 'bad',
}

export const orderTones: Partial<Record<OrderState, Tone>> = {
  awaiting_payment: 'warn',
  delivered: 'warn',
  redelivering: 'warn',
  delivering: 'info',
  accepted: 'good',
  settled: 'good',
  closed: 'good',
  rejected: 'bad',
  disputed: 'bad',
  refunding: 'bad',
}

export const subscriptionTones: Partial<Record<SubscriptionState, Tone>> = {
  pending: 'warn',
  active: 'good',
  grace: 'warn',
  cancelling: 'info',
}

/** Contracts by how far they are, as tabs show them. */
export const contractGroups = {
  open: ['drafted', 'negotiating', 'countered', 'agreed', 'partly_signed'],
  running: ['signed', 'effective', 'performing', 'suspended'],
  ended: ['completed', 'terminated', 'expired', 'lapsed', 'void'],
} as const satisfies Record<string, readonly ContractState[]>

/** Orders by how far they are. */
export const orderGroups = {
  open: [
    'created',
    'confirmed',
    'awaiting_payment',
    'escrowed',
    'delivering',
    'delivered',
    'rejected',
    'redelivering',
    'disputed',
  ],
  clearing: ['accepted', 'partly_refunded', 'settling', 'settled', 'refunding'],
  ended: ['closed', 'refunded', 'cancelled'],
} as const satisfies Record<string, readonly OrderState[]>

type Standing = Pick<ContractFacts, 'state' | 'signatures' | 'vendorId' | 'buyerId'>

/** The side of a party; undefined for those who only read. */
export function partyOf(
  { vendorId, buyerId }: Pick<Standing, 'vendorId' | 'buyerId'>,
  own: string | null,
): Side | undefined {
  if (own === vendorId) return 'vendor'
  return own === buyerId ? 'buyer' : undefined
}

/** Whose step is next: to answer, or to sign. */
export function waitsFor({ state, signatures }: Pick<Standing, 'state' | 'signatures'>): {
  readonly sides: readonly Side[]
  readonly step: 'answer' | 'sign' | 'none'
} {
  if (state === 'negotiating') return { sides: ['vendor'], step: 'answer' }
  if (state === 'countered') return { sides: ['buyer'], step: 'answer' }
  if (state !== 'agreed' && state !== 'partly_signed') return { sides: [], step: 'none' }
  const signed = signatures.map(signature => signature.side)
  return { sides: (['vendor', 'buyer'] as const).filter(side => !signed.includes(side)), step: 'sign' }
}

/** What waits on a contract for a reader on one side, in a few words. */
export function contractStep(
  contract: Pick<Standing, 'state' | 'signatures'>,
  side: Side | undefined,
): Text | undefined {
  const { sides, step } = waitsFor(contract)
  if (step === 'none') return undefined
  const isOwn = side !== undefined && sides.includes(side)
  if (step === 'answer')
    return isOwn ? text('请答复', 'Answer') : text('等待对方答复', 'Waiting for the other side’s answer')
  return isOwn ? text('请签署', 'Sign') : text('等待对方签署', 'Waiting for the other side’s signature')
}

const buyerSteps: Partial<Record<OrderState, Text>> = {
  awaiting_payment: text('付款', 'Pay'),
  delivering: text('下载数据', 'Download'),
  redelivering: text('重新下载', 'Download again'),
  delivered: text('验收', 'Accept or reject'),
}
const vendorSteps: Partial<Record<OrderState, Text>> = {
  awaiting_payment: text('等待需方付款', 'Waiting for the buyer’s payment'),
  delivering: text('等待需方下载', 'Waiting for the buyer’s download'),
  delivered: text('等待需方验收', 'Waiting for the buyer’s acceptance'),
  rejected: text('重新交付或退款', 'Deliver again or refund'),
}
const shared: Partial<Record<OrderState, Text>> = {
  rejected: text('等待供方处理', 'Waiting for the vendor'),
  disputed: text('等待调解', 'Waiting for mediation'),
  accepted: text('等待结算', 'Waiting for settlement'),
}

/** What waits on an order for a reader on one side, in a few words. */
export const orderStep = (state: OrderState, side: string): Text | undefined =>
  (side === 'buyer' ? buyerSteps : side === 'vendor' ? vendorSteps : {})[state] ?? shared[state]

/** The last day of what an order waits for. */
export const orderDue = (order: {
  readonly state: OrderState
  readonly paymentDueAt: Date | null
  readonly deliveryDueAt: Date | null
  readonly acceptanceDueAt: Date | null
  readonly mediationDueAt: Date | null
}): Date | null => {
  if (order.state === 'awaiting_payment') return order.paymentDueAt
  if (order.state === 'delivered') return order.acceptanceDueAt
  if (order.state === 'disputed') return order.mediationDueAt
  return ['escrowed', 'delivering', 'rejected', 'redelivering'].includes(order.state) ? order.deliveryDueAt : null
}
