import { and, desc, eq, inArray, lt, or, type SQL } from 'drizzle-orm'
import type { Rx } from '../../../kernel/command.ts'
import { decodeCursor } from '../../../kernel/page.ts'
import { notFound } from '../../../kernel/problem.ts'
import { requireOrganization } from '../../identity/index.ts'
import { orderOf } from '../../orders/index.ts'
import { openNumber } from '../sealing.ts'
import type { InvoiceState } from './model.ts'
import { type Invoicing, invoice } from './schema.ts'
import { accountPlace } from './service.ts'

const isOperator = (rx: Rx) => rx.actor.roles.includes('operator')

/** Those of the acting organisation, on either side; the operator sees all. */
const own = (rx: Rx): SQL | undefined => {
  if (isOperator(rx)) return undefined
  const organizationId = requireOrganization(rx.actor)
  return or(eq(invoice.issuerId, organizationId), eq(invoice.recipientId, organizationId))
}

/** Which invoices: to be issued by the acting organisation, issued by it, or received and asked for by it. */
export const invoiceViews = ['to-issue', 'issued', 'received'] as const
export type InvoiceView = (typeof invoiceViews)[number]

const inView: Record<InvoiceView, readonly InvoiceState[]> = {
  'to-issue': ['requested'],
  issued: ['issued', 'partly_corrected', 'corrected', 'declined'],
  received: ['requested', 'issued', 'partly_corrected', 'corrected', 'declined', 'withdrawn'],
}

/** Invoices of the acting organisation, newest first: `limit + 1` for the page. */
export async function listInvoices(
  rx: Rx,
  { view, limit = 20, after }: { view: InvoiceView; limit?: number; after?: string },
): Promise<Invoicing[]> {
  const cursor = decodeCursor(after, 1)
  const side = view === 'received' ? invoice.recipientId : invoice.issuerId
  return rx.tx
    .select()
    .from(invoice)
    .where(
      and(
        eq(side, requireOrganization(rx.actor)),
        inArray(invoice.state, [...inView[view]]),
        cursor && lt(invoice.id, String(cursor[0])),
      ),
    )
    .orderBy(desc(invoice.id))
    .limit(limit + 1)
}

/** The invoices of an order with their red letters, oldest first, as far as the actor is a side of them. @throws not-found */
export async function invoicesOf(rx: Rx, orderId: string): Promise<Invoicing[]> {
  await orderOf(rx, orderId)
  return rx.tx
    .select()
    .from(invoice)
    .where(and(eq(invoice.orderId, orderId), own(rx)))
    .orderBy(invoice.id)
}

/** An invoice with the account numbers that stand on it, and its red letters or what it corrects. @throws not-found */
export async function readInvoicing(rx: Rx, id: string) {
  const [row] = await rx.tx
    .select()
    .from(invoice)
    .where(and(eq(invoice.id, id), own(rx)))
  if (!row) throw notFound()
  const related = await rx.tx
    .select()
    .from(invoice)
    .where(row.corrects === null ? eq(invoice.corrects, id) : eq(invoice.id, row.corrects))
    .orderBy(invoice.id)
  const account = (bytes: Buffer | null, side: 'buyer' | 'seller') =>
    bytes === null ? null : openNumber(rx, accountPlace(id, side), bytes)
  return {
    row,
    related,
    buyerAccount: account(row.sealedBuyerAccount, 'buyer'),
    sellerAccount: account(row.sealedSellerAccount, 'seller'),
  }
}

/** What the acting organisation wrote on its last invoice on that side: to fill in the next one. */
export async function lastDetails(rx: Rx, as: 'issuer' | 'recipient') {
  const organizationId = requireOrganization(rx.actor)
  const isIssuer = as === 'issuer'
  const [row] = await rx.tx
    .select()
    .from(invoice)
    .where(
      and(
        eq(isIssuer ? invoice.issuerId : invoice.recipientId, organizationId),
        eq(invoice.isRed, false),
        isIssuer ? inArray(invoice.state, ['issued', 'partly_corrected', 'corrected']) : undefined,
      ),
    )
    .orderBy(desc(invoice.id))
    .limit(1)
  if (!row) return undefined
  const [party, bytes, side] = isIssuer
    ? ([row.seller, row.sealedSellerAccount, 'seller'] as const)
    : ([row.buyer, row.sealedBuyerAccount, 'buyer'] as const)
  return {
    ...party,
    kind: row.kind,
    bankAccount: bytes && openNumber(rx, accountPlace(row.id, side), bytes),
    taxCode: row.taxCode,
    taxPpm: row.taxPpm,
  }
}
