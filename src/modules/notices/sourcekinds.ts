import { text } from '../../kernel/text.ts'
import { spec } from './kindspec.ts'

const own = 'source.propose source.withdraw'

/** What is told of authoritative sources; `product` is the data element, `number` the proposal. */
export const sources = {
  'source.proposed': spec('action', 'source.dispute', ({ other, product }) =>
    text(
      `“${other.zh}”申报为“${product.zh}”的权威来源，贵机构可在异议期内提出异议`,
      `${other.en} proposes to be the authoritative source of ${product.en}; you may object in time`,
    ),
  ),
  'source.disputed': spec('action', 'source.answer', ({ other, product }) =>
    text(
      `“${other.zh}”对贵机构申报“${product.zh}”权威来源提出异议，请答复`,
      `${other.en} objects to your proposal for ${product.en}; answer`,
    ),
  ),
  'source.answered': spec('news', 'source.dispute', ({ other, product }) =>
    text(
      `“${other.zh}”已答复贵机构关于“${product.zh}”权威来源的异议`,
      `${other.en} has answered your objection about ${product.en}`,
    ),
  ),
  'source.to-decide': spec('action', 'source.decide', ({ other, product }) =>
    text(
      `“${other.zh}”申报“${product.zh}”的权威来源，待认定`,
      `Decide whether ${other.en} is the authoritative source of ${product.en}`,
    ),
  ),
  'source.overdue': spec('action', 'source.decide', ({ product, number }) =>
    text(
      `“${product.zh}”权威来源申报（${number}）的认定已逾期`,
      `The decision on the source of ${product.en} (${number}) is overdue`,
    ),
  ),
  'source.adopted': spec('news', own, ({ other, product }) =>
    text(
      `“${other.zh}”已认定为“${product.zh}”的权威来源`,
      `${other.en} is now the authoritative source of ${product.en}`,
    ),
  ),
  'source.refused': spec('news', own, ({ other, product }) =>
    text(
      `“${other.zh}”申报“${product.zh}”的权威来源，不予认定`,
      `The proposal of ${other.en} for ${product.en} was refused`,
    ),
  ),
  'source.replaced': spec('news', own, ({ product, number }) =>
    text(`贵机构“${product.zh}”的权威来源（${number}）已更替`, `Your source of ${product.en} (${number}) was replaced`),
  ),
  'source.vacant': spec('action', 'source.propose source.decide', ({ other, product }) =>
    text(
      `“${product.zh}”的权威来源空缺（原来源：“${other.zh}”）`,
      `The authoritative source of ${product.en} is vacant; it was ${other.en}`,
    ),
  ),
  'source.lapsed': spec('news', own, ({ product, number }) =>
    text(
      `“${product.zh}”的权威来源申报（${number}）因目录不再发布而终止`,
      `The proposal for ${product.en} (${number}) lapsed: its entry is not published any more`,
    ),
  ),
}
