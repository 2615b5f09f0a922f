import { text } from '../../kernel/text.ts'
import type { listOutlays, readBankStatement } from '../../modules/settlement/index.ts'
import { useWords } from '../../web/context.ts'
import { Badge, Card, Count, Money, Name, Table } from '../../web/parts.tsx'

/** What left the account, or came back undone: it is what payouts are confirmed by. */
export function Outlays({ of }: { of: Awaited<ReturnType<typeof listOutlays>> }) {
  const t = useWords()
  if (of.length === 0) return null
  return (
    <Card title={t(text('转出与退汇', 'Paid out, and come back'))} id="outlays">
      <Table
        head={[
          t(text('记账日期', 'Booked on')),
          t(text('金额', 'Amount')),
          t(text('收款人', 'Payee')),
          t(text('附言', 'Remark')),
          t(text('银行流水号', 'Bank serial')),
          t(text('付款', 'Payout')),
        ]}
        nums={[1]}
        rows={of.map(each => [
          each.bookedOn,
          <>
            <Money fen={each.amountFen} />{' '}
            {each.kind === 'returned' && <Badge tone="warn">{t(text('退汇', 'Came back'))}</Badge>}
          </>,
          each.payeeName === '' ? '—' : <Name zh={each.payeeName} />,
          each.remark === '' ? '—' : each.remark,
          <code>{each.bankSerial}</code>,
          each.payoutId ? <a href={`/operator/payouts/${each.payoutId}`}>{t(text('查看', 'See it'))}</a> : '—',
        ])}
      />
      <p class="text-secondary mb-0">
        {t(
          text(
            '转出不入账：复核人在“付款”中确认相应付款时，流水号和日期已自动填好。',
            'They book nothing: whoever confirms the payout finds its serial number and day filled in.',
          ),
        )}
      </p>
    </Card>
  )
}

/** Lines that could not be booked, and what to do about each. */
export function Rejected({ of }: { of: Awaited<ReturnType<typeof readBankStatement>> }) {
  const t = useWords()
  if (of.rejected.length === 0) return null
  return (
    <Card title={t(text('未入账的行', 'Lines that were refused'))}>
      <Table
        head={[t(text('行', 'Line')), t(text('问题', 'What is wrong')), t(text('处理', 'What to do'))]}
        nums={[0]}
        rows={of.rejected.map(each => [<Count of={each.line} />, t(each.message), t(each.remedy)])}
      />
      <p class="text-secondary mb-0">
        {t(
          text(
            '改正后可以再次导入整个文件，已入账的行不会重复。',
            'Correct them and import the whole file again; booked lines are not repeated.',
          ),
        )}
      </p>
    </Card>
  )
}
