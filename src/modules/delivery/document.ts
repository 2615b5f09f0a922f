import { eq } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { dayOf } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { chineseDate } from '../../kernel/documents/filters.ts'
import { unprintableMessage } from '../../kernel/documents/fonts.ts'
import { keepSealed } from '../../kernel/documents/keep.ts'
import type { NoticeSpec } from '../../kernel/documents/specs.ts'
import { loadTemplate } from '../../kernel/documents/template.ts'
import type { RawContext } from '../../kernel/http/route.ts'
import { sendPdf } from '../../kernel/http/stored.ts'
import { contractOf } from '../contracts/index.ts'
import { type Organization, operatorOrganization, organizationOf, seatOf } from '../identity/index.ts'
import { verifyAddress } from '../registration/index.ts'
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
    codes: [
      { caption: '扫码查验', value: verifyAddress(rx, row.number) },
      { caption: '数据摘要', value: `sha-256:${row.sha256}` },
    ],
  }
}

/** Makes the PDF of a receipt and keeps it. It follows from the receipt alone: made twice it is the same file. */
export async function makeReceiptDocument(cx: Cx, receiptId: string): Promise<void> {
  const [row] = await cx.tx.select().from(receipt).where(eq(receipt.id, receiptId))
  if (!row) throw new Error(`there is no receipt ${receiptId}`)
  const operator = await operatorOrganization(cx)
  const { sha256, bytes } = await keepSealed(cx.kit, await specOf(cx, row, operator.nameZh), {
    organisation: operator.nameZh,
    reason: `数据交付回执 ${row.number}`,
    location: seatOf(operator),
    signedAt: row.deliveredAt,
  })
  await cx.tx.insert(receiptDocument).values({ receiptId, sha256, bytes, madeAt: cx.now }).onConflictDoNothing()
  cx.audit('receipt.seal', ['delivery', receiptId], { number: row.number, sha256, bytes })
}

/** Answers a receipt's PDF. @throws not-found, document-pending */
export async function readReceiptPdf(request: FastifyRequest, reply: FastifyReply, { engine, actor }: RawContext) {
  const { id } = request.params as { id: string }
  const { row, pdfSha256 } = await engine.read(actor, rx => readReceipt(rx, id))
  if (pdfSha256 === null) throw documentPending()
  return sendPdf(request, reply, engine.kit.files, { sha256: pdfSha256, fileName: `receipt-${row.number}.pdf` })
}
