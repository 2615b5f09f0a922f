import { Type } from 'typebox'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { conflict, forbidden, ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { closed, Fen, fenToWire, Id, IdParams, Instant, iso, nullable } from '../../kernel/wire.ts'
import { ReasonBody } from '../identity/index.ts'
import { acceptOutcome, addStatement, declineOutcome, proposeOutcome, readRoom, withdrawOutcome } from './room.ts'
import type { DisputeProposal, DisputeStatement } from './schema.ts'
import { MediateBody, OrderShape, toOrder } from './wire.ts'

const tag = 'orders'

const StatementShape = Type.Object({
  id: Id,
  orderId: Id,
  round: Type.Integer({ description: 'which dispute of the order' }),
  side: Type.String({ description: 'buyer, vendor or operator' }),
  body: Type.String(),
  statedAt: Instant,
})
const ProposalShape = Type.Object({
  id: Id,
  orderId: Id,
  round: Type.Integer(),
  side: Type.String(),
  outcome: Type.String(),
  refundFen: Fen,
  reason: Type.String(),
  state: Type.String(),
  proposedAt: Instant,
  answerReason: nullable(Type.String()),
  answeredAt: nullable(Instant),
})
const RoomShape = Type.Object({
  orderId: Id,
  state: Type.String(),
  mediationDueAt: nullable(Instant),
  statements: Type.Array(StatementShape),
  proposals: Type.Array(ProposalShape),
})

const toStatement = (row: DisputeStatement) => ({ ...row, statedAt: row.statedAt.toISOString() })
const toProposal = (row: DisputeProposal) => ({
  ...row,
  refundFen: fenToWire(row.refundFen),
  proposedAt: row.proposedAt.toISOString(),
  answeredAt: iso(row.answeredAt),
})

export const roomRoutes: Route[] = [
  read({
    at: 'GET /orders/:id/dispute',
    operation: 'readDispute',
    permission: 'order.read',
    tag,
    summary: text('争议的陈述和方案', 'What was said and proposed in a dispute'),
    params: IdParams,
    reply: RoomShape,
    run: async (rx, { params }) => {
      const { order, statements, proposals } = await readRoom(rx, params.id)
      return {
        orderId: order.id,
        state: order.state,
        mediationDueAt: iso(order.mediationDueAt),
        statements: statements.map(toStatement),
        proposals: proposals.map(toProposal),
      }
    },
  }),
  write({
    at: 'POST /orders/:id/dispute-statements',
    operation: 'addStatement',
    permission: 'dispute.state',
    tag,
    summary: text('在争议中陈述', 'State something in a dispute'),
    params: IdParams,
    body: closed({
      body: Type.String({
        minLength: 2,
        maxLength: 4000,
        pattern: '\\S',
        examples: ['交付文件缺少 2025 年 12 月的数据'],
      }),
    }),
    reply: StatementShape,
    status: 201,
    problems: [stateConflict, forbidden],
    run: async (cx, { params, body }) => toStatement(await addStatement(cx, params.id, body.body)),
  }),
  write({
    at: 'POST /orders/:id/dispute-proposals',
    operation: 'proposeOutcome',
    permission: 'dispute.propose',
    tag,
    summary: text('提出了结争议的方案', 'Propose how the dispute ends'),
    params: IdParams,
    body: MediateBody,
    reply: ProposalShape,
    status: 201,
    problems: [stateConflict, forbidden, ruleViolated, conflict],
    run: async (cx, { params, body }) => toProposal(await proposeOutcome(cx, params.id, body)),
  }),
  write({
    at: 'POST /dispute-proposals/:id/accept',
    operation: 'acceptOutcome',
    permission: 'dispute.accept',
    tag,
    summary: text('接受对方的方案，了结争议', "Accept the other side's proposal; the dispute ends"),
    params: IdParams,
    reply: OrderShape,
    problems: [stateConflict, forbidden],
    run: async (cx, { params }) => toOrder(await acceptOutcome(cx, params.id), cx.now),
  }),
  write({
    at: 'POST /dispute-proposals/:id/decline',
    operation: 'declineOutcome',
    permission: 'dispute.decline',
    tag,
    summary: text('不接受对方的方案', "Decline the other side's proposal"),
    params: IdParams,
    body: ReasonBody,
    reply: ProposalShape,
    problems: [stateConflict, forbidden],
    run: async (cx, { params, body }) => toProposal(await declineOutcome(cx, params.id, body.reason)),
  }),
  write({
    at: 'POST /dispute-proposals/:id/withdraw',
    operation: 'withdrawOutcome',
    permission: 'dispute.withdraw',
    tag,
    summary: text('撤回己方的方案', 'Take an own proposal back'),
    params: IdParams,
    reply: ProposalShape,
    problems: [stateConflict, forbidden],
    run: async (cx, { params }) => toProposal(await withdrawOutcome(cx, params.id)),
  }),
]
