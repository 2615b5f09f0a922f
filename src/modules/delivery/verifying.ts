import { eq } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { contractOf } from '../contracts/index.ts'
import { receipt, receiptDocument } from './schema.ts'

/**
 * What a delivery receipt attests, for public verification: parties, goods, the day and the digest of its PDF. It stays
 * true when the contract ends. Undefined for a number or digest of none.
 */
export async function attestedReceipt(rx: Rx, by: { readonly number: string } | { readonly sha256: string }) {
  const [found] = await rx.tx
    .select({ row: receipt, sha256: receiptDocument.sha256 })
    .from(receipt)
    .leftJoin(receiptDocument, eq(receiptDocument.receiptId, receipt.id))
    .where('number' in by ? eq(receipt.number, by.number) : eq(receiptDocument.sha256, by.sha256))
  if (!found) return undefined
  const { row, sha256 } = found
  const contract = await contractOf(rx, row.contractId)
  const [vendor, buyer] = contract.terms.parties
  const sealed = { action: 'receipt.seal', subjectKind: 'delivery', subjectId: row.id }
  return {
    number: row.number,
    kind: 'delivery' as const,
    ending: undefined,
    state: 'delivered',
    version: row.round,
    issuedAt: row.deliveredAt,
    validUntil: null,
    vendor: vendor.name,
    buyer: buyer.name,
    productName: contract.productName,
    documentSha256: sha256,
    recorded: sealed,
    sealed,
  }
}
