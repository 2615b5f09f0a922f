import { canonicalJson } from '../../kernel/canonical.ts'
import type { FieldError } from '../../kernel/problem.ts'
import type { RulePack } from '../../kernel/rulepack.ts'
import { inLanguage, type Language, type Text, text } from '../../kernel/text.ts'
import { type Column, columnLetter, entryColumns, itemColumns, listsOf, sheetColumns } from './columns.ts'
import { whatIsWrong } from './completeness.ts'
import type { Change, LineError, SheetCells, SheetName } from './imports.ts'
import type { Item } from './model.ts'
import type { EntryVersionRow } from './schema.ts'

/** What an institution says of an entry, whole: as a form or a row of a workbook gives it. */
export type Content = Pick<
  EntryVersionRow,
  | 'nameZh'
  | 'nameEn'
  | 'abstract'
  | 'format'
  | 'sharingType'
  | 'sharingBasis'
  | 'sharingCondition'
  | 'openingType'
  | 'openingBasis'
  | 'openingCondition'
  | 'updateCycle'
  | 'grade'
  | 'placement'
  | 'systemOfRecord'
  | 'isVoluntary'
  | 'dutyBasis'
  | 'themes'
  | 'securityTerms'
  | 'relatedCodes'
  | 'items'
>

export type Cells = Readonly<Record<string, string>>

/** Where the columns of a file stand; by their usual order unless a file has another. */
export type Letters = Readonly<Record<SheetName, Readonly<Record<string, string>>>>

const usual = (columns: readonly Column[]) =>
  Object.fromEntries(columns.map((column, i) => [column.key, columnLetter(i)]))

export const usualLetters: Letters = { entries: usual(entryColumns), items: usual(itemColumns) }

const codeForm = /^[1-3][0-9]{5,11}\/[0-9]{6,}$/
const separator = /[;；\n]/

/** One line ending, and nothing at the ends: as fields of a form are kept. */
const tidy = (value: string | null | undefined): string => (value ?? '').replace(/\r\n?/g, '\n').trim()

type Lists = ReturnType<typeof listsOf>

const labelOf = (lists: Lists, column: Column, code: string, language: Language): string => {
  const found = column.list && lists[column.list].find(([each]) => each === code)
  return found ? inLanguage(found[1], language) : code
}

/** A value of an entry or item as its cell shows it. */
function shown(lists: Lists, column: Column, value: unknown, language: Language): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(each => labelOf(lists, column, String(each), language)).join('；')
  return column.list ? labelOf(lists, column, String(value), language) : String(value)
}

/** An entry as a row of its sheet; `key` joins its items to it. */
export function entryCells(of: Content, code: string, rules: RulePack, language: Language): Cells {
  const lists = listsOf(rules)
  const values: Readonly<Record<string, unknown>> = { ...of, key: code, code, classCode: code.split('/')[0] }
  return Object.fromEntries(
    entryColumns.map(column => [column.key, shown(lists, column, values[column.key], language)]),
  )
}

/** The items of an entry as rows of their sheet. */
export function itemCells(of: Pick<Content, 'items'>, key: string, rules: RulePack, language: Language): Cells[] {
  const lists = listsOf(rules)
  return of.items.map(item => {
    const values: Readonly<Record<string, unknown>> = { ...item, key }
    return Object.fromEntries(
      itemColumns.map(column => [column.key, shown(lists, column, values[column.key], language)]),
    )
  })
}

/** Reads the cells of one row and keeps what is wrong with them. */
class RowReader {
  readonly errors: LineError[] = []
  readonly #lists: Lists
  readonly #letters: Letters

  constructor(rules: RulePack, letters: Letters) {
    this.#lists = listsOf(rules)
    this.#letters = letters
  }

  say(sheet: SheetName, row: number, key: string, message: Text, remedy: Text): void {
    const heading = sheetColumns[sheet].find(column => column.key === key)?.head ?? text('整行', 'The row')
    this.errors.push({ sheet, row, column: this.#letters[sheet][key] ?? '', heading, message, remedy })
  }

  /** The codes that a cell names: each by its code or its words, in either language. */
  #codes(sheet: SheetName, row: number, column: Column, cell: string): string[] {
    const choices = this.#lists[column.list!]
    const parts = (column.isMany ? cell.split(separator).map(tidy) : [cell]).filter(part => part !== '')
    const codes: string[] = []
    for (const part of parts) {
      const wanted = part.toLowerCase()
      const found = choices.find(([code, { zh, en }]) =>
        [code, zh, en].some(each => each.toLowerCase() === wanted),
      )?.[0]
      if (found === undefined)
        this.say(
          sheet,
          row,
          column.key,
          text(`“${part.slice(0, 60)}”不在列表中`, `“${part.slice(0, 60)}” is not in the list`),
          text(
            `可填：${choices.map(([, { zh }]) => zh).join('、')}`,
            `Choose from: ${choices.map(([, { en }]) => en).join('; ')}`,
          ),
        )
      else if (!codes.includes(found)) codes.push(found)
    }
    return codes
  }

  /** The values of a row by column: text, code, list of codes; null where nothing stands. */
  read(sheet: SheetName, { row, cells }: SheetCells): Record<string, string | string[] | null> {
    const values: Record<string, string | string[] | null> = {}
    for (const column of sheetColumns[sheet]) {
      const cell = tidy(cells[column.key])
      if (cell === '' && column.isRequired)
        this.say(
          sheet,
          row,
          column.key,
          text(`没有填写${column.head.zh}`, `${column.head.en} is missing`),
          column.list
            ? text('从下拉列表中选择', 'choose from the list')
            : text('补充后重新上传', 'fill it in and upload again'),
        )
      if (column.max !== undefined && [...cell].length > column.max)
        this.say(
          sheet,
          row,
          column.key,
          text(
            `有 ${[...cell].length} 个字，超过 ${column.max} 个`,
            `has ${[...cell].length} characters, more than ${column.max}`,
          ),
          text('缩短后重新上传', 'shorten it and upload again'),
        )
      if (column.list) {
        const codes = this.#codes(sheet, row, column, cell)
        values[column.key] = column.isMany ? codes : (codes[0] ?? null)
      } else if (column.isMany) values[column.key] = cell.split(/[;；,，、\s]+/).filter(Boolean)
      else values[column.key] = cell === '' ? null : cell
    }
    return values
  }
}

function itemOf(reader: RowReader, from: SheetCells): Item {
  const said = reader.read('items', from) as Record<string, string | null>
  const length = said.length === null || said.length === undefined ? null : Number(said.length)
  if (length !== null && !(Number.isInteger(length) && length >= 1 && length <= 1_000_000))
    reader.say(
      'items',
      from.row,
      'length',
      text('不是 1 至 1000000 的整数', 'is not a whole number from 1 to 1000000'),
      text('改为整数，或留空', 'give a whole number, or leave it empty'),
    )
  return normalItem({
    nameZh: said.nameZh ?? '',
    nameEn: said.nameEn ?? null,
    codeName: said.codeName ?? null,
    type: said.type ?? 'text',
    length,
    standard: said.standard ?? null,
    sensitivity: said.sensitivity ?? 'none',
    meaning: said.meaning ?? null,
  })
}

const orNull = (value: string | null | undefined): string | null => tidy(value) || null

const normalItem = (item: Item): Item => ({
  nameZh: tidy(item.nameZh),
  nameEn: orNull(item.nameEn),
  codeName: orNull(item.codeName),
  type: item.type,
  length: item.length ?? null,
  standard: orNull(item.standard),
  sensitivity: item.sensitivity,
  meaning: orNull(item.meaning),
})

function checkCodes(reader: RowReader, entry: SheetCells, said: Record<string, unknown>): void {
  const { code, classCode, relatedCodes } = said as {
    code: string | null
    classCode: string | null
    relatedCodes: string[]
  }
  const say = (key: string, message: Text, remedy: Text) => reader.say('entries', entry.row, key, message, remedy)
  if (code === null && classCode === null)
    say(
      'classCode',
      text('新编目录须填写分类代码', 'is needed for a new entry'),
      text(
        '填写 6 至 12 位数字，如 306010；修改已有目录则填写目录代码',
        'give 6 to 12 digits such as 306010, or the code of the entry to change',
      ),
    )
  if (classCode !== null && !/^[1-3][0-9]{5,11}$/.test(classCode))
    say(
      'classCode',
      text('不是有效的分类代码', 'is not a class code'),
      text(
        '6 至 12 位数字，首位为 1、2 或 3；单元格设为文本格式',
        '6 to 12 digits, the first 1, 2 or 3; format the cell as text',
      ),
    )
  else if (code !== null && classCode !== null && code.split('/')[0] !== classCode)
    say(
      'classCode',
      text('与目录代码不一致；分类编制后不可更改', 'differs from the code; the class of an entry does not change'),
      text('改回原分类，或留空', 'put the class back, or leave it empty'),
    )
  if (relatedCodes.length > 50 || relatedCodes.some(each => !codeForm.test(each)))
    say(
      'relatedCodes',
      text('不是有效的目录代码，或多于 50 个', 'holds what is no code, or more than 50'),
      text('形如 306010/000001，用分号分隔', 'give codes such as 306010/000001, separated by semicolons'),
    )
}

/** A problem of the API's check, at the cell that it stands for. */
function placed(reader: RowReader, entry: SheetCells, items: readonly SheetCells[], error: FieldError): void {
  const remedy = error.remedy ?? text('修改后重新上传', 'mend it and upload again')
  const [, item, field] = /^\/items\/(\d+)\/(\w+)$/.exec(error.pointer) ?? []
  if (item !== undefined) reader.say('items', items[Number(item)]?.row ?? entry.row, field!, error.message, remedy)
  else reader.say('entries', entry.row, error.pointer.split('/')[1] ?? '', error.message, remedy)
}

/** What a row of a workbook and its items say; whatever is wrong is named by sheet, row and column. */
export function contentOfCells(
  entry: SheetCells,
  items: readonly SheetCells[],
  rules: RulePack,
  letters: Letters = usualLetters,
): { readonly content: Content; readonly errors: readonly LineError[] } {
  const reader = new RowReader(rules, letters)
  const said = reader.read('entries', entry)
  checkCodes(reader, entry, said)
  if (said.nameZh !== null && [...String(said.nameZh)].length < 2)
    reader.say(
      'entries',
      entry.row,
      'nameZh',
      text('名称太短', 'is too short'),
      text('至少 2 个字', 'give 2 characters at least'),
    )
  const { key: _, code: __, classCode: ___, isVoluntary, ...rest } = said
  const content = {
    ...(rest as unknown as Content),
    nameZh: String(said.nameZh ?? ''),
    isVoluntary: isVoluntary === 'true',
    items: items.map(each => itemOf(reader, each)),
  }
  for (const error of whatIsWrong(content, rules)) placed(reader, entry, items, error)
  return { content, errors: reader.errors }
}

/** The content of a version, tidied as a row of a workbook is. */
export function contentOfVersion(of: EntryVersionRow): Content {
  const content: Record<string, unknown> = {}
  for (const { key } of entryColumns) {
    if (key === 'key' || key === 'code' || key === 'classCode') continue
    const value = of[key as keyof EntryVersionRow]
    content[key] = typeof value === 'string' ? orNull(value) : value
  }
  return { ...(content as Content), nameZh: tidy(of.nameZh), items: of.items.map(normalItem) }
}

const cut = (value: string): string => ([...value].length > 80 ? `${[...value].slice(0, 79).join('')}…` : value)

function itemChanges(before: readonly Item[], after: readonly Item[], language: Language): string[] {
  const say = (zh: string, en: string) => inLanguage(text(zh, en), language)
  const had = new Map(before.map(item => [item.nameZh, item]))
  const has = new Set(after.map(item => item.nameZh))
  const parts = [
    ...after.filter(item => !had.has(item.nameZh)).map(item => say(`新增 ${item.nameZh}`, `added ${item.nameZh}`)),
    ...before.filter(item => !has.has(item.nameZh)).map(item => say(`删除 ${item.nameZh}`, `removed ${item.nameZh}`)),
    ...after
      .filter(item => had.has(item.nameZh) && canonicalJson(had.get(item.nameZh)) !== canonicalJson(item))
      .map(item => say(`修改 ${item.nameZh}`, `changed ${item.nameZh}`)),
  ]
  return parts.length > 0 ? parts : [say('顺序变更', 'in another order')]
}

/** What differs, field by field, as people write it; empty when nothing does. */
export function changesOf(before: Content, after: Content, rules: RulePack, language: Language): Change[] {
  const lists = listsOf(rules)
  const changes: Change[] = []
  for (const column of entryColumns) {
    if (['key', 'code', 'classCode'].includes(column.key)) continue
    const [old, now] = [before, after].map(each => each[column.key as keyof Content])
    if (canonicalJson(old ?? null) === canonicalJson(now ?? null)) continue
    const write = (value: unknown) => cut(shown(lists, column, value, language))
    changes.push({ field: column.head, before: write(old), after: write(now) })
  }
  if (canonicalJson(before.items) !== canonicalJson(after.items))
    changes.push({
      field: text('信息项', 'Items'),
      before: inLanguage(text(`${before.items.length} 项`, `${before.items.length} items`), language),
      after: cut(itemChanges(before.items, after.items, language).join(inLanguage(text('；', '; '), language))),
    })
  return changes
}
