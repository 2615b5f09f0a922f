import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../kernel/actor.ts'
import type { Engine } from '../../kernel/command.ts'
import type { RawContext } from '../../kernel/http/route.ts'
import type { Kit } from '../../kernel/kit.ts'
import { invalidInput, unsupportedMedia } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { requireOrganization } from '../identity/index.ts'
import { profile } from './engine/index.ts'
import { inlineBytes, tidyFileName } from './model.ts'
import type { DataVersionRow } from './schema.ts'
import { checkFile, failureOf, failVersion, openVersion, readVersion, retryVersion } from './service.ts'

const kitOf = (engine: Engine, actor: Actor): Promise<Kit> => engine.read(actor, async rx => rx.kit)

/** The file in a request: the one file part of a form, or the bare body with `?fileName=`. */
async function sentFile(request: FastifyRequest, maxBytes: number): Promise<{ source: Readable; fileName: string }> {
  if (request.isMultipart()) {
    const part = await request.file({ limits: { fileSize: maxBytes + 1, files: 1, fields: 20, parts: 21 } })
    if (part) return { source: part.file, fileName: tidyFileName(part.filename ?? '') }
    throw invalidInput(undefined, {
      errors: [
        {
          pointer: '/file',
          message: text('表单中没有文件', 'the form has no file'),
          remedy: text('在名为 file 的部分中发送文件', 'send the file in a part named file'),
        },
      ],
    })
  }
  const { fileName } = request.query as { fileName?: string }
  const body = request.body as Readable | undefined
  if (body && typeof body.pipe === 'function') return { source: body, fileName: tidyFileName(fileName ?? '') }
  throw unsupportedMedia(
    text(
      '请以 multipart/form-data 发送，或以 application/octet-stream 发送并带上 ?fileName=。',
      'Send multipart/form-data, or application/octet-stream with ?fileName=.',
    ),
  )
}

/**
 * Reads the stored file and keeps the result. The reading happens between two transactions, never inside one:
 * it may take seconds, and a row lock would be held all that time.
 */
async function profileVersion({ engine, actor }: RawContext, kit: Kit, row: DataVersionRow): Promise<DataVersionRow> {
  const outcome = await profile(kit.files.path(row.sha256), row.fileName).then(
    read => ({ read }),
    error => ({ failure: failureOf(error) }),
  )
  const written = await engine.write(actor, { operation: 'profileDataVersion' }, cx =>
    'read' in outcome ? readVersion(cx, row.id, outcome.read) : failVersion(cx, row.id, outcome.failure),
  )
  if (written.isReplay) throw new Error('a reading has no idempotency key')
  return written.value
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
  const kit = await kitOf(engine, actor)
  const maxBytes = kit.settings.maxUploadBytes
  const { source, fileName } = await sentFile(request, maxBytes)
  const file = { ...(await kit.files.put(source, { maxBytes })), fileName }
  checkFile(file)
  const opened = await engine.write(actor, { operation: 'uploadDataVersion' }, cx => openVersion(cx, file))
  if (opened.isReplay) throw new Error('an upload has no idempotency key: its digest is one')
  const { row, isNew, isToRead } = opened.value
  return { row: isToRead ? await profileNowOrSoon(context, kit, request, row) : row, isNew }
}

/** Reads a file once more that could not be read. @throws not-found, state-conflict. */
export async function retryDataVersion(request: FastifyRequest, context: RawContext, id: string) {
  const kit = await kitOf(context.engine, context.actor)
  const begun = await context.engine.write(context.actor, { operation: 'retryDataVersion' }, cx => retryVersion(cx, id))
  if (begun.isReplay) throw new Error('a retry has no idempotency key')
  return profileNowOrSoon(context, kit, request, begun.value)
}
