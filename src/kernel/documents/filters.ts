import type { Liquid } from 'liquidjs'
import { formatYuan, yuanToCapitals } from '../money.ts'

const fen = (value: unknown): bigint => {
  if (typeof value === 'bigint') return value
  if (!/^-?\d+$/.test(String(value))) throw new TypeError(`${String(value)} is not an amount in fen`)
  return BigInt(String(value))
}

const beijing = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

interface Parts {
  readonly year: string
  readonly month: string
  readonly day: string
  readonly hour: string
  readonly minute: string
  readonly second: string
}

/** The calendar date and clock of an instant in Beijing time; a plain date (YYYY-MM-DD) is taken as it is. */
export function beijingParts(value: Date | string): Parts {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) {
    const [year = '', month = '', day = ''] = value.split('-')
    return { year, month, day, hour: '00', minute: '00', second: '00' }
  }
  const instant = new Date(value)
  if (Number.isNaN(instant.getTime())) throw new TypeError(`${String(value)} is not a date`)
  return Object.fromEntries(beijing.formatToParts(instant).map(p => [p.type, p.value])) as unknown as Parts
}

/** 2026年5月6日: the date form of a Chinese document. */
export function chineseDate(value: Date | string): string {
  const { year, month, day } = beijingParts(value)
  return `${Number(year)}年${Number(month)}月${Number(day)}日`
}

/** 2026年5月6日 14:03:09（北京时间）. */
export function chineseInstant(value: Date | string): string {
  const { hour, minute, second } = beijingParts(value)
  return `${chineseDate(value)} ${hour}:${minute}:${second}（北京时间）`
}

const months = 'January February March April May June July August September October November December'.split(' ')

/** 6 May 2026. */
export function englishDate(value: Date | string): string {
  const { year, month, day } = beijingParts(value)
  return `${Number(day)} ${months[Number(month) - 1]} ${Number(year)}`
}

/** 6 May 2026 14:03:09 (UTC+8). */
export function englishInstant(value: Date | string): string {
  const { hour, minute, second } = beijingParts(value)
  return `${englishDate(value)} ${hour}:${minute}:${second} (UTC+8)`
}

const grouped = (value: unknown): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',')
const instantOf = (value: unknown): Date | string => (value instanceof Date ? value : String(value))

/** The filters of legal texts. Liquid's own `date` is replaced: it can read the process clock. */
export function addDocumentFilters(engine: Liquid): void {
  engine.registerFilter('yuan', value => formatYuan(fen(value)))
  engine.registerFilter('capitals', value => yuanToCapitals(fen(value)))
  engine.registerFilter('date', value => chineseDate(instantOf(value)))
  engine.registerFilter('instant', value => chineseInstant(instantOf(value)))
  engine.registerFilter('date_en', value => englishDate(instantOf(value)))
  engine.registerFilter('instant_en', value => englishInstant(instantOf(value)))
  engine.registerFilter('number', grouped)
  engine.registerFilter('sentence', value => (/[。！？；.!?]\s*$/.test(String(value)) ? value : `${value}。`))
  engine.registerFilter('sentence_en', value => (/[。！？.!?]\s*$/.test(String(value)) ? value : `${value}.`))
}
