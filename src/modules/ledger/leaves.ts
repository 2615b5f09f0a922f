import type { RawTx } from '../../kernel/db/client.ts'
import { type Text, text } from '../../kernel/text.ts'

/** A ledger transaction that is not what its audit entry says, or stands without one (I21). */
export interface LeafFault {
  /** of the audit entry; undefined when there is none */
  readonly id: string | undefined
  readonly action: string
  readonly what: Text
}

interface Row {
  readonly transaction_id: string
  readonly audit_id: string | null
  readonly leaves: number
  readonly is_there: boolean
}

function whatOf({ transaction_id: id, leaves, is_there }: Row): Text {
  if (!is_there) return text(`账务交易 ${id} 有留痕而无记录`, `ledger transaction ${id} is in the log, its row is gone`)
  if (leaves !== 1)
    return text(
      `账务交易 ${id} 应恰有一条留痕，实有 ${leaves} 条`,
      `ledger transaction ${id} has ${leaves} audit entries, not one`,
    )
  return text(`账务交易 ${id} 与其留痕不符`, `ledger transaction ${id} is not what its audit entry says`)
}

/**
 * Compares every ledger transaction with the audit entry that was written in its commit: exactly one each (I21), with
 * the same kind, reference and entries. The audit entries themselves are the log's to verify.
 */
export async function leafFaults(sql: RawTx): Promise<LeafFault[]> {
  const rows = await sql<Row[]>`
    with booked as (
      select t.id::text as id, t.kind, t.reference, (
        select jsonb_agg(jsonb_build_object('account', e.account, 'amountFen', e.amount_fen::text) order by e.line)
        from ledger.entry e where e.transaction_id = t.id) as entries
      from ledger.transaction t
    ), told as (
      select a.subject_id as id, count(*)::int4 as leaves, min(a.id::text) as audit_id, min(a.record) as record
      from kernel.audit_entry a
      where a.subject_kind = 'ledger-transaction' and a.action in ('ledger.post', 'ledger.reverse')
      group by a.subject_id
    )
    select coalesce(b.id, t.id) as transaction_id, t.audit_id, coalesce(t.leaves, 0) as leaves,
      b.id is not null as is_there
    from booked b full join told t on t.id = b.id
    where b.id is null or t.leaves is distinct from 1
      or (t.record::jsonb ->> 'kind', t.record::jsonb ->> 'reference', t.record::jsonb -> 'entries')
        is distinct from (b.kind, b.reference, b.entries)
    order by 1 limit 100`
  return rows.map(row => ({ id: row.audit_id ?? undefined, action: 'ledger.post', what: whatOf(row) }))
}
