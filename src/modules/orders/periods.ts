import { eq } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { type ContractFacts, holdContract } from '../contracts/index.ts'
import { lockOrder, packOf, updateOrder } from './change.ts'
import { deadline } from './model.ts'
import { type Order, order } from './schema.ts'

/**
 * A period of a locked order has run out. While its contract is suspended nothing follows from that: neither side could
 * perform, so the period is void until performance goes on (then `restartPeriods`). Answers whether it was so.
 */
export async function isVoided(cx: Cx, row: Order, period: 'paymentDueAt' | 'acceptanceDueAt'): Promise<boolean> {
  const { state } = await holdContract(cx, row.contractId)
  if (state !== 'suspended') return false
  await updateOrder(cx, row, { [period]: null }, 'void-period', { period, dueAt: row[period], contractState: state })
  return true
}

/** Which period an order is in, and its working days. A delivery that was noted as late stays late. */
function periodOf(cx: Cx, row: Order, { terms }: ContractFacts) {
  if (row.state === 'awaiting_payment') return ['paymentDueAt', terms.payment.dueWorkingDays] as const
  if (row.state === 'delivered') return ['acceptanceDueAt', row.acceptanceDays] as const
  if (row.overdueNotedAt !== null) return undefined
  if (row.state === 'delivering') return ['deliveryDueAt', row.deliveryDays] as const
  const { workingDays } = packOf(cx).clocks.redelivery
  return row.state === 'rejected' || row.state === 'redelivering'
    ? (['deliveryDueAt', workingDays] as const)
    : undefined
}

/** The contract was suspended and is performed again: the period that its order is in begins anew. */
export async function restartPeriods(cx: Cx, contractId: string): Promise<void> {
  const found = await cx.tx
    .select({ id: order.id })
    .from(order)
    .where(eq(order.contractId, contractId))
    .orderBy(order.periodNo)
  if (found.length === 0) return cx.audit('order.skip', ['contract', contractId], { cause: 'contract resumed' })
  for (const { id } of found) await restartPeriod(cx, contractId, id)
}

async function restartPeriod(cx: Cx, contractId: string, orderId: string): Promise<void> {
  const row = await lockOrder(cx, orderId)
  const contract = await holdContract(cx, contractId)
  const current = contract.state === 'performing' ? periodOf(cx, row, contract) : undefined
  if (!current) return cx.audit('order.skip', ['order', row.id], { cause: 'contract resumed', state: row.state })
  const [period, days] = current
  const { dueAt, isProvisional } = deadline(cx.now, days, packOf(cx))
  const change = { [period]: dueAt, isProvisional, acceptanceRemindedAt: null }
  await updateOrder(cx, row, change, 'restart-period', { period, before: row[period], dueAt, isProvisional })
}
