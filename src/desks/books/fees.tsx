import { Type } from 'typebox'
import { dayOf, startOfDay } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { sumFen } from '../../kernel/money.ts'
import { text } from '../../kernel/text.ts'
import { type Organization, organizationsOf } from '../../modules/identity/index.ts'
import { type FeeLine, feeReport } from '../../modules/settlement/index.ts'
import { useWords } from '../../web/context.ts'
import { Card, Count, Empty, Money, Name, Table, Tabs } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { BookTabs, bookTrail, Files, monthWords } from './parts.tsx'
import { type Sheet, sheetRoute } from './sheets.ts'

interface Fees {
  readonly year: number
  readonly present: number
  readonly lines: readonly FeeLine[]
  readonly vendors: ReadonlyMap<string, Organization>
}

async function feesOf(rx: Rx, asked: number | undefined): Promise<Fees> {
  const present = Number(dayOf(rx.now).slice(0, 4))
  const year = asked ?? present
  const lines = await feeReport(rx, { from: startOfDay(`${year}-01-01`), until: startOfDay(`${year + 1}-01-01`) })
  const vendors = await organizationsOf(rx, [...new Set(lines.flatMap(line => line.vendorId ?? []))])
  return { year, present, lines, vendors }
}

/** Parts per million as percent: 12500 → `1.25%`. */
const percentOf = (ppm: number): string => `${ppm / 10_000}%`

const other = text('其他（未对应结算订单）', 'Other (no settled order)')

function Report({ of: { lines, vendors } }: { of: Fees }) {
  const t = useWords()
  const months = [...Map.groupBy(lines, line => line.month)]
  const nameOf = ({ vendorId }: FeeLine) => {
    const vendor = vendorId === null ? undefined : vendors.get(vendorId)
    return vendor ? <Name zh={vendor.nameZh} en={vendor.nameEn} /> : t(other)
  }
  return (
    <>
      {months.map(([month, of]) => (
        <Card key={month} title={t(monthWords(month))}>
          <Table
            head={[
              t(text('供方', 'Vendor')),
              t(text('费率', 'Rate')),
              t(text('规则包', 'Rule pack')),
              t(text('订单数', 'Orders')),
              t(text('结算金额', 'Settled')),
              t(text('服务费', 'Fee')),
            ]}
            nums={[1, 3, 4, 5]}
            rows={[
              ...of.map(line => [
                line.vendorId === null ? (
                  nameOf(line)
                ) : (
                  <a href={`/operator/books/vendors/${line.vendorId}?month=${month}`}>{nameOf(line)}</a>
                ),
                line.feePpm === null ? '—' : percentOf(line.feePpm),
                line.rulePack === null ? '—' : <code>{line.rulePack}</code>,
                <Count of={line.orders} />,
                <Money fen={line.settledFen} />,
                <Money fen={line.feeFen} />,
              ]),
              [
                <strong>{t(text('合计', 'Total'))}</strong>,
                '',
                '',
                <Count of={of.reduce((n, line) => n + line.orders, 0)} />,
                <Money fen={sumFen(of.map(line => line.settledFen))} />,
                <strong>
                  <Money fen={sumFen(of.map(line => line.feeFen))} />
                </strong>,
              ],
            ]}
          />
        </Card>
      ))}
    </>
  )
}

function FeePage({ of }: { of: Fees }) {
  const t = useWords()
  const years = [of.present, of.present - 1, of.present - 2]
  return (
    <>
      <BookTabs at="/operator/books/fees" />
      <Tabs
        of={years.map(year => ({
          href: `/operator/books/fees?year=${year}`,
          words: t(text(`${year} 年`, String(year))),
          isHere: year === of.year,
        }))}
      />
      {of.lines.length === 0 ? (
        <Empty title={t(text(`${of.year} 年没有服务费`, `No fees in ${of.year}`))} icon="coin-yuan">
          {t(
            text(
              '订单结算时按规则包的费率计收，计入当月。',
              'A fee is earned when an order is settled, at the rate of the rule pack.',
            ),
          )}
        </Empty>
      ) : (
        <Report of={of} />
      )}
    </>
  )
}

async function feeSheet(rx: Rx, asked: number | undefined): Promise<Sheet> {
  const { year, lines, vendors } = await feesOf(rx, asked)
  const total = (pick: (line: FeeLine) => bigint) => sumFen(lines.map(pick))
  return {
    title: text('交易服务费报表', 'Fee report'),
    number: String(year),
    fileName: `服务费-${year}`,
    facts: [
      [text('年度', 'Year'), String(year)],
      [text('服务费合计（元）', 'Fees in all (CNY)'), total(line => line.feeFen)],
      [
        text('口径', 'Basis'),
        text('按入账日期所属月份；金额取自账簿分录', 'By month of the booking date; amounts from the entries'),
      ],
    ],
    columns: [
      { head: text('月份', 'Month'), width: 10 },
      { head: text('供方', 'Vendor'), width: 36 },
      { head: text('供方统一社会信用代码', 'Vendor’s code'), width: 22 },
      { head: text('费率', 'Rate'), width: 10 },
      { head: text('规则包', 'Rule pack') },
      { head: text('订单数', 'Orders'), isNumber: true },
      { head: text('结算金额', 'Settled'), isNumber: true },
      { head: text('服务费', 'Fee'), isNumber: true },
    ],
    rows: [
      ...lines.map(line => {
        const vendor = line.vendorId === null ? undefined : vendors.get(line.vendorId)
        const rate = line.feePpm === null ? null : percentOf(line.feePpm)
        const name = vendor ? text(vendor.nameZh, vendor.nameEn ?? vendor.nameZh) : other
        return {
          cells: [
            line.month,
            name,
            vendor?.uscc ?? null,
            rate,
            line.rulePack,
            line.orders,
            line.settledFen,
            line.feeFen,
          ],
        }
      }),
      {
        cells: [text('合计', 'Total'), null, null, null, null, null, total(l => l.settledFen), total(l => l.feeFen)],
        isBold: true,
      },
    ],
    note: text('由账簿分录生成', 'Made from the entries of the books'),
  }
}

const query = { year: Type.Optional(Type.Integer({ minimum: 2000, maximum: 2199, examples: [2026] })) }

export const feeRoutes = [
  sheetRoute({
    at: 'GET /ledger/fees/file',
    operation: 'readFeeReportFile',
    permission: 'ledger.read',
    summary: text('交易服务费报表（CSV、XLSX、PDF）', 'Fee report as CSV, XLSX or PDF'),
    query,
    make: (rx, input) => feeSheet(rx, input.query.year),
  }),
  page({
    at: 'GET /operator/books/fees',
    operation: 'showFeeReport',
    permission: 'ledger.read',
    summary: text('服务费', 'Fees'),
    query,
    run: async (rx, input) => {
      const fees = await feesOf(rx, input.query.year)
      return {
        title: text('交易服务费', 'Fees of the exchange'),
        trail: bookTrail(),
        lead: text('按月、按供方，适用的费率及其规则包。', 'By month and vendor, with the rate and its rule pack.'),
        ...(fees.lines.length > 0 && {
          actions: <Files of={`/ledger/fees/file?year=${fees.year}`} formats={['xlsx', 'csv', 'pdf']} />,
        }),
        body: <FeePage of={fees} />,
      }
    },
  }),
]
