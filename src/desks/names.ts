import type { Rx } from '../kernel/command.ts'
import { type Text, text } from '../kernel/text.ts'
import { productNames } from '../modules/catalog/index.ts'
import { contractsOf } from '../modules/contracts/index.ts'
import { organizationsOf } from '../modules/identity/index.ts'
import type { Named, Names } from '../web/context.ts'

/**
 * What the parties and products of trades are called today, in both languages: by the id of a party, of a product, and of
 * a contract (the name of its product). Papers keep the names they were signed with; a page shows these beside them.
 */
export async function tradeNames(rx: Rx, contractIds: readonly string[]): Promise<Names> {
  const contracts = [...(await contractsOf(rx, [...new Set(contractIds)])).values()]
  const products = await productNames(rx, [...new Set(contracts.map(each => each.productId))])
  const parties = [...new Set(contracts.flatMap(each => [each.vendorId, each.buyerId]))]
  const organizations = await organizationsOf(rx, parties)
  return new Map<string, Named>([
    ...organizations,
    ...products,
    ...contracts.flatMap(({ id, productId }) => {
      const product = products.get(productId)
      return product ? [[id, product] as const] : []
    }),
  ])
}

/** A name for a heading: the Chinese one, and the English one where there is one. */
export const nameOf = (names: Names, id: string, zh: string): Text => text(zh, names.get(id)?.nameEn ?? zh)
