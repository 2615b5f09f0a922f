import { Type } from 'typebox'
import { closed, Fen, fenToWire, Id, Instant, nullable, pageOf } from '../../../kernel/wire.ts'
import type { Invoicing } from './schema.ts'

const details = {
  address: Type.Optional(Type.String({ minLength: 2, maxLength: 200 })),
  phone: Type.Optional(Type.String({ minLength: 5, maxLength: 30, examples: ['0351-7654321'] })),
  bankName: Type.Optional(Type.String({ minLength: 2, maxLength: 100 })),
  bankAccount: Type.Optional(Type.String({ minLength: 8, maxLength: 40, examples: ['1400012345678901'] })),
}
export const RequestBody = closed({
  kind: Type.Union([Type.Literal('ordinary'), Type.Literal('special')], { description: 'ordinary 普票, special 专票' }),
  ...details,
})
export const IssueBody = closed({
  invoiceNumber: Type.String({
    minLength: 1,
    maxLength: 30,
    description: '发票号码',
    examples: ['26142000000012345678'],
  }),
  issuedOn: Type.String({ format: 'date', examples: ['2026-03-05'] }),
  taxCode: Type.Optional(Type.String({ minLength: 1, maxLength: 30, examples: ['3040201990000000000'] })),
  taxRate: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: 'share of the net amount', examples: [0.06] }),
  ),
  ...details,
})
const Party = Type.Object({
  name: Type.String(),
  uscc: Type.String(),
  address: nullable(Type.String()),
  phone: nullable(Type.String()),
  bankName: nullable(Type.String()),
})
export const InvoicingShape = Type.Object({
  id: Id,
  orderId: Id,
  subject: Type.String(),
  isRed: Type.Boolean(),
  corrects: nullable(Id),
  kind: Type.String(),
  state: Type.String(),
  seller: Party,
  buyer: Party,
  item: Type.String(),
  remark: Type.String(),
  amountFen: Fen,
  netFen: nullable(Fen),
  taxFen: nullable(Fen),
  taxCode: nullable(Type.String()),
  taxPpm: nullable(Type.Integer()),
  invoiceNumber: nullable(Type.String()),
  issuedOn: nullable(Type.String()),
  correctedFen: Fen,
  reason: nullable(Type.String()),
  createdAt: Instant,
})
export const InvoicingPage = pageOf(InvoicingShape)
export const InvoicingList = Type.Object({ items: Type.Array(InvoicingShape) })

const amount = (fen: bigint | null) => (fen === null ? null : fenToWire(fen))

export const toInvoicing = (row: Invoicing) => ({
  ...row,
  amountFen: fenToWire(row.amountFen),
  netFen: amount(row.netFen),
  taxFen: amount(row.taxFen),
  correctedFen: fenToWire(row.correctedFen),
  createdAt: row.createdAt.toISOString(),
})
