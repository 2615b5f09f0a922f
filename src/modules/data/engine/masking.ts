import { keyOfType } from './query.ts'
import type { ColumnType } from './types.ts'

/** What is done to the cells of one column; `width` is that of the ranges into which numbers are put. */
export interface Masking {
  readonly column: number
  readonly method: 'mask' | 'hash' | 'generalise'
  readonly width?: number
}

const BLOCK_BYTES = 64

/** The two padded keys of HMAC (RFC 2104), in hexadecimal: the engine has the hash but not the construction. */
export function paddedKeys(key: Buffer): readonly [inner: string, outer: string] {
  const block = Buffer.alloc(BLOCK_BYTES)
  key.copy(block)
  const padded = (mark: number) => Buffer.from(block.map(byte => byte ^ mark)).toString('hex')
  return [padded(0x36), padded(0x5c)]
}

const covered = (c: string) => {
  const first = `least(3, length(${c}) // 4)`
  const last = `least(2, length(${c}) // 4)`
  return `left(${c}, ${first}) || repeat('*', length(${c}) - ${first} - ${last}) || right(${c}, ${last})`
}

/** The range that a number lies in, `[40,60)`, with as many decimals as the width has. */
function ranged(key: string, width: number): string {
  const decimals = Math.max(0, -Math.floor(Math.log10(width)))
  const limit = (step: string) => `CAST((floor(${key} / ${width}) + ${step}) * ${width} AS DECIMAL(38, ${decimals}))`
  return `'[' || ${limit('0')} || ',' || ${limit('1')} || ')'`
}

function generalised(c: string, type: ColumnType, width: number): string {
  if (type === 'date') return `strftime(${keyOfType(type, c)}, '%Y-%m')`
  if (type === 'timestamp') return `strftime(${keyOfType(type, c)}, '%Y-%m-%d')`
  if (type === 'integer' || type === 'decimal') return ranged(keyOfType(type, c), width)
  // a county's code (GB/T 2260) becomes its city's
  return `CASE WHEN regexp_full_match(${c}, '[0-9]{6}') THEN left(${c}, 4) || '00' END`
}

/** The masked cell as text; a cell without a value stays one, and what cannot be generalised is covered whole. */
export function maskedCell(
  c: string,
  { method, width = 1 }: Masking,
  type: ColumnType,
  keys: readonly [inner: string, outer: string],
): string {
  if (method === 'mask') return covered(c)
  if (method === 'hash')
    return `CASE WHEN ${c} IS NOT NULL THEN left(sha256(unhex(${keys[1]}) || unhex(sha256(unhex(${keys[0]}) || encode(${c})))), 32) END`
  return `CASE WHEN ${c} IS NOT NULL THEN coalesce(${generalised(c, type, width)}, '*') END`
}
