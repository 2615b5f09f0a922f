import type { Route } from '../../kernel/http/route.ts'
import { earningRoutes } from './earnings.ts'

export const routes: Route[] = [...earningRoutes]
