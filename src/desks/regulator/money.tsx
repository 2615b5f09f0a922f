import { text } from '../../kernel/text.ts'
import { type DeliveryView, entitlementMachine } from '../../modules/delivery/index.ts'
import { orderMachine } from '../../modules/orders/index.ts'
import { type Money as MoneyFacts, payoutMachine } from '../../modules/settlement/index.ts'
import { useWords } from '../../web/context.ts'
import { Bytes, Card, Facts, Moment, Money, State } from '../../web/parts.tsx'

function Payouts({ of }: { of: MoneyFacts }) {
  const t = useWords()
  return (
    <ul class="plain-list">
      {of.payouts.map(each => (
        <li key={each.id}>
          {t(
            each.kind === 'vendor'
              ? text('付给供方', 'To the vendor')
              : each.kind === 'refund'
                ? text('退还需方', 'Back to the buyer')
                : text('退回来款', 'Returned to the sender'),
          )}
          {t(text('：', ': '))}
          <Money fen={each.amountFen} /> <State machine={payoutMachine} state={each.state} />{' '}
          {each.paidOn && <span>{each.paidOn}</span>}
        </li>
      ))}
    </ul>
  )
}

function Way({ of }: { of: MoneyFacts }) {
  const t = useWords()
  const { order, heldFen, split, trade, payouts } = of
  return (
    <>
      <Facts
        of={[
          [
            t(text('订单', 'Order')),
            <span key="o" class="row-gap">
              <a href={`/orders/${order.id}`}>{order.number}</a>
              <State machine={orderMachine} state={order.state} />
            </span>,
          ],
          [t(text('订单金额', 'Order amount')), <Money key="a" fen={order.amountFen} />],
          [
            t(text('付款', 'Paid')),
            order.paidAt ? <Moment key="p" at={order.paidAt} /> : t(text('未付款', 'Not paid')),
          ],
          [t(text('收到款项', 'Received')), <Money key="r" fen={trade?.capturedFen ?? 0n} />],
          [t(text('托管中', 'In escrow')), <Money key="h" fen={heldFen} />],
          split
            ? [
                t(text('结算', 'Settled')),
                <span key="s">
                  {t(text('供方 ', 'vendor '))}
                  <Money fen={split.vendorFen} />
                  {t(text('，服务费 ', ', fee '))}
                  <Money fen={split.feeFen} />
                </span>,
              ]
            : null,
          order.refundFen > 0n ? [t(text('退款', 'Refund')), <Money key="f" fen={order.refundFen} />] : null,
        ]}
      />
      {payouts.length > 0 && <Payouts of={of} />}
    </>
  )
}

function Delivered({ of }: { of: DeliveryView }) {
  const t = useWords()
  const { entitlement, receipts } = of
  if (!entitlement) return <p class="mb-0">{t(text('尚未开放交付。', 'Delivery has not opened.'))}</p>
  return (
    <>
      <Facts
        of={[
          [
            t(text('使用授权', 'Entitlement')),
            <span key="e" class="row-gap">
              <State machine={entitlementMachine} state={entitlement.state} />
              <span>
                <Moment at={entitlement.startsAt} isDay /> – <Moment at={entitlement.endsAt} isDay />
              </span>
            </span>,
          ],
          [
            t(text('文件', 'File')),
            <span key="f">
              {entitlement.fileName} · <Bytes of={entitlement.bytes} />
            </span>,
          ],
        ]}
      />
      <ul class="plain-list">
        {receipts.map(({ row }) => (
          <li key={row.id}>
            {t(text('交付回执', 'Receipt of delivery'))} {row.number} · <Moment at={row.deliveredAt} />
            <br />
            <code>{row.sha256}</code>
          </li>
        ))}
      </ul>
      {receipts.length === 0 && <p class="mb-0">{t(text('尚无交付回执。', 'There is no receipt of delivery yet.'))}</p>}
    </>
  )
}

/** Whether the money and the data went the way the contract says: the evidence of both. */
export function MoneyCard({ money, delivery }: { money: MoneyFacts | undefined; delivery: DeliveryView | undefined }) {
  const t = useWords()
  return (
    <Card title={t(text('资金与交付', 'Money and delivery'))} id="money">
      {money ? <Way of={money} /> : <p class="mb-0">{t(text('尚无订单。', 'There is no order yet.'))}</p>}
      {delivery && (
        <>
          <h3>{t(text('交付证据', 'Evidence of delivery'))}</h3>
          <Delivered of={delivery} />
        </>
      )}
    </Card>
  )
}
