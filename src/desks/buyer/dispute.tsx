import type { ComponentChildren } from 'preact'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { activeFreeze, possibleActions, proposalMachine, readOrder, readRoom } from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Empty, Facts, Moment, Money, Name, State, yuan } from '../../web/parts.tsx'
import { Frozen } from '../frozen.tsx'
import { tradeNames } from '../names.ts'
import { Door, Due, ReasonForm } from '../operator/parts.tsx'
import { page } from '../page.tsx'
import { Mediate } from './moves.tsx'

async function find(rx: Rx, id: string) {
  const seen = await readOrder(rx, id)
  return {
    seen,
    room: await readRoom(rx, id),
    actions: possibleActions(seen.row, seen.side, rx.now),
    freeze: await activeFreeze(rx, seen.row.contractId),
    now: rx.now,
  }
}

type Found = Awaited<ReturnType<typeof find>>
type Proposal = Found['room']['proposals'][number]

const outcomes: Readonly<Record<Proposal['outcome'], Text>> = {
  accept: text('视为验收合格，价款结算给供方', 'The delivery stands and the vendor is paid'),
  partial: text('部分退款，其余结算给供方', 'A part goes back; the rest is paid to the vendor'),
  refund: text('全额退款，订单终止', 'All of it goes back and the order ends'),
}
const sides: Readonly<Record<string, Text>> = {
  buyer: text('需方', 'Buyer'),
  vendor: text('供方', 'Vendor'),
  operator: text('运营机构', 'Operator'),
}

/** What was said, in the sequence in which it was said: what opened the dispute, statements, proposals and answers. */
function Record({ of: { seen, room } }: { of: Found }) {
  const t = useWords()
  const opened = seen.timeline.filter(entry => ['order.dispute', 'order.mediate'].includes(entry.action))
  const said: { id: string; at: Date; who: Text; what: Text; body: string | null }[] = [
    ...opened.map(entry => ({
      id: entry.auditId,
      at: entry.at,
      who: sides[entry.by] ?? text('系统', 'The exchange'),
      what:
        entry.action === 'order.dispute'
          ? text('提出争议', 'opened the dispute')
          : text('争议了结', 'the dispute ended'),
      body: entry.reason,
    })),
    ...room.statements.map(row => ({
      id: row.id,
      at: row.statedAt,
      who: sides[row.side]!,
      what: text('陈述', 'stated'),
      body: row.body,
    })),
    ...room.proposals.map(row => ({
      id: row.id,
      at: row.proposedAt,
      who: sides[row.side]!,
      what: text(
        `提出方案：${outcomes[row.outcome].zh}${row.outcome === 'partial' ? `（退 ¥${yuan(row.refundFen)}）` : ''}`,
        `proposed: ${outcomes[row.outcome].en}${row.outcome === 'partial' ? ` (¥${yuan(row.refundFen)} back)` : ''}`,
      ),
      body: row.reason,
    })),
  ].sort((a, b) => a.at.getTime() - b.at.getTime())
  if (said.length === 0)
    return (
      <Empty title={t(text('该订单没有发生争议', 'There was no dispute about this order'))} icon="scale">
        {t(
          text('对履行有异议时，可在订单页提出争议。', 'Whoever objects to performance opens a dispute on the order.'),
        )}
      </Empty>
    )
  return (
    <ol class="plain-list">
      {said.map(each => (
        <li key={each.id} class="mb-3">
          <p class="mb-1">
            <strong>{t(each.who)}</strong> {t(each.what)} · <Moment at={each.at} />
          </p>
          {each.body && <blockquote class="mb-0">{each.body}</blockquote>}
        </li>
      ))}
    </ol>
  )
}

function Proposed({ of: row, side }: { of: Proposal; side: string }) {
  const t = useWords()
  const { can } = useReader()
  const isOpen = row.state === 'open'
  const isOther = isOpen && (side === 'buyer' || side === 'vendor') && side !== row.side
  return (
    <li class="mb-3">
      <p class="mb-1">
        <strong>{t(sides[row.side]!)}</strong>
        {t(text('：', ': '))}
        {t(outcomes[row.outcome])} {row.refundFen > 0n && <Money fen={row.refundFen} />}{' '}
        <State machine={proposalMachine} state={row.state} />
      </p>
      <p class="mb-1">{row.reason}</p>
      {row.answerReason && (
        <p class="text-secondary mb-1">
          {t(text('答复：', 'Answer: '))}
          {row.answerReason}
        </p>
      )}
      <div class="stack">
        {isOther && can('dispute.accept') && (
          <Door
            to={`POST /dispute-proposals/${row.id}/accept`}
            label={text('接受方案', 'Accept')}
            tone="primary"
            consequence={text(
              '争议即按此方案了结，款项随之退还或结算，不能撤销。',
              'The dispute ends this way at once: money goes back or is settled. It cannot be undone.',
            )}
          >
            <Form to={`POST /dispute-proposals/${row.id}/accept`}>
              <Submit>{t(text('确认接受', 'Accept it'))}</Submit>
            </Form>
          </Door>
        )}
        {isOther && can('dispute.decline') && (
          <Door
            to={`POST /dispute-proposals/${row.id}/decline`}
            label={text('不接受', 'Decline')}
            tone="plain"
            consequence={text(
              '争议继续，可以提出己方方案。',
              'The dispute goes on; you may make a proposal of your own.',
            )}
          >
            <ReasonForm
              to={`POST /dispute-proposals/${row.id}/decline`}
              button={text('不接受', 'Decline')}
              tone="plain"
            />
          </Door>
        )}
        {isOpen && side === row.side && can('dispute.withdraw') && (
          <Form to={`POST /dispute-proposals/${row.id}/withdraw`}>
            <Submit tone="plain">{t(text('撤回方案', 'Take it back'))}</Submit>
          </Form>
        )}
      </div>
    </li>
  )
}

function Propose({ of: { seen } }: { of: Found }) {
  const t = useWords()
  const { row } = seen
  const isDelivered = row.deliveredAt !== null
  const offered = isDelivered ? (['accept', 'partial', 'refund'] as const) : (['refund'] as const)
  return (
    <Form to={`POST /orders/${row.id}/dispute-proposals`}>
      <Field
        name="outcome"
        kind="radios"
        isRequired
        label={text('了结方式', 'How the dispute ends')}
        options={offered.map(each => [each, outcomes[each]] as const)}
      />
      {isDelivered && (
        <Field
          name="refundFen~yuan"
          inputMode="decimal"
          label={text('退款金额（元，仅部分退款）', 'Amount to go back (CNY, for a part only)')}
          hint={text(`小于价款 ¥${yuan(row.amountFen)}`, `less than the price of ¥${yuan(row.amountFen)}`)}
        />
      )}
      <Field
        name="reason"
        kind="area"
        rows={2}
        isRequired
        maxLength={1000}
        label={text('理由（对方可见）', 'Reason, seen by the other side')}
      />
      <Submit>{t(text('提出方案', 'Propose'))}</Submit>
    </Form>
  )
}

function Speak({ of: { seen } }: { of: Found }) {
  const t = useWords()
  return (
    <Form to={`POST /orders/${seen.row.id}/dispute-statements`} data-guard>
      <Field
        name="body"
        kind="area"
        rows={4}
        isRequired
        maxLength={4000}
        label={text('陈述', 'Statement')}
        hint={text(
          '双方和运营机构都能看到，提交后不能修改。',
          'Both sides and the operator read it; it cannot be changed.',
        )}
      />
      <Submit tone="plain">{t(text('提交陈述', 'Put on record'))}</Submit>
    </Form>
  )
}

const Titled = ({ title, children }: { title: Text; children: ComponentChildren }) => {
  const t = useWords()
  return <Card title={t(title)}>{children}</Card>
}

function Room({ of }: { of: Found }) {
  const t = useWords()
  const { can } = useReader()
  const { seen, room, actions, now } = of
  const { row, side } = seen
  const isOpen = row.state === 'disputed' && side !== 'authority'
  const isParty = side === 'buyer' || side === 'vendor'
  const hasOwn = room.proposals.some(each => each.state === 'open' && each.side === side)
  return (
    <>
      <Frozen of={of.freeze} />
      <div class="split">
        <div>
          <Titled title={text('陈述与方案', 'Statements and proposals')}>
            <Record of={of} />
          </Titled>
          {isOpen && can('dispute.state') && (
            <Titled title={text('补充陈述', 'Add a statement')}>
              <Speak of={of} />
            </Titled>
          )}
        </div>
        <div>
          <Titled title={text('争议', 'The dispute')}>
            <Facts
              of={[
                [
                  t(text('订单', 'Order')),
                  <a href={side === 'operator' ? `/operator/orders/${row.id}` : `/orders/${row.id}`}>{row.number}</a>,
                ],
                [t(text('供方', 'Vendor')), <Name zh={seen.vendorName} of={row.vendorId} />],
                [t(text('需方', 'Buyer')), <Name zh={seen.buyerName} of={row.buyerId} />],
                [t(text('价款', 'Price')), <Money fen={row.amountFen} />],
                row.state === 'disputed' && [
                  t(text('调解期限', 'To be mediated by')),
                  <Due at={row.mediationDueAt} now={now} isProvisional={row.isProvisional} />,
                ],
              ]}
            />
          </Titled>
          {room.proposals.length > 0 && (
            <Titled title={text('了结方案', 'Proposals')}>
              <ul class="plain-list">
                {[...room.proposals].reverse().map(each => (
                  <Proposed key={each.id} of={each} side={side} />
                ))}
              </ul>
            </Titled>
          )}
          {isOpen && isParty && !hasOwn && can('dispute.propose') && (
            <Titled title={text('提出了结方案', 'Propose an outcome')}>
              <Propose of={of} />
            </Titled>
          )}
          {actions.includes('mediate') && can('order.mediate') && (
            <Titled title={text('运营机构决定', "The operator's decision")}>
              <Mediate order={row} />
            </Titled>
          )}
        </div>
      </div>
    </>
  )
}

/** The way from an order into the room of its dispute. */
export function RoomLink({ orderId }: { orderId: string }) {
  const t = useWords()
  return (
    <p>
      <a class="btn btn-primary" href={`/orders/${orderId}/dispute`}>
        {t(text('进入争议处理：陈述、方案和答复', 'Enter the dispute: statements, proposals, answers'))}
      </a>
    </p>
  )
}

export const disputeRoutes: Route[] = [
  page({
    at: 'GET /orders/:id/dispute',
    operation: 'showDispute',
    permission: 'order.read',
    summary: text('争议处理', 'The room of a dispute'),
    params: { id: Id },
    run: async (rx, { params: { id } }) => {
      const of = await find(rx, id)
      const { number, contractId } = of.seen.row
      return {
        title: text(`争议处理：订单 ${number}`, `Dispute about order ${number}`),
        lead: text(
          '双方陈述、提出方案；对方接受即了结，否则由运营机构在期限内决定。期间资金冻结。',
          'Both sides state and propose. What the other accepts ends the dispute; else the operator decides in time. Money is frozen meanwhile.',
        ),
        names: await tradeNames(rx, [contractId]),
        trail: [
          ['/orders', text('订单', 'Orders')],
          [`/orders/${id}`, text(number, number)],
        ],
        body: <Room of={of} />,
      }
    },
  }),
]
