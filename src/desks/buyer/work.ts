import type { Rx } from '../../kernel/command.ts'
import { type Text, text } from '../../kernel/text.ts'
import { contractsWaiting } from '../../modules/contracts/index.ts'
import { endingEntitlements } from '../../modules/delivery/index.ts'
import { countOrders, type OrderState } from '../../modules/orders/index.ts'
import type { WorkItem } from '../worklist.ts'
import { recordsWork } from './recording.tsx'

/** A right that ends within this many days is worth telling: time enough to buy again. */
export const endingDays = 30

/** The instant before which a right counts as about to end. */
export const endingBefore = (now: Date): Date => new Date(now.getTime() + endingDays * 86_400_000)

const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`

const item = (kind: string, count: number, href: string, words: Text, dueAt: Date | null = null): WorkItem[] =>
  count === 0 ? [] : [{ kind: `buyer.${kind}`, count, href, words, dueAt }]

async function contractWork(rx: Rx): Promise<WorkItem[]> {
  const { answer, sign } = await contractsWaiting(rx, 'buyer')
  return [
    ...item(
      'contract-answer',
      answer.count,
      '/contracts?side=buyer&state=countered',
      text(
        `${answer.count} 份合同供方提出了新条款，待您答复`,
        `${plural(answer.count, 'contract has', 'contracts have')} new terms from the vendor to answer`,
      ),
      answer.dueAt,
    ),
    ...item(
      'contract-sign',
      sign.count,
      '/contracts?side=buyer&state=open',
      text(
        `${sign.count} 份合同待您签署`,
        `${plural(sign.count, 'contract waits', 'contracts wait')} for your signature`,
      ),
      sign.dueAt,
    ),
  ]
}

const orderWords: Partial<Record<OrderState, (n: number) => Text>> = {
  awaiting_payment: n => text(`${n} 笔订单待付款`, `${plural(n, 'order', 'orders')} to pay`),
  delivering: n => text(`${n} 笔订单的数据可以下载`, `The data of ${plural(n, 'order', 'orders')} can be downloaded`),
  delivered: n => text(`${n} 笔交付待验收`, `${plural(n, 'delivery', 'deliveries')} to accept or reject`),
  rejected: n =>
    text(
      `${n} 笔验收不合格，等待供方重新交付或退款`,
      `${plural(n, 'rejected delivery waits', 'rejected deliveries wait')} for the vendor to deliver again or refund`,
    ),
  redelivering: n =>
    text(`${n} 笔订单已重新交付，可以下载`, `${plural(n, 'order was', 'orders were')} delivered again: download`),
  disputed: n => text(`${n} 笔订单在争议处理中`, `${plural(n, 'order is', 'orders are')} in dispute`),
}

async function orderWork(rx: Rx): Promise<WorkItem[]> {
  const counts = await countOrders(rx, 'buyer')
  return (Object.keys(orderWords) as OrderState[]).flatMap(state => {
    const found = counts.find(each => each.state === state)
    const count = found?.count ?? 0
    const kind = `order-${state.replaceAll('_', '-')}`
    return item(kind, count, `/orders?as=buyer&state=${state}`, orderWords[state]!(count), found?.dueAt ?? null)
  })
}

async function endingWork(rx: Rx): Promise<WorkItem[]> {
  const ending = await endingEntitlements(rx, endingBefore(rx.now))
  return item(
    'entitlement-ending',
    ending.length,
    '/buyer/purchases',
    text(
      `${ending.length} 项使用授权将在 ${endingDays} 天内到期`,
      `${plural(ending.length, 'entitlement ends', 'entitlements end')} within ${endingDays} days`,
    ),
    ending[0]?.endsAt ?? null,
  )
}

/** What waits for the acting buyer, from terms to answer to rights that end soon. */
export async function buyerWork(rx: Rx): Promise<WorkItem[]> {
  if (!rx.actor.roles.includes('buyer') || rx.actor.organizationId === null) return []
  return [
    ...(await contractWork(rx)),
    ...(await orderWork(rx)),
    ...(await recordsWork(rx, 'buyer')),
    ...(await endingWork(rx)),
  ]
}
