import { Type } from 'typebox'
import { type Route, read, write } from '../../../kernel/http/route.ts'
import { PageQuery, toPage } from '../../../kernel/page.ts'
import { conflict, ruleViolated, stateConflict } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import { closed, IdParams } from '../../../kernel/wire.ts'
import { ReasonBody } from '../../identity/index.ts'
import { invoicesOf, listInvoices } from './queries.ts'
import { declineInvoice, issueInvoice, requestFeeInvoice, requestInvoice, withdrawInvoice } from './service.ts'
import { InvoicingList, InvoicingPage, InvoicingShape, IssueBody, RequestBody, toInvoicing } from './wire.ts'

const tag = 'settlement'

export const invoiceRoutes: Route[] = [
  read({
    at: 'GET /invoices',
    operation: 'listInvoices',
    permission: 'invoice.list',
    tag,
    summary: text('本机构的发票：待开具、已开具、收到的', 'Invoices to issue, issued or received'),
    query: closed({
      view: Type.Union([Type.Literal('to-issue'), Type.Literal('issued'), Type.Literal('received')]),
      ...PageQuery,
    }),
    reply: InvoicingPage,
    run: async (rx, { query }) =>
      toPage(await listInvoices(rx, query), query.limit ?? 20, row => [row.id], toInvoicing),
  }),
  read({
    at: 'GET /orders/:id/invoices',
    operation: 'listOrderInvoices',
    permission: 'invoice.list',
    tag,
    summary: text('订单的发票及红字发票', 'The invoices of an order with their red letters'),
    params: IdParams,
    reply: InvoicingList,
    run: async (rx, { params }) => ({ items: (await invoicesOf(rx, params.id)).map(toInvoicing) }),
  }),
  write({
    at: 'POST /orders/:id/request-invoice',
    operation: 'requestInvoice',
    permission: 'invoice.request',
    tag,
    summary: text('需方申请开票', 'The buyer asks for the invoice of an order'),
    params: IdParams,
    body: RequestBody,
    reply: InvoicingShape,
    problems: [ruleViolated],
    run: async (cx, { params, body }) => toInvoicing(await requestInvoice(cx, params.id, body)),
  }),
  write({
    at: 'POST /orders/:id/request-fee-invoice',
    operation: 'requestFeeInvoice',
    permission: 'invoice.request-fee',
    tag,
    summary: text('供方申请服务费发票', 'The vendor asks for the invoice of the fee'),
    params: IdParams,
    body: RequestBody,
    reply: InvoicingShape,
    problems: [ruleViolated],
    run: async (cx, { params, body }) => toInvoicing(await requestFeeInvoice(cx, params.id, body)),
  }),
  write({
    at: 'POST /invoices/:id/issue',
    operation: 'issueInvoice',
    permission: 'invoice.issue',
    tag,
    summary: text('登记已开具的发票（含红字）', 'Number and date of an issued invoice or red letter'),
    params: IdParams,
    body: IssueBody,
    reply: InvoicingShape,
    problems: [stateConflict, conflict],
    run: async (cx, { params, body }) => toInvoicing(await issueInvoice(cx, params.id, body)),
  }),
  write({
    at: 'POST /invoices/:id/decline',
    operation: 'declineInvoice',
    permission: 'invoice.decline',
    tag,
    summary: text('退回开票申请', 'Send a request back'),
    params: IdParams,
    body: ReasonBody,
    reply: InvoicingShape,
    problems: [stateConflict, ruleViolated],
    run: async (cx, { params, body }) => toInvoicing(await declineInvoice(cx, params.id, body.reason)),
  }),
  write({
    at: 'POST /invoices/:id/withdraw',
    operation: 'withdrawInvoice',
    permission: 'invoice.withdraw',
    tag,
    summary: text('撤回开票申请', 'Take a request back'),
    params: IdParams,
    reply: InvoicingShape,
    problems: [stateConflict, ruleViolated],
    run: async (cx, { params }) => toInvoicing(await withdrawInvoice(cx, params.id)),
  }),
]
