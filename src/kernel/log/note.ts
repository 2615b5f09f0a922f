import { createPrivateKey, createPublicKey, hash, KeyObject, sign, verify } from 'node:crypto'
import { text as say } from '../text.ts'
import { LogError, parseBase64, parseText, toBase64 } from './encoding.ts'

/** What a key signs with: 1 an Ed25519 log key (signed-note), 4 a witness that states a time (tlog-cosignature v1). */
export type KeyType = 1 | 4

/** A public key with the name it signs under, as a `vkey` line says it. */
export interface Verifier {
  readonly name: string
  readonly type: KeyType
  /** Four bytes in lower-case hex: which of a name's keys this is. Not a fingerprint, only a pointer. */
  readonly keyId: string
  readonly publicKey: KeyObject
  readonly vkey: string
}

/** One signature line, taken apart. What follows the key id is kept as it is, known or not. */
export interface Signature {
  readonly name: string
  readonly keyId: string
  readonly payload: Uint8Array
}

/** A text with its signatures, known and unknown. */
export interface Note {
  /** Ends in a newline; exactly the signed bytes. */
  readonly text: string
  readonly signatures: readonly Signature[]
}

/** A private key that signs note texts. */
export interface Signer {
  readonly name: string
  readonly keyId: string
  readonly vkey: string
  /** Signs a text as it is; use `signNote`, which checks it first. */
  readonly sign: (text: string) => Signature
}

/** A signature that was checked. `time` (POSIX seconds) is what a witness stated. */
export interface Verified {
  readonly name: string
  readonly keyId: string
  readonly vkey: string
  readonly time?: number
}

/** Signatures beyond this many are neither checked nor kept, so a note cannot be made to cost more. */
export const maxSignatures = 16
const maxNoteLength = 1_000_000

// A raw 32-byte Ed25519 key becomes DER behind these constant bytes (RFC 8410).
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Whether a string can name a key: not empty, no Unicode space, no plus, no control character. */
export const isKeyName = (name: string): boolean =>
  name !== '' && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name)

function checkName(name: string): void {
  if (isKeyName(name)) return
  throw new LogError(
    say('密钥名称不能为空，且不得含空格或加号', 'a key name must not be empty nor contain spaces or plus signs'),
  )
}

function typedKey(publicKey: KeyObject, type: KeyType): Buffer {
  if (publicKey.asymmetricKeyType !== 'ed25519') throw new TypeError('a log is signed with Ed25519 keys only')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length)
  return Buffer.concat([Buffer.of(type), raw])
}

function idOf(name: string, key: Uint8Array): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), key]), 'buffer').toString('hex', 0, 4)
}

/**
 * The `vkey` line of a public key: `name+hex(id)+base64(type ‖ key)`.
 * @throws LogError for a name that cannot name a key, TypeError for a key that is not Ed25519.
 */
export function formatVkey(name: string, publicKey: KeyObject, type: KeyType = 1): string {
  checkName(name)
  const key = typedKey(publicKey, type)
  return `${name}+${idOf(name, key)}+${key.toString('base64')}`
}

/** Reads a `vkey` line. @throws LogError when it is malformed, of an unknown type, or its id is not that of its key. */
export function parseVkey(vkey: string): Verifier {
  const [, name = '', keyId = '', encoded = ''] = /^([^+]*)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(vkey) ?? []
  checkName(name)
  const key = parseBase64(encoded)
  const type = key[0]
  if (key.length !== 33 || (type !== 1 && type !== 4)) {
    throw new LogError(
      say('验证公钥不是 Ed25519 公钥', 'the verifier key is not an Ed25519 key of a known signature type'),
    )
  }
  if (idOf(name, key) !== keyId) {
    throw new LogError(
      say('验证公钥的编号与公钥不符', 'the key id of the verifier key does not belong to its name and key'),
    )
  }
  const der = Buffer.concat([spkiPrefix, key.subarray(1)])
  return { name, type, keyId, publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }), vkey }
}

function privateKeyOf(key: Uint8Array | KeyObject): KeyObject {
  if (key instanceof KeyObject) return key
  if (key.length !== 32) throw new TypeError('an Ed25519 seed has 32 bytes')
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, key]), format: 'der', type: 'pkcs8' })
}

function makeSigner(
  name: string,
  key: Uint8Array | KeyObject,
  type: KeyType,
  payload: (text: string, key: KeyObject) => Buffer,
): Signer {
  const privateKey = privateKeyOf(key)
  const vkey = formatVkey(name, createPublicKey(privateKey), type)
  const keyId = vkey.slice(name.length + 1, name.length + 9)
  return { name, keyId, vkey, sign: text => ({ name, keyId, payload: payload(text, privateKey) }) }
}

/** A log's signer, from a 32-byte Ed25519 seed or a private key object. @throws LogError for an impossible name. */
export const noteSigner = (name: string, key: Uint8Array | KeyObject): Signer =>
  makeSigner(name, key, 1, (text, privateKey) => sign(null, Buffer.from(text), privateKey))

const cosigned = (text: string, time: number | bigint): Buffer => Buffer.from(`cosignature/v1\ntime ${time}\n${text}`)

/**
 * A witness's signer that states `time` (POSIX seconds): the checkpoint was the largest consistent one it had seen then.
 * A signer is made for each moment, because time is given and never asked for.
 */
export function cosigner(name: string, key: Uint8Array | KeyObject, time: number): Signer {
  if (!Number.isSafeInteger(time) || time < 0) throw new RangeError('a time is whole POSIX seconds')
  return makeSigner(name, key, 4, (text, privateKey) => {
    const stamp = Buffer.alloc(8)
    stamp.writeBigUInt64BE(BigInt(time))
    return Buffer.concat([stamp, sign(null, cosigned(text, time), privateKey)])
  })
}

/** The text of a signed note, each signature a line of its own, in the order given. */
export function formatNote(note: Note): string {
  const lines = note.signatures.map(
    ({ name, keyId, payload }) => `— ${name} ${toBase64(Buffer.concat([Buffer.from(keyId, 'hex'), payload]))}\n`,
  )
  return `${note.text}\n${lines.join('')}`
}

/**
 * Signs a text with each signer and writes the note.
 * @throws LogError for a text that does not end in a newline or holds control characters.
 */
export function signNote(text: string, signers: readonly Signer[]): string {
  if (signers.length === 0) throw new RangeError('a note has at least one signature')
  parseText(text)
  if (!text.endsWith('\n')) throw new LogError(say('待签文本应以换行结尾', 'the text of a note ends in a newline'))
  return formatNote({ text, signatures: signers.map(signer => signer.sign(text)) })
}

function parseSignature(line: string, number: number): Signature {
  const [, name = '', encoded = ''] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? []
  const malformed = new LogError(say(`第 ${number} 行签名格式有误`, `signature line ${number} is malformed`))
  if (!isKeyName(name)) throw malformed
  const bytes = parseBase64(encoded)
  if (bytes.length < 5) throw malformed
  return { name, keyId: bytes.toString('hex', 0, 4), payload: bytes.subarray(4) }
}

/**
 * Takes a signed note apart without verifying anything; its text must not be used before `openNote` has.
 * Signatures after the sixteenth are dropped. @throws LogError when the note is malformed.
 */
export function parseNote(input: string | Uint8Array): Note {
  if (input.length > maxNoteLength) throw new LogError(say('签名文本过大', 'the note is too large'))
  const whole = parseText(input)
  const blank = whole.lastIndexOf('\n\n')
  if (blank < 0) {
    throw new LogError(say('正文与签名之间缺少空行', 'a blank line between text and signatures is missing'))
  }
  const lines = whole.slice(blank + 2)
  if (!lines.endsWith('\n'))
    throw new LogError(say('签名行应以换行结尾', 'the last signature line must end in a newline'))
  const signatures = lines.slice(0, -1).split('\n')
  return {
    text: whole.slice(0, blank + 1),
    signatures: signatures.map((line, at) => parseSignature(line, at + 1)).slice(0, maxSignatures),
  }
}

function check(verifier: Verifier, text: string, payload: Uint8Array): Verified | undefined {
  const { name, keyId, vkey, publicKey } = verifier
  if (verifier.type === 1) {
    return verify(null, Buffer.from(text), publicKey, payload) ? { name, keyId, vkey } : undefined
  }
  if (payload.length !== 72) return undefined
  const time = Buffer.from(payload.subarray(0, 8)).readBigUInt64BE()
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  if (!verify(null, cosigned(text, time), publicKey, payload.subarray(8))) return undefined
  return { name, keyId, vkey, time: Number(time) }
}

const keyOf = ({ name, keyId }: { name: string; keyId: string }): string => `${name}+${keyId}`

/**
 * Opens a note: its text, all its signatures, and those that were verified.
 * Signatures of other keys are carried along unread. A signature of a known key that does not verify refuses the whole
 * note, and so does the lack of any that verifies. @throws LogError
 */
export function openNote(
  input: string | Uint8Array,
  verifiers: readonly Verifier[],
): Note & { readonly verified: readonly Verified[] } {
  const known = new Map(verifiers.map(verifier => [keyOf(verifier), verifier]))
  const note = parseNote(input)
  const verified: Verified[] = []
  for (const signature of note.signatures) {
    const verifier = known.get(keyOf(signature))
    if (!verifier) continue
    const result = check(verifier, note.text, signature.payload)
    if (!result) {
      throw new LogError(
        say(`${signature.name} 的签名无效`, `the signature of ${signature.name} does not verify: the text was altered`),
      )
    }
    verified.push(result)
  }
  if (verified.length === 0) {
    throw new LogError(say('没有任何已知密钥的签名', 'no signature by a known key was found'))
  }
  return { ...note, verified }
}

/**
 * Adds signatures to a note, such as those of witnesses: a newer one of the same key takes the older one's place,
 * and after sixteen no more are kept. The log's own signature stays first.
 */
export function addSignatures(note: Note, added: readonly Signature[]): Note {
  const merged = new Map(note.signatures.map(signature => [keyOf(signature), signature]))
  for (const signature of added) merged.set(keyOf(signature), signature)
  return { text: note.text, signatures: [...merged.values()].slice(0, maxSignatures) }
}
