import type { Timer } from '../../kernel/events.ts'
import { tailLength } from './queries.ts'
import { sealReports } from './sealing.ts'
import { snapshotEvery, takeSnapshot } from './service.ts'

/** Keeps the balance of a shared account cheap to read however many entries there are. */
export const timers: Timer[] = [
  {
    name: 'ledger.take-snapshot',
    due: async rx => ((await tailLength(rx)) >= snapshotEvery ? ['snapshot'] : []),
    run: cx => takeSnapshot(cx),
  },
  sealReports,
]
