import { Type } from 'typebox'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  type BulkCheck,
  countQueue,
  type FilingState,
  filingMachine,
  listQueue,
  type Queued,
  type QueueQuery,
  readBulkCheck,
} from '../../modules/registration/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Form, Submit } from '../../web/form.tsx'
import { Icon } from '../../web/icon.tsx'
import { Empty, Moment, Money, Name, Notice, Pager, Tabs } from '../../web/parts.tsx'
import { tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { Filters } from './filters.tsx'
import { Clocked, FilingBadge, Flags, Keys, Parties } from './parts.tsx'
import { addressOf, isNarrowed, queryOf, type View, viewOf, viewQuery } from './view.ts'

const path = '/regulator/filings'
type Counts = Awaited<ReturnType<typeof countQueue>>

const tabs: readonly (FilingState | 'all')[] = [
  'filed',
  'correction_ordered',
  'filed_checked',
  'referred',
  'closed',
  'draft',
  'all',
]

function States({ view, counts }: { view: View; counts: Counts }) {
  const t = useWords()
  const all = counts.reduce((sum, each) => sum + each.count, 0)
  const here = view.state ?? 'filed'
  const words = (state: FilingState | 'all') =>
    state === 'all' ? text('全部', 'All') : state === 'filed' ? text('待核查', 'To check') : filingMachine.states[state]
  return (
    <Tabs
      of={tabs.map(state => ({
        href: addressOf(path, view, { state: state === 'filed' ? undefined : state }),
        words: t(words(state)),
        count: state === 'all' ? all : (counts.find(each => each.state === state)?.count ?? 0),
        isHere: here === state,
      }))}
    />
  )
}

/** A button for each kind of file; the filters go along as the API names them. */
export function Exports({ query }: { query: QueueQuery }) {
  const t = useWords()
  const { language } = useReader()
  return (
    <Form to="POST /filing-exports" then="/api/v1/filing-exports/{id}/file" class="row-gap">
      {Object.entries(query).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={String(value)} />
      ))}
      <input type="hidden" name="language" value={language} />
      <Submit tone="plain" name="format" value="xlsx">
        <Icon name="file-spreadsheet" />
        {t(text('导出 XLSX', 'Export XLSX'))}
      </Submit>
      <Submit tone="plain" name="format" value="csv">
        <Icon name="file-type-csv" />
        {t(text('导出 CSV', 'Export CSV'))}
      </Submit>
    </Form>
  )
}

function Row({ of, view, isSelectable }: { of: Queued; view: View; isSelectable: boolean }) {
  const t = useWords()
  const { row, clock, findings } = of
  const label = (zh: string, en: string) => ({ 'data-label': t(text(zh, en)) })
  return (
    <tr data-row>
      {isSelectable && (
        <td class="queue-pick">
          <input
            class="form-check-input"
            type="checkbox"
            name="ids"
            value={row.id}
            aria-label={t(text(`选择 ${row.number}`, `Select ${row.number}`))}
            disabled={row.state !== 'filed'}
          />
        </td>
      )}
      <td class="queue-main">
        <a href={addressOf(`${path}/${row.id}`, view)} data-open>
          <Name zh={row.facts.productName} of={row.contractId} />
        </a>
        <small class="text-secondary">
          {row.number ?? t(text('尚未编号', 'not numbered yet'))}
          {row.version > 1 && t(text(` · 第 ${row.version} 版`, ` · version ${row.version}`))}
        </small>
      </td>
      <td {...label('期限', 'Deadline')}>
        <Clocked of={clock} />
      </td>
      <td {...label('当事方', 'Parties')}>
        <Parties
          vendor={<Name zh={row.facts.vendor.name} of={row.vendorId} />}
          buyer={<Name zh={row.facts.buyer.name} of={row.buyerId} />}
        />
      </td>
      <td class="num" {...label('金额', 'Amount')}>
        <Money fen={row.amountFen} />
      </td>
      <td {...label('疑点', 'Findings')}>
        <Flags of={findings} />
      </td>
      <td class="nowrap" {...label('收到', 'Received')}>
        <Moment at={row.filedAt} isDay />
      </td>
      {view.state === 'all' && (
        <td {...label('状态', 'State')}>
          <FilingBadge state={row.state} />
        </td>
      )}
    </tr>
  )
}

/** The rows: a table where there is room, cards where there is not. */
export function Rows({ items, view, isSelectable }: { items: readonly Queued[]; view: View; isSelectable: boolean }) {
  const t = useWords()
  const heads = [
    text('备案', 'Filing'),
    text('期限', 'Deadline'),
    text('当事方', 'Parties'),
    text('金额', 'Amount'),
    text('疑点', 'Findings'),
    text('收到', 'Received'),
    ...(view.state === 'all' ? [text('状态', 'State')] : []),
  ]
  return (
    <table class="table queue" data-queue>
      <caption class="visually-hidden">{t(text('备案队列', 'Queue of filings'))}</caption>
      <thead>
        <tr>
          {isSelectable && (
            <th scope="col">
              <span class="visually-hidden">{t(text('选择', 'Select'))}</span>
              <input
                class="form-check-input"
                type="checkbox"
                data-pick-all
                aria-label={t(text('选择本页全部', 'Select all on this page'))}
                hidden
              />
            </th>
          )}
          {heads.map((words, i) => (
            <th key={words.en} scope="col" class={i === 3 ? 'num' : undefined}>
              {t(words)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map(item => (
          <Row key={item.row.id} of={item} view={view} isSelectable={isSelectable} />
        ))}
      </tbody>
    </table>
  )
}

function Bulk() {
  const t = useWords()
  return (
    <div class="bulk">
      <Confirm
        label={text('批量核查通过所选', 'Pass all selected')}
        tone="plain"
        consequence={text(
          '所选备案逐份判断：可以通过的记为“已备案，已核查”，并写入公开日志；不能通过的保持原状，随后列出原因。',
          'Each selected filing is judged by itself: those that can be are recorded as checked, in the public log; the others stay as they are, and the reasons are listed.',
        )}
      >
        <p class="mb-2" data-picked aria-live="polite" data-words={t(text('已选 {n} 份', '{n} selected'))} />
        <label class="form-label" for="bulk-note">
          {t(text('核查意见（可不填，写入每份备案）', 'Opinion (optional, kept with each filing)'))}
        </label>
        <textarea class="form-control mb-2" id="bulk-note" name="note" rows={2} maxLength={2000} />
        <Submit tone="good">{t(text('确认通过所选', 'Pass the selected filings'))}</Submit>
      </Confirm>
    </div>
  )
}

function BulkResult({ of, view }: { of: BulkCheck; view: View }) {
  const t = useWords()
  const passed = of.results.filter(each => each.isPassed).length
  const refused = of.results.filter(each => !each.isPassed)
  return (
    <Notice
      tone={refused.length > 0 ? 'warn' : 'good'}
      title={t(
        text(
          `批量核查：通过 ${passed} 份，未通过 ${refused.length} 份`,
          `Bulk check: ${passed} passed, ${refused.length} not`,
        ),
      )}
    >
      {refused.length > 0 && (
        <ul class="mb-0">
          {refused.map(each => (
            <li key={each.filingId}>
              <a href={addressOf(`${path}/${each.filingId}`, view)}>{each.number ?? each.filingId}</a>
              {t(text('：', ': '))}
              {each.reason && t(each.reason)}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  )
}

function Nothing({ view }: { view: View }) {
  const t = useWords()
  if (isNarrowed(view))
    return (
      <Empty title={t(text('没有符合条件的备案', 'No filing meets these filters'))} icon="filter-off">
        <a href={addressOf(path, { ...(view.state && { state: view.state }) })}>
          {t(text('清除筛选条件', 'Clear the filters'))}
        </a>
      </Empty>
    )
  return (
    <Empty title={t(text('这里没有备案', 'There is no filing here'))} icon="checklist">
      {(view.state ?? 'filed') === 'filed'
        ? t(
            text(
              '没有等待核查的备案。新备案收到后会出现在这里。',
              'Nothing waits for a check. New filings appear here as they are received.',
            ),
          )
        : t(text('换一个状态看看。', 'Look at another state.'))}
    </Empty>
  )
}

interface Shown {
  readonly view: View
  readonly items: readonly Queued[]
  readonly next: string | null
  readonly counts: Counts
  readonly bulk: BulkCheck | undefined
}

function Queue({ view, items, next, counts, bulk }: Shown) {
  const reader = useReader()
  const isSelectable =
    reader.can('filing.pass') && view.scope !== 'along' && items.some(({ row }) => row.state === 'filed')
  const back = addressOf(path, view)
  const rows = <Rows items={items} view={view} isSelectable={isSelectable} />
  return (
    <div data-desk="queue">
      {bulk && <BulkResult of={bulk} view={view} />}
      <States view={view} counts={counts} />
      <Filters view={view} />
      <Keys />
      {items.length === 0 ? (
        <Nothing view={view} />
      ) : isSelectable ? (
        <Form to="POST /filings/pass" then={`${back}${back.includes('?') ? '&' : '?'}bulk={id}`}>
          <input type="hidden" name="ids" value="" />
          {rows}
          <Bulk />
        </Form>
      ) : (
        rows
      )}
      <Pager next={next} />
    </div>
  )
}

export const queuePage = page({
  at: `GET ${path}`,
  operation: 'showFilingQueue',
  permission: 'filing.supervise',
  summary: text('备案核查队列', 'The queue of filings'),
  query: {
    ...viewQuery,
    after: Type.Optional(Type.String({ maxLength: 300 })),
    bulk: Type.Optional(Id),
  },
  run: async (rx, { query }) => {
    const view = viewOf(query)
    const asked = queryOf(view)
    const { items, next } = await listQueue(rx, { ...asked, limit: 25, ...(query.after && { after: query.after }) })
    const shown: Shown = {
      view,
      items,
      next,
      counts: await countQueue(rx, asked),
      bulk: query.bulk ? await readBulkCheck(rx, query.bulk) : undefined,
    }
    return {
      title: text('备案核查', 'Filings to check'),
      names: await tradeNames(
        rx,
        items.map(({ row }) => row.contractId),
      ),
      trail: [['/regulator', text('监管工作台', 'Regulator desk')]],
      lead: text(
        '按管辖收到的交易备案：逐份核查，或勾选后批量通过。',
        'Filed trades of the jurisdiction: check them one by one, or pass several at once.',
      ),
      actions: <Exports query={asked} />,
      body: <Queue {...shown} />,
      scripts: ['queue.js'],
    }
  },
})
