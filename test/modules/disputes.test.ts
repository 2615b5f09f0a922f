import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { Problem } from '../../src/kernel/problem.ts'
import { acceptOrder, deliverOrder, payOrder, startDelivery } from '../../src/modules/orders/index.ts'
import { openExchange } from '../support/exchange.ts'
import { newOrder, run } from '../support/orders.ts'

// the worker sleeps: what the room does is seen on the order; money follows in the tests of settlement
const x = await openExchange(t, { workers: false })
const vendor = await x.organization(['vendor'], { name: '晋阳数据公司' })
const buyer = await x.organization(['buyer'], { name: '龙城应用公司' })
const stranger = await x.organization(['buyer', 'vendor'], { name: '旁观公司' })
const taiyuan = await x.organization(['authority'], { name: '太原市数据局', division: '140100' })
const { operator } = x

async function delivered(more = {}) {
  const order = await newOrder(x, { vendor, buyer, ...more })
  await run(x, cx => payOrder(cx, order.id, { paidFen: order.amountFen, settlementRef: 'test' }))
  await run(x, cx => startDelivery(cx, order.id))
  await run(x, cx => deliverOrder(cx, order.id, { receiptId: order.id }))
  return order
}
async function disputed() {
  const { id } = await delivered()
  await x.ok(`POST /orders/${id}/dispute`, { as: buyer.maker, body: { reason: '缺少三月份的记录' } })
  return id
}
const propose = (id: string, as: typeof buyer.maker, body: object) =>
  x.call(`POST /orders/${id}/dispute-proposals`, { as, body: { reason: '缺失部分按比例退款', ...body } })
const order = (id: string) => x.ok(`GET /orders/${id}`, { as: buyer.maker })

t.test('both sides and the operator state in the room; everyone else sees nothing or reads only', async t => {
  const id = await disputed()
  const say = (as: typeof buyer.maker, body = '三月的观测站停机，数据确实不全') =>
    x.call(`POST /orders/${id}/dispute-statements`, { as, body: { body } })
  for (const as of [buyer.maker, vendor.maker, operator.maker]) t.equal((await say(as)).status, 201)
  t.match(
    [(await say(vendor.maker, ' ')).status, (await say(vendor.maker, ' ')).body.errors[0].pointer],
    [400, '/body'],
  )
  t.equal((await say(stranger.maker)).status, 404)
  t.equal((await say(taiyuan.maker)).status, 403)
  t.equal((await x.call(`GET /orders/${id}/dispute`, { as: stranger.maker })).status, 404)
  const room = await x.ok(`GET /orders/${id}/dispute`, { as: taiyuan.maker })
  t.same(
    room.statements.map((each: any) => each.side),
    ['buyer', 'vendor', 'operator'],
  )
  t.ok(room.mediationDueAt, 'the last day for mediation, in working days of the rule pack')
  const [leaf] = await x.sql`select count(*)::int as n from kernel.audit_entry
    where action = 'dispute.state' and subject_id = ${id}`
  t.equal(leaf!.n, 3)
  const quiet = await delivered()
  t.equal(
    (await x.call(`POST /orders/${quiet.id}/dispute-statements`, { as: buyer.maker, body: { body: '还没有争议' } }))
      .status,
    409,
  )
})

t.test('what the other side accepts ends the dispute: release, a part back, or all of it', async t => {
  for (const [outcome, state] of [
    ['accept', 'accepted'],
    ['partial', 'partly_refunded'],
    ['refund', 'refunding'],
  ]) {
    const id = await disputed()
    const mine = await propose(id, vendor.maker, { outcome, ...(outcome === 'partial' && { refundFen: 40_000 }) })
    t.match([mine.status, mine.body.state], [201, 'open'])
    const own = await x.call(`POST /dispute-proposals/${mine.body.id}/accept`, { as: vendor.checker })
    t.equal(own.status, 403, 'nobody accepts the own proposal')
    t.equal((await x.call(`POST /dispute-proposals/${mine.body.id}/accept`, { as: operator.checker })).status, 403)
    t.equal((await x.call(`POST /dispute-proposals/${mine.body.id}/accept`, { as: stranger.checker })).status, 404)
    const theirs = await propose(id, buyer.maker, { outcome: 'refund' })
    const both = await Promise.all([
      x.call(`POST /dispute-proposals/${mine.body.id}/accept`, { as: buyer.checker }),
      x.call(`POST /dispute-proposals/${mine.body.id}/accept`, { as: buyer.checker }),
    ])
    t.same(both.map(each => each.status).sort(), [200, 409], 'once')
    t.match(await order(id), { state, refundFen: { accept: 0, partial: 40_000, refund: 120_000 }[outcome!] })
    const room = await x.ok(`GET /orders/${id}/dispute`, { as: vendor.maker })
    t.same(
      room.proposals.map((each: any) => each.state),
      ['accepted', 'overtaken'],
    )
    t.equal((await x.call(`POST /dispute-proposals/${theirs.body.id}/accept`, { as: vendor.checker })).status, 409)
  }
})

t.test('a proposal is declined with a reason or taken back, one a side at a time; the operator may decide', async t => {
  const id = await disputed()
  const whole = await propose(id, buyer.maker, { outcome: 'partial', refundFen: 120_000 })
  t.match([whole.status, whole.body.errors[0].pointer], [422, '/refundFen'])
  const first = (await propose(id, buyer.maker, { outcome: 'refund' })).body
  t.equal((await propose(id, buyer.checker, { outcome: 'refund' })).status, 409)
  t.equal((await propose(id, operator.checker, { outcome: 'refund' })).status, 403)
  const declined = await x.ok(`POST /dispute-proposals/${first.id}/decline`, {
    as: vendor.maker,
    body: { reason: '缺失仅占一成' },
  })
  t.match(declined, { state: 'declined', answerReason: '缺失仅占一成' })
  const second = (await propose(id, buyer.maker, { outcome: 'partial', refundFen: 60_000 })).body
  t.equal((await x.call(`POST /dispute-proposals/${second.id}/withdraw`, { as: vendor.maker })).status, 403)
  t.equal((await x.ok(`POST /dispute-proposals/${second.id}/withdraw`, { as: buyer.maker })).state, 'withdrawn')
  await propose(id, buyer.maker, { outcome: 'partial', refundFen: 50_000 })
  const body = { outcome: 'partial', refundFen: 30_000, reason: '按缺失比例退还' }
  await x.ok(`POST /orders/${id}/mediate`, { as: operator.checker, body })
  t.match(await order(id), { state: 'partly_refunded', refundFen: 30_000 })
  const { proposals } = await x.ok(`GET /orders/${id}/dispute`, { as: buyer.maker })
  t.equal(proposals.at(-1).state, 'overtaken')
})

t.test('silence is acceptance only where the contract says so, in code and in the database', async t => {
  const silent = await delivered({ isSilenceAcceptance: true })
  const spoken = await delivered({ isSilenceAcceptance: false })
  const refused = await run(x, cx => acceptOrder(cx, spoken.id)).catch((error: unknown) => error)
  t.equal(refused instanceof Problem && refused.type.slug, 'rule-violated')
  await t.rejects(
    x.sql`update orders."order" set is_deemed_accepted = true where id = ${spoken.id}`,
    /order_deemed_as_agreed/,
  )
  t.match(await run(x, cx => acceptOrder(cx, silent.id), system), { isDeemedAccepted: true, state: 'accepted' })
  await x.ok(`POST /orders/${spoken.id}/accept`, { as: buyer.maker })
  t.match(await order(spoken.id), { state: 'accepted' })
})
