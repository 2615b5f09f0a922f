import type { Rx } from '../../kernel/command.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'

/**
 * Money that waits for the operator: accounts to confirm, money in suspense, payouts and refunds to order from the bank,
 * what the bank was told and a second person confirms, what bounced or lacks a payee, fees to invoice, differences
 * between the books and the bank or the provider, and what the payment provider could not be told.
 */
export async function moneyWaiting(rx: Rx): Promise<Waiting[]> {
  const rows = await rx.sql<WaitingRow[]>`
    select 'account' as state, count(*)::int4 as n, min(changed_at) as oldest, 0 as overdue from (
      select changed_at from settlement.bank_account where state = 'submitted'
      union all select changed_at from settlement.connected_account where state = 'submitted') a
    union all
    select 'line', count(*)::int4, min(changed_at), 0 from settlement.statement_line where state = 'unmatched'
    union all
    select case when state = 'ordered' then 'ordered' when state = 'ready' and kind = 'vendor' then 'vendor'
        when state = 'ready' then 'back' else 'stuck' end, count(*)::int4, min(changed_at), 0
      from settlement.payout
      where state in ('ordered', 'ready', 'bounced') or (state = 'waiting' and kind <> 'vendor')
      group by 1
    union all
    select 'chargeback', count(*)::int4, min(changed_at),
        count(*) filter (where evidence_due_at < ${rx.now.toISOString()}::timestamptz)::int4
      from settlement.chargeback where state = 'open'
    union all
    select case when state = 'open' then 'difference' else 'correction' end, count(*)::int4, min(found_at),
        count(*) filter (where found_at < ${rx.now.toISOString()}::timestamptz - interval '24 hours')::int4
      from settlement.difference where state in ('open', 'proposed') group by 1
    union all
    select 'invoice', count(*)::int4, min(i.changed_at), 0 from settlement.invoice i
      join identity.organization o on o.id = i.issuer_id
      where i.state = 'requested' and 'operator' = any(o.roles)
    union all
    select 'parked', count(*)::int4, min(at), 0 from (
      select changed_at as at from settlement.intent where state = 'parked'
      union all select received_at from settlement.inbox where is_parked) p`
  return waitingOf(rows, {
    account: 'bank-account.confirm',
    line: 'statement-line.match',
    vendor: 'payout-batch.create',
    back: 'payout-batch.create-refunds',
    ordered: 'payout.confirm',
    stuck: 'payout.retry',
    parked: 'intent.resume',
    chargeback: 'chargeback.answer',
    difference: 'difference.explain',
    correction: 'difference.confirm',
    invoice: 'invoice.issue',
  })
}
