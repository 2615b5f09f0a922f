import { eq } from 'drizzle-orm'
import { addWorkingDays, dayOf } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { nextNumber } from '../../kernel/numbering.ts'
import { forbidden, notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import { holdContract, isCompetent } from '../contracts/index.ts'
import {
  type FilingMove,
  type FilingState,
  filingMachine,
  incompleteness,
  materialsOf,
  type TradeFacts,
} from './model.ts'
import { hashOf, tradeRecord } from './record.ts'
import { filing, filingVersion } from './schema.ts'

export type Filing = typeof filing.$inferSelect
type Change = Partial<Filing>

const noClock: Change = { dueAt: null, isProvisional: false }

/** One move of a filing: allowed (asked before anything tells of the state), guarded, written, audited, told. */
async function move(
  cx: Cx,
  id: string,
  name: FilingMove,
  change: (row: Filing) => Change | Promise<Change>,
  allow: (row: Filing) => void = () => {},
): Promise<Filing> {
  const [row] = await cx.tx.select().from(filing).where(eq(filing.id, id)).for('update')
  if (!row) throw notFound()
  allow(row)
  const state = nextState(filingMachine, row.state as FilingState, name)
  const set = { ...(await change(row)), state, changedAt: cx.now }
  const [after] = await cx.tx.update(filing).set(set).where(eq(filing.id, id)).returning()
  cx.audit(`filing.${name}`, ['filing', id], {
    from: row.state,
    to: state,
    version: after!.version,
    number: after!.number,
    factsHash: after!.factsHash,
    reason: set.reason ?? null,
    dueAt: after!.dueAt,
    rulePack: after!.rulePack,
  })
  cx.emit(`registration.filing-${state.replaceAll('_', '-')}`, { filingId: id, contractId: row.contractId })
  return after!
}

/** Reports a sealed contract to its authority: complete ones are filed at once, incomplete ones wait as draft. */
export async function openFiling(cx: Cx, contractId: string): Promise<Filing> {
  const { contract, facts } = await tradeRecord(cx, contractId)
  const [row] = await cx.tx
    .insert(filing)
    .values({
      id: newId(),
      contractId,
      division: contract.division,
      buyerDivision: contract.buyerDivision,
      vendorId: contract.vendorId,
      buyerId: contract.buyerId,
      state: filingMachine.initial,
      facts,
      factsHash: hashOf(facts),
      materials: materialsOf(facts),
      rulePack: rulesAt(cx.now).ref,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  return submitFiling(cx, row!.id)
}

/** Keeps the reported version for good. */
async function keepVersion(cx: Cx, row: Filing, explanation: string | null): Promise<void> {
  await cx.tx.insert(filingVersion).values({
    filingId: row.id,
    version: row.version,
    facts: row.facts,
    factsHash: row.factsHash,
    explanation,
    reportedOn: dayOf(cx.now),
  })
}

/** What people may add to a filing or change in it: what they wrote, never what the contract or the file says. */
export interface Statements {
  readonly scenario?: string
  readonly personalInfoBasis?: string
  readonly remarks?: string
}

function withStatements(row: Filing, statements: Statements): Pick<Filing, 'facts' | 'factsHash'> {
  const facts: TradeFacts = { ...row.facts, ...statements }
  return { facts, factsHash: hashOf(facts) }
}

/** The vendor reports, or the operator for it; to all others there is nothing here to report. */
function requireReporter(cx: Cx, row: Filing): void {
  const { kind, organizationId, roles } = cx.actor
  if (kind !== 'system' && row.vendorId !== organizationId && !roles.includes('operator')) throw notFound()
}

/**
 * Submits a draft, with what it lacked where people have to say that, and checks it for completeness: a complete one is
 * filed, an incomplete one goes back to draft with all that it lacks as the reason. @throws not-found, state-conflict
 */
export async function submitFiling(cx: Cx, id: string, statements: Statements = {}): Promise<Filing> {
  const submitted = await move(
    cx,
    id,
    'submit',
    row => ({ ...withStatements(row, statements), reason: null }),
    row => requireReporter(cx, row),
  )
  const missing = incompleteness(submitted.facts)
  if (missing.length > 0)
    return move(cx, id, 'reopen', () => ({ reason: missing.map(e => `${e.pointer}: ${e.message.zh}`).join('；') }))
  const rules = rulesAt(cx.now)
  const filed = await move(cx, id, 'file', async row => ({
    number: row.number ?? (await nextNumber(cx, row.division, 'BA')),
    filedAt: cx.now,
    rulePack: rules.ref,
    ...addWorkingDays(cx.now, rules.clocks.filingCheck.workingDays, rules),
  }))
  await keepVersion(cx, filed, null)
  return closeIfEnded(cx, filed)
}

/** Only the authority of the trade's division checks it; the buyer's reads along; to all others it does not exist. */
export function requireCompetence(cx: Pick<Rx, 'actor'>, row: Filing): void {
  if (isCompetent(cx.actor, row.division)) return
  if (!isCompetent(cx.actor, row.buyerDivision)) throw notFound()
  throw forbidden(
    text(
      '该备案由供方所在地主管部门核查，贵单位可以查阅。',
      "This filing is checked by the authority of the vendor's division; yours reads along.",
    ),
  )
}

/** 核查通过; a correction that was ordered before the contract ended leaves nothing open when it has passed. */
export async function passFiling(cx: Cx, id: string, note: string | null): Promise<Filing> {
  const passed = await move(
    cx,
    id,
    'pass',
    () => ({ ...noClock, checkedBy: cx.actor.personId, checkedAt: cx.now, reason: note }),
    row => requireCompetence(cx, row),
  )
  return closeIfEnded(cx, passed)
}

/** 责令补正, with a reason and a deadline in working days (the pack's default when none is given). */
export const orderFilingCorrection = (cx: Cx, id: string, input: { reason: string; workingDays?: number }) =>
  move(
    cx,
    id,
    'order-correction',
    () => {
      const rules = rulesAt(cx.now)
      return {
        reason: input.reason,
        checkedBy: cx.actor.personId,
        checkedAt: cx.now,
        rulePack: rules.ref,
        ...addWorkingDays(cx.now, input.workingDays ?? rules.clocks.filingCorrection.workingDays, rules),
      }
    },
    row => requireCompetence(cx, row),
  )

/** The answer to an ordered correction: what was done about it, and what is stated differently now. */
export interface Correction extends Statements {
  readonly explanation: string
}

/** The vendor's (or the operator's) answer to an ordered correction: a new version, filed and to be checked again. */
export async function correctFiling(cx: Cx, id: string, input: Correction): Promise<Filing> {
  const { explanation, ...statements } = input
  const rules = rulesAt(cx.now)
  const answer = (before: Filing): Change => ({
    ...withStatements(before, statements),
    version: before.version + 1,
    reason: null,
    receiptSha256: null,
    filedAt: cx.now,
    rulePack: rules.ref,
    ...addWorkingDays(cx.now, rules.clocks.filingCheck.workingDays, rules),
  })
  const row = await move(cx, id, 'correct', answer, before => requireReporter(cx, before))
  await keepVersion(cx, row, explanation)
  return row
}

/** The deadline of a correction passed: the case goes to oversight. Run by the timer. @throws NotDue when it was answered */
export const referFiling = (cx: Cx, id: string) =>
  move(
    cx,
    id,
    'refer',
    row => ({ ...noClock, reason: row.reason }),
    row => {
      if (row.state !== 'correction_ordered' || row.dueAt === null || row.dueAt >= cx.now) throw new NotDue()
    },
  )

/** The contract ended. */
export const closeFiling = (cx: Cx, id: string) => move(cx, id, 'close', () => noClock)

/** A contract that ended before its filing could be closed, perhaps before it was opened: cancelled or performed at once. */
const closeIfEnded = async (cx: Cx, row: Filing): Promise<Filing> =>
  (await holdContract(cx, row.contractId)).endedAt === null ? row : closeFiling(cx, row.id)
