import { addDays, addWorkingDays, dayOf, endOfDay } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { type Handler, NotDue, type Timer } from '../../kernel/events.ts'
import type { Kit } from '../../kernel/kit.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { listingLabel, listingsEndingBy } from '../catalog/index.ts'
import { ordersFallingDue } from '../orders/index.ts'
import { correctionsFallingDue, filingOf } from '../registration/index.ts'
import { accounting } from './accounting.ts'
import { announcing } from './announcing.ts'
import { assessing } from './assessing.ts'
import { bookkeeping } from './bookkeeping.ts'
import { cataloguing } from './cataloguing.ts'
import { certifying, filingDraft } from './certifying.ts'
import { charging } from './charging.ts'
import { collecting } from './collecting.ts'
import { contracting } from './contracting.ts'
import { type Draft, type Hear, tradeOf } from './draft.ts'
import { freezing } from './freezing.ts'
import { orderDraft, orderedOf, ordering } from './ordering.ts'
import { paying } from './paying.ts'
import { renewing } from './renewing.ts'
import { reminder } from './schema.ts'
import { sourcing } from './sourcing.ts'
import { listingDraft, supplying } from './supplying.ts'
import { tell } from './telling.ts'
import { matching } from './watching.ts'
import type { Kind } from './words.ts'

/** What each event means to people. */
export const heard: Readonly<Record<string, Hear>> = {
  ...assessing,
  ...supplying,
  ...cataloguing,
  ...sourcing,
  ...contracting,
  ...certifying,
  ...ordering,
  ...paying,
  ...charging,
  ...bookkeeping,
  ...announcing,
  ...collecting,
  ...renewing,
  ...freezing,
}

export const handlers: Handler[] = [
  {
    event: Object.keys(heard),
    name: 'notices.tell',
    async run(cx, payload) {
      const event = String(payload.event)
      const drafts = await heard[event]!(cx, payload)
      await tell(cx, event, drafts, payload.actorId === null ? null : String(payload.actorId))
    },
  },
  ...accounting,
]

/** A deadline that comes near: what is said of it, about what (the contract of a filing), and when it is. */
interface Due {
  readonly kind: Kind
  readonly subjectId: string
  readonly dueAt: Date
}

const dayMs = 86_400_000
/** Days before the end of a listing on which its vendor is reminded. */
const endingDays = 7

/** Every deadline that is near enough to remind of: a day or a working day ahead, for listings a week. */
async function nearDeadlines(rx: Rx): Promise<Due[]> {
  const tomorrow = addWorkingDays(rx.now, 1, rulesAt(rx.now)).dueAt
  const orders = await ordersFallingDue(rx, { payment: new Date(rx.now.getTime() + dayMs), acceptance: tomorrow })
  const corrections = await correctionsFallingDue(rx, tomorrow)
  const listings = await listingsEndingBy(rx, addDays(dayOf(rx.now), endingDays))
  return [
    ...orders.map(({ id, step, dueAt }) => ({ kind: `order.${step}-due` as const, subjectId: id, dueAt })),
    ...corrections.map(each => ({
      kind: 'filing.correction-due' as const,
      subjectId: each.contractId,
      dueAt: each.dueAt,
    })),
    ...listings.map(({ id, endsOn }) => ({
      kind: 'listing.expiring' as const,
      subjectId: id,
      dueAt: endOfDay(endsOn!),
    })),
  ]
}

const keyOf = ({ kind, subjectId, dueAt }: Due): string => `${kind}/${subjectId}/${dueAt.getTime()}`

function dueOf(key: string): Due {
  const [kind, subjectId = '', ms] = key.split('/')
  return { kind: kind as Kind, subjectId, dueAt: new Date(Number(ms)) }
}

/** Those that nobody was reminded of yet. */
async function unreminded(rx: Rx, near: readonly Due[]): Promise<string[]> {
  if (near.length === 0) return []
  const rows = await rx.sql<{ key: string }[]>`
    select d.key from unnest(${near.map(keyOf)}::text[], ${near.map(d => d.kind)}::text[],
      ${near.map(d => d.subjectId)}::text[], ${near.map(d => d.dueAt.toISOString())}::text[])
      as d (key, kind, subject_id, due_at)
    where not exists (
      select 1 from notices.reminder r
      where r.kind = d.kind and r.subject_id = d.subject_id::uuid and r.due_at = d.due_at::timestamptz)
    limit 200`
  return rows.map(row => row.key)
}

const drafting: Partial<Record<Kind, (cx: Cx, due: Due) => Promise<Draft[]>>> = {
  'order.payment-due': async (cx, { subjectId, dueAt }) => {
    const ordered = await orderedOf(cx, subjectId)
    const more = { dueAt: dueAt.toISOString(), amountFen: Number(ordered.order.amountFen) }
    return ordered.order.state === 'awaiting_payment' ? [orderDraft(ordered, 'buyer', 'order.payment-due', more)] : []
  },
  'order.acceptance-due': async (cx, { subjectId, dueAt }) => {
    const ordered = await orderedOf(cx, subjectId)
    const more = { dueAt: dueAt.toISOString() }
    return ordered.order.state === 'delivered' ? [orderDraft(ordered, 'buyer', 'order.acceptance-due', more)] : []
  },
  'filing.correction-due': async (cx, { subjectId, dueAt }) => {
    const row = await filingOf(cx, subjectId)
    if (row?.state !== 'correction_ordered') return []
    const filed = { row, trade: await tradeOf(cx, subjectId) }
    return [filingDraft(filed, 'filing.correction-due', { dueAt: dueAt.toISOString(), reason: row.reason })]
  },
  'listing.expiring': async (cx, { subjectId, dueAt }) => {
    const row = await listingLabel(cx, subjectId)
    if (row.state !== 'listed' && row.state !== 'suspended') return []
    return [listingDraft(row, 'listing.expiring', { dueAt: dueAt.toISOString() })]
  },
}

const minute = 60_000
/** When each exchange of this process looked last, by its own clock: deadlines are days, a look a minute is enough. */
const looked = new WeakMap<Kit, number>()

export const timers: Timer[] = [
  {
    name: 'notices.remind',
    async due(rx) {
      const now = rx.now.getTime()
      if (now - (looked.get(rx.kit) ?? 0) < minute) return []
      const found = await unreminded(rx, await nearDeadlines(rx))
      // what is left after a full hand comes with the next look
      if (found.length < 200) looked.set(rx.kit, now)
      return found
    },
    async run(cx, key) {
      const due = dueOf(key)
      const [fresh] = await cx.tx
        .insert(reminder)
        .values({ ...due, remindedAt: cx.now })
        .onConflictDoNothing()
        .returning({ kind: reminder.kind })
      if (!fresh) throw new NotDue()
      await tell(cx, due.kind, await drafting[due.kind]!(cx, due), null)
    },
  },
  matching,
]
