import { AsyncLocalStorage } from 'node:async_hooks'
import { readdir } from 'node:fs/promises'
import { MemoryLocker, Server, Upload } from '@tus/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Engine } from '../../kernel/command.ts'
import { languageOf } from '../../kernel/http/language.ts'
import type { RawContext } from '../../kernel/http/route.ts'
import type { Kit } from '../../kernel/kit.ts'
import { defineProblem, invalidInput, Problem, problemDocument, stateConflict } from '../../kernel/problem.ts'
import { type Language, text } from '../../kernel/text.ts'
import { beginUpload, endUpload, finishUpload, ownUpload, requireOpen } from './arriving.ts'
import type { DataVersionRow, UploadRow } from './schema.ts'
import { type Checksum, checksumAlgorithms, parseChecksum, StagingStore } from './staging.ts'
import type { Surroundings } from './upload.ts'

export const otherProtocol = defineProblem(
  'other-protocol',
  412,
  text('不支持的上传协议版本', 'Another version of the upload protocol'),
  text('以请求头 Tus-Resumable: 1.0.0 发送。', 'Send the header Tus-Resumable: 1.0.0.'),
)

const version = '1.0.0'

/** What one request is about; the library's hooks know only its own request. */
interface Visit extends Surroundings {
  readonly requestId: string
  readonly language: Language
  readonly upload: UploadRow
  readonly checksum: Checksum | undefined
  finished?: DataVersionRow
}

const visits = new AsyncLocalStorage<Visit>()

/** The uploads that requests are about; the library keeps no record of its own, the database has it. */
const records = {
  async get(id: string) {
    const upload = visits.getStore()?.upload
    if (upload?.id !== id) return undefined
    return new Upload({
      id,
      size: upload.bytes,
      offset: 0,
      metadata: { filename: upload.fileName },
      creation_date: upload.startedAt.toISOString(),
    })
  },
  async set() {},
  async delete() {},
}

export interface Reception {
  readonly server: Server
  readonly store: StagingStore
}

const receptions = new WeakMap<Kit, Reception>()

/** The folder where an exchange keeps what is arriving. */
const stagingFolder = (kit: Kit) => `${kit.settings.home}/uploads`

/** The library's server over our folder and our records, one per exchange. */
export function receptionOf(kit: Kit): Reception {
  const present = receptions.get(kit)
  if (present) return present
  const store = new StagingStore(stagingFolder(kit), records, () => visits.getStore()?.checksum)
  const server = new Server({
    path: '/api/v1/uploads',
    datastore: store,
    locker: new MemoryLocker(),
    relativeLocation: true,
    allowedOrigins: [new URL(kit.settings.publicUrl).origin],
    exposedHeaders: ['Jinshu-Data-Version', 'Upload-Expires', 'Upload-Length'],
    namingFunction: () => visits.getStore()?.upload.id ?? '',
    async onUploadFinish() {
      const visit = visits.getStore()
      if (!visit) throw new Error('an upload is finished within its request')
      const row = await finish(visit, store)
      return { headers: { 'Jinshu-Data-Version': row.id } }
    },
    async onResponseError(_request, error) {
      if (!(error instanceof Problem)) return undefined
      const { language = 'zh-CN', requestId = '' } = visits.getStore() ?? {}
      const document = problemDocument(error, language, requestId)
      return { status_code: document.status, body: JSON.stringify(document) }
    },
  })
  const made = { server, store }
  receptions.set(kit, made)
  return made
}

async function finish(visit: Visit, store: StagingStore): Promise<DataVersionRow> {
  const { id } = visit.upload
  const row = await finishUpload(visit, visit.upload, { path: store.pathOf(id), discard: () => store.discard(id) })
  visit.finished = row
  return row
}

function checksumOf(request: FastifyRequest): Checksum | undefined {
  const header = request.headers['upload-checksum']
  if (header === undefined) return undefined
  const checksum = typeof header === 'string' ? parseChecksum(header) : undefined
  if (checksum) return checksum
  throw invalidInput(undefined, {
    errors: [
      {
        pointer: '/Upload-Checksum',
        message: text('校验和无法识别', 'is no checksum that is known here'),
        remedy: text(
          `写作“sha256 <Base64>”，可用算法：${checksumAlgorithms.join('、')}`,
          `write “sha256 <base64>” with one of ${checksumAlgorithms.join(', ')}`,
        ),
      },
    ],
  })
}

/** The file name among the metadata of a creation (`filename <base64>,…`). */
function fileNameIn(metadata: string | undefined): string {
  for (const pair of (metadata ?? '').split(',')) {
    const [key, value = ''] = pair.trim().split(' ')
    if (key && ['filename', 'fileName', 'name'].includes(key)) return Buffer.from(value, 'base64').toString('utf8')
  }
  return ''
}

function announced(request: FastifyRequest) {
  const length = String(request.headers['upload-length'] ?? '')
  if (!/^\d{1,15}$/.test(length))
    throw invalidInput(undefined, {
      errors: [
        {
          pointer: '/Upload-Length',
          message: text('缺少文件长度', 'the length of the file is missing'),
          remedy: text('以字节数给出 Upload-Length', 'give Upload-Length in bytes'),
        },
      ],
    })
  const metadata = request.headers['upload-metadata']
  return { bytes: Number(length), fileName: fileNameIn(typeof metadata === 'string' ? metadata : undefined) }
}

/** Hands the request to the library with the headers that our own answers carry. */
async function handOver(request: FastifyRequest, reply: FastifyReply, visit: Visit): Promise<FastifyReply> {
  const { server } = receptionOf(visit.engine.kit)
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value as string)
  reply.raw.setHeader('x-request-id', request.id)
  reply.raw.setHeader('cache-control', 'no-store')
  reply.raw.setHeader('upload-expires', visit.upload.expiresAt.toUTCString())
  reply.hijack()
  await visits.run(visit, () => server.handle(request.raw, reply.raw))
  return reply
}

const around = (request: FastifyRequest, { engine, actor }: RawContext) => ({
  engine,
  actor,
  log: request.log as Pick<Logger, 'error'>,
  requestId: request.id,
  language: languageOf(request),
})

function requireProtocol(request: FastifyRequest): void {
  if (request.headers['tus-resumable'] !== version) throw otherProtocol()
}

/** `POST /uploads`: gives the file its place, and takes first bytes where they come along. */
export async function createUpload(request: FastifyRequest, reply: FastifyReply, context: RawContext) {
  requireProtocol(request)
  const checksum = checksumOf(request)
  const { engine, actor } = context
  const file = announced(request)
  const written = await engine.write(actor, { operation: 'beginUpload' }, cx => beginUpload(cx, file))
  if (written.isReplay) throw new Error('the beginning of an upload has no idempotency key')
  return handOver(request, reply, { ...around(request, context), upload: written.value, checksum })
}

async function visitOf(request: FastifyRequest, context: RawContext): Promise<Visit> {
  const { id } = request.params as { id: string }
  const upload = await context.engine.read(context.actor, async rx => requireOpen(await ownUpload(rx, id), rx.now))
  return { ...around(request, context), upload, checksum: checksumOf(request) }
}

/** What is said of an upload that is a version already. */
function answerFinished(reply: FastifyReply, upload: UploadRow, status: number): FastifyReply {
  return reply
    .code(status)
    .headers({
      'tus-resumable': version,
      'upload-offset': `${upload.bytes}`,
      'upload-length': `${upload.bytes}`,
      'jinshu-data-version': `${upload.dataVersionId}`,
      'cache-control': 'no-store',
    })
    .send()
}

/** An upload whose last byte arrived before a kill becomes its version when the client comes back. */
async function completed(visit: Visit): Promise<UploadRow> {
  const { upload } = visit
  if (upload.state === 'finished') return upload
  const { store } = receptionOf(visit.engine.kit)
  if ((await store.received(upload.id)) !== upload.bytes) return upload
  const row = await finish(visit, store)
  return { ...upload, state: 'finished', dataVersionId: row.id }
}

/** How much of a file has arrived; of one that is a version already, which. */
export async function statUpload(request: FastifyRequest, context: RawContext) {
  const visit = await visitOf(request, context)
  const upload = await completed(visit)
  const { store } = receptionOf(visit.engine.kit)
  return { upload, offset: upload.state === 'finished' ? upload.bytes : await store.received(upload.id) }
}

/** `HEAD /uploads/{id}`: where to go on. */
export async function headUpload(request: FastifyRequest, reply: FastifyReply, context: RawContext) {
  requireProtocol(request)
  const visit = await visitOf(request, context)
  const upload = await completed(visit)
  return upload.state === 'finished' ? answerFinished(reply, upload, 200) : handOver(request, reply, visit)
}

/** `PATCH /uploads/{id}`: takes bytes from the offset on. */
export async function patchUpload(request: FastifyRequest, reply: FastifyReply, context: RawContext) {
  requireProtocol(request)
  const visit = await visitOf(request, context)
  if (visit.upload.state !== 'finished') return handOver(request, reply, visit)
  // the answer to the last bytes was lost: it is given again, and nothing happens twice
  if (request.headers['upload-offset'] === `${visit.upload.bytes}`) return answerFinished(reply, visit.upload, 204)
  throw stateConflict(text('该文件已上传完成。', 'The file was uploaded whole already.'))
}

/** `DELETE /uploads/{id}`: the client gives up. */
export async function terminateUpload(request: FastifyRequest, reply: FastifyReply, context: RawContext) {
  requireProtocol(request)
  const visit = await visitOf(request, context)
  const { engine, actor } = context
  await engine.write(actor, { operation: 'endUpload' }, cx => endUpload(cx, visit.upload.id))
  return handOver(request, reply, visit)
}

/** `OPTIONS /uploads`: what the server can. */
export async function describeUploads(reply: FastifyReply, engine: Engine) {
  const { store } = receptionOf(engine.kit)
  return reply
    .code(204)
    .headers({
      'tus-resumable': version,
      'tus-version': version,
      'tus-extension': store.extensions.join(','),
      'tus-max-size': `${engine.kit.settings.maxUploadBytes}`,
      'tus-checksum-algorithm': checksumAlgorithms.join(','),
    })
    .send()
}

/** Ids of the uploads whose bytes lie in the staging folder. */
export async function stagedIds(kit: Kit): Promise<string[]> {
  const names = await readdir(stagingFolder(kit)).catch(() => [])
  return [...new Set(names.map(name => name.split('.')[0] ?? ''))].filter(id => /^[0-9a-f-]{36}$/.test(id))
}
