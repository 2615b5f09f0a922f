import { type Static, Type } from 'typebox'
import { PageQuery, toPage } from '../../kernel/page.ts'
import { Bilingual, closed, Id, Instant, nullable, pageOf, Sha256 } from '../../kernel/wire.ts'
import type { DownloadLink } from './link.ts'
import { downloadsLeft, type EntitlementState, entitlementMachine, entitlementStates } from './model.ts'
import type { DeliveryView, EntitlementFilter, SeenReceipt } from './queries.ts'
import type { Entitlement } from './schema.ts'

const State = Type.Unsafe<EntitlementState>(Type.String({ enum: entitlementStates }))
const Bytes = Type.Integer({ minimum: 0 })
const Method = Type.Union([Type.Literal('GET'), Type.Literal('HEAD')])

export const EntitlementQuery = closed({ ...PageQuery, state: Type.Optional(State) })
export const DownloadBody = closed({
  method: Type.Optional(Type.Unsafe<'GET' | 'HEAD'>({ ...Method, description: 'GET (the default) also allows HEAD' })),
})

export const EntitlementShape = Type.Object({
  id: Id,
  orderId: Id,
  contractId: Id,
  granteeId: Id,
  vendorId: Id,
  fileName: Type.String(),
  format: Type.String(),
  sha256: Sha256,
  bytes: Bytes,
  round: Type.Integer({ description: 'which delivery of the order this is' }),
  state: State,
  stateName: Bilingual,
  reason: nullable(Type.String()),
  startsAt: Instant,
  endsAt: Instant,
  downloadsLeft: nullable(Type.Integer({ description: 'of a trial: complete downloads that are left' })),
  rulePack: Type.String(),
})
export const EntitlementPage = pageOf(EntitlementShape)

export const DownloadShape = Type.Object({
  id: Id,
  url: Type.String({ description: 'GET with ranges and HEAD; bearer of a secret, works until expiresAt' }),
  method: Method,
  expiresAt: Instant,
  fileName: Type.String(),
  sha256: Sha256,
  bytes: Bytes,
})

export const LinkParams = closed({ id: Id })
const Part = Type.String({ minLength: 1, maxLength: 100 })
export const LinkQueryShape = closed({
  key: Id,
  method: Part,
  digest: Part,
  tenant: Id,
  grantee: Id,
  order: Id,
  until: Type.String({ pattern: '^[0-9]{1,12}$', description: 'last second, Unix time' }),
  signature: Part,
})

export const ReceiptShape = Type.Object({
  id: Id,
  number: Type.String(),
  orderId: Id,
  orderNumber: Type.String(),
  entitlementId: Id,
  round: Type.Integer(),
  granteeId: Id,
  vendorId: Id,
  fileName: Type.String(),
  sha256: Sha256,
  bytes: Bytes,
  deliveredAt: Instant,
  acceptanceDueAt: Instant,
  rulePack: Type.String(),
  pdfSha256: nullable(Sha256),
})
export const DeliveryShape = Type.Object({
  entitlement: nullable(EntitlementShape),
  receipts: Type.Array(ReceiptShape),
})
export const KeyShape = Type.Object({ id: Id })

/** An entitlement as both parties, the operator and the authorities see it. */
export const toEntitlement = (row: Entitlement): Static<typeof EntitlementShape> => ({
  id: row.id,
  orderId: row.orderId,
  contractId: row.contractId,
  granteeId: row.granteeId,
  vendorId: row.vendorId,
  fileName: row.fileName,
  format: row.format,
  sha256: row.sha256,
  bytes: row.bytes,
  round: row.round,
  state: row.state,
  stateName: entitlementMachine.states[row.state],
  reason: row.reason,
  startsAt: row.startsAt.toISOString(),
  endsAt: row.endsAt.toISOString(),
  downloadsLeft: downloadsLeft(row),
  rulePack: row.rulePack,
})

/** A page of entitlements. */
export const toEntitlementPage = (rows: Entitlement[], { limit }: EntitlementFilter): Static<typeof EntitlementPage> =>
  toPage(rows, limit ?? 20, row => [row.id], toEntitlement)

/** A link for its buyer; shown once. */
export const toDownload = ({ row, entitlement, url }: DownloadLink): Static<typeof DownloadShape> => ({
  id: row.id,
  url,
  method: row.method,
  expiresAt: row.notAfter.toISOString(),
  fileName: entitlement.fileName,
  sha256: row.sha256,
  bytes: entitlement.bytes,
})

/** A receipt; the PDF follows within seconds. */
export const toReceipt = ({ row, pdfSha256 }: SeenReceipt): Static<typeof ReceiptShape> => ({
  id: row.id,
  number: row.number,
  orderId: row.orderId,
  orderNumber: row.orderNumber,
  entitlementId: row.entitlementId,
  round: row.round,
  granteeId: row.granteeId,
  vendorId: row.vendorId,
  fileName: row.fileName,
  sha256: row.sha256,
  bytes: row.bytes,
  deliveredAt: row.deliveredAt.toISOString(),
  acceptanceDueAt: row.acceptanceDueAt.toISOString(),
  rulePack: row.rulePack,
  pdfSha256,
})

/** The delivery of an order. */
export const toDelivery = ({ entitlement, receipts }: DeliveryView): Static<typeof DeliveryShape> => ({
  entitlement: entitlement && toEntitlement(entitlement),
  receipts: receipts.map(toReceipt),
})
