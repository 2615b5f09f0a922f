import { dayOf } from './calendar.ts'
import type { Cx } from './command.ts'
import { formatNumber } from './numbers.ts'

/**
 * The next public number of a kind in a division, in the legal year of the exchange's time:
 * `140000-CT-2026-00000001-X` (domain 4.3). The serial part never repeats; a refused write leaves a gap.
 */
export async function nextNumber(cx: Cx, division: string, kind: string): Promise<string> {
  const [row] = await cx.sql<{ n: string }[]>`select nextval('kernel.number_seq') as n`
  return formatNumber(division, kind, Number(dayOf(cx.now).slice(0, 4)), Number(row!.n))
}
