import { eq, like, or, type SQL } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { isWithin, stemOf } from '../../kernel/division.ts'
import { requireOrganization } from '../identity/index.ts'
import type { Side } from './model.ts'
import { type Order, order } from './schema.ts'

const isAuthority = (actor: Actor): boolean => actor.roles.includes('authority') && actor.division !== null

/** In which capacity the actor sees an order; undefined when it is not theirs to see. The machinery sees all. */
export function sideOf(
  row: Pick<Order, 'vendorId' | 'buyerId' | 'division' | 'buyerDivision'>,
  actor: Actor,
): Side | undefined {
  if (actor.kind === 'system') return 'operator'
  const id = actor.organizationId
  if (id === null) return undefined
  if (row.buyerId === id) return 'buyer'
  if (row.vendorId === id) return 'vendor'
  if (actor.roles.includes('operator')) return 'operator'
  const reads = (division: string) => isWithin(division, actor.division ?? '')
  return isAuthority(actor) && (reads(row.division) || reads(row.buyerDivision)) ? 'authority' : undefined
}

/** The same rule as a condition: own orders, those of the own jurisdiction (the buyer's reads along), or all. */
export function readable(actor: Actor): SQL | undefined {
  if (actor.kind === 'system') return undefined
  const id = requireOrganization(actor)
  if (actor.roles.includes('operator')) return undefined
  const own = or(eq(order.vendorId, id), eq(order.buyerId, id))
  if (!isAuthority(actor)) return own
  const within = `${stemOf(actor.division!)}%`
  return or(own, like(order.division, within), like(order.buyerDivision, within))
}
