import { text } from '../../kernel/text.ts'
import { spec } from './kindspec.ts'

const asking = 'invoice.request invoice.request-fee'
const closing = 'period.close period.reopen'
/** What is told of invoices and of the closing of months. */
export const bookKinds = {
  'invoice.to-issue': spec('action', 'invoice.issue', ({ number }) =>
    text(`订单 ${number} 有开票申请，请开具`, `An invoice is asked for of order ${number}; issue it`),
  ),
  'invoice.to-correct': spec('action', 'invoice.issue', ({ number }) =>
    text(`订单 ${number} 已退款，请开具红字发票`, `Money of order ${number} went back; issue the red letter`),
  ),
  'invoice.issued': spec('news', asking, ({ number }) =>
    text(`订单 ${number} 的发票已开具`, `The invoice of order ${number} was issued`),
  ),
  'invoice.declined': spec('action', asking, ({ number }) =>
    text(
      `订单 ${number} 的开票申请被退回，请更正后重新申请`,
      `The request for the invoice of order ${number} was sent back; correct it and ask again`,
    ),
  ),
  'period.to-close': spec('action', closing, ({ number }) =>
    text(`${number} 已提请结账，请复核`, `${number} is proposed for closing; check it`),
  ),
  'period.closed': spec('news', closing, ({ number }) => text(`${number} 已结账`, `${number} is closed`)),
  'period.to-reopen': spec('action', closing, ({ number }) =>
    text(`${number} 已提请反结账，请复核`, `${number} is proposed for reopening; check it`),
  ),
  'period.reopened': spec('news', closing, ({ number }) => text(`${number} 已反结账`, `${number} was opened again`)),
}
