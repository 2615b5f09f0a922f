import type { TSchema } from 'typebox'
import { Type } from 'typebox'
import type { Cx } from '../../kernel/command.ts'
import { type Route, raw, read, write } from '../../kernel/http/route.ts'
import { sendPdf } from '../../kernel/http/stored.ts'
import { PageQuery, toPage } from '../../kernel/page.ts'
import { notFound, stateConflict } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Bilingual, closed, Id, Instant, iso, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import { ReasonBody, samePerson } from '../identity/index.ts'
import { periodNotReady } from './periodmodel.ts'
import {
  closePeriod,
  closingChecks,
  keepPeriod,
  listPeriods,
  nextMonth,
  periodOf,
  proposePeriod,
  proposeReopening,
  reopenPeriod,
  withdrawPeriod,
} from './periods.ts'
import type { Period } from './schema.ts'

const tag = 'ledger'
const month = Type.String({ pattern: '^20[0-9]{2}-(0[1-9]|1[0-2])$', examples: ['2026-03'] })
const MonthParams = closed({ month })
const PeriodShape = Type.Object({
  id: Id,
  month: Type.String(),
  endsAt: Instant,
  state: Type.String(),
  proposedBy: Id,
  proposedAt: Instant,
  closedBy: nullable(Id),
  closedAt: nullable(Instant),
  reportSha256: nullable(Sha256),
  pdfSha256: nullable(Sha256),
  reopeningBy: nullable(Id),
  reason: nullable(Type.String()),
})
const ChecksShape = Type.Object({
  month: Type.String({ description: 'whose turn it is' }),
  isReady: Type.Boolean(),
  checks: Type.Array(Type.Object({ name: Bilingual, isMet: Type.Boolean(), count: Type.Integer() })),
})

const toPeriod = ({ report: _report, reopenedBy: _by, changedAt: _at, ...row }: Period) => ({
  ...row,
  endsAt: row.endsAt.toISOString(),
  proposedAt: row.proposedAt.toISOString(),
  closedAt: iso(row.closedAt),
})

/** `POST /ledger/periods/:month/<path>`: one move of the month's life cycle. */
const act = <B extends TSchema | undefined>(
  path: string,
  operation: string,
  permission: string,
  summary: Text,
  body: B,
  run: (cx: Cx, month: string, body: never) => Promise<Period>,
): Route =>
  write({
    at: `POST /ledger/periods/:month/${path}`,
    operation,
    permission,
    tag,
    summary,
    params: MonthParams,
    ...(body && { body }),
    reply: PeriodShape,
    problems: [stateConflict, samePerson, ...(/^(propose|close)$/.test(path) ? [periodNotReady] : [])],
    run: async (cx, input) => toPeriod(await run(cx, input.params.month, input.body as never)),
  })

export const periodRoutes: Route[] = [
  read({
    at: 'GET /ledger/periods',
    operation: 'listPeriods',
    permission: 'ledger.read',
    tag,
    summary: text('会计期间（新的在前）', 'Months of the books, the latest first'),
    query: closed(PageQuery),
    reply: pageOf(PeriodShape),
    run: async (rx, { query }) => toPage(await listPeriods(rx, query), query.limit ?? 20, row => [row.month], toPeriod),
  }),
  read({
    at: 'GET /ledger/closing-checks',
    operation: 'readClosingChecks',
    permission: 'ledger.read',
    tag,
    summary: text('应结账的月份及结账检查', 'The month whose turn it is, and what must hold'),
    reply: ChecksShape,
    run: async rx => {
      const month = await nextMonth(rx)
      const checks = await closingChecks(rx, month)
      return {
        month,
        isReady: checks.every(each => each.isMet),
        checks: checks.map(each => ({ ...each, name: text(each.name.zh, each.name.en) })),
      }
    },
  }),
  act('propose', 'proposePeriod', 'period.propose', text('提请结账', 'Propose to close a month'), undefined, (cx, id) =>
    proposePeriod(cx, id),
  ),
  act(
    'withdraw',
    'withdrawPeriod',
    'period.withdraw',
    text('撤回结账', 'Take the proposal back'),
    undefined,
    (cx, id) => withdrawPeriod(cx, id),
  ),
  act('close', 'closePeriod', 'period.close', text('复核并结账', 'Close a month'), undefined, (cx, id) =>
    closePeriod(cx, id),
  ),
  act(
    'propose-reopening',
    'proposeReopening',
    'period.propose-reopening',
    text('提请反结账', 'Ask to open a closed month again'),
    ReasonBody,
    (cx, id, body: { reason: string }) => proposeReopening(cx, id, body.reason),
  ),
  act('keep', 'keepPeriod', 'period.keep', text('维持结账', 'Keep a month closed'), undefined, (cx, id) =>
    keepPeriod(cx, id),
  ),
  act('reopen', 'reopenPeriod', 'period.reopen', text('反结账', 'Open a closed month again'), undefined, (cx, id) =>
    reopenPeriod(cx, id),
  ),
  raw({
    at: 'GET /ledger/periods/:month/report',
    operation: 'readClosingReport',
    permission: 'ledger.read',
    tag,
    summary: text('结账数据（JSON，其摘要在公开日志中）', 'What was closed, as JSON whose digest is in the log'),
    params: MonthParams,
    produces: { type: 'application/json', description: 'canonical JSON; its SHA-256 is `reportSha256`' },
    async handle(request, reply, { engine, actor }) {
      const { month } = request.params as { month: string }
      const { report } = await engine.read(actor, rx => periodOf(rx, month))
      if (report === null) throw notFound()
      return reply
        .type('application/json; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="closing-${month}.json"`)
        .send(Buffer.from(report))
    },
  }),
  raw({
    at: 'GET /ledger/periods/:month/document',
    operation: 'readClosingDocument',
    permission: 'ledger.read',
    tag,
    summary: text('结账试算平衡表（加盖电子印章的 PDF）', 'The closing trial balance, a sealed PDF'),
    params: MonthParams,
    produces: { type: 'application/pdf', description: 'with the seal of the exchange' },
    async handle(request, reply, { engine, actor }) {
      const { month } = request.params as { month: string }
      const { pdfSha256 } = await engine.read(actor, rx => periodOf(rx, month))
      if (pdfSha256 === null) throw notFound()
      return sendPdf(request, reply, engine.kit.files, { sha256: pdfSha256, fileName: `closing-${month}.pdf` })
    },
  }),
]
