import { createHash } from 'node:crypto'
import { and, asc, eq } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import { notFound, Problem } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { isCompetent, readable } from '../contracts/index.ts'
import { organizationsOf, personNames, requireOrganization } from '../identity/index.ts'
import { type Filing, passFiling, requireCompetence } from './filing.ts'
import { type FilingState, filingMachine } from './model.ts'
import { bulkCheck, type CheckResult, filing, filingNote } from './schema.ts'

/** A filing that the actor may know of. @throws not-found */
async function knownFiling(rx: Rx, id: string): Promise<Filing> {
  const [row] = await rx.tx
    .select()
    .from(filing)
    .where(and(eq(filing.id, id), readable(rx.actor, filing)))
  if (!row) throw notFound()
  return row
}

/** A filing that the acting authority checks, or the authorities below it. @throws not-found, forbidden */
export async function competentFiling(rx: Rx, id: string): Promise<Filing> {
  const row = await knownFiling(rx, id)
  requireCompetence(rx, row)
  return row
}

/**
 * Adds an internal note to a filing: for the members of the competent authorities, not for the parties. The record in
 * the log commits to the note by its hash. @throws not-found, forbidden
 */
export async function noteFiling(cx: Cx, id: string, body: string) {
  const row = await competentFiling(cx, id)
  const note = {
    id: newId(),
    filingId: row.id,
    organizationId: requireOrganization(cx.actor),
    personId: cx.actor.personId!,
    body,
    notedAt: cx.now,
  }
  await cx.tx.insert(filingNote).values(note)
  const bodySha256 = createHash('sha256').update(body).digest('hex')
  cx.audit('filing.note', ['filing-note', note.id], { filingId: row.id, bodySha256 })
  return withNames(cx, [note]).then(([named]) => named!)
}

type NoteRow = typeof filingNote.$inferSelect

async function withNames(rx: Rx, rows: readonly NoteRow[]) {
  const people = await personNames(rx, [...new Set(rows.map(row => row.personId))])
  const organizations = await organizationsOf(rx, [...new Set(rows.map(row => row.organizationId))])
  return rows.map(row => ({
    ...row,
    personName: people.get(row.personId) ?? null,
    organizationName: organizations.get(row.organizationId)!.nameZh,
  }))
}

/** The notes on a filing, oldest first. @throws not-found, forbidden */
export async function listFilingNotes(rx: Rx, id: string) {
  await competentFiling(rx, id)
  const rows = await rx.tx
    .select()
    .from(filingNote)
    .where(eq(filingNote.filingId, id))
    .orderBy(asc(filingNote.id))
    .limit(500)
  return withNames(rx, rows)
}

/** Why a filing cannot be passed now, in words that fit a list; null when nothing is in the way. */
function hindrance(cx: Cx, row: Filing | undefined): CheckResult['reason'] {
  if (!row) return text('没有找到这份备案。', 'There is no such filing.')
  if (!isCompetent(cx.actor, row.division))
    return text(
      '由供方所在地主管部门核查，贵单位可以查阅。',
      'It is checked by the authority of the vendor’s division; yours reads along.',
    )
  if (row.state === 'filed') return null
  const words = filingMachine.states[row.state as FilingState]
  return text(
    `当前状态为“${words.zh}”，“已备案”的才能核查通过。`,
    `Its state is “${words.en}”; only a filed one can be passed.`,
  )
}

async function passOne(cx: Cx, id: string, note: string | null): Promise<CheckResult> {
  const [row] = await cx.tx
    .select()
    .from(filing)
    .where(and(eq(filing.id, id), readable(cx.actor, filing)))
    .for('update')
  const number = row?.number ?? null
  const reason = hindrance(cx, row)
  if (reason) return { filingId: id, number, isPassed: false, reason }
  try {
    await passFiling(cx, id, note)
    return { filingId: id, number, isPassed: true, reason: null }
  } catch (error) {
    // a refusal comes before anything of this filing is written
    if (!(error instanceof Problem)) throw error
    return { filingId: id, number, isPassed: false, reason: error.detail }
  }
}

export type BulkCheck = typeof bulkCheck.$inferSelect

/**
 * Passes many filings in one write. Each is judged by itself, as if passed alone: those that can be are passed, the
 * others stay as they are and are named with the reason. All that was passed is committed together or, when the server
 * fails, not at all.
 */
export async function passFilings(cx: Cx, input: { ids: readonly string[]; note: string | null }): Promise<BulkCheck> {
  const results: CheckResult[] = []
  // in one order for everybody, so that two at once do not wait for each other
  for (const id of [...new Set(input.ids)].sort()) results.push(await passOne(cx, id, input.note))
  const row: BulkCheck = {
    id: newId(),
    organizationId: requireOrganization(cx.actor),
    personId: cx.actor.personId!,
    note: input.note,
    results,
    checkedAt: cx.now,
  }
  await cx.tx.insert(bulkCheck).values(row)
  cx.audit('filing.pass-many', ['bulk-check', row.id], {
    passed: results.filter(each => each.isPassed).map(each => each.filingId),
    refused: results.filter(each => !each.isPassed).map(each => each.filingId),
  })
  return row
}

/** A bulk check of the own organisation. @throws not-found */
export async function readBulkCheck(rx: Rx, id: string): Promise<BulkCheck> {
  const [row] = await rx.tx
    .select()
    .from(bulkCheck)
    .where(and(eq(bulkCheck.id, id), eq(bulkCheck.organizationId, requireOrganization(rx.actor))))
  if (!row) throw notFound()
  return row
}
