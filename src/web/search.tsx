import type { ComponentChildren } from 'preact'
import { type Text, text } from '../kernel/text.ts'
import { useReader, useWords } from './context.ts'
import { Icon } from './icon.tsx'
import { Count, withQuery } from './parts.tsx'

/** Values of a facet that are shown before the reader asks for all. */
const shownValues = 6

/** One way to narrow a list: within it any of the chosen values will do, between facets each must be met. */
export interface FacetGroup {
  readonly name: string
  readonly title: Text
  /** what each value would give, counted without this facet's own choice */
  readonly counts: readonly { readonly value: string; readonly count: number }[]
  readonly chosen: readonly string[]
  readonly words: (value: string) => ComponentChildren
}

/** What a form carries along unseen: each name with its value. */
export type Carried = readonly (readonly [name: string, value: string])[]

/** The chosen parts of a search as form fields: lists give one field for each value, what was not given gives none. */
export const carriedOf = <I extends object>(input: I, names: readonly (keyof I & string)[]): Carried =>
  names.flatMap(name => {
    const value = input[name]
    const values = Array.isArray(value) ? value : value === undefined || value === '' ? [] : [value]
    return values.map(each => [name, String(each)] as const)
  })

/** The address of a search that can be kept and sent to others. */
export function searchAddress(path: string, carried: Carried): string {
  const params = new URLSearchParams(carried.map(([name, value]) => [name, value]))
  return params.size > 0 ? `${path}?${params}` : path
}

const Unseen = ({ of }: { of: Carried }) => (
  <>
    {of.map(([name, value]) => (
      <input key={`${name} ${value}`} type="hidden" name={name} value={value} />
    ))}
  </>
)

/** The field for words above a list; what narrows the list already is kept. */
export function SearchBox({
  action,
  label,
  q,
  carried,
}: {
  action: string
  label: Text
  q: string | undefined
  carried: Carried
}) {
  const t = useWords()
  return (
    <search>
      <form action={action} method="get" class="search-box">
        <label class="visually-hidden" for="q">
          {t(label)}
        </label>
        <input
          class="form-control"
          type="search"
          id="q"
          name="q"
          value={q ?? ''}
          maxLength={100}
          placeholder={t(text('任意两个汉字，或英文词', 'Words, or any two Chinese characters'))}
        />
        <Unseen of={carried} />
        <button type="submit" class="btn btn-primary">
          <Icon name="search" /> {t(text('检索', 'Search'))}
        </button>
      </form>
    </search>
  )
}

/** Something that narrows a list, with the way to take it off. */
export interface Chip {
  readonly name: string
  readonly label?: Text
  readonly words: ComponentChildren
  /** the values of the same name that stay; without: the name goes altogether */
  readonly others?: readonly string[]
}

/** The chips of a facet: one for each chosen value. */
export const chipsOf = ({ name, title, chosen, words }: FacetGroup): Chip[] =>
  chosen.map(value => ({
    name,
    label: text(`${title.zh}：`, `${title.en}: `),
    words: words(value),
    others: chosen.filter(each => each !== value),
  }))

/** What narrows the search, each with a way to take it off. */
export function Chips({ of, all }: { of: readonly Chip[]; all: string }) {
  const t = useWords()
  const { url } = useReader()
  if (of.length === 0) return null
  return (
    <ul class="pills" aria-label={t(text('已选条件', 'Chosen conditions'))}>
      {of.map(({ name, label, words, others }, i) => (
        <li key={i}>
          <a class="pill" href={withQuery(url, { [name]: others?.length ? others : undefined })}>
            <span class="visually-hidden">{t(text('取消条件：', 'Remove: '))}</span>
            {label && <span class="text-secondary">{t(label)}</span>} {words} <Icon name="x" />
          </a>
        </li>
      ))}
      <li>
        <a href={all}>{t(text('清除全部', 'Clear all'))}</a>
      </li>
    </ul>
  )
}

function Facet({ of: { name, title, counts, chosen, words } }: { of: FacetGroup }) {
  const t = useWords()
  // what was chosen stays to be taken off, also where nothing is left of it
  const gone = chosen.filter(value => !counts.some(each => each.value === value)).map(value => ({ value, count: 0 }))
  const values = [...counts, ...gone]
  if (values.length === 0) return null
  const item = ({ value, count }: { value: string; count: number }) => (
    <li key={value}>
      <label class="facet-value">
        <input class="form-check-input" type="checkbox" name={name} value={value} checked={chosen.includes(value)} />
        <span class="facet-words">{words(value)}</span>
        <span class="num">
          <Count of={count} />
        </span>
      </label>
    </li>
  )
  const first = values.filter(({ value }, i) => i < shownValues || chosen.includes(value))
  const rest = values.filter(each => !first.includes(each))
  return (
    <fieldset class="facet" data-facet={name}>
      <legend>{t(title)}</legend>
      <ul>{first.map(item)}</ul>
      {rest.length > 0 && (
        <details>
          <summary>{t(text(`其余 ${rest.length} 项`, `${rest.length} more`))}</summary>
          <ul>{rest.map(item)}</ul>
        </details>
      )}
    </fieldset>
  )
}

/**
 * The facets of a list as one form: several values may be ticked in each. `facets.js` takes a tick at once; without it
 * the button does.
 */
export function Facets({ action, of, carried }: { action: string; of: readonly FacetGroup[]; carried: Carried }) {
  const t = useWords()
  const shown = of.filter(group => group.counts.length > 0 || group.chosen.length > 0)
  return (
    <aside class="facets" id="filters" aria-label={t(text('筛选条件', 'Filters'))} tabIndex={-1}>
      {shown.length > 0 && (
        <form action={action} method="get" data-facets>
          <Unseen of={carried} />
          {shown.map(group => (
            <Facet key={group.name} of={group} />
          ))}
          <div class="facets-end">
            <button type="submit" class="btn" data-apply>
              {t(text('应用筛选', 'Apply filters'))}
            </button>
            <a class="btn narrow-filter" href="#results">
              {t(text('查看结果', 'See the results'))}
            </a>
          </div>
        </form>
      )}
    </aside>
  )
}

/** Leads to the filters where they stand below the results. */
export function ToFilters() {
  const t = useWords()
  return (
    <a class="btn btn-sm narrow-filter" href="#filters">
      <Icon name="filter" /> {t(text('筛选', 'Filter'))}
    </a>
  )
}
