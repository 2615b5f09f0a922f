import { eq } from 'drizzle-orm'
import { addMonths, dayOf } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { forbidden, notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import type { ContractMove } from './model.ts'
import { type ContractFacts, contractOf } from './queries.ts'
import { isCompetent, isParty, mayRead } from './reach.ts'
import { contract } from './schema.ts'
import { type ContractRow, lockContract, moveContract } from './service.ts'

/**
 * Only the authority that the trade falls to decides about it; the buyer's reads along (domain §5); to all others the
 * contract does not exist. @throws not-found, forbidden
 */
function requireReach(cx: Cx, row: ContractRow): void {
  const { actor } = cx
  if (!mayRead(actor, row)) throw notFound()
  const isInvolved = actor.kind === 'system' || actor.roles.includes('operator') || isParty(actor, row)
  if (isInvolved || isCompetent(actor, row.division)) return
  throw forbidden(
    text(
      '该合同由供方所在地主管部门处理，贵单位可以查阅。',
      "This contract is for the authority of the vendor's division; yours reads along.",
    ),
  )
}

async function moveWithReason(
  cx: Cx,
  id: string,
  move: ContractMove,
  event: string,
  reason: string,
  change: Partial<ContractRow> = {},
): Promise<ContractRow> {
  const row = await lockContract(cx, id)
  requireReach(cx, row)
  const after = await moveContract(cx, row, move, { reason, ...change })
  cx.audit(`contract.${move}`, ['contract', id], { from: row.state, to: after.state, reason })
  cx.emit(`contracts.${event}`, { contractId: id })
  return after
}

/** The operator or the competent authority halts performance, with a reason. @throws not-found, state-conflict */
export const suspendContract = (cx: Cx, id: string, reason: string) =>
  moveWithReason(cx, id, 'suspend', 'contract-suspended', reason)

/** Performance goes on. @throws not-found, state-conflict */
export const resumeContract = (cx: Cx, id: string, reason: string) =>
  moveWithReason(cx, id, 'resume', 'contract-resumed', reason)

/** The contract is dissolved (解除, 民法典 Art. 562–563); what was delivered and paid is for later modules to undo. */
export const terminateContract = (cx: Cx, id: string, reason: string) =>
  moveWithReason(cx, id, 'terminate', 'contract-terminated', reason, { endedAt: cx.now })

/** A court or an authority has found the contract void (民法典 Art. 153–157); `reason` names the decision. */
export const annulContract = (cx: Cx, id: string, reason: string) =>
  moveWithReason(cx, id, 'annul', 'contract-annulled', reason, { endedAt: cx.now, lapsesAt: null })

/** All obligations are met: goods delivered and accepted, money settled. Called by the module that sees it. */
export async function completeContract(cx: Cx, id: string): Promise<ContractRow> {
  const row = await lockContract(cx, id)
  const after = await moveContract(cx, row, 'complete', { endedAt: cx.now })
  cx.audit('contract.complete', ['contract', id], { from: row.state })
  cx.emit('contracts.contract-completed', { contractId: id })
  return after
}

/**
 * A contract that stays as it is until this transaction ends: for a later module that opens something for it, and would
 * otherwise miss the event of an end or a suspension that came just before. @throws not-found
 */
export async function holdContract(cx: Cx, id: string): Promise<ContractFacts> {
  await lockContract(cx, id)
  return contractOf(cx, id)
}

/** Plans whose term runs from another day than that of delivery, and whose contracts end with it. */
const isTermFixed = (planKind: string): boolean => planKind === 'subscription' || planKind === 'trial'

/** Whether all is performed once an order is closed; a subscription or a trial runs on to its last day. */
export const endsWithOrder = ({ plan }: Pick<ContractFacts, 'plan'>): boolean => !isTermFixed(plan.kind)

/** The grant runs from delivery (clause 2.2 (4)): its last day is set anew when delivery is complete. */
export async function beginTerm(cx: Cx, id: string, deliveredAt: Date): Promise<ContractRow> {
  const row = await lockContract(cx, id)
  if (isTermFixed(row.planKind)) return row
  const endsOn = dayOf(addMonths(deliveredAt, row.terms.rights.termMonths))
  const [after] = await cx.tx.update(contract).set({ endsOn, changedAt: cx.now }).where(eq(contract.id, id)).returning()
  cx.audit('contract.begin-term', ['contract', id], { deliveredAt, endsOn })
  return after!
}

/** Sets the last day of a running contract whose term follows what was paid (clause 2.2 (4) of a subscription). */
export async function setTermEnd(cx: Cx, id: string, endsOn: string, cause: string): Promise<ContractRow> {
  const row = await lockContract(cx, id)
  const [after] = await cx.tx.update(contract).set({ endsOn, changedAt: cx.now }).where(eq(contract.id, id)).returning()
  cx.audit('contract.set-term', ['contract', id], { before: row.endsOn, endsOn, cause })
  return after!
}

/** Raises or lowers the flag of an open dispute; the contract's state stays. */
export async function markDisputed(cx: Cx, id: string, isDisputed: boolean, reason: string): Promise<ContractRow> {
  await lockContract(cx, id)
  const [after] = await cx.tx
    .update(contract)
    .set({ isDisputed, changedAt: cx.now })
    .where(eq(contract.id, id))
    .returning()
  cx.audit(isDisputed ? 'contract.dispute' : 'contract.settle-dispute', ['contract', id], { reason })
  return after!
}

/** The grant's last day has passed. Run by the timer. */
export async function expireContract(cx: Cx, id: string): Promise<void> {
  const row = await lockContract(cx, id)
  const isRunning = row.state === 'performing' || row.state === 'suspended'
  if (!isRunning || row.endsOn === null || row.endsOn >= dayOf(cx.now)) throw new NotDue()
  await moveContract(cx, row, 'expire', { endedAt: cx.now })
  cx.audit('contract.expire', ['contract', id], { from: row.state, endsOn: row.endsOn })
  cx.emit('contracts.contract-expired', { contractId: id })
}

/** Ids of contracts whose last day has passed. */
export async function expiringContracts(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select id from contracts.contract
    where ends_on < ${dayOf(rx.now)}::date and state in ('performing', 'suspended')
    order by ends_on limit 200`
  return rows.map(row => row.id)
}
