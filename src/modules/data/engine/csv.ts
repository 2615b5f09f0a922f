import { closeSync, openSync, readSync } from 'node:fs'
import { type Text, text } from '../../../kernel/text.ts'
import { quoted, type Source } from './source.ts'
import { MAX_COLUMNS, MAX_NAME, refuse } from './types.ts'

const HEADER_BYTES = 1024 * 1024
const STEP_BYTES = 1024 * 1024
const DELIMITERS = [',', '\t', ';', '|'] as const

const [QUOTE, RETURN, NEWLINE, SPACE] = [0x22, 0x0d, 0x0a, 0x20]

function beginningOf(path: string): string {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(HEADER_BYTES)
    const length = readSync(file, bytes, 0, HEADER_BYTES, 0)
    return new TextDecoder('utf-8').decode(bytes.subarray(0, length), { stream: true })
  } finally {
    closeSync(file)
  }
}

/** Reads the first record of a CSV text; undefined when its quotes do not close or it does not end within the text. */
function firstRecord(csv: string, delimiter: string): string[] | undefined {
  const cells: string[] = []
  let at = 0
  for (;;) {
    const open = /[ ]*"/y
    open.lastIndex = at
    let cell = ''
    if (open.test(csv)) {
      at = open.lastIndex
      for (;;) {
        const close = csv.indexOf('"', at)
        if (close < 0) return undefined
        cell += csv.slice(at, close)
        at = close + 1
        if (csv[at] !== '"') break
        cell += '"'
        at += 1
      }
    }
    const end = /[\r\n]/g
    end.lastIndex = at
    const lineEnd = end.exec(csv)?.index ?? csv.length
    const next = csv.indexOf(delimiter, at)
    const stop = next >= 0 && next < lineEnd ? next : lineEnd
    cells.push((cell + csv.slice(at, stop)).trim())
    if (stop === lineEnd) return lineEnd === csv.length && csv.length >= HEADER_BYTES / 4 ? undefined : cells
    at = stop + 1
    if (cells.length > MAX_COLUMNS) return cells
  }
}

/** The delimiter that cuts the header into most columns; tabs by name for .tsv. */
function delimiterOf(csv: string): string {
  let best: string = ','
  let most = 0
  for (const delimiter of DELIMITERS) {
    const count = firstRecord(csv, delimiter)?.length ?? 0
    if (count > most) [best, most] = [delimiter, count]
  }
  return best
}

const tooMany = () =>
  refuse(
    text(`列数超过上限 ${MAX_COLUMNS}`, `The file has more than ${MAX_COLUMNS} columns`),
    text(
      '拆分成几个文件，或改为每行一个观测的长表。',
      'Split it, or turn it into a long table of one observation a row.',
    ),
  )

/** Refuses names that a data dictionary cannot hold: none, too many, empty, too long, or twice (case does not distinguish). */
export function checkNames(names: readonly string[]): void {
  if (names.length > MAX_COLUMNS) throw tooMany()
  const seen = new Map<string, number>()
  for (const [index, name] of names.entries()) {
    if (name.trim() === '') {
      throw refuse(
        text(`第 ${index + 1} 列没有列名`, `Column ${index + 1} has no name`),
        text('在第一行为每一列写上列名。', 'Name every column in the first line.'),
      )
    }
    if (name.length > MAX_NAME) {
      throw refuse(
        text(
          `第 ${index + 1} 列的列名有 ${name.length} 个字符，超过上限 ${MAX_NAME}`,
          `The name of column ${index + 1} has ${name.length} characters, more than ${MAX_NAME}`,
        ),
        text('缩短列名，说明写在字段含义里。', 'Shorten it; what explains it belongs in the meaning of the column.'),
      )
    }
    const earlier = seen.get(name.toLowerCase())
    if (earlier !== undefined) {
      throw refuse(
        text(
          `列名“${name}”重复：第 ${earlier + 1} 列和第 ${index + 1} 列`,
          `The column name "${name}" is there twice: columns ${earlier + 1} and ${index + 1}`,
        ),
        text(
          '为每一列取不同的列名（不区分大小写）。',
          'Give each column a name of its own (case does not distinguish).',
        ),
      )
    }
    seen.set(name.toLowerCase(), index)
  }
}

/** Where a CSV file departs from its own header. */
type Fault =
  | { readonly kind: 'quote'; readonly line: number }
  | { readonly kind: 'width'; readonly line: number; readonly found: number }

/**
 * Finds the first line that is not as the header says. The engine refuses such files too, but counts records, and a
 * person looks for a line: a quoted value may hold several.
 */
class FaultFinder {
  fault: Fault | undefined
  #state: 'start' | 'plain' | 'quoted' | 'closed' = 'start'
  #line = 1
  #recordLine = 1
  #quoteLine = 1
  #columns = 1
  #isEmpty = true
  #wasReturn = false
  readonly #delimiter: number
  readonly #expected: number

  constructor(delimiter: string, expected: number) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#expected = expected
  }

  #endRecord(): void {
    const isBlank = this.#isEmpty && this.#columns === 1
    if (!isBlank && this.#columns !== this.#expected) {
      this.fault ??= { kind: 'width', line: this.#recordLine, found: this.#columns }
    }
    this.#columns = 1
    this.#isEmpty = true
    this.#state = 'start'
  }

  see(piece: Uint8Array): void {
    for (const byte of piece) {
      const isPairEnd = this.#wasReturn && byte === NEWLINE
      this.#wasReturn = byte === RETURN
      if (isPairEnd) {
        if (this.#state === 'start') this.#recordLine = this.#line
        continue
      }
      const isLineEnd = byte === NEWLINE || byte === RETURN
      if (isLineEnd) this.#line += 1
      this.#step(byte, isLineEnd)
      if (this.fault) return
    }
  }

  #step(byte: number, isLineEnd: boolean): void {
    if (this.#state === 'quoted') {
      if (byte === QUOTE) this.#state = 'closed'
    } else if (isLineEnd) {
      this.#endRecord()
      this.#recordLine = this.#line
    } else if (byte === this.#delimiter) {
      this.#columns += 1
      this.#state = 'start'
    } else if (this.#state === 'closed') {
      if (byte === QUOTE) this.#state = 'quoted'
      else if (byte !== SPACE) this.fault ??= { kind: 'quote', line: this.#quoteLine }
    } else if (byte === QUOTE && this.#state === 'start') {
      this.#state = 'quoted'
      this.#quoteLine = this.#line
      this.#isEmpty = false
    } else if (byte !== SPACE) {
      this.#state = 'plain'
      this.#isEmpty = false
    }
  }

  end(): void {
    if (this.#state === 'quoted') this.fault ??= { kind: 'quote', line: this.#quoteLine }
    else this.#endRecord()
  }
}

function faultIn(path: string, delimiter: string, expected: number): Fault | undefined {
  const finder = new FaultFinder(delimiter, expected)
  const file = openSync(path, 'r')
  try {
    const piece = Buffer.alloc(STEP_BYTES)
    for (;;) {
      const length = readSync(file, piece, 0, STEP_BYTES, null)
      if (length === 0) break
      finder.see(piece.subarray(0, length))
      if (finder.fault) return finder.fault
    }
    finder.end()
    return finder.fault
  } finally {
    closeSync(file)
  }
}

function faultProblem(fault: Fault, expected: number, cause: unknown) {
  if (fault.kind === 'quote') {
    return refuse(
      text(`第 ${fault.line} 行的引号没有正确闭合`, `Line ${fault.line}: a quotation mark is not closed properly`),
      text('补上引号；值内的引号要写成两个 ""。', 'Close it; a quotation mark inside a value is written twice: "".'),
      cause,
    )
  }
  return refuse(
    text(
      `第 ${fault.line} 行有 ${fault.found} 列，表头有 ${expected} 列`,
      `Line ${fault.line} has ${fault.found} columns, the header has ${expected}`,
    ),
    text('补齐或删去多出的值；含分隔符的值要加引号。', 'Complete the row; quote values that contain the delimiter.'),
    cause,
  )
}

const lineTooLong = (line: Text, cause?: unknown) =>
  refuse(
    text(`${line.zh}过长，不像 CSV`, `${line.en} is too long for a CSV file`),
    text('检查换行和引号。', 'Check the line ends and the quotation marks.'),
    cause,
  )

/** The line in which the byte at a place lies. */
function lineAt(path: string, place: number): number {
  const file = openSync(path, 'r')
  try {
    const all = Buffer.alloc(STEP_BYTES)
    let [line, wasReturn] = [1, false]
    for (let at = 0; at < place; ) {
      const length = readSync(file, all, 0, Math.min(all.length, place - at), null)
      if (length === 0) break
      for (const byte of all.subarray(0, length)) {
        if (byte === RETURN || (byte === NEWLINE && !wasReturn)) line += 1
        wasReturn = byte === RETURN
      }
      at += length
    }
    return line
  } finally {
    closeSync(file)
  }
}

/** What the engine takes of one line. */
const LINE_BYTES = 2 * 1024 * 1024

/**
 * Refuses a file with a line that the engine cannot hold. It says so itself of lines that fit its buffer, but of longer
 * ones it gives no row and no word. A piece with a line end in it is passed over: a line that long has whole pieces without
 * one.
 */
function checkLines(path: string): void {
  const file = openSync(path, 'r')
  try {
    const all = Buffer.alloc(STEP_BYTES / 4)
    const read = () => all.subarray(0, readSync(file, all, 0, all.length, null))
    let [run, before] = [0, 0]
    for (let piece = read(); piece.length > 0; piece = read()) {
      run = piece.includes(NEWLINE) || piece.includes(RETURN) ? 0 : run + piece.length
      before += piece.length
      if (run <= LINE_BYTES) continue
      const line = lineAt(path, before - run)
      throw lineTooLong(text(`第 ${line} 行`, `Line ${line}`))
    }
  } finally {
    closeSync(file)
  }
}

/** What the header says about a CSV file, and how the engine reads it; every value comes as text. */
export function csvSource(path: string, warnings: Text[]): Source & { readonly delimiter: string } {
  const beginning = beginningOf(path)
  const delimiter = delimiterOf(beginning)
  const names = firstRecord(beginning, delimiter)
  if (!names) {
    if (beginning.length >= HEADER_BYTES / 4) throw lineTooLong(text('第 1 行', 'Line 1'))
    throw faultProblem({ kind: 'quote', line: 1 }, 0, undefined)
  }
  checkNames(names)
  checkLines(path)
  const suspicious = names.find(name => /^[+-]?\d+\.\d+$|^\d{4}-\d{2}-\d{2}/.test(name))
  if (suspicious) {
    warnings.push(
      text(
        `第一行被读作列名，但“${suspicious}”像是数据`,
        `The first line was read as column names, but "${suspicious}" looks like data`,
      ),
    )
  }
  const columns = names.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ')
  const sql = `SELECT * FROM read_csv(${quoted(path)}, auto_detect = false, delim = ${quoted(delimiter)}, quote = '"',
    escape = '"', header = true, nullstr = '', columns = {${columns}})`
  return {
    sql,
    names,
    delimiter,
    explain(error) {
      const cause = error
      const fault = faultIn(path, delimiter, names.length)
      if (fault) return faultProblem(fault, names.length, cause)
      const record = /CSV Error on Line: (\d+)/.exec(String(error))?.[1]
      if (/Maximum line size/.test(String(error))) {
        return lineTooLong(record ? text(`第 ${record} 条记录`, `Record ${record}`) : text('某一行', 'A line'), cause)
      }
      return refuse(
        text(
          `无法按 CSV 读取${record ? `第 ${record} 条记录` : '此文件'}`,
          `${record ? `Record ${record}` : 'The file'} cannot be read as CSV`,
        ),
        text('按 RFC 4180 重新导出。', 'Export it again as RFC 4180 says.'),
        cause,
      )
    },
  }
}
