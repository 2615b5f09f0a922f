import { Type } from 'typebox'
import { startOfDay } from '../../kernel/calendar.ts'
import { division } from '../../kernel/division.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type Line, readStatistics, type Statistics } from '../../modules/registration/index.ts'
import { Chart } from '../../web/chart.tsx'
import { useReader, useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { Card, Count, Money, Stat, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'

const path = '/regulator/statistics'

function day(value: string | undefined): string | undefined {
  try {
    return value && startOfDay(value) ? value : undefined
  } catch {
    return undefined
  }
}

function Lines({ of, total, head, caption }: { of: readonly Line[]; total: Line; head: Text; caption: Text }) {
  const t = useWords()
  const cells = (line: Line, name: string) => [
    name,
    <Count key="t" of={line.trades} />,
    <Money key="a" fen={line.amountFen} />,
    <Count key="c" of={line.checked} />,
    <Count key="o" of={line.corrections} />,
    <Count key="l" of={line.late} />,
    <Count key="p" of={line.personal} />,
  ]
  return (
    <Table
      caption={t(caption)}
      nums={[1, 2, 3, 4, 5, 6]}
      head={[
        t(head),
        t(text('备案（份）', 'Filings')),
        t(text('金额', 'Amount')),
        t(text('已核查', 'Checked')),
        t(text('责令补正', 'Corrections')),
        t(text('逾期', 'Late')),
        t(text('涉个人信息', 'Personal information')),
      ]}
      rows={[...of.map(line => cells(line, t(line.name))), cells(total, t(total.name))]}
    />
  )
}

function Part({
  of,
  total,
  head,
  title,
  kind,
}: {
  of: readonly Line[]
  total: Line
  head: Text
  title: Text
  kind: 'bar' | 'rows'
}) {
  const t = useWords()
  const { language } = useReader()
  const categories = of.map(line => t(line.name))
  return (
    <Card title={t(title)}>
      <div class="columns">
        <Chart
          title={t(text('备案数', 'Filings'))}
          unit={t(text('份', 'filings'))}
          kind={kind}
          isHalf
          language={language}
          categories={categories}
          series={[{ name: t(text('备案', 'Filings')), values: of.map(line => line.trades) }]}
        />
        <Chart
          title={t(text('备案金额', 'Amount filed'))}
          unit={t(text('元', 'CNY'))}
          kind={kind}
          isHalf
          language={language}
          categories={categories}
          series={[{ name: t(text('金额', 'Amount')), values: of.map(line => Number(line.amountFen) / 100) }]}
        />
      </div>
      <Lines of={of} total={total} head={head} caption={title} />
    </Card>
  )
}

function Period({ of }: { of: Statistics }) {
  const t = useWords()
  return (
    <form method="get" action={path} class="filters-line mb-3">
      <label for="statistics-from">{t(text('收到日期', 'Received'))}</label>
      <input class="form-control" type="date" id="statistics-from" name="from" value={of.from} />
      <label for="statistics-to">{t(text('至', 'to'))}</label>
      <input class="form-control" type="date" id="statistics-to" name="to" value={of.to} />
      <button type="submit" class="btn">
        {t(text('统计', 'Show'))}
      </button>
    </form>
  )
}

function All({ of }: { of: Statistics }) {
  const t = useWords()
  const { total } = of
  return (
    <>
      <Period of={of} />
      <div class="stats">
        <Stat label={t(text('收到的备案', 'Filings received'))}>
          <Count of={total.trades} />
        </Stat>
        <Stat label={t(text('备案金额', 'Amount filed'))}>
          <Money fen={total.amountFen} />
        </Stat>
        <Stat label={t(text('已核查', 'Checked'))}>
          <Count of={total.checked} />
        </Stat>
        <Stat label={t(text('责令补正', 'Corrections ordered'))}>
          <Count of={total.corrections} />
        </Stat>
      </div>
      <Part of={of.byMonth} total={total} head={text('月份', 'Month')} title={text('按月份', 'By month')} kind="bar" />
      <Part of={of.byCity} total={total} head={text('市', 'City')} title={text('按市', 'By city')} kind="rows" />
      <Part
        of={of.byIndustry}
        total={total}
        head={text('行业', 'Industry')}
        title={text('按行业', 'By industry')}
        kind="rows"
      />
      <p class="text-secondary">
        {t(
          text(
            '按备案收到日期统计本辖区的备案，金额为合同备案金额。',
            'Filings of the jurisdiction by the day they were received; amounts as filed.',
          ),
        )}
      </p>
    </>
  )
}

export const statisticsPage = page({
  at: `GET ${path}`,
  operation: 'showFilingStatistics',
  permission: 'filing.supervise',
  summary: text('辖区统计', 'Statistics of the jurisdiction'),
  query: { from: Type.Optional(Type.String({ maxLength: 10 })), to: Type.Optional(Type.String({ maxLength: 10 })) },
  run: async (rx, { query }) => {
    const [from, to] = [day(query.from), day(query.to)]
    const of = await readStatistics(rx, { ...(from && { from }), ...(to && { to }) })
    const place = division(rx.actor.division ?? '')
    return {
      title: text('辖区统计', 'Statistics of the jurisdiction'),
      trail: [['/regulator', text('监管工作台', 'Regulator desk')]],
      lead: text(`辖区：${place?.name ?? '—'}`, `Jurisdiction: ${place?.nameEn ?? place?.name ?? '—'}`),
      actions: <Download of={of} />,
      body: <All of={of} />,
    }
  },
})

function Download({ of }: { of: Statistics }) {
  const t = useWords()
  return (
    <a class="btn" href={`/api/v1/filing-statistics.csv?from=${of.from}&to=${of.to}`}>
      <Icon name="file-type-csv" />
      {t(text('下载 CSV', 'Download CSV'))}
    </a>
  )
}
