import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FileStore } from '../files.ts'

/** The strong entity tag of content with this SHA-256 (hex): equal tags are equal bytes. */
export const entityTag = (sha256: string): string => `"${sha256}"`

/** RFC 9530: the digest of the whole representation, also beside a part of it. */
export const reprDigest = (sha256: string): string => `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`

/** A kept file as it is sent: `fileName` is ASCII. */
export interface Sent {
  readonly sha256: string
  readonly fileName: string
  readonly type: string
  /** shown in the browser instead of saved */
  readonly isInline?: boolean
}

/** Streams a kept file under a name; its digest is its strong ETag. */
export async function sendStored(
  request: FastifyRequest,
  reply: FastifyReply,
  files: FileStore,
  { sha256, fileName, type, isInline = false }: Sent,
): Promise<FastifyReply> {
  const tag = entityTag(sha256)
  reply.header('etag', tag).header('cache-control', 'private, no-cache')
  if (request.headers['if-none-match'] === tag) return reply.code(304).send()
  return reply
    .header('repr-digest', reprDigest(sha256))
    .header('content-disposition', `${isInline ? 'inline' : 'attachment'}; filename="${fileName}"`)
    .header('content-length', await files.size(sha256))
    .type(type)
    .send(files.open(sha256))
}

/**
 * What a PDF that is shown inside one of our pages may do: be there, and look as the browser's own viewer draws it.
 * Nothing of ours runs in it.
 */
const insidePage = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"

/** Streams a kept PDF under the name `fileName` (ASCII): to be saved, or inline to be shown in a page of ours. */
export async function sendPdf(
  request: FastifyRequest,
  reply: FastifyReply,
  files: FileStore,
  { sha256, fileName, isInline = false }: Omit<Sent, 'type'>,
): Promise<FastifyReply> {
  if (isInline) reply.header('content-security-policy', insidePage).header('x-frame-options', 'SAMEORIGIN')
  return sendStored(request, reply, files, { sha256, fileName, isInline, type: 'application/pdf' })
}
