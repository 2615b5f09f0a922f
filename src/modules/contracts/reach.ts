import { eq, like, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Actor } from '../../kernel/actor.ts'
import { isWithin, stemOf } from '../../kernel/division.ts'

/** Whose a trade is: its parties, the division whose authority is competent, and the buyer's, whose authority reads along. */
export interface Trading<T = string> {
  readonly vendorId: T
  readonly buyerId: T
  readonly division: T
  readonly buyerDivision: T
}

const isAll = (actor: Actor): boolean => actor.kind === 'system' || actor.roles.includes('operator')

/** The division of an acting authority; undefined for everyone else. */
const territoryOf = ({ roles, division }: Actor): string | undefined =>
  roles.includes('authority') && division !== null ? division : undefined

/** Whether the actor acts for the vendor or the buyer. */
export const isParty = ({ organizationId }: Actor, row: Pick<Trading, 'vendorId' | 'buyerId'>): boolean =>
  organizationId !== null && (organizationId === row.vendorId || organizationId === row.buyerId)

/** Whether the acting authority's division is `division` or contains it. */
export function isCompetent(actor: Actor, division: string): boolean {
  const own = territoryOf(actor)
  return own !== undefined && isWithin(division, own)
}

/**
 * Whether the actor may know of something that belongs to a trade: its parties, the operator, and the authorities that
 * the vendor's or the buyer's division falls to, with those above (domain §5).
 */
export const mayRead = (actor: Actor, row: Trading): boolean =>
  isAll(actor) || isParty(actor, row) || isCompetent(actor, row.division) || isCompetent(actor, row.buyerDivision)

/** The same as a condition on rows, for lists; undefined when every row may be known. */
export function readable(actor: Actor, table: Trading<PgColumn>): SQL | undefined {
  if (isAll(actor)) return undefined
  const { organizationId } = actor
  if (organizationId === null) return sql`false`
  const asParty = or(eq(table.vendorId, organizationId), eq(table.buyerId, organizationId))
  const territory = territoryOf(actor)
  if (territory === undefined) return asParty
  const inside = `${stemOf(territory)}%`
  return or(asParty, like(table.division, inside), like(table.buyerDivision, inside))
}
