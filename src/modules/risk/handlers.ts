import type { Timer } from '../../kernel/events.ts'
import { endingReleases, endRelease, remindRelease, runOutReleases, tellTakeover, untoldTakeovers } from './release.ts'
import {
  escalateAssessment,
  expireAssessment,
  expiredAssessments,
  lapseAssessment,
  overdueAssessments,
  staleAssessments,
} from './review.ts'

export const timers: Timer[] = [
  { name: 'risk.expire-assessments', due: expiredAssessments, run: expireAssessment },
  { name: 'risk.lapse-assessments', due: staleAssessments, run: lapseAssessment },
  { name: 'risk.escalate-assessments', due: overdueAssessments, run: escalateAssessment },
  { name: 'risk.end-releases', due: runOutReleases, run: endRelease },
  { name: 'risk.tell-takeovers', due: untoldTakeovers, run: tellTakeover },
  { name: 'risk.remind-releases', due: endingReleases, run: remindRelease },
]
