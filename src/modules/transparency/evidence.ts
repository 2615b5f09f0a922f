import type { RawTx } from '../../kernel/db/client.ts'
import { type Text, text } from '../../kernel/text.ts'
import type { EntryRow } from './model.ts'
import type { SignedHead } from './standing.ts'

/** A leaf with the row it stands for; `entry` is undefined when that row is gone. */
export interface AuditedLeaf {
  readonly leafIndex: number
  readonly auditId: string
  readonly hash: Buffer
  readonly entry: EntryRow | undefined
}

interface Joined {
  readonly leaf_index: string
  readonly audit_id: string
  readonly hash: Buffer
  readonly id: string | null
  readonly seq: string
  readonly ms: number
  readonly actor: string
  readonly organization_id: string | null
  readonly action: string
  readonly subject_kind: string
  readonly subject_id: string
  readonly record: string
  readonly salt: Buffer
  readonly leaf: string
}

const step = 2_000

const toEntry = (row: Joined, id: string): EntryRow => ({
  id,
  seq: Number(row.seq),
  at: new Date(row.ms),
  actor: row.actor,
  organizationId: row.organization_id,
  action: row.action,
  subjectKind: row.subject_kind,
  subjectId: row.subject_id,
  record: row.record,
  salt: row.salt,
  leaf: row.leaf,
})

/** The next leaves after an index, with their rows. */
export async function leavesAfter(
  sql: RawTx,
  after: number,
): Promise<{ readonly rows: AuditedLeaf[]; readonly isFull: boolean }> {
  const found = await sql<Joined[]>`
    select l.leaf_index, l.hash, l.audit_id, e.id, e.seq, floor(extract(epoch from e.at) * 1000)::float8 as ms,
      e.actor, e.organization_id, e.action, e.subject_kind, e.subject_id, e.record, e.salt, e.leaf
    from transparency.leaf l left join kernel.audit_entry e on e.id = l.audit_id
    where l.leaf_index > ${after} order by l.leaf_index limit ${step}`
  const rows = found.map(row => ({
    leafIndex: Number(row.leaf_index),
    auditId: row.audit_id,
    hash: row.hash,
    entry: row.id === null ? undefined : toEntry(row, row.id),
  }))
  return { rows, isFull: rows.length === step }
}

/** Every checkpoint that was signed, smallest first. */
export async function checkpointsOf(sql: RawTx): Promise<SignedHead[]> {
  const rows = await sql<{ size: string; root: Buffer; note: string }[]>`
    select size, root, note from transparency.checkpoint order by size`
  return rows.map(row => ({ ...row, size: Number(row.size) }))
}

/** Entries that are kept from the log: neither in it nor waiting for it, or waiting although they are in it. */
export async function queueFaults(sql: RawTx): Promise<{ id?: string; action?: string; what: Text }[]> {
  const withheld = await sql<{ id: string; action: string }[]>`
    select e.id, e.action from kernel.audit_entry e
    where not exists (select 1 from transparency.leaf l where l.audit_id = e.id)
      and not exists (select 1 from kernel.audit_queue q where q.seq = e.seq)
    order by e.seq limit 100`
  const unknown = await sql<{ seq: string }[]>`
    select q.seq from kernel.audit_queue q left join kernel.audit_entry e on e.seq = q.seq
    where e.id is null or exists (select 1 from transparency.leaf l where l.audit_id = e.id)
    order by q.seq limit 100`
  return [
    ...withheld.map(entry => ({
      ...entry,
      what: text('既不在日志中，也不在待入日志的队列中', 'it is neither in the log nor waiting to enter it'),
    })),
    ...unknown.map(({ seq }) => ({
      what: text(
        `队列中的 ${seq} 号没有条目，或已在日志中`,
        `number ${seq} in the queue has no entry, or its entry is in the log already`,
      ),
    })),
  ]
}
