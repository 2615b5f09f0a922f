import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { encodeCursor } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { personNames } from '../../modules/identity/index.ts'
import {
  type ClosingCheck,
  closingChecks,
  listPeriods,
  nextMonth,
  type Period,
  type PeriodState,
  periodMachine,
  periodOf,
} from '../../modules/ledger/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import {
  Badge,
  Card,
  Copyable,
  Empty,
  Facts,
  Moment,
  Notice,
  Pager,
  State,
  Table,
  type Tone,
} from '../../web/parts.tsx'
import { Another, Door, ReasonForm } from '../operator/parts.tsx'
import { page } from '../page.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { BookTabs, bookTrail, daysOf, monthPattern, monthWords } from './parts.tsx'

const tones: Partial<Record<PeriodState, Tone>> = { closed: 'good', closing: 'warn', reopening: 'warn', open: 'info' }

function Checks({ of }: { of: readonly ClosingCheck[] }) {
  const t = useWords()
  return (
    <Table
      head={[t(text('结账检查', 'What must hold')), t(text('结果', 'Result'))]}
      rows={of.map(({ name, isMet, count }) => [
        t(name),
        isMet ? (
          <Badge tone="good">{t(text('满足', 'Holds'))}</Badge>
        ) : (
          <Badge tone="bad">{t(text(`不满足（${count}）`, `Not met (${count})`))}</Badge>
        ),
      ])}
    />
  )
}

interface Turn {
  readonly month: string
  readonly checks: readonly ClosingCheck[]
  /** what was proposed for it, if it was */
  readonly row: Period | undefined
}

/** The month whose turn it is: what must hold, and the way to close it. */
function Next({ of: { month, checks, row } }: { of: Turn }) {
  const t = useWords()
  const { can } = useReader()
  const isReady = checks.every(each => each.isMet)
  const propose = `POST /ledger/periods/${month}/propose`
  return (
    <Card title={t(text(`应结账月份：${monthWords(month).zh}`, `To be closed next: ${month}`))}>
      <Checks of={checks} />
      {row?.state === 'closing' ? (
        <p class="mt-3 mb-0">
          <a class="btn btn-primary" href={`/operator/books/periods/${month}`}>
            {t(text('去复核结账', 'Close it as the second person'))}
          </a>
        </p>
      ) : !isReady ? (
        <p class="mt-3 mb-0">
          {t(
            text(
              '全部检查满足后可提请结账：违反的不变式见试算平衡页，待认领的来款见对账单。',
              'It can be proposed once all hold: see the trial balance for invariants, the bank statements for payments to match.',
            ),
          )}{' '}
          <a href="/operator/statements?tab=unmatched">{t(text('待认领来款', 'Payments to match'))}</a>
        </p>
      ) : can('period.propose') ? (
        <div class="mt-3">
          <Door
            to={propose}
            label={text('提请结账', 'Propose to close it')}
            consequence={text(
              '由另一人复核后结账。结账后该月不能再记账，更正一律以冲正记入当前期间。',
              'Another person closes it. Nothing can then be booked in that month; corrections are reversals in the open one.',
            )}
            tone="primary"
          >
            <Form to={propose} then={`/operator/books/periods/${month}`}>
              <Submit>{t(text('确认提请', 'Propose'))}</Submit>
            </Form>
          </Door>
        </div>
      ) : (
        <p class="mt-3 mb-0">{t(text('由财务人员提请结账。', 'A finance person proposes it.'))}</p>
      )}
    </Card>
  )
}

function Periods({ of, turn, next }: { of: readonly Period[]; turn: Turn; next: string | null }) {
  const t = useWords()
  return (
    <>
      <BookTabs at="/operator/books/periods" />
      <Next of={turn} />
      <h2>{t(text('会计期间', 'Months'))}</h2>
      {of.length === 0 ? (
        <Empty title={t(text('还没有结过账', 'No month was closed yet'))} icon="book">
          {t(
            text('从上面的月份开始，逐月结账。', 'Begin with the month above; months are closed one after the other.'),
          )}
        </Empty>
      ) : (
        <Table
          head={[
            t(text('月份', 'Month')),
            t(text('状态', 'State')),
            t(text('结账时间', 'Closed')),
            t(text('结账数据摘要', 'Digest')),
          ]}
          rows={of.map(row => [
            <a href={`/operator/books/periods/${row.month}`}>{t(monthWords(row.month))}</a>,
            <State machine={periodMachine} state={row.state} tones={tones} />,
            <Moment at={row.closedAt} />,
            row.reportSha256 ? <code>{row.reportSha256.slice(0, 16)}…</code> : '—',
          ])}
        />
      )}
      <Pager next={next} />
    </>
  )
}

interface Shown {
  readonly row: Period
  readonly checks: readonly ClosingCheck[]
  readonly names: ReadonlyMap<string, string>
  readonly isLast: boolean
  readonly timeline: TimelineFacts
}

function Closing({ of: { row, checks } }: { of: Shown }) {
  const t = useWords()
  const { viewer, can } = useReader()
  const path = `/ledger/periods/${row.month}`
  const isOwn = row.proposedBy === viewer?.personId
  return (
    <Card title={t(text('复核结账', 'Close the month'))}>
      <Checks of={checks} />
      <div class="row-gap mt-3">
        {isOwn ? (
          <Another>
            {t(text('您提请了结账，须由另一人复核。', 'You proposed it; another person closes the month.'))}
          </Another>
        ) : (
          can('period.close') &&
          checks.every(each => each.isMet) && (
            <Door
              to={`POST ${path}/close`}
              label={text('复核并结账', 'Close the month')}
              consequence={text(
                '结账后不能再有分录在该月及以前生效；重新打开须两人办理并说明理由。',
                'Nothing can take effect in this month or before it any more; opening it again takes two people and a reason.',
              )}
              tone="primary"
            >
              <Form to={`POST ${path}/close`}>
                <Submit>{t(text('确认结账', 'Close it'))}</Submit>
              </Form>
            </Door>
          )
        )}
        {can('period.withdraw') && (
          <Form to={`POST ${path}/withdraw`}>
            <Submit tone="plain">{t(text('撤回提请', 'Take the proposal back'))}</Submit>
          </Form>
        )}
      </div>
    </Card>
  )
}

function Reopening({ of: { row, isLast } }: { of: Shown }) {
  const t = useWords()
  const { viewer, can } = useReader()
  const path = `/ledger/periods/${row.month}`
  if (row.state === 'closed')
    return isLast && can('period.propose-reopening') ? (
      <Door
        to={`POST ${path}/propose-reopening`}
        label={text('提请反结账', 'Ask to open it again')}
        consequence={text(
          '通常不需要：更正应以冲正记入当前期间。反结账须另一人复核，经过写入公开日志。',
          'Rarely needed: corrections are reversals in the open month. Another person decides, and the log keeps it.',
        )}
        tone="plain"
      >
        <ReasonForm
          to={`POST ${path}/propose-reopening`}
          label={text('反结账的理由', 'Why it must be opened')}
          button={text('提请反结账', 'Ask to open it')}
          tone="plain"
        />
      </Door>
    ) : null
  return (
    <Card title={t(text('复核反结账', 'Open the month again'))}>
      <p>
        {t(text('理由：', 'Reason: '))}
        {row.reason}
      </p>
      <div class="row-gap">
        {row.reopeningBy === viewer?.personId ? (
          <Another>{t(text('您提请了反结账，须由另一人复核。', 'You asked for it; another person decides.'))}</Another>
        ) : (
          can('period.reopen') && (
            <Door
              to={`POST ${path}/reopen`}
              label={text('同意反结账', 'Open it again')}
              consequence={text(
                '该月恢复可记账，结账报表作废；再次结账会生成新的报表。',
                'The month can be booked in again and its report no longer holds; closing it anew makes another.',
              )}
            >
              <Form to={`POST ${path}/reopen`}>
                <Submit tone="danger">{t(text('确认反结账', 'Open it'))}</Submit>
              </Form>
            </Door>
          )
        )}
        {can('period.keep') && (
          <Form to={`POST ${path}/keep`}>
            <Submit tone="plain">{t(text('维持结账', 'Keep it closed'))}</Submit>
          </Form>
        )}
      </div>
    </Card>
  )
}

function Month({ of }: { of: Shown }) {
  const t = useWords()
  const { row, names } = of
  const who = (id: string | null) => (id ? (names.get(id) ?? '—') : '—')
  const isClosed = row.state === 'closed' || row.state === 'reopening'
  return (
    <>
      {row.state === 'open' && (
        <Notice tone="info">
          {t(text('该月没有结账，可在“结账”页提请。', 'The month is open; it is proposed on the page of closings.'))}{' '}
          <a href="/operator/books/periods">{t(text('去结账', 'To the closings'))}</a>
        </Notice>
      )}
      {row.state === 'closing' && <Closing of={of} />}
      {row.state === 'reopening' && <Reopening of={of} />}
      <Card title={t(text('结账情况', 'The closing'))}>
        <Facts
          of={[
            [t(text('状态', 'State')), <State key="state" machine={periodMachine} state={row.state} tones={tones} />],
            [t(text('提请人', 'Proposed by')), <span lang="zh-CN">{who(row.proposedBy)}</span>],
            isClosed && [t(text('复核人', 'Closed by')), <span lang="zh-CN">{who(row.closedBy)}</span>],
            isClosed && [t(text('结账时间', 'Closed at')), <Moment key="at" at={row.closedAt} />],
            row.reportSha256 !== null && [
              t(text('结账数据摘要', 'Digest of what was closed')),
              <Copyable key="digest">{row.reportSha256}</Copyable>,
            ],
          ]}
        />
        {isClosed && row.pdfSha256 === null && (
          <p class="form-hint mb-0">{t(text('加盖电子印章的 PDF 正在生成。', 'The sealed PDF is being made.'))}</p>
        )}
      </Card>
      {row.state === 'closed' && <Reopening of={of} />}
      <Card title={t(text('经过', 'What happened'))}>
        <Timeline of={of.timeline} />
      </Card>
    </>
  )
}

function Files({ of: row }: { of: Period }) {
  const t = useWords()
  if (row.report === null || row.state === 'open') return null
  const [, last] = daysOf(row.month)
  const base = `/api/v1/ledger/periods/${row.month}`
  return (
    <>
      {row.pdfSha256 !== null && (
        <a class="btn btn-primary" href={`${base}/document`}>
          {t(text('下载结账报表（PDF）', 'Closing report (PDF)'))}
        </a>
      )}
      <a class="btn" href={`${base}/report`}>
        {t(text('结账数据（JSON）', 'Data (JSON)'))}
      </a>
      <a class="btn" href={`/operator/books?at=${last}T23:59`}>
        {t(text('当时的试算平衡', 'Trial balance then'))}
      </a>
    </>
  )
}

async function turnOf(rx: Rx): Promise<Turn> {
  const month = await nextMonth(rx)
  const [row] = (await listPeriods(rx, { limit: 1 })).filter(each => each.month === month)
  return { month, checks: await closingChecks(rx, month), row }
}

const pageSize = 20

export const periodRoutes = [
  page({
    at: 'GET /operator/books/periods',
    operation: 'showPeriods',
    permission: 'ledger.read',
    summary: text('结账', 'Closing'),
    query: { after: Type.Optional(Type.String({ maxLength: 300 })) },
    run: async (rx, { query }) => {
      const rows = await listPeriods(rx, { ...query, limit: pageSize })
      const shown = rows.slice(0, pageSize)
      const next = rows.length > pageSize ? encodeCursor([shown.at(-1)!.month]) : null
      return {
        title: text('结账', 'Closing the months'),
        trail: bookTrail(),
        lead: text(
          '逐月结账，两人办理；结账后该月不再变动，报表摘要写入公开日志。',
          'Months are closed by two people, one after the other; nothing changes in them then, and the log keeps the digest.',
        ),
        body: <Periods of={shown} turn={await turnOf(rx)} next={next} />,
      }
    },
  }),
  page({
    at: 'GET /operator/books/periods/:month',
    operation: 'showPeriod',
    permission: 'ledger.read',
    summary: text('一个会计期间', 'A month of the books'),
    params: { month: Type.String({ pattern: monthPattern }) },
    run: async (rx, { params: { month } }) => {
      const row = await periodOf(rx, month)
      const people = [row.proposedBy, row.closedBy].filter(each => each !== null)
      const [last] = (await listPeriods(rx, { limit: 100 })).filter(each =>
        ['closed', 'reopening'].includes(each.state),
      )
      const shown = {
        row,
        checks: row.state === 'closing' ? await closingChecks(rx, month) : [],
        names: await personNames(rx, people),
        isLast: last?.month === month,
        timeline: await readTimeline(rx, [['ledger-period', row.id]]),
      }
      return {
        title: text(`${monthWords(month).zh}结账`, `Closing of ${month}`),
        trail: bookTrail(['/operator/books/periods', text('结账', 'Closing')]),
        actions: <Files of={row} />,
        body: <Month of={shown} />,
      }
    },
  }),
]
