import type { Route } from '../../kernel/http/route.ts'
import { purchaseRoutes } from './purchases.ts'

export const routes: Route[] = [...purchaseRoutes]
