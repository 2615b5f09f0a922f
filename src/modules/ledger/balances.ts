import type { Rx } from '../../kernel/command.ts'
import type { RawTx } from '../../kernel/db/client.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { type AccountKind, type AccountPurpose, naturalBalance, purposeOf, purposes } from './model.ts'

type Sql = { readonly sql: RawTx }

/** By which date an entry counts: when it was written, or when it takes effect (booking date). */
export const datings = ['effective', 'created'] as const
export type Dating = (typeof datings)[number]

/** A moment of the books: everything up to and with it, by one of the two dates. */
export interface AsOf {
  readonly at: Date
  readonly by: Dating
}

interface Sum {
  readonly sum_fen: string
  readonly n: string
}

/**
 * Sum and number of an account's entries up to an instant (I3): the latest snapshot all of whose entries lie before it,
 * and what came after that snapshot. A snapshot with a later entry in it is passed over, so that the sum is exact for
 * entries that were dated back or ahead, too.
 */
async function sumAt({ sql }: Sql, account: string, { at, by }: AsOf): Promise<Sum> {
  const until = at.toISOString()
  const [row] = await sql<Sum[]>`
    with s as (
      select upto_seq, sum_fen, entry_count from ledger.snapshot
      where account = ${account}
        and case when ${by} = 'effective' then latest_effective_at else latest_created_at end <= ${until}::timestamptz
      order by upto_seq desc limit 1)
    select coalesce((select sum_fen from s), 0) + coalesce(sum(e.amount_fen), 0) as sum_fen,
      coalesce((select entry_count from s), 0) + count(e.seq) as n
    from ledger.entry e join ledger.transaction t on t.id = e.transaction_id
    where e.account = ${account} and e.seq > coalesce((select upto_seq from s), 0)
      and case when ${by} = 'effective' then t.effective_at else t.created_at end <= ${until}::timestamptz`
  return row!
}

/**
 * What was in an account at an instant, in its own direction, by when transactions count (`effective`) or by when they
 * were written (I3). @throws RangeError for a name that no account can have.
 */
export async function balanceAt(rx: Sql, account: string, at: Date, by: Dating): Promise<bigint> {
  const { kind } = purposeOf(account)
  return naturalBalance(kind, BigInt((await sumAt(rx, account, { at, by })).sum_fen))
}

/** One line of the trial balance: all accounts of one purpose together. */
export interface TrialLine {
  readonly purpose: AccountPurpose
  readonly kind: AccountKind
  readonly accounts: number
  readonly entries: number
  readonly debitFen: bigint
  readonly creditFen: bigint
}

interface TrialRow {
  readonly purpose: AccountPurpose
  readonly accounts: string
  readonly entries: string
  readonly d: string
  readonly c: string
}

/** Sum and number of entries of every account up to an instant, as `sumAt` has them for one. */
const sumsAt = ({ sql }: Sql, { at, by }: AsOf) => {
  const until = at.toISOString()
  return sql`
    select a.name, a.purpose, coalesce(s.sum_fen, 0) + n.sum_fen as sum_fen, coalesce(s.entry_count, 0) + n.n as entries
    from ledger.account a
    left join lateral (
      select upto_seq, sum_fen, entry_count from ledger.snapshot s
      where s.account = a.name
        and case when ${by} = 'effective' then s.latest_effective_at else s.latest_created_at end <= ${until}::timestamptz
      order by upto_seq desc limit 1) s on true
    cross join lateral (
      select coalesce(sum(e.amount_fen), 0) as sum_fen, count(*) as n
      from ledger.entry e join ledger.transaction t on t.id = e.transaction_id
      where e.account = a.name and e.seq > coalesce(s.upto_seq, 0)
        and case when ${by} = 'effective' then t.effective_at else t.created_at end <= ${until}::timestamptz) n`
}

const trialOf = (rows: readonly TrialRow[]): TrialLine[] =>
  (Object.keys(purposes) as AccountPurpose[]).flatMap(purpose => {
    const row = rows.find(r => r.purpose === purpose)
    if (!row) return []
    const { kind } = purposes[purpose]
    const [accounts, entries] = [Number(row.accounts), Number(row.entries)]
    return [{ purpose, kind, accounts, entries, debitFen: BigInt(row.d), creditFen: BigInt(row.c) }]
  })

/**
 * The trial balance by purpose in the order of the chart of accounts: now from the entries alone (I24), or as of any
 * moment by either date, from snapshots and entries. Accounts that had no entry by then are left out.
 */
export async function trialBalance(rx: Sql, asOf?: AsOf): Promise<TrialLine[]> {
  if (!asOf)
    return trialOf(
      await rx.sql<TrialRow[]>`
        select purpose, count(*) as accounts, sum(entries) as entries,
          sum(greatest(sum_fen, 0)) as d, sum(greatest(-sum_fen, 0)) as c
        from ledger.trial_balance group by purpose`,
    )
  return trialOf(
    await rx.sql<TrialRow[]>`
      select purpose, count(*) as accounts, sum(entries) as entries,
        sum(greatest(sum_fen, 0)) as d, sum(greatest(-sum_fen, 0)) as c
      from (${sumsAt(rx, asOf)}) each where entries > 0 group by purpose`,
  )
}

/** One account with what is in it, in its own direction. */
export interface AccountLine {
  readonly account: string
  readonly purpose: AccountPurpose
  readonly entries: number
  readonly balanceFen: bigint
}

const lineOf = (row: { name: string; purpose: AccountPurpose; entries: string; sum_fen: string }): AccountLine => ({
  account: row.name,
  purpose: row.purpose,
  entries: Number(row.entries),
  balanceFen: naturalBalance(purposes[row.purpose].kind, BigInt(row.sum_fen)),
})

export interface AccountFilter extends AsOf {
  readonly purpose: AccountPurpose
  /** only accounts in which there is something */
  readonly isOpen?: boolean
  readonly limit?: number
  readonly after?: string
}

/** The accounts of one purpose as of a moment, by name. */
export async function listAccounts(rx: Rx, filter: AccountFilter) {
  const limit = filter.limit ?? 20
  const after = decodeCursor(filter.after, 1)?.[0] ?? ''
  const rows = await rx.sql<{ name: string; purpose: AccountPurpose; entries: string; sum_fen: string }[]>`
    select * from (${sumsAt(rx, filter)}) each
    where purpose = ${filter.purpose} and name > ${after} and entries > 0 and (${!filter.isOpen} or sum_fen <> 0)
    order by name limit ${limit + 1}`
  return toPage([...rows], limit, row => [row.name], lineOf)
}

/** Every account with something in it as of a moment, by name: for a report that is kept. */
export async function openAccountsAt(rx: Sql, asOf: AsOf): Promise<AccountLine[]> {
  const rows = await rx.sql<{ name: string; purpose: AccountPurpose; entries: string; sum_fen: string }[]>`
    select * from (${sumsAt(rx, asOf)}) each where sum_fen <> 0 order by name`
  return rows.map(lineOf)
}

/** One account over a span of time: what was in it, what came and went, what was left; in its own direction. */
export interface AccountMovement {
  readonly account: string
  readonly openingFen: bigint
  readonly increaseFen: bigint
  readonly decreaseFen: bigint
  readonly closingFen: bigint
}

/** The accounts of one purpose in which there was something or something moved in a span (effective dates), by name. */
export async function listMovements(
  rx: Rx,
  filter: {
    readonly purpose: AccountPurpose
    readonly from: Date
    readonly until: Date
    readonly limit?: number
    readonly after?: string
  },
) {
  const limit = filter.limit ?? 20
  const after = decodeCursor(filter.after, 1)?.[0] ?? ''
  const [from, until] = [filter.from.toISOString(), filter.until.toISOString()]
  const before = sumsAt(rx, { at: new Date(filter.from.getTime() - 1), by: 'effective' })
  const rows = await rx.sql<{ name: string; opening: string; d: string; c: string }[]>`
    select o.name, o.sum_fen as opening, m.d, m.c
    from (${before}) o
    cross join lateral (
      select coalesce(sum(greatest(e.amount_fen, 0)), 0) as d, coalesce(sum(greatest(-e.amount_fen, 0)), 0) as c
      from ledger.entry e join ledger.transaction t on t.id = e.transaction_id
      where e.account = o.name and t.effective_at >= ${from}::timestamptz and t.effective_at < ${until}::timestamptz) m
    where o.purpose = ${filter.purpose} and o.name > ${after} and (o.sum_fen <> 0 or m.d <> 0 or m.c <> 0)
    order by o.name limit ${limit + 1}`
  const { kind } = purposes[filter.purpose]
  const isDebit = kind === 'asset' || kind === 'expense'
  return toPage(
    [...rows],
    limit,
    row => [row.name],
    (row): AccountMovement => {
      const [d, c] = [BigInt(row.d), BigInt(row.c)]
      const openingFen = naturalBalance(kind, BigInt(row.opening))
      const [increaseFen, decreaseFen] = isDebit ? [d, c] : [c, d]
      return {
        account: row.name,
        openingFen,
        increaseFen,
        decreaseFen,
        closingFen: openingFen + increaseFen - decreaseFen,
      }
    },
  )
}
