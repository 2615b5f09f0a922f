import type { Route } from '../../kernel/http/route.ts'
import { institutionPages } from './institution.tsx'
import { registerPages } from './register.tsx'
import { reportPages } from './reports.tsx'
import { reviewPages } from './review.tsx'

export const routes: Route[] = [...institutionPages, ...reviewPages, ...registerPages, ...reportPages]
