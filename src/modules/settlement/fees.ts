import type { Rx } from '../../kernel/command.ts'

/** Fees of one month from one vendor at one rate; `vendorId` is null for what no settled order explains. */
export interface FeeLine {
  /** `2026-03` (Asia/Shanghai, by effective date) */
  readonly month: string
  readonly vendorId: string | null
  readonly feePpm: number | null
  /** the rule pack that had the rate */
  readonly rulePack: string | null
  readonly orders: number
  readonly settledFen: bigint
  readonly feeFen: bigint
}

/**
 * The fees that the exchange earned, by month, vendor and rate: the amounts from the ledger's entries alone (I24), the
 * rate and its rule pack from the split that each entry belongs to. A reversal counts against its own month.
 */
export async function feeReport(rx: Rx, { from, until }: { from: Date; until: Date }): Promise<FeeLine[]> {
  const rows = await rx.sql<
    {
      month: string
      vendor_id: string | null
      fee_ppm: number | null
      rule_pack: string | null
      n: number
      settled: string
      fee: string
    }[]
  >`
    select to_char(t.effective_at at time zone 'Asia/Shanghai', 'YYYY-MM') as month, s.vendor_id, s.fee_ppm, s.rule_pack,
      count(distinct s.order_id)::int as n, -sum(e.amount_fen) as fee,
      coalesce(sum((select sum(o.amount_fen) from ledger.entry o
        where o.transaction_id = t.id and o.account like 'escrow:%')), 0) as settled
    from ledger.entry e
    join ledger.transaction t on t.id = e.transaction_id
    left join ledger.transaction was on was.id = t.reverses
    left join settlement.split s on coalesce(was.reference, t.reference) = 'order/' || s.order_id || '/settle'
    where e.account = 'fee_revenue'
      and t.effective_at >= ${from.toISOString()}::timestamptz and t.effective_at < ${until.toISOString()}::timestamptz
    group by 1, 2, 3, 4 order by 1, 2, 3, 4`
  return rows.map(row => ({
    month: row.month,
    vendorId: row.vendor_id,
    feePpm: row.fee_ppm,
    rulePack: row.rule_pack,
    orders: row.n,
    settledFen: BigInt(row.settled),
    feeFen: BigInt(row.fee),
  }))
}
