import { type Route, raw, read, write } from '../../kernel/http/route.ts'
import { payloadTooLarge } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { ReasonBody, samePerson } from '../identity/index.ts'
import { uploadGone } from './arriving.ts'
import { type HeldKind, heldVersions } from './holding.ts'
import { declineRelease, inspectionOf, proposeRelease } from './inspection.ts'
import {
  HeldList,
  HeldQuery,
  HeldShape,
  InspectionShape,
  QuotaBody,
  QuotaShape,
  toHeld,
  toInspection,
  toQuota,
  toUpload,
  UploadShape,
} from './intakewire.ts'
import { ownDataVersion } from './queries.ts'
import { ownQuota, quotaExceeded, quotaOfOrganization, setDataQuota } from './quota.ts'
import {
  createUpload,
  describeUploads,
  headUpload,
  otherProtocol,
  patchUpload,
  statUpload,
  terminateUpload,
} from './tus.ts'
import { releaseDataVersion } from './upload.ts'
import { DataVersionShape, toDataVersionWire } from './wire.ts'

const tag = 'data'
const bare = { type: 'application/offset+octet-stream', description: 'tus 1.0: see the headers' }

/** Uploads in pieces, by the protocol tus 1.0 (creation, creation-with-upload, termination, expiration, checksum). */
const tusRoutes: Route[] = [
  raw({
    at: 'OPTIONS /uploads',
    operation: 'describeUploads',
    permission: 'upload.describe',
    tag,
    summary: text('分段上传的协议能力', 'What uploads in pieces can do'),
    isHidden: true,
    handle: (_request, reply, { engine }) => describeUploads(reply, engine),
  }),
  raw({
    at: 'POST /uploads',
    operation: 'createUpload',
    permission: 'data-version.upload',
    tag,
    summary: text('开始分段上传（tus 1.0）', 'Begin an upload in pieces (tus 1.0)'),
    problems: [quotaExceeded, payloadTooLarge, otherProtocol],
    produces: bare,
    handle: createUpload,
  }),
  raw({
    at: 'GET /uploads/:id',
    operation: 'readUpload',
    permission: 'data-version.upload',
    tag,
    summary: text('分段上传的进度（HEAD 依 tus 1.0）', 'How far an upload is (HEAD as tus 1.0 says)'),
    params: IdParams,
    problems: [uploadGone],
    produces: { type: 'application/json', description: 'the upload', schema: UploadShape },
    handle: async (request, reply, context) => {
      if (request.method === 'HEAD') return headUpload(request, reply, context)
      const { upload, offset } = await statUpload(request, context)
      return reply.header('cache-control', 'no-store').send(toUpload(upload, offset))
    },
  }),
  raw({
    at: 'PATCH /uploads/:id',
    operation: 'patchUpload',
    permission: 'data-version.upload',
    tag,
    summary: text('续传（tus 1.0）', 'Send more of an upload (tus 1.0)'),
    params: IdParams,
    problems: [uploadGone, otherProtocol],
    produces: bare,
    handle: patchUpload,
  }),
  raw({
    at: 'DELETE /uploads/:id',
    operation: 'endUpload',
    permission: 'data-version.upload',
    tag,
    summary: text('取消分段上传（tus 1.0）', 'Cancel an upload (tus 1.0)'),
    params: IdParams,
    problems: [uploadGone, otherProtocol],
    produces: bare,
    handle: terminateUpload,
  }),
]

const heldRoutes: Route[] = [
  read({
    at: 'GET /data-versions/:id/inspection',
    operation: 'readInspection',
    permission: 'data-version.read',
    tag,
    summary: text('文件的病毒检测结果', 'What the malware scan of a file said'),
    params: IdParams,
    reply: InspectionShape,
    run: async (rx, { params }) => toInspection(await inspectionOf(rx, (await ownDataVersion(rx, params.id)).id)),
  }),
  read({
    at: 'GET /held-data-versions',
    operation: 'listHeldVersions',
    permission: 'data-version.list-held',
    tag,
    summary: text('未经病毒检测而暂存的文件', 'Files that are held because nobody scanned them'),
    query: HeldQuery,
    reply: HeldList,
    run: async (rx, { query }) => {
      const { items, next } = await heldVersions(rx, { ...query, kind: query.kind as HeldKind | undefined })
      return { items: items.map(toHeld), next }
    },
  }),
  write({
    at: 'POST /data-versions/:id/propose-release',
    operation: 'proposeRelease',
    permission: 'data-version.propose-release',
    tag,
    summary: text('提议放行暂存的文件', 'Propose to release a held file'),
    params: IdParams,
    body: ReasonBody,
    reply: HeldShape,
    run: async (cx, { params, body }) => toHeld(await proposeRelease(cx, params.id, body.reason)),
  }),
  write({
    at: 'POST /data-versions/:id/decline-release',
    operation: 'declineRelease',
    permission: 'data-version.decline-release',
    tag,
    summary: text('不同意放行', 'Decline a release'),
    params: IdParams,
    body: ReasonBody,
    reply: HeldShape,
    run: async (cx, { params, body }) => toHeld(await declineRelease(cx, params.id, body.reason)),
  }),
  raw({
    at: 'POST /data-versions/:id/release',
    operation: 'releaseVersion',
    permission: 'data-version.release',
    tag,
    summary: text('放行暂存的文件', 'Release a held file'),
    params: IdParams,
    problems: [samePerson],
    produces: { type: 'application/json', description: 'the data version', schema: DataVersionShape },
    handle: async (request, reply, context) => {
      const row = await releaseDataVersion(request, context, (request.params as { id: string }).id)
      const { columns: _, sample: __, ...facts } = toDataVersionWire(row)
      // the operator decides about the file, not about its content
      return reply.header('cache-control', 'no-store').send({ ...facts, columns: [], sample: [] })
    },
  }),
]

const quotaRoutes: Route[] = [
  read({
    at: 'GET /data-quota',
    operation: 'readOwnQuota',
    permission: 'data-quota.read',
    tag,
    summary: text('本机构的存储配额', "The organisation's quota"),
    reply: QuotaShape,
    run: async rx => toQuota(await ownQuota(rx)),
  }),
  read({
    at: 'GET /organizations/:id/data-quota',
    operation: 'readQuota',
    permission: 'data-quota.inspect',
    tag,
    summary: text('机构的存储配额', 'Quota of an organisation'),
    params: IdParams,
    reply: QuotaShape,
    run: async (rx, { params }) => toQuota(await quotaOfOrganization(rx, params.id)),
  }),
  write({
    at: 'PUT /organizations/:id/data-quota',
    operation: 'setDataQuota',
    permission: 'data-quota.set',
    tag,
    summary: text('设定机构的存储配额', 'Set the quota of an organisation'),
    params: IdParams,
    body: QuotaBody,
    reply: QuotaShape,
    run: async (cx, { params, body }) => toQuota(await setDataQuota(cx, params.id, body)),
  }),
]

export const intakeRoutes: Route[] = [...tusRoutes, ...heldRoutes, ...quotaRoutes]
