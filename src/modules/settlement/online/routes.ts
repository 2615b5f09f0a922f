import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { system } from '../../../kernel/actor.ts'
import { type RawContext, type Route, raw, read, write } from '../../../kernel/http/route.ts'
import { PageQuery, toPage } from '../../../kernel/page.ts'
import { notFound, stateConflict } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import {
  Bilingual,
  closed,
  Fen,
  fenToWire,
  Id,
  IdParams,
  Instant,
  iso,
  nullable,
  pageOf,
} from '../../../kernel/wire.ts'
import { onlineGateway } from './gateway.ts'
import { receiveNotice, refuseNotice, resumeNotice } from './inbox.ts'
import { resumeIntent } from './intents.ts'
import {
  onlinePaymentMachine,
  onlinePaymentOff,
  onlinePaymentStates,
  onlineRefundMachine,
  onlineRefundStates,
  signatureInvalid,
} from './model.ts'
import { payOnline } from './payments.ts'
import type { Notice } from './port.ts'
import { listParked, onlineMoney, type ParkedRow } from './queries.ts'
import type { OnlinePayment, OnlineRefund } from './schema.ts'

const tag = 'settlement'
const oneOf = <T extends string>(values: readonly T[]) => Type.Unsafe<T>(Type.String({ enum: [...values] }))

const OnlinePaymentShape = Type.Object({
  id: Id,
  orderId: Id,
  gateway: Type.String(),
  amountFen: Fen,
  state: oneOf(onlinePaymentStates),
  stateName: Bilingual,
  url: nullable(Type.String({ description: 'the page to pay on, once it is open; for the buyer only' })),
  method: nullable(Type.String({ examples: ['alipay'] })),
  expiresAt: Instant,
  paidAt: nullable(Instant),
  capturedFen: Fen,
  refundedFen: Fen,
  refundableUntil: nullable(Instant),
})
const OnlineRefundShape = Type.Object({
  id: Id,
  paymentId: Id,
  kind: oneOf(['refund', 'return'] as const),
  amountFen: Fen,
  state: oneOf(onlineRefundStates),
  stateName: Bilingual,
  reason: nullable(Type.String()),
  payoutId: nullable(Id),
})
const OnlineMoneyShape = Type.Object({
  payments: Type.Array(OnlinePaymentShape),
  refunds: Type.Array(OnlineRefundShape),
})
const ParkedShape = Type.Object({
  id: Id,
  side: oneOf(['intent', 'notice'] as const),
  kind: Type.String(),
  gateway: Type.String(),
  attempts: Type.Integer(),
  problem: nullable(Type.String()),
  createdAt: Instant,
})

const toOnlinePayment = (row: OnlinePayment, isBuyer: boolean) => ({
  id: row.id,
  orderId: row.orderId,
  gateway: row.gateway,
  amountFen: fenToWire(row.amountFen),
  state: row.state,
  stateName: onlinePaymentMachine.states[row.state],
  url: isBuyer && row.state === 'open' ? row.url : null,
  method: row.method,
  expiresAt: row.expiresAt.toISOString(),
  paidAt: iso(row.paidAt),
  capturedFen: fenToWire(row.capturedFen),
  refundedFen: fenToWire(row.refundedFen),
  refundableUntil: iso(row.refundableUntil),
})

const toOnlineRefund = (row: OnlineRefund) => ({
  id: row.id,
  paymentId: row.paymentId,
  kind: row.kind,
  amountFen: fenToWire(row.amountFen),
  state: row.state,
  stateName: onlineRefundMachine.states[row.state],
  reason: row.reason,
  payoutId: row.payoutId,
})

const toParked = (row: ParkedRow) => ({ ...row, createdAt: row.createdAt.toISOString() })

/** Keeps a notification for the machinery; answered only once it is committed, so that nothing acknowledged is lost. */
async function receive(request: FastifyRequest, { engine, actor }: RawContext) {
  const gateway = onlineGateway(engine.kit)
  if (!gateway) throw notFound()
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const header = request.headers['stripe-signature']
  const now = await engine.read(actor, async rx => rx.now)
  let notice: Notice
  try {
    notice = gateway.verify(body, typeof header === 'string' ? header : undefined, now)
  } catch (error) {
    await engine.write(actor, { operation: 'refuseNotice' }, async cx => refuseNotice(cx, gateway.code, body))
    throw error
  }
  await engine.write(system, { operation: 'receiveNotice' }, cx => receiveNotice(cx, gateway.code, notice, body))
  return { isReceived: true }
}

export const onlineRoutes: Route[] = [
  write({
    at: 'POST /orders/:id/pay-online',
    operation: 'payOnline',
    permission: 'order.pay-online',
    tag,
    summary: text('网上支付订单（银行卡、支付宝、微信支付）', 'Pay an order online (card, Alipay, WeChat Pay)'),
    params: IdParams,
    reply: OnlinePaymentShape,
    status: 201,
    problems: [onlinePaymentOff, stateConflict],
    run: async (cx, { params }) => toOnlinePayment(await payOnline(cx, params.id), true),
  }),
  read({
    at: 'GET /orders/:id/online-payments',
    operation: 'listOnlinePayments',
    permission: 'money.read',
    tag,
    summary: text('订单的网上支付与原路退款', 'Online payments of an order, and what went back'),
    params: IdParams,
    reply: OnlineMoneyShape,
    run: async (rx, { params }) => {
      const { order, payments, refunds } = await onlineMoney(rx, params.id)
      const isBuyer = order.buyerId === rx.actor.organizationId
      return {
        payments: payments.map(row => toOnlinePayment(row, isBuyer)),
        refunds: refunds.map(toOnlineRefund),
      }
    },
  }),
  read({
    at: 'GET /gateway-tasks',
    operation: 'listParked',
    permission: 'gateway-task.list',
    tag,
    summary: text('待人工处理的通道指令与通知', 'Instructions and notifications that wait for a person'),
    query: closed(PageQuery),
    reply: pageOf(ParkedShape),
    run: async (rx, { query }) => toPage(await listParked(rx, query), query.limit ?? 20, row => [row.id], toParked),
  }),
  write({
    at: 'POST /intents/:id/resume',
    operation: 'resumeIntent',
    permission: 'intent.resume',
    tag,
    summary: text('恢复通道指令（以原幂等键核实后再发）', 'Let an instruction go on, with the key that it had'),
    params: IdParams,
    reply: Type.Object({ id: Id, state: Type.String() }),
    problems: [stateConflict],
    run: async (cx, { params }) => {
      const { id, state } = await resumeIntent(cx, params.id)
      return { id, state }
    },
  }),
  write({
    at: 'POST /notices/:id/resume',
    operation: 'resumeNotice',
    permission: 'inbox.resume',
    tag,
    summary: text('重新处理通道通知', 'Process a notification again'),
    params: IdParams,
    reply: Type.Object({ id: Id }),
    problems: [stateConflict],
    run: async (cx, { params }) => ({ id: (await resumeNotice(cx, params.id)).id }),
  }),
  raw({
    at: 'POST /webhooks/stripe',
    operation: 'receiveNotice',
    permission: 'inbox.receive',
    tag,
    summary: text('接收支付通道通知（签名校验）', 'Take a signed notification of the payment provider'),
    isRoot: true,
    takesBytes: true,
    problems: [signatureInvalid],
    produces: {
      type: 'application/json',
      description: 'that it was kept',
      schema: Type.Object({ isReceived: Type.Boolean() }),
    },
    handle: (request, _reply, context) => receive(request, context),
  }),
]
