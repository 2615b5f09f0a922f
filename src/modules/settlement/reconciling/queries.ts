import { and, desc, eq, lt } from 'drizzle-orm'
import type { Rx } from '../../../kernel/command.ts'
import { decodeCursor } from '../../../kernel/page.ts'
import { notFound } from '../../../kernel/problem.ts'
import type { Vital } from '../../../kernel/task.ts'
import type { DifferenceState, Side } from './model.ts'
import { type Difference, difference, reconciliation } from './schema.ts'

export interface DifferenceFilter {
  readonly state?: DifferenceState
  readonly side?: Side
  readonly limit?: number
  readonly after?: string
}

/** Differences, the latest found first. */
export function listDifferences(rx: Rx, filter: DifferenceFilter): Promise<Difference[]> {
  const after = decodeCursor(filter.after, 1)
  return rx.tx
    .select()
    .from(difference)
    .where(
      and(
        filter.state && eq(difference.state, filter.state),
        filter.side && eq(difference.side, filter.side),
        after ? lt(difference.id, String(after[0])) : undefined,
      ),
    )
    .orderBy(desc(difference.id))
    .limit((filter.limit ?? 20) + 1)
}

/** One difference. @throws not-found */
export async function readDifference(rx: Rx, id: string): Promise<Difference> {
  const [row] = await rx.tx.select().from(difference).where(eq(difference.id, id))
  if (!row) throw notFound()
  return row
}

/** How many differences are in which state. */
export async function differenceCounts(rx: Rx): Promise<Readonly<Partial<Record<DifferenceState, number>>>> {
  const rows = await rx.sql<{ state: DifferenceState; n: number }[]>`
    select state, count(*)::int4 as n from settlement.difference group by state`
  return Object.fromEntries(rows.map(row => [row.state, row.n]))
}

/** Comparisons that were made, the latest first. */
export const listComparisons = (rx: Rx, filter: { limit?: number; after?: string }) => {
  const after = decodeCursor(filter.after, 1)
  return rx.tx
    .select()
    .from(reconciliation)
    .where(after ? lt(reconciliation.id, String(after[0])) : undefined)
    .orderBy(desc(reconciliation.id))
    .limit((filter.limit ?? 20) + 1)
}

/** The last comparison, and what the outside said last. */
export async function latestComparison(rx: Rx) {
  const [made] = await listComparisons(rx, { limit: 1 })
  const [statement] = await rx.sql<
    { id: string; file_name: string; to_on: string; closing_fen: string; books_fen: string }[]
  >`
    select s.id, s.file_name, to_char(s.to_on, 'YYYY-MM-DD') as to_on, s.closing_fen,
      (select coalesce(sum(e.amount_fen), 0) from ledger.entry e join ledger.transaction t on t.id = e.transaction_id
        where e.account = 'psp_clearing'
          and t.effective_at < ((s.to_on + 1)::timestamp at time zone 'Asia/Shanghai')) as books_fen
    from settlement.bank_statement s where s.closing_fen is not null order by s.to_on desc, s.id desc limit 1`
  const [gateway] = await rx.sql<{ fetched_at: string | null; movements_fen: string; books_fen: string }[]>`
    select max(fetched_at) as fetched_at, coalesce(sum(gross_fen - fee_fen), 0) as movements_fen,
      (select coalesce(sum(amount_fen), 0) from ledger.entry where account = 'gateway_clearing') as books_fen
    from settlement.balance_transaction`
  return {
    made,
    statement: statement && {
      id: statement.id,
      fileName: statement.file_name,
      toOn: statement.to_on,
      closingFen: BigInt(statement.closing_fen),
      booksFen: BigInt(statement.books_fen),
    },
    gateway: gateway?.fetched_at
      ? {
          fetchedAt: new Date(gateway.fetched_at),
          movementsFen: BigInt(gateway.movements_fen),
          booksFen: BigInt(gateway.books_fen),
        }
      : undefined,
  }
}

export type Latest = Awaited<ReturnType<typeof latestComparison>>

/** A day at the bank: what statements say came in and left, and what the books moved with effect on it. */
export interface ComparedDay {
  readonly dayOn: string
  readonly bankFen: bigint
  readonly booksFen: bigint
  /** not accounted for yet */
  readonly openCount: number
}

/** The last days that statements speak of, the latest first. */
export async function comparedDays({ sql }: Rx, most = 14): Promise<ComparedDay[]> {
  const rows = await sql<{ day_on: string; bank_fen: string; books_fen: string; n: number }[]>`
    with said as (
      select booked_on, amount_fen from settlement.statement_line where state <> 'received'
      union all
      select booked_on, case kind when 'returned' then amount_fen else -amount_fen end from settlement.outlay),
    days as (select booked_on as day_on, sum(amount_fen) as bank_fen from said group by 1 order by 1 desc limit ${most})
    select to_char(d.day_on, 'YYYY-MM-DD') as day_on, d.bank_fen,
      (select coalesce(sum(e.amount_fen), 0) from ledger.entry e join ledger.transaction t on t.id = e.transaction_id
        where e.account = 'psp_clearing' and t.effective_at >= (d.day_on::timestamp at time zone 'Asia/Shanghai')
          and t.effective_at < ((d.day_on + 1)::timestamp at time zone 'Asia/Shanghai')) as books_fen,
      (select count(*) from settlement.difference x
        where x.side = 'bank' and x.day_on = d.day_on and x.state in ('open', 'proposed'))::int4 as n
    from days d order by d.day_on desc`
  return rows.map(row => ({
    dayOn: row.day_on,
    bankFen: BigInt(row.bank_fen),
    booksFen: BigInt(row.books_fen),
    openCount: row.n,
  }))
}

/** Differences that nobody accounted for within 24 hours. */
export const differenceVital: Vital = {
  name: 'jinshu_reconciliation_overdue',
  help: 'differences between the books and the bank or the payment provider, unexplained for more than 24 hours',
  async measure({ client }) {
    const [row] = await client<{ n: number }[]>`
      select count(*)::int4 as n from settlement.difference d, kernel.clock c
      where c.id = 1 and d.state in ('open', 'proposed')
        and d.found_at < transaction_timestamp() + c.offset_ms * interval '1 millisecond' - interval '24 hours'`
    const value = row!.n
    return value > 0 ? { value, warning: `${value} differences of the reconciliation are older than a day` } : { value }
  },
}
