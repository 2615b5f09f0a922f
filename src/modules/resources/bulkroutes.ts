import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply } from 'fastify'
import type { Static } from 'typebox'
import { languageOf } from '../../kernel/http/language.ts'
import { type Route, raw, read, write } from '../../kernel/http/route.ts'
import {
  payloadTooLarge,
  ruleViolated,
  stateConflict,
  tooManyRequests,
  unsupportedMedia,
} from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import {
  ExportQuery,
  ImportPage,
  ImportShape,
  ImportsQuery,
  LanguageQuery,
  LinePage,
  LinesQuery,
  PublicExportQuery,
  SubmitManyBody,
  SubmittedShape,
  toImport,
  toImportLine,
  toSubmitted,
  UploadQuery,
} from './bulkwire.ts'
import { confirmImport } from './confirming.ts'
import { emptyTemplate, exportEntries, type MadeFile } from './exporting.ts'
import { discardImport, listImportLines, listImports, readImport, uploadImport } from './importing.ts'
import { maxWorkbookBytes } from './imports.ts'
import { workbookTooHeavy } from './reading.ts'
import { importResult } from './result.ts'
import { submitVersions } from './submitting.ts'

const tag = 'resources'
const made = { type: '*/*', description: 'XLSX or CSV' }

const sendFile = (reply: FastifyReply, { fileName, type, bytes, stream }: MadeFile) =>
  reply
    .header('cache-control', 'no-store')
    .header('content-disposition', contentDisposition(fileName))
    .header('content-length', bytes)
    .type(type)
    .send(stream)

const exporting: Route[] = [
  raw({
    at: 'GET /resources/export',
    operation: 'exportResources',
    permission: 'resource.search',
    tag,
    summary: text('导出已发布的资源目录（按检索条件）', 'Export the published catalog, filtered as its list is'),
    query: PublicExportQuery,
    problems: [ruleViolated, tooManyRequests],
    produces: made,
    handle: async (request, reply, context) => {
      const { format, sheet, lang: _, ...filters } = request.query as Static<typeof PublicExportQuery>
      const wish = { format: format as 'xlsx', sheet: sheet as 'entries', language: languageOf(request), filters }
      return sendFile(reply, await exportEntries(context, wish))
    },
  }),
  raw({
    at: 'GET /resource-versions/export',
    operation: 'exportOwnResources',
    permission: 'resource.import',
    tag,
    summary: text('导出本机构的全部目录', 'Export all of the own entries'),
    query: ExportQuery,
    problems: [ruleViolated, tooManyRequests],
    produces: made,
    handle: async (request, reply, context) => {
      const { format, sheet } = request.query as Static<typeof ExportQuery>
      const wish = { format: format as 'xlsx', sheet: sheet as 'entries', language: languageOf(request) }
      return sendFile(reply, await exportEntries(context, wish))
    },
  }),
  raw({
    at: 'GET /resource-template',
    operation: 'downloadResourceTemplate',
    permission: 'resource.import',
    tag,
    summary: text('下载目录填报模板', 'Download the template'),
    query: LanguageQuery,
    problems: [tooManyRequests],
    produces: made,
    handle: async (request, reply, context) => sendFile(reply, await emptyTemplate(context, languageOf(request))),
  }),
]

const importing: Route[] = [
  raw({
    at: 'POST /resource-imports',
    operation: 'uploadResourceImport',
    permission: 'resource.import',
    tag,
    summary: text('上传填好的模板并预览', 'Upload a filled template and see what it would do'),
    query: UploadQuery,
    bodyLimit: maxWorkbookBytes + 1024 * 1024,
    problems: [payloadTooLarge, unsupportedMedia, workbookTooHeavy, tooManyRequests],
    produces: { type: 'application/json', description: 'the preview', schema: ImportShape },
    handle: async (request, reply, context) => {
      const row = await uploadImport(request, context, languageOf(request))
      return reply
        .code(201)
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(toImport(row)))
    },
  }),
  read({
    at: 'GET /resource-imports',
    operation: 'listResourceImports',
    permission: 'resource.import',
    tag,
    summary: text('本机构的批量导入', 'Imports of the institution'),
    query: ImportsQuery,
    reply: ImportPage,
    run: async (rx, { query }) => {
      const page = await listImports(rx, query)
      return { ...page, items: page.items.map(toImport) }
    },
  }),
  read({
    at: 'GET /resource-imports/:id',
    operation: 'readResourceImport',
    permission: 'resource.import',
    tag,
    summary: text('一次批量导入', 'An import'),
    params: IdParams,
    reply: ImportShape,
    run: async (rx, { params }) => toImport(await readImport(rx, params.id)),
  }),
  read({
    at: 'GET /resource-imports/:id/lines',
    operation: 'listResourceImportLines',
    permission: 'resource.import',
    tag,
    summary: text('批量导入的逐行结果', 'The rows of an import with their results'),
    params: IdParams,
    query: LinesQuery,
    reply: LinePage,
    run: async (rx, { params, query }) => {
      const page = await listImportLines(rx, params.id, query)
      const language = query.lang === 'en' ? 'en' : 'zh-CN'
      return { ...page, items: page.items.map(line => toImportLine(line, language)) }
    },
  }),
  write({
    at: 'POST /resource-imports/:id/confirm',
    operation: 'confirmResourceImport',
    permission: 'resource.import',
    tag,
    summary: text('确认导入，成为草稿', 'Make drafts of what was accepted'),
    params: IdParams,
    reply: ImportShape,
    problems: [stateConflict],
    run: async (cx, { params }) => toImport(await confirmImport(cx, params.id)),
  }),
  write({
    at: 'POST /resource-imports/:id/discard',
    operation: 'discardResourceImport',
    permission: 'resource.import',
    tag,
    summary: text('放弃导入', 'Give an import up'),
    params: IdParams,
    reply: ImportShape,
    problems: [stateConflict],
    run: async (cx, { params }) => toImport(await discardImport(cx, params.id)),
  }),
  raw({
    at: 'GET /resource-imports/:id/result',
    operation: 'downloadResourceImportResult',
    permission: 'resource.import',
    tag,
    summary: text('下载逐行结果', 'Download the rows with their results'),
    params: IdParams,
    query: LanguageQuery,
    problems: [tooManyRequests],
    produces: made,
    handle: async (request, reply, context) => {
      const { id } = request.params as { id: string }
      return sendFile(reply, await importResult(context, id, languageOf(request)))
    },
  }),
  write({
    at: 'POST /resource-versions/submit',
    operation: 'submitResourceVersions',
    permission: 'resource.submit',
    tag,
    summary: text('批量提交审核', 'Submit many for review'),
    body: SubmitManyBody,
    reply: SubmittedShape,
    run: async (cx, { body }) => toSubmitted(await submitVersions(cx, body.versionIds)),
  }),
]

export const bulkRoutes: Route[] = [...exporting, ...importing]
