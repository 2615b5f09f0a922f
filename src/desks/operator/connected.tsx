import { text } from '../../kernel/text.ts'
import type { ConnectedAccount } from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Card, Facts, Moment, Name } from '../../web/parts.tsx'
import { Another, ageOf, Door, ReasonForm } from './parts.tsx'

const refusals = [
  text('机构信息与登记不一致', 'The organisation differs from what is registered'),
  text('请先登记并确认银行账户', 'Register a bank account first'),
]

type Names = ReadonlyMap<string, { readonly nameZh: string; readonly nameEn: string | null }>

function One({ row, names, now }: { row: ConnectedAccount; names: Names; now: Date }) {
  const t = useWords()
  const { can, viewer } = useReader()
  const owner = names.get(row.organizationId)
  const refuse = `POST /connected-accounts/${row.id}/refuse`
  return (
    <Card title={owner ? <Name zh={owner.nameZh} en={owner.nameEn} /> : '—'}>
      <div class="columns">
        <Facts
          of={[
            [t(text('申请', 'Wants')), t(text('网上支付收款账户', 'An account with the payment provider'))],
            [t(text('提交', 'Registered')), <Moment key="at" at={row.createdAt} />],
            [t(text('已等待', 'Waits for')), t(ageOf(row.createdAt, now))],
          ]}
        />
        <div class="stack">
          {row.registeredBy === viewer?.personId ? (
            <Another>
              {t(text('您提交了该申请，须由另一人确认。', 'You asked for it; another person confirms.'))}
            </Another>
          ) : (
            can('connected-account.confirm') && (
              <>
                <Form to={`POST /connected-accounts/${row.id}/confirm`}>
                  <p>
                    {t(
                      text(
                        '确认后由支付机构开户并核验资料；此前另有收款去向的，冷静期后才会划付。',
                        'The provider then opens it and checks the organisation. Where money went elsewhere before, the cooling period runs first.',
                      ),
                    )}
                  </p>
                  <Submit tone="good">{t(text('确认开通', 'Confirm'))}</Submit>
                </Form>
                <Door
                  to={refuse}
                  label={text('不予开通', 'Refuse')}
                  consequence={text(
                    '机构将看到理由，可重新申请。',
                    'The organisation reads the reason and may ask again.',
                  )}
                  tone="plain"
                >
                  <ReasonForm to={refuse} button={text('不予开通', 'Refuse')} templates={refusals} />
                </Door>
              </>
            )
          )}
        </div>
      </div>
    </Card>
  )
}

/** Accounts with the payment provider that wait for a second person. */
export const ConnectedAccounts = ({ of, names, now }: { of: readonly ConnectedAccount[]; names: Names; now: Date }) => (
  <>
    {of.map(row => (
      <One key={row.id} row={row} names={names} now={now} />
    ))}
  </>
)
