import type { Cx } from '../../kernel/command.ts'
import type { Handler, Payload, Timer } from '../../kernel/events.ts'
import { ordersOfContract } from '../orders/index.ts'
import { makeReceiptDocument } from './document.ts'
import { endedEntitlements } from './queries.ts'
import { alignEntitlement, alignVersion, expireEntitlement, giveGrace, openEntitlement } from './service.ts'

const open = async (cx: Cx, { orderId }: Payload) => openEntitlement(cx, String(orderId))

const nameOf = (event: string) => `delivery.follow-${event.split('.')[1]}`

/** Orders' own events: the entitlement follows the order. */
const follow = (event: string): Handler => ({
  event,
  name: nameOf(event),
  run: async (cx, { orderId }) => void (await alignEntitlement(cx, String(orderId), event)),
})

/** The contract's events: the entitlement of its order follows. */
const followContract = (event: string): Handler => ({
  event,
  name: nameOf(event),
  async run(cx, { contractId }) {
    const orders = await ordersOfContract(cx, String(contractId))
    for (const { id } of orders) await alignEntitlement(cx, id, event)
    if (orders.length === 0) cx.audit('entitlement.skip', ['contract', String(contractId)], { cause: event })
  },
})

/** The gate's events: the entitlements to the data follow. */
const followGate = (event: string): Handler => ({
  event,
  name: nameOf(event),
  run: (cx, { dataVersionId }) => alignVersion(cx, String(dataVersionId), event),
})

export const handlers: Handler[] = [
  { event: 'orders.order-paid', name: 'delivery.open-paid', run: open },
  { event: 'orders.order-ready', name: 'delivery.open-free', run: open },
  {
    event: 'orders.subscription-due',
    name: 'delivery.give-grace',
    run: (cx, { orderId }) => giveGrace(cx, String(orderId)),
  },
  {
    event: 'delivery.delivery-completed',
    name: 'delivery.make-receipt',
    run: (cx, { receiptId }) => makeReceiptDocument(cx, String(receiptId)),
  },
  follow('orders.order-rejected'),
  follow('orders.order-redelivering'),
  follow('orders.order-disputed'),
  follow('orders.order-resumed'),
  follow('orders.order-refunding'),
  followContract('contracts.contract-suspended'),
  followContract('contracts.contract-resumed'),
  followContract('contracts.contract-terminated'),
  followContract('contracts.contract-annulled'),
  followContract('orders.trade-frozen'),
  followContract('orders.trade-unfrozen'),
  followGate('risk.access-closed'),
  followGate('risk.version-released'),
]

export const timers: Timer[] = [{ name: 'delivery.entitlement-ends', due: endedEntitlements, run: expireEntitlement }]
