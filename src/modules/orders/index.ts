export { lockOrder } from './change.ts'
export { disputeOrder, mediateOrder } from './dispute.ts'
export { handlers } from './handlers.ts'
export {
  cancellationTooEarly,
  type OrderAction,
  type OrderMove,
  type OrderState,
  orderMachine,
  possibleActions,
  settleableFen,
  settlementPending,
} from './model.ts'
export {
  countOrders,
  listOrders,
  type OrderCount,
  type OrderLabel,
  orderByReference,
  orderLabels,
  orderOf,
  orderOfContract,
  orderStateOf,
  ordersToSettle,
  readOrder,
} from './queries.ts'
export { findReferenceCodes, parseReferenceCode } from './reference.ts'
export { cancelOrder, finishRefund, refundOrder } from './refund.ts'
export { routes } from './routes.ts'
export type { Order } from './schema.ts'
export {
  acceptOrder,
  createOrder,
  deliverOrder,
  payOrder,
  redeliverOrder,
  rejectOrder,
  startDelivery,
} from './service.ts'
export { beginSettlement, finishSettlement } from './settlement.ts'
export { timers } from './timers.ts'
export { OrderShape, OrderViewShape, toOrder, toOrderView } from './wire.ts'
