import { CsvError, type Info, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import type { Day } from '../../../kernel/calendar.ts'
import { formatYuan, parseYuan } from '../../../kernel/money.ts'
import { type Text, text } from '../../../kernel/text.ts'
import type { Gateway, PaymentOrder, Receipt, Statement } from '../gateway.ts'
import { statementUnreadable, tidyAccountNumber } from '../model.ts'
import type { LineError } from '../schema.ts'

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
/** More in one file is split by the person who exports it: matching holds an order's row for each line. */
export const maxLines = 2_000

const refuse = (zh: string, en: string) => statementUnreadable(text(zh, en))

/** The text of a statement file: UTF-8, or else GBK (as its superset GB 18030). @throws statement-unreadable */
function decode(bytes: Buffer): { content: string; encoding: string } {
  if (bytes.length === 0) throw refuse('文件为空。', 'The file is empty.')
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes.includes(0))
    throw refuse('文件不是 UTF-8 或 GBK 文本。', 'The file is not text in UTF-8 or GBK.')
  for (const encoding of ['utf-8', 'gb18030'])
    try {
      const content = new TextDecoder(encoding, { fatal: true }).decode(bytes)
      return { content, encoding: encoding === 'utf-8' ? encoding : 'gbk' }
    } catch {
      // the next encoding, then the refusal below
    }
  throw refuse('文件不是 UTF-8 或 GBK 文本。', 'The file is not text in UTF-8 or GBK.')
}

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

const printable = (value: string): boolean => !/\p{Cc}/u.test(value)

interface Fault {
  readonly message: Text
  readonly remedy: Text
}
const fault = (zh: string, en: string, remedyZh: string, remedyEn: string): Fault => ({
  message: text(zh, en),
  remedy: text(remedyZh, remedyEn),
})

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

const isFault = (value: unknown): value is Fault => typeof value === 'object' && value !== null && 'remedy' in value

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
  if (!/^[\w./-]{1,64}$/.test(bankSerial))
    faults.push(
      fault(
        '银行流水号为空或有误',
        'the bank serial number is empty or not one',
        '导出时包含银行流水号',
        'export it too',
      ),
    )
  if (payerName.length > 200 || remark.length > 500 || !printable(payerName + remark))
    faults.push(
      fault(
        '名称或摘要过长或含控制字符',
        'name or remark is too long or has control characters',
        '核对该行',
        'check the line',
      ),
    )
  if (faults.length > 0 || isFault(bookedOn) || isFault(amountFen) || isFault(payerAccount)) return faults
  return { line: row.line, bookedOn, amountFen, payerName, payerAccount, remark, bankSerial }
}

function readStatement(bytes: Buffer, today: Day): Statement {
  const { content, encoding } = decode(bytes)
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
  return { encoding, receipts, errors }
}

const paymentHeader = ['收款人名称', '收款账号', '收款银行', '联行号', '金额（元）', '用途', '指令编号']

/** The payment file, opened by people in spreadsheets too: nothing in it is taken for a formula (ASVS 1.2.10). */
function writePayments(payments: readonly PaymentOrder[]): Buffer {
  const tidy = (value: string) => value.replace(/\p{Cc}+/gu, ' ').trimStart()
  const rows = payments.map(p => [
    tidy(p.holderName),
    p.accountNumber,
    tidy(p.bankName),
    p.bankCode ?? '',
    formatYuan(p.amountFen).replaceAll(',', ''),
    tidy(p.purpose),
    p.id,
  ])
  return Buffer.from(
    stringify([paymentHeader, ...rows], { bom: true, escape_formulas: true, record_delimiter: 'windows' }),
  )
}

/** Transfers by bank, with instructions and files between people: the default, which needs no outside service. */
export const bankTransfer: Gateway = {
  code: 'bank-transfer',
  instruct: (payee, amountFen, referenceCode) => ({
    steps: [
      text(
        `向 ${payee.holderName}（${payee.bankName}）账号 ${payee.accountNumber} 转账 ${formatYuan(amountFen)} 元。`,
        `Transfer CNY ${formatYuan(amountFen)} to ${payee.holderName} at ${payee.bankName}, account ${payee.accountNumber}.`,
      ),
      text(
        `在附言（用途）中只填写付款参考码 ${referenceCode}。`,
        `Write the payment reference ${referenceCode}, and nothing else, into the remark.`,
      ),
      text(
        '请从本机构账户付款；退款只退回付款账户。',
        'Pay from an account of your organisation; refunds go back to it only.',
      ),
    ],
  }),
  readStatement,
  writePayments,
}
