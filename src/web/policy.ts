import type { FastifyReply } from 'fastify'

/** Lets the browser show a document of our own inside this one page: a PDF beside its facts. Nothing else is admitted. */
export function admitDocument(reply: FastifyReply): void {
  const policy = String(reply.getHeader('content-security-policy') ?? '')
  reply.header('content-security-policy', policy.replace("object-src 'none'", "object-src 'self';frame-src 'self'"))
}
