import { dayOf } from '../../kernel/calendar.ts'
import { text } from '../../kernel/text.ts'
import { Id } from '../../kernel/wire.ts'
import { type Payout, type PayoutState, payoutMachine, readPayout } from '../../modules/settlement/index.ts'
import { useWords } from '../../web/context.ts'
import { Card, Facts, Money, State, type Tone } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { deskTrail } from './parts.tsx'
import { accountOf, For, Mend, One, Payee } from './paying.tsx'
import { type Named, named } from './payouts.tsx'

const tones: Partial<Record<PayoutState, Tone>> = { confirmed: 'good', bounced: 'bad', waiting: 'warn' }

interface Shown {
  readonly row: Payout
  readonly among: Named
  readonly timeline: TimelineFacts
}

function Whole({ of: { row, among, timeline } }: { of: Shown }) {
  const t = useWords()
  const isStuck = row.state === 'bounced' || row.state === 'waiting'
  return (
    <>
      {row.state === 'ordered' && <One row={row} among={among} today={dayOf(among.now)} />}
      {isStuck && <Mend row={row} among={among} />}
      {row.state === 'ready' && (
        <p>
          <a class="btn btn-primary" href="/operator/payouts?tab=ready">
            {t(text('去生成付款文件', 'Make the payment file'))}
          </a>
        </p>
      )}
      {(row.state === 'ready' || row.state === 'confirmed') && (
        <Card title={t(text('付款', 'The payout'))}>
          <Facts
            of={[
              [t(text('收款人', 'Payee')), <Payee key="payee" of={row} among={among} />],
              [t(text('用途', 'For')), <For key="for" of={row} among={among} />],
              [t(text('账户', 'Account')), accountOf(row) || '—'],
              row.paidOn !== null && [t(text('付款日', 'Paid on')), row.paidOn],
              row.bankSerial !== null && [
                t(text('银行流水号', 'Bank serial')),
                <code key="serial">{row.bankSerial}</code>,
              ],
            ]}
          />
        </Card>
      )}
      <Card title={t(text('经过', 'What happened'))}>
        <Timeline of={timeline} />
      </Card>
    </>
  )
}

export const payoutPage = page({
  at: 'GET /operator/payouts/:id',
  operation: 'showOperatorPayout',
  permission: 'payout-batch.list',
  summary: text('一笔付款', 'A payout'),
  params: { id: Id },
  run: async (rx, { params: { id } }) => {
    const row = await readPayout(rx, id)
    const among = await named(rx, [row])
    const subjects: (readonly [string, string])[] = [['payout', id]]
    if (row.batchId) subjects.push(['payout-batch', row.batchId])
    const timeline = await readTimeline(rx, subjects)
    return {
      title: text('付款', 'Payout'),
      trail: deskTrail(['/operator/payouts', text('付款', 'Payouts')]),
      lead: (
        <>
          <State machine={payoutMachine} state={row.state as PayoutState} tones={tones} /> <Money fen={row.amountFen} />
        </>
      ),
      body: <Whole of={{ row, among, timeline }} />,
    }
  },
})
