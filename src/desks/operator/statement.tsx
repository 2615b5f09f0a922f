import type { Rx } from '../../kernel/command.ts'
import { notFound } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { findOrders, orderMachine, type SeenOrder } from '../../modules/orders/index.ts'
import {
  type LineState,
  lineMachine,
  listOutlays,
  listStatementLines,
  readBankStatement,
  readStatementLine,
  type StatementLine,
  type Suggestion,
  suggestMatches,
} from '../../modules/settlement/index.ts'
import { type Names, useNames, useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Count, Empty, Facts, Moment, Money, Name, Pager, Stat, yuan } from '../../web/parts.tsx'
import { nameOf, tradeNames } from '../names.ts'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { hintWords, Lines } from './lines.tsx'
import { Another, cutPage, Door, deskTrail, ReasonForm, StateTabs } from './parts.tsx'
import { Outlays, Rejected } from './statementparts.tsx'

type Report = Awaited<ReturnType<typeof readBankStatement>>

interface Query {
  readonly line?: string
  readonly state?: string
  readonly q?: string
  readonly after?: string
}

/** A payment with the orders it may be for. */
interface Matching {
  readonly line: StatementLine
  readonly suggestions: readonly Suggestion[]
  /** orders that the person looked for */
  readonly found: readonly SeenOrder[]
  readonly q: string | undefined
}

const meaning: Readonly<Record<Suggestion['move'], Text>> = {
  match: text('认领后订单付清', 'matching pays the order in full'),
  matchPart: text('认领后仍有余款待付', 'matching pays a part, the rest stays due'),
  matchSurplus: text('认领后订单付清，多付部分退回', 'matching pays the order, the rest goes back'),
  matchDuplicate: text('订单已付，认领后全额退回', 'the order is paid: all of it goes back'),
  suspend: text('该订单不收款', 'this order takes no payment'),
}

function optionOf(each: Suggestion, names: Names): readonly [string, Text, Text] {
  const { row, buyerName } = each.order
  const buyer = nameOf(names, row.buyerId, buyerName)
  const due = each.openFen > 0n ? each.openFen : row.amountFen
  return [
    row.id,
    text(
      `${row.number} · ${buyer.zh} · ¥${yuan(due)} · 匹配度 ${each.score}`,
      `${row.number} · ${buyer.en} · ¥${yuan(due)} · score ${each.score}`,
    ),
    text(
      `${each.reasons.map(reason => reason.zh).join('；')}。${meaning[each.move].zh}。`,
      `${each.reasons.map(reason => reason.en).join('; ')}. ${meaning[each.move].en}.`,
    ),
  ]
}

function foundOption({ row, buyerName }: SeenOrder, names: Names): readonly [string, Text, Text] {
  const buyer = nameOf(names, row.buyerId, buyerName)
  return [
    row.id,
    text(
      `${row.number} · ${buyer.zh} · ¥${yuan(row.amountFen)}`,
      `${row.number} · ${buyer.en} · ¥${yuan(row.amountFen)}`,
    ),
    orderMachine.states[row.state],
  ]
}

const returning = [
  text('无法识别付款用途，退回原账户', 'What it pays is not known: returned to the account it came from'),
  text('付款人要求退回', 'The payer asks for it back'),
  text('订单已取消，款项退回', 'The order was cancelled: the money goes back'),
]

function Search({ of }: { of: Matching }) {
  const t = useWords()
  return (
    <form method="get" action={`/operator/statements/${of.line.statementId}#match`} class="row-gap mt-3">
      <input type="hidden" name="line" value={of.line.id} />
      <label class="visually-hidden" for="match-q">
        {t(text('按订单号、参考码或需方查找', 'Find by number, reference or buyer'))}
      </label>
      <input
        class="form-control w-auto"
        id="match-q"
        type="search"
        name="q"
        value={of.q ?? ''}
        placeholder={t(text('订单号、参考码或需方', 'Number, reference or buyer'))}
      />
      <button type="submit" class="btn">
        {t(text('查找其他订单', 'Find another order'))}
      </button>
    </form>
  )
}

function Candidates({ of }: { of: Matching }) {
  const t = useWords()
  const names = useNames()
  const { line, suggestions, found, q } = of
  const known = new Set(found.map(({ row }) => row.id))
  const options = [
    ...found.map(each => foundOption(each, names)),
    ...suggestions.filter(each => !known.has(each.order.row.id)).map(each => optionOf(each, names)),
  ]
  return (
    <>
      {options.length === 0 ? (
        <p>
          {t(
            text(
              '没有金额、参考码或付款人相近的订单。可按订单号查找，或退回来款。',
              'No order is close by amount, reference or payer. Find one by its number, or return the payment.',
            ),
          )}
        </p>
      ) : (
        <Form to={`POST /statement-lines/${line.id}/match`} then={`/operator/statements/${line.statementId}`}>
          <div data-words="data">
            <Field
              name="orderId"
              label={
                q ? text('找到的和可能的订单', 'Orders found, and likely ones') : text('可能的订单', 'Likely orders')
              }
              kind="radios"
              isRequired
              options={options}
            />
          </div>
          <p class="text-secondary">
            {t(
              text(
                `认领后，¥${yuan(line.amountFen)} 从暂存转入所选订单的托管账户；认领不能撤回，错认须走退款。`,
                `Matching moves ¥${yuan(line.amountFen)} from suspense into the escrow of that order; it cannot be taken back but by a refund.`,
              ),
            )}
          </p>
          <Submit>{t(text('认领到所选订单', 'Match to this order'))}</Submit>
        </Form>
      )}
      <Search of={of} />
    </>
  )
}

function Match({ of }: { of: Matching }) {
  const t = useWords()
  const { can } = useReader()
  const { line } = of
  const to = `POST /statement-lines/${line.id}/return`
  return (
    <Card title={t(text('认领来款', 'Match a payment'))} id="match">
      <div class="columns">
        <section>
          <h3>{t(text('来款', 'The payment'))}</h3>
          <Facts
            of={[
              [t(text('金额', 'Amount')), <Money fen={line.amountFen} />],
              [t(text('付款人', 'Payer')), line.payerName === '' ? '—' : <Name zh={line.payerName} />],
              [t(text('付款账号', 'Account')), line.payerTail ? `**** ${line.payerTail}` : '—'],
              [t(text('附言', 'Remark')), line.remark === '' ? '—' : line.remark],
              [t(text('记账日期', 'Booked on')), line.bookedOn],
              [t(text('银行流水号', 'Bank serial')), <code>{line.bankSerial}</code>],
              [
                t(text('未自动匹配', 'Why not by itself')),
                line.hint ? t(hintWords[line.hint] ?? text(line.hint, line.hint)) : '—',
              ],
            ]}
          />
          {can('statement-line.return') && (
            <div class="mt-3">
              <Door
                to={to}
                label={text('退回来款', 'Return the payment')}
                consequence={text(
                  `¥${yuan(line.amountFen)} 将生成退款，退回原付款账户；不能撤回。`,
                  `¥${yuan(line.amountFen)} becomes a payout back to where it came from; this cannot be undone.`,
                )}
              >
                <ReasonForm
                  to={to}
                  then={`/operator/statements/${line.statementId}`}
                  button={text('确认退回', 'Return it')}
                  templates={returning}
                />
              </Door>
            </div>
          )}
        </section>
        <section>
          <h3>{t(text('订单', 'The order'))}</h3>
          {can('statement-line.match') ? (
            <Candidates of={of} />
          ) : (
            <Another>{t(text('来款由财务认领。', 'Finance matches payments.'))}</Another>
          )}
        </section>
      </div>
    </Card>
  )
}

function Summary({ of }: { of: Report }) {
  const t = useWords()
  return (
    <>
      <div class="stats">
        <Stat label={t(text('入账', 'Booked'))} note={<Money fen={of.importedFen} />}>
          <Count of={of.importedCount} />
        </Stat>
        {of.states.map(({ state, count }) => (
          <Stat
            key={state}
            label={t(lineMachine.states[state as LineState])}
            href={`/operator/statements/${of.id}?state=${state}`}
          >
            <Count of={count} />
          </Stat>
        ))}
        <Stat label={t(text('重复，未再入账', 'Repeated'))}>
          <Count of={of.duplicateCount} />
        </Stat>
        <Stat label={t(text('未入账', 'Refused'))}>
          {of.rejectedCount > 0 ? <Badge tone="bad">{of.rejectedCount}</Badge> : <Count of={0} />}
        </Stat>
        {of.outlayCount > 0 && (
          <Stat
            label={t(text('转出与退汇', 'Paid out'))}
            note={<Money fen={BigInt(of.outlayFen)} />}
            href={`/operator/statements/${of.id}#outlays`}
          >
            <Count of={of.outlayCount} />
          </Stat>
        )}
      </div>
      {of.openingFen !== null && of.closingFen !== null && (
        <p class="text-secondary">
          {t(text('期初余额 ', 'Opening balance '))}
          <Money fen={BigInt(of.openingFen)} />
          {t(text('，期末余额 ', ', closing balance '))}
          <Money fen={BigInt(of.closingFen)} />
          {t(text('，与明细相符。', '; the entries fit them.'))}
        </p>
      )}
      {of.duplicates.length > 0 && (
        <p class="text-secondary">
          {t(
            text(
              `第 ${of.duplicates.map(each => each.line).join('、')} 行此前已导入，没有再次入账。`,
              `Line ${of.duplicates.map(each => each.line).join(', ')} came before and was not booked again.`,
            ),
          )}
        </p>
      )}
    </>
  )
}

function Statement({
  report,
  lines,
  outlays,
  state,
  matching,
  timeline,
}: {
  report: Report
  lines: readonly StatementLine[]
  outlays: Awaited<ReturnType<typeof listOutlays>>
  state: string
  matching: Matching | undefined
  timeline: TimelineFacts
}) {
  const t = useWords()
  const { items, next } = cutPage(lines)
  return (
    <>
      <Summary of={report} />
      {matching && <Match of={matching} />}
      <Rejected of={report} />
      <Card title={t(text('明细', 'Lines'))}>
        <StateTabs
          at={state}
          of={[
            { state: 'all', words: text('全部', 'All'), count: report.importedCount },
            ...report.states.map(each => ({
              state: each.state,
              words: lineMachine.states[each.state as LineState],
              count: each.count,
            })),
          ]}
        />
        {items.length === 0 ? (
          <Empty title={t(text('没有明细', 'No lines'))}>
            {t(text('该文件的各行此前都已导入。', 'All lines of this file came before.'))}
          </Empty>
        ) : (
          <Lines of={items} />
        )}
        <Pager next={next} />
      </Card>
      <Outlays of={outlays} />
      <Card title={t(text('经过', 'What happened'))}>
        <Timeline of={timeline} />
      </Card>
    </>
  )
}

async function matchingOf(rx: Rx, statementId: string, query: Query): Promise<Matching | undefined> {
  if (!query.line) return undefined
  const line = await readStatementLine(rx, query.line)
  if (line.statementId !== statementId) throw notFound()
  if (line.state !== 'unmatched') return undefined
  return {
    line,
    q: query.q,
    found: query.q ? await findOrders(rx, query.q) : [],
    suggestions: await suggestMatches(rx, line.id),
  }
}

/** One statement: what was imported, what became of each line, and the line that is being matched. @throws not-found */
export async function showStatement(rx: Rx, id: string, query: Query) {
  const report = await readBankStatement(rx, id)
  const isState = query.state !== undefined && query.state in lineMachine.states
  const lines = await listStatementLines(rx, {
    statementId: id,
    ...(isState && { state: query.state as LineState }),
    ...(query.after && { after: query.after }),
  })
  const matching = await matchingOf(rx, id, query)
  const candidates = [...(matching?.found ?? []), ...(matching?.suggestions ?? []).map(each => each.order)]
  return {
    title: text(report.fileName, report.fileName),
    names: await tradeNames(
      rx,
      candidates.map(({ row }) => row.contractId),
    ),
    trail: deskTrail(['/operator/statements', text('对账单', 'Bank statements')]),
    lead: <Imported of={report} />,
    body: (
      <Statement
        report={report}
        lines={lines}
        outlays={await listOutlays(rx, id)}
        state={isState ? query.state! : 'all'}
        matching={matching}
        timeline={
          await readTimeline(rx, [
            ['bank-statement', id],
            ...cutPage(lines).items.map(line => ['statement-line', line.id] as const),
          ])
        }
      />
    ),
  }
}

function Imported({ of }: { of: Report }) {
  const t = useWords()
  return (
    <>
      <Moment at={of.createdAt} /> {t(text('导入', 'imported'))} · {of.encoding} ·{' '}
      <a href={`/api/v1/bank-statements/${of.id}/file`}>{t(text('下载原文件', 'Download the file'))}</a>
    </>
  )
}
