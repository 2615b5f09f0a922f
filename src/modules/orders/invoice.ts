import type { Rx } from '../../kernel/command.ts'
import { ruleViolated } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { contractOf } from '../contracts/index.ts'
import { settleableFen } from './model.ts'
import { orderOf } from './queries.ts'

/** A party as an invoice names it: its full name (抬头) and tax code, which is its unified social credit code. */
interface InvoiceParty {
  readonly title: string
  readonly taxCode: string
  readonly address: string | null
}

/** What is known for the invoice of an order; the vendor issues it outside the exchange. */
export interface Invoice {
  readonly orderNumber: string
  readonly contractNumber: string
  readonly buyer: InvoiceParty
  readonly seller: InvoiceParty
  readonly item: string
  readonly itemCode: string
  readonly quantity: 1
  /** fen with tax (价税合计), less what was given back */
  readonly amountFen: bigint
  readonly remark: string
  readonly taxNote: Text
}

const taxNote = text(
  '金额为含税价款。税率、税额和税收分类编码由供方（开票方）依税法确定；供方应自收到划付价款之日起十个工作日内开具发票（合同 6.5）。',
  'The amount includes tax. Rate, tax and tax classification code are for the vendor, who issues the invoice, to determine by law; it is due within ten working days of the payout to the vendor (contract, clause 6.5).',
)

/**
 * The fields of the invoice for an order that the actor may see, from the contract and what was paid.
 * @throws not-found, rule-violated when nothing was paid for it
 */
export async function readInvoice(rx: Rx, orderId: string): Promise<Invoice> {
  const order = await orderOf(rx, orderId)
  const { number, terms, productNumber, productName } = await contractOf(rx, order.contractId)
  const amountFen = settleableFen(order)
  if (order.paidAt === null || amountFen === 0n || order.state === 'refunding' || order.state === 'refunded')
    throw ruleViolated(
      text(
        '没有应开票的价款：订单为无偿、未付款或已全额退款。',
        'Nothing to invoice: the order is free, unpaid or refunded.',
      ),
    )
  const [vendor, buyer] = terms.parties
  const party = ({ name, uscc, address }: typeof vendor | typeof buyer): InvoiceParty => ({
    title: name,
    taxCode: uscc,
    address: address ?? null,
  })
  return {
    orderNumber: order.number,
    contractNumber: number,
    buyer: party(buyer),
    seller: party(vendor),
    item: productName,
    itemCode: productNumber,
    quantity: 1,
    amountFen,
    remark: `合同 ${number}；订单 ${order.number}`,
    taxNote,
  }
}
