import { text } from '../../kernel/text.ts'
import type { GatedListing } from '../../modules/catalog/index.ts'
import type { Organization } from '../../modules/identity/index.ts'
import { severities, severityWords } from '../../modules/risk/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Count, Facts, Moment, Name } from '../../web/parts.tsx'
import { Timeline, type TimelineFacts } from '../timeline.tsx'
import { AssessmentBadge, basisWords, Findings, GateNotice, type GateView, gradeText, Points, Scan } from './parts.tsx'

export function Due({ at, now, isProvisional }: { at: Date | null; now: Date; isProvisional: boolean }) {
  const t = useWords()
  if (at === null) return <>—</>
  return (
    <span class="row-gap">
      <Moment at={at} isDay />
      {at < now && <Badge tone="bad">{t(text('已逾期', 'Overdue'))}</Badge>}
      {isProvisional && <Badge>{t(text('暂定', 'Provisional'))}</Badge>}
    </span>
  )
}

export interface ReviewView extends GateView {
  readonly provider: Organization
  readonly timeline: TimelineFacts
  /** what is listed again with the release */
  readonly gated: readonly GatedListing[]
}

/** What a release brings back in the same step, and the way to leave it suspended. */
function Resumption({ view: { gated } }: { view: ReviewView }) {
  const t = useWords()
  if (gated.length === 0) return null
  return (
    <>
      <p class="mb-1">
        {t(text('通过后立即恢复挂牌和已暂停的下载：', 'Listed and downloadable again with this decision:'))}
      </p>
      <ul>
        {gated.map(each => (
          <li key={each.id}>
            <a href={`/operator/listings/${each.id}`}>
              <Name zh={each.nameZh} en={each.nameEn} />
            </a>{' '}
            <code>{each.number}</code>
          </li>
        ))}
      </ul>
      <Field
        name="keepSuspended"
        label={text('保持停牌的理由', 'Why it stays suspended')}
        maxLength={1000}
        hint={text(
          '不填则随放行恢复挂牌；填写后由运营机构另行恢复，下载不受影响',
          'Empty: listed again with the release. Otherwise the operator resumes it later; downloads are not affected',
        )}
      />
    </>
  )
}

const opinions = [
  text('评估属实，未发现风险，同意放行', 'The assessment is true; no risk found; released'),
  text('处理到位，风险已消除，同意放行', 'The risk was handled and is gone; released'),
]

function FindForm({ view }: { view: ReviewView }) {
  const t = useWords()
  const { assessment: row, rules } = view.file
  const to = `POST /assessments/${row!.id}/find`
  const { form } = useReader()
  return (
    <Confirm
      tone="plain"
      label={text('发现风险，告知提供方', 'A risk was found: tell the provider')}
      consequence={text(
        '提供方须在期限内处理并反馈；高风险立即暂停访问。',
        'The provider has to handle it and report in time; a high risk suspends access at once.',
      )}
      isOpen={form?.to === to}
    >
      <Form to={to}>
        <Field
          name="findings.0.harm"
          label={text('要点', 'Point')}
          kind="select"
          options={rules.lists.prohibitedHarms.items.map(
            item => [item.code, text(item.name.zh, item.name.en)] as const,
          )}
        />
        <Field
          name="findings.0.severity"
          label={text('严重程度', 'Severity')}
          kind="radios"
          isRequired
          options={severities.map(code => [code, severityWords[code]] as const)}
        />
        <Field name="findings.0.message" label={text('发现的风险', 'What was found')} isRequired maxLength={2000} />
        <Field name="findings.0.demand" label={text('处理要求', 'What is asked for')} isRequired maxLength={2000} />
        <Submit tone="danger">{t(text('告知提供方', 'Tell the provider'))}</Submit>
      </Form>
    </Confirm>
  )
}

function Decide({ view }: { view: ReviewView }) {
  const t = useWords()
  const { can, actor } = useReader()
  const row = view.file.assessment!
  const at = (move: string) => `POST /assessments/${row.id}/${move}`
  const isOpen = row.state === 'reviewing' || row.state === 're_reviewing'
  if (row.submittedBy === actor.personId)
    return <p class="mb-0">{t(text('审核人须独立于提供方。', 'The reviewer must be independent of the provider.'))}</p>
  const take = { submitted: 'review', feedback: 'recheck' }[row.state]
  if (take)
    return (
      <Form to={at(take)}>
        <Submit>{t(take === 'review' ? text('开始审核', 'Take it up') : text('开始复审', 'Review it again'))}</Submit>
      </Form>
    )
  return (
    <div class="stack">
      {isOpen && can('assessment.pass') && (
        <Form to={at('pass')}>
          <Field
            name="opinion"
            label={text('审核意见', 'Opinion')}
            isRequired
            maxLength={2000}
            suggestions={opinions.map(each => t(each))}
          />
          <Resumption view={view} />
          <Submit tone="good">{t(text('审核通过', 'Pass'))}</Submit>
        </Form>
      )}
      {isOpen && can('assessment.condition') && (
        <Confirm
          tone="plain"
          label={text('附条件通过', 'Pass with conditions')}
          consequence={text('条件随放行公布给提供方。', 'The provider is told the conditions with the release.')}
        >
          <Form to={at('condition')}>
            <Field name="opinion" label={text('审核意见', 'Opinion')} isRequired maxLength={2000} />
            <Field name="conditions" label={text('条件', 'Conditions')} kind="area" isRequired maxLength={2000} />
            <Resumption view={view} />
            <Submit tone="good">{t(text('附条件通过', 'Pass with conditions'))}</Submit>
          </Form>
        </Confirm>
      )}
      {(isOpen || row.state === 'passed' || row.state === 'conditional') && can('assessment.find') && (
        <FindForm view={view} />
      )}
      {isOpen && can('assessment.withhold') && (
        <Confirm
          label={text('不予发布', 'Withhold')}
          consequence={text(
            '该版本不能再评估；修改后的文件是新版本。',
            'This version is never assessed again; a changed file is another.',
          )}
        >
          <Form to={at('withhold')}>
            <Field name="reason" label={text('理由', 'Reason')} isRequired maxLength={1000} />
            <Submit tone="danger">{t(text('不予发布', 'Withhold'))}</Submit>
          </Form>
        </Confirm>
      )}
      {!isOpen && !['passed', 'conditional'].includes(row.state) && (
        <p class="mb-0 text-secondary">{t(text('现在没有需要审核的事项。', 'There is nothing to review now.'))}</p>
      )}
    </div>
  )
}

export function Review({ view }: { view: ReviewView }) {
  const t = useWords()
  const { file, provider, now } = view
  const row = file.assessment!
  return (
    <>
      <GateNotice of={view} />
      <div class="split">
        <div>
          <Card title={t(text('十项要点与证据', 'The ten points and their evidence'))}>
            <Points of={view} />
          </Card>
          <Scan of={view} />
          {row.consents.length > 0 && (
            <Card title={t(text('个人信息的处理依据', 'Basis for personal information'))}>
              <Facts
                of={row.consents.map(each => [
                  each.column,
                  [t(basisWords[each.basis as keyof typeof basisWords]), each.notice, each.evidence]
                    .filter(Boolean)
                    .join(t(text('；', '; '))),
                ])}
              />
            </Card>
          )}
          <Card title={t(text('分级与来源', 'Grade and source'))}>
            <Facts
              of={[
                [t(text('现行级别', 'Grade in force')), file.grade ? t(gradeText(file.grade.grade, now)) : '—'],
                [t(text('规则建议', 'Proposed')), t(gradeText(file.proposal.grade, now))],
                [
                  t(text('依据', 'Because')),
                  file.proposal.reasons.map(({ reason }) => t(reason)).join(t(text('；', '; '))),
                ],
                file.grade?.approval ? [t(text('批准文件', 'Approval')), file.grade.approval] : null,
                [t(text('来源说明', 'Statement of source')), row.sourceStatement ?? '—'],
              ]}
            />
          </Card>
        </div>
        <div>
          <Card title={t(text('办理', 'Decide'))}>
            <Facts
              of={[
                [t(text('状态', 'State')), <AssessmentBadge state={row.state} />],
                [t(text('期限', 'Due')), <Due at={row.dueAt} now={now} isProvisional={row.isDueProvisional} />],
              ]}
            />
            <hr class="my-3" />
            <Decide view={view} />
          </Card>
          <Findings of={view} />
          <Card title={t(text('数据版本', 'Data version'))}>
            <Facts
              of={[
                [
                  t(text('提供方', 'Provider')),
                  <a href={`/operator/organizations/${provider.id}`}>
                    <Name zh={provider.nameZh} en={provider.nameEn} />
                  </a>,
                ],
                [t(text('行数', 'Rows')), <Count of={file.data.rows ?? 0} />],
                ['SHA-256', <code class="text-break">{row.sha256}</code>],
                [t(text('评估编号', 'Assessment')), <code>{row.number}</code>],
                [t(text('规则包', 'Rule pack')), <code>{row.rulePack}</code>],
              ]}
            />
          </Card>
          <Card title={t(text('经过', 'What happened'))}>
            <Timeline of={view.timeline} />
          </Card>
        </div>
      </div>
    </>
  )
}
