import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import Excel from 'exceljs'
import { type Column, columnLetter, resultColumns, sheetColumns, sheetNames, standingColumns } from './columns.ts'
import { maxEntryRows, maxItemRows, maxUnpackedBytes, type SheetName } from './imports.ts'
import { contentsOf, TooMuchPacked, Unpackable } from './zip.ts'

/** A row as it stands in a sheet; `bad`: cells that are read as nothing, because they hold a formula or an error. */
export interface ReadRow {
  readonly row: number
  readonly cells: Readonly<Record<string, string>>
  readonly bad: Readonly<Record<string, 'formula' | 'error'>>
}

export interface ReadSheet {
  readonly letters: Readonly<Record<string, string>>
  /** headings that are none of the template */
  readonly unknown: readonly string[]
  /** keys of needed columns that are not there */
  readonly missing: readonly string[]
  readonly rows: readonly ReadRow[]
}

/** What the thread answers: the sheets, or in one word why there are none. */
export type SheetsAnswer =
  | { readonly kind: 'sheets'; readonly sheets: Readonly<Record<SheetName, ReadSheet>> }
  | {
      readonly kind: 'refusal'
      readonly why:
        | 'not-zip'
        | 'old-office'
        | 'not-workbook'
        | 'too-much'
        | 'no-sheet'
        | 'too-many-entries'
        | 'too-many-items'
    }
  | { readonly kind: 'fault'; readonly cause: string }

const MOST_COLUMNS = 60

const plain = (value: string): string => value.replaceAll('\u0000', '').replace(/\r\n?/g, '\n').trim()

/** What a cell holds, as text; identifiers keep their leading zeros where they stand as text. Nothing is computed. */
function cellText(value: Excel.CellValue): string | { bad: 'formula' | 'error' } {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return plain(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? { bad: 'error' } : value.toISOString().replace(/T00:00:00\.000Z$/, '')
  if ('formula' in value || 'sharedFormula' in value) return { bad: 'formula' }
  if ('error' in value) return { bad: 'error' }
  if ('richText' in value) return plain(value.richText.map(part => part.text).join(''))
  if ('text' in value) return cellText(value.text as Excel.CellValue)
  return ''
}

const textIn = (cell: Excel.Cell): string => {
  const found = cellText(cell.value)
  return typeof found === 'string' ? found : ''
}

const bare = (heading: string): string => heading.replace(/[\s*＊]+/g, '').toLowerCase()

function columnsIn(sheet: Excel.Worksheet, name: SheetName) {
  const known = [...sheetColumns[name], ...standingColumns, ...resultColumns]
  const places = new Map<number, Column>()
  const unknown: string[] = []
  const width = Math.min(sheet.actualColumnCount + 5, MOST_COLUMNS)
  for (let i = 1; i <= width; i++) {
    const heading = textIn(sheet.getCell(1, i))
    if (heading === '') continue
    const wanted = bare(heading)
    const column = known.find(each => [each.head.zh, each.head.en, each.key].some(word => bare(word) === wanted))
    const isTwice = column !== undefined && [...places.values()].includes(column)
    if (column && !isTwice) places.set(i, column)
    else unknown.push(heading.slice(0, 60))
  }
  return { places, unknown }
}

/** Whether the second row repeats the headings in English, as the template does. */
function isSecondHeading(sheet: Excel.Worksheet, places: ReadonlyMap<number, Column>): boolean {
  const filled = [...places].filter(([i]) => textIn(sheet.getCell(2, i)) !== '')
  const same = filled.filter(([i, { head }]) =>
    [head.zh, head.en].some(word => bare(word) === bare(textIn(sheet.getCell(2, i)))),
  )
  return filled.length > 0 && same.length >= filled.length / 2
}

function readSheet(sheet: Excel.Worksheet, name: SheetName, mostRows: number): ReadSheet | undefined {
  const { places, unknown } = columnsIn(sheet, name)
  const first = isSecondHeading(sheet, places) ? 3 : 2
  const rows: ReadRow[] = []
  let isTooLong = false
  sheet.eachRow({ includeEmpty: false }, (row, number) => {
    if (number < first || isTooLong) return
    const cells: Record<string, string> = {}
    const bad: Record<string, 'formula' | 'error'> = {}
    for (const [i, column] of places) {
      if (column.isGiven) continue
      const found = cellText(row.getCell(i).value)
      if (typeof found === 'object') bad[column.key] = found.bad
      else if (found !== '') cells[column.key] = found
    }
    if (Object.keys(cells).length + Object.keys(bad).length === 0) return
    if (rows.length === mostRows) isTooLong = true
    else rows.push({ row: number, cells, bad })
  })
  if (isTooLong) return undefined
  const have = new Set([...places.values()].map(column => column.key))
  const missing = sheetColumns[name].filter(column => column.isRequired && !have.has(column.key)).map(({ key }) => key)
  const letters = Object.fromEntries([...places].map(([i, column]) => [column.key, columnLetter(i - 1)]))
  return { letters, unknown, missing, rows }
}

/** The sheet of that name, whichever half of its name is left. */
function sheetOf(book: Excel.Workbook, name: SheetName): Excel.Worksheet | undefined {
  const halves = sheetNames[name].toLowerCase().split(' ')
  return book.worksheets.find(({ name: own }) => {
    const said = own.trim().toLowerCase()
    return said === sheetNames[name].toLowerCase() || halves.includes(said)
  })
}

const noSheet: ReadSheet = { letters: {}, unknown: [], missing: [], rows: [] }

/** Reads the two sheets of a filled template. What the file claims to be is not believed; nothing in it is executed. */
export async function readSheets(bytes: Buffer): Promise<SheetsAnswer> {
  const refusal = (why: Extract<SheetsAnswer, { kind: 'refusal' }>['why']) => ({ kind: 'refusal', why }) as const
  if (bytes.subarray(0, 4).toString('hex') === 'd0cf11e0') return refusal('old-office')
  if (bytes.subarray(0, 4).toString('hex') !== '504b0304') return refusal('not-zip')
  try {
    const files = contentsOf(bytes, maxUnpackedBytes)
    if (!files.some(({ name }) => name === 'xl/workbook.xml')) return refusal('not-workbook')
  } catch (error) {
    if (error instanceof TooMuchPacked) return refusal('too-much')
    if (error instanceof Unpackable) return refusal('not-workbook')
    throw error
  }
  const book = new Excel.Workbook()
  try {
    // only cells: what spans a whole sheet (rules of input, merged cells) would be spread out cell by cell
    const ignoreNodes = ['dataValidations', 'mergeCells', 'conditionalFormatting', 'hyperlinks', 'drawing', 'picture']
    await book.xlsx.load(bytes as unknown as Excel.Buffer, {
      ignoreNodes: [...ignoreNodes, 'tableParts', 'autoFilter', 'extLst', 'rowBreaks', 'headerFooter'],
    })
  } catch {
    return refusal('not-workbook')
  }
  const sheet = sheetOf(book, 'entries')
  if (!sheet) return refusal('no-sheet')
  const entries = readSheet(sheet, 'entries', maxEntryRows)
  if (!entries) return refusal('too-many-entries')
  const second = sheetOf(book, 'items')
  const items = second ? readSheet(second, 'items', maxItemRows) : noSheet
  if (!items) return refusal('too-many-items')
  return { kind: 'sheets', sheets: { entries, items } }
}

async function answer(port: MessagePort, bytes: Uint8Array): Promise<void> {
  const found = await readSheets(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).catch(
    (error): SheetsAnswer => ({ kind: 'fault', cause: error instanceof Error ? (error.stack ?? '') : String(error) }),
  )
  port.postMessage(found)
}

// in its own thread the module reads the one workbook that it is given
const given = workerData as { readonly workbook?: Uint8Array } | null
if (parentPort && given?.workbook) await answer(parentPort, given.workbook)
