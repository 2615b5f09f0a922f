import { and, eq, inArray } from 'drizzle-orm'
import type { Cx } from '../../../kernel/command.ts'
import { newId } from '../../../kernel/ids.ts'
import { nextState } from '../../../kernel/machine.ts'
import { postTransaction, reverseTransaction, transactionByReference } from '../../ledger/index.ts'
import { finishSettlement, lockOrder } from '../../orders/index.ts'
import { createVendorPayout } from '../payouts.ts'
import { split } from '../schema.ts'
import { readyAccountOf } from './accounts.ts'
import { onlineGateway } from './gateway.ts'
import { proposeIntent } from './intents.ts'
import { transferMachine } from './model.ts'
import type { TransferFact } from './port.ts'
import { openPaymentsOf } from './refunds.ts'
import { type Intent, intent, onlinePayment, type Transfer, transfer } from './schema.ts'

async function moveTransfer(
  cx: Cx,
  row: Transfer,
  move: keyof typeof transferMachine.moves,
  change: Partial<Transfer>,
): Promise<void> {
  const state = nextState(transferMachine, row.state, move)
  await cx.tx
    .update(transfer)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(transfer.id, row.id))
  const { orderId, vendorId, amountFen } = row
  cx.audit(`transfer.${move}`, ['transfer', row.id], {
    orderId,
    vendorId,
    amountFen,
    from: row.state,
    to: state,
    ...change,
  })
}

/**
 * The vendor's share of an order goes to its account with the provider, out of the payment that brought it; undefined
 * where the money came by bank, or in parts, or the vendor has no account that is ready: then a bank pays. The order is
 * locked, and the share is in payable.
 */
export async function createTransfer(
  cx: Cx,
  order: { readonly id: string; readonly vendorId: string },
  amountFen: bigint,
): Promise<Transfer | undefined> {
  if (!onlineGateway(cx.kit)) return undefined
  const account = await readyAccountOf(cx, order.vendorId)
  const payments = await openPaymentsOf(cx, order.id)
  const payment = payments.find(each => each.capturedFen - each.refundedFen >= amountFen)
  if (!account || !payment || account.gateway !== payment.gateway) return undefined
  const id = newId()
  const [row] = await cx.tx
    .insert(transfer)
    .values({
      id,
      orderId: order.id,
      paymentId: payment.id,
      accountId: account.id,
      vendorId: order.vendorId,
      amountFen,
      state: transferMachine.initial as Transfer['state'],
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  const facts = { orderId: order.id, vendorId: order.vendorId, amountFen, paymentId: payment.id, accountId: account.id }
  cx.audit('transfer.create', ['transfer', id], facts)
  await proposeIntent(cx, {
    gateway: payment.gateway,
    kind: 'transfer',
    aggregate: `order/${order.id}`,
    subjectId: id,
    request: {
      transferId: id,
      orderId: order.id,
      accountRef: account.externalId!,
      chargeRef: payment.chargeRef!,
      amountFen: String(amountFen),
    },
    entries: [
      { account: `payable:${order.vendorId}`, amountFen },
      { account: 'transfer_in_flight', amountFen: -amountFen },
    ],
  })
  return row
}

async function lockTransfer(cx: Cx, known: Transfer): Promise<Transfer> {
  await lockOrder(cx, known.orderId)
  const [row] = await cx.tx.select().from(transfer).where(eq(transfer.id, known.id)).for('update')
  return row!
}

/** The provider has moved the share: it leaves the books, and the order is settled with it. */
export async function applyTransfer(cx: Cx, fact: TransferFact): Promise<void> {
  const where = fact.transferId ? eq(transfer.id, fact.transferId) : eq(transfer.externalId, fact.ref)
  const [known] = await cx.tx.select().from(transfer).where(where)
  if (!known) return
  const row = await lockTransfer(cx, known)
  if (row.state !== 'requested') return
  if (fact.amountFen !== row.amountFen)
    throw new Error(`transfer ${row.id} of ${row.amountFen} fen came as ${fact.amountFen}`)
  await moveTransfer(cx, row, 'finish', { externalId: fact.ref })
  await postTransaction(cx, {
    kind: 'transfer.finish',
    reference: `transfer/${row.id}/finish`,
    effectiveAt: cx.now,
    entries: [
      { account: 'transfer_in_flight', amountFen: row.amountFen },
      { account: 'gateway_clearing', amountFen: -row.amountFen },
    ],
  })
  await finishSettlement(cx, row.orderId)
}

/** The provider refused it: the share is owed again, and a bank pays it. */
export async function failTransfer(cx: Cx, refused: Intent, reason: string): Promise<void> {
  const [known] = await cx.tx.select().from(transfer).where(eq(transfer.id, refused.subjectId))
  const row = await lockTransfer(cx, known!)
  const set = await transactionByReference(cx, `intent/${refused.id}`)
  await reverseTransaction(cx, set!.id, `intent/${refused.id}/fail`, reason)
  const payout = await createVendorPayout(cx, row.vendorId, row.orderId, row.amountFen)
  await moveTransfer(cx, row, 'fail', { reason, payoutId: payout.id })
  await cx.tx
    .update(split)
    .set({ payoutId: payout.id })
    .where(and(eq(split.orderId, row.orderId)))
}

/**
 * What a vendor owes since its share was transferred is asked back out of that transfer, as far as it goes; the rest stays
 * owed and is netted from what the vendor earns later. The order is locked, and the debt is booked.
 */
export async function proposeReversal(cx: Cx, orderId: string, owedFen: bigint): Promise<void> {
  const rows = await cx.tx
    .select()
    .from(transfer)
    .where(and(eq(transfer.orderId, orderId), eq(transfer.state, 'done')))
    .for('update')
  const [row] = rows
  if (!row || (await isReversing(cx, row.id))) return
  const leftFen = row.amountFen - row.reversedFen
  const amountFen = owedFen < leftFen ? owedFen : leftFen
  if (amountFen <= 0n) return
  const [payment] = await cx.tx.select().from(onlinePayment).where(eq(onlinePayment.id, row.paymentId))
  await proposeIntent(cx, {
    gateway: payment!.gateway,
    kind: 'reverse-transfer',
    aggregate: `order/${orderId}`,
    subjectId: row.id,
    request: { transferRef: row.externalId!, amountFen: String(amountFen) },
    entries: [
      { account: 'transfer_in_flight', amountFen },
      { account: `vendor_receivable:${row.vendorId}`, amountFen: -amountFen },
    ],
  })
  cx.audit('transfer.ask-back', ['transfer', row.id], { orderId, vendorId: row.vendorId, owedFen, amountFen })
}

async function isReversing(cx: Cx, transferId: string): Promise<boolean> {
  const rows = await cx.tx
    .select({ id: intent.id })
    .from(intent)
    .where(
      and(
        eq(intent.subjectId, transferId),
        eq(intent.kind, 'reverse-transfer'),
        inArray(intent.state, ['pending', 'sent', 'unknown', 'parked']),
      ),
    )
  return rows.length > 0
}

/** The provider took it back from the vendor: the money is the exchange's again. */
export async function finishReversal(cx: Cx, done: Intent): Promise<void> {
  const [known] = await cx.tx.select().from(transfer).where(eq(transfer.id, done.subjectId))
  const row = await lockTransfer(cx, known!)
  const amountFen = BigInt(String(done.request.amountFen))
  const reversedFen = row.reversedFen + amountFen
  await cx.tx.update(transfer).set({ reversedFen, changedAt: cx.now }).where(eq(transfer.id, row.id))
  await postTransaction(cx, {
    kind: 'transfer.reverse',
    reference: `intent/${done.id}/finish`,
    effectiveAt: cx.now,
    entries: [
      { account: 'gateway_clearing', amountFen },
      { account: 'transfer_in_flight', amountFen: -amountFen },
    ],
  })
  const { orderId, vendorId } = row
  cx.audit('transfer.reverse', ['transfer', row.id], { orderId, vendorId, amountFen, reversedFen })
}

/** The vendor's account did not give it back: it is owed again. */
export async function failReversal(cx: Cx, refused: Intent, reason: string): Promise<void> {
  const [known] = await cx.tx.select().from(transfer).where(eq(transfer.id, refused.subjectId))
  const { id, orderId, vendorId } = await lockTransfer(cx, known!)
  const set = await transactionByReference(cx, `intent/${refused.id}`)
  await reverseTransaction(cx, set!.id, `intent/${refused.id}/fail`, reason)
  cx.audit('transfer.keep', ['transfer', id], { orderId, vendorId, amountFen: refused.request.amountFen, reason })
}
