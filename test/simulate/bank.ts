import type { Schedule } from './schedule.ts'

interface Line {
  readonly day: string
  readonly serial: string
  readonly fen: bigint
  readonly remark: string
  readonly payer: string
}

const dayOf = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10)

const yuan = (fen: bigint): string => `${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`

/** The exchange's bank account: what comes in, what it is told to pay, and what it has really paid. */
export class Bank {
  balance = 0n
  readonly lines: Line[] = []
  /** payouts it made, by their order to it: `payout/attempt` */
  readonly paid = new Map<string, { fen: bigint; serial: string; day: string }>()
  readonly bounced = new Set<string>()
  #serial = 0
  readonly #schedule: Schedule

  constructor(schedule: Schedule) {
    this.#schedule = schedule
  }

  #next(): string {
    this.#serial += 1
    return `B${String(this.#serial).padStart(6, '0')}`
  }

  /** Somebody transfers money. */
  receive(ms: number, fen: bigint, remark: string): void {
    this.balance += fen
    this.lines.push({ day: dayOf(ms), serial: this.#next(), fen, remark, payer: '6222000011112222' })
  }

  /** A statement of the last lines; windows overlap, so that lines come again. */
  statement(from: number): Buffer {
    const header = '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号'
    const rows = this.lines
      .slice(from)
      .map(({ day, fen, payer, remark, serial }) => `${day},${yuan(fen)},龙城应用公司,${payer},${remark},${serial}`)
    return Buffer.from([header, ...rows, ''].join('\n'))
  }

  /** Makes one payment it was told, or sends it back; the same order is done once. */
  perform(order: string, fen: bigint, ms: number): void {
    if (this.paid.has(order) || this.bounced.has(order)) return
    if (this.#schedule.chance(0.2)) {
      this.bounced.add(order)
      return
    }
    this.balance -= fen
    this.paid.set(order, { fen, serial: this.#next(), day: dayOf(ms) })
  }
}
