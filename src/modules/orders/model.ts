import { addWorkingDays, dayOf, endOfDay, startOfDay } from '../../kernel/calendar.ts'
import { defineMachine, movesFrom } from '../../kernel/machine.ts'
import { defineProblem } from '../../kernel/problem.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'

/** The life of an order from the effective contract to the last payment (GB/T 37728: order, pay, deliver, dispute). */
export const orderMachine = defineMachine({
  name: 'order',
  initial: 'created',
  states: {
    created: text('已创建', 'Created'),
    confirmed: text('已确认', 'Confirmed'),
    awaiting_payment: text('待付款', 'Awaiting payment'),
    escrowed: text('已付款，资金托管中', 'Paid, in escrow'),
    delivering: text('交付中', 'Delivering'),
    delivered: text('已交付，待验收', 'Delivered, to be accepted'),
    accepted: text('已验收', 'Accepted'),
    rejected: text('验收不合格', 'Rejected'),
    redelivering: text('重新交付中', 'Delivering again'),
    refunding: text('退款中', 'Refunding'),
    refunded: text('已退款', 'Refunded'),
    cancelled: text('已取消', 'Cancelled'),
    settling: text('结算中', 'Settling'),
    settled: text('已结算', 'Settled'),
    closed: text('已完结', 'Closed'),
    disputed: text('争议处理中（冻结）', 'Disputed (frozen)'),
    partly_refunded: text('部分退款', 'Partly refunded'),
  },
  moves: {
    confirm: { from: ['created'], to: 'confirmed' },
    requestPayment: { from: ['confirmed'], to: 'awaiting_payment' },
    pay: { from: ['awaiting_payment'], to: 'escrowed' },
    startDelivery: { from: ['escrowed', 'confirmed'], to: 'delivering' },
    deliver: { from: ['delivering', 'redelivering'], to: 'delivered' },
    accept: { from: ['delivered'], to: 'accepted' },
    reject: { from: ['delivered'], to: 'rejected' },
    redeliver: { from: ['rejected'], to: 'redelivering' },
    refund: { from: ['rejected'], to: 'refunding' },
    finishRefund: { from: ['refunding'], to: 'refunded' },
    cancel: { from: ['created', 'confirmed', 'awaiting_payment'], to: 'cancelled' },
    cancelPaid: { from: ['escrowed', 'delivering', 'rejected', 'redelivering'], to: 'refunding' },
    dispute: {
      from: ['escrowed', 'delivering', 'delivered', 'rejected', 'redelivering', 'accepted'],
      to: 'disputed',
    },
    mediateAccept: { from: ['disputed'], to: 'accepted' },
    mediateRefund: { from: ['disputed'], to: 'refunding' },
    mediatePartly: { from: ['disputed'], to: 'partly_refunded' },
    endEarly: { from: ['delivering', 'delivered', 'accepted'], to: 'partly_refunded' },
    endTrial: { from: ['confirmed', 'delivering', 'delivered'], to: 'closed' },
    beginSettlement: { from: ['accepted', 'partly_refunded'], to: 'settling' },
    settle: { from: ['settling'], to: 'settled' },
    close: { from: ['settled'], to: 'closed' },
  },
})

export type OrderState = keyof typeof orderMachine.states
export type OrderMove = keyof typeof orderMachine.moves
export const orderStates = Object.keys(orderMachine.states) as OrderState[]

/** In which capacity somebody looks at an order. */
export type Side = 'buyer' | 'vendor' | 'operator' | 'authority'

/** What the parties and the operator can do by their own will; all other moves follow from money and data. */
export type OrderAction = 'accept' | 'reject' | 'redeliver' | 'refund' | 'cancel' | 'dispute' | 'mediate'

const movesOf: Record<OrderAction, readonly OrderMove[]> = {
  accept: ['accept'],
  reject: ['reject'],
  redeliver: ['redeliver'],
  refund: ['refund'],
  cancel: ['cancel', 'cancelPaid'],
  dispute: ['dispute'],
  mediate: ['mediateAccept', 'mediateRefund', 'mediatePartly'],
}

const sidesOf: Record<OrderAction, readonly Side[]> = {
  accept: ['buyer'],
  reject: ['buyer'],
  redeliver: ['vendor'],
  refund: ['vendor', 'operator'],
  cancel: ['buyer', 'vendor', 'operator'],
  dispute: ['buyer', 'vendor'],
  mediate: ['operator'],
}

/** Whether that side may do this at all, in whatever state the order is. */
export const mayAct = (side: Side, action: OrderAction): boolean => sidesOf[action].includes(side)

interface Dated {
  readonly state: string
  readonly deliveryDueAt: Date | null
}

/** Whether the goods are late: the last day for delivery has ended (民法典 Art. 563: a reason to terminate). */
export const isDeliveryOverdue = (order: Dated, now: Date): boolean =>
  order.deliveryDueAt !== null &&
  now > order.deliveryDueAt &&
  movesFrom(orderMachine, order.state as OrderState).includes('cancelPaid')

/**
 * The move that `cancel` means for that side now. Before payment the buyer (or the operator) may cancel; once paid the
 * vendor may give the money back and the operator may order it at any time, the buyer only when delivery is late.
 */
export function cancelMove(order: Dated, side: Side, now: Date): 'cancel' | 'cancelPaid' | 'too-early' | 'not-yours' {
  if (!movesFrom(orderMachine, order.state as OrderState).includes('cancelPaid'))
    return side === 'vendor' && orderMachine.moves.cancel.from.some(s => s === order.state) ? 'not-yours' : 'cancel'
  return side === 'buyer' && !isDeliveryOverdue(order, now) ? 'too-early' : 'cancelPaid'
}

/** What the reader can do next. */
export function possibleActions(order: Dated, side: Side, now: Date): OrderAction[] {
  const open = movesFrom(orderMachine, order.state as OrderState)
  return (Object.keys(movesOf) as OrderAction[]).filter(
    action =>
      mayAct(side, action) &&
      movesOf[action].some(move => open.includes(move)) &&
      (action !== 'cancel' || ['cancel', 'cancelPaid'].includes(cancelMove(order, side, now))),
  )
}

/** The last instant to pay, to deliver or to accept, and whether it must be computed again (unpublished holidays). */
export const deadline = (from: Date, workingDays: number, pack: RulePack) => addWorkingDays(from, workingDays, pack)

/**
 * The first instant of the day on which an accepted order may be settled (T+1 by default). What pays for a period is
 * held until the period is over, so that the unused days can go back to the buyer.
 */
export function settlementDay(
  acceptedAt: Date,
  pack: RulePack,
  { periodEndsOn }: { readonly periodEndsOn: string | null } = { periodEndsOn: null },
): Date {
  const over = periodEndsOn === null ? acceptedAt : endOfDay(periodEndsOn)
  const from = over > acceptedAt ? over : acceptedAt
  return startOfDay(dayOf(addWorkingDays(from, pack.clocks.settlementDelay.workingDays, pack).dueAt))
}

/** What remains to be split between vendor and exchange once a part was given back, in fen. */
export const settleableFen = (order: { readonly amountFen: bigint; readonly refundFen: bigint }): bigint =>
  order.amountFen - order.refundFen

export const cancellationTooEarly = defineProblem(
  'cancellation-too-early',
  409,
  text('尚不能取消', 'Too early to cancel'),
  text(
    '付款后，交付期限届满仍未交付时需方可以取消；也可以与供方协商退款或申请调解。',
    'Once paid, the buyer may cancel when the last day for delivery has passed; or agree a refund, or open a dispute.',
  ),
)

export const settlementPending = defineProblem(
  'settlement-pending',
  409,
  text('尚未到结算日', 'Not yet to be settled'),
  text('验收后的结算日到来时再结算。', 'Wait for the settlement day after acceptance.'),
)
