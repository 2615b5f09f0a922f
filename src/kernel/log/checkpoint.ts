import { text } from '../text.ts'
import { LogError, parseDecimal, parseHash, parseText, toBase64 } from './encoding.ts'
import { emptyRoot, type Hash } from './merkle.ts'
import { isKeyName, type Note, openNote, type Signer, signNote, type Verified, type Verifier } from './note.ts'

/** The state of a log: everything before `size` is fixed by `root`. */
export interface Checkpoint {
  /** The log's name: its address without scheme and without trailing slash. */
  readonly origin: string
  readonly size: number
  readonly root: Hash
}

/** A checkpoint whose log signature was verified, with the witnesses that were. */
export interface OpenCheckpoint extends Checkpoint {
  readonly note: Note
  readonly witnesses: readonly Verified[]
}

const refused = (zh: string, en: string): LogError => new LogError(text(zh, en))

/** Whether a string can be a log's origin: a key name that is an address without scheme and trailing slash. */
export const isOrigin = (origin: string): boolean =>
  isKeyName(origin) && !origin.includes('://') && !origin.endsWith('/')

/**
 * The body of a checkpoint: origin, size and root, a line each (tlog-checkpoint, Note text).
 * @throws LogError for an origin that is not one, a size that is not a whole number, or a root of another length.
 */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (!isOrigin(origin)) {
    throw refused('日志名称应为不带协议和末尾斜杠的地址', 'an origin is an address without scheme and trailing slash')
  }
  const body = `${origin}\n${size}\n${toBase64(root)}\n`
  parseCheckpoint(body)
  return body
}

/**
 * Reads the body of a checkpoint: three lines, each ending in a newline. Extension lines are refused, because
 * nobody audits them. @throws LogError
 */
export function parseCheckpoint(body: string): Checkpoint {
  const lines = parseText(body).split('\n')
  const [origin = '', size = '', root = '', end] = lines
  if (lines.length !== 4 || end !== '' || origin === '') {
    throw refused(
      '检查点应恰为三行并以换行结尾',
      'a checkpoint has exactly three lines (origin, size, root), each ending in a newline',
    )
  }
  const checkpoint = { origin, size: parseDecimal(size), root: parseHash(root) }
  if (checkpoint.size === 0 && !Buffer.from(emptyRoot).equals(checkpoint.root)) {
    throw refused('空日志的根散列有误', 'the root of an empty log is the hash of nothing')
  }
  return checkpoint
}

/** Signs a checkpoint as its log. @throws LogError when the signer's name is not the origin. */
export function signCheckpoint(checkpoint: Checkpoint, signer: Signer): string {
  if (signer.name !== checkpoint.origin) {
    throw refused('签名密钥名称与日志名称不同', 'the signing key is not named as the origin')
  }
  return signNote(formatCheckpoint(checkpoint), [signer])
}

/**
 * Opens a signed checkpoint. The log itself must have signed it: cosignatures alone are not enough, and are told apart.
 * Old and new keys of one log are given together while they overlap.
 * @throws LogError when it is malformed, altered, of another log, or not signed by the log.
 */
export function openCheckpoint(
  input: string | Uint8Array,
  log: Verifier | readonly Verifier[],
  witnesses: readonly Verifier[] = [],
): OpenCheckpoint {
  const keys = 'vkey' in log ? [log] : log
  const note = openNote(input, [...keys, ...witnesses])
  const isLog = ({ vkey }: Verified) => keys.some(key => key.vkey === vkey)
  const own = note.verified.find(isLog)
  if (!own) throw refused('检查点没有日志自身的签名', 'the checkpoint is not signed by the log itself')
  const checkpoint = parseCheckpoint(note.text)
  if (checkpoint.origin !== own.name) {
    throw refused('检查点属于另一个日志', `the checkpoint is of another log: ${checkpoint.origin}`)
  }
  return {
    ...checkpoint,
    note: { text: note.text, signatures: note.signatures },
    witnesses: note.verified.filter(signature => !isLog(signature)),
  }
}
