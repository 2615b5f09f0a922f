import type { Route } from '../../kernel/http/route.ts'
import { announcementPages } from './announcements.tsx'
import { conditionRoutes } from './condition.ts'
import { filePages } from './files.tsx'
import { healthPages } from './health.tsx'
import { homeRoutes } from './home.tsx'
import { listingPages } from './listings.tsx'
import { mailRoutes } from './mail.tsx'
import { orderPages } from './orders.tsx'
import { organizationPages } from './organizations.tsx'
import { payoutPage } from './payout.tsx'
import { payoutPages } from './payouts.tsx'
import { peoplePages } from './people.tsx'
import { reconciliationPages } from './reconciliation.tsx'
import { registrationPages } from './registrations.tsx'
import { resourcePages } from './resources.tsx'
import { rulePages } from './rules.tsx'
import { statementPages } from './statements.tsx'
import { workListRoutes } from './worklist.ts'

export const routes: Route[] = [
  ...workListRoutes,
  ...conditionRoutes,
  ...homeRoutes,
  ...organizationPages,
  ...listingPages,
  ...filePages,
  ...resourcePages,
  ...registrationPages,
  ...statementPages,
  ...reconciliationPages,
  ...payoutPages,
  payoutPage,
  ...orderPages,
  ...announcementPages,
  ...rulePages,
  ...peoplePages,
  ...healthPages,
  ...mailRoutes,
]
