import type { Timer } from '../../kernel/events.ts'
import { endedListings, expireListing } from './moves.ts'

export const timers: Timer[] = [{ name: 'catalog.expire-listings', due: endedListings, run: expireListing }]
