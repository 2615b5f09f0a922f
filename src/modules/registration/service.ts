import { and, eq, isNull } from 'drizzle-orm'
import { addDays, addMonths, addWorkingDays, dayOf, remainingWorkingDays } from '../../kernel/calendar.ts'
import type { Cx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { NotDue } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { nextNumber } from '../../kernel/numbering.ts'
import { notFound, ruleViolated, stateConflict } from '../../kernel/problem.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type ContractState, contractMachine, holdContract, isCompetent } from '../contracts/index.ts'
import { samePerson } from '../identity/index.ts'
import { needsPublicity, type RegistrationMove, type RegistrationState, registrationMachine } from './model.ts'
import { hashOf, tradeRecord } from './record.ts'
import { objection, registration } from './schema.ts'

export type Registration = typeof registration.$inferSelect
type Change = Partial<Registration>
type ClockName =
  | 'registrationAcceptance'
  | 'registrationReview'
  | 'publicity'
  | 'registrationSupplement'
  | 'objectionHandling'

constraintMeans('registration_two_people', () => samePerson())

/** The deadline of a step under the rules in force now, with the pack it was taken from. */
function clockFor(cx: Cx, name: ClockName): Change {
  const rules = rulesAt(cx.now)
  return { ...addWorkingDays(cx.now, rules.clocks[name].workingDays, rules), rulePack: rules.ref, pausedDays: null }
}

const noClock: Change = { dueAt: null, isProvisional: false, pausedDays: null }

async function lockRegistration(cx: Cx, id: string): Promise<Registration> {
  const [row] = await cx.tx.select().from(registration).where(eq(registration.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/** @throws not-found unless the actor is one that may make the move: asked before anything tells of the state. */
const only = (isAllowed: boolean): void => {
  if (!isAllowed) throw notFound()
}

/** `register` and `reject` lead here from several states; this step is for one of them. @throws state-conflict */
function requireState(row: Registration, expected: RegistrationState): void {
  if (row.state === expected) return
  const [is, must] = [registrationMachine.states[row.state as RegistrationState], registrationMachine.states[expected]]
  throw stateConflict(
    text(`当前状态为“${is.zh}”，此操作须在“${must.zh}”时办理。`, `The state is “${is.en}”; this takes “${must.en}”.`),
  )
}

/** One move of a registration: allowed, guarded by the life cycle, written, audited, told. */
async function move(
  cx: Cx,
  id: string,
  name: RegistrationMove,
  change: (row: Registration) => Change | Promise<Change>,
  allow: (row: Registration) => void = () => {},
): Promise<Registration> {
  const row = await lockRegistration(cx, id)
  allow(row)
  const state = nextState(registrationMachine, row.state as RegistrationState, name)
  const set = { ...(await change(row)), state, changedAt: cx.now }
  const [after] = await cx.tx.update(registration).set(set).where(eq(registration.id, id)).returning()
  cx.audit(`registration.${name}`, ['registration', id], {
    from: row.state,
    to: state,
    version: after!.version,
    number: after!.number,
    factsHash: after!.factsHash,
    reason: set.reason ?? null,
    rulePack: after!.rulePack,
  })
  cx.emit(`registration.registration-${state.replaceAll('_', '-')}`, { registrationId: id, contractId: row.contractId })
  return after!
}

/** Opens the registration of a sealed contract, filled from the contract and submitted in the exchange's name. */
export async function openRegistration(cx: Cx, contractId: string): Promise<Registration> {
  const { contract, facts } = await tradeRecord(cx, contractId)
  const [row] = await cx.tx
    .insert(registration)
    .values({
      id: newId(),
      contractId,
      division: contract.division,
      buyerDivision: contract.buyerDivision,
      vendorId: contract.vendorId,
      buyerId: contract.buyerId,
      state: registrationMachine.initial,
      facts,
      factsHash: hashOf(facts),
      rulePack: rulesAt(cx.now).ref,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  return move(cx, row!.id, 'submit', () => clockFor(cx, 'registrationAcceptance'))
}

/**
 * A contract that was dissolved or found void leaves no trade to register; one that was performed or ran its term does.
 * @throws rule-violated, which says how the operator ends the case instead
 */
async function requireStanding(cx: Cx, row: Registration, remedy: Text): Promise<void> {
  const { state, number } = await holdContract(cx, row.contractId)
  if (state !== 'terminated' && state !== 'void') return
  const is = contractMachine.states[state as ContractState]
  const message = text(`合同 ${number} ${is.zh}，不能再登记`, `names contract ${number}, which has ended: ${is.en}`)
  throw ruleViolated(
    text('合同已终止，没有可以登记的交易。', 'The contract has ended; there is no trade left to register.'),
    { errors: [{ pointer: '/contractId', message, remedy }] },
  )
}

/** 受理 @throws rule-violated when the contract was dissolved or found void */
export const acceptRegistration = (cx: Cx, id: string) =>
  move(cx, id, 'accept', async row => {
    const remedy = text(
      '以“不予受理”办结，并写明合同已终止',
      'refuse it and give the end of the contract as the reason',
    )
    await requireStanding(cx, row, remedy)
    return { acceptedBy: cx.actor.personId, reason: null, ...clockFor(cx, 'registrationReview') }
  })

/** 退回补正: the clock of acceptance stands still until the answer. */
export const returnRegistration = (cx: Cx, id: string, reason: string) =>
  move(cx, id, 'return', row => ({
    ...clockFor(cx, 'registrationSupplement'),
    reason,
    pausedDays: row.dueAt ? remainingWorkingDays(row.dueAt, cx.now) : null,
  }))

/** The parties answer a supplement with an explanation; the paused clock goes on. */
export async function resubmitRegistration(cx: Cx, id: string, remarks: string): Promise<Registration> {
  const resubmit = (row: Registration): Change => {
    const facts = { ...row.facts, remarks }
    const rules = rulesAt(cx.now)
    const left = addWorkingDays(cx.now, row.pausedDays ?? rules.clocks.registrationAcceptance.workingDays, rules)
    return { facts, factsHash: hashOf(facts), reason: null, pausedDays: null, ...left }
  }
  return move(cx, id, 'resubmit', resubmit, row =>
    only([row.vendorId, row.buyerId].includes(cx.actor.organizationId ?? '')),
  )
}

/** 不予受理 */
export const refuseRegistration = (cx: Cx, id: string, reason: string) =>
  move(cx, id, 'refuse', () => ({ ...noClock, reason }))

/** 赋码: the number, and how long the registration holds. */
async function numbered(cx: Cx, row: Registration, rules: RulePack): Promise<Change> {
  return {
    ...noClock,
    number: row.number ?? (await nextNumber(cx, row.division, 'RG')),
    registeredAt: row.registeredAt ?? cx.now,
    validUntil: addMonths(cx.now, rules.periods.registrationValidity.months),
    certificateSha256: null,
    rulePack: rules.ref,
  }
}

/**
 * 形式审核通过: straight to registered, or into publicity where public data is traded. @throws same-person; rule-violated
 * when the contract was dissolved or found void
 */
export async function passRegistration(cx: Cx, id: string): Promise<Registration> {
  const row = await lockRegistration(cx, id)
  requireState(row, 'accepted')
  if (row.acceptedBy !== null && row.acceptedBy === cx.actor.personId) throw samePerson()
  const remedy = text('以“不予登记”办结，并写明合同已终止', 'reject it and give the end of the contract as the reason')
  await requireStanding(cx, row, remedy)
  const reviewedBy = cx.actor.personId
  if (!needsPublicity(row.facts, rulesAt(cx.now)))
    return move(cx, id, 'register', async r => ({ reviewedBy, ...(await numbered(cx, r, rulesAt(cx.now))) }))
  return move(cx, id, 'publish', () => {
    const clock = clockFor(cx, 'publicity')
    return { reviewedBy, ...clock, publicityEndsAt: clock.dueAt ?? null }
  })
}

/** 不予登记, with reasons. @throws same-person */
export const rejectRegistration = (cx: Cx, id: string, reason: string) =>
  move(cx, id, 'reject', row => {
    requireState(row, 'accepted')
    if (row.acceptedBy === cx.actor.personId) throw samePerson()
    return { reviewedBy: row.reviewedBy ?? cx.actor.personId, ...noClock, reason }
  })

/** Publicity ended without an objection. Run by the timer. @throws NotDue when an objection came first */
export const registerAfterPublicity = (cx: Cx, id: string) =>
  move(
    cx,
    id,
    'register',
    row => numbered(cx, row, rulesAt(cx.now)),
    row => {
      if (row.state !== 'publicity' || row.dueAt === null || row.dueAt >= cx.now) throw new NotDue()
    },
  )

/** 异议: anyone signed in may object while the registration is published; at all other times it is not there for them. */
export async function objectToRegistration(cx: Cx, id: string, grounds: string): Promise<Registration> {
  const row = await move(
    cx,
    id,
    'object',
    () => clockFor(cx, 'objectionHandling'),
    found => only(found.state === 'publicity'),
  )
  await cx.tx
    .insert(objection)
    .values({ id: newId(), registrationId: id, personId: cx.actor.personId!, grounds, raisedAt: cx.now })
  return row
}

/** Decides the open objection: upheld ends in rejection, dismissed in registration. @throws state-conflict without one */
export async function decideObjection(cx: Cx, id: string, input: { isUpheld: boolean; answer: string }) {
  requireState(await lockRegistration(cx, id), 'objection_handling')
  const row = input.isUpheld
    ? await move(cx, id, 'reject', () => ({ ...noClock, reason: input.answer }))
    : await move(cx, id, 'register', r => numbered(cx, r, rulesAt(cx.now)))
  await cx.tx
    .update(objection)
    .set({ isUpheld: input.isUpheld, answer: input.answer, decidedAt: cx.now })
    .where(and(eq(objection.registrationId, id), isNull(objection.decidedAt)))
  return row
}

/** 注销, by a party that no longer needs it. */
export const cancelRegistration = (cx: Cx, id: string, reason: string) =>
  move(
    cx,
    id,
    'cancel',
    () => ({ ...noClock, reason }),
    row => only(row.vendorId === cx.actor.organizationId),
  )

/** 撤销, by the competent authority; a certificate of it no longer verifies. */
export const revokeRegistration = (cx: Cx, id: string, reason: string) =>
  move(
    cx,
    id,
    'revoke',
    () => ({ ...noClock, reason }),
    row => only(isCompetent(cx.actor, row.division)),
  )

/** Its time is over. Run by the timer. @throws NotDue when it was renewed or ended before */
export const expireRegistration = (cx: Cx, id: string) =>
  move(
    cx,
    id,
    'expire',
    () => noClock,
    row => {
      if (row.state !== 'registered' || row.validUntil === null || row.validUntil >= cx.now) throw new NotDue()
    },
  )

/** 续展: from the pack's number of days before the end on. @throws rule-violated when it is too early */
export const renewRegistration = (cx: Cx, id: string) =>
  move(
    cx,
    id,
    'renew',
    async row => {
      const rules = rulesAt(cx.now)
      const opensOn = addDays(dayOf(row.validUntil!), -rules.periods.registrationRenewalAhead.days)
      if (dayOf(cx.now) < opensOn)
        throw ruleViolated(text(`${opensOn} 起方可续展。`, `It can be renewed from ${opensOn} on.`))
      return { ...(await numbered(cx, row, rules)), version: row.version + 1 }
    },
    row => only(row.vendorId === cx.actor.organizationId),
  )
