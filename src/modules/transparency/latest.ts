import { desc, eq, lt } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { auditEntry } from '../../kernel/schema.ts'
import type { Text } from '../../kernel/text.ts'
import { checkpoint, leaf } from './schema.ts'
import { readState } from './standing.ts'
import { openLogStore } from './store.ts'

/** An entry as the log shows it to everyone. */
export interface LatestEntry {
  readonly id: string
  readonly index: number
  readonly at: Date
  readonly action: string
  /** lower-case hex */
  readonly leafHash: string
}

/** The log as it is published now, in words for people. */
export interface Latest {
  readonly origin: string
  readonly vkey: string
  readonly size: number
  /** base64, as the checkpoint writes it */
  readonly root: string
  /** when the checkpoint was signed, by the exchange's clock */
  readonly signedAt: Date | null
  /** why signing has stopped; null while it goes on */
  readonly refusal: Text | null
  readonly entries: readonly LatestEntry[]
}

/** The published checkpoint and the newest entries under it; undefined before the first. */
export async function latestOf(rx: Rx, count: number): Promise<Latest | undefined> {
  const state = await readState(rx.sql, rx.kit, openLogStore(rx.kit.settings.home))
  const head = state.published ?? state.latest
  if (!head) return undefined
  const rows = await rx.tx
    .select({ id: auditEntry.id, index: leaf.leafIndex, at: auditEntry.at, action: auditEntry.action, hash: leaf.hash })
    .from(leaf)
    .innerJoin(auditEntry, eq(auditEntry.id, leaf.auditId))
    .where(lt(leaf.leafIndex, head.size))
    .orderBy(desc(leaf.leafIndex))
    .limit(count)
  const [signed] = await rx.tx
    .select({ at: checkpoint.signedAt })
    .from(checkpoint)
    .where(eq(checkpoint.size, head.size))
  return {
    origin: state.origin,
    vkey: state.verifier.vkey,
    size: head.size,
    root: Buffer.from(head.root).toString('base64'),
    signedAt: signed?.at ?? null,
    refusal: state.standing.kind === 'refused' ? state.standing.reason : null,
    entries: rows.map(({ hash, ...row }) => ({ ...row, leafHash: hash.toString('hex') })),
  }
}
