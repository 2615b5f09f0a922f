import { randomBytes } from 'node:crypto'

/**
 * A new UUID version 7 (RFC 9562 §5.7): the identity of a row. Its time part only keeps index pages close together;
 * nothing reads a time back out of it, so the process clock decides nothing here.
 */
export function newId(): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(performance.timeOrigin + performance.now(), 0, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** A random secret of 256 bits, base64url: refresh tokens, API tokens, download grants. */
export const newSecret = (): string => randomBytes(32).toString('base64url')
