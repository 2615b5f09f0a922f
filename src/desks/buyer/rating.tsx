import { text } from '../../kernel/text.ts'
import type { Order, Rating } from '../../modules/orders/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Moment } from '../../web/parts.tsx'

const scores = [
  ['5', text('5 很好', '5 very good')],
  ['4', text('4 好', '4 good')],
  ['3', text('3 一般', '3 fair')],
  ['2', text('2 差', '2 poor')],
  ['1', text('1 很差', '1 very poor')],
] as const

function Rate({ order, rating }: { order: Order; rating: Rating | undefined }) {
  const t = useWords()
  return (
    <Form to={`POST /orders/${order.id}/rate`}>
      <Field
        name="score"
        kind="select"
        isRequired
        label={text('评分', 'Score')}
        value={rating?.score}
        options={scores}
      />
      <Field
        name="comment"
        kind="area"
        rows={3}
        label={text('评语（选填，公开但不署名）', 'Comment, optional; shown to all without your name')}
        value={rating?.comment}
        maxLength={1000}
      />
      <Submit tone="plain">{rating ? t(text('修改评价', 'Change the rating')) : t(text('提交评价', 'Rate'))}</Submit>
    </Form>
  )
}

function Said({ of }: { of: Rating }) {
  const t = useWords()
  return (
    <>
      <p>
        <strong>{t(text(`${of.score} 分`, `${of.score} of 5`))}</strong> · <Moment at={of.changedAt} isDay />
      </p>
      {of.comment && <p lang="zh-CN">{of.comment}</p>}
      {of.reply && (
        <p class="text-secondary">
          {t(text('供方回复：', 'The vendor’s reply: '))}
          <span lang="zh-CN">{of.reply}</span>
        </p>
      )}
    </>
  )
}

/** The buyer's rating of what it accepted, and the vendor's reply. */
export function RatingCard({
  order,
  side,
  rating,
  canRate,
}: {
  order: Order
  side: string
  rating: Rating | undefined
  canRate: boolean
}) {
  const t = useWords()
  const { can } = useReader()
  const mayRate = side === 'buyer' && canRate && can('order.rate')
  const mayReply = side === 'vendor' && rating !== undefined && rating.reply === null && can('rating.reply')
  if (!rating && !mayRate) return null
  return (
    <Card title={t(text('评价', 'Rating'))} id="rating">
      {rating && <Said of={rating} />}
      {mayRate && <Rate order={order} rating={rating} />}
      {mayReply && (
        <Form to={`POST /ratings/${rating.id}/reply`}>
          <Field
            name="reply"
            kind="area"
            rows={3}
            isRequired
            label={text('回复（公开）', 'Reply, shown to all')}
            maxLength={1000}
          />
          <Submit tone="plain">{t(text('回复', 'Reply'))}</Submit>
        </Form>
      )}
    </Card>
  )
}
