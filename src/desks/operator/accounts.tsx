import { text } from '../../kernel/text.ts'
import type { BankAccount } from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Card, Empty, Facts, Moment, Name } from '../../web/parts.tsx'
import { Another, ageOf, Door, ReasonForm } from './parts.tsx'

const refusals = [
  text('户名与机构名称不一致', 'The holder is not the organisation'),
  text('未能核实开户证明', 'The proof of the account could not be verified'),
]

type Names = ReadonlyMap<string, { readonly nameZh: string; readonly nameEn: string | null }>

function One({ row, names, now }: { row: BankAccount; names: Names; now: Date }) {
  const t = useWords()
  const { can, viewer } = useReader()
  const owner = names.get(row.organizationId)
  const refuse = `POST /bank-accounts/${row.id}/refuse`
  return (
    <Card title={owner ? <Name zh={owner.nameZh} en={owner.nameEn} /> : '—'}>
      <div class="columns">
        <Facts
          of={[
            [t(text('户名', 'Holder')), <Name zh={row.holderName} />],
            [t(text('开户行', 'Bank')), <Name zh={row.bankName} />],
            [t(text('联行号', 'Bank code')), row.bankCode ?? '—'],
            [t(text('账号', 'Account')), `**** ${row.numberTail}`],
            [t(text('提交', 'Registered')), <Moment at={row.createdAt} />],
            [t(text('已等待', 'Waits for')), t(ageOf(row.createdAt, now))],
          ]}
        />
        <div class="stack">
          {row.registeredBy === viewer?.personId ? (
            <Another>
              {t(text('您提交了该账户，须由另一人确认。', 'You registered it; another person confirms.'))}
            </Another>
          ) : (
            can('bank-account.confirm') && (
              <>
                <Form to={`POST /bank-accounts/${row.id}/confirm`}>
                  <p>
                    {t(
                      text(
                        '户名须与机构名称一致，并已核对开户证明。更换账户的，冷静期后才会付款到新账户。',
                        'The holder must be the organisation and the proof of the account compared. A changed account is paid to after the cooling period.',
                      ),
                    )}
                  </p>
                  <Submit tone="good">{t(text('确认账户', 'Confirm the account'))}</Submit>
                </Form>
                <Door
                  to={refuse}
                  label={text('不予确认', 'Refuse')}
                  consequence={text(
                    '机构将看到理由，可重新提交。',
                    'The organisation reads the reason and may register another.',
                  )}
                  tone="plain"
                >
                  <ReasonForm to={refuse} button={text('不予确认', 'Refuse')} templates={refusals} />
                </Door>
              </>
            )
          )}
        </div>
      </div>
    </Card>
  )
}

/** Bank accounts that wait for a second person. */
export function Accounts({ of, names, now }: { of: readonly BankAccount[]; names: Names; now: Date }) {
  const t = useWords()
  if (of.length === 0)
    return (
      <Empty title={t(text('没有待确认的收款账户', 'No bank account waits'))} icon="building-bank">
        {t(
          text('机构财务提交收款账户后，在这里由您确认。', 'Accounts that organisations register are confirmed here.'),
        )}
      </Empty>
    )
  return (
    <>
      {of.map(row => (
        <One key={row.id} row={row} names={names} now={now} />
      ))}
    </>
  )
}
