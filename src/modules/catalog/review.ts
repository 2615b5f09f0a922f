import { desc, eq } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import { ruleViolated } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { type ChecklistItem, checklistOf, type ReviewCode, reviewCodes, titleOf } from './checklist.ts'
import { listingOf } from './queries.ts'
import { listingReview, type ReviewRow } from './schema.ts'
import { checkDraft } from './service.ts'

/** The checklist of a listing as it stands, and what reviewers decided before. */
export interface Review {
  readonly items: readonly ChecklistItem[]
  readonly decisions: readonly ReviewRow[]
}

/** What a reviewer goes through, with the evidence filled in. @throws not-found */
export async function readChecklist(rx: Rx, listingId: string): Promise<Review> {
  const { listing, version, plans } = await listingOf(rx, listingId)
  const { report, gate } = await checkDraft(rx, { version, plans, vendorId: listing.vendorId })
  const sha256 = version.facts?.sha256
  const isFileThere = sha256 !== undefined && (await rx.kit.files.has(sha256))
  const decisions = await rx.tx
    .select()
    .from(listingReview)
    .where(eq(listingReview.listingId, listingId))
    .orderBy(desc(listingReview.id))
    .limit(50)
  return {
    items: checklistOf({ version, plans: [...plans], listing, report, isFileThere, gate, rules: rulesAt(rx.now) }),
    decisions,
  }
}

export type ReviewDecision = 'pass' | 'return' | 'refuse'

/** A listing is passed only by one who has gone through every point. @throws rule-violated naming what is missing */
export function requireAllChecked(checks: readonly string[]): void {
  const missing = reviewCodes.filter(code => !checks.includes(code))
  if (missing.length === 0) return
  const titles = missing.map(titleOf)
  throw ruleViolated(
    text(`审核要点尚有 ${missing.length} 项未确认。`, `${missing.length} points of the review are not confirmed yet.`),
    {
      errors: [
        {
          pointer: '/checks',
          message: text(
            `未确认：${titles.map(title => title.zh).join('、')}`,
            `not confirmed: ${titles.map(title => title.en).join(', ')}`,
          ),
          remedy: text(
            '逐项核对证据后勾选；不能确认的，退回补正或不予挂牌',
            'look at the evidence and tick each; what cannot be confirmed is returned or refused',
          ),
        },
      ],
    },
  )
}

/** Keeps what the reviewer confirmed beside what the machine had found, with the decision that followed. */
export async function keepReview(
  cx: Cx,
  listingId: string,
  { decision, checks, opinion }: { decision: ReviewDecision; checks: readonly string[]; opinion: string },
): Promise<void> {
  const { items } = await readChecklist(cx, listingId)
  const points = items.map(({ code, verdict }) => ({ code, verdict, isChecked: checks.includes(code) }))
  await cx.tx.insert(listingReview).values({
    id: newId(),
    listingId,
    decision,
    points,
    opinion,
    reviewedBy: cx.actor.personId!,
    organizationId: cx.actor.organizationId!,
    rulePack: rulesAt(cx.now).ref,
    decidedAt: cx.now,
  })
}

export type { ReviewCode }
