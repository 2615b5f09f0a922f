import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  countReports,
  listReports,
  ownReports,
  readRegistered,
  readReport,
  reportableInstitutions,
  reportMachine,
} from '../../modules/collection/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Empty, Name } from '../../web/parts.tsx'
import { StateTabs } from '../operator/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { readTimeline } from '../timeline.tsx'
import { List, queue, Report } from './report.tsx'

const register = ['/collections', text('采集事项公开', 'Registered collections')] as const
const mine = text('我的举报', 'My reports')
const states = ['received', 'checking', 'substantiated', 'unsubstantiated'] as const

interface Asked {
  readonly form?: Awaited<ReturnType<typeof readRegistered>>
  readonly institutions: Awaited<ReturnType<typeof reportableInstitutions>>
}

function ReportForm({ of: { form, institutions } }: { of: Asked }) {
  const t = useWords()
  const { language } = useReader()
  const asked = form?.fields.filter(field => field.answer !== 'dropped').map(field => field.nameZh) ?? []
  return (
    <Form to="POST /breach-reports" then="/collections/reports/{id}" data-guard>
      {form ? (
        <>
          <input type="hidden" name="formId" value={form.form.id} />
          <p>
            {t(text('被举报的采集：', 'The collection: '))}
            <a href={`/collections/${form.form.id}`}>
              <Data>{form.form.title}</Data>
            </a>{' '}
            (<Name zh={form.institution.nameZh} en={form.institution.nameEn} />)
          </p>
        </>
      ) : (
        <Field
          name="reportedId"
          label={text('要求填报的机构', 'The institution that asked')}
          kind="select"
          options={institutions.map(
            ({ id, nameZh, nameEn }) => [id, language === 'en' ? (nameEn ?? nameZh) : nameZh] as const,
          )}
          isRequired
        />
      )}
      <Field
        name="fieldLines"
        label={text('被重复要求填报的字段', 'Fields that were asked again')}
        kind="area"
        rows={5}
        value={asked.join('\n')}
        hint={text('每行一个，如：身份证号', 'One a line, such as 身份证号')}
        isRequired
        maxLength={20_000}
      />
      <Field
        name="description"
        label={text('情况说明', 'What happened')}
        kind="area"
        rows={4}
        hint={text(
          '何时、在哪里、用什么表单要求填报，至少 10 个字',
          'When, where and with which form, in ten characters or more',
        )}
        isRequired
        maxLength={2000}
      />
      <p class="text-secondary">
        {t(
          text(
            '您的身份只有核查的主管部门知道，被举报机构看不到。',
            'Only the authority that checks it learns who you are; the institution does not.',
          ),
        )}
      </p>
      <Submit>{t(text('提交举报', 'Send the report'))}</Submit>
    </Form>
  )
}

const filing: Route[] = [
  page({
    at: 'GET /collections/report',
    operation: 'showBreachReportForm',
    permission: 'breach-report.file',
    summary: text('举报重复采集', 'Report a duplicate collection'),
    query: { form: Type.Optional(Id) },
    run: async (rx, { query }) => {
      const form = query.form === undefined ? undefined : await readRegistered(rx, query.form)
      return {
        title: text('举报重复采集', 'Report a duplicate collection'),
        lead: text(
          '政府已有、能共享的数据，不得要求重复填报。',
          'What they have and can share must not be asked again.',
        ),
        trail: [register],
        body: <ReportForm of={{ ...(form && { form }), institutions: await reportableInstitutions(rx) }} />,
      }
    },
  }),
  page({
    at: 'GET /collections/reports',
    operation: 'showOwnReports',
    permission: 'breach-report.list',
    summary: mine,
    query: { after: PageQuery.after },
    run: async (rx, { query }) => {
      const found = await ownReports(rx, query)
      return {
        title: mine,
        trail: [register],
        body:
          found.items.length === 0 ? <NoReports /> : <List found={found} base="/collections/reports" now={rx.now} />,
      }
    },
  }),
  page({
    at: 'GET /collections/reports/:id',
    operation: 'showOwnReport',
    permission: 'breach-report.list',
    summary: text('我的一件举报', 'A report of mine'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const found = await readReport(rx, params.id)
      return {
        title: text(`举报 ${found.report.number}`, `Report ${found.report.number}`),
        trail: [register, ['/collections/reports', mine]],
        body: <Report of={{ ...found, timeline: await readTimeline(rx, []), now: rx.now }} isAuthority={false} />,
      }
    },
  }),
]

function NoReports({ isQueue }: { isQueue?: boolean }) {
  const t = useWords()
  if (isQueue)
    return (
      <Empty title={t(text('这里没有举报', 'No report is here'))} icon="flag">
        {t(text('辖区内重复采集的举报按先后排列在这里。', 'Reports of your division are listed here in their order.'))}
      </Empty>
    )
  return (
    <Empty title={t(text('您还没有举报过', 'You have reported nothing'))} icon="flag">
      <a class="btn btn-primary" href="/collections/report">
        {t(text('举报重复采集', 'Report a duplicate collection'))}
      </a>
    </Empty>
  )
}

const checking: Route[] = [
  page({
    at: 'GET /regulator/reports',
    operation: 'showBreachReports',
    permission: 'filing.supervise',
    summary: queue,
    query: { after: PageQuery.after, state: Type.Optional(Type.String({ enum: [...states] })) },
    run: async (rx, { query }) => {
      const counts = await countReports(rx, 'mine')
      const state = query.state ?? ((counts.get('received') ?? 0) > 0 ? 'received' : 'checking')
      const found = await listReports(rx, { state, after: query.after })
      const tabs = states.map(each => ({
        state: each,
        words: reportMachine.states[each],
        count: counts.get(each) ?? 0,
      }))
      return {
        title: queue,
        lead: text('谁被举报重复采集，目录里有没有。', 'Who was reported, and whether the catalog has it.'),
        trail: [['/regulator', text('监管工作台', 'Regulator desk')]],
        body: (
          <>
            <StateTabs of={tabs} at={state} />
            {found.items.length === 0 ? (
              <NoReports isQueue />
            ) : (
              <List found={found} base="/regulator/reports" now={rx.now} />
            )}
          </>
        ),
      }
    },
  }),
  page({
    at: 'GET /regulator/reports/:id',
    operation: 'showBreachReport',
    permission: 'filing.supervise',
    summary: text('一件重复采集举报', 'A report of duplicate collection'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const found = await readReport(rx, params.id)
      const timeline = await readTimeline(rx, [['breach-report', params.id]])
      return {
        title: text(`举报 ${found.report.number}`, `Report ${found.report.number}`),
        trail: [
          ['/regulator', text('监管工作台', 'Regulator desk')],
          ['/regulator/reports', queue],
        ],
        body: <Report of={{ ...found, timeline, now: rx.now }} isAuthority />,
      }
    },
  }),
]

export const reportPages: Route[] = [...filing, ...checking]
