import { dayOf } from '../../kernel/calendar.ts'
import { type Text, text } from '../../kernel/text.ts'
import type { Dating } from '../../modules/ledger/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { Tabs } from '../../web/parts.tsx'

const places: readonly (readonly [path: string, words: Text])[] = [
  ['/operator/books', text('试算平衡', 'Trial balance')],
  ['/operator/books/accounts', text('账户', 'Accounts')],
  ['/operator/books/escrow', text('托管账龄', 'Aged escrow')],
  ['/operator/books/fees', text('服务费', 'Fees')],
  ['/operator/books/vendors', text('供方对账', 'Vendors')],
  ['/operator/books/periods', text('结账', 'Closing')],
]

/** The views of the books, the present one marked. */
export function BookTabs({ at }: { at: string }) {
  const t = useWords()
  return <Tabs of={places.map(([path, words]) => ({ href: path, words: t(words), isHere: path === at }))} />
}

/** The trail of a page of the books below its overview. */
export const bookTrail = (...rest: (readonly [string, Text])[]): (readonly [string, Text])[] => [
  ['/operator', text('运营工作台', 'Operator desk')],
  ['/operator/books', text('账簿', 'Books')],
  ...rest,
]

/** Links to a list's files. `path` with its query, without `format`. */
export function Files({ of, formats }: { of: string; formats: readonly ('csv' | 'xlsx' | 'pdf')[] }) {
  const t = useWords()
  const { language } = useReader()
  const join = of.includes('?') ? '&' : '?'
  return (
    <>
      {formats.map((format, i) => (
        <a
          key={format}
          class={i === 0 ? 'btn btn-primary' : 'btn'}
          href={`/api/v1${of}${join}format=${format}`}
          hreflang={language}
        >
          <Icon name="download" /> {i === 0 ? t(text('下载 ', 'Download ')) : ''}
          {format.toUpperCase()}
        </a>
      ))}
    </>
  )
}

export const datingWords: Readonly<Record<Dating, Text>> = {
  effective: text('按入账日期（生效）', 'by booking date (effective)'),
  created: text('按记账时间（登记）', 'by time of writing (created)'),
}

/** The choice between the two dates by which an entry counts. */
export function ByChoice({ id, by }: { id: string; by: Dating }) {
  const t = useWords()
  return (
    <>
      <label class="visually-hidden" for={id}>
        {t(text('按哪个日期', 'By which date'))}
      </label>
      <select class="form-select w-auto" id={id} name="by">
        {(['effective', 'created'] as const).map(each => (
          <option key={each} value={each} selected={each === by}>
            {t(datingWords[each])}
          </option>
        ))}
      </select>
    </>
  )
}

/** An instant as `datetime-local` has it, in China's time. */
export const localOf = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16)

/** The last instant of the minute that a `datetime-local` names, in China's time. */
export const endOfMinute = (local: string): Date => new Date(`${local}:59.999+08:00`)

/** Pattern of `datetime-local`. */
export const localPattern = '^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]$'
/** Pattern of a month, `2026-03`. */
export const monthPattern = '^20[0-9]{2}-(0[1-9]|1[0-2])$'

/** The month in which an instant lies, in China. */
export const monthOf = (at: Date): string => dayOf(at).slice(0, 7)

/** The month some months later, or earlier. */
export function monthAfter(month: string, count: number): string {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7)
}

/** First and last day of a month. */
export function daysOf(month: string): readonly [first: string, last: string] {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return [`${month}-01`, new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10)]
}

export const monthWords = (month: string): Text => {
  const [year = '', number = ''] = month.split('-')
  return text(`${year} 年 ${Number(number)} 月`, month)
}

/** The month before and the month after as links; none beyond the present month. */
export function MonthSteps({ month, now, href }: { month: string; now: Date; href: (month: string) => string }) {
  const t = useWords()
  const next = monthAfter(month, 1)
  const before = monthAfter(month, -1)
  return (
    <nav class="row-gap mb-3" aria-label={t(text('月份', 'Months'))}>
      <a class="btn" href={href(before)} rel="prev">
        ← {t(monthWords(before))}
      </a>
      <strong>{t(monthWords(month))}</strong>
      {next <= monthOf(now) && (
        <a class="btn" href={href(next)} rel="next">
          {t(monthWords(next))} →
        </a>
      )}
    </nav>
  )
}
