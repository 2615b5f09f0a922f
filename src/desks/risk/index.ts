import type { Route } from '../../kernel/http/route.ts'
import { providerPages } from './provider.tsx'
import { reviewerPages } from './reviewer.tsx'

export const routes: Route[] = [...providerPages, ...reviewerPages]
