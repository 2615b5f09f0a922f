import { and, eq, inArray, isNotNull, isNull, lte, type SQL } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { NotDue, type Timer } from '../../kernel/events.ts'
import { lockOrder, updateOrder } from './change.ts'
import { isDeliveryOverdue, orderMachine } from './model.ts'
import { isVoided } from './periods.ts'
import { cancelOrder } from './refund.ts'
import { renewalTimers } from './renewing.ts'
import { order } from './schema.ts'
import { acceptOrder } from './service.ts'

const idsWhere = async (rx: Rx, where: SQL | undefined): Promise<string[]> =>
  (await rx.tx.select({ id: order.id }).from(order).where(where).orderBy(order.id).limit(200)).map(row => row.id)

/** Payment overdue: the order is cancelled (rule pack `paymentDue`, or the days that the contract fixes). */
const paymentEnds: Timer = {
  name: 'orders.payment-ends',
  due: rx => idsWhere(rx, and(eq(order.state, 'awaiting_payment'), lte(order.paymentDueAt, rx.now))),
  async run(cx, id) {
    const row = await lockOrder(cx, id)
    if (row.state !== 'awaiting_payment' || row.paymentDueAt === null || row.paymentDueAt > cx.now) throw new NotDue()
    if (await isVoided(cx, row, 'paymentDueAt')) return
    await cancelOrder(cx, id, { reason: '逾期未付款 (payment overdue)' })
  },
}

/**
 * The acceptance period has ended: deemed accepted where the contract says that silence is acceptance; elsewhere the
 * buyer is reminded once, because use alone is no acceptance (model contracts of 2025).
 */
const acceptanceEnds: Timer = {
  name: 'orders.acceptance-ends',
  due: rx =>
    idsWhere(
      rx,
      and(eq(order.state, 'delivered'), lte(order.acceptanceDueAt, rx.now), isNull(order.acceptanceRemindedAt)),
    ),
  async run(cx, id) {
    const row = await lockOrder(cx, id)
    const isDue = row.state === 'delivered' && row.acceptanceDueAt !== null && row.acceptanceDueAt <= cx.now
    if (!isDue || row.acceptanceRemindedAt !== null) throw new NotDue()
    if (await isVoided(cx, row, 'acceptanceDueAt')) return
    if (row.isSilenceAcceptance) return void (await acceptOrder(cx, id))
    await updateOrder(cx, row, { acceptanceRemindedAt: cx.now }, 'remind-acceptance', {
      acceptanceDueAt: row.acceptanceDueAt,
    })
    cx.emit('orders.acceptance-overdue', { orderId: id })
  },
}

/** Delivery is late: noted once; from here the buyer may cancel and get the money back. */
const deliveryEnds: Timer = {
  name: 'orders.delivery-ends',
  due: rx =>
    idsWhere(
      rx,
      and(
        inArray(order.state, [...orderMachine.moves.cancelPaid.from]),
        isNotNull(order.deliveryDueAt),
        lte(order.deliveryDueAt, rx.now),
        isNull(order.overdueNotedAt),
      ),
    ),
  async run(cx, id) {
    const row = await lockOrder(cx, id)
    if (!isDeliveryOverdue(row, cx.now) || row.overdueNotedAt !== null) throw new NotDue()
    await updateOrder(cx, row, { overdueNotedAt: cx.now }, 'note-late-delivery', { deliveryDueAt: row.deliveryDueAt })
    cx.emit('orders.delivery-overdue', { orderId: id })
  },
}

/**
 * The operator has not mediated in time (rule pack `disputeMediation`): escalated once. The dispute stays open and all
 * stays frozen, because only a decision can end it; the parties and the competent authorities see it on the order.
 */
const mediationEnds: Timer = {
  name: 'orders.mediation-ends',
  due: rx =>
    idsWhere(
      rx,
      and(eq(order.state, 'disputed'), lte(order.mediationDueAt, rx.now), isNull(order.mediationEscalatedAt)),
    ),
  async run(cx, id) {
    const row = await lockOrder(cx, id)
    const isDue = row.state === 'disputed' && row.mediationDueAt !== null && row.mediationDueAt <= cx.now
    if (!isDue || row.mediationEscalatedAt !== null) throw new NotDue()
    const { mediationDueAt } = row
    await updateOrder(cx, row, { mediationEscalatedAt: cx.now }, 'escalate-mediation', { mediationDueAt })
    cx.emit('orders.mediation-overdue', { orderId: id })
  },
}

export const timers: Timer[] = [paymentEnds, acceptanceEnds, deliveryEnds, mediationEnds, ...renewalTimers]
