import { closeSync, openSync, readSync } from 'node:fs'
import { unsupportedMedia } from '../../../kernel/problem.ts'
import { type Text, text } from '../../../kernel/text.ts'
import { markOf } from './encoding.ts'
import { type DataFormat, refuse } from './types.ts'

const HEAD_BYTES = 4096

const formatOfExtension: Readonly<Record<string, DataFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  ndjson: 'json',
  jsonl: 'json',
  parquet: 'parquet',
}

const label: Readonly<Record<DataFormat, string>> = { csv: 'CSV', json: 'JSON', parquet: 'Parquet' }

/** Kinds of file that people upload by mistake, by their first bytes in hexadecimal. */
const strangers: readonly (readonly [RegExp, Text])[] = [
  [/^504b0304/, text('压缩包或 Excel 工作簿', 'a ZIP archive or an Excel workbook')],
  [/^d0cf11e0/, text('旧版 Office 文件', 'an old Office document')],
  [/^(1f8b|425a68|377abcaf|fd377a58|52617221|28b52ffd)/, text('压缩文件', 'a compressed archive')],
  [/^25504446/, text('PDF 文件', 'a PDF document')],
  [/^(89504e47|ffd8ff|47494638|52494646.{8}57454250)/, text('图片', 'an image')],
  [/^(4d5a90|7f454c46|2321)/, text('程序', 'a program')],
  [/^53514c69746520/, text('SQLite 数据库', 'an SQLite database')],
]

const markup = text('网页或 XML', 'a web page or XML')

const strangerIn = (head: Buffer): Text | undefined =>
  strangers.find(([pattern]) => pattern.test(head.toString('hex')))?.[1] ??
  (/^\ufeff?\s*<(!doctype|html|\?xml|svg|script)/i.test(textOf(head)) ? markup : undefined)

/** The first 4 KiB of a file. */
export function headOf(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(HEAD_BYTES)
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0))
  } finally {
    closeSync(file)
  }
}

function liar(extension: string, found: Text) {
  const message = text(
    `文件名以 .${extension} 结尾，但内容是${found.zh}`,
    `The name ends with .${extension} but the content is ${found.en}`,
  )
  const remedy = text('上传真实格式的文件，或改正扩展名。', 'Upload a file of that format, or correct the extension.')
  return unsupportedMedia(message, { errors: [{ pointer: '/file', message, remedy }] })
}

/** What the beginning of a text looks like: JSON begins with a bracket that its own kind of token follows. */
const looksLikeJson = (head: string): boolean =>
  /^\ufeff?\s*(\{\s*("|\})|\[\s*(\{|\[|"|\]|-?\d|true|false|null))/.test(head)

/** The beginning of a file as text, whatever its encoding; for looking at, not for reading. */
export function textOf(head: Buffer): string {
  const encoding = markOf(head)
  if (encoding === 'UTF-16LE') return head.toString('utf16le')
  if (encoding === 'UTF-16BE') {
    return Buffer.from(head.subarray(0, head.length & ~1))
      .swap16()
      .toString('utf16le')
  }
  return head.toString('utf8')
}

/**
 * The format of a file, from its declared name and its first bytes, which must agree.
 * @throws Problem unsupported-media for another format or a name that lies, unreadable-file for an empty file.
 */
export function formatOf(path: string, declaredName: string): DataFormat {
  const extension = (/\.([^./\\]+)$/.exec(declaredName)?.[1] ?? '').toLowerCase()
  const format = formatOfExtension[extension]
  const head = headOf(path)
  if (head.length === 0 || /^\s*$/.test(textOf(head).replace(/^\ufeff/, ''))) {
    throw refuse(
      text('文件是空的', 'The file is empty'),
      text('检查导出步骤后重新上传。', 'Check the export and upload again.'),
    )
  }
  const stranger = strangerIn(head)
  if (!format) {
    const message = text(
      `不支持的文件格式：${extension ? `.${extension.slice(0, 20)}` : '没有扩展名'}${stranger ? `（${stranger.zh}）` : ''}`,
      `Unsupported file format: ${extension ? `.${extension.slice(0, 20)}` : 'no extension'}${stranger ? ` (${stranger.en})` : ''}`,
    )
    const remedy = text(
      '请上传 .csv、.json（数组或每行一条）、.ndjson 或 .parquet 文件；Excel 请先另存为 CSV。',
      'Upload .csv, .json (an array or one record a line), .ndjson or .parquet; save an Excel sheet as CSV first.',
    )
    throw unsupportedMedia(message, { errors: [{ pointer: '/file', message, remedy }] })
  }
  if (stranger) throw liar(extension, stranger)
  const isParquet = /^PAR[1E]/.test(head.toString('latin1'))
  if (isParquet !== (format === 'parquet')) {
    throw liar(extension, isParquet ? text('Parquet', 'Parquet') : text('其他数据', 'something else'))
  }
  if (format === 'parquet') return format
  const found: DataFormat = looksLikeJson(textOf(head)) ? 'json' : 'csv'
  if (found !== format) {
    throw liar(
      extension,
      found === 'json'
        ? text(label.json, label.json)
        : text('不以 [ 或 { 开头的文本', 'text that does not begin with [ or {'),
    )
  }
  return format
}
