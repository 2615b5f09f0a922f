import { Type } from 'typebox'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { listDataVersions, versionMachine } from '../../modules/data/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Bytes, Count, Empty, Moment, Pager, State, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { versionTones } from '../vendor/words.ts'
import { isReadable } from './parts.tsx'

type Versions = Awaited<ReturnType<typeof listDataVersions>>

function List({ items, next }: Versions) {
  const t = useWords()
  const { can } = useReader()
  if (items.length === 0)
    return (
      <Empty title={t(text('还没有数据', 'There is no data yet'))} icon="table">
        {can('data-version.upload') && (
          <a class="btn btn-primary" href="/vendor/upload">
            {t(text('上传数据', 'Upload data'))}
          </a>
        )}
      </Empty>
    )
  return (
    <>
      <Table
        head={[
          t(text('文件', 'File')),
          t(text('状态', 'State')),
          t(text('行数', 'Rows')),
          t(text('字段数', 'Columns')),
          t(text('大小', 'Size')),
          t(text('上传时间', 'Uploaded')),
          t(text('查看', 'Look at')),
        ]}
        nums={[2, 3, 4]}
        rows={items.map(row => [
          <a key="file" href={`/data-versions/${row.id}`}>
            <Data>{row.fileName}</Data>
          </a>,
          <State
            key="state"
            machine={versionMachine}
            state={row.state as keyof typeof versionMachine.states}
            tones={versionTones}
          />,
          row.rows === null ? '—' : <Count of={row.rows} />,
          row.columns === null ? '—' : <Count of={row.columns.length} />,
          <Bytes key="bytes" of={row.bytes} />,
          <Moment key="at" at={row.createdAt} />,
          isReadable(row) ? (
            <span class="row-gap" key="look">
              <a href={`/data-versions/${row.id}/rows`}>{t(text('数据行', 'Rows'))}</a>
              <a href={`/data-versions/${row.id}/quality`}>{t(text('质量', 'Quality'))}</a>
              <a href={`/data-versions/${row.id}/difference`}>{t(text('差异', 'Differences'))}</a>
            </span>
          ) : (
            '—'
          ),
        ])}
      />
      <Pager next={next} />
    </>
  )
}

export const listPages: Route[] = [
  page({
    at: 'GET /data-versions',
    operation: 'showDataVersions',
    permission: 'data-version.list',
    summary: text('本机构的数据', 'Data of the organisation'),
    query: { after: Type.Optional(PageQuery.after) },
    run: async (rx, { query }, { can }) => ({
      title: text('数据查看', 'My data'),
      lead: text(
        '每个数据版本的概况、数据行、质量，以及与其他版本的差异。',
        'Each version of your data: what it holds, its rows, its quality, and how it differs from another.',
      ),
      ...(can('data-version.upload') && { actions: <UploadLink /> }),
      body: <List {...(await listDataVersions(rx, query))} />,
    }),
  }),
]

function UploadLink() {
  const t = useWords()
  return (
    <a class="btn btn-primary" href="/vendor/upload">
      {t(text('上传数据', 'Upload data'))}
    </a>
  )
}
