import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FileStore } from '../files.ts'

/** The strong entity tag of content with this SHA-256 (hex): equal tags are equal bytes. */
export const entityTag = (sha256: string): string => `"${sha256}"`

/** RFC 9530: the digest of the whole representation, also beside a part of it. */
export const reprDigest = (sha256: string): string => `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`

/** Streams a kept PDF under the name `fileName` (ASCII), to be saved; its digest is its strong ETag. */
export async function sendPdf(
  request: FastifyRequest,
  reply: FastifyReply,
  files: FileStore,
  { sha256, fileName }: { readonly sha256: string; readonly fileName: string },
): Promise<FastifyReply> {
  const tag = entityTag(sha256)
  reply.header('etag', tag).header('cache-control', 'private, no-cache')
  if (request.headers['if-none-match'] === tag) return reply.code(304).send()
  return reply
    .header('repr-digest', reprDigest(sha256))
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .header('content-length', await files.size(sha256))
    .type('application/pdf')
    .send(files.open(sha256))
}
