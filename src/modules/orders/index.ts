import { freezeRoutes } from './freezeroutes.ts'
import { ratingRoutes } from './ratingroutes.ts'
import { roomRoutes } from './roomroutes.ts'
import { routes as orderRoutes } from './routes.ts'
import { subscriptionRoutes } from './subscriptionroutes.ts'

export { lockOrder } from './change.ts'
export { disputeOrder, mediateOrder } from './dispute.ts'
export {
  activeFreeze,
  confirmFreeze,
  type FreezeProposal,
  isDeliveryFrozen,
  liftFreeze,
  proposeFreeze,
  proposeFreezeLifting,
  requireUnfrozen,
} from './freeze.ts'
export { type FreezeState, freezeMachine, tradeFrozen } from './freezemodel.ts'
export { freezesToConfirm, frozenContracts, listFreezes, readFreeze } from './freezequeries.ts'
export { handlers } from './handlers.ts'
export { type Invoice, readInvoice } from './invoice.ts'
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
  type DueOrder,
  listOrders,
  type OrderCount,
  type OrderLabel,
  openOrders,
  orderByReference,
  orderLabels,
  orderOf,
  orderOfContract,
  orderStateOf,
  ordersFallingDue,
  ordersOfContract,
  ordersToSettle,
  readOrder,
  type SeenOrder,
  seenOrders,
  type TimelineEntry,
} from './queries.ts'
export { RatingShape, ScoresShape, toRating, toScores } from './ratingroutes.ts'
export {
  isRatable,
  productScores,
  ratingOfOrder,
  ratingsOf,
  type Scores,
  type TradeRecord,
  tradeRecordOf,
  vendorScores,
} from './ratings.ts'
export { findReferenceCodes, parseReferenceCode } from './reference.ts'
export { cancelOrder, finishRefund, refundOrder, widenRefund } from './refund.ts'
export { graceUntil } from './renewing.ts'
export { readRoom } from './room.ts'
export { proposalMachine } from './roommodel.ts'
export type { Freeze, Order, Rating, Subscription } from './schema.ts'
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
export { type SubscriptionState, subscriptionMachine } from './subscription.ts'
export {
  listSubscriptions,
  readSubscription,
  runningSubscription,
  type SeenSubscription,
  subscriptionOf,
  subscriptionOfContract,
  unusedToday,
} from './subscriptions.ts'
export { timers } from './timers.ts'
export { OrderShape, OrderViewShape, toOrder, toOrderPage, toOrderView } from './wire.ts'
export { countAllOrders, disputesWaiting, findOrders, ordersToMatch } from './workload.ts'

export const routes = [...orderRoutes, ...ratingRoutes, ...subscriptionRoutes, ...freezeRoutes, ...roomRoutes]
