import type { Rig } from './rig.ts'

/** What says that nobody has done their work for a day: in the storm days pass while nobody works, at rest none may be left. */
const overdue: Readonly<Record<string, string>> = {
  i13_inbox_whole: 'received a day ago, neither done nor parked',
  i15_differences: 'unexplained for more than 24 hours',
}

const statements = new WeakMap<Rig, string>()

/** All views of invariants in one statement; what is only overdue counts at rest. */
async function statementOf(rig: Rig, isAtRest: boolean): Promise<string> {
  const known = isAtRest ? undefined : statements.get(rig)
  if (known) return known
  const views = await rig.sql<{ schema: string; name: string }[]>`
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'v' and c.relname ~ '^i[0-9]+_' order by 2`
  const made = views
    .map(({ schema, name }) => {
      const but = !isAtRest && overdue[name] ? `where what <> '${overdue[name]}'` : ''
      return `select '${name}' as view, count(*)::int as n from "${schema}"."${name}" ${but}`
    })
    .join(' union all ')
  if (!isAtRest) statements.set(rig, made)
  return made
}

/** The invariants that do not hold now. */
export async function violations(rig: Rig, isAtRest = false): Promise<string[]> {
  const rows = await rig.sql.unsafe<{ view: string; n: number }[]>(await statementOf(rig, isAtRest))
  return rows.filter(row => row.n > 0).map(row => `${row.view} (${row.n})`)
}

const ended = ['cancelled', 'refunded', 'closed']

/** What must hold once everything has come to its end: the ledger's money is the bank's and the provider's, and none waits. */
export async function atRest(rig: Rig): Promise<string[]> {
  const { sql, bank, standIn } = rig
  const found = await violations(rig, true)
  const balance = async (account: string): Promise<bigint> => {
    const [row] = await sql<{ fen: string }[]>`
      select coalesce(sum(amount_fen), 0) as fen from ledger.entry where account = ${account}`
    return BigInt(row!.fen)
  }
  const same = async (account: string, fen: bigint, whose: string) => {
    const own = await balance(account)
    if (own !== fen) found.push(`${account} is ${own}, ${whose} has ${fen}`)
  }
  await same('psp_clearing', bank.balance, 'the bank')
  await same('gateway_clearing', BigInt(standIn.books.balance), 'the provider')
  await same('transfer_in_flight', 0n, 'nobody')
  const stuck = await sql<{ what: string; n: number }[]>`
    select 'open orders' as what, count(*)::int as n from orders.order where state <> all(${ended})
    union all select 'escrow of ended orders', count(*)::int from (
      select account from ledger.entry where account like 'escrow:%' or account like 'dispute_hold:%'
      group by account having sum(amount_fen) <> 0) held
    union all select 'intents under way', count(*)::int from settlement.intent
      where state in ('pending', 'sent', 'unknown', 'parked')
    union all select 'notices unread', count(*)::int from settlement.inbox where processed_at is null
    union all select 'jobs undone', count(*)::int from simulated_job where not is_done
    union all select 'payouts under way', count(*)::int from settlement.payout where state <> 'confirmed'`
  for (const { what, n } of stuck) if (n > 0) found.push(`${n} ${what}`)
  const open = await sql`
    select kind, state, attempts, problem, request from settlement.intent
    where state in ('pending', 'sent', 'unknown', 'parked') limit 3`
  if (open.length > 0) found.push(JSON.stringify(open))
  return found
}

/** The rows of a violated view, for the report. */
export async function detailOf(rig: Rig, found: string): Promise<string> {
  const name = found.split(' ')[0]!
  const [view] = await rig.sql<{ schema: string }[]>`
    select n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = ${name}`
  return JSON.stringify(await rig.sql`select * from ${rig.sql(`${view!.schema}.${name}`)} limit 3`)
}
