import { addDays, type Day, startOfDay } from '../../kernel/calendar.ts'
import type { RawTx } from '../../kernel/db/client.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { invalidInput } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { balanceAt, type Dating } from './balances.ts'
import { type EntryInput, naturalBalance, purposeOf } from './model.ts'

type Sql = { readonly sql: RawTx }

/** A stretch of time, from and with its first instant up to and without its last. */
export interface Span {
  readonly from: Date
  readonly until: Date
}

/** The span of some days of Asia/Shanghai, both included. @throws invalid-input when they are the wrong way round. */
export function spanOf(firstDay: Day, lastDay: Day): Span {
  if (firstDay <= lastDay) return { from: startOfDay(firstDay), until: startOfDay(addDays(lastDay, 1)) }
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: '/until',
        message: text('结束日期早于开始日期', 'is before the first day'),
        remedy: text('选择不早于开始日期的日期', 'choose a day that is not earlier'),
      },
    ],
  })
}

/** One entry of an account with the rest of its transaction and the balance after it, in the account's own direction. */
export interface StatementEntry {
  readonly seq: number
  readonly transactionId: string
  readonly kind: string
  readonly reference: string
  readonly note: string | null
  readonly reverses: string | null
  readonly effectiveAt: Date
  readonly createdAt: Date
  /** debit +, credit − */
  readonly amountFen: bigint
  /** the other entries of the transaction, by account */
  readonly counter: readonly EntryInput[]
  readonly balanceFen: bigint
}

interface EntryRow {
  readonly seq: string
  readonly transaction_id: string
  readonly kind: string
  readonly reference: string
  readonly note: string | null
  readonly reverses: string | null
  readonly effective_at: string
  readonly created_at: string
  readonly amount_fen: string
  readonly running: string
  readonly counter: { account: string; amount: string }[] | null
}

export interface StatementFilter extends Span {
  readonly by: Dating
  readonly limit?: number
  readonly after?: string
}

/** What moved an account in a span: sums of both sides and the number of entries. */
async function turnover({ sql }: Sql, account: string, { from, until, by }: StatementFilter) {
  const [row] = await sql<{ d: string; c: string; n: string }[]>`
    select coalesce(sum(e.amount_fen) filter (where e.amount_fen > 0), 0) as d,
      coalesce(-sum(e.amount_fen) filter (where e.amount_fen < 0), 0) as c, count(*) as n
    from ledger.entry e join ledger.transaction t on t.id = e.transaction_id
    where e.account = ${account}
      and case when ${by} = 'effective' then t.effective_at else t.created_at end >= ${from.toISOString()}::timestamptz
      and case when ${by} = 'effective' then t.effective_at else t.created_at end < ${until.toISOString()}::timestamptz`
  return { debitFen: BigInt(row!.d), creditFen: BigInt(row!.c), entries: Number(row!.n) }
}

/**
 * The statement of an account for a span of time: what was in it before, its entries in the order of the chosen date
 * (of equal dates, of writing) with counter-accounts and running balance, what was in it at the end. Balances are in
 * the account's own direction and hold on every page, for each page counts what came before it (I3).
 * @throws RangeError for a name that no account can have; invalid-input for a cursor that is none of ours.
 */
export async function accountStatement(rx: Sql, account: string, filter: StatementFilter) {
  const { from, until, by } = filter
  const { kind } = purposeOf(account)
  const limit = filter.limit ?? 20
  const [at = null, seq = null] = decodeCursor(filter.after, 2) ?? []
  // instants are kept to the millisecond, so the one before the first is what was before
  const openingFen = await balanceAt(rx, account, new Date(from.getTime() - 1), by)
  const moved = await turnover(rx, account, filter)
  const rows = await rx.sql<EntryRow[]>`
    select * from (
      select e.seq, e.transaction_id, t.kind, t.reference, t.note, t.reverses, t.effective_at, t.created_at, e.amount_fen,
        sum(e.amount_fen) over (order by d.at, e.seq) as running, d.at,
        (select jsonb_agg(jsonb_build_object('account', o.account, 'amount', o.amount_fen::text) order by o.line)
          from ledger.entry o where o.transaction_id = e.transaction_id and o.line <> e.line) as counter
      from ledger.entry e join ledger.transaction t on t.id = e.transaction_id
      cross join lateral (select case when ${by} = 'effective' then t.effective_at else t.created_at end as at) d
      where e.account = ${account} and d.at >= ${from.toISOString()}::timestamptz
        and d.at < ${until.toISOString()}::timestamptz) each
    where ${at}::timestamptz is null or (at, seq) > (${at}::timestamptz, ${seq}::bigint)
    order by at, seq limit ${limit + 1}`
  const page = toPage(
    [...rows],
    limit,
    row => [new Date(by === 'effective' ? row.effective_at : row.created_at).toISOString(), Number(row.seq)],
    (row): StatementEntry => ({
      seq: Number(row.seq),
      transactionId: row.transaction_id,
      kind: row.kind,
      reference: row.reference,
      note: row.note,
      reverses: row.reverses,
      effectiveAt: new Date(row.effective_at),
      createdAt: new Date(row.created_at),
      amountFen: BigInt(row.amount_fen),
      counter: (row.counter ?? []).map(each => ({ account: each.account, amountFen: BigInt(each.amount) })),
      balanceFen: openingFen + naturalBalance(kind, BigInt(row.running)),
    }),
  )
  const closingFen = openingFen + naturalBalance(kind, moved.debitFen - moved.creditFen)
  return { account, kind, from, until, by, openingFen, ...moved, closingFen, ...page }
}

export type AccountStatement = Awaited<ReturnType<typeof accountStatement>>

/** More entries than this are not put into one file; a shorter span has them. */
export const maxStatementEntries = 20_000

/** A whole statement without pages, for a file: at most `maxStatementEntries`, and whether that was all. */
export const wholeStatement = (rx: Sql, account: string, filter: Omit<StatementFilter, 'limit' | 'after'>) =>
  accountStatement(rx, account, { ...filter, limit: maxStatementEntries })
