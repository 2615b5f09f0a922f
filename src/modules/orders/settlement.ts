import type { Cx } from '../../kernel/command.ts'
import { text } from '../../kernel/text.ts'
import { completeContract, contractOf, endsWithOrder } from '../contracts/index.ts'
import { lockOrder, moveOrder } from './change.ts'
import { requireUnfrozen } from './freeze.ts'
import { settleableFen, settlementPending } from './model.ts'
import type { Order } from './schema.ts'

/** The day has come, the authority has not frozen the trade, and the contract is neither suspended nor in dispute (domain 5.2). */
async function requireReleasable(cx: Cx, row: Order): Promise<void> {
  if (row.settleAfter === null || row.settleAfter > cx.now) throw settlementPending()
  await requireUnfrozen(cx, row.contractId)
  const { state, isDisputed } = await contractOf(cx, row.contractId)
  if (state === 'suspended' || isDisputed)
    throw settlementPending(
      text('合同中止履行或有争议，暂停结算。', 'The contract is suspended or in dispute; the payout waits.'),
    )
}

/** The vendor's and the exchange's shares are being paid out. @throws settlement-pending before the day; state-conflict */
export async function beginSettlement(cx: Cx, id: string): Promise<Order> {
  const row = await lockOrder(cx, id)
  if (row.state === 'accepted' || row.state === 'partly_refunded') await requireReleasable(cx, row)
  const facts = { settleableFen: settleableFen(row) }
  const settling = await moveOrder(cx, row, 'beginSettlement', {}, { facts })
  cx.emit('orders.order-settling', { orderId: id })
  return settling
}

async function close(cx: Cx, settling: Order): Promise<Order> {
  const settled = await moveOrder(cx, settling, 'settle')
  const closed = await moveOrder(cx, settled, 'close', { closedAt: cx.now })
  const contract = await contractOf(cx, closed.contractId)
  // a term that ran out before the payout was confirmed has ended the contract already
  if (contract.state === 'performing' && endsWithOrder(contract)) await completeContract(cx, closed.contractId)
  cx.emit('orders.order-closed', { orderId: closed.id })
  return closed
}

/** The payout is confirmed: settled, closed, and with it the contract is performed. @throws state-conflict */
export async function finishSettlement(cx: Cx, id: string): Promise<Order> {
  return close(cx, await lockOrder(cx, id))
}

/** An accepted order without a price has nothing to settle and closes at once. */
export async function closeFreeOrder(cx: Cx, accepted: Order): Promise<Order> {
  return close(cx, await moveOrder(cx, accepted, 'beginSettlement', { settleAfter: null }))
}
