import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import {
  carriersOf,
  type DataElement,
  elementByCode,
  type ItemSource,
  type SourceLine,
  sourceLines,
} from '../../modules/sources/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Empty, Facts, Moment, Name, Pager, Table } from '../../web/parts.tsx'
import { Due, Place } from '../operator/parts.tsx'
import { page } from '../page.tsx'
import { Data, DataList } from '../public/parts.tsx'
import { elementName, SourceBadge, SourceOf } from './parts.tsx'

interface View {
  readonly element: DataElement
  readonly inForce: readonly SourceLine[]
  readonly open: readonly SourceLine[]
  readonly history: readonly SourceLine[]
  readonly held: { readonly items: readonly ItemSource[]; readonly next: string | null }
  readonly now: Date
}

/** Ended sources that the page shows. */
const historyLength = 50

const byDivision = (lines: readonly SourceLine[]) => [...lines].sort((a, b) => a.division.localeCompare(b.division))

function Sources({ view: { inForce, open, now } }: { view: View }) {
  const t = useWords()
  return (
    <Card title={t(text('各辖区的权威来源', 'Authoritative sources by jurisdiction'))}>
      {inForce.length === 0 ? (
        <Empty title={t(text('尚无权威来源', 'No source yet'))} icon="database">
          {t(
            text(
              '持有该数据元的机构可在本机构目录页申报。',
              'Institutions that hold this element propose it on the page of their entry.',
            ),
          )}
        </Empty>
      ) : (
        <Table
          caption={t(text('有效的权威来源', 'Sources in force'))}
          head={[
            t(text('辖区', 'Jurisdiction')),
            t(text('来源', 'Source')),
            t(text('职责依据', 'Legal duty')),
            t(text('认定日期', 'Decided')),
          ]}
          rows={byDivision(inForce).map(line => [
            <Place key="place" code={line.division} />,
            <SourceOf key="source" of={line} />,
            <Data key="duty">{line.dutyBasis}</Data>,
            <Moment key="at" at={line.decidedAt} isDay />,
          ])}
        />
      )}
      {open.length > 0 && (
        <>
          <h3 class="mt-4">{t(text('办理中的申报', 'Proposals in hand'))}</h3>
          <Table
            caption={t(text('办理中的申报', 'Proposals in hand'))}
            head={[
              t(text('辖区', 'Jurisdiction')),
              t(text('申报的来源', 'Proposed source')),
              t(text('状态', 'State')),
              t(text('期限', 'Until')),
            ]}
            rows={byDivision(open).map(line => [
              <Place key="place" code={line.division} />,
              <SourceOf key="source" of={line} />,
              <SourceBadge key="state" state={line.state} />,
              <Due key="due" at={line.dueAt} now={now} />,
            ])}
          />
        </>
      )}
    </Card>
  )
}

function Held({ view: { held } }: { view: View }) {
  const t = useWords()
  return (
    <Card title={t(text('含该数据元的信息项', 'Items that carry it'))}>
      {held.items.length === 0 ? (
        <p class="mb-0">
          {t(text('已发布的目录中没有含该数据元的信息项。', 'No published entry carries this element.'))}
        </p>
      ) : (
        <Table
          caption={t(text('含该数据元的信息项', 'Items that carry it'))}
          head={[
            t(text('辖区', 'Jurisdiction')),
            t(text('机构', 'Institution')),
            t(text('目录', 'Entry')),
            t(text('信息项', 'Item')),
            t(text('是否权威来源', 'Is it the source?')),
          ]}
          rows={held.items.map(({ item, isSource, source }) => [
            <Place key="place" code={item.division.slice(0, 6)} />,
            <Name key="who" zh={item.institution} en={item.institutionEn} />,
            <a key="entry" href={`/resources/${item.entryId}`}>
              <Name zh={item.entryName} en={item.entryNameEn} />
            </a>,
            <Data key="item">{item.itemName}</Data>,
            isSource ? (
              <Badge key="is" tone="good">
                {t(text('是', 'Yes'))}
              </Badge>
            ) : source ? (
              <Badge key="is" tone="warn">
                {t(text('否，重复采集', 'No, repeated'))}
              </Badge>
            ) : (
              <Badge key="is">{t(text('尚无来源', 'No source yet'))}</Badge>
            ),
          ])}
        />
      )}
      <Pager next={held.next} />
    </Card>
  )
}

function History({ view: { history } }: { view: View }) {
  const t = useWords()
  if (history.length === 0) return null
  return (
    <Card title={t(text('历史', 'History'))}>
      <Table
        caption={t(text('已结束的来源和申报', 'Ended sources and proposals'))}
        head={[
          t(text('编号', 'Number')),
          t(text('辖区', 'Jurisdiction')),
          t(text('来源', 'Source')),
          t(text('结果', 'Outcome')),
          t(text('日期', 'Ended')),
          t(text('理由', 'Reason')),
        ]}
        rows={history.map(line => [
          <code key="number">{line.number}</code>,
          <Place key="place" code={line.division} />,
          <SourceOf key="source" of={{ ...line, isLate: false }} />,
          <SourceBadge key="state" state={line.state} />,
          <Moment key="at" at={line.endedAt} isDay />,
          line.reason ? <Data key="reason">{line.reason}</Data> : '—',
        ])}
      />
    </Card>
  )
}

function ElementPage({ view }: { view: View }) {
  const t = useWords()
  const { element } = view
  return (
    <>
      <Card title={t(text('数据元', 'Data element'))}>
        <Facts
          of={[
            [t(text('标识', 'Code')), <code key="code">{element.code}</code>],
            [t(text('定义', 'Definition')), t(text(element.definition, element.definitionEn))],
            element.standard !== null && [t(text('标准', 'Standard')), <Data key="standard">{element.standard}</Data>],
            element.synonyms.length > 0 && [
              t(text('同义名称', 'Synonyms')),
              <DataList key="synonyms" of={element.synonyms} />,
            ],
          ]}
        />
      </Card>
      <Sources view={view} />
      <Held view={view} />
      <History view={view} />
    </>
  )
}

export const elementPages: Route[] = [
  page({
    at: 'GET /sources/:code',
    operation: 'showSource',
    permission: 'data-element.read',
    summary: text('数据元的权威来源', 'The sources of a data element'),
    params: { code: Type.String({ pattern: '^[a-z][a-z0-9-]{1,39}$' }) },
    query: { after: PageQuery.after },
    run: async (rx, { params: { code }, query }) => {
      const element = await elementByCode(rx, code)
      const view: View = {
        element,
        inForce: await sourceLines(rx, { element: code, state: 'in_force' }, { limit: 5000 }),
        open: await sourceLines(rx, { element: code, isOpen: true }, { limit: 5000 }),
        history: await sourceLines(rx, { element: code, isEnded: true }, { limit: historyLength }),
        held: await carriersOf(rx, { element: code, after: query.after }),
        now: rx.now,
      }
      return {
        title: elementName(element),
        trail: [['/sources', text('一数一源', 'One source per datum')]],
        body: <ElementPage view={view} />,
      }
    },
  }),
]
