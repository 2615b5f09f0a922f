import { text } from '../../kernel/text.ts'
import type { Column } from '../../modules/data/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Count } from '../../web/parts.tsx'
import { langOf } from './words.ts'

type Bucket = NonNullable<Column['histogram']>[number]

const width = 240
const height = 64

/** A limit of a bucket, short: months and years without their first day, numbers as they are. */
export function limitWords(limit: string): string {
  if (/^\d{4}-01-01$/.test(limit)) return limit.slice(0, 4)
  return /^\d{4}-\d{2}-01$/.test(limit) ? limit.slice(0, 7) : limit
}

/** What a chart shows, for those who do not see it: a table behind a line. */
function Figures({ label, rows }: { label: string; rows: readonly (readonly [string, number])[] }) {
  const t = useWords()
  const { language } = useReader()
  return (
    <details class="figures">
      <summary>{t(text('数值', 'Figures'))}</summary>
      <table class="table table-sm">
        <caption class="visually-hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{t(text('取值', 'Value'))}</th>
            <th scope="col" class="num">
              {t(text('行数', 'Rows'))}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([value, count]) => (
            <tr key={value}>
              <td lang={langOf(language, value)} data-words="data">
                {value}
              </td>
              <td class="num">
                <Count of={count} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

/** How the numbers or days of a column are spread: one bar a bucket, from the bottom up. */
export function Histogram({ name, of, unit }: { name: string; of: readonly Bucket[]; unit?: string | undefined }) {
  const t = useWords()
  const most = Math.max(1, ...of.map(({ count }) => count))
  const step = width / of.length
  const [first, last] = [limitWords(of[0]?.from ?? ''), limitWords(of.at(-1)?.to ?? '')]
  const peak = of.find(({ count }) => count === most)
  const label = t(
    text(
      `“${name}”的分布：${first} 至 ${last}，最多的一段始于 ${limitWords(peak?.from ?? '')}，有 ${most} 行`,
      `How “${name}” is spread: ${first} to ${last}; the fullest bar begins at ${limitWords(peak?.from ?? '')} with ${most} rows`,
    ),
  )
  return (
    <figure class="spread">
      <svg viewBox={`0 0 ${width} ${height + 1}`} role="img" aria-label={label} preserveAspectRatio="none">
        {of.map(({ from, to, count }, i) => {
          const tall = count === 0 ? 0 : Math.max(1, (count / most) * height)
          return (
            <rect key={from} x={i * step + 1} y={height - tall} width={Math.max(1, step - 2)} height={tall}>
              <title>{`${limitWords(from)} – ${limitWords(to)}: ${count}`}</title>
            </rect>
          )
        })}
        <line x1="0" y1={height + 0.5} x2={width} y2={height + 0.5} />
      </svg>
      <figcaption class="spread-ends">
        <span>{first}</span>
        {unit && <span lang={/\p{Script=Han}/u.test(unit) ? 'zh-CN' : undefined}>{unit}</span>}
        <span>{last}</span>
      </figcaption>
      <Figures
        label={label}
        rows={of.map(({ from, to, count }) => [`${limitWords(from)} – ${limitWords(to)}`, count])}
      />
    </figure>
  )
}

/** The most frequent values of a column: one bar each, as long as its share of all rows. */
export function TopValues({ name, of, rows }: { name: string; of: NonNullable<Column['topValues']>; rows: number }) {
  const t = useWords()
  const { language } = useReader()
  const label = t(text(`“${name}”最常见的取值`, `The most frequent values of “${name}”`))
  const percent = (count: number) => `${Math.round((count / Math.max(1, rows)) * 100)}%`
  return (
    <figure class="top-values">
      <figcaption class="visually-hidden">{label}</figcaption>
      <ul>
        {of.map(({ value, count }) => (
          <li key={value}>
            <span class="top-value" lang={langOf(language, value)} data-words="data">
              {value === '' ? t(text('（空白）', '(blank)')) : value}
            </span>
            <span class="num">
              <Count of={count} /> · {percent(count)}
            </span>
            <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
              <rect class="ground" x="0" y="0" width="100" height="4" />
              <rect x="0" y="0" width={Math.max(0.5, (count / Math.max(1, rows)) * 100)} height="4" />
            </svg>
          </li>
        ))}
      </ul>
    </figure>
  )
}
