import type { Route } from '../../kernel/http/route.ts'
import { providerPages } from './provider.tsx'
import { reviewerPages } from './reviewer.tsx'
import { taskPages } from './tasks.tsx'

export const routes: Route[] = [...providerPages, ...taskPages, ...reviewerPages]
