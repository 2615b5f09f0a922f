import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { type Text, text } from '../../kernel/text.ts'
import { institutionKinds, kindWords, type Organization, organizationsOf } from '../../modules/identity/index.ts'
import {
  type EntryFacet,
  type EntryHit,
  EntryQuery,
  type EntrySearch,
  entryFacets,
  openingTypes,
  searchEntries,
  sharingTypes,
} from '../../modules/resources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Badge, Count, Empty, Name, Pager, withQuery } from '../../web/parts.tsx'
import {
  type Chip,
  Chips,
  carriedOf,
  chipsOf,
  type FacetGroup,
  Facets,
  SearchBox,
  ToFilters,
} from '../../web/search.tsx'
import { DueOn, listWord, rulesOf, wordOf } from '../institution/facts.tsx'
import { page } from '../page.tsx'
import { Data } from './parts.tsx'

interface Shown {
  readonly input: EntrySearch
  readonly found: Awaited<ReturnType<typeof searchEntries>>
  readonly institutions: ReadonlyMap<string, Organization>
  readonly now: Date
}

async function read(rx: Rx, input: EntrySearch): Promise<Shown> {
  const found = await searchEntries(rx, input)
  const ids = found.counts?.institution.map(({ value }) => value) ?? []
  const known = [...new Set([...ids, ...(input.institution ?? [])])]
  return { input, found, institutions: await organizationsOf(rx, known), now: rx.now }
}

const facetWords: Readonly<Record<EntryFacet, Text>> = {
  sharing: text('共享类型', 'Sharing'),
  opening: text('开放类型', 'Opening'),
  theme: text('主题', 'Theme'),
  cycle: text('更新周期', 'Update cycle'),
  kind: text('机构类别', 'Kind of institution'),
  institution: text('机构', 'Institution'),
}

function FacetName({ facet, value, shown }: { facet: EntryFacet; value: string; shown: Shown }) {
  const t = useWords()
  const rules = rulesOf(shown.now)
  if (facet === 'institution') {
    const found = shown.institutions.get(value)
    return <Name zh={found?.nameZh ?? value} en={found?.nameEn} />
  }
  if (facet === 'theme') return <>{t(listWord(rules, 'themes', value))}</>
  if (facet === 'cycle') return <>{t(listWord(rules, 'updateFrequencies', value))}</>
  if (facet === 'kind') return <>{t(wordOf(institutionKinds, value))}</>
  return <>{t(wordOf(facet === 'sharing' ? sharingTypes : openingTypes, value))}</>
}

const carried = (input: EntrySearch, ...without: readonly (keyof EntrySearch)[]) =>
  carriedOf(
    input,
    (['q', ...entryFacets, 'division', 'late'] as const).filter(name => !without.includes(name)),
  )

const groupsOf = (shown: Shown): FacetGroup[] =>
  entryFacets.map(name => ({
    name,
    title: facetWords[name],
    counts: shown.found.counts?.[name] ?? [],
    chosen: shown.input[name] ?? [],
    words: value => <FacetName facet={name} value={value} shown={shown} />,
  }))

function chipsFor({ input }: Shown, groups: readonly FacetGroup[], words: (value: Text) => string): Chip[] {
  const chips: Chip[] = groups.flatMap(chipsOf)
  if (input.late) chips.unshift({ name: 'late', words: words(text('更新逾期', 'Update overdue')) })
  if (input.q) chips.unshift({ name: 'q', label: text('关键词：', 'Words: '), words: <Data>{input.q}</Data> })
  return chips
}

function Hit({ of, now }: { of: EntryHit; now: Date }) {
  const t = useWords()
  const rules = rulesOf(now)
  return (
    <article class="card card-body mb-3">
      <h2 class="h3 mb-1">
        <a href={`/resources/${of.id}`}>
          <Name zh={of.name_zh} en={of.name_en} />
        </a>
      </h2>
      <p class="text-secondary mb-2">
        <Name zh={of.institution_zh} en={of.institution_en} />
        {of.institution_kind !== null && (
          <> · {t(kindWords({ institutionKind: of.institution_kind, serviceKind: of.service_kind }, rules))}</>
        )}{' '}
        · <code>{of.code}</code>
      </p>
      <p class="mb-2">
        <Data>{of.abstract.length > 160 ? `${[...of.abstract].slice(0, 160).join('')}…` : of.abstract}</Data>
      </p>
      <p class="row-gap mb-0">
        <Badge tone={of.sharing_type === 'notShared' ? 'quiet' : 'good'}>
          {t(wordOf(sharingTypes, of.sharing_type))}
        </Badge>
        <Badge tone={of.opening_type === 'notOpen' ? 'quiet' : 'good'}>
          {t(wordOf(openingTypes, of.opening_type))}
        </Badge>
        {of.is_voluntary && <Badge tone="info">{t(text('自愿提供', 'Voluntary'))}</Badge>}
        <span>{t(text(`${of.items} 个信息项`, of.items === 1 ? '1 item' : `${of.items} items`))}</span>
        <span>
          {t(
            text(
              `${of.data_versions} 期数据`,
              of.data_versions === 1 ? '1 data version' : `${of.data_versions} data versions`,
            ),
          )}
        </span>
        <span>{t(listWord(rules, 'updateFrequencies', of.update_cycle))}</span>
        {of.due_on && (
          <span class="row-gap">
            {of.is_voluntary ? t(text('承诺更新：', 'Promised:')) : t(text('下次更新：', 'Next update:'))}{' '}
            <DueOn of={{ dueOn: of.due_on }} now={now} isVoluntary={of.is_voluntary} />
          </span>
        )}
      </p>
    </article>
  )
}

/** What is listed, as files: the filter goes along. */
function Exports({ lang }: { lang: 'zh' | 'en' }) {
  const t = useWords()
  const { url } = useReader()
  const filter = withQuery(url, { lang, format: undefined, sheet: undefined }).split('?')[1] ?? ''
  const address = (more: string) => `/api/v1/resources/export?${filter}&${more}`
  return (
    <p class="row-gap">
      <span>{t(text('导出以上结果：', 'Export what is listed:'))}</span>
      <a href={address('format=xlsx')}>{t(text('Excel 工作簿', 'Excel workbook'))}</a>
      <a href={address('format=csv')}>{t(text('CSV（目录）', 'CSV (entries)'))}</a>
      <a href={address('format=csv&sheet=items')}>{t(text('CSV（信息项）', 'CSV (items)'))}</a>
    </p>
  )
}

function Results({ shown }: { shown: Shown }) {
  const t = useWords()
  const { url, language } = useReader()
  const { found, input, now } = shown
  const { counts } = found
  const groups = groupsOf(shown)
  return (
    <div class={found.hits.length === 0 ? 'search-page alone' : 'search-page'}>
      <div class="search-results" id="results">
        <SearchBox
          action="/resources"
          label={text('检索资源目录', 'Search the catalog')}
          q={input.q}
          carried={carried(input, 'q')}
        />
        <Chips of={chipsFor(shown, groups, t)} all="/resources" />
        {found.hits.length === 0 ? (
          <Empty title={t(text('没有符合条件的资源', 'No resource matches'))} icon="search-off">
            <p>
              {t(
                text(
                  '换用更短的词；中文任意两个字都可检索。',
                  'Use shorter words; any two Chinese characters are found.',
                ),
              )}
            </p>
            <a class="btn" href="/resources">
              {t(text('浏览全部资源', 'Browse all resources'))}
            </a>
          </Empty>
        ) : (
          <>
            {counts && (
              <p class="total row-gap mt-3 mb-3" role="status">
                <span>
                  {t(text('共 ', ''))}
                  <strong>
                    <Count of={counts.total} />
                  </strong>{' '}
                  {t(text('个资源', counts.total === 1 ? 'resource' : 'resources'))}
                </span>
                {counts.late > 0 && !input.late && (
                  <a href={withQuery(url, { late: 'true' })}>
                    {t(text(`其中 ${counts.late} 个更新逾期`, `${counts.late} of them overdue`))}
                  </a>
                )}
                <ToFilters />
              </p>
            )}
            {found.hits.map(hit => (
              <Hit key={hit.id} of={hit} now={now} />
            ))}
            <Pager next={found.next} />
            <Exports lang={language === 'en' ? 'en' : 'zh'} />
          </>
        )}
      </div>
      <Facets action="/resources" of={groups} carried={carried(input, ...entryFacets)} />
    </div>
  )
}

/** What is kept about the catalog: whose data is the authoritative one, and what is asked of people besides. */
function Registers() {
  const t = useWords()
  return (
    <>
      <a class="btn" href="/sources">
        {t(text('一数一源', 'Authoritative sources'))}
      </a>
      <a class="btn" href="/collections">
        {t(text('采集事项公开', 'Registered collections'))}
      </a>
    </>
  )
}

export const resourcesRoutes: Route[] = [
  page({
    at: 'GET /resources',
    operation: 'showResources',
    permission: 'resource.search',
    summary: text('检索资源目录', 'Search the resource catalog'),
    query: { ...EntryQuery, after: PageQuery.after },
    run: async (rx, { query }) => ({
      title: text('资源目录', 'Resource catalog'),
      lead: text(
        '公共机构和公共服务企业的数据资源：谁有什么数据、怎样共享和开放、何时更新。',
        'Data of public institutions and public service enterprises: who has what, how it is shared and opened, when it is updated.',
      ),
      actions: <Registers />,
      body: <Results shown={await read(rx, query)} />,
      scripts: ['facets.js'],
    }),
  }),
]
