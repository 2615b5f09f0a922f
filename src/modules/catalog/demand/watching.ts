import { and, desc, eq, lt, sql } from 'drizzle-orm'
import type { Cx, Rx } from '../../../kernel/command.ts'
import { newId } from '../../../kernel/ids.ts'
import { decodeCursor, toPage } from '../../../kernel/page.ts'
import { notFound, ruleViolated } from '../../../kernel/problem.ts'
import { text } from '../../../kernel/text.ts'
import { type Organization, organizationsOf } from '../../identity/index.ts'
import { leadPlan, type PlanKind } from '../model.ts'
import { publicProduct } from '../queries.ts'
import { type WatchedRow, watchedProduct } from './schema.ts'

/** Products that one person may watch. */
const watchLimit = 200

/** What became of a product since the person last looked. */
export type Change = 'new-version' | 'price' | 'ended'

/** A watched product beside what it is now. */
export interface Watched {
  readonly row: WatchedRow
  readonly number: string
  readonly nameZh: string
  readonly nameEn: string | null
  readonly vendor: Organization
  /** null while it is not listed */
  readonly present: { readonly versionNo: number; readonly kind: PlanKind; readonly amountFen: bigint } | null
  readonly changes: readonly Change[]
  /** when the latest of these changes happened */
  readonly changedAt: Date | null
}

/** Watches a product, or takes note of what it is now; watching twice is the same. @throws not-found, rule-violated */
export async function watchProduct(cx: Cx, productId: string): Promise<WatchedRow> {
  const personId = cx.actor.personId!
  const { version, plans } = await publicProduct(cx, productId)
  await cx.sql`select pg_advisory_xact_lock(hashtextextended(${`watch ${personId}`}, 0))`
  const [counted] = await cx.sql<{ n: number }[]>`
    select count(*)::int as n from catalog.watched_product where person_id = ${personId} and product_id <> ${productId}`
  if (counted!.n >= watchLimit)
    throw ruleViolated(
      text(
        `最多关注 ${watchLimit} 个产品；请先取消一些。`,
        `At most ${watchLimit} products; stop watching some first.`,
      ),
    )
  const seen = {
    seenVersionNo: version.versionNo,
    seenAmountFen: leadPlan(plans.map(plan => ({ ...plan, kind: plan.kind as PlanKind })))?.amountFen ?? 0n,
    seenAt: cx.now,
  }
  const [row] = await cx.tx
    .insert(watchedProduct)
    .values({ id: newId(), personId, productId, ...seen, createdAt: cx.now })
    .onConflictDoUpdate({ target: [watchedProduct.personId, watchedProduct.productId], set: seen })
    .returning()
  // the subject is this row, not the product: the public log does not tell what a person is interested in
  cx.audit('product.watch', ['watched-product', row!.id], { productId, versionNo: seen.seenVersionNo })
  return row!
}

/** Stops watching. @throws not-found when it was not watched */
export async function unwatchProduct(cx: Cx, productId: string): Promise<WatchedRow> {
  const own = and(eq(watchedProduct.personId, cx.actor.personId!), eq(watchedProduct.productId, productId))
  const [row] = await cx.tx.delete(watchedProduct).where(own).returning()
  if (!row) throw notFound()
  cx.audit('product.unwatch', ['watched-product', row.id], { productId })
  return row
}

/** Whether the person watches the product. */
export async function isWatching(rx: Rx, productId: string): Promise<boolean> {
  if (!rx.actor.personId) return false
  const found = await rx.sql`
    select from catalog.watched_product where person_id = ${rx.actor.personId} and product_id = ${productId}`
  return found.length > 0
}

/** Which of these products the person watches. */
export async function watchedAmong(rx: Rx, productIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (!rx.actor.personId || productIds.length === 0) return new Set()
  const found = await rx.sql<{ product_id: string }[]>`
    select product_id from catalog.watched_product
    where person_id = ${rx.actor.personId} and product_id = any(${[...productIds]}::uuid[])`
  return new Set(found.map(row => row.product_id))
}

/** A product as it stands now, in one row: amounts and instants are text. */
interface Present {
  readonly product_id: string
  readonly vendor_id: string
  readonly number: string
  readonly name_zh: string
  readonly name_en: string | null
  readonly version_no: number | null
  readonly price_kind: PlanKind | null
  readonly amount_fen: string | null
  readonly listed_at: string | null
  readonly priced_at: string | null
  readonly ended_at: string | null
}

const presents = (rx: Rx, ids: readonly string[]) => rx.sql<Present[]>`
  select d.id as product_id, d.vendor_id, d.number, v.name_zh, v.name_en, p.version_no, p.price_kind, p.amount_fen,
    p.listed_at, (select max(created_at) from catalog.price_plan where product_id = d.id and is_current) as priced_at,
    case when p.product_id is null then (select max(changed_at) from catalog.listing where product_id = d.id
      and state in ('suspended', 'delisted', 'expired')) end as ended_at
  from catalog.data_product d
  left join catalog.listed_product p on p.product_id = d.id
  cross join lateral (select w.name_zh, w.name_en
    from catalog.listing l join catalog.product_version w on w.id = l.version_id
    where l.product_id = d.id and l.state in ('listed', 'suspended', 'expired', 'delisted')
    order by w.version_no desc limit 1) v
  where d.id = any(${[...ids]}::uuid[])`

/** A product as it stands now, with those who watch it and the version they know: for those who tell them of a change. */
export interface Observed {
  readonly number: string
  readonly nameZh: string
  readonly nameEn: string | null
  /** null while it is not listed */
  readonly present: { readonly versionNo: number; readonly amountFen: bigint; readonly listedAt: Date } | null
  readonly watchers: readonly Pick<WatchedRow, 'personId' | 'seenVersionNo' | 'seenAt'>[]
}

/** Undefined for a product that nobody watches. */
export async function observedProduct(rx: Rx, productId: string): Promise<Observed | undefined> {
  const { personId, seenVersionNo, seenAt } = watchedProduct
  const watchers = await rx.tx
    .select({ personId, seenVersionNo, seenAt })
    .from(watchedProduct)
    .where(eq(watchedProduct.productId, productId))
  const [now] = watchers.length > 0 ? await presents(rx, [productId]) : []
  if (!now) return undefined
  const { number, name_zh: nameZh, name_en: nameEn, version_no: versionNo } = now
  const present =
    versionNo === null ? null : { versionNo, amountFen: BigInt(now.amount_fen!), listedAt: new Date(now.listed_at!) }
  return { number, nameZh, nameEn, present, watchers }
}

function changesOf(row: WatchedRow, now: Present): { changes: Change[]; changedAt: Date | null } {
  const since = (instant: string | null) => instant !== null && new Date(instant) > row.seenAt
  const dated: (readonly [Change, string | null])[] = []
  if (now.version_no === null) dated.push(['ended', now.ended_at])
  else if (now.version_no > row.seenVersionNo) dated.push(['new-version', now.listed_at])
  if (now.amount_fen !== null && (BigInt(now.amount_fen) !== row.seenAmountFen || since(now.priced_at)))
    dated.push(['price', now.priced_at])
  const times = dated.flatMap(([, at]) => (at ? [new Date(at).getTime()] : []))
  return { changes: dated.map(([change]) => change), changedAt: times.length ? new Date(Math.max(...times)) : null }
}

/** The person's watched products, the latest watched first, each with what changed since they last looked. */
export async function listWatchedProducts(rx: Rx, query: { limit?: number | undefined; after?: string | undefined }) {
  const limit = query.limit ?? 20
  const after = decodeCursor(query.after, 1)?.map(String)[0]
  const rows = await rx.tx
    .select()
    .from(watchedProduct)
    .where(and(eq(watchedProduct.personId, rx.actor.personId!), after ? lt(watchedProduct.id, after) : sql`true`))
    .orderBy(desc(watchedProduct.id))
    .limit(limit + 1)
  const found = await presents(
    rx,
    rows.map(row => row.productId),
  )
  const vendors = await organizationsOf(rx, [...new Set(found.map(one => one.vendor_id))])
  const byProduct = new Map(found.map(one => [one.product_id, one]))
  return toPage(
    rows,
    limit,
    row => [row.id],
    (row): Watched => {
      const now = byProduct.get(row.productId)!
      return {
        row,
        number: now.number,
        nameZh: now.name_zh,
        nameEn: now.name_en,
        vendor: vendors.get(now.vendor_id)!,
        present:
          now.version_no === null
            ? null
            : { versionNo: now.version_no, kind: now.price_kind!, amountFen: BigInt(now.amount_fen!) },
        ...changesOf(row, now),
      }
    },
  )
}
