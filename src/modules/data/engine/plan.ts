import type { Masking } from './masking.ts'
import type { ColumnType } from './types.ts'

/** How a value may be compared; what each means is said in `query.ts`. */
export const operators = [
  'eq',
  'ne',
  'contains',
  'starts',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'in',
  'null',
  'filled',
] as const
export type Operator = (typeof operators)[number]

/** One condition on one column, by its place; values were checked against the column's type. */
export interface Condition {
  readonly column: number
  readonly operator: Operator
  readonly values: readonly string[]
}

export interface Sorting {
  readonly column: number
  readonly isDescending: boolean
}

/** A version's copy as the engine's children read it: where its parts lie, and what its columns are. */
export interface Table {
  readonly parts: readonly { readonly path: string; readonly firstColumn: number; readonly columns: number }[]
  readonly names: readonly string[]
  readonly types: readonly ColumnType[]
  readonly rows: number
}

/** Which rows in which order. Columns are places: no name of a column ever comes into a statement's text. */
export interface Selection {
  readonly table: Table
  readonly conditions: readonly Condition[]
  readonly sorts: readonly Sorting[]
  /** those that are given back, in this order */
  readonly columns: readonly number[]
}

export interface RowsRequest extends Selection {
  readonly kind: 'rows'
  readonly offset: number
  readonly limit: number
}

export const exportFormats = ['csv', 'xlsx', 'json', 'ndjson', 'parquet'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportRequest extends Selection {
  readonly kind: 'export'
  readonly format: ExportFormat
  /** where the file is written, as `out` */
  readonly folder: string
  /** CSV only: text that a spreadsheet would take for a formula gets an apostrophe before it */
  readonly isSafe: boolean
  /** columns whose cells are changed on the way */
  readonly masks?: readonly Masking[]
  /** the secret of keyed hashes, in hexadecimal */
  readonly key?: string
}

export interface MeasureRequest {
  readonly kind: 'measure'
  readonly table: Table
  /** columns whose different values are counted one by one */
  readonly exact: readonly number[]
  /** text columns in which numbers and days are counted */
  readonly mixed: readonly number[]
  readonly isDuplicatesSought: boolean
}

export interface CompareRequest {
  readonly kind: 'compare'
  readonly before: Table
  readonly after: Table
  /** places of the columns that both have, in each */
  readonly common: readonly { readonly name: string; readonly before: number; readonly after: number }[]
  /** keys to try, as places in `common`; the first that tells rows apart in both is used, else the whole row */
  readonly keys: readonly (readonly number[])[]
  /** the one key was asked for by name: if it does not tell rows apart, say so */
  readonly isKeyNamed: boolean
  readonly samples: number
}

export type EngineRequest = RowsRequest | ExportRequest | MeasureRequest | CompareRequest

export type Cells = readonly (string | null)[]

export interface RowsAnswer {
  readonly rows: readonly Cells[]
  /** how many rows meet the conditions */
  readonly total: number
}

export interface ExportAnswer {
  readonly bytes: number
  readonly rows: number
}

/** What was counted in one column for its quality. */
export interface ColumnMeasure {
  /** null where they were not counted one by one */
  readonly distinct: number | null
  /** cells that hold marks of a broken encoding */
  readonly broken: number
  /** of the text columns: cells that are numbers, days */
  readonly numbers: number
  readonly days: number
}

export interface MeasureAnswer {
  readonly columns: readonly ColumnMeasure[]
  /** rows that repeat an earlier one; null where there are too many rows to tell */
  readonly duplicates: number | null
}

export interface CompareAnswer {
  /** places in `common` of the key that was used; none: by the whole row */
  readonly key: readonly number[]
  readonly added: number
  readonly removed: number
  readonly changed: number
  readonly same: number
  readonly addedSample: readonly Cells[]
  readonly removedSample: readonly Cells[]
  readonly changedSample: readonly { readonly before: Cells; readonly after: Cells }[]
  /** the key that was named does not tell rows apart: how many rows share theirs with another, in each file */
  readonly repeated?: { readonly before: number; readonly after: number }
}

export interface AnswerOf {
  readonly rows: RowsAnswer
  readonly export: ExportAnswer
  readonly measure: MeasureAnswer
  readonly compare: CompareAnswer
}

/** What a child answers: the result, or why there is none. */
export type EngineAnswer =
  | { readonly kind: 'done'; readonly result: AnswerOf[keyof AnswerOf] }
  | { readonly kind: 'too-heavy' }
  | { readonly kind: 'too-long'; readonly column: string }
  | { readonly kind: 'fault'; readonly cause: string }
