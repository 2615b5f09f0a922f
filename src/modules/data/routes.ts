import type { FastifyReply } from 'fastify'
import { type Route, raw, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { payloadTooLarge, unsupportedMedia } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { closed, IdParams } from '../../kernel/wire.ts'
import { intakeRoutes } from './intakeroutes.ts'
import { MaskBody } from './intakewire.ts'
import { type GivenMask, maskDataVersion } from './mask.ts'
import { listDataVersions, ownDataVersion } from './queries.ts'
import { quotaExceeded } from './quota.ts'
import { rowRoutes } from './rowroutes.ts'
import type { DataVersionRow } from './schema.ts'
import { confirmDataVersion } from './service.ts'
import { suggestNotes } from './suggestion.ts'
import { retryDataVersion, uploadDataVersion } from './upload.ts'
import {
  ConfirmBody,
  DataVersionPage,
  DataVersionShape,
  SuggestionsShape,
  toDataVersionWire,
  UploadQuery,
  VersionQuery,
} from './wire.ts'

const tag = 'data'
const produces = { type: 'application/json', description: 'the data version', schema: DataVersionShape }

/** 202 while the file is still being read, so that the caller knows to ask again. */
const answer = (reply: FastifyReply, row: DataVersionRow, status: number) =>
  reply
    .code(row.state === 'profiling' ? 202 : status)
    .header('cache-control', 'no-store')
    .header('location', `/api/v1/data-versions/${row.id}`)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(toDataVersionWire(row)))

export const routes: Route[] = [
  raw({
    at: 'POST /data-versions',
    operation: 'uploadDataVersion',
    permission: 'data-version.upload',
    tag,
    summary: text('上传数据文件', 'Upload a data file'),
    query: UploadQuery,
    problems: [payloadTooLarge, unsupportedMedia, quotaExceeded],
    produces,
    handle: async (request, reply, context) => {
      const { row, isNew } = await uploadDataVersion(request, context)
      return answer(reply, row, isNew ? 201 : 200)
    },
  }),
  raw({
    at: 'POST /data-versions/:id/retry',
    operation: 'retryDataVersion',
    permission: 'data-version.retry',
    tag,
    summary: text('重新读取数据文件', 'Read a data file again'),
    params: IdParams,
    produces,
    handle: async (request, reply, context) =>
      answer(reply, await retryDataVersion(request, context, (request.params as { id: string }).id), 200),
  }),
  read({
    at: 'GET /data-versions',
    operation: 'listDataVersions',
    permission: 'data-version.list',
    tag,
    summary: text('本机构的数据版本', "The organisation's data versions"),
    query: closed({ ...PageQuery, ...VersionQuery }),
    reply: DataVersionPage,
    run: async (rx, { query }) => {
      const { items, next } = await listDataVersions(rx, query)
      return { items: items.map(toDataVersionWire), next }
    },
  }),
  read({
    at: 'GET /data-versions/:id',
    operation: 'readDataVersion',
    permission: 'data-version.read',
    tag,
    summary: text('数据版本', 'A data version'),
    params: IdParams,
    reply: DataVersionShape,
    run: async (rx, { params }) => toDataVersionWire(await ownDataVersion(rx, params.id)),
  }),
  read({
    at: 'GET /data-versions/:id/suggestions',
    operation: 'suggestNotes',
    permission: 'data-version.read',
    tag,
    summary: text('字段说明的建议', 'Notes that are proposed for the columns'),
    params: IdParams,
    reply: SuggestionsShape,
    run: async (rx, { params }) => ({
      columns: (await suggestNotes(rx, await ownDataVersion(rx, params.id))).map(note => ({ ...note })),
    }),
  }),
  write({
    at: 'POST /data-versions/:id/confirm',
    operation: 'confirmDataVersion',
    permission: 'data-version.confirm',
    tag,
    summary: text('确认读取结果并补充字段说明', 'Confirm what was read and describe the columns'),
    params: IdParams,
    body: ConfirmBody,
    reply: DataVersionShape,
    run: async (cx, { params, body }) => toDataVersionWire(await confirmDataVersion(cx, params.id, body)),
  }),
  raw({
    at: 'POST /data-versions/:id/mask',
    operation: 'maskDataVersion',
    permission: 'data-version.mask',
    tag,
    summary: text('生成脱敏版本', 'Make a masked version'),
    params: IdParams,
    body: MaskBody,
    problems: [quotaExceeded],
    produces,
    handle: async (request, reply, context) => {
      const { columns } = request.body as { columns: readonly GivenMask[] }
      const { row, isNew } = await maskDataVersion(request, context, (request.params as { id: string }).id, columns)
      return answer(reply, row, isNew ? 201 : 200)
    },
  }),
  ...rowRoutes,
  ...intakeRoutes,
]
