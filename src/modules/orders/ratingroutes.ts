import { type Static, Type } from 'typebox'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { forbidden, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { closed, Id, IdParams, Instant, iso, nullable } from '../../kernel/wire.ts'
import { productScores, rateOrder, ratingsOf, replyRating, type Scores } from './ratings.ts'
import type { Rating } from './schema.ts'

const tag = 'ratings'

export const RateBody = closed({
  score: Type.Integer({ minimum: 1, maximum: 5, examples: [5] }),
  comment: Type.Optional(Type.String({ maxLength: 1000, examples: ['字段与说明一致，更新及时'] })),
})
export const ReplyBody = closed({ reply: Type.String({ minLength: 1, maxLength: 1000, examples: ['感谢反馈'] }) })

export const RatingShape = Type.Object({
  id: Id,
  productId: Id,
  score: Type.Integer(),
  comment: nullable(Type.String()),
  reply: nullable(Type.String()),
  repliedAt: nullable(Instant),
  ratedAt: Instant,
  changedAt: Instant,
})
export const ScoresShape = Type.Object({
  count: Type.Integer(),
  average: nullable(Type.Number({ description: 'of 1–5, to two decimals; null without ratings' })),
  byScore: Type.Array(Type.Integer(), { description: 'how many gave 1, 2, 3, 4, 5' }),
})

/** A rating as everyone sees it: it says nothing of who bought. */
export const toRating = (row: Rating): Static<typeof RatingShape> => ({
  id: row.id,
  productId: row.productId,
  score: row.score,
  comment: row.comment,
  reply: row.reply,
  repliedAt: iso(row.repliedAt),
  ratedAt: row.createdAt.toISOString(),
  changedAt: row.changedAt.toISOString(),
})

export const toScores = ({ count, averageHundredths, byScore }: Scores): Static<typeof ScoresShape> => ({
  count,
  average: averageHundredths === null ? null : averageHundredths / 100,
  byScore: [...byScore],
})

export const ratingRoutes: Route[] = [
  read({
    at: 'GET /products/:id/ratings',
    operation: 'listRatings',
    permission: 'rating.list',
    tag,
    summary: text('产品的评价（仅来自已验收的购买）', 'Ratings of a product, from accepted purchases only'),
    params: IdParams,
    query: closed(PageQuery),
    reply: Type.Object({ scores: ScoresShape, items: Type.Array(RatingShape), next: nullable(Type.String()) }),
    run: async (rx, { params, query }) => {
      const [scores, { items, next }] = await Promise.all([
        productScores(rx, params.id),
        ratingsOf(rx, params.id, query),
      ])
      return { scores: toScores(scores), items: items.map(toRating), next }
    },
  }),
  write({
    at: 'POST /orders/:id/rate',
    operation: 'rateOrder',
    permission: 'order.rate',
    tag,
    summary: text('评价已验收的购买', 'Rate an accepted purchase'),
    params: IdParams,
    body: RateBody,
    reply: RatingShape,
    problems: [stateConflict, forbidden],
    run: async (cx, { params, body }) => toRating(await rateOrder(cx, params.id, body)),
  }),
  write({
    at: 'POST /ratings/:id/reply',
    operation: 'replyRating',
    permission: 'rating.reply',
    tag,
    summary: text('回复评价', 'Reply to a rating'),
    params: IdParams,
    body: ReplyBody,
    reply: RatingShape,
    problems: [stateConflict],
    run: async (cx, { params, body }) => toRating(await replyRating(cx, params.id, body)),
  }),
]
