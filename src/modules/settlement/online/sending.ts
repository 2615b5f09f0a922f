import { system } from '../../../kernel/actor.ts'
import type { Rx } from '../../../kernel/command.ts'
import { NotDue } from '../../../kernel/events.ts'
import type { Machinery, Task, Vital } from '../../../kernel/task.ts'
import { concludeIntent } from './facts.ts'
import { onlineGateway } from './gateway.ts'
import { deferNotice, processNotice } from './inbox.ts'
import { takeIntent } from './intents.ts'
import { isKeyFresh } from './model.ts'
import { movementTask } from './movements.ts'
import { pollTask } from './polling.ts'
import type { Answer, FactKind, Instruction, OnlineGateway } from './port.ts'
import type { Intent } from './schema.ts'

const batch = 20

/**
 * Intents that are due and are the first of their aggregate that is not concluded: found by state, so no gap is skipped.
 * Transfers and refunds of a trade that the authority has frozen wait for the end of the freeze (I22).
 */
const dueIntents = (rx: Rx, gateway: string) => rx.sql<{ id: string }[]>`
  select i.id from settlement.intent i
  where i.gateway = ${gateway} and i.state in ('pending', 'sent', 'unknown')
    and i.next_at <= ${rx.now.toISOString()}::timestamptz
    and not exists (select 1 from settlement.intent e where e.aggregate = i.aggregate and e.seq < i.seq
      and e.state in ('pending', 'sent', 'unknown', 'parked'))
    and not (i.kind in ('transfer', 'refund') and exists (select 1 from orders."order" o
      join orders.freeze f on f.contract_id = o.contract_id and f.state in ('active', 'lifting')
      where o.id = (i.request ->> 'orderId')::uuid))
  order by i.next_at, i.seq limit ${batch}`

const saying = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * One attempt. What an earlier one may have made is looked for when the key may be forgotten by now, or when the
 * provider answers it with the failure that it has kept (I12).
 */
async function attempt(gateway: OnlineGateway, row: Intent, now: Date): Promise<Answer> {
  const instruction = { id: row.id, kind: row.kind, request: row.request } as unknown as Instruction
  try {
    const isDoubtful = row.attempts > 0 && (!isKeyFresh(row.firstSentAt, now) || /^5\d\d /.test(row.problem ?? ''))
    return (isDoubtful && (await gateway.find(instruction))) || (await gateway.perform(instruction))
  } catch (error) {
    return { outcome: 'unknown', problem: saying(error), isSaved: false }
  }
}

/** Sends one intent: taken in one commit, said outside of every transaction, concluded in another. */
async function sendOne({ engine }: Machinery, gateway: OnlineGateway, id: string): Promise<void> {
  const taken = await engine.write(system, { operation: 'sendIntent' }, async cx => ({
    row: await takeIntent(cx, id),
    now: cx.now,
  }))
  if (taken.isReplay) return
  const answer = await attempt(gateway, taken.value.row, taken.value.now)
  await engine.write(system, { operation: 'concludeIntent' }, cx => concludeIntent(cx, id, answer))
}

const dueNotices = (rx: Rx, gateway: string) => rx.sql<{ id: string; object_kind: FactKind; object_id: string }[]>`
  select id, object_kind, object_id from settlement.inbox
  where gateway = ${gateway} and processed_at is null and not is_parked
    and next_at <= ${rx.now.toISOString()}::timestamptz
  order by next_at limit ${batch}`

/** Looks an object up anew and merges it; what fails is tried again later. */
async function processOne(
  { engine }: Machinery,
  gateway: OnlineGateway,
  notice: { id: string; object_kind: FactKind; object_id: string },
): Promise<void> {
  try {
    const fact = await gateway.look(notice.object_kind, notice.object_id)
    await engine.write(system, { operation: 'processNotice' }, cx => processNotice(cx, notice.id, fact))
  } catch (error) {
    if (error instanceof NotDue) return
    await engine.write(system, { operation: 'deferNotice' }, cx => deferNotice(cx, notice.id, saying(error)))
  }
}

/** One after the other; another worker that was first, or a failure, does not hold up the rest. */
async function each<T>({ log }: Machinery, all: readonly T[], work: (one: T) => Promise<void>): Promise<boolean> {
  for (const one of all)
    try {
      await work(one)
    } catch (error) {
      if (!(error instanceof NotDue)) log.error({ err: error, one }, 'the payment provider was not reached for this')
    }
  return all.length === batch
}

/** What goes out to the provider. */
export async function sendIntents(machinery: Machinery): Promise<boolean> {
  const gateway = onlineGateway(machinery.kit)
  if (!gateway) return false
  const due = await machinery.engine.read(system, rx => dueIntents(rx, gateway.code))
  return each(machinery, due, ({ id }) => sendOne(machinery, gateway, id))
}

/** What came in from the provider. */
export async function processNotices(machinery: Machinery): Promise<boolean> {
  const gateway = onlineGateway(machinery.kit)
  if (!gateway) return false
  const due = await machinery.engine.read(system, rx => dueNotices(rx, gateway.code))
  return each(machinery, due, notice => processOne(machinery, gateway, notice))
}

export const tasks: readonly Task[] = [
  { name: 'settlement.send-intents', period: 500, run: sendIntents },
  { name: 'settlement.process-notices', period: 500, run: processNotices },
  movementTask,
  pollTask,
]

export const vitals: readonly Vital[] = [
  {
    name: 'jinshu_gateway_parked',
    help: 'instructions to and notifications of the payment provider that wait for a person',
    async measure({ client }) {
      const [row] = await client<{ n: number }[]>`
        select ((select count(*) from settlement.intent where state = 'parked')
          + (select count(*) from settlement.inbox where is_parked))::int4 as n`
      const value = row!.n
      return value > 0 ? { value, warning: `${value} instructions or notifications of payment are parked` } : { value }
    },
  },
]
