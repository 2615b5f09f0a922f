import type { Rx } from '../../kernel/command.ts'
import type { Text } from '../../kernel/text.ts'
import { readState } from './standing.ts'
import { openLogStore } from './store.ts'

/** How the public log stands: what is published, what waits for it, and why it is not signed, if it is not. */
export interface LogHealth {
  readonly publishedSize: number
  readonly waiting: number
  /** since when the oldest entry waits; null when none does */
  readonly oldestAt: Date | null
  readonly refusal: Text | null
}

/** The log's health as the operator sees it. */
export async function logHealth(rx: Rx): Promise<LogHealth> {
  const { standing, published } = await readState(rx.sql, rx.kit, openLogStore(rx.kit.settings.home))
  const [row] = await rx.sql<{ n: number; oldest: string | null }[]>`
    select count(*)::int4 as n, min(e.at) as oldest
    from kernel.audit_queue q join kernel.audit_entry e on e.seq = q.seq`
  return {
    publishedSize: published?.size ?? 0,
    waiting: row!.n,
    oldestAt: row!.oldest ? new Date(row!.oldest) : null,
    refusal: standing.kind === 'refused' ? standing.reason : null,
  }
}
