import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { type RawContext, type Route, raw } from '../../kernel/http/route.ts'
import { ruleViolated, stateConflict, tooManyRequests } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { diffVersions } from './difference.ts'
import { queryTooHeavy } from './engine/pool.ts'
import { type ExportQuery, exportVersion } from './export.ts'
import { qualityOf } from './quality.ts'
import { openOwnVersion, type PageQuery, readPage } from './rows.ts'
import {
  DifferenceQueryShape,
  DifferenceShape,
  ExportQueryShape,
  QualityShape,
  RowsQueryShape,
  RowsShape,
  toDifferenceWire,
} from './rowwire.ts'

const tag = 'data'
const permission = 'data-version.read'
const problems = [stateConflict, queryTooHeavy, tooManyRequests]
const json = (description: string, schema: TSchema) => ({ type: 'application/json', description, schema })

const idOf = (request: { params: unknown }): string => (request.params as { id: string }).id

/** The version is looked up in a transaction; its rows are read after that, for a question may take seconds. */
const openedBy = ({ engine, actor }: RawContext, id: string) => engine.read(actor, rx => openOwnVersion(rx, id))

const answer = <S extends TSchema>(reply: FastifyReply, _schema: S, body: Static<S>) =>
  reply.header('cache-control', 'no-store').type('application/json; charset=utf-8').send(JSON.stringify(body))

export const rowRoutes: Route[] = [
  raw({
    at: 'GET /data-versions/:id/rows',
    operation: 'readRows',
    permission,
    tag,
    summary: text('数据行：筛选、排序、任意一页', 'Rows: filtered, sorted, any page'),
    params: IdParams,
    query: RowsQueryShape,
    problems,
    produces: json('a page of rows', RowsShape),
    handle: async (request, reply, context) => {
      const of = await openedBy(context, idOf(request))
      const page = await readPage(context.engine.kit, context.actor, of, request.query as PageQuery)
      return answer(reply, RowsShape, { dataVersionId: of.version.id, ...page } as Static<typeof RowsShape>)
    },
  }),
  raw({
    at: 'GET /data-versions/:id/export',
    operation: 'exportRows',
    permission,
    tag,
    summary: text('导出筛选后的数据', 'Export the filtered rows'),
    params: IdParams,
    query: ExportQueryShape,
    problems: [...problems, ruleViolated],
    produces: { type: '*/*', description: 'CSV, XLSX, JSON, NDJSON or Parquet' },
    handle: async (request, reply, context) => {
      const of = await openedBy(context, idOf(request))
      const made = await exportVersion(context.engine.kit, context.actor, of, request.query as ExportQuery)
      return reply
        .header('cache-control', 'no-store')
        .header('content-disposition', contentDisposition(made.fileName))
        .header('content-length', made.bytes)
        .header('jinshu-rows', made.rows)
        .type(made.type)
        .send(made.stream)
    },
  }),
  raw({
    at: 'GET /data-versions/:id/quality',
    operation: 'readQuality',
    permission,
    tag,
    summary: text('数据质量：各项得分、说明和改进办法', 'Quality: points, what they mean, what to do'),
    params: IdParams,
    problems,
    produces: json('the quality of the data', QualityShape),
    handle: async (request, reply, context) => {
      const { engine, actor } = context
      const { of, now } = await engine.read(actor, async rx => ({
        of: await openOwnVersion(rx, idOf(request)),
        now: rx.now,
      }))
      const quality = await qualityOf(engine.kit, actor, of, now)
      return answer(reply, QualityShape, { dataVersionId: of.version.id, ...quality } as Static<typeof QualityShape>)
    },
  }),
  raw({
    at: 'GET /data-versions/:id/difference',
    operation: 'compareVersions',
    permission,
    tag,
    summary: text('与另一版本的差异：字段和数据行', 'What differs from another version: columns and rows'),
    params: IdParams,
    query: DifferenceQueryShape,
    problems,
    produces: json('what changed', DifferenceShape),
    handle: async (request, reply, context) => {
      const { engine, actor } = context
      const { from: fromId, key } = request.query as Static<typeof DifferenceQueryShape>
      const { from, to } = await engine.read(actor, async rx => ({
        to: await openOwnVersion(rx, idOf(request)),
        from: await openOwnVersion(rx, fromId),
      }))
      const difference = await diffVersions(engine.kit, actor, { from, to, ...(key && { key }) })
      const wire = toDifferenceWire(from.version.id, to.version.id, difference)
      return answer(reply, DifferenceShape, wire as Static<typeof DifferenceShape>)
    },
  }),
]
