import { type Static, Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { type Route, read } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { Bilingual, closed, Fen, fenToWire, Id, Instant, iso, nullable, pageOf } from '../../kernel/wire.ts'
import { type ContractFacts, contractsOf } from '../../modules/contracts/index.ts'
import { type Access, accessOf, DeliveryShape, toDelivery } from '../../modules/delivery/index.ts'
import { listOrders, orderMachine, type SeenOrder, toOrderPage } from '../../modules/orders/index.ts'

/** Something the organisation has bought: its contract, its order, and what it may fetch. */
export interface Purchase {
  readonly contract: ContractFacts
  readonly seen: SeenOrder
  readonly access: Access | undefined
}

/** A page of what the acting organisation has bought, newest first. */
export async function listPurchases(rx: Rx, query: { readonly limit?: number; readonly after?: string }) {
  const filter = { ...query, as: 'buyer' as const }
  const rows = await listOrders(rx, filter)
  const { next } = toOrderPage(rows, filter, rx.now)
  const shown = rows.slice(0, query.limit ?? 20)
  const contracts = await contractsOf(
    rx,
    shown.map(({ row }) => row.contractId),
  )
  const rights = await accessOf(
    rx,
    shown.map(({ row }) => row.id),
  )
  const items: Purchase[] = shown.map(seen => ({
    contract: contracts.get(seen.row.contractId)!,
    seen,
    access: rights.get(seen.row.id),
  }))
  return { items, next }
}

const Query = closed(PageQuery)
const PurchaseShape = Type.Object({
  contractId: Id,
  contractNumber: Type.String(),
  orderId: Id,
  orderNumber: Type.String(),
  productId: Id,
  productName: Type.String(),
  productNumber: Type.String(),
  vendorName: Type.String(),
  amountFen: Fen,
  state: Type.String({ enum: Object.keys(orderMachine.states) }),
  stateName: Bilingual,
  endsAt: nullable(Instant),
  lastDownloadAt: nullable(Instant),
  delivery: DeliveryShape,
})

const toPurchase = ({ contract, seen, access }: Purchase): Static<typeof PurchaseShape> => ({
  contractId: contract.id,
  contractNumber: contract.number,
  orderId: seen.row.id,
  orderNumber: seen.row.number,
  productId: contract.productId,
  productName: contract.productName,
  productNumber: contract.productNumber,
  vendorName: seen.vendorName,
  amountFen: fenToWire(seen.row.amountFen),
  state: seen.row.state,
  stateName: orderMachine.states[seen.row.state],
  endsAt: iso(access?.entitlement?.endsAt ?? null),
  lastDownloadAt: iso(access?.lastDownloadAt ?? null),
  delivery: toDelivery(access ?? { entitlement: null, receipts: [] }),
})

export const purchaseRoutes: Route[] = [
  read({
    at: 'GET /purchases',
    operation: 'listPurchases',
    permission: 'purchase.list',
    tag: 'trades',
    summary: text('本机构购得的数据', 'What the organisation has bought'),
    query: Query,
    reply: pageOf(PurchaseShape),
    run: async (rx, { query }) => {
      const { items, next } = await listPurchases(rx, query)
      return { items: items.map(toPurchase), next }
    },
  }),
]
