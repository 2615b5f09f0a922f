import { Type } from 'typebox'
import type { Rx } from '../../kernel/command.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { personNames } from '../../modules/identity/index.ts'
import {
  comparedDays,
  type Difference,
  type DifferenceState,
  differenceCounts,
  differenceKinds,
  differenceMachine,
  type Latest,
  latestComparison,
  listDifferences,
  sides,
} from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Count, Moment, Money, Stat, State, Table, type Tone } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { showDifference } from './difference.tsx'
import { ageOf, cutPage, deskTrail, StateList } from './parts.tsx'

export const differenceTones: Readonly<Partial<Record<DifferenceState, Tone>>> = {
  open: 'bad',
  proposed: 'warn',
  explained: 'good',
  corrected: 'good',
}

/** When was compared last, and how far the outside's balance and the books are apart. */
function Standing({ of }: { of: Latest }) {
  const t = useWords()
  const { can } = useReader()
  const { made, statement, gateway } = of
  return (
    <>
      {can('reconciliation.run') && (
        <Form to="POST /reconciliations" then="/operator/reconciliation">
          <Submit>{t(text('立即对账', 'Compare now'))}</Submit>
        </Form>
      )}
      <div class="stats mt-3">
        <Stat
          label={t(text('最近对账', 'Compared last'))}
          note={t(text('每日一次，导入对账单后自动进行', 'Daily, and after each import'))}
        >
          <Moment at={made?.createdAt ?? null} />
        </Stat>
        {statement && (
          <Stat
            label={t(text(`${statement.toOn} 银行余额`, `At the bank on ${statement.toOn}`))}
            note={
              <>
                {t(text('账上 ', 'In the books '))}
                <Money fen={statement.booksFen} />
              </>
            }
            href={`/operator/statements/${statement.id}`}
          >
            <Money fen={statement.closingFen} />
          </Stat>
        )}
        {gateway && (
          <Stat
            label={t(text('通道流水合计', 'By the provider’s movements'))}
            note={
              <>
                {t(text('账上 ', 'In the books '))}
                <Money fen={gateway.booksFen} />
              </>
            }
          >
            <Money fen={gateway.movementsFen} />
          </Stat>
        )}
      </div>
    </>
  )
}

/** The last days that statements speak of: what the bank moved and what the books did. */
function Days({ of }: { of: Awaited<ReturnType<typeof comparedDays>> }) {
  const t = useWords()
  if (of.length === 0) return null
  return (
    <Card title={t(text('按日核对（银行）', 'Day by day, at the bank'))}>
      <Table
        head={[
          t(text('日期', 'Day')),
          t(text('对账单收支净额', 'Net on statements')),
          t(text('账上净额', 'Net in the books')),
          t(text('差额', 'Difference')),
          t(text('待查明', 'Unexplained')),
        ]}
        nums={[1, 2, 3, 4]}
        rows={of.map(day => [
          day.dayOn,
          <Money fen={day.bankFen} />,
          <Money fen={day.booksFen} />,
          day.bankFen === day.booksFen ? (
            <Badge tone="good">{t(text('相符', 'Agrees'))}</Badge>
          ) : (
            <Money fen={day.bankFen - day.booksFen} />
          ),
          day.openCount > 0 ? <Badge tone="bad">{day.openCount}</Badge> : <Count of={0} />,
        ])}
      />
    </Card>
  )
}

const states: readonly DifferenceState[] = ['open', 'proposed', 'explained', 'corrected', 'settled']

const empties: Readonly<Record<DifferenceState, ReturnType<typeof text>>> = {
  open: text('没有待查明的差异', 'No difference is unexplained'),
  proposed: text('没有待复核的更正', 'No correction waits to be confirmed'),
  explained: text('没有已说明的差异', 'No difference was explained'),
  corrected: text('没有更正入账的差异', 'No difference was corrected by a booking'),
  settled: text('没有自行消除的差异', 'No difference went by itself'),
}

interface Shown {
  readonly state: DifferenceState
  readonly rows: readonly Difference[]
  readonly counts: Awaited<ReturnType<typeof differenceCounts>>
  readonly names: ReadonlyMap<string, string>
  readonly latest: Latest
  readonly days: Awaited<ReturnType<typeof comparedDays>>
  readonly now: Date
}

function Whole({ of }: { of: Shown }) {
  const t = useWords()
  const { state, counts, names, now } = of
  const listed = cutPage(of.rows)
  return (
    <>
      <Standing of={of.latest} />
      <StateList
        tabs={states.map(each => ({
          state: each,
          words: differenceMachine.states[each],
          ...(['open', 'proposed'].includes(each) && { count: counts[each] ?? 0 }),
        }))}
        at={state}
        of={listed}
        empty={{
          title: empties[state],
          icon: 'checks',
          words: text(
            '系统每日把账簿与银行对账单、通道流水逐笔核对，不符之处列在这里。导入完整的对账单（含转出）即可对账。',
            'The books are compared with statements and the provider’s movements item by item; what does not agree stands here. Import whole statements, with what was paid out.',
          ),
        }}
        columns={[
          [
            text('差异', 'Difference'),
            row => <a href={`/operator/reconciliation/${row.id}`}>{t(differenceKinds[row.kind])}</a>,
          ],
          [text('对方', 'With'), row => t(sides[row.side].name)],
          [text('日期', 'Day'), row => row.dayOn],
          [text('差额', 'Amount'), row => <Money fen={row.amountFen} />, true],
          [text('流水', 'Reference'), row => <code class="text-break">{row.reference}</code>],
          [text('经办', 'Owner'), row => (row.ownerId && names.get(row.ownerId)) || t(text('未分派', 'Nobody yet'))],
          [
            text('状态', 'State'),
            row =>
              row.closedAt === null ? (
                <span class="row-gap">
                  <State machine={differenceMachine} state={row.state} tones={differenceTones} />
                  <span>{t(ageOf(row.foundAt, now))}</span>
                </span>
              ) : (
                <State machine={differenceMachine} state={row.state} tones={differenceTones} />
              ),
          ],
        ]}
      />
      <div class="mt-3">
        <Days of={of.days} />
      </div>
    </>
  )
}

async function shownOf(rx: Rx, state: DifferenceState, after: string | undefined): Promise<Shown> {
  const rows = await listDifferences(rx, { state, ...(after && { after }) })
  return {
    state,
    rows,
    counts: await differenceCounts(rx),
    names: await personNames(rx, [...new Set(rows.flatMap(row => row.ownerId ?? []))]),
    latest: await latestComparison(rx),
    days: await comparedDays(rx),
    now: rx.now,
  }
}

export const reconciliationPages = [
  page({
    at: 'GET /operator/reconciliation',
    operation: 'showReconciliation',
    permission: 'difference.list',
    summary: text('对账', 'Reconciliation'),
    query: {
      state: Type.Optional(Type.Union(states.map(state => Type.Literal(state)))),
      after: Type.Optional(Type.String({ maxLength: 300 })),
    },
    run: async (rx, { query }) => ({
      title: text('对账', 'Reconciliation'),
      trail: deskTrail(),
      lead: text(
        '账簿与银行对账单、通道流水是否一致；不符的逐项查明或更正入账。',
        'Whether the books agree with the bank and the payment provider; what does not is explained or corrected.',
      ),
      body: <Whole of={await shownOf(rx, query.state ?? 'open', query.after)} />,
    }),
  }),
  page({
    at: 'GET /operator/reconciliation/:id',
    operation: 'showReconciliationDifference',
    permission: 'difference.list',
    summary: text('对账差异', 'A difference of the reconciliation'),
    params: { id: Id },
    run: (rx, { params }) => showDifference(rx, params.id),
  }),
]
