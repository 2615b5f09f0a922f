import type { ComponentChildren } from 'preact'
import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
  activeFreeze,
  type Freeze,
  orderMachine,
  possibleActions,
  readOrder,
  type TimelineEntry,
} from '../../modules/orders/index.ts'
import {
  type Chargeback,
  chargebacksOf,
  evidenceFor,
  payoutMachine,
  readMoney,
} from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Facts, Moment, Money, Name, State, Table, yuan } from '../../web/parts.tsx'
import { RoomLink } from '../buyer/dispute.tsx'
import { Frozen } from '../frozen.tsx'
import { tradeNames } from '../names.ts'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { Chargebacks } from './chargeback.tsx'
import { Another, Door, Due, deskTrail, ReasonForm } from './parts.tsx'
import { dueOf, orderTones } from './standing.ts'

interface Dossier {
  readonly seen: Awaited<ReturnType<typeof readOrder>>
  readonly money: Awaited<ReturnType<typeof readMoney>>
  readonly timeline: TimelineFacts
  readonly chargebacks: readonly Chargeback[]
  readonly evidence: Awaited<ReturnType<typeof evidenceFor>> | undefined
  readonly freeze: Freeze | undefined
  readonly now: Date
}

const said: Readonly<Record<string, Text>> = {
  'order.dispute': text('提出争议', 'opened the dispute'),
  'order.reject': text('验收不合格', 'rejected the delivery'),
  'order.redeliver': text('重新交付', 'delivered again'),
  'order.cancel': text('取消订单', 'cancelled'),
}

/** What one side has said on record: with the dispute, on rejecting, on delivering again. */
function Side({ of, name, title }: { of: readonly TimelineEntry[]; name: ComponentChildren; title: Text }) {
  const t = useWords()
  return (
    <section>
      <h3>
        {t(title)} · {name}
      </h3>
      {of.length === 0 ? (
        <p class="text-secondary">{t(text('没有留下书面陈述。', 'No statement on record.'))}</p>
      ) : (
        of.map(entry => (
          <blockquote key={entry.auditId} class="mb-3">
            <p class="mb-1">{entry.reason}</p>
            <p class="text-secondary mb-0">
              {t(said[entry.action] ?? text(entry.action, entry.action))} · <Moment at={entry.at} />
            </p>
          </blockquote>
        ))
      )}
    </section>
  )
}

function Mediate({ of: { seen } }: { of: Dossier }) {
  const t = useWords()
  const { row } = seen
  const isDelivered = row.deliveredAt !== null
  return (
    <Form to={`POST /orders/${row.id}/mediate`}>
      <Field
        name="outcome"
        label={text('调解结果', 'Outcome')}
        kind="radios"
        isRequired
        options={[
          ...(isDelivered
            ? ([
                [
                  'accept',
                  text('视为验收合格，向供方结算', 'The delivery stands; the vendor is paid'),
                  text(
                    `¥${yuan(row.amountFen)} 按费率结算给供方`,
                    `¥${yuan(row.amountFen)} is settled with the vendor`,
                  ),
                ],
                [
                  'partial',
                  text('部分退款，其余向供方结算', 'A part goes back; the rest is settled'),
                  text('在下方填写退款金额', 'give the amount below'),
                ],
              ] as const)
            : []),
          [
            'refund',
            text('全额退款，订单终止', 'All of it goes back; the order ends'),
            text(`¥${yuan(row.amountFen)} 退回需方`, `¥${yuan(row.amountFen)} goes back to the buyer`),
          ],
        ]}
      />
      {isDelivered && (
        <Field
          name="refundFen~yuan"
          label={text('退款金额（元，仅部分退款）', 'Amount to refund (CNY, for a part only)')}
          inputMode="decimal"
        />
      )}
      <Field
        name="reason"
        label={text('调解意见', 'Reasons')}
        kind="area"
        isRequired
        maxLength={1000}
        hint={text(
          '写明认定的事实和依据；双方都会看到，写入公开日志的承诺值。',
          'Give facts and basis; both sides read it, and the log keeps a commitment to it.',
        )}
      />
      <p class="text-secondary">{t(text('作出后不能更改。', 'It cannot be changed afterwards.'))}</p>
      <Submit>{t(text('作出调解', 'Decide'))}</Submit>
    </Form>
  )
}

function Action({ of }: { of: Dossier }) {
  const t = useWords()
  const { can } = useReader()
  const { row, side } = of.seen
  const open = possibleActions(row, side, of.now)
  if (open.includes('mediate'))
    return can('order.mediate') ? (
      <Mediate of={of} />
    ) : (
      <Another>{t(text('争议由复核人员调解。', 'A checker mediates disputes.'))}</Another>
    )
  const isRefundable = open.includes('refund') && can('order.refund')
  const isCancellable = open.includes('cancel') && can('order.cancel')
  if (!isRefundable && !isCancellable)
    return (
      <Another>
        {t(text('目前没有需要运营机构办理的事项。', 'There is nothing for the operator to decide now.'))}
      </Another>
    )
  return (
    <div class="stack">
      {isRefundable && (
        <Door
          to={`POST /orders/${row.id}/refund`}
          label={text('责令退款', 'Refund')}
          consequence={text(
            `¥${yuan(row.amountFen)} 全额退回需方，订单终止。`,
            `¥${yuan(row.amountFen)} goes back to the buyer; the order ends.`,
          )}
        >
          <ReasonForm to={`POST /orders/${row.id}/refund`} button={text('确认退款', 'Refund')} />
        </Door>
      )}
      {isCancellable && (
        <Door
          to={`POST /orders/${row.id}/cancel`}
          label={text('取消订单', 'Cancel the order')}
          consequence={text('订单终止；已付的款项退回需方。', 'The order ends; what was paid goes back to the buyer.')}
        >
          <ReasonForm to={`POST /orders/${row.id}/cancel`} button={text('确认取消', 'Cancel it')} />
        </Door>
      )}
    </div>
  )
}

function MoneyOf({ of: { money } }: { of: Dossier }) {
  const t = useWords()
  return (
    <Card title={t(text('资金', 'Money'))}>
      <Facts
        of={[
          [t(text('已收', 'Received')), <Money fen={money.trade?.capturedFen ?? 0n} />],
          [t(text('托管中', 'In escrow')), <Money fen={money.heldFen} />],
          (money.trade?.disputedFen ?? 0n) > 0n && [
            t(text('拒付冻结', 'Held for a chargeback')),
            <Money fen={money.trade!.disputedFen} />,
          ],
          [t(text('已结算给供方', 'Settled with the vendor')), <Money fen={money.trade?.releasedFen ?? 0n} />],
          [t(text('平台服务费', 'Platform fee')), <Money fen={money.trade?.feeFen ?? 0n} />],
          [t(text('已退', 'Refunded')), <Money fen={money.trade?.refundedFen ?? 0n} />],
        ]}
      />
      {money.payouts.length > 0 && (
        <Table
          head={[t(text('付款', 'Payout')), t(text('金额', 'Amount')), t(text('状态', 'State'))]}
          nums={[1]}
          rows={money.payouts.map(row => [
            row.kind === 'vendor' ? t(text('供方款', 'To the vendor')) : t(text('退款', 'Refund')),
            <Money fen={row.amountFen} />,
            <State machine={payoutMachine} state={row.state} />,
          ])}
        />
      )}
    </Card>
  )
}

function Order({ of }: { of: Dossier }) {
  const t = useWords()
  const { row, vendorName, buyerName, timeline } = of.seen
  const vendor = <Name zh={vendorName} of={row.vendorId} />
  const buyer = <Name zh={buyerName} of={row.buyerId} />
  const by = (side: 'buyer' | 'vendor') => timeline.filter(entry => entry.by === side && entry.reason !== null)
  const isContested = timeline.some(entry => ['order.dispute', 'order.reject'].includes(entry.action))
  return (
    <>
      <Frozen of={of.freeze} />
      <div class="split">
        <div>
          {isContested && (
            <Card title={t(text('双方陈述', 'What both sides say'))}>
              <div class="columns">
                <Side of={by('buyer')} name={buyer} title={text('需方', 'Buyer')} />
                <Side of={by('vendor')} name={vendor} title={text('供方', 'Vendor')} />
              </div>
              <RoomLink orderId={row.id} />
            </Card>
          )}
          <Card title={t(text('订单', 'Order'))}>
            <Facts
              of={[
                [t(text('供方', 'Vendor')), <a href={`/operator/organizations/${row.vendorId}`}>{vendor}</a>],
                [t(text('需方', 'Buyer')), <a href={`/operator/organizations/${row.buyerId}`}>{buyer}</a>],
                [t(text('金额', 'Amount')), <Money fen={row.amountFen} />],
                [t(text('付款参考码', 'Payment reference')), <code>{row.referenceCode}</code>],
                [t(text('付款', 'Paid')), <Moment at={row.paidAt} />],
                [t(text('交付', 'Delivered')), <Moment at={row.deliveredAt} />],
                [t(text('交付次数', 'Deliveries')), `${row.deliveries}`],
                [t(text('验收', 'Accepted')), <Moment at={row.acceptedAt} />],
                [
                  t(text('合同', 'Contract')),
                  <a href={`/contracts/${row.contractId}`}>{t(text('查看合同', 'See the contract'))}</a>,
                ],
              ]}
            />
          </Card>
          <MoneyOf of={of} />
          <Chargebacks of={of.chargebacks} evidence={of.evidence} />
        </div>
        <div>
          <Card title={t(text('办理', 'Decide'))}>
            <Facts
              of={[
                [t(text('状态', 'State')), <State machine={orderMachine} state={row.state} tones={orderTones} />],
                [t(text('期限', 'Due')), <Due at={dueOf(of.seen)} now={of.now} isProvisional={row.isProvisional} />],
              ]}
            />
            <hr class="my-3" />
            <Action of={of} />
          </Card>
          <Card title={t(text('经过', 'What happened'))}>
            <Timeline of={of.timeline} />
          </Card>
        </div>
      </div>
    </>
  )
}

/** One order as the operator sees it, with what both sides say when it is contested. @throws not-found */
export async function showOrder(rx: Rx, id: string) {
  const seen = await readOrder(rx, id)
  const chargebacks = await chargebacksOf(rx, id)
  const isToAnswer = chargebacks.some(each => each.state === 'open')
  const of: Dossier = {
    seen,
    chargebacks,
    evidence: isToAnswer ? await evidenceFor(rx, id) : undefined,
    money: await readMoney(rx, id),
    timeline: await readTimeline(rx, [['order', id]]),
    freeze: await activeFreeze(rx, seen.row.contractId),
    now: rx.now,
  }
  const { number, contractId } = of.seen.row
  return {
    title: text(`订单 ${number}`, `Order ${number}`),
    names: await tradeNames(rx, [contractId]),
    trail: deskTrail(['/operator/orders', text('订单与争议', 'Orders and disputes')]),
    body: <Order of={of} />,
  }
}
