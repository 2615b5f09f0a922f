import { text } from '../../kernel/text.ts'
import type { Invoice } from '../../modules/orders/index.ts'
import type { Money as MoneyFacts, Payment } from '../../modules/settlement/index.ts'
import { useWords } from '../../web/context.ts'
import { Card, Copyable, Facts, Moment, Money, Notice, yuan } from '../../web/parts.tsx'

/** How to pay: to whom, how much, with which reference, until when; to be printed or copied into a bank's form. */
export function PaymentCard({ of: { order, payee, paidFen, restFen } }: { of: Payment }) {
  const t = useWords()
  return (
    <section aria-label={t(text('付款通知', 'How to pay'))}>
      <Facts
        of={[
          [
            t(text('收款人', 'Payee')),
            <span key="payee" lang="zh-CN">
              {payee.holderName}
            </span>,
          ],
          [
            t(text('开户行', 'Bank')),
            <span key="bank" lang="zh-CN">
              {payee.bankName}
            </span>,
          ],
          payee.bankCode !== null && [t(text('行号', 'Bank code')), <Copyable key="code">{payee.bankCode}</Copyable>],
          [t(text('账号', 'Account')), <Copyable key="account">{payee.accountNumber}</Copyable>],
          [t(text('金额（元）', 'Amount (yuan)')), <Copyable key="amount">{yuan(restFen)}</Copyable>],
          [
            t(text('附言（付款参考码）', 'Remark (reference)')),
            <Copyable key="reference">{order.referenceCode}</Copyable>,
          ],
          [t(text('请在此前付款', 'Pay by')), <Moment key="due" at={order.paymentDueAt} />],
          paidFen > 0n && [t(text('已收到', 'Received so far')), <Money key="paid" fen={paidFen} />],
        ]}
      />
      <ul class="mt-3 mb-0">
        <li>
          {t(
            text(
              '附言中只填写付款参考码，系统据此自动匹配订单。',
              'Write nothing but the reference into the remark: the order is found by it.',
            ),
          )}
        </li>
        <li>
          {t(
            text(
              '请从本机构账户付款，退款只退回原付款账户。',
              'Pay from an account of your organisation; refunds go back to it only.',
            ),
          )}
        </li>
        <li>
          {t(
            text(
              '价款进入托管账户，验收合格后才划付供方。到账以对账单为准，通常为银行入账后一个工作日内。',
              'The money is held in escrow and reaches the vendor only after acceptance. It counts once the bank statement shows it.',
            ),
          )}
        </li>
      </ul>
      <p class="mt-3 mb-0">
        <button type="button" class="btn btn-sm" data-print hidden>
          {t(text('打印付款通知', 'Print this'))}
        </button>
      </p>
    </section>
  )
}

/** Where the money of an order is. */
export function MoneyCard({
  of: { order, trade, heldFen, split, payouts, refunds, transferred },
  isBuyer,
}: {
  of: MoneyFacts
  isBuyer: boolean
}) {
  const t = useWords()
  if (order.amountFen === 0n) return null
  const done = (kind: string) =>
    payouts.find(payout => payout.kind === kind && payout.confirmedAt !== null)?.confirmedAt
  const paidOut = done('vendor') ?? transferred?.changedAt
  const refunded = done('refund') ?? refunds.find(each => each.state === 'succeeded')?.changedAt
  return (
    <Card title={t(text('资金', 'Money'))} id="money">
      <Facts
        of={[
          [t(text('合同价款', 'Price')), <Money key="price" fen={order.amountFen} />],
          [t(text('已收款', 'Received')), <Money key="received" fen={trade?.capturedFen ?? 0n} />],
          [t(text('托管中', 'In escrow')), <Money key="held" fen={heldFen} />],
          (trade?.disputedFen ?? 0n) > 0n && [
            t(text('拒付冻结', 'Held for a chargeback')),
            <Money key="disputed" fen={trade!.disputedFen} />,
          ],
          (trade?.refundedFen ?? 0n) > 0n && [
            t(text('已退还需方', 'Given back')),
            <Money key="back" fen={trade!.refundedFen} />,
          ],
          split !== undefined && [
            isBuyer ? t(text('划付供方', 'To the vendor')) : t(text('供方所得', 'Vendor’s share')),
            <Money key="vendor" fen={split.vendorFen} />,
          ],
          split !== undefined && [t(text('交易服务费', 'Fee of the exchange')), <Money key="fee" fen={split.feeFen} />],
          order.settleAfter !== null && [
            t(text('结算日', 'Settlement day')),
            <Moment key="settle" at={order.settleAfter} isDay />,
          ],
          paidOut !== undefined && [t(text('付款完成', 'Paid out')), <Moment key="paidOut" at={paidOut} />],
          refunded !== undefined && [t(text('退款完成', 'Refunded')), <Moment key="refunded" at={refunded} />],
        ]}
      />
    </Card>
  )
}

/** What the invoice says; the vendor issues it outside the exchange. */
export function InvoiceCard({ of, isBuyer }: { of: Invoice; isBuyer: boolean }) {
  const t = useWords()
  return (
    <Card title={t(text('开票信息', 'Invoice'))} id="invoice">
      <Facts
        of={[
          [t(text('购买方名称（抬头）', 'Buyer')), <Copyable key="title">{of.buyer.title}</Copyable>],
          [t(text('购买方税号', 'Buyer’s tax code')), <Copyable key="code">{of.buyer.taxCode}</Copyable>],
          [t(text('销售方名称', 'Seller')), <Copyable key="seller">{of.seller.title}</Copyable>],
          [t(text('销售方税号', 'Seller’s tax code')), <Copyable key="sellercode">{of.seller.taxCode}</Copyable>],
          [
            t(text('项目', 'Item')),
            <span key="item" lang="zh-CN">
              {of.item}（{of.itemCode}）× {of.quantity}
            </span>,
          ],
          [t(text('价税合计', 'Total with tax')), <Money key="total" fen={of.amountFen} />],
          [t(text('备注', 'Remark')), <Copyable key="remark">{of.remark}</Copyable>],
        ]}
      />
      <p class="form-hint mb-0">{t(of.taxNote)}</p>
      {isBuyer && (
        <p class="form-hint mb-0">
          {t(
            text(
              '发票由供方开具，不经交易服务机构；如需更改抬头请直接联系供方。',
              'The vendor issues the invoice, not the exchange; ask the vendor for another title.',
            ),
          )}
        </p>
      )}
    </Card>
  )
}

/** Why no account can be shown to pay to. */
export function NoAccount() {
  const t = useWords()
  return (
    <Notice tone="warn" title={t(text('暂时不能付款', 'Payment is not possible yet'))}>
      {t(
        text(
          '交易服务机构的收款账户尚未启用。付款期限内启用后，这里会显示付款通知。',
          'The exchange has no account in use to pay to. Once it has, the instruction appears here.',
        ),
      )}
    </Notice>
  )
}
