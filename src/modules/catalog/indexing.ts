import { eq } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { cityOf, provinceOf } from '../../kernel/division.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { documentTokens, documentWords, titleKey } from '../../kernel/words.ts'
import { organizationOf } from '../identity/index.ts'
import type { Plan } from './model.ts'
import { dataProduct, type ListingRow, listedProduct, type VersionRow } from './schema.ts'

/** The words of a code in both languages, so that a product is found by the name of its industry too. */
function wordsOf(cx: Cx, list: 'industries' | 'themes' | 'productTypes', code: string | null): string[] {
  const name = rulesAt(cx.now).lists[list].items.find(item => item.code === code)?.name
  return name ? [name.zh, name.en] : []
}

/** Where buyers look for it: the city, or the province for products of vendors outside its cities. */
const regionOf = (division: string): string => (cityOf(division) ?? provinceOf(division))?.code ?? division

/** Makes a listed product findable. The version is the submitted one, so nothing that a list shows is missing. */
export async function enterIndex(cx: Cx, row: ListingRow, version: VersionRow, plan: Plan): Promise<void> {
  const [product] = await cx.tx.select().from(dataProduct).where(eq(dataProduct.id, row.productId))
  const vendor = await organizationOf(cx, row.vendorId)
  const titles = [version.nameZh, version.nameEn ?? '', ...version.keywords, product!.number]
  const texts = [
    version.abstract ?? '',
    vendor.nameZh,
    vendor.nameEn ?? '',
    ...wordsOf(cx, 'industries', version.industry),
    ...wordsOf(cx, 'themes', version.theme),
    ...wordsOf(cx, 'productTypes', version.type),
  ]
  const facts = version.facts!
  await cx.sql`
    insert into catalog.listed_product (product_id, listing_id, version_no, number, name_zh, name_en, abstract,
      vendor_id, vendor_zh, vendor_en, type, industry, theme, division, format, grade, update_frequency,
      price_kind, amount_fen, price_period, rows, bytes, listed_at, title_key, words, document)
    values (${row.productId}, ${row.id}, ${version.versionNo}, ${product!.number}, ${version.nameZh}, ${version.nameEn},
      ${version.abstract}, ${vendor.id}, ${vendor.nameZh}, ${vendor.nameEn}, ${version.type}, ${version.industry},
      ${version.theme}, ${regionOf(row.division)}, ${facts.format}, ${version.grade}, ${version.updateFrequency},
      ${plan.kind}, ${plan.amountFen.toString()}, ${plan.period ?? null}, ${facts.rows}, ${facts.bytes}, ${row.listedAt!.toISOString()},
      ${titleKey(version.nameZh)}, ${documentWords(titles, texts)}, array_to_tsvector(${documentTokens(titles, texts)}::text[]))`
}

/** Takes a product out of lists and searches. */
export const leaveIndex = (cx: Cx, productId: string) =>
  cx.tx.delete(listedProduct).where(eq(listedProduct.productId, productId))

/** Shows the new price where the product is listed, and tells of it; elsewhere there is nothing to change. */
export async function repriceIndex(cx: Cx, productId: string, before: Plan | undefined, plan: Plan): Promise<void> {
  const [listed] = await cx.tx
    .update(listedProduct)
    .set({ priceKind: plan.kind, amountFen: plan.amountFen, pricePeriod: plan.period ?? null })
    .where(eq(listedProduct.productId, productId))
    .returning({ productId: listedProduct.productId })
  if (!listed || !before || before.amountFen === plan.amountFen) return
  const [fromFen, toFen] = [before.amountFen.toString(), plan.amountFen.toString()]
  cx.emit('catalog.price-changed', { productId, fromFen, toFen })
}
