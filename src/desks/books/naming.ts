import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { organizationsOf } from '../../modules/identity/index.ts'
import { type AccountPurpose, purposes, type StatementEntry } from '../../modules/ledger/index.ts'
import { orderLabels } from '../../modules/orders/index.ts'
import { moneyLabels } from '../../modules/settlement/index.ts'

/** What an account or a reference is called on a page, and where it leads. */
export interface Label {
  readonly words: Text
  readonly href: string | undefined
}

const kinds: Readonly<Record<string, Text>> = {
  receipt: text('收款入账', 'Payment received'),
  'receipt.match': text('待查款项认领', 'Unexplained money matched'),
  'order.settle': text('订单结算', 'Order settled'),
  'payout.order': text('付款提交银行', 'Payout ordered'),
  'payout.confirm': text('付款完成', 'Payout confirmed'),
  'payout.hold-refund': text('退款划出', 'Refund set aside'),
  'payout.hold-return': text('原路退回划出', 'Return set aside'),
  'online-payment.receive': text('网上收款', 'Paid online'),
  'intent.refund': text('网上退款提交', 'Online refund ordered'),
  'intent.return': text('网上退回提交', 'Online return ordered'),
  'intent.transfer': text('划付提交', 'Transfer ordered'),
  'intent.reverse-transfer': text('要求撤回划付', 'Transfer asked back'),
  'order.net': text('抵扣供方应退款项', 'Netted against what the vendor had to give back'),
  'transfer.finish': text('划付完成', 'Transfer made'),
  'transfer.reverse': text('划付撤回到账', 'Transfer taken back'),
  'online-refund.succeed': text('网上退款完成', 'Online refund made'),
  'online-refund.fail': text('网上退款失败', 'Online refund failed'),
  'balance-transaction.fee': text('通道手续费', 'Fee of the payment provider'),
}

/** What a transaction is, in words; a reversal says so. A kind without words stands for itself. */
export function kindWords(kind: string): Text {
  const plain = kind.replace(/\.reversal$/, '')
  const isChargeback = plain.startsWith('chargeback.')
  const words = kinds[plain] ?? (isChargeback ? text('拒付款项变动', 'Chargeback') : text(plain, plain))
  return plain === kind ? words : text(`冲正：${words.zh}`, `Reversal: ${words.en}`)
}

const purposeIn = (account: string) => account.split(':')[0] as AccountPurpose
const subjectIn = (account: string): string | undefined => account.split(':')[1]

/** Names of accounts: what they are for, and of whose order or organisation. */
export async function accountLabels(rx: Rx, accounts: readonly string[]): Promise<(account: string) => Text> {
  const subjects = [...new Set(accounts.flatMap(account => subjectIn(account) ?? []))]
  const orders = await orderLabels(rx, subjects)
  const organizations = await organizationsOf(rx, subjects)
  return account => {
    const { name } = purposes[purposeIn(account)]
    const subject = subjectIn(account)
    if (subject === undefined) return name
    const organization = organizations.get(subject)
    const zh = orders.get(subject)?.number ?? organization?.nameZh ?? subject
    const en = orders.get(subject)?.number ?? organization?.nameEn ?? zh
    return text(`${name.zh} · ${zh}`, `${name.en} · ${en}`)
  }
}

const parts = (reference: string): readonly [kind: string, id: string] => {
  const [kind = '', id = ''] = reference.split('/')
  return [kind, id]
}

/** What the references of transactions name (order, payout, line of a bank statement), with the page of each. */
export async function referenceLabels(
  rx: Rx,
  entries: readonly Pick<StatementEntry, 'reference'>[],
): Promise<(reference: string) => Label> {
  const isId = /^[0-9a-f-]{36}$/
  const ids = [...new Set(entries.map(({ reference }) => parts(reference)[1]).filter(id => isId.test(id)))]
  const money = await moneyLabels(rx, ids)
  const orders = await orderLabels(rx, [
    ...new Set([...ids, ...[...money.values()].flatMap(({ orderId }) => orderId ?? [])]),
  ])
  return reference => {
    const [kind, id] = parts(reference)
    const found = money.get(id)
    if (kind === 'order') {
      const number = orders.get(id)?.number
      return { words: text(number ?? reference, number ?? reference), href: number && `/operator/orders/${id}` }
    }
    const order = found?.orderId ? orders.get(found.orderId)?.number : undefined
    const serial = found?.bankSerial
    if (kind === 'payout' && found) {
      const tail = serial ?? order ?? id.slice(-8)
      return { words: text(`付款 ${tail}`, `Payout ${tail}`), href: `/operator/payouts/${id}` }
    }
    if (kind === 'statement-line' && found?.statementId) {
      const href = `/operator/statements/${found.statementId}?line=${id}`
      return { words: text(`银行流水 ${serial}`, `Bank line ${serial}`), href }
    }
    return { words: text(reference, reference), href: undefined }
  }
}
