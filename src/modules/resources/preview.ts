import { and, desc, eq, inArray, ne } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { invalidInput } from '../../kernel/problem.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { type Language, type Text, text } from '../../kernel/text.ts'
import { mayPublishVoluntarily, organizationOf, requireOrganization } from '../identity/index.ts'
import { type Content, changesOf, contentOfCells, contentOfVersion, type Letters } from './cells.ts'
import { sheetColumns } from './columns.ts'
import type { Change, ImportNote, LineError, Outcome, SheetCells, SheetName } from './imports.ts'
import { maxItems } from './prefill.ts'
import { entry, entryVersion } from './schema.ts'
import type { Versioned } from './service.ts'
import type { ReadRow, ReadSheet } from './sheets.ts'

/** What a row of the file would do. */
export interface Line {
  readonly sheet: SheetName
  readonly rowNo: number
  readonly outcome: Outcome
  readonly nameZh: string
  readonly code: string | null
  readonly cells: Readonly<Record<string, string>>
  readonly items: readonly SheetCells[]
  readonly changes: readonly Change[]
  readonly errors: readonly LineError[]
  readonly base: Versioned | undefined
}

/** The newest version of each own entry with one of the codes. */
export async function newestByCode(rx: Rx, codes: readonly string[]): Promise<Map<string, Versioned>> {
  if (codes.length === 0) return new Map()
  const rows = await rx.tx
    .selectDistinctOn([entry.id], { entry, version: entryVersion })
    .from(entry)
    .innerJoin(entryVersion, eq(entryVersion.entryId, entry.id))
    .where(
      and(
        eq(entry.organizationId, requireOrganization(rx.actor)),
        inArray(entry.code, [...codes]),
        ne(entryVersion.state, 'discarded'),
      ),
    )
    .orderBy(entry.id, desc(entryVersion.versionNo))
  return new Map(rows.map(row => [row.entry.code, row]))
}

/** Codes of the own entries by their present names; those that were withdrawn give their name free. */
export async function codesByName(rx: Rx): Promise<Map<string, string>> {
  const rows = await rx.sql<{ name: string; code: string }[]>`
    select name, code from (
      select distinct on (v.entry_id) v.name_zh as name, e.code, v.state
      from resources.entry_version v join resources.entry e on e.id = v.entry_id
      where e.organization_id = ${requireOrganization(rx.actor)} and v.state <> 'discarded'
      order by v.entry_id, v.version_no desc) newest
    where state <> 'withdrawn'`
  return new Map(rows.map(row => [row.name, row.code]))
}

/** The refusal of a new row whose name an own entry has already. */
export const nameTaken = (code: string): readonly [Text, Text] => [
  text(`本机构已有同名目录 ${code}`, `An entry of yours has this name already: ${code}`),
  text('如需修改该目录，请填写其目录代码；否则更换名称', 'give its code to change it, or choose another name'),
]

const columnMissing = (missing: readonly [SheetName, readonly string[]][]) => {
  const heads = missing.flatMap(([sheet, keys]) =>
    sheetColumns[sheet].filter(column => keys.includes(column.key)).map(column => column.head),
  )
  const message = text(
    `缺少列：${heads.map(({ zh }) => zh).join('、')}`,
    `Columns are missing: ${heads.map(({ en }) => en).join(', ')}`,
  )
  const remedy = text('请使用模板，不要改动表头。', 'Use the template and leave its headings as they are.')
  return invalidInput(message, { errors: [{ pointer: '/file', message, remedy }] })
}

function badCells(sheet: SheetName, { row, bad }: ReadRow, letters: Letters): LineError[] {
  return Object.entries(bad).map(([key, kind]) => ({
    sheet,
    row,
    column: letters[sheet][key] ?? '',
    heading: sheetColumns[sheet].find(column => column.key === key)!.head,
    message:
      kind === 'formula'
        ? text('单元格是公式，不会执行', 'holds a formula, which is not executed')
        : text('单元格是错误值', 'holds an error'),
    remedy: text('复制后“粘贴为数值”，再上传', 'copy it, paste its value, and upload again'),
  }))
}

interface Surroundings {
  readonly rules: RulePack
  readonly letters: Letters
  readonly language: Language
  readonly isVoluntaryOpen: boolean
  readonly existing: ReadonlyMap<string, Versioned>
  readonly names: ReadonlyMap<string, string>
  /** rows of the file by key, code and name, to tell of what stands twice */
  readonly seen: Map<string, number>
}

class Judgement {
  readonly errors: LineError[]
  readonly #row: number
  readonly #letters: Letters

  constructor(errors: readonly LineError[], row: number, letters: Letters) {
    this.errors = [...errors]
    this.#row = row
    this.#letters = letters
  }

  say(key: string, message: Text, remedy: Text): void {
    const heading = sheetColumns.entries.find(column => column.key === key)!.head
    const column = this.#letters.entries[key] ?? ''
    this.errors.push({ sheet: 'entries', row: this.#row, column, heading, message, remedy })
  }

  once(seen: Map<string, number>, key: string, value: string): void {
    if (value === '') return
    const before = seen.get(`${key}/${value}`)
    if (before === undefined) seen.set(`${key}/${value}`, this.#row)
    else
      this.say(
        key,
        text(`与第 ${before} 行重复`, `stands in row ${before} already`),
        text('每行使用不同的值，或删去一行', 'give each row its own, or take one row out'),
      )
  }
}

const isInReview = ({ version }: Versioned) => ['submitted', 'reviewing'].includes(version.state)

/** What cannot be seen from the row alone: doubles, what exists already, what this institution may say. */
function judge(of: Judgement, content: Content, cells: Readonly<Record<string, string>>, around: Surroundings) {
  const { existing, names, seen, isVoluntaryOpen } = around
  const code = cells.code ?? ''
  const base = existing.get(code)
  of.once(seen, 'key', cells.key ?? '')
  of.once(seen, 'code', code)
  if (code !== '' && !base)
    of.say(
      'code',
      text('本机构没有此代码的目录', 'is the code of none of your entries'),
      text('核对代码；新编目录请留空', 'check it; leave it empty for a new entry'),
    )
  if (code === '') {
    of.once(seen, 'nameZh', content.nameZh)
    const taken = names.get(content.nameZh)
    if (taken !== undefined) of.say('nameZh', ...nameTaken(taken))
  }
  if (content.isVoluntary && !isVoluntaryOpen)
    of.say(
      'isVoluntary',
      text('自愿提供仅限经确认的公共服务企业', 'is only for public service enterprises whose kind is confirmed'),
      text('填“否”并写明职责依据', 'say no, and name the legal duty'),
    )
  if (content.items.length > maxItems)
    of.say(
      'key',
      text(`信息项超过 ${maxItems} 个`, `has more than ${maxItems} items`),
      text('拆分为几个目录', 'make several entries of it'),
    )
  return base
}

function lineOf(row: ReadRow, items: readonly ReadRow[], around: Surroundings): Line {
  const { rules, letters, language } = around
  const read = contentOfCells(row, items, rules, letters)
  const bad = [...badCells('entries', row, letters), ...items.flatMap(item => badCells('items', item, letters))]
  const isBad = (error: LineError) =>
    bad.some(each => each.sheet === error.sheet && each.row === error.row && each.column === error.column)
  const of = new Judgement([...bad, ...read.errors.filter(error => !isBad(error))], row.row, letters)
  const base = judge(of, read.content, row.cells, around)
  const changes =
    base && of.errors.length === 0 ? changesOf(contentOfVersion(base.version), read.content, rules, language) : []
  if (base && changes.length > 0 && isInReview(base))
    of.say(
      'code',
      text('该目录正在审核，不能修改', 'is under review and cannot be changed'),
      text('等待审核结果后再导入', 'wait for the decision, then import again'),
    )
  const outcome = of.errors.length > 0 ? 'refused' : !base ? 'new' : changes.length > 0 ? 'changed' : 'unchanged'
  return {
    sheet: 'entries',
    rowNo: row.row,
    outcome,
    nameZh: read.content.nameZh.slice(0, 120),
    code: row.cells.code?.slice(0, 40) ?? null,
    cells: row.cells,
    items: items.map(({ row: at, cells }) => ({ row: at, cells })),
    changes: of.errors.length > 0 ? [] : changes,
    errors: of.errors,
    base,
  }
}

const orphan = (item: ReadRow, letters: Letters): Line => ({
  sheet: 'items',
  rowNo: item.row,
  outcome: 'refused',
  nameZh: (item.cells.nameZh ?? '').slice(0, 120),
  code: null,
  cells: item.cells,
  items: [],
  changes: [],
  errors: [
    {
      sheet: 'items',
      row: item.row,
      column: letters.items.key ?? '',
      heading: sheetColumns.items[0]!.head,
      message: text(
        item.cells.key ? `“目录”表中没有编号“${item.cells.key.slice(0, 60)}”` : '没有填写所属目录的编号',
        item.cells.key ? `No entry has the key “${item.cells.key.slice(0, 60)}”` : 'The key of its entry is missing',
      ),
      remedy: text('改为“目录”表中的编号，或删去此行', 'give the key of a row of the sheet of entries, or take it out'),
    },
  ],
  base: undefined,
})

/** What of the file was not read, in one sentence each. */
function notesOf(sheets: Readonly<Record<SheetName, ReadSheet>>): ImportNote[] {
  const unknown = [...new Set([...sheets.entries.unknown, ...sheets.items.unknown])].slice(0, 20)
  if (unknown.length === 0) return []
  const message = text(
    `未读取模板之外的列：${unknown.join('、')}`,
    `Columns that are not of the template were not read: ${unknown.join(', ')}`,
  )
  return [{ message }]
}

/** What each row of the sheets would do, in their order. @throws invalid-input where needed columns or all rows are missing */
export async function previewOf(
  rx: Rx,
  sheets: Readonly<Record<SheetName, ReadSheet>>,
  language: Language,
): Promise<{ readonly lines: readonly Line[]; readonly notes: readonly ImportNote[] }> {
  const { entries, items } = sheets
  const missing = (['entries', 'items'] as const)
    .filter(name => name === 'entries' || sheets[name].rows.length > 0)
    .map((name): [SheetName, readonly string[]] => [name, sheets[name].missing])
  if (missing.some(([, keys]) => keys.length > 0)) throw columnMissing(missing)
  if (entries.rows.length === 0) {
    const message = text('“目录”表中没有内容', 'The sheet of entries is empty')
    const remedy = text('从第三行起填写，每行一个目录。', 'Fill it in from row 3 on, one entry a row.')
    throw invalidInput(message, { errors: [{ pointer: '/file', message, remedy }] })
  }
  const byKey = new Map<string, ReadRow[]>()
  for (const item of items.rows) {
    const key = item.cells.key ?? ''
    const together = byKey.get(key)
    if (together) together.push(item)
    else byKey.set(key, [item])
  }
  const around: Surroundings = {
    rules: rulesAt(rx.now),
    letters: { entries: entries.letters, items: items.letters },
    language,
    isVoluntaryOpen: mayPublishVoluntarily(await organizationOf(rx, requireOrganization(rx.actor))),
    existing: await newestByCode(
      rx,
      entries.rows.flatMap(row => row.cells.code ?? []),
    ),
    names: await codesByName(rx),
    seen: new Map(),
  }
  const lines: Line[] = []
  for (const row of entries.rows) {
    const key = row.cells.key ?? ''
    lines.push(lineOf(row, key === '' ? [] : (byKey.get(key) ?? []), around))
    // a key that stands twice has its items once
    if (key !== '') byKey.delete(key)
  }
  for (const left of byKey.values()) lines.push(...left.map(item => orphan(item, around.letters)))
  return { lines, notes: notesOf(sheets) }
}
