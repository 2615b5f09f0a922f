import type { FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Actor } from '../../kernel/actor.ts'
import type { Engine } from '../../kernel/command.ts'
import type { RawContext } from '../../kernel/http/route.ts'
import { sentFile } from '../../kernel/http/sent.ts'
import type { Kit } from '../../kernel/kit.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { readAndKeep } from './copies.ts'
import { dropBytes, isRefusal } from './dropping.ts'
import { profile } from './engine/index.ts'
import {
  type Finding,
  holdVersion,
  infectedFailure,
  inspect,
  inspectionOf,
  isMissing,
  passes,
  recordInspection,
  releaseVersion,
} from './inspection.ts'
import { inlineBytes, tidyFileName } from './model.ts'
import { ownQuota, requireRoom, roomIn } from './quota.ts'
import { recordScan } from './scanning.ts'
import type { DataVersionRow } from './schema.ts'
import { checkFile, failureOf, failVersion, openVersion, readVersion, retryVersion } from './service.ts'

/** What reads a file needs of its surroundings: a request's, or the worker's. */
export interface Surroundings {
  readonly engine: Engine
  readonly actor: Actor
  readonly log: Pick<Logger, 'error'>
}

const gone = {
  message: text('存储中已没有该文件的内容', 'the bytes of the file are not in the store any more'),
  remedy: text('重新上传该文件。', 'Upload the file again.'),
}

/** Writes the outcome of one step; it has no idempotency key, because its state is one. */
async function keep(
  { engine, actor }: Surroundings,
  operation: string,
  work: Parameters<typeof engine.write<DataVersionRow>>[2],
): Promise<DataVersionRow> {
  const written = await engine.write(actor, { operation }, work)
  if (written.isReplay) throw new Error(`${operation} has no idempotency key`)
  return written.value
}

/** A file that does harm is taken out of service, whoever has it. */
async function condemn(around: Surroundings, kit: Kit, row: DataVersionRow, found: Finding & { verdict: 'infected' }) {
  const failed = await keep(around, 'condemnDataVersion', async cx => {
    await recordInspection(cx, row.id, found)
    return failVersion(cx, row.id, infectedFailure(found.signature))
  })
  await kit.files.quarantine(row.sha256, { isHarmful: true })
  around.log.error({ dataVersionId: row.id, sha256: row.sha256, signature: found.signature }, 'malware was found')
  return failed
}

/**
 * Checks the stored file for malware, reads it and keeps the result. Both happen between two transactions, never inside
 * one: they may take long, and a row lock would be held all that time.
 */
export async function profileVersion(around: Surroundings, row: DataVersionRow): Promise<DataVersionRow> {
  const { engine, actor } = around
  const { kit } = engine
  if (!(await kit.files.has(row.sha256))) return keep(around, 'failDataVersion', cx => failVersion(cx, row.id, gone))
  const present = await engine.read(actor, rx => inspectionOf(rx, row.id))
  const found = await inspect(engine, row, present)
  if (found.verdict === 'infected') return condemn(around, kit, row, found)
  if (found.verdict === 'held') return keep(around, 'holdDataVersion', cx => holdVersion(cx, row.id, found))
  if (!passes(found)) throw new Error(`${found.verdict} lets nothing be read`)
  const outcome = await readAndKeep(kit, row).then(
    read => ({ read }),
    error => ({ failure: isMissing(error) ? gone : failureOf(error), isRefused: isRefusal(error) }),
  )
  const kept = await keep(around, 'profileDataVersion', async cx => {
    await recordInspection(cx, row.id, found)
    return 'read' in outcome ? readVersion(cx, row.id, outcome.read) : failVersion(cx, row.id, outcome.failure)
  })
  if ('failure' in outcome && outcome.isRefused) await dropBytes(around, row.sha256)
  return kept
}

/** Looks an older version through for sensitive values and keeps what was found. @throws as `profile` does */
async function scanVersion({ engine, actor }: Surroundings, row: DataVersionRow): Promise<DataVersionRow> {
  const { scan } = await profile(await engine.kit.files.path(row.sha256), row.fileName)
  await engine.write(actor, { operation: 'scanDataVersion' }, async cx => {
    await recordScan(cx, row, scan)
    cx.audit('data-version.scan', ['data-version', row.id], { sha256: row.sha256, columns: scan.length })
  })
  return row
}

/** Small files are read at once; for large ones the caller asks again until the state is no longer `profiling`. */
export async function profileNowOrSoon(around: Surroundings, row: DataVersionRow): Promise<DataVersionRow> {
  const reading = profileVersion(around, row)
  if (row.bytes <= inlineBytes) return reading
  // a process that ends meanwhile leaves the version in `profiling`: a timer then lets the owner try again
  reading.catch(error => around.log.error({ err: error, dataVersionId: row.id }, 'a data version could not be kept'))
  return row
}

/** A form's parts around the file, at most: what is declared as the length of a body is larger than the file in it. */
const formBytes = 64 * 1024

/** The length that a request declares of its file; undefined when it comes in chunks. */
function declaredBytes(request: FastifyRequest): number | undefined {
  const declared = request.headers['content-length']
  if (declared === undefined) return undefined
  return request.isMultipart() ? Math.max(0, Number(declared) - formBytes) : Number(declared)
}

/** Streams the sent file into the store and makes its version. @throws payload-too-large, quota-exceeded, upload-interrupted, invalid-input. */
export async function uploadDataVersion(request: FastifyRequest, context: RawContext) {
  const { engine, actor } = context
  requireOrganization(actor)
  const { kit } = engine
  const quota = await engine.read(actor, ownQuota)
  // before the first byte: who has no room is told so at once
  requireRoom(quota, Math.max(1, declaredBytes(request) ?? 1))
  const maxBytes = kit.settings.maxUploadBytes
  const { source, fileName } = await sentFile(request, maxBytes)
  const stored = await kit.files.put(source, { maxBytes: Math.min(maxBytes, Math.max(roomIn(quota), 1)) })
  const file = { ...stored, fileName: tidyFileName(fileName) }
  if (file.bytes === 0) await kit.files.remove(file.sha256)
  checkFile(file)
  const opened = await engine.write(actor, { operation: 'uploadDataVersion' }, cx => openVersion(cx, file))
  if (opened.isReplay) throw new Error('an upload has no idempotency key: its digest is one')
  const { row, isNew, isToRead } = opened.value
  const around = { engine, actor, log: request.log as Pick<Logger, 'error'> }
  return { row: isToRead ? await profileNowOrSoon(around, row) : row, isNew }
}

/** Reads a file once more that could not be read. @throws not-found, state-conflict. */
export async function retryDataVersion(request: FastifyRequest, { engine, actor }: RawContext, id: string) {
  const around = { engine, actor, log: request.log as Pick<Logger, 'error'> }
  const row = await keep(around, 'retryDataVersion', cx => retryVersion(cx, id))
  return row.columns === null ? profileNowOrSoon(around, row) : scanVersion(around, row)
}

/** Lets a held file be read by a second person's decision, and reads it. @throws same-person, state-conflict */
export async function releaseDataVersion(request: FastifyRequest, { engine, actor }: RawContext, id: string) {
  const around = { engine, actor, log: request.log as Pick<Logger, 'error'> }
  return profileNowOrSoon(around, await keep(around, 'releaseDataVersion', cx => releaseVersion(cx, id)))
}
