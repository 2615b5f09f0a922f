import { Type } from 'typebox'
import { dayOf } from '../../kernel/calendar.ts'
import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import {
  type AsOf,
  type Dating,
  type Invariant,
  inspectInvariants,
  purposes,
  type TrialLine,
  trialBalance,
} from '../../modules/ledger/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Count, Empty, Moment, Money, Notice, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { BookTabs, ByChoice, datingWords, endOfMinute, Files, localOf, localPattern } from './parts.tsx'
import { type Sheet, sheetRoute } from './sheets.ts'

interface Asked {
  readonly at?: string
  readonly by?: Dating
}

const asOfQuery = {
  at: Type.Optional(Type.String({ pattern: localPattern, description: 'minute in China, `2026-03-31T23:59`' })),
  by: Type.Optional(Type.Union([Type.Literal('effective'), Type.Literal('created')])),
}

/** The moment that a page was asked for: up to the end of that minute; now unless told. */
const asOf = (rx: Rx, { at, by = 'effective' }: Asked): AsOf => ({ at: at ? endOfMinute(at) : rx.now, by })
const queryOf = ({ at, by }: Asked) =>
  new URLSearchParams(Object.entries({ at, by }).filter((each): each is [string, string] => each[1] !== undefined))

const sum = (of: readonly TrialLine[], pick: (line: TrialLine) => bigint) =>
  of.reduce((total, line) => total + pick(line), 0n)

function Trial({ of, asked }: { of: readonly TrialLine[]; asked: Asked }) {
  const t = useWords()
  const amount = (fen: bigint) => (fen === 0n ? '' : <Money fen={fen} />)
  const hrefOf = ({ purpose }: TrialLine) => {
    if (!purposes[purpose].isPerSubject) return `/operator/books/accounts/${purpose}`
    const query = queryOf(asked)
    query.set('purpose', purpose)
    return `/operator/books/accounts?${query}`
  }
  if (of.length === 0)
    return <Empty title={t(text('截至该时点账上没有分录', 'Nothing was booked by then'))} icon="book" />
  const totals = [sum(of, line => line.debitFen), sum(of, line => line.creditFen)]
  return (
    <Table
      head={[
        t(text('科目', 'Account')),
        t(text('账户数', 'Accounts')),
        t(text('分录数', 'Entries')),
        t(text('借方余额', 'Debit')),
        t(text('贷方余额', 'Credit')),
      ]}
      nums={[1, 2, 3, 4]}
      rows={[
        ...of.map(line => [
          <a href={hrefOf(line)}>{t(purposes[line.purpose].name)}</a>,
          <Count of={line.accounts} />,
          <Count of={line.entries} />,
          amount(line.debitFen),
          amount(line.creditFen),
        ]),
        [
          <strong>{t(text('合计', 'Total'))}</strong>,
          '',
          '',
          ...totals.map(fen => (
            <strong>
              <Money fen={fen} />
            </strong>
          )),
        ],
      ]}
    />
  )
}

function AsOfForm({ asked, at }: { asked: Asked; at: Date }) {
  const t = useWords()
  return (
    <form method="get" action="/operator/books" class="row-gap mb-3">
      <label for="books-at">{t(text('截至', 'As of'))}</label>
      <input class="form-control w-auto" id="books-at" type="datetime-local" name="at" value={localOf(at)} />
      <ByChoice id="books-by" by={asked.by ?? 'effective'} />
      <button type="submit" class="btn">
        {t(text('查看', 'Show'))}
      </button>
      {asked.at && (
        <a class="btn" href="/operator/books">
          {t(text('回到现在', 'Back to now'))}
        </a>
      )}
    </form>
  )
}

const halves = (meaning: string): Text => {
  const [zh = meaning, en = meaning] = meaning.split(' · ')
  return text(zh, en)
}

function Invariants({ of }: { of: readonly Invariant[] }) {
  const t = useWords()
  return (
    <Card title={t(text('账务不变式', 'Invariants of the books'))}>
      <Table
        head={[t(text('编号', 'No.')), t(text('含义', 'What holds')), t(text('违反', 'Violations'))]}
        rows={of.map(each => [
          each.id,
          t(halves(each.meaning)),
          each.violations === 0 ? (
            <Badge tone="good">{t(text('0，成立', '0, holds'))}</Badge>
          ) : (
            <Badge tone="bad">{t(text(`${each.violations} 处`, `${each.violations}`))}</Badge>
          ),
        ])}
      />
    </Card>
  )
}

function Soundness({ of, now }: { of: readonly Invariant[]; now: Date }) {
  const t = useWords()
  const broken = of.filter(each => each.violations > 0)
  return broken.length === 0 ? (
    <Notice tone="good">
      {t(text(`${of.length} 条不变式全部成立。检查于 `, `All ${of.length} invariants hold. Checked `))}
      <Moment at={now} />
    </Notice>
  ) : (
    <Notice tone="bad" isAlert title={t(text('账务不变式被违反', 'Invariants are violated'))}>
      {broken.map(each => each.id).join(', ')} · <Moment at={now} />
    </Notice>
  )
}

interface Shown {
  readonly asked: Asked
  readonly moment: AsOf
  readonly lines: readonly TrialLine[]
  readonly invariants: readonly Invariant[]
  readonly now: Date
}

function Books({ of: { asked, moment, lines, invariants, now } }: { of: Shown }) {
  const t = useWords()
  return (
    <>
      <BookTabs at="/operator/books" />
      <Soundness of={invariants} now={now} />
      <Card
        title={
          <>
            {t(text('试算平衡表', 'Trial balance'))} · <Moment at={moment.at} />
          </>
        }
      >
        <AsOfForm asked={asked} at={moment.at} />
        <Trial of={lines} asked={asked} />
      </Card>
      <Invariants of={invariants} />
    </>
  )
}

async function trialSheet(rx: Rx, asked: Asked): Promise<Sheet> {
  const moment = asOf(rx, asked)
  const lines = await trialBalance(rx, moment)
  const until = localOf(moment.at).replace('T', ' ')
  return {
    title: text('试算平衡表', 'Trial balance'),
    number: until,
    fileName: `试算平衡表-${dayOf(moment.at)}`,
    facts: [
      [text('截至（北京时间）', 'As of (China time)'), until],
      [text('口径', 'Dates'), datingWords[moment.by]],
      [text('币种、单位', 'Currency, unit'), text('人民币元', 'CNY, yuan')],
    ],
    columns: [
      { head: text('科目', 'Account'), width: 30 },
      { head: text('账户数', 'Accounts'), isNumber: true },
      { head: text('分录数', 'Entries'), isNumber: true },
      { head: text('借方余额', 'Debit'), isNumber: true },
      { head: text('贷方余额', 'Credit'), isNumber: true },
    ],
    rows: [
      ...lines.map(line => ({
        cells: [purposes[line.purpose].name, line.accounts, line.entries, line.debitFen, line.creditFen],
      })),
      {
        cells: [text('合计', 'Total'), null, null, sum(lines, l => l.debitFen), sum(lines, l => l.creditFen)],
        isBold: true,
      },
    ],
    note: text('由账簿分录生成', 'Made from the entries of the books'),
  }
}

export const overviewRoutes = [
  sheetRoute({
    at: 'GET /ledger/trial-balance/file',
    operation: 'readTrialBalanceFile',
    permission: 'ledger.read',
    summary: text('试算平衡表（CSV、XLSX、PDF）', 'Trial balance as CSV, XLSX or PDF'),
    query: asOfQuery,
    make: (rx, { query }) => trialSheet(rx, query),
  }),
  page({
    at: 'GET /operator/books',
    operation: 'showOperatorBooks',
    permission: 'ledger.read',
    summary: text('账簿', 'Books'),
    query: asOfQuery,
    run: async (rx, { query }) => {
      const moment = asOf(rx, query)
      const files = queryOf({ at: localOf(moment.at), by: moment.by })
      const shown = {
        asked: query,
        moment,
        lines: await trialBalance(rx, query.at || query.by ? moment : undefined),
        invariants: await inspectInvariants(rx),
        now: rx.now,
      }
      return {
        title: text('账簿', 'Books'),
        trail: [['/operator', text('运营工作台', 'Operator desk')]],
        lead: text('每一分钱在哪里，账是否平。', 'Where every fen is, and whether the books balance.'),
        actions: <Files of={`/ledger/trial-balance/file?${files}`} formats={['pdf', 'csv']} />,
        body: <Books of={shown} />,
      }
    },
  }),
]
