import Stripe from 'stripe'
import t from 'tap'
import {
  decideDispute,
  type Method,
  onboard,
  openDispute,
  payOn,
  StandIn,
  type StandInOptions,
  schemasVersion,
  settlePayout,
  settleRefund,
} from '../support/stripe/index.ts'

let now = Date.parse('2026-11-23T02:00:00Z')
const clock = () => new Date(now)
const day = 86_400_000

async function open(options: StandInOptions = {}) {
  const standIn = new StandIn({ clock, ...options })
  const address = await standIn.listen()
  t.teardown(() => standIn.close())
  const stripe = new Stripe(standIn.secretKey, { ...address, telemetry: false, maxNetworkRetries: 0, timeout: 2000 })
  return { standIn, stripe, address }
}

const page = (amount: number): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  allowed_payment_method_types: ['card', 'alipay', 'wechat_pay'],
  line_items: [{ quantity: 1, price_data: { currency: 'cny', unit_amount: amount, product_data: { name: '数据' } } }],
  payment_intent_data: { transfer_group: 'order-1', metadata: { order: 'order-1' } },
  metadata: { order: 'order-1' },
  success_url: 'http://127.0.0.1/done',
})

async function paid(stripe: Stripe, standIn: StandIn, amount: number, method: Method = 'card') {
  const session = await stripe.checkout.sessions.create(page(amount))
  return { session, charge: payOn(standIn.world, session.id, method) }
}

t.test('the schemas belong to the SDK that is installed', async t => {
  t.equal(schemasVersion, Stripe.PACKAGE_VERSION)
})

t.test('a page is paid, given back in part, and the rest sent to the vendor; the books add up', async t => {
  const { standIn, stripe } = await open()
  const { session, charge } = await paid(stripe, standIn, 100_000)
  const expanded = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent.latest_charge'] })
  t.match(expanded, {
    payment_status: 'paid',
    payment_intent: { latest_charge: { id: charge.id, payment_method_details: { type: 'card' } } },
  })
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 30_000, metadata: { refund: 'r1' } })
  t.match(refund, { status: 'succeeded', metadata: { refund: 'r1' } })
  await t.rejects(stripe.refunds.create({ charge: charge.id, amount: 70_001 }), /greater than unrefunded/)
  const account = await stripe.accounts.create({ type: 'express', capabilities: { transfers: { requested: true } } })
  const transfer = {
    currency: 'cny',
    amount: 60_000,
    destination: account.id,
    source_transaction: charge.id,
    transfer_group: 'order-1',
  }
  await t.rejects(stripe.transfers.create(transfer), { code: 'insufficient_capabilities_for_transfer' })
  const link = await stripe.accountLinks.create({
    account: account.id,
    type: 'account_onboarding',
    return_url: 'http://127.0.0.1/a',
    refresh_url: 'http://127.0.0.1/b',
  })
  t.match(link.url, account.id)
  onboard(standIn.world, account.id)
  const { source_transaction: _, ...unbound } = transfer
  await t.rejects(stripe.transfers.create(unbound), { code: 'balance_insufficient' }, 'nothing has settled yet')
  const sent = await stripe.transfers.create(transfer)
  await t.rejects(
    stripe.transfers.create(transfer),
    { code: 'balance_insufficient' },
    'the charge holds no second share',
  )
  const back = await stripe.transfers.createReversal(sent.id, { amount: 10_000 })
  t.equal(back.amount, 10_000)
  t.match(await stripe.transfers.retrieve(sent.id), { amount_reversed: 10_000, reversed: false })
  t.equal((await stripe.transfers.list({ transfer_group: 'order-1' })).data.length, 1)
  await t.rejects(stripe.payouts.create({ amount: 1000, currency: 'cny' }), { code: 'balance_insufficient' })
  now += 3 * day
  const payout = await stripe.payouts.create({ amount: 1000, currency: 'cny' })
  settlePayout(standIn.world, payout.id, 'failed')
  const { available, pending } = await stripe.balance.retrieve()
  const fee = 3_400 + 200
  t.equal(available[0]!.amount, 100_000 - fee - 30_000 - 60_000 + 10_000)
  t.equal(pending[0]!.amount, 0)
  let net = 0
  for await (const row of stripe.balanceTransactions.list({ limit: 2, expand: ['data.source'] })) {
    net += row.net
    t.equal(typeof row.source, 'object')
  }
  t.equal(net, available[0]!.amount, 'the movements, page by page, are the balance')
  t.match(standIn.books, { fees: fee, balance: net, byType: { charge: 100_000, refund: -30_000 } })
})

t.test('wallets give back later, may fail to, and not after their time', async t => {
  const { standIn, stripe } = await open()
  const { charge } = await paid(stripe, standIn, 50_000, 'alipay')
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 20_000 })
  t.equal(refund.status, 'pending')
  settleRefund(standIn.world, refund.id, 'failed')
  t.match(await stripe.refunds.retrieve(refund.id), { status: 'failed', failure_reason: String })
  t.equal((await stripe.charges.retrieve(charge.id)).amount_refunded, 0)
  t.equal(standIn.books.byType.payment_failure_refund, 20_000)
  now += 91 * day
  await t.rejects(stripe.refunds.create({ charge: charge.id }), { code: 'charge_not_refundable' })
})

t.test('a dispute takes the money, evidence answers it, and winning brings it back with the fee', async t => {
  const { standIn, stripe } = await open()
  const { charge } = await paid(stripe, standIn, 80_000)
  const before = standIn.books.balance
  const { id } = openDispute(standIn.world, charge.id)
  t.equal(standIn.books.balance, before - 80_000 - 8500)
  await t.rejects(stripe.refunds.create({ charge: charge.id }), { code: 'charge_disputed' })
  const answered = await stripe.disputes.update(id, { evidence: { uncategorized_text: '已验收' }, submit: true })
  t.match(answered, { status: 'under_review', evidence: { uncategorized_text: '已验收' } })
  decideDispute(standIn.world, id, 'won')
  t.match(await stripe.disputes.retrieve(id), { status: 'won', balance_transactions: { length: 2 } })
  t.equal(standIn.books.balance, before)
  t.match(await stripe.charges.retrieve(charge.id), { disputed: true }, 'that it was disputed stays')
  t.equal(
    (await stripe.refunds.create({ charge: charge.id, amount: 100 })).amount,
    100,
    'what was won can be given back',
  )
  t.same(
    (await stripe.events.list({ types: ['charge.dispute.closed', 'charge.dispute.created'] })).data.map(e => e.type),
    ['charge.dispute.closed', 'charge.dispute.created'],
  )
})

t.test('requests that the pinned SDK has no words for are refused', async t => {
  const { stripe } = await open()
  const refused: [string, Promise<unknown>, RegExp][] = [
    [
      'a parameter of earlier versions',
      stripe.checkout.sessions.create({ ...page(1000), payment_method_types: ['card'] } as never),
      /unknown parameter: payment_method_types/,
    ],
    ['an amount of letters', stripe.refunds.create({ charge: 'ch_1', amount: 'abc' as never }), /Invalid amount/],
    [
      'no destination',
      stripe.transfers.create({ currency: 'cny', amount: 5 } as never),
      /Missing required param: destination/,
    ],
    ['an unserved expansion', stripe.refunds.retrieve('re_1', { expand: ['charge'] }), /cannot be expanded/],
    ['an object that is not there', stripe.refunds.retrieve('re_1'), /No such refund/],
    ['an address that is not there', stripe.customers.list(), /Unrecognized request URL/],
  ]
  for (const [what, asked, why] of refused) await t.rejects(asked, why, what)
  const { standIn, address } = await open({ secretKey: 'sk_test_other' })
  const other = new Stripe('sk_test_wrong', { ...address, maxNetworkRetries: 0 })
  await t.rejects(other.balance.retrieve(), /Invalid API Key/)
  t.equal(standIn.world.movements.newestFirst.length, 0)
})

t.test('a key is answered alike for a day, with an outage too, and is then forgotten', async t => {
  const { standIn, stripe } = await open()
  const { charge } = await paid(stripe, standIn, 10_000)
  const give = (amount: number, idempotencyKey: string) =>
    stripe.refunds.create({ charge: charge.id, amount }, { idempotencyKey })
  standIn.fail('effect-then-timeout')
  await t.rejects(give(1000, 'k1'), /connection to Stripe/)
  const first = await give(1000, 'k1')
  t.equal((await give(1000, 'k1')).id, first.id, 'once, however often it is said')
  await t.rejects(give(2000, 'k1'), /same parameters/)
  standIn.fail('effect-then-500')
  await t.rejects(give(3000, 'k2'), /unknown error/)
  await t.rejects(give(3000, 'k2'), /unknown error/, 'the outage was saved')
  t.equal((await stripe.refunds.list({ charge: charge.id })).data.length, 2, 'and yet it was done')
  standIn.fail('429', 'timeout')
  await t.rejects(give(500, 'k3'), /Too many requests/)
  await t.rejects(give(500, 'k3'), /connection to Stripe/)
  t.equal((await give(500, 'k3')).amount, 500, 'neither had an effect, and neither was saved')
  await t.rejects(give(9000, 'k4'), /greater than unrefunded/)
  settleRefund(standIn.world, first.id, 'failed')
  await t.rejects(give(9000, 'k4'), /greater than unrefunded/, 'a refusal is saved as well')
  await t.rejects(give(0.5, 'k5'), /positive integer/)
  now += day + 1000
  t.not((await give(1000, 'k1')).id, first.id, 'after a day the key says nothing')
  t.equal(standIn.seen.filter(each => each.isReplay).length, 4)
})

t.test('notifications are signed; what fails is told again; the seed decides what goes wrong', async t => {
  const { standIn, stripe } = await open()
  const { createServer } = await import('node:http')
  const got: { body: string; signature: string }[] = []
  let isDown = true
  const receiver = createServer((request, response) => {
    let body = ''
    request.on('data', part => {
      body += part
    })
    request.on('end', () => {
      if (!isDown) got.push({ body, signature: String(request.headers['stripe-signature']) })
      response.writeHead(isDown ? 503 : 200).end()
    })
  })
  await new Promise<void>(resolve => receiver.listen(0, '127.0.0.1', resolve))
  t.teardown(() => receiver.close())
  standIn.webhookUrl = `http://127.0.0.1:${(receiver.address() as { port: number }).port}/`
  await paid(stripe, standIn, 1000)
  const types = standIn.webhooks.waiting.map(each => each.type)
  t.same(types, ['charge.succeeded', 'payment_intent.succeeded', 'checkout.session.completed'])
  t.match(await standIn.webhooks.deliver(), { status: 503 })
  isDown = false
  t.equal((await standIn.webhooks.deliverAll()).length, 3)
  const event = stripe.webhooks.constructEvent(
    got[0]!.body,
    got[0]!.signature,
    standIn.webhooks.secret,
    300,
    undefined,
    now,
  )
  t.equal(event.api_version, Stripe.API_VERSION)
  const order = async (seed: number) => {
    const other = await open({ seed })
    other.standIn.webhooks.faults = { dropped: 0.2, duplicated: 0.3, shuffled: 0.5, forged: 0.2, late: 0.3 }
    other.standIn.webhookUrl = standIn.webhookUrl
    for (let i = 0; i < 6; i++) await paid(other.stripe, other.standIn, 1000 + i)
    return other.standIn.webhooks.deliverAll()
  }
  const [one, two, three] = [await order(7), await order(7), await order(8)]
  t.same(one, two, 'a seed is played again exactly')
  t.notSame(one, three)
  t.ok(one.some(each => each.isForged))
})
