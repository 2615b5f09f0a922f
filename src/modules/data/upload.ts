import type { FastifyRequest } from 'fastify'
import type { RawContext } from '../../kernel/http/route.ts'
import { sentFile } from '../../kernel/http/sent.ts'
import type { Kit } from '../../kernel/kit.ts'
import { requireOrganization } from '../identity/index.ts'
import { readAndKeep } from './copies.ts'
import { profile } from './engine/index.ts'
import { inlineBytes, tidyFileName } from './model.ts'
import { recordScan } from './scanning.ts'
import type { DataVersionRow } from './schema.ts'
import { checkFile, failureOf, failVersion, openVersion, readVersion, retryVersion } from './service.ts'

/**
 * Reads the stored file and keeps the result. The reading happens between two transactions, never inside one:
 * it may take seconds, and a row lock would be held all that time.
 */
async function profileVersion({ engine, actor }: RawContext, kit: Kit, row: DataVersionRow): Promise<DataVersionRow> {
  const outcome = await readAndKeep(kit, row).then(
    read => ({ read }),
    error => ({ failure: failureOf(error) }),
  )
  const written = await engine.write(actor, { operation: 'profileDataVersion' }, cx =>
    'read' in outcome ? readVersion(cx, row.id, outcome.read) : failVersion(cx, row.id, outcome.failure),
  )
  if (written.isReplay) throw new Error('a reading has no idempotency key')
  return written.value
}

/** Looks an older version through for sensitive values and keeps what was found. @throws as `profile` does */
async function scanVersion({ engine, actor }: RawContext, kit: Kit, row: DataVersionRow): Promise<DataVersionRow> {
  const { scan } = await profile(await kit.files.path(row.sha256), row.fileName)
  await engine.write(actor, { operation: 'scanDataVersion' }, async cx => {
    await recordScan(cx, row, scan)
    cx.audit('data-version.scan', ['data-version', row.id], { sha256: row.sha256, columns: scan.length })
  })
  return row
}

/** Small files are read at once; for large ones the caller asks again until the state is no longer `profiling`. */
async function profileNowOrSoon(context: RawContext, kit: Kit, request: FastifyRequest, row: DataVersionRow) {
  const reading = profileVersion(context, kit, row)
  if (row.bytes <= inlineBytes) return reading
  // a process that ends meanwhile leaves the version in `profiling`: a timer then lets the owner try again
  reading.catch(error => request.log.error({ err: error, dataVersionId: row.id }, 'a data version could not be kept'))
  return row
}

/** Streams the sent file into the store and makes its version. @throws payload-too-large, upload-interrupted, invalid-input. */
export async function uploadDataVersion(request: FastifyRequest, context: RawContext) {
  const { engine, actor } = context
  requireOrganization(actor)
  const { kit } = engine
  const maxBytes = kit.settings.maxUploadBytes
  const { source, fileName } = await sentFile(request, maxBytes)
  const file = { ...(await kit.files.put(source, { maxBytes })), fileName: tidyFileName(fileName) }
  checkFile(file)
  const opened = await engine.write(actor, { operation: 'uploadDataVersion' }, cx => openVersion(cx, file))
  if (opened.isReplay) throw new Error('an upload has no idempotency key: its digest is one')
  const { row, isNew, isToRead } = opened.value
  return { row: isToRead ? await profileNowOrSoon(context, kit, request, row) : row, isNew }
}

/** Reads a file once more that could not be read. @throws not-found, state-conflict. */
export async function retryDataVersion(request: FastifyRequest, context: RawContext, id: string) {
  const { kit } = context.engine
  const begun = await context.engine.write(context.actor, { operation: 'retryDataVersion' }, cx => retryVersion(cx, id))
  if (begun.isReplay) throw new Error('a retry has no idempotency key')
  if (begun.value.columns !== null) return scanVersion(context, kit, begun.value)
  return profileNowOrSoon(context, kit, request, begun.value)
}
