import { eq } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { filing, registration } from './schema.ts'

const revoked = new Set(['cancelled', 'revoked'])

/**
 * What a registration or a filing attests, for public verification: never price or terms. Undefined for a number that
 * was never given, or a digest of no certificate and no receipt.
 */
export async function attestedTrade(rx: Rx, by: { readonly number: string } | { readonly sha256: string }) {
  const [asRegistration] = await rx.tx
    .select()
    .from(registration)
    .where('number' in by ? eq(registration.number, by.number) : eq(registration.certificateSha256, by.sha256))
  const [asFiling] = asRegistration
    ? []
    : await rx.tx
        .select()
        .from(filing)
        .where('number' in by ? eq(filing.number, by.number) : eq(filing.receiptSha256, by.sha256))
  const row = asRegistration ?? asFiling
  if (!row?.number) return undefined
  const subject = { subjectKind: asRegistration ? 'registration' : 'filing', subjectId: row.id }
  return {
    number: row.number,
    kind: asRegistration ? ('registration' as const) : ('filing' as const),
    ending: revoked.has(row.state) ? ('revoked' as const) : undefined,
    state: row.state,
    version: row.version,
    issuedAt: asRegistration ? asRegistration.registeredAt : (asFiling?.filedAt ?? null),
    validUntil: asRegistration?.validUntil ?? null,
    vendor: row.facts.vendor.name,
    buyer: row.facts.buyer.name,
    productName: row.facts.productName,
    documentSha256: asRegistration ? asRegistration.certificateSha256 : (asFiling?.receiptSha256 ?? null),
    recorded: { action: asRegistration ? 'registration.register' : 'filing.file', ...subject },
    sealed: { action: asRegistration ? 'registration.certify' : 'filing.receipt', ...subject },
  }
}
