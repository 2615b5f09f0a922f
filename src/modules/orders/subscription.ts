import { addDays, addMonths, type Day, dayOf } from '../../kernel/calendar.ts'
import { defineMachine } from '../../kernel/machine.ts'
import { text } from '../../kernel/text.ts'
import { type PlanPeriod, periodMonths } from '../catalog/index.ts'

/** A subscription (订阅): one contract whose orders follow each other, one for each period. */
export const subscriptionMachine = defineMachine({
  name: 'subscription',
  initial: 'pending',
  states: {
    pending: text('待首期付款', 'Waiting for the first payment'),
    active: text('订阅中', 'Active'),
    grace: text('续订待付款（宽限期）', 'Renewed, to be paid (grace)'),
    cancelling: text('已取消，当期届满终止', 'Cancelled, ends with this period'),
    ended: text('已终止', 'Ended'),
  },
  moves: {
    begin: { from: ['pending'], to: 'active' },
    renew: { from: ['active'], to: 'grace' },
    pay: { from: ['grace'], to: 'active' },
    cancel: { from: ['active'], to: 'cancelling' },
    keep: { from: ['cancelling'], to: 'active' },
    end: { from: ['pending', 'active', 'grace', 'cancelling'], to: 'ended' },
  },
})

export type SubscriptionState = keyof typeof subscriptionMachine.states
export const subscriptionStates = Object.keys(subscriptionMachine.states) as SubscriptionState[]

/** The first and the last day of a period. */
export interface Span {
  readonly startsOn: Day
  readonly endsOn: Day
}

const noon = (day: Day): Date => new Date(`${day}T12:00:00+08:00`)
const dayAfterMonths = (day: Day, months: number): Day => dayOf(addMonths(noon(day), months))

/** How many days a span has, both ends counted. */
export const daysOf = ({ startsOn, endsOn }: Span): number =>
  Math.round((noon(endsOn).getTime() - noon(startsOn).getTime()) / 86_400_000) + 1

/**
 * The `count`th period (from 0) after the day that periods are counted from. Each is counted from that day, not from the
 * one before, so that a subscription from the 31st ends on the 30th or 28th of short months and comes back to the 31st.
 */
export function spanOf(anchorOn: Day, period: PlanPeriod, count: number): Span {
  const months = periodMonths[period]
  const startsOn = dayAfterMonths(anchorOn, months * count)
  return { startsOn, endsOn: addDays(dayAfterMonths(anchorOn, months * (count + 1)), -1) }
}

/** The last day of a subscription that may run for so many months. */
export const lastDayOf = (anchorOn: Day, termMonths: number): Day => addDays(dayAfterMonths(anchorOn, termMonths), -1)

/**
 * The share of an amount (fen) that some of the days of a period bear, rounded half up to the fen; at least one fen,
 * because what was given is not given for nothing. @throws RangeError unless 0 < days ≤ all
 */
export function shareOf(amountFen: bigint, days: number, all: number): bigint {
  if (!(Number.isInteger(days) && Number.isInteger(all) && days > 0 && days <= all))
    throw new RangeError(`${days} of ${all} days is no share of a period`)
  const share = (amountFen * BigInt(days) * 2n + BigInt(all)) / (2n * BigInt(all))
  return share > 0n ? share : 1n
}

/** What goes back of a period that ends early: the paid days after `endedOn`. Zero once the period is over. */
export function unusedOf(amountFen: bigint, span: Span, endedOn: Day): bigint {
  if (endedOn >= span.endsOn) return 0n
  if (endedOn < span.startsOn) return amountFen
  return amountFen - shareOf(amountFen, daysOf({ ...span, endsOn: endedOn }), daysOf(span))
}

/** The state of a subscription from which its next period is reckoned. */
export interface Standing {
  readonly period: PlanPeriod
  readonly amountFen: bigint
  readonly anchorOn: Day
  /** the number of the period that begins on the anchor */
  readonly anchorNo: number
  readonly periodNo: number
  readonly periodEndsOn: Day
  /** the last day of the whole term */
  readonly lastOn: Day
}

/** A period that follows, with its price. */
export interface NextPeriod extends Span {
  readonly no: number
  readonly amountFen: bigint
  /** the days from which the price of a shorter last period was reckoned; null for a whole one */
  readonly proratedDays: { readonly days: number; readonly of: number } | null
  readonly anchorOn: Day
  readonly anchorNo: number
}

/**
 * The next period as it begins on `today` or, while the present one runs, after it; undefined when the term is over. A
 * renewal that comes late (the contract was suspended) begins on its own day: nobody pays for days that are gone. A last
 * period that the term cuts short costs its share of days.
 */
export function nextPeriodOf(of: Standing, today: Day): NextPeriod | undefined {
  const no = of.periodNo + 1
  const follows = addDays(of.periodEndsOn, 1)
  const isLate = today > follows
  const [anchorOn, anchorNo] = isLate ? [today, no] : [of.anchorOn, of.anchorNo]
  const whole = spanOf(anchorOn, of.period, no - anchorNo)
  if (whole.startsOn > of.lastOn) return undefined
  if (whole.endsOn <= of.lastOn)
    return { ...whole, no, anchorOn, anchorNo, amountFen: of.amountFen, proratedDays: null }
  const cut = { startsOn: whole.startsOn, endsOn: of.lastOn }
  const [days, all] = [daysOf(cut), daysOf(whole)]
  const amountFen = shareOf(of.amountFen, days, all)
  return { ...cut, no, anchorOn, anchorNo, amountFen, proratedDays: { days, of: all } }
}
