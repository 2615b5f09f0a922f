import { eq, inArray } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { nextState } from '../../kernel/machine.ts'
import { notFound, Problem, stateConflict } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { samePerson } from '../identity/index.ts'
import { type VersionState, versionMachine } from './model.ts'
import { type DataVersionRow, dataInspection, dataVersion, type InspectionRow } from './schema.ts'

/** What is known of a file's bytes before anything reads them. */
export type Finding =
  | { readonly verdict: 'clean' | 'accepted' | 'inherited' | 'released'; readonly scanner: string | null }
  | { readonly verdict: 'infected'; readonly scanner: string; readonly signature: string }
  | {
      readonly verdict: 'held'
      readonly scanner: string | null
      readonly reason: Text
      /** it is held only until the scanner answers */
      readonly isWaiting: boolean
    }

const passing: readonly string[] = ['clean', 'accepted', 'inherited', 'released']

/** Whether a finding lets the file be read. */
export const passes = ({ verdict }: Pick<Finding, 'verdict'>): boolean => passing.includes(verdict)

export const noScanner = text(
  '本平台未配置病毒检测服务，文件未经检测，暂存待运营机构放行',
  'the exchange has no malware scanner: the file was not scanned and waits until the operator releases it',
)

/** The words for what was found about a version; undefined for one that was stored before files were checked. */
export const verdictWords: Readonly<Record<string, Text>> = {
  clean: text('已通过病毒检测', 'Scanned: nothing was found'),
  accepted: text('未经病毒检测（运营机构设置为接受）', 'Not scanned (the operator accepts files without a scanner)'),
  inherited: text('由已检查的版本生成', 'Made of a version that was checked'),
  released: text('未经病毒检测，由运营机构两人放行', 'Not scanned; released by two people of the operator'),
  held: text('未经病毒检测，暂存', 'Not scanned: held'),
  infected: text('发现恶意内容，已隔离', 'Malware was found; quarantined'),
}

/** Asks whoever can tell about a version's bytes; outside of any transaction, because it may take minutes. */
export async function inspect(rx: Pick<Rx, 'kit'>, row: DataVersionRow, present?: InspectionRow): Promise<Finding> {
  const { files, scanning } = rx.kit
  if (present?.verdict === 'released') return { verdict: 'released', scanner: null }
  if (scanning.kind === 'accepted') return { verdict: 'accepted', scanner: null }
  if (scanning.kind === 'held')
    return row.derivedFromId
      ? { verdict: 'inherited', scanner: null }
      : { verdict: 'held', scanner: null, reason: noScanner, isWaiting: true }
  const { scanner } = scanning
  const said = await scanner.scan(files.open(row.sha256))
  if (said.kind === 'clean') return { verdict: 'clean', scanner: scanner.name }
  if (said.kind === 'infected') return { verdict: 'infected', scanner: scanner.name, signature: said.signature }
  const isWaiting = (await scanner.ping()) !== null
  return { verdict: 'held', scanner: scanner.name, reason: said.reason, isWaiting }
}

/** What a version's inspection said last. */
export async function inspectionOf(rx: Rx, dataVersionId: string): Promise<InspectionRow | undefined> {
  const [row] = await rx.tx.select().from(dataInspection).where(eq(dataInspection.dataVersionId, dataVersionId))
  return row
}

/** What the inspections of several versions said last, by version. */
export async function inspectionsOf(rx: Rx, ids: readonly string[]): Promise<ReadonlyMap<string, InspectionRow>> {
  if (ids.length === 0) return new Map()
  const rows = await rx.tx
    .select()
    .from(dataInspection)
    .where(inArray(dataInspection.dataVersionId, [...ids]))
  return new Map(rows.map(row => [row.dataVersionId, row]))
}

/** Keeps the latest word; a decision of two people stays as it is. */
export async function recordInspection(cx: Cx, id: string, found: Finding): Promise<void> {
  if (found.verdict === 'released') return
  const values = {
    verdict: found.verdict,
    scanner: found.scanner,
    signature: found.verdict === 'infected' ? found.signature : null,
    reason: found.verdict === 'held' ? found.reason : null,
    isWaiting: found.verdict === 'held' && found.isWaiting,
    inspectedAt: cx.now,
  }
  await cx.tx
    .insert(dataInspection)
    .values({ dataVersionId: id, ...values })
    .onConflictDoUpdate({
      target: dataInspection.dataVersionId,
      set: { ...values, releasedBy: null, releasedAt: null },
    })
}

/** Why a file that was found infected cannot be used. */
export const infectedFailure = (signature: string) => ({
  message: text(
    `病毒检测发现恶意内容（${signature}），文件已隔离`,
    `the malware scanner found ${signature}; the file was quarantined`,
  ),
  remedy: text('清除恶意内容后重新导出并上传。', 'Remove it, export the file again and upload that.'),
})

async function move(cx: Cx, id: string, name: 'hold' | 'pass'): Promise<DataVersionRow> {
  const [row] = await cx.tx.select().from(dataVersion).where(eq(dataVersion.id, id)).for('update')
  if (!row) throw notFound()
  const state = nextState(versionMachine, row.state as VersionState, name)
  const [changed] = await cx.tx
    .update(dataVersion)
    .set({ state, profilingAt: cx.now })
    .where(eq(dataVersion.id, id))
    .returning()
  return changed!
}

/** Holds a version that nobody could check: nothing reads it. */
export async function holdVersion(cx: Cx, id: string, found: Finding & { verdict: 'held' }): Promise<DataVersionRow> {
  const row = await move(cx, id, 'hold')
  await recordInspection(cx, id, found)
  cx.audit('data-version.hold', ['data-version', id], { sha256: row.sha256, reason: found.reason.en })
  return row
}

/** Lets a held version be read after all, when the scanner has spoken. */
export async function passVersion(cx: Cx, id: string, found: Finding): Promise<DataVersionRow> {
  const row = await move(cx, id, 'pass')
  await recordInspection(cx, id, found)
  cx.audit('data-version.scan-later', ['data-version', id], { sha256: row.sha256, verdict: found.verdict })
  return row
}

/** A held version with what is known of it. */
export interface HeldVersion {
  readonly version: DataVersionRow
  readonly inspection: InspectionRow
}

/** The version is locked before its inspection, as by whoever scans it later: two never wait for one another. */
async function lockedHeld(cx: Cx, id: string): Promise<InspectionRow> {
  const [version] = await cx.tx.select().from(dataVersion).where(eq(dataVersion.id, id)).for('update')
  const [row] = await cx.tx.select().from(dataInspection).where(eq(dataInspection.dataVersionId, id)).for('update')
  if (!version || !row) throw notFound()
  if (row.verdict !== 'held' || version.state !== 'unscanned')
    throw stateConflict(text('该文件已不在暂存之列。', 'The file is not held any more.'))
  return row
}

/** The first of two: says why a file that nobody could scan may be used. */
export async function proposeRelease(cx: Cx, id: string, reason: string): Promise<HeldVersion> {
  const found = await lockedHeld(cx, id)
  if (found.proposedBy)
    throw stateConflict(
      text('已有人提议放行，待另一人决定。', 'A release is proposed already; another person decides.'),
    )
  const [inspection] = await cx.tx
    .update(dataInspection)
    .set({ proposedBy: cx.actor.personId, proposedReason: reason, proposedAt: cx.now })
    .where(eq(dataInspection.dataVersionId, id))
    .returning()
  cx.audit('data-version.propose-release', ['data-version', id], { reason })
  return { version: await versionOf(cx, id), inspection: inspection! }
}

const versionOf = async (rx: Rx, id: string): Promise<DataVersionRow> => {
  const [row] = await rx.tx.select().from(dataVersion).where(eq(dataVersion.id, id))
  if (!row) throw notFound()
  return row
}

/** The second says no: the file stays held. */
export async function declineRelease(cx: Cx, id: string, reason: string): Promise<HeldVersion> {
  const found = await lockedHeld(cx, id)
  if (!found.proposedBy) throw stateConflict(text('没有待决定的放行提议。', 'No release is proposed.'))
  const [inspection] = await cx.tx
    .update(dataInspection)
    .set({ proposedBy: null, proposedReason: null, proposedAt: null })
    .where(eq(dataInspection.dataVersionId, id))
    .returning()
  cx.audit('data-version.decline-release', ['data-version', id], { reason })
  return { version: await versionOf(cx, id), inspection: inspection! }
}

/** The second of two lets the file be read. @throws same-person for the one who proposed it, state-conflict */
export async function releaseVersion(cx: Cx, id: string): Promise<DataVersionRow> {
  const found = await lockedHeld(cx, id)
  if (!found.proposedBy)
    throw stateConflict(text('先由一人提议放行，再由另一人决定。', 'One person proposes the release, another decides.'))
  if (found.proposedBy === cx.actor.personId)
    throw samePerson(
      text('放行须由提议人以外的人决定。', 'A release is decided by somebody else than who proposed it.'),
    )
  await cx.tx
    .update(dataInspection)
    .set({ verdict: 'released', reason: null, isWaiting: false, releasedBy: cx.actor.personId, releasedAt: cx.now })
    .where(eq(dataInspection.dataVersionId, id))
  const row = await move(cx, id, 'pass')
  cx.audit('data-version.release', ['data-version', id], { sha256: row.sha256, reason: found.proposedReason })
  return row
}

/** Whether a failure only says that the bytes are not there. */
export const isMissing = (error: unknown): boolean => error instanceof Problem && error.type.status === 404
