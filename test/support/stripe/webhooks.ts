import Stripe from 'stripe'
import type { World } from './world.ts'

/** What goes wrong with notifications, each as a share of them between 0 and 1. */
export interface WebhookFaults {
  readonly dropped?: number
  readonly duplicated?: number
  readonly shuffled?: number
  readonly late?: number
  readonly forged?: number
}

interface Waiting {
  readonly event: Stripe.Event
  readonly isForged: boolean
  attempts: number
  /** not before that many further deliveries */
  delay: number
}

export type Delivery = { readonly eventId: string; readonly status: number | 'unreachable'; readonly isForged: boolean }

/**
 * Notifications of what happened, waiting to be delivered. Nothing goes out by itself: a test delivers one, or all, and
 * so decides the order; faults follow from the seed. What is not answered with 2xx waits again, for eight attempts.
 */
export class Webhooks {
  readonly secret: string
  readonly #world: World
  readonly #url: () => string | undefined
  #faults: WebhookFaults = {}
  #waiting: Waiting[] = []

  constructor(world: World, secret: string, url: () => string | undefined) {
    this.#world = world
    this.secret = secret
    this.#url = url
    world.onEvent = event => this.#arrange(event)
  }

  set faults(faults: WebhookFaults) {
    this.#faults = faults
  }

  get waiting(): readonly Stripe.Event[] {
    return this.#waiting.map(each => each.event)
  }

  #happens(share: number | undefined): boolean {
    return share !== undefined && this.#world.random() < share
  }

  #arrange(event: Stripe.Event): void {
    const { dropped, duplicated, shuffled, late, forged } = this.#faults
    if (this.#happens(dropped)) return
    const one = (isForged: boolean): Waiting => ({
      event,
      isForged,
      attempts: 0,
      delay: this.#happens(late) ? 1 + Math.floor(this.#world.random() * 8) : 0,
    })
    const made = [
      one(false),
      ...(this.#happens(duplicated) ? [one(false)] : []),
      ...(this.#happens(forged) ? [one(true)] : []),
    ]
    for (const each of made) {
      const place = this.#happens(shuffled)
        ? Math.floor(this.#world.random() * (this.#waiting.length + 1))
        : this.#waiting.length
      this.#waiting.splice(place, 0, each)
    }
  }

  /** The bytes and the header of a notification, signed at the virtual time, or `at` in ms since 1970. */
  sign(event: Stripe.Event, { at = this.#world.nowMs, secret = this.secret } = {}): { body: string; header: string } {
    const body = JSON.stringify({ ...event, api_version: Stripe.API_VERSION })
    const timestamp = Math.floor(at / 1000)
    return { body, header: Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp }) }
  }

  /** Sends an event whatever else waits; answers the status. */
  async send(event: Stripe.Event, how: { at?: number; secret?: string } = {}): Promise<number | 'unreachable'> {
    const url = this.#url()
    if (url === undefined) throw new Error('no address for notifications was set')
    const { body, header } = this.sign(event, how)
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': header },
        body,
      })
      await response.arrayBuffer()
      return response.status
    } catch {
      return 'unreachable'
    }
  }

  /** Delivers the next notification that is due, or the one at that place; undefined when none waits. */
  async deliver(place?: number): Promise<Delivery | undefined> {
    const due = place ?? this.#waiting.findIndex(each => each.delay === 0)
    for (const each of this.#waiting) each.delay = Math.max(0, each.delay - 1)
    const [next] = this.#waiting.splice(due < 0 ? 0 : due, 1)
    if (!next) return undefined
    const status = await this.send(next.event, next.isForged ? { secret: 'whsec_of_somebody_else' } : {})
    next.attempts += 1
    const isTaken = typeof status === 'number' && status >= 200 && status < 300
    if (!isTaken && !next.isForged && next.attempts < 8) this.#waiting.push(next)
    return { eventId: next.event.id, status, isForged: next.isForged }
  }

  /** Delivers until nothing waits, at most `most` times. */
  async deliverAll(most = 1000): Promise<Delivery[]> {
    const all: Delivery[] = []
    while (all.length < most) {
      const one = await this.deliver()
      if (!one) break
      all.push(one)
    }
    return all
  }
}
