import type { Rx } from '../../kernel/command.ts'
import { text } from '../../kernel/text.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Card, Count, Empty, Moment, Notice, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { type Health, readHealth } from './condition.ts'
import { ageOf } from './parts.tsx'
import { readWorkList, type Task } from './worklist.ts'

/** When the books were last inspected, and the way to inspect them now. */
export function Checked({ of }: { of: Health['books'] }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <span class="text-secondary">
      {of ? (
        <>
          {t(
            text(
              `账务不变式 ${of.invariantCount} 条，最近检查于 `,
              `${of.invariantCount} invariants of the books, last checked `,
            ),
          )}
          <Moment at={of.inspectedAt} />
        </>
      ) : (
        t(text('账务不变式尚未检查', 'The invariants of the books were not checked yet'))
      )}
      {can('ledger.read') && (
        <>
          {t(text('；', '; '))}
          <a href="/operator/books">{t(text('立即检查', 'check them now'))}</a>
        </>
      )}
    </span>
  )
}

function Condition({ of }: { of: Health }) {
  const t = useWords()
  const { warnings } = of
  const waiting = of.queues.reduce((sum, queue) => sum + queue.waiting, 0)
  const link = <a href="/operator/health">{t(text('系统状态', 'System health'))}</a>
  const checked = <Checked of={of.books} />
  if (warnings.length === 0)
    return (
      <p>
        <Badge tone="good">{t(text('系统正常', 'System well'))}</Badge>{' '}
        {t(
          text(
            `日志 ${of.log.publishedSize} 条已发布，${waiting} 个任务排队。`,
            `${of.log.publishedSize} log entries published, ${waiting} jobs queued. `,
          ),
        )}
        {link}
        <br />
        {checked}
      </p>
    )
  return (
    <Notice tone={warnings.some(each => each.tone === 'bad') ? 'bad' : 'warn'}>
      {warnings.map(each => t(each.words)).join(t(text('；', '; ')))}
      {t(text('。', '. '))}
      {link}
      <br />
      {checked}
    </Notice>
  )
}

function Waiting({ tasks, now }: { tasks: readonly Task[]; now: Date }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <Table
      caption={t(text('等得最久的排在最前', 'What has waited longest comes first'))}
      head={[
        t(text('事项', 'What')),
        t(text('件数', 'Count')),
        t(text('已等待', 'Waits for')),
        t(text('最早', 'Since')),
        t(text('期限', 'Deadline')),
        t(text('办理', 'Done by')),
      ]}
      nums={[1]}
      rows={tasks.map(task => [
        <a href={task.page}>{t(task.words)}</a>,
        <Count of={task.count} />,
        task.oldestAt ? t(ageOf(task.oldestAt, now)) : '—',
        <Moment at={task.oldestAt} />,
        task.overdue > 0 ? (
          <Badge tone="bad">{t(text(`${task.overdue} 件逾期`, `${task.overdue} overdue`))}</Badge>
        ) : (
          t(text('未逾期', 'In time'))
        ),
        can(task.permission) ? (
          <Badge tone="info">{t(text('您可办理', 'You can'))}</Badge>
        ) : (
          t(text('由同事办理', 'A colleague'))
        ),
      ])}
    />
  )
}

function Desk({ tasks, health, now }: { tasks: readonly Task[]; health: Health; now: Date }) {
  const t = useWords()
  const open = tasks.filter(task => task.count > 0)
  const idle = tasks.filter(task => task.count === 0)
  return (
    <>
      <Condition of={health} />
      <Card title={t(text('待办', 'To be done'))}>
        {open.length > 0 ? (
          <Waiting tasks={open} now={now} />
        ) : (
          <Empty title={t(text('没有待办事项', 'Nothing waits'))} icon="circle-check">
            {t(
              text(
                '机构注册、挂牌、登记、来款和付款一有新的，会按等待时间排在这里。',
                'New organisations, listings, registrations, payments and payouts will be listed here by how long they wait.',
              ),
            )}
          </Empty>
        )}
      </Card>
      {idle.length > 0 && (
        <p class="text-secondary">
          {t(text('暂无：', 'Nothing waits for: '))}
          {idle.map((task, i) => (
            <>
              {i > 0 && t(text('、', ', '))}
              <a href={task.page}>{t(task.words)}</a>
            </>
          ))}
        </p>
      )}
    </>
  )
}

export const homeRoutes = [
  page({
    at: 'GET /operator',
    operation: 'showOperatorDesk',
    permission: 'operator.work-list',
    summary: text('运营工作台', 'Operator desk'),
    run: async (rx: Rx, _input, reader) => {
      const tasks = await readWorkList(rx)
      const next = tasks.find(task => task.count > 0 && reader.can(task.permission))
      return {
        title: text('运营工作台', 'Operator desk'),
        lead: text('今天要办什么，先办哪一件。', 'What must be done today, and what first.'),
        ...(next && { actions: <First of={next} /> }),
        body: <Desk tasks={tasks} health={await readHealth(rx)} now={rx.now} />,
      }
    },
  }),
]

function First({ of }: { of: Task }) {
  const t = useWords()
  return (
    <a class="btn btn-primary" href={of.page}>
      {t(text(`先办：${of.words.zh}`, `First: ${of.words.en}`))}
    </a>
  )
}
