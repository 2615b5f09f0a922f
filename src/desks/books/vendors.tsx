import { Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  type Organization,
  organizationOf,
  organizationsOf,
  requireOrganization,
} from '../../modules/identity/index.ts'
import { type AccountMovement, listMovements, spanOf } from '../../modules/ledger/index.ts'
import { type SeenOrder, seenOrders } from '../../modules/orders/index.ts'
import { type VendorLine, type VendorStatement, vendorStatement } from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Card, Empty, Moment, Money, Name, Pager, Stat, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { kindWords, type Label, referenceLabels } from './naming.ts'
import { BookTabs, bookTrail, daysOf, Files, MonthSteps, monthOf, monthPattern, monthWords } from './parts.tsx'
import { type Sheet, type SheetCell, sheetRoute, whole } from './sheets.ts'

interface Statement {
  readonly month: string
  readonly now: Date
  readonly vendor: Organization
  readonly of: VendorStatement
  readonly orders: ReadonlyMap<string, SeenOrder>
  readonly labelOf: (reference: string) => Label
}

async function statementOf(rx: Rx, vendorId: string, month: string): Promise<Statement> {
  const vendor = await organizationOf(rx, vendorId)
  const of = await vendorStatement(rx, vendorId, spanOf(...daysOf(month)))
  whole(of.of)
  const orders = await seenOrders(rx, [...new Set(of.lines.flatMap(line => line.orderId ?? []))])
  return { month, now: rx.now, vendor, of, orders, labelOf: await referenceLabels(rx, of.of.items) }
}

/** The order of a sale, in the room of whoever reads; else what the reference names. */
function Subject({ line, of: { orders, labelOf } }: { line: VendorLine; of: Statement }) {
  const t = useWords()
  const { actor } = useReader()
  const isOperator = actor.roles.includes('operator')
  const order = line.orderId === null ? undefined : orders.get(line.orderId)
  if (order) return <a href={`${isOperator ? '/operator' : ''}/orders/${order.row.id}`}>{order.row.number}</a>
  const label = labelOf(line.entry.reference)
  return isOperator && label.href ? <a href={label.href}>{t(label.words)}</a> : <span>{t(label.words)}</span>
}

function Lines({ of }: { of: Statement }) {
  const t = useWords()
  const amount = (fen: bigint) => (fen === 0n ? '' : <Money fen={fen} />)
  return (
    <Table
      head={[
        t(text('日期', 'Date')),
        t(text('摘要', 'What')),
        t(text('订单或付款', 'Order or payout')),
        t(text('成交价款', 'Price')),
        t(text('退还需方', 'Refunded')),
        t(text('服务费', 'Fee')),
        t(text('增减', 'Change')),
        t(text('应付余额', 'Owed')),
      ]}
      nums={[3, 4, 5, 6, 7]}
      rows={of.of.lines.map(line => {
        const order = line.orderId === null ? undefined : of.orders.get(line.orderId)?.row
        return [
          <Moment at={line.entry.effectiveAt} isDay />,
          <>
            {t(kindWords(line.entry.kind))}
            {line.entry.note && <div class="text-secondary">{line.entry.note}</div>}
          </>,
          <Subject line={line} of={of} />,
          line.what === 'sale' ? amount(order?.amountFen ?? line.settledFen) : '',
          line.what === 'sale' ? amount(order ? order.amountFen - line.settledFen : 0n) : '',
          amount(line.feeFen),
          <Money fen={line.changeFen} />,
          <Money fen={line.entry.balanceFen} />,
        ]
      })}
    />
  )
}

function StatementBody({ of, href }: { of: Statement; href: (month: string) => string }) {
  const t = useWords()
  const { totals } = of.of
  return (
    <>
      <MonthSteps month={of.month} now={of.now} href={href} />
      <div class="stats">
        <Stat label={t(text('期初应付', 'Owed before'))}>
          <Money fen={of.of.of.openingFen} />
        </Stat>
        <Stat
          label={t(text('结算金额', 'Settled'))}
          note={t(text('已扣除退还需方的部分', 'less what went back to buyers'))}
        >
          <Money fen={totals.settledFen} />
        </Stat>
        <Stat label={t(text('服务费', 'Fees'))}>
          <Money fen={-totals.feeFen} />
        </Stat>
        <Stat label={t(text('付款', 'Paid out'))}>
          <Money fen={-totals.paidFen} />
        </Stat>
        {totals.nettedFen !== 0n && (
          <Stat label={t(text('抵扣应退款项', 'Netted against what is owed back'))}>
            <Money fen={-totals.nettedFen} />
          </Stat>
        )}
        {totals.otherFen !== 0n && (
          <Stat label={t(text('更正及其他', 'Corrections and other'))}>
            <Money fen={totals.otherFen} />
          </Stat>
        )}
        <Stat label={t(text('期末应付', 'Owed after'))}>
          <Money fen={of.of.of.closingFen} />
        </Stat>
      </div>
      {of.of.lines.length === 0 ? (
        <Empty title={t(text('本月没有结算和付款', 'Nothing was settled or paid this month'))} icon="coin-yuan">
          {t(text('用上方的月份切换查看其他月份。', 'Choose another month above.'))}
        </Empty>
      ) : (
        <Lines of={of} />
      )}
    </>
  )
}

function sheetOf({ month, vendor, of, orders, labelOf }: Statement): Sheet {
  const { totals } = of
  const [first, last] = daysOf(month)
  const edge = (words: Text, fen: bigint) => ({
    cells: [null, words, null, null, null, null, null, fen] as SheetCell[],
    isBold: true,
  })
  return {
    title: text('供方对账单', 'Vendor statement'),
    number: `${vendor.uscc} ${month}`,
    fileName: `供方对账单-${vendor.uscc}-${month}`,
    facts: [
      [text('供方', 'Vendor'), text(vendor.nameZh, vendor.nameEn ?? vendor.nameZh)],
      [text('统一社会信用代码', 'Unified social credit code'), vendor.uscc],
      [text('期间', 'Span'), `${first} – ${last}`],
      [text('期初应付（元）', 'Owed before (CNY)'), of.of.openingFen],
      [text('结算金额（元）', 'Settled (CNY)'), totals.settledFen],
      [text('服务费（元）', 'Fees (CNY)'), -totals.feeFen],
      [text('付款（元）', 'Paid out (CNY)'), -totals.paidFen],
      [text('抵扣应退款项（元）', 'Netted against what is owed back (CNY)'), -totals.nettedFen],
      [text('更正及其他（元）', 'Corrections and other (CNY)'), totals.otherFen],
      [text('期末应付（元）', 'Owed after (CNY)'), of.of.closingFen],
    ],
    columns: [
      { head: text('日期', 'Date'), width: 12 },
      { head: text('摘要', 'What') },
      { head: text('订单或付款', 'Order or payout'), width: 30 },
      { head: text('成交价款', 'Price'), isNumber: true },
      { head: text('退还需方', 'Refunded'), isNumber: true },
      { head: text('服务费', 'Fee'), isNumber: true },
      { head: text('增减', 'Change'), isNumber: true },
      { head: text('应付余额', 'Owed'), isNumber: true },
    ],
    rows: [
      edge(text('期初应付', 'Owed before'), of.of.openingFen),
      ...of.lines.map(line => {
        const order = line.orderId === null ? undefined : orders.get(line.orderId)?.row
        const isSale = line.what === 'sale'
        const price = order?.amountFen ?? line.settledFen
        return {
          cells: [
            dayOf(line.entry.effectiveAt),
            kindWords(line.entry.kind),
            order?.number ?? labelOf(line.entry.reference).words,
            isSale ? price : null,
            isSale && price !== line.settledFen ? price - line.settledFen : null,
            isSale ? line.feeFen : null,
            line.changeFen,
            line.entry.balanceFen,
          ] as SheetCell[],
        }
      }),
      edge(text('期末应付', 'Owed after'), of.of.closingFen),
    ],
    note: text(
      '由账簿分录生成；如有异议请联系运营机构',
      'Made from the entries of the books; tell the exchange what differs',
    ),
  }
}

interface Listed {
  readonly month: string
  readonly now: Date
  readonly items: readonly AccountMovement[]
  readonly next: string | null
  readonly vendors: ReadonlyMap<string, Organization>
}

const vendorIn = (account: string) => account.slice('payable:'.length)

function VendorList({ of }: { of: Listed }) {
  const t = useWords()
  return (
    <>
      <BookTabs at="/operator/books/vendors" />
      <MonthSteps month={of.month} now={of.now} href={month => `/operator/books/vendors?month=${month}`} />
      {of.items.length === 0 ? (
        <Empty title={t(text('本月没有应付供方的款项', 'Nothing was owed to a vendor this month'))} icon="coin-yuan">
          {t(text('订单结算后，供方的应付款在这里列出。', 'What settled orders earn for vendors is listed here.'))}
        </Empty>
      ) : (
        <Card>
          <Table
            head={[
              t(text('供方', 'Vendor')),
              t(text('期初应付', 'Owed before')),
              t(text('本月增加', 'Added')),
              t(text('本月减少', 'Taken off')),
              t(text('期末应付', 'Owed after')),
            ]}
            nums={[1, 2, 3, 4]}
            rows={of.items.map(row => {
              const vendor = of.vendors.get(vendorIn(row.account))
              return [
                <a href={`/operator/books/vendors/${vendorIn(row.account)}?month=${of.month}`}>
                  {vendor ? <Name zh={vendor.nameZh} en={vendor.nameEn} /> : row.account}
                </a>,
                <Money fen={row.openingFen} />,
                <Money fen={row.increaseFen} />,
                <Money fen={row.decreaseFen} />,
                <Money fen={row.closingFen} />,
              ]
            })}
          />
        </Card>
      )}
      <Pager next={of.next} />
    </>
  )
}

const Month = Type.String({ pattern: monthPattern, examples: ['2026-03'] })

export const vendorRoutes = [
  sheetRoute({
    at: 'GET /earnings/:month/statement',
    operation: 'readMonthlyStatement',
    permission: 'earnings.read',
    summary: text('本机构某月的供方对账单（CSV、XLSX、PDF）', 'The own statement of a month as CSV, XLSX or PDF'),
    params: { month: Month },
    make: async (rx, { params }) => sheetOf(await statementOf(rx, requireOrganization(rx.actor), params.month)),
  }),
  sheetRoute({
    at: 'GET /ledger/vendors/:id/statement',
    operation: 'readVendorStatement',
    permission: 'ledger.read',
    summary: text('某供方某月的对账单（CSV、XLSX、PDF）', 'A vendor’s statement of a month as CSV, XLSX or PDF'),
    params: { id: Id },
    query: { month: Month },
    make: async (rx, { params, query }) => sheetOf(await statementOf(rx, params.id, query.month)),
  }),
  page({
    at: 'GET /vendor/earnings/:month',
    operation: 'showMonthlyStatement',
    permission: 'earnings.read',
    summary: text('月度对账单', 'Statement of a month'),
    params: { month: Month },
    run: async (rx, { params: { month } }) => {
      const of = await statementOf(rx, requireOrganization(rx.actor), month)
      return {
        title: text(`${monthWords(month).zh}对账单`, `Statement of ${month}`),
        trail: [
          ['/vendor', text('供方工作台', 'Vendor desk')],
          ['/vendor/earnings', text('收入', 'Earnings')],
        ],
        lead: text(
          '交易服务机构应付给您的款项：从哪来、付了多少、还欠多少。',
          'What the exchange owed you, what it paid, and what is left.',
        ),
        actions: <Files of={`/earnings/${month}/statement`} formats={['pdf', 'csv', 'xlsx']} />,
        body: <StatementBody of={of} href={each => `/vendor/earnings/${each}`} />,
      }
    },
  }),
  page({
    at: 'GET /operator/books/vendors',
    operation: 'showVendorAccounts',
    permission: 'ledger.read',
    summary: text('供方对账', 'Vendors’ accounts'),
    query: { month: Type.Optional(Month), after: Type.Optional(Type.String({ maxLength: 300 })) },
    run: async (rx, { query }) => {
      const month = query.month ?? monthOf(rx.now)
      const span = spanOf(...daysOf(month))
      const { items, next } = await listMovements(rx, {
        purpose: 'payable',
        ...span,
        ...(query.after && { after: query.after }),
      })
      const vendors = await organizationsOf(
        rx,
        items.map(row => vendorIn(row.account)),
      )
      return {
        title: text('供方对账', 'Vendors’ accounts'),
        trail: bookTrail(),
        lead: text(
          '每个供方当月的期初、增减和期末应付。',
          'What every vendor was owed before, during and after the month.',
        ),
        body: <VendorList of={{ month, now: rx.now, items, next, vendors }} />,
      }
    },
  }),
  page({
    at: 'GET /operator/books/vendors/:id',
    operation: 'showVendorAccount',
    permission: 'ledger.read',
    summary: text('供方对账单', 'A vendor’s statement'),
    params: { id: Id },
    query: { month: Type.Optional(Month) },
    run: async (rx, { params: { id }, query }) => {
      const month = query.month ?? monthOf(rx.now)
      const of = await statementOf(rx, id, month)
      return {
        title: text(of.vendor.nameZh, of.vendor.nameEn ?? of.vendor.nameZh),
        trail: bookTrail(['/operator/books/vendors', text('供方对账', 'Vendors')]),
        lead: text(`${monthWords(month).zh}供方对账单`, `Vendor statement of ${month}`),
        actions: <Files of={`/ledger/vendors/${id}/statement?month=${month}`} formats={['pdf', 'csv', 'xlsx']} />,
        body: <StatementBody of={of} href={each => `/operator/books/vendors/${id}?month=${each}`} />,
      }
    },
  }),
]
