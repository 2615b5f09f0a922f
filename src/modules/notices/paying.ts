import { organizationOf } from '../identity/index.ts'
import { type Hear, idIn, named, operatorId } from './draft.ts'
import { orderDraft, orderedOf } from './ordering.ts'
import type { Kind, Params } from './words.ts'

const accountKinds: Readonly<Record<string, Kind>> = {
  confirm: 'bank-account.confirmed',
  refuse: 'bank-account.refused',
}

const accountMoved: Hear = async (_, payload) => {
  const kind = accountKinds[String(payload.move)]
  if (!kind) return []
  const reason = payload.reason === null ? null : String(payload.reason)
  return [
    {
      kind,
      to: idIn(payload, 'organizationId'),
      subject: ['bank-account', idIn(payload, 'accountId')],
      href: '/organization/bank-accounts',
      params: { number: String(payload.numberTail), reason },
    },
  ]
}

const accountRegistered: Hear = async (cx, payload) => {
  const organization = await organizationOf(cx, idIn(payload, 'organizationId'))
  return [
    {
      kind: 'bank-account.submitted',
      to: await operatorId(cx),
      subject: ['bank-account', idIn(payload, 'accountId')],
      href: '/operator/payouts?tab=accounts',
      params: { number: String(payload.numberTail), ...named(organization) },
    },
  ]
}

const amount = (fen: unknown): Params => ({ amountFen: Number(fen) })

/** Money that left: to the vendor whose it is, or back to the buyer. */
const payoutConfirmed: Hear = async (cx, payload) => {
  if (payload.orderId === null || payload.kind === 'return') return []
  const ordered = await orderedOf(cx, idIn(payload, 'orderId'))
  return payload.kind === 'vendor'
    ? [{ ...orderDraft(ordered, 'vendor', 'payout.sent', amount(payload.amountFen)), href: '/vendor/earnings' }]
    : [orderDraft(ordered, 'buyer', 'payout.refund-sent', amount(payload.amountFen))]
}

const payoutWaiting: Hear = async (cx, payload) => {
  if (payload.kind !== 'vendor') return []
  const ordered = await orderedOf(cx, idIn(payload, 'orderId'))
  const more = amount(payload.amountFen)
  return [{ ...orderDraft(ordered, 'vendor', 'payout.waiting', more), href: '/organization/bank-accounts' }]
}

const payoutBounced: Hear = async (cx, payload) => {
  const more = { ...amount(payload.amountFen), reason: String(payload.reason) }
  const ordered = payload.orderId === null ? undefined : await orderedOf(cx, idIn(payload, 'orderId'))
  const toStaff = {
    kind: 'payout.to-retry' as const,
    to: await operatorId(cx),
    subject: ['payout', idIn(payload, 'payoutId')] as const,
    href: '/operator/payouts?tab=stuck',
    params: { ...more, ...(ordered && { number: ordered.order.number }) },
  }
  if (!ordered || payload.kind !== 'vendor') return [toStaff]
  return [toStaff, { ...orderDraft(ordered, 'vendor', 'payout.bounced', more), href: '/organization/bank-accounts' }]
}

const lineUnmatched: Hear = async (cx, payload) => {
  const id = idIn(payload, 'statementId')
  const href = `/operator/statements/${id}`
  return [{ kind: 'statement.unmatched', to: await operatorId(cx), subject: ['bank-statement', id], href, params: {} }]
}

export const paying: Readonly<Record<string, Hear>> = {
  'settlement.bank-account-registered': accountRegistered,
  'settlement.bank-account-moved': accountMoved,
  'settlement.payout-confirmed': payoutConfirmed,
  'settlement.payout-waiting': payoutWaiting,
  'settlement.payout-bounced': payoutBounced,
  'settlement.line-unmatched': lineUnmatched,
}
