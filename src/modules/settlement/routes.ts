import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply } from 'fastify'
import type { Rx } from '../../kernel/command.ts'
import { type RawContext, type Route, raw, read, write } from '../../kernel/http/route.ts'
import { payloadTooLarge, ruleViolated, stateConflict, unsupportedMedia } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { importBankStatement, maxStatementBytes } from './importing.ts'
import { matchStatementLine, returnStatementLine } from './matching.ts'
import { collectionAccountMissing, statementUnreadable } from './model.ts'
import { chargebackRoutes } from './online/chargebackroutes.ts'
import { payeeRoutes } from './online/payeeroutes.ts'
import { onlineRoutes } from './online/routes.ts'
import { listOutlays } from './outlays.ts'
import { payoutRoutes } from './payoutroutes.ts'
import {
  listBankStatements,
  listStatementLines,
  readBankStatement,
  readBankStatementFile,
  readMoney,
  readPayment,
  readPayoutFile,
} from './queries.ts'
import { suggestMatches } from './suggestions.ts'
import {
  BankStatementPage,
  byId,
  LinePage,
  LineQuery,
  LineShape,
  ListQuery,
  MatchBody,
  MoneyShape,
  OutlayList,
  PaymentShape,
  ReasonBody,
  StatementReport,
  SuggestionsShape,
  toLine,
  toMoney,
  toOutlay,
  toPayment,
  toStatement,
  toSuggestion,
  UploadQuery,
} from './wire.ts'

const tag = 'settlement'

type FileOf = (rx: Rx, id: string) => Promise<{ fileName: string; bytes: Buffer }>

/** Sends a bank file as it is: to be saved, never shown (ASVS 3.2.1). */
const sendFile = (fileOf: FileOf) => async (request: { params: unknown }, reply: FastifyReply, context: RawContext) => {
  const { id } = request.params as { id: string }
  const { fileName, bytes } = await context.engine.read(context.actor, rx => fileOf(rx, id))
  return reply
    .type(/\.xml$/i.test(fileName) ? 'application/xml' : 'text/csv; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('content-disposition', contentDisposition(fileName))
    .send(bytes)
}

const statementRoutes: Route[] = [
  raw({
    at: 'POST /bank-statements',
    operation: 'importBankStatement',
    permission: 'bank-statement.import',
    tag,
    summary: text(
      '导入银行对账单（CSV 或 ISO 20022 camt.053）',
      'Import a bank statement (CSV, or ISO 20022 camt.053)',
    ),
    query: UploadQuery,
    bodyLimit: maxStatementBytes + 65_536,
    problems: [statementUnreadable, ruleViolated, payloadTooLarge, unsupportedMedia],
    produces: {
      type: 'application/json',
      description: 'what was imported, repeated and refused',
      schema: StatementReport,
    },
    handle: (request, reply, context) => {
      reply.header('cache-control', 'no-store')
      return importBankStatement(request, context)
    },
  }),
  read({
    at: 'GET /bank-statements',
    operation: 'listBankStatements',
    permission: 'bank-statement.list',
    tag,
    summary: text('对账单列表', 'Bank statements'),
    query: ListQuery,
    reply: BankStatementPage,
    run: async (rx, { query }) => byId(await listBankStatements(rx, query), query, toStatement),
  }),
  read({
    at: 'GET /bank-statements/:id',
    operation: 'readBankStatement',
    permission: 'bank-statement.read',
    tag,
    summary: text('对账单导入结果', 'What was imported of a statement'),
    params: IdParams,
    reply: StatementReport,
    run: (rx, { params }) => readBankStatement(rx, params.id),
  }),
  read({
    at: 'GET /bank-statements/:id/outlays',
    operation: 'listOutlays',
    permission: 'bank-statement.read',
    tag,
    summary: text('对账单中的转出与退汇', 'What left the account, or came back undone, in a statement'),
    params: IdParams,
    reply: OutlayList,
    run: async (rx, { params: { id } }) => {
      await readBankStatement(rx, id)
      return (await listOutlays(rx, id)).map(toOutlay)
    },
  }),
  raw({
    at: 'GET /bank-statements/:id/file',
    operation: 'readBankStatementFile',
    permission: 'bank-statement.read',
    tag,
    summary: text('对账单原文件', 'The statement file as it was sent'),
    params: IdParams,
    produces: { type: 'text/csv', description: 'the file' },
    handle: sendFile(readBankStatementFile),
  }),
  read({
    at: 'GET /statement-lines',
    operation: 'listStatementLines',
    permission: 'statement-line.list',
    tag,
    summary: text('来款明细', 'Lines of bank statements'),
    query: LineQuery,
    reply: LinePage,
    run: async (rx, { query }) => byId(await listStatementLines(rx, query), query, toLine),
  }),
  read({
    at: 'GET /statement-lines/:id/suggestions',
    operation: 'suggestMatches',
    permission: 'statement-line.suggest',
    tag,
    summary: text('可能对应的订单', 'Orders that a payment may be for'),
    params: IdParams,
    reply: SuggestionsShape,
    run: async (rx, { params }) => (await suggestMatches(rx, params.id)).map(toSuggestion),
  }),
  write({
    at: 'POST /statement-lines/:id/match',
    operation: 'matchStatementLine',
    permission: 'statement-line.match',
    tag,
    summary: text('认领来款到订单', 'Say which order a payment is for'),
    params: IdParams,
    body: MatchBody,
    reply: LineShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toLine(await matchStatementLine(cx, params.id, body.orderId)),
  }),
  write({
    at: 'POST /statement-lines/:id/return',
    operation: 'returnStatementLine',
    permission: 'statement-line.return',
    tag,
    summary: text('退回来款', 'Send a payment back'),
    params: IdParams,
    body: ReasonBody,
    reply: LineShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toLine(await returnStatementLine(cx, params.id, body.reason)),
  }),
]

const orderRoutes: Route[] = [
  read({
    at: 'GET /orders/:id/payment',
    operation: 'readPayment',
    permission: 'payment.read',
    tag,
    summary: text('付款指引', 'How to pay an order'),
    params: IdParams,
    reply: PaymentShape,
    problems: [collectionAccountMissing],
    run: async (rx, { params }) => toPayment(await readPayment(rx, params.id)),
  }),
  read({
    at: 'GET /orders/:id/money',
    operation: 'readMoney',
    permission: 'money.read',
    tag,
    summary: text('订单资金去向', "Where an order's money is"),
    params: IdParams,
    reply: MoneyShape,
    run: async (rx, { params }) => toMoney(await readMoney(rx, params.id), rx.actor.roles.includes('operator')),
  }),
  raw({
    at: 'GET /payout-batches/:id/file',
    operation: 'readPayoutFile',
    permission: 'payout-batch.read',
    tag,
    summary: text('付款文件（CSV）', 'The payment file (CSV)'),
    params: IdParams,
    produces: { type: 'text/csv', description: 'the file for the bank' },
    handle: sendFile(readPayoutFile),
  }),
]

export const routes: Route[] = [
  ...orderRoutes,
  ...statementRoutes,
  ...payoutRoutes,
  ...onlineRoutes,
  ...payeeRoutes,
  ...chargebackRoutes,
]
