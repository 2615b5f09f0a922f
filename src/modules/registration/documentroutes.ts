import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Rx } from '../../kernel/command.ts'
import { type RawContext, type Route, raw } from '../../kernel/http/route.ts'
import { sendPdf } from '../../kernel/http/stored.ts'
import { notFound } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { readFiling, readRegistration } from './queries.ts'

interface Document {
  readonly sha256: string | null
  readonly number: string | null
}

/** The kept PDF under its number. @throws not-found while it is not made yet */
async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { engine, actor }: RawContext,
  find: (rx: Rx) => Promise<Document>,
) {
  const { sha256, number } = await engine.read(actor, find)
  if (!sha256 || !number)
    throw notFound(
      text('文书将在写入存证日志后出具，请稍候。', 'The document is made once the log holds the entry; wait a moment.'),
    )
  return sendPdf(request, reply, engine.kit.files, { sha256, fileName: `${number}.pdf` })
}

const document = (
  at: string,
  operation: string,
  permission: string,
  summary: Text,
  find: (id: string) => (rx: Rx) => Promise<Document>,
): Route =>
  raw({
    at,
    operation,
    permission,
    tag: permission.split('.')[0]!,
    summary,
    params: IdParams,
    produces: { type: 'application/pdf', description: 'sealed PDF' },
    handle: (request, reply, context) => answer(request, reply, context, find((request.params as { id: string }).id)),
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
