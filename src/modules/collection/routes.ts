import { Type } from 'typebox'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { closed, IdParams, pageOf } from '../../kernel/wire.ts'
import { ReasonBody, samePerson } from '../identity/index.ts'
import { matchFields } from './comparing.ts'
import { answerField, createForm, discardForm, endForm, submitForm, updateForm } from './forms.ts'
import { type Answer, duplicateCollection, formMachine, reportMachine } from './model.ts'
import { listForms, listRegistered, listReports, readForm, readRegistered, readReport } from './queries.ts'
import { checkReport, dismissReport, fileReport, substantiateReport, withdrawReport } from './reports.ts'
import { registerForm, returnForm, reviewForm } from './review.ts'
import {
  AnswerBody,
  FormBody,
  FormFileShape,
  FormShape,
  ListedFormShape,
  MatchShape,
  NewFormBody,
  RegisteredShape,
  ReportBody,
  ReportShape,
  SubstantiateBody,
  toForm,
  toFormFile,
  toListedForm,
  toMatches,
  toRegistered,
  toReport,
} from './wire.ts'

const tag = 'collection'
const State = (of: { readonly states: object }) => Type.Optional(Type.String({ enum: Object.keys(of.states) }))

const reading: Route[] = [
  read({
    at: 'GET /collection-matches',
    operation: 'matchCollection',
    permission: 'collection.match',
    tag,
    summary: text('比对拟采集字段与资源目录', 'Which fields of a planned collection the catalog has already'),
    query: closed({ fields: Type.String({ minLength: 1, maxLength: 4000, description: 'one field a line' }) }),
    reply: Type.Object({ fields: Type.Array(Type.Object({ field: Type.String(), matches: Type.Array(MatchShape) })) }),
    run: async (rx, { query }) => ({
      fields: (await matchFields(rx, query.fields)).map(({ field, compared }) => ({
        field: field.nameZh,
        matches: toMatches(compared),
      })),
    }),
  }),
  read({
    at: 'GET /registered-collections',
    operation: 'listRegisteredCollections',
    permission: 'collection.search',
    tag,
    summary: text('已登记的采集事项', 'Registered collections'),
    query: closed({ ...PageQuery, q: Type.Optional(Type.String({ maxLength: 100 })), state: State(formMachine) }),
    reply: pageOf(ListedFormShape),
    run: async (rx, { query }) => {
      const { items, next } = await listRegistered(rx, query)
      return { items: items.map(toListedForm), next }
    },
  }),
  read({
    at: 'GET /registered-collections/:id',
    operation: 'readRegisteredCollection',
    permission: 'collection.search',
    tag,
    summary: text('一项已登记的采集', 'A registered collection'),
    params: IdParams,
    reply: RegisteredShape,
    run: async (rx, { params }) => toRegistered(await readRegistered(rx, params.id)),
  }),
  read({
    at: 'GET /planned-collections',
    operation: 'listPlannedCollections',
    permission: 'collection.list',
    tag,
    summary: text('拟采集事项', 'Planned collections'),
    query: closed({ ...PageQuery, state: State(formMachine) }),
    reply: pageOf(ListedFormShape),
    run: async (rx, { query }) => {
      const { items, next } = await listForms(rx, query)
      return { items: items.map(toListedForm), next }
    },
  }),
  read({
    at: 'GET /planned-collections/:id',
    operation: 'readPlannedCollection',
    permission: 'collection.list',
    tag,
    summary: text('一项拟采集事项及其比对结果', 'A planned collection and what the catalog has of it'),
    params: IdParams,
    reply: FormFileShape,
    run: async (rx, { params }) => toFormFile(await readForm(rx, params.id)),
  }),
]

const editing: Route[] = [
  write({
    at: 'POST /planned-collections',
    operation: 'createPlannedCollection',
    permission: 'collection.create',
    tag,
    summary: text('新建拟采集事项', 'Begin a planned collection'),
    body: NewFormBody,
    reply: FormShape,
    status: 201,
    run: async (cx, { body }) => toForm(await createForm(cx, body)),
  }),
  write({
    at: 'PATCH /planned-collections/:id',
    operation: 'updatePlannedCollection',
    permission: 'collection.update',
    tag,
    summary: text('修改拟采集事项', 'Change a planned collection'),
    params: IdParams,
    body: FormBody,
    reply: FormShape,
    run: async (cx, { params, body }) => toForm(await updateForm(cx, params.id, body)),
  }),
  write({
    at: 'POST /planned-fields/:id/answer',
    operation: 'answerPlannedField',
    permission: 'collection.answer',
    tag,
    summary: text('答复目录中已有的字段', 'Say what becomes of a field that the catalog has'),
    params: IdParams,
    body: AnswerBody,
    reply: FormShape,
    run: async (cx, { params, body }) =>
      toForm(await answerField(cx, params.id, { answer: body.answer as Answer | null, reason: body.reason })),
  }),
  write({
    at: 'POST /planned-collections/:id/submit',
    operation: 'submitPlannedCollection',
    permission: 'collection.submit',
    tag,
    summary: text('提交审核', 'Submit for review'),
    params: IdParams,
    reply: FormShape,
    problems: [duplicateCollection],
    run: async (cx, { params }) => toForm(await submitForm(cx, params.id)),
  }),
  write({
    at: 'POST /planned-collections/:id/discard',
    operation: 'discardPlannedCollection',
    permission: 'collection.discard',
    tag,
    summary: text('放弃拟采集事项', 'Give a planned collection up'),
    params: IdParams,
    reply: FormShape,
    run: async (cx, { params }) => toForm(await discardForm(cx, params.id)),
  }),
  write({
    at: 'POST /planned-collections/:id/end',
    operation: 'endCollection',
    permission: 'collection.end',
    tag,
    summary: text('结束采集', 'End a registered collection'),
    params: IdParams,
    body: ReasonBody,
    reply: FormShape,
    run: async (cx, { params, body }) => toForm(await endForm(cx, params.id, body.reason)),
  }),
]

const reviewing: Route[] = [
  write({
    at: 'POST /planned-collections/:id/review',
    operation: 'reviewPlannedCollection',
    permission: 'collection.review',
    tag,
    summary: text('开始审核', 'Take up for review'),
    params: IdParams,
    reply: FormShape,
    problems: [samePerson],
    run: async (cx, { params }) => toForm(await reviewForm(cx, params.id)),
  }),
  write({
    at: 'POST /planned-collections/:id/return',
    operation: 'returnPlannedCollection',
    permission: 'collection.return',
    tag,
    summary: text('退回修改', 'Return it with what is to be mended'),
    params: IdParams,
    body: ReasonBody,
    reply: FormShape,
    problems: [samePerson],
    run: async (cx, { params, body }) => toForm(await returnForm(cx, params.id, body.reason)),
  }),
  write({
    at: 'POST /planned-collections/:id/register',
    operation: 'registerCollection',
    permission: 'collection.register',
    tag,
    summary: text('审核通过并登记', 'Register'),
    params: IdParams,
    reply: FormShape,
    problems: [duplicateCollection, samePerson],
    run: async (cx, { params }) => toForm(await registerForm(cx, params.id)),
  }),
]

const reporting: Route[] = [
  read({
    at: 'GET /breach-reports',
    operation: 'listBreachReports',
    permission: 'breach-report.list',
    tag,
    summary: text('重复采集举报', 'Reports of duplicate collection'),
    query: closed({ ...PageQuery, state: State(reportMachine) }),
    reply: pageOf(ReportShape),
    run: async (rx, { query }) => {
      const { items, next } = await listReports(rx, query)
      return { items: items.map(toReport), next }
    },
  }),
  read({
    at: 'GET /breach-reports/:id',
    operation: 'readBreachReport',
    permission: 'breach-report.list',
    tag,
    summary: text('一件举报', 'A report'),
    params: IdParams,
    reply: ReportShape,
    run: async (rx, { params }) => toReport(await readReport(rx, params.id)),
  }),
  write({
    at: 'POST /breach-reports',
    operation: 'fileBreachReport',
    permission: 'breach-report.file',
    tag,
    summary: text('举报重复采集', 'Report a duplicate collection'),
    body: ReportBody,
    reply: ReportShape,
    status: 201,
    run: async (cx, { body }) => toReport(await readReport(cx, (await fileReport(cx, body)).id)),
  }),
  write({
    at: 'POST /breach-reports/:id/withdraw',
    operation: 'withdrawBreachReport',
    permission: 'breach-report.withdraw',
    tag,
    summary: text('撤回举报', 'Take a report back'),
    params: IdParams,
    reply: ReportShape,
    run: async (cx, { params }) => toReport(await readReport(cx, (await withdrawReport(cx, params.id)).id)),
  }),
  write({
    at: 'POST /breach-reports/:id/check',
    operation: 'checkBreachReport',
    permission: 'breach-report.check',
    tag,
    summary: text('开始核查', 'Begin to check a report'),
    params: IdParams,
    reply: ReportShape,
    run: async (cx, { params }) => toReport(await readReport(cx, (await checkReport(cx, params.id)).id)),
  }),
  write({
    at: 'POST /breach-reports/:id/substantiate',
    operation: 'substantiateBreachReport',
    permission: 'breach-report.decide',
    tag,
    summary: text('认定属实', 'Find a report true'),
    params: IdParams,
    body: SubstantiateBody,
    reply: ReportShape,
    run: async (cx, { params, body }) =>
      toReport(await readReport(cx, (await substantiateReport(cx, params.id, body)).id)),
  }),
  write({
    at: 'POST /breach-reports/:id/dismiss',
    operation: 'dismissBreachReport',
    permission: 'breach-report.decide',
    tag,
    summary: text('认定不属实', 'Find a report not true'),
    params: IdParams,
    body: ReasonBody,
    reply: ReportShape,
    run: async (cx, { params, body }) =>
      toReport(await readReport(cx, (await dismissReport(cx, params.id, body.reason)).id)),
  }),
]

export const routes: Route[] = [...reading, ...editing, ...reviewing, ...reporting]
