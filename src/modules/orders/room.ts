import { and, asc, eq } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { conflict, forbidden, notFound, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { sideOf } from './access.ts'
import { lockOrder } from './change.ts'
import { agreeOutcome, requireOutcome } from './dispute.ts'
import { orderOf } from './queries.ts'
import { type Outcome, type Party, proposalMachine } from './roommodel.ts'
import { type DisputeProposal, type DisputeStatement, disputeProposal, disputeStatement, type Order } from './schema.ts'

constraintMeans('dispute_proposal_one_open', () =>
  conflict(
    text(
      '贵方已有待答复的方案，请先撤回再提新方案。',
      'Your side has an open proposal; take it back before you make another.',
    ),
  ),
)

/** The disputed order, locked, and who speaks. @throws not-found; forbidden for who reads along; state-conflict */
async function lockRoom(cx: Cx, orderId: string): Promise<{ row: Order; side: Party | 'operator' }> {
  const row = await lockOrder(cx, orderId)
  const side = sideOf(row, cx.actor)!
  if (side === 'authority')
    throw forbidden(text('主管部门可以查阅争议，不参与陈述。', 'An authority reads a dispute and takes no part in it.'))
  if (row.state !== 'disputed')
    throw stateConflict(text('该订单没有进行中的争议。', 'The order has no dispute that is going on.'))
  return { row, side }
}

/** A party or the operator puts a statement on the record of the dispute; it stays as it is written. */
export async function addStatement(cx: Cx, orderId: string, body: string): Promise<DisputeStatement> {
  const { row, side } = await lockRoom(cx, orderId)
  const { personId, organizationId } = cx.actor
  const [made] = await cx.tx
    .insert(disputeStatement)
    .values({
      id: newId(),
      orderId,
      round: row.disputes,
      side,
      body,
      organizationId: organizationId!,
      personId: personId!,
      statedAt: cx.now,
    })
    .returning()
  cx.audit('dispute.state', ['order', orderId], { side, round: row.disputes, reason: body })
  cx.emit('orders.dispute-stated', { orderId, by: side })
  return made!
}

export interface ProposedOutcome {
  readonly outcome: Outcome
  /** fen to give back; with `partial` only */
  readonly refundFen?: number
  readonly reason: string
}

/**
 * A party proposes how the dispute ends: release, a part back, or all of it. One proposal of a side is open at a time.
 * @throws rule-violated for an outcome that the order cannot have; conflict while an own one is open; state-conflict
 */
export async function proposeOutcome(cx: Cx, orderId: string, given: ProposedOutcome): Promise<DisputeProposal> {
  const { row, side } = await lockRoom(cx, orderId)
  if (side === 'operator')
    throw forbidden(text('运营机构直接作出调解决定。', 'The operator decides, and makes no proposals.'))
  const refundFen = requireOutcome(row, given)
  const [made] = await cx.tx
    .insert(disputeProposal)
    .values({
      id: newId(),
      orderId,
      round: row.disputes,
      side,
      outcome: given.outcome,
      refundFen,
      reason: given.reason,
      state: 'open',
      personId: cx.actor.personId!,
      proposedAt: cx.now,
    })
    .returning()
  const facts = { side, outcome: given.outcome, refundFen, reason: given.reason }
  cx.audit('dispute.propose', ['order', orderId], { ...facts, proposalId: made!.id })
  cx.emit('orders.outcome-proposed', { orderId, by: side })
  return made!
}

/** An open proposal of a dispute that is going on, its order locked first. @throws not-found, state-conflict */
async function lockProposal(cx: Cx, id: string) {
  const [known] = await cx.tx.select().from(disputeProposal).where(eq(disputeProposal.id, id))
  if (!known) throw notFound()
  const { row: order, side } = await lockRoom(cx, known.orderId)
  const [proposal] = await cx.tx.select().from(disputeProposal).where(eq(disputeProposal.id, id)).for('update')
  return { order, side, proposal: proposal! }
}

async function answer(
  cx: Cx,
  row: DisputeProposal,
  move: keyof typeof proposalMachine.moves,
  answerReason: string | null,
): Promise<DisputeProposal> {
  const state = nextState(proposalMachine, row.state, move)
  const [moved] = await cx.tx
    .update(disputeProposal)
    .set({ state, answerReason, answeredBy: cx.actor.personId, answeredAt: cx.now })
    .where(eq(disputeProposal.id, row.id))
    .returning()
  return moved!
}

const otherOnly = () => forbidden(text('方案须由对方答复。', 'A proposal is answered by the other side.'))

/**
 * The other side accepts: the dispute ends as proposed, as if the operator had decided so. @throws forbidden for who
 * proposed it and the operator; state-conflict when it was answered or the dispute has ended
 */
export async function acceptOutcome(cx: Cx, id: string): Promise<Order> {
  const { order, side, proposal } = await lockProposal(cx, id)
  if (side === 'operator' || side === proposal.side) throw otherOnly()
  const accepted = await answer(cx, proposal, 'accept', null)
  const { outcome, refundFen, reason } = accepted
  cx.audit('dispute.accept', ['order', order.id], { side, proposalId: id, outcome, refundFen, reason })
  return agreeOutcome(cx, order, { outcome, reason, ...(outcome === 'partial' && { refundFen: Number(refundFen) }) })
}

/** The other side does not accept, and says why; the dispute goes on. @throws forbidden, state-conflict */
export async function declineOutcome(cx: Cx, id: string, reason: string): Promise<DisputeProposal> {
  const { order, side, proposal } = await lockProposal(cx, id)
  if (side === 'operator' || side === proposal.side) throw otherOnly()
  const declined = await answer(cx, proposal, 'decline', reason)
  cx.audit('dispute.decline', ['order', order.id], { side, proposalId: id, reason })
  cx.emit('orders.outcome-declined', { orderId: order.id, by: side })
  return declined
}

/** Its side takes a proposal back before it is answered. @throws forbidden, state-conflict */
export async function withdrawOutcome(cx: Cx, id: string): Promise<DisputeProposal> {
  const { order, side, proposal } = await lockProposal(cx, id)
  if (side !== proposal.side)
    throw forbidden(text('方案只能由提出的一方撤回。', 'Only the side that made a proposal takes it back.'))
  const withdrawn = await answer(cx, proposal, 'withdraw', null)
  cx.audit('dispute.withdraw', ['order', order.id], { side, proposalId: id })
  return withdrawn
}

/** What was said and proposed about an order, the first first. @throws not-found for who may not see the order */
export async function readRoom(rx: Rx, orderId: string) {
  const row = await orderOf(rx, orderId)
  const statements = await rx.tx
    .select()
    .from(disputeStatement)
    .where(eq(disputeStatement.orderId, orderId))
    .orderBy(asc(disputeStatement.id))
    .limit(500)
  const proposals = await rx.tx
    .select()
    .from(disputeProposal)
    .where(and(eq(disputeProposal.orderId, orderId)))
    .orderBy(asc(disputeProposal.id))
    .limit(500)
  return { order: row, side: sideOf(row, rx.actor)!, statements, proposals }
}
