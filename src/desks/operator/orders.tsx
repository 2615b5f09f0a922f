import { Type } from 'typebox'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  countAllOrders,
  findOrders,
  listOrders,
  type OrderState,
  orderMachine,
  type SeenOrder,
} from '../../modules/orders/index.ts'
import { useWords } from '../../web/context.ts'
import { Empty, Moment, Money, Name, Pager, State, Table } from '../../web/parts.tsx'
import { tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { showOrder } from './order.tsx'
import { cutPage, Due, deskTrail, type StateTab, StateTabs } from './parts.tsx'
import { dueOf, orderTones } from './standing.ts'

const states = Object.keys(orderMachine.states) as OrderState[]

interface ListProps {
  readonly items: readonly SeenOrder[]
  readonly next: string | null
  readonly state: string
  readonly tabs: readonly StateTab[]
  readonly q: string | undefined
  readonly now: Date
}

function Search({ q }: { q: string | undefined }) {
  const t = useWords()
  return (
    <form method="get" action="/operator/orders" class="row-gap mb-3">
      <label class="visually-hidden" for="orders-q">
        {t(text('订单号、参考码或需方', 'Number, reference or buyer'))}
      </label>
      <input
        class="form-control w-auto"
        id="orders-q"
        type="search"
        name="q"
        value={q ?? ''}
        placeholder={t(text('订单号、参考码或需方', 'Number, reference or buyer'))}
      />
      <button type="submit" class="btn">
        {t(text('查找', 'Find'))}
      </button>
    </form>
  )
}

function List({ items, next, state, tabs, q, now }: ListProps) {
  const t = useWords()
  return (
    <>
      <Search q={q} />
      {q === undefined && <StateTabs of={tabs} at={state} />}
      {items.length === 0 ? (
        <Empty title={t(text('没有找到订单', 'No order was found'))} icon="receipt-off">
          {state === 'disputed' && q === undefined
            ? t(text('当事人提出争议后，在这里调解。', 'Disputes that a party opens are mediated here.'))
            : t(text('换一个状态或关键词再试。', 'Try another state or word.'))}
        </Empty>
      ) : (
        <Table
          head={[
            t(text('订单', 'Order')),
            t(text('供方', 'Vendor')),
            t(text('需方', 'Buyer')),
            t(text('金额', 'Amount')),
            t(text('状态', 'State')),
            t(text('期限', 'Due')),
            t(text('创建', 'Made')),
          ]}
          nums={[3]}
          rows={items.map(seen => [
            <a href={`/operator/orders/${seen.row.id}`}>{seen.row.number}</a>,
            <Name zh={seen.vendorName} of={seen.row.vendorId} />,
            <Name zh={seen.buyerName} of={seen.row.buyerId} />,
            <Money fen={seen.row.amountFen} />,
            <State machine={orderMachine} state={seen.row.state} tones={orderTones} />,
            <Due at={dueOf(seen)} now={now} isProvisional={seen.row.isProvisional} />,
            <Moment at={seen.row.createdAt} isDay />,
          ])}
        />
      )}
      <Pager next={next} />
    </>
  )
}

const cut = (rows: readonly SeenOrder[]) => {
  const { items, next } = cutPage(rows.map(seen => ({ ...seen, id: seen.row.id })))
  return { items: items as SeenOrder[], next }
}

export const orderPages = [
  page({
    at: 'GET /operator/orders',
    operation: 'showOperatorOrders',
    permission: 'operator.work-list',
    summary: text('订单与争议', 'Orders and disputes'),
    query: {
      state: Type.Optional(Type.String({ maxLength: 30 })),
      q: Type.Optional(Type.String({ maxLength: 60 })),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const counts = await countAllOrders(rx)
      const known = states.find(each => each === query.state)
      const paging = query.after ? { after: query.after } : {}
      const rows = query.q
        ? await findOrders(rx, query.q)
        : await listOrders(rx, { ...(known && { state: known }), ...paging })
      const shown: OrderState[] = ['disputed', ...states.filter(each => each !== 'disputed' && counts.has(each))]
      const total = [...counts.values()].reduce((sum, n) => sum + n, 0)
      const tabs = [
        { state: 'all', words: text('全部', 'All'), count: total },
        ...shown.map(each => ({ state: each, words: orderMachine.states[each], count: counts.get(each) ?? 0 })),
      ]
      return {
        title: text('订单与争议', 'Orders and disputes'),
        names: await tradeNames(
          rx,
          rows.map(seen => seen.row.contractId),
        ),
        trail: deskTrail(),
        lead: text(
          '全部订单走到哪一步；有争议的由运营机构调解。',
          'How far every order is; the operator mediates disputes.',
        ),
        body: <List {...cut(rows)} state={known ?? 'all'} tabs={tabs} q={query.q} now={rx.now} />,
      }
    },
  }),
  page({
    at: 'GET /operator/orders/:id',
    operation: 'showOperatorOrder',
    permission: 'operator.work-list',
    summary: text('订单与争议', 'An order and its dispute'),
    params: { id: Id },
    run: (rx, { params }) => showOrder(rx, params.id),
  }),
]
