import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { canonicalJson } from '../../kernel/canonical.ts'
import type { Cx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import { sumFen } from '../../kernel/money.ts'
import { ruleViolated } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { operatorOrganization } from '../identity/index.ts'
import type { Receipt, Statement } from './gateway.ts'
import { tailOf } from './model.ts'
import { insertOutlays, withReturns } from './outlays.ts'
import { usableAccountOf } from './payee.ts'
import { type BankStatement, bankStatement, type LineError, type StatementLine, statementLine } from './schema.ts'
import { openNumber, sealFile, sealNumber } from './sealing.ts'

/** What a line says, to tell a repetition from a serial number that was used for something else. */
const contentOf = ({ bookedOn, amountFen, payerName, payerAccount, remark, bankSerial }: Receipt): string =>
  createHash('sha256')
    .update(canonicalJson({ bookedOn, amountFen, payerName, payerAccount, remark, bankSerial }))
    .digest('hex')

const keyOf = (line: { bookedOn: string; bankSerial: string }): string => `${line.bookedOn} ${line.bankSerial}`

const reusedSerial = (receipt: Receipt): LineError => ({
  line: receipt.line,
  message: text(
    `${receipt.bookedOn} 的流水号 ${receipt.bankSerial} 已用于内容不同的一行`,
    `the serial ${receipt.bankSerial} of ${receipt.bookedOn} stands for another line already`,
  ),
  remedy: text('与银行核对该笔流水', 'ask the bank which of the two is right'),
})

function rowOf(cx: Cx, statementId: string, receipt: Receipt, rulePack: string) {
  const id = newId()
  const { line, payerAccount, ...facts } = receipt
  return {
    id,
    statementId,
    lineNo: line,
    ...facts,
    sealedPayer: payerAccount === null ? null : sealNumber(cx, `statement-line/${id}`, payerAccount),
    payerTail: payerAccount === null ? null : tailOf(payerAccount),
    contentHash: contentOf(receipt),
    state: 'received' as const,
    rulePack,
    createdAt: cx.now,
    changedAt: cx.now,
  }
}

interface Sorted {
  readonly fresh: StatementLine[]
  readonly duplicates: { line: number; bankSerial: string }[]
  readonly rejected: LineError[]
}

/** Inserts the lines that are new and tells apart those that came before, in this file or an earlier one. */
async function insertLines(cx: Cx, statementId: string, receipts: readonly Receipt[]): Promise<Sorted> {
  const { ref } = rulesAt(cx.now)
  const rows = receipts.map(receipt => rowOf(cx, statementId, receipt, ref))
  const first = new Map<string, (typeof rows)[number]>()
  for (const row of rows) if (!first.has(keyOf(row))) first.set(keyOf(row), row)
  const fresh: StatementLine[] = []
  const kept = new Map<string, string>()
  const distinct = [...first.values()]
  for (let at = 0; at < distinct.length; at += 500) {
    const chunk = distinct.slice(at, at + 500)
    const made = await cx.tx.insert(statementLine).values(chunk).onConflictDoNothing().returning()
    fresh.push(...made)
    for (const row of made) kept.set(keyOf(row), row.contentHash)
  }
  for (const row of distinct) {
    if (kept.has(keyOf(row))) continue
    const [before] = await cx.sql<{ content_hash: string }[]>`
      select content_hash from settlement.statement_line
      where booked_on = ${row.bookedOn} and bank_serial = ${row.bankSerial}`
    kept.set(keyOf(row), before!.content_hash)
  }
  const isFresh = new Set(fresh.map(row => row.id))
  const again = rows.map((row, i) => ({ row, receipt: receipts[i]! })).filter(({ row }) => !isFresh.has(row.id))
  const isSame = ({ row }: (typeof again)[number]) => kept.get(keyOf(row)) === row.contentHash
  return {
    fresh,
    duplicates: again.filter(isSame).map(({ receipt: { line, bankSerial } }) => ({ line, bankSerial })),
    rejected: again.filter(each => !isSame(each)).map(({ receipt }) => reusedSerial(receipt)),
  }
}

/** The file brings nothing that can be booked: it is refused with everything that is wrong in it. */
function requireSomething({ receipts, outlays, errors }: Statement): void {
  if (receipts.length + outlays.length > 0) return
  throw ruleViolated(text('文件中没有可以入账的明细。', 'No line of the file can be booked.'), {
    errors: errors.slice(0, 200).map(({ line, message, remedy }) => ({ pointer: `/lines/${line}`, message, remedy })),
  })
}

/** The first and the last day on which the statement has an entry: what it is complete for, where it has balances. */
function daysOf({ receipts, outlays }: Statement): { fromOn: string; toOn: string } {
  const days = [...receipts, ...outlays].map(each => each.bookedOn).sort()
  return { fromOn: days[0]!, toOn: days.at(-1)! }
}

/** A statement that names its account must be of the exchange's own. @throws rule-violated for another's */
async function requireOwnAccount(cx: Cx, { account }: Statement): Promise<void> {
  if (account === null) return
  const own = await usableAccountOf(cx, (await operatorOrganization(cx)).id)
  if (!own) return
  const number = openNumber(cx, `bank-account/${own.id}`, own.sealedNumber)
  if (account.replace(/\s/g, '').toUpperCase() === number.toUpperCase()) return
  throw ruleViolated(
    text(
      `对账单属于账号 **** ${tailOf(account)}，不是交易场所的收款账户 **** ${own.numberTail}。`,
      `The statement is of the account **** ${tailOf(account)}, not of the exchange's own **** ${own.numberTail}.`,
    ),
  )
}

/**
 * Imports a statement: its lines become `received`, to be booked one by one (`receiveLine`). The same file, or a line
 * that came before, has no second effect and is reported. @throws rule-violated when no line can be booked
 */
export async function importStatement(
  cx: Cx,
  fileName: string,
  bytes: Buffer,
  given: Statement,
): Promise<{ id: string; isRepeat: boolean; fresh: string[] }> {
  requireSomething(given)
  await requireOwnAccount(cx, given)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await cx.sql`select pg_advisory_xact_lock(hashtext(${`bank-statement/${sha256}`}))`
  const [before] = await cx.tx.select().from(bankStatement).where(eq(bankStatement.sha256, sha256))
  if (before) {
    cx.audit('bank-statement.import-again', ['bank-statement', before.id], { fileName, sha256 })
    return { id: before.id, isRepeat: true, fresh: [] }
  }
  const statement = await withReturns(cx, given)
  const id = newId()
  // the row first, for its lines to refer to; its counts follow when the lines are sorted
  const empty = { lineCount: 0, importedCount: 0, duplicateCount: 0, rejectedCount: 0, importedFen: 0n }
  await cx.tx.insert(bankStatement).values({
    id,
    fileName,
    sha256,
    encoding: statement.encoding,
    format: statement.format,
    openingFen: statement.balances?.openingFen ?? null,
    closingFen: statement.balances?.closingFen ?? null,
    ...daysOf(statement),
    sealedFile: sealFile(cx, `bank-statement/${id}`, bytes),
    ...empty,
    rejected: [],
    duplicates: [],
    importedBy: cx.actor.personId!,
    createdAt: cx.now,
  })
  const { fresh, duplicates, rejected } = await insertLines(cx, id, statement.receipts)
  const errors = [...statement.errors, ...rejected].sort((a, b) => a.line - b.line)
  const rejectedCount = new Set(errors.map(error => error.line)).size
  const counts: Partial<BankStatement> = {
    lineCount: fresh.length + duplicates.length + rejectedCount,
    importedCount: fresh.length,
    duplicateCount: duplicates.length,
    rejectedCount,
    importedFen: sumFen(fresh.map(row => row.amountFen)),
    ...(await insertOutlays(cx, id, statement.outlays)),
  }
  await cx.tx
    .update(bankStatement)
    .set({ ...counts, rejected: errors, duplicates })
    .where(eq(bankStatement.id, id))
  cx.emit('settlement.statement-imported', { statementId: id })
  cx.audit('bank-statement.import', ['bank-statement', id], { fileName, sha256, ...counts })
  return { id, isRepeat: false, fresh: fresh.sort((a, b) => a.lineNo - b.lineNo).map(row => row.id) }
}
