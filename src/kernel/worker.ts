import type { Logger } from 'pino'
import { system } from './actor.ts'
import type { Engine } from './command.ts'
import { type EventBus, NotDue, type Timer } from './events.ts'

export interface Worker {
  /** Lets what runs end, takes nothing new. */
  stop(): Promise<void>
}

const period = 500

/** Runs everything a timer finds due, one transaction each; one that fails does not hold up the others. */
async function sweep(engine: Engine, timer: Timer, log: Logger): Promise<void> {
  for (const id of await engine.read(system, rx => timer.due(rx))) {
    try {
      await engine.write(system, { operation: timer.name }, cx => timer.run(cx, id))
    } catch (error) {
      if (!(error instanceof NotDue)) log.error({ err: error, timer: timer.name, id }, 'timer failed')
    }
  }
}

/**
 * Starts the background half of the exchange: event handlers and timers. Several workers may run: an event's effect is
 * kept to one by its job id as idempotency key, a timer's by the life cycle that it moves.
 */
export async function startWorker(
  engine: Engine,
  bus: EventBus,
  timers: readonly Timer[],
  log: Logger,
): Promise<Worker> {
  await bus.work(async (handler, jobId, payload) => {
    const operation = `${handler.event} → ${handler.name}`
    try {
      await engine.write(system, { operation, idempotency: { key: jobId, input: payload } }, cx =>
        handler.run(cx, payload),
      )
    } catch (error) {
      log.error({ err: error, handler: handler.name, jobId, payload }, 'event handler failed; it will be tried again')
      throw error
    }
  })
  let isStopping = false
  let wake = () => {}
  const loop = (async () => {
    while (!isStopping) {
      for (const timer of timers) {
        if (isStopping) break
        await sweep(engine, timer, log).catch(error => log.error({ err: error, timer: timer.name }, 'timer failed'))
      }
      await new Promise<void>(resolve => {
        const timeout = setTimeout(resolve, period)
        wake = () => {
          clearTimeout(timeout)
          resolve()
        }
      })
    }
  })()
  return {
    async stop() {
      isStopping = true
      wake()
      await Promise.all([loop, bus.stop()])
    },
  }
}
