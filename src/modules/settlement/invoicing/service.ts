import { and, eq, inArray } from 'drizzle-orm'
import { dayOf } from '../../../kernel/calendar.ts'
import type { Cx, Rx } from '../../../kernel/command.ts'
import { constraintMeans } from '../../../kernel/db/errors.ts'
import { newId } from '../../../kernel/ids.ts'
import { nextState } from '../../../kernel/machine.ts'
import { conflict, invalidInput, notFound, ruleViolated } from '../../../kernel/problem.ts'
import { type Text, text } from '../../../kernel/text.ts'
import { type Organization, operatorOrganization, organizationOf, requireOrganization } from '../../identity/index.ts'
import { lockOrder, type Order, readInvoice } from '../../orders/index.ts'
import { tidyAccountNumber } from '../model.ts'
import { split } from '../schema.ts'
import { sealNumber } from '../sealing.ts'
import { type InvoiceKind, type InvoiceMove, type InvoiceSubject, invoiceMachine, taxOf } from './model.ts'
import { type InvoiceParty, type Invoicing, invoice } from './schema.ts'

constraintMeans('invoice_number_unique', () =>
  conflict(text('该发票号码已登记。', 'This invoice number is registered already.'), {
    errors: [
      {
        pointer: '/invoiceNumber',
        message: text('已登记在另一张发票上', 'stands for another invoice'),
        remedy: text('核对电子发票上的号码', 'compare with the invoice'),
      },
    ],
  }),
)

/** What a party adds to its name and tax code on an invoice. */
export interface PartyDetails {
  readonly address?: string
  readonly phone?: string
  readonly bankName?: string
  readonly bankAccount?: string
}

const partyOf = (who: Pick<Organization, 'nameZh' | 'uscc' | 'address'>, details: PartyDetails): InvoiceParty => ({
  name: who.nameZh,
  uscc: who.uscc,
  address: details.address ?? who.address,
  phone: details.phone ?? null,
  bankName: details.bankName ?? null,
})

const wrong = (pointer: string, message: Text, remedy: Text) =>
  invalidInput(undefined, { errors: [{ pointer, message, remedy }] })

/** The account number of a party as digits, or null. @throws invalid-input when it is none */
function sealed(rx: Rx, id: string, side: 'buyer' | 'seller', { bankAccount }: PartyDetails): Buffer | null {
  if (!bankAccount) return null
  const tidy = tidyAccountNumber(bankAccount)
  if (tidy) return sealNumber(rx, place(id, side), tidy)
  throw wrong(
    '/bankAccount',
    text('不是有效的银行账号', 'is not an account number'),
    text('填写 8–32 位数字或字母', 'give its 8–32 digits or letters'),
  )
}

const place = (id: string, side: 'buyer' | 'seller') => `invoice/${id}/${side}`
/** @throws rule-violated while another invoice of the order is asked for or holds */
async function requireNone(cx: Cx, orderId: string, subject: InvoiceSubject): Promise<void> {
  const [other] = await cx.tx
    .select({ id: invoice.id })
    .from(invoice)
    .where(
      and(
        eq(invoice.orderId, orderId),
        eq(invoice.subject, subject),
        eq(invoice.isRed, false),
        inArray(invoice.state, ['requested', 'issued', 'partly_corrected']),
      ),
    )
  if (other)
    throw ruleViolated(text('该订单已申请开票或已开票。', 'An invoice of this order is asked for or issued already.'))
}

interface Draft {
  readonly order: Order
  readonly subject: InvoiceSubject
  readonly kind: InvoiceKind
  readonly issuer: Organization
  readonly recipient: Organization
  readonly item: string
  readonly amountFen: bigint
  readonly details: PartyDetails
}

/** What is said of an invoice to those whom it concerns. */
const told = (row: Invoicing, move: 'request' | 'issue' | 'decline' | 'red') => ({
  invoiceId: row.id,
  move,
  orderId: row.orderId,
  issuerId: row.issuerId,
  recipientId: row.recipientId,
  amountFen: Number(row.amountFen),
  isRed: row.isRed,
  reason: row.reason,
})

async function insertRequest(cx: Cx, draft: Draft): Promise<Invoicing> {
  const { order, subject, kind, issuer, recipient, item, amountFen, details } = draft
  await requireNone(cx, order.id, subject)
  const id = newId()
  const [row] = await cx.tx
    .insert(invoice)
    .values({
      id,
      orderId: order.id,
      subject,
      kind,
      isRed: false,
      state: 'requested',
      issuerId: issuer.id,
      recipientId: recipient.id,
      seller: partyOf(issuer, {}),
      buyer: partyOf(recipient, details),
      sealedBuyerAccount: sealed(cx, id, 'buyer', details),
      item,
      remark: `订单 ${order.number}`,
      amountFen,
      requestedBy: cx.actor.personId,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  cx.audit('invoice.request', ['invoice', id], { orderId: order.id, subject, kind, amountFen })
  cx.emit('settlement.invoice-moved', told(row!, 'request'))
  return row!
}

/**
 * The buyer asks the vendor for the invoice of a paid order (合同 6.5): what was paid less what went back.
 * @throws not-found for anybody else; rule-violated when there is nothing to invoice, or it was asked for before
 */
export async function requestInvoice(
  cx: Cx,
  orderId: string,
  { kind, ...details }: { readonly kind: InvoiceKind } & PartyDetails,
): Promise<Invoicing> {
  const order = await lockOrder(cx, orderId)
  if (order.buyerId !== requireOrganization(cx.actor)) throw notFound()
  const { item, amountFen } = await readInvoice(cx, orderId)
  const [issuer, recipient] = [await organizationOf(cx, order.vendorId), await organizationOf(cx, order.buyerId)]
  return insertRequest(cx, { order, subject: 'sale', kind, issuer, recipient, item, amountFen, details })
}

/**
 * The vendor asks the exchange for the invoice of the fee that was kept of a settled order.
 * @throws not-found for anybody else; rule-violated before the settlement, or when it was asked for before
 */
export async function requestFeeInvoice(
  cx: Cx,
  orderId: string,
  { kind, ...details }: { readonly kind: InvoiceKind } & PartyDetails,
): Promise<Invoicing> {
  const order = await lockOrder(cx, orderId)
  if (order.vendorId !== requireOrganization(cx.actor)) throw notFound()
  const [row] = await cx.tx.select().from(split).where(eq(split.orderId, orderId))
  if (!row || row.feeFen === 0n)
    throw ruleViolated(text('该订单尚未结算，或没有服务费。', 'The order is not settled, or has no fee.'))
  const [issuer, recipient] = [await operatorOrganization(cx), await organizationOf(cx, order.vendorId)]
  const draft = { order, kind, issuer, recipient, details, amountFen: row.feeFen }
  return insertRequest(cx, { ...draft, subject: 'fee', item: '数据交易服务费' })
}

/** The invoice, locked. @throws not-found unless the actor's organisation is that side of it */
async function lockInvoice(cx: Cx, id: string, side: 'issuerId' | 'recipientId'): Promise<Invoicing> {
  const [row] = await cx.tx.select().from(invoice).where(eq(invoice.id, id)).for('update')
  if (!row || row[side] !== requireOrganization(cx.actor)) throw notFound()
  return row
}

async function moveInvoice(
  cx: Cx,
  row: Invoicing,
  move: InvoiceMove,
  change: Partial<Invoicing>,
  facts: Record<string, unknown> = {},
): Promise<Invoicing> {
  const state = nextState(invoiceMachine, row.state, move)
  const [changed] = await cx.tx
    .update(invoice)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(invoice.id, row.id))
    .returning()
  const action = { correctPart: 'correct' }[move as string] ?? move
  cx.audit(`invoice.${action}`, ['invoice', row.id], { orderId: row.orderId, from: row.state, to: state, ...facts })
  return changed!
}

/** What the issuer read off the invoice that it issued in the tax system. */
export interface IssueInput extends PartyDetails {
  readonly invoiceNumber: string
  readonly issuedOn: string
  /** 税收分类编码; a red letter has that of its invoice */
  readonly taxCode?: string
  /** share of the net amount, 0.06 for 6 % */
  readonly taxRate?: number
}

function taxFacts(row: Invoicing, original: Invoicing | undefined, input: IssueInput) {
  const taxCode = original ? original.taxCode : input.taxCode
  const taxPpm = original ? original.taxPpm : input.taxRate === undefined ? undefined : Math.round(input.taxRate * 1e6)
  if (!taxCode)
    throw wrong(
      '/taxCode',
      text('缺少税收分类编码', 'is missing'),
      text('填写 19 位税收分类编码', 'give its 19 digits'),
    )
  if (taxPpm === undefined || taxPpm === null)
    throw wrong(
      '/taxRate',
      text('缺少税率', 'is missing'),
      text('填写发票上的税率，如 6', 'give the rate of the invoice, such as 6'),
    )
  return { taxCode, taxPpm, ...taxOf(row.amountFen, taxPpm) }
}

/** A red letter counts against its invoice, which is locked; never beyond the whole of it. */
async function countCorrection(cx: Cx, original: Invoicing, amountFen: bigint): Promise<void> {
  const correctedFen = original.correctedFen + amountFen
  const move = correctedFen === original.amountFen ? 'correct' : 'correctPart'
  await moveInvoice(cx, original, move, { correctedFen }, { amountFen, correctedFen })
}

/**
 * The issuer enters number and date of what it issued; net amount and tax follow from the rate. A red letter counts
 * against its invoice from then on. @throws not-found, state-conflict, conflict for a number that is used, invalid-input
 */
export async function issueInvoice(cx: Cx, id: string, input: IssueInput): Promise<Invoicing> {
  const row = await lockInvoice(cx, id, 'issuerId')
  nextState(invoiceMachine, row.state, 'issue')
  if (!/^[0-9]{8,20}$/.test(input.invoiceNumber))
    throw wrong(
      '/invoiceNumber',
      text('不是有效的发票号码', 'is not an invoice number'),
      text('填写 8–20 位数字，数电发票为 20 位', 'give its 8–20 digits; a fully digital invoice has 20'),
    )
  if (input.issuedOn > dayOf(cx.now))
    throw wrong(
      '/issuedOn',
      text('晚于今天', 'is in the future'),
      text('填写发票上的开票日期', 'give the date of the invoice'),
    )
  const original = row.corrects === null ? undefined : await lockInvoice(cx, row.corrects, 'issuerId')
  const issuer = await organizationOf(cx, row.issuerId)
  const tax = taxFacts(row, original, input)
  const issued = await moveInvoice(
    cx,
    row,
    'issue',
    {
      ...tax,
      invoiceNumber: input.invoiceNumber,
      issuedOn: input.issuedOn,
      issuedBy: cx.actor.personId,
      ...(!original && {
        seller: partyOf(issuer, input),
        sealedSellerAccount: sealed(cx, id, 'seller', input),
      }),
    },
    { invoiceNumber: input.invoiceNumber, issuedOn: input.issuedOn, isRed: row.isRed, ...tax },
  )
  if (original) await countCorrection(cx, original, row.amountFen)
  cx.emit('settlement.invoice-moved', told(issued, 'issue'))
  return issued
}

/** The issuer sends a request back, saying what is wrong with it. A red letter is owed, not declined. @throws not-found, state-conflict */
export async function declineInvoice(cx: Cx, id: string, reason: string): Promise<Invoicing> {
  const row = await lockInvoice(cx, id, 'issuerId')
  if (row.isRed) throw ruleViolated(text('退款后必须开具红字发票。', 'After a refund the red letter is owed.'))
  const declined = await moveInvoice(cx, row, 'decline', { reason }, { reason })
  cx.emit('settlement.invoice-moved', told(declined, 'decline'))
  return declined
}

/** Who asked takes the request back, to ask anew with other details. @throws not-found, state-conflict */
export async function withdrawInvoice(cx: Cx, id: string): Promise<Invoicing> {
  const row = await lockInvoice(cx, id, 'recipientId')
  if (row.isRed)
    throw ruleViolated(text('红字发票由开票方开具，不能撤回。', 'A red letter is not the recipient’s to withdraw.'))
  return moveInvoice(cx, row, 'withdraw', {})
}

/**
 * Money of an order goes back: a red letter is asked for what was invoiced and goes back; an invoice that was only
 * asked for is about less, or about nothing.
 */
export async function correctInvoices(cx: Cx, orderId: string, refundFen: bigint): Promise<void> {
  const rows = await cx.tx
    .select()
    .from(invoice)
    .where(
      and(
        eq(invoice.orderId, orderId),
        eq(invoice.subject, 'sale'),
        eq(invoice.isRed, false),
        inArray(invoice.state, ['requested', 'issued', 'partly_corrected']),
      ),
    )
    .for('update')
  const reason = `订单退款 ${refundFen / 100n}.${String(refundFen % 100n).padStart(2, '0')} 元`
  for (const row of rows) {
    const openFen = row.amountFen - row.correctedFen
    const amountFen = refundFen < openFen ? refundFen : openFen
    if (amountFen === 0n) continue
    if (row.state === 'requested') await lessenRequest(cx, row, amountFen, reason)
    else await requestRed(cx, row, amountFen, reason)
  }
  cx.audit('invoice.follow-refund', ['order', orderId], { refundFen, invoices: rows.map(row => row.id) })
}

async function lessenRequest(cx: Cx, row: Invoicing, backFen: bigint, reason: string): Promise<void> {
  if (backFen === row.amountFen) return void (await moveInvoice(cx, row, 'withdraw', { reason }, { reason }))
  const amountFen = row.amountFen - backFen
  await cx.tx.update(invoice).set({ amountFen, reason, changedAt: cx.now }).where(eq(invoice.id, row.id))
  cx.audit('invoice.lessen', ['invoice', row.id], { orderId: row.orderId, amountFen, reason })
}

async function requestRed(cx: Cx, of: Invoicing, amountFen: bigint, reason: string): Promise<void> {
  const { orderId, subject, kind, issuerId, recipientId, seller, buyer, item } = of
  const id = newId()
  const values = {
    ...{ id, orderId, subject, kind, issuerId, recipientId, seller, buyer, item, amountFen, reason },
    corrects: of.id,
    isRed: true,
    state: 'requested',
    remark: `冲红发票 ${of.invoiceNumber}`,
    createdAt: cx.now,
    changedAt: cx.now,
  } as const
  const [row] = await cx.tx.insert(invoice).values(values).returning()
  cx.emit('settlement.invoice-moved', told(row!, 'red'))
  cx.audit('invoice.request-red', ['invoice', id], {
    orderId,
    corrects: of.id,
    invoiceNumber: of.invoiceNumber,
    amountFen,
  })
}

export { place as accountPlace }
