import { sql } from 'drizzle-orm'
import type { Rx } from '../../kernel/command.ts'
import { readable, type TroubledContract, troubledContracts } from '../contracts/index.ts'
import { type Organization, organizationsOf } from '../identity/index.ts'
import type { Filing } from './filing.ts'
import { filingsOfParty } from './queue.ts'
import { filing } from './schema.ts'

/** What the exchange's own rows say of a party, as far as the reader may know of them. */
export interface PartyHistory {
  readonly side: 'vendor' | 'buyer'
  readonly organization: Organization
  /** filed trades as either side, this one included */
  readonly trades: number
  readonly amountFen: bigint
  /** filings that had to be corrected or were referred */
  readonly corrections: number
  readonly referrals: number
  readonly firstAt: Date | null
  readonly recent: readonly Filing[]
  /** contracts found void, dissolved, suspended or disputed */
  readonly troubled: readonly TroubledContract[]
}

async function totalsOf(rx: Rx, organizationId: string) {
  const [row] = await rx.tx.execute<
    Record<'trades' | 'amount' | 'corrections' | 'referrals', string> & { first: string | null }
  >(sql`
    select count(*) as trades, coalesce(sum(${filing.amountFen}), 0) as amount,
      count(*) filter (where ${filing.version} > 1 or ${filing.state} in ('correction_ordered', 'referred')) as corrections,
      count(*) filter (where ${filing.state} = 'referred') as referrals, min(${filing.createdAt}) as first
    from ${filing}
    where (${filing.vendorId} = ${organizationId} or ${filing.buyerId} = ${organizationId})
      and ${filing.number} is not null and ${readable(rx.actor, filing) ?? sql`true`}`)
  return {
    trades: Number(row!.trades),
    amountFen: BigInt(row!.amount),
    corrections: Number(row!.corrections),
    referrals: Number(row!.referrals),
    firstAt: row!.first === null ? null : new Date(row!.first),
  }
}

/** The two parties of a filing with their history in the reader's jurisdiction. */
export async function historyOf(rx: Rx, row: Filing): Promise<PartyHistory[]> {
  const organizations = await organizationsOf(rx, [row.vendorId, row.buyerId])
  const histories: PartyHistory[] = []
  for (const [side, id] of [['vendor', row.vendorId] as const, ['buyer', row.buyerId] as const])
    histories.push({
      side,
      organization: organizations.get(id)!,
      ...(await totalsOf(rx, id)),
      recent: await filingsOfParty(rx, id, 8),
      troubled: await troubledContracts(rx, id),
    })
  return histories
}
