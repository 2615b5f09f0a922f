import { type Text, text } from '../../kernel/text.ts'
import type { ParkedRow } from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Card, Count, Facts, Moment } from '../../web/parts.tsx'

const kindWords: Readonly<Record<string, Text>> = {
  'open-payment': text('打开支付页面', 'Open a page to pay on'),
  'close-payment': text('关闭支付页面', 'Close a page to pay on'),
  refund: text('原路退款', 'Refund through the provider'),
  transfer: text('划付供方', 'Transfer to a vendor'),
  'reverse-transfer': text('撤回划付', 'Take a transfer back'),
  'open-payee': text('开通通道收款账户', 'Open an account with the provider'),
  'submit-evidence': text('提交拒付证据', 'Submit evidence'),
}

/** What was given up between the exchange and its payment provider, with what was last heard, and the way on. */
export function Parked({ of }: { of: readonly ParkedRow[] }) {
  const t = useWords()
  const { can } = useReader()
  const may = (row: ParkedRow) => can(row.side === 'intent' ? 'intent.resume' : 'inbox.resume')
  return (
    <Card title={t(text('支付通道：待人工处理', 'Payment provider: to be seen to'))} id="parked">
      <p>
        {t(
          text(
            '多次尝试仍无明确结果。排除原因后恢复：先按原编号向通道核实，确未办理才以原幂等键再发，不会重复付款。',
            'Tried many times without a clear answer. Resume once the cause is gone: it is looked for first, and said again with the key that it had, so that nothing is paid twice.',
          ),
        )}
      </p>
      {of.map(row => (
        <div key={row.id} class="columns mb-3">
          <Facts
            of={[
              [
                t(text('事项', 'What')),
                row.side === 'notice'
                  ? `${t(text('通知', 'Notification'))} ${row.kind}`
                  : t(kindWords[row.kind] ?? text(row.kind, row.kind)),
              ],
              [t(text('登记时间', 'Since')), <Moment key="at" at={row.createdAt} />],
              [t(text('已尝试', 'Attempts')), <Count key="n" of={row.attempts} />],
              [t(text('最近结果', 'Last heard')), row.problem ?? '—'],
            ]}
          />
          {may(row) && (
            <Form to={`POST /${row.side === 'intent' ? 'intents' : 'notices'}/${row.id}/resume`}>
              <Submit>{t(text('核实并恢复', 'Look for it and go on'))}</Submit>
            </Form>
          )}
        </div>
      ))}
    </Card>
  )
}
