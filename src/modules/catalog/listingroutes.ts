import type { TSchema } from 'typebox'
import type { Cx } from '../../kernel/command.ts'
import { type Route, read, write } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { closed, IdParams } from '../../kernel/wire.ts'
import { DataVersionShape, toDataVersionWire } from '../data/index.ts'
import { ReasonBody } from '../identity/index.ts'
import { discardDataVersion, discardListing, restoreDataVersion, restoreListing } from './discard.ts'
import type { SupplementItem } from './facts.ts'
import { reviewerNotIndependent } from './model.ts'
import {
  acceptListing,
  delistListing,
  passListing,
  publishListing,
  refuseListing,
  renewListing,
  resubmitListing,
  resumeListing,
  returnListing,
  submitListing,
  suspendListing,
} from './moves.ts'
import { listingOf, listListings } from './queries.ts'
import { keepReview, readChecklist, requireAllChecked } from './review.ts'
import { ChecklistShape, toChecklist } from './reviewwire.ts'
import {
  ListingFileShape,
  ListingPage,
  ListingQuery,
  ListingShape,
  PassBody,
  RefuseBody,
  ReturnBody,
  SubmitBody,
  toListing,
  toListingFile,
} from './wire.ts'

const tag = 'listings'

const reads = [
  read({
    at: 'GET /listings',
    operation: 'listListings',
    permission: 'listing.list',
    tag,
    summary: text('挂牌列表', 'Listings'),
    query: closed({ ...PageQuery, ...ListingQuery }),
    reply: ListingPage,
    run: async (rx, { query }) => {
      const { items, next } = await listListings(rx, query)
      return { items: items.map(item => toListing(item, rx.now)), next }
    },
  }),
  read({
    at: 'GET /listings/:id',
    operation: 'readListing',
    permission: 'listing.read',
    tag,
    summary: text('挂牌材料', 'A listing with its file'),
    params: IdParams,
    reply: ListingFileShape,
    run: async (rx, { params }) => toListingFile(await listingOf(rx, params.id), rx.now),
  }),
  read({
    at: 'GET /listings/:id/checklist',
    operation: 'readChecklist',
    permission: 'listing.checklist',
    tag,
    summary: text('审核要点与证据', 'What a reviewer goes through, with its evidence'),
    params: IdParams,
    reply: ChecklistShape,
    run: async (rx, { params }) => toChecklist(await readChecklist(rx, params.id)),
  }),
]

/** A move of the life cycle: `POST /listings/:id/<name>`. */
const move = <B extends TSchema | undefined>(
  name: string,
  summary: Text,
  body: B,
  useCase: (cx: Cx, id: string, body: never) => Promise<unknown>,
) =>
  write({
    at: `POST /listings/:id/${name}`,
    operation: `${name}Listing`,
    permission: `listing.${name}`,
    tag,
    summary,
    params: IdParams,
    ...(body && { body }),
    reply: ListingShape,
    problems: [stateConflict, ruleViolated, reviewerNotIndependent],
    run: async (cx, input) => {
      await useCase(cx, input.params.id, (input as { body: unknown }).body as never)
      return toListing(await listingOf(cx, input.params.id), cx.now)
    },
  })

type Reason = { reason: string }
type Checked = { checks?: string[] }
type Opinion = { opinion: string; checks: string[]; isImportantDataConfirmed?: boolean }
type Supplement = Checked & { items: SupplementItem[] }
const listOf = (items: readonly SupplementItem[]) => items.map(item => `${item.pointer} ${item.message}`).join('\n')
type Term = { endsOn?: string } | undefined

const moves = [
  move('submit', text('提交挂牌', 'Submit for listing'), SubmitBody, (cx, id, body: Term) =>
    submitListing(cx, id, body ?? {}),
  ),
  move('resubmit', text('补正后重新提交', 'Submit again'), undefined, resubmitListing),
  move('accept', text('受理', 'Accept for review'), undefined, acceptListing),
  move('return', text('退回补正', 'Return for supplement'), ReturnBody, async (cx, id, body: Supplement) => {
    await returnListing(cx, id, body.items, body.checks)
    await keepReview(cx, id, { decision: 'return', checks: body.checks ?? [], opinion: listOf(body.items) })
  }),
  move('refuse', text('不予挂牌', 'Refuse'), RefuseBody, async (cx, id, body: Reason & Checked) => {
    await refuseListing(cx, id, body.reason, body.checks)
    await keepReview(cx, id, { decision: 'refuse', checks: body.checks ?? [], opinion: body.reason })
  }),
  move('pass', text('审核通过', 'Pass the review'), PassBody, async (cx, id, body: Opinion) => {
    await passListing(cx, id, body)
    requireAllChecked(body.checks)
    await keepReview(cx, id, { decision: 'pass', checks: body.checks, opinion: body.opinion })
  }),
  move('publish', text('挂牌', 'List'), undefined, publishListing),
  move('suspend', text('停牌', 'Suspend'), ReasonBody, (cx, id, body: Reason) => suspendListing(cx, id, body.reason)),
  move('resume', text('恢复挂牌', 'Resume'), undefined, resumeListing),
  move('delist', text('摘牌', 'Delist'), ReasonBody, (cx, id, body: Reason) => delistListing(cx, id, body.reason)),
  move('discard', text('放弃草稿', 'Give a draft up'), undefined, discardListing),
  move('restore', text('恢复草稿', 'Take a draft back'), undefined, restoreListing),
  move('renew', text('续期', 'Renew'), SubmitBody, (cx, id, body: Term) => renewListing(cx, id, body ?? {})),
]

/** Data versions are put away here and not in their own module, which does not know what uses them. */
const dataRoutes = [
  write({
    at: 'POST /data-versions/:id/discard',
    operation: 'discardDataVersion',
    permission: 'data-version.discard',
    tag: 'data',
    summary: text('移除未使用的数据版本', 'Put an unused data version away'),
    params: IdParams,
    reply: DataVersionShape,
    problems: [stateConflict],
    run: async (cx, { params }) => toDataVersionWire(await discardDataVersion(cx, params.id)),
  }),
  write({
    at: 'POST /data-versions/:id/restore',
    operation: 'restoreDataVersion',
    permission: 'data-version.restore',
    tag: 'data',
    summary: text('恢复已移除的数据版本', 'Take a data version back'),
    params: IdParams,
    reply: DataVersionShape,
    problems: [stateConflict],
    run: async (cx, { params }) => toDataVersionWire(await restoreDataVersion(cx, params.id)),
  }),
]

export const listingRoutes: Route[] = [...reads, ...moves, ...dataRoutes]
