import { eq, sql } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { type Trade, trade } from './schema.ts'

type Step = 'capturedFen' | 'releasedFen' | 'feeFen' | 'refundedFen' | 'disputedFen'

/** The money of a trade; undefined before the first payment. */
export async function tradeOf(rx: Rx, orderId: string): Promise<Trade | undefined> {
  const [row] = await rx.tx.select().from(trade).where(eq(trade.orderId, orderId))
  return row
}

/** What of a trade's money is in escrow, in fen. */
export const heldFen = (row: Trade | undefined): bigint =>
  row ? row.capturedFen - row.releasedFen - row.feeFen - row.refundedFen - row.disputedFen : 0n

/**
 * Counts a step of a trade's money, beside the ledger transaction that books it. The caller has locked the order, and
 * the checks on the row refuse to release or refund more than was captured (I8).
 */
export async function countTrade(cx: Cx, orderId: string, steps: Partial<Record<Step, bigint>>): Promise<void> {
  const none = { capturedFen: 0n, releasedFen: 0n, feeFen: 0n, refundedFen: 0n, disputedFen: 0n }
  const row = { ...none, ...steps }
  const more = (step: Step) => sql`${trade[step]} + ${row[step]}`
  // an insert with an upsert would be checked against its own row first, which is no trade's: so only captures insert
  if (row.capturedFen > 0n)
    await cx.tx
      .insert(trade)
      .values({ orderId, ...row, changedAt: cx.now })
      .onConflictDoUpdate({ target: trade.orderId, set: { capturedFen: more('capturedFen'), changedAt: cx.now } })
  else
    await cx.tx
      .update(trade)
      .set({
        releasedFen: more('releasedFen'),
        feeFen: more('feeFen'),
        refundedFen: more('refundedFen'),
        disputedFen: more('disputedFen'),
        changedAt: cx.now,
      })
      .where(eq(trade.orderId, orderId))
}
