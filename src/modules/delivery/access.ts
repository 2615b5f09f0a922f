import { eq, like, or, type SQL } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { isWithin, stemOf } from '../../kernel/division.ts'
import { requireOrganization } from '../identity/index.ts'
import { type Entitlement, entitlement } from './schema.ts'

type Owned = Pick<Entitlement, 'vendorId' | 'granteeId' | 'division' | 'buyerDivision'>

const isAuthority = (actor: Actor): boolean => actor.roles.includes('authority') && actor.division !== null

/** Whether the actor may know of it: the two parties, the operator, the authorities of either side's division. */
export function maySee(row: Owned, actor: Actor): boolean {
  if (actor.kind === 'system' || actor.roles.includes('operator')) return true
  if (actor.organizationId === null) return false
  if (actor.organizationId === row.granteeId || actor.organizationId === row.vendorId) return true
  const reads = (division: string) => isWithin(division, actor.division ?? '')
  return isAuthority(actor) && (reads(row.division) || reads(row.buyerDivision))
}

/** The same rule as a condition. */
export function readable(actor: Actor): SQL | undefined {
  if (actor.kind === 'system' || actor.roles.includes('operator')) return undefined
  const id = requireOrganization(actor)
  const own = or(eq(entitlement.vendorId, id), eq(entitlement.granteeId, id))
  if (!isAuthority(actor)) return own
  const within = `${stemOf(actor.division!)}%`
  return or(own, like(entitlement.division, within), like(entitlement.buyerDivision, within))
}
