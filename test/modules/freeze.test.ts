import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { Problem } from '../../src/kernel/problem.ts'
import { balanceOf, inspectInvariants } from '../../src/modules/ledger/index.ts'
import { acceptOrder, deliverOrder, type Order, orderStateOf } from '../../src/modules/orders/index.ts'
import { settleOrder } from '../../src/modules/settlement/index.ts'
import { openExchange, password, type Role } from '../support/exchange.ts'
import { newOrder, run } from '../support/orders.ts'

const x = await openExchange(t)
const vendor = await x.organization(['vendor'], { name: '晋阳数据公司' })
const buyer = await x.organization(['buyer'], { name: '大同应用公司', division: '140200' })
const stranger = await x.organization(['buyer', 'vendor'], { name: '旁观公司' })
const taiyuan = await x.organization(['authority'], { name: '太原市数据局', division: '140100' })
const datong = await x.organization(['authority'], { name: '大同市数据局', division: '140200' })
const yangquan = await x.organization(['authority'], { name: '阳泉市数据局', division: '140300' })
const { operator } = x
let serial = 0

const dayNow = async () => {
  const { now } = await x.ok('GET /clock')
  return new Date(new Date(now).getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
}
const stateOf = (id: string) => x.exchange.engine.read(system, rx => orderStateOf(rx, id))
const inState = (id: string, state: string) => x.until(async () => (await stateOf(id)) === state, `order ${state}`)
const balance = (account: string) => x.exchange.engine.read(system, rx => balanceOf(rx, account))
const violated = async () =>
  (await x.exchange.engine.read(system, inspectInvariants)).filter(i => i.violations > 0).map(i => i.view)
const why = { reason: '举报数据来源不实，正在核查', basis: '《数据安全法》第三十三条' }
const propose = (of: Order, as: Role = taiyuan.maker, more = {}) =>
  x.call('POST /freezes', { as, body: { contractId: of.contractId, ...why, ...more } })
const frozen = async (of: Order, more = {}): Promise<string> => {
  const { id } = (await propose(of, taiyuan.maker, more)).body
  await x.ok(`POST /freezes/${id}/confirm`, { as: taiyuan.checker })
  return id
}
const lift = async (id: string) => {
  await x.ok(`POST /freezes/${id}/propose-lifting`, { as: taiyuan.maker, body: { reason: '核查完毕，来源属实' } })
  return x.call(`POST /freezes/${id}/lift`, { as: taiyuan.checker })
}

async function account(as: Role, confirm: Role, accountNumber: string) {
  const body = { bankName: '中国银行太原分行', accountNumber, password }
  const { id } = await x.ok('POST /bank-accounts', { as, body })
  await x.ok(`POST /bank-accounts/${id}/confirm`, { as: confirm })
}
await account(operator.finance, operator.checker, '1400012345678901')
await account(vendor.finance, operator.checker, '6222000099998888')

async function paid(amountFen = 120_000n): Promise<Order> {
  const order = await newOrder(x, { vendor, buyer, amountFen })
  const bytes = Buffer.from(
    `记账日期,金额,付款人名称,付款人账号,摘要,银行流水号\n${await dayNow()},${Number(amountFen) / 100},大同应用公司,6222000011112222,${order.referenceCode},F${++serial}`,
  )
  await x.ok('POST /bank-statements?fileName=a.csv', {
    as: operator.finance,
    raw: { type: 'application/octet-stream', bytes },
  })
  await inState(order.id, 'delivering')
  return order
}
async function accepted(): Promise<Order> {
  const order = await paid()
  await run(x, cx => deliverOrder(cx, order.id, { receiptId: order.id }))
  await run(x, cx => acceptOrder(cx, order.id))
  return order
}
const payoutOf = async (order: Order): Promise<any> =>
  (await x.ok(`GET /payouts?orderId=${order.id}`, { as: operator.finance })).items[0]
const batch = (payoutId: string) =>
  x.call('POST /payout-batches', { as: operator.finance, body: { payoutIds: [payoutId] } })

t.test('two persons of the competent authority freeze a trade, and nobody else', async t => {
  const order = await paid()
  for (const as of [vendor.maker, buyer.maker, operator.checker]) t.equal((await propose(order, as)).status, 403)
  t.equal((await propose(order, yangquan.maker)).status, 404, 'a trade of others does not exist')
  t.equal((await propose(order, datong.maker)).status, 403, 'the buyer’s authority reads along')
  const short = await propose(order, taiyuan.maker, { reason: '短' })
  t.match([short.status, short.body.errors[0].pointer], [400, '/reason'])
  const proposed = await propose(order)
  t.match([proposed.status, proposed.body.state], [201, 'proposed'])
  const { id } = proposed.body
  t.equal((await propose(order, taiyuan.checker)).status, 409, 'one at a time')
  for (const as of [vendor.maker, buyer.maker, operator.checker, datong.maker, stranger.maker])
    t.equal((await x.call(`GET /freezes/${id}`, { as })).status, 404, 'a proposal is the authority’s own')
  t.equal((await x.call(`POST /freezes/${id}/confirm`, { as: taiyuan.maker })).status, 403)
  t.equal((await x.call(`POST /freezes/${id}/confirm`, { as: datong.checker })).status, 404)
  t.equal((await x.call(`POST /freezes/${id}/confirm`, { as: taiyuan.checker })).body.state, 'active')
  t.equal((await x.call(`POST /freezes/${id}/confirm`, { as: taiyuan.checker })).status, 409)
  for (const as of [vendor.maker, buyer.maker, operator.checker, datong.maker])
    t.match(await x.ok(`GET /freezes/${id}`, { as }), { state: 'active', ...why })
  t.equal((await x.call(`GET /freezes/${id}`, { as: stranger.maker })).status, 404)
  t.same((await x.ok('GET /freezes', { as: stranger.maker })).items, [])

  const own = await propose(await paid(), taiyuan.checker)
  const same = await x.call(`POST /freezes/${own.body.id}/confirm`, { as: taiyuan.checker })
  t.match([same.status, same.body.type], [403, /same-person/])
  const body = { reason: '复核认为依据不足' }
  t.equal((await x.ok(`POST /freezes/${own.body.id}/decline`, { as: taiyuan.maker, body })).state, 'declined')

  t.equal((await x.call(`POST /freezes/${id}/lift`, { as: taiyuan.checker })).status, 409, 'nobody proposed it')
  const lifting = { as: taiyuan.checker, body: { reason: '核查完毕，来源属实' } }
  await x.ok(`POST /freezes/${id}/propose-lifting`, lifting)
  t.equal((await x.call(`POST /freezes/${id}/lift`, { as: taiyuan.checker })).status, 403, 'a second person lifts it')
  await x.ok(`POST /freezes/${id}/keep`, { as: taiyuan.maker, body: { reason: '仍需核查' } })
  t.equal((await lift(id)).body.state, 'lifted')
  const actions = await x.sql`select action from kernel.audit_entry where subject_id = ${id} order by seq`
  t.same(
    actions.map(row => row.action.slice(7)),
    ['propose', 'confirm', 'propose-lifting', 'keep', 'propose-lifting', 'lift'],
  )
})

t.test('reason and basis are served on both parties and the operator', async t => {
  const order = await paid()
  const id = await frozen(order)
  for (const as of [vendor.checker, buyer.checker, operator.checker]) {
    const notice = await x.until(async () =>
      (await x.ok('GET /notices?limit=100', { as })).items.find((each: any) => each.href === `/freezes/${id}`),
    )
    t.match(notice.kind, 'trade.frozen')
    t.match(JSON.stringify(notice), why.basis.slice(1, 6))
  }
  const page = await x.call(`GET //freezes/${id}`, { as: vendor.checker })
  t.ok([200, 302, 303].includes(page.status))
  await lift(id)
  for (const as of [vendor.checker, buyer.checker, operator.checker])
    await x.until(async () =>
      (await x.ok('GET /notices?limit=100', { as })).items.find((each: any) => each.kind === 'trade.unfrozen'),
    )
})

t.test('a freeze holds release, payout and file, in code and in the database; records and delivery go on', async t => {
  const order = await accepted()
  const id = await frozen(order)
  await x.advanceDays(4)
  const settled = await accepted()
  await x.advanceDays(4)
  await inState(settled.id, 'settling')
  t.equal(await stateOf(order.id), 'accepted', 'the timer has passed the frozen one over')
  t.equal(await balance(`escrow:${order.id}`), 120_000n)
  const early = await run(x, cx => settleOrder(cx, order.id)).catch((error: unknown) => error)
  t.equal(early instanceof Problem && early.type.slug, 'trade-frozen')
  const insert = x.sql`insert into settlement.split
    (id, order_id, vendor_id, amount_fen, vendor_fen, fee_fen, fee_ppm, rule_pack, created_at)
    values (gen_random_uuid(), ${order.id}, ${vendor.id}, 100, 99, 1, 10000, 'x@1', now())`
  await t.rejects(insert, /is frozen/, 'the database refuses a release')
  await t.rejects(
    x.sql`update settlement.trade set released_fen = released_fen + 1 where order_id = ${order.id}`,
    /is frozen/,
  )

  const payout = await payoutOf(settled)
  const second = await frozen(settled)
  const refused = await batch(payout.id)
  t.match([refused.status, refused.body.type], [409, /trade-frozen/])
  await t.rejects(x.sql`update settlement.payout set state = 'ordered' where id = ${payout.id}`, /is frozen/)
  t.equal((await lift(second)).status, 200)
  const made = await batch(payout.id)
  t.equal(made.status, 201)
  await frozen(settled)
  const file = await x.call(`GET /payout-batches/${made.body.id}/file`, { as: operator.finance })
  t.match([file.status, file.body.type], [409, /trade-frozen/], 'the file stays here')
  t.match(file.text, (await x.ok(`GET /orders/${settled.id}`, { as: vendor.maker })).number)
  const body = { bankSerial: `O${++serial}`, paidOn: await dayNow() }
  t.equal(
    (await x.call(`POST /payouts/${payout.id}/confirm`, { as: operator.checker, body })).status,
    200,
    'what the bank has done is recorded',
  )
  t.equal((await lift(id)).status, 200)
  await x.advanceDays(1)
  await inState(order.id, 'settling')
  t.same(await violated(), [])
})

t.test('money does not go back to the buyer either, and delivery stops only where the freeze says so', async t => {
  const order = await paid()
  const entitlement = async () =>
    (await x.sql`select state from delivery.entitlement where order_id = ${order.id}`)[0]?.state
  await x.until(async () => (await entitlement()) === 'active')
  const id = await frozen(order)
  await x.ok(`POST /orders/${order.id}/cancel`, { as: vendor.checker, body: { reason: '无法继续提供' } })
  const payout = await x.until(() => payoutOf(order))
  t.match(payout, { kind: 'refund', state: 'ready' }, 'the refund is recorded')
  t.equal((await batch(payout.id)).status, 409, 'and not ordered')
  await lift(id)
  t.equal((await batch(payout.id)).status, 201)

  const other = await paid()
  const stateNow = async () =>
    (await x.sql`select state from delivery.entitlement where order_id = ${other.id}`)[0]?.state
  const plain = await frozen(other)
  await x.until(
    async () =>
      (
        await x.sql`select 1 from kernel.audit_entry where action = 'entitlement.keep'
        and record like '%trade-frozen%'`
      ).length > 0 || (await stateNow()) === 'active',
  )
  t.equal(await stateNow(), 'active')
  await lift(plain)
  const hard = await frozen(other, { isDeliveryStopped: true })
  await x.until(async () => (await stateNow()) === 'suspended')
  await lift(hard)
  await x.until(async () => (await stateNow()) === 'active')
  t.same(await violated(), [])
})

t.test('of a freeze and a payout at the same time one comes first, and the other sees it', async t => {
  const orders: Order[] = []
  for (let i = 0; i < 4; i += 1) orders.push(await accepted())
  await x.advanceDays(4)
  for (const order of orders) await inState(order.id, 'settling')
  for (const order of orders) {
    const payout = await payoutOf(order)
    const { id } = (await propose(order)).body
    const [freeze, made] = await Promise.all([
      x.call(`POST /freezes/${id}/confirm`, { as: taiyuan.checker }),
      batch(payout.id),
    ])
    t.equal(freeze.status, 200)
    const [when] = await x.sql`
      select (select seq from kernel.audit_entry where action = 'payout.order' and subject_id = ${payout.id}) as ordered,
        (select seq from kernel.audit_entry where action = 'freeze.confirm' and subject_id = ${id}) as frozen`
    if (made.status === 201) t.ok(Number(when!.ordered) < Number(when!.frozen), 'ordered before it was frozen')
    else t.match([made.status, when!.ordered], [409, null])
  }

  // two writers with the row in their hands: the payment waits for the freeze and is then refused
  const order = await accepted()
  await x.advanceDays(4)
  await inState(order.id, 'settling')
  const payout = await payoutOf(order)
  const { id } = (await propose(order)).body
  let waiting: Promise<string> = Promise.resolve('')
  await x.sql.begin(async sql => {
    await sql`select 1 from orders."order" where id = ${order.id} for update`
    waiting = x.sql`update settlement.payout set state = 'ordered', ordered_at = now() where id = ${payout.id}`.then(
      () => 'ordered',
      (error: Error) => error.message,
    )
    await sql`select pg_sleep(0.3)`
    await sql`update orders.freeze set state = 'active', decided_by = ${taiyuan.checker.personId}, decided_at = now()
      where id = ${id}`
  })
  t.match(await waiting, /is frozen/)
  await t.rejects(x.sql`delete from orders.freeze where id = ${id}`, /not deleted/)
  await t.rejects(x.sql`update orders.freeze set reason = 'x' where id = ${id}`, /not changed/)
  await t.rejects(x.sql`update orders.freeze set state = 'lifted' where id = ${id}`, /does not go|freeze_lifted/)
  t.same(await violated(), [])
})
