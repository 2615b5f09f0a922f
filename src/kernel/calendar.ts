import table from 'chinese-days/dist/chinese-days.json' with { type: 'json' }

/**
 * Legal time in China: days are days of Asia/Shanghai, which has been UTC+08:00 without summer time since 1991.
 * Periods run as the Civil Code says (民法典 Art. 200–204): the first day is not counted, the period ends at 24:00 of
 * its last day, and a last day that is no working day moves to the next one.
 */
const ZONE_MS = 8 * 3_600_000
const DAY_MS = 86_400_000

/** A calendar day, `YYYY-MM-DD`. */
export type Day = string

/** The years whose table of holidays and make-up days the State Council has published; from the rule pack. */
export interface WorkingCalendar {
  readonly coveredYears: readonly number[]
}

/** The end of a legal period. */
export interface Deadline {
  /** The last instant of the last day: 24:00 in Asia/Shanghai, written as 23:59:59.999+08:00 so it names that day. */
  readonly dueAt: Date
  /** True when the period runs through a year whose holidays are not published: it must be computed again then. */
  readonly isProvisional: boolean
}

/** The day on which an instant falls in Asia/Shanghai. */
export const dayOf = (instant: Date): Day => new Date(instant.getTime() + ZONE_MS).toISOString().slice(0, 10)

function utcOf(day: Day): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  // The parser takes 30 February for 2 March: compare with what it understood.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day) throw new RangeError(`${day} is not a day`)
  return at
}

/** The first instant of a day in Asia/Shanghai. @throws RangeError for what is no day. */
export const startOfDay = (day: Day): Date => new Date(utcOf(day) - ZONE_MS)

/** The last instant of a day in Asia/Shanghai. @throws RangeError for what is no day. */
export const endOfDay = (day: Day): Date => new Date(utcOf(day) - ZONE_MS + DAY_MS - 1)

/** The day `count` calendar days after `day` (before it when negative). */
export const addDays = (day: Day, count: number): Day =>
  new Date(utcOf(day) + count * DAY_MS).toISOString().slice(0, 10)

const asDay = (date: Date | Day): Day => (typeof date === 'string' ? date : dayOf(date))

// The library's own functions read a day as UTC and its weekday as local time, and so err by a day on servers west of
// Greenwich; its table has no such fault.
const holidays = new Set(Object.keys(table.holidays))
const makeUpDays = new Set(Object.keys(table.workdays))
const tableYears = new Set([...holidays].map(day => Number(day.slice(0, 4))))

/**
 * Whether a day (or the Shanghai day of an instant) is a working day: Monday to Friday but for holidays, and make-up
 * days (调休). Beyond the published years it knows weekends only.
 */
export function isWorkingDay(date: Date | Day): boolean {
  const day = asDay(date)
  const weekday = new Date(utcOf(day)).getUTCDay()
  return weekday === 0 || weekday === 6 ? makeUpDays.has(day) : !holidays.has(day)
}

/** Whether the calendar library has the holidays of a year; a rule pack may only cover such years. */
export const hasHolidayTable = (year: number): boolean => tableYears.has(year)

const isCovered = (calendar: WorkingCalendar, first: Day, last: Day): boolean => {
  for (let year = Number(first.slice(0, 4)); year <= Number(last.slice(0, 4)); year += 1) {
    if (!calendar.coveredYears.includes(year)) return false
  }
  return true
}

const nextWorkingDay = (day: Day): Day => {
  let at = day
  while (!isWorkingDay(at)) at = addDays(at, 1)
  return at
}

/**
 * The deadline `n` working days after `from`: the working day after `from`'s day is day 1, the end is that of day `n`.
 * With 0 it is the end of `from`'s own day, or of the next working day where that day is none.
 * @throws RangeError unless `n` is a whole number from 0.
 */
export function addWorkingDays(from: Date, n: number, calendar: WorkingCalendar): Deadline {
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`${n} is not a number of working days`)
  const start = dayOf(from)
  let last = n === 0 ? nextWorkingDay(start) : start
  for (let counted = 0; counted < n; counted += 1) last = nextWorkingDay(addDays(last, 1))
  const first = last > start ? addDays(start, 1) : start
  return { dueAt: endOfDay(last), isProvisional: !isCovered(calendar, first, last) }
}

/** How many working days lie after `from`'s day up to and with `to`'s day; negative when `to` is the earlier day. */
export function workingDaysBetween(from: Date, to: Date): number {
  const [a, b] = [dayOf(from), dayOf(to)]
  if (b < a) return -workingDaysBetween(to, from)
  let count = 0
  for (let day = a; day < b; ) {
    day = addDays(day, 1)
    if (isWorkingDay(day)) count += 1
  }
  return count
}

/**
 * What is left of a period when its clock is paused (补正, third-party consultation): the working days after the day
 * of the pause, never below 0. The clock goes on with `addWorkingDays(resumedAt, remaining, calendar)`; the day of
 * the pause counts as used and the day of resuming does not.
 */
export const remainingWorkingDays = (dueAt: Date, pausedAt: Date): number =>
  Math.max(0, workingDaysBetween(pausedAt, dueAt))

/**
 * The deadline `n` calendar days after `from`; a last day that is no working day moves to the next (民法典 Art. 203).
 * @throws RangeError unless `n` is a whole number from 0.
 */
export function addCalendarDays(from: Date, n: number, calendar: WorkingCalendar): Deadline {
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`${n} is not a number of days`)
  const nominal = addDays(dayOf(from), n)
  const last = nextWorkingDay(nominal)
  return { dueAt: endOfDay(last), isProvisional: !isCovered(calendar, nominal, last) }
}

/**
 * The end of the day that corresponds to `from`'s day `n` months later, or of the last day of that month where it has
 * no such day (民法典 Art. 202). For terms of validity (3 years = 36), which do not move off holidays.
 * @throws RangeError unless `n` is a whole number from 0.
 */
export function addMonths(from: Date, n: number): Date {
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`${n} is not a number of months`)
  const [year = 0, month = 0, day = 0] = dayOf(from).split('-').map(Number)
  const lastOfMonth = new Date(Date.UTC(year, month + n, 0))
  const target = new Date(Date.UTC(year, month - 1 + n, Math.min(day, lastOfMonth.getUTCDate())))
  return endOfDay(target.toISOString().slice(0, 10))
}
