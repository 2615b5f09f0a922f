import { numbersOf } from '../support/stripe/world.ts'

/** A process ended at this place: what it had not committed is gone, and it never goes on. */
export class Crash extends Error {}

interface Waiting {
  readonly label: string
  readonly go: () => void
}

const never = new Promise<never>(() => {})

/**
 * Decides which of several processes goes on next: each stops before and after every commit and every call to the
 * outside, and exactly one runs at a time. All follows from the seed, so a seed replays its run.
 */
export class Schedule {
  readonly random: () => number
  /** What was done, in order, without any id: two runs of a seed have the same. */
  readonly trace: string[] = []
  /** Share of the places at which a process ends there. */
  crashes = 0
  commits = 0
  #running = 0
  #waiting: Waiting[] = []
  #quiet: (() => void) | undefined
  #failure: unknown

  constructor(seed: number) {
    this.random = numbersOf(seed)
  }

  pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.random() * all.length)]!
  }

  chance(share: number): boolean {
    return this.random() < share
  }

  get waiting(): number {
    return this.#waiting.length
  }

  #rest(): void {
    this.#running -= 1
    if (this.#running === 0) this.#quiet?.()
  }

  /** Begins a process; a failure that is no crash ends the whole run. */
  spawn(name: string, work: () => Promise<unknown>): void {
    this.trace.push(`begin ${name}`)
    this.#running += 1
    work().then(
      () => {
        this.trace.push(`end ${name}`)
        this.#rest()
      },
      error => {
        this.#failure ??= error
        this.#rest()
      },
    )
  }

  /** A place where another process may go first, and where this one may end. */
  turn(label: string): Promise<void> {
    return new Promise(resolve => {
      this.#waiting.push({
        label,
        go: () => {
          this.#running += 1
          resolve()
        },
      })
      this.#rest()
    })
  }

  /** Whether the process is to end inside the transaction that it is about to commit. */
  strikes(label: string): boolean {
    const isHit = this.chance(this.crashes)
    if (isHit) this.trace.push(`crash before the commit of ${label}`)
    return isHit
  }

  /** The process that calls ends here. */
  die(): Promise<never> {
    this.#rest()
    return never
  }

  /** Waits until every process has stopped somewhere. @throws what a process failed with */
  async quiet(): Promise<void> {
    if (this.#running > 0)
      await new Promise<void>(resolve => {
        this.#quiet = resolve
      })
    this.#quiet = undefined
    if (this.#failure) throw this.#failure
  }

  /** Lets one of the waiting processes go on, or ends it where it stands. */
  async step(): Promise<void> {
    const at = Math.floor(this.random() * this.#waiting.length)
    const [next] = this.#waiting.splice(at, 1)
    if (!next) return
    if (this.chance(this.crashes)) {
      this.trace.push(`crash at ${next.label}`)
      return
    }
    this.trace.push(`go on at ${next.label}`)
    next.go()
    await this.quiet()
  }
}
