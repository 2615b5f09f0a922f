import { and, desc, eq, lt } from 'drizzle-orm'
import type { Cx, Reading, Rx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import { decodeCursor, toPage } from '../../kernel/page.ts'
import { forbidden, invalidInput, notFound, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { sideOf } from './access.ts'
import { lockOrder } from './change.ts'
import type { OrderState } from './model.ts'
import { order, type Rating, rating } from './schema.ts'

/** States in which the buyer has taken the goods for what was agreed. */
const ratableStates: readonly OrderState[] = ['accepted', 'partly_refunded', 'settling', 'settled', 'closed']

/** Whether the buyer of such an order may say how it was. */
export const isRatable = (state: OrderState): boolean => ratableStates.includes(state)

export interface RatingInput {
  /** 1 (poor) to 5 (very good) */
  readonly score: number
  readonly comment?: string | undefined
}

/**
 * The buyer rates a purchase that it has accepted, or corrects what it said; the score enters the averages at once.
 * @throws not-found, forbidden for other sides, state-conflict before acceptance or after a refund
 */
export async function rateOrder(cx: Cx, orderId: string, input: RatingInput): Promise<Rating> {
  const row = await lockOrder(cx, orderId)
  if (sideOf(row, cx.actor) !== 'buyer')
    throw forbidden(text('只有该订单的需方可以评价。', 'Only the buyer of the order rates it.'))
  if (!isRatable(row.state))
    throw stateConflict(text('验收之后才能评价。', 'A purchase is rated once it was accepted.'))
  const [before] = await cx.tx.select().from(rating).where(eq(rating.orderId, orderId))
  const said = { score: input.score, comment: input.comment?.trim() || null, ratedBy: cx.actor.personId! }
  const { productId, vendorId, buyerId } = row
  const [rated] = await cx.tx
    .insert(rating)
    .values({ id: newId(), orderId, productId, vendorId, buyerId, ...said, createdAt: cx.now, changedAt: cx.now })
    .onConflictDoUpdate({ target: rating.orderId, set: { ...said, changedAt: cx.now } })
    .returning()
  const facts = { productId, score: said.score, comment: said.comment }
  cx.audit('order.rate', ['order', orderId], { ratingId: rated!.id, ...facts, before: before?.score ?? null })
  cx.emit('orders.order-rated', { orderId, ratingId: rated!.id, vendorId })
  return rated!
}

/** The vendor replies to a rating, once. @throws not-found for another's, state-conflict after the first reply */
export async function replyRating(cx: Cx, id: string, { reply: typed }: { readonly reply: string }): Promise<Rating> {
  const [row] = await cx.tx.select().from(rating).where(eq(rating.id, id)).for('update')
  if (row?.vendorId !== requireOrganization(cx.actor)) throw notFound()
  if (row.reply !== null) throw stateConflict(text('每条评价只能回复一次。', 'A rating is replied to once.'))
  const reply = typed.trim()
  if (reply === '')
    throw invalidInput(undefined, {
      errors: [
        {
          pointer: '/reply',
          message: text('不能为空', 'cannot be blank'),
          remedy: text('填写回复内容', 'write the reply'),
        },
      ],
    })
  const [replied] = await cx.tx
    .update(rating)
    .set({ reply, repliedBy: cx.actor.personId, repliedAt: cx.now })
    .where(eq(rating.id, id))
    .returning()
  cx.audit('rating.reply', ['order', row.orderId], { ratingId: id, reply })
  cx.emit('orders.rating-replied', { ratingId: id, orderId: row.orderId, ratedBy: row.ratedBy })
  return replied!
}

/** Scores of a product or a vendor: how many of each, and their mean in hundredths of a point. */
export interface Scores {
  readonly count: number
  /** null without ratings */
  readonly averageHundredths: number | null
  /** how many gave 1, 2, 3, 4, 5 */
  readonly byScore: readonly [number, number, number, number, number]
}

function scoresOf(rows: readonly { readonly score: number; readonly n: number }[]): Scores {
  const byScore: [number, number, number, number, number] = [0, 0, 0, 0, 0]
  for (const { score, n } of rows) byScore[score - 1] = n
  const count = byScore.reduce((sum, n) => sum + n, 0)
  const total = byScore.reduce((sum, n, i) => sum + n * (i + 1), 0)
  return { count, averageHundredths: count === 0 ? null : Math.round((total * 100) / count), byScore }
}

/** The scores of a product, from accepted purchases. */
export const productScores = async ({ sql }: Reading, productId: string): Promise<Scores> =>
  scoresOf(
    await sql<{ score: number; n: number }[]>`
    select score, count(*)::int as n from orders.rating where product_id = ${productId} group by score`,
  )

/** The scores of all products of a vendor. */
export const vendorScores = async ({ sql }: Reading, vendorId: string): Promise<Scores> =>
  scoresOf(
    await sql<{ score: number; n: number }[]>`
    select score, count(*)::int as n from orders.rating where vendor_id = ${vendorId} group by score`,
  )

/** Ratings of a product, newest first; whose they are is not told. */
export async function ratingsOf(
  rx: Pick<Rx, 'tx'>,
  productId: string,
  query: { readonly limit?: number | undefined; readonly after?: string | undefined },
) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const rows = await rx.tx
    .select()
    .from(rating)
    .where(and(eq(rating.productId, productId), after ? lt(rating.id, after) : undefined))
    .orderBy(desc(rating.id))
    .limit(limit + 1)
  return toPage(
    rows,
    limit,
    row => [row.id],
    row => row,
  )
}

/** The rating of an order, for those who may see the order; undefined before there is one. */
export async function ratingOfOrder(rx: Rx, orderId: string): Promise<Rating | undefined> {
  const [found] = await rx.tx
    .select({ rating, order })
    .from(rating)
    .innerJoin(order, eq(order.id, rating.orderId))
    .where(eq(rating.orderId, orderId))
  return found && sideOf(found.order, rx.actor) ? found.rating : undefined
}

/** What the exchange's own rows say of a vendor's trades. */
export interface TradeRecord {
  /** orders that came to their end with everything paid out */
  readonly completed: number
  readonly rejected: number
  readonly disputed: number
  /** Median hours from payment to a completed delivery, of the newest such orders; null without any. */
  readonly medianDeliveryHours: number | null
}

/** Newest deliveries that the median is taken of: it is to tell how the vendor works now, and to cost little. */
const medianOf = 200

/** A vendor's record of trades. Every figure is counted from rows by an index of its own. */
export async function tradeRecordOf({ sql }: Reading, vendorId: string): Promise<TradeRecord> {
  const [row] = await sql<{ completed: number; rejected: number; disputed: number; hours: number | null }[]>`
    select
      (select count(*)::int from orders.order where vendor_id = ${vendorId} and state = 'closed') as completed,
      (select count(*)::int from orders.order where vendor_id = ${vendorId} and rejections > 0) as rejected,
      (select count(*)::int from orders.order where vendor_id = ${vendorId} and disputes > 0) as disputed,
      (select percentile_cont(0.5) within group (order by seconds) / 3600 from (
        select extract(epoch from delivered_at - coalesce(paid_at, created_at)) as seconds
        from orders.order where vendor_id = ${vendorId} and delivered_at is not null
        order by delivered_at desc limit ${medianOf}) newest)::float8 as hours`
  return {
    completed: row!.completed,
    rejected: row!.rejected,
    disputed: row!.disputed,
    medianDeliveryHours: row!.hours === null ? null : Math.round(row!.hours * 10) / 10,
  }
}
