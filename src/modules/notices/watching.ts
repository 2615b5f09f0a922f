import { dayOf, startOfDay } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { NotDue, type Payload, type Timer } from '../../kernel/events.ts'
import type { Kit } from '../../kernel/kit.ts'
import { freshOf, keptSearch, keptSearches, newLimit, type Observed, observedProduct } from '../catalog/index.ts'
import { type Draft, type Hear, idIn } from './draft.ts'
import { reminder } from './schema.ts'
import { tell } from './telling.ts'
import type { Kind, Params } from './words.ts'

function watcherDraft(
  payload: Payload,
  { number, nameZh, nameEn }: Observed,
  kind: Kind,
  watchers: Observed['watchers'],
  more: Params = {},
): Draft {
  const productId = idIn(payload, 'productId')
  return {
    kind,
    to: null,
    people: watchers.map(({ personId }) => personId),
    subject: ['product', productId],
    href: `/products/${productId}`,
    params: { number, product: nameZh, productEn: nameEn, ...more },
  }
}

/**
 * A watched product was listed, suspended, resumed or taken from the list. Told as it stands now: a version that gave
 * way to the next is no end, and what was resumed meanwhile is not suspended.
 */
export const watchedMoved: Hear = async (cx, payload) => {
  const move = String(payload.move)
  if (!['publish', 'suspend', 'resume', 'delist', 'expire'].includes(move)) return []
  const found = await observedProduct(cx, idIn(payload, 'productId'))
  if (!found) return []
  const { present, watchers } = found
  const isListing = move === 'publish' || move === 'resume'
  if (isListing !== (present !== null)) return []
  if (!present)
    return [watcherDraft(payload, found, move === 'suspend' ? 'product.suspended' : 'product.ended', watchers)]
  if (move === 'resume') return [watcherDraft(payload, found, 'product.resumed', watchers)]
  const [newer, again] = [
    watchers.filter(({ seenVersionNo }) => seenVersionNo < present.versionNo),
    // the same version, renewed after its end
    watchers.filter(({ seenVersionNo, seenAt }) => seenVersionNo === present.versionNo && seenAt < present.listedAt),
  ]
  return [
    watcherDraft(payload, found, 'product.new-version', newer),
    watcherDraft(payload, found, 'product.resumed', again),
  ]
}

/** The price of a watched product changed; one that was changed again meanwhile is told with the later change. */
export const watchedPriced: Hear = async (cx, payload) => {
  const found = await observedProduct(cx, idIn(payload, 'productId'))
  const [from, to] = [BigInt(String(payload.fromFen)), BigInt(String(payload.toFen))]
  if (found?.present?.amountFen !== to) return []
  const more = { priceFen: [Number(from), Number(to)] as const }
  return [watcherDraft(payload, found, 'product.price-changed', found.watchers, more)]
}

const kind = 'search.matched' satisfies Kind
const hourMs = 3_600_000
/** From this hour of the day (China time) on people are told what their kept searches find anew, once a day. */
const tellingHour = 9
/** Kept searches that are looked through at once. */
const slice = 100

/** How far each exchange of this process has looked through kept searches today. */
const looked = new WeakMap<
  Kit,
  { readonly day: string; readonly after: string | undefined; readonly isDone: boolean }
>()

/** When news of these searches were last told. */
async function lastTold(rx: Rx, ids: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  const rows = await rx.sql<{ subject_id: string; at: string }[]>`
    select subject_id, max(reminded_at) as at from notices.reminder
    where kind = ${kind} and subject_id = any(${[...ids]}::uuid[]) group by subject_id`
  return new Map(rows.map(row => [row.subject_id, new Date(row.at)]))
}

/** How many products are new in a search since its person looked, or was told. */
const newsIn = (rx: Rx, row: NonNullable<Awaited<ReturnType<typeof keptSearch>>>, told: Date | undefined) =>
  freshOf(rx, row.query, told && told > row.seenAt ? told : row.seenAt)

/** Searches of the next slice with news that were not told today. */
async function matchedToday(rx: Rx): Promise<string[]> {
  const day = dayOf(rx.now)
  const start = startOfDay(day).getTime()
  const before = looked.get(rx.kit)
  const known = before?.day === day ? before : { day, after: undefined, isDone: false }
  if (known.isDone || rx.now.getTime() < start + tellingHour * hourMs) return []
  const rows = await keptSearches(rx, known.after, slice)
  const told = await lastTold(
    rx,
    rows.map(row => row.id),
  )
  const found: string[] = []
  for (const row of rows) {
    const last = told.get(row.id)
    if (last && last.getTime() >= start) continue
    if ((await newsIn(rx, row, last)) > 0) found.push(`${row.id}/${day}`)
  }
  looked.set(rx.kit, { day, after: rows.at(-1)?.id, isDone: rows.length < slice })
  return found
}

async function tellMatches(cx: Cx, key: string): Promise<void> {
  const [id = '', day = ''] = key.split('/')
  const row = await keptSearch(cx, id)
  if (!row) throw new NotDue()
  const count = await newsIn(cx, row, (await lastTold(cx, [id])).get(id))
  if (count === 0) throw new NotDue()
  const [fresh] = await cx.tx
    .insert(reminder)
    .values({ kind, subjectId: id, dueAt: startOfDay(day), remindedAt: cx.now })
    .onConflictDoNothing()
    .returning({ kind: reminder.kind })
  if (!fresh) throw new NotDue()
  const draft: Draft = {
    kind,
    to: null,
    people: [row.personId],
    subject: ['saved-search', id],
    href: `/buyer/saved#search-${id}`,
    params: { number: count >= newLimit ? `${newLimit}+` : String(count), product: row.name },
  }
  await tell(cx, kind, [draft], null)
}

/** Once a day people are told what was newly listed in the searches they keep. */
export const matching: Timer = { name: 'notices.match', due: matchedToday, run: tellMatches }
