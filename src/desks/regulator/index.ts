import type { Route } from '../../kernel/http/route.ts'
import { deskPage } from './desk.tsx'
import { filingPage } from './filing.tsx'
import { freezePages } from './freezes.tsx'
import { queuePage } from './queue.tsx'
import { statisticsPage } from './statistics.tsx'

export const routes: Route[] = [deskPage, queuePage, filingPage, statisticsPage, ...freezePages]
