import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
  type Change,
  type Kept,
  listSavedSearches,
  listWatchedProducts,
  newLimit,
  type Watched,
} from '../../modules/catalog/index.ts'
import { useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Empty, Moment, Name, Pager, Table } from '../../web/parts.tsx'
import { carriedOf, searchAddress } from '../../web/search.tsx'
import { page } from '../page.tsx'
import { PlanPrice } from '../price.tsx'

const changeWords: Readonly<Record<Change, Text>> = {
  'new-version': text('有新版本', 'New version'),
  price: text('价格有变', 'New price'),
  ended: text('目前未挂牌', 'Not listed now'),
}

async function find(rx: Rx, query: { readonly after?: string }) {
  return { watched: await listWatchedProducts(rx, { ...query, limit: 20 }), searches: await listSavedSearches(rx) }
}

type Found = Awaited<ReturnType<typeof find>>

function Price({ of }: { of: Watched['present'] }) {
  if (of === null) return <>—</>
  return <PlanPrice of={of} freeWords={text('无偿', 'Free')} />
}

function Watches({ of }: { of: readonly Watched[] }) {
  const t = useWords()
  return (
    <Table
      head={[
        t(text('产品', 'Product')),
        t(text('供方', 'Vendor')),
        t(text('现价', 'Price')),
        t(text('上次查看后的变化', 'Changed since you looked')),
        t(text('操作', 'Actions')),
      ]}
      nums={[2]}
      rows={of.map(each => [
        <>
          <a href={`/products/${each.row.productId}`} id={`product-${each.row.productId}`}>
            <Name zh={each.nameZh} en={each.nameEn} />
          </a>
          <br />
          <span class="text-secondary">{each.number}</span>
        </>,
        <Name key="vendor" zh={each.vendor.nameZh} en={each.vendor.nameEn} />,
        <Price key="price" of={each.present} />,
        each.changes.length === 0 ? (
          t(text('没有变化', 'Nothing'))
        ) : (
          <span key="changes">
            {each.changes.map(change => (
              <Badge key={change} tone={change === 'ended' ? 'bad' : 'warn'}>
                {t(changeWords[change])}
              </Badge>
            ))}{' '}
            {each.changedAt && <Moment at={each.changedAt} isDay />}
          </span>
        ),
        <div key="acts" class="row-gap">
          {each.present && (
            <a class="btn btn-sm btn-primary" href={`/products/${each.row.productId}/buy`}>
              {t(text('购买', 'Buy'))}
            </a>
          )}
          {each.changes.length > 0 && (
            <Form to={`POST /products/${each.row.productId}/watch`}>
              <Submit tone="plain" isSmall>
                {t(text('知道了', 'Seen'))}
              </Submit>
            </Form>
          )}
          <Form to={`POST /products/${each.row.productId}/unwatch`}>
            <Submit tone="plain" isSmall>
              {t(text('取消关注', 'Unwatch'))}
            </Submit>
          </Form>
        </div>,
      ])}
    />
  )
}

/** The list that a kept search stands for. */
const searchHref = (query: Kept['row']['query']): string =>
  searchAddress('/products', carriedOf(query, Object.keys(query) as (keyof typeof query)[]))

function Searches({ of }: { of: readonly Kept[] }) {
  const t = useWords()
  return (
    <Table
      head={[
        t(text('检索', 'Search')),
        t(text('新增产品', 'New products')),
        t(text('上次查看', 'Last looked')),
        t(text('操作', 'Actions')),
      ]}
      nums={[1]}
      rows={of.map(({ row, fresh }) => [
        <a key="name" id={`search-${row.id}`} href={searchHref(row.query)}>
          {row.name}
        </a>,
        fresh >= newLimit ? `${newLimit}+` : fresh,
        <Moment key="seen" at={row.seenAt} isDay />,
        <div key="acts" class="row-gap">
          {fresh > 0 && (
            <Form to={`POST /saved-searches/${row.id}/see`} then={searchHref(row.query)}>
              <Submit isSmall>{t(text('查看新增', 'See what is new'))}</Submit>
            </Form>
          )}
          <Form to={`POST /saved-searches/${row.id}/remove`}>
            <Submit tone="plain" isSmall>
              {t(text('删除', 'Remove'))}
            </Submit>
          </Form>
        </div>,
      ])}
    />
  )
}

function Saved({ of: { watched, searches } }: { of: Found }) {
  const t = useWords()
  return (
    <>
      <Card title={t(text('关注的产品', 'Watched products'))}>
        {watched.items.length > 0 ? (
          <Watches of={watched.items} />
        ) : (
          <Empty title={t(text('还没有关注产品', 'No product is watched'))} icon="bookmark">
            <p>
              {t(
                text(
                  '在产品页选择“关注”，发布新版本、价格变化、停牌或摘牌时通知您。',
                  'Choose “Watch” on a product’s page: you are told of new versions, new prices, and when it is suspended or ends.',
                ),
              )}
            </p>
            <a class="btn" href="/products">
              {t(text('查找数据产品', 'Look for data products'))}
            </a>
          </Empty>
        )}
        <Pager next={watched.next} />
      </Card>
      <Card title={t(text('保存的检索', 'Saved searches'))}>
        {searches.length > 0 ? (
          <Searches of={searches} />
        ) : (
          <p class="mb-0 text-secondary">
            {t(
              text(
                '在检索结果页保存检索，有符合条件的新产品挂牌时每天通知您一次。',
                'Save a search from its results: once a day you are told of newly listed products that match.',
              ),
            )}
          </p>
        )}
      </Card>
    </>
  )
}

export const savedRoutes: Route[] = [
  page({
    at: 'GET /buyer/saved',
    operation: 'showSaved',
    permission: 'product.list-watched',
    summary: text('关注与检索', 'Watched and saved'),
    query: { after: Type.Optional(Type.String({ maxLength: 300 })) },
    run: async (rx, { query }) => ({
      title: text('关注与检索', 'Watched and saved'),
      trail: [['/buyer', text('需方工作台', 'Buyer desk')]],
      body: <Saved of={await find(rx, query)} />,
    }),
  }),
]
