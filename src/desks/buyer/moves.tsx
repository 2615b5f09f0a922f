import { type Text, text } from '../../kernel/text.ts'
import type { Order, OrderAction } from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Field, Form, Submit } from '../../web/form.tsx'
import { yuan } from '../../web/parts.tsx'

/** A move that takes a reason, behind a door that names what it does. */
function Reasoned({
  order,
  action,
  label,
  consequence,
  hint,
}: {
  order: Order
  action: OrderAction
  label: Text
  consequence: Text
  hint?: Text
}) {
  const t = useWords()
  const { form } = useReader()
  const to = `POST /orders/${order.id}/${action}`
  return (
    <Confirm label={label} consequence={consequence} tone="danger" isOpen={form?.to === to}>
      <Form to={to}>
        <Field
          name="reason"
          kind="area"
          rows={3}
          isRequired
          label={text('理由（对方可见）', 'Reason, seen by the other side')}
          {...(hint && { hint })}
          maxLength={1000}
        />
        <Submit tone="danger">{t(label)}</Submit>
      </Form>
    </Confirm>
  )
}

/** The buyer takes the delivery as it is. */
export function Accept({ order }: { order: Order }) {
  const t = useWords()
  return (
    <Form to={`POST /orders/${order.id}/accept`}>
      <Submit tone="good">{t(text('验收合格', 'Accept'))}</Submit>
    </Form>
  )
}

/** The vendor delivers the same data again, or a corrected version with the columns of the contract. */
export function Redeliver({
  order,
  versions,
}: {
  order: Order
  versions: readonly { readonly id: string; readonly fileName: string; readonly rows: number | null }[]
}) {
  const t = useWords()
  const options = versions.map(({ id, fileName, rows }) => [id, `${fileName} · ${rows ?? 0}`] as const)
  return (
    <Form to={`POST /orders/${order.id}/redeliver`}>
      <Field
        name="dataVersionId"
        kind="select"
        label={text('交付的数据', 'Data to deliver')}
        hint={text(
          '更正后的文件须先上传并确认，格式和字段与合同一致。',
          'Upload and confirm a corrected file first; its format and columns are those of the contract.',
        )}
        isRequired
        value={order.dataVersionId}
        options={options}
      />
      <Field name="note" kind="area" rows={2} label={text('说明（选填）', 'Note (optional)')} maxLength={1000} />
      <Submit>{t(text('重新交付', 'Deliver again'))}</Submit>
    </Form>
  )
}

/** The operator ends a dispute. */
export function Mediate({ order }: { order: Order }) {
  const t = useWords()
  return (
    <Form to={`POST /orders/${order.id}/mediate`}>
      <Field
        name="outcome"
        kind="radios"
        isRequired
        label={text('调解结果', 'Outcome')}
        options={[
          ['accept', text('交付成立，按约结算', 'The delivery stands')],
          ['refund', text('全额退款', 'Refund in full')],
          ['partial', text('部分退款，其余结算', 'Refund in part, settle the rest')],
        ]}
      />
      <Field
        name="refundFen~yuan"
        label={text('退款金额（元，仅部分退款）', 'Refund in yuan, with a partial refund only')}
        hint={text(`合同价款 ¥${yuan(order.amountFen)}`, `Price ¥${yuan(order.amountFen)}`)}
        inputMode="decimal"
      />
      <Field name="reason" kind="area" rows={3} isRequired label={text('理由（双方可见）', 'Reason, seen by both')} />
      <Submit>{t(text('作出调解', 'Decide'))}</Submit>
    </Form>
  )
}

const rejecting = text(
  '供方须重新交付或退款；价款继续托管。请写明不合格的具体内容。',
  'The vendor must deliver again or refund; the money stays in escrow. Say exactly what is wrong.',
)
const disputing = text(
  '订单立即冻结：暂停下载、期限和付款，由交易服务机构调解。',
  'Everything freezes at once: downloads, periods and payout, until the exchange has mediated.',
)
const refunding = text(
  '价款将全额退回需方，使用授权撤销，订单结束，不可恢复。',
  'All of the money goes back, the entitlement is revoked and the order ends. It cannot be undone.',
)
const cancelling = text(
  '订单取消且不可恢复；已付价款将全额退回。',
  'The order is cancelled for good; what was paid goes back in full.',
)

/** What else a party can do, each behind a door. */
export function OtherMoves({ order, actions }: { order: Order; actions: readonly OrderAction[] }) {
  const { can } = useReader()
  const may = (action: OrderAction) => actions.includes(action) && can(`order.${action}`)
  return (
    <div class="row-gap align-items-start">
      {may('reject') && (
        <Reasoned
          order={order}
          action="reject"
          label={text('验收不合格', 'Reject')}
          consequence={rejecting}
          hint={text('例如：文件缺少 2025 年 12 月的数据', 'For example: the data of December 2025 are missing')}
        />
      )}
      {may('refund') && (
        <Reasoned order={order} action="refund" label={text('同意退款', 'Refund')} consequence={refunding} />
      )}
      {may('cancel') && (
        <Reasoned order={order} action="cancel" label={text('取消订单', 'Cancel the order')} consequence={cancelling} />
      )}
      {may('dispute') && (
        <Reasoned order={order} action="dispute" label={text('提出争议', 'Open a dispute')} consequence={disputing} />
      )}
    </div>
  )
}
