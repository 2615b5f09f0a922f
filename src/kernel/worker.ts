import type { Logger } from 'pino'
import { system } from './actor.ts'
import type { Engine } from './command.ts'
import { type EventBus, NotDue, type Timer } from './events.ts'
import type { Machinery, Task } from './task.ts'

export interface Worker {
  /** Lets what runs end, takes nothing new. */
  stop(): Promise<void>
}

const period = 500
/** After a failure a task waits this long, so that a full disk does not fill the log too. */
const pauseAfterFailure = 2_000

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

/** Does `work` again and again until stopped, waiting as many milliseconds as it answers. */
function repeat(work: (isStopping: () => boolean) => Promise<number>): () => Promise<void> {
  let isStopping = false
  let wake = () => {}
  const loop = (async () => {
    while (!isStopping) {
      const pause = await work(() => isStopping)
      if (isStopping) break
      await new Promise<void>(resolve => {
        const timeout = setTimeout(resolve, pause)
        wake = () => {
          clearTimeout(timeout)
          resolve()
        }
      })
    }
  })()
  return () => {
    isStopping = true
    wake()
    return loop
  }
}

async function perform(task: Task, machinery: Machinery): Promise<number> {
  try {
    return (await task.run(machinery)) ? 0 : task.period
  } catch (error) {
    machinery.log.error({ err: error, task: task.name }, 'task failed; it will be tried again')
    return pauseAfterFailure
  }
}

/**
 * Starts the background half of the exchange: event handlers, timers and tasks. Several workers may run: an event's
 * effect is kept to one by its job id as idempotency key, a timer's by the life cycle that it moves, a task's by its lock.
 */
export async function startWorker(
  engine: Engine,
  bus: EventBus,
  work: { readonly timers: readonly Timer[]; readonly tasks: readonly Task[] },
  machinery: Machinery,
): Promise<Worker> {
  const { log } = machinery
  await bus.work(async (handler, jobId, payload) => {
    const operation = `${payload.event ?? handler.event} → ${handler.name}`
    try {
      await engine.write(system, { operation, idempotency: { key: jobId, input: payload } }, cx =>
        handler.run(cx, payload),
      )
    } catch (error) {
      log.error({ err: error, handler: handler.name, jobId, payload }, 'event handler failed; it will be tried again')
      throw error
    }
  })
  const stopTimers = repeat(async isStopping => {
    for (const timer of work.timers) {
      if (isStopping()) break
      await sweep(engine, timer, log).catch(error => log.error({ err: error, timer: timer.name }, 'timer failed'))
    }
    return period
  })
  const stopping = new AbortController()
  const around = { ...machinery, stopping: stopping.signal }
  const stopTasks = work.tasks.map(task => repeat(() => perform(task, around)))
  return {
    async stop() {
      stopping.abort()
      await Promise.all([stopTimers(), ...stopTasks.map(stop => stop()), bus.stop()])
    },
  }
}
