import type { Route } from '../../kernel/http/route.ts'
import { signInRoutes } from './signin.tsx'
import { signUpRoutes } from './signup.tsx'

export const routes: Route[] = [...signInRoutes, ...signUpRoutes]
