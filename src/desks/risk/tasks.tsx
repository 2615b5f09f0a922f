import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { countGateWork, type GateItem, type GateTask, gateTasks, listGateWork } from '../../modules/risk/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Count, Empty, Moment, Pager, Table, Tabs } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import type { WorkItem } from '../worklist.ts'

const tabs: Readonly<Record<GateTask, Text>> = {
  handle: text('风险待处理', 'Risks to handle'),
  renew: text('即将到期', 'Ending soon'),
  assess: text('待提交评估', 'To be assessed'),
  grade: text('待定级', 'To be graded'),
  ended: text('已失效', 'No longer valid'),
}

const leads: Readonly<Record<GateTask, Text>> = {
  handle: text('按要求处理后反馈，平台复审后放行。', 'Do what was asked and report; it is reviewed again.'),
  renew: text('到期前续评，审核期间继续有效。', 'Renew before the end: what is in force stays so during the review.'),
  assess: text('已定级，尚未提交风险评估。', 'Graded; the risk assessment is not submitted yet.'),
  grade: text(
    '已确认的数据，定级后才能评估和发布。',
    'Confirmed data: it is graded before it is assessed and published.',
  ),
  ended: text(
    '评估到期或规则变更，不能再挂牌、订约和交付；重新评估时沿用上次的回答。',
    'Expired, or the rules have changed: it cannot be listed, contracted or delivered. A new assessment begins with the last answers.',
  ),
}

interface View {
  readonly task: GateTask
  readonly counts: ReadonlyMap<GateTask, { readonly count: number }>
  readonly found: { readonly items: readonly GateItem[]; readonly next: string | null }
  readonly now: Date
}

function Tasks({ of: { task, counts, found, now } }: { of: View }) {
  const t = useWords()
  const hasDay = task === 'handle' || task === 'renew' || task === 'ended'
  return (
    <>
      <Tabs
        of={gateTasks.map(key => ({
          href: `/assessments?task=${key}`,
          words: `${t(tabs[key])} ${counts.get(key)?.count ?? 0}`,
          isHere: key === task,
        }))}
      />
      {found.items.length === 0 ? (
        <Empty title={t(text('这里没有要办理的', 'Nothing to do here'))} icon="shield-check">
          {t(
            text(
              '数据上传并确认后，需要定级、评估、处理或续评的会列在这里。',
              'Once data is uploaded and confirmed, what is to be graded, assessed, handled or renewed is listed here.',
            ),
          )}
          <p class="mt-2 mb-0">
            <a href="/vendor/upload">{t(text('上传数据', 'Upload data'))}</a>
          </p>
        </Empty>
      ) : (
        <>
          <p>{t(leads[task])}</p>
          <Table
            head={[
              t(text('数据版本', 'Data version')),
              t(text('行数', 'Rows')),
              ...(hasDay ? [t(task === 'handle' ? text('处理期限', 'Due') : text('有效期至', 'Valid until'))] : []),
            ]}
            nums={[1]}
            rows={found.items.map(item => [
              <a href={`/data-versions/${item.dataVersionId}/assessment`} class="text-break">
                {item.fileName}
              </a>,
              item.rows === null ? '—' : <Count of={item.rows} />,
              ...(hasDay
                ? [
                    <span class="row-gap">
                      {item.dueAt ? <Moment at={item.dueAt} isDay /> : '—'}
                      {task === 'handle' && item.dueAt && item.dueAt < now && (
                        <Badge tone="bad">{t(text('已逾期', 'Overdue'))}</Badge>
                      )}
                    </span>,
                  ]
                : []),
            ])}
          />
        </>
      )}
      <Pager next={found.next} />
    </>
  )
}

const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`

const works: readonly (readonly [GateTask, (n: number) => Text])[] = [
  [
    'handle',
    n =>
      text(
        `${n} 个数据版本发现风险，待处理并反馈`,
        `${plural(n, 'data version has', 'data versions have')} risks to handle`,
      ),
  ],
  [
    'renew',
    n =>
      text(
        `${n} 个数据版本的风险评估即将到期，可以续评`,
        `${plural(n, 'release of data ends', 'releases of data end')} soon: renew`,
      ),
  ],
  [
    'assess',
    n => text(`${n} 个数据版本待提交风险评估`, `${plural(n, 'data version is', 'data versions are')} to be assessed`),
  ],
  ['grade', n => text(`${n} 个数据版本待定级`, `${plural(n, 'data version is', 'data versions are')} to be graded`)],
]

/** What waits for the acting provider at the gate; `side` begins the kind: `vendor.gate-handle`. */
export async function gateWork(rx: Rx, side: 'vendor' | 'institution'): Promise<WorkItem[]> {
  const counts = await countGateWork(rx)
  return works.flatMap(([task, words]) => {
    const { count, dueAt } = counts.get(task) ?? { count: 0, dueAt: null }
    return count === 0
      ? []
      : [{ kind: `${side}.gate-${task}`, count, dueAt, href: `/assessments?task=${task}`, words: words(count) }]
  })
}

export const taskPages = [
  page({
    at: 'GET /assessments',
    operation: 'showAssessments',
    permission: 'assessment.list',
    summary: text('本机构的分级与风险评估', 'Grades and assessments of the own organisation'),
    query: {
      task: Type.Optional(Type.Union(gateTasks.map(task => Type.Literal(task)))),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const counts = await countGateWork(rx)
      const task = query.task ?? gateTasks.find(key => (counts.get(key)?.count ?? 0) > 0) ?? 'handle'
      const found = await listGateWork(rx, { task, after: query.after })
      return {
        title: text('分级与风险评估', 'Grades and risks'),
        lead: text(
          '数据发布前的定级、评估、处理和续评（办法草案第二十三条、第二十八条）。',
          'Grading, assessing, handling and renewing before data is published (Art. 23 and 28).',
        ),
        body: <Tasks of={{ task, counts, found, now: rx.now }} />,
      }
    },
  }),
]
