import type Stripe from 'stripe'

/** Numbers that follow from a seed alone (mulberry32). */
export function numbersOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A refusal as the API says it. */
export class ApiError extends Error {
  readonly status: number
  readonly type: string
  readonly code: string | undefined
  readonly param: string | undefined
  constructor(status: number, type: string, message: string, code?: string, param?: string) {
    super(message)
    this.status = status
    this.type = type
    this.code = code
    this.param = param
  }
}

export const invalid = (message: string, code?: string, param?: string) =>
  new ApiError(400, 'invalid_request_error', message, code, param)

const missing = (what: string, id: string) =>
  new ApiError(404, 'invalid_request_error', `No such ${what}: '${id}'`, 'resource_missing', 'id')

/** Objects of one kind, the newest first when listed. */
export class Shelf<T extends { id: string }> {
  readonly #rows = new Map<string, T>()
  readonly #what: string
  constructor(what: string) {
    this.#what = what
  }
  add(row: T): T {
    this.#rows.set(row.id, row)
    return row
  }
  find(id: string): T | undefined {
    return this.#rows.get(id)
  }
  /** @throws ApiError 404 */
  get(id: string): T {
    const row = this.#rows.get(id)
    if (!row) throw missing(this.#what, id)
    return row
  }
  get newestFirst(): T[] {
    return [...this.#rows.values()].reverse()
  }
}

export type Method = 'card' | 'alipay' | 'wechat_pay'

export interface WorldOptions {
  readonly seed?: number
  /** The virtual clock. */
  readonly clock?: () => Date
  /** Days until what was charged can be paid out. */
  readonly settlingDays?: number
}

const day = 86_400
/** A tenth of a per cent and the fixed part in fen, by method. */
const prices: Readonly<Record<Method, { perMille: number; fixed: number }>> = {
  card: { perMille: 34, fixed: 200 },
  alipay: { perMille: 29, fixed: 200 },
  wechat_pay: { perMille: 29, fixed: 200 },
}

/** All that the stand-in remembers. Everything follows from the seed, the clock and what was asked in which order. */
export class World {
  readonly random: () => number
  readonly sessions = new Shelf<Stripe.Checkout.Session>('checkout.session')
  readonly intents = new Shelf<Stripe.PaymentIntent>('payment_intent')
  readonly charges = new Shelf<Stripe.Charge>('charge')
  readonly refunds = new Shelf<Stripe.Refund>('refund')
  readonly accounts = new Shelf<Stripe.Account>('account')
  readonly transfers = new Shelf<Stripe.Transfer>('transfer')
  readonly reversals = new Shelf<Stripe.TransferReversal>('transfer_reversal')
  readonly disputes = new Shelf<Stripe.Dispute>('dispute')
  readonly payouts = new Shelf<Stripe.Payout>('payout')
  readonly movements = new Shelf<Stripe.BalanceTransaction>('balance_transaction')
  readonly events = new Shelf<Stripe.Event>('event')
  /** Called with each event as it happens. */
  onEvent: (event: Stripe.Event) => void = () => {}
  /** The request that is being answered, for its events. */
  request: { id: string; idempotency_key: string | null } | null = null
  readonly #clock: () => Date
  readonly #settlingDays: number
  #serial = 0

  constructor({ seed = 1, clock = () => new Date(), settlingDays = 2 }: WorldOptions = {}) {
    this.random = numbersOf(seed)
    this.#clock = clock
    this.#settlingDays = settlingDays
  }

  get nowMs(): number {
    return this.#clock().getTime()
  }

  /** Seconds since 1970. */
  get now(): number {
    return Math.floor(this.nowMs / 1000)
  }

  id(prefix: string): string {
    this.#serial += 1
    const tail = Math.floor(this.random() * 36 ** 8).toString(36)
    return `${prefix}_${this.#serial.toString(36).padStart(6, '0')}${tail.padStart(8, '0')}`
  }

  emit(type: Stripe.Event['type'], object: { readonly id: string }, account?: string): void {
    const event = this.events.add({
      id: this.id('evt'),
      object: 'event',
      api_version: null,
      created: this.now,
      data: { object: structuredClone(object) },
      livemode: false,
      pending_webhooks: 1,
      request: this.request,
      type,
      ...(account !== undefined && { account }),
    } as unknown as Stripe.Event)
    this.onEvent(event)
  }

  feeOf(amount: number, method: Method): number {
    const { perMille, fixed } = prices[method]
    return Math.min(amount, Math.round((amount * perMille) / 1000) + fixed)
  }

  /** Moves money on the exchange's balance; `fee` is taken off. */
  move(
    type: Stripe.BalanceTransaction.Type,
    source: string,
    amount: number,
    { fee = 0, category = type, waits = false }: { fee?: number; category?: string; waits?: boolean } = {},
  ): Stripe.BalanceTransaction {
    const available = waits ? this.now + this.#settlingDays * day : this.now
    return this.movements.add({
      id: this.id('txn'),
      object: 'balance_transaction',
      amount,
      available_on: available,
      balance_type: 'payments',
      created: this.now,
      currency: 'cny',
      description: null,
      exchange_rate: null,
      fee,
      fee_details:
        fee === 0
          ? []
          : [{ amount: fee, application: null, currency: 'cny', description: 'processing fees', type: 'stripe_fee' }],
      net: amount - fee,
      reporting_category: category,
      source,
      status: waits ? 'pending' : 'available',
      type,
    } satisfies Stripe.BalanceTransaction)
  }

  /** What is on the balance, in fen: available now, and still settling. */
  get balance(): { available: number; pending: number } {
    let [available, pending] = [0, 0]
    for (const { net, available_on: on } of this.movements.newestFirst)
      if (on <= this.now) available += net
      else pending += net
    return { available, pending }
  }
}
