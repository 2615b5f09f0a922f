import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { exportFormats, type PageQuery, readPage } from '../../modules/data/index.ts'
import { type OpenedData, openedDataOf, readEntry, readOpenedData } from '../../modules/resources/index.ts'
import { useWords } from '../../web/context.ts'
import { Bytes, Card, Copyable, Count, Empty, Facts, Moment, Table } from '../../web/parts.tsx'
import { exportAddress, openPlace, query } from '../data/asking.ts'
import { Cell } from '../data/parts.tsx'
import { RowsView, type Shown, shownRows } from '../data/rows.tsx'
import { page } from '../page.tsx'
import { percent, typeWords } from '../vendor/words.ts'
import { Data } from './parts.tsx'

const whole = { filters: [], sort: [], offset: 0, from: 0 }

/** On the page of an opened entry: look at its data, or take it. */
export function OpenedLinks({ of }: { of: OpenedData }) {
  const t = useWords()
  const place = openPlace(of.entryId)
  return (
    <div class="mb-3">
      <p class="row-gap">
        <a class="btn btn-primary" href={place.page}>
          {t(text('查看和筛选数据', 'See and filter the data'))}
        </a>
        <span>{t(text('下载：', 'Download: '))}</span>
        {exportFormats.map(format => (
          <a key={format} href={exportAddress(place, format, whole)} rel="nofollow" download>
            {format.toUpperCase()}
          </a>
        ))}
      </p>
      <p class="text-secondary mb-0">
        {t(text('无条件开放，无需登录；已下载 ', 'Open to everyone without signing in; downloaded '))}
        <Count of={of.downloads} />
        {t(text(' 次。', ' times.'))}
      </p>
    </div>
  )
}

function About({ of }: { of: OpenedData }) {
  const t = useWords()
  const { version } = of.data
  return (
    <Card title={t(text('数据', 'The data'))}>
      <Facts
        of={[
          [t(text('期次', 'No.')), of.attachment.sequenceNo],
          [t(text('挂接时间', 'Attached')), <Moment key="at" at={of.attachment.attachedAt} />],
          [t(text('行数', 'Rows')), <Count key="rows" of={version.rows ?? 0} />],
          [t(text('原文件大小', 'Size of the file')), <Bytes key="bytes" of={version.bytes} />],
          ['SHA-256', <Copyable key="sha">{version.sha256}</Copyable>],
          [t(text('下载次数', 'Downloads')), <Count key="downloads" of={of.downloads} />],
          of.withheld.length > 0 && [
            t(text('未开放的字段', 'Columns kept back')),
            t(
              text(
                `${of.withheld.length} 个（未编入目录，或属敏感字段）`,
                `${of.withheld.length} (no item of the entry, or sensitive)`,
              ),
            ),
          ],
        ]}
      />
    </Card>
  )
}

function Columns({ of }: { of: OpenedData }) {
  const t = useWords()
  const { version } = of.data
  return (
    <Card title={t(text('字段概况', 'The columns'))}>
      <Table
        caption={t(text('由完整文件读出', 'Read from the whole file'))}
        nums={[3, 4]}
        head={[
          t(text('字段', 'Column')),
          t(text('类型', 'Type')),
          t(text('含义', 'Meaning')),
          t(text('空值', 'Empty')),
          t(text('不同值', 'Distinct')),
          t(text('范围', 'Range')),
        ]}
        rows={version.columns
          .filter(({ name }) => !of.withheld.includes(name))
          .map(column => [
            <Data key="name">{column.name}</Data>,
            <span key="type" class="text-nowrap">
              {t(typeWords[column.type] ?? text(column.type, column.type))}
            </span>,
            column.meaning ? <Data key="meaning">{column.meaning}</Data> : '—',
            percent(column.nullCount, version.rows ?? 0),
            <Count key="distinct" of={column.distinctCount} />,
            column.min === null ? (
              '—'
            ) : (
              <>
                <Cell of={column.min} /> – <Cell of={column.max} />
              </>
            ),
          ])}
      />
    </Card>
  )
}

function Closed({ id }: { id: string }) {
  const t = useWords()
  return (
    <Empty title={t(text('目前没有向公众开放的数据', 'No data is open to the public at present'))} icon="table-off">
      {t(
        text(
          '该目录未列为无条件开放、尚未挂接数据，或数据已停止提供。',
          'The entry is not open without conditions, has no data yet, or its data is no longer provided.',
        ),
      )}{' '}
      <a href={`/resources/${id}`}>{t(text('查看目录', 'See the entry'))}</a>
    </Empty>
  )
}

export const openedRoutes: Route[] = [
  page({
    at: 'GET /resources/:id/data',
    operation: 'showOpenedData',
    permission: 'resource.read',
    summary: text('开放数据', 'Opened data'),
    params: { id: Id },
    query,
    ahead: async ({ engine, actor }, { params, query }): Promise<{ of: OpenedData; shown: Shown } | undefined> => {
      const of = await engine.read(actor, rx => openedDataOf(rx, params.id))
      if (!of) return undefined
      const { withheld, data } = of
      const columns = data.version.columns.filter(({ name }) => !withheld.includes(name))
      const read = (request: PageQuery) => readPage(engine.kit, actor, data, request, { withheld })
      return { of, shown: await shownRows(openPlace(params.id), columns, query, read) }
    },
    run: async (rx, { params }, _reader, found) => {
      const { version } = await readEntry(rx, params.id)
      // asked once more: the rows were read before this transaction began
      if (found) await readOpenedData(rx, params.id)
      return {
        title: text(`${version.nameZh}：数据`, `${version.nameEn ?? version.nameZh}: data`),
        lead: text(
          '无条件开放的数据，任何人可以查看、筛选和下载。',
          'Open without conditions: for anybody to see, filter and download.',
        ),
        trail: [
          ['/resources', text('资源目录', 'Resource catalog')],
          [`/resources/${params.id}`, text(version.nameZh, version.nameEn ?? version.nameZh)],
        ],
        cacheControl: 'no-store',
        body: found ? (
          <>
            <div class="mb-3">
              <RowsView of={found.shown} />
            </div>
            <Columns of={found.of} />
            <About of={found.of} />
          </>
        ) : (
          <Closed id={params.id} />
        ),
      }
    },
  }),
]
