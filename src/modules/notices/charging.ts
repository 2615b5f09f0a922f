import { type Hear, idIn, operatorId } from './draft.ts'
import { orderDraft, orderedOf } from './ordering.ts'
import type { Kind } from './words.ts'

const accountKinds: Readonly<Record<string, Kind>> = {
  begin: 'connected-account.onboarding',
  enable: 'connected-account.ready',
  restrict: 'connected-account.restricted',
  refuse: 'connected-account.refused',
}

const accountMoved: Hear = async (_, payload) => {
  const kind = accountKinds[String(payload.move)]
  if (!kind) return []
  const id = idIn(payload, 'accountId')
  const reason = payload.reason === null ? null : String(payload.reason)
  const to = idIn(payload, 'organizationId')
  return [{ kind, to, subject: ['connected-account', id], href: '/organization/bank-accounts', params: { reason } }]
}

const opened: Hear = async (cx, payload) => {
  const ordered = await orderedOf(cx, idIn(payload, 'orderId'))
  const amount = { amountFen: Number(payload.amountFen) }
  const toVendor = orderDraft(ordered, 'vendor', 'chargeback.opened', amount)
  const href = `/operator/orders/${ordered.order.id}#chargeback`
  return [toVendor, { ...toVendor, kind: 'chargeback.to-answer', to: await operatorId(cx), href }]
}

/** A chargeback that was won leaves the order in dispute, which the operator ends; one that was lost has ended it. */
const decided: Hear = async (cx, payload) => {
  const ordered = await orderedOf(cx, idIn(payload, 'orderId'))
  if (payload.isWon !== true) return [orderDraft(ordered, 'vendor', 'chargeback.lost')]
  const toVendor = orderDraft(ordered, 'vendor', 'chargeback.won')
  if (ordered.order.state !== 'disputed') return [toVendor]
  const href = `/operator/orders/${ordered.order.id}`
  return [toVendor, { ...toVendor, kind: 'chargeback.to-mediate', to: await operatorId(cx), href }]
}

const parked =
  (name: 'intentId' | 'inboxId'): Hear =>
  async (cx, payload) => [
    {
      kind: 'gateway.parked',
      to: await operatorId(cx),
      subject: [name === 'intentId' ? 'intent' : 'inbox', idIn(payload, name)],
      href: '/operator/payouts?tab=stuck',
      params: {},
    },
  ]

/** What the machinery of payment through a provider means to people. */
export const charging: Readonly<Record<string, Hear>> = {
  'settlement.connected-account-moved': accountMoved,
  'settlement.chargeback-opened': opened,
  'settlement.chargeback-decided': decided,
  'settlement.intent-parked': parked('intentId'),
  'settlement.notice-parked': parked('inboxId'),
}
