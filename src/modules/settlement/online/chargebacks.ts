import { and, eq, inArray } from 'drizzle-orm'
import type { Cx, Rx } from '../../../kernel/command.ts'
import { constraintMeans } from '../../../kernel/db/errors.ts'
import { newId } from '../../../kernel/ids.ts'
import { movesFrom, nextState } from '../../../kernel/machine.ts'
import { notFound, stateConflict } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import { contractOf } from '../../contracts/index.ts'
import { type EntryInput, postTransaction } from '../../ledger/index.ts'
import {
  disputeOrder,
  lockOrder,
  mediateOrder,
  type Order,
  orderMachine,
  orderOf,
  widenRefund,
} from '../../orders/index.ts'
import { countTrade, heldFen, tradeOf } from '../trades.ts'
import { proposeIntent } from './intents.ts'
import { chargebackMachine } from './model.ts'
import type { ChargebackFact } from './port.ts'
import { concludeRefund, overtakeRefunds } from './refunds.ts'
import { type Chargeback, chargeback, type OnlinePayment, onlinePayment } from './schema.ts'
import { proposeReversal } from './transfers.ts'

/** The payer's bank has not decided: what the order comes to follows from that. */
export const chargedBack = () =>
  stateConflict(
    text(
      '付款人的拒付尚未裁决，裁决前不能结束争议或结算。',
      "The payer's chargeback is not decided; until then the dispute cannot be ended and nothing is settled.",
    ),
  )
constraintMeans('order_charged_back', chargedBack)

async function moveChargeback(
  cx: Cx,
  row: Chargeback,
  move: keyof typeof chargebackMachine.moves,
  change: Partial<Chargeback> = {},
): Promise<Chargeback> {
  const state = nextState(chargebackMachine, row.state, move)
  const [moved] = await cx.tx
    .update(chargeback)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(chargeback.id, row.id))
    .returning()
  const { orderId, amountFen, heldFen: held } = row
  cx.audit(`chargeback.${move}`, ['chargeback', row.id], { orderId, amountFen, held, from: row.state, to: state })
  return moved!
}

const book = (cx: Cx, row: Chargeback, step: string, entries: readonly EntryInput[]) =>
  postTransaction(cx, {
    kind: `chargeback.${step}`,
    reference: `chargeback/${row.id}/${step}`,
    effectiveAt: cx.now,
    entries,
  })

/** How much of what the payer's bank wants is still in escrow, in fen: none once it was released, less what is going back. */
async function inEscrowFen(cx: Cx, payment: OnlinePayment, amountFen: bigint): Promise<bigint> {
  const open = payment.capturedFen - payment.refundedFen
  const held = heldFen(await tradeOf(cx, payment.orderId))
  return [open, held].reduce((least, fen) => (fen < least ? fen : least), amountFen)
}

/** A payer's bank wants money back: what is in escrow is held, and the order freezes like with any dispute. */
async function open(cx: Cx, order: Order, payment: OnlinePayment, fact: ChargebackFact): Promise<Chargeback> {
  const held = await inEscrowFen(cx, payment, fact.amountFen)
  const id = newId()
  const [row] = await cx.tx
    .insert(chargeback)
    .values({
      id,
      gateway: payment.gateway,
      externalId: fact.ref,
      paymentId: payment.id,
      orderId: order.id,
      amountFen: fact.amountFen,
      heldFen: held,
      state: chargebackMachine.initial as Chargeback['state'],
      cause: fact.cause,
      evidenceDueAt: fact.evidenceDueAt,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  cx.audit('chargeback.open', ['chargeback', id], {
    orderId: order.id,
    amountFen: fact.amountFen,
    held,
    cause: fact.cause,
  })
  if (held > 0n) {
    await countTrade(cx, order.id, { disputedFen: held })
    await book(cx, row!, 'hold', [
      { account: `escrow:${order.id}`, amountFen: held },
      { account: `dispute_hold:${order.id}`, amountFen: -held },
    ])
  }
  if (movesFrom(orderMachine, order.state).includes('dispute'))
    await disputeOrder(cx, order.id, { reason: `付款人向发卡行提出拒付 (chargeback: ${fact.cause})` })
  cx.emit('settlement.chargeback-opened', { chargebackId: id, orderId: order.id, amountFen: Number(fact.amountFen) })
  return row!
}

/** The provider has taken the money for the time being, or has given it back. */
async function withhold(cx: Cx, row: Chargeback, isWithdrawn: boolean): Promise<void> {
  if (row.isWithdrawn === isWithdrawn) return
  const amountFen = isWithdrawn ? row.amountFen : -row.amountFen
  await book(cx, row, isWithdrawn ? 'withdraw' : 'reinstate', [
    { account: 'gateway_withheld', amountFen },
    { account: 'gateway_clearing', amountFen: -amountFen },
  ])
  await cx.tx.update(chargeback).set({ isWithdrawn, changedAt: cx.now }).where(eq(chargeback.id, row.id))
}

/** The exchange's evidence held: what was held is in escrow again, and the operator ends the dispute of the order. */
async function win(cx: Cx, row: Chargeback): Promise<void> {
  await moveChargeback(cx, row, 'win')
  cx.emit('settlement.chargeback-decided', { orderId: row.orderId, isWon: true })
  if (row.heldFen === 0n) return
  await countTrade(cx, row.orderId, { disputedFen: -row.heldFen })
  await book(cx, row, 'release', [
    { account: `dispute_hold:${row.orderId}`, amountFen: row.heldFen },
    { account: `escrow:${row.orderId}`, amountFen: -row.heldFen },
  ])
}

/**
 * The money is gone: out of what was held, which ends the order as refunded; out of a refund that was on its way and
 * that this overtakes; or else the vendor owes it, and its transfer is asked back.
 */
async function lose(cx: Cx, order: Order, row: Chargeback, payment: OnlinePayment): Promise<void> {
  await moveChargeback(cx, row, 'lose')
  const freedFen = await overtakeRefunds(cx, payment, row.amountFen)
  const owedFen = row.amountFen - row.heldFen - freedFen
  await book(
    cx,
    row,
    'lose',
    [
      { account: `dispute_hold:${order.id}`, amountFen: row.heldFen },
      { account: 'refund_in_flight', amountFen: freedFen },
      { account: `vendor_receivable:${order.vendorId}`, amountFen: owedFen },
      { account: 'gateway_withheld', amountFen: -row.amountFen },
    ].filter(({ amountFen }) => amountFen !== 0n),
  )
  if (owedFen > 0n) await proposeReversal(cx, order.id, owedFen)
  cx.emit('settlement.chargeback-decided', { orderId: order.id, isWon: false })
  if (freedFen > 0n) await concludeRefund(cx, order.id, row.id)
  if (row.heldFen === 0n) return
  await countTrade(cx, order.id, { disputedFen: -row.heldFen, refundedFen: row.heldFen })
  await cx.tx
    .update(onlinePayment)
    .set({ refundedFen: payment.refundedFen + row.heldFen, changedAt: cx.now })
    .where(eq(onlinePayment.id, payment.id))
  if (order.state === 'partly_refunded') await widenRefund(cx, order.id, row.heldFen)
  if (order.state === 'disputed')
    await mediateOrder(cx, order.id, { outcome: 'refund', reason: '发卡行裁决拒付成立 (the chargeback was lost)' })
}

/** What the provider says of a chargeback, merged forward only: open → answered → won or lost. */
export async function applyChargeback(cx: Cx, fact: ChargebackFact): Promise<void> {
  const [known] = await cx.tx.select().from(onlinePayment).where(eq(onlinePayment.chargeRef, fact.chargeRef))
  // its payment may be heard of later: this is looked at again then, and a stranger's is parked for a person (I14)
  if (!known) throw new Error(`no payment is known of the charge ${fact.chargeRef} that is charged back`)
  const order = await lockOrder(cx, known.orderId)
  const [payment] = await cx.tx.select().from(onlinePayment).where(eq(onlinePayment.id, known.id)).for('update')
  const [before] = await cx.tx.select().from(chargeback).where(eq(chargeback.externalId, fact.ref)).for('update')
  if (before?.state === 'won' || before?.state === 'lost') return
  const row = before ?? (await open(cx, order, payment!, fact))
  // lost without our having heard that it was taken: it was
  await withhold(cx, row, fact.isWithdrawn || fact.state === 'lost')
  if (fact.state === 'answered' && row.state === 'open') await moveChargeback(cx, row, 'answer')
  if (fact.state === 'won') await win(cx, row)
  if (fact.state === 'lost') await lose(cx, await lockOrder(cx, order.id), row, payment!)
}

/** What lost chargebacks took of an order's money: that much is with the payer already, in fen. */
export async function chargedBackFen(cx: Cx, orderId: string): Promise<bigint> {
  const rows = await cx.tx
    .select({ heldFen: chargeback.heldFen })
    .from(chargeback)
    .where(and(eq(chargeback.orderId, orderId), eq(chargeback.state, 'lost')))
  return rows.reduce((sum, row) => sum + row.heldFen, 0n)
}

/** How the buyer took the delivery, as the record has it and no better. */
function standing(order: Order, acceptedOn: string): string {
  if (acceptedOn !== '')
    return `The buyer ${order.isDeemedAccepted ? 'is deemed to have' : 'has'} accepted the delivery on ${acceptedOn}.`
  if (order.rejections > 0)
    return `The buyer rejected ${order.rejections} delivery or deliveries; reason on record: ${order.reason ?? 'none'}.`
  return order.deliveredAt
    ? 'The buyer has neither accepted nor rejected the delivery so far.'
    : 'Nothing was delivered so far.'
}

/** What can be said for the exchange, from the contract, the delivery and the acceptance on record. */
export async function evidenceFor(rx: Rx, orderId: string) {
  const order = await orderOf(rx, orderId)
  const { number, terms } = await contractOf(rx, order.contractId)
  const { name, contentHash, rows } = terms.product
  const day = (at: Date | null) => at?.toISOString().slice(0, 10) ?? ''
  return {
    productDescription: `Data product “${name}” (${rows} rows, SHA-256 ${contentHash}) under contract ${number}`,
    serviceDate: day(order.deliveredAt),
    accessLog: order.deliveredAt
      ? `Order ${order.number}: downloaded whole on ${order.deliveredAt.toISOString()}, delivery receipt ${order.receiptId}`
      : `Order ${order.number}: not delivered`,
    explanation: standing(order, day(order.acceptedAt)),
  }
}

/**
 * The operator answers a chargeback with what is on record and an explanation; the provider hands it to the payer's bank
 * as soon as it can be told. @throws state-conflict unless it is open; not-found
 */
export async function answerChargeback(cx: Cx, id: string, explanation: string): Promise<Chargeback> {
  const [row] = await cx.tx.select().from(chargeback).where(eq(chargeback.id, id)).for('update')
  if (!row) throw notFound()
  const evidence = { ...(await evidenceFor(cx, row.orderId)), explanation }
  const answered = await moveChargeback(cx, row, 'answer', { evidence, answeredBy: cx.actor.personId })
  await proposeIntent(cx, {
    gateway: row.gateway,
    kind: 'submit-evidence',
    aggregate: `chargeback/${id}`,
    subjectId: id,
    request: { chargebackRef: row.externalId, ...evidence },
  })
  return answered
}

/** The provider did not take the answer: it is to be given again, or at the provider's. */
export async function failAnswer(cx: Cx, id: string): Promise<void> {
  const [row] = await cx.tx.select().from(chargeback).where(eq(chargeback.id, id)).for('update')
  if (row?.state === 'answered') await moveChargeback(cx, row, 'reopen')
}

/** Chargebacks of an order, the oldest first. */
export const chargebacksOf = (rx: Rx, orderId: string): Promise<Chargeback[]> =>
  rx.tx.select().from(chargeback).where(eq(chargeback.orderId, orderId)).orderBy(chargeback.createdAt)

/** Whether a chargeback of an order is not decided. */
export async function hasOpenChargeback(rx: Rx, orderId: string): Promise<boolean> {
  const rows = await rx.tx
    .select({ id: chargeback.id })
    .from(chargeback)
    .where(and(eq(chargeback.orderId, orderId), inArray(chargeback.state, ['open', 'answered'])))
    .limit(1)
  return rows.length > 0
}
