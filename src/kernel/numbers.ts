import { mod31Check } from './uscc.ts'

/** What a Jinshu number says: whose it is, what it names, and which one of its year. */
export interface NumberParts {
  /** The GB/T 2260 division, six digits. */
  readonly division: string
  /** Two letters for the kind of thing, such as DP for a data product. */
  readonly kind: string
  readonly year: number
  /** 1 to 99,999,999 in its division, kind and year. */
  readonly seq: number
}

// Kinds use the letters of GB 32100 only, so that the check covers them too.
const numberPattern = /^(\d{6})-([A-HJ-NPQRTUWXY]{2})-([1-9]\d{3})-(\d{8})-([0-9A-HJ-NPQRTUWXY])$/

/**
 * Writes a number: `140000-DP-2026-00000001-…`, the last character being the GB 32100 check over all others, hyphens skipped.
 * @throws RangeError when a part does not fit its place.
 */
export function formatNumber(division6: string, kind: string, year: number, seq: number): string {
  const body = `${division6}-${kind}-${year}-${String(seq).padStart(8, '0')}`
  if (seq < 1 || !numberPattern.test(`${body}-0`)) {
    throw new RangeError(`no number can be made of division ${division6}, kind ${kind}, year ${year}, sequence ${seq}`)
  }
  return `${body}-${mod31Check(body.replaceAll('-', ''))}`
}

/** The parts of a number, or undefined when it is not one: another form, or a check character that does not fit. */
export function parseNumber(number: string): NumberParts | undefined {
  const found = numberPattern.exec(number)
  if (!found) return undefined
  const [, division = '', kind = '', year, seq, check] = found
  if (Number(seq) === 0 || mod31Check(number.slice(0, -2).replaceAll('-', '')) !== check) return undefined
  return { division, kind, year: Number(year), seq: Number(seq) }
}

/** Whether a text is a number as `formatNumber` writes it. */
export const isNumber = (number: string): boolean => parseNumber(number) !== undefined
