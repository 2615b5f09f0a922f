import { type Static, Type } from 'typebox'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery, toPage } from '../../kernel/page.ts'
import { forbidden, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { Bilingual, closed, Fen, fenToWire, Id, IdParams, Instant, iso, nullable, pageOf } from '../../kernel/wire.ts'
import { planPeriods } from '../catalog/index.ts'
import { orderStates } from './model.ts'
import type { Order, Subscription } from './schema.ts'
import { cancelSubscription, keepSubscription } from './subscribing.ts'
import { type SubscriptionState, subscriptionMachine, subscriptionStates } from './subscription.ts'
import { listSubscriptions, readSubscription, type SeenSubscription } from './subscriptions.ts'

const tag = 'orders'
const Day = Type.String({ format: 'date' })
const State = Type.Unsafe<SubscriptionState>(Type.String({ enum: subscriptionStates }))

const SubscriptionQuery = closed({
  ...PageQuery,
  state: Type.Optional(State),
  as: Type.Optional(Type.Union([Type.Literal('buyer'), Type.Literal('vendor')])),
})
const CancelBody = Type.Optional(
  closed({ reason: Type.Optional(Type.String({ minLength: 2, maxLength: 500, examples: ['本年度不再需要更新'] })) }),
)

const SubscriptionShape = Type.Object({
  id: Id,
  contractId: Id,
  productId: Id,
  vendorId: Id,
  buyerId: Id,
  state: State,
  stateName: Bilingual,
  period: Type.String({ enum: planPeriods }),
  amountFen: { ...Fen, description: 'of a whole period' },
  noticeDays: Type.Integer(),
  graceDays: Type.Integer(),
  periodNo: Type.Integer(),
  periodStartsOn: nullable(Day),
  periodEndsOn: nullable(Day),
  lastOn: nullable({ ...Day, description: 'the last day of the whole term' }),
  noticedAt: nullable(Instant),
  cancelledAt: nullable(Instant),
  endedAt: nullable(Instant),
  reason: nullable(Type.String()),
  rulePack: Type.String(),
  createdAt: Instant,
})
const SeenShape = Type.Object({
  ...SubscriptionShape.properties,
  contractNumber: Type.String(),
  productName: Type.String(),
  vendorName: Type.String(),
  buyerName: Type.String(),
  next: nullable(Type.Object({ periodNo: Type.Integer(), startsOn: Day, endsOn: Day, amountFen: Fen, noticeOn: Day })),
  openOrderId: nullable({ ...Id, description: 'the order that waits for payment' }),
  paymentDueAt: nullable(Instant),
})
const FullShape = Type.Object({
  ...SeenShape.properties,
  orders: Type.Array(
    Type.Object({
      id: Id,
      number: Type.String(),
      periodNo: Type.Integer(),
      periodStartsOn: nullable(Day),
      periodEndsOn: nullable(Day),
      amountFen: Fen,
      refundFen: Fen,
      state: Type.String({ enum: orderStates }),
    }),
  ),
})

const toSubscription = (row: Subscription): Static<typeof SubscriptionShape> => ({
  id: row.id,
  contractId: row.contractId,
  productId: row.productId,
  vendorId: row.vendorId,
  buyerId: row.buyerId,
  state: row.state,
  stateName: subscriptionMachine.states[row.state],
  period: row.period,
  amountFen: fenToWire(row.amountFen),
  noticeDays: row.noticeDays,
  graceDays: row.graceDays,
  periodNo: row.periodNo,
  periodStartsOn: row.periodStartsOn,
  periodEndsOn: row.periodEndsOn,
  lastOn: row.lastOn,
  noticedAt: iso(row.noticedAt),
  cancelledAt: iso(row.cancelledAt),
  endedAt: iso(row.endedAt),
  reason: row.reason,
  rulePack: row.rulePack,
  createdAt: row.createdAt.toISOString(),
})

const toSeen = (seen: SeenSubscription): Static<typeof SeenShape> => ({
  ...toSubscription(seen.row),
  contractNumber: seen.contractNumber,
  productName: seen.productName,
  vendorName: seen.vendorName,
  buyerName: seen.buyerName,
  next: seen.next && {
    periodNo: seen.next.no,
    startsOn: seen.next.startsOn,
    endsOn: seen.next.endsOn,
    amountFen: fenToWire(seen.next.amountFen),
    noticeOn: seen.next.noticeOn,
  },
  openOrderId: seen.open?.id ?? null,
  paymentDueAt: iso(seen.open?.paymentDueAt ?? null),
})

const toPeriod = (row: Order) => ({
  id: row.id,
  number: row.number,
  periodNo: row.periodNo,
  periodStartsOn: row.periodStartsOn,
  periodEndsOn: row.periodEndsOn,
  amountFen: fenToWire(row.amountFen),
  refundFen: fenToWire(row.refundFen),
  state: row.state,
})

export const subscriptionRoutes: Route[] = [
  read({
    at: 'GET /subscriptions',
    operation: 'listSubscriptions',
    permission: 'subscription.list',
    tag,
    summary: text('订阅列表', 'Subscriptions'),
    query: SubscriptionQuery,
    reply: pageOf(SeenShape),
    run: async (rx, { query }) =>
      toPage(await listSubscriptions(rx, query), query.limit ?? 20, seen => [seen.row.id], toSeen),
  }),
  read({
    at: 'GET /subscriptions/:id',
    operation: 'readSubscription',
    permission: 'subscription.read',
    tag,
    summary: text('订阅及各期订单', 'A subscription with the orders of its periods'),
    params: IdParams,
    reply: FullShape,
    run: async (rx, { params }) => {
      const found = await readSubscription(rx, params.id)
      return { ...toSeen(found), orders: found.orders.map(toPeriod) }
    },
  }),
  write({
    at: 'POST /subscriptions/:id/cancel',
    operation: 'cancelSubscription',
    permission: 'subscription.cancel',
    tag,
    summary: text('取消续订（当期届满终止）', 'Cancel the renewal: it ends with the paid period'),
    params: IdParams,
    body: CancelBody,
    reply: SubscriptionShape,
    problems: [stateConflict, forbidden],
    run: async (cx, { params, body }) => toSubscription(await cancelSubscription(cx, params.id, body ?? {})),
  }),
  write({
    at: 'POST /subscriptions/:id/keep',
    operation: 'keepSubscription',
    permission: 'subscription.keep',
    tag,
    summary: text('撤回取消，继续续订', 'Take the cancellation back: it is renewed'),
    params: IdParams,
    reply: SubscriptionShape,
    problems: [stateConflict, forbidden],
    run: async (cx, { params }) => toSubscription(await keepSubscription(cx, params.id)),
  }),
]
