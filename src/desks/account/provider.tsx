import { text } from '../../kernel/text.ts'
import { type ConnectedAccount, connectedAccountMachine } from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Facts, Moment, Name, State } from '../../web/parts.tsx'

const tones = { ready: 'good', refused: 'bad', submitted: 'warn', opening: 'warn', onboarding: 'warn' } as const

function Password() {
  return (
    <Field
      name="password"
      kind="password"
      label={text('登录密码', 'Your password')}
      hint={text(
        '改变收款去向须再次确认是您本人。',
        'Where money goes is changed only by somebody who proves who they are.',
      )}
      autocomplete="current-password"
      isRequired
    />
  )
}

function Ask() {
  const t = useWords()
  return (
    <Form to="POST /connected-accounts">
      <p>
        {t(
          text(
            '开通后，网上支付的价款验收结算时由支付机构直接划付，不经银行付款文件；未开通的仍付到上面的银行账户。申请须经运营机构另一人确认。',
            'Once open, your share of what was paid online is transferred by the provider at settlement; until then it goes to the bank account above. Another person, of the operator, confirms it.',
          ),
        )}
      </p>
      <Password />
      <Submit>{t(text('申请开通', 'Ask for it'))}</Submit>
    </Form>
  )
}

function Open({ of: { row } }: { of: { row: ConnectedAccount } }) {
  const t = useWords()
  const { can } = useReader()
  const isOnboarding = row.state === 'onboarding'
  return (
    <>
      <Facts
        of={[
          [
            t(text('状态', 'State')),
            <State key="state" machine={connectedAccountMachine} state={row.state} tones={tones} />,
          ],
          row.reason !== null && [t(text('理由', 'Reason')), <Name key="reason" zh={row.reason} />],
          [t(text('申请时间', 'Asked for')), <Moment key="created" at={row.createdAt} />],
          row.usableFrom !== null && [
            t(text('可用日期', 'Usable from')),
            <Moment key="usable" at={row.usableFrom} isDay />,
          ],
        ]}
      />
      {isOnboarding && (
        <p>
          <a class="btn btn-primary" href="/api/v1/connected-account/onboard" rel="noreferrer">
            {t(text('前往支付机构完善资料', 'Go to the provider and complete it'))}
          </a>
        </p>
      )}
      {can('connected-account.close') && (
        <details>
          <summary>{t(text('停用', 'Use it no longer'))}</summary>
          <Form to={`POST /connected-accounts/${row.id}/close`}>
            <p>
              {t(
                text(
                  '停用后，今后的结算款付到银行账户；已发起的划付不受影响。再次开通须重新申请并有冷静期。',
                  'From then on a bank pays; what was sent already stays. Opening it again takes a new request and a cooling period.',
                ),
              )}
            </p>
            <Password />
            <Submit tone="danger">{t(text('停用', 'Use it no longer'))}</Submit>
          </Form>
        </details>
      )}
    </>
  )
}

/** The vendor's account with the payment provider: asked for, confirmed by another person, completed there. */
export function ProviderAccount({ of }: { of: ConnectedAccount | undefined }) {
  const t = useWords()
  const { can } = useReader()
  const isOver = of === undefined || of.state === 'refused' || of.state === 'closed'
  return (
    <Card title={t(text('网上支付收款账户', 'Account with the payment provider'))} id="provider">
      {of?.state === 'refused' && of.reason && (
        <p>
          {t(text('上次申请未通过：', 'The last request was refused: '))}
          <Name zh={of.reason} />
        </p>
      )}
      {isOver ? can('connected-account.register') && <Ask /> : <Open of={{ row: of }} />}
    </Card>
  )
}
