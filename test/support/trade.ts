import { type Cast, password, type TestExchange } from './exchange.ts'
import { listedProduct } from './offering.ts'

export interface Parties {
  readonly vendor: Cast
  readonly buyer: Cast
}

export interface TradeOptions {
  readonly amountFen?: number
  /** what differs in the product's content */
  readonly content?: Record<string, unknown>
  /** a product that is listed already, with its price; instead of one made for this trade */
  readonly productId?: string
}

export const scenario = '结合空气质量数据安排大棚通风，成果仅供本公司农技人员使用'

async function productOf(x: TestExchange, vendor: Cast, options: TradeOptions): Promise<string> {
  if (options.productId) return options.productId
  const amountFen = options.amountFen ?? 1_250_000
  const plan = amountFen === 0 ? { kind: 'free' as const } : { kind: 'one-off' as const, amountFen }
  return (await listedProduct(x, vendor, { plan, ...(options.content && { content: options.content }) })).id
}

/** A contract that both sides have signed, over a product listed for it; answers the contract. */
export async function signedContract(x: TestExchange, { vendor, buyer }: Parties, options: TradeOptions = {}) {
  const productId = await productOf(x, vendor, options)
  const { id } = await x.ok('POST /contracts', {
    as: buyer.maker,
    body: { productId, purpose: '内部分析', scenario },
  })
  await x.ok(`POST /contracts/${id}/agree`, { as: vendor.maker })
  await x.ok(`POST /contracts/${id}/sign`, { as: vendor.checker, body: { password } })
  return x.ok(`POST /contracts/${id}/sign`, { as: buyer.checker, body: { password } })
}
