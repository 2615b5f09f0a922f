import { Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { contractsOf } from '../../modules/contracts/index.ts'
import { type AgeClass, ageClasses, escrowByAge, type HeldMoney, listHeld } from '../../modules/ledger/index.ts'
import { type Order, orderMachine, type SeenOrder, seenOrders } from '../../modules/orders/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Count, Empty, Moment, Money, Name, Pager, State, Table } from '../../web/parts.tsx'
import { tradeNames } from '../names.ts'
import { Due } from '../operator/parts.tsx'
import { orderTones } from '../operator/standing.ts'
import { page } from '../page.tsx'
import { BookTabs, bookTrail, Files } from './parts.tsx'
import { type Sheet, sheetRoute } from './sheets.ts'

/** Why money is still held, who moves it on, and until when. */
interface Reason {
  readonly why: Text
  readonly who: Text
  readonly dueAt: Date | null
}

const buyer = text('需方', 'the buyer')
const vendor = text('供方', 'the vendor')
const exchange = text('运营机构', 'the exchange')

function byState(row: Order): Reason {
  switch (row.state) {
    case 'awaiting_payment':
      return { why: text('只收到部分价款', 'only a part was paid'), who: buyer, dueAt: row.paymentDueAt }
    case 'escrowed':
      return { why: text('等待开放交付', 'delivery is not open yet'), who: vendor, dueAt: row.deliveryDueAt }
    case 'delivering':
      return {
        why: text('已开放下载，需方尚未取得', 'open for download, not fetched'),
        who: buyer,
        dueAt: row.deliveryDueAt,
      }
    case 'redelivering':
      return { why: text('重新交付中', 'being delivered again'), who: vendor, dueAt: row.deliveryDueAt }
    case 'delivered':
      return { why: text('等待验收', 'not accepted yet'), who: buyer, dueAt: row.acceptanceDueAt }
    case 'rejected':
      return {
        why: text('验收不合格，待重新交付或退款', 'rejected: to deliver again or refund'),
        who: vendor,
        dueAt: row.deliveryDueAt,
      }
    case 'disputed':
      return { why: text('争议处理中，资金冻结', 'in dispute, frozen'), who: exchange, dueAt: row.mediationDueAt }
    case 'accepted':
      return { why: text('已验收，等待结算日', 'accepted, to be settled'), who: exchange, dueAt: row.settleAfter }
    case 'partly_refunded':
      return row.settleAfter === null
        ? { why: text('部分退款待银行确认', 'the partial refund is not confirmed yet'), who: exchange, dueAt: null }
        : { why: text('部分退款后，其余待结算', 'the rest is to be settled'), who: exchange, dueAt: row.settleAfter }
    case 'cancelled':
      return { why: text('订单已取消，款项待退回', 'cancelled: the money is to go back'), who: exchange, dueAt: null }
    default:
      return { why: orderMachine.states[row.state], who: exchange, dueAt: null }
  }
}

/** The reason of an order; a contract that is suspended or in dispute holds everything up. */
function reasonOf(row: Order, contract: { state: string; isDisputed: boolean } | undefined): Reason {
  if (contract?.state === 'suspended' && row.state !== 'disputed')
    return {
      why: text('合同中止履行，期限暂停', 'the contract is suspended; periods stand still'),
      who: text('当事人', 'the parties'),
      dueAt: null,
    }
  return byState(row)
}

interface Held extends HeldMoney {
  readonly seen: SeenOrder | undefined
  readonly reason: Reason
}

async function heldOf(rx: Rx, items: readonly HeldMoney[]): Promise<Held[]> {
  const orders = await seenOrders(
    rx,
    items.map(each => each.orderId),
  )
  const contracts = await contractsOf(rx, [...new Set([...orders.values()].map(({ row }) => row.contractId))])
  const lost = { why: text('账上有托管资金而无订单', 'money in escrow without an order'), who: exchange, dueAt: null }
  return items.map(each => {
    const seen = orders.get(each.orderId)
    return { ...each, seen, reason: seen ? reasonOf(seen.row, contracts.get(seen.row.contractId)) : lost }
  })
}

const classWords = (upTo: number | undefined): Text => {
  if (upTo === undefined) return text(`${ageClasses.at(-1)! + 1} 天以上`, `over ${ageClasses.at(-1)} days`)
  const i = ageClasses.indexOf(upTo as (typeof ageClasses)[number])
  const from = i === 0 ? 0 : ageClasses[i - 1]! + 1
  return text(`${from}–${upTo} 天`, `${from}–${upTo} days`)
}

function Classes({ of }: { of: readonly AgeClass[] }) {
  const t = useWords()
  const accounts = of.reduce((sum, each) => sum + each.accounts, 0)
  const total = of.reduce((sum, each) => sum + each.heldFen, 0n)
  return (
    <Table
      caption={t(text('按收款后的天数', 'By days since the money came in'))}
      head={[t(text('账龄', 'Age')), t(text('订单数', 'Orders')), t(text('托管金额', 'Held'))]}
      nums={[1, 2]}
      rows={[
        ...of.map(each => [t(classWords(each.upTo)), <Count of={each.accounts} />, <Money fen={each.heldFen} />]),
        [
          <strong>{t(text('合计', 'Total'))}</strong>,
          <strong>
            <Count of={accounts} />
          </strong>,
          <strong>
            <Money fen={total} />
          </strong>,
        ],
      ]}
    />
  )
}

function List({ items, now }: { items: readonly Held[]; now: Date }) {
  const t = useWords()
  return (
    <Table
      head={[
        t(text('订单', 'Order')),
        t(text('供方', 'Vendor')),
        t(text('需方', 'Buyer')),
        t(text('托管金额', 'Held')),
        t(text('收款日', 'Since')),
        t(text('天数', 'Days')),
        t(text('状态', 'State')),
        t(text('为何仍在托管', 'Why it is held')),
        t(text('下一步由谁', 'Who acts next')),
        t(text('期限', 'Due')),
      ]}
      nums={[3, 5]}
      rows={items.map(({ seen, reason, orderId, heldFen, since, days }) => [
        seen ? <a href={`/operator/orders/${orderId}`}>{seen.row.number}</a> : orderId,
        seen ? <Name zh={seen.vendorName} of={seen.row.vendorId} /> : '—',
        seen ? <Name zh={seen.buyerName} of={seen.row.buyerId} /> : '—',
        <a href={`/operator/books/accounts/escrow:${orderId}?from=${dayOf(since)}`}>
          <Money fen={heldFen} />
        </a>,
        <Moment at={since} isDay />,
        <Count of={days} />,
        seen ? (
          <State machine={orderMachine} state={seen.row.state} tones={orderTones} />
        ) : (
          <Badge tone="bad">{t(text('无订单', 'No order'))}</Badge>
        ),
        t(reason.why),
        t(reason.who),
        <Due at={reason.dueAt} now={now} />,
      ])}
    />
  )
}

/** Orders that one file may have; escrow of more than these is not aged in one look. */
const maxOrders = 20_000

async function escrowSheet(rx: Rx): Promise<Sheet> {
  const { items } = await listHeld(rx, { limit: maxOrders })
  const rows = await heldOf(rx, items)
  const today = dayOf(rx.now)
  return {
    title: text('托管资金账龄表', 'Aged escrow'),
    number: today,
    fileName: `托管账龄-${today}`,
    facts: [
      [text('截至', 'As of'), today],
      [text('订单数', 'Orders'), rows.length],
      [text('托管合计（元）', 'Held in all (CNY)'), rows.reduce((sum, each) => sum + each.heldFen, 0n)],
    ],
    columns: [
      { head: text('订单编号', 'Order'), width: 30 },
      { head: text('供方', 'Vendor'), width: 30 },
      { head: text('需方', 'Buyer'), width: 30 },
      { head: text('托管金额', 'Held'), isNumber: true },
      { head: text('收款日', 'Since') },
      { head: text('天数', 'Days'), isNumber: true },
      { head: text('原因', 'Why') },
      { head: text('下一步', 'Next') },
      { head: text('期限', 'Due') },
    ],
    rows: rows.map(({ seen, reason, orderId, heldFen, since, days }) => ({
      cells: [
        seen?.row.number ?? orderId,
        seen?.vendorName ?? null,
        seen?.buyerName ?? null,
        heldFen,
        dayOf(since),
        days,
        reason.why,
        reason.who,
        reason.dueAt && dayOf(reason.dueAt),
      ],
    })),
    note: text('由账簿分录生成', 'Made from the entries of the books'),
  }
}

export const escrowRoutes = [
  sheetRoute({
    at: 'GET /ledger/escrow/file',
    operation: 'readAgedEscrowFile',
    permission: 'ledger.read',
    summary: text('托管资金账龄表（CSV、XLSX、PDF）', 'Aged escrow as CSV, XLSX or PDF'),
    make: rx => escrowSheet(rx),
  }),
  page({
    at: 'GET /operator/books/escrow',
    operation: 'showAgedEscrow',
    permission: 'ledger.read',
    summary: text('托管账龄', 'Aged escrow'),
    query: { after: Type.Optional(Type.String({ maxLength: 300 })) },
    run: async (rx, { query }) => {
      const classes = await escrowByAge(rx)
      const { items, next } = await listHeld(rx, query)
      const rows = await heldOf(rx, items)
      return {
        title: text('托管账龄', 'Aged escrow'),
        trail: bookTrail(),
        lead: text(
          '每笔托管资金放了多久、为什么还在、下一步由谁办。',
          'How long each order’s money has been held, why it still is, and who acts next.',
        ),
        names: await tradeNames(
          rx,
          rows.flatMap(({ seen }) => seen?.row.contractId ?? []),
        ),
        ...(rows.length > 0 && { actions: <Files of="/ledger/escrow/file" formats={['csv', 'xlsx', 'pdf']} /> }),
        body: <Aged classes={classes} rows={rows} next={next} now={rx.now} />,
      }
    },
  }),
]

function Aged({
  classes,
  rows,
  next,
  now,
}: {
  classes: readonly AgeClass[]
  rows: readonly Held[]
  next: string | null
  now: Date
}) {
  const t = useWords()
  return (
    <>
      <BookTabs at="/operator/books/escrow" />
      {rows.length === 0 && next === null ? (
        <Empty title={t(text('目前没有托管资金', 'No money is in escrow'))} icon="coin-yuan">
          {t(text('需方付款到账后，资金在这里按天数列出。', 'Money that buyers paid is listed here by age.'))}
        </Empty>
      ) : (
        <>
          <Card>
            <Classes of={classes} />
          </Card>
          <h2>{t(text('逐单', 'Order by order'))}</h2>
          <List items={rows} now={now} />
          <Pager next={next} />
        </>
      )}
    </>
  )
}
