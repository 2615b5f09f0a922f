import { text } from '../kernel/text.ts'
import { type Freeze, freezeMachine } from '../modules/orders/index.ts'
import { useWords } from '../web/context.ts'
import { Moment, Notice, type Tone } from '../web/parts.tsx'

export const freezeTones: Partial<Record<Freeze['state'], Tone>> = {
  proposed: 'warn',
  declined: 'quiet',
  active: 'bad',
  lifting: 'bad',
  lifted: 'good',
}

/** What a freeze stops and what it leaves, in one sentence. */
export const freezeEffect = (isDeliveryStopped: boolean) =>
  isDeliveryStopped
    ? text(
        '冻结期间不结算、不划付、不付款，数据下载同时停止；验收、争议等记录照常。',
        'While it lasts nothing is released, transferred or paid out, and downloads stop too; acceptance, disputes and all records go on.',
      )
    : text(
        '冻结期间不结算、不划付、不付款；数据交付、验收、争议等照常。',
        'While it lasts nothing is released, transferred or paid out; delivery, acceptance, disputes and all records go on.',
      )

/** The freeze of a trade on the pages that show the trade; nothing where there is none. */
export function Frozen({ of }: { of: Freeze | undefined }) {
  const t = useWords()
  if (!of) return null
  return (
    <Notice
      tone="bad"
      title={t(text('主管部门已冻结本交易的资金', 'The authority has frozen the money of this trade'))}
    >
      <p class="mb-1">{of.reason}</p>
      <p class="mb-1">
        {t(text('依据：', 'Basis: '))}
        {of.basis}
      </p>
      <p class="mb-0">
        {t(freezeMachine.states[of.state])}
        {t(text('，自 ', ', since '))}
        <Moment at={of.decidedAt} />
        {t(text('。', '. '))}
        {t(freezeEffect(of.isDeliveryStopped))}{' '}
        <a href={`/freezes/${of.id}`}>{t(text('查看冻结', 'See the freeze'))}</a>
      </p>
    </Notice>
  )
}
