// A second, independent reader of a tlog-tiles log. It was written from the C2SP pages and RFC 6962 alone and shares no
// code with src/: when both agree on a log, neither is agreeing with its own mistake.
import { createHash, createPublicKey, verify } from 'node:crypto'

/** Gives the bytes at a path below the log's address; rejects when there is nothing. */
export type Fetch = (path: string) => Promise<Uint8Array>

export interface Head {
  origin: string
  size: number
  root: Buffer
}

export interface Log extends Head {
  entries: Buffer[]
}

function must(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

const digest = (...parts: Uint8Array[]): Buffer => {
  const sha = createHash('sha256')
  for (const part of parts) sha.update(part)
  return sha.digest()
}
const hashOfLeaf = (entry: Uint8Array) => digest(Buffer.of(0), entry)
const hashOfNode = (left: Uint8Array, right: Uint8Array) => digest(Buffer.of(1), left, right)

/** MTH(D[from:to]) of RFC 6962 §2.1, word for word. */
function mth(leaves: Buffer[], from = 0, to = leaves.length): Buffer {
  const n = to - from
  if (n === 0) return digest()
  if (n === 1) return leaves[from]!
  let k = 1
  while (k << 1 < n) k <<= 1
  return hashOfNode(mth(leaves, from, from + k), mth(leaves, from + k, to))
}

function strictBase64(value: string): Buffer {
  must(/^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0, `not base64: ${value}`)
  return Buffer.from(value, 'base64')
}

function strictInteger(value: string): number {
  must(value === '0' || /^[1-9]\d{0,15}$/.test(value), `not a decimal: ${value}`)
  return Number(value)
}

/** Verifies the log's own signature on a checkpoint and reads its three lines. */
export function readCheckpoint(note: Uint8Array, vkey: string): Head {
  const whole = new TextDecoder('utf-8', { fatal: true }).decode(note)
  const cut = whole.lastIndexOf('\n\n')
  must(cut > 0 && whole.endsWith('\n'), 'the checkpoint is not a signed note')
  const body = whole.slice(0, cut + 1)

  const plus = vkey.indexOf('+')
  const name = vkey.slice(0, plus)
  const [id, ...rest] = vkey.slice(plus + 1).split('+')
  const key = strictBase64(rest.join('+'))
  must(key.length === 33 && key[0] === 1, 'the verifier key is not an Ed25519 key')
  must(digest(Buffer.from(name), Buffer.of(10), key).subarray(0, 4).toString('hex') === id, 'wrong key id in the vkey')
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: key.subarray(1).toString('base64url') },
    format: 'jwk',
  })

  const own = whole
    .slice(cut + 2, -1)
    .split('\n')
    .map(line => line.split(' '))
    .map(([dash, signer, value, ...more]) => {
      must(dash === '—' && signer && value && more.length === 0, 'a signature line is malformed')
      return { signer, bytes: strictBase64(value) }
    })
    .filter(({ signer, bytes }) => signer === name && bytes.subarray(0, 4).toString('hex') === id)
  must(own.length > 0, 'the log has not signed this checkpoint')
  for (const { bytes } of own) {
    must(verify(null, Buffer.from(body), publicKey, bytes.subarray(4)), "the log's signature does not verify")
  }

  const [origin, size, root, end, ...more] = body.split('\n')
  must(origin === name, 'the checkpoint is of another log')
  must(size !== undefined && root !== undefined && end === '' && more.length === 0, 'a checkpoint has three lines')
  const head = { origin, size: strictInteger(size), root: strictBase64(root) }
  must(head.root.length === 32, 'a root has 32 bytes')
  return head
}

function pathOf(kind: string, index: number, width: number): string {
  let path = String(index % 1000).padStart(3, '0')
  for (let left = Math.floor(index / 1000); left > 0; left = Math.floor(left / 1000)) {
    path = `x${String(left % 1000).padStart(3, '0')}/${path}`
  }
  return width === 256 ? `tile/${kind}/${path}` : `tile/${kind}/${path}.p/${width}`
}

/** A tile as wide as the tree needs it; a partial one may have gone when the full one exists. */
async function fetchTile(fetch: Fetch, kind: string, index: number, width: number): Promise<Uint8Array> {
  try {
    return await fetch(pathOf(kind, index, width))
  } catch (error) {
    if (width === 256) throw error
    return fetch(pathOf(kind, index, 256)).catch(() => {
      throw error
    })
  }
}

/** All hashes of one level of the tree of `size`. */
async function fetchLevel(fetch: Fetch, level: number, count: number): Promise<Buffer[]> {
  const hashes: Buffer[] = []
  for (let index = 0; index * 256 < count; index++) {
    const width = Math.min(256, count - index * 256)
    const bytes = Buffer.from(await fetchTile(fetch, String(level), index, width))
    must(bytes.length === width * 32 || bytes.length === 8192, `tile ${level}/${index} has the wrong length`)
    for (let at = 0; at < width; at++) hashes.push(bytes.subarray(at * 32, at * 32 + 32))
  }
  return hashes
}

/** All entries of the log of `size`. */
async function fetchEntries(fetch: Fetch, size: number): Promise<Buffer[]> {
  const entries: Buffer[] = []
  for (let index = 0; index * 256 < size; index++) {
    const width = Math.min(256, size - index * 256)
    let rest = Buffer.from(await fetchTile(fetch, 'entries', index, width))
    for (let at = 0; at < width; at++) {
      must(rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0), `entry bundle ${index} is cut off`)
      const end = 2 + rest.readUInt16BE(0)
      entries.push(rest.subarray(2, end))
      rest = rest.subarray(end)
    }
    must(rest.length === 0 || width < 256, `entry bundle ${index} has bytes to spare`)
  }
  return entries
}

/**
 * Reads a whole log and believes nothing: the checkpoint's signature, every tile of every level, every entry.
 * Throws with the first thing that is not so, naming the entry or tile.
 */
export async function readLog(fetch: Fetch, vkey: string): Promise<Log> {
  const head = readCheckpoint(await fetch('checkpoint'), vkey)
  const entries = await fetchEntries(fetch, head.size)
  const leaves = await fetchLevel(fetch, 0, head.size)
  entries.forEach((entry, index) => {
    must(hashOfLeaf(entry).equals(leaves[index]!), `entry ${index} is not the one that was logged`)
  })
  let below = leaves
  for (let level = 1; below.length >= 256; level++) {
    const expected: Buffer[] = []
    for (let end = 256; end <= below.length; end += 256) expected.push(mth(below, end - 256, end))
    const served = await fetchLevel(fetch, level, expected.length)
    served.forEach((hash, index) => {
      must(hash.equals(expected[index]!), `hash ${index} of level ${level} is not that of the tile below`)
    })
    below = expected
  }
  must(mth(leaves).equals(head.root), 'the leaves do not have the signed root')
  return { ...head, entries }
}

/** PATH's inverse, by recursion over the shape of the tree: the root that leaf and proof lead to. */
function climb(index: number, size: number, leaf: Buffer, proof: Buffer[]): Buffer {
  if (size === 1) return leaf
  const sibling = proof.pop()
  must(sibling, 'the proof is too short')
  let k = 1
  while (k * 2 < size) k *= 2
  return index < k
    ? hashOfNode(climb(index, k, leaf, proof), sibling)
    : hashOfNode(sibling, climb(index - k, size - k, leaf, proof))
}

/** Verifies a `.tlog-proof` for the bytes of an entry; answers where it stands. */
export function checkProof(proof: string, entry: Uint8Array, vkey: string): { index: number; size: number } {
  const cut = proof.indexOf('\n\n')
  must(cut > 0, 'the proof has no checkpoint')
  const lines = proof.slice(0, cut).split('\n')
  must(lines.shift() === 'c2sp.org/tlog-proof@v1', 'not a tlog-proof')
  if (lines[0]?.startsWith('extra ')) strictBase64(lines.shift()!.slice(6))
  const [word, number, ...more] = (lines.shift() ?? '').split(' ')
  must(word === 'index' && number && more.length === 0, 'the proof has no index')
  const index = strictInteger(number)
  const { size, root } = readCheckpoint(Buffer.from(proof.slice(cut + 2)), vkey)
  must(index < size, 'the index is outside the tree')
  const hashes = lines.map(strictBase64)
  must(
    hashes.every(hash => hash.length === 32),
    'a hash has 32 bytes',
  )
  must(climb(index, size, hashOfLeaf(entry), hashes).equals(root), 'the entry is not where the proof says')
  must(hashes.length === 0, 'the proof is too long')
  return { index, size }
}
