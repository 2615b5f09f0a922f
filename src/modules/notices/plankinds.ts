import { text } from '../../kernel/text.ts'
import { spec } from './kindspec.ts'

/** Those of a buyer who decide about a subscription and pay it. */
const deciding = 'subscription.cancel settlement.list'
const selling = 'order.redeliver earnings.read'

/** What is told of subscriptions and trials. */
export const plans = {
  'subscription.renewing': spec('action', deciding, ({ product }) =>
    text(
      `《${product.zh}》的订阅即将自动续订，续订前可以取消`,
      `Your subscription of “${product.en}” is about to be renewed; you may cancel before`,
    ),
  ),
  'subscription.cancelled': spec('news', selling, ({ product, other }) =>
    text(
      `“${other.zh}”取消了《${product.zh}》的续订，当期届满终止`,
      `${other.en} cancelled its subscription of “${product.en}”; it ends with this period`,
    ),
  ),
  'subscription.kept': spec('news', selling, ({ product, other }) =>
    text(`“${other.zh}”恢复了《${product.zh}》的续订`, `${other.en} keeps its subscription of “${product.en}”`),
  ),
  'subscription.ended': spec('news', `${deciding} ${selling}`, ({ product }) =>
    text(`《${product.zh}》的订阅已终止`, `The subscription of “${product.en}” has ended`),
  ),
  'trial.ended': spec('news', deciding, ({ product }) =>
    text(
      `《${product.zh}》的试用已结束，可以按付费方案购买`,
      `Your trial of “${product.en}” has ended; you can buy it under another plan`,
    ),
  ),
}
