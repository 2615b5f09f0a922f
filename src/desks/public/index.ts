import type { Route } from '../../kernel/http/route.ts'
import { homeRoutes } from './home.tsx'
import { openedRoutes } from './opened.tsx'
import { productRoutes } from './product.tsx'
import { productsRoutes } from './products.tsx'
import { recordRoutes } from './record.ts'
import { resourceRoutes } from './resource.tsx'
import { resourcesRoutes } from './resources.tsx'
import { vendorRoutes } from './vendor.tsx'

export const routes: Route[] = [
  ...homeRoutes,
  ...productsRoutes,
  ...productRoutes,
  ...vendorRoutes,
  ...recordRoutes,
  ...resourcesRoutes,
  ...resourceRoutes,
  ...openedRoutes,
]
