import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { dataProduct, productVersion } from './schema.ts'

/** A version of a product that another module's row names: the product's number, and which version of it. */
export interface Traded {
  readonly number: SQLWrapper
  readonly versionNo: SQLWrapper
}

const versionOf = ({ number, versionNo }: Traded): SQL =>
  sql`${productVersion} join ${dataProduct} on ${dataProduct.id} = ${productVersion.productId}
    where ${dataProduct.number} = ${number} and ${productVersion.versionNo} = ${versionNo}`

/** The industry (GB/T 4754 section) of what a row of another module trades, as a part of its query; null for none. */
export const tradedIndustry = (traded: Traded): SQL =>
  sql`(select ${productVersion.industry} from ${versionOf(traded)})`

/**
 * Whether a purpose is not among those that the traded version allows, or the scenario names one that it prohibits:
 * a condition on rows of another module.
 */
export const isOutsidePurposes = (traded: Traded, purpose: SQLWrapper, scenario: SQLWrapper): SQL =>
  sql`exists (select 1 from ${versionOf(traded)}
    and (not (${purpose} = any(${productVersion.purposesAllowed}))
      or exists (select 1 from unnest(${productVersion.purposesProhibited}) as prohibited (use)
        where strpos(${scenario}, prohibited.use) > 0)))`

/** What the traded version allows and prohibits: as one JSON value in a query of another module; null for none. */
export const tradedPurposes = (traded: Traded): SQL =>
  sql`(select json_build_object('allowed', ${productVersion.purposesAllowed},
      'prohibited', ${productVersion.purposesProhibited}) from ${versionOf(traded)})`
