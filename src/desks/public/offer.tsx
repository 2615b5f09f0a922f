import { type Text, text } from '../../kernel/text.ts'
import { isGratis } from '../../modules/catalog/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form } from '../../web/form.tsx'
import { Icon } from '../../web/icon.tsx'
import { Facts, Moment, Name } from '../../web/parts.tsx'
import type { Reader } from '../../web/reader.ts'
import { PlanPrice } from '../price.tsx'
import { Average } from './parts.tsx'
import type { VendorRecord } from './record.ts'
import type { ProductView } from './view.ts'
import { hoursWords } from './words.ts'

/** Whether the reader can buy, or why not and what to do about it. */
export type Door =
  | { readonly isOpen: true; readonly to: string; readonly words: Text; readonly note?: Text }
  | { readonly isOpen: false; readonly why: Text; readonly to?: string; readonly remedy?: Text }

const closed = (why: Text, to?: string, remedy?: Text): Door => ({
  isOpen: false,
  why,
  ...(to !== undefined && { to }),
  ...(remedy && { remedy }),
})

/** The way to a purchase for this reader. */
export function doorOf({ id, product }: ProductView, reader: Reader): Door {
  const buy = `/products/${id}/buy`
  if (product.listing.state === 'suspended')
    return closed(
      text('产品停牌中，暂不能购买。', 'The listing is suspended; it cannot be bought for now.'),
      '/products',
      text('看看其他产品', 'See other products'),
    )
  if (!product.isListed)
    return closed(
      text('产品已不再挂牌，不能购买。', 'The product is no longer listed and cannot be bought.'),
      '/products',
      text('看看其他产品', 'See other products'),
    )
  const { viewer, actor } = reader
  if (!viewer)
    return {
      isOpen: true,
      to: `/sign-in?next=${encodeURIComponent(buy)}`,
      words: text('登录并购买', 'Sign in and buy'),
      note: text('购买以机构名义进行，须先登录。', 'An organisation buys; sign in first.'),
    }
  if (actor.organizationId === product.vendor.id)
    return closed(
      text('这是本机构的产品。', 'This is a product of your own organisation.'),
      `/vendor/products/${id}`,
      text('管理该产品', 'Manage it'),
    )
  const isBuyerElsewhere = viewer.memberships.some(
    each => each.organizationId !== actor.organizationId && each.state === 'verified' && each.roles.includes('buyer'),
  )
  if (!actor.roles.includes('buyer')) {
    if (isBuyerElsewhere)
      return closed(
        text(
          '当前代表的机构不是需方。请在右上角切换到您的需方机构。',
          'The organisation you act for is no buyer; switch to your buyer organisation at the top right.',
        ),
      )
    return actor.organizationId
      ? closed(
          text('本机构还没有生效的需方身份。', 'Your organisation is not a verified buyer.'),
          '/organization',
          text('查看机构身份与核验进度', 'See its roles and verification'),
        )
      : closed(
          text('购买以机构名义进行，您还没有代表任何机构。', 'An organisation buys, and you act for none yet.'),
          '/organization/new',
          text('注册需方机构', 'Register a buyer'),
        )
  }
  if (!reader.can('contract.create'))
    return closed(
      text('发起购买需要“经办”职责。', 'Beginning a purchase takes the duty “maker”.'),
      '/organization/members',
      text('看看谁有此职责', 'See who holds it'),
    )
  return { isOpen: true, to: buy, words: text('购买', 'Buy') }
}

function BuyButton({ door }: { door: Door }) {
  const t = useWords()
  if (door.isOpen)
    return (
      <>
        <a class="btn btn-primary btn-lg w-100" href={door.to}>
          <Icon name="shopping-cart" /> {t(door.words)}
        </a>
        {door.note && <p class="form-hint">{t(door.note)}</p>}
      </>
    )
  return (
    <>
      <button type="button" class="btn btn-primary btn-lg w-100" disabled aria-describedby="buy-why">
        {t(text('购买', 'Buy'))}
      </button>
      <p class="form-hint" id="buy-why">
        {t(door.why)} {door.to && door.remedy && <a href={door.to}>{t(door.remedy)}</a>}
      </p>
    </>
  )
}

function Watch({ id, isWatched }: Pick<ProductView, 'id' | 'isWatched'>) {
  const t = useWords()
  const { viewer, url } = useReader()
  if (!viewer)
    return (
      <a class="btn w-100" href={`/sign-in?next=${encodeURIComponent(url)}`}>
        <Icon name="bookmark" /> {t(text('登录后关注', 'Sign in to watch'))}
      </a>
    )
  return (
    <Form to={`POST /products/${id}/${isWatched ? 'unwatch' : 'watch'}`} then={url}>
      <button type="submit" class="btn w-100">
        <Icon name={isWatched ? 'bookmark-off' : 'bookmark'} />{' '}
        {t(
          isWatched
            ? text('取消关注', 'Stop watching')
            : text('关注：新版本或调价时提示', 'Watch for new versions and prices'),
        )}
      </button>
    </Form>
  )
}

/** The prices, and the one thing to do. */
export function OfferCard({ view }: { view: ProductView }) {
  const t = useWords()
  const reader = useReader()
  return (
    <section class="card product-offer" aria-label={t(text('价格与购买', 'Price and purchase'))}>
      <div class="card-body stack">
        <ul class="plans">
          {view.product.plans.map(plan => (
            <li key={plan.id}>
              <span class="plan-price">
                <PlanPrice of={plan} />
              </span>
              {!isGratis(plan.kind) && (
                <span class="text-secondary">
                  <Name zh={plan.nameZh} en={plan.nameEn} />
                </span>
              )}
            </li>
          ))}
        </ul>
        <BuyButton door={doorOf(view, reader)} />
        <Watch {...view} />
      </div>
    </section>
  )
}

/** What the exchange's rows say of the vendor. */
export function RecordFacts({ of: { verifiedSince, listed, trades, scores } }: { of: VendorRecord }) {
  const t = useWords()
  return (
    <Facts
      of={[
        [
          t(text('核验通过', 'Verified since')),
          verifiedSince ? <Moment at={verifiedSince} isDay /> : t(text('当前未通过核验', 'Not verified at present')),
        ],
        [t(text('在挂产品', 'Products listed')), String(listed)],
        [t(text('已完结交易', 'Trades completed')), String(trades.completed)],
        [t(text('曾被拒收的订单', 'Orders once rejected')), String(trades.rejected)],
        [t(text('曾有争议的订单', 'Orders once disputed')), String(trades.disputed)],
        [
          t(text('付款到完成交付（中位数）', 'Payment to delivery (median)')),
          trades.medianDeliveryHours === null
            ? t(text('暂无交付', 'No deliveries yet'))
            : t(hoursWords(trades.medianDeliveryHours)),
        ],
        [t(text('评价', 'Ratings')), <Average key="average" of={scores} />],
      ]}
    />
  )
}

/** The vendor, with its record. */
export function VendorCard({ record }: { record: VendorRecord }) {
  const t = useWords()
  const { vendor } = record
  return (
    <section class="card product-vendor" aria-labelledby="vendor-title">
      <div class="card-body stack">
        <h2 class="card-title" id="vendor-title">
          {t(text('供方', 'The vendor'))}
        </h2>
        <p>
          <a href={`/vendors/${vendor.id}`}>
            <Name zh={vendor.nameZh} en={vendor.nameEn} />
          </a>
        </p>
        <RecordFacts of={record} />
        <p class="form-hint mb-0">
          {t(
            text(
              '以上均由交易记录计算，不是供方自述。',
              'All of this is counted from the exchange’s own rows, not told by the vendor.',
            ),
          )}
        </p>
      </div>
    </section>
  )
}
