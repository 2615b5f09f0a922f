import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { dayOf } from '../../src/kernel/calendar.ts'
import { NotDue } from '../../src/kernel/events.ts'
import { balanceOf, closingChecks, inspectInvariants } from '../../src/modules/ledger/index.ts'
import { reconcile, vitals } from '../../src/modules/settlement/index.ts'
import { keepMovements } from '../../src/modules/settlement/online/movements.ts'
import { comparisonDue } from '../../src/modules/settlement/reconciling/service.ts'
import { camtOf, type Entry, type Shape } from '../support/camt.ts'
import { openExchange } from '../support/exchange.ts'
import { run } from '../support/orders.ts'

// no worker: each comparison is made by the test
const x = await openExchange(t, { workers: false })
const { operator } = x
const { engine } = x.exchange
const stranger = await x.organization(['buyer'], { name: '龙城应用公司' })
const today = await engine.read(system, async rx => dayOf(rx.now))
const earlier = (days: number) => dayOf(new Date(Date.parse(`${today}T04:00:00Z`) - days * 86_400_000))

let serial = 0
let files = 0
const importCamt = async (entries: readonly Entry[], shape: Shape = {}) =>
  x.ok(`POST /bank-statements?fileName=s${++files}.xml`, {
    as: operator.finance,
    raw: {
      type: 'application/octet-stream',
      bytes: Buffer.from(
        camtOf(
          entries.map(each => ({ serial: `R${++serial}`, ...each })),
          { day: today, ...shape },
        ),
      ),
    },
  })
const compare = () => x.ok('POST /reconciliations', { as: operator.finance })
const differences = async (query = '') => (await x.ok(`GET /differences?${query}`, { as: operator.checker })).items
const balance = (account: string) => engine.read(system, rx => balanceOf(rx, account))
const violated = async () =>
  (await engine.read(system, inspectInvariants)).filter(i => i.violations > 0).map(i => i.view)
const payee = { account: '6222000099990000', name: '龙城应用公司' }

/** A payout back to whom money came from, ordered from the bank: its id. */
async function orderedReturn(yuan: string): Promise<string> {
  const name = `R${serial + 1}`
  const { id } = await importCamt([{ yuan, ...payee, remark: '无参考码' }], { opening: '0.00', day: earlier(9) })
  const [line] = (await x.ok(`GET /statement-lines?statementId=${id}`, { as: operator.finance })).items
  t.equal(line.bankSerial, name)
  await x.ok(`POST /statement-lines/${line.id}/return`, { as: operator.finance, body: { reason: '没有对应的订单' } })
  const [back] = (await x.ok('GET /payouts?state=ready', { as: operator.finance })).items
  await x.ok('POST /payout-batches', { as: operator.finance, body: { payoutIds: [back.id] } })
  return back.id
}

t.test(
  'what the bank took for itself is booked, and what left without a payout is a task of who imported it',
  async t => {
    t.same(await engine.read(system, comparisonDue), [], 'nothing to compare with, nothing is due')
    await importCamt(
      [
        { yuan: '5000.00', ...payee, remark: '预存' },
        { yuan: '15.00', isOut: true, isCharge: true, remark: '账户管理费' },
        { yuan: '300.00', isOut: true, serial: 'X300', name: '不明收款人' },
      ],
      { opening: '0.00', day: earlier(1) },
    )
    t.equal(await balance('psp_fee'), 1_500n)
    t.equal(await balance('psp_clearing'), 498_500n)
    t.match(await compare(), { foundCount: 1, settledCount: 0, openCount: 1, cause: 'person' })
    t.match(await compare(), { foundCount: 0, openCount: 1 }, 'compared again, the same task')
    const [found] = await differences('state=open')
    t.match(found, {
      kind: 'outlay-unbooked',
      side: 'bank',
      amountFen: -30_000,
      reference: 'X300',
      ownerId: operator.finance.personId,
      isBookable: true,
    })
    t.equal((await x.call('GET /differences', { as: stranger.finance })).status, 403)
    t.equal((await x.call(`POST /differences/${found.id}/explain`, { as: stranger.finance })).status, 403)
    t.equal(
      (await x.call('GET /differences/00000000-0000-7000-8000-000000000000', { as: operator.checker })).status,
      404,
    )
    t.equal(
      (await x.ok(`POST /differences/${found.id}/take`, { as: operator.checker })).ownerId,
      operator.checker.personId,
    )
    t.same(await violated(), [])
  },
)

t.test('a difference is corrected by a booking that two people made, once', async t => {
  const [{ id }] = await differences('state=open')
  const short = await x.call(`POST /differences/${id}/propose`, { as: operator.finance, body: { account: 'escrow' } })
  t.equal(short.status, 400)
  t.same(short.body.errors.map((each: any) => each.pointer).sort(), ['/account', '/reason'])
  const body = { account: 'own_funds', reason: '转出自有资金，回单见附件' }
  t.match(await x.ok(`POST /differences/${id}/propose`, { as: operator.finance, body }), { state: 'proposed' })
  t.match((await x.call(`POST /differences/${id}/confirm`, { as: operator.finance })).body.type, /same-person/)
  await x.ok(`POST /differences/${id}/refuse`, { as: operator.checker, body: { reason: '请补充银行回单' } })
  await x.ok(`POST /differences/${id}/propose`, { as: operator.finance, body })
  const page = await x.call(`GET //operator/reconciliation/${id}`, { as: operator.checker, language: 'en' })
  t.equal(page.status, 200)
  const both = await Promise.all([0, 1].map(() => x.call(`POST /differences/${id}/confirm`, { as: operator.checker })))
  t.same(both.map(each => each.status).sort(), [200, 409])
  t.match(await x.ok(`GET /differences/${id}`, { as: operator.checker }), { state: 'corrected', correctedFen: -30_000 })
  t.equal(await balance('own_funds'), 30_000n)
  t.equal(await balance('psp_clearing'), 468_500n, 'as the bank says')
  t.match(await compare(), { foundCount: 0, settledCount: 0, openCount: 0 })
  t.same(await violated(), [])
  await t.rejects(x.sql`update settlement.difference set corrected_fen = 0`, /difference_corrected_by_two/)
  await t.rejects(
    x.sql`update settlement.difference set decided_by = proposed_by`,
    /difference_corrected_by_two/,
    'two people, in the database as well',
  )
  await t.rejects(x.sql`delete from settlement.difference`, /append-only|refused|kept|cannot/i)
})

t.test('a payout that waits for its confirmation is no correction, and its task ends with it', async t => {
  const payoutId = await orderedReturn('800.00')
  const paid = `P${++serial}`
  await importCamt(
    [{ yuan: '800.00', isOut: true, serial: paid, endToEndId: payoutId.replaceAll('-', ''), ...payee }],
    {
      opening: '4685.00',
    },
  )
  await compare()
  const open = (await differences('state=open')).find((each: any) => each.reference === paid)
  t.match(open, { kind: 'outlay-unbooked', payoutId, amountFen: -80_000 })
  const body = { account: 'psp_fee', reason: '误作手续费' }
  const refused = await x.call(`POST /differences/${open.id}/propose`, { as: operator.finance, body, language: 'en' })
  t.equal(refused.status, 422)
  t.match(refused.text, /waits for its confirmation/)
  await x.ok(`POST /payouts/${payoutId}/confirm`, { as: operator.checker, body: { bankSerial: paid, paidOn: today } })
  t.equal((await x.ok(`GET /differences/${open.id}`, { as: operator.checker })).state, 'settled')
  t.same(await violated(), [])
})

t.test('what the books have and the bank has not is found on the days that a whole statement covers', async t => {
  const payoutId = await orderedReturn('700.00')
  await x.ok(`POST /payouts/${payoutId}/confirm`, {
    as: operator.checker,
    body: { bankSerial: 'TYPO-1', paidOn: today },
  })
  await compare()
  t.same(await differences('state=open'), await differences('state=open&side=bank'))
  t.notOk(
    (await differences('state=open')).some((each: any) => each.kind === 'payout-missing'),
    'the next one may have it',
  )
  await importCamt([{ yuan: '1.00', ...payee }], { opening: '3885.00' })
  await compare()
  const [missing] = (await differences('state=open')).filter((each: any) => each.kind === 'payout-missing')
  t.match(missing, { payoutId, amountFen: 70_000, isBookable: false })
  const body = { account: 'psp_fee', reason: '不能这样更正' }
  t.equal((await x.call(`POST /differences/${missing.id}/propose`, { as: operator.finance, body })).status, 422)
  const reason = '复核时流水号填错，银行流水为 P-77'
  t.match(await x.ok(`POST /differences/${missing.id}/explain`, { as: operator.finance, body: { reason } }), {
    state: 'explained',
    reason,
  })
  await compare()
  t.equal((await x.ok(`GET /differences/${missing.id}`, { as: operator.checker })).state, 'explained', 'it stays so')
  await x.ok(`POST /differences/${missing.id}/reopen`, { as: operator.checker, body: { reason: '与银行不符' } })
  t.equal(
    (await x.call(`POST /differences/${missing.id}/reopen`, { as: operator.checker, body: { reason: '再次' } }))
      .status >= 400,
    true,
  )
  await importCamt([{ yuan: '700.00', isOut: true, serial: 'TYPO-1', ...payee }], { opening: '3886.00' })
  await compare()
  t.equal((await x.ok(`GET /differences/${missing.id}`, { as: operator.checker })).state, 'settled', 'the line came')
  t.same(await violated(), [])
})

t.test('a statement that is missing between two shows as a gap until it is imported', async t => {
  const before = (await differences('state=open')).filter((each: any) => each.kind === 'balance-gap').length
  await importCamt([{ yuan: '1.00', ...payee }], { opening: '0.00', day: earlier(30) })
  await importCamt([{ yuan: '1.00', ...payee }], { opening: '6.00', day: earlier(20) })
  await compare()
  const gaps = (await differences('state=open')).filter((each: any) => each.kind === 'balance-gap')
  const gap = gaps.find((each: any) => each.dayOn === earlier(20))
  t.match(gap, { amountFen: 500 })
  await importCamt([{ yuan: '5.00', ...payee }], { opening: '1.00', day: earlier(25) })
  await compare()
  t.equal((await x.ok(`GET /differences/${gap.id}`, { as: operator.checker })).state, 'settled')
  t.ok(before >= 0)
})

const movement = (externalId: string, kind: string, fen: bigint, sourceRef: string | null = null) => ({
  externalId,
  kind,
  providerKind: kind,
  sourceRef,
  currency: 'cny',
  amountMinor: fen,
  feeMinor: 0n,
  netMinor: fen,
  grossFen: fen,
  feeFen: 0n,
  occurredAt: new Date(`${earlier(1)}T04:00:00Z`),
  availableAt: new Date(`${earlier(1)}T04:00:00Z`),
})

t.test('the provider’s payout to the bank is on its way, and what it moved without the books is a task', async t => {
  await run(x, cx =>
    keepMovements(cx, 'stripe', [
      movement('txn_payout', 'payout', -50_000n, 'po_1'),
      movement('txn_topup', 'other', 60_000n, 'tu_1'),
      movement('txn_charge', 'charge', 900n, 'ch_unknown'),
    ]),
  )
  t.equal(await balance('gateway_transit'), 50_000n)
  t.equal(await balance('gateway_clearing'), -50_000n)
  await compare()
  const found = await differences('state=open&side=gateway')
  t.same(found.map((each: any) => [each.kind, each.reference, each.amountFen]).sort(), [
    ['movement-unbooked', 'txn_charge', 900],
    ['movement-unbooked', 'txn_topup', 60_000],
  ])
  const { id } = found.find((each: any) => each.reference === 'txn_topup')
  const body = { account: 'own_funds', reason: '自有资金充值' }
  await x.ok(`POST /differences/${id}/propose`, { as: operator.finance, body })
  await x.ok(`POST /differences/${id}/confirm`, { as: operator.checker })
  t.equal(await balance('gateway_clearing'), 10_000n)
  t.same(await violated(), [])
})

t.test('it is compared once a day, and what nobody explains within a day shows and holds the closing up', async t => {
  t.same(await engine.read(system, comparisonDue), [today])
  const both = await Promise.allSettled([0, 1].map(() => run(x, cx => reconcile(cx, 'daily'))))
  t.equal(both.filter(each => each.status === 'rejected' && each.reason instanceof NotDue).length, 1)
  t.same(await engine.read(system, comparisonDue), [])
  const overdue = async () => {
    const vital = vitals.find(each => each.name === 'jinshu_reconciliation_overdue')!
    return (await vital.measure({ client: x.sql } as never)).value
  }
  t.equal(await overdue(), 0)
  const month = today.slice(0, 7)
  const check = (await engine.read(system, rx => closingChecks(rx, month))).find(each => /差异/.test(each.name.zh))!
  t.ok(check.count > 0 && !check.isMet, 'a month is not closed over it')
  await x.advanceDays(2)
  t.ok((await overdue()) > 0)
  t.ok((await violated()).includes('settlement.i15_differences'))
  const open = [...(await differences('state=open&limit=100')), ...(await differences('state=proposed&limit=100'))]
  for (const each of open)
    await x.ok(`POST /differences/${each.id}/explain`, { as: operator.finance, body: { reason: '已与对方核实' } })
  t.same(await violated(), [])
  const list = await x.call('GET //operator/reconciliation?state=explained', { as: operator.checker, language: 'zh' })
  t.equal(list.status, 200)
  t.match(list.text, /按日核对/)
  const first = await x.ok('GET /differences?limit=1', { as: operator.checker })
  t.equal((await x.ok(`GET /differences?limit=1&after=${first.next}`, { as: operator.checker })).items.length, 1)
  const runs = await x.ok('GET /reconciliations?limit=5', { as: operator.checker })
  t.equal(runs.items.length, 5)
})
