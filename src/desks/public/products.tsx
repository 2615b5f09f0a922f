import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { type RulePack, rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
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
import {
  type Carried,
  type Chip,
  Chips,
  carriedOf,
  chipsOf,
  type FacetGroup,
  Facets,
  SearchBox,
  searchAddress,
  ToFilters,
} from '../../web/search.tsx'
import { page } from '../page.tsx'
import { ProductCard } from './cards.tsx'
import { type Suggestion, suggestionsFor } from './suggestions.ts'
import { facetOrder, facetValue, facetWords, langOf, sortWords } from './words.ts'

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

/** Everything a search is made of but its page, as an address carries it. */
const carried = (input: SearchInput, ...without: readonly (keyof SearchInput)[]): Carried =>
  carriedOf(
    input,
    (['q', ...facetOrder, 'vendor', 'sort'] as const).filter(name => !without.includes(name)),
  )

/** The address of a search. */
const productsAddress = (input: SearchInput): string => searchAddress('/products', carried(input))

const groupsOf = ({ found, input, rules }: Shown, words: (value: Text) => string): FacetGroup[] =>
  facetOrder.map(name => ({
    name,
    title: facetWords[name],
    counts: found.counts?.facets[name] ?? [],
    chosen: input[name] ?? [],
    words: value => words(facetValue(rules, name, value)),
  }))

/** What narrows the search, each with a way to take it off. */
function Narrowed({ shown, groups }: { shown: Shown; groups: readonly FacetGroup[] }) {
  const { language } = useReader()
  const { input, vendor } = shown
  const chips: Chip[] = groups.flatMap(chipsOf)
  if (vendor)
    chips.push({
      name: 'vendor',
      label: text('供方：', 'Vendor: '),
      words: <Name zh={vendor.nameZh} en={vendor.nameEn} />,
    })
  if (input.q)
    chips.unshift({
      name: 'q',
      label: text('关键词：', 'Words: '),
      words: (
        <span lang={langOf(language, input.q)} data-words="data">
          {input.q}
        </span>
      ),
    })
  return <Chips of={chips} all="/products" />
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
  const named = facetOrder.flatMap(name => (input[name] ?? []).map(value => t(facetValue(rules, name, value))))
  const name = [...[input.q, ...named].filter(Boolean).join(' · ')].slice(0, 60).join('')
  const isRefused = reader.form?.to === 'POST /saved-searches'
  return (
    <details class="save-search" open={isRefused}>
      <summary class="btn btn-sm">
        <Icon name="bookmark" /> {t(text('保存检索', 'Keep this search'))}
      </summary>
      <div class="card card-body">
        <Form to="POST /saved-searches" then="/buyer/saved">
          {carried(input).map(([name, value]) => (
            <input key={`${name} ${value}`} type="hidden" name={name} value={value} />
          ))}
          <Field
            name="name"
            label={text('名称', 'Name')}
            value={name || t(text('全部数据产品', 'All data products'))}
            isRequired
            maxLength={60}
            hint={text(
              '有符合条件的新产品挂牌时，每天通知您一次。',
              'Once a day you are told of newly listed products that match.',
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
      <a href={productsAddress(input)}>
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
              <SuggestionLine key={productsAddress(each.input)} of={each} />
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
  const { found, glimpses, rules, input } = shown
  const groups = groupsOf(shown, t)
  return (
    <div class={found.hits.length === 0 ? 'search-page alone' : 'search-page'}>
      <div class="search-results" id="results">
        <SearchBox
          action="/products"
          label={text('检索数据产品', 'Search data products')}
          q={input.q}
          carried={carried(input, 'q')}
        />
        <Narrowed shown={shown} groups={groups} />
        {found.hits.length === 0 ? (
          <Nothing shown={shown} />
        ) : (
          <>
            <div class="search-bar">
              <Total {...shown} />
              <SortLinks {...shown} />
              <ToFilters />
              <Save {...shown} />
            </div>
            {found.hits.map(hit => (
              <ProductCard key={hit.product_id} hit={hit} glimpse={glimpses.get(hit.listing_id)} rules={rules} />
            ))}
            <Pager next={found.next} />
          </>
        )}
      </div>
      <Facets action="/products" of={groups} carried={carried(input, ...facetOrder)} />
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
        scripts: ['facets.js'],
      }
    },
  }),
]
