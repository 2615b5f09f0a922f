import { text } from '../../kernel/text.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Count, Table } from '../../web/parts.tsx'
import type { VersionView } from './version.tsx'
import { percent, typeWords } from './words.ts'

/** Columns whose notes are asked for on one page: more would be a form that no one reads. */
export const columnsAtOnce = 60

type Column = VersionView['data']['columns'][number]

function ColumnFacts({ column, rows }: { column: Column; rows: number }) {
  const t = useWords()
  const range = column.min === null ? null : `${column.min} – ${column.max}`
  return (
    <p class="column-facts">
      <span>
        {t(text('空值', 'Empty'))} <Count of={column.nullCount} />
        {column.nullCount > 0 && ` (${percent(column.nullCount, rows)})`}
      </span>
      <span>
        {t(text('不同值', 'Distinct'))} <Count of={column.distinctCount} />
      </span>
      {range && (
        <span>
          {t(text('范围', 'Range'))} {range}
        </span>
      )}
      {column.example !== null && (
        <span>
          {t(text('示例', 'Example'))} <code>{column.example}</code>
        </span>
      )}
    </p>
  )
}

function ColumnFields({ view, column, i }: { view: VersionView; column: Column; i: number }) {
  const t = useWords()
  const suggestion = view.suggestions.find(each => each.name === column.name)
  const suspect = view.suspects.find(each => each.name === column.name)
  const source =
    suggestion?.source === 'earlier'
      ? text('沿用本机构此前对同名字段的说明，请核对', 'As you described a column of this name before; please check')
      : text('单位取自字段名，请核对', 'The unit stands in the name of the column; please check')
  return (
    <fieldset class="column">
      <legend>
        {column.name} <Badge>{t(typeWords[column.type] ?? text(column.type, column.type))}</Badge>
        {suspect && <Badge tone="warn">{t(text(`像是${suspect.kind.zh}`, `looks like ${suspect.kind.en}`))}</Badge>}
      </legend>
      <ColumnFacts column={column} rows={view.row.rows ?? 0} />
      <input type="hidden" name={`columns.${i}.name`} value={column.name} />
      <div class="column-fields">
        <Field
          name={`columns.${i}.meaning`}
          label={text('含义', 'Meaning')}
          value={column.meaning ?? suggestion?.meaning ?? ''}
          maxLength={500}
        />
        <Field
          name={`columns.${i}.unit`}
          label={text('单位', 'Unit')}
          value={column.unit ?? suggestion?.unit ?? ''}
          maxLength={40}
        />
        <Field
          name={`columns.${i}.isSensitive`}
          kind="check"
          label={text('敏感字段', 'Sensitive')}
          value={column.isSensitive ?? suggestion?.isSensitive ?? false}
        />
      </div>
      {suggestion && <small class="form-hint">{t(source)}</small>}
    </fieldset>
  )
}

/** The columns whose notes are read only: for whoever may look and not confirm. */
function Dictionary({ view }: { view: VersionView }) {
  const t = useWords()
  return (
    <Table
      head={[t(text('字段', 'Column')), t(text('类型', 'Type')), t(text('含义', 'Meaning')), t(text('单位', 'Unit'))]}
      rows={view.data.columns.map(column => [
        column.name,
        <span class="text-nowrap">{t(typeWords[column.type] ?? text(column.type, column.type))}</span>,
        column.meaning ?? '—',
        column.unit ?? '—',
      ])}
    />
  )
}

function Slices({ view }: { view: VersionView }) {
  const t = useWords()
  const { length } = view.data.columns
  if (length <= columnsAtOnce) return null
  const starts = Array.from({ length: Math.ceil(length / columnsAtOnce) }, (_, i) => i * columnsAtOnce)
  return (
    <p class="row-gap">
      {t(text('字段：', 'Columns: '))}
      {starts.map(start => (
        <a
          key={start}
          href={`/vendor/versions/${view.row.id}?from=${start}`}
          aria-current={start === view.from ? 'page' : undefined}
        >
          {start + 1}–{Math.min(start + columnsAtOnce, length)}
        </a>
      ))}
    </p>
  )
}

/** What the vendor says of each column, filled in with what it said before and what stands in the names. */
export function ColumnForm({ view }: { view: VersionView }) {
  const t = useWords()
  const { can } = useReader()
  const { row, data, from } = view
  const isConfirmed = row.state === 'confirmed'
  const shown = data.columns.slice(from, from + columnsAtOnce)
  return (
    <Card title={t(text('字段说明', 'Data dictionary'))} id="columns">
      <p class="form-hint mb-3">
        {t(
          text(
            '名称和类型由文件读取，不可修改；含义和单位会写进合同附件。标为敏感的字段，其取值不会出现在公开的样例和统计中。',
            'Names and types were read and stay as they are; meaning and unit go into the contract. Values of sensitive columns appear in no public sample or profile.',
          ),
        )}
      </p>
      <Slices view={view} />
      {can('data-version.confirm') ? (
        <Form to={`POST /data-versions/${row.id}/confirm`} data-guard>
          {shown.map((column, i) => (
            <ColumnFields key={column.name} view={view} column={column} i={i} />
          ))}
          <Submit tone={isConfirmed ? 'plain' : 'primary'}>
            {t(
              isConfirmed ? text('保存字段说明', 'Save the dictionary') : text('确认读取结果', 'Confirm what was read'),
            )}
          </Submit>
        </Form>
      ) : (
        <Dictionary view={view} />
      )}
    </Card>
  )
}

/** The first rows of the file, as they stand in it. */
export function Sample({ view: { data } }: { view: VersionView }) {
  const t = useWords()
  return (
    <section>
      <h2>{t(text('文件的前几行', 'The first rows of the file'))}</h2>
      <Table
        caption={t(
          text('原样显示，敏感字段在公开页面上会被遮盖。', 'As they stand; the public sees no sensitive values.'),
        )}
        head={data.columns.map(column => column.name)}
        rows={data.sample.slice(0, 10).map(row => row.map(cell => cell ?? '—'))}
        nums={data.columns.flatMap((column, i) => (column.type === 'integer' || column.type === 'decimal' ? [i] : []))}
      />
    </section>
  )
}
