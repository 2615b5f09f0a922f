import type { Logger } from 'pino'
import type { Engine } from './command.ts'
import type { Client } from './db/client.ts'
import type { Kit } from './kit.ts'

/** What the exchange's machinery is given: the pool itself, which no use case sees. */
export interface Machinery {
  readonly client: Client
  /** For what a task decides after all, once the outside world has answered: through the funnel, audited. */
  readonly engine: Engine
  readonly kit: Kit
  readonly log: Logger
  /** Aborted when the worker is asked to stop: what waits for the outside world ends then. */
  readonly stopping?: AbortSignal
}

/**
 * Work of the worker that decides nothing about the trade and so writes no audit entry: integrating the entries into
 * the log would otherwise make entries without end. Everything else is a handler or a timer, through the funnel.
 * Several workers run it at once: it keeps itself to one by a lock.
 */
export interface Task {
  readonly name: string
  /** Milliseconds from the end of one run to the next. */
  readonly period: number
  /** Answers true when there is more to do at once. */
  readonly run: (machinery: Machinery) => Promise<boolean>
}

/** A figure for `/metrics`, with a warning for `/readyz` when something is not as it should be. */
export interface Vital {
  readonly name: string
  readonly help: string
  readonly measure: (machinery: Machinery) => Promise<{ readonly value: number; readonly warning?: string }>
}
