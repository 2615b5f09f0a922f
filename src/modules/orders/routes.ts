import type { TSchema } from 'typebox'
import type { Cx } from '../../kernel/command.ts'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { forbidden, ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { disputeOrder, type Mediation, mediateOrder } from './dispute.ts'
import { readInvoice } from './invoice.ts'
import { cancellationTooEarly, type OrderAction } from './model.ts'
import { listOrders, readOrder } from './queries.ts'
import { cancelOrder, refundOrder } from './refund.ts'
import type { Order } from './schema.ts'
import { acceptOrder, redeliverOrder, rejectOrder } from './service.ts'
import {
  InvoiceShape,
  MediateBody,
  OrderPage,
  OrderQuery,
  OrderShape,
  OrderViewShape,
  ReasonBody,
  RedeliverBody,
  toInvoice,
  toOrder,
  toOrderPage,
  toOrderView,
} from './wire.ts'

const tag = 'orders'

/** `POST /orders/:id/<action>` = operation `<action>Order` = permission `order.<action>`. */
const act = <B extends TSchema | undefined>(
  action: OrderAction,
  summary: Text,
  body: B,
  run: (cx: Cx, id: string, body: never) => Promise<Order>,
): Route =>
  write({
    at: `POST /orders/:id/${action}`,
    operation: `${action}Order`,
    permission: `order.${action}`,
    tag,
    summary,
    params: IdParams,
    ...(body && { body }),
    reply: OrderShape,
    problems: [stateConflict, forbidden, ...(action === 'cancel' ? [cancellationTooEarly] : [ruleViolated])],
    run: async (cx, input) => toOrder(await run(cx, input.params.id, input.body as never), cx.now),
  })

export const routes: Route[] = [
  read({
    at: 'GET /orders',
    operation: 'listOrders',
    permission: 'order.list',
    tag,
    summary: text('订单列表（本机构、本辖区或全部）', 'Orders of the own organisation, of the jurisdiction, or all'),
    query: OrderQuery,
    reply: OrderPage,
    run: async (rx, { query }) => toOrderPage(await listOrders(rx, query), query, rx.now),
  }),
  read({
    at: 'GET /orders/:id',
    operation: 'readOrder',
    permission: 'order.read',
    tag,
    summary: text('订单及其经过和下一步', 'An order with its history and the next possible steps'),
    params: IdParams,
    reply: OrderViewShape,
    run: async (rx, { params }) => toOrderView(await readOrder(rx, params.id), rx.now),
  }),
  read({
    at: 'GET /orders/:id/invoice',
    operation: 'readInvoice',
    permission: 'invoice.read',
    tag,
    summary: text('订单的开票信息', 'What the invoice of an order says'),
    params: IdParams,
    reply: InvoiceShape,
    problems: [ruleViolated],
    run: async (rx, { params }) => toInvoice(await readInvoice(rx, params.id)),
  }),
  act('accept', text('验收合格', 'Accept the delivery'), undefined, (cx, id) => acceptOrder(cx, id)),
  act('reject', text('验收不合格', 'Reject the delivery'), ReasonBody, rejectOrder),
  act('redeliver', text('重新交付', 'Deliver again'), RedeliverBody, redeliverOrder),
  act('refund', text('同意退款', 'Give the money back'), ReasonBody, refundOrder),
  act('cancel', text('取消订单', 'Cancel the order'), ReasonBody, cancelOrder),
  act('dispute', text('提出争议，冻结订单', 'Open a dispute; the order freezes'), ReasonBody, disputeOrder),
  act('mediate', text('调解争议', 'Mediate the dispute'), MediateBody, (cx, id, body: Mediation) =>
    mediateOrder(cx, id, body),
  ),
]
