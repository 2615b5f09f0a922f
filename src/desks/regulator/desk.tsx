import { addDays, dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { division } from '../../kernel/division.ts'
import { text } from '../../kernel/text.ts'
import {
  countQueue,
  listQueue,
  type Queued,
  readStatistics,
  type Statistics,
} from '../../modules/registration/index.ts'
import { Chart } from '../../web/chart.tsx'
import { useReader, useWords } from '../../web/context.ts'
import { Count, Empty, Stat } from '../../web/parts.tsx'
import { tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { Rows } from './queue.tsx'
import { addressOf, type View } from './view.ts'

const queue = '/regulator/filings'
/** Calendar days for which a filing counts as new. */
const NEW_DAYS = 7

const count = async (rx: Rx, query: Parameters<typeof countQueue>[1]): Promise<number> =>
  (await countQueue(rx, query)).find(each => each.state === 'filed')?.count ?? 0

async function readDesk(rx: Rx) {
  const since = addDays(dayOf(rx.now), -NEW_DAYS)
  const { items } = await listQueue(rx, { state: 'filed', limit: 6 })
  return {
    since,
    fresh: await count(rx, { receivedFrom: since }),
    late: await count(rx, { isOverdue: true }),
    wrong: await count(rx, { hasFindings: true }),
    open: await count(rx, {}),
    corrections: (await countQueue(rx, {})).find(each => each.state === 'correction_ordered')?.count ?? 0,
    items,
    statistics: await readStatistics(rx, {}),
  }
}

function Charts({ of }: { of: Statistics }) {
  const t = useWords()
  const { language } = useReader()
  return (
    <div class="columns">
      <Chart
        title={t(text('近十二个月收到的备案', 'Filings received in the last twelve months'))}
        unit={t(text('份', 'filings'))}
        kind="bar"
        isHalf
        language={language}
        categories={of.byMonth.map(line => line.key)}
        series={[{ name: t(text('备案', 'Filings')), values: of.byMonth.map(line => line.trades) }]}
      />
      <Chart
        title={t(text('按行业', 'By industry'))}
        unit={t(text('份', 'filings'))}
        kind="rows"
        isHalf
        language={language}
        categories={of.byIndustry.map(line => t(line.name))}
        series={[{ name: t(text('备案', 'Filings')), values: of.byIndustry.map(line => line.trades) }]}
      />
    </div>
  )
}

function Desk({ of }: { of: Awaited<ReturnType<typeof readDesk>> }) {
  const t = useWords()
  const link = (changes: View) => addressOf(queue, {}, changes)
  const items: readonly Queued[] = of.items
  return (
    <div data-desk="queue">
      <div class="stats">
        <Stat
          label={t(text('近七日新收，待核查', 'New in the last seven days, to check'))}
          href={link({ from: of.since, sort: 'newest' })}
          note={t(text(`待核查共 ${of.open} 份`, `${of.open} to check in all`))}
        >
          <Count of={of.fresh} />
        </Stat>
        <Stat
          label={t(text('超过核查期限', 'Past the deadline of the check'))}
          href={link({ late: 'true' })}
          note={t(text('按工作日计算', 'in working days'))}
        >
          <Count of={of.late} />
        </Stat>
        <Stat
          label={t(text('有疑点，待核查', 'Something looks wrong, to check'))}
          href={link({ wrong: 'true' })}
          note={t(text(`另有 ${of.corrections} 份补正中`, `${of.corrections} more under correction`))}
        >
          <Count of={of.wrong} />
        </Stat>
      </div>
      <h2>{t(text('最先到期', 'Due first'))}</h2>
      {items.length === 0 ? (
        <Empty title={t(text('没有等待核查的备案', 'Nothing waits for a check'))} icon="checklist">
          {t(text('新备案收到后会出现在这里。', 'New filings appear here as they are received.'))}
        </Empty>
      ) : (
        <Rows items={items} view={{}} isSelectable={false} />
      )}
      <h2>{t(text('辖区概况', 'The jurisdiction at a glance'))}</h2>
      <Charts of={of.statistics} />
      <p>
        <a href="/regulator/statistics">{t(text('全部统计', 'All statistics'))}</a>
      </p>
    </div>
  )
}

export const deskPage = page({
  at: 'GET /regulator',
  operation: 'showRegulatorDesk',
  permission: 'filing.supervise',
  summary: text('监管工作台', 'The regulator’s desk'),
  run: async rx => {
    const of = await readDesk(rx)
    const place = division(rx.actor.division ?? '')
    return {
      title: text('监管工作台', 'Regulator desk'),
      lead: text(`辖区：${place?.name ?? '—'}`, `Jurisdiction: ${place?.nameEn ?? place?.name ?? '—'}`),
      names: await tradeNames(
        rx,
        of.items.map(({ row }) => row.contractId),
      ),
      actions: <OpenQueue />,
      body: <Desk of={of} />,
      scripts: ['queue.js'],
    }
  },
})

function OpenQueue() {
  const t = useWords()
  return (
    <a class="btn btn-primary" href={queue}>
      {t(text('开始核查', 'Begin checking'))}
    </a>
  )
}
