import type { FastifyReply } from 'fastify'
import { type RawContext, type Route, raw } from '../../kernel/http/route.ts'
import { notFound } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { readFiling, readRegistration } from './queries.ts'

interface Document {
  readonly sha256: string | null
  readonly number: string | null
}

/** Streams a kept PDF under its number; its name in the store is its strong ETag. */
async function sendPdf(
  { engine, actor }: RawContext,
  reply: FastifyReply,
  find: Parameters<typeof engine.read<Document>>[1],
) {
  const { document, files } = await engine.read(actor, async rx => ({
    document: await find(rx),
    files: rx.kit.files,
  }))
  if (!document.sha256 || !document.number)
    throw notFound(
      text('文书将在写入存证日志后出具，请稍候。', 'The document is made once the log holds the entry; wait a moment.'),
    )
  return reply
    .type('application/pdf')
    .header('content-disposition', `attachment; filename="${document.number}.pdf"`)
    .header('content-length', String(await files.size(document.sha256)))
    .header('repr-digest', `sha-256=:${Buffer.from(document.sha256, 'hex').toString('base64')}:`)
    .header('etag', `"${document.sha256}"`)
    .header('cache-control', 'private, no-cache')
    .send(files.open(document.sha256))
}

const document = (
  at: string,
  operation: string,
  permission: string,
  summary: Text,
  find: (id: string) => Parameters<RawContext['engine']['read']>[1],
): Route =>
  raw({
    at,
    operation,
    permission,
    tag: permission.split('.')[0]!,
    summary,
    params: IdParams,
    produces: { type: 'application/pdf', description: 'sealed PDF' },
    handle: (request, reply, context) => sendPdf(context, reply, find((request.params as { id: string }).id) as never),
  })

export const documentRoutes: Route[] = [
  document(
    'GET /registrations/:id/certificate',
    'readCertificate',
    'registration.read',
    text('下载登记证书', 'The certificate (PDF)'),
    id => async rx => {
      const { row } = await readRegistration(rx, id)
      return { sha256: row.certificateSha256, number: row.number }
    },
  ),
  document(
    'GET /filings/:id/receipt',
    'readFilingReceipt',
    'filing.read',
    text('下载备案回执', 'The receipt (PDF)'),
    id => async rx => {
      const { row } = await readFiling(rx, id)
      return { sha256: row.receiptSha256, number: row.number }
    },
  ),
]
