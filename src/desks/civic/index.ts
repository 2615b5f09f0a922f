import type { Route } from '../../kernel/http/route.ts'
import { verificationPages } from './verify.tsx'

export const routes: Route[] = [...verificationPages]
