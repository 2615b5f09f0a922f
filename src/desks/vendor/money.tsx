import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { sumFen } from '../../kernel/money.ts'
import { text } from '../../kernel/text.ts'
import { type PayoutState, payoutMachine } from '../../modules/settlement/index.ts'
import { Chart } from '../../web/chart.tsx'
import { useReader, useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { Badge, Count, Empty, Moment, Money, Name, Notice, Stat, State, Table, Tabs } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { type Earnings, earningsOf } from './earnings.ts'
import { deskTrail, payoutTones } from './words.ts'

function Standing({ of: { standing } }: { of: Earnings }) {
  const t = useWords()
  return (
    <>
      <div class="stats">
        <Stat
          label={t(text('托管中', 'In escrow'))}
          note={t(text('需方已付，尚未结算', 'paid by buyers, not yet settled'))}
        >
          <Money fen={standing.escrowFen} />
        </Stat>
        <Stat label={t(text('应付给您', 'Owed to you'))} note={t(text('已结算，等待付款', 'settled, to be paid out'))}>
          <Money fen={standing.payableFen} />
        </Stat>
        <Stat label={t(text('付款途中', 'On the way'))} note={t(text('已提交银行', 'ordered from the bank'))}>
          <Money fen={standing.inFlightFen} />
        </Stat>
        <Stat label={t(text('累计已付', 'Paid so far'))} note={t(text('银行已确认', 'confirmed by the bank'))}>
          <Money fen={standing.paidFen} />
        </Stat>
      </div>
      {standing.waitingFen > 0n && (
        <Notice tone="warn" title={t(text('有货款等待收款账户', 'Money waits for a bank account'))}>
          <p class="mb-0">
            <Money fen={standing.waitingFen} />{' '}
            {t(
              text(
                '因没有可用的收款账户而无法付出。账户登记并经运营机构确认后自动付款。',
                'cannot be paid out, for there is no account to pay it to. Once one is registered and confirmed it is paid.',
              ),
            )}{' '}
            <a href="/organization/bank-accounts">{t(text('登记收款账户', 'Register a bank account'))}</a>
          </p>
        </Notice>
      )}
    </>
  )
}

const total = <T extends object>(rows: readonly T[], of: (row: T) => bigint): bigint => sumFen(rows.map(of))

function Months({ of: { months, year } }: { of: Earnings }) {
  const t = useWords()
  const { language } = useReader()
  const yuan = (fen: bigint) => Number(fen) / 100
  return (
    <section>
      <h2>{t(text('按月', 'By month'))}</h2>
      <Chart
        title={t(text('每月应付供方与已付', 'Earned and paid out, by month'))}
        unit={t(text('元', 'yuan'))}
        kind="bar"
        language={language}
        categories={months.map(row => row.month)}
        series={[
          { name: t(text('应付供方', 'Yours')), values: months.map(row => yuan(row.vendorFen)) },
          { name: t(text('当月已付', 'Paid in it')), values: months.map(row => yuan(row.paidFen)) },
        ]}
      />
      <Table
        caption={t(
          text(`${year} 年，按结算日（付款按银行付款日）`, `${year}, by day of settlement (payouts by day of payment)`),
        )}
        head={[
          t(text('月份', 'Month')),
          t(text('订单', 'Orders')),
          t(text('成交金额', 'Sold')),
          t(text('平台服务费', 'Fee')),
          t(text('应付供方', 'Yours')),
          t(text('当月已付', 'Paid in it')),
        ]}
        nums={[1, 2, 3, 4, 5]}
        rows={[
          ...months.map(row => [
            <a href={`/vendor/earnings/${row.month}`}>{row.month}</a>,
            <Count of={row.orders} />,
            <Money fen={row.amountFen} />,
            <Money fen={row.feeFen} />,
            <Money fen={row.vendorFen} />,
            <Money fen={row.paidFen} />,
          ]),
          [
            <strong>{t(text('合计', 'Total'))}</strong>,
            <Count of={months.reduce((sum, row) => sum + row.orders, 0)} />,
            <Money fen={total(months, row => row.amountFen)} />,
            <Money fen={total(months, row => row.feeFen)} />,
            <Money fen={total(months, row => row.vendorFen)} />,
            <Money fen={total(months, row => row.paidFen)} />,
          ],
        ]}
      />
    </section>
  )
}

function Products({ of: { products } }: { of: Earnings }) {
  const t = useWords()
  return (
    <section>
      <h2>{t(text('按产品', 'By product'))}</h2>
      <Table
        head={[
          t(text('产品', 'Product')),
          t(text('订单', 'Orders')),
          t(text('成交金额', 'Sold')),
          t(text('平台服务费', 'Fee')),
          t(text('应付供方', 'Yours')),
        ]}
        nums={[1, 2, 3, 4]}
        rows={products.map(row => [
          <a href={`/vendor/products/${row.productId}`}>
            <Name zh={row.nameZh} en={row.nameEn} />
          </a>,
          <Count of={row.orders} />,
          <Money fen={row.amountFen} />,
          <Money fen={row.feeFen} />,
          <Money fen={row.vendorFen} />,
        ])}
      />
    </section>
  )
}

/** Lines that one page shows; the CSV has them all. */
const shownLines = 200

function Lines({ of: { lines, year } }: { of: Earnings }) {
  const t = useWords()
  return (
    <section>
      <h2>{t(text('结算明细', 'Settlements'))}</h2>
      <Table
        head={[
          t(text('结算日', 'Settled')),
          t(text('订单', 'Order')),
          t(text('产品', 'Product')),
          t(text('需方', 'Buyer')),
          t(text('成交金额', 'Sold')),
          t(text('服务费', 'Fee')),
          t(text('应付供方', 'Yours')),
          t(text('付款', 'Payout')),
        ]}
        nums={[4, 5, 6]}
        rows={lines
          .slice(0, shownLines)
          .map(line => [
            <Moment at={line.settledAt} isDay />,
            <a href={`/orders/${line.orderId}`}>{line.label.number}</a>,
            <Name zh={line.product.nameZh} en={line.product.nameEn} />,
            <Name zh={line.buyerName} en={line.buyerNameEn} />,
            <Money fen={line.amountFen} />,
            <Money fen={line.feeFen} />,
            <Money fen={line.vendorFen} />,
            <Payout state={line.payoutState} paidOn={line.paidOn} />,
          ])}
      />
      {lines.length > shownLines && (
        <p>
          {t(
            text(
              `只显示最近 ${shownLines} 笔，全部 ${lines.length} 笔见 CSV。`,
              `The latest ${shownLines} are shown; the CSV has all ${lines.length}.`,
            ),
          )}{' '}
          <a href={`/api/v1/earnings/statement?year=${year}`}>CSV</a>
        </p>
      )}
    </section>
  )
}

function Payout({ state, paidOn }: { state: PayoutState | null; paidOn: string | null }) {
  const t = useWords()
  if (state === null) return <Badge>{t(text('无需付款', 'Nothing to pay'))}</Badge>
  return (
    <>
      <State machine={payoutMachine} state={state} tones={payoutTones} /> {paidOn}
    </>
  )
}

function EarningsPage({ of }: { of: Earnings }) {
  const t = useWords()
  return (
    <>
      <Standing of={of} />
      {of.years.length > 1 && (
        <Tabs
          of={of.years.map(year => ({
            href: `/vendor/earnings?year=${year}`,
            words: t(text(`${year} 年`, String(year))),
            isHere: year === of.year,
          }))}
        />
      )}
      {of.lines.length === 0 && of.months.length === 0 ? (
        <Empty title={t(text(`${of.year} 年还没有结算`, `Nothing was settled in ${of.year}`))} icon="coin-yuan">
          {t(
            text(
              '需方验收后的下一个工作日结算，扣除平台服务费后付到您的账户。',
              'An order is settled on the working day after its acceptance; what is left after the fee goes to your account.',
            ),
          )}
        </Empty>
      ) : (
        <>
          <Months of={of} />
          <Products of={of} />
          <Lines of={of} />
        </>
      )}
    </>
  )
}

function Actions({ of: { lines, year } }: { of: Earnings }) {
  const t = useWords()
  const { language } = useReader()
  if (lines.length === 0) return null
  return (
    <>
      <a class="btn btn-primary" href={`/api/v1/earnings/statement?year=${year}`} hreflang={language}>
        <Icon name="download" /> {t(text('下载结算明细（CSV）', 'Download the statement (CSV)'))}
      </a>
      <button type="button" class="btn" data-print hidden>
        {t(text('打印', 'Print'))}
      </button>
    </>
  )
}

export const earningPages: Route[] = [
  page({
    at: 'GET /vendor/earnings',
    operation: 'showEarnings',
    permission: 'earnings.read',
    summary: text('收入', 'Earnings'),
    query: { year: Type.Optional(Type.Integer({ minimum: 2000, maximum: 2199 })) },
    run: async (rx, { query }) => {
      const earnings = await earningsOf(rx, query.year)
      return {
        title: text('收入', 'Earnings'),
        trail: [deskTrail],
        actions: <Actions of={earnings} />,
        body: <EarningsPage of={earnings} />,
      }
    },
  }),
]
