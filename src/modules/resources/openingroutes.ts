import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import { type RawContext, type Route, raw, read } from '../../kernel/http/route.ts'
import { ruleViolated, stateConflict, tooManyRequests } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { Id, IdParams, Instant, nullable, Sha256 } from '../../kernel/wire.ts'
import {
  ColumnShape,
  type ExportQuery,
  ExportQueryShape,
  exportVersion,
  type PageQuery,
  queryTooHeavy,
  RowsQueryShape,
  RowsShape,
  readPage,
  toColumn,
} from '../data/index.ts'
import { countDownload, type OpenedData, readOpenedData, requireStillOpen } from './opening.ts'

const tag = 'resources'
const permission = 'resource.read'
const problems = [stateConflict, queryTooHeavy, tooManyRequests]

const ProfileShape = Type.Object({
  resourceId: Id,
  dataVersionId: Id,
  sequenceNo: Type.Integer(),
  attachedAt: Instant,
  rows: nullable(Type.Integer()),
  bytes: Type.Integer(),
  sha256: Sha256,
  columns: Type.Array(ColumnShape),
  withheld: Type.Integer({
    description: 'columns that are not given to the public: sensitive, or no item of the entry',
  }),
  downloads: Type.Integer(),
})

const toProfile = ({ entryId, attachment, data: { version }, withheld, downloads }: OpenedData) => ({
  resourceId: entryId,
  dataVersionId: attachment.dataVersionId,
  sequenceNo: attachment.sequenceNo,
  attachedAt: attachment.attachedAt.toISOString(),
  rows: version.rows,
  bytes: version.bytes,
  sha256: version.sha256,
  columns: version.columns.filter(({ name }) => !withheld.includes(name)).map(toColumn),
  withheld: withheld.length,
  downloads,
})

const openedBy = ({ engine, actor }: RawContext, request: { params: unknown }): Promise<OpenedData> =>
  engine.read(actor, rx => readOpenedData(rx, (request.params as { id: string }).id))

const answer = <S extends TSchema>(reply: FastifyReply, _schema: S, body: Static<S>) =>
  reply.header('cache-control', 'no-store').type('application/json; charset=utf-8').send(JSON.stringify(body))

/** Data of entries that are opened without conditions, for anybody; nothing of it is kept by caches. */
export const openingRoutes: Route[] = [
  read({
    at: 'GET /resources/:id/profile',
    operation: 'readResourceProfile',
    permission,
    tag,
    summary: text('开放数据的概况', 'What the opened data of an entry is'),
    params: IdParams,
    reply: ProfileShape,
    run: async (rx, { params }) => toProfile(await readOpenedData(rx, params.id)) as Static<typeof ProfileShape>,
  }),
  raw({
    at: 'GET /resources/:id/rows',
    operation: 'readResourceRows',
    permission,
    tag,
    summary: text('开放数据的数据行：筛选、排序、任意一页', 'Rows of opened data: filtered, sorted, any page'),
    params: IdParams,
    query: RowsQueryShape,
    problems,
    produces: { type: 'application/json', description: 'a page of rows', schema: RowsShape },
    handle: async (request, reply, context) => {
      const of = await openedBy(context, request)
      const { withheld } = of
      const page = await readPage(context.engine.kit, context.actor, of.data, request.query as PageQuery, { withheld })
      const body = { dataVersionId: of.attachment.dataVersionId, ...page }
      return answer(reply, RowsShape, body as Static<typeof RowsShape>)
    },
  }),
  raw({
    at: 'GET /resources/:id/export',
    operation: 'exportResourceRows',
    permission,
    tag,
    summary: text('下载开放数据', 'Download opened data'),
    params: IdParams,
    query: ExportQueryShape,
    problems: [...problems, ruleViolated],
    produces: { type: '*/*', description: 'CSV, XLSX, JSON, NDJSON or Parquet' },
    handle: async (request, reply, context) => {
      const { engine, actor } = context
      const of = await openedBy(context, request)
      const query = request.query as ExportQuery
      const made = await exportVersion(engine.kit, actor, of.data, query, { withheld: of.withheld })
      try {
        await requireStillOpen(engine, of)
        await countDownload(engine, of, query.format)
      } catch (error) {
        await made.discard()
        throw error
      }
      const name = `${of.version.nameZh}-${of.attachment.sequenceNo}.${query.format}`
      return reply
        .header('cache-control', 'no-store')
        .header('content-disposition', contentDisposition(name))
        .header('content-length', made.bytes)
        .header('jinshu-rows', made.rows)
        .type(made.type)
        .send(made.stream)
    },
  }),
]
