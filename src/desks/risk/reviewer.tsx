import { Type } from 'typebox'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { gatedListings } from '../../modules/catalog/index.ts'
import { organizationOf, organizationsOf } from '../../modules/identity/index.ts'
import {
  type GradeRow,
  listAssessments,
  listLowerings,
  type QueuedAssessment,
  readAssessmentFile,
  releaseOf,
} from '../../modules/risk/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Card, Empty, Moment, Name, Pager, Table, Tabs } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { readTimeline } from '../timeline.tsx'
import { AssessmentBadge, GateState, gradeText } from './parts.tsx'
import { Due, Review, type ReviewView } from './review.tsx'

const desk: readonly [string, Text] = ['/operator', text('运营工作台', 'Operator desk')]
const queue: readonly [string, Text] = ['/operator/assessments', text('风险审核', 'Risk reviews')]

type Names = ReadonlyMap<string, { readonly nameZh: string; readonly nameEn: string | null }>

const lists = [
  ['queue', text('待办', 'To do')],
  ['handling', text('提供方处理中', 'Being handled')],
  ['passed', text('通过', 'Passed')],
  ['conditional', text('附条件通过', 'Conditional')],
  ['withheld', text('不予发布', 'Withheld')],
  ['expired', text('到期', 'Expired')],
] as const

interface QueueView {
  readonly found: { readonly items: readonly QueuedAssessment[]; readonly next: string | null }
  readonly lowerings: readonly GradeRow[]
  readonly names: Names
  readonly state: string
  readonly now: Date
}

const Provider = ({ of }: { of: { readonly nameZh: string; readonly nameEn: string | null } | undefined }) =>
  of ? <Name zh={of.nameZh} en={of.nameEn} /> : <>—</>

function Lowerings({ of }: { of: QueueView }) {
  const t = useWords()
  if (of.lowerings.length === 0) return null
  return (
    <Card title={t(text('待确认的降级', 'Lower grades to be confirmed'))}>
      <Table
        head={[
          t(text('提供方', 'Provider')),
          t(text('数据版本', 'Data version')),
          t(text('规则建议', 'Proposed')),
          t(text('申请', 'Asked')),
          t(text('理由', 'Reason')),
          '',
        ]}
        rows={of.lowerings.map(row => [
          <Provider of={of.names.get(row.organizationId)} />,
          <a href={`/data-versions/${row.dataVersionId}/assessment`}>{t(text('查看依据', 'See the evidence'))}</a>,
          t(gradeText(row.proposed, of.now)),
          t(gradeText(row.lowerTo!, of.now)),
          row.reason ?? '—',
          <LoweringForms row={row} />,
        ])}
      />
    </Card>
  )
}

function LoweringForms({ row }: { row: GradeRow }) {
  const t = useWords()
  const { can } = useReader()
  if (!can('data-version.lower')) return null
  return (
    <div class="row-gap">
      {(
        [
          ['lower', text('确认降级', 'Confirm')],
          ['keep-grade', text('维持级别', 'Keep the grade')],
        ] as const
      ).map(([move, words]) => (
        <Confirm
          key={move}
          tone="plain"
          label={words}
          consequence={text(
            '决定及理由记入日志并告知提供方。',
            'Decision and reason are logged, and the provider is told.',
          )}
        >
          <Form to={`POST /data-versions/${row.dataVersionId}/${move}`}>
            <Field name="reason" label={text('理由', 'Reason')} isRequired maxLength={1000} />
            <Submit>{t(words)}</Submit>
          </Form>
        </Confirm>
      ))}
    </div>
  )
}

function Queue({ of }: { of: QueueView }) {
  const t = useWords()
  const { found, names, state, now } = of
  return (
    <>
      <Tabs
        of={lists.map(([key, words]) => ({
          href: `/operator/assessments?state=${key}`,
          words: t(words),
          isHere: key === state,
        }))}
      />
      {state === 'queue' && <Lowerings of={of} />}
      {found.items.length === 0 ? (
        <Empty title={t(text('这里没有风险评估', 'No assessment is here'))} icon="shield-check">
          {t(text('提供方提交风险评估后，会出现在这里。', 'What providers submit appears here.'))}
        </Empty>
      ) : (
        <Table
          head={[
            t(text('数据版本', 'Data version')),
            t(text('提供方', 'Provider')),
            t(text('级别', 'Grade')),
            t(text('状态', 'State')),
            t(text('提交', 'Submitted')),
            t(text('办理期限', 'Due')),
          ]}
          rows={found.items.map(({ assessment: row, grade, fileName }) => {
            return [
              <a href={`/operator/assessments/${row.id}`} class="text-break">
                {fileName}
              </a>,
              <Provider of={names.get(row.organizationId)} />,
              grade ? t(gradeText(grade.grade, now)) : '—',
              <AssessmentBadge state={row.state} />,
              <Moment at={row.submittedAt} isDay />,
              <Due at={row.dueAt} now={now} isProvisional={row.isDueProvisional} />,
            ]
          })}
        />
      )}
      <Pager next={found.next} />
    </>
  )
}

const states = lists.map(([key]) => key)

export const reviewerPages = [
  page({
    at: 'GET /operator/assessments',
    operation: 'showOperatorAssessments',
    permission: 'assessment.review',
    summary: text('风险审核', 'Risk reviews'),
    query: {
      state: Type.Optional(Type.Union(states.map(state => Type.Literal(state)))),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const state = query.state ?? 'queue'
      const found = await listAssessments(rx, { state, after: query.after })
      const lowerings = await listLowerings(rx)
      const ids = [...found.items.map(item => item.assessment), ...lowerings].map(row => row.organizationId)
      const names = await organizationsOf(rx, [...new Set(ids)])
      return {
        title: queue[1],
        trail: [desk],
        lead: text(
          '发布前的风险审核（第二十八条）：证据已备好，审核人独立于提供方。',
          'The review before anything is published (Art. 28): the evidence is laid out, the reviewer is independent.',
        ),
        body: <Queue of={{ found, lowerings, names, state, now: rx.now }} />,
      }
    },
  }),
  page({
    at: 'GET /operator/assessments/:id',
    operation: 'showOperatorAssessment',
    permission: 'assessment.review',
    summary: text('审核一项风险评估', 'Review a risk assessment'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const file = await readAssessmentFile(rx, params.id)
      const view: ReviewView = {
        file,
        release: await releaseOf(rx, file.data.id),
        now: rx.now,
        gated: await gatedListings(rx, file.data.id),
        provider: await organizationOf(rx, file.data.organizationId),
        timeline: await readTimeline(rx, [
          ['assessment', params.id],
          ['data-version', file.data.id],
        ]),
      }
      return {
        title: text(file.data.fileName, file.data.fileName),
        trail: [desk, queue],
        lead: <GateState of={view.release} />,
        body: <Review view={view} />,
      }
    },
  }),
]
