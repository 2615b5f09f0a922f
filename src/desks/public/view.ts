import type { Rx } from '../../kernel/command.ts'
import { notFound } from '../../kernel/problem.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import {
  isWatching,
  type PublicProduct,
  type PublishedVersion,
  previewProduct,
  publicProduct,
  publishedVersions,
  questionsOf,
  toProduct,
} from '../../modules/catalog/index.ts'
import { productScores, ratingsOf, type Scores } from '../../modules/orders/index.ts'
import { recordOf, type VendorRecord } from './record.ts'

/** Questions and ratings that are shown at once. */
const shownTalk = 5

/** Everything that a product's page shows, read in one go. */
export interface ProductView {
  readonly id: string
  /** with the values of sensitive columns left out */
  readonly product: ReturnType<typeof toProduct>
  readonly found: PublicProduct
  readonly record: VendorRecord
  readonly versions: readonly PublishedVersion[]
  readonly questions: Awaited<ReturnType<typeof questionsOf>>
  readonly scores: Scores
  readonly ratings: Awaited<ReturnType<typeof ratingsOf>>
  readonly isWatched: boolean
  readonly rules: RulePack
}

/** Where the reader is in the questions and the ratings. */
export interface TalkPlace {
  readonly questions?: string | undefined
  readonly ratings?: string | undefined
}

/** Reads a product for its page. @throws not-found for what was never published */
export async function productView(rx: Rx, id: string, place: TalkPlace): Promise<ProductView> {
  const rules = rulesAt(rx.now)
  const found = await publicProduct(rx, id)
  if (!found.version.facts) throw notFound()
  const [record, versions, questions, scores, ratings, isWatched] = await Promise.all([
    recordOf(rx, found.vendor),
    publishedVersions(rx, id),
    questionsOf(rx, id, { limit: shownTalk, after: place.questions }),
    productScores(rx, id),
    ratingsOf(rx, id, { limit: shownTalk, after: place.ratings }),
    isWatching(rx, id),
  ])
  const product = toProduct(found, found.version.isSilenceAcceptance ?? rules.acceptance.isSilenceAcceptance)
  return { id, product, found, record, versions, questions, scores, ratings, isWatched, rules }
}

/** The own version in hand as its page will show it, submitted or not. @throws not-found while no data were chosen */
export async function previewView(rx: Rx, id: string): Promise<ProductView> {
  const rules = rulesAt(rx.now)
  const found = await previewProduct(rx, id)
  const product = toProduct(found, found.version.isSilenceAcceptance ?? rules.acceptance.isSilenceAcceptance)
  const none = { items: [], next: null }
  return {
    id,
    product,
    found,
    rules,
    record: await recordOf(rx, found.vendor),
    versions: [],
    questions: none,
    ratings: none,
    scores: await productScores(rx, id),
    isWatched: false,
  }
}
