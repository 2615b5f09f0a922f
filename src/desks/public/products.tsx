import type { ComponentChildren } from 'preact'
import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { text } from '../../kernel/text.ts'
import {
  type FacetName,
  type Found,
  type Glimpse,
  glimpsesOf,
  type SearchInput,
  SearchQuery,
  searchProducts,
  sorts,
} from '../../modules/catalog/index.ts'
import { type Organization, organizationOf } from '../../modules/identity/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Icon } from '../../web/icon.tsx'
import { Count, Empty, Name, Pager, withQuery } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { ProductCard } from './cards.tsx'
import { type Suggestion, suggestionsFor } from './suggestions.ts'
import { facetOrder, facetValue, facetWords, langOf, sortWords } from './words.ts'

/** Values of a facet that are shown before the reader asks for all. */
const shownValues = 6

interface Shown {
  readonly input: SearchInput
  readonly found: Found
  readonly glimpses: ReadonlyMap<string, Glimpse>
  readonly suggestions: readonly Suggestion[]
  readonly vendor: Organization | undefined
  readonly rules: RulePack
}

async function read(rx: Rx, input: SearchInput): Promise<Shown> {
  const found = await searchProducts(rx, { ...input, facets: true })
  const [glimpses, suggestions, vendor] = await Promise.all([
    glimpsesOf(
      rx,
      found.hits.map(hit => hit.listing_id),
    ),
    found.hits.length === 0 && input.after === undefined ? suggestionsFor(rx, input) : [],
    input.vendor ? organizationOf(rx, input.vendor) : undefined,
  ])
  return { input, found, glimpses, suggestions, vendor, rules: rulesAt(rx.now) }
}

/** The address of a search. */
export const searchAddress = (input: SearchInput): string => {
  const given = Object.entries(input).filter(([, value]) => value !== undefined && value !== '')
  const params = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return params.size > 0 ? `/products?${params}` : '/products'
}

function SearchBox({ input }: Shown) {
  const t = useWords()
  const carried = [...facetOrder, 'vendor' as const, 'sort' as const].filter(name => input[name] !== undefined)
  return (
    <search>
      <form action="/products" method="get" class="search-box">
        <label class="visually-hidden" for="q">
          {t(text('检索数据产品', 'Search data products'))}
        </label>
        <input
          class="form-control"
          type="search"
          id="q"
          name="q"
          value={input.q ?? ''}
          maxLength={100}
          placeholder={t(text('任意两个汉字，或英文词', 'Words, or any two Chinese characters'))}
        />
        {carried.map(name => (
          <input key={name} type="hidden" name={name} value={String(input[name])} />
        ))}
        <button type="submit" class="btn btn-primary">
          <Icon name="search" /> {t(text('检索', 'Search'))}
        </button>
      </form>
    </search>
  )
}

/** What narrows the search, each with a way to take it off. */
function Chips({ input, vendor, rules }: Shown) {
  const t = useWords()
  const { url, language } = useReader()
  const chosen = facetOrder.filter(name => input[name] !== undefined)
  if (chosen.length === 0 && !vendor && !input.q) return null
  const chip = (name: string, label: string, value: ComponentChildren) => (
    <li key={name}>
      <a class="pill" href={withQuery(url, { [name]: undefined })}>
        <span class="visually-hidden">{t(text('取消条件：', 'Remove: '))}</span>
        <span class="text-secondary">{label}</span> {value} <Icon name="x" />
      </a>
    </li>
  )
  return (
    <ul class="pills" aria-label={t(text('已选条件', 'Chosen conditions'))}>
      {input.q &&
        chip(
          'q',
          t(text('关键词：', 'Words: ')),
          <span lang={langOf(language, input.q)} data-words="data">
            {input.q}
          </span>,
        )}
      {chosen.map(name =>
        chip(
          name,
          t(text(`${facetWords[name].zh}：`, `${facetWords[name].en}: `)),
          t(facetValue(rules, name, String(input[name]))),
        ),
      )}
      {vendor && chip('vendor', t(text('供方：', 'Vendor: ')), <Name zh={vendor.nameZh} en={vendor.nameEn} />)}
      <li>
        <a href="/products">{t(text('清除全部', 'Clear all'))}</a>
      </li>
    </ul>
  )
}

function Facet({ name, shown: { found, input, rules } }: { name: FacetName; shown: Shown }) {
  const t = useWords()
  const { url } = useReader()
  const values = found.counts?.facets[name] ?? []
  const chosen = input[name]
  if (values.length === 0) return null
  const item = ({ value, count }: { value: string; count: number }) => {
    const isHere = value === chosen
    return (
      <li key={value}>
        <a
          class={isHere ? 'facet-value here' : 'facet-value'}
          href={withQuery(url, { [name]: isHere ? undefined : value })}
          aria-current={isHere ? 'true' : undefined}
        >
          <span>{t(facetValue(rules, name, value))}</span>
          <span class="num">
            <Count of={count} />
          </span>
        </a>
      </li>
    )
  }
  const first = values.filter(({ value }, i) => i < shownValues || value === chosen)
  const rest = values.filter(each => !first.includes(each))
  return (
    <section class="facet" aria-labelledby={`facet-${name}`}>
      <h3 id={`facet-${name}`}>{t(facetWords[name])}</h3>
      <ul>{first.map(item)}</ul>
      {rest.length > 0 && (
        <details>
          <summary>{t(text(`其余 ${rest.length} 项`, `${rest.length} more`))}</summary>
          <ul>{rest.map(item)}</ul>
        </details>
      )}
    </section>
  )
}

function SortLinks({ input }: Shown) {
  const t = useWords()
  const { url } = useReader()
  const here = input.sort ?? 'newest'
  return (
    <nav class="sorts" aria-label={t(text('排序', 'Order'))}>
      {sorts.map(sort => (
        <a
          key={sort}
          href={withQuery(url, { sort: sort === 'newest' ? undefined : sort })}
          aria-current={sort === here ? 'true' : undefined}
        >
          {t(sortWords[sort])}
        </a>
      ))}
    </nav>
  )
}

function Total({ found }: Shown) {
  const t = useWords()
  const { counts } = found
  if (!counts) return null
  const exact = counts.isExact
  return (
    <p class="total" role="status">
      {t(exact ? text('共 ', '') : text('超过 ', 'More than '))}
      <strong>
        <Count of={counts.total} />
      </strong>{' '}
      {t(text('个数据产品', counts.total === 1 ? 'data product' : 'data products'))}
    </p>
  )
}

/** Keeps this search for a person, who is told how much is new in it. */
function Save({ input, rules }: Shown) {
  const t = useWords()
  const reader = useReader()
  if (!reader.viewer) return null
  const named = facetOrder.flatMap(name => (input[name] ? [t(facetValue(rules, name, input[name]))] : []))
  const name = [input.q, ...named].filter(Boolean).join(' · ').slice(0, 60)
  const kept = [...facetOrder, 'vendor' as const, 'q' as const, 'sort' as const].filter(each => input[each])
  const isRefused = reader.form?.to === 'POST /saved-searches'
  return (
    <details class="save-search" open={isRefused}>
      <summary class="btn btn-sm">
        <Icon name="bookmark" /> {t(text('保存检索', 'Keep this search'))}
      </summary>
      <div class="card card-body">
        <Form to="POST /saved-searches" then="/buyer/saved">
          {kept.map(each => (
            <input key={each} type="hidden" name={each} value={String(input[each])} />
          ))}
          <Field
            name="name"
            label={text('名称', 'Name')}
            value={name || t(text('全部数据产品', 'All data products'))}
            isRequired
            maxLength={60}
            hint={text(
              '以后可以看到有多少新挂牌的产品符合条件。',
              'You will see how many newly listed products match.',
            )}
          />
          <Submit>{t(text('保存', 'Keep'))}</Submit>
        </Form>
      </div>
    </details>
  )
}

function SuggestionLine({ of: { kind, facet, q, input, total } }: { of: Suggestion }) {
  const t = useWords()
  const { language } = useReader()
  const lead =
    kind === 'drop-filter'
      ? facet === 'vendor'
        ? text('不限供方', 'From any vendor')
        : text(`不限${facetWords[facet!].zh}`, `With any ${facetWords[facet!].en.toLowerCase()}`)
      : kind === 'words-only'
        ? text('只按关键词检索，不加条件', 'Search by the words alone')
        : text('换成关键词', 'Search for')
  return (
    <li>
      <a href={searchAddress(input)}>
        {t(lead)}
        {kind === 'words' && (
          <>
            {' '}
            <span lang={langOf(language, q ?? '')} data-words="data">
              “{q}”
            </span>
          </>
        )}
      </a>{' '}
      <span class="text-secondary">
        {t(text(`（${total} 个产品）`, total === 1 ? '(1 product)' : `(${total} products)`))}
      </span>
    </li>
  )
}

function Nothing({ shown }: { shown: Shown }) {
  const t = useWords()
  const { suggestions, rules, found } = shown
  const themes = (found.counts?.facets.theme ?? []).slice(0, 8)
  return (
    <Empty title={t(text('没有符合条件的数据产品', 'No data product matches'))} icon="search-off">
      {suggestions.length > 0 ? (
        <>
          <p>{t(text('试试：', 'Try this:'))}</p>
          <ul class="suggestions">
            {suggestions.map(each => (
              <SuggestionLine key={searchAddress(each.input)} of={each} />
            ))}
          </ul>
        </>
      ) : (
        <p>
          {t(
            text(
              '换用更短或更常见的词，例如“气象”“行政区划”；中文任意两个字都可检索。',
              'Use shorter or more common words, such as “weather” or “divisions”; any two Chinese characters are found.',
            ),
          )}
        </p>
      )}
      {themes.length > 0 && (
        <p class="row-gap">
          {themes.map(({ value }) => (
            <a key={value} href={`/products?theme=${value}`}>
              {t(facetValue(rules, 'theme', value))}
            </a>
          ))}
        </p>
      )}
      <p class="mb-0">
        <a class="btn" href="/products">
          {t(text('浏览全部数据产品', 'Browse all data products'))}
        </a>
      </p>
    </Empty>
  )
}

function Results({ shown }: { shown: Shown }) {
  const t = useWords()
  const { found, glimpses, rules } = shown
  return (
    <div class={found.hits.length === 0 ? 'search-page alone' : 'search-page'}>
      <div class="search-results">
        <SearchBox {...shown} />
        <Chips {...shown} />
        {found.hits.length === 0 ? (
          <Nothing shown={shown} />
        ) : (
          <>
            <div class="search-bar">
              <Total {...shown} />
              <SortLinks {...shown} />
              <a class="btn btn-sm narrow-filter" href="#filters">
                <Icon name="filter" /> {t(text('筛选', 'Filter'))}
              </a>
              <Save {...shown} />
            </div>
            {found.hits.map(hit => (
              <ProductCard key={hit.product_id} hit={hit} glimpse={glimpses.get(hit.listing_id)} rules={rules} />
            ))}
            <Pager next={found.next} />
          </>
        )}
      </div>
      <aside class="facets" id="filters" aria-label={t(text('筛选条件', 'Filters'))} tabIndex={-1}>
        {facetOrder.map(name => (
          <Facet key={name} name={name} shown={shown} />
        ))}
      </aside>
    </div>
  )
}

const { facets: _, limit: __, ...searched } = SearchQuery.properties

export const productsRoutes: Route[] = [
  page({
    at: 'GET /products',
    operation: 'showProducts',
    permission: 'product.search',
    summary: text('检索数据产品', 'Search data products'),
    query: { ...searched, q: Type.Optional(Type.String({ maxLength: 100 })) },
    run: async (rx, { query }) => {
      const shown = await read(rx, query)
      return {
        title: query.q ? text(`检索“${query.q}”`, `Search: “${query.q}”`) : text('数据产品', 'Data products'),
        body: <Results shown={shown} />,
      }
    },
  }),
]
