import { Readable } from 'node:stream'
import { eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { dayOf } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { chineseDate } from '../../kernel/documents/filters.ts'
import { unprintableMessage } from '../../kernel/documents/fonts.ts'
import type { NoticeSpec } from '../../kernel/documents/specs.ts'
import { loadTemplate } from '../../kernel/documents/template.ts'
import type { RawContext } from '../../kernel/http/route.ts'
import { contractOf } from '../contracts/index.ts'
import { type Organization, operatorOrganization, organizationOf } from '../identity/index.ts'
import { documentPending } from './model.ts'
import { readReceipt } from './queries.ts'
import { type Receipt, receipt, receiptDocument } from './schema.ts'

/** The version of the receipt's text in use. */
const template = { code: 'delivery-receipt', version: '1.0.0' }

const party = ({ nameZh, uscc }: Organization) => ({ name: nameZh, uscc })

/** A file's name as the document's font can print it; other characters stand as their percent code. */
const printable = (name: string): string =>
  [...name.toWellFormed()].map(c => (unprintableMessage(c) ? encodeURIComponent(c) : c)).join('')

async function termsOf(rx: Rx, row: Receipt, issuer: string) {
  const { terms, number } = await contractOf(rx, row.contractId)
  return {
    exchange: issuer,
    number: row.number,
    orderNumber: row.orderNumber,
    product: { number: terms.product.number, name: terms.product.name, version: terms.product.version },
    vendor: party(await organizationOf(rx, row.vendorId)),
    buyer: party(await organizationOf(rx, row.granteeId)),
    contract: { number },
    deliveredAt: row.deliveredAt.toISOString(),
    acceptanceDueOn: dayOf(row.acceptanceDueAt),
    files: [{ name: printable(row.fileName), bytes: row.bytes, hash: row.sha256 }],
  }
}

async function specOf(rx: Rx, row: Receipt, issuer: string): Promise<NoticeSpec> {
  const { meta, render } = await loadTemplate('documents', template.code, template.version)
  return {
    kind: 'receipt',
    language: 'zh',
    markdown: render('zh-CN', { terms: await termsOf(rx, row, issuer) }),
    title: meta.title.zh,
    number: row.number,
    issuer,
    createdAt: row.deliveredAt,
    issuedOn: chineseDate(row.deliveredAt),
    codes: [{ caption: '数据摘要', value: `sha-256:${row.sha256}` }],
  }
}

/** Makes the PDF of a receipt and keeps it. It follows from the receipt alone: made twice it is the same file. */
export async function makeReceiptDocument(cx: Cx, receiptId: string): Promise<void> {
  const [row] = await cx.tx.select().from(receipt).where(eq(receipt.id, receiptId))
  if (!row) throw new Error(`there is no receipt ${receiptId}`)
  const { nameZh } = await operatorOrganization(cx)
  const plain = await cx.kit.renderer.render(await specOf(cx, row, nameZh))
  const sealed = await cx.kit.sealer.seal(plain, {
    organisation: nameZh,
    reason: `数据交付回执 ${row.number}`,
    location: nameZh,
    signedAt: row.deliveredAt,
  })
  const { sha256, bytes } = await cx.kit.files.put(Readable.from([sealed]), { maxBytes: sealed.length })
  await cx.tx.insert(receiptDocument).values({ receiptId, sha256, bytes, madeAt: cx.now }).onConflictDoNothing()
  cx.audit('receipt.seal', ['delivery', receiptId], { receipt: row.number, pdfSha256: sha256, bytes })
}

/** Answers a receipt's PDF. @throws not-found, document-pending */
export async function readReceiptPdf(request: FastifyRequest, reply: FastifyReply, { engine, actor }: RawContext) {
  const { id } = request.params as { id: string }
  const found = await engine.read(actor, async rx => ({ ...(await readReceipt(rx, id)), files: rx.kit.files }))
  const digest = found.pdfSha256
  if (digest === null) throw documentPending()
  return reply
    .header('etag', `"${digest}"`)
    .header('cache-control', 'private, no-cache')
    .header('repr-digest', `sha-256=:${Buffer.from(digest, 'hex').toString('base64')}:`)
    .header('content-disposition', `attachment; filename="receipt-${found.row.number}.pdf"`)
    .header('content-length', await found.files.size(digest))
    .type('application/pdf')
    .send(found.files.open(digest))
}
