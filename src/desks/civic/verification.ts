import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { type Route, read } from '../../kernel/http/route.ts'
import { isNumber } from '../../kernel/numbers.ts'
import { notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { closed, Id, Instant, iso, nullable, Sha256 } from '../../kernel/wire.ts'
import { attestedContract } from '../../modules/contracts/index.ts'
import { attestedReceipt } from '../../modules/delivery/index.ts'
import { attestedTrade, maskName } from '../../modules/registration/index.ts'
import { integratedEntry, openedEntry } from '../../modules/transparency/index.ts'

type By = { readonly number: string } | { readonly sha256: string }

const attested = async (rx: Rx, by: By) =>
  (await attestedTrade(rx, by)) ?? (await attestedContract(rx, by)) ?? (await attestedReceipt(rx, by))

/** Whether a text is a number that can be verified: a Jinshu number, or a delivery's, which is its order's with a round. */
export const isVerifiable = (number: string): boolean => isNumber(number.replace(/-R[1-9]\d*$/, ''))

/**
 * What the public learns of a number: genuine, altered (the digest asked about is not the issued document's), revoked
 * or terminated; parties masked, never price or terms. @throws not-found for a number that was never given
 */
export async function verifyNumber(rx: Rx, number: string, sha256?: string) {
  const found = await attested(rx, { number })
  if (!found) throw notFound()
  const { ending, recorded, sealed, ...facts } = found
  const isAltered = sha256 !== undefined && sha256 !== facts.documentSha256
  return {
    ...facts,
    verdict: ending ?? (isAltered ? ('altered' as const) : ('genuine' as const)),
    vendor: maskName(facts.vendor),
    buyer: maskName(facts.buyer),
    log: (await integratedEntry(rx, recorded)) ?? null,
    document: (facts.documentSha256 !== null && (await openedEntry(rx, sealed))) || null,
  }
}

/** The number of the document with that digest. @throws not-found for a file that was never issued */
export async function numberOfDocument(rx: Rx, sha256: string): Promise<string> {
  const found = await attested(rx, { sha256 })
  if (found) return found.number
  throw notFound(
    text(
      '没有出具过与此完全相同的文件：它被改动过，或不是本交易场所出具的，或已有更新的版本。',
      'No such file was issued: it was altered, or is not of this exchange, or a newer version has taken its place.',
    ),
  )
}

const VerificationShape = Type.Object({
  number: Type.String(),
  kind: Type.String({ enum: ['registration', 'filing', 'contract', 'delivery'] }),
  verdict: Type.String({ enum: ['genuine', 'altered', 'revoked', 'terminated'] }),
  state: Type.String(),
  version: Type.Integer(),
  issuedAt: nullable(Instant),
  validUntil: nullable(Instant),
  vendor: Type.String(),
  buyer: Type.String(),
  productName: Type.String(),
  documentSha256: nullable(Type.String()),
  log: nullable(Type.Object({ auditId: Id, index: Type.Integer(), leafHash: Type.String() })),
  /** what the log committed to when the document was issued: its record names number, version and digest */
  document: nullable(Type.Object({ auditId: Id, index: Type.Integer(), record: Type.String(), salt: Type.String() })),
})

const toVerification = (found: Awaited<ReturnType<typeof verifyNumber>>) => ({
  ...found,
  issuedAt: iso(found.issuedAt),
  validUntil: iso(found.validUntil),
})

const tag = 'registration'

/** The public checks as the API gives them. */
export const routes: Route[] = [
  read({
    at: 'GET /verifications/:number',
    operation: 'verifyNumber',
    permission: 'registration.verify',
    tag,
    summary: text(
      '公开查验登记、备案、合同、交付回执的编号',
      'Verify the number of a registration, filing, contract or delivery receipt (public)',
    ),
    params: closed({ number: Type.String({ maxLength: 40 }) }),
    query: closed({ sha256: Type.Optional(Sha256) }),
    reply: VerificationShape,
    run: async (rx, { params, query }) =>
      toVerification(await verifyNumber(rx, params.number.toUpperCase(), query.sha256)),
  }),
  read({
    at: 'GET /verified-documents/:sha256',
    operation: 'verifyDocument',
    permission: 'registration.verify',
    tag,
    summary: text(
      '按文件摘要公开查验证书、合同、回执',
      'Verify a certificate, contract or receipt by its digest (public)',
    ),
    params: closed({ sha256: Sha256 }),
    reply: VerificationShape,
    run: async (rx, { params: { sha256 } }) =>
      toVerification(await verifyNumber(rx, await numberOfDocument(rx, sha256), sha256)),
  }),
]
