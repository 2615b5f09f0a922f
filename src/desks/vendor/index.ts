import type { Route } from '../../kernel/http/route.ts'
import { earningRoutes } from './earnings.ts'
import { editorRoutes } from './editor.tsx'
import { homePages } from './home.tsx'
import { listingPages } from './listings.tsx'
import { earningPages } from './money.tsx'
import { previewPages } from './preview.tsx'
import { questionPages } from './questions.tsx'
import { uploadRoutes } from './upload.tsx'
import { versionRoutes } from './version.tsx'

export const routes: Route[] = [
  ...earningRoutes,
  ...homePages,
  ...uploadRoutes,
  ...versionRoutes,
  ...editorRoutes,
  ...listingPages,
  ...previewPages,
  ...questionPages,
  ...earningPages,
]
