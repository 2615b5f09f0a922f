import { startOfDay } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { requireOrganization } from '../identity/index.ts'
import type { PayoutState } from './model.ts'

/** What was settled for the acting vendor in a month (Asia/Shanghai), and what the bank paid out in it; in fen. */
export interface MonthlyEarnings {
  /** `2026-03` */
  readonly month: string
  readonly orders: number
  readonly amountFen: bigint
  readonly feeFen: bigint
  readonly vendorFen: bigint
  readonly paidFen: bigint
}

const yearOf = (year: number) => [startOfDay(`${year}-01-01`), startOfDay(`${year + 1}-01-01`)] as const

/** The years in which anything was settled for the acting vendor, the latest first. */
export async function earningYears(rx: Rx): Promise<number[]> {
  const rows = await rx.sql<{ year: number }[]>`
    select distinct extract(year from created_at at time zone 'Asia/Shanghai')::int as year
    from settlement.split where vendor_id = ${requireOrganization(rx.actor)} order by 1 desc`
  return rows.map(row => row.year)
}

/** The months of a year in which anything was settled for the acting vendor or paid to it. */
export async function monthlyEarnings(rx: Rx, year: number): Promise<MonthlyEarnings[]> {
  const own = requireOrganization(rx.actor)
  const [from, until] = yearOf(year).map(instant => instant.toISOString()) as [string, string]
  const rows = await rx.sql<
    { month: string; orders: number; amount: string; fee: string; vendor: string; paid: string }[]
  >`
    select month, sum(orders)::int as orders, sum(amount) as amount, sum(fee) as fee, sum(vendor) as vendor,
      sum(paid) as paid
    from (
      select to_char(created_at at time zone 'Asia/Shanghai', 'YYYY-MM') as month, 1 as orders, amount_fen as amount,
        fee_fen as fee, vendor_fen as vendor, 0::bigint as paid
      from settlement.split
      where vendor_id = ${own} and created_at >= ${from}::timestamptz and created_at < ${until}::timestamptz
      union all
      select to_char(paid_on, 'YYYY-MM'), 0, 0, 0, 0, amount_fen from settlement.payout
      where organization_id = ${own} and kind = 'vendor' and state = 'confirmed'
        and paid_on >= ${`${year}-01-01`}::date and paid_on <= ${`${year}-12-31`}::date
      union all
      select to_char(changed_at at time zone 'Asia/Shanghai', 'YYYY-MM'), 0, 0, 0, 0, amount_fen from settlement.transfer
      where vendor_id = ${own} and state = 'done'
        and changed_at >= ${from}::timestamptz and changed_at < ${until}::timestamptz) t
    group by month order by month`
  return rows.map(row => ({
    month: row.month,
    orders: row.orders,
    amountFen: BigInt(row.amount),
    feeFen: BigInt(row.fee),
    vendorFen: BigInt(row.vendor),
    paidFen: BigInt(row.paid),
  }))
}

/** One settled order of the acting vendor, with where its money is. */
export interface EarningLine {
  readonly orderId: string
  readonly settledAt: Date
  readonly amountFen: bigint
  readonly feeFen: bigint
  readonly feePpm: number
  readonly vendorFen: bigint
  readonly payoutState: PayoutState | null
  /** the day on which the bank paid, `2026-03-31` */
  readonly paidOn: string | null
  readonly bankSerial: string | null
}

/** Every order that was settled for the acting vendor in a year, the latest first. */
export async function earningLines(rx: Rx, year: number): Promise<EarningLine[]> {
  const [from, until] = yearOf(year).map(instant => instant.toISOString()) as [string, string]
  const rows = await rx.sql<
    {
      order_id: string
      created_at: string
      amount_fen: string
      fee_fen: string
      fee_ppm: number
      vendor_fen: string
      state: PayoutState | null
      paid_on: string | null
      bank_serial: string | null
    }[]
  >`
    select s.order_id, s.created_at, s.amount_fen, s.fee_fen, s.fee_ppm, s.vendor_fen,
      coalesce(p.state, case r.state when 'done' then 'confirmed' when 'requested' then 'ordered' end) as state,
      coalesce(p.paid_on, case r.state when 'done' then (r.changed_at at time zone 'Asia/Shanghai')::date end)::text
        as paid_on,
      coalesce(p.bank_serial, r.external_id) as bank_serial
    from settlement.split s left join settlement.payout p on p.id = s.payout_id
      left join settlement.transfer r on r.order_id = s.order_id and r.state <> 'failed'
    where s.vendor_id = ${requireOrganization(rx.actor)}
      and s.created_at >= ${from}::timestamptz and s.created_at < ${until}::timestamptz
    order by s.id desc`
  return rows.map(row => ({
    orderId: row.order_id,
    settledAt: new Date(row.created_at),
    amountFen: BigInt(row.amount_fen),
    feeFen: BigInt(row.fee_fen),
    feePpm: row.fee_ppm,
    vendorFen: BigInt(row.vendor_fen),
    payoutState: row.state,
    paidOn: row.paid_on,
    bankSerial: row.bank_serial,
  }))
}

/** The acting vendor's payouts by state: how many, and how much in fen. */
export async function payoutStanding(
  rx: Rx,
): Promise<ReadonlyMap<PayoutState, { readonly count: number; readonly amountFen: bigint }>> {
  const rows = await rx.sql<{ state: PayoutState; n: number; fen: string }[]>`
    select state, count(*)::int as n, sum(amount_fen) as fen from (
      select state, amount_fen from settlement.payout
      where organization_id = ${requireOrganization(rx.actor)} and kind = 'vendor'
      union all
      select case state when 'done' then 'confirmed' else 'ordered' end, amount_fen from settlement.transfer
      where vendor_id = ${requireOrganization(rx.actor)} and state <> 'failed') p
    group by state`
  return new Map(rows.map(row => [row.state, { count: row.n, amountFen: BigInt(row.fen) }]))
}
