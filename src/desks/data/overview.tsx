import type { Route } from '../../kernel/http/route.ts'
import { type Text, text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  type DataVersion,
  dataVersionOf,
  maskMethods,
  ownDataVersion,
  versionMachine,
} from '../../modules/data/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Bytes, Card, Copyable, Count, Facts, Moment, Notice, State, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Histogram, TopValues } from '../public/chart.tsx'
import { Data } from '../public/parts.tsx'
import { delimiterWords, divisionNames, percent, typeWords, versionTones } from '../vendor/words.ts'
import { Cell, dataTrail, isReadable, numberPlaces, Views } from './parts.tsx'

type Row = Awaited<ReturnType<typeof ownDataVersion>>
type Column = DataVersion['columns'][number]

interface Overview {
  readonly row: Row
  readonly version: DataVersion
}

/** Columns whose spread is drawn at once; the others are behind a door. */
const drawn = 12

/** The version that this one was made of, and what was done to its columns. */
function Lineage({ of: { derivedFromId, derivation, encoding } }: { of: Row }) {
  const t = useWords()
  return (
    <>
      <a href={`/data-versions/${derivedFromId}`}>{t(text('原版本', 'the version before'))}</a>
      {derivation?.map(({ name, method }) => (
        <span key={name}>
          {t(text('；', '; '))}
          <Data>{name}</Data> {t(maskMethods[method])}
        </span>
      ))}
      {encoding && <span>{t(text('；以 UTF-8 编码写成', '; written in UTF-8'))}</span>}
    </>
  )
}

function FileFacts({ of: { row } }: { of: Overview }) {
  const t = useWords()
  const range = row.timeRange
  return (
    <Card title={t(text('文件', 'The file'))}>
      <Facts
        of={[
          [
            t(text('状态', 'State')),
            <State
              key="state"
              machine={versionMachine}
              state={row.state as keyof typeof versionMachine.states}
              tones={versionTones}
            />,
          ],
          [t(text('行数', 'Rows')), <Count key="rows" of={row.rows ?? 0} />],
          [t(text('字段数', 'Columns')), <Count key="columns" of={row.columns?.length ?? 0} />],
          [
            t(text('格式', 'Format')),
            <>
              {row.format?.toUpperCase()}
              {row.encoding && ` · ${row.encoding}`}
              {row.delimiter && ` · ${t(text('分隔符：', 'delimiter: '))}${t(delimiterWords(row.delimiter))}`}
            </>,
          ],
          [t(text('大小', 'Size')), <Bytes key="bytes" of={row.bytes} />],
          range
            ? [
                t(text('时间范围', 'Time range')),
                <>
                  {range.from} – {range.to} (<Data>{range.column}</Data>)
                </>,
              ]
            : null,
          row.divisions && row.divisions.length > 0
            ? [t(text('行政区划', 'Divisions')), t(divisionNames(row.divisions))]
            : null,
          row.derivedFromId ? [t(text('由来', 'Made of')), <Lineage key="lineage" of={row} />] : null,
          [t(text('上传时间', 'Uploaded')), <Moment key="at" at={row.createdAt} />],
          ['SHA-256', <Copyable key="sha">{row.sha256}</Copyable>],
        ]}
      />
    </Card>
  )
}

function Dictionary({ of: { version } }: { of: Overview }) {
  const t = useWords()
  const rows = version.rows ?? 0
  return (
    <section>
      <h2>{t(text('字段', 'Columns'))}</h2>
      <Table
        caption={t(
          text(
            '由完整文件读出；五万行以上的不同值为估计值。',
            'Read from the whole file; beyond 50,000 rows the number of different values is an estimate.',
          ),
        )}
        nums={[3, 4]}
        head={[
          t(text('字段', 'Column')),
          t(text('类型', 'Type')),
          t(text('含义', 'Meaning')),
          t(text('空值', 'Empty')),
          t(text('不同值', 'Distinct')),
          t(text('范围', 'Range')),
        ]}
        rows={version.columns.map(column => [
          <a key="name" href={`/data-versions/${version.id}/rows?column=${encodeURIComponent(column.name)}#filter`}>
            <Data>{column.name}</Data>
          </a>,
          <span key="type" class="text-nowrap">
            {t(typeWords[column.type] ?? text(column.type, column.type))}
          </span>,
          column.meaning ? <Data key="meaning">{column.meaning}</Data> : '—',
          percent(column.nullCount, rows),
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
    </section>
  )
}

function Spread({ of, rows }: { of: Column; rows: number }) {
  return (
    <section class="card card-body column-card" aria-label={of.name}>
      <h3>
        <Data>{of.name}</Data>
      </h3>
      {of.histogram && of.histogram.length > 0 ? (
        <Histogram name={of.name} of={of.histogram} {...(of.unit && { unit: of.unit })} />
      ) : (
        <TopValues name={of.name} of={of.topValues ?? []} rows={rows} />
      )}
    </section>
  )
}

function Spreads({ of: { version } }: { of: Overview }) {
  const t = useWords()
  const shown = version.columns.filter(({ histogram, topValues }) => histogram?.length || topValues?.length)
  if (shown.length === 0) return null
  const show = (columns: readonly Column[]) => (
    <div class="columns spreads">
      {columns.map(column => (
        <Spread key={column.name} of={column} rows={version.rows ?? 0} />
      ))}
    </div>
  )
  return (
    <section>
      <h2>{t(text('取值分布', 'How values are spread'))}</h2>
      {show(shown.slice(0, drawn))}
      {shown.length > drawn && (
        <details>
          <summary>{t(text(`其余 ${shown.length - drawn} 个字段`, `${shown.length - drawn} more columns`))}</summary>
          {show(shown.slice(drawn))}
        </details>
      )}
    </section>
  )
}

function FirstRows({ of: { version } }: { of: Overview }) {
  const t = useWords()
  return (
    <section>
      <h2>{t(text('前几行', 'The first rows'))}</h2>
      <Table
        caption={t(text('原样显示', 'As they stand in the file'))}
        nums={numberPlaces(version.columns)}
        head={version.columns.map(({ name }) => <Data key={name}>{name}</Data>)}
        rows={version.sample.slice(0, 5).map(row => row.map((cell, i) => <Cell key={i} of={cell} />))}
      />
    </section>
  )
}

const unreadable: Readonly<Record<string, Text>> = {
  profiling: text('文件正在读取，稍后即可查看。', 'The file is being read; look again in a moment.'),
  unscanned: text(
    '文件正在等待病毒检测，通过后才会读取。',
    'The file waits for its malware scan and is read after it.',
  ),
  failed: text('文件未能读取。', 'The file could not be read.'),
  discarded: text('此数据版本已移除。', 'This version was put away.'),
}

/** A version that has no rows to show: why, and where to go. */
function Unreadable({ of: { row } }: { of: Overview }) {
  const t = useWords()
  const isWaiting = row.state === 'profiling' || row.state === 'unscanned'
  const words = row.failure?.message ?? unreadable[row.state] ?? versionMachine.states.failed
  return (
    <Notice tone={row.state === 'failed' ? 'bad' : 'info'} title={t(words)}>
      {row.failure && <p>{t(row.failure.remedy)}</p>}
      <a href={isWaiting ? `/data-versions/${row.id}` : '/vendor/upload'}>
        {isWaiting ? t(text('刷新', 'Reload')) : t(text('到上传页处理', 'Go to the uploads'))}
      </a>
    </Notice>
  )
}

function OverviewPage({ of }: { of: Overview }) {
  const t = useWords()
  if (!isReadable(of.row)) return <Unreadable of={of} />
  return (
    <>
      <Views id={of.row.id} at="" />
      {of.row.warnings && of.row.warnings.length > 0 && (
        <Notice tone="warn" title={t(text('请留意', 'Please look at'))}>
          <ul class="mb-0">
            {of.row.warnings.map(each => (
              <li key={each.en}>{t(each)}</li>
            ))}
          </ul>
        </Notice>
      )}
      <FileFacts of={of} />
      <Dictionary of={of} />
      <Spreads of={of} />
      <FirstRows of={of} />
    </>
  )
}

function Describe({ id, isOpen }: { id: string; isOpen: boolean }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <>
      {can('data-version.read-risk') && (
        <a class="btn" href={`/data-versions/${id}/assessment`}>
          {t(text('分级与风险评估', 'Grade and risk'))}
        </a>
      )}
      {isOpen && can('data-version.mask') && (
        <a class="btn" href={`/data-versions/${id}/mask`}>
          {t(text('脱敏', 'Mask columns'))}
        </a>
      )}
      {can('product.read-draft') && (
        <a class="btn" href={`/vendor/versions/${id}`}>
          {t(text('说明与使用', 'Describe and use'))}
        </a>
      )}
    </>
  )
}

export const overviewPages: Route[] = [
  page({
    at: 'GET /data-versions/:id',
    operation: 'showVersionOverview',
    permission: 'data-version.read',
    summary: text('数据版本的概况', 'What a data version holds'),
    params: { id: Id },
    run: async (rx, { params }) => {
      const row = await ownDataVersion(rx, params.id)
      const version = await dataVersionOf(rx, params.id)
      return {
        title: text(row.fileName, row.fileName),
        trail: [dataTrail],
        actions: <Describe id={row.id} isOpen={isReadable(row)} />,
        body: <OverviewPage of={{ row, version }} />,
      }
    },
  }),
]
