import { and, gte, isNotNull, lte, type SQL, sql } from 'drizzle-orm'
import { dayOf, endOfDay, startOfDay } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { division } from '../../kernel/division.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import { tradedIndustry } from '../catalog/index.ts'
import { queueWhere } from './queue.ts'
import { filing } from './schema.ts'

export interface StatisticsQuery {
  /** days of receipt, both included; the twelve months up to today unless told */
  readonly from?: string
  readonly to?: string
}

/** What was filed under one heading. */
export interface Line {
  readonly key: string
  readonly name: Text
  readonly trades: number
  readonly amountFen: bigint
  readonly checked: number
  readonly corrections: number
  readonly late: number
  readonly personal: number
}

export interface Statistics {
  readonly from: string
  readonly to: string
  readonly total: Line
  readonly byCity: readonly Line[]
  readonly byIndustry: readonly Line[]
  readonly byMonth: readonly Line[]
}

type Row = Record<'trades' | 'amount' | 'checked' | 'corrections' | 'late' | 'personal', string> & {
  key: string | null
}

const counted = (rx: Rx): SQL => sql`count(*) as trades, coalesce(sum(${filing.amountFen}), 0) as amount,
  count(*) filter (where ${filing.checkedAt} is not null) as checked,
  count(*) filter (where ${filing.version} > 1 or ${filing.state} in ('correction_ordered', 'referred')) as corrections,
  count(*) filter (where ${filing.dueAt} < ${rx.now.toISOString()}::timestamptz) as late,
  count(*) filter (where ${filing.containsPersonalInfo}) as personal`

const lineOf = (row: Row, nameOf: (key: string) => Text): Line => ({
  key: row.key ?? '',
  name: nameOf(row.key ?? ''),
  trades: Number(row.trades),
  amountFen: BigInt(row.amount),
  checked: Number(row.checked),
  corrections: Number(row.corrections),
  late: Number(row.late),
  personal: Number(row.personal),
})

async function grouped(rx: Rx, where: SQL, key: SQL, nameOf: (key: string) => Text): Promise<Line[]> {
  const rows = await rx.tx.execute<Row>(
    sql`select ${key} as key, ${counted(rx)} from ${filing} where ${where} group by 1 order by 1`,
  )
  return rows.map(row => lineOf(row, nameOf))
}

function cityName(code: string): Text {
  const found = division(code)
  return found ? text(found.name, found.nameEn ?? found.name) : text(code, code)
}

/** The month some months before a day's, `YYYY-MM`. */
function monthsBack(day: string, count: number): string {
  const [year = 0, month = 1] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1 - count, 1)).toISOString().slice(0, 7)
}

/** The months from one day to another, `YYYY-MM`. */
function monthsBetween(from: string, to: string): string[] {
  const months: string[] = []
  let [year = 0, month = 0] = from.split('-').map(Number)
  for (let key = from.slice(0, 7); key <= to.slice(0, 7); key = `${year}-${String(month).padStart(2, '0')}`) {
    months.push(key)
    month += 1
    if (month > 12) [year, month] = [year + 1, 1]
  }
  return months
}

const nothing = { trades: 0, amountFen: 0n, checked: 0, corrections: 0, late: 0, personal: 0 }

/** Months without a filing are shown as such. */
function everyMonth(lines: readonly Line[], from: string, to: string): Line[] {
  const kept = new Map(lines.map(line => [line.key, line]))
  return monthsBetween(from, to).map(key => kept.get(key) ?? { key, name: text(key, key), ...nothing })
}

const cityKey = sql`case when ${filing.division} like '%0000' then ${filing.division}
  else left(${filing.division}, 4) || '00' end`
const monthKey = sql`to_char(${filing.filedAt} at time zone 'Asia/Shanghai', 'YYYY-MM')`
const industryKey = sql`coalesce(${tradedIndustry({ number: filing.productNumber, versionNo: filing.productVersion })}, '')`

/** What was filed in the authority's jurisdiction, by city, industry and month of receipt. Amounts are as filed. */
export const readStatistics = (rx: Rx, query: StatisticsQuery): Promise<Statistics> =>
  statisticsOf(rx, query, queueWhere(rx, { scope: 'own' }) ?? sql`true`)

async function statisticsOf(rx: Rx, query: StatisticsQuery, reach: SQL): Promise<Statistics> {
  const to = query.to ?? dayOf(rx.now)
  const from = query.from ?? `${monthsBack(to, 11)}-01`
  const where = and(
    reach,
    isNotNull(filing.filedAt),
    gte(filing.filedAt, startOfDay(from)),
    lte(filing.filedAt, endOfDay(to)),
  )!
  const industries = new Map(rulesAt(rx.now).lists.industries.items.map(item => [item.code, item.name]))
  const unknown = text('未标明行业', 'Industry not stated')
  const [total] = await grouped(rx, where, sql`''`, () => text('合计', 'Total'))
  return {
    from,
    to,
    total: total ?? { key: '', name: text('合计', 'Total'), ...nothing },
    byCity: await grouped(rx, where, cityKey, cityName),
    byIndustry: await grouped(rx, where, industryKey, code => industries.get(code) ?? unknown),
    byMonth: everyMonth(await grouped(rx, where, monthKey, key => text(key, key)), from, to),
  }
}

/** What anyone may know of the market: counts, and amounts where at least three trades stand behind them. */
export interface PublicStatistics extends Omit<Statistics, 'byCity' | 'byIndustry' | 'byMonth' | 'total'> {
  readonly total: PublicLine
  readonly byCity: readonly PublicLine[]
  readonly byIndustry: readonly PublicLine[]
  readonly byMonth: readonly PublicLine[]
}

/** One line of the public statistics; `amountFen` is null where it would tell the price of a single trade. */
export interface PublicLine extends Pick<Line, 'key' | 'name' | 'trades' | 'checked'> {
  readonly amountFen: bigint | null
}

/** Fewer trades than this under one heading and their amount is not published. */
const fewest = 3

const published = ({ key, name, trades, checked, amountFen }: Line): PublicLine => ({
  key,
  name,
  trades,
  checked,
  amountFen: trades === 0 || trades >= fewest ? amountFen : null,
})

/** One line withheld alone could be had by subtracting the others from the total: the next smallest goes with it. */
function withheld(lines: readonly Line[]): PublicLine[] {
  const shown = lines.map(published)
  if (shown.filter(line => line.amountFen === null).length !== 1) return shown
  const [least] = shown.filter(line => line.amountFen !== null && line.trades > 0).sort((a, b) => a.trades - b.trades)
  return shown.map(line => (line === least ? { ...line, amountFen: null } : line))
}

/**
 * What was filed at the exchange in twelve months, by city, industry and month of receipt, for everyone. The span is not
 * for the reader to choose: two spans that differ by one trade would tell its price.
 */
export async function readPublicStatistics(rx: Rx): Promise<PublicStatistics> {
  const all = await statisticsOf(rx, {}, sql`true`)
  return {
    ...all,
    total: published(all.total),
    byCity: withheld(all.byCity),
    byIndustry: withheld(all.byIndustry),
    byMonth: withheld(all.byMonth),
  }
}
