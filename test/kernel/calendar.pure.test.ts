import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import t from 'tap'
import {
  addCalendarDays,
  addDays,
  addMonths,
  addWorkingDays,
  dayOf,
  endOfDay,
  hasHolidayTable,
  isWorkingDay,
  remainingWorkingDays,
  startOfDay,
  workingDaysBetween,
} from '../../src/kernel/calendar.ts'

const calendar = { coveredYears: [2024, 2025, 2026] }
const due = (from: string, n: number) => addWorkingDays(new Date(from), n, calendar)

t.test('the make-up days and holidays of 2026 are known', async t => {
  const makeUp: string[] = []
  let holidays = 0
  for (let day = '2026-01-01'; day <= '2026-12-31'; day = addDays(day, 1)) {
    const weekend = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay())
    if (weekend && isWorkingDay(day)) makeUp.push(day)
    if (!weekend && !isWorkingDay(day)) holidays += 1
  }
  t.same(makeUp, ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'])
  t.equal(holidays, 19)
  for (const year of calendar.coveredYears) t.ok(hasHolidayTable(year), `${year} has a table`)
  t.notOk(hasHolidayTable(2027))
})

t.test(
  'five working days from the eve of National Day 2026 end on 13 October, the make-up Saturday counted',
  async t => {
    const { dueAt, isProvisional } = due('2026-09-30T10:00:00+08:00', 5)
    t.equal(dueAt.toISOString(), '2026-10-13T15:59:59.999Z')
    t.notOk(isProvisional)
    t.equal(dayOf(due('2026-10-03T10:00:00+08:00', 1).dueAt), '2026-10-08', 'from inside the holiday day 1 is after it')
    t.equal(dayOf(due('2026-10-09T10:00:00+08:00', 1).dueAt), '2026-10-10', 'the make-up Saturday is a day')
  },
)

t.test('the day of the start is not counted, whatever its hour in Shanghai', async t => {
  t.equal(dayOf(due('2026-03-02T00:00:00+08:00', 1).dueAt), '2026-03-03')
  t.equal(dayOf(due('2026-03-02T23:59:59.999+08:00', 1).dueAt), '2026-03-03')
  t.equal(dayOf(new Date('2026-03-02T16:00:00Z')), '2026-03-03', 'midnight in Shanghai is 16:00 in UTC')
  t.equal(dayOf(due('2026-03-06T16:30:00Z', 1).dueAt), '2026-03-09', 'Saturday there, Friday in UTC')
  t.equal(dayOf(due('2026-03-02T10:00:00+08:00', 0).dueAt), '2026-03-02')
  t.equal(dayOf(due('2026-03-07T10:00:00+08:00', 0).dueAt), '2026-03-09')
  for (const bad of [-1, 1.5, Number.NaN]) t.throws(() => due('2026-03-02T10:00:00+08:00', bad), RangeError)
})

t.test('a deadline through a year without a published table is provisional', async t => {
  t.notOk(due('2026-12-28T09:00:00+08:00', 3).isProvisional)
  t.equal(dayOf(due('2026-12-28T09:00:00+08:00', 3).dueAt), '2026-12-31')
  t.ok(due('2026-12-28T09:00:00+08:00', 4).isProvisional)
  t.ok(due('2027-05-10T09:00:00+08:00', 1).isProvisional)
  t.notOk(due('2026-12-31T09:00:00+08:00', 0).isProvisional)
  t.notOk(due('2023-12-31T09:00:00+08:00', 1).isProvisional, 'only the days that are counted matter')
})

t.test('a paused clock keeps what was left and goes on from the day it resumes', async t => {
  const { dueAt } = due('2026-03-02T10:00:00+08:00', 10)
  t.equal(dayOf(dueAt), '2026-03-16')
  const left = remainingWorkingDays(dueAt, new Date('2026-03-05T15:00:00+08:00'))
  t.equal(left, 7)
  t.equal(dayOf(due('2026-03-20T09:00:00+08:00', left).dueAt), '2026-03-31')
  t.equal(remainingWorkingDays(dueAt, new Date('2026-03-16T15:00:00+08:00')), 0)
  t.equal(remainingWorkingDays(dueAt, new Date('2026-04-16T15:00:00+08:00')), 0)
})

t.test('counting back what was counted forward gives the same number', async t => {
  const instant = fc.integer({ min: Date.parse('2024-01-01Z'), max: Date.parse('2026-11-01Z') }).map(ms => new Date(ms))
  fc.assert(
    fc.property(instant, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 30 }), (from, n, m) => {
      const { dueAt } = addWorkingDays(from, n, calendar)
      const further = addWorkingDays(dueAt, m, calendar).dueAt
      return (
        isWorkingDay(dueAt) &&
        workingDaysBetween(from, dueAt) === n &&
        workingDaysBetween(dueAt, from) <= 0 &&
        further.getTime() === addWorkingDays(from, n + m, calendar).dueAt.getTime()
      )
    }),
    { numRuns: 200 },
  )
  t.pass('200 random starts')
})

t.test('calendar days move off holidays, terms of validity do not', async t => {
  const from = new Date('2026-09-03T10:00:00+08:00')
  t.equal(dayOf(addCalendarDays(from, 30, calendar).dueAt), '2026-10-08')
  t.equal(dayOf(addCalendarDays(from, 1, calendar).dueAt), '2026-09-04')
  t.ok(addCalendarDays(from, 200, calendar).isProvisional)
  t.equal(addMonths(new Date('2026-01-31T10:00:00+08:00'), 1).toISOString(), '2026-02-28T15:59:59.999Z')
  t.equal(dayOf(addMonths(new Date('2024-02-29T10:00:00+08:00'), 36)), '2027-02-28')
  t.equal(dayOf(addMonths(new Date('2026-12-31T20:00:00Z'), 36)), '2030-01-01')
  t.throws(() => addMonths(from, -1), RangeError)
  t.throws(() => addCalendarDays(from, 0.5, calendar), RangeError)
})

t.test('a day begins and ends in Shanghai', async t => {
  t.equal(startOfDay('2026-03-02').toISOString(), '2026-03-01T16:00:00.000Z')
  t.equal(endOfDay('2026-03-02').toISOString(), '2026-03-02T15:59:59.999Z')
  for (const bad of ['2026-3-2', '2026-13-01', '2026-02-30', 'today', '']) t.throws(() => startOfDay(bad), RangeError)
})

t.test("the server's own time zone changes nothing", async t => {
  const script = `import('./src/kernel/calendar.ts').then(c => console.log(
    c.isWorkingDay('2026-10-10'), c.isWorkingDay('2026-10-11'), c.hasHolidayTable(2027),
    c.addWorkingDays(new Date('2026-09-30T02:00:00Z'), 5, { coveredYears: [2026] }).dueAt.toISOString()))`
  const run = (zone: string) =>
    execFileSync(process.execPath, ['--import=tsx', '-e', script], {
      env: { PATH: process.env.PATH, TZ: zone },
      encoding: 'utf8',
    }).trim()
  for (const zone of ['America/Los_Angeles', 'Pacific/Kiritimati']) {
    t.equal(run(zone), 'true false false 2026-10-13T15:59:59.999Z', zone)
  }
})
