import { and, asc, count, desc, eq, inArray, lt, lte, ne, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { decodeCursor } from '../../kernel/page.ts'
import { notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { fenToWire } from '../../kernel/wire.ts'
import { operatorOrganization, requireOrganization } from '../identity/index.ts'
import { frozenContracts, orderLabels, orderOf, ordersToSettle, tradeFrozen } from '../orders/index.ts'
import { bankTransfer } from './gateways/banktransfer.ts'
import {
  type AccountState,
  collectionAccountMissing,
  type LineState,
  type PayoutKind,
  type PayoutState,
} from './model.ts'
import { onlineMoney } from './online/queries.ts'
import { transfer } from './online/schema.ts'
import { usableAccountOf } from './payee.ts'
import {
  type BankAccount,
  bankAccount,
  bankStatement,
  type Payout,
  payout,
  payoutBatch,
  type Split,
  type StatementLine,
  split,
  statementLine,
} from './schema.ts'
import { openFile, openNumber } from './sealing.ts'
import { heldFen, tradeOf } from './trades.ts'

/** Position and length of a page; lists are newest first by id, which grows with time. */
interface PageFilter {
  readonly limit?: number
  readonly after?: string
}

const isOperator = (rx: Rx): boolean => rx.actor.kind === 'system' || rx.actor.roles.includes('operator')
const before = (column: PgColumn, filter: PageFilter): SQL | undefined => {
  const after = decodeCursor(filter.after, 1)
  return after && lt(column, String(after[0]))
}
const more = (filter: PageFilter): number => (filter.limit ?? 20) + 1

/** Own rows for an organisation, all for the operator. */
const ownOrAll = (rx: Rx, column: PgColumn): SQL | undefined =>
  isOperator(rx) ? undefined : eq(column, requireOrganization(rx.actor))

export const listBankAccounts = (rx: Rx, filter: PageFilter & { state?: AccountState }): Promise<BankAccount[]> =>
  rx.tx
    .select()
    .from(bankAccount)
    .where(
      and(
        ownOrAll(rx, bankAccount.organizationId),
        filter.state && eq(bankAccount.state, filter.state),
        before(bankAccount.id, filter),
      ),
    )
    .orderBy(desc(bankAccount.id))
    .limit(more(filter))

const statementColumns = {
  id: bankStatement.id,
  fileName: bankStatement.fileName,
  sha256: bankStatement.sha256,
  encoding: bankStatement.encoding,
  format: bankStatement.format,
  openingFen: bankStatement.openingFen,
  closingFen: bankStatement.closingFen,
  lineCount: bankStatement.lineCount,
  importedCount: bankStatement.importedCount,
  duplicateCount: bankStatement.duplicateCount,
  rejectedCount: bankStatement.rejectedCount,
  importedFen: bankStatement.importedFen,
  outlayCount: bankStatement.outlayCount,
  outlayFen: bankStatement.outlayFen,
  createdAt: bankStatement.createdAt,
}

export const listBankStatements = (rx: Rx, filter: PageFilter) =>
  rx.tx
    .select(statementColumns)
    .from(bankStatement)
    .where(before(bankStatement.id, filter))
    .orderBy(desc(bankStatement.id))
    .limit(more(filter))

export type StatementRow = Awaited<ReturnType<typeof listBankStatements>>[number]

/** A statement with what is wrong in it and how many of its lines are in which state. @throws not-found */
export async function readBankStatement(rx: Rx, id: string, isRepeat = false) {
  const [row] = await rx.tx
    .select({ ...statementColumns, rejected: bankStatement.rejected, duplicates: bankStatement.duplicates })
    .from(bankStatement)
    .where(eq(bankStatement.id, id))
  if (!row) throw notFound()
  const states = await rx.tx
    .select({ state: statementLine.state, n: count() })
    .from(statementLine)
    .where(eq(statementLine.statementId, id))
    .groupBy(statementLine.state)
    .orderBy(statementLine.state)
  const { importedFen, outlayFen, openingFen, closingFen, createdAt, ...facts } = row
  return {
    ...facts,
    importedFen: fenToWire(importedFen),
    outlayFen: fenToWire(outlayFen),
    openingFen: openingFen === null ? null : fenToWire(openingFen),
    closingFen: closingFen === null ? null : fenToWire(closingFen),
    createdAt: createdAt.toISOString(),
    isRepeat,
    states: states.map(({ state, n }) => ({ state, count: n })),
  }
}

/** The file of a statement as it was sent. @throws not-found */
export async function readBankStatementFile(rx: Rx, id: string): Promise<{ fileName: string; bytes: Buffer }> {
  const [row] = await rx.tx.select().from(bankStatement).where(eq(bankStatement.id, id))
  if (!row) throw notFound()
  return { fileName: row.fileName, bytes: openFile(rx, `bank-statement/${id}`, row.sealedFile) }
}

export interface LineFilter extends PageFilter {
  readonly statementId?: string
  readonly state?: LineState
  readonly orderId?: string
}

export const listStatementLines = (rx: Rx, filter: LineFilter) =>
  rx.tx
    .select()
    .from(statementLine)
    .where(
      and(
        filter.statementId ? eq(statementLine.statementId, filter.statementId) : undefined,
        filter.state && eq(statementLine.state, filter.state),
        filter.orderId ? eq(statementLine.orderId, filter.orderId) : undefined,
        before(statementLine.id, filter),
      ),
    )
    .orderBy(desc(statementLine.id))
    .limit(more(filter))

/** One line of a statement. @throws not-found */
export async function readStatementLine(rx: Rx, id: string): Promise<StatementLine> {
  const [row] = await rx.tx.select().from(statementLine).where(eq(statementLine.id, id))
  if (!row) throw notFound()
  return row
}

/** Lines that were imported and not booked yet, oldest first. */
export async function linesToReceive(rx: Rx): Promise<string[]> {
  const rows = await rx.tx
    .select({ id: statementLine.id })
    .from(statementLine)
    .where(eq(statementLine.state, 'received'))
    .orderBy(asc(statementLine.id))
    .limit(200)
  return rows.map(row => row.id)
}

export interface PayoutFilter extends PageFilter {
  readonly state?: PayoutState
  readonly kind?: PayoutKind
  readonly orderId?: string
}

/** Payouts: all for the operator, its own shares for a vendor. */
export const listPayouts = (rx: Rx, filter: PayoutFilter): Promise<Payout[]> =>
  rx.tx
    .select()
    .from(payout)
    .where(
      and(
        ownOrAll(rx, payout.organizationId),
        filter.state && eq(payout.state, filter.state),
        filter.kind && eq(payout.kind, filter.kind),
        filter.orderId ? eq(payout.orderId, filter.orderId) : undefined,
        before(payout.id, filter),
      ),
    )
    .orderBy(desc(payout.id))
    .limit(more(filter))

/** One payout that the actor may see. @throws not-found */
export async function readPayout(rx: Rx, id: string): Promise<Payout> {
  const [row] = await rx.tx
    .select()
    .from(payout)
    .where(and(eq(payout.id, id), ownOrAll(rx, payout.organizationId)))
  if (!row) throw notFound()
  return row
}

/** Vendors' payouts that wait although there is an account by now. */
export async function payoutsToRelease(rx: Rx): Promise<string[]> {
  const rows = await rx.tx
    .select({ id: payout.id })
    .from(payout)
    .innerJoin(
      bankAccount,
      and(
        eq(bankAccount.organizationId, payout.organizationId),
        eq(bankAccount.state, 'confirmed'),
        lte(bankAccount.usableFrom, rx.now),
      ),
    )
    .where(and(eq(payout.state, 'waiting'), eq(payout.kind, 'vendor')))
    .orderBy(payout.id)
    .limit(200)
  return rows.map(row => row.id)
}

const batchColumns = {
  id: payoutBatch.id,
  payoutCount: payoutBatch.payoutCount,
  totalFen: payoutBatch.totalFen,
  sha256: payoutBatch.sha256,
  createdAt: payoutBatch.createdAt,
}

export const listPayoutBatches = (rx: Rx, filter: PageFilter) =>
  rx.tx
    .select(batchColumns)
    .from(payoutBatch)
    .where(before(payoutBatch.id, filter))
    .orderBy(desc(payoutBatch.id))
    .limit(more(filter))

export type BatchRow = Awaited<ReturnType<typeof listPayoutBatches>>[number]

/**
 * A file with a payout of a frozen trade is not given out: the bank would make it. The others of the batch go on when
 * they are bounced and ordered anew. @throws trade-frozen (409) with the numbers of the orders (I22)
 */
async function requireNoneFrozen(rx: Rx, batchId: string): Promise<void> {
  const rows = await rx.tx
    .select({ orderId: payout.orderId })
    .from(payout)
    .where(and(eq(payout.batchId, batchId), inArray(payout.kind, ['vendor', 'refund']), ne(payout.state, 'confirmed')))
  const labels = [
    ...(
      await orderLabels(
        rx,
        rows.flatMap(({ orderId }) => orderId ?? []),
      )
    ).values(),
  ]
  const frozen = await frozenContracts(
    rx,
    labels.map(({ contractId }) => contractId),
  )
  const numbers = labels.filter(({ contractId }) => frozen.has(contractId)).map(({ number }) => number)
  if (numbers.length > 0)
    throw tradeFrozen(
      text(
        `文件含被冻结交易的付款（订单 ${numbers.join('、')}），不得提交银行。将本批付款记为退票后，重新生成不含这些订单的文件。`,
        `The file pays frozen trades (orders ${numbers.join(', ')}) and must not go to the bank. Record the payouts of this batch as bounced and order the others anew.`,
      ),
    )
}

/** The payment file of a batch. @throws not-found; trade-frozen */
export async function readPayoutFile(rx: Rx, id: string): Promise<{ fileName: string; bytes: Buffer }> {
  const [row] = await rx.tx.select().from(payoutBatch).where(eq(payoutBatch.id, id))
  if (!row) throw notFound()
  await requireNoneFrozen(rx, id)
  const day = dayOf(row.createdAt).replaceAll('-', '')
  return { fileName: `payouts-${day}-${id.slice(-6)}.csv`, bytes: openFile(rx, `payout-batch/${id}`, row.sealedFile) }
}

/** Splits of settled orders: the vendor's own, or all for the operator. */
export const listSettlements = (rx: Rx, filter: PageFilter): Promise<Split[]> =>
  rx.tx
    .select()
    .from(split)
    .where(and(ownOrAll(rx, split.vendorId), before(split.id, filter)))
    .orderBy(desc(split.id))
    .limit(more(filter))

/** How to pay an order: for its buyer and the operator. @throws not-found, collection-account-missing */
export async function readPayment(rx: Rx, orderId: string) {
  const order = await orderOf(rx, orderId)
  if (!isOperator(rx) && order.buyerId !== rx.actor.organizationId) throw notFound()
  const account = await usableAccountOf(rx, (await operatorOrganization(rx)).id)
  if (!account) throw collectionAccountMissing()
  const isOpen = order.state === 'awaiting_payment'
  const paidFen = heldFen(await tradeOf(rx, orderId))
  const restFen = isOpen ? order.amountFen - paidFen : 0n
  const payee = {
    holderName: account.holderName,
    bankName: account.bankName,
    bankCode: account.bankCode,
    accountNumber: openNumber(rx, `bank-account/${account.id}`, account.sealedNumber),
  }
  const steps = isOpen ? bankTransfer.instruct(payee, restFen, order.referenceCode).steps : []
  return { order, gateway: bankTransfer.code, paidFen, restFen, payee, steps }
}

export type Payment = Awaited<ReturnType<typeof readPayment>>

/** Where the money of an order is: for its parties, the operator and the authorities who see the order. @throws not-found */
export async function readMoney(rx: Rx, orderId: string) {
  const order = await orderOf(rx, orderId)
  const trade = await tradeOf(rx, orderId)
  const [splitRow] = await rx.tx.select().from(split).where(eq(split.orderId, orderId))
  const payouts = await rx.tx
    .select()
    .from(payout)
    .where(and(eq(payout.orderId, orderId), inArray(payout.kind, ['vendor', 'refund', 'return'])))
    .orderBy(sql`${payout.id}`)
  const { refunds } = await onlineMoney(rx, orderId)
  const [transferred] = await rx.tx
    .select()
    .from(transfer)
    .where(and(eq(transfer.orderId, orderId), eq(transfer.state, 'done')))
  return { order, trade, heldFen: heldFen(trade), split: splitRow, payouts, refunds, transferred }
}

export type Money = Awaited<ReturnType<typeof readMoney>>

export { ordersToSettle }
