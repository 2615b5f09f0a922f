import { text } from '../text.ts'
import { LogError } from './encoding.ts'
import type { Hash } from './merkle.ts'

/** A tile: up to 256 neighbouring hashes of one level (0 = leaf hashes), or the bundle of the entries themselves. */
export interface Tile {
  readonly level: number | 'entries'
  readonly index: number
  /** How many hashes or entries it holds: 256 when full. */
  readonly width: number
}

/** How many hashes or entries a full tile holds. */
export const tileWidth = 256

/** The most bytes an entry can have: its length is written in 16 bits. */
export const maxEntryLength = 65_535

const broken = (zh: string, en: string): LogError => new LogError(text(zh, en))
const isIn = (n: number, least: number, most: number): boolean => Number.isSafeInteger(n) && n >= least && n <= most

/**
 * The path of a tile below the log's address: `tile/<level>/<index>[.p/<width>]`, the index in groups of three digits
 * (1234067 → `x001/x234/067`). @throws RangeError for an impossible tile.
 */
export function tilePath({ level, index, width }: Tile): string {
  const isLevel = level === 'entries' || isIn(level, 0, 63)
  if (!isLevel || !isIn(index, 0, Number.MAX_SAFE_INTEGER) || !isIn(width, 1, tileWidth)) {
    throw new RangeError(`no tile has level ${level}, index ${index}, width ${width}`)
  }
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${path}${width === tileWidth ? '' : `.p/${width}`}`
}

/** The tile at a path, or undefined when the path is not exactly what `tilePath` writes. */
export function parseTilePath(path: string): Tile | undefined {
  const found = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path)
  if (!found) return undefined
  const [, level = '', groups = '', width] = found
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups.replaceAll(/[x/]/g, '')),
    width: width === undefined ? tileWidth : Number(width),
  }
  // Comparing with the one true spelling refuses leading zeros, width 256 and numbers too large, all at once.
  const isPossible = isIn(tile.index, 0, Number.MAX_SAFE_INTEGER) && isIn(tile.width, 1, tileWidth)
  return isPossible && (level === 'entries' || Number(level) <= 63) && tilePath(tile) === path ? tile : undefined
}

/** How many hashes level `level` has in a tree of `size` leaves: one for each 256^level leaves that are complete. */
export const levelSize = (size: number, level: number): number => Math.floor(size / tileWidth ** level)

/** The tile that holds hash `index` of a level, as wide as it is in a tree of `size`. @throws RangeError when it is not there. */
export function tileOf(size: number, level: number, index: number): Tile {
  const count = levelSize(size, level)
  if (index >= count) throw new RangeError(`level ${level} of a tree of ${size} has no hash ${index}`)
  const tile = Math.floor(index / tileWidth)
  return { level, index: tile, width: Math.min(tileWidth, count - tile * tileWidth) }
}

function checkGrowth(from: number, to: number): void {
  if (!isIn(to, 0, Number.MAX_SAFE_INTEGER) || !isIn(from, 0, to)) {
    throw new RangeError(`a tree cannot grow from ${from} to ${to}`)
  }
}

function* newInLevel(level: Tile['level'], from: number, to: number): Generator<Tile> {
  const full = Math.floor(to / tileWidth)
  for (let index = Math.floor(from / tileWidth); index < full; index++) yield { level, index, width: tileWidth }
  const rest = to % tileWidth
  if (rest > 0 && to > from) yield { level, index: full, width: rest }
}

/**
 * The hash tiles that a tree of `to` has and one of `from` had not, lowest level first: those that became full and the
 * partial one at each edge that moved. From 0 they are all tiles of the tree. @throws RangeError unless from ≤ to.
 */
export function* newTiles(from: number, to: number): Generator<Tile> {
  checkGrowth(from, to)
  for (let level = 0; levelSize(to, level) > 0; level++) {
    yield* newInLevel(level, levelSize(from, level), levelSize(to, level))
  }
}

/** The entry bundles that a log of `to` has and one of `from` had not. @throws RangeError unless from ≤ to. */
export function* newBundles(from: number, to: number): Generator<Tile> {
  checkGrowth(from, to)
  yield* newInLevel('entries', from, to)
}

/** The hashes in a tile's bytes. @throws LogError when the bytes are not `width` hashes. */
export function decodeTile(bytes: Uint8Array, width: number): Hash[] {
  if (bytes.length !== width * 32) {
    throw broken('瓦片长度有误', `a tile of ${width} hashes has ${width * 32} bytes, not ${bytes.length}`)
  }
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * 32, at * 32 + 32))
}

/** An entry bundle: each entry behind its length in two bytes, big-endian. @throws LogError for an entry over 65,535 bytes. */
export function encodeEntries(entries: readonly Uint8Array[]): Buffer {
  const parts = entries.flatMap(entry => {
    if (entry.length > maxEntryLength) {
      throw broken('日志条目超过 65535 字节', `an entry has at most ${maxEntryLength} bytes, not ${entry.length}`)
    }
    return [Buffer.of(entry.length >> 8, entry.length & 0xff), entry]
  })
  return Buffer.concat(parts)
}

/** The entries in a bundle's bytes. @throws LogError when it does not hold exactly `width` entries. */
export function decodeEntries(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    const start = at + 2
    const end = start + (bytes[at]! << 8) + (bytes[at + 1] ?? 0)
    if (start > bytes.length || end > bytes.length) throw broken('条目包被截断', 'an entry bundle is cut off')
    entries.push(bytes.subarray(start, end))
    at = end
  }
  if (entries.length !== width) {
    throw broken('条目包的条目数有误', `an entry bundle of ${width} entries holds ${entries.length}`)
  }
  return entries
}
