import { Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { formatYuan } from '../../kernel/money.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
  type AccountLine,
  type AccountPurpose,
  type AccountStatement,
  accountStatement,
  type Dating,
  listAccounts,
  purposeOf,
  purposes,
  type StatementEntry,
  spanOf,
  wholeStatement,
} from '../../modules/ledger/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Count, Empty, Moment, Money, Pager, Stat, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { accountLabels, kindWords, type Label, referenceLabels } from './naming.ts'
import {
  BookTabs,
  ByChoice,
  bookTrail,
  datingWords,
  daysOf,
  endOfMinute,
  Files,
  localOf,
  localPattern,
  monthOf,
} from './parts.tsx'
import { type Sheet, type SheetCell, sheetRoute, whole } from './sheets.ts'

const names = Object.keys(purposes) as AccountPurpose[]
const By = Type.Optional(Type.Union([Type.Literal('effective'), Type.Literal('created')]))
const code = Type.String({ pattern: `^(${names.join('|')})(:[0-9a-f-]{36})?$`, maxLength: 80 })
const Day = Type.Optional(Type.String({ format: 'date' }))
const Cursor = Type.Optional(Type.String({ maxLength: 300 }))

interface ListShown {
  readonly purpose: AccountPurpose
  readonly at: Date
  readonly by: Dating
  readonly isOpen: boolean
  readonly items: readonly AccountLine[]
  readonly next: string | null
  readonly nameOf: (account: string) => Text
}

function ListForm({ of }: { of: ListShown }) {
  const t = useWords()
  return (
    <form method="get" action="/operator/books/accounts" class="row-gap mb-3">
      <label for="accounts-purpose">{t(text('科目', 'Account'))}</label>
      <select class="form-select w-auto" id="accounts-purpose" name="purpose">
        {names.map(each => (
          <option key={each} value={each} selected={each === of.purpose}>
            {t(purposes[each].name)}
          </option>
        ))}
      </select>
      <label for="accounts-at">{t(text('截至', 'As of'))}</label>
      <input class="form-control w-auto" id="accounts-at" type="datetime-local" name="at" value={localOf(of.at)} />
      <ByChoice id="accounts-by" by={of.by} />
      <label class="form-check mb-0">
        <input class="form-check-input" type="checkbox" name="isOpen" value="true" checked={of.isOpen} />
        <span class="form-check-label">{t(text('只看有余额的', 'Only with a balance'))}</span>
      </label>
      <button type="submit" class="btn">
        {t(text('查看', 'Show'))}
      </button>
    </form>
  )
}

function AccountList({ of }: { of: ListShown }) {
  const t = useWords()
  return (
    <>
      <BookTabs at="/operator/books/accounts" />
      <ListForm of={of} />
      {of.items.length === 0 ? (
        <Empty title={t(text('没有符合条件的账户', 'No such account'))} icon="book">
          {t(
            text(
              '换一个科目、时点，或去掉“只看有余额的”。',
              'Choose another account or moment, or show empty ones too.',
            ),
          )}
        </Empty>
      ) : (
        <Table
          head={[t(text('账户', 'Account')), t(text('分录数', 'Entries')), t(text('余额', 'Balance'))]}
          nums={[1, 2]}
          rows={of.items.map(line => [
            <a href={`/operator/books/accounts/${line.account}`}>{t(of.nameOf(line.account))}</a>,
            <Count of={line.entries} />,
            <Money fen={line.balanceFen} />,
          ])}
        />
      )}
      <Pager next={of.next} />
    </>
  )
}

interface Shown {
  readonly of: AccountStatement
  readonly name: Text
  readonly nameOf: (account: string) => Text
  readonly labelOf: (reference: string) => Label
  readonly first: string
  readonly last: string
}

function SpanForm({ of: { of, first, last } }: { of: Shown }) {
  const t = useWords()
  return (
    <form method="get" action={`/operator/books/accounts/${of.account}`} class="row-gap mb-3">
      <label for="span-from">{t(text('自', 'From'))}</label>
      <input class="form-control w-auto" id="span-from" type="date" name="from" value={first} />
      <label for="span-until">{t(text('至', 'to'))}</label>
      <input class="form-control w-auto" id="span-until" type="date" name="until" value={last} />
      <ByChoice id="span-by" by={of.by} />
      <button type="submit" class="btn">
        {t(text('查看', 'Show'))}
      </button>
    </form>
  )
}

function Reference({ of }: { of: Label }) {
  const t = useWords()
  return of.href ? <a href={of.href}>{t(of.words)}</a> : <span class="text-break">{t(of.words)}</span>
}

function Entries({ of: { of, nameOf, labelOf } }: { of: Shown }) {
  const t = useWords()
  const side = (entry: StatementEntry, isDebit: boolean) =>
    entry.amountFen > 0n === isDebit ? <Money fen={isDebit ? entry.amountFen : -entry.amountFen} /> : ''
  return (
    <Table
      head={[
        t(of.by === 'effective' ? text('入账日期', 'Booked for') : text('记账时间', 'Written')),
        t(text('摘要', 'What')),
        t(text('凭据', 'Reference')),
        t(text('对方账户', 'Counter-account')),
        t(text('借方', 'Debit')),
        t(text('贷方', 'Credit')),
        t(text('余额', 'Balance')),
      ]}
      nums={[4, 5, 6]}
      rows={of.items.map(entry => [
        of.by === 'effective' ? <Moment at={entry.effectiveAt} isDay /> : <Moment at={entry.createdAt} />,
        <>
          {t(kindWords(entry.kind))} {entry.reverses && <Badge tone="warn">{t(text('冲正', 'Reversal'))}</Badge>}
          {entry.note && <div class="text-secondary">{entry.note}</div>}
        </>,
        <Reference of={labelOf(entry.reference)} />,
        entry.counter.map(({ account }) => (
          <div key={account}>
            <a href={`/operator/books/accounts/${account}`}>{t(nameOf(account))}</a>
          </div>
        )),
        side(entry, true),
        side(entry, false),
        <Money fen={entry.balanceFen} />,
      ])}
    />
  )
}

function Account({ of: shown }: { of: Shown }) {
  const t = useWords()
  const { of } = shown
  return (
    <>
      <SpanForm of={shown} />
      <div class="stats">
        <Stat label={t(text('期初余额', 'Opening balance'))} note={shown.first}>
          <Money fen={of.openingFen} />
        </Stat>
        <Stat label={t(text('本期借方', 'Debit'))}>
          <Money fen={of.debitFen} />
        </Stat>
        <Stat label={t(text('本期贷方', 'Credit'))}>
          <Money fen={of.creditFen} />
        </Stat>
        <Stat label={t(text('期末余额', 'Closing balance'))} note={shown.last}>
          <Money fen={of.closingFen} />
        </Stat>
      </div>
      <Card title={t(text(`分录（${of.entries} 条）`, `Entries (${of.entries})`))}>
        {of.items.length === 0 ? (
          <Empty title={t(text('该期间没有分录', 'No entry in this span'))} icon="book">
            {t(text('换一个期间再看。', 'Choose another span.'))}
          </Empty>
        ) : (
          <Entries of={shown} />
        )}
        <Pager next={of.next} />
      </Card>
    </>
  )
}

interface Asked {
  readonly from?: string
  readonly until?: string
  readonly by?: Dating
}

/** The span that was asked for; this month unless told. */
function spanAsked(rx: Rx, { from, until, by = 'effective' }: Asked) {
  const [monthFirst] = daysOf(monthOf(rx.now))
  const last = until ?? dayOf(rx.now)
  const first = from ?? (monthFirst <= last ? monthFirst : last)
  return { first, last, by, span: spanOf(first, last) }
}

async function statementSheet(rx: Rx, account: string, asked: Asked): Promise<Sheet> {
  purposeOf(account)
  const { first, last, by, span } = spanAsked(rx, asked)
  const of = whole(await wholeStatement(rx, account, { ...span, by }))
  const labelOf = await referenceLabels(rx, of.items)
  const nameOf = await accountLabels(rx, [account, ...of.items.flatMap(each => each.counter.map(c => c.account))])
  const join = (words: readonly Text[]) =>
    text(words.map(each => each.zh).join('；'), words.map(each => each.en).join('; '))
  const edge = (words: Text, fen: bigint) => ({
    cells: [null, words, null, null, null, null, fen, null, null] as SheetCell[],
    isBold: true,
  })
  return {
    title: text('账户对账单', 'Account statement'),
    number: `${account.split(':')[0]} ${first} – ${last}`,
    fileName: `账户对账单-${account.replace(':', '-')}-${first}-${last}`,
    facts: [
      [text('账户', 'Account'), nameOf(account)],
      [text('期间', 'Span'), `${first} – ${last}`],
      [text('口径', 'Dates'), datingWords[by]],
      [text('期初余额（元）', 'Opening balance (CNY)'), of.openingFen],
      [text('本期借方、贷方（元）', 'Debit and credit (CNY)'), yuanPair(of)],
      [text('期末余额（元）', 'Closing balance (CNY)'), of.closingFen],
    ],
    columns: [
      { head: text('日期', 'Date'), width: 12 },
      { head: text('摘要', 'What') },
      { head: text('凭据', 'Reference'), width: 30 },
      { head: text('对方账户', 'Counter-account'), width: 36 },
      { head: text('借方', 'Debit'), isNumber: true },
      { head: text('贷方', 'Credit'), isNumber: true },
      { head: text('余额', 'Balance'), isNumber: true },
      { head: text('记账时间', 'Written at'), isData: true, width: 24 },
      { head: text('凭据号', 'Reference number'), isData: true, width: 50 },
    ],
    rows: [
      edge(text('期初余额', 'Opening balance'), of.openingFen),
      ...of.items.map(entry => ({
        cells: [
          dayOf(by === 'effective' ? entry.effectiveAt : entry.createdAt),
          kindWords(entry.kind),
          labelOf(entry.reference).words,
          join(entry.counter.map(each => nameOf(each.account))),
          entry.amountFen > 0n ? entry.amountFen : null,
          entry.amountFen < 0n ? -entry.amountFen : null,
          entry.balanceFen,
          entry.createdAt.toISOString(),
          entry.reference,
        ] as SheetCell[],
      })),
      edge(text('期末余额', 'Closing balance'), of.closingFen),
    ],
    note: text('由账簿分录生成', 'Made from the entries of the books'),
  }
}

const yuanPair = ({ debitFen, creditFen }: AccountStatement): Text => {
  const [d, c] = [formatYuan(debitFen), formatYuan(creditFen)]
  return text(`借 ${d}，贷 ${c}`, `debit ${d}, credit ${c}`)
}

const spanQuery = { from: Day, until: Day, by: By }

export const accountRoutes = [
  sheetRoute({
    at: 'GET /ledger/accounts/:code/statement/file',
    operation: 'readAccountStatementFile',
    permission: 'ledger.read',
    summary: text('账户对账单（CSV、XLSX、PDF）', 'Statement of an account as CSV, XLSX or PDF'),
    params: { code },
    query: spanQuery,
    make: (rx, { params, query }) => statementSheet(rx, params.code, query),
  }),
  page({
    at: 'GET /operator/books/accounts',
    operation: 'showBookAccounts',
    permission: 'ledger.read',
    summary: text('账户余额', 'Accounts'),
    query: {
      purpose: Type.Optional(Type.String({ maxLength: 40 })),
      at: Type.Optional(Type.String({ pattern: localPattern })),
      by: By,
      isOpen: Type.Optional(Type.Boolean()),
      after: Cursor,
    },
    run: async (rx, { query }) => {
      const purpose = names.find(each => each === query.purpose) ?? 'escrow'
      const { by = 'effective', isOpen = false, after } = query
      const at = query.at ? endOfMinute(query.at) : rx.now
      const found = await listAccounts(rx, { purpose, at, by, isOpen, ...(after && { after }) })
      const nameOf = await accountLabels(
        rx,
        found.items.map(line => line.account),
      )
      return {
        title: text('账户余额', 'Accounts'),
        trail: bookTrail(),
        lead: text('某一科目下每个账户在某一时点的余额。', 'What every account of a kind held at a moment.'),
        body: <AccountList of={{ purpose, at, by, isOpen, nameOf, ...found }} />,
      }
    },
  }),
  page({
    at: 'GET /operator/books/accounts/:code',
    operation: 'showBookAccount',
    permission: 'ledger.read',
    summary: text('账户对账单', 'Account statement'),
    params: { code },
    query: { ...spanQuery, after: Cursor },
    run: async (rx, { params, query: { after, ...asked } }) => {
      const { first, last, by, span } = spanAsked(rx, asked)
      const of = await accountStatement(rx, params.code, { ...span, by, ...(after && { after }) })
      const labelOf = await referenceLabels(rx, of.items)
      const nameOf = await accountLabels(rx, [
        params.code,
        ...of.items.flatMap(each => each.counter.map(({ account }) => account)),
      ])
      const name = nameOf(params.code)
      const files = `/ledger/accounts/${params.code}/statement/file?from=${first}&until=${last}&by=${by}`
      return {
        title: name,
        trail: bookTrail(['/operator/books/accounts', text('账户', 'Accounts')]),
        lead: <code>{params.code}</code>,
        actions: <Files of={files} formats={['pdf', 'csv', 'xlsx']} />,
        body: <Account of={{ of, name, nameOf, labelOf, first, last }} />,
      }
    },
  }),
]
