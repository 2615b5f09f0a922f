import { text } from '../../kernel/text.ts'
import { type Chargeback, chargebackMachine, type evidenceFor } from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Facts, Moment, Money, State } from '../../web/parts.tsx'

type Evidence = Awaited<ReturnType<typeof evidenceFor>>

/** What a payer's bank wants back of an order, until when it can be answered, and the answer, filled in from the record. */
export function Chargebacks({ of, evidence }: { of: readonly Chargeback[]; evidence: Evidence | undefined }) {
  const t = useWords()
  const { can } = useReader()
  if (of.length === 0) return null
  return (
    <Card title={t(text('拒付（付款人经发卡行要求退款）', 'Chargeback'))} id="chargeback">
      {of.map(row => (
        <div key={row.id} class="mb-3">
          <Facts
            of={[
              [
                t(text('状态', 'State')),
                <State
                  key="state"
                  machine={chargebackMachine}
                  state={row.state}
                  tones={{ open: 'bad', answered: 'warn', won: 'good', lost: 'bad' }}
                />,
              ],
              [t(text('金额', 'Amount')), <Money key="amount" fen={row.amountFen} />],
              [t(text('冻结的托管资金', 'Held out of escrow')), <Money key="held" fen={row.heldFen} />],
              [t(text('发卡行理由', 'The bank’s reason')), row.cause],
              [t(text('举证期限', 'To be answered by')), <Moment key="due" at={row.evidenceDueAt} />],
            ]}
          />
          {row.state === 'open' && evidence && can('chargeback.answer') && (
            <Form to={`POST /chargebacks/${row.id}/answer`}>
              <p>
                {t(
                  text(
                    '合同、交付回执和验收记录将一并提交；提交后不能更改。',
                    'The contract, the receipt of delivery and the acceptance go with it; it cannot be changed afterwards.',
                  ),
                )}
              </p>
              <ul lang="en">
                <li>{evidence.productDescription}</li>
                <li>{evidence.accessLog}</li>
              </ul>
              <Field
                name="explanation"
                kind="area"
                label={text(
                  '说明（建议用英文，发卡行可能不读中文）',
                  'Explanation (in English: the bank may not read Chinese)',
                )}
                value={evidence.explanation}
                isRequired
              />
              <Submit>{t(text('提交证据', 'Give the evidence'))}</Submit>
            </Form>
          )}
        </div>
      ))}
    </Card>
  )
}
