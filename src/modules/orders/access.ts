import type { Actor } from '../../kernel/actor.ts'
import { mayRead } from '../contracts/index.ts'
import type { Side } from './model.ts'
import type { Order } from './schema.ts'

/** In which capacity the actor sees an order; undefined when it is not theirs to see. The machinery sees all. */
export function sideOf(
  row: Pick<Order, 'vendorId' | 'buyerId' | 'division' | 'buyerDivision'>,
  actor: Actor,
): Side | undefined {
  if (actor.kind === 'system') return 'operator'
  if (actor.organizationId === null) return undefined
  if (row.buyerId === actor.organizationId) return 'buyer'
  if (row.vendorId === actor.organizationId) return 'vendor'
  if (actor.roles.includes('operator')) return 'operator'
  return mayRead(actor, row) ? 'authority' : undefined
}
