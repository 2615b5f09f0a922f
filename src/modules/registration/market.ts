import type { Rx } from '../../kernel/command.ts'
import type { Kit } from '../../kernel/kit.ts'

/** The exchange's registered trades together. */
export interface RegisteredTrades {
  readonly count: number
  readonly amountFen: bigint
  /** when they were counted */
  readonly at: Date
}

const kept = new WeakMap<Kit, RegisteredTrades>()
/** Registrations are many and change seldom: they are counted once a minute at most, and the page says when. */
const keptMs = 60_000

/** Trades that are registered now (登记有效) and what was agreed to be paid for them. */
export async function registeredTrades(rx: Rx): Promise<RegisteredTrades> {
  const known = kept.get(rx.kit)
  if (known && rx.now.getTime() - known.at.getTime() < keptMs && rx.now >= known.at) return known
  const [row] = await rx.sql<{ count: number; amount: string }[]>`
    select count(*)::int as count, coalesce(sum((facts ->> 'amountFen')::bigint), 0)::text as amount
    from registration.registration where state = 'registered'`
  const counted = { count: row!.count, amountFen: BigInt(row!.amount), at: rx.now }
  kept.set(rx.kit, counted)
  return counted
}
