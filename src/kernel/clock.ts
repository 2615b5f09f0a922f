import type { RawTx } from './db/client.ts'
import { ruleViolated } from './problem.ts'
import { text } from './text.ts'

/**
 * Moves the exchange's clock forward to `to` (demo mode and tests only; the caller has checked that).
 * The time of every transaction is the database's time plus the stored offset.
 * @throws rule-violated when `to` lies before `now`: time never runs backwards.
 */
export async function advanceClock(sql: RawTx, now: Date, to: Date): Promise<void> {
  const step = to.getTime() - now.getTime()
  if (step < 0)
    throw ruleViolated(text('时钟只能向前移动。', 'The clock only moves forward.'), {
      errors: [
        {
          pointer: '/to',
          message: text(
            `不能早于当前时间 ${now.toISOString()}`,
            `must not lie before the present ${now.toISOString()}`,
          ),
        },
      ],
    })
  await sql`update kernel.clock set offset_ms = offset_ms + ${step} where id = 1`
}
