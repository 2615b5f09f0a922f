import { and, eq, isNotNull } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { contract } from './schema.ts'

const ended = new Set(['terminated', 'void'])

/**
 * What a contract in force attests, for public verification: parties, goods and the digest of the sealed text, never
 * price or terms. Undefined for a number or digest of none; what is still negotiated is not there for the public.
 */
export async function attestedContract(rx: Rx, by: { readonly number: string } | { readonly sha256: string }) {
  const isIt = 'number' in by ? eq(contract.number, by.number) : eq(contract.pdfSha256, by.sha256)
  const [row] = await rx.tx
    .select()
    .from(contract)
    .where(and(isIt, isNotNull(contract.effectiveAt)))
  if (!row) return undefined
  const sealed = { action: 'contract.seal', subjectKind: 'contract', subjectId: row.id }
  const [vendor, buyer] = row.terms.parties
  return {
    number: row.number,
    kind: 'contract' as const,
    ending: ended.has(row.state) ? ('terminated' as const) : undefined,
    state: row.state,
    version: row.version,
    issuedAt: row.effectiveAt,
    validUntil: null,
    vendor: vendor.name,
    buyer: buyer.name,
    productName: row.productName,
    documentSha256: row.pdfSha256,
    recorded: sealed,
    sealed,
  }
}
