import { glance, type Route, read, write } from '../../kernel/http/route.ts'
import { ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { priceProduct, unpriceProduct } from './pricing.ts'
import { publicProduct } from './queries.ts'
import { searchProducts } from './search.ts'
import { SearchQuery, SearchShape, toSearch } from './searchwire.ts'
import { createProduct, draftOf, precheckProduct, reviseProduct, updateProduct } from './service.ts'
import {
  CreateBody,
  DraftShape,
  PrecheckShape,
  PriceBody,
  ProductShape,
  ReviseQuery,
  toDraft,
  toPrecheck,
  toProduct,
  UnpriceBody,
  UpdateBody,
} from './wire.ts'

const tag = 'products'

const publicRoutes = [
  glance({
    at: 'GET /products',
    operation: 'searchProducts',
    permission: 'product.search',
    tag,
    summary: text('检索数据产品', 'Search data products'),
    query: SearchQuery,
    reply: SearchShape,
    run: async (gx, { query }) => toSearch(await searchProducts(gx, query)),
  }),
  glance({
    at: 'GET /products/:id',
    operation: 'readProduct',
    permission: 'product.read',
    tag,
    summary: text('数据产品', 'A data product'),
    params: IdParams,
    reply: ProductShape,
    run: async (gx, { params }) => {
      const found = await publicProduct(gx, params.id)
      // what a vendor leaves open is said by the rules of the day
      return toProduct(
        found,
        found.version.isSilenceAcceptance ?? rulesAt(await gx.now()).acceptance.isSilenceAcceptance,
      )
    },
  }),
]

const vendorRoutes = [
  write({
    at: 'POST /products',
    operation: 'createProduct',
    permission: 'product.create',
    tag,
    summary: text('新建数据产品', 'Create a data product'),
    body: CreateBody,
    reply: DraftShape,
    status: 201,
    run: async (cx, { body }) => toDraft(await createProduct(cx, body)),
  }),
  read({
    at: 'GET /products/:id/draft',
    operation: 'readProductDraft',
    permission: 'product.read-draft',
    tag,
    summary: text('在办的产品版本', 'The version of a product in hand'),
    params: IdParams,
    reply: DraftShape,
    run: async (rx, { params }) => toDraft(await draftOf(rx, params.id)),
  }),
  write({
    at: 'PATCH /products/:id',
    operation: 'updateProduct',
    permission: 'product.update',
    tag,
    summary: text('修改产品草稿', 'Change the draft of a product'),
    params: IdParams,
    body: UpdateBody,
    reply: DraftShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toDraft(await updateProduct(cx, params.id, body)),
  }),
  write({
    at: 'POST /products/:id/revise',
    operation: 'reviseProduct',
    permission: 'product.revise',
    tag,
    summary: text('新建产品版本', 'Begin the next version of a product'),
    params: IdParams,
    query: ReviseQuery,
    reply: DraftShape,
    status: 201,
    run: async (cx, { params, query }) => toDraft(await reviseProduct(cx, params.id, query)),
  }),
  write({
    at: 'POST /products/:id/price',
    operation: 'priceProduct',
    permission: 'product.price',
    tag,
    summary: text('设置价格方案', 'Set a price plan'),
    params: IdParams,
    body: PriceBody,
    reply: DraftShape,
    run: async (cx, { params, body }) => toDraft(await priceProduct(cx, params.id, body)),
  }),
  write({
    at: 'POST /products/:id/unprice',
    operation: 'unpriceProduct',
    permission: 'product.unprice',
    tag,
    summary: text('取消价格方案', 'Take a price plan away'),
    params: IdParams,
    body: UnpriceBody,
    reply: DraftShape,
    problems: [ruleViolated],
    run: async (cx, { params, body }) => toDraft(await unpriceProduct(cx, params.id, body.code)),
  }),
  read({
    at: 'POST /products/:id/precheck',
    operation: 'precheckProduct',
    permission: 'product.precheck',
    tag,
    summary: text('挂牌预检', 'Pre-check before submission'),
    params: IdParams,
    reply: PrecheckShape,
    run: async (rx, { params }) => toPrecheck(await precheckProduct(rx, params.id)),
  }),
]

export const productRoutes: Route[] = [...publicRoutes, ...vendorRoutes]
