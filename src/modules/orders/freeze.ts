import { and, eq, inArray } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { conflict, forbidden, notFound, ruleViolated } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { type ContractFacts, holdContract, isCompetent, mayRead } from '../contracts/index.ts'
import { requireOrganization, samePerson } from '../identity/index.ts'
import { type FreezeMove, freezeMachine, frozenStates, tradeFrozen } from './freezemodel.ts'
import { type Freeze, freeze, order } from './schema.ts'

constraintMeans('freeze_one_open', () =>
  conflict(text('该交易已有未了结的冻结。', 'This trade has a freeze that is not settled yet.')),
)
constraintMeans('trade_not_frozen', () => tradeFrozen())

export interface FreezeProposal {
  readonly contractId: string
  readonly reason: string
  /** the article or document that it rests on */
  readonly basis: string
  readonly isDeliveryStopped?: boolean
}

/**
 * All orders of a trade and then its contract, locked: in this sequence everyone who moves its money locks them, so a
 * payout or a release is either done before or sees what is decided here.
 */
async function holdTrade(cx: Cx, contractId: string): Promise<{ contract: ContractFacts; orders: number }> {
  const rows = await cx.tx
    .select({ id: order.id })
    .from(order)
    .where(eq(order.contractId, contractId))
    .orderBy(order.id)
    .for('update')
  return { contract: await holdContract(cx, contractId), orders: rows.length }
}

/**
 * A person of the competent authority proposes to freeze a trade: nothing stops before a colleague has confirmed it.
 * @throws not-found outside the own reach; forbidden for an authority that reads along; rule-violated without an order;
 * conflict while another freeze of the trade is open
 */
export async function proposeFreeze(cx: Cx, given: FreezeProposal): Promise<Freeze> {
  const { contract, orders } = await holdTrade(cx, given.contractId)
  if (!mayRead(cx.actor, contract)) throw notFound()
  if (!isCompetent(cx.actor, contract.division))
    throw forbidden(
      text(
        '该交易由供方所在地主管部门处理，贵单位可以查阅。',
        "This trade is for the authority of the vendor's division; yours reads along.",
      ),
    )
  if (orders === 0)
    throw ruleViolated(
      text('该合同尚无订单，没有可冻结的资金。', 'The contract has no order: there is no money to freeze.'),
    )
  const { vendorId, buyerId, division, buyerDivision } = contract
  const [row] = await cx.tx
    .insert(freeze)
    .values({
      id: newId(),
      contractId: given.contractId,
      ...{ vendorId, buyerId, division, buyerDivision },
      organizationId: requireOrganization(cx.actor),
      state: 'proposed',
      reason: given.reason,
      basis: given.basis,
      isDeliveryStopped: given.isDeliveryStopped ?? false,
      proposedBy: cx.actor.personId!,
      proposedAt: cx.now,
      rulePack: rulesAt(cx.now).ref,
      changedAt: cx.now,
    })
    .returning()
  const { id, reason, basis, isDeliveryStopped } = row!
  cx.audit('freeze.propose', ['freeze', id], { contractId: row!.contractId, reason, basis, isDeliveryStopped })
  cx.emit('orders.freeze-proposed', { freezeId: id })
  return row!
}

/** A freeze of the acting authority with its trade, locked. @throws not-found for everyone else */
async function lockFreeze(cx: Cx, id: string): Promise<Freeze> {
  const own = and(eq(freeze.id, id), eq(freeze.organizationId, requireOrganization(cx.actor)))
  const [known] = await cx.tx.select({ contractId: freeze.contractId }).from(freeze).where(own)
  if (!known) throw notFound()
  await holdTrade(cx, known.contractId)
  const [row] = await cx.tx.select().from(freeze).where(own).for('update')
  return row!
}

async function moveFreeze(cx: Cx, row: Freeze, move: FreezeMove, change: Partial<Freeze>): Promise<Freeze> {
  const state = nextState(freezeMachine, row.state, move)
  const [moved] = await cx.tx
    .update(freeze)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(freeze.id, row.id))
    .returning()
  return moved!
}

const facts = (before: Freeze, after: Freeze, reason: string) => ({
  contractId: after.contractId,
  from: before.state,
  to: after.state,
  reason,
})

/**
 * Another person of the same authority confirms: from this commit on no money of the trade leaves, and reason and basis
 * are served on both parties and the operator. @throws same-person, state-conflict, not-found
 */
export async function confirmFreeze(cx: Cx, id: string): Promise<Freeze> {
  const row = await lockFreeze(cx, id)
  nextState(freezeMachine, row.state, 'confirm')
  if (row.proposedBy === cx.actor.personId) throw samePerson()
  const frozen = await moveFreeze(cx, row, 'confirm', { decidedBy: cx.actor.personId, decidedAt: cx.now })
  const { contractId, reason, basis, isDeliveryStopped } = frozen
  cx.audit('freeze.confirm', ['freeze', id], { ...facts(row, frozen, reason), basis, isDeliveryStopped })
  cx.audit('contract.freeze', ['contract', contractId], { freezeId: id, reason, basis, isDeliveryStopped })
  cx.emit('orders.trade-frozen', { freezeId: id, contractId })
  return frozen
}

/** The proposal is not confirmed, or its author takes it back; nothing was frozen. @throws state-conflict, not-found */
export async function declineFreeze(cx: Cx, id: string, reason: string): Promise<Freeze> {
  const row = await lockFreeze(cx, id)
  const change = { decidedBy: cx.actor.personId, decidedAt: cx.now, declineReason: reason }
  const declined = await moveFreeze(cx, row, 'decline', change)
  cx.audit('freeze.decline', ['freeze', id], facts(row, declined, reason))
  return declined
}

/** A person of the authority proposes to lift the freeze; it holds until a colleague has confirmed. @throws state-conflict */
export async function proposeFreezeLifting(cx: Cx, id: string, reason: string): Promise<Freeze> {
  const row = await lockFreeze(cx, id)
  const change = { liftReason: reason, liftingBy: cx.actor.personId, liftingAt: cx.now }
  const lifting = await moveFreeze(cx, row, 'proposeLifting', change)
  cx.audit('freeze.propose-lifting', ['freeze', id], facts(row, lifting, reason))
  cx.emit('orders.lifting-proposed', { freezeId: id })
  return lifting
}

/** The freeze stays: its lifting is not confirmed. @throws state-conflict, not-found */
export async function keepFreeze(cx: Cx, id: string, reason: string): Promise<Freeze> {
  const row = await lockFreeze(cx, id)
  const kept = await moveFreeze(cx, row, 'keep', { liftReason: null, liftingBy: null, liftingAt: null })
  cx.audit('freeze.keep', ['freeze', id], facts(row, kept, reason))
  return kept
}

/** Another person lifts the freeze: money goes its way again, and both parties and the operator are told why. @throws same-person, state-conflict */
export async function liftFreeze(cx: Cx, id: string): Promise<Freeze> {
  const row = await lockFreeze(cx, id)
  nextState(freezeMachine, row.state, 'lift')
  if (row.liftingBy === cx.actor.personId) throw samePerson()
  const lifted = await moveFreeze(cx, row, 'lift', { liftedBy: cx.actor.personId, liftedAt: cx.now })
  const { contractId, liftReason: reason } = lifted
  cx.audit('freeze.lift', ['freeze', id], facts(row, lifted, reason!))
  cx.audit('contract.unfreeze', ['contract', contractId], { freezeId: id, reason })
  cx.emit('orders.trade-unfrozen', { freezeId: id, contractId })
  return lifted
}

/** The freeze that holds a trade now, or undefined: for whoever moves its money. */
export async function activeFreeze(rx: Rx, contractId: string): Promise<Freeze | undefined> {
  const [row] = await rx.tx
    .select()
    .from(freeze)
    .where(and(eq(freeze.contractId, contractId), inArray(freeze.state, [...frozenStates])))
  return row
}

/** Whether the authority has stopped delivery as well, which a freeze does only where it says so. */
export const isDeliveryFrozen = async (rx: Rx, contractId: string): Promise<boolean> =>
  (await activeFreeze(rx, contractId))?.isDeliveryStopped === true

/** @throws trade-frozen (409) while the competent authority has frozen the trade (I22) */
export async function requireUnfrozen(rx: Rx, contractId: string): Promise<void> {
  if (await activeFreeze(rx, contractId)) throw tradeFrozen()
}
