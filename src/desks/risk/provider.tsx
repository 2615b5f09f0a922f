import type { Rx } from '../../kernel/command.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { declaredDemand, grades, isGradeOutdated, readRiskFile, releaseOf } from '../../modules/risk/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Count, Facts, Moment, Notice } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { AssessForm, isToAnswer } from './answering.tsx'
import {
  AssessmentBadge,
  basisWords,
  Findings,
  GateNotice,
  GateState,
  type GateView,
  gradeText,
  Points,
  Scan,
} from './parts.tsx'

interface ProviderView extends GateView {
  readonly timeline: TimelineFacts
}

function GradeForm({ view }: { view: GateView }) {
  const t = useWords()
  const { file, now } = view
  const { proposal, grade, rules } = file
  return (
    <Form to={`POST /data-versions/${file.data.id}/grade`}>
      <Field
        name="grade"
        label={text('级别', 'Grade')}
        kind="radios"
        isRequired
        value={grade?.decided ?? proposal.grade}
        options={grades.map(code => [code, gradeText(code, now)] as const)}
      />
      <Field
        name="category"
        label={text('类别', 'Category')}
        kind="select"
        value={grade?.category ?? proposal.category}
        options={rules.grading.categories.map(item => [item.code, text(item.name.zh, item.name.en)] as const)}
      />
      <Field
        name="reason"
        label={text('说明', 'Reason')}
        value={grade?.reason ?? ''}
        maxLength={2000}
        hint={text(
          '低于规则建议时必填，经审核人员确认后生效',
          'Needed below the proposal; takes a reviewer’s confirmation',
        )}
      />
      <Field
        name="approval"
        label={text('批准文件', 'Approval')}
        value={grade?.approval ?? ''}
        maxLength={500}
        hint={text('重要数据必填：批准机关、文号、日期', 'Needed for important data: issuer, number, date')}
      />
      <Submit tone={grade ? 'plain' : 'primary'}>{t(text('确定级别', 'Decide the grade'))}</Submit>
    </Form>
  )
}

function Grade({ view }: { view: GateView }) {
  const t = useWords()
  const { can } = useReader()
  const { file, now } = view
  const { grade, proposal } = file
  const mayGrade = can('data-version.grade') && file.scan !== null && file.data.state === 'confirmed'
  return (
    <Card title={t(text('分类分级', 'Category and grade'))}>
      <Facts
        of={[
          [t(text('规则建议', 'Proposed by the rules')), t(gradeText(proposal.grade, now))],
          [t(text('依据', 'Because')), proposal.reasons.map(({ rule, reason }) => <div key={rule}>{t(reason)}</div>)],
          grade
            ? [t(text('现行级别', 'Grade in force')), <Badge tone="info">{t(gradeText(grade.grade, now))}</Badge>]
            : null,
          grade?.lowerTo
            ? [t(text('待确认的降级', 'Lowering to be confirmed')), t(gradeText(grade.lowerTo, now))]
            : null,
          grade?.loweredReason ? [t(text('降级意见', 'Reviewer on the lowering')), grade.loweredReason] : null,
        ]}
      />
      {mayGrade && (
        <>
          <hr class="my-3" />
          <GradeForm view={view} />
        </>
      )}
    </Card>
  )
}

/** The handling of what was found: every open finding is answered. */
function Handling({ view }: { view: GateView }) {
  const t = useWords()
  const { file } = view
  const open = file.findings.filter(each => each.closedAt === null)
  return (
    <Card title={t(text('处理并反馈', 'Handle and report'))}>
      <Form to={`POST /assessments/${file.assessment!.id}/feedback`} then={`/data-versions/${file.data.id}/assessment`}>
        {open.map((each, i) => (
          <fieldset key={each.id} class="mb-3">
            <legend class="h4">{each.message}</legend>
            <p class="text-secondary">
              {t(text('要求：', 'Asked for: '))}
              {t(each.foundBy === null ? declaredDemand : text(each.demand, each.demand))}
            </p>
            <input type="hidden" name={`handlings.${i}.findingId`} value={each.id} />
            <Field
              name={`handlings.${i}.handling`}
              label={text('处理情况', 'What was done')}
              kind="area"
              isRequired
              maxLength={2000}
              value={each.handling ?? ''}
            />
            <Field
              name={`handlings.${i}.evidence`}
              label={text('证明材料', 'Evidence')}
              maxLength={500}
              value={each.evidence ?? ''}
            />
          </fieldset>
        ))}
        <Submit>{t(text('反馈处理情况', 'Report the handling'))}</Submit>
      </Form>
    </Card>
  )
}

function Submitted({ view }: { view: GateView }) {
  const t = useWords()
  const row = view.file.assessment
  if (!row?.submittedAt) return null
  return (
    <Card title={t(text('已提交的评估', 'The assessment as submitted'))}>
      <Points of={view} />
      {row.consents.length > 0 && (
        <Facts
          of={row.consents.map(each => [
            each.column,
            [t(basisWords[each.basis as keyof typeof basisWords]), each.notice, each.evidence]
              .filter(Boolean)
              .join(t(text('；', '; '))),
          ])}
        />
      )}
      <Facts
        of={[
          [t(text('来源说明', 'Statement of source')), row.sourceStatement ?? '—'],
          row.opinion ? [t(text('审核意见', 'Opinion')), row.opinion] : null,
        ]}
      />
    </Card>
  )
}

function Rescan({ id }: { id: string }) {
  const t = useWords()
  return (
    <Notice tone="info" title={t(text('需要扫描', 'To be scanned'))}>
      <p>{t(text('该版本在有敏感数据扫描之前读取。', 'It was read before sensitive values were looked for.'))}</p>
      <Form to={`POST /data-versions/${id}/retry`} then={`/data-versions/${id}/assessment`}>
        <Submit>{t(text('扫描', 'Scan it'))}</Submit>
      </Form>
    </Notice>
  )
}

function ProviderPage({ view }: { view: ProviderView }) {
  const t = useWords()
  const { can } = useReader()
  const { file, now } = view
  const row = file.assessment
  const isOutdated = file.grade !== undefined && isGradeOutdated(file.grade, file.proposal, file.rules)
  const mayAssess =
    can('data-version.assess') &&
    file.grade !== undefined &&
    !isOutdated &&
    file.held.length === 0 &&
    file.scan !== null
  const isHandling = row?.state === 'handling' && can('assessment.feedback')
  return (
    <>
      <GateNotice of={view} />
      {isOutdated && (
        <Notice tone="warn" title={t(text('须重新定级', 'To be graded anew'))}>
          {t(
            text(
              '规则变更后建议的级别更高，请按现行规则重新定级后再评估。',
              'The rules have changed and propose a higher grade: grade it under the rules in force, then assess it.',
            ),
          )}
        </Notice>
      )}
      {file.scan === null && can('data-version.retry') && <Rescan id={file.data.id} />}
      <div class="split">
        <div>
          {isHandling && <Handling view={view} />}
          <Scan of={view} />
          <Grade view={view} />
          {mayAssess && isToAnswer(view) ? <AssessForm view={view} /> : <Submitted view={view} />}
        </div>
        <div>
          <Card title={t(text('数据版本', 'Data version'))}>
            <Facts
              of={[
                [t(text('文件', 'File')), file.data.fileName],
                [t(text('行数', 'Rows')), <Count of={file.data.rows ?? 0} />],
                ['SHA-256', <code class="text-break">{file.data.sha256}</code>],
                row ? [t(text('评估编号', 'Assessment')), <code>{row.number}</code>] : null,
                row ? [t(text('状态', 'State')), <AssessmentBadge state={row.state} />] : null,
                row?.dueAt
                  ? [
                      t(text('办理期限', 'Due')),
                      <span class="row-gap">
                        <Moment at={row.dueAt} isDay />
                        {row.dueAt < now && <Badge tone="bad">{t(text('已逾期', 'Overdue'))}</Badge>}
                      </span>,
                    ]
                  : null,
                view.release.validUntil
                  ? [t(text('有效期至', 'Valid until')), <Moment at={view.release.validUntil} isDay />]
                  : null,
              ]}
            />
          </Card>
          <Findings of={view} />
          <Card title={t(text('经过', 'What happened'))}>
            <Timeline of={view.timeline} />
          </Card>
        </div>
      </div>
    </>
  )
}

async function viewOf(rx: Rx, id: string): Promise<ProviderView> {
  const file = await readRiskFile(rx, id)
  const subjects: (readonly [string, string])[] = [['data-version', id]]
  if (file.assessment) subjects.push(['assessment', file.assessment.id])
  return { file, release: await releaseOf(rx, id), now: rx.now, timeline: await readTimeline(rx, subjects) }
}

export const providerPages = [
  page({
    at: 'GET /data-versions/:id/assessment',
    operation: 'showAssessment',
    permission: 'data-version.read-risk',
    summary: text('分级与风险评估', 'Grade and risk'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const view = await viewOf(rx, params.id)
      return {
        title: text('分级与风险评估', 'Grade and risk'),
        trail: [
          ['/assessments', text('分级与风险评估', 'Grades and risks')],
          [`/data-versions/${params.id}`, text(view.file.data.fileName, view.file.data.fileName)],
        ],
        lead: <GateState of={view.release} />,
        body: <ProviderPage view={view} />,
      }
    },
  }),
]
