import { type Draft, type Hear, idIn, operatorId } from './draft.ts'
import { orderedOf } from './ordering.ts'
import type { Kind } from './words.ts'

const invoiceKinds: Readonly<Record<string, readonly [kind: Kind, to: 'issuerId' | 'recipientId']>> = {
  request: ['invoice.to-issue', 'issuerId'],
  red: ['invoice.to-correct', 'issuerId'],
  issue: ['invoice.issued', 'recipientId'],
  decline: ['invoice.declined', 'recipientId'],
}

/** The issuer is told what it has to issue, who asked what became of it. */
const invoiceMoved: Hear = async (cx, payload) => {
  const [kind, to] = invoiceKinds[String(payload.move)]!
  const { order } = await orderedOf(cx, idIn(payload, 'orderId'))
  const id = idIn(payload, 'invoiceId')
  const reason = payload.reason === null ? null : String(payload.reason)
  const params = { number: order.number, amountFen: Number(payload.amountFen), reason }
  return [{ kind, to: idIn(payload, to), subject: ['invoice', id], href: `/invoices/${id}`, params }]
}

const periodKinds: Readonly<Record<string, Kind>> = {
  propose: 'period.to-close',
  close: 'period.closed',
  'propose-reopening': 'period.to-reopen',
  reopen: 'period.reopened',
}

const periodMoved: Hear = async (cx, payload): Promise<Draft[]> => {
  const kind = periodKinds[String(payload.action)]
  if (!kind) return []
  const subject = ['ledger-period', idIn(payload, 'periodId')] as const
  const params = { number: String(payload.month) }
  return [{ kind, to: await operatorId(cx), subject, href: '/operator/books/periods', params }]
}

/** What invoices and the closing of months mean to people. */
export const bookkeeping: Readonly<Record<string, Hear>> = {
  'settlement.invoice-moved': invoiceMoved,
  'ledger.period-moved': periodMoved,
}
