import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { type Found, type Glimpse, glimpsesOf, searchProducts } from '../../modules/catalog/index.ts'
import { organizationMachine } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Copyable, Empty, Facts, Name, Pager } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { ProductCard } from './cards.tsx'
import { RecordFacts } from './offer.tsx'
import { Data, Part } from './parts.tsx'
import { type VendorRecord, vendorRecord } from './record.ts'
import { placeWords } from './words.ts'

interface Shown {
  readonly record: VendorRecord
  readonly found: Found
  readonly glimpses: ReadonlyMap<string, Glimpse>
  readonly rules: RulePack
}

function Who({ record: { vendor } }: { record: VendorRecord }) {
  const t = useWords()
  return (
    <Facts
      of={[
        [t(text('统一社会信用代码', 'Unified social credit code')), <Copyable key="uscc">{vendor.uscc}</Copyable>],
        [t(text('所在地', 'Seat')), <Data key="seat">{t(placeWords(vendor.division))}</Data>],
        [t(text('地址', 'Address')), <Data key="address">{vendor.address}</Data>],
        [
          t(text('签名公钥指纹', 'Fingerprint of its signing key')),
          <code key="key" title={vendor.keyFingerprint}>
            {vendor.keyFingerprint.slice(0, 32)}…
          </code>,
        ],
      ]}
    />
  )
}

function Vendor({ record, found, glimpses, rules }: Shown) {
  const t = useWords()
  const { vendor } = record
  const { actor } = useReader()
  const isVerified = vendor.state === 'verified'
  return (
    <>
      <div class="page-head">
        <div>
          <nav class="trail" aria-label={t(text('位置', 'You are here'))}>
            <a href="/products">{t(text('数据产品', 'Data products'))}</a>
          </nav>
          <h1>
            <Name zh={vendor.nameZh} en={vendor.nameEn} />
          </h1>
          <p class="row-gap mt-1 mb-0">
            <Badge tone={isVerified ? 'good' : 'warn'}>
              {t(organizationMachine.states[vendor.state as keyof typeof organizationMachine.states])}
            </Badge>
            {actor.organizationId === vendor.id && (
              <a href="/vendor">{t(text('这是您的机构：进入供方工作台', 'This is your organisation: to your desk'))}</a>
            )}
          </p>
        </div>
      </div>
      <div class="columns">
        <section class="card card-body" aria-labelledby="record-title">
          <h2 class="card-title mb-2" id="record-title">
            {t(text('交易记录', 'Its record'))}
          </h2>
          <RecordFacts of={record} />
          <p class="form-hint mb-0">
            {t(
              text(
                '全部由交易服务机构的记录计算；中位时长取最近 200 次交付。',
                'All counted from the exchange’s rows; the median is of the newest 200 deliveries.',
              ),
            )}
          </p>
        </section>
        <section class="card card-body" aria-labelledby="who-title">
          <h2 class="card-title mb-2" id="who-title">
            {t(text('机构信息', 'Who it is'))}
          </h2>
          <Who record={record} />
        </section>
      </div>
      <Part id="products" title={t(text(`在挂产品（${record.listed}）`, `Products listed (${record.listed})`))}>
        {found.hits.length === 0 ? (
          <Empty title={t(text('目前没有在挂的产品', 'Nothing is listed at present'))} icon="database-off">
            <a href="/products">{t(text('浏览其他数据产品', 'Browse other data products'))}</a>
          </Empty>
        ) : (
          <>
            <div class="columns hits">
              {found.hits.map(hit => (
                <ProductCard
                  key={hit.product_id}
                  hit={hit}
                  glimpse={glimpses.get(hit.listing_id)}
                  rules={rules}
                  level={3}
                />
              ))}
            </div>
            <Pager next={found.next} />
            <p>
              <a href={`/products?vendor=${vendor.id}`}>
                {t(text('在该供方的产品中检索', 'Search the products of this vendor'))}
              </a>
            </p>
          </>
        )}
      </Part>
    </>
  )
}

export const vendorRoutes: Route[] = [
  page({
    at: 'GET /vendors/:id',
    operation: 'showVendor',
    permission: 'vendor.read',
    summary: text('供方', 'A vendor'),
    params: { id: Id },
    query: { after: PageQuery.after },
    run: async (rx, { params, query }) => {
      const [record, found] = await Promise.all([
        vendorRecord(rx, params.id),
        searchProducts(rx, { vendor: params.id, limit: 12, after: query.after, facets: false }),
      ])
      const glimpses = await glimpsesOf(
        rx,
        found.hits.map(hit => hit.listing_id),
      )
      const { nameZh, nameEn } = record.vendor
      return {
        title: text(nameZh, nameEn ?? nameZh),
        hasOwnHeading: true,
        body: <Vendor record={record} found={found} glimpses={glimpses} rules={rulesAt(rx.now)} />,
      }
    },
  }),
]
