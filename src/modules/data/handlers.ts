import type { Timer } from '../../kernel/events.ts'
import { expiredUploads, expireUpload } from './arriving.ts'
import { cutOffVersions, giveUpVersion } from './service.ts'

export const timers: Timer[] = [
  { name: 'data.give-up-cut-off-readings', due: cutOffVersions, run: giveUpVersion },
  { name: 'data.expire-uploads', due: expiredUploads, run: expireUpload },
]
