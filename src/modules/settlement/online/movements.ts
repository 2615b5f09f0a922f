import { system } from '../../../kernel/actor.ts'
import type { Cx, Rx } from '../../../kernel/command.ts'
import { newId } from '../../../kernel/ids.ts'
import type { Machinery, Task } from '../../../kernel/task.ts'
import { postTransaction } from '../../ledger/index.ts'
import { onlineGateway } from './gateway.ts'
import type { Movement } from './port.ts'
import { type BalanceTransaction, balanceTransaction } from './schema.ts'

const day = 86_400_000
/** A provider may still add movements of days past. */
const overlap = 7 * day

/** Since when to ask, or null while the last fetch is not a day old. */
async function dueSince(rx: Rx, gateway: string): Promise<Date | null> {
  const [row] = await rx.sql<{ fetched: string | null; occurred: string | null }[]>`
    select max(fetched_at) as fetched, max(occurred_at) as occurred
    from settlement.balance_transaction where gateway = ${gateway}`
  if (row?.fetched && rx.now.getTime() - new Date(row.fetched).getTime() < day) return null
  return new Date(row?.occurred ? new Date(row.occurred).getTime() - overlap : 0)
}

/** What the provider took for itself is an expense of the exchange. */
const bookFee = (cx: Cx, row: BalanceTransaction, feeFen: bigint) =>
  postTransaction(cx, {
    kind: 'balance-transaction.fee',
    reference: `balance-transaction/${row.id}/fee`,
    effectiveAt: row.occurredAt,
    entries: [
      { account: 'psp_fee', amountFen: feeFen },
      { account: 'gateway_clearing', amountFen: -feeFen },
    ],
    note: row.externalId,
  })

/** What the provider pays out to the exchange's bank, or takes back of it, is on its way until the bank reports it. */
const bookPayout = (cx: Cx, row: BalanceTransaction, grossFen: bigint) =>
  postTransaction(cx, {
    kind: 'balance-transaction.payout',
    reference: `balance-transaction/${row.id}/payout`,
    effectiveAt: row.occurredAt,
    entries: [
      { account: 'gateway_transit', amountFen: -grossFen },
      { account: 'gateway_clearing', amountFen: grossFen },
    ],
    note: row.externalId,
  })

/** Books what a new movement is by itself: its fee, and a payout to the bank. */
async function bookMovement(cx: Cx, row: BalanceTransaction): Promise<void> {
  if (row.feeFen !== null && row.feeFen !== 0n) await bookFee(cx, row, row.feeFen)
  if (row.kind === 'payout' && row.grossFen !== null && row.grossFen !== 0n) await bookPayout(cx, row, row.grossFen)
}

/** Keeps movements that are new and books their fees and payouts; those that are known have no second effect. */
export async function keepMovements(cx: Cx, gateway: string, movements: readonly Movement[]): Promise<number> {
  const rows = movements.map(movement => ({ ...movement, id: newId(), gateway, fetchedAt: cx.now }))
  const made = await cx.tx.insert(balanceTransaction).values(rows).onConflictDoNothing().returning()
  for (const row of made) await bookMovement(cx, row)
  cx.audit('balance-transaction.fetch', ['gateway', gateway], { heard: movements.length, isNew: made.length })
  if (made.length > 0) cx.emit('settlement.movements-fetched', { gateway, count: made.length })
  return made.length
}

const chunk = 200

/**
 * Fetches what moved on the exchange's account with the provider, once a day, outside of every transaction. `isForced`
 * asks although the last time is not a day ago.
 */
export async function fetchMovements({ engine, kit }: Machinery, isForced = false): Promise<boolean> {
  const gateway = onlineGateway(kit)
  if (!gateway) return false
  const due = await engine.read(system, rx => dueSince(rx, gateway.code))
  if (due === null && !isForced) return false
  const heard: Movement[] = []
  for await (const movement of gateway.movements(due ?? new Date(0))) heard.push(movement)
  for (let at = 0; at < heard.length; at += chunk)
    await engine.write(system, { operation: 'keepMovements' }, cx =>
      keepMovements(cx, gateway.code, heard.slice(at, at + chunk)),
    )
  return false
}

export const movementTask: Task = {
  name: 'settlement.fetch-movements',
  period: 600_000,
  run: each => fetchMovements(each),
}
