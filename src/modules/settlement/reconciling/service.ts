import { and, eq, inArray } from 'drizzle-orm'
import { dayOf, startOfDay } from '../../../kernel/calendar.ts'
import type { Cx, Rx } from '../../../kernel/command.ts'
import { NotDue } from '../../../kernel/events.ts'
import { newId } from '../../../kernel/ids.ts'
import { nextState } from '../../../kernel/machine.ts'
import { conflict, notFound, ruleViolated } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import { samePerson } from '../../identity/index.ts'
import { postTransaction } from '../../ledger/index.ts'
import {
  type Cause,
  type CorrectionAccount,
  type DifferenceKind,
  type DifferenceMove,
  differenceMachine,
  isBookable,
  type Side,
  sides,
} from './model.ts'
import { type Difference, difference, type Reconciliation, reconciliation } from './schema.ts'

/** One row of `settlement.reconciliation_gap`: what does not agree now. */
interface Gap {
  readonly kind: DifferenceKind
  readonly subject: string
  readonly side: Side
  readonly dayOn: string
  readonly amountFen: bigint
  readonly reference: string
  readonly counterparty: string
  readonly statementId: string | null
  readonly outlayId: string | null
  readonly payoutId: string | null
  readonly movementId: string | null
}

const keyOf = ({ kind, subject }: { kind: string; subject: string }): string => `${kind} ${subject}`

async function gapsNow({ sql }: Rx): Promise<Gap[]> {
  const rows = await sql<(Omit<Gap, 'amountFen'> & { amountFen: string })[]>`
    select kind, subject, side, to_char(day_on, 'YYYY-MM-DD') as "dayOn", amount_fen as "amountFen", reference,
      counterparty, statement_id as "statementId", outlay_id as "outlayId", payout_id as "payoutId",
      movement_id as "movementId"
    from settlement.reconciliation_gap order by day_on, subject`
  return rows.map(row => ({ ...row, amountFen: BigInt(row.amountFen) }))
}

/** Whose task a new difference is: who imported its statement, else who imported the last one. */
async function ownersOf({ sql }: Rx): Promise<(statementId: string | null) => string | null> {
  const rows = await sql<{ id: string; who: string }[]>`
    select id, imported_by as who from settlement.bank_statement order by id`
  const owners = new Map(rows.map(row => [row.id, row.who]))
  return statementId => (statementId && owners.get(statementId)) ?? rows.at(-1)?.who ?? null
}

/** A difference, locked until the transaction ends. @throws not-found */
async function lockDifference(cx: Cx, id: string): Promise<Difference> {
  const [row] = await cx.tx.select().from(difference).where(eq(difference.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

async function moveDifference(
  cx: Cx,
  row: Difference,
  move: DifferenceMove,
  change: Partial<Difference> = {},
  facts: Record<string, unknown> = {},
): Promise<Difference> {
  const state = nextState(differenceMachine, row.state, move)
  const isOpen = state === 'open' || state === 'proposed'
  const [moved] = await cx.tx
    .update(difference)
    .set({ ...change, state, closedAt: isOpen ? null : cx.now, changedAt: cx.now })
    .where(eq(difference.id, row.id))
    .returning()
  cx.audit(`difference.${move}`, ['difference', row.id], {
    kind: row.kind,
    subject: row.subject,
    amountFen: row.amountFen,
    from: row.state,
    to: state,
    ...facts,
  })
  return moved!
}

const lockComparison = (cx: Cx) => cx.sql`select pg_advisory_xact_lock(hashtext('settlement.reconcile'))`

/** New gaps become tasks; what came back of one that had gone is open again. */
async function keepFound(cx: Cx, gaps: readonly Gap[], known: ReadonlyMap<string, Difference>): Promise<number> {
  const ownerOf = await ownersOf(cx)
  const fresh = gaps.filter(gap => !known.has(keyOf(gap)))
  for (const gap of fresh) {
    const id = newId()
    await cx.tx.insert(difference).values({
      ...gap,
      id,
      state: 'open',
      ownerId: ownerOf(gap.statementId),
      foundAt: cx.now,
      changedAt: cx.now,
    })
    cx.audit('difference.find', ['difference', id], { ...gap })
  }
  const again = gaps.filter(gap => known.get(keyOf(gap))?.state === 'settled')
  for (const gap of again)
    await moveDifference(cx, known.get(keyOf(gap))!, 'reopen', { amountFen: gap.amountFen, foundAt: cx.now })
  return fresh.length + again.length
}

/**
 * Compares the books with the bank's statements and the provider's movements: each difference becomes a task with an
 * owner, and a task whose difference is gone is closed (I15). One comparison at a time.
 * @throws NotDue when that of the day was made by another worker
 */
export async function reconcile(cx: Cx, cause: Cause): Promise<Reconciliation> {
  await lockComparison(cx)
  const dayOn = dayOf(cx.now)
  if (cause === 'daily' && (await isMade(cx, dayOn))) throw new NotDue()
  const gaps = await gapsNow(cx)
  const rows = await cx.tx.select().from(difference).for('update')
  const known = new Map(rows.map(row => [keyOf(row), row]))
  const foundCount = await keepFound(cx, gaps, known)
  const standing = new Set(gaps.map(keyOf))
  const gone = rows.filter(row => ['open', 'proposed', 'explained'].includes(row.state) && !standing.has(keyOf(row)))
  for (const row of gone) await moveDifference(cx, row, 'settle')
  const openCount = await cx.tx.$count(difference, inArray(difference.state, ['open', 'proposed']))
  const facts = { dayOn, cause, foundCount, settledCount: gone.length, openCount }
  const [made] = await cx.tx
    .insert(reconciliation)
    .values({ id: newId(), ...facts, madeBy: cx.actor.personId, createdAt: cx.now })
    .returning()
  cx.audit('reconciliation.run', ['reconciliation', made!.id], facts)
  if (foundCount > 0) cx.emit('settlement.differences-found', { reconciliationId: made!.id, count: foundCount })
  return made!
}

async function isMade({ sql }: Rx, dayOn: string): Promise<boolean> {
  const [row] = await sql`
    select 1 from settlement.reconciliation where day_on = ${dayOn} and cause = 'daily'`
  return row !== undefined
}

/** The day of a comparison that is due: once a day, as soon as there is a statement or a movement to compare with. */
export async function comparisonDue(rx: Rx): Promise<string[]> {
  const dayOn = dayOf(rx.now)
  const [row] = await rx.sql<{ any: boolean }[]>`
    select exists (select 1 from settlement.bank_statement)
      or exists (select 1 from settlement.balance_transaction) as any`
  return row!.any && !(await isMade(rx, dayOn)) ? [dayOn] : []
}

/** A person of the operator takes the task. @throws not-found */
export async function takeDifference(cx: Cx, id: string): Promise<Difference> {
  const row = await lockDifference(cx, id)
  const ownerId = cx.actor.personId!
  const [taken] = await cx.tx
    .update(difference)
    .set({ ownerId, changedAt: cx.now })
    .where(eq(difference.id, id))
    .returning()
  cx.audit('difference.take', ['difference', id], { from: row.ownerId, to: ownerId })
  return taken!
}

/** Says why a difference needs no booking. @throws state-conflict, not-found */
export async function explainDifference(cx: Cx, id: string, reason: string): Promise<Difference> {
  const row = await lockDifference(cx, id)
  return moveDifference(cx, row, 'explain', { reason, decidedBy: cx.actor.personId }, { reason })
}

/** An explanation did not hold. @throws state-conflict, not-found */
export async function reopenDifference(cx: Cx, id: string, reason: string): Promise<Difference> {
  const row = await lockDifference(cx, id)
  return moveDifference(cx, row, 'reopen', { reason, decidedBy: null }, { reason })
}

/** What the bank waits for a person to confirm is no matter for a correction. @throws rule-violated */
async function requireBookable(cx: Cx, row: Difference): Promise<void> {
  if (!isBookable(row.kind))
    throw ruleViolated(
      text(
        '账上多记的不能用补记更正：请导入缺失的对账单，或说明原因。',
        'A booking cannot mend what the books have too much: import the missing statement, or explain it.',
      ),
    )
  const [waiting] = await cx.sql`
    select 1 from settlement.payout where id = ${row.payoutId} and state = 'ordered'`
  if (row.kind === 'outlay-unbooked' && waiting)
    throw ruleViolated(
      text(
        '该笔转出是待复核的付款：请在付款中确认，差异随即消除。',
        'This is a payout that waits for its confirmation: confirm it there, and the difference is gone.',
      ),
    )
}

/** One person proposes the booking that corrects a difference. @throws state-conflict, rule-violated, not-found */
export async function proposeCorrection(
  cx: Cx,
  id: string,
  { account, reason }: { account: CorrectionAccount; reason: string },
): Promise<Difference> {
  const row = await lockDifference(cx, id)
  nextState(differenceMachine, row.state, 'propose')
  await requireBookable(cx, row)
  const change = { account, reason, proposedBy: cx.actor.personId, decidedBy: null }
  return moveDifference(cx, row, 'propose', change, { account, reason })
}

/** The second person does not agree. @throws state-conflict, not-found */
export async function refuseCorrection(cx: Cx, id: string, reason: string): Promise<Difference> {
  const row = await lockDifference(cx, id)
  return moveDifference(cx, row, 'refuse', { reason, decidedBy: cx.actor.personId }, { reason })
}

/** Whoever books a movement at the bank waits for others who book the same one. */
export const lockBankMovement = (cx: Cx, bookedOn: string, bankSerial: string) =>
  cx.sql`select pg_advisory_xact_lock(hashtext(${`bank-movement/${bookedOn}/${bankSerial}`}))`

/**
 * Another person confirms the correction, which is booked then: the books show what the outside shows.
 * @throws same-person, state-conflict, conflict when the difference is gone meanwhile, rule-violated, not-found
 */
export async function confirmCorrection(cx: Cx, id: string): Promise<Difference> {
  const [seen] = await cx.tx.select().from(difference).where(eq(difference.id, id))
  if (!seen) throw notFound()
  await lockBankMovement(cx, seen.dayOn, seen.reference)
  const row = await lockDifference(cx, id)
  nextState(differenceMachine, row.state, 'confirm')
  if (row.proposedBy === cx.actor.personId) throw samePerson()
  await requireBookable(cx, row)
  const gap = (await gapsNow(cx)).find(each => keyOf(each) === keyOf(row))
  if (gap?.amountFen !== row.amountFen)
    throw conflict(
      text(
        '差异已经消除或金额已变：请重新对账后再处理。',
        'The difference is gone, or its amount has changed: compare again first.',
      ),
    )
  const transactionId = await postTransaction(cx, {
    kind: 'difference.correct',
    reference: `difference/${id}/correct`,
    effectiveAt: startOfDay(row.dayOn),
    entries: [
      { account: sides[row.side].account, amountFen: row.amountFen },
      { account: row.account!, amountFen: -row.amountFen },
    ],
    note: row.reason!,
  })
  return moveDifference(
    cx,
    row,
    'confirm',
    { decidedBy: cx.actor.personId, transactionId, correctedFen: row.amountFen },
    { account: row.account, transactionId },
  )
}

/**
 * A payout is confirmed by what the bank says: the task about that line is closed, and a line that was booked by a
 * correction cannot be booked again. @throws conflict
 */
export async function settleOutlay(cx: Cx, bookedOn: string, bankSerial: string): Promise<void> {
  await lockBankMovement(cx, bookedOn, bankSerial)
  const rows = await cx.tx
    .select()
    .from(difference)
    .where(
      and(eq(difference.kind, 'outlay-unbooked'), eq(difference.dayOn, bookedOn), eq(difference.reference, bankSerial)),
    )
    .for('update')
  for (const row of rows) {
    if (row.state === 'corrected')
      throw conflict(
        text(
          '该银行流水已作为对账差异更正入账，不能再用于确认付款。',
          'This line of the bank was booked as the correction of a difference; it confirms no payout.',
        ),
      )
    if (row.state !== 'settled') await moveDifference(cx, row, 'settle')
  }
}
