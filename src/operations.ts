import { Type } from 'typebox'
import { advanceClock } from './kernel/clock.ts'
import type { Cx } from './kernel/command.ts'
import { retryFailed } from './kernel/health.ts'
import { type Route, read, write } from './kernel/http/route.ts'
import { notFound } from './kernel/problem.ts'
import type { Task } from './kernel/task.ts'
import { text } from './kernel/text.ts'
import { closed, Id, IdParams, Instant } from './kernel/wire.ts'

/** Lets a job that was given up be tried once more. @throws not-found when there is no such failed job */
async function retryJob(cx: Cx, id: string): Promise<string> {
  const queue = await retryFailed(cx, id)
  if (!queue) throw notFound(text('没有这个失败的任务，可能已重试。', 'No such failed job; it may have been retried.'))
  cx.audit('job.retry', ['job', id], { queue })
  return queue
}

const ClockShape = Type.Object({ now: Instant, isDemo: Type.Boolean() })

/** The exchange's time for everyone; moving it exists in demo mode only, elsewhere it is not found. */
export const routes: Route[] = [
  read({
    at: 'GET /clock',
    operation: 'readClock',
    permission: 'clock.read',
    tag: 'exchange',
    summary: text('交易系统时间', "The exchange's time"),
    reply: ClockShape,
    run: async rx => ({ now: rx.now.toISOString(), isDemo: rx.kit.settings.isDemo }),
  }),
  write({
    at: 'POST /demo/clock',
    operation: 'advanceClock',
    permission: 'clock.advance',
    tag: 'exchange',
    summary: text('演示：时钟前移', 'Demo: move the clock forward'),
    body: closed({ to: Instant }),
    reply: ClockShape,
    run: async (cx, { body }) => {
      if (!cx.kit.settings.isDemo) throw notFound()
      const to = new Date(body.to)
      await advanceClock(cx.sql, cx.now, to)
      cx.audit('clock.advance', ['clock', '1'], { from: cx.now, to })
      return { now: to.toISOString(), isDemo: true }
    },
  }),
  write({
    at: 'POST /jobs/:id/retry',
    operation: 'retryJob',
    permission: 'job.retry',
    tag: 'exchange',
    summary: text('重试失败的任务', 'Try a failed job once more'),
    params: IdParams,
    reply: Type.Object({ id: Id, queue: Type.String() }),
    run: async (cx, { params }) => ({ id: params.id, queue: await retryJob(cx, params.id) }),
  }),
]

/** Keys and their replies are kept for 30 days, longer than any client retries; then both are forgotten. */
export const tasks: Task[] = [
  {
    name: 'operations.forget-idempotency-keys',
    period: 3_600_000,
    async run({ client }) {
      const gone = await client`
        delete from kernel.idempotency where (scope, key) in (
          select scope, key from kernel.idempotency
          where created_at < now() - interval '30 days' order by created_at limit 5000)`
      return gone.count === 5000
    },
  },
]
