import { text } from '../../kernel/text.ts'
import type { ListedReport, listReports } from '../../modules/collection/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Facts, Moment, Name, Notice, Pager, Table } from '../../web/parts.tsx'
import { Another, Door, Due, ReasonForm } from '../operator/parts.tsx'
import { Data, DataList } from '../public/parts.tsx'
import { Timeline, type TimelineFacts } from '../timeline.tsx'
import { ReportBadge } from './parts.tsx'

export const queue = text('重复采集举报', 'Reports of duplicate collection')

type Found = Awaited<ReturnType<typeof listReports>>

/** Reports as a list; each leads on below `base`. */
export function List({ found, base, now }: { found: Found; base: string; now: Date }) {
  const t = useWords()
  return (
    <>
      <Table
        caption={t(queue)}
        head={[
          t(text('编号', 'Number')),
          t(text('被举报机构', 'Institution')),
          t(text('状态', 'State')),
          t(text('提交', 'Reported')),
          t(text('期限', 'Due')),
        ]}
        rows={found.items.map(({ report, reported }) => [
          <a key="number" href={`${base}/${report.id}`}>
            <code>{report.number}</code>
          </a>,
          <Name key="reported" zh={reported.nameZh} en={reported.nameEn} />,
          <ReportBadge key="state" state={report.state} />,
          <Moment key="at" at={report.createdAt} isDay />,
          report.dueAt ? <Due key="due" at={report.dueAt} now={now} isProvisional={report.isDueProvisional} /> : '—',
        ])}
      />
      <Pager next={found.next} />
    </>
  )
}

function Evidence({ of: { report } }: { of: ListedReport }) {
  const t = useWords()
  if (report.evidence.length === 0)
    return (
      <p class="text-secondary mb-0">
        {t(text('举报时目录中没有这些字段。', 'The catalog had none of these fields when it was reported.'))}
      </p>
    )
  return (
    <Table
      caption={t(text('举报时目录中的数据', 'What the catalog had when it was reported'))}
      head={[
        t(text('字段', 'Field')),
        t(text('目录条目', 'Entry')),
        t(text('机构', 'Institution')),
        t(text('依据', 'Why')),
      ]}
      rows={report.evidence.map(each => [
        <Data key="field">{each.field}</Data>,
        <a key="entry" href={`/resources/${each.entryId}`}>
          <Data>{`${each.entryName} ${each.item}`}</Data>
        </a>,
        <Data key="institution">{each.institution}</Data>,
        t(each.because),
      ])}
    />
  )
}

function Decide({ of: { report } }: { of: ListedReport }) {
  const t = useWords()
  const { can } = useReader()
  const at = `/breach-reports/${report.id}`
  const dismiss = `POST ${at}/dismiss`
  const substantiate = `POST ${at}/substantiate`
  if (report.state === 'received' && can('breach-report.check'))
    return (
      <Form to={`POST ${at}/check`}>
        <Submit>{t(text('开始核查', 'Begin to check'))}</Submit>
      </Form>
    )
  if (report.state !== 'checking')
    return <Another>{t(text('目前没有需要办理的事项。', 'There is nothing to decide now.'))}</Another>
  if (!can('breach-report.decide')) return <Another>{t(text('由复核人员认定。', 'A checker decides.'))}</Another>
  return (
    <div class="stack">
      <Door
        to={substantiate}
        label={text('认定属实', 'Found true')}
        tone="plain"
        consequence={text(
          '被举报机构会收到整改要求，举报人会收到结果。',
          'The institution gets the demand, and who reported the outcome.',
        )}
      >
        <ReasonForm
          to={substantiate}
          button={text('确认属实', 'Find it true')}
          tone="primary"
          templates={[
            text('该数据可通过共享取得，且无法律、法规另行要求', 'It can be had by sharing, and no law demands it'),
          ]}
        >
          <Field name="demand" label={text('整改要求', 'Demand')} isRequired maxLength={1000} />
        </ReasonForm>
      </Door>
      <Door
        to={dismiss}
        label={text('认定不属实', 'Found not true')}
        tone="plain"
        consequence={text('举报人会看到理由。', 'Who reported reads the reason.')}
      >
        <ReasonForm to={dismiss} button={text('确认不属实', 'Find it not true')} />
      </Door>
    </div>
  )
}

interface Dossier extends ListedReport {
  readonly timeline: TimelineFacts
  readonly now: Date
}

function Outcome({ of: { report } }: { of: ListedReport }) {
  const t = useWords()
  if (report.reason === null) return null
  return (
    <Notice tone={report.state === 'substantiated' ? 'good' : 'info'} title={t(text('核查结果', 'Outcome'))}>
      <p>
        <Data>{report.reason}</Data>
      </p>
      {report.demand && (
        <p class="mb-0">
          {t(text('整改要求：', 'Demand: '))}
          <Data>{report.demand}</Data>
        </p>
      )}
    </Notice>
  )
}

/** A report with its evidence, for who reported it or for the authority. */
export function Report({ of, isAuthority }: { of: Dossier; isAuthority: boolean }) {
  const t = useWords()
  const { report, reported, timeline, now } = of
  const withdraw = `POST /breach-reports/${report.id}/withdraw`
  return (
    <div class="split">
      <div>
        <Outcome of={of} />
        <Card title={t(text('举报内容', 'The report'))}>
          <Facts
            of={[
              [t(text('被举报机构', 'Institution')), <Name key="reported" zh={reported.nameZh} en={reported.nameEn} />],
              report.formId !== null && [
                t(text('采集事项', 'Collection')),
                <a key="form" href={`/collections/${report.formId}`}>
                  {t(text('查看登记的表单', 'See the registered form'))}
                </a>,
              ],
              [t(text('字段', 'Fields')), <DataList key="fields" of={report.fields} />],
              [t(text('情况说明', 'What happened')), <Data key="said">{report.description}</Data>],
            ]}
          />
        </Card>
        <Card title={t(text('目录比对', 'What the catalog says'))}>
          <Evidence of={of} />
        </Card>
      </div>
      <div>
        <Card title={t(isAuthority ? text('办理', 'Decide') : text('进展', 'How it stands'))}>
          <Facts
            of={[
              [t(text('状态', 'State')), <ReportBadge key="state" state={report.state} />],
              [t(text('提交时间', 'Reported')), <Moment key="at" at={report.createdAt} />],
              report.dueAt !== null && [
                t(text('核查期限', 'To be checked by')),
                <Due key="due" at={report.dueAt} now={now} isProvisional={report.isDueProvisional} />,
              ],
            ]}
          />
          {(isAuthority || report.state === 'received') && <hr class="my-3" />}
          {isAuthority ? (
            <Decide of={of} />
          ) : (
            report.state === 'received' && (
              <Door
                to={withdraw}
                label={text('撤回举报', 'Take it back')}
                tone="plain"
                consequence={text('撤回后不再核查。', 'It will not be checked.')}
              >
                <Form to={withdraw}>
                  <Submit tone="danger">{t(text('确认撤回', 'Take it back'))}</Submit>
                </Form>
              </Door>
            )
          )}
        </Card>
        {isAuthority && (
          <Card title={t(text('经过', 'What happened'))}>
            <Timeline of={timeline} />
          </Card>
        )}
      </div>
    </div>
  )
}
