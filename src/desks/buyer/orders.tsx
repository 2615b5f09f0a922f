import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { toPage } from '../../kernel/page.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type ContractFacts, contractsOf } from '../../modules/contracts/index.ts'
import { listOrders, type OrderState, orderMachine, type SeenOrder } from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Empty, Moment, Money, Name, Pager, State, Table, Tabs } from '../../web/parts.tsx'
import { tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { Others } from './parts.tsx'
import { orderDue, orderGroups, orderStep, orderTones } from './standing.ts'

type Group = keyof typeof orderGroups

interface Query {
  readonly as?: 'buyer' | 'vendor'
  readonly state?: string
  readonly after?: string
}

const isGroup = (value: string | undefined): value is Group => value !== undefined && value in orderGroups

async function find(rx: Rx, { as, state, after }: Query) {
  const rows = await listOrders(rx, {
    ...(as && { as }),
    ...(after !== undefined && { after }),
    ...(isGroup(state) ? { states: orderGroups[state] } : state !== undefined && { state: state as OrderState }),
  })
  const { items, next } = toPage(
    rows,
    20,
    ({ row }) => [row.id],
    seen => seen,
  )
  const contracts = await contractsOf(
    rx,
    items.map(({ row }) => row.contractId),
  )
  return { items, next, contracts }
}

type Found = Awaited<ReturnType<typeof find>>

/** Orders as a table: what was bought, from or by whom, how far it is, and what is to be done by when. */
export function OrderTable({
  items,
  contracts,
}: {
  items: readonly SeenOrder[]
  contracts: ReadonlyMap<string, ContractFacts>
}) {
  const t = useWords()
  return (
    <Table
      head={[
        t(text('订单', 'Order')),
        t(text('对方', 'Other side')),
        t(text('价款', 'Price')),
        t(text('状态', 'State')),
        t(text('下一步', 'Next')),
        t(text('期限', 'Due')),
      ]}
      nums={[2]}
      rows={items.map(({ row, side, vendorName, buyerName }) => {
        const step = orderStep(row.state, side)
        return [
          <>
            <a href={`/orders/${row.id}`}>
              <Name zh={contracts.get(row.contractId)?.productName ?? row.number} of={row.productId} />
            </a>
            <br />
            <span class="text-secondary">{row.number}</span>
          </>,
          <Others
            key="other"
            side={side}
            vendor={<Name zh={vendorName} of={row.vendorId} />}
            buyer={<Name zh={buyerName} of={row.buyerId} />}
          />,
          row.amountFen === 0n ? t(text('无偿', 'Free')) : <Money key="price" fen={row.amountFen} />,
          <State key="state" machine={orderMachine} state={row.state} tones={orderTones} />,
          step ? t(step) : '—',
          <Moment key="due" at={orderDue(row)} isDay />,
        ]
      })}
    />
  )
}

const groups: readonly (readonly [Group | undefined, Text])[] = [
  [undefined, text('全部', 'All')],
  ['open', text('进行中', 'In progress')],
  ['clearing', text('结算与退款', 'Settling and refunding')],
  ['ended', text('已结束', 'Ended')],
]

function Nothing({ query }: { query: Query }) {
  const t = useWords()
  const { actor } = useReader()
  if (query.state !== undefined || query.after !== undefined)
    return (
      <Empty title={t(text('这里没有订单', 'No orders here'))}>
        <a href="/orders">{t(text('查看全部订单', 'See all orders'))}</a>
      </Empty>
    )
  return (
    <Empty title={t(text('还没有订单', 'No orders yet'))} icon="receipt">
      <p>
        {t(
          text('合同由双方签署后自动生成订单。', 'An order is made by itself once both sides have signed a contract.'),
        )}
      </p>
      <a class="btn btn-primary" href={actor.roles.includes('buyer') ? '/products' : '/contracts'}>
        {actor.roles.includes('buyer')
          ? t(text('查找数据产品', 'Look for data products'))
          : t(text('查看合同', 'See the contracts'))}
      </a>
    </Empty>
  )
}

function Orders({ found, query }: { found: Found; query: Query }) {
  const t = useWords()
  const link = (state: string | undefined) => {
    const params = new URLSearchParams({ ...(query.as && { as: query.as }), ...(state && { state }) })
    return params.size > 0 ? `/orders?${params}` : '/orders'
  }
  return (
    <>
      <Tabs
        of={groups.map(([group, words]) => ({ href: link(group), words: t(words), isHere: query.state === group }))}
      />
      {found.items.length > 0 ? (
        <OrderTable items={found.items} contracts={found.contracts} />
      ) : (
        <Nothing query={query} />
      )}
      <Pager next={found.next} />
    </>
  )
}

const states = [...Object.keys(orderGroups), ...Object.keys(orderMachine.states)]

export const orderListRoutes: Route[] = [
  page({
    at: 'GET /orders',
    operation: 'showOrders',
    permission: 'order.list',
    summary: text('订单', 'Orders'),
    query: {
      as: Type.Optional(Type.Union([Type.Literal('vendor'), Type.Literal('buyer')])),
      state: Type.Optional(Type.String({ enum: states })),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const found = await find(rx, query)
      const names = await tradeNames(rx, [...found.contracts.keys()])
      return { title: text('订单', 'Orders'), names, body: <Orders found={found} query={query} /> }
    },
  }),
]
