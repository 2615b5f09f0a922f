import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { balanceOf, inspectInvariants } from '../../src/modules/ledger/index.ts'
import {
  acceptOrder,
  cancelOrder,
  deliverOrder,
  disputeOrder,
  mediateOrder,
  orderStateOf,
} from '../../src/modules/orders/index.ts'
import { type Cast, openExchange, password } from '../support/exchange.ts'
import { draftProduct, publishDraft } from '../support/offering.ts'
import { newOrder, run } from '../support/orders.ts'
import { onboard, payOn, StandIn } from '../support/stripe/index.ts'
import { scenario } from '../support/trade.ts'

/** What both gateways promise: the same trades, the same disturbances, the same fen. */

let ahead = 0
const standIn = new StandIn({ seed: 11, clock: () => new Date(Date.now() + ahead) })
const { host, port } = await standIn.listen()
const keys = { STRIPE_SECRET_KEY: standIn.secretKey, STRIPE_WEBHOOK_SECRET: 'whsec_standin' }
const x = await openExchange(t, { env: { ...keys, STRIPE_API_URL: `http://${host}:${port}` } })
await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
t.teardown(() => standIn.close())
const { port: own } = x.exchange.app.server.address() as { port: number }
standIn.webhookUrl = `http://127.0.0.1:${own}/webhooks/stripe`

const { operator } = x
const { engine } = x.exchange
const header = '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号'
let serial = 0
const stateOf = (id: string) => engine.read(system, rx => orderStateOf(rx, id))
const balance = (account: string) => engine.read(system, rx => balanceOf(rx, account))
const violated = async () =>
  (await engine.read(system, inspectInvariants)).filter(i => i.violations > 0).map(i => i.view)
const reaches = (id: string, ...states: string[]) =>
  x.until(async () => states.includes(String(await stateOf(id))), `the order to be ${states.join(' or ')}`)
const passDays = async (days: number) => {
  await x.advanceDays(days)
  ahead += days * 86_400_000
}
const dayNow = async () =>
  new Date(Date.parse((await x.ok('GET /clock')).now) + 8 * 3_600_000).toISOString().slice(0, 10)

interface Payable {
  readonly id: string
  readonly referenceCode: string
}
async function payByBank(order: Payable, fen: number): Promise<void> {
  const line = `${await dayNow()},${(fen / 100).toFixed(2)},龙城应用公司,6222000011112222,${order.referenceCode},G${++serial}`
  await x.ok(`POST /bank-statements?fileName=g${serial}.csv`, {
    as: operator.finance,
    raw: { type: 'application/octet-stream', bytes: Buffer.from(`${header}\n${line}\n`) },
  })
}
const payoutsOf = async (orderId: string): Promise<any[]> =>
  (await x.ok(`GET /payouts?orderId=${orderId}&limit=100`, { as: operator.finance })).items
async function orderPayout(orderId: string, kind: string) {
  const payout = await x.until(
    async () => (await payoutsOf(orderId)).find(each => each.kind === kind && each.state === 'ready'),
    `a ${kind} to pay`,
  )
  await x.ok('POST /payout-batches', { as: operator.finance, body: { payoutIds: [payout.id] } })
  return payout
}
async function confirmPayout(id: string) {
  const body = { bankSerial: `O${++serial}`, paidOn: await dayNow() }
  return x.ok(`POST /payouts/${id}/confirm`, { as: operator.checker, body })
}

interface Gateway {
  readonly name: string
  /** Makes the organisation one that can be paid this way. */
  ready(vendor: Cast): Promise<void>
  /** The buyer sends the money; `arrive` is when the exchange hears of it. */
  send(order: Payable, fen: number): Promise<{ arrive(): Promise<void> }>
  /** What goes back of an order has arrived with the payer; answers how much that is. */
  back(orderId: string, kind: 'refund' | 'return'): Promise<number>
  /** The vendor has its share. */
  pay(orderId: string): Promise<number>
  /** The first attempt to pay the vendor comes back, where that can be. */
  bounce?(orderId: string): Promise<void>
}
let buyer: Cast

const bank: Gateway = {
  name: 'bank transfer',
  async ready(vendor) {
    const body = {
      bankName: '中国银行太原分行',
      accountNumber: `62220000${String(++serial).padStart(8, '0')}`,
      password,
    }
    const account = await x.ok('POST /bank-accounts', { as: vendor.finance, body })
    await x.ok(`POST /bank-accounts/${account.id}/confirm`, { as: operator.checker })
  },
  send: async (order, fen) => ({ arrive: () => payByBank(order, fen) }),
  async back(orderId, kind) {
    const payout = await orderPayout(orderId, kind)
    await confirmPayout(payout.id)
    return payout.amountFen
  },
  async pay(orderId) {
    const payout = await orderPayout(orderId, 'vendor')
    await confirmPayout(payout.id)
    return payout.amountFen
  },
  async bounce(orderId) {
    const { id } = await orderPayout(orderId, 'vendor')
    await x.ok(`POST /payouts/${id}/bounce`, { as: operator.checker, body: { reason: '账号与户名不符' } })
    await x.ok(`POST /payouts/${id}/retry`, { as: operator.finance, body: {} })
  },
}

const online = (id: string) => x.ok(`GET /orders/${id}/online-payments`, { as: operator.finance })
let accountRef = ''
const hear = () => standIn.webhooks.deliverAll()
const stripe: Gateway = {
  name: 'Stripe',
  async ready(vendor) {
    const account = await x.ok('POST /connected-accounts', { as: vendor.finance, body: { password } })
    await x.ok(`POST /connected-accounts/${account.id}/confirm`, { as: operator.checker })
    const read = () => x.ok('GET /connected-account', { as: vendor.finance })
    await x.until(async () => (await read()).state === 'onboarding', 'the provider to open the account')
    accountRef = standIn.world.accounts.newestFirst[0]!.id
    onboard(standIn.world, accountRef)
    await hear()
    await x.until(async () => (await read()).state === 'ready', 'the account')
  },
  async send(order, fen) {
    await x.ok(`POST /orders/${order.id}/pay-online`, { as: buyer.finance })
    const page = await x.until(async () => {
      const { payments } = await x.ok(`GET /orders/${order.id}/online-payments`, { as: buyer.finance })
      return payments.find((each: any) => each.state === 'open')
    }, 'a page to pay on')
    t.equal(page.amountFen, fen, 'the page asks for what is open')
    payOn(standIn.world, page.url.split('/').at(-1), 'card')
    return { arrive: async () => void (await hear()) }
  },
  async back(orderId, kind) {
    const refund = await x.until(async () => {
      await hear()
      const { refunds } = await online(orderId)
      return refunds.find((each: any) => each.kind === kind && each.state === 'succeeded')
    }, `a ${kind} to be done`)
    return refund.amountFen
  },
  async pay(orderId) {
    await x.until(async () => {
      await hear()
      return standIn.world.transfers.newestFirst.some(each => each.transfer_group === orderId)
    }, 'the transfer')
    return standIn.world.transfers.newestFirst.find(each => each.transfer_group === orderId)!.amount
  },
}

/** Delivered and accepted, by the people's own use cases without their clicks. */
async function accept(id: string): Promise<void> {
  await reaches(id, 'delivering')
  await run(x, cx => deliverOrder(cx, id, { receiptId: id }))
  await run(x, cx => acceptOrder(cx, id))
}
const splitOf = async (id: string) => {
  const [row] = await x.sql`select vendor_fen, fee_fen from settlement.split where order_id = ${id}`
  return row && { vendorFen: Number(row.vendor_fen), feeFen: Number(row.fee_fen) }
}

t.before(async () => {
  const body = {
    bankName: '建设银行太原分行',
    bankCode: '105161000012',
    accountNumber: '1400012345678901',
    password,
  }
  const account = await x.ok('POST /bank-accounts', { as: operator.finance, body })
  await x.ok(`POST /bank-accounts/${account.id}/confirm`, { as: operator.checker })
})

for (const gateway of [bank, stripe]) {
  let vendor: Cast
  const paid = async (amountFen = 120_000n) => {
    const order = await newOrder(x, { vendor, buyer, amountFen })
    await (await gateway.send(order, Number(amountFen))).arrive()
    await reaches(order.id, 'delivering')
    return order
  }

  t.test(`${gateway.name}: a trade of each plan kind settles to the fen`, async t => {
    vendor = await x.organization(['vendor'], { name: `晋阳数据公司（${gateway.name}）` })
    buyer = await x.organization(['buyer'], { name: `龙城应用公司（${gateway.name}）` })
    await gateway.ready(vendor)
    const bytes = `日期,站点,雨量\n2026-01-01,${gateway.name},1\n2026-01-02,桃园,0\n`
    const plan = { kind: 'one-off' as const, amountFen: 123_457, code: 'once' }
    const draft = await draftProduct(x, vendor, { plan, bytes })
    const more = [
      { code: 'month', kind: 'subscription', amountFen: 31_025, period: 'month' },
      { code: 'try', kind: 'trial', trialDays: 7, trialDownloads: 2 },
    ]
    for (const body of more) await x.ok(`POST /products/${draft.id}/price`, { as: vendor.maker, body })
    await publishDraft(x, vendor, draft.listing.id)
    const { plans } = await x.ok(`GET /products/${draft.id}`)
    const orders: Record<string, any> = {}
    for (const { code, id: planId } of plans) {
      const body = { productId: draft.id, planId, purpose: '内部分析', scenario }
      const { id } = await x.ok('POST /contracts', { as: buyer.maker, body })
      await x.ok(`POST /contracts/${id}/agree`, { as: vendor.maker })
      await x.ok(`POST /contracts/${id}/sign`, { as: vendor.checker, body: { password } })
      await x.ok(`POST /contracts/${id}/sign`, { as: buyer.checker, body: { password } })
      orders[code] = await x.until(async () => {
        const { items } = await x.ok('GET /orders', { as: buyer.maker })
        return items.find((each: any) => each.contractId === id && each.state !== 'created')
      }, `the order of ${code}`)
    }
    const free = await newOrder(x, { vendor, buyer, amountFen: 0n })
    // one-off 123457 × 2 % = 2469.14 · subscription 31025 × 2 % = 620.5, whose half fen is the vendor’s
    const wanted = { once: { vendorFen: 120_988, feeFen: 2_469 }, month: { vendorFen: 30_405, feeFen: 620 } }
    for (const code of ['once', 'month'] as const) {
      const order = orders[code]
      await (await gateway.send(order, order.amountFen)).arrive()
      await accept(order.id)
      t.equal(await balance(`escrow:${order.id}`), BigInt(order.amountFen), `${code} is in escrow`)
    }
    const fees = await balance('fee_revenue')
    await passDays(34)
    for (const code of ['once', 'month'] as const) {
      const { id } = orders[code]
      await x.until(() => splitOf(id), `the split of ${code}`)
      t.equal(await gateway.pay(id), wanted[code].vendorFen, `the vendor has its share of ${code}`)
      await reaches(id, 'closed')
      const { vendorFen, feeFen } = (await splitOf(id))!
      t.equal(vendorFen + feeFen, orders[code].amountFen)
      t.same({ vendorFen, feeFen }, wanted[code], code)
      t.equal(await balance(`escrow:${id}`), 0n)
    }
    t.equal((await balance('fee_revenue')) - fees, 2_469n + 620n, 'and the exchange its fees')
    t.equal(await balance(`payable:${vendor.id}`), 0n)
    await reaches(orders.try.id, 'closed')
    t.notOk(await splitOf(orders.try.id), 'a trial moves no money')
    await run(x, cx => deliverOrder(cx, free.id, { receiptId: free.id })).catch(() => undefined)
    t.notOk(await splitOf(free.id), 'nor does what is free')
    t.same(await violated(), [])
  })

  t.test(`${gateway.name}: parts, too much, too late and twice`, async t => {
    const part = await newOrder(x, { vendor, buyer })
    await payByBank(part, 50_000)
    await (await gateway.send(part, 70_000)).arrive()
    await reaches(part.id, 'delivering')
    t.equal(await balance(`escrow:${part.id}`), 120_000n, 'two parts are the whole')

    const over = await newOrder(x, { vendor, buyer })
    const much = await gateway.send(over, 120_000)
    await payByBank(over, 50_000)
    await much.arrive()
    await reaches(over.id, 'delivering')
    t.equal(await balance(`escrow:${over.id}`), 120_000n)
    t.equal(await gateway.back(over.id, 'return'), 50_000, 'what is too much goes back')

    const twice = await newOrder(x, { vendor, buyer })
    const second = await gateway.send(twice, 120_000)
    await payByBank(twice, 120_000)
    await reaches(twice.id, 'delivering')
    await second.arrive()
    t.equal(await gateway.back(twice.id, 'return'), 120_000, 'a second payment goes back')
    t.equal(await balance(`escrow:${twice.id}`), 120_000n)

    const late = await newOrder(x, { vendor, buyer })
    const belated = await gateway.send(late, 120_000)
    await run(x, cx => cancelOrder(cx, late.id, { reason: '不再需要该数据' }))
    await belated.arrive()
    if (gateway === bank) {
      const { items } = await x.ok('GET /statement-lines?state=unmatched', { as: operator.finance })
      t.equal(items.length, 1, 'a person decides what becomes of it')
      const body = { reason: '订单已取消，付款人要求退回' }
      await x.ok(`POST /statement-lines/${items[0].id}/return`, { as: operator.finance, body })
      const due = (await x.ok('GET /payouts?kind=return&state=ready', { as: operator.finance })).items
      const payout = due.find((each: any) => each.lineId === items[0].id)
      await x.ok('POST /payout-batches', { as: operator.finance, body: { payoutIds: [payout.id] } })
      t.equal((await confirmPayout(payout.id)).state, 'confirmed')
    } else t.equal(await gateway.back(late.id, 'return'), 120_000, 'what comes too late goes back')
    t.equal(await balance(`escrow:${late.id}`), 0n)
    t.equal(await balance('suspense'), 0n)
    t.same(await violated(), [])
  })

  t.test(`${gateway.name}: a refund, a part of one, and a payout that comes back`, async t => {
    const whole = await paid()
    await run(x, cx => cancelOrder(cx, whole.id, { reason: '供方无法交付' }))
    t.equal(await gateway.back(whole.id, 'refund'), 120_000)
    await reaches(whole.id, 'refunded')

    const partly = await paid()
    await run(x, cx => deliverOrder(cx, partly.id, { receiptId: partly.id }))
    await run(x, cx => disputeOrder(cx, partly.id, { reason: '缺少三天的数据' }))
    const decision = { outcome: 'partial' as const, refundFen: 30_001, reason: '缺三天，退还相应价款' }
    await run(x, cx => mediateOrder(cx, partly.id, decision))
    t.equal(await gateway.back(partly.id, 'refund'), 30_001)

    const bounced = await paid()
    await run(x, cx => deliverOrder(cx, bounced.id, { receiptId: bounced.id }))
    await run(x, cx => acceptOrder(cx, bounced.id))
    await passDays(6)
    // 89999 × 2 % = 1799.98
    t.equal(await gateway.pay(partly.id), 88_199, 'the rest is the vendor’s, less the fee')
    await reaches(partly.id, 'closed')
    t.equal(await balance(`escrow:${partly.id}`), 0n)
    await gateway.bounce?.(bounced.id)
    t.equal(await gateway.pay(bounced.id), 117_600, 'paid once, in the end')
    await reaches(bounced.id, 'closed')
    t.equal(await balance(`payable:${vendor.id}`), 0n)
    t.equal(await balance('payout_in_flight'), 0n)
    t.equal(await balance('transfer_in_flight'), 0n)
    t.equal(await balance('refund_in_flight'), 0n)
    t.same(await violated(), [])
  })
}

t.test('Stripe: a transfer that is refused is paid by bank', async t => {
  const vendor = await x.organization(['vendor'])
  await bank.ready(vendor)
  await stripe.ready(vendor)
  const order = await newOrder(x, { vendor, buyer })
  await (await stripe.send(order, 120_000)).arrive()
  await accept(order.id)
  // the provider takes the account back and does not say so
  standIn.webhooks.faults = { dropped: 1 }
  onboard(standIn.world, accountRef, false)
  standIn.webhooks.faults = {}
  await passDays(6)
  t.equal(await bank.pay(order.id), 117_600)
  await reaches(order.id, 'closed')
  t.equal(await balance(`payable:${vendor.id}`), 0n)
  t.same(await violated(), [])
})
