import { type Route, raw } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type PublicStatistics, readPublicStatistics } from '../../modules/registration/index.ts'
import { Chart } from '../../web/chart.tsx'
import { useReader, useWords } from '../../web/context.ts'
import { Card, Count, Money, Stat } from '../../web/parts.tsx'
import { page } from '../page.tsx'

const dimensions = [
  ['byMonth', text('按月', 'By month')],
  ['byCity', text('按市', 'By city')],
  ['byIndustry', text('按行业', 'By industry')],
] as const

type Line = PublicStatistics['total']

const yuanOf = ({ amountFen }: Line) => (amountFen === null ? null : Number(amountFen) / 100)

const withheld = text('少于三笔，不公布', 'fewer than three, not published')

function Pair({ title, lines, kind }: { title: Text; lines: readonly Line[]; kind: 'bar' | 'rows' }) {
  const t = useWords()
  const { language } = useReader()
  const common = { categories: lines.map(line => t(line.name)), kind, language, isHalf: true }
  return (
    <Card title={t(title)}>
      <div class="columns">
        <Chart
          {...common}
          title={t(text('备案交易', 'Filed trades'))}
          unit={t(text('笔', 'trades'))}
          series={[
            { name: t(text('备案', 'Filed')), values: lines.map(line => line.trades) },
            { name: t(text('已核查', 'Checked')), values: lines.map(line => line.checked) },
          ]}
        />
        <Chart
          {...common}
          title={t(text('合同金额', 'Amount of the contracts'))}
          unit={t(text('元', 'yuan'))}
          series={[{ name: t(text('金额', 'Amount')), values: lines.map(yuanOf) }]}
          missing={t(withheld)}
        />
      </div>
    </Card>
  )
}

function Statistics({ of }: { of: PublicStatistics }) {
  const t = useWords()
  return (
    <>
      <div class="stats">
        <Stat label={t(text('备案交易', 'Filed trades'))}>
          <Count of={of.total.trades} />
        </Stat>
        <Stat label={t(text('已核查', 'Checked by the authority'))}>
          <Count of={of.total.checked} />
        </Stat>
        <Stat label={t(text('合同金额', 'Amount of the contracts'))}>
          {of.total.amountFen === null ? t(withheld) : <Money fen={of.total.amountFen} />}
        </Stat>
      </div>
      {dimensions.map(([key, title]) => (
        <Pair key={key} title={title} lines={of[key]} kind={key === 'byMonth' ? 'bar' : 'rows'} />
      ))}
      <p class="text-secondary">
        {t(
          text(
            '口径：按备案回执日期统计的场内交易；同一项下少于三笔的金额不公布，以免泄露单笔价格。',
            'How it is counted: trades of the exchange by the day of their filing receipt; amounts behind which fewer than three trades stand are not published, as they would tell a single price.',
          ),
        )}
      </p>
    </>
  )
}

const cell = (value: string) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)

/** The figures as CSV with a byte order mark, which spreadsheets need to read Chinese. */
function csvOf(of: PublicStatistics): string {
  const head = ['dimension', 'key', 'name_zh', 'name_en', 'trades', 'checked', 'amount_yuan']
  const lines = dimensions.flatMap(([key]) =>
    of[key].map(line => [
      key,
      line.key,
      line.name.zh,
      line.name.en,
      String(line.trades),
      String(line.checked),
      line.amountFen === null ? '' : `${line.amountFen / 100n}.${String(line.amountFen % 100n).padStart(2, '0')}`,
    ]),
  )
  return `\uFEFF${[head, ...lines].map(row => row.map(cell).join(',')).join('\r\n')}\r\n`
}

export const routes: Route[] = [
  page({
    at: 'GET /statistics',
    operation: 'showStatistics',
    permission: 'statistics.read',
    summary: text('统计', 'Statistics'),
    run: async rx => {
      const found = await readPublicStatistics(rx)
      return {
        title: text('交易统计', 'Statistics of trades'),
        lead: text(`${found.from} 至 ${found.to}`, `${found.from} to ${found.to}`),
        actions: <Download />,
        body: <Statistics of={found} />,
      }
    },
  }),
  raw({
    at: 'GET /statistics.csv',
    operation: 'downloadStatistics',
    permission: 'statistics.read',
    tag: 'pages',
    summary: text('统计数据（CSV）', 'The statistics as CSV'),
    isRoot: true,
    isHidden: true,
    handle: async (_request, reply, { engine, actor }) => {
      const found = await engine.read(actor, readPublicStatistics)
      return reply
        .header('content-disposition', 'attachment; filename="jinshu-statistics.csv"')
        .header('cache-control', 'no-cache')
        .type('text/csv; charset=utf-8')
        .send(csvOf(found))
    },
  }),
]

function Download() {
  const t = useWords()
  return (
    <a class="btn" href="/statistics.csv">
      {t(text('下载数据（CSV）', 'Download the figures (CSV)'))}
    </a>
  )
}
