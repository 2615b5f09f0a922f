import type { Rx } from '../../kernel/command.ts'
import type { Route } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import {
  countResources,
  type ImportRow,
  type ImportState,
  importMachine,
  listImports,
  maxEntryRows,
  maxItemRows,
  maxWorkbookBytes,
} from '../../modules/resources/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Count, Empty, Moment, Pager, State, Table, type Tone } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Data } from '../public/parts.tsx'

export const importTones: Partial<Record<ImportState, Tone>> = { ready: 'info', confirmed: 'good', discarded: 'quiet' }

export const importTrail = [
  ['/institution', text('机构工作台', 'Institution desk')],
  ['/institution/resources', text('资源目录', 'Resource catalog')],
] as const

const importTitle = text('批量导入、导出', 'Import and export')

function Exports({ total }: { total: number }) {
  const t = useWords()
  const lang = useReader().language === 'en' ? 'en' : 'zh'
  const address = (more: string) => `/api/v1/resource-versions/export?${more}&lang=${lang}`
  return (
    <Card title={t(text('导出本机构目录', 'Export your entries'))}>
      {total === 0 ? (
        <p class="mb-0">{t(text('还没有目录可导出。', 'There is no entry to export yet.'))}</p>
      ) : (
        <>
          <p>
            {t(
              text(
                '导出的工作簿与模板格式相同，修改后可直接上传：没有改动的行不受影响。',
                'The workbook has the template’s shape: change it and upload it again; rows left as they are stay as they are.',
              ),
            )}
          </p>
          <ul class="plain-list mb-0">
            <li>
              <a href={address('format=xlsx')}>
                {t(text('Excel 工作簿（目录和信息项）', 'Excel workbook (entries, items)'))}
              </a>
            </li>
            <li>
              <a href={address('format=csv')}>{t(text('CSV：目录', 'CSV: entries'))}</a>
            </li>
            <li>
              <a href={address('format=csv&sheet=items')}>{t(text('CSV：信息项', 'CSV: items'))}</a>
            </li>
          </ul>
        </>
      )}
    </Card>
  )
}

function Upload() {
  const t = useWords()
  const lang = useReader().language === 'en' ? 'en' : 'zh'
  return (
    <Card title={t(text('导入目录', 'Import entries'))}>
      <ol>
        <li>
          <a href={`/api/v1/resource-template?lang=${lang}`}>{t(text('下载模板', 'Download the template'))}</a>
          {t(text('，按“填写说明”填写；或使用导出的工作簿。', ', or take an exported workbook, and fill it in.'))}
        </li>
        <li>
          {t(
            text(
              '上传后逐行显示结果；确认之前不写入任何内容。',
              'Upload it: each row’s result is shown, and nothing is written before you confirm.',
            ),
          )}
        </li>
        <li>
          {t(text('确认后成为草稿，可一次提交审核。', 'Confirmed rows become drafts, which you submit together.'))}
        </li>
      </ol>
      <Form to="POST /resource-imports" then="/institution/resources/imports/{id}" hasFile>
        <Field
          name="file"
          kind="file"
          label={text('填好的工作簿（.xlsx）', 'The filled workbook (.xlsx)')}
          hint={text(
            `最多 ${maxEntryRows} 个目录、${maxItemRows} 个信息项，${maxWorkbookBytes / 1048576} MiB`,
            `At most ${maxEntryRows} entries, ${maxItemRows} items, ${maxWorkbookBytes / 1048576} MiB`,
          )}
          accept=".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
          isRequired
        />
        <Submit>{t(text('上传并预览', 'Upload and preview'))}</Submit>
      </Form>
    </Card>
  )
}

function Before({ found }: { found: Awaited<ReturnType<typeof listImports>> }) {
  const t = useWords()
  const row = (each: ImportRow) => [
    <a key="name" href={`/institution/resources/imports/${each.id}`}>
      <Data>{each.fileName}</Data>
    </a>,
    <State key="state" machine={importMachine} state={each.state as ImportState} tones={importTones} />,
    <Count key="new" of={each.newLines} />,
    <Count key="changed" of={each.changedLines} />,
    <Count key="refused" of={each.refusedLines} />,
    <Moment key="at" at={each.createdAt} />,
  ]
  return (
    <Card title={t(text('以往的导入', 'Imports so far'))}>
      {found.items.length === 0 ? (
        <Empty title={t(text('还没有导入过', 'Nothing was imported yet'))} icon="table">
          {t(text('下载模板，填好后在上面上传。', 'Download the template, fill it in and upload it above.'))}
        </Empty>
      ) : (
        <Table
          head={[
            t(text('文件', 'File')),
            t(text('状态', 'State')),
            t(text('新增', 'New')),
            t(text('变更', 'Changed')),
            t(text('未通过', 'Refused')),
            t(text('上传', 'Uploaded')),
          ]}
          nums={[2, 3, 4]}
          rows={found.items.map(row)}
        />
      )}
      <Pager next={found.next} />
    </Card>
  )
}

async function body(rx: Rx, after: string | undefined) {
  const found = await listImports(rx, { after })
  const counts = await countResources(rx)
  const total = [...counts].reduce((sum, [state, n]) => sum + (state === 'discarded' ? 0 : n), 0)
  return (
    <div class="split">
      <div>
        <Upload />
        <Before found={found} />
      </div>
      <div>
        <Exports total={total} />
      </div>
    </div>
  )
}

export const importingPages: Route[] = [
  page({
    at: 'GET /institution/resources/import',
    operation: 'showResourceImports',
    permission: 'resource.import',
    summary: importTitle,
    query: { after: PageQuery.after },
    run: async (rx, { query }) => ({
      title: importTitle,
      trail: [...importTrail],
      lead: text('一次编制或修改许多目录。', 'Make or change many entries at once.'),
      body: await body(rx, query.after),
    }),
  }),
]
