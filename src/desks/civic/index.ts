import type { Route } from '../../kernel/http/route.ts'
import { routes as about } from './about.tsx'
import { routes as announcements } from './announcements.tsx'
import { modelPages } from './models.tsx'
import { rulePages } from './rules.tsx'
import { routes as statistics } from './statistics.tsx'
import { routes as transparency } from './transparency.tsx'
import { routes as verification } from './verification.ts'
import { routes as verify } from './verify.tsx'

export const routes: Route[] = [
  ...about,
  ...announcements,
  ...modelPages,
  ...rulePages,
  ...statistics,
  ...transparency,
  ...verify,
  ...verification,
]
