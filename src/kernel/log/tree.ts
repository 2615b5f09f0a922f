import { consistencyPath, emptyRoot, foldRight, type Hash, inclusionPath, type Range, rootOf } from './merkle.ts'
import { decodeTile, levelSize, type Tile, tileOf, tilePath, tileWidth } from './tile.ts'

/** Gives the bytes of a tile, exactly as wide as asked. Whoever keeps only the full tile cuts it to the width. */
export type ReadTile = (tile: Tile) => Uint8Array | Promise<Uint8Array>

/** A tree that grew: its new size and root, and the bytes of every tile it did not have before. */
export interface Growth {
  readonly size: number
  readonly root: Hash
  readonly tiles: readonly { readonly tile: Tile; readonly bytes: Buffer }[]
}

type ReadNode = (height: number, index: number) => Promise<Hash>

/** Reads the root of any complete subtree (2^height leaves) out of the tiles of a tree of `size`, each tile once. */
function nodeReader(readTile: ReadTile, size: number): ReadNode {
  const tiles = new Map<string, Promise<Hash[]>>()
  const read = async (tile: Tile) => decodeTile(await readTile(tile), tile.width)
  return async (height, index) => {
    const span = 2 ** (height % 8)
    const tile = tileOf(size, Math.floor(height / 8), (index + 1) * span - 1)
    const path = tilePath(tile)
    const hashes = tiles.get(path) ?? read(tile)
    tiles.set(path, hashes)
    const start = (index * span) % tileWidth
    return rootOf((await hashes).slice(start, start + span))
  }
}

/** The hash of a range that a proof names: its complete subtrees, largest first, folded from the right. */
async function rangeHash(readNode: ReadNode, { start, end }: Range): Promise<Hash> {
  const nodes: Promise<Hash>[] = []
  let at = start
  for (let height = 53; height >= 0; height--) {
    if (2 ** height > end - at) continue
    nodes.push(readNode(height, at / 2 ** height))
    at += 2 ** height
  }
  return foldRight(await Promise.all(nodes))
}

function rangeHashes(readTile: ReadTile, size: number, path: Range[]): Promise<Hash[]> {
  const readNode = nodeReader(readTile, size)
  return Promise.all(path.map(range => rangeHash(readNode, range)))
}

/** The root of the tree of `size`, from its tiles. */
export async function treeRoot(readTile: ReadTile, size: number): Promise<Hash> {
  return size === 0 ? emptyRoot : rangeHash(nodeReader(readTile, size), { start: 0, end: size })
}

/**
 * The inclusion proof of leaf `index` in the tree of `size`, from its tiles (tlog-tiles). Tiles may lie: whoever did not
 * write them verifies the proof against a signed root. @throws RangeError when there is no such leaf.
 */
export const treeInclusionProof = async (readTile: ReadTile, index: number, size: number): Promise<Hash[]> =>
  rangeHashes(readTile, size, inclusionPath(index, size))

/** The consistency proof from `oldSize` to `size`, from the tiles of the tree of `size`. @throws RangeError */
export const treeConsistencyProof = async (readTile: ReadTile, oldSize: number, size: number): Promise<Hash[]> =>
  rangeHashes(readTile, size, consistencyPath(oldSize, size))

/**
 * Appends leaf hashes to the tree of `size`. Reads only the partial tiles at its right edge; answers the new root and
 * each tile to be written before a checkpoint of the new size may be published.
 */
export async function growTree(readTile: ReadTile, size: number, leaves: readonly Hash[]): Promise<Growth> {
  const tiles: { tile: Tile; bytes: Buffer }[] = []
  let edge: Hash | undefined
  let added = leaves
  for (let level = 0; added.length > 0 || levelSize(size, level) > 0; level++) {
    const old = levelSize(size, level)
    const kept = old % tileWidth === 0 ? [] : decodeTile(await readTile(tileOf(size, level, old - 1)), old % tileWidth)
    const hashes = [...kept, ...added]
    const full: Hash[] = []
    for (let at = 0; at < hashes.length && added.length > 0; at += tileWidth) {
      const some = hashes.slice(at, at + tileWidth)
      const index = Math.floor(old / tileWidth) + at / tileWidth
      tiles.push({ tile: { level, index, width: some.length }, bytes: Buffer.concat(some) })
      if (some.length === tileWidth) full.push(rootOf(some))
    }
    // Complete subtrees of one size with a smaller one to their right split like that many leaves and one more.
    const rest = hashes.slice(full.length * tileWidth)
    if (rest.length > 0) edge = rootOf(edge ? [...rest, edge] : rest)
    added = full
  }
  return { size: size + leaves.length, root: edge ?? emptyRoot, tiles }
}
