import type { RawTx } from '../../kernel/db/client.ts'
import { type Hash, rootOf } from '../../kernel/log/merkle.ts'
import { encodeEntries, newBundles, newTiles, type Tile, tileWidth } from '../../kernel/log/tile.ts'
import type { ReadTile } from '../../kernel/log/tree.ts'
import { treeRoot } from '../../kernel/log/tree.ts'
import { type Text, text } from '../../kernel/text.ts'
import type { Head } from './model.ts'
import type { LogStore } from './store.ts'

/** How many leaf hashes are read at once: 2 MiB of them. */
const step = tileWidth * tileWidth

/** The database or the files contradict what was signed: nothing may be built on them. */
export class Unsound extends Error {
  readonly detail: Text

  constructor(detail: Text) {
    super(detail.en)
    this.name = 'Unsound'
    this.detail = detail
  }
}

async function hashesOf(sql: RawTx, start: number, count: number): Promise<Hash[]> {
  const rows = await sql<{ hash: Buffer }[]>`
    select hash from transparency.leaf where leaf_index >= ${start} and leaf_index < ${start + count}
    order by leaf_index`
  if (rows.length !== count)
    throw new Unsound(
      text(
        `第 ${start} 条起应有 ${count} 条，实有 ${rows.length} 条`,
        `${count} leaves from index ${start} on are expected, ${rows.length} are there`,
      ),
    )
  return rows.map(row => row.hash)
}

/** The root of the complete subtree of `count` (a power of 256) leaves. */
async function subtree(sql: RawTx, start: number, count: number): Promise<Hash> {
  if (count <= step) return rootOf(await hashesOf(sql, start, count))
  const part = count / tileWidth
  const roots: Hash[] = []
  for (let at = 0; at < tileWidth; at++) roots.push(await subtree(sql, start + at * part, part))
  return rootOf(roots)
}

/** The texts of entries, in the log's order. @throws Unsound when one of them is missing. */
export async function entriesFrom(sql: RawTx, start: number, count: number): Promise<Buffer[]> {
  const rows = await sql<{ leaf: string }[]>`
    select e.leaf from transparency.leaf l join kernel.audit_entry e on e.id = l.audit_id
    where l.leaf_index >= ${start} and l.leaf_index < ${start + count} order by l.leaf_index`
  if (rows.length !== count)
    throw new Unsound(
      text(
        `第 ${start} 条起应有 ${count} 个条目，实有 ${rows.length} 个`,
        `${count} entries from index ${start} on are expected, ${rows.length} are there`,
      ),
    )
  return rows.map(row => Buffer.from(row.leaf))
}

/** The bytes of any tile or bundle, from the database alone. @throws Unsound when it has not all of it. */
export async function deriveTile(sql: RawTx, { level, index, width }: Tile): Promise<Buffer> {
  const first = index * tileWidth
  if (level === 'entries') return encodeEntries(await entriesFrom(sql, first, width))
  const span = tileWidth ** level
  if (level === 0) return Buffer.concat(await hashesOf(sql, first, width))
  const roots: Hash[] = []
  for (let at = 0; at < width; at++) roots.push(await subtree(sql, (first + at) * span, span))
  return Buffer.concat(roots)
}

/** All tiles and bundles that a log of `to` has and one of `from` had not; bundles first. */
export function* filesBetween(from: number, to: number): Generator<Tile> {
  yield* newBundles(from, to)
  yield* newTiles(from, to)
}

const has = async (read: ReadTile, { size, root }: Head): Promise<boolean> => {
  try {
    return Buffer.compare(await treeRoot(read, size), root) === 0
  } catch (error) {
    if (error instanceof Unsound) return false
    throw error
  }
}

/** Reads tiles from the files alone. @throws Unsound for one that is missing. */
export const fromFiles =
  (store: LogStore): ReadTile =>
  async tile => {
    const bytes = await store.readTile(tile)
    if (!bytes) throw new Unsound(text('日志文件不完整', 'files of the log are missing'))
    return bytes
  }

/**
 * A reader of the tiles of a signed tree: from the files where they lead to its root, from the database otherwise.
 * Files and rows are believed for nothing else than leading to what was signed.
 * @throws Unsound when neither does.
 */
export async function soundReader(sql: RawTx, store: LogStore, head: Head): Promise<ReadTile> {
  const files = fromFiles(store)
  if (await has(files, head)) return files
  const rows: ReadTile = tile => deriveTile(sql, tile)
  if (await has(rows, head)) return rows
  throw new Unsound(
    text(
      `前 ${head.size} 条的根散列与已签署的不同`,
      `the first ${head.size} leaves do not have the root that was signed`,
    ),
  )
}

/** Whether the files lead to a signed tree's root. */
export const areFilesSound = (store: LogStore, head: Head): Promise<boolean> => has(fromFiles(store), head)
