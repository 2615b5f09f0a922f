import { inArray } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { payout, statementLine } from './schema.ts'

/** What the reference of a ledger transaction names: a line of a bank statement, or a payout. */
export interface MoneyLabel {
  readonly bankSerial: string | null
  /** of a line: the statement it came with */
  readonly statementId: string | null
  readonly orderId: string | null
}

/** The statement lines and payouts of these ids, by id; for a list of the books, whoever may read that. */
export async function moneyLabels(rx: Rx, ids: readonly string[]): Promise<ReadonlyMap<string, MoneyLabel>> {
  if (ids.length === 0) return new Map()
  const lines = await rx.tx
    .select({
      id: statementLine.id,
      bankSerial: statementLine.bankSerial,
      statementId: statementLine.statementId,
      orderId: statementLine.orderId,
    })
    .from(statementLine)
    .where(inArray(statementLine.id, [...ids]))
  const payouts = await rx.tx
    .select({ id: payout.id, bankSerial: payout.bankSerial, orderId: payout.orderId })
    .from(payout)
    .where(inArray(payout.id, [...ids]))
  return new Map<string, MoneyLabel>([
    ...lines.map(({ id, ...label }) => [id, label] as const),
    ...payouts.map(({ id, ...label }) => [id, { ...label, statementId: null }] as const),
  ])
}
