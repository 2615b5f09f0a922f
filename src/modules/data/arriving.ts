import { createReadStream } from 'node:fs'
import { and, asc, eq, lt } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { NotDue } from '../../kernel/events.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { defineProblem, notFound, payloadTooLarge } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { tidyFileName, uploadMachine } from './model.ts'
import { takeRoom } from './quota.ts'
import { type DataVersionRow, dataUpload, dataVersion, type UploadRow } from './schema.ts'
import { checkFile, openVersion } from './service.ts'
import { profileNowOrSoon, type Surroundings } from './upload.ts'

export const uploadGone = defineProblem(
  'upload-gone',
  410,
  text('上传已过期或已取消', 'The upload has expired or was cancelled'),
  text('重新上传该文件。', 'Upload the file again.'),
)

type UploadState = keyof typeof uploadMachine.states

/** What a client says of a file before it sends the first byte. */
export interface Announced {
  readonly fileName: string
  readonly bytes: number
}

const hour = 3_600_000

/** Gives a file that arrives in pieces its place. @throws invalid-input, payload-too-large, quota-exceeded */
export async function beginUpload(cx: Cx, announced: Announced): Promise<UploadRow> {
  const organizationId = requireOrganization(cx.actor)
  const { maxUploadBytes, uploadHours } = cx.kit.settings
  const fileName = tidyFileName(announced.fileName)
  checkFile({ fileName, bytes: announced.bytes, sha256: '' })
  if (announced.bytes > maxUploadBytes) {
    const mebibytes = (maxUploadBytes / 1048576).toFixed(1)
    throw payloadTooLarge(
      text(
        `文件超过上限 ${maxUploadBytes} 字节（${mebibytes} MiB）`,
        `The file is larger than ${maxUploadBytes} bytes (${mebibytes} MiB)`,
      ),
    )
  }
  await takeRoom(cx, organizationId, announced.bytes)
  const [row] = await cx.tx
    .insert(dataUpload)
    .values({
      id: newId(),
      organizationId,
      startedBy: cx.actor.personId!,
      fileName,
      bytes: announced.bytes,
      state: uploadMachine.initial,
      startedAt: cx.now,
      expiresAt: new Date(cx.now.getTime() + uploadHours * hour),
    })
    .returning()
  cx.audit('upload.begin', ['upload', row!.id], { fileName, bytes: announced.bytes })
  return row!
}

/** An upload of the own organisation; another's is not there. @throws not-found */
export async function ownUpload(rx: Rx, id: string): Promise<UploadRow> {
  const [row] = await rx.tx
    .select()
    .from(dataUpload)
    .where(and(eq(dataUpload.id, id), eq(dataUpload.organizationId, requireOrganization(rx.actor))))
  if (!row) throw notFound()
  return row
}

/** The own organisation's files that are still arriving, the oldest first. */
export const listUploads = (rx: Rx): Promise<UploadRow[]> =>
  rx.tx
    .select()
    .from(dataUpload)
    .where(and(eq(dataUpload.organizationId, requireOrganization(rx.actor)), eq(dataUpload.state, 'receiving')))
    .orderBy(asc(dataUpload.id))
    .limit(100)

async function locked(cx: Cx, id: string): Promise<UploadRow> {
  const [row] = await cx.tx.select().from(dataUpload).where(eq(dataUpload.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

async function move(
  cx: Cx,
  row: UploadRow,
  name: keyof typeof uploadMachine.moves,
  dataVersionId: string | null = null,
): Promise<UploadRow> {
  const state = nextState(uploadMachine, row.state as UploadState, name)
  const [changed] = await cx.tx
    .update(dataUpload)
    .set({ state, endedAt: cx.now, dataVersionId })
    .where(eq(dataUpload.id, row.id))
    .returning()
  return changed!
}

/** Cancels an upload; its place in the quota is free again. @throws not-found, state-conflict */
export async function endUpload(cx: Cx, id: string): Promise<UploadRow> {
  const row = await locked(cx, id)
  if (row.organizationId !== requireOrganization(cx.actor)) throw notFound()
  const ended = await move(cx, row, 'end')
  cx.audit('upload.end', ['upload', id], { fileName: row.fileName, bytes: row.bytes })
  return ended
}

/** Uploads that were not finished in time. */
export async function expiredUploads(rx: Rx): Promise<string[]> {
  const rows = await rx.tx
    .select({ id: dataUpload.id })
    .from(dataUpload)
    .where(and(eq(dataUpload.state, 'receiving'), lt(dataUpload.expiresAt, rx.now)))
    .limit(100)
  return rows.map(row => row.id)
}

/** Gives an unfinished upload up; its bytes are swept by the task that tends the staging folder. */
export async function expireUpload(cx: Cx, id: string): Promise<void> {
  const row = await locked(cx, id)
  if (row.state !== 'receiving' || row.expiresAt >= cx.now) throw new NotDue()
  await move(cx, row, 'expire')
  cx.audit('upload.expire', ['upload', id], { fileName: row.fileName, bytes: row.bytes })
}

/** @throws upload-gone for an upload that ended without a version */
export function requireOpen(row: UploadRow, now: Date): UploadRow {
  if (['ended', 'expired'].includes(row.state) || (row.state === 'receiving' && row.expiresAt < now)) throw uploadGone()
  return row
}

type Finish =
  | { readonly isFirst: true; readonly version: DataVersionRow; readonly isToRead: boolean }
  | { readonly isFirst: false; readonly version: DataVersionRow }

async function finishIn(cx: Cx, id: string, stored: { sha256: string; bytes: number }): Promise<Finish> {
  const upload = await locked(cx, id)
  if (upload.dataVersionId) {
    const [version] = await cx.tx.select().from(dataVersion).where(eq(dataVersion.id, upload.dataVersionId))
    cx.audit('upload.finish-again', ['upload', id], { sha256: stored.sha256 })
    return { isFirst: false, version: version! }
  }
  const owner = { organizationId: upload.organizationId, personId: upload.startedBy }
  const { row, isToRead } = await openVersion(cx, { ...stored, fileName: upload.fileName }, { owner, uploadId: id })
  await move(cx, upload, 'finish', row.id)
  cx.audit('upload.finish', ['upload', id], { sha256: stored.sha256, dataVersionId: row.id })
  return { isFirst: true, version: row, isToRead }
}

/**
 * Makes the version of an upload whose last byte has arrived, once however often it is asked: the version and the
 * upload's end are one commit. What a kill left undone before it is done again by whoever comes next.
 */
export async function finishUpload(
  around: Surroundings,
  upload: UploadRow,
  staged: { readonly path: string; discard(): Promise<void> },
): Promise<DataVersionRow> {
  const { engine, actor } = around
  const stored = await engine.kit.files.put(createReadStream(staged.path), { maxBytes: upload.bytes })
  const written = await engine.write(actor, { operation: 'finishUpload' }, cx => finishIn(cx, upload.id, stored))
  if (written.isReplay) throw new Error('the finish of an upload has no idempotency key: its state is one')
  await staged.discard()
  const { value } = written
  return value.isFirst && value.isToRead ? profileNowOrSoon(around, value.version) : value.version
}
