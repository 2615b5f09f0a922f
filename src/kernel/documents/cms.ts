import { createHash, createVerify, type KeyObject } from 'node:crypto'
import forge from 'node-forge'

// CMS SignedData (RFC 5652) as PAdES baseline B wants it: forge's own PKCS#7 writer cannot add the attribute
// signing-certificate-v2 (RFC 5035) that ETSI.CAdES.detached demands, so the structure is put together here.

const oids = {
  signedData: '1.2.840.113549.1.7.2',
  data: '1.2.840.113549.1.7.1',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  sha256: '2.16.840.1.101.3.4.2.1',
  rsa: '1.2.840.113549.1.1.1',
} as const

const { asn1 } = forge
const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class
const { SEQUENCE, SET, OID, OCTETSTRING, INTEGER, NULL } = asn1.Type

const node = (type: forge.asn1.Type, value: forge.asn1.Asn1[]) => asn1.create(UNIVERSAL, type, true, value)
const oid = (value: string) => asn1.create(UNIVERSAL, OID, false, asn1.oidToDer(value).getBytes())
const octets = (value: Buffer) => asn1.create(UNIVERSAL, OCTETSTRING, false, value.toString('binary'))
const integer = (value: number) => asn1.create(UNIVERSAL, INTEGER, false, asn1.integerToDer(value).getBytes())
const tagged = (tag: number, value: forge.asn1.Asn1[]) => asn1.create(CONTEXT_SPECIFIC, tag, true, value)
const algorithm = (value: string) => node(SEQUENCE, [oid(value), asn1.create(UNIVERSAL, NULL, false, '')])
const der = (value: forge.asn1.Asn1): Buffer => Buffer.from(asn1.toDer(value).getBytes(), 'binary')
const parse = (bytes: Buffer): forge.asn1.Asn1 => asn1.fromDer(bytes.toString('binary'))
const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()

/** The signed attributes (DER, as SET OF): content type, digest of the document, digest of the certificate. */
export function signedAttributes(digest: Buffer, certificate: Buffer): Buffer {
  const attribute = (type: string, value: forge.asn1.Asn1) => node(SEQUENCE, [oid(type), node(SET, [value])])
  const certificateId = node(SEQUENCE, [node(SEQUENCE, [node(SEQUENCE, [octets(sha256(certificate))])])])
  const attributes = [
    attribute(oids.contentType, oid(oids.data)),
    attribute(oids.messageDigest, octets(digest)),
    attribute(oids.signingCertificateV2, certificateId),
  ]
  // DER orders a SET OF by its members' encodings.
  return der(
    node(
      SET,
      [...attributes].sort((a, b) => Buffer.compare(der(a), der(b))),
    ),
  )
}

/** A detached SignedData with one signer and its certificate. `attributes` are what `signature` was made over. */
export function buildCms(certificate: Buffer, attributes: Buffer, signature: Buffer): Buffer {
  const certificateAsn1 = parse(certificate)
  const toBeSigned = (certificateAsn1.value as forge.asn1.Asn1[])[0]
  const fields = toBeSigned?.value as forge.asn1.Asn1[]
  // Version is explicit in a v3 certificate, so serial number and issuer are the fields 1 and 3.
  const issuerAndSerial = node(SEQUENCE, [fields[3]!, fields[1]!])
  const signer = node(SEQUENCE, [
    integer(1),
    issuerAndSerial,
    algorithm(oids.sha256),
    tagged(0, parse(attributes).value as forge.asn1.Asn1[]),
    algorithm(oids.rsa),
    octets(signature),
  ])
  const signedData = node(SEQUENCE, [
    integer(1),
    node(SET, [algorithm(oids.sha256)]),
    node(SEQUENCE, [oid(oids.data)]),
    tagged(0, [certificateAsn1]),
    node(SET, [signer]),
  ])
  return der(node(SEQUENCE, [oid(oids.signedData), tagged(0, [signedData])]))
}

/** The parts of a SignedData that `buildCms` wrote. */
export interface ReadCms {
  readonly certificate: Buffer
  readonly messageDigest: Buffer
  readonly attributes: Buffer
  isSignedBy(key: KeyObject): boolean
}

const children = (value: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] => {
  if (!value || !Array.isArray(value.value)) throw new TypeError('not a constructed ASN.1 value')
  return value.value
}

function takeApart(bytes: Buffer): ReadCms | undefined {
  // The placeholder is longer than the signature; what follows the structure must be zeros.
  const buffer = forge.util.createBuffer(bytes.toString('binary'))
  const outer = asn1.fromDer(buffer, { strict: true, parseAllBytes: false } as unknown as boolean)
  const rest = Buffer.from(buffer.getBytes(), 'binary')
  const signedData = children(children(outer)[1])[0]
  const parts = children(signedData)
  const certificate = der(children(parts[3])[0]!)
  const signer = children(children(parts[4])[0])
  const attributes = der(node(SET, children(signer[3])))
  const signature = Buffer.from(signer[5]!.value as string, 'binary')
  const digestAttribute = children(signer[3]).find(
    attribute => asn1.derToOid(children(attribute)[0]!.value as string) === oids.messageDigest,
  )
  const messageDigest = Buffer.from(children(children(digestAttribute)[1])[0]!.value as string, 'binary')
  const rebuilt = buildCms(certificate, attributes, signature)
  const isExact = rebuilt.equals(bytes.subarray(0, rebuilt.length)) && rest.every(byte => byte === 0)
  if (!isExact || rebuilt.length + rest.length !== bytes.length) return undefined
  return {
    certificate,
    messageDigest,
    attributes,
    isSignedBy: key => createVerify('sha256').update(attributes).verify(key, signature),
  }
}

/** Reads what `buildCms` wrote, followed by zeros; undefined for anything that is not encoded exactly so. */
export function readCms(bytes: Buffer): ReadCms | undefined {
  try {
    return takeApart(bytes)
  } catch {
    return undefined
  }
}

/** Whether the signed attributes are those of this document digest and this very certificate, and no others. */
export const certificateDigestMatches = (cms: ReadCms): boolean =>
  signedAttributes(cms.messageDigest, cms.certificate).equals(cms.attributes)
