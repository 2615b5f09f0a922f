import { hash } from 'node:crypto'

/** A SHA-256 hash, 32 bytes. */
export type Hash = Uint8Array

/** The leaves from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * The right edge of a tree: roots of its complete subtrees, largest first. Enough to append to the tree and to
 * know its root, and never more than 53 hashes.
 */
export interface Frontier {
  readonly size: number
  readonly peaks: readonly Hash[]
}

const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer')

/** The root of the tree without leaves: SHA-256 of nothing (RFC 6962 §2.1). */
export const emptyRoot: Hash = sha256(Buffer.alloc(0))

/** SHA-256(0x00 ‖ entry). The prefix keeps a leaf from ever being read as a node (RFC 6962 §2.1). */
export function leafHash(entry: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(entry.length + 1)
  bytes[0] = 0
  bytes.set(entry, 1)
  return sha256(bytes)
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Hash, right: Hash): Buffer {
  const bytes = Buffer.allocUnsafe(65)
  bytes[0] = 1
  bytes.set(left, 1)
  bytes.set(right, 33)
  return sha256(bytes)
}

/** The frontier of the tree without leaves. */
export const emptyFrontier: Frontier = { size: 0, peaks: [] }

/** The frontier after one more leaf hash; the one given stays as it was. */
export function appendLeaf(frontier: Frontier, leaf: Hash): Frontier {
  const peaks = [...frontier.peaks]
  let node = leaf
  for (let size = frontier.size; size % 2 === 1; size = Math.floor(size / 2)) node = nodeHash(peaks.pop()!, node)
  peaks.push(node)
  return { size: frontier.size + 1, peaks }
}

/** The root of the tree that ends in this frontier. */
export function frontierRoot(frontier: Frontier): Hash {
  return frontier.peaks.length === 0 ? emptyRoot : foldRight(frontier.peaks)
}

/** One hash from the roots of neighbouring subtrees, each smaller than the one before it. */
export const foldRight = (peaks: readonly Hash[]): Hash => peaks.reduceRight((right, left) => nodeHash(left, right))

/** The Merkle tree hash of leaf hashes (RFC 6962 §2.1). */
export function rootOf(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return emptyRoot
  let row = leaves
  // An odd last node climbs unchanged: the same tree as the split at the largest power of two, without recursion.
  while (row.length > 1) {
    const above: Hash[] = []
    for (let at = 0; at + 1 < row.length; at += 2) above.push(nodeHash(row[at]!, row[at + 1]!))
    if (row.length % 2 === 1) above.push(row[row.length - 1]!)
    row = above
  }
  return row[0]!
}

/** The largest power of two smaller than `n`, for n > 1: where RFC 6962 splits a tree. */
function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

function checkSizes(...sizes: number[]): void {
  if (!sizes.every(size => Number.isSafeInteger(size) && size >= 0)) throw new RangeError('a size is a whole number')
}

/**
 * Which ranges of leaves, hashed, prove that leaf `index` is in the tree of `size` leaves; from the leaf's sibling
 * up to the root's child (RFC 6962 §2.1.1). @throws RangeError unless 0 ≤ index < size.
 */
export function inclusionPath(index: number, size: number): Range[] {
  checkSizes(index, size)
  if (index >= size) throw new RangeError(`leaf ${index} is not in a tree of ${size}`)
  const path: Range[] = []
  for (let start = 0, end = size; end - start > 1; ) {
    const middle = start + split(end - start)
    path.push(index < middle ? { start: middle, end } : { start, end: middle })
    if (index < middle) end = middle
    else start = middle
  }
  return path.reverse()
}

/**
 * Which ranges of leaves, hashed, prove that the tree of `size` leaves begins with the tree of `oldSize` leaves
 * (RFC 6962 §2.1.2). Empty from the empty tree and between equal sizes. @throws RangeError unless oldSize ≤ size.
 */
export function consistencyPath(oldSize: number, size: number): Range[] {
  checkSizes(oldSize, size)
  if (oldSize > size) throw new RangeError(`a tree of ${size} is smaller than one of ${oldSize}`)
  if (oldSize === 0 || oldSize === size) return []
  const path: Range[] = []
  let start = 0
  let end = size
  while (end !== oldSize) {
    const middle = start + split(end - start)
    path.push(oldSize <= middle ? { start: middle, end } : { start, end: middle })
    if (oldSize <= middle) end = middle
    else start = middle
  }
  // At start 0 the verifier has this hash already: it is the old root.
  if (start > 0) path.push({ start, end })
  return path.reverse()
}

const hashRanges = (leaves: readonly Hash[], path: Range[]): Hash[] =>
  path.map(({ start, end }) => rootOf(leaves.slice(start, end)))

/** The inclusion proof of leaf `index` from all leaf hashes. @throws RangeError when there is no such leaf. */
export const inclusionProof = (leaves: readonly Hash[], index: number): Hash[] =>
  hashRanges(leaves, inclusionPath(index, leaves.length))

/** The consistency proof from the first `oldSize` leaf hashes to all. @throws RangeError for an impossible size. */
export const consistencyProof = (leaves: readonly Hash[], oldSize: number): Hash[] =>
  hashRanges(leaves, consistencyPath(oldSize, leaves.length))

const equal = (a: Hash, b: Hash): boolean => Buffer.compare(a, b) === 0
const areHashes = (hashes: readonly Hash[]): boolean => hashes.every(each => each.length === 32)
const isSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 0
const half = (n: number): number => Math.floor(n / 2)

/** Whether `proof` shows that `leaf` (a leaf hash) stands at `index` in the tree of `size` with this root (RFC 9162 §2.1.3.2). */
export function verifyInclusion(index: number, size: number, leaf: Hash, proof: readonly Hash[], root: Hash): boolean {
  if (!isSize(index) || !isSize(size) || index >= size || !areHashes([leaf, root, ...proof])) return false
  let [at, last, computed] = [index, size - 1, leaf]
  for (const sibling of proof) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      computed = nodeHash(sibling, computed)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      computed = nodeHash(computed, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && equal(computed, root)
}

/**
 * Whether `proof` shows that the tree of `size` with `root` begins with the tree of `oldSize` with `oldRoot`
 * (RFC 9162 §2.1.4.2). Every tree begins with the empty one, without a proof.
 */
export function verifyConsistency(
  oldSize: number,
  size: number,
  oldRoot: Hash,
  root: Hash,
  proof: readonly Hash[],
): boolean {
  if (!isSize(oldSize) || !isSize(size) || oldSize > size || !areHashes(proof)) return false
  if (oldSize === 0 && !equal(oldRoot, emptyRoot)) return false
  if (oldSize === size) return proof.length === 0 && equal(oldRoot, root)
  if (!areHashes([oldRoot, root])) return false
  if (oldSize === 0) return proof.length === 0
  if (proof.length === 0) return false
  let [at, last] = [oldSize - 1, size - 1]
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  // A complete old tree is a node of the new one, so its root is not repeated in the proof.
  const [first, ...rest] = at === 0 ? [oldRoot, ...proof] : proof
  let [oldComputed, computed] = [first!, first!]
  for (const sibling of rest) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      oldComputed = nodeHash(sibling, oldComputed)
      computed = nodeHash(sibling, computed)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      computed = nodeHash(computed, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && equal(oldComputed, oldRoot) && equal(computed, root)
}
