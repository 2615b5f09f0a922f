import type { TSchema } from 'typebox'
import type { Cx, Rx } from '../../kernel/command.ts'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { closed, IdParams } from '../../kernel/wire.ts'
import { ReasonBody } from '../identity/index.ts'
import { assessorNotIndependent } from './model.ts'
import { listAssessments, type RiskFile, readAssessmentFile, readRiskFile } from './queries.ts'
import { releaseOf } from './release.ts'
import {
  conditionAssessment,
  feedbackAssessment,
  findAssessment,
  passAssessment,
  recheckAssessment,
  reviewAssessment,
  withholdAssessment,
} from './review.ts'
import type { AssessmentRow } from './schema.ts'
import { assessDataVersion, gradeDataVersion, keepGradeDataVersion, lowerDataVersion } from './service.ts'
import {
  AssessBody,
  AssessmentShape,
  ConditionBody,
  FeedbackBody,
  FindBody,
  GradeBody,
  GradeShape,
  OpinionBody,
  QueuePage,
  QueueQuery,
  ReleaseShape,
  RiskFileShape,
  toAssessment,
  toGrade,
  toQueued,
  toRelease,
  toRiskFile,
} from './wire.ts'

const tag = 'risk'

const whole = async (rx: Rx, file: RiskFile) => toRiskFile(file, await releaseOf(rx, file.data.id), rx.now)

const reads = [
  read({
    at: 'GET /data-versions/:id/release',
    operation: 'readRelease',
    permission: 'data-version.read-risk',
    tag,
    summary: text('数据版本能否发布及原因', 'Whether a data version may be published, and why'),
    params: IdParams,
    reply: ReleaseShape,
    run: async (rx, { params }) => {
      const file = await readRiskFile(rx, params.id)
      return toRelease(await releaseOf(rx, file.data.id))
    },
  }),
  read({
    at: 'GET /data-versions/:id/assessment',
    operation: 'readRisk',
    permission: 'data-version.read-risk',
    tag,
    summary: text('敏感数据、定级与风险评估', 'Sensitive values, grade and risk assessment of a data version'),
    params: IdParams,
    reply: RiskFileShape,
    run: async (rx, { params }) => whole(rx, await readRiskFile(rx, params.id)),
  }),
  read({
    at: 'GET /assessments',
    operation: 'listAssessments',
    permission: 'assessment.list',
    tag,
    summary: text('风险评估列表', 'Risk assessments'),
    query: closed({ ...PageQuery, ...QueueQuery }),
    reply: QueuePage,
    run: async (rx, { query }) => {
      const { items, next } = await listAssessments(rx, query)
      return { items: items.map(item => toQueued(item, rx.now)), next }
    },
  }),
  read({
    at: 'GET /assessments/:id',
    operation: 'readAssessment',
    permission: 'assessment.read',
    tag,
    summary: text('风险评估材料', 'A risk assessment with its file'),
    params: IdParams,
    reply: RiskFileShape,
    run: async (rx, { params }) => whole(rx, await readAssessmentFile(rx, params.id)),
  }),
]

const ofVersion = [
  write({
    at: 'POST /data-versions/:id/grade',
    operation: 'gradeDataVersion',
    permission: 'data-version.grade',
    tag,
    summary: text('定级', 'Decide category and grade'),
    params: IdParams,
    body: GradeBody,
    reply: GradeShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toGrade(await gradeDataVersion(cx, params.id, body)),
  }),
  write({
    at: 'POST /data-versions/:id/assess',
    operation: 'assessDataVersion',
    permission: 'data-version.assess',
    tag,
    summary: text('提交风险评估', 'Submit the risk assessment'),
    params: IdParams,
    body: AssessBody,
    reply: AssessmentShape,
    problems: [stateConflict, ruleViolated],
    run: async (cx, { params, body }) => toAssessment(await assessDataVersion(cx, params.id, body), cx.now),
  }),
  write({
    at: 'POST /data-versions/:id/lower',
    operation: 'lowerDataVersion',
    permission: 'data-version.lower',
    tag,
    summary: text('确认降级', 'Confirm a grade below the proposal'),
    params: IdParams,
    body: ReasonBody,
    reply: GradeShape,
    problems: [stateConflict, assessorNotIndependent],
    run: async (cx, { params, body }) => toGrade(await lowerDataVersion(cx, params.id, body.reason)),
  }),
  write({
    at: 'POST /data-versions/:id/keep-grade',
    operation: 'keepGradeDataVersion',
    permission: 'data-version.keep-grade',
    tag,
    summary: text('维持级别', 'Keep the proposed grade'),
    params: IdParams,
    body: ReasonBody,
    reply: GradeShape,
    problems: [stateConflict, assessorNotIndependent],
    run: async (cx, { params, body }) => toGrade(await keepGradeDataVersion(cx, params.id, body.reason)),
  }),
]

/** A move of the life cycle: `POST /assessments/:id/<name>`. */
const move = <B extends TSchema | undefined>(
  name: string,
  summary: Text,
  body: B,
  useCase: (cx: Cx, id: string, body: never) => Promise<AssessmentRow>,
) =>
  write({
    at: `POST /assessments/:id/${name}`,
    operation: `${name}Assessment`,
    permission: `assessment.${name}`,
    tag,
    summary,
    params: IdParams,
    ...(body && { body }),
    reply: AssessmentShape,
    problems: [stateConflict, ruleViolated, assessorNotIndependent],
    run: async (cx, input) =>
      toAssessment(await useCase(cx, input.params.id, (input as { body: unknown }).body as never), cx.now),
  })

const moves = [
  move('review', text('开始审核', 'Take up for review'), undefined, reviewAssessment),
  move('pass', text('审核通过', 'Pass'), OpinionBody, passAssessment),
  move('condition', text('附条件通过', 'Pass with conditions'), ConditionBody, conditionAssessment),
  move('find', text('告知发现的风险', 'Tell the provider of risks'), FindBody, findAssessment),
  move('feedback', text('反馈处理情况', 'Report how risks were handled'), FeedbackBody, feedbackAssessment),
  move('recheck', text('开始复审', 'Take up for second review'), undefined, recheckAssessment),
  move('withhold', text('不予发布', 'Withhold'), ReasonBody, (cx, id, body: { reason: string }) =>
    withholdAssessment(cx, id, body.reason),
  ),
]

export const routes: Route[] = [...reads, ...ofVersion, ...moves]
