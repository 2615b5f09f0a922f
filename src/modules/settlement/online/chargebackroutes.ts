import { Type } from 'typebox'
import { type Route, read, write } from '../../../kernel/http/route.ts'
import { stateConflict } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import { Bilingual, closed, Fen, fenToWire, Id, IdParams, Instant, iso, nullable } from '../../../kernel/wire.ts'
import { answerChargeback, chargebacksOf } from './chargebacks.ts'
import { chargebackMachine, chargebackStates } from './model.ts'
import type { Chargeback } from './schema.ts'

const tag = 'settlement'
const ChargebackShape = Type.Object({
  id: Id,
  orderId: Id,
  amountFen: Fen,
  heldFen: Fen,
  state: Type.Unsafe<Chargeback['state']>(Type.String({ enum: [...chargebackStates] })),
  stateName: Bilingual,
  cause: Type.String(),
  isWithdrawn: Type.Boolean(),
  evidenceDueAt: nullable(Instant),
})
const AnswerBody = closed({ explanation: Type.String({ minLength: 10, maxLength: 5000 }) })

const toChargeback = (row: Chargeback) => ({
  id: row.id,
  orderId: row.orderId,
  amountFen: fenToWire(row.amountFen),
  heldFen: fenToWire(row.heldFen),
  state: row.state,
  stateName: chargebackMachine.states[row.state],
  cause: row.cause,
  isWithdrawn: row.isWithdrawn,
  evidenceDueAt: iso(row.evidenceDueAt),
})

export const chargebackRoutes: Route[] = [
  read({
    at: 'GET /orders/:id/chargebacks',
    operation: 'listChargebacks',
    permission: 'chargeback.list',
    tag,
    summary: text('订单的拒付', 'Chargebacks of an order'),
    params: IdParams,
    reply: Type.Array(ChargebackShape),
    run: async (rx, { params }) => (await chargebacksOf(rx, params.id)).map(toChargeback),
  }),
  write({
    at: 'POST /chargebacks/:id/answer',
    operation: 'answerChargeback',
    permission: 'chargeback.answer',
    tag,
    summary: text('就拒付举证', 'Answer a chargeback with evidence'),
    params: IdParams,
    body: AnswerBody,
    reply: ChargebackShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toChargeback(await answerChargeback(cx, params.id, body.explanation)),
  }),
]
