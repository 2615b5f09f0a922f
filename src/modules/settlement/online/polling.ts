import { eq } from 'drizzle-orm'
import { system } from '../../../kernel/actor.ts'
import type { Machinery, Task } from '../../../kernel/task.ts'
import { onlineGateway } from './gateway.ts'
import { receiveNotice } from './inbox.ts'
import type { Notice } from './port.ts'
import { eventPoll } from './schema.ts'

const hour = 3_600_000
/** So often the provider is asked what it may have told in vain. */
const interval = hour
/** What is under way at the provider may be listed late. */
const overlap = hour
/** Providers keep their events for a month. */
const kept = 30 * 24 * hour
const chunk = 100

/**
 * Asks the provider what happened since it was last asked, and keeps what no notification told: after an outage, or after
 * a backup was restored, which knows no more than the day it was made. What is known has no second effect. `isForced`
 * asks although the last time was a moment ago.
 */
export async function pollEvents({ engine, kit }: Machinery, isForced = false): Promise<boolean> {
  const gateway = onlineGateway(kit)
  if (!gateway) return false
  const { code } = gateway
  const { now, until } = await engine.read(system, async rx => {
    const [row] = await rx.tx.select().from(eventPoll).where(eq(eventPoll.gateway, code))
    return { now: rx.now, until: row?.polledUntil }
  })
  if (until && !isForced && now.getTime() - until.getTime() < interval) return false
  const since = new Date(Math.max(now.getTime() - kept, until ? until.getTime() - overlap : 0))
  const heard: { notice: Notice; body: Buffer }[] = []
  for await (const each of gateway.events(since)) if (each.notice.objectKind !== null) heard.push(each)
  // the oldest first: what is written down is a beginning without gaps if this is cut off
  heard.reverse()
  for (let at = 0; at < heard.length; at += chunk)
    await engine.write(system, { operation: 'keepEvents' }, async cx => {
      for (const { notice, body } of heard.slice(at, at + chunk)) {
        const [known] =
          await cx.sql`select 1 from settlement.inbox where gateway = ${code} and event_id = ${notice.eventId}`
        if (!known) await receiveNotice(cx, code, notice, body)
      }
      cx.audit('inbox.poll', ['gateway', code], { since, heard: heard.length })
    })
  await engine.write(system, { operation: 'keepPoll' }, async cx => {
    await cx.tx
      .insert(eventPoll)
      .values({ gateway: code, polledUntil: now })
      .onConflictDoUpdate({ target: eventPoll.gateway, set: { polledUntil: now } })
    cx.audit('inbox.poll-end', ['gateway', code], { until: now, heard: heard.length })
  })
  return false
}

export const pollTask: Task = {
  name: 'settlement.poll-events',
  period: 600_000,
  run: each => pollEvents(each),
}
