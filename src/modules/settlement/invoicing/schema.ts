import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { bytea, fen, instant } from '../../../kernel/schema.ts'
import { organization, person } from '../../identity/schema.ts'
import { order } from '../../orders/schema.ts'
import { settlement } from '../schema.ts'
import type { InvoiceKind, InvoiceState, InvoiceSubject } from './model.ts'

/** A party as an invoice names it; its account number is sealed beside. */
export interface InvoiceParty {
  readonly name: string
  /** unified social credit code, which is the tax code */
  readonly uscc: string
  readonly address: string | null
  readonly phone: string | null
  readonly bankName: string | null
}

/** An invoice, or the red letter (红字发票) that corrects one. */
export const invoice = settlement.table(
  'invoice',
  {
    id: uuid().primaryKey(),
    orderId: uuid()
      .notNull()
      .references(() => order.id),
    subject: text().$type<InvoiceSubject>().notNull(),
    /** of a red letter: the invoice that it corrects; its amounts count against that one */
    corrects: uuid().references((): AnyPgColumn => invoice.id),
    isRed: boolean().notNull(),
    kind: text().$type<InvoiceKind>().notNull(),
    state: text().$type<InvoiceState>().notNull(),
    issuerId: uuid()
      .notNull()
      .references(() => organization.id),
    recipientId: uuid()
      .notNull()
      .references(() => organization.id),
    seller: jsonb().$type<InvoiceParty>().notNull(),
    buyer: jsonb().$type<InvoiceParty>().notNull(),
    sealedSellerAccount: bytea(),
    sealedBuyerAccount: bytea(),
    item: text().notNull(),
    remark: text().notNull(),
    /** with tax (价税合计) */
    amountFen: fen().notNull(),
    /** 税收分类编码 */
    taxCode: text(),
    taxPpm: integer(),
    netFen: fen(),
    taxFen: fen(),
    invoiceNumber: text().unique('invoice_number_unique'),
    issuedOn: date({ mode: 'string' }),
    /** what red letters took back of it */
    correctedFen: fen().notNull().default(sql`0`),
    /** of a decline, or why a red letter is asked for */
    reason: text(),
    requestedBy: uuid().references(() => person.id),
    issuedBy: uuid().references(() => person.id),
    createdAt: instant().notNull(),
    changedAt: instant().notNull(),
  },
  t => [
    check('invoice_subject_known', sql`${t.subject} in ('sale', 'fee') and ${t.kind} in ('ordinary', 'special')`),
    check(
      'invoice_state_known',
      sql`${t.state} in ('requested', 'issued', 'declined', 'withdrawn', 'partly_corrected', 'corrected')`,
    ),
    check('invoice_red_corrects', sql`${t.isRed} = (${t.corrects} is not null)`),
    check('invoice_amounts', sql`${t.amountFen} > 0 and ${t.correctedFen} between 0 and ${t.amountFen}`),
    check(
      'invoice_issued_is_whole',
      sql`${t.state} not in ('issued', 'partly_corrected', 'corrected') or (${t.invoiceNumber} is not null
        and ${t.issuedOn} is not null and ${t.taxCode} is not null and ${t.taxPpm} is not null
        and ${t.issuedBy} is not null and ${t.netFen} + ${t.taxFen} = ${t.amountFen})`,
    ),
    check('invoice_tax_range', sql`${t.taxPpm} is null or ${t.taxPpm} between 0 and 1000000`),
    check('invoice_number_form', sql`${t.invoiceNumber} is null or ${t.invoiceNumber} ~ '^[0-9]{8,20}$'`),
    check('invoice_two_parties', sql`${t.issuerId} <> ${t.recipientId}`),
    uniqueIndex('invoice_one_of_order')
      .on(t.orderId, t.subject)
      .where(sql`not is_red and state in ('requested', 'issued', 'partly_corrected')`),
    index('invoice_order').on(t.orderId, t.id),
    index('invoice_issuer').on(t.issuerId, t.state, t.id),
    index('invoice_recipient').on(t.recipientId, t.id),
    index('invoice_corrects').on(t.corrects),
  ],
)

export type Invoicing = typeof invoice.$inferSelect
