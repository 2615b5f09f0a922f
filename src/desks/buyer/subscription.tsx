import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  type Order,
  orderMachine,
  readSubscription,
  type SeenSubscription,
  subscriptionMachine,
} from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { Card, Facts, Moment, Money, Name, Notice, State, Table } from '../../web/parts.tsx'
import { nameOf, tradeNames } from '../names.ts'
import { page } from '../page.tsx'
import { PlanPrice } from '../price.tsx'
import { orderTones, subscriptionTones } from './standing.ts'

/** Which period of a subscription an order pays for. */
export function PeriodOf({ order }: { order: Order }) {
  const t = useWords()
  return (
    <>
      <a href={`/subscriptions/${order.subscriptionId}`}>
        {t(text(`第 ${order.periodNo} 期`, `Period no. ${order.periodNo}`))}
      </a>{' '}
      {order.periodStartsOn && (
        <>
          <Moment at={order.periodStartsOn} isDay /> – <Moment at={order.periodEndsOn} isDay />
        </>
      )}
    </>
  )
}

type Full = Awaited<ReturnType<typeof readSubscription>>

/** Cancelling, and taking that back; each says what follows. */
function Decide({ of: { row, side } }: { of: SeenSubscription }) {
  const t = useWords()
  const { can } = useReader()
  const here = `/subscriptions/${row.id}`
  if (side !== 'buyer' || row.periodEndsOn === null) return null
  if (row.state === 'active' && can('subscription.cancel'))
    return (
      <Confirm
        label={text('取消续订', 'Cancel the renewal')}
        consequence={text(
          `取消后不再续订，当期使用至 ${row.periodEndsOn}，合同随之终止；当期届满前可以撤回。已付价款不退。`,
          `It is not renewed: you keep access until ${row.periodEndsOn}, when the contract ends. Until then you may take this back. What was paid stays paid.`,
        )}
      >
        <Form to={`POST /subscriptions/${row.id}/cancel`} then={here}>
          <Field
            name="reason"
            label={text('原因（可选，供方可见）', 'Reason (optional, the vendor sees it)')}
            maxLength={500}
          />
          <Submit tone="danger">{t(text('确认取消续订', 'Cancel the renewal'))}</Submit>
        </Form>
      </Confirm>
    )
  if (row.state === 'cancelling' && can('subscription.keep'))
    return (
      <Confirm
        tone="primary"
        label={text('撤回取消', 'Keep the subscription')}
        consequence={text(
          `撤回后，订阅将在当期（至 ${row.periodEndsOn}）届满次日自动续订，届时生成新一期订单。`,
          `It will be renewed by itself on the day after this period, which ends on ${row.periodEndsOn}, with an order to pay.`,
        )}
      >
        <Form to={`POST /subscriptions/${row.id}/keep`} then={here}>
          <Submit>{t(text('继续订阅', 'Keep it'))}</Submit>
        </Form>
      </Confirm>
    )
  return null
}

function Standing({ of: { row, open, side } }: { of: SeenSubscription }) {
  const t = useWords()
  if (open && row.state === 'grace')
    return (
      <Notice tone="warn" title={t(text('本期价款待付', 'This period is to be paid'))}>
        {t(
          text(
            '宽限期内仍可下载；逾期未付，访问和合同同时终止。',
            'Access goes on in the grace period; unpaid after it, access and contract end.',
          ),
        )}{' '}
        {side === 'buyer' && <a href={`/orders/${open.id}`}>{t(text('去付款', 'Pay'))}</a>}
      </Notice>
    )
  if (open)
    return (
      <Notice tone="warn" title={t(text('首期价款待付', 'The first period is to be paid'))}>
        {t(text('付款当日订阅开始。', 'The subscription begins on the day of payment.'))}{' '}
        {side === 'buyer' && <a href={`/orders/${open.id}`}>{t(text('去付款', 'Pay'))}</a>}
      </Notice>
    )
  if (row.state === 'cancelling')
    return (
      <Notice tone="info" title={t(text('已取消续订', 'The renewal is cancelled'))}>
        {t(text('当期届满时终止：', 'It ends with this period: '))}
        <Moment at={row.periodEndsOn} isDay />
      </Notice>
    )
  return null
}

function Periods({ of }: { of: Full['orders'] }) {
  const t = useWords()
  return (
    <Table
      head={[
        t(text('期次', 'Period')),
        t(text('起止', 'From and to')),
        t(text('价款', 'Price')),
        t(text('退还', 'Given back')),
        t(text('订单', 'Order')),
      ]}
      nums={[2, 3]}
      rows={of.map(row => [
        t(text(`第 ${row.periodNo} 期`, `No. ${row.periodNo}`)),
        row.periodStartsOn ? (
          <>
            <Moment at={row.periodStartsOn} isDay /> – <Moment at={row.periodEndsOn} isDay />
          </>
        ) : (
          t(text('自付款之日起', 'From the day of payment'))
        ),
        <Money key="price" fen={row.amountFen} />,
        row.refundFen > 0n ? <Money key="back" fen={row.refundFen} /> : '—',
        <>
          <a href={`/orders/${row.id}`}>{row.number}</a>{' '}
          <State machine={orderMachine} state={row.state} tones={orderTones} />
        </>,
      ])}
    />
  )
}

function Subscription({ of: found }: { of: Full }) {
  const t = useWords()
  const { row, next } = found
  return (
    <>
      <Standing of={found} />
      <div class="split">
        <div>
          <Card title={t(text('各期订单', 'Periods and orders'))}>
            <Periods of={found.orders} />
          </Card>
        </div>
        <div>
          <Card title={t(text('订阅', 'Subscription'))}>
            <Facts
              of={[
                [
                  t(text('每期价款', 'Price of a period')),
                  <PlanPrice key="price" of={{ kind: 'subscription', amountFen: row.amountFen, period: row.period }} />,
                ],
                row.periodStartsOn !== null && [
                  t(text('当期', 'This period')),
                  <>
                    <Moment at={row.periodStartsOn} isDay /> – <Moment at={row.periodEndsOn} isDay />
                  </>,
                ],
                next !== null && [
                  t(text('下次续订', 'Next renewal')),
                  <>
                    <Moment at={next.startsOn} isDay /> <Money fen={next.amountFen} />
                    {next.proratedDays &&
                      t(
                        text(
                          `（末期 ${next.proratedDays.days} 天，按 ${next.proratedDays.of} 天折算）`,
                          ` (last period: ${next.proratedDays.days} of ${next.proratedDays.of} days)`,
                        ),
                      )}
                  </>,
                ],
                next !== null && [
                  t(text('续订提示', 'Told of it on')),
                  <Moment key="notice" at={next.noticeOn} isDay />,
                ],
                row.lastOn !== null && [
                  t(text('合同最长至', 'Contract ends at the latest')),
                  <Moment key="last" at={row.lastOn} isDay />,
                ],
                row.reason !== null && [t(text('原因', 'Reason')), row.reason],
                row.endedAt !== null && [t(text('终止', 'Ended')), <Moment key="ended" at={row.endedAt} />],
                [
                  t(text('合同', 'Contract')),
                  <a key="contract" href={`/contracts/${row.contractId}`}>
                    {found.contractNumber}
                  </a>,
                ],
                [t(text('供方', 'Vendor')), <Name key="vendor" zh={found.vendorName} of={row.vendorId} />],
                [t(text('需方', 'Buyer')), <Name key="buyer" zh={found.buyerName} of={row.buyerId} />],
              ]}
            />
            <div class="row-gap mt-3">
              <Decide of={found} />
              {found.side === 'buyer' && ['active', 'cancelling'].includes(row.state) && (
                <a class="btn" href={`/products/${row.productId}/buy`}>
                  {t(text('更换方案', 'Change the plan'))}
                </a>
              )}
              {found.side === 'buyer' && row.state === 'ended' && (
                <a class="btn btn-primary" href={`/products/${row.productId}/buy`}>
                  {t(text('重新订阅', 'Subscribe again'))}
                </a>
              )}
            </div>
          </Card>
        </div>
      </div>
    </>
  )
}

export const subscriptionRoutes: Route[] = [
  page({
    at: 'GET /subscriptions/:id',
    operation: 'showSubscription',
    permission: 'subscription.read',
    summary: text('订阅', 'A subscription'),
    params: { id: Id },
    run: async (rx, { params: { id } }) => {
      const found = await readSubscription(rx, id)
      const names = await tradeNames(rx, [found.row.contractId])
      const name = nameOf(names, found.row.contractId, found.productName)
      return {
        title: text(`订阅：${name.zh}`, `Subscription: ${name.en}`),
        names,
        lead: <State machine={subscriptionMachine} state={found.row.state} tones={subscriptionTones} />,
        trail: [['/subscriptions', text('订阅', 'Subscriptions')]],
        body: <Subscription of={found} />,
      }
    },
  }),
]
