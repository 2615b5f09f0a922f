import { divisionsUnder } from '../../kernel/division.ts'
import { type Text, text } from '../../kernel/text.ts'
import { findingCodes, findingRules } from '../../modules/registration/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { Notice } from '../../web/parts.tsx'
import { addressOf, isNarrowed, unreadable, type View } from './view.ts'

const path = '/regulator/filings'

type Options = readonly (readonly [value: string, words: Text | string])[]

const truths: Options = [
  ['true', text('是', 'Yes')],
  ['false', text('否', 'No')],
]
const sorts: Options = [
  ['due', text('期限最近', 'Due first')],
  ['newest', text('最新', 'Newest')],
  ['oldest', text('最早', 'Oldest')],
  ['amount', text('金额最大', 'Largest amount')],
]
const grades: Options = [
  ['general', text('一般数据', 'General data')],
  ['important', text('重要数据', 'Important data')],
]
const scopes: Options = [
  ['own', text('本机构核查', 'Checked by this authority')],
  ['along', text('仅查阅（需方在辖区）', 'Reading along (buyer in the jurisdiction)')],
]

interface Input {
  readonly name: keyof View
  readonly label: Text
  readonly view: View
}

function Choice({ name, label, view, options, any }: Input & { options: Options; any?: Text }) {
  const t = useWords()
  return (
    <div>
      <label class="form-label" for={`filter-${name}`}>
        {t(label)}
      </label>
      <select class="form-select" id={`filter-${name}`} name={name}>
        <option value="">{t(any ?? text('不限', 'Any'))}</option>
        {options.map(([value, words]) => (
          <option key={value} value={value} selected={view[name] === value}>
            {typeof words === 'string' ? words : t(words)}
          </option>
        ))}
      </select>
    </div>
  )
}

function Typed({ name, label, view, kind }: Input & { kind: 'date' | 'text' }) {
  const t = useWords()
  return (
    <div>
      <label class="form-label" for={`filter-${name}`}>
        {t(label)}
      </label>
      <input
        class="form-control"
        id={`filter-${name}`}
        name={name}
        type={kind as 'text'}
        value={view[name] ?? ''}
        {...(kind === 'text' && { inputmode: 'decimal' as const })}
      />
    </div>
  )
}

/** What a filter in force is called, to be taken away. */
const chips: readonly (readonly [keyof View, (value: string) => Text])[] = [
  ['late', () => text('已逾期', 'Late')],
  ['wrong', value => (value === 'true' ? text('有疑点', 'With findings') : text('无疑点', 'Without findings'))],
  ['finding', value => findingRules[value as keyof typeof findingRules].title],
  ['corrected', () => text('补正后报回', 'Came back corrected')],
  [
    'personal',
    value =>
      value === 'true' ? text('涉个人信息', 'Personal information') : text('不涉个人信息', 'No personal information'),
  ],
  ['public', value => (value === 'true' ? text('公共数据', 'Public data') : text('非公共数据', 'Not public data'))],
  ['text', value => text(`“${value}”`, `“${value}”`)],
  ['min', value => text(`不低于 ¥${value}`, `from ¥${value}`)],
  ['max', value => text(`不高于 ¥${value}`, `up to ¥${value}`)],
  ['from', value => text(`${value} 起收到`, `received from ${value}`)],
  ['to', value => text(`${value} 止收到`, `received up to ${value}`)],
  ['grade', value => text(value === 'important' ? '重要数据' : '一般数据', `${value} data`)],
  ['division', value => text(`区划 ${value}`, `division ${value}`)],
]

function Chips({ view }: { view: View }) {
  const t = useWords()
  if (!isNarrowed(view)) return null
  return (
    <ul class="chips" aria-label={t(text('已用的筛选', 'Filters in force'))}>
      {chips.map(([name, words]) => {
        const value = view[name]
        return (
          value !== undefined && (
            <li key={name}>
              <a class="chip" href={addressOf(path, view, { [name]: undefined })}>
                {t(words(value))}
                <Icon name="x" />
                <span class="visually-hidden">{t(text('取消此项', 'take away'))}</span>
              </a>
            </li>
          )
        )
      })}
      <li>
        <a href={addressOf(path, { ...(view.state && { state: view.state }) })}>{t(text('全部清除', 'Clear all'))}</a>
      </li>
    </ul>
  )
}

function More({ view }: { view: View }) {
  const t = useWords()
  const { actor } = useReader()
  const places = divisionsUnder(actor.division ?? '')
    .filter(each => each.level === 'city' || actor.division?.endsWith('00') === true)
    .map(each => [each.code, each.name] as const)
  const common = { view }
  return (
    <details class="filters-more" open={unreadable(view).length > 0}>
      <summary class="btn">
        <Icon name="adjustments-horizontal" />
        {t(text('更多条件', 'More filters'))}
      </summary>
      <div class="filters-grid card card-body">
        <Typed {...common} name="min" kind="text" label={text('金额不低于（元）', 'Amount from (CNY)')} />
        <Typed {...common} name="max" kind="text" label={text('金额不高于（元）', 'Amount up to (CNY)')} />
        <Typed {...common} name="from" kind="date" label={text('收到日期自', 'Received from')} />
        <Typed {...common} name="to" kind="date" label={text('收到日期至', 'Received up to')} />
        <Choice
          {...common}
          name="late"
          label={text('是否逾期', 'Lateness')}
          options={[['true', text('只看逾期', 'Late only')]]}
        />
        <Choice {...common} name="wrong" label={text('有无疑点', 'Findings')} options={truths} />
        <Choice
          {...common}
          name="finding"
          label={text('疑点类别', 'Finding')}
          options={findingCodes.map(code => [code, findingRules[code].title])}
        />
        <Choice {...common} name="personal" label={text('涉及个人信息', 'Personal information')} options={truths} />
        <Choice {...common} name="public" label={text('公共数据', 'Public data')} options={truths} />
        <Choice {...common} name="grade" label={text('数据级别', 'Grade')} options={grades} />
        <Choice
          {...common}
          name="corrected"
          label={text('补正情况', 'Corrections')}
          options={[['true', text('补正后报回', 'Came back corrected')]]}
        />
        {places.length > 0 && <Choice {...common} name="division" label={text('区划', 'Division')} options={places} />}
        <Choice
          {...common}
          name="scope"
          label={text('管辖', 'Jurisdiction')}
          options={scopes.slice(1)}
          any={scopes[0]![1] as Text}
        />
        <div class="filters-go">
          <button type="submit" class="btn btn-primary">
            {t(text('应用', 'Apply'))}
          </button>
        </div>
      </div>
    </details>
  )
}

/** The filters of the queue: all of them stand in its address, so that a view can be kept and handed on. */
export function Filters({ view }: { view: View }) {
  const t = useWords()
  const wrong = unreadable(view)
  return (
    <>
      <form method="get" action={path} class="filters">
        {view.state && <input type="hidden" name="state" value={view.state} />}
        <div class="filters-line">
          <label class="visually-hidden" for="filter-text">
            {t(text('当事方、产品或编号', 'Party, product or number'))}
          </label>
          <input
            class="form-control"
            type="search"
            id="filter-text"
            name="text"
            value={view.text ?? ''}
            placeholder={t(text('当事方、产品或编号', 'Party, product or number'))}
          />
          <label class="visually-hidden" for="filter-sort">
            {t(text('排序', 'Sort by'))}
          </label>
          <select class="form-select" id="filter-sort" name="sort">
            {sorts.map(([value, words]) => (
              <option key={value} value={value} selected={(view.sort ?? 'due') === value}>
                {t(words as Text)}
              </option>
            ))}
          </select>
          <button type="submit" class="btn">
            <Icon name="search" />
            {t(text('查找', 'Find'))}
          </button>
        </div>
        <More view={view} />
      </form>
      {wrong.length > 0 && (
        <Notice tone="warn">
          {t(
            text(
              '有的条件无法识别，未生效：金额按元填写（如 1200.50），日期如 2026-03-31。',
              'Some filters could not be read and are left out: amounts in CNY (1200.50), days as 2026-03-31.',
            ),
          )}
        </Notice>
      )}
      <Chips view={view} />
    </>
  )
}
