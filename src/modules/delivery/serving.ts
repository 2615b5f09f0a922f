import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { system } from '../../kernel/actor.ts'
import type { RawContext } from '../../kernel/http/route.ts'
import { entityTag, reprDigest } from '../../kernel/http/stored.ts'
import { unavailable } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { type LinkQuery, type OpenLink, openLink } from './link.ts'
import { meterDownload, releaseBytes, reserveBytes } from './metering.ts'
import { preconditionFailed, rangeNotSatisfiable } from './model.ts'
import { isKnown, isMatch, rangeMayStand, readRange, type Stretch } from './range.ts'
import type { Entitlement } from './schema.ts'

/** A reader that takes nothing for this long is given up. */
const idleMs = 120_000

const mediaTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
}

function mediaType({ format, encoding }: Entitlement): string {
  const type = mediaTypes[format] ?? 'application/octet-stream'
  return type === 'text/csv' && encoding && /^[\w.:-]+$/.test(encoding) ? `${type}; charset=${encoding}` : type
}

/** The name without what could break a header, a path or the eye: separators, controls, bidirectional marks. */
export const safeFileName = (name: string): string =>
  name
    .toWellFormed()
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[\\/]/g, '_')
    .slice(-180) || 'data'

/** What is said of the file beside its bytes; the same for GET and HEAD. */
const headersOf = (right: Entitlement): Record<string, string> => ({
  'content-type': mediaType(right),
  'content-disposition': contentDisposition(safeFileName(right.fileName)),
  'accept-ranges': 'bytes',
  etag: entityTag(right.sha256),
  'repr-digest': reprDigest(right.sha256),
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
})

/** Sends status and headers past the server's hooks: no compression, no other tag, the length stays. */
function begin(request: FastifyRequest, reply: FastifyReply, status: number, headers: Record<string, string>) {
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value)
  reply.raw.setHeader('x-request-id', request.id)
  reply.raw.writeHead(status, headers)
}

/**
 * Writes the source to the client, chunk by chunk, each taken by the system before the next is read; answers how many
 * bytes were taken, also when the client leaves early. A whole file is hashed on the way: if its bytes are not those
 * of the digest, the last chunk is withheld and the connection cut. @throws Error then
 */
async function pump(source: Readable, raw: ServerResponse, whole?: { sha256: string; bytes: number }): Promise<number> {
  const gone = once(raw, 'close').then(() => Promise.reject(new Error('closed')))
  gone.catch(() => {})
  const hash = createHash('sha256')
  let sent = 0
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      if (whole && sent + chunk.length === whole.bytes && hash.update(chunk).digest('hex') !== whole.sha256) {
        raw.destroy()
        throw new Error(`stored file ${whole.sha256} has other bytes than its digest says`)
      }
      if (whole && sent + chunk.length < whole.bytes) hash.update(chunk)
      const taken = new Promise<void>((resolve, reject) => {
        raw.write(chunk, error => (error ? reject(error) : resolve()))
      })
      const isTaken = await Promise.race([taken, gone]).then(
        () => true,
        () => false,
      )
      if (!isTaken) return sent
      sent += chunk.length
    }
    return sent
  } finally {
    source.destroy()
  }
}

/** The stretch that the request asks for; undefined means all. @throws range-not-satisfiable, precondition-failed */
function stretchOf(request: FastifyRequest, reply: FastifyReply, { sha256, bytes }: Entitlement): Stretch | undefined {
  const tag = entityTag(sha256)
  if (!isMatch(request.headers['if-match'], tag)) throw preconditionFailed()
  const ifRange = request.headers['if-range'] as string | undefined
  if (request.method !== 'GET' || !rangeMayStand(ifRange, tag)) return undefined
  const asked = readRange(request.headers.range, bytes)
  if (asked.kind === 'whole') return undefined
  if (asked.kind === 'part') return asked
  reply.header('content-range', `bytes */${bytes}`).header('accept-ranges', 'bytes')
  throw rangeNotSatisfiable()
}

async function requireFile({ files, entitlement: { sha256, bytes } }: OpenLink): Promise<void> {
  const isThere = (await files.has(sha256)) && (await files.size(sha256)) === bytes
  if (!isThere)
    throw unavailable(text('文件暂时无法读取。', 'The file cannot be read at present.'), { retryAfter: 600 })
}

/**
 * Serves the file of a signed link (RFC 9110, RFC 9530): GET with one range, HEAD with the same headers. The last byte
 * is followed by the metering, before the response ends, so a stopping server waits for it.
 * @throws download-refused, download-expired, access-ended, quota-used, range-not-satisfiable, precondition-failed
 */
export async function serveDownload(request: FastifyRequest, reply: FastifyReply, { engine }: RawContext) {
  const { id } = request.params as { id: string }
  const link = await engine.read(request.actor, rx => openLink(rx, id, request.query as LinkQuery, request.method))
  const right = link.entitlement
  const stretch = stretchOf(request, reply, right)
  const headers = headersOf(right)
  if (isKnown(request.headers['if-none-match'], entityTag(right.sha256))) {
    const { etag, 'cache-control': cache } = headers as { etag: string; 'cache-control': string }
    begin(request, reply, 304, { etag, 'cache-control': cache })
    return void reply.raw.end()
  }
  await requireFile(link)
  const { first, last } = stretch ?? { first: 0, last: right.bytes - 1 }
  const isReserved = request.method === 'GET' && right.quotaBytes !== null
  if (isReserved)
    await engine.write(system, { operation: 'reserveBytes' }, cx => reserveBytes(cx, id, last - first + 1))
  begin(request, reply, stretch ? 206 : 200, {
    ...headers,
    'content-length': String(last - first + 1),
    ...(stretch && { 'content-range': `bytes ${first}-${last}/${right.bytes}` }),
  })
  if (request.method === 'HEAD') return void reply.raw.end()
  reply.raw.setTimeout(idleMs, () => reply.raw.destroy())
  let sent = 0
  try {
    const source = link.files.open(right.sha256, { start: first, end: last })
    sent = await pump(source, reply.raw, stretch ? undefined : right)
    if (sent > 0)
      await engine.write(system, { operation: 'meterDownload' }, cx => meterDownload(cx, id, { first, sent }))
    const unsent = last - first + 1 - sent
    if (isReserved && unsent > 0)
      await engine.write(system, { operation: 'releaseBytes' }, cx => releaseBytes(cx, id, unsent))
    reply.raw.end()
  } catch (error) {
    request.log.error({ err: error, download: id }, 'a download could not be served or counted')
    reply.raw.destroy()
  }
}
