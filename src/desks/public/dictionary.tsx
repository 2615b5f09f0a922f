import { text } from '../../kernel/text.ts'
import { useWords } from '../../web/context.ts'
import { Count, Notice, Table } from '../../web/parts.tsx'
import { Histogram, TopValues } from './chart.tsx'
import { Data, Part } from './parts.tsx'
import type { ProductView } from './view.ts'
import { columnTypes } from './words.ts'

type Columns = ProductView['product']['data']['columns']
type Column = Columns[number]

/** Columns whose spread is drawn at once; the others are behind a door. */
const drawn = 12

const share = (part: number, whole: number): string => {
  if (whole === 0 || part === 0) return '0'
  const percent = (part / whole) * 100
  return percent < 0.1 ? '<0.1%' : `${percent.toFixed(percent < 10 ? 1 : 0)}%`
}

function Values({ of }: { of: Column }) {
  const t = useWords()
  if (of.isSensitive) return <span class="text-secondary">{t(text('敏感，不公开取值', 'Sensitive: not shown'))}</span>
  if (of.min !== null && of.max !== null && of.type !== 'text')
    return (
      <>
        <Data>{of.min}</Data> – <Data>{of.max}</Data>
      </>
    )
  return of.example === null ? (
    <>—</>
  ) : (
    <Data>{of.example.length > 60 ? `${of.example.slice(0, 60)}…` : of.example}</Data>
  )
}

/** What each column is, as it was read from the file and described by the vendor. */
export function Dictionary({ view: { product } }: { view: ProductView }) {
  const t = useWords()
  const { columns, rows } = product.data
  const head = [
    t(text('字段', 'Column')),
    t(text('类型', 'Type')),
    t(text('含义', 'Meaning')),
    t(text('单位', 'Unit')),
    t(text('缺失', 'Missing')),
    t(text('不同取值', 'Distinct')),
    t(text('范围或示例', 'Range or example')),
  ]
  return (
    <Part
      id="dictionary"
      title={t(text(`数据字典（${columns.length} 个字段）`, `Data dictionary (${columns.length} columns)`))}
    >
      <Table
        head={head}
        nums={[4, 5]}
        rows={columns.map(column => [
          <code key="name">
            <Data>{column.name}</Data>
          </code>,
          <span key="type" class="text-nowrap">
            {t(columnTypes[column.type] ?? text(column.type, column.type))}
          </span>,
          column.meaning ? <Data key="meaning">{column.meaning}</Data> : '—',
          column.unit ? <Data key="unit">{column.unit}</Data> : '—',
          share(column.nullCount, rows),
          <Count key="distinct" of={column.distinctCount} />,
          <Values key="values" of={column} />,
        ])}
      />
    </Part>
  )
}

function Spread({ of, rows }: { of: Column; rows: number }) {
  const t = useWords()
  return (
    <section class="card card-body column-card" aria-label={of.name}>
      <h3>
        <Data>{of.name}</Data>
      </h3>
      {of.meaning && (
        <p class="text-secondary">
          <Data>{of.meaning}</Data>
        </p>
      )}
      {of.histogram && of.histogram.length > 0 ? (
        <Histogram name={of.name} of={of.histogram} {...(of.unit && { unit: of.unit })} />
      ) : of.topValues && of.topValues.length > 0 ? (
        <TopValues name={of.name} of={of.topValues} rows={rows} />
      ) : (
        <p class="text-secondary">
          {of.isSensitive
            ? t(text('敏感字段，不公开取值分布。', 'A sensitive column; its spread is not shown.'))
            : t(
                text(
                  `${of.distinctCount} 个不同取值，没有可公开的分布。`,
                  `${of.distinctCount} different values; there is no spread to show.`,
                ),
              )}
        </p>
      )}
    </section>
  )
}

/** How the values of the columns are spread, read from the whole file. */
export function Spreads({ view: { product } }: { view: ProductView }) {
  const t = useWords()
  const { columns, rows } = product.data
  const isDrawn = (column: Column) => (column.histogram?.length ?? 0) > 0 || (column.topValues?.length ?? 0) > 0
  // what can be drawn comes first
  const ordered = [...columns.filter(isDrawn), ...columns.filter(column => !isDrawn(column))]
  const show = (of: Columns) => (
    <div class="columns spreads">
      {of.map(column => (
        <Spread key={column.name} of={column} rows={rows} />
      ))}
    </div>
  )
  if (!columns.some(isDrawn)) return null
  return (
    <Part id="spread" title={t(text('取值分布', 'How values are spread'))}>
      <p class="text-secondary">
        {t(
          text(
            '由交易服务机构读取完整文件得出；标识性和敏感字段不展示。',
            'Read from the whole file by the exchange; columns that identify or are sensitive are left out.',
          ),
        )}
      </p>
      {show(ordered.slice(0, drawn))}
      {ordered.length > drawn && (
        <details>
          <summary>
            {t(text(`其余 ${ordered.length - drawn} 个字段`, `${ordered.length - drawn} more columns`))}
          </summary>
          {show(ordered.slice(drawn))}
        </details>
      )}
    </Part>
  )
}

/** The first real rows of the file. */
export function Sample({ view: { product } }: { view: ProductView }) {
  const t = useWords()
  const { columns, sample } = product.data
  const hasSensitive = columns.some(column => column.isSensitive)
  // a file has rows, so that without a sample its data is not released
  if (sample.length === 0)
    return (
      <Part id="sample" title={t(text('样例', 'A sample'))}>
        <Notice tone="warn">
          {t(
            text(
              '该数据的风险评估目前无效或访问已暂停，不展示样例和数值。',
              'The data is not released at present: its risk assessment is not valid, or access is suspended. No sample and no values are shown.',
            ),
          )}
        </Notice>
      </Part>
    )
  return (
    <Part id="sample" title={t(text('样例', 'A sample'))}>
      <p class="text-secondary">
        {t(
          text(`文件的前 ${sample.length} 行，原样展示。`, `The first ${sample.length} rows of the file as they are.`),
        )}
      </p>
      {hasSensitive && (
        <Notice tone="info">
          {t(text('敏感字段的值以 *** 代替。', 'Values of sensitive columns are shown as ***.'))}
        </Notice>
      )}
      <Table
        caption={t(text('真实数据行', 'Real rows'))}
        nums={columns.flatMap((column, i) => (['integer', 'decimal'].includes(column.type) ? [i] : []))}
        head={columns.map(column => <Data key={column.name}>{column.name}</Data>)}
        rows={sample.map(row =>
          row.map((cell, i) =>
            cell === null || cell === '' ? (
              <span key={i} class="text-secondary">
                {t(text('空', 'empty'))}
              </span>
            ) : (
              <Data key={i}>{cell}</Data>
            ),
          ),
        )}
      />
    </Part>
  )
}
