import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  type DataVersion,
  type Difference,
  diffVersions,
  listDataVersions,
  openOwnVersion,
} from '../../modules/data/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Card, Count, Empty, Notice, Stat, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { langOf } from '../public/words.ts'
import { typeWords } from '../vendor/words.ts'
import { type Asked, asked, Cell, dataTrail, isReadable, Refusal, Views } from './parts.tsx'

interface Other {
  readonly id: string
  readonly fileName: string
  readonly createdAt: Date
}

interface Shown {
  readonly version: DataVersion
  readonly others: readonly Other[]
  readonly from: string | undefined
  readonly key: readonly string[]
  readonly difference: Asked<Difference> | undefined
}

/** Columns that are offered as a key: more would be a form that no one reads. */
const offeredKeys = 60

function Choice({ of: { version, others, from, key } }: { of: Shown }) {
  const t = useWords()
  const { language } = useReader()
  const day = new Intl.DateTimeFormat(language, { timeZone: 'Asia/Shanghai', dateStyle: 'medium', timeStyle: 'short' })
  return (
    <Card title={t(text('与哪个版本比较', 'Compare with'))}>
      <form method="get" action={`/data-versions/${version.id}/difference`}>
        <div class="mb-3">
          <label class="form-label" for="difference-from">
            {t(text('较早的版本', 'The earlier version'))}
          </label>
          <select class="form-select" id="difference-from" name="from" required>
            {others.map(other => (
              <option
                key={other.id}
                value={other.id}
                selected={other.id === from}
                lang={langOf(language, other.fileName)}
                data-words="data"
              >
                {`${other.fileName} · ${day.format(other.createdAt)}`}
              </option>
            ))}
          </select>
        </div>
        <details class="mb-3" open={key.length > 0}>
          <summary>{t(text('按哪些列对应同一行（可不选）', 'Columns by which rows are the same (optional)'))}</summary>
          <p class="form-hint">
            {t(
              text(
                '不选时，先找一列在两个版本中都能区分每一行的标识；找不到就按整行比较。',
                'Without a choice, a column is sought that tells rows apart in both versions; if there is none, whole rows are compared.',
              ),
            )}
          </p>
          <div class="columns">
            {version.columns.slice(0, offeredKeys).map(({ name }) => (
              <label class="form-check" key={name}>
                <input class="form-check-input" type="checkbox" name="key" value={name} checked={key.includes(name)} />
                <span class="form-check-label">
                  <Data>{name}</Data>
                </span>
              </label>
            ))}
          </div>
        </details>
        <button type="submit" class="btn btn-primary">
          {t(text('比较', 'Compare'))}
        </button>
      </form>
    </Card>
  )
}

function SchemaChanges({ of: { schema } }: { of: Difference }) {
  const t = useWords()
  const kind = (type: string) => t(typeWords[type] ?? text(type, type))
  const rows = [
    ...schema.added.map(({ name, type }) => [t(text('新增', 'Added')), name, kind(type)] as const),
    ...schema.removed.map(({ name, type }) => [t(text('删除', 'Removed')), name, kind(type)] as const),
    ...schema.changed.map(
      ({ name, from, to }) => [t(text('类型改变', 'Another type')), name, `${kind(from)} → ${kind(to)}`] as const,
    ),
  ]
  return (
    <section>
      <h2>{t(text('字段的变化', 'Columns'))}</h2>
      {rows.length === 0 ? (
        <p>{t(text('字段和类型没有变化。', 'Columns and types are the same.'))}</p>
      ) : (
        <Table
          head={[t(text('变化', 'Change')), t(text('字段', 'Column')), t(text('类型', 'Type'))]}
          rows={rows.map(([change, name, type]) => [change, <Data key="name">{name}</Data>, type])}
        />
      )}
    </section>
  )
}

function Samples({ of }: { of: Difference }) {
  const t = useWords()
  const list = (title: string, rows: readonly (readonly (string | null)[])[]) =>
    rows.length > 0 && (
      <section>
        <h2>{title}</h2>
        <Table
          caption={t(text(`前 ${rows.length} 行`, `The first ${rows.length}`))}
          head={of.columns.map(name => <Data key={name}>{name}</Data>)}
          rows={rows.map(row => row.map((cell, i) => <Cell key={i} of={cell} />))}
        />
      </section>
    )
  return (
    <>
      {of.changedSample.length > 0 && (
        <section>
          <h2>{t(text('改动的行', 'Rows that changed'))}</h2>
          <Table
            caption={t(text(`前 ${of.changedSample.length} 行`, `The first ${of.changedSample.length}`))}
            head={[of.key.join(' · '), t(text('字段', 'Column')), t(text('原来', 'Before')), t(text('现在', 'Now'))]}
            rows={of.changedSample.flatMap(({ key, cells }) =>
              cells.map(({ column, from, to }) => [
                <Cell key="key" of={key.join(' · ')} />,
                <Data key="column">{column}</Data>,
                <Cell key="from" of={from} />,
                <Cell key="to" of={to} />,
              ]),
            )}
          />
        </section>
      )}
      {list(t(text('新增的行', 'Rows that were added')), of.addedSample)}
      {list(t(text('删除的行', 'Rows that were removed')), of.removedSample)}
    </>
  )
}

function Found({ of }: { of: Difference }) {
  const t = useWords()
  const { added, removed, changed, same } = of.rows
  const isSame = added + removed + changed === 0
  return (
    <>
      {isSame && <Notice tone="good" title={t(text('数据行没有变化', 'No row differs'))} />}
      <div class="stats">
        <Stat label={t(text('新增的行', 'Rows added'))}>
          <Count of={added} />
        </Stat>
        <Stat label={t(text('删除的行', 'Rows removed'))}>
          <Count of={removed} />
        </Stat>
        {of.key.length > 0 && (
          <Stat label={t(text('改动的行', 'Rows changed'))}>
            <Count of={changed} />
          </Stat>
        )}
        <Stat label={t(text('相同的行', 'Rows that are the same'))}>
          <Count of={same} />
        </Stat>
      </div>
      <p>
        {of.key.length > 0 ? (
          <>
            {t(text('按以下列对应同一行：', 'Rows are the same by: '))}
            <Data>{of.key.join(' · ')}</Data>
          </>
        ) : (
          t(
            text(
              '没有能区分每一行的列，按整行比较：改动的行算作一删一增。',
              'No column tells rows apart, so whole rows are compared: a changed row counts as one removed and one added.',
            ),
          )
        )}
      </p>
      <SchemaChanges of={of} />
      <Samples of={of} />
    </>
  )
}

function DifferencePage({ of }: { of: Shown }) {
  const t = useWords()
  return (
    <>
      <Views id={of.version.id} at="/difference" />
      {of.others.length === 0 ? (
        <Empty
          title={t(text('没有可以比较的其他版本', 'There is no other version to compare with'))}
          icon="git-compare"
        >
          <a href="/vendor/upload">{t(text('上传另一个版本', 'Upload another version'))}</a>
        </Empty>
      ) : (
        <Choice of={of} />
      )}
      {of.difference &&
        ('found' in of.difference ? <Found of={of.difference.found} /> : <Refusal of={of.difference.refusal} />)}
    </>
  )
}

/** The organisation's other readable versions, those with the most columns in common first. */
async function othersOf(rx: Rx, version: DataVersion): Promise<Other[]> {
  const { items } = await listDataVersions(rx, { limit: 100 })
  const names = new Set(version.columns.map(({ name }) => name))
  const common = (columns: readonly { readonly name: string }[] | null) =>
    (columns ?? []).filter(({ name }) => names.has(name)).length
  return items
    .filter(row => row.id !== version.id && isReadable(row))
    .map(row => ({ row, n: common(row.columns) }))
    .sort((a, b) => b.n - a.n)
    .map(({ row }) => row)
}

export const differencePages: Route[] = [
  page({
    at: 'GET /data-versions/:id/difference',
    operation: 'showDifference',
    permission: 'data-version.read',
    summary: text('数据版本的差异', 'How data versions differ'),
    params: { id: Id },
    query: {
      from: Type.Optional(Id),
      key: Type.Optional(Type.Array(Type.String({ maxLength: 1000 }), { maxItems: 10 })),
    },
    ahead: async ({ engine, actor }, { params, query }) => {
      if (query.from === undefined) return undefined
      const earlier = query.from
      const { from, to } = await engine.read(actor, async rx => ({
        to: await openOwnVersion(rx, params.id),
        from: await openOwnVersion(rx, earlier),
      }))
      return asked(() => diffVersions(engine.kit, actor, { from, to, ...(query.key && { key: query.key }) }))
    },
    run: async (rx, { params, query }, _reader, difference) => {
      const { version } = await openOwnVersion(rx, params.id)
      const { fileName } = version
      const others = await othersOf(rx, version)
      return {
        title: text(`${fileName}：版本差异`, `${fileName}: differences`),
        lead: text('增加、删除和改动了哪些字段和数据行。', 'Which columns and rows were added, removed or changed.'),
        trail: [dataTrail, [`/data-versions/${params.id}`, text(fileName, fileName)]],
        body: <DifferencePage of={{ version, others, from: query.from, key: query.key ?? [], difference }} />,
      }
    },
  }),
]
