import { text } from '../../kernel/text.ts'
import { type OnlineOffer, onlinePaymentMachine, type Payment } from '../../modules/settlement/index.ts'
import { useReader, useWords } from '../../web/context.ts'
import { Form, Submit } from '../../web/form.tsx'
import { Moment, Money, Notice } from '../../web/parts.tsx'
import { NoAccount, PaymentCard } from './money.tsx'

interface Ways {
  readonly payment: Payment | 'no-account' | undefined
  readonly online: OnlineOffer | undefined
}

/** The ways to pay that there are: online where a provider is set up, and by bank. */
export function HowToPay({ payment, online }: Ways) {
  const t = useWords()
  if (payment === 'no-account') return online ? <OnlineCard of={online} /> : <NoAccount />
  return (
    <>
      {online && <OnlineCard of={online} />}
      {online && payment && <h3>{t(text('银行转账', 'Bank transfer'))}</h3>}
      {payment && <PaymentCard of={payment} />}
    </>
  )
}

/** Paying on the provider's page: begin, go there, or what became of the last time. */
function OnlineCard({ of: { orderId, restFen, latest, isWithin } }: { of: OnlineOffer }) {
  const t = useWords()
  const { can } = useReader()
  const heading = <h3>{t(text('网上支付（银行卡、支付宝、微信支付）', 'Pay online (card, Alipay, WeChat Pay)'))}</h3>
  if (!isWithin)
    return (
      <section class="mb-4">
        {heading}
        <p class="mb-0">
          {t(
            text(
              '金额超过网上支付上限，请以银行转账付款。',
              'The amount is more than can be paid online; pay by bank.',
            ),
          )}
        </p>
      </section>
    )
  if (latest?.state === 'open' && latest.url !== null)
    return (
      <section class="mb-4">
        {heading}
        <p>
          {t(text('应付 ', 'To pay: '))}
          <Money fen={latest.amountFen} />
          {t(text('；支付页面有效至 ', '; the page is open until '))}
          <Moment at={latest.expiresAt} />
        </p>
        <p>
          <a class="btn btn-primary" href={latest.url} rel="noreferrer">
            {t(text('前往支付', 'Go and pay'))}
          </a>
        </p>
        <p class="form-hint mb-0">
          {t(
            text(
              '支付完成后返回本页并刷新；到账由支付机构通知，通常数秒。',
              'Come back here and reload when you have paid; the provider tells us within seconds.',
            ),
          )}
        </p>
      </section>
    )
  if (latest?.state === 'requested')
    return (
      <section class="mb-4">
        {heading}
        <p>{t(text('正在准备支付页面，通常数秒。', 'The page to pay on is being prepared; it takes seconds.'))}</p>
        <p class="mb-0">
          <a class="btn btn-primary" href={`/orders/${orderId}`}>
            {t(text('刷新', 'Reload'))}
          </a>
        </p>
      </section>
    )
  return (
    <section class="mb-4">
      {heading}
      {latest && (latest.state === 'expired' || latest.state === 'failed') && (
        <Notice tone="warn" title={t(onlinePaymentMachine.states[latest.state])}>
          {latest.reason ?? t(text('没有扣款，可以重新支付。', 'Nothing was taken; you can pay again.'))}
        </Notice>
      )}
      {can('order.pay-online') ? (
        <Form to={`POST /orders/${orderId}/pay-online`} then={`/orders/${orderId}`}>
          <p>
            {t(text('应付 ', 'To pay: '))}
            <Money fen={restFen} />
            {t(
              text(
                '，款项进入托管，验收后才划付供方；退款原路退回。',
                ', held in escrow until you accept; refunds go back the way it came.',
              ),
            )}
          </p>
          <Submit>{t(text('网上支付', 'Pay online'))}</Submit>
        </Form>
      ) : (
        <p class="mb-0">{t(text('由本机构财务或经办人支付。', 'Your finance staff or a maker pays.'))}</p>
      )}
    </section>
  )
}
