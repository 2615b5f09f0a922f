import type { Route } from '../../kernel/http/route.ts'
import { accountRoutes } from './accounts.tsx'
import { escrowRoutes } from './escrow.tsx'
import { feeRoutes } from './fees.tsx'
import { invoicePages } from './invoices.tsx'
import { overviewRoutes } from './overview.tsx'
import { periodRoutes } from './periods.tsx'
import { vendorRoutes } from './vendors.tsx'

export const routes: Route[] = [
  ...overviewRoutes,
  ...accountRoutes,
  ...escrowRoutes,
  ...feeRoutes,
  ...vendorRoutes,
  ...periodRoutes,
  ...invoicePages,
]
