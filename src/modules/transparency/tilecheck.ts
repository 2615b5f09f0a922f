import { type Hash, rootOf } from '../../kernel/log/merkle.ts'
import { decodeEntries, decodeTile, type Tile, tilePath, tileWidth } from '../../kernel/log/tile.ts'
import { type Text, text } from '../../kernel/text.ts'
import type { LogStore } from './store.ts'

/** What of an entry the files are compared with; `leaf` is undefined when its row is gone. */
export interface Expected {
  readonly leafIndex: number
  readonly auditId: string
  readonly action: string
  readonly hash: Hash
  readonly leaf: string | undefined
}

/** A file that is not as the rows say; with the entry where a single one is meant. */
export interface Disagreement {
  readonly tile: Tile
  readonly entry: Expected | undefined
  readonly what: Text
}

/** Compares the published files with the leaves, as these are handed over one by one in order. */
export interface TileCheck {
  add(entry: Expected): Promise<void>
  /** Compares the partial tiles at the right edge. */
  end(): Promise<void>
  readonly disagreements: readonly Disagreement[]
  readonly count: number
}

const damaged = (tile: Tile) => text(`${tilePath(tile)} 缺失或残缺`, `${tilePath(tile)} is missing or cut off`)
const differs = (tile: Tile) =>
  text(`${tilePath(tile)} 中的内容与数据库不同`, `${tilePath(tile)} holds something else than the database`)

/** A check of all files that the published tree of `size` has. */
export function createTileCheck(store: LogStore, size: number): TileCheck {
  const disagreements: Disagreement[] = []
  const levels: Hash[][] = []
  let entries: Expected[] = []
  let seen = 0
  let count = 0
  const done: number[] = []

  const compareBundle = async (index: number) => {
    const tile: Tile = { level: 'entries', index, width: entries.length }
    const bytes = await store.readTile(tile)
    count += 1
    if (!bytes) return void disagreements.push({ tile, entry: undefined, what: damaged(tile) })
    const logged = decodeEntries(bytes, tile.width)
    const wrong = entries.find((e, at) => e.leaf !== undefined && !Buffer.from(e.leaf).equals(logged[at]!))
    if (wrong) disagreements.push({ tile, entry: wrong, what: differs(tile) })
  }
  const compareHashes = async (level: number, index: number, hashes: readonly Hash[]) => {
    const tile: Tile = { level, index, width: hashes.length }
    const bytes = await store.readTile(tile)
    count += 1
    if (!bytes) return void disagreements.push({ tile, entry: undefined, what: damaged(tile) })
    const logged = decodeTile(bytes, tile.width)
    const wrong = hashes.findIndex((hash, at) => Buffer.compare(hash, logged[at]!) !== 0)
    if (wrong >= 0) disagreements.push({ tile, entry: level === 0 ? entries[wrong] : undefined, what: differs(tile) })
  }
  const close = async (level: number) => {
    const hashes = levels[level] ?? []
    if (hashes.length === 0) return
    const index = done[level] ?? 0
    done[level] = index + 1
    levels[level] = []
    if (level === 0) await compareBundle(index)
    await compareHashes(level, index, hashes)
    if (level === 0) entries = []
    if (hashes.length === tileWidth) await push(level + 1, rootOf(hashes))
  }
  const push = async (level: number, hash: Hash) => {
    const hashes = levels[level] ?? []
    levels[level] = hashes
    hashes.push(hash)
    if (hashes.length === tileWidth) await close(level)
  }
  return {
    disagreements,
    get count() {
      return count
    },
    async add(entry) {
      if (seen >= size) return
      seen += 1
      entries.push(entry)
      await push(0, entry.hash)
    },
    async end() {
      for (let level = 0; level < levels.length; level++) await close(level)
    },
  }
}
