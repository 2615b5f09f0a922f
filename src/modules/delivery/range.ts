/** One stretch of a file, both ends included, as HTTP counts. */
export interface Stretch {
  readonly first: number
  readonly last: number
}

/** What a GET asks for: all of it, one stretch, or nothing that exists. */
export type Asked = { readonly kind: 'whole' } | ({ readonly kind: 'part' } & Stretch) | { readonly kind: 'none' }

const whole: Asked = { kind: 'whole' }

/**
 * Reads a Range header against a file of `size` bytes (RFC 9110 §14.1.2, §14.2). What is no single byte range — another
 * unit, several ranges, a malformed one — is ignored, as the standard allows, and the whole file is served.
 */
export function readRange(header: string | undefined, size: number): Asked {
  const found = /^bytes[ \t]*=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '')
  if (!found) return whole
  const [, from = '', to = ''] = found
  if (from === '' && to === '') return whole
  if (from === '') {
    const length = Number(to)
    return length === 0 || size === 0
      ? { kind: 'none' }
      : { kind: 'part', first: Math.max(0, size - length), last: size - 1 }
  }
  const first = Number(from)
  const last = to === '' ? Number.POSITIVE_INFINITY : Number(to)
  if (last < first) return whole
  return first >= size ? { kind: 'none' } : { kind: 'part', first, last: Math.min(last, size - 1) }
}

/**
 * Whether If-Range lets the range stand: a strong tag that is ours (RFC 9110 §13.1.5). A date never does, because the
 * file is named by its content and has none; a weak tag never does either.
 */
export const rangeMayStand = (ifRange: string | undefined, tag: string): boolean =>
  ifRange === undefined || ifRange.trim() === tag

const tagsIn = (header: string): string[] => [...header.matchAll(/(?:W\/)?"[^"]*"/g)].map(match => match[0])

/** If-Match (strong comparison): false means 412. */
export const isMatch = (header: string | undefined, tag: string): boolean =>
  header === undefined || header.trim() === '*' || tagsIn(header).includes(tag)

/** If-None-Match (weak comparison): true means 304, the client has these very bytes. */
export const isKnown = (header: string | undefined, tag: string): boolean =>
  header !== undefined && (header.trim() === '*' || tagsIn(header).some(t => t.replace(/^W\//, '') === tag))
