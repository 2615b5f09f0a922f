import { createHmac, timingSafeEqual } from 'node:crypto'
import { canonicalJson } from '../../kernel/canonical.ts'

/** What a download link is signed over (trust §5); a change of any part makes it worthless. */
export interface LinkFacts {
  /** id of the grant row that the link is bound to, so that ranges and resuming work within it */
  readonly grant: string
  /** id of the signing key */
  readonly key: string
  /** `GET` (which allows HEAD) or `HEAD` */
  readonly method: string
  /** SHA-256 of the file, hex */
  readonly digest: string
  /** the organisation whose data it is */
  readonly tenant: string
  /** the organisation that may fetch it */
  readonly grantee: string
  readonly order: string
  /** last second, Unix time */
  readonly until: string
}

const parts = ['key', 'method', 'digest', 'tenant', 'grantee', 'order', 'until'] as const

const macOf = (facts: LinkFacts, secret: Buffer): Buffer => {
  const { grant, key, method, digest, tenant, grantee, order, until } = facts
  const signed = { v: 1, type: 'download', grant, key, method, digest, tenant, grantee, order, until }
  return createHmac('sha256', secret).update(canonicalJson(signed)).digest()
}

/** HMAC-SHA-256 over the canonical JSON of the facts, base64url. */
export const signLink = (facts: LinkFacts, secret: Buffer): string => macOf(facts, secret).toString('base64url')

/** Compares in constant time; false for anything that is not this signature. */
export function isSignature(signature: string, facts: LinkFacts, secret: Buffer): boolean {
  const given = Buffer.from(signature, 'base64url')
  const right = macOf(facts, secret)
  // a second spelling of the same bytes (padding, stray bits) is not what we handed out
  return given.length === right.length && timingSafeEqual(given, right) && given.toString('base64url') === signature
}

/** The link's path and query. The logger blanks the parameter `signature`. */
export function linkPath(facts: LinkFacts, signature: string): string {
  const query = new URLSearchParams(parts.map((part): [string, string] => [part, facts[part]]))
  query.set('signature', signature)
  return `/api/v1/downloads/${facts.grant}?${query}`
}
