import type { Route } from '../../kernel/http/route.ts'
import { elementPages } from './element.tsx'
import { proposalPages } from './proposal.tsx'
import { proposalsPages } from './proposals.tsx'
import { proposePages } from './propose.tsx'
import { registerPages } from './register.tsx'

export const routes: Route[] = [...registerPages, ...elementPages, ...proposalsPages, ...proposalPages, ...proposePages]
