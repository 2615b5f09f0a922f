import { type Static, Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { type Route, read } from '../../kernel/http/route.ts'
import { notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { Id, IdParams, Instant, iso, nullable } from '../../kernel/wire.ts'
import { listedByVendor } from '../../modules/catalog/index.ts'
import { type Organization, organizationOf, verifiedSince } from '../../modules/identity/index.ts'
import {
  type Scores,
  ScoresShape,
  type TradeRecord,
  toScores,
  tradeRecordOf,
  vendorScores,
} from '../../modules/orders/index.ts'

/** What the exchange's own rows say of a vendor; nothing of it is told by the vendor itself. */
export interface VendorRecord {
  readonly vendor: Organization
  /** null while it is not verified */
  readonly verifiedSince: Date | null
  readonly listed: number
  readonly trades: TradeRecord
  readonly scores: Scores
}

/** The record of a vendor that is known already. */
export async function recordOf(rx: Rx, vendor: Organization): Promise<VendorRecord> {
  const [since, listed, trades, scores] = await Promise.all([
    verifiedSince(rx, vendor.id),
    listedByVendor(rx, vendor.id),
    tradeRecordOf(rx, vendor.id),
    vendorScores(rx, vendor.id),
  ])
  return { vendor, verifiedSince: vendor.state === 'verified' ? since : null, listed, trades, scores }
}

/** A vendor's record, for anyone. @throws not-found for organisations that were never verified as vendors */
export async function vendorRecord(rx: Rx, id: string): Promise<VendorRecord> {
  const vendor = await organizationOf(rx, id)
  if (!vendor.roles.includes('vendor')) throw notFound()
  return recordOf(rx, vendor)
}

const VendorShape = Type.Object({
  id: Id,
  nameZh: Type.String(),
  nameEn: nullable(Type.String()),
  uscc: Type.String(),
  division: Type.String(),
  address: Type.String(),
  state: Type.String(),
  keyFingerprint: Type.String({ description: 'of the key by which it signs contracts' }),
  verifiedSince: nullable(Instant),
  listedProducts: Type.Integer(),
  completedTrades: Type.Integer(),
  rejectedDeliveries: Type.Integer({ description: 'orders with a delivery that the buyer rejected' }),
  disputedTrades: Type.Integer(),
  medianDeliveryHours: nullable(
    Type.Number({ description: 'from payment to a completed delivery, of the newest 200' }),
  ),
  ratings: ScoresShape,
})

const toVendor = ({
  vendor,
  listed,
  trades,
  scores,
  verifiedSince: since,
}: VendorRecord): Static<typeof VendorShape> => ({
  id: vendor.id,
  nameZh: vendor.nameZh,
  nameEn: vendor.nameEn,
  uscc: vendor.uscc,
  division: vendor.division,
  address: vendor.address,
  state: vendor.state,
  keyFingerprint: vendor.keyFingerprint,
  verifiedSince: iso(since),
  listedProducts: listed,
  completedTrades: trades.completed,
  rejectedDeliveries: trades.rejected,
  disputedTrades: trades.disputed,
  medianDeliveryHours: trades.medianDeliveryHours,
  ratings: toScores(scores),
})

export const recordRoutes: Route[] = [
  read({
    at: 'GET /vendors/:id',
    operation: 'readVendor',
    permission: 'vendor.read',
    tag: 'vendors',
    summary: text('供方及其交易记录', 'A vendor and its record'),
    params: IdParams,
    reply: VendorShape,
    run: async (rx, { params }) => toVendor(await vendorRecord(rx, params.id)),
  }),
]
