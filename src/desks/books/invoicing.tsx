import { text } from '../../kernel/text.ts'
import {
  type InvoiceState,
  type Invoicing,
  invoiceKinds,
  invoiceMachine,
  type lastDetails,
} from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Field, Form, Submit } from '../../web/form.tsx'
import { Badge, Card, Money, Notice, State, Table, type Tone } from '../../web/parts.tsx'
import { Door } from '../operator/parts.tsx'

export const invoiceTones: Partial<Record<InvoiceState, Tone>> = {
  requested: 'warn',
  issued: 'good',
  declined: 'bad',
  partly_corrected: 'info',
}

export type Details = Awaited<ReturnType<typeof lastDetails>>

/** The fields of one's own side that are no name and no tax code; filled in as on the last invoice. */
export function DetailFields({ of }: { of: Details }) {
  return (
    <>
      <Field name="address" label={text('地址', 'Address')} value={of?.address} maxLength={200} />
      <Field name="phone" label={text('电话', 'Telephone')} kind="tel" value={of?.phone} maxLength={30} />
      <Field name="bankName" label={text('开户银行', 'Bank')} value={of?.bankName} maxLength={100} />
      <Field
        name="bankAccount"
        label={text('银行账号', 'Account')}
        value={of?.bankAccount}
        maxLength={40}
        inputMode="numeric"
      />
    </>
  )
}

/** The form with which an invoice is asked for. */
export function RequestForm({ to, of, label }: { to: string; of: Details; label: ReturnType<typeof text> }) {
  const t = useWords()
  return (
    <Door
      to={to}
      label={label}
      consequence={text(
        '名称和税号取自机构核验信息；开票方将收到申请。',
        'Name and tax code are those of the verified organisation; the issuer is asked.',
      )}
      tone="primary"
    >
      <Form to={to} then="/invoices/{id}">
        <Field
          name="kind"
          label={text('发票种类', 'Kind')}
          kind="radios"
          isRequired
          value={of?.kind ?? 'ordinary'}
          options={[
            ['ordinary', invoiceKinds.ordinary],
            ['special', invoiceKinds.special, text('可抵扣进项税额', 'input tax can be deducted')],
          ]}
        />
        <DetailFields of={of} />
        <Submit>{t(text('提交申请', 'Ask for it'))}</Submit>
      </Form>
    </Door>
  )
}

/** What an invoice is, in a word: a red letter says so. */
export function KindBadge({ of }: { of: Pick<Invoicing, 'isRed' | 'subject'> }) {
  const t = useWords()
  if (of.isRed) return <Badge tone="bad">{t(text('红字', 'Red letter'))}</Badge>
  return <span>{t(of.subject === 'fee' ? text('服务费发票', 'Fee invoice') : text('价款发票', 'Sales invoice'))}</span>
}

/** Invoices of an order on its page: what there is, what is owed, and the way to ask for one. */
export function InvoicesCard({
  orderId,
  side,
  of,
  details,
  canRequestSale,
  canRequestFee,
}: {
  orderId: string
  side: string
  of: readonly Invoicing[]
  details: Details
  canRequestSale: boolean
  canRequestFee: boolean
}) {
  const t = useWords()
  const { can } = useReader()
  const owed = of.filter(row => row.isRed && row.state === 'requested')
  const mayAsk = side === 'buyer' && canRequestSale && can('invoice.request')
  const mayAskFee = side === 'vendor' && canRequestFee && can('invoice.request-fee')
  if (of.length === 0 && !mayAsk && !mayAskFee) return null
  return (
    <Card title={t(text('发票', 'Invoices'))} id="invoices">
      {owed.length > 0 && (
        <Notice tone="warn" title={t(text('须开具红字发票', 'A red letter is owed'))}>
          {side === 'vendor'
            ? t(
                text(
                  '该订单已开票且发生退款，请开具红字发票并登记号码。',
                  'The order was invoiced and money went back: issue the red letter and enter its number.',
                ),
              )
            : t(
                text(
                  '该订单已开票且发生退款，供方须开具红字发票；专用发票请按规定配合。',
                  'The order was invoiced and money went back: the vendor owes a red letter.',
                ),
              )}
        </Notice>
      )}
      {of.length > 0 && (
        <Table
          head={[
            t(text('发票', 'Invoice')),
            t(text('种类', 'Kind')),
            t(text('价税合计', 'With tax')),
            t(text('状态', 'State')),
          ]}
          nums={[2]}
          rows={of.map(row => [
            <a href={`/invoices/${row.id}`}>{row.invoiceNumber ?? t(text('未编号', 'no number yet'))}</a>,
            <KindBadge of={row} />,
            <Money fen={row.isRed ? -row.amountFen : row.amountFen} />,
            <State machine={invoiceMachine} state={row.state} tones={invoiceTones} />,
          ])}
        />
      )}
      <div class="stack mt-3">
        {mayAsk && (
          <RequestForm
            to={`POST /orders/${orderId}/request-invoice`}
            of={details}
            label={text('申请开票', 'Ask for an invoice')}
          />
        )}
        {mayAskFee && (
          <RequestForm
            to={`POST /orders/${orderId}/request-fee-invoice`}
            of={details}
            label={text('申请服务费发票', 'Ask for the invoice of the fee')}
          />
        )}
      </div>
    </Card>
  )
}
