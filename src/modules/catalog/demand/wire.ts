import { type Static, Type } from 'typebox'
import { PageQuery } from '../../../kernel/page.ts'
import { closed, Fen, fenToWire, Id, Instant, iso, nullable, pageOf } from '../../../kernel/wire.ts'
import { planKinds, type QuestionState, questionMachine } from '../model.ts'
import { type Sort, sorts } from '../search.ts'
import { facetShapes } from '../searchwire.ts'
import { type Kept, newLimit } from './kept.ts'
import type { SeenQuestion } from './questions.ts'
import type { SavedSearchRow, WatchedRow } from './schema.ts'
import type { Watched } from './watching.ts'

const State = Type.Unsafe<QuestionState>(Type.String({ enum: Object.keys(questionMachine.states) }))
const Party = Type.Object({ id: Id, nameZh: Type.String(), nameEn: nullable(Type.String()) })

export const AskBody = closed({
  question: Type.String({ minLength: 4, maxLength: 500, examples: ['缺测日期是否补值？'] }),
})
export const AnswerBody = closed({
  answer: Type.String({ minLength: 2, maxLength: 2000, examples: ['缺测日期留空，不补值。'] }),
})
export const QuestionQuery = closed({
  ...PageQuery,
  state: Type.Optional(State),
  as: Type.Optional(Type.Union([Type.Literal('vendor'), Type.Literal('buyer')])),
})
export const ProductQuestionQuery = closed({ ...PageQuery, state: Type.Optional(State) })

export const QuestionShape = Type.Object({
  id: Id,
  product: Type.Object({ id: Id, nameZh: Type.String(), nameEn: nullable(Type.String()) }),
  vendorId: Id,
  question: Type.String(),
  askedAt: Instant,
  state: State,
  answer: nullable(Type.String()),
  answeredAt: nullable(Instant),
  hiddenReason: nullable(Type.String()),
  asker: Type.Union([Party, Type.Null()], { description: 'told to the vendor, the operator and the asker only' }),
})
export const QuestionPage = pageOf(QuestionShape)
export const QuestionIdShape = Type.Object({ id: Id, state: State })

/** A question as its reader may see it. */
export const toQuestion = ({ row, product, asker }: SeenQuestion): Static<typeof QuestionShape> => ({
  id: row.id,
  product: { id: row.productId, ...product },
  vendorId: row.vendorId,
  question: row.question,
  askedAt: row.createdAt.toISOString(),
  state: row.state as QuestionState,
  answer: row.answer,
  answeredAt: iso(row.answeredAt),
  hiddenReason: row.hiddenReason,
  asker: asker && { id: asker.id, nameZh: asker.nameZh, nameEn: asker.nameEn },
})

const Change = Type.Union([Type.Literal('new-version'), Type.Literal('price'), Type.Literal('ended')])

export const WatchShape = Type.Object({ productId: Id, versionNo: Type.Integer(), amountFen: Fen, seenAt: Instant })
export const WatchedShape = Type.Object({
  product: Type.Object({ id: Id, number: Type.String(), nameZh: Type.String(), nameEn: nullable(Type.String()) }),
  vendor: Party,
  watchedAt: Instant,
  seen: Type.Object({ versionNo: Type.Integer(), amountFen: Fen, at: Instant }),
  present: nullable(
    Type.Object({ versionNo: Type.Integer(), kind: Type.String({ enum: [...planKinds] }), amountFen: Fen }),
  ),
  changes: Type.Array(Change, { description: 'since the person last looked' }),
  changedAt: nullable(Instant),
})
export const WatchedPage = pageOf(WatchedShape)

export const toWatch = (row: WatchedRow): Static<typeof WatchShape> => ({
  productId: row.productId,
  versionNo: row.seenVersionNo,
  amountFen: fenToWire(row.seenAmountFen),
  seenAt: row.seenAt.toISOString(),
})

/** A watched product with what changed. */
export const toWatched = (found: Watched): Static<typeof WatchedShape> => ({
  product: { id: found.row.productId, number: found.number, nameZh: found.nameZh, nameEn: found.nameEn },
  vendor: { id: found.vendor.id, nameZh: found.vendor.nameZh, nameEn: found.vendor.nameEn },
  watchedAt: found.row.createdAt.toISOString(),
  seen: {
    versionNo: found.row.seenVersionNo,
    amountFen: fenToWire(found.row.seenAmountFen),
    at: found.row.seenAt.toISOString(),
  },
  present: found.present && { ...found.present, amountFen: fenToWire(found.present.amountFen) },
  changes: [...found.changes],
  changedAt: iso(found.changedAt),
})

const looked = {
  q: Type.Optional(Type.String({ maxLength: 100 })),
  sort: Type.Optional(Type.Unsafe<Sort>(Type.String({ enum: [...sorts] }))),
  ...facetShapes,
  vendor: Type.Optional(Id),
}
export const SaveSearchBody = closed({
  name: Type.String({ minLength: 1, maxLength: 60, examples: ['太原空气质量'] }),
  ...looked,
})
const saved = { id: Id, name: Type.String(), query: Type.Object(looked), seenAt: Instant, savedAt: Instant }
export const SavedSearchShape = Type.Object(saved)
export const SavedSearchList = Type.Object({
  items: Type.Array(
    Type.Object({
      ...saved,
      newProducts: Type.Integer({ description: `listed since the person last looked, up to ${newLimit}` }),
    }),
  ),
})

/** A kept search. */
export const toSavedSearch = (row: SavedSearchRow) => ({
  id: row.id,
  name: row.name,
  query: row.query as Static<(typeof SavedSearchShape)['properties']['query']>,
  seenAt: row.seenAt.toISOString(),
  savedAt: row.createdAt.toISOString(),
})
export const toSavedSearchList = (found: readonly Kept[]) => ({
  items: found.map(({ row, fresh }) => ({ ...toSavedSearch(row), newProducts: fresh })),
})
