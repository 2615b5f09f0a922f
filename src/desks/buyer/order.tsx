import type { ComponentChildren } from 'preact'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { Problem } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { contractOf } from '../../modules/contracts/index.ts'
import { listDataVersions } from '../../modules/data/index.ts'
import { readDelivery } from '../../modules/delivery/index.ts'
import {
  activeFreeze,
  isRatable,
  type OrderState,
  orderMachine,
  possibleActions,
  ratingOfOrder,
  readInvoice,
  readOrder,
} from '../../modules/orders/index.ts'
import {
  collectionAccountMissing,
  invoicesOf,
  lastDetails,
  readMoney,
  readOnlineOffer,
  readPayment,
} from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Card, Facts, Moment, Money, Name, State, Steps } from '../../web/parts.tsx'
import { InvoicesCard } from '../books/invoicing.tsx'
import { Frozen } from '../frozen.tsx'
import { nameOf, tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { readTimeline, Timeline } from '../timeline.tsx'
import { RoomLink } from './dispute.tsx'
import { InvoiceCard, MoneyCard } from './money.tsx'
import { Accept, Mediate, OtherMoves, Redeliver } from './moves.tsx'
import { HowToPay } from './online.tsx'
import { RatingCard } from './rating.tsx'
import { DeliveryCard, Download, isFetchable } from './receiving.tsx'
import { orderTones } from './standing.ts'
import { PeriodOf } from './subscription.tsx'

async function paymentOf(rx: Rx, id: string) {
  try {
    return await readPayment(rx, id)
  } catch (error) {
    if (error instanceof Problem && error.type === collectionAccountMissing.type) return 'no-account' as const
    throw error
  }
}

async function find(rx: Rx, id: string) {
  const seen = await readOrder(rx, id)
  const { row, side } = seen
  const actions = possibleActions(row, side, rx.now)
  const isPayer = side === 'buyer' && row.state === 'awaiting_payment'
  const delivery = await readDelivery(rx, id)
  const isInvoiced =
    row.paidAt !== null && row.amountFen > row.refundFen && !['refunding', 'refunded'].includes(row.state)
  return {
    seen,
    actions,
    contract: await contractOf(rx, row.contractId),
    payment: isPayer ? await paymentOf(rx, id) : undefined,
    online: isPayer ? await readOnlineOffer(rx, id) : undefined,
    money: await readMoney(rx, id),
    delivery,
    canFetch: side === 'buyer' && isFetchable(row.state, delivery, rx.now),
    versions: actions.includes('redeliver')
      ? (await listDataVersions(rx, { state: 'confirmed', limit: 100 })).items
      : [],
    invoices: side === 'authority' ? [] : await invoicesOf(rx, id),
    invoiceDetails: side === 'authority' ? undefined : await lastDetails(rx, 'recipient'),
    invoice: isInvoiced && side !== 'authority' ? await readInvoice(rx, id) : undefined,
    rating: await ratingOfOrder(rx, id),
    freeze: await activeFreeze(rx, row.contractId),
    timeline: await readTimeline(rx, [['order', id]]),
  }
}

type Found = Awaited<ReturnType<typeof find>>

const stages: readonly Text[] = [
  text('付款', 'Pay'),
  text('交付', 'Deliver'),
  text('验收', 'Accept'),
  text('结算', 'Settle'),
  text('完结', 'Close'),
]
const stageOf: Partial<Record<OrderState, number>> = {
  created: 0,
  confirmed: 0,
  awaiting_payment: 0,
  escrowed: 1,
  delivering: 1,
  redelivering: 1,
  delivered: 2,
  rejected: 2,
  disputed: 2,
  accepted: 3,
  partly_refunded: 3,
  settling: 3,
  settled: 3,
  closed: 5,
}

type Step = (found: Found) => { readonly title: Text; readonly body?: ComponentChildren }

const sayer = (words: Text) => <Words of={words} />
function Words({ of }: { of: Text }) {
  const t = useWords()
  return <p>{t(of)}</p>
}

function Until({ of, words }: { of: Date | null; words: Text }) {
  const t = useWords()
  if (of === null) return null
  return (
    <p>
      {t(words)}
      <Moment at={of} />
    </p>
  )
}

const fetching: Step = ({ delivery, canFetch }) => ({
  title: text('数据可以下载了', 'The data can be downloaded'),
  body: (
    <>
      {sayer(
        text(
          '下载链接 15 分钟内有效，可断点续传。下载完整后自动生成交付回执，并开始计算验收期。',
          'The link works for 15 minutes and can be resumed. Once the whole file has arrived a receipt is made and the acceptance period begins.',
        ),
      )}
      {canFetch && delivery.entitlement && <Download entitlementId={delivery.entitlement.id} isPrimary />}
      {sayer(text('下载完成后刷新本页即可验收。', 'Reload this page when the download is complete, then accept.'))}
    </>
  ),
})

const buyerSteps: Partial<Record<OrderState, Step>> = {
  awaiting_payment: ({ payment, online }) => ({
    title: text('请付款', 'Please pay'),
    body: <HowToPay payment={payment} online={online} />,
  }),
  escrowed: () => ({
    title: text('已付款，正在开放交付', 'Paid; delivery is being opened'),
    body: sayer(text('通常数秒内完成，请稍候。', 'This takes a few seconds.')),
  }),
  delivering: fetching,
  redelivering: fetching,
  delivered: ({ seen: { row } }) => ({
    title: text('请验收', 'Accept or reject'),
    body: (
      <>
        <Until of={row.acceptanceDueAt} words={text('验收期届满：', 'The acceptance period ends: ')} />
        {sayer(
          row.isSilenceAcceptance
            ? text('逾期未提出异议的，视为验收合格。', 'Silence until then counts as acceptance.')
            : text('逾期不视为验收合格。', 'Silence does not count as acceptance.'),
        )}
        <MayAccept of={row} />
      </>
    ),
  }),
  rejected: () => ({
    title: text('等待供方重新交付或退款', 'Waiting for the vendor to deliver again or refund'),
  }),
}

function MayAccept({ of }: { of: Found['seen']['row'] }) {
  const { can } = useReader()
  return can('order.accept') ? (
    <Accept order={of} />
  ) : (
    <Words of={text('由本机构经办或复核签署人员验收。', 'A maker or checker of your organisation accepts.')} />
  )
}

const vendorSteps: Partial<Record<OrderState, Step>> = {
  awaiting_payment: ({ seen: { row } }) => ({
    title: text('等待需方付款', 'Waiting for the buyer’s payment'),
    body: <Until of={row.paymentDueAt} words={text('付款期限：', 'To be paid by: ')} />,
  }),
  delivering: ({ seen: { row } }) => ({
    title: text('已开放交付，等待需方下载', 'Open for the buyer to download'),
    body: <Until of={row.deliveryDueAt} words={text('交付期限：', 'To be delivered by: ')} />,
  }),
  delivered: ({ seen: { row } }) => ({
    title: text('等待需方验收', 'Waiting for the buyer’s acceptance'),
    body: <Until of={row.acceptanceDueAt} words={text('验收期届满：', 'The acceptance period ends: ')} />,
  }),
  rejected: ({ seen: { row }, versions, actions }) => ({
    title: text('需方认为不合格：请重新交付或退款', 'The buyer rejected it: deliver again or refund'),
    body: actions.includes('redeliver') && <MayRedeliver of={row} versions={versions} />,
  }),
}

function MayRedeliver({ of, versions }: { of: Found['seen']['row']; versions: Found['versions'] }) {
  const { can } = useReader()
  return can('order.redeliver') ? <Redeliver order={of} versions={versions} /> : null
}

const sharedSteps: Partial<Record<OrderState, Step>> = {
  disputed: ({ seen: { row }, actions }) => ({
    title: text('争议处理中，订单已冻结', 'In dispute; the order is frozen'),
    body: (
      <>
        <Until of={row.mediationDueAt} words={text('调解期限：', 'To be mediated by: ')} />
        <RoomLink orderId={row.id} />
        {actions.includes('mediate') && <Mediate order={row} />}
      </>
    ),
  }),
  accepted: ({ seen: { row } }) => ({
    title: text('已验收，等待结算', 'Accepted, to be settled'),
    body: <Until of={row.settleAfter} words={text('结算日：', 'Settlement day: ')} />,
  }),
  refunding: () => ({
    title: text('退款办理中', 'The refund is on its way'),
    body: sayer(text('价款退回需方原付款账户。', 'The money goes back to the account it came from.')),
  }),
  partly_refunded: () => ({ title: text('部分退款，其余待结算', 'Refunded in part; the rest is settled') }),
  settling: () => ({ title: text('结算中', 'Being settled') }),
  closed: () => ({ title: text('交易已完结', 'The trade is closed') }),
  refunded: () => ({ title: text('已退款，订单结束', 'Refunded; the order has ended') }),
  cancelled: () => ({ title: text('订单已取消', 'The order was cancelled') }),
}

function Next({ of: found }: { of: Found }) {
  const t = useWords()
  const { row, side } = found.seen
  const own = side === 'buyer' ? buyerSteps : side === 'vendor' ? vendorSteps : {}
  const step = (own[row.state] ?? sharedSteps[row.state])?.(found)
  const hasReason =
    row.reason !== null && ['rejected', 'disputed', 'refunding', 'refunded', 'cancelled'].includes(row.state)
  return (
    <section class="card card-body next" aria-labelledby="next">
      <h2 class="next-title mt-0" id="next">
        {t(step?.title ?? orderMachine.states[row.state])}
      </h2>
      {hasReason && (
        <p>
          {t(text('理由：', 'Reason: '))}
          {row.reason}
        </p>
      )}
      {step?.body}
      <div class="mt-3">
        <OtherMoves order={row} actions={found.actions} />
      </div>
    </section>
  )
}

/** What the machinery does by itself: the page looks for it, and shows itself anew when any part of it has changed. */
const awaited = ({ seen: { row }, delivery: { entitlement, receipts }, canFetch }: Found) =>
  passing.includes(row.state)
    ? [row.state, entitlement?.state, entitlement?.round, canFetch, receipts.length].join(' ')
    : undefined

const passing: readonly OrderState[] = [
  'created',
  'confirmed',
  'awaiting_payment',
  'escrowed',
  'delivering',
  'redelivering',
  'settling',
  'settled',
]

function OrderFacts({ of: { seen, contract } }: { of: Found }) {
  const t = useWords()
  const { row, vendorName, buyerName } = seen
  return (
    <Card title={t(text('订单', 'Order'))}>
      <Facts
        of={[
          [t(text('订单编号', 'Number')), <code key="number">{row.number}</code>],
          [
            t(text('产品', 'Product')),
            <a key="product" href={`/products/${row.productId}`}>
              <Name zh={contract.productName} of={row.productId} />
            </a>,
          ],
          [
            t(text('合同', 'Contract')),
            <a key="contract" href={`/contracts/${row.contractId}`}>
              {contract.number}
            </a>,
          ],
          row.subscriptionId !== null && [t(text('订阅', 'Subscription')), <PeriodOf key="period" order={row} />],
          [t(text('供方', 'Vendor')), <Name key="vendor" zh={vendorName} of={row.vendorId} />],
          [t(text('需方', 'Buyer')), <Name key="buyer" zh={buyerName} of={row.buyerId} />],
          row.paidAt !== null && [t(text('付款', 'Paid')), <Moment key="paid" at={row.paidAt} />],
          row.deliveredAt !== null && [t(text('交付', 'Delivered')), <Moment key="delivered" at={row.deliveredAt} />],
          row.acceptedAt !== null && [
            t(row.isDeemedAccepted ? text('视为验收', 'Deemed accepted') : text('验收', 'Accepted')),
            <Moment key="accepted" at={row.acceptedAt} />,
          ],
        ]}
      />
      {row.isProvisional && (
        <p class="form-hint">
          {t(
            text(
              '期限跨入尚未公布放假安排的年份，公布后可能调整。',
              'A period runs into a year whose holidays are not published yet; it may be adjusted then.',
            ),
          )}
        </p>
      )}
      <p class="mt-2 mb-0">
        <a href={`/trades/${row.contractId}`}>{t(text('查看整笔交易的经过', 'See the whole trade'))}</a>
      </p>
    </Card>
  )
}

const stillThere = ['requested', 'issued', 'partly_corrected']

function Invoices({ of: { seen, money, invoice, invoices, invoiceDetails } }: { of: Found }) {
  const isOpen = (subject: string) =>
    !invoices.some(each => !each.isRed && each.subject === subject && stillThere.includes(each.state))
  return (
    <InvoicesCard
      orderId={seen.row.id}
      side={seen.side}
      of={invoices}
      details={invoiceDetails}
      canRequestSale={invoice !== undefined && isOpen('sale')}
      canRequestFee={(money.split?.feeFen ?? 0n) > 0n && isOpen('fee')}
    />
  )
}

function OrderBody({ of: found }: { of: Found }) {
  const t = useWords()
  const { row, side } = found.seen
  const stage = stageOf[row.state]
  return (
    <div data-watch={awaited(found)}>
      <Frozen of={found.freeze} />
      {stage !== undefined && <Steps of={stages.map(t)} at={stage} />}
      <Next of={found} />
      <div class="columns">
        <DeliveryCard
          of={found.delivery}
          canFetch={found.canFetch && !['delivering', 'redelivering'].includes(row.state)}
        />
        <MoneyCard of={found.money} isBuyer={side === 'buyer'} />
        <OrderFacts of={found} />
        <RatingCard order={row} side={side} rating={found.rating} canRate={isRatable(row.state)} />
        <Invoices of={found} />
        {found.invoice && <InvoiceCard of={found.invoice} isBuyer={side === 'buyer'} />}
      </div>
      <h2>{t(text('经过', 'What happened'))}</h2>
      <div class="card card-body">
        <Timeline of={found.timeline} />
      </div>
    </div>
  )
}

function Lead({ of: { row } }: { of: Found['seen'] }) {
  const t = useWords()
  return (
    <>
      <State machine={orderMachine} state={row.state} tones={orderTones} /> <code>{row.number}</code>{' '}
      {row.amountFen === 0n ? t(text('无偿', 'Free')) : <Money fen={row.amountFen} />}
    </>
  )
}

export const orderRoutes: Route[] = [
  page({
    at: 'GET /orders/:id',
    operation: 'showOrder',
    permission: 'order.read',
    summary: text('订单', 'An order'),
    params: { id: Id },
    run: async (rx, { params: { id } }) => {
      const found = await find(rx, id)
      const { contract } = found
      const names = await tradeNames(rx, [contract.id])
      const name = nameOf(names, contract.id, contract.productName)
      return {
        title: text(`订单：${name.zh}`, `Order: ${name.en}`),
        names,
        lead: <Lead of={found.seen} />,
        trail: [['/orders', text('订单', 'Orders')]],
        body: <OrderBody of={found} />,
        scripts: ['watch.js'],
      }
    },
  }),
]
