import { and, desc, eq, isNull } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { conflict, notFound, ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { isTwoStep } from './code.ts'
import { endAllSessions } from './links.ts'
import { samePerson } from './model.ts'
import { person, recoveryCode, twoStep, twoStepReset } from './schema.ts'

constraintMeans('two_step_reset_one_open', () =>
  conflict(text('已有一份待复核的申请。', 'A request waits for a second person already.')),
)

export type TwoStepReset = typeof twoStepReset.$inferSelect

/** Requests to take a lost second step off an account, newest first, at most 20. */
export const twoStepResetsOf = (rx: Rx, personId: string): Promise<TwoStepReset[]> =>
  rx.tx.select().from(twoStepReset).where(eq(twoStepReset.personId, personId)).orderBy(desc(twoStepReset.id)).limit(20)

async function requireOther(cx: Cx, personId: string): Promise<void> {
  if (personId === cx.actor.personId)
    throw ruleViolated(
      text('不能为自己的账号办理，请由同事办理。', 'Nobody does this for their own account; ask a colleague.'),
    )
  const [row] = await cx.tx.select({ id: person.id }).from(person).where(eq(person.id, personId)).for('update')
  if (!row) throw notFound()
}

/** The first person: asks that the second step be taken off, after checking who wants it. @throws rule-violated */
export async function proposeTwoStepReset(cx: Cx, personId: string, reason: string): Promise<TwoStepReset> {
  await requireOther(cx, personId)
  if (!(await isTwoStep(cx, personId)))
    throw stateConflict(text('该账号未开启两步登录。', 'The account has no two-step sign-in.'))
  const [row] = await cx.tx
    .insert(twoStepReset)
    .values({ id: newId(), personId, reason, requestedBy: cx.actor.personId!, requestedAt: cx.now })
    .returning()
  cx.audit('two-step.propose-reset', ['person', personId], { reason })
  return row!
}

async function decide(cx: Cx, personId: string, isGranted: boolean): Promise<TwoStepReset> {
  await requireOther(cx, personId)
  const [open] = await cx.tx
    .select()
    .from(twoStepReset)
    .where(and(eq(twoStepReset.personId, personId), isNull(twoStepReset.decidedAt)))
    .for('update')
  if (!open) throw stateConflict(text('没有待复核的申请。', 'No request waits for a decision.'))
  if (isGranted && open.requestedBy === cx.actor.personId) throw samePerson()
  const [row] = await cx.tx
    .update(twoStepReset)
    .set({ isGranted, decidedBy: cx.actor.personId!, decidedAt: cx.now })
    .where(eq(twoStepReset.id, open.id))
    .returning()
  return row!
}

/**
 * The second person: takes the second step and its recovery codes off and ends the sessions; the person is told, and
 * sets it up anew before duties that need it. @throws same-person, rule-violated, state-conflict
 */
export async function resetTwoStep(cx: Cx, personId: string): Promise<TwoStepReset> {
  const row = await decide(cx, personId, true)
  await cx.tx.delete(recoveryCode).where(eq(recoveryCode.personId, personId))
  await cx.tx.delete(twoStep).where(eq(twoStep.personId, personId))
  const sessions = await endAllSessions(cx, personId, 'two-step-reset')
  cx.audit('two-step.reset', ['person', personId], { reason: row.reason, requestedBy: row.requestedBy, sessions })
  cx.emit('identity.two-step-reset', { personId })
  return row
}

/** Drops the request: either of the operator's people. @throws state-conflict */
export async function refuseTwoStepReset(cx: Cx, personId: string): Promise<TwoStepReset> {
  const row = await decide(cx, personId, false)
  cx.audit('two-step.refuse-reset', ['person', personId], { requestedBy: row.requestedBy })
  return row
}
