import { type Route, read, write } from '../../../kernel/http/route.ts'
import { PageQuery, toPage } from '../../../kernel/page.ts'
import { conflict, ruleViolated, stateConflict } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import { closed, IdParams } from '../../../kernel/wire.ts'
import { ReasonBody, samePerson } from '../../identity/index.ts'
import { listComparisons, listDifferences, readDifference } from './queries.ts'
import {
  confirmCorrection,
  explainDifference,
  proposeCorrection,
  reconcile,
  refuseCorrection,
  reopenDifference,
  takeDifference,
} from './service.ts'
import {
  ComparisonPage,
  ComparisonShape,
  CorrectionBody,
  DifferencePage,
  DifferenceQuery,
  DifferenceShape,
  toComparison,
  toDifference,
} from './wire.ts'

const tag = 'settlement'

const comparisons: Route[] = [
  write({
    at: 'POST /reconciliations',
    operation: 'reconcile',
    permission: 'reconciliation.run',
    tag,
    summary: text('立即对账', 'Compare the books with statements and movements now'),
    reply: ComparisonShape,
    run: async cx => toComparison(await reconcile(cx, 'person')),
  }),
  read({
    at: 'GET /reconciliations',
    operation: 'listReconciliations',
    permission: 'difference.list',
    tag,
    summary: text('对账记录', 'Comparisons that were made'),
    query: closed(PageQuery),
    reply: ComparisonPage,
    run: async (rx, { query }) =>
      toPage(await listComparisons(rx, query), query.limit ?? 20, row => [row.id], toComparison),
  }),
  read({
    at: 'GET /differences',
    operation: 'listDifferences',
    permission: 'difference.list',
    tag,
    summary: text('对账差异', 'Differences of the reconciliation'),
    query: DifferenceQuery,
    reply: DifferencePage,
    run: async (rx, { query }) =>
      toPage(await listDifferences(rx, query), query.limit ?? 20, row => [row.id], toDifference),
  }),
  read({
    at: 'GET /differences/:id',
    operation: 'readDifference',
    permission: 'difference.list',
    tag,
    summary: text('一项对账差异', 'A difference of the reconciliation'),
    params: IdParams,
    reply: DifferenceShape,
    run: async (rx, { params }) => toDifference(await readDifference(rx, params.id)),
  }),
]

const decisions: Route[] = [
  write({
    at: 'POST /differences/:id/take',
    operation: 'takeDifference',
    permission: 'difference.take',
    tag,
    summary: text('接手对账差异', 'Take a difference as one’s own task'),
    params: IdParams,
    reply: DifferenceShape,
    run: async (cx, { params }) => toDifference(await takeDifference(cx, params.id)),
  }),
  write({
    at: 'POST /differences/:id/explain',
    operation: 'explainDifference',
    permission: 'difference.explain',
    tag,
    summary: text('说明对账差异', 'Say why a difference needs no booking'),
    params: IdParams,
    body: ReasonBody,
    reply: DifferenceShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toDifference(await explainDifference(cx, params.id, body.reason)),
  }),
  write({
    at: 'POST /differences/:id/reopen',
    operation: 'reopenDifference',
    permission: 'difference.reopen',
    tag,
    summary: text('重新查明对账差异', 'Open a difference again whose explanation did not hold'),
    params: IdParams,
    body: ReasonBody,
    reply: DifferenceShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toDifference(await reopenDifference(cx, params.id, body.reason)),
  }),
  write({
    at: 'POST /differences/:id/propose',
    operation: 'proposeCorrection',
    permission: 'difference.propose',
    tag,
    summary: text('提出更正分录', 'Propose the booking that corrects a difference'),
    params: IdParams,
    body: CorrectionBody,
    reply: DifferenceShape,
    problems: [stateConflict, ruleViolated],
    run: async (cx, { params, body }) => toDifference(await proposeCorrection(cx, params.id, body)),
  }),
  write({
    at: 'POST /differences/:id/confirm',
    operation: 'confirmCorrection',
    permission: 'difference.confirm',
    tag,
    summary: text('复核更正并入账', 'Confirm a correction, which is booked then'),
    params: IdParams,
    reply: DifferenceShape,
    problems: [stateConflict, ruleViolated, samePerson, conflict],
    run: async (cx, { params }) => toDifference(await confirmCorrection(cx, params.id)),
  }),
  write({
    at: 'POST /differences/:id/refuse',
    operation: 'refuseCorrection',
    permission: 'difference.refuse',
    tag,
    summary: text('不同意更正', 'Do not agree to a correction'),
    params: IdParams,
    body: ReasonBody,
    reply: DifferenceShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toDifference(await refuseCorrection(cx, params.id, body.reason)),
  }),
]

export const reconcilingRoutes: Route[] = [...comparisons, ...decisions]
