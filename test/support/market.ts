import type { Cast, TestExchange } from './exchange.ts'
import { checkProof } from './logreader.ts'
import { type Parties, signedContract, type TradeOptions } from './trade.ts'

/** A trade as a journey follows it: the two parties, the contract and the order that the worker made of it. */
export interface Trade extends Parties {
  readonly contractId: string
  readonly orderId: string
  readonly reference: string
  readonly amountFen: number
}

/** One line of a bank statement. */
export interface Transfer {
  readonly fen: number
  readonly remark: string
  readonly account?: string
}

/** How a trade has ended, as the API tells it. */
export interface Ending {
  readonly order: string
  readonly contract: string
  /** the states of the order in the sequence it went through them */
  readonly way: string[]
  readonly filing: string | undefined
  readonly escrowFen: number
  readonly heldFen: number
}

const accountOf = (trade: Trade) => `6222${trade.reference.slice(2)}00`
const header = '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号'

/** What people do with trades after they have signed: everything goes through the public API. */
export function openMarket(x: TestExchange) {
  const { operator } = x
  let serial = 0

  /** Like `x.until`, with fewer questions: many journeys wait at the same time. */
  async function wait<T>(what: string, probe: () => Promise<T | undefined | false | null>): Promise<T> {
    for (let i = 0; i < 300; i++) {
      const found = await probe()
      if (found) return found
      await new Promise(resolve => setTimeout(resolve, 200))
    }
    throw new Error(`${what} did not happen within 60 s`)
  }

  /** The exchange's day in China. */
  async function today(): Promise<string> {
    const { now } = await x.ok('GET /clock')
    return new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 10)
  }

  const order = (trade: Trade) => x.ok(`GET /orders/${trade.orderId}`, { as: trade.buyer.maker })
  const reach = (trade: Trade, ...states: string[]) =>
    wait(`order in ${states.join('|')}`, async () => {
      const found = await order(trade)
      return states.includes(found.state) && found
    })

  /** A trade that both have signed, with its order. */
  async function open(parties: Parties, options: TradeOptions): Promise<Trade> {
    const contract = await signedContract(x, parties, options)
    const found = await wait('the order', async () => {
      const { items } = await x.ok('GET /orders?limit=100', { as: parties.buyer.maker })
      return items.find((item: any) => item.contractId === contract.id)
    })
    const { vendor, buyer } = parties
    const { id: orderId, referenceCode: reference, amountFen } = found
    return { vendor, buyer, contractId: contract.id, orderId, reference, amountFen }
  }

  /** The bank reports transfers; answers the lines as they were booked, in their order. */
  async function receive(...transfers: Transfer[]): Promise<any[]> {
    const day = await today()
    const rows = transfers.map(({ fen, remark, account = '622200001111222200' }) =>
      [day, (fen / 100).toFixed(2), '某应用公司', account, remark, `IN${++serial}`].join(),
    )
    const { id } = await x.ok('POST /bank-statements?fileName=statement.csv', {
      as: operator.finance,
      raw: { type: 'application/octet-stream', bytes: Buffer.from([header, ...rows].join('\n')) },
    })
    return lines(id)
  }
  async function lines(statementId: string): Promise<any[]> {
    const { items } = await x.ok(`GET /statement-lines?statementId=${statementId}&limit=100`, { as: operator.finance })
    return items.sort((a: any, b: any) => a.line - b.line)
  }
  const pay = (trade: Trade, fen = trade.amountFen) =>
    receive({ fen, remark: `货款 ${trade.reference}`, account: accountOf(trade) })

  const delivery = (trade: Trade) => x.ok(`GET /orders/${trade.orderId}/delivery`, { as: trade.buyer.maker })
  const askForLink = async (trade: Trade) => {
    const { entitlement } = await delivery(trade)
    return x.call(`POST /entitlements/${entitlement.id}/downloads`, { as: trade.buyer.maker, body: {} })
  }
  /** The buyer fetches the data once delivery is open; answers the bytes of the order as it is then delivered. */
  async function fetchData(trade: Trade): Promise<Buffer> {
    await reach(trade, 'delivering', 'redelivering')
    const link = await wait('a link', async () => {
      const reply = await askForLink(trade)
      return reply.status === 201 && reply.body
    })
    const { pathname, search } = new URL(link.url)
    const { status, bytes } = await x.call(`GET /${pathname}${search}`)
    if (status !== 200) throw new Error(`the download answered ${status}`)
    await reach(trade, 'delivered')
    return bytes
  }
  const act = (trade: Trade, who: Cast, action: string, body?: object, key?: string) =>
    x.call(`POST /orders/${trade.orderId}/${action}`, { as: who.checker, ...(body && { body }), ...(key && { key }) })
  /** The same, and fails unless it is done. */
  const done = (trade: Trade, who: Cast, action: string, body?: object) =>
    x.ok(`POST /orders/${trade.orderId}/${action}`, { as: who.checker, ...(body && { body }) })

  /** Payouts of an order in a state, once there are that many. */
  const payouts = (trade: Trade, kind: 'vendor' | 'refund' | 'return', state: string, count = 1) =>
    wait(`${count} ${kind} payout ${state}`, async () => {
      const query = `orderId=${trade.orderId}&kind=${kind}&state=${state}`
      const { items } = await x.ok(`GET /payouts?${query}`, { as: operator.finance })
      return items.length >= count && (items as any[])
    })
  const orderPayouts = (ids: string[]) =>
    x.ok('POST /payout-batches', { as: operator.finance, body: { payoutIds: ids } })
  const confirm = async (id: string) =>
    x.ok(`POST /payouts/${id}/confirm`, {
      as: operator.checker,
      body: { bankSerial: `OUT${++serial}`, paidOn: await today() },
    })
  /** What is ready of an order leaves by the bank, by two people. */
  async function payOut(trade: Trade, kind: 'vendor' | 'refund' | 'return', count = 1): Promise<any[]> {
    const ready = await payouts(trade, kind, 'ready', count)
    await orderPayouts(ready.map(each => each.id))
    const paid: any[] = []
    for (const each of ready) paid.push(await confirm(each.id))
    return paid
  }

  async function escrowOf(trade: Trade): Promise<number> {
    const path = `GET /ledger/accounts/escrow:${trade.orderId}/entries?limit=100`
    const { items } = await x.ok(path, { as: operator.finance })
    return items.reduce((sum: number, entry: any) => sum - entry.amountFen, 0)
  }
  const invariants = async (): Promise<any[]> =>
    (await x.ok('GET /ledger/invariants', { as: operator.finance })).invariants

  const filingOf = async (trade: Trade) =>
    (await x.ok('GET /filings?limit=100', { as: trade.vendor.maker })).items.find(
      (item: any) => item.contractId === trade.contractId,
    )

  /** How the trade stands, once its filing is in that state and the log holds all that was decided about it. */
  async function ending(trade: Trade, filing = 'closed'): Promise<Ending> {
    await wait(`filing ${filing}`, async () => (await filingOf(trade))?.state === filing)
    const whole = await wait('every entry in the log', async () => {
      const found = await x.ok(`GET /trades/${trade.contractId}`, { as: trade.buyer.maker })
      return found.timeline.every((entry: any) => entry.logIndex !== null) && found
    })
    const last = whole.timeline.filter((entry: any) => entry.subject === `order/${trade.orderId}`).at(-1)
    const entry = await x.ok(`GET /audit-entries/${last.auditId}`)
    const proof = await x.call(`GET /audit-entries/${last.auditId}/proof`)
    const vkey = (await x.call('GET //log/vkey')).text.trim()
    const { index } = checkProof(proof.text, Buffer.from(entry.leaf), vkey)
    if (index !== last.logIndex) throw new Error(`the proof is of place ${index}, not ${last.logIndex}`)
    const seen = await order(trade)
    const money = await x.ok(`GET /orders/${trade.orderId}/money`, { as: trade.buyer.finance })
    return {
      order: seen.state,
      contract: whole.contract.state,
      way: seen.timeline.filter((e: any) => e.to !== e.from).map((e: any) => e.to),
      filing: whole.filing?.state,
      escrowFen: await escrowOf(trade),
      heldFen: money.heldFen,
    }
  }

  return {
    wait,
    today,
    order,
    reach,
    open,
    receive,
    lines,
    pay,
    delivery,
    askForLink,
    fetchData,
    act,
    done,
    payouts,
    orderPayouts,
    confirm,
    payOut,
    invariants,
    filingOf,
    ending,
  }
}

/**
 * Lets journeys that share one exchange share its clock: each says until when it waits, and when all of them wait (or
 * have ended) the clock goes to the earliest of these instants.
 */
export class SharedClock {
  readonly #advance: (to: Date) => Promise<void>
  readonly #sleepers: { readonly at: Date; readonly wake: () => void }[] = []
  #awake = 0

  constructor(advance: (to: Date) => Promise<void>) {
    this.#advance = advance
  }

  /** A journey will begin: the clock waits for it. */
  join(): void {
    this.#awake++
  }

  /** Waits until the exchange's clock shows that instant. */
  until(at: Date): Promise<void> {
    return new Promise(wake => {
      this.#sleepers.push({ at, wake })
      this.leave()
    })
  }

  /** A journey has ended. */
  leave(): void {
    this.#awake--
    if (this.#awake === 0 && this.#sleepers.length > 0) void this.#move()
  }

  async #move(): Promise<void> {
    const at = new Date(Math.min(...this.#sleepers.map(sleeper => sleeper.at.getTime())))
    await this.#advance(at)
    for (const sleeper of this.#sleepers.splice(0)) {
      if (sleeper.at > at) this.#sleepers.push(sleeper)
      else {
        this.#awake++
        sleeper.wake()
      }
    }
  }
}
