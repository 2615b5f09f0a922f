import type { Timer } from '../../kernel/events.ts'
import { indexEntry, unindexedEntries } from './carrying.ts'
import { concludable, concludeSource, endedWithEntry, escalateDecision, overdueDecisions, tellEnd } from './deciding.ts'

export const timers: Timer[] = [
  { name: 'sources.index-entries', due: unindexedEntries, run: indexEntry },
  { name: 'sources.conclude-proposals', due: concludable, run: concludeSource },
  { name: 'sources.escalate-decisions', due: overdueDecisions, run: escalateDecision },
  { name: 'sources.tell-ends', due: endedWithEntry, run: tellEnd },
]
