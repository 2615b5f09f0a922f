import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { text } from '../../kernel/text.ts'
import {
  balanceOf,
  type Invariant,
  inspectInvariants,
  listEntries,
  purposes,
  type TrialLine,
  trialBalance,
} from '../../modules/ledger/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Count, Empty, Moment, Money, Notice, Pager, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { deskTrail } from './parts.tsx'

const account = Type.String({
  pattern: `^(${Object.keys(purposes).join('|')})(:[0-9a-f-]{36})?$`,
  maxLength: 80,
})

interface Statement {
  readonly name: string
  readonly balanceFen: bigint
  readonly entries: Awaited<ReturnType<typeof listEntries>>
}

function Trial({ of }: { of: readonly TrialLine[] }) {
  const t = useWords()
  const sum = (pick: (line: TrialLine) => bigint) => of.reduce((total, line) => total + pick(line), 0n)
  const amount = (fen: bigint) => (fen === 0n ? '' : <Money fen={fen} />)
  return (
    <Card title={t(text('试算平衡表', 'Trial balance'))}>
      {of.length === 0 ? (
        <Empty title={t(text('账上还没有分录', 'Nothing is booked yet'))} icon="book" />
      ) : (
        <Table
          head={[
            t(text('科目', 'Account')),
            t(text('账户数', 'Accounts')),
            t(text('分录数', 'Entries')),
            t(text('借方（元）', 'Debit (CNY)')),
            t(text('贷方（元）', 'Credit (CNY)')),
          ]}
          nums={[1, 2, 3, 4]}
          rows={[
            ...of.map(line => [
              purposes[line.purpose].isPerSubject ? (
                t(purposes[line.purpose].name)
              ) : (
                <a href={`/operator/books?account=${line.purpose}#account`}>{t(purposes[line.purpose].name)}</a>
              ),
              <Count of={line.accounts} />,
              <Count of={line.entries} />,
              amount(line.debitFen),
              amount(line.creditFen),
            ]),
            [
              <strong>{t(text('合计', 'Total'))}</strong>,
              '',
              '',
              <strong>
                <Money fen={sum(line => line.debitFen)} />
              </strong>,
              <strong>
                <Money fen={sum(line => line.creditFen)} />
              </strong>,
            ],
          ]}
        />
      )}
    </Card>
  )
}

const halves = (meaning: string) => {
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

function Account({ of }: { of: Statement }) {
  const t = useWords()
  return (
    <Card
      title={
        <>
          {t(text('账户', 'Account'))} <code>{of.name}</code>
        </>
      }
      id="account"
    >
      <p>
        {t(text('余额', 'Balance'))} <Money fen={of.balanceFen} />
      </p>
      {of.entries.items.length === 0 ? (
        <Empty title={t(text('没有分录', 'No entries'))} />
      ) : (
        <Table
          head={[
            t(text('记账', 'Booked')),
            t(text('起算', 'Effective')),
            t(text('种类', 'Kind')),
            t(text('凭据', 'Reference')),
            t(text('金额（借＋贷−）', 'Amount (debit +, credit −)')),
          ]}
          nums={[4]}
          rows={of.entries.items.map(entry => [
            <Moment at={entry.createdAt} />,
            <Moment at={entry.effectiveAt} isDay />,
            entry.kind,
            <span class="text-break">{entry.reference}</span>,
            <Money fen={entry.amountFen} />,
          ])}
        />
      )}
      <Pager next={of.entries.next} />
    </Card>
  )
}

function Ask({ name }: { name: string | undefined }) {
  const t = useWords()
  return (
    <form method="get" action="/operator/books#account" class="row-gap mb-3">
      <label for="books-account">{t(text('查看账户', 'See an account'))}</label>
      <input
        class="form-control w-auto"
        id="books-account"
        name="account"
        value={name ?? ''}
        list="books-accounts"
        placeholder="escrow:…"
      />
      <datalist id="books-accounts">
        {Object.entries(purposes)
          .filter(([, purpose]) => !purpose.isPerSubject)
          .map(([purpose, { name }]) => (
            <option key={purpose} value={purpose}>
              {t(name)}
            </option>
          ))}
      </datalist>
      <button type="submit" class="btn">
        {t(text('查看分录', 'See its entries'))}
      </button>
    </form>
  )
}

async function statementOf(rx: Rx, name: string | undefined, after: string | undefined) {
  if (!name) return undefined
  return {
    name,
    balanceFen: await balanceOf(rx, name),
    entries: await listEntries(rx, name, after ? { after } : {}),
  }
}

function Books({
  invariants,
  lines,
  statement,
  now,
}: {
  invariants: readonly Invariant[]
  lines: readonly TrialLine[]
  statement: Statement | undefined
  now: Date
}) {
  const t = useWords()
  const broken = invariants.filter(each => each.violations > 0)
  return (
    <>
      {broken.length === 0 ? (
        <Notice tone="good">
          {t(
            text(
              `${invariants.length} 条不变式全部成立。检查于 `,
              `All ${invariants.length} invariants hold. Checked `,
            ),
          )}
          <Moment at={now} />
        </Notice>
      ) : (
        <Notice tone="bad" isAlert title={t(text('账务不变式被违反', 'Invariants are violated'))}>
          {broken.map(each => each.id).join(', ')} · <Moment at={now} />
        </Notice>
      )}
      <Trial of={lines} />
      <Ask name={statement?.name} />
      {statement && <Account of={statement} />}
      <Invariants of={invariants} />
    </>
  )
}

export const bookPages = [
  page({
    at: 'GET /operator/books',
    operation: 'showOperatorBooks',
    permission: 'ledger.read',
    summary: text('账簿', 'Books'),
    query: { account: Type.Optional(account), after: Type.Optional(Type.String({ maxLength: 300 })) },
    run: async (rx, { query }) => ({
      title: text('账簿', 'Books'),
      trail: deskTrail(),
      lead: text('每一分钱在哪里，账是否平。', 'Where every fen is, and whether the books balance.'),
      body: (
        <Books
          invariants={await inspectInvariants(rx)}
          lines={await trialBalance(rx)}
          now={rx.now}
          statement={await statementOf(rx, query.account, query.after)}
        />
      ),
    }),
  }),
]
