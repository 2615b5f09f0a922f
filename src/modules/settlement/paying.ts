import { createHash } from 'node:crypto'
import { eq, inArray } from 'drizzle-orm'
import { dayOf, startOfDay } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { NotDue } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { sumFen } from '../../kernel/money.ts'
import { conflict, invalidInput, notFound, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { holdContract } from '../contracts/index.ts'
import { samePerson } from '../identity/index.ts'
import { postTransaction, reverseTransaction, transactionByReference } from '../ledger/index.ts'
import { finishSettlement, lockOrder, orderOf, requireUnfrozen as requireNoFreeze } from '../orders/index.ts'
import type { PaymentOrder } from './gateway.ts'
import { bankTransfer } from './gateways/banktransfer.ts'
import { lockLine, moveLine } from './lines.ts'
import { payoutMachine, payoutWaits, tidyAccountNumber } from './model.ts'
import { concludeRefund } from './online/refunds.ts'
import { usableAccountOf } from './payee.ts'
import { accountColumns, factsOf, lockPayout, movePayout, type PayeeInput, payeeColumns } from './payouts.ts'
import { settleOutlay } from './reconciling/service.ts'
import { type Payout, type PayoutBatch, payout, payoutBatch, statementLine } from './schema.ts'
import { openNumber, sealFile } from './sealing.ts'

constraintMeans('payout_serial_unique', () =>
  conflict(text('该银行流水号已用于另一笔付款。', 'This bank serial number confirms another payout already.'), {
    errors: [
      {
        pointer: '/bankSerial',
        message: text('已使用', 'is used already'),
        remedy: text('核对银行回单', 'compare with the receipt of the bank'),
      },
    ],
  }),
)

/** Account in which an ordered payout's money waits for the bank. */
const flightOf = (row: Payout): string => (row.kind === 'vendor' ? 'payout_in_flight' : 'refund_in_flight')
const orderReference = (row: Payout): string => `payout/${row.id}/order/${row.attempt}`

async function purposeOf(cx: Cx, row: Payout): Promise<string> {
  if (row.orderId) {
    const { number } = await orderOf(cx, row.orderId)
    return row.kind === 'vendor' ? `数据交易款 ${number}` : `退款 ${number}`
  }
  const [line] = await cx.tx.select().from(statementLine).where(eq(statementLine.id, row.lineId!))
  return `退回 ${line!.bankSerial}`
}

/**
 * A contract that is suspended or in dispute freezes the vendor's payout, also one that is ready (domain 5.2); the
 * authority's freeze also what goes back to the buyer (I22). The contract is held until the payout is ordered: whatever
 * freezes it at the same time is either seen here or comes after.
 */
async function requireUnfrozen(cx: Cx, row: Payout): Promise<void> {
  if (row.kind === 'return' || row.orderId === null) return
  const { number, contractId } = await orderOf(cx, row.orderId)
  const { state, isDisputed } = await holdContract(cx, contractId)
  await requireNoFreeze(cx, contractId)
  if (row.kind !== 'vendor') return
  if (state === 'suspended' || isDisputed)
    throw stateConflict(
      text(
        `订单 ${number} 的合同中止履行或有争议，付款冻结。`,
        `The contract of order ${number} is suspended or in dispute; its payout is frozen.`,
      ),
    )
}

const paymentOf = async (cx: Cx, row: Payout): Promise<PaymentOrder> => ({
  id: row.id,
  amountFen: row.amountFen,
  purpose: await purposeOf(cx, row),
  holderName: row.holderName!,
  bankName: row.bankName ?? '',
  bankCode: row.bankCode,
  accountNumber: openNumber(cx, `payout/${row.id}`, row.sealedNumber!),
})

async function orderOne(cx: Cx, row: Payout, batchId: string): Promise<void> {
  const change = { batchId, attempt: row.attempt + 1, madeBy: cx.actor.personId, orderedAt: cx.now }
  const ordered = await movePayout(cx, row, 'order', change, { batchId })
  if (row.kind !== 'vendor') return
  await postTransaction(cx, {
    kind: 'payout.order',
    reference: orderReference(ordered),
    effectiveAt: cx.now,
    entries: [
      { account: `payable:${row.organizationId}`, amountFen: row.amountFen },
      { account: 'payout_in_flight', amountFen: -row.amountFen },
    ],
  })
}

/**
 * Orders payouts from the bank: makes the file and sets their money on its way. Who does this cannot confirm them.
 * @throws not-found, state-conflict unless all are ready and none is frozen
 */
export async function createPayoutBatch(cx: Cx, payoutIds: readonly string[]): Promise<PayoutBatch> {
  const ids = [...new Set(payoutIds)]
  const rows = await cx.tx.select().from(payout).where(inArray(payout.id, ids)).orderBy(payout.id).for('update')
  if (rows.length !== ids.length) throw notFound()
  for (const row of rows) {
    nextState(payoutMachine, row.state, 'order')
    await requireUnfrozen(cx, row)
  }
  const payments: PaymentOrder[] = []
  for (const row of rows) payments.push(await paymentOf(cx, row))
  const file = bankTransfer.writePayments(payments)
  const id = newId()
  const sha256 = createHash('sha256').update(file).digest('hex')
  const totalFen = sumFen(rows.map(row => row.amountFen))
  const [batch] = await cx.tx
    .insert(payoutBatch)
    .values({
      id,
      payoutCount: rows.length,
      totalFen,
      sha256,
      sealedFile: sealFile(cx, `payout-batch/${id}`, file),
      madeBy: cx.actor.personId!,
      createdAt: cx.now,
    })
    .returning()
  for (const row of rows) await orderOne(cx, row, id)
  cx.audit('payout-batch.create', ['payout-batch', id], { payouts: rows.map(row => row.id), totalFen, sha256 })
  return batch!
}

/** What the bank says about a payout that it made. */
export interface BankConfirmation {
  readonly bankSerial: string
  /** the bank's booking day */
  readonly paidOn: string
}

function requirePaidOn(cx: Cx, row: Payout, paidOn: string): Date {
  if (paidOn >= dayOf(row.orderedAt!) && paidOn <= dayOf(cx.now)) return startOfDay(paidOn)
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: '/paidOn',
        message: text(
          `应在 ${dayOf(row.orderedAt!)} 与 ${dayOf(cx.now)} 之间`,
          `must lie between ${dayOf(row.orderedAt!)} and ${dayOf(cx.now)}`,
        ),
        remedy: text('填写银行回单上的记账日期', 'give the booking date of the bank'),
      },
    ],
  })
}

/** What follows when the money has arrived. */
async function conclude(cx: Cx, row: Payout): Promise<void> {
  if (row.kind === 'vendor') await finishSettlement(cx, row.orderId!)
  if (row.kind === 'refund') await concludeRefund(cx, row.orderId!, row.id)
  if (row.kind === 'return' && row.lineId)
    await moveLine(cx, await lockLine(cx, row.lineId), 'finishReturn', {}, { action: 'finish-return' })
}

/**
 * A second person confirms that the bank has paid: the money leaves the books, and the order is settled or refunded
 * with it. @throws same-person for who ordered it or set the payee; state-conflict, conflict (serial used), invalid-input
 */
export async function confirmPayout(cx: Cx, id: string, { bankSerial, paidOn }: BankConfirmation): Promise<Payout> {
  const row = await lockPayout(cx, id)
  nextState(payoutMachine, row.state, 'confirm')
  if (row.madeBy === cx.actor.personId || row.payeeSetBy === cx.actor.personId) throw samePerson()
  const effectiveAt = requirePaidOn(cx, row, paidOn)
  // the order first: everyone who moves its money locks it before its payouts' money
  if (row.orderId) await lockOrder(cx, row.orderId)
  await settleOutlay(cx, paidOn, bankSerial)
  const confirmed = await movePayout(
    cx,
    row,
    'confirm',
    { confirmedBy: cx.actor.personId, confirmedAt: cx.now, bankSerial, paidOn },
    { bankSerial, paidOn },
  )
  await postTransaction(cx, {
    kind: 'payout.confirm',
    reference: `payout/${id}/confirm`,
    effectiveAt,
    entries: [
      { account: flightOf(row), amountFen: row.amountFen },
      { account: 'psp_clearing', amountFen: -row.amountFen },
    ],
  })
  await conclude(cx, confirmed)
  cx.emit('settlement.payout-confirmed', factsOf(row))
  return confirmed
}

/** The bank did not make the payout; a vendor's money goes back to payable. @throws state-conflict */
export async function bouncePayout(cx: Cx, id: string, reason: string): Promise<Payout> {
  const row = await lockPayout(cx, id)
  const bounced = await movePayout(cx, row, 'bounce', { reason }, { reason })
  if (row.kind === 'vendor') {
    const ordered = await transactionByReference(cx, orderReference(row))
    await reverseTransaction(cx, ordered!.id, `payout/${id}/bounce/${row.attempt}`, reason)
  }
  cx.emit('settlement.payout-bounced', { ...factsOf(row), reason })
  return bounced
}

function requirePayee(payee: PayeeInput): PayeeInput {
  const accountNumber = tidyAccountNumber(payee.accountNumber)
  if (accountNumber) return { ...payee, accountNumber }
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: '/payee/accountNumber',
        message: text('不是有效的银行账号', 'is not an account number'),
        remedy: text('填写 8–32 位数字或字母', 'give its 8–32 digits or letters'),
      },
    ],
  })
}

/**
 * Makes a bounced payout, or one whose payee the bank did not name, ready again. For money that goes back the operator
 * may set the payee; a vendor is paid to the account it has registered and nowhere else.
 * @throws payout-waits-for-account (409), state-conflict
 */
export async function retryPayout(cx: Cx, id: string, payee?: PayeeInput): Promise<Payout> {
  const row = await lockPayout(cx, id)
  const move = row.state === 'waiting' ? 'release' : 'retry'
  nextState(payoutMachine, row.state, move)
  if (row.kind === 'vendor') {
    const account = await usableAccountOf(cx, row.organizationId!)
    if (payee || !account) throw payoutWaits()
    return movePayout(cx, row, move, accountColumns(cx, id, account))
  }
  if (!payee && !row.sealedNumber) throw payoutWaits(text('请填写收款人账户。', 'Give the account of the payee.'))
  const columns = payee && { ...payeeColumns(cx, id, requirePayee(payee)), payeeSetBy: cx.actor.personId }
  return movePayout(cx, row, move, columns ?? {}, { isPayeeSet: payee !== undefined })
}

/** A vendor's payout that waited, now that there is an account to pay to. @throws NotDue */
export async function releasePayout(cx: Cx, id: string): Promise<void> {
  const row = await lockPayout(cx, id)
  const account = row.kind === 'vendor' && row.state === 'waiting' && (await usableAccountOf(cx, row.organizationId!))
  if (!account) throw new NotDue()
  await movePayout(cx, row, 'release', { ...accountColumns(cx, id, account), reason: null })
}
