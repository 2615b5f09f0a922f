import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import Excel from 'exceljs'
import { maskedCell, paddedKeys } from './masking.ts'
import type { ExportAnswer, ExportRequest, Selection } from './plan.ts'
import { keyOfType, orderBy, relation, where } from './query.ts'
import { CellTooLong, cell, rowsOf } from './reading.ts'
import { identifier, quoted } from './source.ts'

/** What one cell of a workbook may hold. */
const WORKBOOK_CELL = 32_767
/** Digits that a binary number surely keeps. */
const EXACT_DIGITS = 15

/**
 * Text at whose beginning spreadsheets look for a formula; a plain number is none. Neither a regular expression, each of
 * which may hold 8 MB, nor a list, for which the engine joins: there is one of these for each of up to 2,000 columns.
 */
const isFormula = (c: string) =>
  `(${c} <> '' AND contains('=+-@' || chr(9) || chr(13), left(${c}, 1)) AND TRY_CAST(${c} AS DOUBLE) IS NULL)`

const safeName = (name: string): string => (/^[=+\-@\t\r]/.test(name) ? `'${name}` : name)

const usedBy = ({ conditions, sorts, columns }: Selection) => [
  ...columns,
  ...[...conditions, ...sorts].map(({ column }) => column),
]

/** Decimal columns of which some value has more digits than a binary number keeps: they stay text. */
async function longDecimals(connection: DuckDBConnection, { table, columns }: Selection): Promise<ReadonlySet<number>> {
  const decimals = columns.filter(column => table.types[column] === 'decimal')
  if (decimals.length === 0) return new Set()
  const longest = decimals.map(column => `max(length(c${column}))`).join(', ')
  const [found = []] = await rowsOf(connection, {
    sql: `SELECT ${longest} FROM ${relation(table, decimals)}`,
    values: [],
  })
  return new Set(decimals.filter((_, i) => Number(found[i] ?? 0) > EXACT_DIGITS))
}

/** A cell as Parquet holds it: of its column's type where that loses nothing. */
function typedCell(selection: Selection, column: number, isLong: boolean): string {
  const c = `c${column}`
  const type = selection.table.types[column] ?? 'text'
  if (type === 'integer') return `CAST(${keyOfType(type, c)} AS BIGINT)`
  if (type === 'decimal' && isLong) return c
  if (type === 'boolean')
    return `CASE WHEN lower(${c}) IN ('true', 'yes', 'y', 't', '是') THEN true WHEN ${c} IS NOT NULL THEN false END`
  return keyOfType(type, c)
}

/** A cell as JSON holds it: numbers with the very digits of the file, everything else as text. */
function jsonCell({ table }: Selection, column: number): string {
  const c = `c${column}`
  const type = table.types[column] ?? 'text'
  if (type !== 'integer' && type !== 'decimal') return c
  return `CASE WHEN json_valid(${c}) THEN CAST(${c} AS JSON) ELSE to_json(${keyOfType(type, c)}) END`
}

async function fileOf(connection: DuckDBConnection, request: ExportRequest): Promise<number> {
  const { table, columns, format, folder, isSafe, sorts } = request
  const long = format === 'parquet' ? await longDecimals(connection, request) : new Set<number>()
  const values: string[] = []
  const masks = new Map((request.masks ?? []).map(mask => [mask.column, mask]))
  // as bound values: no message of the engine's repeats a secret
  const keys = request.key ? paddedKeys(Buffer.from(request.key, 'hex')).map(each => `$${values.push(each)}`) : []
  const isText = (column: number) => table.types[column] === 'text' || table.types[column] === undefined
  const cells = columns.map(column => {
    const c = `c${column}`
    const name = table.names[column] ?? c
    const mask = masks.get(column)
    if (mask) {
      const [inner = '', outer = ''] = keys
      return `${maskedCell(c, mask, table.types[column] ?? 'text', [inner, outer])} AS ${identifier(name)}`
    }
    if (format === 'parquet') return `${typedCell(request, column, long.has(column))} AS ${identifier(name)}`
    if (format !== 'csv') return `${jsonCell(request, column)} AS ${identifier(name)}`
    if (!isSafe) return `${c} AS ${identifier(name)}`
    return `${isText(column) ? `CASE WHEN ${isFormula(c)} THEN chr(39) || ${c} ELSE ${c} END` : c} AS ${identifier(safeName(name))}`
  })
  const options = {
    csv: 'FORMAT csv, HEADER true',
    json: 'FORMAT json, ARRAY true',
    ndjson: 'FORMAT json',
    parquet: 'FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30720',
    xlsx: '',
  }[format]
  const order = sorts.length > 0 ? orderBy(sorts, table.types) : ''
  const reader = await connection.runAndReadAll(
    `COPY (SELECT ${cells.join(', ')} FROM ${relation(table, usedBy(request))} ${where(request, values)} ${order})
     TO ${quoted(join(folder, 'out'))} (${options})`,
    values,
  )
  return Number(reader.getRowsJson()[0]?.[0] ?? 0)
}

/** A workbook, row by row: numbers as numbers where they keep all digits, the rest as text, which is never a formula. */
async function workbookOf(connection: DuckDBConnection, request: ExportRequest): Promise<number> {
  const { table, columns, folder, sorts } = request
  const book = new Excel.stream.xlsx.WorkbookWriter({ filename: join(folder, 'out'), useStyles: true })
  const sheet = book.addWorksheet('data', { views: [{ state: 'frozen', ySplit: 1 }] })
  const isNumber = columns.map(column => ['integer', 'decimal'].includes(table.types[column] ?? 'text'))
  sheet.columns = columns.map((_, i) => ({
    key: String(i),
    width: 16,
    style: { numFmt: isNumber[i] ? 'General' : '@' },
  }))
  sheet.addRow(columns.map(column => table.names[column] ?? '')).commit()
  const values: string[] = []
  const order = sorts.length > 0 ? orderBy(sorts, table.types) : ''
  const result = await connection.stream(
    `SELECT ${columns.map(column => `c${column}`).join(', ')}
     FROM ${relation(table, usedBy(request))} ${where(request, values)} ${order}`,
    values,
  )
  let rows = 0
  for await (const chunk of result.yieldRows())
    for (const found of chunk) {
      const cells = columns.map((column, i) => {
        const value = cell(found[i])
        if (value !== null && value.length > WORKBOOK_CELL) throw new CellTooLong(table.names[column] ?? '')
        if (value === null || !isNumber[i]) return value
        return value.replace(/\D/g, '').length <= EXACT_DIGITS && Number.isFinite(Number(value)) ? Number(value) : value
      })
      sheet.addRow(cells).commit()
      rows += 1
    }
  sheet.commit()
  await book.commit()
  return rows
}

/** Writes the chosen rows and columns into the request's folder, as the file `out`. */
export async function writeExport(connection: DuckDBConnection, request: ExportRequest): Promise<ExportAnswer> {
  const rows = request.format === 'xlsx' ? await workbookOf(connection, request) : await fileOf(connection, request)
  return { rows, bytes: statSync(join(request.folder, 'out')).size }
}
