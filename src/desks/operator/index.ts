import type { Route } from '../../kernel/http/route.ts'
import { conditionRoutes } from './condition.ts'
import { mailRoutes } from './mail.tsx'
import { workListRoutes } from './worklist.ts'

export const routes: Route[] = [...workListRoutes, ...conditionRoutes, ...mailRoutes]
