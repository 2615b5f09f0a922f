import { type TSchema, Type } from 'typebox'
import { PageQuery } from '../../kernel/page.ts'
import { closed, Fen, Id, Instant, nullable } from '../../kernel/wire.ts'
import { type PlanKind, planKinds } from './model.ts'
import { facetNames } from './plan.ts'
import { type Found, type Hit, sorts } from './search.ts'

/** Several values of one facet: `theme=a&theme=b` in an address. Any of them will do. */
const several = <S extends TSchema>(one: S) => Type.Optional(Type.Array(one, { maxItems: 30 }))
const codes = several(Type.String({ minLength: 1, maxLength: 40 }))

/** The facets of a search, as addresses, the API and kept searches give them. */
export const facetShapes = {
  industry: codes,
  theme: codes,
  type: codes,
  priceKind: several(Type.Unsafe<PlanKind>(Type.String({ enum: [...planKinds] }))),
  division: several(Type.String({ pattern: '^[0-9]{6}$' })),
  format: codes,
}

export const SearchQuery = closed({
  ...PageQuery,
  q: Type.Optional(
    Type.String({ maxLength: 100, description: '任意两个汉字，或英文词 · any two Chinese characters, or words' }),
  ),
  sort: Type.Optional(Type.Union(sorts.map(sort => Type.Literal(sort)))),
  ...facetShapes,
  vendor: Type.Optional(Id),
  facets: Type.Optional(Type.Boolean()),
})

const FacetShape = Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() }))
export const HitShape = Type.Object({
  id: Id,
  listingId: Id,
  versionNo: Type.Integer(),
  number: Type.String(),
  nameZh: Type.String(),
  nameEn: nullable(Type.String()),
  abstract: Type.String(),
  vendor: Type.Object({ id: Id, nameZh: Type.String(), nameEn: nullable(Type.String()) }),
  type: Type.String(),
  industry: Type.String(),
  theme: Type.String(),
  division: Type.String(),
  format: Type.String(),
  grade: Type.String(),
  updateFrequency: Type.String(),
  priceKind: Type.String(),
  amountFen: Fen,
  pricePeriod: nullable(Type.String()),
  rows: Type.Integer(),
  bytes: Type.Integer(),
  listedAt: Instant,
})
export const SearchShape = Type.Object({
  items: Type.Array(HitShape),
  next: nullable(Type.String()),
  total: nullable(Type.Integer({ description: 'null where no facets were asked for' })),
  isTotalExact: Type.Boolean({ description: 'false: there are at least so many' }),
  facets: nullable(Type.Object(Object.fromEntries(facetNames.map(name => [name, FacetShape])))),
})

const abstractLength = 200

// cut between characters; most need no cutting, and taking them apart was the dearest part of a page
const shortened = (value: string): string =>
  value.length <= abstractLength ? value : [...value].slice(0, abstractLength).join('')

const toHit = (hit: Hit) => ({
  id: hit.product_id,
  listingId: hit.listing_id,
  versionNo: hit.version_no,
  number: hit.number,
  nameZh: hit.name_zh,
  nameEn: hit.name_en,
  abstract: shortened(hit.abstract),
  vendor: { id: hit.vendor_id, nameZh: hit.vendor_zh, nameEn: hit.vendor_en },
  type: hit.type,
  industry: hit.industry,
  theme: hit.theme,
  division: hit.division,
  format: hit.format,
  grade: hit.grade,
  updateFrequency: hit.update_frequency,
  priceKind: hit.price_kind,
  amountFen: Number(hit.amount_fen),
  pricePeriod: hit.price_period,
  rows: Number(hit.rows),
  bytes: Number(hit.bytes),
  listedAt: new Date(hit.listed_at).toISOString(),
})

/** A page of search results. */
export const toSearch = ({ hits, next, counts }: Found) => ({
  items: hits.map(toHit),
  next,
  total: counts?.total ?? null,
  isTotalExact: counts?.isExact ?? false,
  facets: counts
    ? Object.fromEntries(facetNames.map(name => [name, counts.facets[name].map(one => ({ ...one }))]))
    : null,
})
