import { text } from '../../kernel/text.ts'
import { spec } from './kindspec.ts'

const receiving = 'connected-account.register'
/** What is told of payment through a provider. */
export const onlineMoney = {
  'connected-account.onboarding': spec('action', receiving, () =>
    text(
      '支付通道收款账户已确认，请完善资料',
      'Your account with the payment provider is confirmed; give it your details',
    ),
  ),
  'connected-account.ready': spec('news', receiving, () =>
    text('支付通道收款账户可以收款', 'Your account with the payment provider is ready to be paid to'),
  ),
  'connected-account.restricted': spec('action', receiving, () =>
    text(
      '支付通道收款账户需要补充资料，其间以银行付款',
      'The payment provider asks for more details; until then you are paid by bank',
    ),
  ),
  'connected-account.refused': spec('news', receiving, () =>
    text('支付通道收款账户未通过', 'Your account with the payment provider was refused'),
  ),
  'chargeback.to-answer': spec('action', 'chargeback.answer', ({ number }) =>
    text(`订单 ${number} 被付款人拒付，请举证`, `The payer charges order ${number} back; answer with evidence`),
  ),
  'chargeback.opened': spec('news', 'earnings.read', ({ number }) =>
    text(
      `订单 ${number} 被付款人拒付，款项冻结至裁决`,
      `The payer charges order ${number} back; its money is held until that is decided`,
    ),
  ),
  'chargeback.to-mediate': spec('action', 'order.mediate', ({ number }) =>
    text(
      `订单 ${number} 的拒付已胜诉，请结束争议`,
      `The chargeback of order ${number} was won; end the dispute of the order`,
    ),
  ),
  'chargeback.won': spec('news', 'earnings.read', ({ number }) =>
    text(`订单 ${number} 的拒付已胜诉`, `The chargeback of order ${number} was won`),
  ),
  'chargeback.lost': spec('news', 'earnings.read', ({ number }) =>
    text(
      `订单 ${number} 的拒付败诉，款项已退付款人`,
      `The chargeback of order ${number} was lost; the payer has the money back`,
    ),
  ),
  'gateway.parked': spec('action', 'intent.resume', () =>
    text('支付通道有指令或通知停发，待处理', 'Something for the payment provider, or from it, is parked; see to it'),
  ),
}
