import { eq } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { contractOf } from '../contracts/index.ts'
import { lockOrder, updateOrder } from './change.ts'
import { disputeOrder } from './dispute.ts'
import { orderMachine } from './model.ts'
import { cancelOrder } from './refund.ts'
import { type Order, order } from './schema.ts'

/** What the end of the contract asks of an order in that state. */
function consequenceOf(state: Order['state']): 'cancel' | 'dispute' | 'none' {
  const { cancel, cancelPaid, dispute } = orderMachine.moves
  if ([...cancel.from, ...cancelPaid.from].some(s => s === state)) return 'cancel'
  return dispute.from.some(s => s === state) ? 'dispute' : 'none'
}

/**
 * The contract was terminated or found void: what is not delivered is cancelled and its money goes back; what is
 * delivered and not paid out freezes until the operator has mediated (民法典 Art. 157, 566: restitution). An order
 * that has ended, perhaps as the cause of it all, only notes it.
 */
export async function followContractEnd(cx: Cx, contractId: string): Promise<void> {
  const [found] = await cx.tx.select({ id: order.id }).from(order).where(eq(order.contractId, contractId))
  if (!found) return cx.audit('order.skip', ['contract', contractId], { cause: 'contract ended' })
  const row = await lockOrder(cx, found.id)
  const { state, reason } = await contractOf(cx, contractId)
  const why = { reason: reason ?? `合同已终止 (contract ${state})` }
  const consequence = consequenceOf(row.state)
  if (consequence === 'cancel') await cancelOrder(cx, row.id, why)
  else if (consequence === 'dispute') await disputeOrder(cx, row.id, why)
  else await updateOrder(cx, row, {}, 'note-contract-end', { contractState: state })
}
