import type { Handler, Timer } from '../../kernel/events.ts'
import { isReleased } from '../risk/index.ts'
import { resumeReleased, suspendForRisk } from './gated.ts'
import { endedListings, expireListing } from './moves.ts'

export const handlers: Handler[] = [
  {
    event: 'risk.access-closed',
    name: 'catalog.suspend-closed',
    async run(cx, { dataVersionId, reason }) {
      const id = String(dataVersionId)
      if (await isReleased(cx, id)) cx.audit('listing.keep', ['data-version', id], { reason })
      else await suspendForRisk(cx, id, String(reason))
    },
  },
  {
    event: 'risk.version-released',
    name: 'catalog.resume-released',
    run: (cx, { dataVersionId, keepSuspended }) =>
      resumeReleased(cx, String(dataVersionId), typeof keepSuspended === 'string' ? keepSuspended : null),
  },
]

export const timers: Timer[] = [{ name: 'catalog.expire-listings', due: endedListings, run: expireListing }]
