import { PassThrough, Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import { eq } from 'drizzle-orm'
import Excel from 'exceljs'
import { dayOf } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { division } from '../../kernel/division.ts'
import type { StoredFile } from '../../kernel/files.ts'
import { newId } from '../../kernel/ids.ts'
import { formatYuan } from '../../kernel/money.ts'
import { notFound, ruleViolated } from '../../kernel/problem.ts'
import { inLanguage, type Language, type Text, text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { findingRules } from './findings.ts'
import { type FilingState, filingMachine } from './model.ts'
import { countQueue, listQueue, type Queued, type QueueQuery } from './queue.ts'
import { filingExport } from './schema.ts'
import type { Line, Statistics } from './statistics.ts'

/** More rows than this are refused: an export is made while the reader waits. */
export const MAX_ROWS = 20_000
const MAX_BYTES = 100 * 1024 * 1024

type Say = (words: Text) => string
interface Column {
  readonly head: Text
  readonly of: (queued: Queued, say: Say) => string
  /** amounts and counts, which a spreadsheet adds up */
  readonly isNumber?: boolean
  readonly width: number
}

const yes = text('是', 'yes')
const no = text('否', 'no')
const answer = (is: boolean, say: Say) => say(is ? yes : no)
const day = (at: Date | null) => (at === null ? '' : dayOf(at))
const column = (zh: string, en: string, width: number, of: Column['of'], isNumber = false): Column => ({
  head: text(zh, en),
  width,
  of,
  isNumber,
})

const columns: readonly Column[] = [
  column('备案编号', 'Filing number', 28, ({ row }) => row.number ?? ''),
  column('状态', 'State', 16, ({ row }, say) => say(filingMachine.states[row.state as FilingState])),
  column('版次', 'Version', 8, ({ row }) => String(row.version), true),
  column('合同编号', 'Contract number', 28, ({ row }) => row.facts.contractNumber),
  column('产品编号', 'Product number', 28, ({ row }) => row.productNumber),
  column('产品名称', 'Product', 36, ({ row }) => row.facts.productName),
  column('供方', 'Vendor', 32, ({ row }) => row.facts.vendor.name),
  column('供方统一社会信用代码', 'Vendor’s code', 22, ({ row }) => row.facts.vendor.uscc),
  column('需方', 'Buyer', 32, ({ row }) => row.facts.buyer.name),
  column('需方统一社会信用代码', 'Buyer’s code', 22, ({ row }) => row.facts.buyer.uscc),
  column('管辖地', 'Division', 14, ({ row }) => division(row.division)?.name ?? row.division),
  column('金额（元）', 'Amount (CNY)', 16, ({ row }) => formatYuan(row.amountFen).replaceAll(',', ''), true),
  column('数据级别', 'Grade', 10, ({ row }) => row.grade),
  column('涉及个人信息', 'Personal information', 12, ({ row }, say) => answer(row.containsPersonalInfo, say)),
  column('公共数据', 'Public data', 10, ({ row }, say) => answer(row.isPublicData, say)),
  column('条款偏离数', 'Deviations', 10, ({ row }) => String(row.deviations), true),
  column('使用目的', 'Purpose', 24, ({ row }) => row.facts.purpose),
  column('使用场景', 'Scenario', 48, ({ row }) => row.facts.scenario),
  column('收到日期', 'Received on', 12, ({ row }) => day(row.filedAt)),
  column('办理期限', 'Due on', 12, ({ row }) => day(row.dueAt)),
  column('剩余工作日', 'Working days left', 12, ({ clock }) => (clock ? String(clock.workingDaysLeft) : ''), true),
  column('核查日期', 'Checked on', 12, ({ row }) => day(row.checkedAt)),
  column('疑点', 'Findings', 48, ({ findings }, say) =>
    findings.map(code => say(findingRules[code].title)).join(say(text('；', '; '))),
  ),
]

/** The rows of a query, a few hundred at a time. */
async function* pages(rx: Rx, query: QueueQuery) {
  let after: string | undefined
  do {
    const page = await listQueue(rx, { ...query, limit: 500, ...(after !== undefined && { after }) })
    yield page.items
    after = page.next ?? undefined
  } while (after !== undefined)
}

/**
 * CSV for spreadsheets: a byte order mark, so that they read UTF-8, and an apostrophe before whatever they would take
 * for a formula (OWASP CSV injection).
 */
async function* csv(rx: Rx, query: QueueQuery, say: Say) {
  const options = { escape_formulas: true, record_delimiter: 'windows' } as const
  yield `\uFEFF${stringify([columns.map(each => say(each.head))], options)}`
  for await (const items of pages(rx, query))
    yield stringify(
      items.map(item => columns.map(each => each.of(item, say))),
      options,
    )
}

/** XLSX, written row by row: text cells are text by their type, so that nothing in them is a formula. */
async function xlsx(rx: Rx, query: QueueQuery, say: Say, into: PassThrough): Promise<void> {
  const book = new Excel.stream.xlsx.WorkbookWriter({ stream: into, useStyles: true })
  const sheet = book.addWorksheet(say(text('备案', 'Filings')), { views: [{ state: 'frozen', ySplit: 1 }] })
  sheet.columns = columns.map((each, i) => ({
    key: String(i),
    width: each.width,
    style: { numFmt: each.isNumber ? (each.head.en.includes('CNY') ? '#,##0.00' : '0') : '@' },
  }))
  const head = sheet.addRow(columns.map(each => say(each.head)))
  head.font = { bold: true }
  head.commit()
  for await (const items of pages(rx, query))
    for (const item of items)
      sheet
        .addRow(
          columns.map(each => {
            const value = each.of(item, say)
            return each.isNumber && value !== '' ? Number(value) : value
          }),
        )
        .commit()
  sheet.commit()
  await book.commit()
}

async function store(cx: Cx, format: 'csv' | 'xlsx', query: QueueQuery, say: Say): Promise<StoredFile> {
  const limits = { maxBytes: MAX_BYTES }
  if (format === 'csv') return cx.kit.files.put(Readable.from(csv(cx, query, say), { objectMode: false }), limits)
  const through = new PassThrough()
  const [kept] = await Promise.all([cx.kit.files.put(through, limits), xlsx(cx, query, say, through)])
  return kept
}

export type FilingExport = typeof filingExport.$inferSelect

/**
 * Writes the filtered queue into a file and records who took it out, what was asked, and the digest of its bytes.
 * @throws rule-violated when there are more rows than one export may have
 */
export async function exportFilings(
  cx: Cx,
  input: { readonly format: 'csv' | 'xlsx'; readonly language: Language; readonly query: QueueQuery },
): Promise<FilingExport> {
  const { format, language } = input
  const { limit: _limit, after: _after, ...query } = input.query
  const counts = await countQueue(cx, query)
  const rows = counts.filter(each => !query.state || each.state === query.state).reduce((n, each) => n + each.count, 0)
  if (rows > MAX_ROWS)
    throw ruleViolated(
      text(
        `共 ${rows} 条，一次最多导出 ${MAX_ROWS} 条，请缩小范围。`,
        `There are ${rows} rows; an export takes at most ${MAX_ROWS}. Narrow the filter.`,
      ),
    )
  const { sha256 } = await store(cx, format, query, words => inLanguage(words, language))
  const row: FilingExport = {
    id: newId(),
    organizationId: requireOrganization(cx.actor),
    personId: cx.actor.personId!,
    format,
    query: { ...query },
    rows,
    sha256,
    exportedAt: cx.now,
  }
  await cx.tx.insert(filingExport).values(row)
  cx.audit('filing.export', ['filing-export', row.id], { format, rows, sha256, query: { ...query } })
  return row
}

/** An export of one's own: who else wants the rows asks for them anew, and is recorded. @throws not-found */
export async function readExport(rx: Rx, id: string): Promise<FilingExport> {
  const [row] = await rx.tx.select().from(filingExport).where(eq(filingExport.id, id))
  if (!row || row.personId !== rx.actor.personId || row.organizationId !== rx.actor.organizationId) throw notFound()
  return row
}

export const exportTypes = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

const figures: readonly (readonly [Text, (line: Line) => string])[] = [
  [text('代码', 'Code'), line => line.key],
  [text('备案（份）', 'Filings'), line => String(line.trades)],
  [text('金额（元）', 'Amount (CNY)'), line => formatYuan(line.amountFen).replaceAll(',', '')],
  [text('已核查', 'Checked'), line => String(line.checked)],
  [text('责令补正', 'Corrections'), line => String(line.corrections)],
  [text('逾期', 'Late'), line => String(line.late)],
  [text('涉个人信息', 'With personal information'), line => String(line.personal)],
]

/** The statistics as one table: by what, under which heading, the figures. */
export function statisticsCsv(of: Statistics, language: Language): string {
  const say: Say = words => inLanguage(words, language)
  const parts: readonly (readonly [Text, readonly Line[]])[] = [
    [text('合计', 'Total'), [of.total]],
    [text('月份', 'Month'), of.byMonth],
    [text('市', 'City'), of.byCity],
    [text('行业', 'Industry'), of.byIndustry],
  ]
  const rows = parts.flatMap(([by, lines]) =>
    lines.map(line => [say(by), say(line.name), ...figures.map(([, cell]) => cell(line))]),
  )
  const head = [say(text('分组', 'By')), say(text('名称', 'Name')), ...figures.map(([words]) => say(words))]
  return `\uFEFF${stringify([head, ...rows], { escape_formulas: true, record_delimiter: 'windows' })}`
}
