import type { Rx } from '../../kernel/command.ts'
import type { RawTx } from '../../kernel/db/client.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { naturalBalance, purposeOf } from './model.ts'

type Sql = { readonly sql: RawTx }

/**
 * What is in an account now, in its own direction (what an asset holds, what a liability owes), in fen; 0 for one that
 * was never used. A guarded account is read from its row, a shared one from the last snapshot and what came after.
 * @throws RangeError for a name that no account can have.
 */
export async function balanceOf(rx: Sql, account: string): Promise<bigint> {
  const { kind, isGuarded } = purposeOf(account)
  if (isGuarded) {
    const [row] = await rx.sql<{ n: string }[]>`
      select available_fen as n from ledger.balance where account = ${account}`
    return BigInt(row?.n ?? 0)
  }
  const [row] = await rx.sql<{ n: string }[]>`
    with s as (select upto_seq, sum_fen from ledger.snapshot where account = ${account} order by upto_seq desc limit 1)
    select coalesce((select sum_fen from s), 0) + coalesce((select sum(e.amount_fen) from ledger.entry e
      where e.account = ${account} and e.seq > coalesce((select upto_seq from s), 0)), 0) as n`
  return naturalBalance(kind, BigInt(row!.n))
}

/** How many entries came since the last snapshot (numbers drawn by refused postings count too). */
export async function tailLength(rx: Sql): Promise<number> {
  const [row] = await rx.sql<{ n: string }[]>`
    select coalesce((select max(seq) from ledger.entry), 0)
      - coalesce((select max(upto_seq) from ledger.snapshot), 0) as n`
  return Number(row!.n)
}

/** A transaction with its entries. @throws not-found */
export async function transactionOf(rx: Sql, id: string) {
  const rows = await rx.sql<
    {
      id: string
      kind: string
      reference: string
      effective_at: string
      fact_at: string | null
      created_at: string
      note: string | null
      reverses: string | null
      reversed_by: string | null
      account: string
      amount_fen: string
    }[]
  >`
    select t.id, t.kind, t.reference, t.effective_at, t.fact_at, t.created_at, t.note, t.reverses,
      (select r.id from ledger.transaction r where r.reverses = t.id) as reversed_by, e.account, e.amount_fen
    from ledger.transaction t join ledger.entry e on e.transaction_id = t.id where t.id = ${id} order by e.line`
  const [head] = rows
  if (!head) throw notFound()
  return {
    id: head.id,
    kind: head.kind,
    reference: head.reference,
    effectiveAt: new Date(head.effective_at),
    /** when it happened, where that lies in a closed period */
    factAt: head.fact_at === null ? null : new Date(head.fact_at),
    createdAt: new Date(head.created_at),
    note: head.note,
    reverses: head.reverses,
    reversedBy: head.reversed_by,
    entries: rows.map(row => ({ account: row.account, amountFen: BigInt(row.amount_fen) })),
  }
}

export type LedgerTransaction = Awaited<ReturnType<typeof transactionOf>>

/** The transaction of a reference, if it was posted. */
export async function transactionByReference(rx: Sql, reference: string): Promise<LedgerTransaction | undefined> {
  const [row] = await rx.sql<{ id: string }[]>`select id from ledger.transaction where reference = ${reference}`
  return row && transactionOf(rx, row.id)
}

/** The entries of an account, newest first. */
export async function listEntries(rx: Rx, account: string, query: { limit?: number; after?: string }) {
  const limit = query.limit ?? 20
  const before = decodeCursor(query.after, 1)?.[0] ?? null
  const rows = await rx.sql<
    {
      seq: string
      amount_fen: string
      transaction_id: string
      kind: string
      reference: string
      effective_at: string
      created_at: string
    }[]
  >`
    select e.seq, e.amount_fen, e.transaction_id, t.kind, t.reference, t.effective_at, t.created_at
    from ledger.entry e join ledger.transaction t on t.id = e.transaction_id
    where e.account = ${account} and (${before}::bigint is null or e.seq < ${before}::bigint)
    order by e.seq desc limit ${limit + 1}`
  return toPage(
    [...rows],
    limit,
    row => [Number(row.seq)],
    row => ({
      seq: Number(row.seq),
      transactionId: row.transaction_id,
      kind: row.kind,
      reference: row.reference,
      amountFen: BigInt(row.amount_fen),
      effectiveAt: new Date(row.effective_at),
      createdAt: new Date(row.created_at),
    }),
  )
}

/** One invariant of trust 1.2 as the database keeps it. */
export interface Invariant {
  readonly id: string
  readonly view: string
  /** what holds while the view is empty, Chinese · English */
  readonly meaning: string
  readonly violations: number
}

/** Counts the violations of every invariant that any module keeps as a view named `i<number>_…`. */
export async function inspectInvariants(rx: Sql): Promise<Invariant[]> {
  const views = await rx.sql<{ schema: string; name: string; meaning: string | null }[]>`
    select n.nspname as schema, c.relname as name, obj_description(c.oid, 'pg_class') as meaning
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'v' and c.relname ~ '^i[0-9]+_'
    order by substring(c.relname from '^i([0-9]+)_')::integer, c.relname`
  const found: Invariant[] = []
  for (const { schema, name, meaning } of views) {
    const [row] = await rx.sql<{ n: string }[]>`select count(*) as n from ${rx.sql(schema)}.${rx.sql(name)}`
    const id = name.slice(0, name.indexOf('_')).toUpperCase()
    found.push({ id, view: `${schema}.${name}`, meaning: meaning ?? name, violations: Number(row!.n) })
  }
  return found
}
