import type { Route } from '../../kernel/http/route.ts'
import { entryPages } from './entry.tsx'
import { homePages } from './home.tsx'
import { importingPages } from './importing.tsx'
import { listPages } from './list.tsx'
import { previewPages } from './preview.tsx'
import { pullPages } from './pulling.tsx'
import { pushPages } from './pushing.tsx'
import { submittingPages } from './submitting.tsx'

export const routes: Route[] = [
  ...homePages,
  ...listPages,
  ...importingPages,
  ...previewPages,
  ...submittingPages,
  ...entryPages,
  ...pullPages,
  ...pushPages,
]
