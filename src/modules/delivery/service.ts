import { and, eq, inArray } from 'drizzle-orm'
import { addMonths, endOfDay } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { type ContractFacts, contractOf, holdContract } from '../contracts/index.ts'
import { dataVersionOf } from '../data/index.ts'
import {
  graceUntil,
  isDeliveryFrozen,
  lockOrder,
  type Order,
  orderOf,
  ordersOfContract,
  startDelivery,
} from '../orders/index.ts'
import { isReleased } from '../risk/index.ts'
import { type EntitlementMove, type EntitlementState, entitlementMachine } from './model.ts'
import { type Entitlement, entitlement } from './schema.ts'

/** What is fetched: the file by its digest, and the name it gets. */
async function fileOf(cx: Cx, dataVersionId: string) {
  const version = await dataVersionOf(cx, dataVersionId)
  const { sha256, bytes, fileName, encoding } = version
  return { dataVersionId, sha256, bytes, fileName, encoding, format: version.format ?? 'bin' }
}

/**
 * The end of the right to an order's data: the last day of the period that it pays for, the last day of a trial, or the
 * term of the grant from its beginning.
 */
function termEnd(order: Order, contract: ContractFacts, from: Date): Date {
  if (order.periodEndsOn !== null) return endOfDay(order.periodEndsOn)
  if (contract.plan.kind === 'trial' && contract.endsOn !== null) return endOfDay(contract.endsOn)
  return addMonths(from, contract.terms.rights.termMonths)
}

async function insertEntitlement(
  cx: Cx,
  order: Order,
  contract: ContractFacts,
  state: EntitlementState,
): Promise<Entitlement> {
  const file = await fileOf(cx, order.dataVersionId)
  if (file.sha256 !== contract.terms.product.contentHash)
    throw new Error(`order ${order.number} would deliver other bytes than its contract describes`)
  const [row] = await cx.tx
    .insert(entitlement)
    .values({
      id: newId(),
      orderId: order.id,
      contractId: order.contractId,
      granteeId: order.buyerId,
      vendorId: order.vendorId,
      division: order.division,
      buyerDivision: order.buyerDivision,
      ...file,
      state,
      reason: state === 'suspended' ? (contract.reason ?? '数据版本未放行 The data is not released') : null,
      startsAt: cx.now,
      endsAt: termEnd(order, contract, cx.now),
      quotaBytes: contract.terms.price.trialDownloads ? contract.terms.price.trialDownloads * file.bytes : null,
      rulePack: rulesAt(cx.now).ref,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  return row!
}

/**
 * Delivery opens: the buyer may fetch the data from now on, or once the contract that is suspended is resumed. For an
 * order or a contract that has ended in the meantime nothing opens, which the log notes.
 */
export async function openEntitlement(cx: Cx, orderId: string): Promise<void> {
  const order = await lockOrder(cx, orderId)
  const contract = await holdContract(cx, order.contractId)
  const move = wanted(order, contract, await isFetchAllowed(cx, order))
  if ((order.state !== 'escrowed' && order.state !== 'confirmed') || move === 'revoke') {
    cx.audit('entitlement.skip', ['order', orderId], { state: order.state, contractState: contract.state })
    return
  }
  const active = entitlementMachine.initial as EntitlementState
  const state = move === 'suspend' ? nextState(entitlementMachine, active, move) : active
  const row = await insertEntitlement(cx, order, contract, state)
  await startDelivery(cx, orderId)
  cx.audit('entitlement.open', ['entitlement', row.id], {
    order: orderId,
    grantee: row.granteeId,
    digest: row.sha256,
    bytes: row.bytes,
    state,
    endsAt: row.endsAt,
    rulePack: row.rulePack,
  })
  cx.emit('delivery.entitlement-opened', { entitlementId: row.id, orderId })
}

/** The gate of the data is open, and no freeze of the trade says that delivery stops as well. */
const isFetchAllowed = async (cx: Cx, { dataVersionId, contractId }: Order): Promise<boolean> =>
  (await isReleased(cx, dataVersionId)) && !(await isDeliveryFrozen(cx, contractId))

/** What order, contract and gate, as they stand, make of the entitlement. */
function wanted(order: Order, contract: ContractFacts, isOpen: boolean): 'revoke' | 'suspend' | 'resume' {
  if (['refunding', 'refunded', 'cancelled'].includes(order.state)) return 'revoke'
  if (contract.state === 'terminated' || contract.state === 'void') return 'revoke'
  if (['rejected', 'disputed'].includes(order.state) || contract.state === 'suspended' || !isOpen) return 'suspend'
  return 'resume'
}

async function change(cx: Cx, row: Entitlement, action: string, values: Partial<Entitlement>, reason: string | null) {
  const rulePack = rulesAt(cx.now).ref
  await cx.tx
    .update(entitlement)
    .set({ ...values, reason, rulePack, changedAt: cx.now })
    .where(eq(entitlement.id, row.id))
  cx.audit(`entitlement.${action}`, ['entitlement', row.id], {
    order: row.orderId,
    from: row.state,
    to: values.state ?? row.state,
    round: values.round ?? row.round,
    digest: values.sha256 ?? row.sha256,
    reason,
    rulePack,
  })
}

/**
 * Brings an order's entitlement in line with the order and its contract: revoked with the refund or the termination,
 * suspended while the order is refused or frozen, active again afterwards, and a new round for a second delivery.
 * It looks at the present state, so the sequence in which events arrive does not matter. `cause` names the event.
 */
export async function alignEntitlement(cx: Cx, orderId: string, cause: string): Promise<EntitlementMove | 'keep'> {
  const [row] = await cx.tx.select().from(entitlement).where(eq(entitlement.orderId, orderId)).for('update')
  if (!row) {
    cx.audit('entitlement.skip', ['order', orderId], { cause })
    return 'keep'
  }
  const order = await orderOf(cx, orderId)
  const isOpen = await isFetchAllowed(cx, order)
  const move = wanted(order, await contractOf(cx, order.contractId), isOpen)
  const isNewRound = move === 'resume' && order.state === 'redelivering' && row.round !== order.deliveries + 1
  const isPossible = entitlementMachine.moves[move].from.some(state => state === row.state)
  const state = isPossible ? nextState(entitlementMachine, row.state, move) : row.state
  const fresh = isNewRound && { ...(await fileOf(cx, order.dataVersionId)), round: order.deliveries + 1, covered: '{}' }
  const action = isPossible ? move : isNewRound ? 'renew' : 'keep'
  await change(cx, row, action, { state, ...fresh }, move === 'resume' ? null : (order.reason ?? cause))
  return isPossible ? move : 'keep'
}

/** The gate has opened or closed for a data version: the entitlements to it follow. */
export async function alignVersion(cx: Cx, dataVersionId: string, cause: string): Promise<void> {
  const rows = await cx.tx
    .select({ orderId: entitlement.orderId })
    .from(entitlement)
    .where(and(eq(entitlement.dataVersionId, dataVersionId), inArray(entitlement.state, ['active', 'suspended'])))
  for (const { orderId } of rows) {
    const move = await alignEntitlement(cx, orderId, cause)
    if (move === 'suspend' || move === 'resume') cx.emit('delivery.access-followed-gate', { orderId, move })
  }
  if (rows.length === 0) cx.audit('entitlement.keep', ['data-version', dataVersionId], { cause, entitlements: 0 })
}

/** Ends an entitlement whose term is over; run by the timer. */
export async function expireEntitlement(cx: Cx, id: string): Promise<void> {
  const [row] = await cx.tx.select().from(entitlement).where(eq(entitlement.id, id)).for('update')
  const move: EntitlementMove = 'expire'
  const isOpen = row && entitlementMachine.moves[move].from.some(state => state === row.state)
  const until = row && row.endsAt < cx.now ? ((await graceUntil(cx, row.orderId)) ?? row.endsAt) : row?.endsAt
  if (!isOpen || until === undefined || until >= cx.now) throw new NotDue()
  await change(cx, row, move, { state: nextState(entitlementMachine, row.state, move) }, null)
}

/** The next period of a subscription waits for its payment: access to the present data goes on for so long. */
export async function giveGrace(cx: Cx, orderId: string): Promise<void> {
  const due = await orderOf(cx, orderId)
  const before = (await ordersOfContract(cx, due.contractId)).find(each => each.periodNo === due.periodNo - 1)
  const until = before && (await graceUntil(cx, before.id))
  const [row] = before
    ? await cx.tx.select().from(entitlement).where(eq(entitlement.orderId, before.id)).for('update')
    : []
  const isOpen = row && entitlementMachine.moves.expire.from.some(state => state === row.state)
  if (!isOpen || !until) return cx.audit('entitlement.skip', ['order', orderId], { cause: 'grace' })
  await change(cx, row, 'grace', { endsAt: until }, row.reason)
}
