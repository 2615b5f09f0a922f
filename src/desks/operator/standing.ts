import type { OrderState, SeenOrder } from '../../modules/orders/index.ts'
import type { Tone } from '../../web/parts.tsx'

/** States of an order that call for attention, or are good news. */
export const orderTones: Partial<Record<OrderState, Tone>> = {
  disputed: 'bad',
  rejected: 'warn',
  refunding: 'warn',
  partly_refunded: 'warn',
  accepted: 'good',
  settled: 'good',
}

/** The deadline that runs in the order's present state. */
export const dueOf = ({ row }: SeenOrder): Date | null =>
  row.state === 'awaiting_payment'
    ? row.paymentDueAt
    : row.state === 'disputed'
      ? row.mediationDueAt
      : row.state === 'delivered'
        ? row.acceptanceDueAt
        : row.state === 'accepted' || row.state === 'partly_refunded'
          ? row.settleAfter
          : row.deliveryDueAt
