import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  type DataVersion,
  exportFormats,
  openOwnVersion,
  operators,
  operatorWords,
  type PageQuery,
  parseFilter,
  type RowsPage,
  readPage,
} from '../../modules/data/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { Card, Count, Empty } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { langOf } from '../public/words.ts'
import {
  type Asking,
  addressOf,
  askingOf,
  columnsAtOnce,
  exportAddress,
  ownPlace,
  type Place,
  query,
  rowsAtOnce,
} from './asking.ts'
import { type Asked, asked, Cell, dataTrail, numberPlaces, Refusal, Views } from './parts.tsx'

/** Dates, codes and names stay on one line; only sentences are broken. */
const isShort = (cell: string | null): boolean => cell === null || cell.length <= 40

/** A page of rows with what was asked; `columns` are those that exist for the reader. */
export interface Shown {
  readonly place: Place
  readonly columns: DataVersion['columns']
  readonly asking: Asking
  readonly column: string | undefined
  readonly page: Asked<RowsPage>
}

function Hidden({ asking, but }: { asking: Asking; but?: 'sort' }) {
  return (
    <>
      {asking.filters.map(each => (
        <input key={each} type="hidden" name="filter" value={each} />
      ))}
      {but !== 'sort' && asking.sort.map(each => <input key={each} type="hidden" name="sort" value={each} />)}
      {asking.from > 0 && <input type="hidden" name="from" value={asking.from} />}
    </>
  )
}

/** The conditions in force, each with a link that takes it away. */
function Conditions({ of: { place, columns, asking } }: { of: Shown }) {
  const t = useWords()
  if (asking.filters.length === 0) return null
  return (
    <ul class="chips" aria-label={t(text('筛选条件', 'Conditions'))}>
      {asking.filters.map(each => {
        const parsed = parseFilter(each, columns)
        const others = asking.filters.filter(other => other !== each)
        return (
          <li key={each}>
            <a class="chip" href={addressOf(place, { ...asking, filters: others, offset: 0 })}>
              <span class="visually-hidden">{t(text('取消条件：', 'Take away: '))}</span>
              {parsed ? (
                <span>
                  <Data>{parsed.column}</Data> {t(operatorWords[parsed.operator])}{' '}
                  <Data>{parsed.values.join(t(text('、', ', ')))}</Data>
                </span>
              ) : (
                <Data>{each}</Data>
              )}
              <Icon name="x" />
            </a>
          </li>
        )
      })}
      <li>
        <a href={addressOf(place, { ...asking, filters: [], offset: 0 })}>{t(text('全部取消', 'Take all away'))}</a>
      </li>
    </ul>
  )
}

function FilterForm({ of: { place, columns, asking, column } }: { of: Shown }) {
  const t = useWords()
  const { language } = useReader()
  return (
    <form method="get" action={place.page} id="filter">
      <Hidden asking={asking} />
      <div class="filters-line">
        <label class="visually-hidden" for="rows-column">
          {t(text('字段', 'Column'))}
        </label>
        <select class="form-select" id="rows-column" name="column">
          {columns.map(({ name }) => (
            <option key={name} value={name} selected={name === column} lang={langOf(language, name)} data-words="data">
              {name}
            </option>
          ))}
        </select>
        <label class="visually-hidden" for="rows-operator">
          {t(text('条件', 'Condition'))}
        </label>
        <select class="form-select" id="rows-operator" name="operator">
          {operators.map(each => (
            <option key={each} value={each}>
              {t(operatorWords[each])}
            </option>
          ))}
        </select>
        <label class="visually-hidden" for="rows-value">
          {t(text('值', 'Value'))}
        </label>
        <input
          class="form-control"
          id="rows-value"
          name="value"
          maxLength={2000}
          aria-describedby="rows-hint"
          placeholder={t(text('值', 'Value'))}
        />
        <button type="submit" class="btn btn-primary">
          {t(text('添加条件', 'Add the condition'))}
        </button>
      </div>
      <small class="form-hint" id="rows-hint">
        {t(
          text(
            '“介于”“属于”的多个值用 | 分开；日期写作 2026-01-31。多个条件须同时满足。',
            'Several values (between, one of) are parted by |; days are written 2026-01-31. All conditions must hold.',
          ),
        )}
      </small>
    </form>
  )
}

function Exports({ of: { place, asking } }: { of: Shown }) {
  const t = useWords()
  return (
    <p class="row-gap">
      <span>
        {asking.filters.length > 0
          ? t(text('导出筛选结果：', 'Export what is shown: '))
          : t(text('导出全部：', 'Export all: '))}
      </span>
      {exportFormats.map(format => (
        <a key={format} href={exportAddress(place, format, asking)} rel="nofollow" download>
          {format.toUpperCase()}
        </a>
      ))}
      <a href={`/docs#tag/${place.operation}`}>{t(text('按接口取用', 'By the API'))}</a>
    </p>
  )
}

/** The head of a column: its name sorts by it, up and then down. */
function Head({ of: { place, asking }, name }: { of: Shown; name: string }) {
  const t = useWords()
  const now = asking.sort.find(each => each === `${name}:asc` || each === `${name}:desc`)
  const isUp = now === `${name}:asc`
  const sort = [`${name}:${isUp ? 'desc' : 'asc'}`]
  return (
    <a href={addressOf(place, { ...asking, sort, offset: 0 })}>
      <Data>{name}</Data>
      {now && <Icon name={isUp ? 'arrow-up' : 'arrow-down'} />}
      <span class="visually-hidden">
        {isUp
          ? t(text('（升序，改为降序）', ' (ascending; sort descending)'))
          : t(text('（按此列排序）', ' (sort by it)'))}
      </span>
    </a>
  )
}

function Slices({ of: { place, columns, asking } }: { of: Shown }) {
  const t = useWords()
  const { length } = columns
  if (length <= columnsAtOnce) return null
  const starts = Array.from({ length: Math.ceil(length / columnsAtOnce) }, (_, i) => i * columnsAtOnce)
  return (
    <nav class="row-gap mb-2" aria-label={t(text('字段', 'Columns'))}>
      {t(text('字段：', 'Columns: '))}
      {starts.map(from => (
        <a
          key={from}
          href={addressOf(place, { ...asking, from })}
          aria-current={from === asking.from ? 'page' : undefined}
        >
          {from + 1}–{Math.min(from + columnsAtOnce, length)}
        </a>
      ))}
    </nav>
  )
}

function Pages({ of, total, shown }: { of: Shown; total: number; shown: number }) {
  const t = useWords()
  const { place, asking } = of
  const { offset } = asking
  const link = (to: number, words: string, rel?: 'next' | 'prev') => (
    <a class="btn" href={addressOf(place, { ...asking, offset: Math.max(0, to) })} {...(rel && { rel })}>
      {words}
    </a>
  )
  const isMore = offset + shown < total
  return (
    <nav class="pager" aria-label={t(text('翻页', 'Pages'))}>
      {offset > 0 && link(0, t(text('首页', 'First')))}
      {offset > 0 && link(offset - rowsAtOnce, t(text('上一页', 'Previous')), 'prev')}
      {isMore && link(offset + rowsAtOnce, t(text('下一页', 'Next')), 'next')}
      {isMore && link(Math.floor((total - 1) / rowsAtOnce) * rowsAtOnce, t(text('末页', 'Last')))}
    </nav>
  )
}

/** Goes to any row by its number. */
function Jump({ of: { place, asking }, total }: { of: Shown; total: number }) {
  const t = useWords()
  if (total <= rowsAtOnce) return null
  return (
    <form method="get" action={place.page} class="row-gap">
      <Hidden asking={asking} />
      <label for="rows-row">{t(text('跳到第几行', 'Go to row'))}</label>
      <input class="form-control w-auto" id="rows-row" name="row" type="number" min={1} max={total} required />
      <button type="submit" class="btn">
        {t(text('跳转', 'Go'))}
      </button>
    </form>
  )
}

function Rows({ of, page: { columns, rows, total } }: { of: Shown; page: RowsPage }) {
  const t = useWords()
  const { language } = useReader()
  const { asking, place } = of
  const first = asking.offset + 1
  if (rows.length === 0)
    return (
      <Empty
        title={
          total === 0
            ? t(text('没有符合条件的行', 'No row meets the conditions'))
            : t(text('这里已经没有数据行', 'There are no rows here'))
        }
        icon="table-off"
      >
        <a href={addressOf(place, { ...asking, filters: total === 0 ? [] : asking.filters, offset: 0 })}>
          {total === 0
            ? t(text('取消全部条件', 'Take all conditions away'))
            : t(text('回到首页', 'Back to the first page'))}
        </a>
      </Empty>
    )
  const numbers = numberPlaces(columns)
  return (
    <>
      <p role="status">
        {language === 'en' ? 'Rows ' : '第 '}
        <Count of={first} />–<Count of={asking.offset + rows.length} />
        {language === 'en' ? ' of ' : ' 行，共 '}
        <Count of={total} />
        {language === 'en' ? '' : ' 行'}
      </p>
      <Slices of={of} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard */}
      <section class="table-responsive position-relative" tabIndex={0} aria-label={t(text('数据行', 'Rows'))}>
        <table class="table table-vcenter">
          <thead>
            <tr>
              {columns.map(({ name }, i) => {
                const now = asking.sort.find(each => each.startsWith(`${name}:`))
                const order = now === `${name}:asc` ? 'ascending' : now === `${name}:desc` ? 'descending' : undefined
                return (
                  <th key={name} scope="col" class={numbers.includes(i) ? 'num' : undefined} aria-sort={order}>
                    <Head of={of} name={name} />
                  </th>
                )
              })}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, r) => (
              <tr key={asking.offset + r}>
                {cells.map((cell, i) => (
                  <td key={i} class={numbers.includes(i) ? 'num' : isShort(cell) ? 'text-nowrap' : undefined}>
                    <Cell of={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Pages of={of} total={total} shown={rows.length} />
      <Jump of={of} total={total} />
    </>
  )
}

/** Filter, downloads and the page of rows. */
export function RowsView({ of }: { of: Shown }) {
  const t = useWords()
  return (
    <>
      <Card title={t(text('筛选与导出', 'Filter and export'))}>
        <Conditions of={of} />
        <FilterForm of={of} />
        <div class="mt-3">
          <Exports of={of} />
        </div>
      </Card>
      {'found' in of.page ? <Rows of={of} page={of.page.found} /> : <Refusal of={of.page.refusal} />}
    </>
  )
}

/** What an address asks for of the columns that exist for the reader, fetched by `read`. */
export async function shownRows(
  place: Place,
  columns: DataVersion['columns'],
  query: Parameters<typeof askingOf>[0],
  read: (request: PageQuery) => Promise<RowsPage>,
): Promise<Shown> {
  const asking = askingOf(query)
  const names = columns.slice(asking.from, asking.from + columnsAtOnce).map(({ name }) => name)
  const { filters, sort, offset } = asking
  const request = { filter: filters, sort, columns: names, offset, limit: rowsAtOnce }
  return { place, columns, asking, column: query.column, page: await asked(() => read(request)) }
}

export const rowPages: Route[] = [
  page({
    at: 'GET /data-versions/:id/rows',
    operation: 'showRows',
    permission: 'data-version.read',
    summary: text('数据版本的数据行', 'The rows of a data version'),
    params: { id: Id },
    query,
    ahead: async ({ engine, actor }, { params, query }) => {
      const opened = await engine.read(actor, rx => openOwnVersion(rx, params.id))
      const { fileName, columns } = opened.version
      const read = (request: PageQuery) => readPage(engine.kit, actor, opened, request)
      return { fileName, shown: await shownRows(ownPlace(params.id), columns, query, read) }
    },
    run: (_rx, { params }, _reader, { fileName, shown }) => {
      return {
        title: text(`${fileName}：数据行`, `${fileName}: rows`),
        lead: text(
          '任意一页都直接取自完整文件；地址可以转给同事。',
          'Any page comes from the whole file; the address can be passed on.',
        ),
        trail: [dataTrail, [`/data-versions/${params.id}`, text(fileName, fileName)]],
        body: (
          <>
            <Views id={params.id} at="/rows" />
            <RowsView of={shown} />
          </>
        ),
      }
    },
  }),
]
