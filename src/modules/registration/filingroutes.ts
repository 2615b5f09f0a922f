import { type Route, read, write } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { correctFiling, orderFilingCorrection, passFiling, submitFiling } from './filing.ts'
import { listFilings, readFiling } from './queries.ts'
import {
  CorrectionBody,
  CorrectionOrderBody,
  FilingDetail,
  FilingPage,
  FilingShape,
  ListQueryShape,
  PassBody,
  SubmitFilingBody,
  toFiling,
  toFilingDetail,
} from './wire.ts'

const tag = 'filing'

export const filingRoutes: Route[] = [
  read({
    at: 'GET /filings',
    operation: 'listFilings',
    permission: 'filing.list',
    tag,
    summary: text('备案列表（按管辖）', 'Filings of the own jurisdiction'),
    query: ListQueryShape,
    reply: FilingPage,
    run: async (rx, { query }) => {
      const page = await listFilings(rx, query)
      return { ...page, items: page.items.map(row => toFiling(row, rx.now)) }
    },
  }),
  read({
    at: 'GET /filings/:id',
    operation: 'readFiling',
    permission: 'filing.read',
    tag,
    summary: text('备案详情', 'One filing with its facts, papers and versions'),
    params: IdParams,
    reply: FilingDetail,
    run: async (rx, { params }) => toFilingDetail(await readFiling(rx, params.id), rx.now),
  }),
  write({
    at: 'POST /filings/:id/submit',
    operation: 'submitFiling',
    permission: 'filing.submit',
    tag,
    summary: text('补全后重新报送备案', 'Submit an incomplete filing again'),
    params: IdParams,
    body: SubmitFilingBody,
    reply: FilingShape,
    run: async (cx, { params, body }) => toFiling(await submitFiling(cx, params.id, body), cx.now),
  }),
  write({
    at: 'POST /filings/:id/pass',
    operation: 'passFiling',
    permission: 'filing.pass',
    tag,
    summary: text('核查通过', 'Pass the check'),
    params: IdParams,
    body: PassBody,
    reply: FilingShape,
    run: async (cx, { params, body }) => toFiling(await passFiling(cx, params.id, body.note ?? null), cx.now),
  }),
  write({
    at: 'POST /filings/:id/order-correction',
    operation: 'orderFilingCorrection',
    permission: 'filing.order-correction',
    tag,
    summary: text('责令补正', 'Order a correction'),
    params: IdParams,
    body: CorrectionOrderBody,
    reply: FilingShape,
    run: async (cx, { params, body }) => toFiling(await orderFilingCorrection(cx, params.id, body), cx.now),
  }),
  write({
    at: 'POST /filings/:id/correct',
    operation: 'correctFiling',
    permission: 'filing.correct',
    tag,
    summary: text('补正备案', 'Answer an ordered correction'),
    params: IdParams,
    body: CorrectionBody,
    reply: FilingShape,
    run: async (cx, { params, body }) => toFiling(await correctFiling(cx, params.id, body), cx.now),
  }),
]
