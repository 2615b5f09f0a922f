import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { stringify } from 'csv-stringify/sync'
import Excel from 'exceljs'
import type { RulePack } from '../../kernel/rulepack.ts'
import { inLanguage, type Language, type Text, text } from '../../kernel/text.ts'
import type { Cells } from './cells.ts'
import {
  type Column,
  columnLetter,
  entryColumns,
  itemColumns,
  type ListName,
  listNames,
  listsOf,
  listWords,
  sheetNames,
} from './columns.ts'
import { maxEntryRows, maxItemRows, maxWorkbookBytes } from './imports.ts'

/** Rows of a sheet, made while it is written. */
export type Rows = Iterable<Cells> | AsyncIterable<Cells>

export interface Book {
  readonly language: Language
  readonly rules: RulePack
  /** columns beside those of the template */
  readonly before?: readonly Column[]
  readonly after?: readonly Column[]
  readonly entries: () => Rows
  readonly items: () => Rows
}

const quotedName = (name: string) => `'${name}'`
const firstListRow = 3

/** Where the words of a list stand in the sheet of codes. */
function rangeOf(list: ListName, rules: RulePack): string {
  const letter = columnLetter(listNames.indexOf(list) * 2)
  const last = firstListRow + listsOf(rules)[list].length - 1
  return `${quotedName(sheetNames.codes)}!$${letter}$${firstListRow}:$${letter}$${last}`
}

/** Two rows of headings, Chinese above English; every cell is text, so that codes keep their zeros and nothing is a formula. */
function begin(sheet: Excel.Worksheet, columns: readonly Column[]): void {
  sheet.columns = columns.map(({ key, width }) => ({ key, width, style: { numFmt: '@' } }))
  const star = ({ isRequired }: Column) => (isRequired ? ' *' : '')
  const [first, second] = (['zh', 'en'] as const).map(words =>
    sheet.addRow(columns.map(column => column.head[words] + star(column))),
  )
  first!.font = { bold: true }
  second!.font = { italic: true, color: { argb: 'FF5F6B7A' } }
  first!.commit()
  second!.commit()
}

function validate(sheet: Excel.Worksheet, columns: readonly Column[], { rules, language }: Book, rows: number): void {
  const say = (words: Text) => inLanguage(words, language)
  const rulesOfInput = (sheet as unknown as { dataValidations: { add(range: string, of: Excel.DataValidation): void } })
    .dataValidations
  for (const [i, column] of columns.entries()) {
    if (column.isGiven) continue
    const range = `${columnLetter(i)}3:${columnLetter(i)}${rows + 2}`
    const prompt = {
      showInputMessage: true,
      promptTitle: say(column.head).slice(0, 32),
      prompt: say(column.about).slice(0, 255),
      allowBlank: true,
    }
    if (column.list)
      rulesOfInput.add(range, {
        type: 'list',
        formulae: [rangeOf(column.list, rules)],
        ...prompt,
        showErrorMessage: column.isMany !== true,
        errorTitle: say(column.head).slice(0, 32),
        error: say(text('请从下拉列表中选择', 'Choose from the list')),
      })
    else if (column.max !== undefined)
      rulesOfInput.add(range, {
        type: 'textLength',
        operator: 'lessThanOrEqual',
        formulae: [column.max],
        ...prompt,
        showErrorMessage: true,
        error: say(text(`最多 ${column.max} 个字`, `At most ${column.max} characters`)),
      })
  }
}

async function fill(sheet: Excel.Worksheet, columns: readonly Column[], rows: Rows): Promise<void> {
  for await (const cells of rows) sheet.addRow(columns.map(({ key }) => cells[key] || null)).commit()
}

const notes: readonly Text[] = [
  text(
    '“目录”表每行一个目录，“信息项”表每行一个信息项，两表以“编号”对应。第一、二行为表头，请勿删除；带 * 的为必填。',
    'The sheet of entries has one entry a row, the sheet of items one item a row; the key joins them. Rows 1 and 2 are headings and stay; * marks what must be filled in.',
  ),
  text(
    '修改已有目录：先导出，修改后上传；未填写的单元格表示清空，“信息项”表列出的就是该目录全部信息项。',
    'To change entries, export them, change the file and upload it: an empty cell empties the field, and the items listed are all items of the entry.',
  ),
  text(
    '上传后先显示逐行结果，确认前不写入任何内容；确认后成为草稿，仍须提交审核。',
    'After the upload each row’s result is shown and nothing is written before you confirm; confirmed rows become drafts, which are then submitted for review.',
  ),
  text(
    `一个文件最多 ${maxEntryRows} 个目录、${maxItemRows} 个信息项、${maxWorkbookBytes / 1048576} MiB。公式不会执行，请粘贴为数值。`,
    `A file holds at most ${maxEntryRows} entries, ${maxItemRows} items and ${maxWorkbookBytes / 1048576} MiB. Formulas are not executed; paste values.`,
  ),
]

function explain(book: Excel.stream.xlsx.WorkbookWriter): void {
  const sheet = book.addWorksheet(sheetNames.about)
  sheet.columns = [22, 22, 24, 10, 56, 64, 12].map(width => ({ width, style: { numFmt: '@' } }))
  for (const note of notes) {
    sheet.addRow([note.zh]).commit()
    sheet.addRow([note.en]).commit()
  }
  sheet.addRow([]).commit()
  const head = sheet.addRow(['工作表 Sheet', '列', 'Column', '必填 Needed', '说明', 'Explanation', '字数上限 Max'])
  head.font = { bold: true }
  head.commit()
  for (const [name, columns] of [
    [sheetNames.entries, entryColumns],
    [sheetNames.items, itemColumns],
  ] as const)
    for (const { head: words, about, isRequired, max } of columns)
      sheet
        .addRow([name, words.zh, words.en, isRequired ? '是 Yes' : '', about.zh, about.en, max ? String(max) : ''])
        .commit()
  sheet.commit()
}

function listCodes(book: Excel.stream.xlsx.WorkbookWriter, { rules, language }: Book): void {
  const sheet = book.addWorksheet(sheetNames.codes)
  const lists = listsOf(rules)
  sheet.columns = listNames.flatMap(() => [
    { width: 26, style: { numFmt: '@' } },
    { width: 22, style: { numFmt: '@' } },
  ])
  const head = sheet.addRow(listNames.flatMap(name => [listWords[name].zh, '代码']))
  head.font = { bold: true }
  head.commit()
  sheet.addRow(listNames.flatMap(name => [listWords[name].en, 'Code'])).commit()
  const longest = Math.max(...listNames.map(name => lists[name].length))
  for (let i = 0; i < longest; i++)
    sheet
      .addRow(
        listNames.flatMap(name => {
          const [code, words] = lists[name][i] ?? []
          return [words ? inLanguage(words, language) : null, code ?? null]
        }),
      )
      .commit()
  sheet.commit()
}

/** Writes a workbook of the template's shape, row by row, into a file. */
export async function writeBook(filename: string, of: Book): Promise<number> {
  const book = new Excel.stream.xlsx.WorkbookWriter({ filename, useStyles: true })
  const views = [{ state: 'frozen', xSplit: 1, ySplit: 2 }] as const
  for (const [name, own, rows, most] of [
    [sheetNames.entries, entryColumns, of.entries, maxEntryRows],
    [sheetNames.items, itemColumns, of.items, maxItemRows],
  ] as const) {
    const isEntries = own === entryColumns
    const columns = [...(of.before ?? []), ...own, ...((isEntries && of.after) || [])]
    const sheet = book.addWorksheet(name, { views: [...views] })
    begin(sheet, columns)
    validate(sheet, columns, of, most)
    await fill(sheet, columns, rows())
    sheet.commit()
  }
  explain(book)
  listCodes(book, of)
  await book.commit()
  return (await stat(filename)).size
}

const options = { escape_formulas: true, record_delimiter: 'windows' } as const

async function* csv(columns: readonly Column[], rows: Rows, language: Language) {
  yield `\uFEFF${stringify([columns.map(({ head }) => inLanguage(head, language))], options)}`
  let waiting: string[][] = []
  for await (const cells of rows) {
    waiting.push(columns.map(({ key }) => cells[key] ?? ''))
    if (waiting.length < 500) continue
    yield stringify(waiting, options)
    waiting = []
  }
  if (waiting.length > 0) yield stringify(waiting, options)
}

/** One sheet as CSV for spreadsheets: a byte order mark, and an apostrophe before what they would take for a formula. */
export async function writeCsv(filename: string, of: Book, sheet: 'entries' | 'items'): Promise<number> {
  const columns = sheet === 'items' ? itemColumns : [...entryColumns, ...(of.after ?? [])]
  const rows = sheet === 'items' ? of.items() : of.entries()
  await pipeline(Readable.from(csv(columns, rows, of.language)), createWriteStream(filename))
  return (await stat(filename)).size
}
