import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  changeText,
  countLines,
  type ImportLineRow,
  type ImportRow,
  type ImportState,
  importMachine,
  listImportLines,
  type Outcome,
  outcomes,
  readImport,
} from '../../modules/resources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Confirm, Form, Submit } from '../../web/form.tsx'
import {
  Badge,
  Bytes,
  Card,
  Empty,
  Facts,
  Moment,
  Notice,
  Pager,
  State,
  Table,
  Tabs,
  type Tone,
  withQuery,
} from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'
import { importTones, importTrail } from './importing.tsx'

const tones: Readonly<Record<Outcome, Tone>> = {
  new: 'good',
  changed: 'info',
  unchanged: 'quiet',
  refused: 'bad',
  stale: 'warn',
  written: 'good',
}

interface Shown {
  readonly row: ImportRow
  readonly lines: Awaited<ReturnType<typeof listImportLines>>
  readonly counts: ReadonlyMap<string, number>
  readonly outcome: Outcome | undefined
}

function Findings({ of }: { of: ImportLineRow }) {
  const t = useWords()
  const { language } = useReader()
  if (of.errors.length > 0)
    return (
      <ul class="plain-list mb-0">
        {of.errors.map((error, i) => (
          <li key={i}>
            <strong>
              {error.sheet === 'items' ? t(text('信息项', 'Items')) : t(text('目录', 'Entries'))} {error.column}
              {error.row} {t(error.heading)}
            </strong>
            {t(text('：', ': '))}
            {t(error.message)}
            {t(text('；', '; '))}
            {t(error.remedy)}
          </li>
        ))}
      </ul>
    )
  if (of.changes.length > 0)
    return (
      <ul class="plain-list mb-0">
        {of.changes.map((change, i) => (
          <li key={i}>
            <Data>{changeText(change, language)}</Data>
          </li>
        ))}
      </ul>
    )
  return <>{t(text(`${of.items.length} 个信息项`, `${of.items.length} items`))}</>
}

function Lines({ shown: { row, lines, counts, outcome } }: { shown: Shown }) {
  const t = useWords()
  const { path } = useReader()
  const known = (Object.keys(outcomes) as Outcome[]).filter(each => (counts.get(each) ?? 0) > 0 || each === outcome)
  const tabs = [
    { href: path, words: t(text('全部', 'All')), isHere: outcome === undefined },
    ...known.map(each => ({
      href: withQuery(path, { outcome: each }),
      words: t(outcomes[each]),
      count: counts.get(each) ?? 0,
      isHere: each === outcome,
    })),
  ]
  return (
    <Card title={t(text('逐行结果', 'Row by row'))}>
      <Tabs of={tabs} />
      {lines.items.length === 0 ? (
        <Empty title={t(text('没有这样的行', 'No such row'))} icon="table">
          <a href={`/institution/resources/imports/${row.id}`}>{t(text('查看全部', 'See all'))}</a>
        </Empty>
      ) : (
        <Table
          head={[t(text('行', 'Row')), t(text('结果', 'Result')), t(text('名称和说明', 'Name, and what it means'))]}
          nums={[0]}
          rows={lines.items.map(line => [
            line.sheet === 'items' ? t(text(`信息项 ${line.rowNo}`, `Items ${line.rowNo}`)) : line.rowNo,
            <Badge key="outcome" tone={tones[line.outcome as Outcome]}>
              {t(outcomes[line.outcome as Outcome])}
            </Badge>,
            <div key="name">
              {line.versionId ? (
                <a href={`/institution/resources/${line.versionId}`}>
                  <Data>{line.nameZh}</Data>
                </a>
              ) : (
                <Data>{line.nameZh || '—'}</Data>
              )}
              {line.code && (
                <>
                  {' '}
                  <code>{line.code}</code>
                </>
              )}
              <div class="text-secondary">
                <Findings of={line} />
              </div>
            </div>,
          ])}
        />
      )}
      <Pager next={lines.next} />
    </Card>
  )
}

function Decision({ row }: { row: ImportRow }) {
  const t = useWords()
  const { form, can } = useReader()
  const accepted = row.newLines + row.changedLines
  const discard = `POST /resource-imports/${row.id}/discard`
  const here = `/institution/resources/imports/${row.id}`
  if (row.state === 'confirmed')
    return (
      <div class="stack">
        <Notice
          tone="good"
          title={t(text(`已生成 ${row.writtenLines} 份草稿`, `${row.writtenLines} draft(s) were made`))}
        >
          {t(text('草稿须提交审核后才会发布。', 'They are published only after they are submitted and reviewed.'))}
        </Notice>
        {(row.writtenLines ?? 0) > 0 && can('resource.submit') && (
          <a class="btn btn-primary" href="/institution/resources/submit">
            {t(text('批量提交审核', 'Submit them for review'))}
          </a>
        )}
        <a href="/institution/resources/import">{t(text('再导入一个文件', 'Import another file'))}</a>
      </div>
    )
  if (row.state === 'discarded')
    return <a href="/institution/resources/import">{t(text('重新上传', 'Upload again'))}</a>
  return (
    <div class="stack">
      {accepted > 0 ? (
        <Form to={`POST /resource-imports/${row.id}/confirm`} then={here}>
          <p>
            {t(
              text(
                `将新编 ${row.newLines} 份、修改 ${row.changedLines} 份目录，成为草稿；未通过的 ${row.refusedLines} 行不写入。`,
                `${row.newLines} new and ${row.changedLines} changed entries become drafts; ${row.refusedLines} refused row(s) are not written.`,
              ),
            )}
          </p>
          <Submit>{t(text('确认导入', 'Confirm the import'))}</Submit>
        </Form>
      ) : (
        <Notice tone="warn" title={t(text('没有可以导入的行', 'No row can be imported'))}>
          {t(text('下载结果，按说明修改后重新上传。', 'Download the result, mend it and upload it again.'))}
        </Notice>
      )}
      <Confirm
        label={text('放弃此次导入', 'Give this import up')}
        tone="plain"
        consequence={text('放弃后须重新上传；目录不受影响。', 'You would have to upload again; no entry is touched.')}
        isOpen={form?.to === discard}
      >
        <Form to={discard} then="/institution/resources/import">
          <Submit tone="danger">{t(text('确认放弃', 'Give up'))}</Submit>
        </Form>
      </Confirm>
    </div>
  )
}

function Preview({ shown }: { shown: Shown }) {
  const t = useWords()
  const { row } = shown
  const lang = useReader().language === 'en' ? 'en' : 'zh'
  return (
    <div class="split">
      <div>
        {row.notes.map(({ message }) => (
          <Notice key={message.en} tone="warn">
            {t(message)}
          </Notice>
        ))}
        {row.state === 'ready' && row.refusedLines > 0 && (
          <Notice tone="warn" title={t(text(`${row.refusedLines} 行未通过`, `${row.refusedLines} row(s) refused`))}>
            {t(
              text(
                '可先导入其余各行；未通过的在结果文件中修改后再次上传。',
                'The others can be imported now; mend these in the result file and upload it again.',
              ),
            )}
          </Notice>
        )}
        <Lines shown={shown} />
      </div>
      <div>
        <Card title={t(text('办理', 'What to do'))}>
          <Facts
            of={[
              [
                t(text('状态', 'State')),
                <State key="state" machine={importMachine} state={row.state as ImportState} tones={importTones} />,
              ],
              [t(text('新增', 'New')), row.newLines],
              [t(text('变更', 'Changed')), row.changedLines],
              [t(text('无变化', 'Unchanged')), row.unchangedLines],
              [t(text('未通过', 'Refused')), row.refusedLines],
              [t(text('文件大小', 'Size')), <Bytes key="bytes" of={row.bytes} />],
              [t(text('上传', 'Uploaded')), <Moment key="at" at={row.createdAt} />],
            ]}
          />
          <p class="mt-3">
            <a href={`/api/v1/resource-imports/${row.id}/result?lang=${lang}`}>
              {t(text('下载逐行结果（Excel）', 'Download the result of each row (Excel)'))}
            </a>
          </p>
          <hr class="my-3" />
          <Decision row={row} />
        </Card>
      </div>
    </div>
  )
}

async function shownOf(rx: Rx, id: string, query: { outcome?: string; after?: string }): Promise<Shown> {
  return {
    row: await readImport(rx, id),
    lines: await listImportLines(rx, id, { outcome: query.outcome, after: query.after }),
    counts: await countLines(rx, id),
    outcome: query.outcome as Outcome | undefined,
  }
}

export const previewPages: Route[] = [
  page({
    at: 'GET /institution/resources/imports/:id',
    operation: 'showResourceImport',
    permission: 'resource.import',
    summary: text('导入预览', 'Preview of an import'),
    params: { id: Id },
    query: { outcome: Type.Optional(Type.String({ enum: Object.keys(outcomes) })), after: PageQuery.after },
    run: async (rx, { params, query }) => {
      const shown = await shownOf(rx, params.id, query)
      return {
        title: text(`导入：${shown.row.fileName}`, `Import: ${shown.row.fileName}`),
        trail: [...importTrail, ['/institution/resources/import', text('批量导入、导出', 'Import and export')]],
        body: <Preview shown={shown} />,
      }
    },
  }),
]
