import type { Rx } from '../../kernel/command.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'

/** Upper ends, in days since the money came in, of the classes by age; the last class has none. */
export const ageClasses = [7, 30, 60, 90] as const

/** What a class by age holds: `upTo` days, undefined for the last. */
export interface AgeClass {
  readonly upTo: number | undefined
  readonly accounts: number
  readonly heldFen: bigint
}

/** Money of one order in escrow, and since when (the booking day of what came in first). */
export interface HeldMoney {
  readonly orderId: string
  readonly heldFen: bigint
  readonly since: Date
  readonly days: number
}

// days are those of Asia/Shanghai, as everywhere
const held = ({ sql, now }: Pick<Rx, 'sql' | 'now'>) => sql`
  select b.account, b.available_fen, f.since,
    ((${now.toISOString()}::timestamptz at time zone 'Asia/Shanghai')::date
      - (f.since at time zone 'Asia/Shanghai')::date) as days
  from ledger.balance b join ledger.account a on a.name = b.account
  cross join lateral (
    select min(t.effective_at) as since from ledger.entry e join ledger.transaction t on t.id = e.transaction_id
    where e.account = b.account) f
  where a.purpose = 'escrow' and b.available_fen > 0`

/** All money in escrow by age. */
export async function escrowByAge(rx: Rx): Promise<AgeClass[]> {
  const rows = await rx.sql<{ class: number; n: number; fen: string }[]>`
    select width_bucket(days - 1, ${[...ageClasses]}::int[]) as class, count(*)::int as n, sum(available_fen) as fen
    from (${held(rx)}) each group by 1`
  return [...ageClasses, undefined].map((upTo, i) => {
    const row = rows.find(each => each.class === i)
    return { upTo, accounts: row?.n ?? 0, heldFen: BigInt(row?.fen ?? 0) }
  })
}

/** Money in escrow order by order, the oldest first. */
export async function listHeld(rx: Rx, query: { limit?: number; after?: string }) {
  const limit = query.limit ?? 20
  const [since = null, account = null] = decodeCursor(query.after, 2) ?? []
  const rows = await rx.sql<{ account: string; available_fen: string; since: string; days: number }[]>`
    select * from (${held(rx)}) each
    where ${since}::timestamptz is null or (since, account) > (${since}::timestamptz, ${account}::text)
    order by since, account limit ${limit + 1}`
  return toPage(
    [...rows],
    limit,
    row => [new Date(row.since).toISOString(), row.account],
    (row): HeldMoney => ({
      orderId: row.account.slice('escrow:'.length),
      heldFen: BigInt(row.available_fen),
      since: new Date(row.since),
      days: row.days,
    }),
  )
}
