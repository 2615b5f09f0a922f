import type { FastifyReply, FastifyRequest } from 'fastify'
import { type RawContext, type Route, raw, read } from '../../kernel/http/route.ts'
import { parseTilePath, type Tile } from '../../kernel/log/tile.ts'
import { notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { auditEntryOf, listAuditEntries, mendTile, notIntegrated, proofOf, vkeyOf } from './queries.ts'
import { openLogStore } from './store.ts'
import { EntriesQuery, EntriesShape, EntryShape, toEntry } from './wire.ts'

const tag = 'transparency'
const plain = 'text/plain; charset=utf-8'
const forAYear = 'public, max-age=31536000, immutable'

/** The published files of the log, or the database where one was lost. */
async function readTile({ engine, actor }: RawContext, tile: Tile): Promise<Buffer | undefined> {
  const store = openLogStore(engine.kit.settings.home)
  return (await store.exactTile(tile)) ?? (await engine.read(actor, rx => mendTile(rx, store, tile)))
}

async function sendTile(request: FastifyRequest, reply: FastifyReply, context: RawContext) {
  // The address as it was sent: a second spelling of a path (escapes, double slashes) is not the resource.
  const path = (request.raw.url ?? '').replace(/\?.*$/, '').replace(/^\/log\//, '')
  const tile = parseTilePath(path)
  const bytes = tile && (await readTile(context, tile))
  if (!bytes) throw notFound()
  return reply.header('cache-control', forAYear).type('application/octet-stream').send(bytes)
}

async function sendCheckpoint(_request: FastifyRequest, reply: FastifyReply, { engine }: RawContext) {
  const note = await openLogStore(engine.kit.settings.home).checkpoint()
  if (!note) throw notFound(text('日志还没有检查点。', 'The log has no checkpoint yet.'))
  return reply.header('cache-control', 'no-cache').type(plain).send(note)
}

/** C2SP tlog-tiles: a foreign protocol, so its names and paths are not ours. */
const log: Route[] = [
  raw({
    at: 'GET /log/vkey',
    isRoot: true,
    operation: 'readLogKey',
    permission: 'log.read',
    tag,
    summary: text('日志验证公钥', 'The verifier key of the log'),
    produces: { type: 'text/plain', description: 'vkey line (C2SP signed-note)' },
    handle: async (_request, reply, { engine, actor }) =>
      reply
        .header('cache-control', 'no-cache')
        .type(plain)
        .send(`${await engine.read(actor, vkeyOf)}\n`),
  }),
  raw({
    at: 'GET /log/checkpoint',
    isRoot: true,
    operation: 'readLogCheckpoint',
    permission: 'log.read',
    tag,
    summary: text('日志检查点', 'The signed checkpoint of the log'),
    produces: { type: 'text/plain', description: 'signed note (C2SP tlog-checkpoint)' },
    handle: sendCheckpoint,
  }),
  raw({
    at: 'GET /log/tile/*',
    isRoot: true,
    isHidden: true,
    operation: 'readLogTile',
    permission: 'log.read',
    tag,
    summary: text('日志瓦片与条目', 'Tiles and entry bundles of the log'),
    produces: { type: 'application/octet-stream', description: 'tile or entry bundle (C2SP tlog-tiles)' },
    handle: sendTile,
  }),
]

const entries: Route[] = [
  read({
    at: 'GET /audit-entries',
    operation: 'listAuditEntries',
    permission: 'audit-entry.list',
    tag,
    summary: text('对象的留痕时间线', 'The timeline of an object'),
    query: EntriesQuery,
    reply: EntriesShape,
    run: async (rx, { query }) => {
      const page = await listAuditEntries(rx, query)
      return { ...page, items: page.items.map(toEntry) }
    },
  }),
  read({
    at: 'GET /audit-entries/:id',
    operation: 'readAuditEntry',
    permission: 'audit-entry.read',
    tag,
    summary: text('一条留痕及其在日志中的位置', 'One entry with its place in the log'),
    params: IdParams,
    reply: EntryShape,
    run: async (rx, { params }) => toEntry(await auditEntryOf(rx, params.id)),
  }),
  raw({
    at: 'GET /audit-entries/:id/proof',
    operation: 'proveAuditEntry',
    permission: 'audit-entry.read',
    tag,
    summary: text('留痕的包含证明', 'The inclusion proof of an entry'),
    params: IdParams,
    problems: [notIntegrated],
    produces: { type: 'text/plain', description: '.tlog-proof (C2SP tlog-proof); `extra` is the entry itself' },
    handle: async (request, reply, { engine, actor }) => {
      const { id } = request.params as { id: string }
      const proof = await engine.read(actor, rx => proofOf(rx, id))
      return reply
        .header('cache-control', 'no-cache')
        .header('content-disposition', `inline; filename="${id}.tlog-proof"`)
        .type(plain)
        .send(proof)
    },
  }),
]

export const routes: readonly Route[] = [...log, ...entries]
