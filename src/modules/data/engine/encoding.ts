import { isUtf8 } from 'node:buffer'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { text } from '../../../kernel/text.ts'
import { type Encoding, refuse } from './types.ts'

const STEP_BYTES = 1024 * 1024

/** A file as UTF-8 without byte order mark and with one kind of line end: the engine reads nothing else reliably. */
export interface PlainText {
  readonly path: string
  readonly encoding: Encoding
}

function* piecesOf(path: string): Generator<Buffer> {
  const file = openSync(path, 'r')
  try {
    for (;;) {
      const piece = Buffer.allocUnsafe(STEP_BYTES)
      const length = readSync(file, piece, 0, STEP_BYTES, null)
      if (length === 0) return
      yield piece.subarray(0, length)
    }
  } finally {
    closeSync(file)
  }
}

function* decoded(path: string, label: string): Generator<string> {
  const decoder = new TextDecoder(label, { fatal: true })
  for (const piece of piecesOf(path)) yield decoder.decode(piece, { stream: true })
  yield decoder.decode()
}

const binary = () =>
  refuse(
    text('文件含有空字符，是二进制内容而不是文本', 'The file contains NUL characters: it is binary, not text'),
    text('上传文本格式的 CSV 或 JSON。', 'Upload CSV or JSON as text.'),
  )

/** Which kinds of line end a text has; a pair may be cut between two pieces. */
class LineEnds {
  #kinds = new Set<string>()
  #wasReturn = false

  see(piece: string): void {
    if (piece === '') return
    if (piece.includes('\0')) throw binary()
    const all = this.#wasReturn ? `\r${piece}` : piece
    this.#wasReturn = all.endsWith('\r')
    const settled = this.#wasReturn ? all.slice(0, -1) : all
    if (settled.includes('\r')) {
      if (settled.includes('\r\n')) this.#kinds.add('\r\n')
      if (/\r(?!\n)/.test(settled)) this.#kinds.add('\r')
      if (/(?<!\r)\n/.test(settled)) this.#kinds.add('\n')
    } else if (settled.includes('\n')) this.#kinds.add('\n')
  }

  /** Lines end in more than one way, or in CR alone. */
  get isUneven(): boolean {
    return this.#kinds.size > 1 || this.#kinds.has('\r') || this.#wasReturn
  }
}

/** Bytes at the end of a piece that begin a character which the next piece ends. */
function openEnd(piece: Buffer): number {
  for (let back = 1; back <= Math.min(3, piece.length); back += 1) {
    const byte = piece[piece.length - back] ?? 0
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
    if (byte < 0x80) return 0
  }
  return 0
}

/** Whether a file is UTF-8, and which line ends it has. Characters are not made of the bytes, which would cost most. */
function isUtf8File(path: string, ends: LineEnds): boolean {
  let held = Buffer.alloc(0)
  for (const piece of piecesOf(path)) {
    const all = held.length > 0 ? Buffer.concat([held, piece]) : piece
    const end = all.length - openEnd(all)
    if (!isUtf8(all.subarray(0, end))) return false
    ends.see(all.toString('latin1', 0, end))
    held = Buffer.from(all.subarray(end))
  }
  return held.length === 0
}

function rewrite(path: string, label: string, target: string): void {
  const file = openSync(target, 'wx', 0o600)
  try {
    let held = ''
    for (const piece of decoded(path, label)) {
      if (piece.includes('\0')) throw binary()
      const all = held + piece
      held = all.endsWith('\r') ? '\r' : ''
      writeSync(file, all.slice(0, all.length - held.length).replace(/\r\n?/g, '\n'))
    }
    if (held) writeSync(file, '\n')
  } finally {
    closeSync(file)
  }
}

function isDecodable(work: () => void): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

/** GB18030 beyond GBK shows as four-byte characters, whose second byte is a digit. */
function hasFourByteCharacters(path: string): boolean {
  let isSecond = false
  for (const piece of piecesOf(path)) {
    for (const byte of piece) {
      if (!isSecond) isSecond = byte >= 0x81
      else if (byte >= 0x30 && byte <= 0x39) return true
      else isSecond = false
    }
  }
  return false
}

function lineOfFirstBadByte(path: string): number {
  let line = 1
  for (const piece of piecesOf(path)) {
    for (let at = 0; at < piece.length; ) {
      const end = piece.indexOf(0x0a, at)
      if (end < 0) break
      if (!isUtf8(piece.subarray(at, end))) return line
      line += 1
      at = end + 1
    }
  }
  return line
}

const SEPARATORS: readonly number[] = [0x09, 0x0a, 0x0d, 0x2c]

/**
 * UTF-16 without a mark: the signs of a table (digits, delimiters, line ends) have a zero in one and the same of their
 * two bytes. Characters such as 一 (U+4E00) have it in the other, so a few of those prove nothing; a whole pair of zeros
 * is no text. Nor are single zeros among separators that have none: these stand where no Chinese character has a
 * separator's number, in the high byte (名, U+540D, has one in the low byte).
 */
function wideWithoutMark(head: Buffer): 'UTF-16LE' | 'UTF-16BE' | undefined {
  const zeros = [0, 0]
  const singles = [0, 0]
  let paired = 0
  for (let at = 0; at + 1 < head.length; at += 2) {
    const [first = 0, second = 0] = head.subarray(at, at + 2)
    if (first === 0 && second === 0) return undefined
    if (first === 0 || second === 0) zeros[first === 0 ? 0 : 1]! += 1
    if (first === 0 || second === 0) paired += SEPARATORS.includes(first || second) ? 1 : 0
    else for (const at of [0, 1]) singles[at]! += SEPARATORS.includes(at === 0 ? first : second) ? 1 : 0
  }
  const [even = 0, odd = 0] = zeros
  if (odd > 1 && odd > even * 4 && singles[1]! * 4 <= paired) return 'UTF-16LE'
  if (even > 1 && even > odd * 4 && singles[0]! * 4 <= paired) return 'UTF-16BE'
  return undefined
}

/** The encoding that a file's beginning tells by its mark, or by its zeros; undefined for UTF-8 and GB 18030. */
export function markOf(head: Buffer): Encoding | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'UTF-8-BOM'
  if (head[0] === 0xff && head[1] === 0xfe) return 'UTF-16LE'
  if (head[0] === 0xfe && head[1] === 0xff) return 'UTF-16BE'
  return wideWithoutMark(head.subarray(0, 4096))
}

const labels: Readonly<Record<Encoding, string>> = {
  'UTF-8': 'utf-8',
  'UTF-8-BOM': 'utf-8',
  'UTF-16LE': 'utf-16le',
  'UTF-16BE': 'utf-16be',
  GBK: 'gb18030',
  GB18030: 'gb18030',
}

/**
 * Finds the encoding of a text file and gives it as plain UTF-8: the file itself where it is that already, else a
 * decoded copy at `target`.
 * @throws Problem unreadable-file for bytes that are text in no known encoding.
 */
export function asPlainText(path: string, target: string): PlainText {
  const [head = Buffer.alloc(0)] = piecesOf(path)
  const marked = markOf(head)
  if (marked) {
    if (isDecodable(() => rewrite(path, labels[marked], target))) return { path: target, encoding: marked }
    throw refuse(
      text(
        `文件标明是 ${marked} 编码，但内容不符或被截断`,
        `The file says it is ${marked} but its bytes are not, or it is cut off`,
      ),
      text('重新导出为 UTF-8 后上传。', 'Export it again as UTF-8 and upload that.'),
    )
  }
  const ends = new LineEnds()
  if (isUtf8File(path, ends)) {
    if (!ends.isUneven) return { path, encoding: 'UTF-8' }
    rewrite(path, 'utf-8', target)
    return { path: target, encoding: 'UTF-8' }
  }
  if (head.includes(0)) throw binary()
  if (isDecodable(() => rewrite(path, 'gb18030', target))) {
    return { path: target, encoding: hasFourByteCharacters(path) ? 'GB18030' : 'GBK' }
  }
  const line = lineOfFirstBadByte(path)
  throw refuse(
    text(
      `第 ${line} 行既不是 UTF-8 也不是 GB18030 编码，无法辨认文字编码`,
      `Line ${line} is neither UTF-8 nor GB18030; the encoding cannot be recognised`,
    ),
    text(
      '用 UTF-8、GBK、GB18030 或 UTF-16 编码保存后重新上传。',
      'Save it as UTF-8, GBK, GB18030 or UTF-16 and upload again.',
    ),
  )
}
