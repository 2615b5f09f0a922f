import { eq } from 'drizzle-orm'
import type { Cx, Rx } from '../../kernel/command.ts'
import { defineProblem } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { organizationOf, requireOrganization } from '../identity/index.ts'
import { dataQuota } from './schema.ts'

export const quotaExceeded = defineProblem(
  'quota-exceeded',
  413,
  text('超出存储配额', 'More than the organisation may store'),
  text(
    '请运营机构提高配额（说明用途），或改传较小的文件。',
    'Ask the operator for more, saying what for, or send a smaller file.',
  ),
)

/** What an organisation stores, what it may store, and who said so. */
export interface QuotaState {
  readonly organizationId: string
  /** bytes of all versions, also of those put away: they are kept; files that could not be read take no place */
  readonly usedBytes: number
  readonly usedVersions: number
  /** bytes and number of files that are on their way and have their place already */
  readonly comingBytes: number
  readonly comingVersions: number
  readonly bytes: number
  readonly versions: number
  /** the operator's reason; null while the exchange's usual limits hold */
  readonly reason: string | null
  readonly setAt: Date | null
}

/**
 * Whether a version `v` could not be read, or was put away as such: its bytes are gone, so that it takes no place. A held
 * one is kept, put away or not.
 */
const neverRead = (rx: Rx) => rx.sql`v.state = 'failed' or (v.state = 'discarded' and v.columns is null and not exists (
  select from data.data_inspection i where i.data_version_id = v.id and i.verdict = 'held'))`

/** What an organisation stores and may store. */
export async function quotaOf(rx: Rx, organizationId: string): Promise<QuotaState> {
  const [set] = await rx.tx.select().from(dataQuota).where(eq(dataQuota.organizationId, organizationId))
  const [used] = await rx.sql<{ bytes: string; versions: number; coming: string; uploads: number }[]>`
    select v.bytes, v.versions, u.bytes as coming, u.versions as uploads from
      (select coalesce(sum(bytes), 0)::text as bytes, count(*)::int4 as versions
        from data.data_version v where organization_id = ${organizationId} and not (${neverRead(rx)})) v,
      (select coalesce(sum(bytes), 0)::text as bytes, count(*)::int4 as versions
        from data.data_upload where organization_id = ${organizationId} and state = 'receiving'
          and expires_at > ${rx.now.toISOString()}::timestamptz) u`
  const { quotaBytes, quotaVersions } = rx.kit.settings
  return {
    organizationId,
    usedBytes: Number(used?.bytes ?? 0),
    usedVersions: used?.versions ?? 0,
    comingBytes: Number(used?.coming ?? 0),
    comingVersions: used?.uploads ?? 0,
    bytes: set?.bytes ?? quotaBytes,
    versions: set?.versions ?? quotaVersions,
    reason: set?.reason ?? null,
    setAt: set?.setAt ?? null,
  }
}

const mebibytes = (bytes: number) => (Math.max(0, bytes) / 1048576).toFixed(1)

/** What is left of a quota. */
export const roomIn = (state: QuotaState): number =>
  state.usedVersions + state.comingVersions >= state.versions
    ? 0
    : Math.max(0, state.bytes - state.usedBytes - state.comingBytes)

/** @throws quota-exceeded when one more file of `bytes` has no place */
export function requireRoom(state: QuotaState, bytes: number): void {
  if (state.usedVersions + state.comingVersions >= state.versions)
    throw quotaExceeded(
      text(
        `本机构可存放 ${state.versions} 个数据版本，已全部用完（含上传中的 ${state.comingVersions} 个）。`,
        `Your organisation may keep ${state.versions} data versions, and all are taken (${state.comingVersions} of them being uploaded).`,
      ),
    )
  const room = roomIn(state)
  if (bytes > room)
    throw quotaExceeded(
      text(
        `本机构的存储配额为 ${mebibytes(state.bytes)} MiB，还剩 ${mebibytes(room)} MiB，放不下这个 ${mebibytes(bytes)} MiB 的文件。`,
        `Your organisation may store ${mebibytes(state.bytes)} MiB and has ${mebibytes(room)} MiB left: this file of ${mebibytes(bytes)} MiB has no room.`,
      ),
    )
}

/**
 * Lets one at a time of an organisation's files take its place: two at once would both find room for one.
 * @throws quota-exceeded
 */
export async function takeRoom(cx: Cx, organizationId: string, bytes: number): Promise<void> {
  await cx.sql`select pg_advisory_xact_lock(hashtextextended(${`data-quota ${organizationId}`}, 0))`
  requireRoom(await quotaOf(cx, organizationId), bytes)
}

/** The own organisation's quota and how much of it is taken. */
export const ownQuota = (rx: Rx): Promise<QuotaState> => quotaOf(rx, requireOrganization(rx.actor))

/** An organisation's quota, for the operator. @throws not-found */
export async function quotaOfOrganization(rx: Rx, id: string): Promise<QuotaState> {
  await organizationOf(rx, id)
  return quotaOf(rx, id)
}

/** The operator sets what an organisation may store; less than it stores takes nothing away, but lets nothing in. */
export async function setDataQuota(
  cx: Cx,
  id: string,
  input: { readonly bytes: number; readonly versions: number; readonly reason: string },
): Promise<QuotaState> {
  await organizationOf(cx, id)
  const before = await quotaOf(cx, id)
  const values = { ...input, setBy: cx.actor.personId!, setAt: cx.now }
  await cx.tx
    .insert(dataQuota)
    .values({ organizationId: id, ...values })
    .onConflictDoUpdate({ target: dataQuota.organizationId, set: values })
  cx.audit('data-quota.set', ['organization', id], {
    ...input,
    before: { bytes: before.bytes, versions: before.versions },
  })
  return quotaOf(cx, id)
}
