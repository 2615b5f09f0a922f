import { Type } from 'typebox'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import {
  listBankStatements,
  listStatementLines,
  moneyWaiting,
  statementColumns,
  toStatement,
} from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Count, Empty, Moment, Money, Pager, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { Lines } from './lines.tsx'
import { cutPage, deskTrail, StateTabs } from './parts.tsx'
import { showStatement } from './statement.tsx'

const statementTrail = text('对账单', 'Bank statements')

function Import() {
  const t = useWords()
  const { can } = useReader()
  if (!can('bank-statement.import')) return <p>{t(text('对账单由财务导入。', 'Finance imports bank statements.'))}</p>
  const columns = Object.values(statementColumns)
  return (
    <Card title={t(text('导入对账单', 'Import a statement'))} id="import">
      <Form to="POST /bank-statements" then="/operator/statements/{id}" hasFile class="drop" data-drop>
        <Field
          name="file"
          label={text('银行导出的对账单（CSV 或 camt.053）', 'Statement exported by the bank (CSV or camt.053)')}
          kind="file"
          accept=".csv,.xml,text/csv,application/xml,text/xml"
          isRequired
          hint={text(
            'CSV 用 UTF-8 或 GBK，或 ISO 20022 camt.053；最多 2000 行。同一文件或同一流水再次导入不会重复入账。可以把文件拖到这里。',
            'CSV in UTF-8 or GBK, or ISO 20022 camt.053; 2,000 lines at most. The same file or line imported again has no second effect. You can drop the file here.',
          )}
        />
        <Submit>{t(text('导入并自动匹配', 'Import and match'))}</Submit>
      </Form>
      <details class="mt-3">
        <summary>{t(text('CSV 需要哪些列', 'Which columns a CSV needs'))}</summary>
        <p class="mt-2 mb-0">
          {t(
            text(
              '首行为表头，列的顺序不限，其他列会被忽略：',
              'The first line is the header; any order, other columns are passed over: ',
            ),
          )}
          {columns.map(names => names.join(' / ')).join(t(text('；', '; ')))}
        </p>
      </details>
    </Card>
  )
}

type Statements = Awaited<ReturnType<typeof listBankStatements>>

function Files({ of, next }: { of: readonly ReturnType<typeof toStatement>[]; next: string | null }) {
  const t = useWords()
  if (of.length === 0)
    return (
      <Empty title={t(text('还没有导入对账单', 'No statement was imported yet'))} icon="file-import">
        {t(text('从网上银行导出收入明细，在上方导入。', 'Export the receipts from your bank and import them above.'))}
      </Empty>
    )
  return (
    <>
      <Table
        head={[
          t(text('文件', 'File')),
          t(text('导入', 'Imported')),
          t(text('行数', 'Lines')),
          t(text('入账', 'Booked')),
          t(text('重复', 'Repeated')),
          t(text('未入账', 'Refused')),
          t(text('金额', 'Amount')),
        ]}
        nums={[2, 3, 4, 5, 6]}
        rows={of.map(row => [
          <a href={`/operator/statements/${row.id}`}>{row.fileName}</a>,
          <Moment at={row.createdAt} />,
          <Count of={row.lineCount} />,
          <Count of={row.importedCount} />,
          <Count of={row.duplicateCount} />,
          row.rejectedCount > 0 ? <Badge tone="bad">{row.rejectedCount}</Badge> : <Count of={0} />,
          <Money fen={row.importedFen} />,
        ])}
      />
      <Pager next={next} />
    </>
  )
}

type LineRows = Awaited<ReturnType<typeof listStatementLines>>

function Tables({
  tab,
  statements,
  lines,
  unmatched,
}: {
  tab: string
  statements: Statements
  lines: LineRows
  unmatched: number
}) {
  const t = useWords()
  const files = cutPage(statements)
  const open = cutPage(lines)
  return (
    <>
      <Import />
      <StateTabs
        name="tab"
        at={tab}
        of={[
          { state: 'unmatched', words: text('待认领', 'Unmatched'), count: unmatched },
          { state: 'files', words: text('已导入的文件', 'Imported files') },
        ]}
      />
      {tab === 'files' ? (
        <Files of={files.items.map(toStatement)} next={files.next} />
      ) : open.items.length === 0 ? (
        <Empty title={t(text('没有待认领的来款', 'No payment waits to be matched'))} icon="circle-check">
          {t(
            text(
              '附言中有付款参考码的来款自动匹配到订单；其余的在这里由人认领或退回。',
              'Payments whose remark has a payment reference are matched by themselves; the others wait here.',
            ),
          )}
        </Empty>
      ) : (
        <>
          <Lines of={open.items} />
          <Pager next={open.next} />
        </>
      )}
    </>
  )
}

export const statementPages = [
  page({
    at: 'GET /operator/statements',
    operation: 'showOperatorStatements',
    permission: 'bank-statement.list',
    summary: text('对账单', 'Bank statements'),
    query: {
      tab: Type.Optional(Type.Union([Type.Literal('unmatched'), Type.Literal('files')])),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => {
      const unmatched = (await moneyWaiting(rx)).find(each => each.kind === 'statement-line.match')?.count ?? 0
      const tab = query.tab ?? (unmatched > 0 ? 'unmatched' : 'files')
      const paging = query.after ? { after: query.after } : {}
      const isFiles = tab === 'files'
      return {
        title: statementTrail,
        trail: deskTrail(),
        lead: text(
          '导入银行来款，按参考码自动入账，认不出的由人认领。',
          'Bring in what the bank received; what names an order is booked by itself, the rest is matched by hand.',
        ),
        scripts: ['drop.js'],
        body: (
          <Tables
            tab={tab}
            unmatched={unmatched}
            statements={isFiles ? await listBankStatements(rx, paging) : []}
            lines={isFiles ? [] : await listStatementLines(rx, { state: 'unmatched', ...paging })}
          />
        ),
      }
    },
  }),
  page({
    at: 'GET /operator/statements/:id',
    operation: 'showOperatorStatement',
    permission: 'bank-statement.read',
    summary: text('对账单导入结果与匹配', 'A statement and its matching'),
    params: { id: Id },
    query: {
      line: Type.Optional(Id),
      state: Type.Optional(Type.String({ maxLength: 20 })),
      q: Type.Optional(Type.String({ maxLength: 60 })),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: (rx, { params, query }) => showStatement(rx, params.id, query),
  }),
]
