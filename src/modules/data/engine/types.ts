import { defineProblem } from '../../../kernel/problem.ts'
import { type Text, text } from '../../../kernel/text.ts'
import type { SensitiveColumn } from './scan.ts'

export type DataFormat = 'csv' | 'json' | 'parquet'
export type Encoding = 'UTF-8' | 'UTF-8-BOM' | 'UTF-16LE' | 'UTF-16BE' | 'GBK' | 'GB18030'
export type ColumnType = 'text' | 'integer' | 'decimal' | 'date' | 'timestamp' | 'boolean'

/** A value that occurs more than once in a column, and how often. */
export interface TopValue {
  readonly value: string
  readonly count: number
}

/** How many values lie in `from ≤ value < to`: numbers in decimal notation, or days in ISO 8601. */
export interface Bucket {
  readonly from: string
  readonly to: string
  readonly count: number
}

/** What was read about one column. Values are shown as they stand in the file, cut after 200 characters. */
export interface ColumnProfile {
  readonly name: string
  readonly type: ColumnType
  readonly nullCount: number
  /** Exact up to 50,000 rows and 60 columns, an estimate (a few percent) beyond. */
  readonly distinctCount: number
  readonly min: string | null
  readonly max: string | null
  readonly example: string | null
  /** The most frequent values of a column with few of them, at most five; values that occur once are never named. */
  readonly topValues?: readonly TopValue[]
  /** The spread of numbers, days or instants over at most twelve buckets without gaps. */
  readonly histogram?: readonly Bucket[]
}

/** The facts of a data file that no vendor needs to type in (domain fields of the product's volume and dictionary). */
export interface DataProfile {
  readonly format: DataFormat
  /** Null for Parquet, which has no text encoding of its own. */
  readonly encoding: Encoding | null
  /** Only for CSV. */
  readonly delimiter?: string
  readonly bytes: number
  readonly rows: number
  readonly columns: readonly ColumnProfile[]
  /** Days or instants in ISO 8601, from the first column that holds them. */
  readonly timeRange?: { readonly column: string; readonly from: string; readonly to: string }
  /** GB/T 2260 codes found as codes or as names, ascending; a county outside the home province counts as its province. */
  readonly divisions: readonly string[]
  /** The first 20 rows. */
  readonly sample: readonly (readonly (string | null)[])[]
  readonly warnings: readonly Text[]
  /** Columns with values that name a person or an organisation; masked. */
  readonly scan: readonly SensitiveColumn[]
}

export const MAX_COLUMNS = 2000
/** Characters of a column's name: what filters, masks and notes may name. */
export const MAX_NAME = 1000
export const SAMPLE_ROWS = 20

/** The content of a file is not what can be read as data; the detail says where and the remedy what to do. */
export const unreadableFile = defineProblem(
  'unreadable-file',
  422,
  text('无法读取数据文件', 'The data file cannot be read'),
  text(
    '按说明修改文件后重新上传；没有保存任何读取结果。',
    'Correct the file as the detail says and upload it again; nothing was kept.',
  ),
)

/** A refusal of the file as a whole, with the way to mend it. */
export const refuse = (message: Text, remedy: Text, cause?: unknown) =>
  unreadableFile(message, { errors: [{ pointer: '/file', message, remedy }], cause })
