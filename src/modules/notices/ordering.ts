import type { Cx } from '../../kernel/command.ts'
import { type Order, type OrderState, orderOf } from '../orders/index.ts'
import { type Draft, type Hear, idIn, operatorId, otherSide, type Side, type Trade, tradeOf } from './draft.ts'
import type { Kind, Params } from './words.ts'

/** An order with its trade: numbers in what is told are the order's. */
export interface Ordered {
  readonly order: Order
  readonly trade: Trade
}

export async function orderedOf(cx: Cx, orderId: string): Promise<Ordered> {
  const order = await orderOf(cx, orderId)
  return { order, trade: await tradeOf(cx, order.contractId) }
}

const at = (dueAt: Date | null): Params => ({ dueAt: dueAt?.toISOString() ?? null })
const because = ({ order }: Ordered): Params => ({ reason: order.reason })

/** One draft to one side of an order. */
export const orderDraft = ({ order, trade }: Ordered, side: Side, kind: Kind, more: Params = {}): Draft => ({
  kind,
  to: trade.idOf(side),
  subject: ['order', order.id],
  href: `/orders/${order.id}`,
  params: { ...trade.about(side), number: order.number, ...more },
})

const toOperator = async (cx: Cx, ordered: Ordered, kind: Kind, more: Params): Promise<Draft> => ({
  ...orderDraft(ordered, 'buyer', kind, more),
  to: await operatorId(cx),
  href: `/operator/orders/${ordered.order.id}`,
})

type Said = readonly (readonly [side: Side, kind: Kind, more?: Params])[]

/** What is said to the two sides, as long as the order is in one of `states` (all, when none is named). */
const told =
  (say: (ordered: Ordered) => Said, ...states: OrderState[]): Hear =>
  async (cx, payload) => {
    const ordered = await orderedOf(cx, idIn(payload, 'orderId'))
    if (states.length > 0 && !states.includes(ordered.order.state)) return []
    return say(ordered).map(([side, kind, more]) => orderDraft(ordered, side, kind, more))
  }

const disputed: Hear = async (cx, payload) => {
  const ordered = await orderedOf(cx, idIn(payload, 'orderId'))
  if (ordered.order.state !== 'disputed') return []
  const other = payload.by === 'vendor' || payload.by === 'buyer' ? otherSide(payload.by) : 'vendor'
  return [
    orderDraft(ordered, other, 'order.disputed', because(ordered)),
    await toOperator(cx, ordered, 'order.to-mediate', { ...because(ordered), ...at(ordered.order.mediationDueAt) }),
  ]
}

/** Something happened in the room of a dispute: told to the other side, and to both when the operator spoke. */
const inRoom =
  (kind: Kind): Hear =>
  async (cx, payload) => {
    const ordered = await orderedOf(cx, idIn(payload, 'orderId'))
    const { by } = payload
    const sides: readonly Side[] = by === 'vendor' || by === 'buyer' ? [otherSide(by)] : ['vendor', 'buyer']
    return sides.map(side => ({ ...orderDraft(ordered, side, kind), href: `/orders/${ordered.order.id}/dispute` }))
  }

const mediationOverdue: Hear = async (cx, payload) => {
  const ordered = await orderedOf(cx, idIn(payload, 'orderId'))
  return [await toOperator(cx, ordered, 'order.mediation-overdue', at(ordered.order.mediationDueAt))]
}

const refunding: Hear = async (cx, payload) => {
  const ordered = await orderedOf(cx, idIn(payload, 'orderId'))
  const more = { ...because(ordered), amountFen: Number(payload.amountFen) }
  return [orderDraft(ordered, 'buyer', 'order.refunding', more), orderDraft(ordered, 'vendor', 'order.refunding', more)]
}

const accepted: Hear = async (cx, payload) => {
  const ordered = await orderedOf(cx, idIn(payload, 'orderId'))
  const toVendor = orderDraft(ordered, 'vendor', 'order.accepted')
  return payload.isDeemed === true ? [toVendor, orderDraft(ordered, 'buyer', 'order.deemed-accepted')] : [toVendor]
}

/** Downloads stopped because the gate of the data closed, or go on since it opened. */
const gateFollowed: Hear = async (cx, payload) => {
  const ordered = await orderedOf(cx, idIn(payload, 'orderId'))
  return [orderDraft(ordered, 'buyer', payload.move === 'resume' ? 'access.resumed' : 'access.suspended')]
}

export const ordering: Readonly<Record<string, Hear>> = {
  'orders.order-created': told(
    ({ order }) => [['buyer', 'order.to-pay', { amountFen: Number(order.amountFen), ...at(order.paymentDueAt) }]],
    'awaiting_payment',
  ),
  'orders.order-paid': told(({ order }) => [
    ['vendor', 'order.paid', { amountFen: Number(order.amountFen) }],
    ['buyer', 'order.payment-received', { amountFen: Number(order.amountFen) }],
  ]),
  'delivery.entitlement-opened': told(() => [['buyer', 'order.ready']], 'escrowed', 'delivering'),
  'delivery.access-followed-gate': gateFollowed,
  'orders.order-redelivering': told(() => [['buyer', 'order.redelivering']], 'redelivering'),
  'orders.order-delivered': told(
    ({ order }) => [
      ['buyer', 'order.to-accept', at(order.acceptanceDueAt)],
      ['vendor', 'order.delivered'],
    ],
    'delivered',
  ),
  'orders.order-accepted': accepted,
  'orders.order-rejected': told(ordered => [['vendor', 'order.rejected', because(ordered)]], 'rejected'),
  'orders.order-disputed': disputed,
  'orders.dispute-stated': inRoom('order.dispute-stated'),
  'orders.outcome-proposed': inRoom('order.outcome-proposed'),
  'orders.outcome-declined': inRoom('order.outcome-declined'),
  'orders.order-refunding': refunding,
  'orders.order-refunded': told(() => [
    ['buyer', 'order.refunded'],
    ['vendor', 'order.refunded'],
  ]),
  'orders.order-cancelled': told(ordered => [
    ['buyer', 'order.cancelled', because(ordered)],
    ['vendor', 'order.cancelled', because(ordered)],
  ]),
  'orders.order-closed': told(() => [['buyer', 'order.settled']]),
  'orders.order-rated': told(() => [['vendor', 'order.rated']]),
  'orders.rating-replied': told(() => [['buyer', 'order.rating-replied']]),
  'orders.acceptance-overdue': told(
    ({ order }) => [['buyer', 'order.acceptance-overdue', at(order.acceptanceDueAt)]],
    'delivered',
  ),
  'orders.delivery-overdue': told(({ order }) => [
    ['vendor', 'order.delivery-overdue', at(order.deliveryDueAt)],
    ['buyer', 'order.delivery-overdue', at(order.deliveryDueAt)],
  ]),
  'orders.mediation-overdue': mediationOverdue,
}
