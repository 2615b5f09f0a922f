import type { Route } from '../../kernel/http/route.ts'
import { entryPages } from './entry.tsx'
import { homePages } from './home.tsx'
import { listPages } from './list.tsx'
import { pullPages } from './pulling.tsx'
import { pushPages } from './pushing.tsx'

export const routes: Route[] = [...homePages, ...listPages, ...entryPages, ...pullPages, ...pushPages]
