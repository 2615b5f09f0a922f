import { and, eq, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import type { Rx } from '../../kernel/command.ts'
import { readable } from './reach.ts'
import { contract } from './schema.ts'

/** The trade of another module's row, by its columns. */
export interface TradeColumns {
  readonly contractId: SQLWrapper
  readonly vendorId: SQLWrapper
  readonly buyerId: SQLWrapper
}

const wasDisputed = sql`(${contract.isDisputed} or exists (select 1 from kernel.audit_entry e
  where e.subject_kind = 'contract' and e.subject_id = ${contract.id}::text and e.action = 'contract.dispute'))`

/**
 * Whether a party of a trade is a party of another contract that was found void, as far as the actor may know of it:
 * a condition on rows of another module.
 */
export const hasVoidContract = (actor: Actor, { contractId, vendorId, buyerId }: TradeColumns): SQL =>
  sql`exists (select 1 from ${contract} where ${contract.state} = 'void' and ${contract.id} <> ${contractId}
    and (${contract.vendorId} in (${vendorId}, ${buyerId}) or ${contract.buyerId} in (${vendorId}, ${buyerId}))
    and ${readable(actor, contract) ?? sql`true`})`

/** A contract that went wrong, or is in dispute. */
export interface TroubledContract {
  readonly id: string
  readonly number: string
  readonly state: string
  readonly isDisputed: boolean
  readonly productName: string
  readonly endedAt: Date | null
}

/**
 * Contracts of an organisation that were found void, dissolved or suspended, or were ever in dispute; newest first, at
 * most 50, and only those that the actor may know of.
 */
export async function troubledContracts(rx: Rx, organizationId: string): Promise<TroubledContract[]> {
  const found = await rx.tx
    .select({ row: contract, wasDisputed: sql<boolean>`${wasDisputed}` })
    .from(contract)
    .where(
      and(
        or(eq(contract.vendorId, organizationId), eq(contract.buyerId, organizationId)),
        or(sql`${contract.state} in ('void', 'terminated', 'suspended')`, wasDisputed),
        readable(rx.actor, contract),
      ),
    )
    .orderBy(sql`${contract.id} desc`)
    .limit(50)
  return found.map(({ row, wasDisputed }) => ({
    id: row.id,
    number: row.number,
    state: row.state,
    isDisputed: wasDisputed,
    productName: row.productName,
    endedAt: row.endedAt,
  }))
}
