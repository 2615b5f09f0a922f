import { type Text, text } from '../text.ts'

/** Something in a log's material is not as its specification says, or does not verify. Never retried: the bytes are wrong. */
export class LogError extends Error {
  readonly detail: Text

  constructor(detail: Text) {
    super(detail.en)
    this.name = 'LogError'
    this.detail = detail
  }
}

/**
 * A whole number in ASCII decimal without sign or leading zeros, as every C2SP text writes sizes and indexes.
 * @throws LogError for any other spelling and for numbers beyond 2^53 − 1.
 */
export function parseDecimal(digits: string): number {
  const value = /^(0|[1-9][0-9]*)$/.test(digits) ? Number(digits) : Number.NaN
  if (!Number.isSafeInteger(value)) {
    throw new LogError(
      text('应为不带前导零的十进制整数', 'expected a decimal whole number without leading zeros, at most 2^53 − 1'),
    )
  }
  return value
}

/**
 * The bytes of standard, padded base64 (RFC 4648 §4) in its one canonical spelling.
 * A second spelling of the same bytes is refused: otherwise two different texts would carry one signature or hash.
 * @throws LogError
 */
export function parseBase64(encoded: string): Buffer {
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) {
    throw new LogError(text('应为标准 Base64 编码', 'expected standard base64 with padding'))
  }
  return bytes
}

/** A SHA-256 hash written in base64. @throws LogError when it is not exactly 32 bytes. */
export function parseHash(encoded: string): Buffer {
  const bytes = parseBase64(encoded)
  if (bytes.length !== 32) throw new LogError(text('散列值应为 32 字节', 'expected a hash of 32 bytes'))
  return bytes
}

/** Base64 (standard, padded) of some bytes. */
export const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/**
 * The text of a note or proof: valid UTF-8 without ASCII control characters other than the newline (signed-note, Format).
 * A byte order mark is kept, so it cannot be smuggled past a signature.
 * @throws LogError
 */
export function parseText(input: string | Uint8Array): string {
  let value: string
  try {
    value = typeof input === 'string' ? input : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input)
  } catch {
    throw new LogError(text('不是有效的 UTF-8 文本', 'not valid UTF-8'))
  }
  if (!value.isWellFormed()) throw new LogError(text('不是有效的 Unicode 文本', 'not well-formed Unicode'))
  for (let at = 0; at < value.length; at++) {
    const unit = value.charCodeAt(at)
    if (unit < 0x20 && unit !== 0x0a) {
      throw new LogError(
        text(`第 ${at + 1} 个字符是控制字符`, `character ${at + 1} is a control character; only newlines are allowed`),
      )
    }
  }
  return value
}
