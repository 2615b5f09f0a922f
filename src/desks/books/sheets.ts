import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { create as contentDisposition } from 'content-disposition'
import { stringify } from 'csv-stringify/sync'
import Excel from 'exceljs'
import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { TSchema } from 'typebox/type'
import type { Rx } from '../../kernel/command.ts'
import { escapeMarkdown } from '../../kernel/documents/markdown.ts'
import type { ReportSpec } from '../../kernel/documents/specs.ts'
import { languageOf } from '../../kernel/http/language.ts'
import { type Route, raw } from '../../kernel/http/route.ts'
import { formatYuan } from '../../kernel/money.ts'
import { ruleViolated } from '../../kernel/problem.ts'
import { inLanguage, type Language, type Text, text } from '../../kernel/text.ts'
import { closed } from '../../kernel/wire.ts'
import { operatorOrganization } from '../../modules/identity/index.ts'
import { maxStatementEntries } from '../../modules/ledger/index.ts'

/** A cell: words, an amount in fen, a number; null is empty. */
export type SheetCell = Text | string | bigint | number | null

/** A list that leaves the exchange as a file, in whichever format. */
export interface Sheet {
  readonly title: Text
  /** what tells it from others of its kind: an account and its span */
  readonly number: string
  /** without extension */
  readonly fileName: string
  readonly facts: readonly (readonly [Text, SheetCell])[]
  /** `isData`: for machines, left out of a PDF */
  readonly columns: readonly {
    readonly head: Text
    readonly width?: number
    readonly isNumber?: boolean
    readonly isData?: boolean
  }[]
  readonly rows: readonly { readonly cells: readonly SheetCell[]; readonly isBold?: boolean }[]
  readonly note: Text
}

/** Rows that one PDF may have: more are no reading matter, the other formats take them. */
const maxPdfRows = 3_000

/** A statement that came whole. @throws rule-violated when it has more entries than one file takes */
export function whole<S extends { readonly next: string | null }>(of: S): S {
  if (of.next === null) return of
  throw ruleViolated(
    text(
      `该期间超过 ${maxStatementEntries} 条分录，请缩短期间。`,
      `There are more than ${maxStatementEntries} entries; choose a shorter span.`,
    ),
  )
}

const sayer =
  (language: Language) =>
  (cell: SheetCell, isPlain = false): string => {
    if (cell === null) return ''
    if (typeof cell === 'bigint') return isPlain ? formatYuan(cell).replaceAll(',', '') : formatYuan(cell)
    return typeof cell === 'object' ? inLanguage(cell, language) : String(cell)
  }

/** CSV in UTF-8 with a byte order mark, which spreadsheets need; amounts in yuan, exact; nothing in it is a formula. */
export function sheetCsv({ columns, rows }: Sheet, language: Language): Buffer {
  const say = sayer(language)
  const lines = [columns.map(({ head }) => say(head)), ...rows.map(({ cells }) => cells.map(cell => say(cell, true)))]
  // negative amounts begin like a formula: they are numbers of ours, so only words are made harmless
  const isAmount = /^-?\d+(\.\d+)?$/
  const tame = (value: string) => (!isAmount.test(value) && /^[=+\-@\t\r＝＋－＠]/.test(value) ? `'${value}` : value)
  return Buffer.from(
    stringify(
      lines.map(line => line.map(tame)),
      { bom: true, record_delimiter: '\r\n' },
    ),
  )
}

/** XLSX: amounts as numbers with two decimals, words as text by their type. */
async function sheetXlsx({ title, columns, rows }: Sheet, language: Language): Promise<Buffer> {
  const say = sayer(language)
  const through = new PassThrough()
  const whole = buffer(through)
  const book = new Excel.stream.xlsx.WorkbookWriter({ stream: through, useStyles: true })
  const sheet = book.addWorksheet(say(title).slice(0, 30), { views: [{ state: 'frozen', ySplit: 1 }] })
  sheet.columns = columns.map(({ width = 18 }, i) => ({ key: String(i), width }))
  const head = sheet.addRow(columns.map(each => say(each.head)))
  head.font = { bold: true }
  head.commit()
  for (const { cells, isBold } of rows) {
    const row = sheet.addRow(
      cells.map(cell => (typeof cell === 'bigint' ? Number(cell) / 100 : typeof cell === 'number' ? cell : say(cell))),
    )
    cells.forEach((cell, i) => {
      row.getCell(i + 1).numFmt = typeof cell === 'bigint' ? '#,##0.00' : typeof cell === 'number' ? '0' : '@'
    })
    if (isBold) row.font = { bold: true }
    row.commit()
  }
  sheet.commit()
  await book.commit()
  return whole
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

/** @throws rule-violated when there are more rows than one PDF may have */
function reportOf(sheet: Sheet, language: Language, issuer: string, createdAt: Date): ReportSpec {
  if (sheet.rows.length > maxPdfRows)
    throw ruleViolated(
      text(
        `共 ${sheet.rows.length} 行，PDF 最多 ${maxPdfRows} 行；请缩短期间，或下载 CSV。`,
        `There are ${sheet.rows.length} rows; a PDF takes at most ${maxPdfRows}. Choose a shorter span, or take the CSV.`,
      ),
    )
  const say = sayer(language)
  const literal = (cell: SheetCell, isBold = false) => {
    const words = escapeMarkdown(say(cell))
    return isBold && words ? `**${words}**` : words || ' '
  }
  const facts = [
    line([say(text('事项', 'Item')), say(text('内容', 'Content'))]),
    line(['---', '---']),
    ...sheet.facts.map(([label, value]) => line([literal(label), literal(value)])),
  ]
  const shown = sheet.columns.filter(({ isData }) => !isData)
  const body = [
    line(shown.map(({ head }) => literal(head))),
    line(shown.map(({ isNumber }) => (isNumber ? '---:' : '---'))),
    ...sheet.rows.map(({ cells, isBold }) =>
      line(cells.filter((_, i) => !sheet.columns[i]!.isData).map(cell => literal(cell, isBold))),
    ),
  ]
  return {
    kind: 'report',
    language: language === 'en' ? 'en' : 'zh',
    title: say(sheet.title),
    number: sheet.number,
    issuer,
    createdAt,
    markdown: [...facts, '', ...body].join('\n'),
    note: say(sheet.note),
  }
}

/** `format` of a download, the last part of its address. */
const formats = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pdf: 'application/pdf',
} as const
type Format = keyof typeof formats

interface SheetRoute<P extends Record<string, TSchema>, Q extends Record<string, TSchema>> {
  /** `GET /ledger/fees/file` */
  readonly at: string
  readonly operation: string
  readonly permission: string
  readonly summary: Text
  readonly params?: P
  readonly query?: Q
  readonly make: (
    rx: Rx,
    input: {
      params: Static<ReturnType<typeof Type.Object<P>>>
      query: Static<ReturnType<typeof Type.Object<Q>>>
    },
  ) => Promise<Sheet>
}

/** A download of a list: CSV, XLSX or PDF as `format` asks; read in one transaction, written after it. */
export function sheetRoute<
  P extends Record<string, TSchema> = Record<never, never>,
  Q extends Record<string, TSchema> = Record<never, never>,
>(spec: SheetRoute<P, Q>): Route {
  const format = Type.Union([Type.Literal('csv'), Type.Literal('xlsx'), Type.Literal('pdf')])
  return raw({
    at: spec.at,
    operation: spec.operation,
    permission: spec.permission,
    tag: 'desks',
    summary: spec.summary,
    ...(spec.params && { params: closed(spec.params) }),
    query: closed({ ...spec.query, format }),
    problems: [ruleViolated],
    produces: { type: 'application/octet-stream', description: 'CSV (UTF-8 with BOM), XLSX or PDF, as `format` says' },
    async handle(request, reply, { engine, actor }) {
      const { format, ...query } = request.query as { format: Format }
      const language = languageOf(request)
      const { sheet, issuer, now } = await engine.read(actor, async rx => ({
        sheet: await spec.make(rx, { params: request.params as never, query: query as never }),
        issuer: (await operatorOrganization(rx)).nameZh,
        now: rx.now,
      }))
      const bytes =
        format === 'csv'
          ? sheetCsv(sheet, language)
          : format === 'xlsx'
            ? await sheetXlsx(sheet, language)
            : await engine.kit.renderer.render(reportOf(sheet, language, issuer, now))
      return reply
        .type(formats[format])
        .header('cache-control', 'no-store')
        .header('content-disposition', contentDisposition(`${sheet.fileName}.${format}`))
        .send(bytes)
    },
  })
}
