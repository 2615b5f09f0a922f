import type { Route } from '../../kernel/http/route.ts'
import { differencePages } from './difference.tsx'
import { listPages } from './list.tsx'
import { maskPages } from './mask.tsx'
import { overviewPages } from './overview.tsx'
import { qualityPages } from './quality.tsx'
import { rowPages } from './rows.tsx'

export const routes: Route[] = [
  ...listPages,
  ...overviewPages,
  ...rowPages,
  ...qualityPages,
  ...differencePages,
  ...maskPages,
]
