import { endOfDay } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import type { Payload } from '../../kernel/events.ts'
import { orderOf, type Subscription, subscriptionOf } from '../orders/index.ts'
import { type Draft, type Hear, idIn, type Side, type Trade, tradeOf } from './draft.ts'
import type { Kind, Params } from './words.ts'

interface Subscribed {
  readonly row: Subscription
  readonly trade: Trade
}

async function subscribedOf(cx: Cx, payload: Payload): Promise<Subscribed> {
  const row = await subscriptionOf(cx, idIn(payload, 'subscriptionId'))
  return { row, trade: await tradeOf(cx, row.contractId) }
}

const draftOf = ({ row, trade }: Subscribed, side: Side, kind: Kind, more: Params = {}): Draft => ({
  kind,
  to: trade.idOf(side),
  subject: ['subscription', row.id],
  href: `/subscriptions/${row.id}`,
  params: { ...trade.about(side), ...more },
})

/** The buyer is told of the amount, and until when it may cancel. */
const announced: Hear = async (cx, payload) => {
  const found = await subscribedOf(cx, payload)
  const { state, periodEndsOn } = found.row
  if (state !== 'active' || periodEndsOn === null) return []
  const more = { amountFen: Number(payload.amountFen), dueAt: endOfDay(periodEndsOn).toISOString() }
  return [draftOf(found, 'buyer', 'subscription.renewing', more)]
}

const toVendor =
  (kind: Kind, state: Subscription['state']): Hear =>
  async (cx, payload) => {
    const found = await subscribedOf(cx, payload)
    return found.row.state === state ? [draftOf(found, 'vendor', kind, { reason: found.row.reason })] : []
  }

const ended: Hear = async (cx, payload) => {
  const found = await subscribedOf(cx, payload)
  const more = { reason: found.row.reason }
  return [draftOf(found, 'buyer', 'subscription.ended', more), draftOf(found, 'vendor', 'subscription.ended', more)]
}

const trialEnded: Hear = async (cx, payload) => {
  const order = await orderOf(cx, idIn(payload, 'orderId'))
  const trade = await tradeOf(cx, order.contractId)
  return [
    {
      kind: 'trial.ended',
      to: trade.idOf('buyer'),
      subject: ['order', order.id],
      href: `/products/${order.productId}`,
      params: trade.about('buyer'),
    },
  ]
}

export const renewing: Readonly<Record<string, Hear>> = {
  'orders.renewal-announced': announced,
  'orders.subscription-cancelled': toVendor('subscription.cancelled', 'cancelling'),
  'orders.subscription-kept': toVendor('subscription.kept', 'active'),
  'orders.subscription-ended': ended,
  'orders.trial-ended': trialEnded,
}
