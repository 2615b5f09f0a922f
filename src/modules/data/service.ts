import { and, eq, isNotNull, notInArray, or } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { invalidInput, notFound, Problem, stateConflict } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { type Read, recordCopy } from './copies.ts'
import {
  type ColumnNote,
  type GivenNote,
  inlineBytes,
  type MaskedColumn,
  mergeNotes,
  noteErrors,
  overdueSeconds,
  type VersionState,
  versionMachine,
} from './model.ts'
import { takeRoom } from './quota.ts'
import { hasScan, recordScan } from './scanning.ts'
import { type DataVersionRow, dataVersion } from './schema.ts'

/** A file that lies in the store, with the name its sender gave it. */
export interface ReceivedFile {
  readonly sha256: string
  readonly bytes: number
  readonly fileName: string
}

type Move = keyof typeof versionMachine.moves

const subject = (row: { id: string }) => ['data-version', row.id] as const

/** @throws invalid-input when a file can be no data set whatever it holds. */
export function checkFile(file: ReceivedFile): void {
  const wrong = (message: Text, remedy: Text) =>
    invalidInput(undefined, { errors: [{ pointer: '/file', message, remedy }] })
  if (!/[\p{L}\p{N}]/u.test(file.fileName))
    throw wrong(
      text('缺少文件名', 'has no file name'),
      text('上传时给出带扩展名的文件名', 'send the file with its name and extension'),
    )
  if (file.bytes === 0)
    throw wrong(text('文件为空', 'is empty'), text('上传含有数据的文件', 'upload a file that has data in it'))
}

/** Where a file comes from, where it is not simply sent by who acts. */
export interface Origin {
  readonly owner?: { readonly organizationId: string; readonly personId: string }
  /** the upload in pieces whose place in the quota it takes */
  readonly uploadId?: string
  readonly derived?: {
    readonly derivedFromId: string
    readonly derivation: readonly MaskedColumn[]
    readonly notes: Record<string, ColumnNote>
  }
}

/** Whether an organisation stores a file under that name already: it takes no further room. */
async function isKnown(cx: Cx, organizationId: string, file: ReceivedFile): Promise<boolean> {
  const found = await cx.tx
    .select({ id: dataVersion.id })
    .from(dataVersion)
    .where(
      and(
        eq(dataVersion.organizationId, organizationId),
        eq(dataVersion.sha256, file.sha256),
        eq(dataVersion.fileName, file.fileName),
        or(notInArray(dataVersion.state, ['failed', 'discarded']), isNotNull(dataVersion.columns)),
      ),
    )
  return found.length > 0
}

/**
 * Makes the version of a stored file, in state `profiling`; the same file under the same name is the version it was.
 * One that could not be read before is read once more.
 */
export async function openVersion(
  cx: Cx,
  file: ReceivedFile,
  origin: Origin = {},
): Promise<{ row: DataVersionRow; isNew: boolean; isToRead: boolean }> {
  const { organizationId, personId } = origin.owner ?? {
    organizationId: requireOrganization(cx.actor),
    personId: cx.actor.personId!,
  }
  checkFile(file)
  // an upload in pieces took its place when it began
  const hasPlace = origin.uploadId !== undefined || (await isKnown(cx, organizationId, file))
  if (!hasPlace) await takeRoom(cx, organizationId, file.bytes)
  const [made] = await cx.tx
    .insert(dataVersion)
    .values({
      id: newId(),
      organizationId,
      uploadedBy: personId,
      ...file,
      ...origin.derived,
      state: versionMachine.initial,
      profilingAt: cx.now,
      createdAt: cx.now,
    })
    .onConflictDoNothing({ target: [dataVersion.organizationId, dataVersion.sha256, dataVersion.fileName] })
    .returning()
  if (made) {
    if (origin.derived) cx.audit('data-version.mask', subject(made), { ...file, ...origin.derived })
    else cx.audit('data-version.upload', subject(made), { ...file })
    return { row: made, isNew: true, isToRead: true }
  }
  const [found] = await cx.tx
    .select()
    .from(dataVersion)
    .where(
      and(
        eq(dataVersion.organizationId, organizationId),
        eq(dataVersion.sha256, file.sha256),
        eq(dataVersion.fileName, file.fileName),
      ),
    )
    .for('update')
  const isToRead = found!.columns === null && ['failed', 'discarded'].includes(found!.state)
  const isPutAway = found!.columns !== null && found!.state === 'discarded'
  const row = isToRead
    ? await change(cx, found!, 'retry', { failure: null, profilingAt: cx.now })
    : isPutAway
      ? await change(cx, found!, 'restore', {})
      : found!
  cx.audit('data-version.upload', subject(row), { ...file, isRepeated: true })
  return { row, isNew: false, isToRead }
}

async function change(
  cx: Cx,
  row: DataVersionRow,
  move: Move,
  values: Partial<DataVersionRow>,
): Promise<DataVersionRow> {
  const state = nextState(versionMachine, row.state as VersionState, move)
  const [changed] = await cx.tx
    .update(dataVersion)
    .set({ ...values, state })
    .where(eq(dataVersion.id, row.id))
    .returning()
  return changed!
}

async function locked(cx: Cx, id: string): Promise<DataVersionRow> {
  const [row] = await cx.tx.select().from(dataVersion).where(eq(dataVersion.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

async function lockedOwn(cx: Cx, id: string): Promise<DataVersionRow> {
  const row = await locked(cx, id)
  if (row.organizationId !== requireOrganization(cx.actor)) throw notFound()
  return row
}

// PostgreSQL's jsonb cannot hold NUL, which a text file may well have
const withoutNul = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll('\\u0000', '')) as T

/** Keeps what was read from the file and where its copy lies; the version then waits for its owner's confirmation. */
export async function readVersion(cx: Cx, id: string, { profile, parts }: Read): Promise<DataVersionRow> {
  const row = await locked(cx, id)
  const { bytes: _, scan, ...facts } = withoutNul(profile)
  const changed = await change(cx, row, 'read', { ...facts, divisions: [...facts.divisions] })
  await recordCopy(cx, id, parts)
  await recordScan(cx, row, scan)
  cx.audit('data-version.read', subject(row), {
    sha256: row.sha256,
    format: facts.format,
    rows: facts.rows,
    columns: facts.columns.map(({ name, type }) => ({ name, type })),
  })
  return changed
}

/** Keeps why the file could not be read. */
export async function failVersion(
  cx: Cx,
  id: string,
  failure: { message: Text; remedy: Text },
): Promise<DataVersionRow> {
  const row = await locked(cx, id)
  const changed = await change(cx, row, 'fail', { failure })
  cx.audit('data-version.fail', subject(row), { sha256: row.sha256, reason: failure.message.en })
  return changed
}

/** Begins to read a file again that could not be read. */
export async function retryVersion(cx: Cx, id: string): Promise<DataVersionRow> {
  const found = await lockedOwn(cx, id)
  if (found.columns !== null) {
    if (await hasScan(cx, id)) throw stateConflict(text('该文件已经读取。', 'The file was read already.'))
    // read before there was a scan: only that is made up for, nothing else of the version changes
    cx.audit('data-version.retry', subject(found), { sha256: found.sha256, isScanOnly: true })
    return found
  }
  nextState(versionMachine, found.state as VersionState, 'retry')
  await takeRoom(cx, found.organizationId, found.bytes)
  const row = await change(cx, found, 'retry', { failure: null, profilingAt: cx.now })
  cx.audit('data-version.retry', subject(row), { sha256: row.sha256 })
  return row
}

/**
 * The owner confirms what was read and adds what no machine can know: unit, meaning and sensitivity of columns.
 * Notes may be added later too; products that were submitted keep the dictionary they had.
 * @throws invalid-input for columns that the file does not have, state-conflict before the file was read.
 */
export async function confirmDataVersion(
  cx: Cx,
  id: string,
  input: { readonly columns?: readonly GivenNote[] },
): Promise<DataVersionRow> {
  const row = await lockedOwn(cx, id)
  nextState(versionMachine, row.state as VersionState, 'confirm')
  const given = input.columns ?? []
  const errors = noteErrors(row.columns ?? [], given)
  if (errors.length > 0) throw invalidInput(undefined, { errors })
  const notes = mergeNotes(row.notes, given)
  const changed = await change(cx, row, 'confirm', { notes, confirmedBy: cx.actor.personId, confirmedAt: cx.now })
  cx.audit('data-version.confirm', subject(row), { sha256: row.sha256, notes })
  return changed
}

/**
 * Puts a version away: it is hidden and can no longer be chosen; its bytes and facts stay. Whether a product still uses
 * it is asked by the caller, who knows products. @throws not-found, state-conflict
 */
export async function discardVersion(cx: Cx, id: string): Promise<DataVersionRow> {
  const row = await lockedOwn(cx, id)
  const changed = await change(cx, row, 'discard', { failure: null, confirmedBy: null, confirmedAt: null })
  cx.audit('data-version.discard', subject(row), { sha256: row.sha256, from: row.state })
  return changed
}

/** Takes a version back that was put away; its owner confirms it anew. @throws state-conflict where nothing was read. */
export async function restoreVersion(cx: Cx, id: string): Promise<DataVersionRow> {
  const row = await lockedOwn(cx, id)
  if (row.state === 'discarded' && row.columns === null)
    throw stateConflict(text('该文件此前未能读取，请重新上传。', 'The file could not be read before; upload it again.'))
  const changed = await change(cx, row, 'restore', {})
  cx.audit('data-version.restore', subject(row), { sha256: row.sha256 })
  return changed
}

/** What to tell the owner when reading failed: the refusal's own words, or that the fault was ours. */
export function failureOf(error: unknown): { message: Text; remedy: Text } {
  if (!(error instanceof Problem))
    return {
      message: text('读取时服务出错', 'the service failed while reading'),
      remedy: text('再试一次；仍然失败请联系运营机构', 'try again; tell the operator if it fails again'),
    }
  const first = error.errors[0]
  return { message: first?.message ?? error.detail, remedy: first?.remedy ?? error.type.remedy }
}

/** Versions whose reading was cut off by the end of a process. */
export async function cutOffVersions(rx: Rx): Promise<string[]> {
  const rows = await rx.sql<{ id: string }[]>`
    select id from data.data_version
    where state = 'profiling' and profiling_at < ${rx.now.toISOString()}::timestamptz - make_interval(secs =>
      case when bytes <= ${inlineBytes} then ${overdueSeconds(0)}::int else ${overdueSeconds(inlineBytes + 1)}::int end)
    order by profiling_at limit 100`
  return rows.map(row => row.id)
}

/** Lets the owner try again where reading was cut off. */
export async function giveUpVersion(cx: Cx, id: string): Promise<void> {
  const row = await locked(cx, id)
  if (row.state !== 'profiling' || row.profilingAt.getTime() > cx.now.getTime() - overdueSeconds(row.bytes) * 1000)
    throw new NotDue()
  await failVersion(cx, id, {
    message: text('读取被中断', 'the reading was cut off'),
    remedy: text('点击重试，无需重新上传', 'try again; the file need not be uploaded again'),
  })
}
