import {
  createHash,
  createPrivateKey,
  createSign,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto'
import { promisify } from 'node:util'
import { plainAddPlaceholder } from '@signpdf/placeholder-plain'
import { Signer, SignPdf } from '@signpdf/signpdf'
import forge from 'node-forge'
import { buildCms, certificateDigestMatches, readCms, signedAttributes } from './cms.ts'

/** The key and self-signed certificate with which an organisation seals PDFs. The P12 and its passphrase are secrets. */
export interface SealIdentity {
  readonly p12: Buffer
  readonly passphrase: string
  readonly certificatePem: string
  /** SHA-256 (hex) of the certificate: what the organisation publishes, and a verifier compares. */
  readonly fingerprint: string
}

/** What a look at a sealed PDF tells. */
export interface SealCheck {
  /** The sealed bytes are unchanged and the seal was made with the certificate it carries. */
  readonly isIntact: boolean
  /** Nothing stands in the file outside what is sealed: nothing was appended. */
  readonly coversWholeFile: boolean
  /** The organisation named by the certificate; say who it is only after comparing the fingerprint. */
  readonly signer: string | undefined
  readonly signedAt: Date | undefined
  readonly fingerprint: string | undefined
}

const validYears = 10
const generate = promisify(generateKeyPair)
const fingerprintOf = (der: Buffer): string => createHash('sha256').update(der).digest('hex')
const derOf = (certificate: forge.pki.Certificate): Buffer =>
  Buffer.from(forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes(), 'binary')

/**
 * Makes the identity of a seal: RSA 3072 (made off the main thread) with a self-signed certificate for ten years from
 * `now`. A certificate of a licensed authority (电子签名法 Art 16) can take its place: it is the same P12.
 */
export async function createSealIdentity(input: { organisation: string; now: Date }): Promise<SealIdentity> {
  const pair = await generate('rsa', { modulusLength: 3072 })
  const privateKey = forge.pki.privateKeyFromPem(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString())
  certificate.serialNumber = `00${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = new Date(Math.floor(input.now.getTime() / 1000) * 1000)
  certificate.validity.notAfter = new Date(certificate.validity.notBefore)
  certificate.validity.notAfter.setUTCFullYear(certificate.validity.notAfter.getUTCFullYear() + validYears)
  // forge writes attribute values as PrintableString unless told otherwise, which cannot carry Chinese.
  const utf8 = { valueTagClass: forge.asn1.Type.UTF8 as unknown as forge.asn1.Class }
  const subject = [
    { name: 'countryName', value: 'CN' },
    { name: 'organizationName', value: input.organisation, ...utf8 },
    { name: 'commonName', value: input.organisation, ...utf8 },
  ]
  certificate.setSubject(subject)
  certificate.setIssuer(subject)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, nonRepudiation: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ])
  certificate.sign(privateKey, forge.md.sha256.create())
  const passphrase = randomBytes(24).toString('base64url')
  const p12 = forge.pkcs12.toPkcs12Asn1(privateKey, [certificate], passphrase, { algorithm: 'aes256' })
  return {
    p12: Buffer.from(forge.asn1.toDer(p12).getBytes(), 'binary'),
    passphrase,
    certificatePem: new X509Certificate(derOf(certificate)).toString(),
    fingerprint: fingerprintOf(derOf(certificate)),
  }
}

interface OpenedIdentity {
  readonly key: KeyObject
  readonly certificate: Buffer
}

const opened = new WeakMap<Buffer, OpenedIdentity>()

/** Opens a P12 once: deriving its key takes longer than sealing. @throws Error when the passphrase is wrong. */
function openIdentity(identity: Pick<SealIdentity, 'p12' | 'passphrase'>): OpenedIdentity {
  const known = opened.get(identity.p12)
  if (known) return known
  const asn1 = forge.asn1.fromDer(identity.p12.toString('binary'))
  const p12 = forge.pkcs12.pkcs12FromAsn1(asn1, false, identity.passphrase)
  const { certBag, pkcs8ShroudedKeyBag } = forge.pki.oids as { certBag: string; pkcs8ShroudedKeyBag: string }
  const certificate = p12.getBags({ bagType: certBag })[certBag]?.[0]?.cert
  const key = p12.getBags({ bagType: pkcs8ShroudedKeyBag })[pkcs8ShroudedKeyBag]?.[0]?.key
  if (!certificate || !key) throw new Error('the P12 of the seal holds no certificate or no key')
  const found = { key: createPrivateKey(forge.pki.privateKeyToPem(key)), certificate: derOf(certificate) }
  opened.set(identity.p12, found)
  return found
}

/** Signs as PAdES baseline B asks (ETSI EN 319 142-1): the certificate is bound into the signed attributes, the time stands in /M. */
class CadesSigner extends Signer {
  readonly #identity: OpenedIdentity

  constructor(identity: OpenedIdentity) {
    super()
    this.#identity = identity
  }

  override async sign(pdf: Buffer): Promise<Buffer> {
    const { key, certificate } = this.#identity
    const attributes = signedAttributes(createHash('sha256').update(pdf).digest(), certificate)
    return buildCms(certificate, attributes, createSign('sha256').update(attributes).sign(key))
  }
}

/** A PDF text string as hexadecimal UTF-16: no sign in it can end the string or begin an object. */
const hexString = (value: string): string => Buffer.from(`\ufeff${value}`, 'utf16le').swap16().toString('hex')

/**
 * Puts the organisation's PAdES seal (ETSI.CAdES.detached) on a PDF as an incremental update: the pages stay byte for
 * byte what they were. The same input gives the same bytes.
 * @param input.signedAt the instant the seal states, from the command's clock.
 */
export async function sealPdf(
  pdf: Buffer,
  identity: Pick<SealIdentity, 'p12' | 'passphrase'>,
  input: { reason: string; location: string; signedAt: Date },
): Promise<Buffer> {
  const own = openIdentity(identity)
  const name = organisationOf(own.certificate)
  // The placeholder library writes strings in Latin letters only, so stand-ins of the same length are exchanged.
  const strings = [input.reason, input.location, name].map(hexString)
  const standIns = strings.map((hex, i) => `${'RLN'[i]}`.repeat(hex.length))
  let prepared = plainAddPlaceholder({
    pdfBuffer: pdf,
    reason: standIns[0]!,
    location: standIns[1]!,
    name: standIns[2]!,
    contactInfo: '',
    signingTime: input.signedAt,
    signatureLength: 8192,
    subFilter: 'ETSI.CAdES.detached',
    widgetRect: [0, 0, 0, 0],
  })
  strings.forEach((hex, i) => {
    const at = prepared.lastIndexOf(`(${standIns[i]})`)
    if (at < pdf.length - 2) throw new Error('the seal has no place in this PDF')
    prepared = Buffer.concat([
      prepared.subarray(0, at),
      Buffer.from(`<${hex}>`),
      prepared.subarray(at + hex.length + 2),
    ])
  })
  return new SignPdf().sign(prepared, new CadesSigner(own))
}

const organisationOf = (der: Buffer): string => /^CN=(.*)$/m.exec(new X509Certificate(der).subject)?.[1] ?? ''

interface Found {
  readonly range: readonly [number, number, number, number]
  readonly contents: string
  readonly dictionary: string
}

/** The last signature of the file: its byte range, and what stands in the gap between its two parts. */
function findSignature(pdf: Buffer): Found | undefined {
  const latin = pdf.toString('latin1')
  const at = latin.lastIndexOf('/ByteRange [')
  const numbers = /^\/ByteRange \[(\d{1,12}) (\d{1,12}) (\d{1,12}) (\d{1,12})\]/.exec(latin.slice(at, at + 80))
  if (at < 0 || !numbers) return undefined
  const [a, b, c, d] = numbers.slice(1).map(Number) as [number, number, number, number]
  const isOrdered = a === 0 && b < c && c + d <= pdf.length && at < b
  const gap = latin.slice(b, c)
  if (!isOrdered || !/^<[0-9a-f]+>$/.test(gap)) return undefined
  const dictionary = latin.slice(at, Math.min(latin.length, latin.indexOf('endobj', c)))
  return { range: [a, b, c, d], contents: gap.slice(1, -1), dictionary }
}

function timeOf(dictionary: string): Date | undefined {
  const found = /\/M \(D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z\)/.exec(dictionary)
  if (!found) return undefined
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number) as number[]
  return new Date(Date.UTC(year!, month! - 1, day, hour, minute, second))
}

const nothing: SealCheck = {
  isIntact: false,
  coversWholeFile: false,
  signer: undefined,
  signedAt: undefined,
  fingerprint: undefined,
}

/**
 * Checks a seal made by `sealPdf`, without any other program. Strict: the signature must be encoded exactly as
 * `sealPdf` does, so that no byte of the file is without effect. It says whether the file is whole and which
 * certificate sealed it; whether that certificate is the exchange's, the caller decides by its fingerprint.
 */
export function verifySeal(pdf: Buffer): SealCheck {
  const found = findSignature(pdf)
  if (!found) return nothing
  const [, b, c, d] = found.range
  const coversWholeFile = c + d === pdf.length
  const cms = readCms(Buffer.from(found.contents, 'hex'))
  if (!cms) return { ...nothing, coversWholeFile }
  try {
    const certificate = new X509Certificate(cms.certificate)
    const digest = createHash('sha256')
      .update(pdf.subarray(0, b))
      .update(pdf.subarray(c, c + d))
      .digest()
    const isIntact =
      cms.messageDigest.equals(digest) && certificateDigestMatches(cms) && cms.isSignedBy(certificate.publicKey)
    return {
      isIntact,
      coversWholeFile,
      signer: organisationOf(cms.certificate),
      signedAt: timeOf(found.dictionary),
      fingerprint: fingerprintOf(cms.certificate),
    }
  } catch {
    return { ...nothing, coversWholeFile }
  }
}
