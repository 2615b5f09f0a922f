import { Type } from 'typebox'
import { division, divisionsUnder } from '../../kernel/division.ts'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
  ElementQuery,
  type ElementStanding,
  type Standing,
  searchElements,
  standings,
} from '../../modules/sources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Icon } from '../../web/icon.tsx'
import { Badge, Count, Empty, Pager, Table, Tabs, withQuery } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { ElementLink } from './parts.tsx'

const words: Readonly<Record<Standing, Text>> = {
  sourced: text('已有来源', 'With a source'),
  unsourced: text('尚无来源', 'Without a source'),
  open: text('申报中', 'Proposed'),
  disputed: text('有争议', 'Disputed'),
  late: text('更新逾期', 'Overdue'),
  vacant: text('来源空缺', 'Vacant'),
  repeated: text('重复采集', 'Repeated'),
}

interface View {
  readonly q: string | undefined
  readonly division: string | undefined
  readonly state: Standing | undefined
  readonly home: string
  readonly found: Awaited<ReturnType<typeof searchElements>>
}

function SearchBox({ view }: { view: View }) {
  const t = useWords()
  const { language } = useReader()
  const name = (code: string) => {
    const of = division(code)
    return (language === 'en' ? (of?.nameEn ?? of?.name) : of?.name) ?? code
  }
  return (
    <search>
      <form action="/sources" method="get" class="row-gap mb-3">
        <label class="visually-hidden" for="q">
          {t(text('查找数据元', 'Find a data element'))}
        </label>
        <input
          class="form-control w-auto"
          type="search"
          id="q"
          name="q"
          value={view.q ?? ''}
          maxLength={60}
          placeholder={t(text('名称、同义名称或标准', 'Name, synonym or standard'))}
        />
        <label class="visually-hidden" for="division">
          {t(text('辖区', 'Jurisdiction'))}
        </label>
        <select class="form-select w-auto" id="division" name="division">
          <option value="">{t(text('全部辖区', 'All jurisdictions'))}</option>
          {[view.home, ...divisionsUnder(view.home).map(each => each.code)].map(code => (
            <option
              key={code}
              value={code}
              selected={code === view.division}
              lang={language === 'en' ? 'zh-CN' : undefined}
            >
              {name(code)}
            </option>
          ))}
        </select>
        {view.state && <input type="hidden" name="state" value={view.state} />}
        <button type="submit" class="btn btn-primary">
          <Icon name="search" /> {t(text('查找', 'Find'))}
        </button>
      </form>
    </search>
  )
}

function Marks({ of }: { of: ElementStanding }) {
  const t = useWords()
  const mark = (n: number, tone: 'good' | 'warn' | 'bad' | 'info', said: Text) =>
    n > 0 && <Badge tone={tone}>{t(said)}</Badge>
  return (
    <span class="row-gap">
      {of.inForce === 0 && of.vacant === 0 && <Badge>{t(words.unsourced)}</Badge>}
      {mark(of.inForce, 'good', text(`${of.inForce} 个有效来源`, `${of.inForce} in force`))}
      {mark(of.open, 'info', text(`${of.open} 件申报中`, `${of.open} proposed`))}
      {mark(of.disputed, 'warn', text(`${of.disputed} 件有争议`, `${of.disputed} disputed`))}
      {mark(of.vacant, 'bad', text(`${of.vacant} 个辖区空缺`, `${of.vacant} vacant`))}
      {mark(of.late, 'bad', text(`${of.late} 个更新逾期`, `${of.late} overdue`))}
    </span>
  )
}

function Register({ view }: { view: View }) {
  const t = useWords()
  const { url } = useReader()
  const { found, state } = view
  return (
    <>
      <SearchBox view={view} />
      <Tabs
        of={[
          { href: withQuery(url, { state: undefined }), words: t(text('全部', 'All')), isHere: state === undefined },
          ...standings.map(each => ({
            href: withQuery(url, { state: each }),
            words: t(words[each]),
            count: found.counts[each],
            isHere: state === each,
          })),
        ]}
      />
      {found.items.length === 0 ? (
        <Empty title={t(text('没有符合条件的数据元', 'No data element matches'))} icon="search-off">
          <p>
            {t(
              text(
                '换一个名称或辖区；尚未登记的数据元由平台运营机构或主管部门登记。',
                'Try another name or jurisdiction; the operator or an authority registers what is missing.',
              ),
            )}
          </p>
          <a class="btn" href="/sources">
            {t(text('查看全部数据元', 'See all data elements'))}
          </a>
        </Empty>
      ) : (
        <>
          <p class="total" role="status">
            {t(text(`共 ${found.total} 个数据元`, `${found.total} data element${found.total === 1 ? '' : 's'}`))}
          </p>
          <Table
            caption={t(text('数据元与权威来源', 'Data elements and their sources'))}
            head={[
              t(text('数据元', 'Data element')),
              t(text('权威来源', 'Sources')),
              t(text('信息项', 'Items')),
              t(text('其中重复', 'Repeated')),
              t(text('标准', 'Standard')),
            ]}
            nums={[2, 3]}
            rows={found.items.map(of => [
              <ElementLink key="name" of={of.element} />,
              <Marks key="marks" of={of} />,
              <Count key="items" of={of.items} />,
              <Count key="repeated" of={of.repeated} />,
              of.element.standard ? <Data key="standard">{of.element.standard}</Data> : '—',
            ])}
          />
          <Pager next={found.next} />
        </>
      )}
    </>
  )
}

export const registerPages: Route[] = [
  page({
    at: 'GET /sources',
    operation: 'showSources',
    permission: 'data-element.read',
    summary: text('一数一源', 'One source per datum'),
    query: { ...ElementQuery, state: Type.Optional(ElementQuery.state), after: PageQuery.after },
    run: async (rx, { query }) => {
      const view: View = {
        q: query.q,
        division: query.division,
        state: query.state,
        home: rulesAt(rx.now).homeDivision,
        found: await searchElements(rx, query),
      }
      return {
        title: text('一数一源', 'One source per datum'),
        lead: text(
          '每个数据元在每个辖区只有一个权威来源，其他机构通过共享取得，不重复采集（办法草案第二十四条）。',
          'Each data element has one authoritative source in each jurisdiction; others share it and do not collect it again (Art. 24).',
        ),
        body: <Register view={view} />,
      }
    },
  }),
]
