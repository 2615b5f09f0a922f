import type { Rx } from '../../kernel/command.ts'
import { text } from '../../kernel/text.ts'
import {
  orderMachine,
  ordersOfContract,
  subscriptionMachine,
  subscriptionOfContract,
} from '../../modules/orders/index.ts'
import { filingMachine, filingOf, registrationMachine, registrationOf } from '../../modules/registration/index.ts'
import { useWords } from '../../web/context.ts'
import { Card, Facts, State } from '../../web/parts.tsx'

/** What belongs to a contract's trade beside it, as far as the reader may know of it. */
export async function recordsOf(rx: Rx, contractId: string) {
  const orders = await ordersOfContract(rx, contractId)
  return {
    registration: await registrationOf(rx, contractId),
    filing: await filingOf(rx, contractId),
    order: orders[0],
    orders,
    subscription: await subscriptionOfContract(rx, contractId),
  }
}

const good = { registered: 'good', filed: 'good', filed_checked: 'good' } as const

export type Records = Awaited<ReturnType<typeof recordsOf>>

/** Registration, filing and order of a trade, with their documents and where anyone may check them. */
export function RecordsCard({ of, contractId, isTrade }: { of: Records; contractId: string; isTrade?: boolean }) {
  const t = useWords()
  const { registration, filing, order, subscription } = of
  const pending = t(text('合同生效后办理', 'Follows once the contract is in effect'))
  return (
    <Card title={t(text('登记、备案与订单', 'Registration, filing, order'))}>
      <Facts
        of={[
          [
            t(text('交易登记', 'Registration')),
            registration ? (
              <>
                <State machine={registrationMachine} state={registration.state as never} tones={good} />{' '}
                {registration.number && <a href={`/verify/${registration.number}`}>{registration.number}</a>}{' '}
                {registration.certificateSha256 && (
                  <a href={`/api/v1/registrations/${registration.id}/certificate`}>
                    {t(text('登记证书（PDF）', 'Certificate (PDF)'))}
                  </a>
                )}
              </>
            ) : (
              pending
            ),
          ],
          [
            t(text('备案', 'Filing')),
            filing ? (
              <>
                <State machine={filingMachine} state={filing.state as never} tones={good} />{' '}
                {filing.number && <a href={`/verify/${filing.number}`}>{filing.number}</a>}{' '}
                {filing.receiptSha256 && (
                  <a href={`/api/v1/filings/${filing.id}/receipt`}>{t(text('备案回执（PDF）', 'Receipt (PDF)'))}</a>
                )}
              </>
            ) : (
              pending
            ),
          ],
          subscription !== undefined && [
            t(text('订阅', 'Subscription')),
            <>
              <State machine={subscriptionMachine} state={subscription.row.state} />{' '}
              <a href={`/subscriptions/${subscription.row.id}`}>
                {t(text('查看各期与续订', 'See its periods and renewal'))}
              </a>
            </>,
          ],
          [
            t(text('订单', 'Order')),
            order ? (
              <>
                <State machine={orderMachine} state={order.state} /> <a href={`/orders/${order.id}`}>{order.number}</a>
              </>
            ) : (
              pending
            ),
          ],
        ]}
      />
      {!isTrade && (
        <p class="mt-3 mb-0">
          <a href={`/trades/${contractId}`}>{t(text('查看整笔交易的经过', 'See the whole trade'))}</a>
        </p>
      )}
    </Card>
  )
}
