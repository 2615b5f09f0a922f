import { eq } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import type { FileStore } from '../../kernel/files.ts'
import { newId } from '../../kernel/ids.ts'
import { forbidden, notFound } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { mayRead } from '../contracts/index.ts'
import { requireOrganization } from '../identity/index.ts'
import { graceUntil, orderStateOf } from '../orders/index.ts'
import { requireReleased } from '../risk/index.ts'
import { currentKey, keyOf } from './keys.ts'
import { accessEnded, downloadExpired, downloadRefused, fetchableStates, linkEnd, requireQuota } from './model.ts'
import { type Download, download, type Entitlement, entitlement, tradingOf } from './schema.ts'
import { isSignature, type LinkFacts, linkPath, signLink } from './signature.ts'

/** A link as its buyer gets it. */
export interface DownloadLink {
  readonly row: Download
  readonly entitlement: Entitlement
  readonly url: string
}

/** The end of access: the entitlement's, or that of the grace while the next period of a subscription is unpaid. */
const accessEnd = async (rx: Rx, { endsAt, orderId }: Entitlement): Promise<Date> =>
  endsAt > rx.now ? endsAt : ((await graceUntil(rx, orderId)) ?? endsAt)

/** Whether the data may be fetched now: the entitlement stands, its term runs, the order is not frozen, the gate is open. */
async function requireAccess(rx: Rx, row: Entitlement): Promise<void> {
  const isOpen = row.state === 'active' && (await accessEnd(rx, row)) > rx.now
  if (!isOpen || !fetchableStates.includes(await orderStateOf(rx, row.orderId))) throw accessEnded()
  await requireReleased(rx, row.dataVersionId, 'deliver')
}

const secondsOf = (at: Date): string => String(Math.floor(at.getTime() / 1000))

const factsOf = (row: Download, { vendorId, granteeId, orderId }: Entitlement): LinkFacts => ({
  grant: row.id,
  key: row.keyId,
  method: row.method,
  digest: row.sha256,
  tenant: vendorId,
  grantee: granteeId,
  order: orderId,
  until: secondsOf(row.notAfter),
})

/**
 * Gives the buyer a link to the data that works for 15 minutes at most, for ranges and resuming too. Only the buyer of
 * the order gets one. @throws not-found, forbidden, access-ended
 */
export async function createDownload(cx: Cx, entitlementId: string, method: 'GET' | 'HEAD'): Promise<DownloadLink> {
  const [right] = await cx.tx.select().from(entitlement).where(eq(entitlement.id, entitlementId))
  if (!right || !mayRead(cx.actor, tradingOf(right))) throw notFound()
  if (right.granteeId !== requireOrganization(cx.actor))
    throw forbidden(text('只有需方可以获取下载链接。', 'Only the buyer of the order gets a link.'))
  await requireAccess(cx, right)
  if (method === 'GET') requireQuota(right, 1)
  const key = await currentKey(cx)
  const [row] = await cx.tx
    .insert(download)
    .values({
      id: newId(),
      entitlementId,
      keyId: key.id,
      method,
      sha256: right.sha256,
      round: right.round,
      notAfter: linkEnd(cx.now, await accessEnd(cx, right)),
      createdBy: cx.actor.personId,
      createdAt: cx.now,
    })
    .returning()
  const facts = factsOf(row!, right)
  cx.audit('download.create', ['download', row!.id], { ...facts, entitlement: entitlementId, round: right.round })
  const url = `${cx.kit.settings.publicUrl}${linkPath(facts, signLink(facts, key.secret))}`
  return { row: row!, entitlement: right, url }
}

/** The query of a link, as it came. */
export type LinkQuery = Omit<LinkFacts, 'grant'> & { readonly signature: string }

/** What may be served for a link. */
export interface OpenLink {
  readonly row: Download
  readonly entitlement: Entitlement
  readonly files: FileStore
}

/**
 * Checks a link at each request: the signature first (constant time), then that it says what its grant row says, then
 * the method, the time, and that access has not ended meanwhile. Unknown, altered and misused links get one answer.
 * @throws download-refused, download-expired, access-ended
 */
export async function openLink(rx: Rx, grant: string, query: LinkQuery, method: string): Promise<OpenLink> {
  const [found] = await rx.tx
    .select({ row: download, right: entitlement })
    .from(download)
    .innerJoin(entitlement, eq(entitlement.id, download.entitlementId))
    .where(eq(download.id, grant))
  if (!found) throw downloadRefused()
  const { row, right } = found
  const key = await keyOf(rx, row.keyId)
  const { signature, ...said } = query
  if (!key || !isSignature(signature, { ...said, grant }, key.secret)) throw downloadRefused()
  const bound = factsOf(row, right)
  if (Object.entries(said).some(([name, value]) => bound[name as keyof LinkFacts] !== value)) throw downloadRefused()
  if (method !== row.method && !(row.method === 'GET' && method === 'HEAD')) throw downloadRefused()
  if (rx.now > row.notAfter) throw downloadExpired()
  if (row.sha256 !== right.sha256) throw accessEnded()
  await requireAccess(rx, right)
  return { row, entitlement: right, files: rx.kit.files }
}
