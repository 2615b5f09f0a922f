import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { toPage } from '../../kernel/page.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
  listSubscriptions,
  type SeenSubscription,
  type SubscriptionState,
  subscriptionMachine,
} from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Empty, Moment, Money, Name, Pager, State, Table, Tabs } from '../../web/parts.tsx'
import { tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { PlanPrice } from '../price.tsx'
import { Others } from './parts.tsx'
import { subscriptionTones } from './standing.ts'

/** What comes next in a subscription, and what it costs. */
function Next({ of: { row, next, open } }: { of: SeenSubscription }) {
  const t = useWords()
  if (open)
    return (
      <>
        <a href={`/orders/${open.id}`}>
          {t(
            row.state === 'pending' ? text('待付首期', 'First payment due') : text('待付续订款', 'Renewal to be paid'),
          )}
        </a>{' '}
        <Money fen={open.amountFen} />
        <br />
        <span class="text-secondary">
          {t(text('最迟', 'by'))} <Moment at={open.paymentDueAt} isDay />
        </span>
      </>
    )
  if (next)
    return (
      <>
        <Moment at={next.startsOn} isDay /> <Money fen={next.amountFen} />
      </>
    )
  if (row.state === 'ended') return <>—</>
  return <>{t(text('不再续订', 'Not renewed'))}</>
}

function List({ items }: { items: readonly SeenSubscription[] }) {
  const t = useWords()
  return (
    <Table
      head={[
        t(text('产品', 'Product')),
        t(text('对方', 'Other side')),
        t(text('价款', 'Price')),
        t(text('状态', 'State')),
        t(text('当期至', 'Period ends')),
        t(text('下次续订', 'Next renewal')),
      ]}
      nums={[2]}
      rows={items.map(seen => {
        const { row, side, productName, contractNumber } = seen
        return [
          <>
            <a href={`/subscriptions/${row.id}`}>
              <Name zh={productName} of={row.productId} />
            </a>
            <br />
            <span class="text-secondary">{contractNumber}</span>
          </>,
          <Others
            key="other"
            side={side}
            vendor={<Name zh={seen.vendorName} of={row.vendorId} />}
            buyer={<Name zh={seen.buyerName} of={row.buyerId} />}
          />,
          <PlanPrice key="price" of={{ kind: 'subscription', amountFen: row.amountFen, period: row.period }} />,
          <State key="state" machine={subscriptionMachine} state={row.state} tones={subscriptionTones} />,
          <Moment key="ends" at={row.periodEndsOn} isDay />,
          <Next key="next" of={seen} />,
        ]
      })}
    />
  )
}

const groups: readonly (readonly [SubscriptionState | undefined, Text])[] = [
  [undefined, text('全部', 'All')],
  ['active', text('订阅中', 'Active')],
  ['grace', text('待付续订款', 'To be paid')],
  ['cancelling', text('已取消', 'Cancelled')],
  ['ended', text('已终止', 'Ended')],
]

function Nothing({ isNarrowed }: { isNarrowed: boolean }) {
  const t = useWords()
  const { actor } = useReader()
  if (isNarrowed)
    return (
      <Empty title={t(text('这里没有订阅', 'No subscriptions here'))}>
        <a href="/subscriptions">{t(text('查看全部订阅', 'See all subscriptions'))}</a>
      </Empty>
    )
  const isBuyer = actor.roles.includes('buyer')
  return (
    <Empty title={t(text('还没有订阅', 'No subscriptions yet'))} icon="repeat">
      <p>
        {t(
          isBuyer
            ? text(
                '选择有订阅方案的产品，签署合同并支付首期价款后开始。',
                'Choose a product with a subscription; it begins once the contract is signed and the first period paid.',
              )
            : text(
                '为产品添加订阅方案后，需方即可按期订阅。',
                'Give a product a subscription plan, and buyers can subscribe.',
              ),
        )}
      </p>
      <a class="btn btn-primary" href={isBuyer ? '/products?priceKind=subscription' : '/vendor/listings'}>
        {t(isBuyer ? text('查找可订阅的产品', 'Look for products to subscribe to') : text('我的产品', 'My products'))}
      </a>
    </Empty>
  )
}

interface Query {
  readonly state?: SubscriptionState
  readonly after?: string
}

async function find(rx: Rx, query: Query) {
  const page = toPage(
    await listSubscriptions(rx, query),
    20,
    seen => [seen.row.id],
    seen => seen,
  )
  return {
    ...page,
    names: await tradeNames(
      rx,
      page.items.map(({ row }) => row.contractId),
    ),
  }
}

export const subscriptionListRoutes: Route[] = [
  page({
    at: 'GET /subscriptions',
    operation: 'showSubscriptions',
    permission: 'subscription.list',
    summary: text('订阅', 'Subscriptions'),
    query: {
      state: Type.Optional(
        Type.Unsafe<SubscriptionState>(Type.String({ enum: Object.keys(subscriptionMachine.states) })),
      ),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const { items, next, names } = await find(rx, query)
      return {
        title: text('订阅', 'Subscriptions'),
        names,
        body: (
          <>
            <Groups state={query.state} />
            {items.length > 0 ? (
              <List items={items} />
            ) : (
              <Nothing isNarrowed={query.state !== undefined || query.after !== undefined} />
            )}
            <Pager next={next} />
          </>
        ),
      }
    },
  }),
]

function Groups({ state }: { state: SubscriptionState | undefined }) {
  const t = useWords()
  return (
    <Tabs
      of={groups.map(([group, words]) => ({
        href: group ? `/subscriptions?state=${group}` : '/subscriptions',
        words: t(words),
        isHere: state === group,
      }))}
    />
  )
}
