import { XMLParser, XMLValidator } from 'fast-xml-parser'
import type { Day } from '../../../../kernel/calendar.ts'
import { formatYuan, parseYuan, sumFen } from '../../../../kernel/money.ts'
import type { Outlay, Receipt, Statement } from '../../gateway.ts'
import { tidyAccountNumber } from '../../model.ts'
import type { LineError } from '../../schema.ts'
import { type Fault, fault, isFault, isPrintable, isSerial, serialFault, wordsFault } from './faults.ts'
import { maxLines, refuse } from './text.ts'

/** An element: text, or elements below it by their names without prefix; attributes begin with `@`. */
type Node = string | { readonly [name: string]: Node | readonly Node[] }

const lists = new Set(['Stmt', 'Ntry', 'NtryDtls', 'TxDtls', 'Bal', 'Ustrd'])
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: name => lists.has(name),
})

const below = (node: Node | undefined, name: string): Node | readonly Node[] | undefined =>
  typeof node === 'object' ? node[name] : undefined
const isList = (value: Node | readonly Node[] | undefined): value is readonly Node[] => Array.isArray(value)

/** The element at the end of a path of names; of several, the first. */
function at(node: Node | undefined, path: string): Node | undefined {
  let here = node
  for (const name of path.split('/')) {
    const found = below(here, name)
    here = isList(found) ? found[0] : found
  }
  return here
}

const all = (node: Node | undefined, name: string): readonly Node[] => {
  const found = below(node, name)
  return isList(found) ? found : found === undefined ? [] : [found]
}

/** The text at the first of these paths that has one. */
function words(node: Node | undefined, ...paths: string[]): string {
  for (const path of paths) {
    const found = at(node, path)
    const said = typeof found === 'object' ? found['#text'] : found
    if (typeof said === 'string' && said.trim() !== '') return said.trim()
  }
  return ''
}

/** An amount in fen; a fault for another currency. Names of the entry go into what is wrong. */
function amountOf(node: Node | undefined, path = 'Amt'): bigint | Fault {
  const currency = words(node, `${path}/@Ccy`)
  const typed = words(node, path)
  if (currency !== 'CNY')
    return fault(
      `币种为“${currency}”，不是人民币`,
      `the currency is “${currency}”, not CNY`,
      '只导入人民币账户的对账单',
      'import the statement of the account in CNY',
    )
  const amount = parseYuan(/^\d+\.\d{3,}$/.test(typed) ? typed.replace(/0+$/, '') : typed)
  if (amount !== undefined && amount >= 0n && amount <= BigInt(Number.MAX_SAFE_INTEGER)) return amount
  return fault(`金额“${typed}”无效`, `“${typed}” is not an amount`, '与银行核对', 'ask the bank')
}

const isDebit = (node: Node | undefined): boolean => words(node, 'CdtDbtInd') === 'DBIT'
const isTrue = (said: string): boolean => said === 'true' || said === '1'

/** An id of ours that the bank repeats: a UUID with or without its hyphens (EndToEndId has 35 characters). */
function paymentIdOf(tx: Node | undefined): string | null {
  const said = words(tx, 'Refs/EndToEndId', 'Refs/InstrId').replaceAll('-', '').toLowerCase()
  const found = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(said)
  return found ? found.slice(1).join('-') : null
}

function dayOf(entry: Node, today: Day): Day | Fault {
  const day = words(entry, 'BookgDt/Dt', 'BookgDt/DtTm').slice(0, 10)
  if (/^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) && day <= today) return day
  return fault(
    `记账日期“${day}”无效或在将来`,
    `the booking date “${day}” is none, or lies in the future`,
    '核对银行导出的日期',
    'compare with the bank',
  )
}

/** The other side of a transaction: who paid, or who was paid. */
function otherOf(tx: Node | undefined, side: 'Dbtr' | 'Cdtr'): { name: string; account: string | null | Fault } {
  const name = words(tx, `RltdPties/${side}/Nm`, `RltdPties/${side}/Pty/Nm`)
  const typed = words(tx, `RltdPties/${side}Acct/Id/Othr/Id`, `RltdPties/${side}Acct/Id/IBAN`)
  if (typed === '') return { name, account: null }
  const account = tidyAccountNumber(typed)
  return {
    name,
    account:
      account ??
      fault(`对方账号“${typed}”格式有误`, `“${typed}” is not an account number`, '与银行核对', 'ask the bank'),
  }
}

const remarkOf = (entry: Node, tx: Node | undefined): string => {
  const said = all(at(tx, 'RmtInf'), 'Ustrd').flatMap(each => (typeof each === 'string' ? [each.trim()] : []))
  return said.join(' ') || words(tx, 'AddtlTxInf') || words(entry, 'AddtlNtryInf')
}

type Read = { readonly receipt: Receipt } | { readonly outlay: Outlay } | readonly Fault[]

/** What the bank takes for itself, by its code of the transaction (ISO 20022: charges, fees, commission). */
const isCharge = (entry: Node, tx: Node | undefined): boolean => {
  const code = words(tx, 'BkTxCd/Domn/Fmly/SubFmlyCd') || words(entry, 'BkTxCd/Domn/Fmly/SubFmlyCd')
  return ['CHRG', 'FEES', 'COMM'].includes(code)
}

/** One transaction of an entry, which is at `line` of the file. */
function readOne(
  entry: Node,
  tx: Node | undefined,
  { line, amount, serial, bookedOn }: { line: number; amount: bigint; serial: string; bookedOn: Day | Fault },
): Read {
  const isOut = isDebit(tx && below(tx, 'CdtDbtInd') !== undefined ? tx : entry)
  const paymentId = paymentIdOf(tx)
  const isReturn = !isOut && paymentId !== null && (isTrue(words(entry, 'RvslInd')) || at(tx, 'RtrInf') !== undefined)
  const other = otherOf(tx, isOut || isReturn ? 'Cdtr' : 'Dbtr')
  const remark = remarkOf(entry, tx)
  const faults = [bookedOn, other.account].filter(isFault)
  if (!isSerial(serial)) faults.push(serialFault())
  if (!isPrintable(other.name, 200) || !isPrintable(remark, 500)) faults.push(wordsFault())
  if (faults.length > 0 || isFault(bookedOn) || isFault(other.account)) return faults
  const facts = { line, bookedOn, amountFen: amount, remark, bankSerial: serial }
  if (!isOut && !isReturn) return { receipt: { ...facts, payerName: other.name, payerAccount: other.account } }
  const kind = isReturn ? ('returned' as const) : isCharge(entry, tx) ? ('fee' as const) : ('paid' as const)
  return { outlay: { ...facts, kind, payeeName: other.name, payeeAccount: other.account, paymentId } }
}

/** The transactions of one entry: a batch is several, whose amounts must add up to it. */
function readEntry(entry: Node, line: number, today: Day): { signed: bigint | undefined; read: readonly Read[] } {
  const amount = amountOf(entry)
  if (isFault(amount)) return { signed: undefined, read: [[amount]] }
  const signed = isDebit(entry) ? -amount : amount
  if (amount === 0n) return { signed, read: [] }
  const txs = all(entry, 'NtryDtls').flatMap(each => all(each, 'TxDtls'))
  const bookedOn = dayOf(entry, today)
  const reference = words(entry, 'AcctSvcrRef', 'NtryRef')
  if (txs.length <= 1) {
    const serial = reference || words(txs[0], 'Refs/AcctSvcrRef', 'Refs/TxId')
    return { signed, read: [readOne(entry, txs[0], { line, amount, serial, bookedOn })] }
  }
  const amounts = txs.map(tx => amountOf(tx, at(tx, 'Amt') === undefined ? 'AmtDtls/TxAmt/Amt' : 'Amt'))
  const known = amounts.filter(each => typeof each === 'bigint')
  if (known.length < amounts.length || sumFen(known) !== amount)
    return {
      signed,
      read: [
        [
          fault(
            '批量分录的明细金额与合计不符',
            'the amounts of this batch do not add up to it',
            '与银行核对',
            'ask the bank',
          ),
        ],
      ],
    }
  const read = txs.map((tx, i) => {
    const serial = words(tx, 'Refs/AcctSvcrRef', 'Refs/TxId') || `${reference}-${i + 1}`
    return readOne(entry, tx, { line, amount: known[i]!, serial, bookedOn })
  })
  return { signed, read }
}

function balanceOf(statement: Node, codes: readonly string[]): bigint | undefined {
  for (const balance of all(statement, 'Bal')) {
    if (!codes.includes(words(balance, 'Tp/CdOrPrtry/Cd'))) continue
    const amount = amountOf(balance)
    if (typeof amount === 'bigint') return isDebit(balance) ? -amount : amount
  }
  return undefined
}

/** Opening and closing balance, which the entries must lead from and to. @throws statement-unreadable with the difference */
function balancesOf(statement: Node, movedFen: bigint | undefined): Statement['balances'] {
  const openingFen = balanceOf(statement, ['OPBD', 'PRCD'])
  const closingFen = balanceOf(statement, ['CLBD'])
  // with an entry that cannot be read nothing is known of the sum, and nothing is said of it
  if (openingFen === undefined || closingFen === undefined || movedFen === undefined) return null
  const difference = openingFen + movedFen - closingFen
  if (difference === 0n) return { openingFen, closingFen }
  const off = formatYuan(difference < 0n ? -difference : difference)
  throw refuse(
    `期初余额加减明细与期末余额相差 ${off} 元，文件可能不完整。`,
    `Opening balance and entries miss the closing balance by CNY ${off}: the file may be incomplete.`,
  )
}

function documentOf(content: string): Node {
  if (/<!DOCTYPE|<!ENTITY/i.test(content))
    throw refuse('文件含有文档类型声明，不予读取。', 'The file declares a document type and is not read.')
  const valid = XMLValidator.validate(content)
  if (valid !== true)
    throw refuse(`第 ${valid.err.line} 行不是有效的 XML。`, `Line ${valid.err.line} is not well-formed XML.`)
  const root = at(parser.parse(content) as Node, 'Document/BkToCstmrStmt')
  if (root === undefined)
    throw refuse('文件不是 camt.053 对账单。', 'The file is not a statement in the format camt.053.')
  return root
}

const statusOf = (entry: Node): string => words(entry, 'Sts/Cd', 'Sts')

/** What one statement of a file says; its entries are counted on from `before`. */
function readOneStatement(statement: Node, before: number, today: Day) {
  const entries = all(statement, 'Ntry').filter(entry => statusOf(entry) === 'BOOK')
  const receipts: Receipt[] = []
  const outlays: Outlay[] = []
  const errors: LineError[] = []
  let moved: bigint | undefined = 0n
  for (const [i, entry] of entries.entries()) {
    const line = before + i + 1
    const { signed, read } = readEntry(entry, line, today)
    moved = signed === undefined || moved === undefined ? undefined : moved + signed
    for (const each of read)
      if ('receipt' in each) receipts.push(each.receipt)
      else if ('outlay' in each) outlays.push(each.outlay)
      else errors.push(...each.map(one => ({ line, ...one })))
  }
  const account = words(statement, 'Acct/Id/Othr/Id', 'Acct/Id/IBAN') || null
  return { count: entries.length, account, receipts, outlays, errors, balances: balancesOf(statement, moved) }
}

type One = ReturnType<typeof readOneStatement>

/** Statements that follow one another: each begins where the one before it ended. @throws statement-unreadable */
function chained(parts: readonly One[]): Statement['balances'] {
  for (const [i, part] of parts.entries()) {
    const before = parts[i - 1]?.balances
    if (before && part.balances && before.closingFen !== part.balances.openingFen)
      throw refuse(
        `第 ${i + 1} 个对账单的期初余额与前一个的期末余额不衔接，请按日期顺序导出。`,
        `Statement ${i + 1} does not open with the balance that the one before it closed with: export them by date.`,
      )
  }
  const [first, last] = [parts[0]?.balances, parts.at(-1)?.balances]
  const isWhole = parts.every(part => part.balances !== null)
  return isWhole && first && last ? { openingFen: first.openingFen, closingFen: last.closingFen } : null
}

/**
 * Statements in ISO 20022 camt.053, of any version: entries that are booked, batches taken apart, balances checked. Of
 * several, as for several days, each must follow the one before it, and all are of one account.
 * @throws statement-unreadable when it cannot be read as a whole, or its balances do not fit
 */
export function readCamt(content: string, today: Day): Omit<Statement, 'encoding'> {
  const parts: One[] = []
  let count = 0
  for (const statement of all(documentOf(content), 'Stmt')) {
    const part = readOneStatement(statement, count, today)
    parts.push(part)
    count += part.count
  }
  if (parts.length === 0) throw refuse('文件中没有对账单。', 'The file has no statement.')
  if (count === 0) throw refuse('对账单没有已记账的明细。', 'The statement has no booked entry.')
  const accounts = new Set(parts.flatMap(part => part.account ?? []))
  if (accounts.size > 1)
    throw refuse(
      '文件含有多个账户的对账单，请只导出收款账户。',
      'The file has statements of several accounts: export the one that money is received on.',
    )
  const receipts = parts.flatMap(part => part.receipts)
  const outlays = parts.flatMap(part => part.outlays)
  if (receipts.length + outlays.length > maxLines)
    throw refuse(`明细超过 ${maxLines} 笔，请分批导入。`, `There are more than ${maxLines} entries; split the file.`)
  const [account = null] = accounts
  const errors = parts.flatMap(part => part.errors)
  return { format: 'camt.053', account, receipts, outlays, balances: chained(parts), errors }
}
