import { type Route, raw, read, write } from '../../kernel/http/route.ts'
import { forbidden, notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { IdParams } from '../../kernel/wire.ts'
import { readReceiptPdf } from './document.ts'
import { rotateDeliveryKey } from './keys.ts'
import { createDownload } from './link.ts'
import {
  accessEnded,
  documentPending,
  downloadExpired,
  downloadRefused,
  preconditionFailed,
  quotaUsed,
  rangeNotSatisfiable,
} from './model.ts'
import { listEntitlements, readDelivery, readEntitlement, readReceipt } from './queries.ts'
import { serveDownload } from './serving.ts'
import {
  DeliveryShape,
  DownloadBody,
  DownloadShape,
  EntitlementPage,
  EntitlementQuery,
  EntitlementShape,
  KeyShape,
  LinkParams,
  LinkQueryShape,
  ReceiptShape,
  toDelivery,
  toDownload,
  toEntitlement,
  toEntitlementPage,
  toReceipt,
} from './wire.ts'

const tag = 'delivery'

export const routes: Route[] = [
  read({
    at: 'GET /entitlements',
    operation: 'listEntitlements',
    permission: 'entitlement.list',
    tag,
    summary: text('使用授权列表', 'Entitlements'),
    query: EntitlementQuery,
    reply: EntitlementPage,
    run: async (rx, { query }) => toEntitlementPage(await listEntitlements(rx, query), query),
  }),
  read({
    at: 'GET /entitlements/:id',
    operation: 'readEntitlement',
    permission: 'entitlement.read',
    tag,
    summary: text('使用授权', 'An entitlement'),
    params: IdParams,
    reply: EntitlementShape,
    run: async (rx, { params }) => toEntitlement(await readEntitlement(rx, params.id)),
  }),
  read({
    at: 'GET /orders/:id/delivery',
    operation: 'readDelivery',
    permission: 'entitlement.read',
    tag,
    summary: text('订单的交付情况', 'The delivery of an order: entitlement and receipts'),
    params: IdParams,
    reply: DeliveryShape,
    run: async (rx, { params }) => toDelivery(await readDelivery(rx, params.id)),
  }),
  write({
    at: 'POST /entitlements/:id/downloads',
    operation: 'createDownload',
    permission: 'download.create',
    tag,
    summary: text('获取下载链接（15 分钟内有效）', 'Get a download link that works for 15 minutes'),
    params: IdParams,
    body: DownloadBody,
    reply: DownloadShape,
    status: 201,
    hasSecretReply: true,
    problems: [accessEnded, forbidden, quotaUsed],
    run: async (cx, { params, body }) => toDownload(await createDownload(cx, params.id, body.method ?? 'GET')),
  }),
  raw({
    at: 'GET /downloads/:id',
    operation: 'serveDownload',
    permission: 'download.serve',
    tag,
    summary: text('凭签名链接下载', 'Fetch the data of a signed link'),
    params: LinkParams,
    query: LinkQueryShape,
    problems: [downloadRefused, downloadExpired, accessEnded, quotaUsed, rangeNotSatisfiable, preconditionFailed],
    produces: {
      type: 'application/octet-stream',
      description: 'the file; 206 for one range; HEAD answers the same headers',
    },
    handle: serveDownload,
  }),
  read({
    at: 'GET /receipts/:id',
    operation: 'readReceipt',
    permission: 'receipt.read',
    tag,
    summary: text('交付回执', 'The receipt of a delivery'),
    params: IdParams,
    reply: ReceiptShape,
    problems: [notFound],
    run: async (rx, { params }) => toReceipt(await readReceipt(rx, params.id)),
  }),
  raw({
    at: 'GET /receipts/:id/pdf',
    operation: 'readReceiptPdf',
    permission: 'receipt.read',
    tag,
    summary: text('交付回执（PDF）', 'The receipt of a delivery as a sealed PDF'),
    params: IdParams,
    problems: [notFound, documentPending],
    produces: { type: 'application/pdf', description: 'PDF with the exchange’s PAdES seal' },
    handle: readReceiptPdf,
  }),
  write({
    at: 'POST /delivery-keys',
    operation: 'rotateDeliveryKey',
    permission: 'delivery-key.rotate',
    tag,
    summary: text('更换下载签名密钥', 'Put a new key for download links into use'),
    reply: KeyShape,
    status: 201,
    run: async cx => ({ id: (await rotateDeliveryKey(cx)).id }),
  }),
]
