import { createHash } from 'node:crypto'
import { type Language, text } from '../kernel/text.ts'
import { drawSvg, type Option } from './echarts.ts'

export interface ChartSeries {
  readonly name: string
  /** One value a category; null where there is none to show (not zero). */
  readonly values: readonly (number | null)[]
}

export interface ChartProps {
  readonly title: string
  /** What the numbers count, as `元` or `trades`. */
  readonly unit: string
  readonly categories: readonly string[]
  readonly series: readonly ChartSeries[]
  /** `rows` lays the bars down: for long or many names. */
  readonly kind: 'bar' | 'line' | 'stacked' | 'rows'
  readonly language: Language
  /** Narrower than the page: a column of a desk. */
  readonly isHalf?: boolean
  /** What a null means, where there are any: shown in its place in the table. */
  readonly missing?: string
}

/**
 * Middle tones that keep a contrast of 3:1 and more on white and on the dark ground, told apart also by lightness;
 * lines differ in their dashes besides.
 */
const colours = ['#3b7dd8', '#b8651b', '#2f8f5b', '#9a5fc0', '#c04a5a', '#6f7f8f'] as const
const dashes = ['solid', 'dashed', 'dotted', 'solid', 'dashed', 'dotted'] as const
/** Stands for the colour of the text around the chart. */
const ink = '#010203'
const fontSize = 13

const words = {
  table: text('数据表', 'The figures as a table'),
  category: text('类别', 'Category'),
  none: text('暂无数据', 'There are no figures yet.'),
  missing: text('无', 'none'),
}

const compact = (language: Language) =>
  new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })

/** Styles become attributes and rules of hovering go: the policy of the service allows neither in a page. */
export function cleanSvg(svg: string): string {
  const bare = svg
    .replace(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replace(/ style="([^"]*)"/g, (_, style: string) =>
      style
        .split(';')
        .map(rule => /^\s*([a-z-]+)\s*:\s*(.+?)\s*$/.exec(rule))
        .map(rule => (rule ? ` ${rule[1]}="${rule[2]}"` : ''))
        .join(''),
    )
    .replace(/ class="zr[^"]*"| ecmeta_\w+="[^"]*"| pointer-events="[^"]*"| font-family="[^"]*"/g, '')
    .replace(/ (width|height)="[^"]*"/, '')
    .replace(/ (width|height)="[^"]*"/, '')
    .replace(/^<svg /, '<svg width="100%" aria-hidden="true" focusable="false" ')
    .replace(/<rect [^>]*fill="none"[^>]*><\/rect>/, '')
    .replaceAll(ink, 'currentColor')
    .replace(/>\n+</g, '><')
  // the library counts its clip paths for ever; a page must have the same bytes for the same figures
  const mark = createHash('sha256')
    .update(bare.replace(/zr\d+-/g, ''))
    .digest('hex')
    .slice(0, 8)
  return bare.replace(/zr\d+-/g, `g${mark}-`)
}

const axisLine = { lineStyle: { color: ink, opacity: 0.5 } }

function optionOf({ kind, categories, series, language, unit }: ChartProps, width: number): Option {
  const numbers = compact(language)
  const isLaid = kind === 'rows'
  const names = {
    type: 'category',
    data: [...categories],
    inverse: isLaid,
    axisLine,
    axisTick: { show: false },
    axisLabel: {
      color: ink,
      fontSize,
      ...(isLaid ? { width: width / 3, overflow: 'truncate' } : { hideOverlap: true }),
    },
  } as const
  const values = {
    type: 'value',
    minInterval: series.every(each => each.values.every(v => v === null || Number.isInteger(v))) ? 1 : 0,
    name: isLaid ? '' : unit,
    nameTextStyle: { color: ink, fontSize, align: 'left' },
    splitNumber: width < 500 ? 3 : 5,
    splitLine: { lineStyle: { color: ink, opacity: 0.15 } },
    axisLabel: { color: ink, fontSize, formatter: (value: number) => numbers.format(value) },
  } as const
  const isSparse = categories.length * series.length <= width / 50
  return {
    animation: false,
    color: [...colours],
    grid: { left: 4, right: isLaid ? 52 : 12, top: isLaid ? 8 : 36, bottom: series.length > 1 ? 60 : 8 },
    legend:
      series.length > 1
        ? { bottom: 0, textStyle: { color: ink, fontSize }, inactiveColor: ink, selectedMode: false }
        : { show: false },
    xAxis: isLaid ? values : names,
    yAxis: isLaid ? names : values,
    series: series.map((each, i) => ({
      name: each.name,
      type: kind === 'line' ? 'line' : 'bar',
      data: each.values.map(value => value ?? '-'),
      barMaxWidth: 40,
      silent: true,
      symbolSize: 7,
      lineStyle: { type: dashes[i % dashes.length]!, width: 2 },
      ...(kind === 'stacked' && { stack: 'all' }),
      ...((isLaid || isSparse) &&
        kind !== 'stacked' && {
          label: {
            show: true,
            position: isLaid ? 'right' : 'top',
            color: ink,
            fontSize,
            formatter: ({ value }: { value?: unknown }) => (typeof value === 'number' ? numbers.format(value) : ''),
          },
        }),
    })),
  } as Option
}

const heightOf = ({ kind, categories, series }: ChartProps): number =>
  kind === 'rows' ? 28 * categories.length * Math.max(1, series.length) + (series.length > 1 ? 104 : 48) : 300

/** The library escapes the names it is given, and `cleanSvg` leaves drawing only. */
function Drawing({ of, width, when }: { of: ChartProps; width: number; when: string }) {
  const svg = cleanSvg(drawSvg(optionOf(of, width), width, heightOf(of)))
  return (
    <div class={when} role="img" aria-label={`${of.title} (${of.unit})`} dangerouslySetInnerHTML={{ __html: svg }} />
  )
}

function Figures({ title, unit, categories, series, language, missing }: ChartProps) {
  const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 2 })
  const say = (words: { zh: string; en: string }) => (language === 'en' ? words.en : words.zh)
  return (
    <details class="mt-2">
      <summary>{say(words.table)}</summary>
      <div class="table-responsive">
        <table class="table table-sm">
          <caption class="visually-hidden">{`${title} (${unit})`}</caption>
          <thead>
            <tr>
              <th scope="col">{say(words.category)}</th>
              {series.map(each => (
                <th key={each.name} scope="col" class="text-end">
                  {`${each.name} (${unit})`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {categories.map((category, i) => (
              <tr key={category}>
                <th scope="row">{category}</th>
                {series.map(each => {
                  const value = each.values[i]
                  return (
                    <td key={each.name} class="text-end">
                      {typeof value === 'number' ? numbers.format(value) : (missing ?? say(words.missing))}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

/**
 * A chart drawn on the server, with its title, its unit and the same figures as a table. It is drawn twice, for wide
 * and for narrow screens, because letters inside a drawing would shrink with it; needs no script and no style of its own.
 */
export function Chart(props: ChartProps) {
  const { title, unit, categories, series, language, isHalf, missing } = props
  const values = series.flatMap(each => each.values)
  const isEmpty = categories.length === 0 || values.every(value => value === null || value === 0)
  const none = language === 'en' ? words.none.en : words.none.zh
  return (
    <figure class="chart mb-3">
      <figcaption class="mb-2">
        <strong>{title}</strong> <span class="text-secondary">({unit})</span>
      </figcaption>
      {isEmpty ? (
        <p class="text-secondary">{values.includes(null) ? (missing ?? none) : none}</p>
      ) : (
        <>
          <Drawing of={props} width={isHalf ? 480 : 840} when="d-none d-md-block" />
          <Drawing of={props} width={340} when="d-md-none" />
        </>
      )}
      {categories.length > 0 && <Figures {...props} />}
    </figure>
  )
}
