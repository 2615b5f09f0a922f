import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { personNames } from '../../modules/identity/index.ts'
import {
  correctionAccounts,
  type Difference,
  type DifferenceKind,
  differenceKinds,
  differenceMachine,
  isBookable,
  readDifference,
  readPayout,
  sides,
} from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Facts, Moment, Money, Name, State, yuan } from '../../web/parts.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { Another, Door, deskTrail, ReasonForm } from './parts.tsx'

interface Shown {
  readonly row: Difference
  readonly names: ReadonlyMap<string, string>
  readonly waits: boolean
  readonly me: string | null
  readonly timeline: TimelineFacts
}

/** What to do about each kind. */
const remedies: Readonly<Record<DifferenceKind, Text>> = {
  'outlay-unbooked': text(
    '核对银行回单：是待复核的付款就去确认；是银行收费或自有资金划转，提出更正；其他情况与银行联系后说明。',
    'See the bank’s receipt: confirm the payout if it is one; propose a correction for charges or own funds; otherwise ask the bank and explain.',
  ),
  'payout-amount': text(
    '多半是银行从中扣了费用：提出更正，或与银行核对后说明。',
    'Most often the bank took a charge out of it: propose a correction, or ask the bank and explain.',
  ),
  'payout-missing': text(
    '导入包含当日全部转出的对账单；流水号或日期填错的，说明正确的流水。',
    'Import the statement with all payments of that day; where serial or day was mistyped, explain which line it is.',
  ),
  'balance-gap': text(
    '导入两份对账单之间缺失的一份，差异随即消除。',
    'Import the statement between the two, and the difference is gone.',
  ),
  'movement-unbooked': text(
    '在通道后台查看该笔流水；通道收费或自有资金充值，提出更正。',
    'Look the movement up at the provider; propose a correction for its charges or for own funds.',
  ),
  'movement-amount': text(
    '与通道核对金额，确认后提出更正。',
    'Compare the amount with the provider, then propose a correction.',
  ),
  'movement-missing': text(
    '与通道核对该笔收付是否成立，说明原因。',
    'Ask the provider whether it took place, and explain.',
  ),
}

function About({ of: { row, names } }: { of: Shown }) {
  const t = useWords()
  return (
    <Card title={t(text('差异', 'The difference'))}>
      <Facts
        of={[
          [t(text('差异', 'Kind')), t(differenceKinds[row.kind])],
          [t(text('与谁核对', 'With')), t(sides[row.side].name)],
          [t(text('日期', 'Day')), row.dayOn],
          [t(text('差额（对方减账上）', 'Amount (theirs less ours)')), <Money key="amount" fen={row.amountFen} />],
          [
            t(text('流水', 'Reference')),
            <code key="ref" class="text-break">
              {row.reference}
            </code>,
          ],
          row.counterparty !== '' && [t(text('对方', 'Counterparty')), <Name key="name" zh={row.counterparty} />],
          row.statementId !== null && [
            t(text('对账单', 'Statement')),
            <a key="statement" href={`/operator/statements/${row.statementId}`}>
              {t(text('查看对账单', 'See the statement'))}
            </a>,
          ],
          row.payoutId !== null && [
            t(text('付款', 'Payout')),
            <a key="payout" href={`/operator/payouts/${row.payoutId}`}>
              {t(text('查看付款', 'See the payout'))}
            </a>,
          ],
          [t(text('发现', 'Found')), <Moment key="found" at={row.foundAt} />],
          [t(text('经办', 'Owner')), (row.ownerId && names.get(row.ownerId)) || t(text('未分派', 'Nobody yet'))],
          row.reason !== null && [t(text('说明', 'Explanation')), row.reason],
          row.account !== null && [t(text('对方科目', 'Against the account')), t(correctionAccounts[row.account])],
        ]}
      />
    </Card>
  )
}

function Correct({ row }: { row: Difference }) {
  const t = useWords()
  return (
    <Form to={`POST /differences/${row.id}/propose`}>
      <Field
        name="account"
        kind="select"
        label={text('记入科目', 'Book it against')}
        options={Object.entries(correctionAccounts).map(([value, words]) => [value, words] as const)}
        isRequired
      />
      <Field name="reason" label={text('更正理由', 'Why')} maxLength={1000} isRequired autocomplete="off" />
      <Submit>{t(text('提出更正', 'Propose the correction'))}</Submit>
    </Form>
  )
}

function Open({ of: { row, waits } }: { of: Shown }) {
  const t = useWords()
  const { can } = useReader()
  const explain = `POST /differences/${row.id}/explain`
  return (
    <Card title={t(text('处理', 'What to do'))}>
      <p>{t(remedies[row.kind])}</p>
      {waits && (
        <p>
          <a class="btn btn-primary" href={`/operator/payouts/${row.payoutId}`}>
            {t(text('去确认付款', 'Confirm the payout'))}
          </a>
        </p>
      )}
      {!waits && isBookable(row.kind) && can('difference.propose') && <Correct row={row} />}
      {can('difference.explain') ? (
        <div class="mt-3">
          <Door
            to={explain}
            label={text('只作说明，不入账', 'Explain it without a booking')}
            consequence={text(
              '差异不再列为待查明；账簿不变。说明进入日志。',
              'It no longer counts as unexplained; the books stay as they are, and the explanation goes into the log.',
            )}
          >
            <ReasonForm
              to={explain}
              label={text('说明', 'Explanation')}
              button={text('确认说明', 'Explain')}
              tone="plain"
            />
          </Door>
        </div>
      ) : (
        <Another>{t(text('差异由财务说明或提出更正。', 'Finance explains it or proposes the correction.'))}</Another>
      )}
    </Card>
  )
}

function Proposed({ of }: { of: Shown }) {
  const t = useWords()
  const { row, names } = of
  const { can } = useReader()
  const [confirm, refuse] = [`POST /differences/${row.id}/confirm`, `POST /differences/${row.id}/refuse`]
  const own = names.get(row.proposedBy ?? '') ?? ''
  if (!can('difference.confirm') || of.me === row.proposedBy)
    return (
      <Card title={t(text('复核', 'Confirmation'))}>
        <Another>
          {t(
            text(`更正由 ${own} 提出，须由另一人复核。`, `${own} proposed the correction; another person confirms it.`),
          )}
        </Another>
      </Card>
    )
  return (
    <Card title={t(text('复核更正', 'Confirm the correction'))}>
      <p>{t(text(`由 ${own} 提出。`, `Proposed by ${own}.`))}</p>
      <Form to={confirm}>
        <p>
          {t(
            text(
              `将按 ¥${yuan(row.amountFen)} 在“${sides[row.side].name.zh}”与“${correctionAccounts[row.account!].zh}”之间记账，入账后只能以冲销更正。`,
              `¥${yuan(row.amountFen)} will be booked between ${sides[row.side].name.en} and ${correctionAccounts[row.account!].en}; only a reversal undoes a booking.`,
            ),
          )}
        </p>
        <Submit>{t(text('同意并入账', 'Agree and book'))}</Submit>
      </Form>
      <div class="mt-3">
        <Door
          to={refuse}
          label={text('不同意', 'Do not agree')}
          consequence={text('差异退回待查明。', 'The difference is unexplained again.')}
        >
          <ReasonForm to={refuse} button={text('退回', 'Send it back')} />
        </Door>
      </div>
    </Card>
  )
}

function Whole({ of }: { of: Shown }) {
  const t = useWords()
  const { can } = useReader()
  const { row, timeline } = of
  const isOpen = row.state === 'open' || row.state === 'proposed'
  const reopen = `POST /differences/${row.id}/reopen`
  return (
    <>
      <p>
        <State
          machine={differenceMachine}
          state={row.state}
          tones={{ open: 'bad', proposed: 'warn', explained: 'good', corrected: 'good' }}
        />
      </p>
      {row.state === 'open' && <Open of={of} />}
      {row.state === 'proposed' && <Proposed of={of} />}
      <About of={of} />
      {isOpen && can('difference.take') && of.me !== row.ownerId && (
        <Form to={`POST /differences/${row.id}/take`}>
          <Submit tone="plain">{t(text('由我经办', 'I see to it'))}</Submit>
        </Form>
      )}
      {row.state === 'explained' && can('difference.reopen') && (
        <Door
          to={reopen}
          label={text('说明不成立，重新查明', 'The explanation does not hold')}
          consequence={text('差异退回待查明。', 'The difference is unexplained again.')}
        >
          <ReasonForm to={reopen} button={text('重新查明', 'Open it again')} />
        </Door>
      )}
      <Card title={t(text('经过', 'What happened'))}>
        <Timeline of={timeline} />
      </Card>
    </>
  )
}

/** The page of one difference. @throws not-found */
export async function showDifference(rx: Rx, id: string) {
  const row = await readDifference(rx, id)
  const payout = row.payoutId === null ? undefined : await readPayout(rx, row.payoutId)
  const people = [row.ownerId, row.proposedBy, row.decidedBy].flatMap(each => each ?? [])
  const shown = {
    row,
    names: await personNames(rx, people),
    waits: row.kind === 'outlay-unbooked' && payout?.state === 'ordered',
    me: rx.actor.personId,
    timeline: await readTimeline(rx, [['difference', id]]),
  }
  return {
    title: text(
      `${differenceKinds[row.kind].zh}：¥${yuan(row.amountFen)}`,
      `${differenceKinds[row.kind].en}: ¥${yuan(row.amountFen)}`,
    ),
    trail: deskTrail(['/operator/reconciliation', text('对账', 'Reconciliation')]),
    body: <Whole of={shown} />,
  }
}
