import { hash } from 'node:crypto'
import type { Actor } from '../../kernel/actor.ts'
import { canonicalJson } from '../../kernel/canonical.ts'
import type { Hash } from '../../kernel/log/merkle.ts'
import { type Text, text } from '../../kernel/text.ts'

/** The log's origin for an address: without scheme, with `/log` (tlog-checkpoint: a URL without scheme or last slash). */
export const originOf = (publicUrl: string): string =>
  `${publicUrl.replace(/^[a-z]+:\/\//i, '').replace(/\/+$/, '')}/log`

/** A size with its root: one state of the tree. */
export interface Head {
  readonly size: number
  readonly root: Hash
}

/**
 * How the published checkpoint (a file) and the signed ones (the database) stand to each other.
 * `behind`: the files lag and are to be written. `refused`: they contradict, and signing would fork the log.
 */
export type Standing =
  | { readonly kind: 'current'; readonly size: number }
  | { readonly kind: 'behind'; readonly from: number; readonly size: number }
  | { readonly kind: 'refused'; readonly reason: Text }

const isSame = (a: Head, b: Head) => a.size === b.size && Buffer.compare(a.root, b.root) === 0

const refused = (zh: string, en: string): Standing => ({
  kind: 'refused',
  reason: text(
    `${zh}为防止日志分叉，已停止签署。请恢复较新的数据库备份；若此目录属于另一数据库，请另设 JINSHU_HOME。`,
    `${en} Signing has stopped so that the log does not fork. Restore a newer backup of the database; if this folder belongs to another database, give this one a JINSHU_HOME of its own.`,
  ),
})

/** Says of a published checkpoint that cannot be read what follows: without it nothing can be compared. */
export const unreadable = (why: Text): Standing =>
  refused(`已发布的检查点无法核验（${why.zh}）。`, `The published checkpoint cannot be verified (${why.en}).`)

/** Says of signed checkpoints or leaves in the database that do not hold. */
export const unsound = (why: Text): Standing =>
  refused(`数据库中的日志不可信（${why.zh}）。`, `The log in the database does not hold (${why.en}).`)

/**
 * Compares what was published with what the database signed. A database that was restored from an older backup knows
 * less than the file, and an honest exchange would then sign a second history: that is what this refuses.
 * @param atPublished the database's checkpoint of the published size
 */
export function standingOf(
  published: Head | undefined,
  latest: Head | undefined,
  atPublished: Head | undefined,
): Standing {
  if (!published) return latest ? { kind: 'behind', from: 0, size: latest.size } : { kind: 'current', size: 0 }
  const known = latest?.size ?? 0
  if (published.size > known)
    return refused(
      `已发布的检查点含 ${published.size} 条，而数据库只签署到 ${known} 条：数据库可能由旧备份恢复。`,
      `The published checkpoint has ${published.size} entries, the database signed only ${known}: it may come from an older backup.`,
    )
  if (!atPublished || !isSame(published, atPublished))
    return refused(
      `已发布的 ${published.size} 条检查点与数据库签署的不同。`,
      `The published checkpoint of ${published.size} entries is not the one that the database signed.`,
    )
  if (published.size === known) return { kind: 'current', size: known }
  return { kind: 'behind', from: published.size, size: known }
}

/** An audit entry as its row says it. */
export interface EntryRow {
  readonly id: string
  readonly seq: number
  readonly at: Date
  readonly actor: string
  readonly organizationId: string | null
  readonly action: string
  readonly subjectKind: string
  readonly subjectId: string
  readonly record: string
  readonly salt: Buffer
  readonly leaf: string
}

/** c = SHA-256(salt ‖ canonical record): binds the record without telling it. */
export const commitmentOf = (salt: Uint8Array, record: string): string =>
  hash('sha256', Buffer.concat([salt, Buffer.from(record)]))

const fieldsOf = (row: EntryRow) => ({
  v: 1,
  type: row.action,
  id: row.id,
  seq: row.seq,
  at: row.at.toISOString(),
  actor: row.actor,
  subject: `${row.subjectKind}/${row.subjectId}`,
  c: commitmentOf(row.salt, row.record),
})

const columnNames: Readonly<Record<string, string>> = {
  type: 'action',
  subject: 'subject_kind, subject_id',
  c: 'record, salt',
}

/**
 * What in a row is not as its leaf says: undefined when the leaf is exactly the canonical JSON of the row.
 * Answers the names of the columns that differ.
 */
export function differenceOf(row: EntryRow): string | undefined {
  const fields = fieldsOf(row)
  if (canonicalJson(fields) === row.leaf) return undefined
  let told: Record<string, unknown>
  try {
    told = JSON.parse(row.leaf) as Record<string, unknown>
  } catch {
    return 'leaf'
  }
  const differing = Object.entries(fields).filter(([key, value]) => told?.[key] !== value)
  return differing.map(([key]) => columnNames[key] ?? key).join(', ') || 'leaf'
}

/**
 * Whether the record behind a commitment may be read: by the organisation that acted, and by the operator.
 * The leaf itself is public; without the salt it tells nothing about the record.
 */
export const mayReadRecord = (actor: Actor, entry: { readonly organizationId: string | null }): boolean =>
  actor.kind === 'system' ||
  actor.roles.includes('operator') ||
  (actor.organizationId !== null && actor.organizationId === entry.organizationId)
