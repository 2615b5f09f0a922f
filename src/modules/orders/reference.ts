import { randomInt } from 'node:crypto'
import { mod31Alphabet, mod31Check } from '../../kernel/uscc.ts'

const prefix = 'JS'
const length = 8

/** What people and bank systems make of letters that the alphabet does not have. */
const lookAlikes: Readonly<Record<string, string>> = { I: '1', O: '0', S: '5', V: 'U', Z: '2' }

/**
 * A new payment reference: `JS`, eight random characters of the 31-letter alphabet of GB 32100 (no I O S V Z), and the
 * check character over the eight. 8.5·10¹¹ codes; the unique constraint keeps two orders apart.
 */
export function newReferenceCode(): string {
  const body = Array.from({ length }, () => mod31Alphabet[randomInt(mod31Alphabet.length)]).join('')
  return `${prefix}${body}${mod31Check(body)}`
}

/** A reference as somebody typed it (any case, spaces, hyphens, full-width, look-alikes), or undefined if it is none. */
export function parseReferenceCode(typed: string): string | undefined {
  const plain = typed.normalize('NFKC').toUpperCase().replace(/[\s-]/g, '')
  if (!/^J[S5][0-9A-Z]{9}$/.test(plain)) return undefined
  const code = [...plain.slice(2)].map(c => lookAlikes[c] ?? c).join('')
  return mod31Check(code.slice(0, length)) === code.at(-1) ? `${prefix}${code}` : undefined
}

/** All different references in the remark of a bank transfer, in order; the check character keeps chance hits out. */
export function findReferenceCodes(remark: string): string[] {
  const plain = remark.normalize('NFKC').toUpperCase().replace(/[\s-]/g, '')
  const found = [...plain.matchAll(/(?=(J[S5][0-9A-Z]{9}))/g)].map(match => parseReferenceCode(match[1] ?? ''))
  return [...new Set(found.filter(code => code !== undefined))]
}
