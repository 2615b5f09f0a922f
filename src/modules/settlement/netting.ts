import type { Cx } from '../../kernel/command.ts'
import { balanceOf, postTransaction } from '../ledger/index.ts'

/**
 * What a vendor has to give back is taken out of what it earned with a later order, before that is paid out. Answers what
 * was taken, in fen. The order is locked and the share is in payable; shares of one vendor are netted one after the other.
 */
export async function netReceivable(
  cx: Cx,
  order: { readonly id: string; readonly vendorId: string },
  earnedFen: bigint,
): Promise<bigint> {
  const { id, vendorId } = order
  await cx.sql`select pg_advisory_xact_lock(hashtextextended(${`settlement.net/${vendorId}`}, 0))`
  const owedFen = await balanceOf(cx, `vendor_receivable:${vendorId}`)
  const nettedFen = owedFen < earnedFen ? owedFen : earnedFen
  if (nettedFen <= 0n) return 0n
  await postTransaction(cx, {
    kind: 'order.net',
    reference: `order/${id}/net`,
    effectiveAt: cx.now,
    entries: [
      { account: `payable:${vendorId}`, amountFen: nettedFen },
      { account: `vendor_receivable:${vendorId}`, amountFen: -nettedFen },
    ],
  })
  cx.audit('settlement.net', ['order', id], { vendorId, earnedFen, owedFen, nettedFen })
  return nettedFen
}
