import type { Route } from '../../kernel/http/route.ts'
import { bankRoutes } from './banks.tsx'
import { inboxRoutes } from './inbox.tsx'
import { memberRoutes } from './members.tsx'
import { organizationPages } from './organization.tsx'
import { profileRoutes } from './profile.tsx'
import { recoveryRoutes } from './recovery.tsx'
import { sessionRoutes } from './sessions.tsx'
import { signInRoutes } from './signin.tsx'
import { signUpRoutes } from './signup.tsx'
import { tokenRoutes } from './tokens.tsx'
import { twoStepRoutes } from './twostep.tsx'

export const routes: Route[] = [
  ...signInRoutes,
  ...signUpRoutes,
  ...recoveryRoutes,
  ...profileRoutes,
  ...sessionRoutes,
  ...twoStepRoutes,
  ...organizationPages,
  ...memberRoutes,
  ...bankRoutes,
  ...tokenRoutes,
  ...inboxRoutes,
]
