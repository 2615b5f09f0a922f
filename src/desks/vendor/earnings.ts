import { create as contentDisposition } from 'content-disposition'
import { stringify } from 'csv-stringify/sync'
import { type Static, Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { type Route, raw, read } from '../../kernel/http/route.ts'
import { formatYuan, sumFen } from '../../kernel/money.ts'
import { text } from '../../kernel/text.ts'
import { closed, Fen, fenToWire, Id, nullable } from '../../kernel/wire.ts'
import { productNames } from '../../modules/catalog/index.ts'
import { organizationsOf, requireOrganization } from '../../modules/identity/index.ts'
import { balanceOf } from '../../modules/ledger/index.ts'
import { countOrders, type OrderLabel, type OrderState, orderLabels } from '../../modules/orders/index.ts'
import {
  type EarningLine,
  earningLines,
  earningYears,
  monthlyEarnings,
  payoutMachine,
  payoutStanding,
} from '../../modules/settlement/index.ts'

/** States in which the price is paid and not yet settled: the money is in escrow. */
const inEscrow: readonly OrderState[] = [
  'escrowed',
  'delivering',
  'delivered',
  'accepted',
  'rejected',
  'redelivering',
  'disputed',
  'partly_refunded',
]

/** Where the acting vendor's money is now; in fen. */
export async function standingOf(rx: Rx) {
  const orders = await countOrders(rx, 'vendor')
  const payouts = await payoutStanding(rx)
  const of = (...states: Parameters<typeof payouts.get>[0][]) =>
    sumFen(states.map(state => payouts.get(state)?.amountFen ?? 0n))
  return {
    /** paid by buyers, not yet settled */
    escrowFen: sumFen(orders.filter(({ state }) => inEscrow.includes(state)).map(({ amountFen }) => amountFen)),
    /** what the exchange owes the vendor, from the ledger */
    payableFen: await balanceOf(rx, `payable:${requireOrganization(rx.actor)}`),
    /** ordered from the bank */
    inFlightFen: of('ordered'),
    /** confirmed by the bank */
    paidFen: of('confirmed'),
    /** payouts that wait for a bank account */
    waitingFen: of('waiting'),
  }
}

interface ProductEarnings {
  readonly productId: string
  readonly number: string
  readonly nameZh: string
  readonly nameEn: string | null
  readonly orders: number
  readonly amountFen: bigint
  readonly feeFen: bigint
  readonly vendorFen: bigint
}

async function byProduct(
  rx: Rx,
  lines: readonly EarningLine[],
  labels: ReadonlyMap<string, OrderLabel>,
): Promise<ProductEarnings[]> {
  const groups = Map.groupBy(lines, line => labels.get(line.orderId)!.productId)
  const names = await productNames(rx, [...groups.keys()])
  const rows = [...groups].map(([productId, group]) => ({
    productId,
    ...names.get(productId)!,
    orders: group.length,
    amountFen: sumFen(group.map(line => line.amountFen)),
    feeFen: sumFen(group.map(line => line.feeFen)),
    vendorFen: sumFen(group.map(line => line.vendorFen)),
  }))
  return rows.sort((a, b) => (a.vendorFen === b.vendorFen ? 0 : a.vendorFen < b.vendorFen ? 1 : -1))
}

/** The year asked for, else the latest in which anything was settled, else the present one. */
async function chosenYear(rx: Rx, asked: number | undefined): Promise<{ year: number; years: number[] }> {
  const years = await earningYears(rx)
  const present = Number(dayOf(rx.now).slice(0, 4))
  return { year: asked ?? years[0] ?? present, years: years.length > 0 ? years : [present] }
}

/** Everything the acting vendor earned in a year: by month, by product and order by order, and where its money is now. */
export async function earningsOf(rx: Rx, asked?: number) {
  const { year, years } = await chosenYear(rx, asked)
  const lines = await earningLines(rx, year)
  const labels = await orderLabels(
    rx,
    lines.map(line => line.orderId),
  )
  const buyers = await organizationsOf(rx, [...new Set([...labels.values()].map(label => label.buyerId))])
  const products = await byProduct(rx, lines, labels)
  return {
    year,
    years,
    standing: await standingOf(rx),
    months: await monthlyEarnings(rx, year),
    products,
    lines: lines.map(line => {
      const label = labels.get(line.orderId)!
      const product = products.find(({ productId }) => productId === label.productId)!
      const buyer = buyers.get(label.buyerId)
      return { ...line, label, product, buyerName: buyer?.nameZh ?? '', buyerNameEn: buyer?.nameEn }
    }),
  }
}

export type Earnings = Awaited<ReturnType<typeof earningsOf>>

const header = [
  '结算日期',
  '订单编号',
  '产品编号',
  '产品名称',
  '需方',
  '成交金额（元）',
  '平台服务费（元）',
  '应付供方（元）',
  '付款状态',
  '付款日期',
  '银行流水号',
]

/** The statement of a year (结算明细) as CSV in UTF-8 with BOM, which spreadsheets need; amounts in yuan, exact. */
export function statementOf({ lines, months }: Earnings): string {
  const yuan = (fen: bigint) => formatYuan(fen).replaceAll(',', '')
  const rows = lines.map(line => [
    dayOf(line.settledAt),
    line.label.number,
    line.product.number,
    line.product.nameZh,
    line.buyerName,
    yuan(line.amountFen),
    yuan(line.feeFen),
    yuan(line.vendorFen),
    line.payoutState ? payoutMachine.states[line.payoutState].zh : '',
    line.paidOn ?? '',
    line.bankSerial ?? '',
  ])
  const total = (of: 'amountFen' | 'feeFen' | 'vendorFen') => yuan(sumFen(months.map(month => month[of])))
  const sums = ['合计', '', '', '', '', total('amountFen'), total('feeFen'), total('vendorFen'), '', '', '']
  // a name that begins like a formula must not become one
  return stringify([header, ...rows, sums], { bom: true, record_delimiter: '\r\n', escape_formulas: true })
}

const Query = closed({ year: Type.Optional(Type.Integer({ minimum: 2000, maximum: 2199, examples: [2026] })) })
const sums = { orders: Type.Integer(), amountFen: Fen, feeFen: Fen, vendorFen: Fen }
const EarningsShape = Type.Object({
  year: Type.Integer(),
  years: Type.Array(Type.Integer()),
  standing: Type.Object({
    escrowFen: Type.Integer({ description: 'paid by buyers, not yet settled' }),
    payableFen: Type.Integer({ description: 'what the exchange owes now' }),
    inFlightFen: Type.Integer({ description: 'ordered from the bank' }),
    paidFen: Type.Integer({ description: 'confirmed by the bank, of all years' }),
    waitingFen: Type.Integer({ description: 'of what is owed, what waits for a bank account' }),
  }),
  months: Type.Array(Type.Object({ month: Type.String({ examples: ['2026-03'] }), ...sums, paidFen: Fen })),
  products: Type.Array(
    Type.Object({
      productId: Id,
      number: Type.String(),
      nameZh: Type.String(),
      nameEn: nullable(Type.String()),
      ...sums,
    }),
  ),
})

/** Every amount as the wire's integer. */
const onWire = <T extends object>(row: T) =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? fenToWire(value) : value]),
  )

const toEarnings = ({ year, years, standing, months, products }: Earnings) =>
  ({
    year,
    years,
    standing: onWire(standing),
    months: months.map(onWire),
    products: products.map(onWire),
  }) as Static<typeof EarningsShape>

export const earningRoutes: Route[] = [
  read({
    at: 'GET /earnings',
    operation: 'readEarnings',
    permission: 'earnings.read',
    tag: 'desks',
    summary: text('供方收入：按月、按产品', "The vendor's earnings by month and product"),
    query: Query,
    reply: EarningsShape,
    run: async (rx, { query }) => toEarnings(await earningsOf(rx, query.year)),
  }),
  raw({
    at: 'GET /earnings/statement',
    operation: 'readEarningsStatement',
    permission: 'earnings.read',
    tag: 'desks',
    summary: text('结算明细（CSV）', 'The statement of a year (CSV)'),
    query: Query,
    produces: { type: 'text/csv', description: 'one line an order, amounts in yuan, with the totals' },
    async handle(request, reply, { engine, actor }) {
      const { year } = request.query as Static<typeof Query>
      const earnings = await engine.read(actor, rx => earningsOf(rx, year))
      return reply
        .type('text/csv; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('content-disposition', contentDisposition(`结算明细-${earnings.year}.csv`))
        .send(statementOf(earnings))
    },
  }),
]
