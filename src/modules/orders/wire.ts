import { type Static, Type } from 'typebox'
import { PageQuery, toPage } from '../../kernel/page.ts'
import { Bilingual, closed, Fen, fenToWire, Id, Instant, iso, nullable, pageOf } from '../../kernel/wire.ts'
import type { Invoice } from './invoice.ts'
import { isDeliveryOverdue, type OrderState, orderMachine, orderStates, possibleActions } from './model.ts'
import type { OrderFilter, SeenOrder, TimelineEntry } from './queries.ts'
import type { Order } from './schema.ts'

const State = Type.Unsafe<OrderState>(Type.String({ enum: orderStates }))
const Reason = Type.String({ minLength: 4, maxLength: 1000, examples: ['文件缺少 2025 年 12 月的数据'] })

export const ReasonBody = closed({ reason: Reason })
export const RedeliverBody = closed({
  dataVersionId: Type.Optional(Id),
  note: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
})
export const MediateBody = closed({
  outcome: Type.Union([Type.Literal('accept'), Type.Literal('refund'), Type.Literal('partial')]),
  refundFen: Type.Optional(Fen),
  reason: Reason,
})
export const OrderQuery = closed({
  ...PageQuery,
  state: Type.Optional(State),
  as: Type.Optional(Type.Union([Type.Literal('buyer'), Type.Literal('vendor')])),
})

export const OrderShape = Type.Object({
  id: Id,
  number: Type.String({ examples: ['140000-DD-2026-00000001-X'] }),
  referenceCode: Type.String({ description: 'what the buyer writes into the remark of the transfer' }),
  contractId: Id,
  productId: Id,
  dataVersionId: Id,
  vendorId: Id,
  buyerId: Id,
  division: Type.String(),
  subscriptionId: nullable(Id),
  periodNo: Type.Integer({ description: 'of a subscription: one order for each period' }),
  periodStartsOn: nullable(Type.String({ format: 'date' })),
  periodEndsOn: nullable(Type.String({ format: 'date' })),
  amountFen: Fen,
  refundFen: Fen,
  state: State,
  stateName: Bilingual,
  isSilenceAcceptance: Type.Boolean(),
  isDeemedAccepted: Type.Boolean(),
  isDeliveryOverdue: Type.Boolean({ description: 'the buyer may cancel and get the money back' }),
  paymentDueAt: nullable(Instant),
  paidAt: nullable(Instant),
  deliveryDueAt: nullable(Instant),
  deliveredAt: nullable(Instant),
  deliveries: Type.Integer(),
  receiptId: nullable(Id),
  acceptanceDueAt: nullable(Instant),
  acceptedAt: nullable(Instant),
  settleAfter: nullable(Instant),
  mediationDueAt: nullable(Instant),
  mediationEscalatedAt: nullable({
    ...Instant,
    description: 'when the open dispute outlived the last day for mediation',
  }),
  closedAt: nullable(Instant),
  isProvisional: Type.Boolean({ description: 'a deadline runs through a year whose holidays are not published yet' }),
  reason: nullable(Type.String()),
  rulePack: Type.String(),
  createdAt: Instant,
  changedAt: Instant,
})

const SeenShape = Type.Object({
  ...OrderShape.properties,
  vendorName: Type.String(),
  buyerName: Type.String(),
  nextActions: Type.Array(Type.String({ description: 'what the reader can do: `POST /orders/{id}/<action>`' })),
})
export const OrderPage = pageOf(SeenShape)
export const OrderViewShape = Type.Object({
  ...SeenShape.properties,
  timeline: Type.Array(
    Type.Object({
      at: Instant,
      action: Type.String(),
      by: Type.String(),
      from: nullable(Type.String()),
      to: nullable(Type.String()),
      reason: nullable(Type.String()),
      auditId: Id,
    }),
  ),
})

const InvoicePartyShape = Type.Object({
  title: Type.String({ description: '抬头' }),
  taxCode: Type.String({ description: '纳税人识别号: the unified social credit code' }),
  address: nullable(Type.String()),
})
export const InvoiceShape = Type.Object({
  orderNumber: Type.String(),
  contractNumber: Type.String(),
  buyer: InvoicePartyShape,
  seller: InvoicePartyShape,
  item: Type.String(),
  itemCode: Type.String(),
  quantity: Type.Integer(),
  amountFen: Fen,
  remark: Type.String(),
  taxNote: Bilingual,
})

/** The fields of an invoice. */
export const toInvoice = (invoice: Invoice): Static<typeof InvoiceShape> => ({
  ...invoice,
  amountFen: fenToWire(invoice.amountFen),
})

/** An order as its parties, the operator and the competent authorities see it. */
export const toOrder = (row: Order, now: Date): Static<typeof OrderShape> => ({
  id: row.id,
  number: row.number,
  referenceCode: row.referenceCode,
  contractId: row.contractId,
  productId: row.productId,
  dataVersionId: row.dataVersionId,
  vendorId: row.vendorId,
  buyerId: row.buyerId,
  division: row.division,
  subscriptionId: row.subscriptionId,
  periodNo: row.periodNo,
  periodStartsOn: row.periodStartsOn,
  periodEndsOn: row.periodEndsOn,
  amountFen: fenToWire(row.amountFen),
  refundFen: fenToWire(row.refundFen),
  state: row.state,
  stateName: orderMachine.states[row.state],
  isSilenceAcceptance: row.isSilenceAcceptance,
  isDeemedAccepted: row.isDeemedAccepted,
  isDeliveryOverdue: isDeliveryOverdue(row, now),
  paymentDueAt: iso(row.paymentDueAt),
  paidAt: iso(row.paidAt),
  deliveryDueAt: iso(row.deliveryDueAt),
  deliveredAt: iso(row.deliveredAt),
  deliveries: row.deliveries,
  receiptId: row.receiptId,
  acceptanceDueAt: iso(row.acceptanceDueAt),
  acceptedAt: iso(row.acceptedAt),
  settleAfter: iso(row.settleAfter),
  mediationDueAt: iso(row.mediationDueAt),
  mediationEscalatedAt: iso(row.mediationEscalatedAt),
  closedAt: iso(row.closedAt),
  isProvisional: row.isProvisional,
  reason: row.reason,
  rulePack: row.rulePack,
  createdAt: row.createdAt.toISOString(),
  changedAt: row.changedAt.toISOString(),
})

const toSeen = ({ row, side, vendorName, buyerName }: SeenOrder, now: Date): Static<typeof SeenShape> => ({
  ...toOrder(row, now),
  vendorName,
  buyerName,
  nextActions: possibleActions(row, side, now),
})

/** A page of orders. */
export const toOrderPage = (rows: SeenOrder[], { limit }: OrderFilter, now: Date): Static<typeof OrderPage> =>
  toPage(
    rows,
    limit ?? 20,
    seen => [seen.row.id],
    seen => toSeen(seen, now),
  )

/** One order with its history. */
export const toOrderView = (
  seen: SeenOrder & { readonly timeline: readonly TimelineEntry[] },
  now: Date,
): Static<typeof OrderViewShape> => ({
  ...toSeen(seen, now),
  timeline: seen.timeline.map(entry => ({ ...entry, at: entry.at.toISOString() })),
})
