import { text } from '../../kernel/text.ts'
import { spec } from './kindspec.ts'

/** The row of what is watched, with the button that ends it. */
const watched = (id: string) => `/buyer/saved#product-${id}`
const kept = (id: string) => `/buyer/saved#search-${id}`

/** What people are told who watch a product or keep a search, for themselves. */
export const watches = {
  'product.new-version': spec(
    'news',
    'product.watch',
    ({ product }) =>
      text(`您关注的《${product.zh}》发布了新版本`, `A new version of “${product.en}”, which you watch, is listed`),
    watched,
  ),
  'product.price-changed': spec(
    'news',
    'product.watch',
    ({ product }) =>
      text(`您关注的《${product.zh}》价格有变化`, `The price of “${product.en}”, which you watch, has changed`),
    watched,
  ),
  'product.suspended': spec(
    'news',
    'product.watch',
    ({ product }) =>
      text(`您关注的《${product.zh}》已停牌，暂不能购买`, `“${product.en}”, which you watch, is suspended from sale`),
    watched,
  ),
  'product.resumed': spec(
    'news',
    'product.watch',
    ({ product }) =>
      text(`您关注的《${product.zh}》已恢复挂牌`, `“${product.en}”, which you watch, can be bought again`),
    watched,
  ),
  'product.ended': spec(
    'news',
    'product.watch',
    ({ product }) =>
      text(`您关注的《${product.zh}》已停止挂牌`, `“${product.en}”, which you watch, is no longer listed`),
    watched,
  ),
  'search.matched': spec(
    'news',
    'saved-search.list',
    ({ number, product }) =>
      text(
        `您保存的检索“${product.zh}”有 ${number} 个新挂牌的产品`,
        `Your saved search “${product.en}” finds ${number} newly listed ${number === '1' ? 'product' : 'products'}`,
      ),
    kept,
  ),
} as const
