import { type Text, text } from '../../kernel/text.ts'
import { type LineState, lineMachine, type StatementLine } from '../../modules/settlement/index.ts'
import { useWords } from '../../web/context.ts'
import { Money, Name, State, Table, type Tone } from '../../web/parts.tsx'

export const lineTones: Partial<Record<LineState, Tone>> = {
  received: 'info',
  unmatched: 'warn',
  matched: 'good',
  partial: 'warn',
  surplus: 'warn',
  duplicate: 'warn',
}

/** What became of a payment, said in a sentence. */
export const lineWords: Readonly<Record<LineState, Text>> = {
  received: text('正在入账', 'Being booked'),
  unmatched: text('未识别，暂存待认领', 'Unknown: kept in suspense'),
  matched: text('足额，订单已付清', 'Exact: the order is paid'),
  partial: text('不足额，等待补足', 'A part: waits for the rest'),
  surplus: text('超额，订单已付清，余款待退', 'Too much: the order is paid, the rest goes back'),
  duplicate: text('重复付款，全额待退', 'Paid twice: all of it goes back'),
  returning: text('正在退回付款人', 'On its way back to the payer'),
  returned: text('已退回付款人', 'Returned to the payer'),
}

/** Why a payment was not matched by itself. */
export const hintWords: Readonly<Record<string, Text>> = {
  'no-reference': text('附言中没有付款参考码', 'the remark has no payment reference'),
  'ambiguous-reference': text('附言中有多个参考码', 'the remark has several references'),
  'order-takes-no-payment': text('所指订单不再收款', 'the order it names takes no payment any more'),
}

/** Payments as a list; an unmatched one leads to where it is matched. */
export function Lines({ of }: { of: readonly StatementLine[] }) {
  const t = useWords()
  return (
    <Table
      head={[
        t(text('记账日期', 'Booked on')),
        t(text('付款人', 'Payer')),
        t(text('附言', 'Remark')),
        t(text('金额', 'Amount')),
        t(text('结果', 'Result')),
        t(text('办理', 'Action')),
      ]}
      nums={[3]}
      rows={of.map(line => [
        line.bookedOn,
        line.payerName === '' ? '—' : <Name zh={line.payerName} />,
        line.remark === '' ? '—' : <span class="text-break">{line.remark}</span>,
        <Money fen={line.amountFen} />,
        <>
          <State machine={lineMachine} state={line.state} tones={lineTones} />
          <div class="text-secondary">
            {line.hint ? t(hintWords[line.hint] ?? text(line.hint, line.hint)) : t(lineWords[line.state])}
          </div>
        </>,
        line.state === 'unmatched' ? (
          <a href={`/operator/statements/${line.statementId}?line=${line.id}#match`}>{t(text('认领', 'Match'))}</a>
        ) : line.orderId ? (
          <a href={`/operator/orders/${line.orderId}`}>{t(text('订单', 'Order'))}</a>
        ) : (
          '—'
        ),
      ])}
    />
  )
}
