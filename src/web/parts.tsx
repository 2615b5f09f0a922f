import type { ComponentChildren } from 'preact'
import { type Machine, terminalStates } from '../kernel/machine.ts'
import { text } from '../kernel/text.ts'
import { useNames, useReader, useWords } from './context.ts'
import { Icon } from './icon.tsx'

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'quiet'

/** A list of facts: what it is called, and what it is. */
export function Facts({ of }: { of: readonly (readonly [label: string, value: ComponentChildren] | false | null)[] }) {
  return (
    <dl class="facts">
      {of
        .filter(row => row !== false && row !== null)
        .map(([label, value]) => (
          <>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </>
        ))}
    </dl>
  )
}

/** A table that scrolls sideways by itself where the screen is narrow. `nums`: columns of numbers, right-aligned. */
export function Table({
  head,
  rows,
  nums = [],
  caption,
}: {
  head: readonly ComponentChildren[]
  rows: readonly (readonly ComponentChildren[])[]
  nums?: readonly number[]
  caption?: string
}) {
  const look = (i: number) => (nums.includes(i) ? 'num' : undefined)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
    <section class="table-responsive" tabIndex={0} aria-label={caption ?? plain(head)}>
      <table class="table table-vcenter">
        {caption && <caption>{caption}</caption>}
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={i} scope="col" class={look(i)}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, j) => (
                <td key={j} class={look(j)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const plain = (cells: readonly ComponentChildren[]) => cells.filter(cell => typeof cell === 'string').join(' · ')

/** A state in one word, with a colour beside it. */
export function Badge({ tone = 'quiet', children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`state ${tone}`}>{children}</span>
}

/** The state of a life cycle in the reader's words. Tones: given by state, else quiet at its ends and info on the way. */
export function State<S extends string>({
  machine,
  state,
  tones = {},
}: {
  machine: Machine<S, string>
  state: S
  tones?: Partial<Record<S, Tone>>
}) {
  const t = useWords()
  const tone = tones[state] ?? (terminalStates(machine).includes(state) ? 'quiet' : 'info')
  return <Badge tone={tone}>{t(machine.states[state])}</Badge>
}

const groups = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, ',')

/** Fen as yuan with two decimals, `1,234.50`: exact, without a floating point in between. */
export function yuan(fen: bigint | number): string {
  const value = BigInt(fen)
  const size = value < 0n ? -value : value
  return `${value < 0n ? '−' : ''}${groups(String(size / 100n))}.${String(size % 100n).padStart(2, '0')}`
}

/** An amount with its currency. */
export function Money({ fen }: { fen: bigint | number }) {
  return <span class="money">¥{yuan(fen)}</span>
}

/** A whole number in groups of three. */
export function Count({ of }: { of: bigint | number }) {
  return <span class="count">{groups(String(of))}</span>
}

const zone = 'Asia/Shanghai'
const dayFormats = {
  'zh-CN': new Intl.DateTimeFormat('zh-CN', { timeZone: zone, year: 'numeric', month: 'long', day: 'numeric' }),
  en: new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: 'short', day: 'numeric' }),
}
const timeFormat = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' })
const exactFormat = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })

/** A moment in China's time, in the reader's language; the exact time on hover. `isDay`: only the day. */
export function Moment({ at, isDay }: { at: Date | string | null; isDay?: boolean }) {
  const { language } = useReader()
  if (at === null) return <>—</>
  const moment = typeof at === 'string' ? new Date(at) : at
  const day = dayFormats[language].format(moment)
  return (
    <time datetime={moment.toISOString()} title={`${exactFormat.format(moment)} UTC+8`}>
      {isDay ? day : `${day} ${timeFormat.format(moment)}`}
    </time>
  )
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** A size in bytes, in binary units. */
export function Bytes({ of }: { of: number }) {
  const power = of === 0 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log2(of) / 10))
  const value = of / 2 ** (10 * power)
  return (
    <span title={`${groups(String(of))} B`}>
      {power === 0 ? of : value.toFixed(value < 10 ? 1 : 0)} {byteUnits[power]}
    </span>
  )
}

/** A panel with a heading. */
export function Card({
  title,
  actions,
  children,
  id,
}: {
  title?: ComponentChildren
  actions?: ComponentChildren
  children: ComponentChildren
  id?: string
}) {
  return (
    <section class="card" id={id}>
      {title !== undefined && (
        <div class="card-header">
          <h2 class="card-title h3">{title}</h2>
          {actions && <div class="card-actions">{actions}</div>}
        </div>
      )}
      <div class="card-body">{children}</div>
    </section>
  )
}

/** Nothing is here yet: why, and what to do about it. */
export function Empty({
  title,
  children,
  icon = 'inbox',
}: {
  title: string
  children?: ComponentChildren
  icon?: string
}) {
  return (
    <div class="empty">
      <div class="empty-icon">
        <Icon name={icon} />
      </div>
      <p class="empty-title">{title}</p>
      {children && <div class="empty-subtitle">{children}</div>}
    </div>
  )
}

/** Something to know, warn of or refuse; `isAlert` interrupts a screen reader. */
export function Notice({
  tone = 'info',
  title,
  children,
  isAlert,
}: {
  tone?: 'info' | 'good' | 'warn' | 'bad'
  title?: string
  children?: ComponentChildren
  isAlert?: boolean
}) {
  const look = { info: 'alert-info', good: 'alert-success', warn: 'alert-warning', bad: 'alert-danger' }[tone]
  return (
    <div class={`alert ${look}`} role={isAlert ? 'alert' : 'status'}>
      <div>
        {title && <p class="alert-title h4">{title}</p>}
        {children}
      </div>
    </div>
  )
}

/** The way to the next page of a list that is read by cursor, and back to its beginning. */
export function Pager({ next }: { next: string | null }) {
  const t = useWords()
  const { url } = useReader()
  const [path = '', query] = url.split('?')
  const here = new URLSearchParams(query)
  const isFirst = !here.has('after')
  if (isFirst && next === null) return null
  const first = new URLSearchParams(here)
  first.delete('after')
  const following = new URLSearchParams(here)
  if (next !== null) following.set('after', next)
  const link = (params: URLSearchParams) => (params.size > 0 ? `${path}?${params}` : path)
  return (
    <nav class="pager" aria-label={t(text('翻页', 'Pages'))}>
      {!isFirst && (
        <a class="btn" href={link(first)}>
          {t(text('回到第一页', 'First page'))}
        </a>
      )}
      {next !== null && (
        <a class="btn" href={link(following)} rel="next">
          {t(text('下一页', 'Next page'))}
        </a>
      )}
    </nav>
  )
}

/** A page's address with some of its query changed; undefined takes a part away. A change goes back to the first page. */
export function withQuery(
  url: string,
  changes: Readonly<Record<string, string | readonly string[] | undefined>>,
): string {
  const [path = '', query] = url.split('?')
  const params = new URLSearchParams(query)
  params.delete('after')
  for (const [name, value] of Object.entries(changes)) {
    params.delete(name)
    for (const each of value === undefined ? [] : [value].flat()) params.append(name, each)
  }
  return params.size > 0 ? `${path}?${params}` : path
}

/** Views of one list as links: the present one is marked. */
export function Tabs({
  of,
}: {
  of: readonly { href: string; words: ComponentChildren; count?: number; isHere: boolean }[]
}) {
  return (
    <ul class="nav nav-tabs tabs">
      {of.map(tab => (
        <li class="nav-item" key={tab.href}>
          <a
            class={`nav-link${tab.isHere ? ' active' : ''}`}
            href={tab.href}
            aria-current={tab.isHere ? 'page' : undefined}
          >
            {tab.words}
            {tab.count !== undefined && <span class="tab-count">{tab.count}</span>}
          </a>
        </li>
      ))}
    </ul>
  )
}

/** The stages of a course: done, here, to come. Words say which, not only colours. */
export function Steps({ of, at }: { of: readonly string[]; at: number }) {
  const t = useWords()
  return (
    <ol class="steps-line">
      {of.map((words, i) => {
        const look = i < at ? 'done' : i === at ? 'here' : 'later'
        return (
          <li key={words} class={look} aria-current={i === at ? 'step' : undefined}>
            <span class="visually-hidden">
              {look === 'done' ? t(text('已完成：', 'Done: ')) : look === 'here' ? t(text('当前：', 'Now: ')) : ''}
            </span>
            {words}
          </li>
        )
      })}
    </ol>
  )
}

/** A figure with what it counts; a link when there is something behind it. */
export function Stat({
  label,
  children,
  href,
  note,
}: {
  label: string
  children: ComponentChildren
  href?: string
  note?: ComponentChildren
}) {
  const inside = (
    <>
      <span class="stat-value">{children}</span>
      <span class="stat-label">{label}</span>
      {note && <span class="stat-note">{note}</span>}
    </>
  )
  return href ? (
    <a class="stat card" href={href}>
      {inside}
    </a>
  ) : (
    <div class="stat card">{inside}</div>
  )
}

/**
 * The name of an organisation or product. An English page shows the English one, given or known to the page by the id
 * `of` what is named, with the Chinese one on hover; where there is none, the Chinese one, read as Chinese.
 */
export function Name({ zh, en, of }: { zh: string; en?: string | null | undefined; of?: string | null | undefined }) {
  const { language } = useReader()
  const known = useNames()
  const english = en ?? (of ? known.get(of)?.nameEn : null)
  if (language !== 'en' || english === zh) return <>{zh}</>
  return english ? <span title={zh}>{english}</span> : <span lang="zh-CN">{zh}</span>
}

/** What a person wrote, in whichever language: on an English page Chinese is marked as Chinese. */
export function Said({ children }: { children: string }) {
  const { language } = useReader()
  return language === 'en' && /\p{Script=Han}/u.test(children) ? <span lang="zh-CN">{children}</span> : children
}

/** A code to be copied: an account number, a reference. The button appears where scripts run. */
export function Copyable({ children }: { children: string }) {
  const t = useWords()
  return (
    <span class="copyable">
      <code>{children}</code>
      <button type="button" class="btn btn-sm" data-copy={children} data-done={t(text('已复制', 'Copied'))} hidden>
        {t(text('复制', 'Copy'))}
      </button>
    </span>
  )
}
