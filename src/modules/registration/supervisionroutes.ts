import { dayOf } from '../../kernel/calendar.ts'
import { languageOf } from '../../kernel/http/language.ts'
import { type Route, raw, read, write } from '../../kernel/http/route.ts'
import { sendStored } from '../../kernel/http/stored.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { explainFindings } from './evidence.ts'
import { exportFilings, exportTypes, readExport, statisticsCsv } from './exporting.ts'
import { historyOf } from './history.ts'
import { readFiling } from './queries.ts'
import { countQueue, listQueue } from './queue.ts'
import { readStatistics } from './statistics.ts'
import { listFilingNotes, noteFiling, passFilings, readBulkCheck } from './supervision.ts'
import {
  BulkCheckShape,
  ExportBody,
  ExportShape,
  FindingsShape,
  NoteBody,
  NoteShape,
  NotesShape,
  PartiesShape,
  PassManyBody,
  QueueQueryShape,
  QueueShape,
  StatisticsQueryShape,
  StatisticsShape,
  toBulkCheck,
  toExport,
  toFinding,
  toNote,
  toParty,
  toQueued,
  toStatistics,
} from './supervisionwire.ts'

const tag = 'filing'

const lists: Route[] = [
  read({
    at: 'GET /filing-queue',
    operation: 'listFilingQueue',
    permission: 'filing.supervise',
    tag,
    summary: text(
      '备案核查队列（按管辖、可筛选）',
      'The queue of filings to check, filtered, with clocks and findings',
    ),
    query: QueueQueryShape,
    reply: QueueShape,
    run: async (rx, { query }) => {
      const page = await listQueue(rx, query)
      return {
        items: page.items.map(item => toQueued(item, rx.now)),
        next: page.next,
        counts: await countQueue(rx, query),
      }
    },
  }),
  read({
    at: 'GET /filing-statistics',
    operation: 'readFilingStatistics',
    permission: 'filing.supervise',
    tag,
    summary: text('辖区备案统计：按市、行业、月份', 'Filings of the jurisdiction by city, industry and month'),
    query: StatisticsQueryShape,
    reply: StatisticsShape,
    run: async (rx, { query }) => toStatistics(await readStatistics(rx, query)),
  }),
  raw({
    at: 'GET /filing-statistics.csv',
    operation: 'downloadFilingStatistics',
    permission: 'filing.supervise',
    tag,
    summary: text('辖区备案统计（CSV）', 'Filings of the jurisdiction by city, industry and month, as CSV'),
    query: StatisticsQueryShape,
    produces: { type: exportTypes.csv, description: 'UTF-8 with a byte order mark' },
    handle: async (request, reply, { engine, actor }) => {
      const query = request.query as { from?: string; to?: string }
      const found = await engine.read(actor, rx => readStatistics(rx, query))
      return reply
        .header('cache-control', 'no-store')
        .header('content-disposition', `attachment; filename="statistics-${found.from}-${found.to}.csv"`)
        .type(exportTypes.csv)
        .send(statisticsCsv(found, languageOf(request)))
    },
  }),
]

const one: Route[] = [
  read({
    at: 'GET /filings/:id/findings',
    operation: 'listFilingFindings',
    permission: 'filing.supervise',
    tag,
    summary: text('一份备案的疑点及依据', 'What looks wrong with a filing, and what that rests on'),
    params: IdParams,
    reply: FindingsShape,
    run: async (rx, { params }) => {
      const { row } = await readFiling(rx, params.id)
      return { items: (await explainFindings(rx, row)).map(toFinding) }
    },
  }),
  read({
    at: 'GET /filings/:id/parties',
    operation: 'readFilingParties',
    permission: 'filing.supervise',
    tag,
    summary: text('双方在辖区内的交易史', 'The parties and their history in the jurisdiction'),
    params: IdParams,
    reply: PartiesShape,
    run: async (rx, { params }) => {
      const { row } = await readFiling(rx, params.id)
      return { items: (await historyOf(rx, row)).map(party => toParty(party, rx.now)) }
    },
  }),
  read({
    at: 'GET /filings/:id/notes',
    operation: 'listFilingNotes',
    permission: 'filing.note',
    tag,
    summary: text('主管部门内部批注', 'Internal notes of the authority'),
    params: IdParams,
    reply: NotesShape,
    run: async (rx, { params }) => ({ items: (await listFilingNotes(rx, params.id)).map(toNote) }),
  }),
  write({
    at: 'POST /filings/:id/note',
    operation: 'noteFiling',
    permission: 'filing.note',
    tag,
    summary: text('添加内部批注', 'Add an internal note'),
    params: IdParams,
    body: NoteBody,
    status: 201,
    reply: NoteShape,
    run: async (cx, { params, body }) => toNote(await noteFiling(cx, params.id, body.body)),
  }),
]

const many: Route[] = [
  write({
    at: 'POST /filings/pass',
    operation: 'passFilings',
    permission: 'filing.pass',
    tag,
    summary: text(
      '批量核查通过（逐份判断，未通过的说明原因）',
      'Pass many: each judged by itself, the refused ones named',
    ),
    body: PassManyBody,
    reply: BulkCheckShape,
    run: async (cx, { body }) => toBulkCheck(await passFilings(cx, { ids: body.ids, note: body.note ?? null })),
  }),
  read({
    at: 'GET /bulk-checks/:id',
    operation: 'readBulkCheck',
    permission: 'filing.supervise',
    tag,
    summary: text('一次批量核查的结果', 'What became of a bulk check'),
    params: IdParams,
    reply: BulkCheckShape,
    run: async (rx, { params }) => toBulkCheck(await readBulkCheck(rx, params.id)),
  }),
  write({
    at: 'POST /filing-exports',
    operation: 'exportFilings',
    permission: 'filing.export',
    tag,
    summary: text('导出筛选后的队列（CSV、XLSX；留有记录）', 'Export the filtered queue as CSV or XLSX; recorded'),
    body: ExportBody,
    status: 201,
    reply: ExportShape,
    run: async (cx, { body: { format, language = 'zh-CN', ...query } }) =>
      toExport(await exportFilings(cx, { format, language, query })),
  }),
  raw({
    at: 'GET /filing-exports/:id/file',
    operation: 'readFilingExport',
    permission: 'filing.export',
    tag,
    summary: text('下载导出的文件（限导出人本人）', 'The exported file, for who made it'),
    params: IdParams,
    produces: { type: exportTypes.csv, description: 'CSV or XLSX' },
    handle: async (request, reply, { engine, actor }) => {
      const { sha256, format, exportedAt } = await engine.read(actor, rx =>
        readExport(rx, (request.params as { id: string }).id),
      )
      const fileName = `filings-${dayOf(exportedAt)}.${format}`
      const type = exportTypes[format as keyof typeof exportTypes]
      return sendStored(request, reply, engine.kit.files, { sha256, fileName, type })
    },
  }),
]

export const supervisionRoutes: Route[] = [...lists, ...one, ...many]
