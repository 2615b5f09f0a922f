import { and, desc, eq, inArray, lt, or, type SQL } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { decodeCursor } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { readable } from '../contracts/index.ts'
import { type FreezeState, servedStates } from './freezemodel.ts'
import { type Freeze, freeze } from './schema.ts'

/** The authority's own, and what was served on the parties and the operator; authorities of the trade read along. */
function visible(rx: Rx): SQL | undefined {
  if (rx.actor.kind === 'system') return undefined
  const served = and(inArray(freeze.state, [...servedStates]), readable(rx.actor, freeze))
  const own = rx.actor.organizationId
  return own === null ? served : or(eq(freeze.organizationId, own), served)
}

export interface FreezeFilter {
  readonly contractId?: string
  readonly state?: FreezeState
  readonly limit?: number
  readonly after?: string
}

/** Freezes that the actor may know of, the latest first: `limit + 1` rows for the page. */
export function listFreezes(rx: Rx, filter: FreezeFilter): Promise<Freeze[]> {
  const after = decodeCursor(filter.after, 1)
  return rx.tx
    .select()
    .from(freeze)
    .where(
      and(
        visible(rx),
        filter.contractId ? eq(freeze.contractId, filter.contractId) : undefined,
        filter.state && eq(freeze.state, filter.state),
        after && lt(freeze.id, String(after[0])),
      ),
    )
    .orderBy(desc(freeze.id))
    .limit((filter.limit ?? 20) + 1)
}

/** One freeze. @throws not-found */
export async function readFreeze(rx: Rx, id: string): Promise<Freeze> {
  const [row] = await rx.tx
    .select()
    .from(freeze)
    .where(and(eq(freeze.id, id), visible(rx)))
  if (!row) throw notFound()
  return row
}

/** How many of the acting authority's freezes wait for a second person, by what is to be confirmed. */
export async function freezesToConfirm(rx: Rx): Promise<{ proposed: number; lifting: number }> {
  const own = rx.actor.organizationId
  if (own === null) return { proposed: 0, lifting: 0 }
  const rows = await rx.sql<{ state: 'proposed' | 'lifting'; n: number }[]>`
    select state, count(*)::int as n from orders.freeze
    where organization_id = ${own} and state in ('proposed', 'lifting') group by state`
  const n = new Map(rows.map(row => [row.state, row.n]))
  return { proposed: n.get('proposed') ?? 0, lifting: n.get('lifting') ?? 0 }
}

/** Which of these trades are frozen now, whoever asks: for lists of a later module that have shown the trade already. */
export async function frozenContracts(rx: Rx, contractIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (contractIds.length === 0) return new Set()
  const rows = await rx.tx
    .select({ id: freeze.contractId })
    .from(freeze)
    .where(and(inArray(freeze.contractId, [...contractIds]), inArray(freeze.state, ['active', 'lifting'])))
  return new Set(rows.map(row => row.id))
}
