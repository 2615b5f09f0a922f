import type { Cx } from '../../kernel/command.ts'
import { constraintMeans, databaseError } from '../../kernel/db/errors.ts'
import { NotDue } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { notFound, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import {
  assertBalanced,
  contentHash,
  type EntryInput,
  insufficientFunds,
  opposite,
  purposeOf,
  referenceReused,
  transactionMachine,
} from './model.ts'
import { tailLength } from './queries.ts'

constraintMeans('balance_not_overdrawn', () => insufficientFunds())
constraintMeans('transaction_period_open', () =>
  stateConflict(
    text('该期间已结账，请重试以记入当前期间。', 'The period was closed; try again to book it in the open one.'),
  ),
)
constraintMeans('transaction_reversed_once', () => stateConflict(text('该笔交易已冲正。', 'It was reversed already.')))

/** A movement of money to be booked. */
export interface Posting {
  /** what it is, as `order.pay` */
  readonly kind: string
  /** the effect's unique key: the same movement said again has no second effect */
  readonly reference: string
  readonly effectiveAt: Date
  readonly entries: readonly EntryInput[]
  readonly note?: string
}

/** Makes the accounts that are not there yet; those that are shared are looked at, not locked. */
const openAccounts = (cx: Cx, names: readonly string[]) => {
  const distinct = [...new Set(names)].sort()
  const facts = distinct.map(purposeOf)
  return cx.sql`
    insert into ledger.account (name, purpose, kind, is_guarded, created_at)
    select n.name, split_part(n.name, ':', 1), n.kind, n.is_guarded::boolean, ${cx.now.toISOString()}::timestamptz
    from unnest(${distinct}::text[], ${facts.map(f => f.kind)}::text[], ${facts.map(f => String(f.isGuarded))}::text[])
      as n (name, kind, is_guarded)
    where not exists (select 1 from ledger.account a where a.name = n.name)
    on conflict do nothing`
}

interface Draft extends Posting {
  readonly reverses?: string
}

/** Claims the reference. Answers the id to write under, or that of the transaction that said the same before. */
async function claim(cx: Cx, draft: Draft): Promise<{ id: string; effectiveAt?: Date }> {
  const id = newId()
  const hash = contentHash(draft.kind, draft.entries)
  const at = draft.effectiveAt.toISOString()
  const [made] = await cx.sql<{ effective_at: string }[]>`
    insert into ledger.transaction
      (id, kind, reference, content_hash, entry_count, effective_at, fact_at, created_at, note, reverses)
    select ${id}, ${draft.kind}, ${draft.reference}, ${hash}, ${draft.entries.length}, greatest(${at}::timestamptz, p.top),
      case when ${at}::timestamptz < p.top then ${at}::timestamptz end, ${cx.now.toISOString()}, ${draft.note ?? null},
      ${draft.reverses ?? null}::uuid
    from (select max(ends_at) as top from ledger.period where state in ('closed', 'reopening')) p
    on conflict (reference) do nothing returning effective_at`
  if (made) return { id, effectiveAt: new Date(made.effective_at) }
  const [before] = await cx.sql<{ id: string; content_hash: string; reverses: string | null }[]>`
    select id, content_hash, reverses from ledger.transaction where reference = ${draft.reference}`
  if (before?.content_hash !== hash || before.reverses !== (draft.reverses ?? null)) throw referenceReused()
  return { id: before.id }
}

async function post(cx: Cx, draft: Draft): Promise<string> {
  assertBalanced(draft.entries)
  const { id, effectiveAt } = await claim(cx, draft)
  if (!effectiveAt) return id
  const lines = draft.entries.map((_, i) => i + 1)
  await Promise.all([
    openAccounts(
      cx,
      draft.entries.map(e => e.account),
    ),
    // in the order of names, so that two postings lock guarded accounts in the same order
    cx.sql`
      insert into ledger.entry (transaction_id, line, account, amount_fen)
      select ${id}::uuid, e.line, e.account, e.amount_fen
      from unnest(${lines}::smallint[], ${draft.entries.map(e => e.account)}::text[],
        ${draft.entries.map(e => e.amountFen.toString())}::bigint[]) as e (line, account, amount_fen)
      order by e.account, e.line`,
  ])
  cx.audit(draft.reverses ? 'ledger.reverse' : 'ledger.post', ['ledger-transaction', id], {
    kind: draft.kind,
    reference: draft.reference,
    effectiveAt,
    ...(effectiveAt > draft.effectiveAt && { factAt: draft.effectiveAt }),
    entries: draft.entries,
    note: draft.note ?? null,
    reverses: draft.reverses ?? null,
  })
  return id
}

/**
 * Books a movement of money in the caller's transaction and answers its id. Said again with the same reference, kind
 * and entries it books nothing and answers the first id. What happened in a closed period takes effect at the start of
 * the open one, and keeps the date of the fact beside it.
 * @throws insufficient-funds (409) when a guarded account would fall below zero (I6); ledger-reference-reused (409)
 * when the reference stands for something else; RangeError for entries that no book can hold (I1).
 */
export const postTransaction = (cx: Cx, posting: Posting): Promise<string> => post(cx, posting)

/**
 * Undoes a transaction by its exact opposite, effective now; at most once (I4).
 * @throws not-found; state-conflict (409) when it was reversed before or is itself a reversal; insufficient-funds.
 */
export async function reverseTransaction(cx: Cx, id: string, reference: string, reason: string): Promise<string> {
  const found = await cx.sql<{ account: string; amount_fen: string; kind: string; undone: boolean; own: string }[]>`
    select e.account, e.amount_fen, t.kind, coalesce(t.reverses::text, '') as own,
      exists (select 1 from ledger.transaction r where r.reverses = t.id and r.reference <> ${reference}) as undone
    from ledger.transaction t join ledger.entry e on e.transaction_id = t.id
    where t.id = ${id} order by e.line`
  const [first] = found
  if (!first) throw notFound()
  nextState(transactionMachine, first.undone || first.own ? 'reversed' : 'posted', 'reverse')
  return post(cx, {
    kind: `${first.kind}.reversal`,
    reference,
    effectiveAt: cx.now,
    entries: opposite(found.map(e => ({ account: e.account, amountFen: BigInt(e.amount_fen) }))),
    note: reason,
    reverses: id,
  })
}

/** Entries after which the sums of the shared accounts are taken again. */
export const snapshotEvery = 10_000

/**
 * Takes the sums of the shared accounts. The lock waits for postings in progress, so that no entry can appear later
 * below the number up to which was summed; it gives up at once rather than hold postings up.
 * @throws NotDue when fewer than `every` entries came since, or when postings are in progress.
 */
export async function takeSnapshot(cx: Cx, every = snapshotEvery): Promise<void> {
  await cx.sql`select set_config('lock_timeout', '200ms', true)`
  try {
    await cx.sql`lock table ledger.entry in share row exclusive mode`
  } catch (error) {
    throw databaseError(error)?.code === '55P03' ? new NotDue() : error
  }
  if ((await tailLength(cx)) < every) throw new NotDue()
  const taken = await cx.sql<{ account: string; upto_seq: string; sum_fen: string }[]>`
    insert into ledger.snapshot
      (account, upto_seq, sum_fen, taken_at, entry_count, latest_created_at, latest_effective_at)
    select a.name, top.seq, coalesce(s.sum_fen, 0) + n.sum_fen, ${cx.now.toISOString()}, coalesce(s.entry_count, 0) + n.n,
      greatest(s.latest_created_at, n.created_at), greatest(s.latest_effective_at, n.effective_at)
    from ledger.account a
    cross join (select max(seq) as seq from ledger.entry) top
    left join lateral (
      select * from ledger.snapshot s where s.account = a.name and s.entry_count is not null
      order by s.upto_seq desc limit 1) s on true
    cross join lateral (
      select coalesce(sum(e.amount_fen), 0) as sum_fen, count(*) as n, max(t.created_at) as created_at,
        max(t.effective_at) as effective_at
      from ledger.entry e join ledger.transaction t on t.id = e.transaction_id
      where e.account = a.name and e.seq > coalesce(s.upto_seq, 0)) n
    where not a.is_guarded
    returning account, upto_seq, sum_fen`
  cx.audit('ledger.snapshot', ['ledger', 'snapshot'], { sums: taken.map(t => [t.account, t.upto_seq, t.sum_fen]) })
}
