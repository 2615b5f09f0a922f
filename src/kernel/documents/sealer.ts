import type { Client } from '../db/client.ts'
import { exchangeKey, type Keyring } from '../keys.ts'
import { createSealIdentity, type SealIdentity, sealPdf } from './seal.ts'

export interface SealInput {
  /** Name of the organisation that runs the exchange; stands in the certificate, which is made with the first seal. */
  readonly organisation: string
  readonly reason: string
  readonly location: string
  /** The instant that the seal states: part of the input, never the clock. */
  readonly signedAt: Date
}

/** The exchange's seal: one key for all its documents. */
export interface Sealer {
  /** Puts the seal (PAdES) on a PDF; the same input gives the same bytes. */
  seal(pdf: Buffer, input: SealInput): Promise<Buffer>
  /** The certificate that seals carry, and its SHA-256; made when there is none yet. */
  certificate(organisation: string, now: Date): Promise<{ readonly pem: string; readonly fingerprint: string }>
}

const dayMs = 86_400_000

/** Opens the seal; its key lies with the exchange's other keys, sealed with the master key, and is made on first use. */
export function createSealer(client: Client, keyring: Keyring): Sealer {
  let kept: Promise<SealIdentity> | undefined
  const open = async (organisation: string, now: Date): Promise<SealIdentity> => {
    const pair = await exchangeKey(client, keyring, 'seal', async () => {
      // A day earlier, so that no document that was waiting for its seal is older than the certificate.
      const made = await createSealIdentity({ organisation, now: new Date(now.getTime() - dayMs) })
      const secret = { p12: made.p12.toString('base64'), passphrase: made.passphrase, fingerprint: made.fingerprint }
      return { publicPart: made.certificatePem, privatePart: Buffer.from(JSON.stringify(secret)) }
    })
    const secret = JSON.parse(pair.privatePart.toString()) as { p12: string; passphrase: string; fingerprint: string }
    return { ...secret, p12: Buffer.from(secret.p12, 'base64'), certificatePem: pair.publicPart }
  }
  const identity = (organisation: string, now: Date): Promise<SealIdentity> => {
    kept ??= open(organisation, now).catch(error => {
      kept = undefined
      throw error
    })
    return kept
  }
  return {
    async seal(pdf, { organisation, ...input }) {
      return sealPdf(pdf, await identity(organisation, input.signedAt), input)
    },
    async certificate(organisation, now) {
      const { certificatePem, fingerprint } = await identity(organisation, now)
      return { pem: certificatePem, fingerprint }
    },
  }
}
