import { eq } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { integratedEntry, openedEntry } from '../transparency/index.ts'
import { maskName } from './model.ts'
import { filing, registration } from './schema.ts'

const revoked = new Set(['cancelled', 'revoked'])

/**
 * What the public learns of a number: genuine, altered (the digest asked about is not the issued document's) or revoked;
 * never price or terms. @throws not-found for a number that was never given
 */
export async function verifyNumber(rx: Rx, number: string, sha256?: string) {
  const [asRegistration] = await rx.tx.select().from(registration).where(eq(registration.number, number))
  const [asFiling] = asRegistration ? [] : await rx.tx.select().from(filing).where(eq(filing.number, number))
  const row = asRegistration ?? asFiling
  if (!row) throw notFound()
  const document = asRegistration ? asRegistration.certificateSha256 : (asFiling?.receiptSha256 ?? null)
  const attested = asRegistration
    ? { action: 'registration.certify', subjectKind: 'registration' }
    : { action: 'filing.receipt', subjectKind: 'filing' }
  const isAltered = sha256 !== undefined && sha256 !== document
  const place = await integratedEntry(rx, {
    action: asRegistration ? 'registration.register' : 'filing.file',
    subjectKind: asRegistration ? 'registration' : 'filing',
    subjectId: row.id,
  })
  return {
    number,
    kind: asRegistration ? ('registration' as const) : ('filing' as const),
    verdict: revoked.has(row.state) ? ('revoked' as const) : isAltered ? ('altered' as const) : ('genuine' as const),
    state: row.state,
    version: row.version,
    issuedAt: asRegistration ? asRegistration.registeredAt : (asFiling?.filedAt ?? null),
    validUntil: asRegistration?.validUntil ?? null,
    vendor: maskName(row.facts.vendor.name),
    buyer: maskName(row.facts.buyer.name),
    productName: row.facts.productName,
    documentSha256: document,
    log: place ?? null,
    document: (document && (await openedEntry(rx, { ...attested, subjectId: row.id }))) || null,
  }
}

/** The number of the certificate or receipt with that digest. @throws not-found for a file that was never issued */
export async function numberOfDocument(rx: Rx, sha256: string): Promise<string> {
  const [certificate] = await rx.tx
    .select({ number: registration.number })
    .from(registration)
    .where(eq(registration.certificateSha256, sha256))
  if (certificate?.number) return certificate.number
  const [receipt] = await rx.tx.select({ number: filing.number }).from(filing).where(eq(filing.receiptSha256, sha256))
  if (receipt?.number) return receipt.number
  throw notFound(
    text(
      '没有出具过与此完全相同的文件：它被改动过，或不是本交易场所出具的，或已有更新的版本。',
      'No such file was issued: it was altered, or is not of this exchange, or a newer version has taken its place.',
    ),
  )
}
