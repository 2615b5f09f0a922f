import { text } from '../text.ts'
import { type OpenCheckpoint, openCheckpoint } from './checkpoint.ts'
import { LogError, parseBase64, parseDecimal, parseHash, parseText, toBase64 } from './encoding.ts'
import { type Hash, leafHash, verifyInclusion } from './merkle.ts'
import { parseNote, type Verifier } from './note.ts'

/** What a `.tlog-proof` file says: an entry's place in a log, checkable with nothing but the log's public key. */
export interface Proof {
  readonly index: number
  /** From the leaf's sibling up to the root's child. */
  readonly hashes: readonly Hash[]
  /** The signed checkpoint, verbatim, with any cosignatures. */
  readonly checkpoint: string
  /** Something the application adds. Nothing vouches for it. */
  readonly extra?: Uint8Array
}

/** A proof that verified: where the entry stands, in which signed tree. */
export interface VerifiedProof {
  readonly index: number
  readonly checkpoint: OpenCheckpoint
  readonly extra?: Uint8Array
}

const header = 'c2sp.org/tlog-proof@v1'
const maxHashes = 53

const broken = (zh: string, en: string): LogError => new LogError(text(zh, en))

/** Writes a `.tlog-proof` (tlog-proof, Format). @throws LogError when a part of it could not be read back. */
export function formatProof({ index, hashes, checkpoint, extra }: Proof): string {
  const lines = [header]
  if (extra) lines.push(`extra ${toBase64(extra)}`)
  lines.push(`index ${index}`, ...hashes.map(toBase64), '', checkpoint)
  const proof = lines.join('\n')
  parseProof(proof)
  return proof
}

/** Takes a `.tlog-proof` apart without verifying it. @throws LogError when it is malformed. */
export function parseProof(input: string | Uint8Array): Proof {
  const whole = parseText(input)
  const blank = whole.indexOf('\n\n')
  if (blank < 0) throw broken('证明中缺少检查点', 'the proof has no checkpoint')
  const lines = whole.slice(0, blank).split('\n')
  if (lines.shift() !== header) throw broken(`首行应为 ${header}`, `the first line must be ${header}`)
  const extra = lines[0]?.startsWith('extra ') ? parseBase64(lines.shift()!.slice('extra '.length)) : undefined
  const index = lines.shift() ?? ''
  if (!index.startsWith('index ')) throw broken('缺少 index 行', 'the index line is missing')
  if (lines.length > maxHashes) throw broken('证明过长', 'the proof has more hashes than any tree can need')
  const checkpoint = whole.slice(blank + 2)
  parseNote(checkpoint)
  return {
    index: parseDecimal(index.slice('index '.length)),
    hashes: lines.map(parseHash),
    checkpoint,
    ...(extra && { extra }),
  }
}

/**
 * Verifies that `entry` (its bytes as logged) stands in the log at the place the proof names, in a tree the log signed.
 * Needs no network. @throws LogError saying what does not hold.
 */
export function verifyProof(
  input: string | Uint8Array,
  entry: Uint8Array,
  log: Verifier | readonly Verifier[],
  witnesses: readonly Verifier[] = [],
): VerifiedProof {
  const { index, hashes, checkpoint, extra } = parseProof(input)
  const opened = openCheckpoint(checkpoint, log, witnesses)
  if (!verifyInclusion(index, opened.size, leafHash(entry), hashes, opened.root)) {
    throw broken(
      '该条目不在所述位置，或已被改动',
      `the entry is not at index ${index} of the log's ${opened.size}, or was altered`,
    )
  }
  return { index, checkpoint: opened, ...(extra && { extra }) }
}
