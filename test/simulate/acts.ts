import type Stripe from 'stripe'
import { type Actor, system } from '../../src/kernel/actor.ts'
import { dayOf } from '../../src/kernel/calendar.ts'
import type { Cx } from '../../src/kernel/command.ts'
import { problemOfDatabase } from '../../src/kernel/db/errors.ts'
import { NotDue } from '../../src/kernel/events.ts'
import { Problem } from '../../src/kernel/problem.ts'
import { resumeContract, suspendContract } from '../../src/modules/contracts/index.ts'
import * as orders from '../../src/modules/orders/index.ts'
import { bankTransfer } from '../../src/modules/settlement/gateways/banktransfer.ts'
import * as settlement from '../../src/modules/settlement/index.ts'
import { decideDispute, openDispute, payOn, settleRefund } from '../support/stripe/index.ts'
import { actorOf } from './base.ts'
import { handlers, type Instance, type Rig, timers } from './rig.ts'

/** What one run remembers beside the exchange. */
export interface Play {
  readonly rig: Rig
  readonly orderIds: string[]
  /** notifications of the provider that are on their way, or were lost on it */
  readonly pending: Stripe.Event[]
  readonly lost: Stripe.Event[]
  readonly actors: Record<'operator' | 'finance' | 'checker' | 'buyer' | 'other' | 'direct' | 'banked', Actor>
}

export function actorsOf({ base }: Rig): Play['actors'] {
  const { operator, buyers, direct, banked } = base
  return {
    operator: actorOf(operator.checker, ['operator'], ['checker']),
    finance: actorOf(operator.finance, ['operator'], ['finance']),
    checker: actorOf(operator.checker, ['operator'], ['checker', 'finance']),
    buyer: actorOf(buyers[0]!.finance, ['buyer'], ['maker', 'checker', 'finance']),
    other: actorOf(buyers[1]!.finance, ['buyer'], ['maker', 'checker', 'finance']),
    direct: actorOf(direct.finance, ['vendor'], ['maker', 'checker', 'finance']),
    banked: actorOf(banked.finance, ['vendor'], ['maker', 'checker', 'finance']),
  }
}

type Act = (play: Play, on: Instance) => Promise<unknown>

/** A use case as somebody asks for it: a refusal is an answer, anything else that goes wrong is a fault. */
async function ask(
  on: Instance,
  actor: Actor,
  operation: string,
  work: (cx: Cx) => Promise<unknown>,
): Promise<boolean> {
  try {
    await on.engine.write(actor, { operation }, work)
    return true
  } catch (error) {
    const refusal = error instanceof Problem ? error : problemOfDatabase(error)
    if (error instanceof NotDue || (refusal && refusal.type.status < 500)) return false
    throw error
  }
}

interface Row {
  readonly id: string
  readonly state: string
  readonly buyer_id: string
  readonly vendor_id: string
  readonly amount_fen: string
  readonly reference_code: string
}

/** Looking for something to do takes no turn: it only chooses. */
const all = async <R>(rows: Promise<unknown>): Promise<R[]> => [...((await rows) as R[])]
const ordersIn = ({ rig: { sql } }: Play, states: readonly string[]) =>
  all<Row>(
    sql`select id, state, buyer_id, vendor_id, amount_fen, reference_code from orders.order
      where state = any(${[...states]}) order by number`,
  )

const oneOf = <R>({ rig }: Play, rows: readonly R[]): R | undefined =>
  rows.length === 0 ? undefined : rig.schedule.pick(rows)

const buyerOf = (play: Play, row: Row): Actor =>
  row.buyer_id === play.actors.buyer.organizationId ? play.actors.buyer : play.actors.other
const vendorOf = (play: Play, row: Row): Actor =>
  row.vendor_id === play.actors.direct.organizationId ? play.actors.direct : play.actors.banked

const onOrder =
  (states: readonly string[], work: (play: Play, on: Instance, row: Row) => Promise<unknown>): Act =>
  async (play, on) => {
    const row = oneOf(play, await ordersIn(play, states))
    if (row) await work(play, on, row)
  }

const payOnline = onOrder(['awaiting_payment'], (play, on, row) =>
  ask(on, buyerOf(play, row), 'payOnline', cx => settlement.payOnline(cx, row.id)),
)

/** A buyer pays on a page that is open there, whatever the order has become meanwhile. */
const payOnPage: Act = async play => {
  const { rig } = play
  const page = oneOf(
    play,
    rig.standIn.world.sessions.newestFirst.filter(each => each.status === 'open'),
  )
  if (!page) return
  const method = rig.schedule.pick(['card', 'card', 'card', 'alipay', 'wechat_pay'] as const)
  try {
    payOn(rig.standIn.world, page.id, method)
  } catch {
    rig.schedule.trace.push('the page had closed')
  }
}

/** A transfer to the exchange's account: the whole, a part, too much, or without a reference. */
const transferMoney: Act = async play => {
  const { rig } = play
  const row = oneOf(play, await ordersIn(play, ['awaiting_payment', 'escrowed', 'cancelled', 'delivering']))
  if (!row) return
  const amount = BigInt(row.amount_fen)
  const how = rig.schedule.pick(['whole', 'whole', 'part', 'rest', 'over', 'lost'] as const)
  const part = amount > 1n ? amount / 3n || 1n : amount
  const fen = { whole: amount, part, rest: amount - part || 1n, over: amount + 7n, lost: amount }[how]
  rig.bank.receive(rig.clock.ms, fen, how === 'lost' ? '货款' : row.reference_code)
}

const importStatement: Act = async ({ rig, actors }, on) => {
  if (rig.bank.lines.length === 0) return
  const bytes = rig.bank.statement(Math.floor(rig.schedule.random() * rig.bank.lines.length))
  const today = await on.engine.read(actors.finance, async rx => dayOf(rx.now))
  const statement = bankTransfer.readStatement(bytes, today)
  let fresh: string[] = []
  await ask(on, actors.finance, 'importStatement', async cx => {
    fresh = (await settlement.importStatement(cx, 'statement.csv', bytes, statement)).fresh
  })
  for (const id of fresh) await ask(on, system, 'receiveLine', cx => settlement.receiveLine(cx, id))
}

/** Everything that one timer finds due, as the worker does it. */
const runTimer: Act = async ({ rig }, on) => {
  const timer = rig.schedule.pick(timers)
  for (const id of await on.engine.read(system, rx => timer.due(rx)))
    await ask(on, system, timer.name, cx => timer.run(cx, id))
}

/** One of the oldest jobs, as the worker does it: the effect, then the mark; a crash between them does it again. */
export const workJob: Act = async (play, on) => {
  const { rig } = play
  const jobs = await all<{ id: string; handler: string; payload: Record<string, string> }>(
    rig.sql`select id, handler, payload from simulated_job where not is_done order by seq limit 3`,
  )
  const job = oneOf(play, jobs)
  if (!job) return
  const handler = handlers.find(each => each.name === job.handler)!
  await on.engine.write(system, { operation: job.handler, idempotency: { key: job.id, input: job.payload } }, cx =>
    handler.run(cx, job.payload),
  )
  await rig.sql`update simulated_job set is_done = true where id = ${job.id}`
}

const sendIntents: Act = (_play, on) => settlement.sendIntents(on.machinery)
const processNotices: Act = (_play, on) => settlement.processNotices(on.machinery)
const fetchMovements: Act = (_play, on) => settlement.fetchMovements(on.machinery, true)

/** The provider tells of something: perhaps twice, perhaps out of order; what is not taken is told again. */
export const hear: Act = async (play, on) => {
  const { rig, pending } = play
  if (pending.length === 0) return
  const at = rig.schedule.chance(0.5) ? 0 : Math.floor(rig.schedule.random() * pending.length)
  const [event] = rig.schedule.chance(0.2) ? [pending[at]] : pending.splice(at, 1)
  const { body, header } = rig.standIn.webhooks.sign(event!)
  // on its way until somebody has said that it was taken
  play.lost.push(event!)
  const status = await on.hear(Buffer.from(body), header)
  play.lost.splice(play.lost.indexOf(event!), 1)
  if (status !== 200) pending.push(event!)
}

const startDelivery = onOrder(['escrowed'], (_play, on, row) =>
  ask(on, system, 'startDelivery', cx => orders.startDelivery(cx, row.id)),
)
const deliver = onOrder(['delivering', 'redelivering'], (_play, on, row) =>
  ask(on, system, 'deliverOrder', cx => orders.deliverOrder(cx, row.id, { receiptId: row.id })),
)
const accept = onOrder(['delivered'], (play, on, row) =>
  ask(on, buyerOf(play, row), 'acceptOrder', cx => orders.acceptOrder(cx, row.id)),
)
const reason = { reason: '与合同不符' }
const reject = onOrder(['delivered'], (play, on, row) =>
  ask(on, buyerOf(play, row), 'rejectOrder', cx => orders.rejectOrder(cx, row.id, reason)),
)
const redeliver = onOrder(['rejected'], (play, on, row) =>
  ask(on, vendorOf(play, row), 'redeliverOrder', cx => orders.redeliverOrder(cx, row.id, {})),
)
const refund = onOrder(['rejected'], (play, on, row) =>
  ask(on, vendorOf(play, row), 'refundOrder', cx => orders.refundOrder(cx, row.id, reason)),
)
const cancel = onOrder(['awaiting_payment', 'escrowed', 'delivering', 'rejected'], (play, on, row) => {
  const who = play.rig.schedule.pick([buyerOf(play, row), vendorOf(play, row), play.actors.operator])
  return ask(on, who, 'cancelOrder', cx => orders.cancelOrder(cx, row.id, reason))
})
const dispute = onOrder(['delivering', 'delivered', 'rejected', 'accepted'], (play, on, row) =>
  ask(on, buyerOf(play, row), 'disputeOrder', cx => orders.disputeOrder(cx, row.id, reason)),
)
const mediate = onOrder(['disputed'], (play, on, row) => {
  const outcome = play.rig.schedule.pick(['accept', 'refund', 'partial'] as const)
  const refundFen = Number(row.amount_fen) > 1 ? Math.max(1, Math.floor(Number(row.amount_fen) / 3)) : 1
  const decision = { outcome, ...reason, ...(outcome === 'partial' && { refundFen }) }
  return ask(on, play.actors.operator, 'mediateOrder', cx => orders.mediateOrder(cx, row.id, decision))
})

/** The operator or a court halts a contract, and lets it go on. */
const suspend = onOrder(['delivered', 'accepted', 'settling', 'partly_refunded'], (play, on, row) =>
  ask(on, play.actors.operator, 'suspendContract', async cx => {
    await suspendContract(cx, (await orders.orderOf(cx, row.id)).contractId, '司法协助')
  }),
)
const goOn: Act = async (play, on) => {
  const halted = await all<{ id: string }>(
    play.rig.sql`select id from contracts.contract where state = 'suspended' order by number`,
  )
  const one = oneOf(play, halted)
  if (one) await ask(on, play.actors.operator, 'resumeContract', cx => resumeContract(cx, one.id, '已解除'))
}

const payoutsIn = ({ rig: { sql } }: Play, states: readonly string[]) =>
  all<{ id: string; state: string; kind: string; attempt: number; amount_fen: string }>(
    sql`select id, state, kind, attempt, amount_fen from settlement.payout where state = any(${[...states]})
      order by created_at, id`,
  )

/** Orders payouts; none of a trade that is frozen may be among them. */
const orderPayouts: Act = async (play, on) => {
  const ready = (await payoutsIn(play, ['ready'])).filter(() => play.rig.schedule.chance(0.7))
  if (ready.length === 0) return
  const ids = ready.map(each => each.id)
  await ask(on, play.actors.finance, 'createPayoutBatch', async cx => {
    await settlement.createPayoutBatch(cx, ids)
    const frozen = await cx.sql`
      select 1 from settlement.payout p join orders.order o on o.id = p.order_id
      join contracts.contract c on c.id = o.contract_id
      where p.id = any(${ids}::uuid[]) and p.kind = 'vendor' and (c.is_disputed or c.state = 'suspended')`
    if (frozen.length > 0) throw new Error('a payout of a frozen trade was ordered')
  })
}

/** The bank does what it was told, and somebody says what came of it. */
const bankWorks: Act = async (play, on) => {
  const { rig, actors } = play
  const row = oneOf(play, await payoutsIn(play, ['ordered']))
  if (!row) return
  const order = `${row.id}/${row.attempt}`
  rig.bank.perform(order, BigInt(row.amount_fen), rig.clock.ms)
  const done = rig.bank.paid.get(order)
  if (done)
    await ask(on, actors.checker, 'confirmPayout', cx =>
      settlement.confirmPayout(cx, row.id, { bankSerial: done.serial, paidOn: done.day }),
    )
  else await ask(on, actors.finance, 'bouncePayout', cx => settlement.bouncePayout(cx, row.id, '账号有误'))
}

const payee = { holderName: '龙城应用公司', accountNumber: '6222000011112222' }
const retryPayout: Act = async (play, on) => {
  const row = oneOf(play, await payoutsIn(play, ['bounced', 'waiting']))
  if (!row) return
  await ask(on, play.actors.finance, 'retryPayout', cx =>
    settlement.retryPayout(cx, row.id, row.kind === 'vendor' ? undefined : payee),
  )
}

const handleLine: Act = async (play, on) => {
  const { rig, actors } = play
  const lines = await all<{ id: string; state: string }>(
    rig.sql`select id, state from settlement.statement_line where state in ('unmatched') order by id`,
  )
  const line = oneOf(play, lines)
  if (!line) return
  const order = oneOf(play, await ordersIn(play, ['awaiting_payment']))
  if (order && rig.schedule.chance(0.6))
    await ask(on, actors.finance, 'matchLine', cx => settlement.matchStatementLine(cx, line.id, order.id))
  else await ask(on, actors.finance, 'returnLine', cx => settlement.returnStatementLine(cx, line.id, '无法对应'))
}

/** Something happens at the provider: a payer's bank takes money back, or decides, or a wallet answers. */
const providerWorks: Act = async play => {
  const { standIn, schedule } = play.rig
  const { charges, disputes, refunds } = standIn.world
  const how = schedule.pick(['refund', 'refund', 'chargeback', 'decision', 'decision'] as const)
  if (how === 'refund') {
    const open = oneOf(
      play,
      refunds.newestFirst.filter(
        each => each.status === 'pending' || (each.status === 'succeeded' && schedule.chance(0.05)),
      ),
    )
    if (open) settleRefund(standIn.world, open.id, schedule.chance(0.6) ? 'succeeded' : 'failed')
  } else if (how === 'chargeback') {
    const open = oneOf(
      play,
      charges.newestFirst.filter(
        each => !each.disputed && each.payment_method_details?.type === 'card' && each.amount > each.amount_refunded,
      ),
    )
    if (open) openDispute(standIn.world, open.id)
  } else {
    const open = oneOf(
      play,
      disputes.newestFirst.filter(each => each.status === 'needs_response' || each.status === 'under_review'),
    )
    if (open) decideDispute(standIn.world, open.id, schedule.pick(['won', 'lost'] as const))
  }
}

const fault: Act = async ({ rig }) =>
  rig.standIn.fail(rig.schedule.pick(['effect-then-500', 'effect-then-timeout', 'timeout', '429'] as const))

/** Operators let parked things go on. */
export const resume: Act = async (play, on) => {
  const { rig, actors } = play
  const parked = await all<{ id: string; side: string }>(rig.sql`
    select id, 'intent' as side from settlement.intent where state = 'parked'
    union all select id, 'notice' from settlement.inbox where is_parked order by 1`)
  const one = oneOf(play, parked)
  if (!one) return
  await ask(on, actors.operator, 'resume', async cx =>
    one.side === 'intent' ? settlement.resumeIntent(cx, one.id) : settlement.resumeNotice(cx, one.id),
  )
}

/** Time passes: a moment, an hour, a day, three days; in steps of the clock. */
export const pass: Act = async ({ rig }) => {
  const steps = rig.schedule.pick([1, 3, 3, 90, 90, 520, 520, 3_500, 12_400, 37_100])
  rig.clock.ms += steps * 7_000
}

/** What may happen, and how often beside the others. */
export const acts: readonly (readonly [name: string, weight: number, act: Act])[] = [
  ['pay online', 9, payOnline],
  ['pay on the page', 10, payOnPage],
  ['transfer money', 6, transferMoney],
  ['import statement', 6, importStatement],
  ['run timer', 8, runTimer],
  ['work job', 10, workJob],
  ['send intents', 10, sendIntents],
  ['process notices', 9, processNotices],
  ['fetch movements', 2, fetchMovements],
  ['hear', 10, hear],
  ['start delivery', 9, startDelivery],
  ['deliver', 9, deliver],
  ['accept', 7, accept],
  ['reject', 2, reject],
  ['redeliver', 1, redeliver],
  ['refund', 2, refund],
  ['cancel', 1, cancel],
  ['dispute', 2, dispute],
  ['mediate', 3, mediate],
  ['suspend', 2, suspend],
  ['go on', 2, goOn],
  ['order payouts', 4, orderPayouts],
  ['bank works', 4, bankWorks],
  ['retry payout', 3, retryPayout],
  ['handle line', 2, handleLine],
  ['provider works', 6, providerWorks],
  ['fault', 4, fault],
  ['resume', 1, resume],
  ['time passes', 5, pass],
]

/** What brings everything to its end once nothing goes wrong any more. */
export const closingActs: readonly Act[] = [
  importAll,
  hear,
  processNotices,
  sendIntents,
  workJob,
  resume,
  goOn,
  startDelivery,
  deliver,
  accept,
  refund,
  mediate,
  orderPayouts,
  bankWorks,
  retryPayout,
  returnAll,
  settleAtProvider,
]

/** What there may be much of. */
export const busy: readonly Act[] = [workJob, retryPayout, orderPayouts, bankWorks]

async function importAll(play: Play, on: Instance): Promise<void> {
  const { rig, actors } = play
  if (rig.bank.lines.length === 0) return
  const bytes = rig.bank.statement(0)
  const today = await on.engine.read(actors.finance, async rx => dayOf(rx.now))
  const statement = bankTransfer.readStatement(bytes, today)
  await ask(on, actors.finance, 'importStatement', cx => settlement.importStatement(cx, 'all.csv', bytes, statement))
}

async function returnAll({ rig, actors }: Play, on: Instance): Promise<void> {
  const lines = await all<{ id: string }>(rig.sql`select id from settlement.statement_line where state = 'unmatched'`)
  for (const { id } of lines)
    await ask(on, actors.finance, 'returnLine', cx => settlement.returnStatementLine(cx, id, '无法对应'))
}

async function settleAtProvider({ rig }: Play): Promise<void> {
  const { world } = rig.standIn
  for (const each of world.refunds.newestFirst) if (each.status === 'pending') settleRefund(world, each.id, 'succeeded')
  for (const each of world.disputes.newestFirst)
    if (!['won', 'lost'].includes(each.status)) decideDispute(world, each.id, 'lost')
}

/** Every timer in turn. */
export const runTimers: Act = async (_play, on) => {
  for (const timer of timers)
    for (const id of await on.engine.read(system, rx => timer.due(rx)))
      await ask(on, system, timer.name, cx => timer.run(cx, id))
}
