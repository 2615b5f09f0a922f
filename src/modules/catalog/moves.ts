import { and, eq, inArray, lt, ne } from 'drizzle-orm'
import { dayOf } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { isWithin } from '../../kernel/division.ts'
import { NotDue } from '../../kernel/events.ts'
import { nextState } from '../../kernel/machine.ts'
import { forbidden, invalidInput, notFound, ruleViolated } from '../../kernel/problem.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { passWithListing, requireReleased } from '../risk/index.ts'
import { type SupplementItem, supersededReason } from './facts.ts'
import { freeze, mustBeClean, versionOf } from './freezing.ts'
import { enterIndex, leaveIndex } from './indexing.ts'
import {
  deadlineOf,
  type ListingMove,
  type ListingState,
  leadPlan,
  listingMachine,
  mayResume,
  type Plan,
  pausedClock,
  publishedStates,
  resumedDeadline,
  reviewerNotIndependent,
  type Side,
} from './model.ts'
import { type ListingRow, listing } from './schema.ts'
import { currentPlans } from './service.ts'

/** As whom the actor stands to a listing. @throws not-found when it is none of their business. */
export function sideOf(rx: Rx, row: Pick<ListingRow, 'vendorId' | 'division' | 'submittedAt'>): Side {
  const { actor } = rx
  if (actor.kind === 'system') return 'operator'
  if (actor.organizationId === row.vendorId) return 'vendor'
  if (row.submittedAt === null) throw notFound()
  if (actor.roles.includes('operator')) return 'operator'
  if (actor.roles.includes('authority') && isWithin(row.division, actor.division ?? '')) return 'authority'
  throw notFound()
}

async function locked(cx: Cx, id: string): Promise<{ row: ListingRow; side: Side }> {
  const [row] = await cx.tx.select().from(listing).where(eq(listing.id, id)).for('update')
  if (!row) throw notFound()
  return { row, side: sideOf(cx, row) }
}

/** The listing, locked, for a move of its vendor. */
export async function lockedAsVendor(cx: Cx, id: string, move: ListingMove): Promise<ListingRow> {
  const { row, side } = await locked(cx, id)
  if (side !== 'vendor') throw forbidden(text('此操作由供方办理。', 'This is for the vendor to do.'))
  nextState(listingMachine, row.state as ListingState, move)
  return row
}

/** The listing, locked, for a move of the operator's staff, who must be independent of the submitter. */
async function lockedAsReviewer(cx: Cx, id: string, move: ListingMove): Promise<ListingRow> {
  const { row, side } = await locked(cx, id)
  const isOwn = side === 'vendor' || (cx.actor.personId !== null && cx.actor.personId === row.submittedBy)
  if (isOwn && !rulesAt(cx.now).listing.mayReviewerBeSubmitter.value) throw reviewerNotIndependent()
  if (side === 'authority') throw forbidden(text('此操作由运营机构办理。', 'This is for the operator to do.'))
  nextState(listingMachine, row.state as ListingState, move)
  return row
}

/** Points of the review that the reviewer confirmed. */
type Checks = readonly string[]

interface Step {
  readonly move: ListingMove
  readonly values?: Partial<ListingRow>
  /** what the log keeps beside the states */
  readonly record?: Record<string, unknown>
}

export async function step(cx: Cx, row: ListingRow, { move, values, record }: Step): Promise<ListingRow> {
  const state = nextState(listingMachine, row.state as ListingState, move)
  const [changed] = await cx.tx
    .update(listing)
    .set({ isSuspendedByGate: false, ...values, state, rulePack: rulesAt(cx.now).ref, changedAt: cx.now })
    .where(eq(listing.id, row.id))
    .returning()
  cx.audit(`listing.${move}`, ['listing', row.id], {
    number: row.number,
    productId: row.productId,
    versionId: row.versionId,
    from: row.state,
    to: state,
    rulePack: changed!.rulePack,
    ...(changed!.dueAt && { dueAt: changed!.dueAt }),
    ...record,
  })
  cx.emit('catalog.listing-moved', { listingId: row.id, productId: row.productId, move, from: row.state, to: state })
  return changed!
}

const stopped = { dueAt: null, isDueProvisional: false }
const running = (rules: RulePack, clock: Parameters<typeof deadlineOf>[1], now: Date) => {
  const { dueAt, isProvisional } = deadlineOf(rules, clock, now)
  return { dueAt, isDueProvisional: isProvisional }
}

function checkEnd(cx: Cx, endsOn: string | null): void {
  if (endsOn === null || endsOn >= dayOf(cx.now)) return
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: '/endsOn',
        message: text('挂牌截止日期已过', 'the last day of the listing has passed'),
        remedy: text('填写今天或之后的日期，或不填', 'give today or a later day, or none'),
      },
    ],
  })
}

/**
 * Submits a draft for listing (5.1: pre-check clean); the acceptance clock starts.
 * @throws rule-violated with every field to correct, state-conflict, not-found.
 */
export async function submitListing(
  cx: Cx,
  id: string,
  input: { endsOn?: string | undefined } = {},
): Promise<ListingRow> {
  const row = await lockedAsVendor(cx, id, 'submit')
  const endsOn = input.endsOn ?? null
  checkEnd(cx, endsOn)
  const { grade, contentHash } = await freeze(cx, row)
  return step(cx, row, {
    move: 'submit',
    values: {
      grade,
      endsOn,
      submittedBy: cx.actor.personId,
      submittedAt: cx.now,
      ...running(rulesAt(cx.now), 'listingAcceptance', cx.now),
    },
    record: { contentHash, grade, endsOn },
  })
}

/** Submits again what was returned; the acceptance clock goes on where it stopped. @throws as `submitListing`. */
export async function resubmitListing(cx: Cx, id: string): Promise<ListingRow> {
  const row = await lockedAsVendor(cx, id, 'resubmit')
  const { grade, contentHash } = await freeze(cx, row)
  const { dueAt, isProvisional } = resumedDeadline(rulesAt(cx.now), row.remainingWorkingDays ?? 0, cx.now)
  return step(cx, row, {
    move: 'resubmit',
    values: {
      grade,
      submittedBy: cx.actor.personId,
      submittedAt: cx.now,
      dueAt,
      isDueProvisional: isProvisional,
      remainingWorkingDays: null,
      supplement: [],
    },
    record: { contentHash, grade },
  })
}

/** Accepts a submission for review (受理); the review clock starts. @throws reviewer-not-independent, state-conflict. */
export async function acceptListing(cx: Cx, id: string): Promise<ListingRow> {
  const row = await lockedAsReviewer(cx, id, 'accept')
  return step(cx, row, {
    move: 'accept',
    values: {
      acceptedBy: cx.actor.personId,
      acceptedAt: cx.now,
      ...running(rulesAt(cx.now), 'listingReview', cx.now),
    },
  })
}

/** Returns a submission with the one complete list of what to supplement (补正); the acceptance clock stops. */
export async function returnListing(cx: Cx, id: string, items: readonly SupplementItem[], checks: Checks = []) {
  const row = await lockedAsReviewer(cx, id, 'return')
  return step(cx, row, {
    move: 'return',
    values: {
      supplement: items,
      remainingWorkingDays: pausedClock(row.dueAt!, cx.now),
      ...running(rulesAt(cx.now), 'listingSupplement', cx.now),
    },
    record: { items, checks },
  })
}

/** Refuses a submission for good, with the reason. @throws reviewer-not-independent, state-conflict. */
export async function refuseListing(cx: Cx, id: string, reason: string, checks: Checks = []): Promise<ListingRow> {
  const row = await lockedAsReviewer(cx, id, 'refuse')
  const values = { reason, endedAt: cx.now, ...stopped }
  return step(cx, row, { move: 'refuse', values, record: { reason, checks } })
}

/**
 * Passes the review. The reviewer is another person than the submitter and of another organisation than the vendor;
 * for important data they confirm the approval separately (GB/T 43697). It is the risk review of the data too.
 * @throws reviewer-not-independent, rule-violated without that confirmation, state-conflict.
 */
export async function passListing(
  cx: Cx,
  id: string,
  input: { opinion: string; checks: Checks; isImportantDataConfirmed?: boolean | undefined },
): Promise<ListingRow> {
  const row = await lockedAsReviewer(cx, id, 'pass')
  const needsConfirmation = rulesAt(cx.now).grades.items.find(item => item.code === row.grade)?.needsRiskReview ?? true
  if (needsConfirmation && !input.isImportantDataConfirmed)
    throw ruleViolated(undefined, {
      errors: [
        {
          pointer: '/isImportantDataConfirmed',
          message: text(
            '重要数据须另行确认批准文件',
            'the approval of a trade in important data must be confirmed separately',
          ),
          remedy: text('核对批准文件后设为 true', 'compare the approval, then set it to true'),
        },
      ],
    })
  const { dataVersionId } = await versionOf(cx, row)
  await passWithListing(cx, dataVersionId!, input.opinion)
  return step(cx, row, {
    move: 'pass',
    values: {
      reviewedBy: cx.actor.personId,
      reviewerOrganizationId: cx.actor.organizationId,
      reviewedAt: cx.now,
      reviewOpinion: input.opinion,
      isImportantDataConfirmed: needsConfirmation,
      ...stopped,
    },
    record: { opinion: input.opinion, checks: input.checks, isImportantDataConfirmed: needsConfirmation },
  })
}

async function leadPlanOf(cx: Cx, productId: string): Promise<Plan> {
  const plan = leadPlan((await currentPlans(cx, productId)) as (Plan & { kind: Plan['kind'] })[])
  if (!plan) throw ruleViolated(text('产品没有价格方案。', 'The product has no price plan.'))
  return plan
}

/** Ends the listing of the version before; a suspension by others cannot be shaken off by publishing a new one. */
async function supersede(cx: Cx, row: ListingRow, side: Side, versionNo: number): Promise<void> {
  const [old] = await cx.tx
    .select()
    .from(listing)
    .where(
      and(eq(listing.productId, row.productId), ne(listing.id, row.id), inArray(listing.state, [...publishedStates])),
    )
    .for('update')
  if (!old) return
  // the gate closed for the old data, and it is open for the new
  if (old.suspendedSide && !old.isSuspendedByGate && !mayResume(side, old.suspendedSide as Side))
    throw ruleViolated(
      text(
        '现行版本被停牌，恢复前不能发布新版本。',
        'The present version is suspended; a new one waits until that is lifted.',
      ),
    )
  const { zh, en } = supersededReason(versionNo)
  const reason = `${zh} ${en}`
  await leaveIndex(cx, row.productId)
  await step(cx, old, { move: 'delist', values: { reason, suspendedSide: null, endedAt: cx.now }, record: { reason } })
}

/** Lists an approved version (挂牌); it can be found and bought from now on, and replaces the version before. */
export async function publishListing(cx: Cx, id: string): Promise<ListingRow> {
  const { row, side } = await locked(cx, id)
  if (side === 'authority')
    throw forbidden(text('此操作由供方或运营机构办理。', 'This is for vendor or operator to do.'))
  nextState(listingMachine, row.state as ListingState, 'publish')
  checkEnd(cx, row.endsOn)
  const version = await versionOf(cx, row)
  await requireReleased(cx, version.dataVersionId!, 'list')
  await supersede(cx, row, side, version.versionNo)
  const listed = await step(cx, row, {
    move: 'publish',
    values: { listedAt: cx.now },
    record: { contentHash: version.contentHash, versionNo: version.versionNo },
  })
  await enterIndex(cx, listed, version, await leadPlanOf(cx, row.productId))
  return listed
}

/** Suspends a listing (停牌): nothing new is bought until it is resumed. Open to vendor, operator and authority. */
export async function suspendListing(cx: Cx, id: string, reason: string): Promise<ListingRow> {
  const { row, side } = await locked(cx, id)
  nextState(listingMachine, row.state as ListingState, 'suspend')
  await leaveIndex(cx, row.productId)
  return step(cx, row, { move: 'suspend', values: { reason, suspendedSide: side }, record: { reason, side } })
}

/** Listed again: with its own data released, and found again. */
export async function listAgain(cx: Cx, row: ListingRow, record: Record<string, unknown>): Promise<ListingRow> {
  const listed = await step(cx, row, { move: 'resume', values: { reason: null, suspendedSide: null }, record })
  await enterIndex(cx, listed, await versionOf(cx, row), await leadPlanOf(cx, row.productId))
  return listed
}

const heldBy = (side: Side) =>
  side === 'authority'
    ? text('由主管部门停牌的，须由主管部门处理。', 'The authority suspended it; only the authority can go on with it.')
    : text('由运营机构停牌的，须由运营机构处理。', 'The operator suspended it; only the operator can go on with it.')

/** Lifts a suspension. @throws forbidden when a more binding side suspended it. */
export async function resumeListing(cx: Cx, id: string): Promise<ListingRow> {
  const { row, side } = await locked(cx, id)
  nextState(listingMachine, row.state as ListingState, 'resume')
  if (!mayResume(side, row.suspendedSide as Side)) throw forbidden(heldBy(row.suspendedSide as Side))
  const version = await versionOf(cx, row)
  await requireReleased(cx, version.dataVersionId!, 'list')
  return listAgain(cx, row, { side })
}

/** Ends a listing (摘牌). Contracts that were made go on. @throws forbidden for a vendor while others suspend it. */
export async function delistListing(cx: Cx, id: string, reason: string): Promise<ListingRow> {
  const { row, side } = await locked(cx, id)
  nextState(listingMachine, row.state as ListingState, 'delist')
  // a listing whose gate closed may be ended by its vendor: nothing is shaken off by that
  if (row.suspendedSide && !row.isSuspendedByGate && !mayResume(side, row.suspendedSide as Side))
    throw forbidden(heldBy(row.suspendedSide as Side))
  await leaveIndex(cx, row.productId)
  return step(cx, row, {
    move: 'delist',
    values: { reason, suspendedSide: null, endedAt: cx.now },
    record: { reason, side },
  })
}

/** Asks to list an expired version again: it is reviewed anew. @throws rule-violated when it no longer meets the rules. */
export async function renewListing(cx: Cx, id: string, input: { endsOn?: string | undefined }): Promise<ListingRow> {
  const row = await lockedAsVendor(cx, id, 'renew')
  const endsOn = input.endsOn ?? null
  checkEnd(cx, endsOn)
  await mustBeClean(cx, row, await versionOf(cx, row))
  return step(cx, row, {
    move: 'renew',
    values: {
      endsOn,
      submittedBy: cx.actor.personId,
      submittedAt: cx.now,
      reviewedBy: null,
      reviewerOrganizationId: null,
      reviewedAt: null,
      reviewOpinion: null,
      isImportantDataConfirmed: false,
      endedAt: null,
      reason: null,
      ...running(rulesAt(cx.now), 'listingReview', cx.now),
    },
    record: { endsOn },
  })
}

/** Listings whose last day has passed. */
export async function endedListings(rx: Rx): Promise<string[]> {
  const rows = await rx.tx
    .select({ id: listing.id })
    .from(listing)
    .where(and(inArray(listing.state, [...publishedStates]), lt(listing.endsOn, dayOf(rx.now))))
    .limit(200)
  return rows.map(row => row.id)
}

/** The term of a listing has ended (到期). */
export async function expireListing(cx: Cx, id: string): Promise<void> {
  const { row } = await locked(cx, id)
  const isPublished = (publishedStates as readonly string[]).includes(row.state)
  if (!isPublished || row.endsOn === null || row.endsOn >= dayOf(cx.now)) throw new NotDue()
  await leaveIndex(cx, row.productId)
  await step(cx, row, {
    move: 'expire',
    values: { endedAt: cx.now, suspendedSide: null },
    record: { endsOn: row.endsOn },
  })
}
