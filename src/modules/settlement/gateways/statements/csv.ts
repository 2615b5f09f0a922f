import { CsvError, type Info, parse } from 'csv-parse/sync'
import type { Day } from '../../../../kernel/calendar.ts'
import { parseYuan } from '../../../../kernel/money.ts'
import type { Receipt, Statement } from '../../gateway.ts'
import { tidyAccountNumber } from '../../model.ts'
import type { LineError } from '../../schema.ts'
import { type Fault, fault, isFault, isPrintable, isSerial, serialFault, wordsFault } from './faults.ts'
import { maxLines, refuse } from './text.ts'

/** The documented header of a statement, in Chinese or English; columns in any order, others are passed over. */
export const statementColumns = {
  bookedOn: ['记账日期', '交易日期', 'booking date'],
  amount: ['金额', '贷方金额', 'amount'],
  payerName: ['付款人名称', '对方户名', 'payer name'],
  payerAccount: ['付款人账号', '对方账号', 'payer account'],
  remark: ['摘要', '附言', 'remark'],
  bankSerial: ['银行流水号', '交易流水号', 'bank serial no'],
} as const

type Column = keyof typeof statementColumns
const columnNames = Object.keys(statementColumns) as Column[]

interface Row {
  readonly record: string[]
  readonly line: number
}

function rowsOf(content: string): Row[] {
  try {
    const rows = parse(content, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: 20_000,
    }) as unknown as { record: string[]; info: Info }[]
    return rows.map(({ record, info }) => ({ record, line: info.lines }))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = Number(error.lines ?? 1)
    throw refuse(`第 ${line} 行不是有效的 CSV（引号或分隔符有误）。`, `Line ${line} is not CSV: check its quotes.`)
  }
}

const plainHeader = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_.]+/g, ' ')
    .trim()

/** Which column holds what. @throws statement-unreadable naming the columns that are missing or there twice. */
function columnsOf(header: readonly string[]): Record<Column, number> {
  const names = header.map(plainHeader)
  const at = (column: Column) =>
    names.flatMap((name, i) => ((statementColumns[column] as readonly string[]).includes(name) ? [i] : []))
  const wrong = columnNames.filter(column => at(column).length !== 1)
  if (wrong.length > 0) {
    const zh = wrong.map(column => statementColumns[column][0]).join('、')
    const en = wrong.map(column => statementColumns[column].at(-1)).join(', ')
    throw refuse(`表头缺少或重复以下列：${zh}。`, `The header lacks, or has twice: ${en}.`)
  }
  return Object.fromEntries(columnNames.map(column => [column, at(column)[0]!])) as Record<Column, number>
}

/** `2026-01-31`, `2026/1/31`, `20260131`; undefined for what is no day. */
function readDay(typed: string): Day | undefined {
  const found = /^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})$/.exec(typed)
  if (!found || (found[2] === '' && typed.length !== 8)) return undefined
  const [, year = '', , month = '', dayOfMonth = ''] = found
  const day = `${year}-${month.padStart(2, '0')}-${dayOfMonth.padStart(2, '0')}`
  const at = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === day ? day : undefined
}

function readDate(typed: string, today: Day): Day | Fault {
  const day = readDay(typed)
  if (!day)
    return fault(
      `记账日期“${typed}”不是日期`,
      `the booking date “${typed}” is not a day`,
      '写成 2026-01-31',
      'write 2026-01-31',
    )
  if (day > today)
    return fault(
      `记账日期 ${day} 在将来`,
      `the booking date ${day} lies in the future`,
      '核对银行导出的日期',
      'compare with the bank',
    )
  return day
}

function readAmount(typed: string): bigint | Fault {
  const amount = parseYuan(typed.normalize('NFKC').replace(/^[¥￥+]\s*/, ''))
  if (amount === undefined || amount > BigInt(Number.MAX_SAFE_INTEGER))
    return fault(
      `金额“${typed}”不是以元计的金额`,
      `the amount “${typed}” is not an amount in yuan`,
      '写成 1234.50，最多两位小数',
      'write 1234.50, with two decimals at most',
    )
  if (amount > 0n) return amount
  return fault(
    `金额 ${typed} 不是收入`,
    `the amount ${typed} is not money received`,
    '只导出贷方（收入）明细',
    'export receipts (credits) only',
  )
}

function readAccount(typed: string): string | null | Fault {
  if (typed === '') return null
  return (
    tidyAccountNumber(typed) ??
    fault(
      '付款人账号格式有误',
      'the payer account is not an account number',
      '账号为 8–32 位数字或字母；表格软件可能改写了长数字，请以文本导出',
      'it has 8–32 digits or letters; a spreadsheet may have rewritten the long number: export it as text',
    )
  )
}

/** One line as a receipt, or everything that is wrong with it. */
function readLine(row: Row, at: Record<Column, number>, today: Day): Receipt | Fault[] {
  const cell = (column: Column) => row.record[at[column]] ?? ''
  const bookedOn = readDate(cell('bookedOn'), today)
  const amountFen = readAmount(cell('amount'))
  const payerAccount = readAccount(cell('payerAccount'))
  const bankSerial = cell('bankSerial').normalize('NFKC')
  const [payerName, remark] = [cell('payerName'), cell('remark')]
  const faults = [bookedOn, amountFen, payerAccount].filter(isFault)
  if (!isSerial(bankSerial)) faults.push(serialFault())
  if (!isPrintable(payerName, 200) || !isPrintable(remark, 500)) faults.push(wordsFault())
  if (faults.length > 0 || isFault(bookedOn) || isFault(amountFen) || isFault(payerAccount)) return faults
  return { line: row.line, bookedOn, amountFen, payerName, payerAccount, remark, bankSerial }
}

/** A table of receipts with the documented header. @throws statement-unreadable when it cannot be read as a whole */
export function readCsv(content: string, today: Day): Omit<Statement, 'encoding'> {
  const [header, ...rows] = rowsOf(content)
  if (!header) throw refuse('文件为空。', 'The file is empty.')
  const at = columnsOf(header.record)
  if (rows.length === 0) throw refuse('文件只有表头，没有明细。', 'The file has a header and no lines.')
  if (rows.length > maxLines)
    throw refuse(`明细超过 ${maxLines} 行，请分批导入。`, `There are more than ${maxLines} lines; split the file.`)
  const receipts: Receipt[] = []
  const errors: LineError[] = []
  for (const row of rows) {
    const read = readLine(row, at, today)
    if (Array.isArray(read)) errors.push(...read.map(f => ({ line: row.line, ...f })))
    else receipts.push(read)
  }
  return { format: 'csv', account: null, receipts, outlays: [], balances: null, errors }
}
