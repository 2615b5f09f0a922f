import type { Route } from '../../kernel/http/route.ts'
import { buyRoutes } from './buy.tsx'
import { contractRoutes } from './contract.tsx'
import { contractListRoutes } from './contracts.tsx'
import { deskRoutes } from './desk.tsx'
import { disputeRoutes } from './dispute.tsx'
import { orderRoutes } from './order.tsx'
import { orderListRoutes } from './orders.tsx'
import { purchasedRoutes } from './purchased.tsx'
import { purchaseRoutes } from './purchases.ts'
import { savedRoutes } from './saved.tsx'
import { subscriptionRoutes } from './subscription.tsx'
import { subscriptionListRoutes } from './subscriptions.tsx'
import { tradeRoutes } from './trade.tsx'

export const routes: Route[] = [
  ...purchaseRoutes,
  ...buyRoutes,
  ...contractListRoutes,
  ...contractRoutes,
  ...orderListRoutes,
  ...orderRoutes,
  ...subscriptionListRoutes,
  ...subscriptionRoutes,
  ...disputeRoutes,
  ...tradeRoutes,
  ...deskRoutes,
  ...purchasedRoutes,
  ...savedRoutes,
]
