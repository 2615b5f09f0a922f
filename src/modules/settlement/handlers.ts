import type { Handler, Timer } from '../../kernel/events.ts'
import { correctInvoices } from './invoicing/service.ts'
import { receiveLine, returnParts } from './matching.ts'
import { releasePayout } from './paying.ts'
import { linesToReceive, ordersToSettle, payoutsToRelease } from './queries.ts'
import { comparisonDue, reconcile } from './reconciling/service.ts'
import { refundTrade, resumeRefund, settleDue } from './settling.ts'

export const handlers: Handler[] = [
  {
    event: 'orders.order-refunding',
    name: 'settlement.refund-trade',
    run: (cx, { orderId, amountFen }) => refundTrade(cx, String(orderId), BigInt(Number(amountFen))),
  },
  {
    event: 'settlement.chargeback-decided',
    name: 'settlement.resume-refund',
    run: (cx, { orderId }) => resumeRefund(cx, String(orderId)),
  },
  {
    event: 'orders.order-refunding',
    name: 'settlement.correct-invoices',
    run: (cx, { orderId, amountFen }) => correctInvoices(cx, String(orderId), BigInt(Number(amountFen))),
  },
  {
    event: 'orders.order-cancelled',
    name: 'settlement.return-parts',
    run: (cx, { orderId }) => returnParts(cx, String(orderId)),
  },
  {
    event: ['settlement.statement-imported', 'settlement.movements-fetched'],
    name: 'settlement.reconcile-import',
    run: async cx => {
      await reconcile(cx, 'import')
    },
  },
]

export const timers: Timer[] = [
  { name: 'settlement.receive-lines', due: linesToReceive, run: receiveLine },
  { name: 'settlement.settle-orders', due: ordersToSettle, run: settleDue },
  { name: 'settlement.release-payouts', due: payoutsToRelease, run: releasePayout },
  {
    name: 'settlement.reconcile',
    due: comparisonDue,
    run: async cx => {
      await reconcile(cx, 'daily')
    },
  },
]
