import type { Route } from '../../kernel/http/route.ts'
import { text } from '../../kernel/text.ts'
import { organizationOf, requireOrganization } from '../../modules/identity/index.ts'
import {
  accountMachine,
  type ConnectedAccount,
  listBankAccounts,
  onlineGateway,
  ownConnectedAccount,
} from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Empty, Moment, Name, Notice, State, Table } from '../../web/parts.tsx'
import { page } from '../page.tsx'
import { readTimeline, Timeline, type TimelineFacts } from '../timeline.tsx'
import { ProviderAccount } from './provider.tsx'

type Account = Awaited<ReturnType<typeof listBankAccounts>>[number]

function List({ accounts }: { accounts: readonly Account[] }) {
  const t = useWords()
  if (accounts.length === 0)
    return (
      <Empty icon="building-bank" title={t(text('还没有收款账户', 'No bank account yet'))}>
        {t(text('登记后，验收通过的交易按规定结算到该账户。', 'Once registered, accepted trades are settled to it.'))}
      </Empty>
    )
  return (
    <Table
      caption={t(text('收款账户', 'Bank accounts'))}
      head={[
        t(text('开户银行', 'Bank')),
        t(text('账号', 'Number')),
        t(text('状态', 'State')),
        t(text('可用日期', 'Usable from')),
        t(text('提交时间', 'Submitted')),
      ]}
      rows={accounts.map(account => [
        <Name key="bank" zh={account.bankName} />,
        <code key="number">•••• {account.numberTail}</code>,
        <span key="state">
          <State
            machine={accountMachine}
            state={account.state}
            tones={{ confirmed: 'good', refused: 'bad', submitted: 'warn' }}
          />
          {account.reason && (
            <div class="text-secondary">
              <Name zh={account.reason} />
            </div>
          )}
        </span>,
        <Moment key="usable" at={account.usableFrom} isDay />,
        <Moment key="created" at={account.createdAt} />,
      ])}
    />
  )
}

function Register({ holder, isChange }: { holder: string; isChange: boolean }) {
  const t = useWords()
  return (
    <Card title={isChange ? t(text('更换账户', 'Change the account')) : t(text('登记账户', 'Register an account'))}>
      {isChange && (
        <Notice>
          {t(
            text(
              '更换账户经确认后有冷静期，期间款项暂缓支付，以防账户被冒名更改。',
              'After a change is confirmed payouts rest for a while, so that nobody can redirect money unseen.',
            ),
          )}
        </Notice>
      )}
      <Form to="POST /bank-accounts">
        <p>
          {t(text('户名：', 'Holder: '))}
          <strong lang="zh-CN">{holder}</strong>
          <span class="form-hint">
            {t(text('只能登记本机构名下的账户。', 'Only an account in the organisation’s own name.'))}
          </span>
        </p>
        <Field name="bankName" label={text('开户银行及支行', 'Bank and branch')} isRequired />
        <Field
          name="bankCode"
          label={text('联行号（可不填）', 'Bank code (may be left out)')}
          hint={text('12 位数字，跨行汇款时使用。', 'Twelve digits, used for transfers between banks.')}
          inputMode="numeric"
          maxLength={12}
        />
        <Field
          name="accountNumber"
          label={text('银行账号', 'Account number')}
          inputMode="numeric"
          autocomplete="off"
          isRequired
        />
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
        <Submit>{t(text('提交', 'Submit'))}</Submit>
      </Form>
    </Card>
  )
}

interface Shown {
  readonly accounts: readonly Account[]
  readonly holder: string
  readonly timeline: TimelineFacts
  /** of a vendor, where a payment provider is set up */
  readonly provider: { readonly row: ConnectedAccount | undefined } | undefined
}

function Accounts({ of: { accounts, holder, timeline, provider } }: { of: Shown }) {
  const t = useWords()
  const reader = useReader()
  const isWaiting = accounts.some(account => account.state === 'submitted')
  return (
    <>
      <List accounts={accounts} />
      {isWaiting && (
        <Notice>
          {t(
            text(
              '待确认的账户由运营机构核对后生效；再次提交会替换它。',
              'The operator confirms the one that waits; submitting another takes its place.',
            ),
          )}
        </Notice>
      )}
      {reader.can('bank-account.register') && (
        <Register holder={holder} isChange={accounts.some(account => account.state === 'confirmed')} />
      )}
      {provider && <ProviderAccount of={provider.row} />}
      {timeline.entries.length > 0 && (
        <Card title={t(text('经过', 'What happened'))}>
          <Timeline of={timeline} />
        </Card>
      )}
    </>
  )
}

export const bankRoutes: Route[] = [
  page({
    at: 'GET /organization/bank-accounts',
    operation: 'showBankAccounts',
    permission: 'bank-account.list',
    summary: text('收款账户', 'Bank accounts'),
    run: async (rx, _input, reader) => {
      const own = await organizationOf(rx, requireOrganization(rx.actor))
      const accounts = (await listBankAccounts(rx, { limit: 100 })).filter(each => each.organizationId === own.id)
      const isOffered = onlineGateway(rx.kit) !== undefined && reader.can('connected-account.read')
      const provider = isOffered ? { row: await ownConnectedAccount(rx) } : undefined
      const timeline = await readTimeline(rx, [
        ...accounts.map(each => ['bank-account', each.id] as const),
        ...(provider?.row ? [['connected-account', provider.row.id] as const] : []),
      ])
      return {
        title: text('收款账户', 'Bank accounts'),
        lead: text('结算款支付到已确认的账户。', 'Settlements are paid to the confirmed account.'),
        trail: [['/organization', text('机构', 'Organisation')]],
        body: <Accounts of={{ accounts, holder: own.nameZh, timeline, provider }} />,
      }
    },
  }),
]
