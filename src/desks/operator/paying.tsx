import { type Text, text } from '../../kernel/text.ts'
import type { OutlayRow, Payout, PayoutKind } from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Card, Empty, Facts, Moment, Money, Name, Notice, Pager, Table, yuan } from '../../web/parts.tsx'
import { Another, ageOf, Door, ReasonForm } from './parts.tsx'
import type { Named } from './payouts.tsx'

const kindWords: Record<PayoutKind, Text> = {
  vendor: text('供方款', 'To the vendor'),
  refund: text('退款', 'Refund'),
  return: text('退回来款', 'Payment returned'),
}

/** Bank and last digits of where a payout goes. */
export const accountOf = (row: Payout): string =>
  [row.bankName, row.numberTail && `**** ${row.numberTail}`].filter(Boolean).join(' · ')

/** Who is paid. */
export function Payee({ of: row, among }: { of: Payout; among: Named }) {
  const found = row.organizationId ? among.organizations.get(row.organizationId) : undefined
  if (found) return <Name zh={found.nameZh} en={found.nameEn} />
  return row.holderName ? <Name zh={row.holderName} /> : <>—</>
}

/** What a payout is for, with its order. */
export function For({ of: row, among }: { of: Payout; among: Named }) {
  const t = useWords()
  const order = row.orderId ? among.orders.get(row.orderId) : undefined
  return (
    <>
      {t(kindWords[row.kind])}
      {order && (
        <>
          {' '}
          <a href={`/operator/orders/${row.orderId}`}>{order.number}</a>
        </>
      )}
    </>
  )
}

function optionOf(row: Payout, among: Named): readonly [string, Text, Text] {
  const payee = row.organizationId ? among.organizations.get(row.organizationId) : undefined
  const order = row.orderId ? (among.orders.get(row.orderId)?.number ?? '') : ''
  const zh = payee?.nameZh ?? row.holderName ?? '—'
  const en = payee?.nameEn ?? zh
  const kind = kindWords[row.kind]
  const age = ageOf(row.changedAt, among.now)
  return [
    row.id,
    text(`¥${yuan(row.amountFen)} · ${zh}`, `¥${yuan(row.amountFen)} · ${en}`),
    text(
      `${kind.zh} ${order} · ${accountOf(row)} · 已等待 ${age.zh}`,
      `${kind.en} ${order} · ${accountOf(row)} · waits for ${age.en}`,
    ),
  ]
}

/** Payouts that may be ordered: all of them are chosen at first. */
export function Ready({ of }: { of: Named }) {
  const t = useWords()
  const { can } = useReader()
  if (of.rows.length === 0)
    return (
      <Empty title={t(text('没有待提交银行的付款', 'No payout waits to be ordered'))} icon="circle-check">
        {t(
          text('订单结算、退款和退回来款会出现在这里。', 'Settled orders, refunds and returned payments appear here.'),
        )}
      </Empty>
    )
  const total = of.rows.reduce((sum, row) => sum + row.amountFen, 0n)
  if (!can('payout-batch.create'))
    return (
      <>
        <Another>{t(text('付款文件由财务生成。', 'Finance makes the payment file.'))}</Another>
        <Confirmed of={of} />
      </>
    )
  return (
    <Card title={t(text('选择付款并生成付款文件', 'Choose payouts and make the payment file'))}>
      <Form to="POST /payout-batches" then="/operator/payouts?tab=ordered&batch={id}">
        <div data-words="data">
          <Field
            name="payoutIds"
            label={text(
              `本页 ${of.rows.length} 笔，共 ¥${yuan(total)}`,
              `${of.rows.length} on this page, ¥${yuan(total)} together`,
            )}
            kind="checks"
            value={of.rows.map(row => row.id)}
            options={of.rows.map(row => optionOf(row, of))}
          />
        </div>
        <p class="text-secondary">
          {t(
            text(
              '生成后这些付款视为已提交银行；您不能确认自己提交的付款，须由另一人凭银行回单确认。',
              'They then count as ordered from the bank; you cannot confirm what you ordered, another person does by the receipt.',
            ),
          )}
        </p>
        <Submit>{t(text('生成付款文件', 'Make the payment file'))}</Submit>
      </Form>
      <Pager next={of.next} />
    </Card>
  )
}

const bounces = [
  text('户名与账号不符', 'Name and account do not fit'),
  text('收款账户已销户', 'The account was closed'),
  text('收款行退回', 'Sent back by the receiving bank'),
]

/** What the imported statements say of a payout: the bank made it, or sent it back. */
function Told({ of }: { of: OutlayRow }) {
  const t = useWords()
  const isPaid = of.kind === 'paid'
  return (
    <Notice
      tone={isPaid ? 'good' : 'warn'}
      title={t(
        isPaid
          ? text('对账单中已有这笔付款', 'The statement has this payment')
          : text('对账单中这笔付款被退回', 'The statement says that this payment came back'),
      )}
    >
      <p class="mb-0">
        {t(text(`${of.bookedOn}，流水号 `, `${of.bookedOn}, serial `))}
        <code>{of.bankSerial}</code>
        {of.payeeName !== '' && (
          <>
            {t(text('，', ', '))}
            <Name zh={of.payeeName} />
          </>
        )}
        {of.remark !== '' && <>{t(text(`，附言：${of.remark}`, `, remark: ${of.remark}`))}</>}
        {t(text('。', '. '))}
        <a href={`/operator/statements/${of.statementId}#outlays`}>{t(text('查看对账单', 'See the statement'))}</a>
      </p>
    </Notice>
  )
}

/** A payout that the bank was told: confirmed by a second person, or bounced. */
export function One({ row, among, today }: { row: Payout; among: Named; today: string }) {
  const t = useWords()
  const { can, viewer } = useReader()
  const isOwn = row.madeBy === viewer?.personId || row.payeeSetBy === viewer?.personId
  const bounce = `POST /payouts/${row.id}/bounce`
  const told = among.outlays.get(row.id)
  const paid = told?.kind === 'paid' ? told : undefined
  return (
    <Card
      title={
        <a href={`/operator/payouts/${row.id}`}>
          <Money fen={row.amountFen} /> · <Payee of={row} among={among} />
        </a>
      }
    >
      {told && <Told of={told} />}
      <div class="columns">
        <Facts
          of={[
            [t(text('用途', 'For')), <For of={row} among={among} />],
            [t(text('户名', 'Holder')), row.holderName ? <Name zh={row.holderName} /> : '—'],
            [t(text('账户', 'Account')), accountOf(row)],
            [t(text('提交银行', 'Ordered')), <Moment at={row.orderedAt} />],
            [
              t(text('付款文件', 'Payment file')),
              row.batchId ? (
                <a href={`/api/v1/payout-batches/${row.batchId}/file`}>{t(text('下载', 'Download'))}</a>
              ) : (
                '—'
              ),
            ],
          ]}
        />
        <div class="stack">
          {isOwn ? (
            <Another>
              {t(text('您提交了这笔付款，须由另一人确认。', 'You ordered it; another person confirms.'))}
            </Another>
          ) : (
            can('payout.confirm') && (
              <Form to={`POST /payouts/${row.id}/confirm`}>
                <Field
                  name="bankSerial"
                  label={text('银行流水号', 'Bank serial number')}
                  hint={text('见银行付款回单', 'on the receipt of the bank')}
                  {...(paid && { value: paid.bankSerial })}
                  isRequired
                  autocomplete="off"
                />
                <Field
                  name="paidOn"
                  label={text('银行记账日期', 'Booking day')}
                  kind="date"
                  value={paid?.bookedOn ?? today}
                  max={today}
                  isRequired
                />
                <Submit tone="good">{t(text('确认银行已付款', 'Confirm that the bank paid'))}</Submit>
              </Form>
            )
          )}
          {can('payout.bounce') && (
            <Door
              to={bounce}
              label={text('银行退票', 'The bank did not pay')}
              consequence={text(
                '款项退回待处理，可更正账户后重新提交。',
                'It goes back to be mended and ordered again.',
              )}
              tone="plain"
            >
              <ReasonForm to={bounce} button={text('记录退票', 'Record it')} templates={bounces} tone="plain" />
            </Door>
          )}
        </div>
      </div>
    </Card>
  )
}

/** Payouts that the bank was told: each is confirmed by a second person, or bounced. */
export function Ordered({ of, today }: { of: Named; today: string }) {
  const t = useWords()
  if (of.rows.length === 0)
    return (
      <Empty title={t(text('没有待确认的付款', 'No payout waits to be confirmed'))} icon="circle-check">
        {t(
          text(
            '生成付款文件后，付款在这里等待另一人确认。',
            'Once a payment file is made its payouts wait here for a second person.',
          ),
        )}
      </Empty>
    )
  return (
    <>
      {of.rows.map(row => (
        <One key={row.id} row={row} among={of} today={today} />
      ))}
      <Pager next={of.next} />
    </>
  )
}

/** A payout that cannot go out as it is. */
export function Mend({ row, among }: { row: Payout; among: Named }) {
  const t = useWords()
  const { can } = useReader()
  return (
    <Card
      title={
        <a href={`/operator/payouts/${row.id}`}>
          <Money fen={row.amountFen} /> · <Payee of={row} among={among} />
        </a>
      }
    >
      <div class="columns">
        <Facts
          of={[
            [t(text('用途', 'For')), <For of={row} among={among} />],
            [t(text('账户', 'Account')), accountOf(row) || '—'],
            [
              t(text('情况', 'Why')),
              row.state === 'bounced'
                ? (row.reason ?? '—')
                : (row.reason ?? t(text('没有可用的收款账户', 'There is no account to pay to'))),
            ],
          ]}
        />
        {row.kind === 'vendor' ? (
          <div class="stack">
            <p>
              {t(
                text(
                  '供方款只付到供方登记并经确认的账户；账户更新并确认后即可重新提交。',
                  'A vendor is paid only to the account that it registered and that was confirmed.',
                ),
              )}
            </p>
            {row.state === 'bounced' && can('payout.retry') && (
              <Form to={`POST /payouts/${row.id}/retry`}>
                <Submit>{t(text('按登记账户重新准备', 'Make it ready again'))}</Submit>
              </Form>
            )}
          </div>
        ) : (
          can('payout.retry') && (
            <Form to={`POST /payouts/${row.id}/retry`}>
              <Field name="payee.holderName" label={text('收款人户名', 'Holder')} value={row.holderName} isRequired />
              <Field
                name="payee.accountNumber"
                label={text('收款账号', 'Account number')}
                isRequired
                autocomplete="off"
              />
              <Field name="payee.bankName" label={text('开户行', 'Bank')} value={row.bankName} />
              <p class="text-secondary">
                {t(text('填写账户的人不能确认这笔付款。', 'Who gives the account cannot confirm the payout.'))}
              </p>
              <Submit>{t(text('按此账户重新准备', 'Make it ready with this account'))}</Submit>
            </Form>
          )
        )}
      </div>
    </Card>
  )
}

/** Payouts that bounced, or whose account is not known. */
export function Stuck({ of }: { of: Named }) {
  const t = useWords()
  if (of.rows.length === 0)
    return (
      <Empty title={t(text('没有退票或缺账户的付款', 'Nothing bounced or lacks an account'))} icon="circle-check" />
    )
  return (
    <>
      {of.rows.map(row => (
        <Mend key={row.id} row={row} among={of} />
      ))}
    </>
  )
}

/** Payouts as a list. */
export function Confirmed({ of }: { of: Named }) {
  const t = useWords()
  if (of.rows.length === 0) return <Empty title={t(text('还没有确认的付款', 'Nothing was paid yet'))} icon="cash" />
  return (
    <>
      <Table
        head={[
          t(text('付款日', 'Paid on')),
          t(text('收款人', 'Payee')),
          t(text('用途', 'For')),
          t(text('账户', 'Account')),
          t(text('金额', 'Amount')),
          t(text('银行流水号', 'Bank serial')),
        ]}
        nums={[4]}
        rows={of.rows.map(row => [
          row.paidOn ?? '—',
          <a href={`/operator/payouts/${row.id}`}>
            <Payee of={row} among={of} />
          </a>,
          <For of={row} among={of} />,
          accountOf(row),
          <Money fen={row.amountFen} />,
          row.bankSerial ? <code>{row.bankSerial}</code> : '—',
        ])}
      />
      <Pager next={of.next} />
    </>
  )
}
