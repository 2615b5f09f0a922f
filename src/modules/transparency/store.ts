import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../../kernel/files.ts'
import { LogError } from '../../kernel/log/encoding.ts'
import { decodeEntries, type Tile, tilePath, tileWidth } from '../../kernel/log/tile.ts'

/** A tile or bundle with its bytes. */
export interface TileFile {
  readonly tile: Tile
  readonly bytes: Buffer
}

/** The published log: files that are whole or not there, because each is moved into place after it is on disk. */
export interface LogStore {
  /** The published checkpoint; undefined before the first. */
  checkpoint(): Promise<Buffer | undefined>
  /** A tile's bytes exactly as wide as asked, cut from the full one if need be; undefined when missing or misshapen. */
  readTile(tile: Tile): Promise<Buffer | undefined>
  /** What lies at the tile's own path; undefined when missing or misshapen. */
  exactTile(tile: Tile): Promise<Buffer | undefined>
  /** What lies at the tile's own path, however it looks. */
  rawTile(tile: Tile): Promise<Buffer | undefined>
  /** Writes tiles; returns when they and their folders are on disk. */
  writeTiles(files: readonly TileFile[]): Promise<void>
  /** Makes a checkpoint the published one, at once and wholly. */
  publish(note: string): Promise<void>
  /** Removes the partial tiles of tiles that are full. */
  removePartials(tiles: Iterable<Tile>): Promise<void>
  /** Removes what killed writers left, judged by the file system's own times. */
  sweep(): Promise<void>
}

const hour = 3_600_000

const ifThere = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/** The first `width` entries or hashes of a tile's bytes; undefined when the bytes are not a tile of `held`. */
export function cutTile(level: Tile['level'], bytes: Buffer, held: number, width: number): Buffer | undefined {
  if (level !== 'entries') return bytes.length === held * 32 ? bytes.subarray(0, width * 32) : undefined
  try {
    const entries = decodeEntries(bytes, held)
    return bytes.subarray(
      0,
      entries.slice(0, width).reduce((length, entry) => length + 2 + entry.length, 0),
    )
  } catch (error) {
    if (error instanceof LogError) return undefined
    throw error
  }
}

async function put(root: string, path: string, bytes: string | Uint8Array): Promise<void> {
  const incoming = join(root, 'incoming')
  const target = join(root, path)
  await mkdir(incoming, { recursive: true })
  await mkdir(dirname(target), { recursive: true })
  const draft = join(incoming, randomUUID())
  try {
    const handle = await open(draft, 'wx', 0o644)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** The folders from `root` down to each path, each once: a new folder is only kept once its parent is on disk. */
function foldersOf(root: string, paths: readonly string[]): Set<string> {
  const folders = new Set([root])
  for (const path of paths) {
    let folder = dirname(path)
    for (; folder !== '.'; folder = dirname(folder)) folders.add(join(root, folder))
  }
  return folders
}

async function writeTiles(root: string, files: readonly TileFile[]): Promise<void> {
  const paths = files.map(({ tile }) => tilePath(tile))
  for (const [at, file] of files.entries()) await put(root, paths[at]!, file.bytes)
  for (const folder of foldersOf(root, paths)) await syncFolder(folder)
}

async function sweepIn(root: string): Promise<void> {
  const folder = join(root, 'incoming')
  const published = await ifThere(stat(join(root, 'checkpoint')))
  if (!published) return
  for (const name of (await ifThere(readdir(folder))) ?? []) {
    const found = await ifThere(stat(join(folder, name)))
    if (found && found.mtimeMs < published.mtimeMs - hour) await rm(join(folder, name), { force: true })
  }
}

/** The folder of the published log below the exchange's home. */
export function openLogStore(home: string): LogStore {
  const root = join(home, 'log')
  const rawTile = (tile: Tile) => ifThere(readFile(join(root, tilePath(tile))))
  const cutFrom = async (tile: Tile, held: number) => {
    const bytes = await rawTile({ ...tile, width: held })
    return bytes && cutTile(tile.level, bytes, held, tile.width)
  }
  return {
    rawTile,
    exactTile: tile => cutFrom(tile, tile.width),
    checkpoint: () => ifThere(readFile(join(root, 'checkpoint'))),
    readTile: async tile => (await cutFrom(tile, tile.width)) ?? cutFrom(tile, tileWidth),
    writeTiles: files => writeTiles(root, files),
    async publish(note) {
      await put(root, 'checkpoint', note)
      await syncFolder(root)
    },
    async removePartials(tiles) {
      for (const tile of tiles)
        if (tile.width === tileWidth) await rm(`${join(root, tilePath(tile))}.p`, { recursive: true, force: true })
    },
    sweep: () => sweepIn(root),
  }
}
