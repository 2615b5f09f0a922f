import { execFile } from 'node:child_process'
import fc from 'fast-check'
import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { parseYuan } from '../../src/kernel/money.ts'
import { Problem } from '../../src/kernel/problem.ts'
import { suspendContract } from '../../src/modules/contracts/index.ts'
import { balanceOf, inspectInvariants } from '../../src/modules/ledger/index.ts'
import { acceptOrder, deliverOrder, type Order, orderStateOf } from '../../src/modules/orders/index.ts'
import { bankTransfer } from '../../src/modules/settlement/gateways/banktransfer.ts'
import { allocate, meet, splitFee } from '../../src/modules/settlement/model.ts'
import { camtOf, type Entry, type Shape } from '../support/camt.ts'
import { type Cast, openExchange, password, type Role } from '../support/exchange.ts'
import { newOrder, run } from '../support/orders.ts'

const header = '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号'
const today = '2026-03-02'
const read = (content: string | Buffer) =>
  bankTransfer.readStatement(Buffer.isBuffer(content) ? content : Buffer.from(content), today)
const slug = (work: () => unknown): string => {
  try {
    work()
    return 'accepted'
  } catch (error) {
    return error instanceof Problem ? error.type.slug : String(error)
  }
}

t.test('a statement is read in either language and encoding, columns in any order', async t => {
  const one = read(`${header}\n2026-03-01,"1,234.50",北京某公司,6222 0000 1111 2222,货款 JS1,S1\n`)
  t.same(one.errors, [])
  t.equal(one.encoding, 'utf-8')
  t.match(one.receipts[0], { line: 2, bookedOn: '2026-03-01', amountFen: 123450n, payerAccount: '6222000011112222' })
  const bom = read(
    `\uFEFFbank serial no,Remark,PAYER NAME,payer account,amount,booking date,balance\r\nS2,x,ACME,,¥8,2026/3/1,99\r\n`,
  )
  t.match(bom.receipts[0], { bankSerial: 'S2', amountFen: 800n, payerAccount: null, bookedOn: '2026-03-01' })
  // 记账日期,金额,付款人名称,付款人账号,摘要,银行流水号 and 张三 in GBK
  const gbk = Buffer.concat([
    Buffer.from(
      'bcc7d5cbc8d5c6da2cbdf0b6ee2cb8b6bfeec8cbc3fbb3c62cb8b6bfeec8cbd5cbbac52cd5aad2aa2cd2f8d0d0c1f7cbaebac5',
      'hex',
    ),
    Buffer.from('\n20260301,5,'),
    Buffer.from('d5c5c8fd', 'hex'),
    Buffer.from(',12345678,,S3\n'),
  ])
  const third = read(gbk)
  t.equal(third.encoding, 'gbk')
  t.match(third.receipts[0], { payerName: '张三', amountFen: 500n })
})

t.test('every bad line is reported with its number, and the good ones are kept', async t => {
  const { receipts, errors } = read(
    [
      header,
      '2026-03-01,10,a,12345678,r,S1',
      '2026-02-30,10,a,12345678,r,S2',
      '2026-03-03,10,a,12345678,r,S3',
      '2026-03-01,10.005,a,12345678,r,S4',
      '2026-03-01,-5,a,12345678,r,S5',
      '',
      '2026-03-01,5,a,6.2E+18,r,S6',
      '2026-03-01,5,a,12345678,r,',
      'x,y',
      '2026-03-01,5,"a, ""b""",12345678,r,S9',
    ].join('\n'),
  )
  t.same(
    receipts.map(r => r.line),
    [2, 11],
  )
  t.same([...new Set(errors.map(e => e.line))], [3, 4, 5, 6, 8, 9, 10])
  for (const error of errors) t.ok(error.message.zh && error.message.en && error.remedy.zh && error.remedy.en)
})

t.test('a file that cannot be read is refused whole', async t => {
  const whole = [
    Buffer.alloc(0),
    Buffer.from(header),
    Buffer.from('a,b,c\n1,2,3\n'),
    Buffer.from(`${header},金额\n2026-03-01,1,a,,r,S1,2\n`),
    Buffer.from(`${header}\n2026-03-01,"1,a,,r,S1\n`),
    Buffer.from(`\uFEFF${header}\n`, 'utf16le'),
    Buffer.from([0xff, 0xff, 0xff]),
    Buffer.from(`${header}\n${'2026-03-01,1,a,,r,S1\n'.repeat(2001)}`),
  ]
  for (const bytes of whole)
    t.equal(
      slug(() => read(bytes)),
      'statement-unreadable',
    )
})

t.test('what the payment file says cannot act as a formula', async t => {
  const names = ['=1+1', '+1', '-1', '@x', '\t=1', '\r=1', '＝1', '＋1', '－1', '＠1', '\u0000=1', '  =1', 'a"b,c']
  const file = bankTransfer
    .writePayments(
      names.map((holderName, i) => ({
        id: `id${i}`,
        holderName,
        bankName: '=HYPERLINK("x")',
        bankCode: null,
        accountNumber: '12345678',
        amountFen: 123456n,
        purpose: '数据交易款',
      })),
    )
    .toString()
  const rows = file.replace(/^\uFEFF/, '').split('\r\n')
  for (const row of rows.slice(1, -1)) t.notMatch(row, /(^|,)"?\s*[=+\-@＝＋－＠]/)
  t.match(rows[1], /,1234\.56,/)
})

t.test('payments in any order fill an order and no more', async t => {
  const amount = fc.bigInt({ min: 1n, max: 10_000n })
  fc.assert(
    fc.property(amount, fc.array(amount, { minLength: 1, maxLength: 8 }), (price, payments) => {
      let order = { state: 'awaiting_payment', amountFen: price }
      let held = 0n
      let back = 0n
      for (const payment of payments) {
        const met = meet(order, held, payment)
        if (met.captureFen + met.surplusFen !== payment) return false
        held += met.captureFen
        back += met.surplusFen
        if (met.move === 'match' || met.move === 'matchSurplus') order = { ...order, state: 'escrowed' }
      }
      const sum = payments.reduce((a, b) => a + b, 0n)
      const isPaid = order.state === 'escrowed'
      return held + back === sum && held <= price && isPaid === sum >= price && (!isPaid || held === price)
    }),
  )
  t.equal(meet({ state: 'cancelled', amountFen: 5n }, 0n, 5n).move, 'suspend')
  t.equal(meet({ state: 'refunded', amountFen: 5n }, 0n, 5n).move, 'matchDuplicate')
})

t.test('a split is whole and a refund comes from what came in', async t => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 15n })
  fc.assert(
    fc.property(amount, fc.integer({ min: 0, max: 1_000_000 }), (total, ppm) => {
      const { vendorFen, feeFen } = splitFee(total, ppm)
      const off = feeFen * 1_000_000n - total * BigInt(ppm)
      return vendorFen + feeFen === total && vendorFen >= 0n && feeFen >= 0n && off < 1_000_000n && off > -1_000_000n
    }),
  )
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1 }), fc.nat(100), (opens, percent) => {
      const sources = opens.map((openFen, i) => ({ id: String(i), openFen }))
      const wanted = (opens.reduce((a, b) => a + b, 0n) * BigInt(percent)) / 100n
      const parts = allocate(sources, wanted)
      const sum = parts.reduce((a, p) => a + p.amountFen, 0n)
      return sum === wanted && parts.every(p => p.amountFen > 0n && p.amountFen <= opens[Number(p.id)]!)
    }),
  )
  t.throws(() => allocate([{ id: 'a', openFen: 5n }], 6n))
})

const x = await openExchange(t)
const vendor = await x.organization(['vendor'], { name: '晋阳数据公司' })
const buyer = await x.organization(['buyer'], { name: '龙城应用公司' })
const { operator } = x
const deal = { vendor, buyer }
let serial = 0

interface Paid {
  readonly yuan: string
  readonly remark: string
  readonly payer?: string
  readonly account?: string
  readonly serial?: string
}
const dayNow = async () => {
  const { now } = await x.ok('GET /clock')
  return new Date(new Date(now).getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
}
const fileOf = async (paid: Paid[]) => {
  const day = await dayNow()
  const lines = paid.map(p =>
    [
      day,
      p.yuan,
      p.payer ?? '龙城应用公司',
      p.account ?? '6222000011112222',
      p.remark,
      p.serial ?? `B${++serial}`,
    ].join(),
  )
  return Buffer.from([header, ...lines].join('\n'))
}
const send = (bytes: Buffer, as: Role = operator.finance) =>
  x.call('POST /bank-statements?fileName=流水.csv'.replace('流水', encodeURIComponent('流水')), {
    as,
    raw: { type: 'application/octet-stream', bytes },
  })
const importPaid = async (...paid: Paid[]) => {
  const reply = await send(await fileOf(paid))
  if (reply.status !== 200) throw new Error(reply.text)
  return reply.body
}
const linesOf = async (statementId: string) =>
  (await x.ok(`GET /statement-lines?statementId=${statementId}&limit=100`, { as: operator.finance })).items.sort(
    (a: any, b: any) => a.line - b.line,
  )
const stateOf = (id: string) => x.exchange.engine.read(system, rx => orderStateOf(rx, id))
const balance = (account: string) => x.exchange.engine.read(system, rx => balanceOf(rx, account))
const violated = async () =>
  (await x.exchange.engine.read(system, inspectInvariants)).filter(i => i.violations > 0).map(i => i.view)
const inState = (id: string, state: string) =>
  x.until(async () => (await stateOf(id)) === state, `order in state ${state}`)
const payoutsOf = async (query: string): Promise<any[]> =>
  (await x.ok(`GET /payouts?${query}&limit=100`, { as: operator.finance })).items

async function registerAccount(who: Cast, accountNumber: string) {
  const body = { bankName: '中国银行太原分行', accountNumber, password }
  return x.ok('POST /bank-accounts', { as: who.finance, body })
}
/** Paid in full, delivered and accepted. */
async function accepted(amountFen = 120_000n): Promise<Order> {
  const order = await newOrder(x, { ...deal, amountFen })
  await importPaid({ yuan: (Number(amountFen) / 100).toFixed(2), remark: order.referenceCode })
  await inState(order.id, 'delivering')
  await run(x, cx => deliverOrder(cx, order.id, { receiptId: order.id }))
  await run(x, cx => acceptOrder(cx, order.id))
  return order
}
async function pay(payoutId: string) {
  await x.ok('POST /payout-batches', { as: operator.finance, body: { payoutIds: [payoutId] } })
  const body = { bankSerial: `O${++serial}`, paidOn: await dayNow() }
  return x.ok(`POST /payouts/${payoutId}/confirm`, { as: operator.checker, body })
}

t.test('an order says how it is paid, once the exchange has an account that two people stand for', async t => {
  const order = await newOrder(x, deal)
  const before = await x.call(`GET /orders/${order.id}/payment`, { as: buyer.maker })
  t.equal(before.status, 409)
  t.match(before.body.type, /collection-account-missing/)
  const body = {
    bankName: '建设银行太原分行',
    bankCode: '105161000012',
    accountNumber: '1400 0123 4567 8901',
    password,
  }
  const wrong = { ...body, password: 'not the password' }
  t.equal((await x.call('POST /bank-accounts', { as: operator.finance, body: wrong })).status, 403)
  t.equal((await x.call('POST /bank-accounts', { as: operator.maker, body })).status, 403)
  const bad = await x.call('POST /bank-accounts', {
    as: operator.finance,
    body: { ...body, accountNumber: '账号一二三四五六七八' },
  })
  t.equal(bad.status, 400)
  t.equal(bad.body.errors[0].pointer, '/accountNumber')
  const first = await x.ok('POST /bank-accounts', { as: operator.finance, body })
  const account = await x.ok('POST /bank-accounts', { as: operator.finance, body })
  t.equal(account.accountNumber, '**** 8901')
  const own = await x.call(`POST /bank-accounts/${account.id}/confirm`, { as: operator.finance })
  t.match(own.body.type, /same-person/)
  t.equal((await x.call(`POST /bank-accounts/${first.id}/confirm`, { as: operator.checker })).status, 409, 'withdrawn')
  await x.ok(`POST /bank-accounts/${account.id}/confirm`, { as: operator.checker })
  const payment = await x.ok(`GET /orders/${order.id}/payment`, { as: buyer.maker })
  t.match(payment, {
    amountFen: 120_000,
    restFen: 120_000,
    amountInCapitals: '人民币壹仟贰佰元整',
    referenceCode: order.referenceCode,
    payee: { holderName: '山西数据交易服务有限公司', accountNumber: '1400012345678901', bankCode: '105161000012' },
  })
  t.ok(payment.steps.some((s: any) => s.zh.includes(order.referenceCode)))
  t.equal((await x.call(`GET /orders/${order.id}/payment`, { as: vendor.maker })).status, 404)
  const stored = await x.sql`select sealed_number, number_tail from settlement.bank_account`
  for (const row of stored) t.notMatch(row.sealed_number.toString('latin1'), '14000123')
})

t.test('a payment of exactly the price pays the order; the file or line again has no second effect', async t => {
  const order = await newOrder(x, deal)
  const bytes = await fileOf([
    {
      yuan: '1200.00',
      remark: `支付 ${order.referenceCode.slice(0, 5)} ${order.referenceCode.slice(5)}`,
      serial: 'E1',
    },
  ])
  const reports = await Promise.all([send(bytes), send(bytes), send(bytes)])
  t.same(
    reports.map(r => r.status),
    [200, 200, 200],
  )
  t.equal(reports.filter(r => !r.body.isRepeat).length, 1)
  t.equal(new Set(reports.map(r => r.body.id)).size, 1)
  t.match(reports[0]!.body, {
    lineCount: 1,
    importedCount: 1,
    rejectedCount: 0,
    importedFen: 120_000,
    fileName: '流水.csv',
  })
  await x.until(async () => (await balance(`escrow:${order.id}`)) === 120_000n)
  await inState(order.id, 'delivering')
  const [line] = await linesOf(reports[0]!.body.id)
  t.match(line, { state: 'matched', orderId: order.id, capturedFen: 120_000, payerAccount: '**** 2222' })
  const again = await send(Buffer.concat([bytes, Buffer.from(`\n${await dayNow()},7,某人,,利息,E2\n`)]))
  t.match(again.body, {
    lineCount: 2,
    importedCount: 1,
    duplicateCount: 1,
    duplicates: [{ line: 2, bankSerial: 'E1' }],
  })
  const reused = await send(
    await fileOf([
      { yuan: '1.00', remark: 'x', serial: 'E1' },
      { yuan: '2.00', remark: 'y', serial: 'E3' },
    ]),
  )
  t.match(reused.body, { importedCount: 1, rejectedCount: 1, rejected: [{ line: 2 }] })
  t.equal(await balance(`escrow:${order.id}`), 120_000n)
  const none = await send(Buffer.from(`${header}\nx,y,z,,,\n`))
  t.equal(none.status, 422)
  t.equal(none.body.errors[0].pointer, '/lines/2')
  const file = await x.call(`GET /bank-statements/${reports[0]!.body.id}/file`, { as: operator.checker })
  t.ok(file.bytes.equals(bytes))
  t.match(file.headers['content-disposition'], /^attachment; /)
  t.same(await violated(), [])
})

t.test('a part waits in escrow for the rest, and what is too much goes back', async t => {
  const order = await newOrder(x, deal)
  const { id } = await importPaid(
    { yuan: '500.00', remark: order.referenceCode },
    { yuan: '800.00', remark: order.referenceCode, account: '6222000033334444' },
  )
  const [part, rest] = await linesOf(id)
  t.match(part, { state: 'matched', capturedFen: 50_000 })
  t.match(rest, { state: 'surplus', capturedFen: 70_000 })
  await inState(order.id, 'delivering')
  t.equal(await balance(`escrow:${order.id}`), 120_000n)
  const [back] = await payoutsOf(`kind=return&orderId=${order.id}`)
  t.match(back, { state: 'ready', amountFen: 10_000, accountNumber: '**** 4444', holderName: '龙城应用公司' })
  await pay(back.id)
  t.equal((await linesOf(id))[1].state, 'returned')
  t.same(await violated(), [])
})

t.test('a second payment of a paid order goes back', async t => {
  const order = await newOrder(x, deal)
  const paid = { yuan: '1200.00', remark: order.referenceCode }
  const { id } = await importPaid(paid, { ...paid, account: '' })
  t.same(
    (await linesOf(id)).map((l: any) => l.state),
    ['matched', 'duplicate'],
  )
  const [back] = await payoutsOf(`kind=return&orderId=${order.id}`)
  t.match(back, { state: 'waiting', amountFen: 120_000, accountNumber: null }, 'the bank named no account')
  const batch = await x.call('POST /payout-batches', { as: operator.finance, body: { payoutIds: [back.id] } })
  t.equal(batch.status, 409)
  t.equal((await x.call(`POST /payouts/${back.id}/retry`, { as: operator.finance, body: {} })).status, 409)
  const payee = { holderName: '龙城应用公司', accountNumber: '6222-0000-5555-6666' }
  const ready = await x.ok(`POST /payouts/${back.id}/retry`, { as: operator.finance, body: { payee } })
  t.match(ready, { state: 'ready', accountNumber: '**** 6666' })
  await pay(back.id)
  t.same(await violated(), [])
})

t.test('money without a name waits for a person; of two who match it at once one wins', async t => {
  const [order, other] = [await newOrder(x, deal), await newOrder(x, deal)]
  const { id } = await importPaid(
    { yuan: '1200.00', remark: '货款' },
    { yuan: '1200.00', remark: `${order.referenceCode} ${other.referenceCode}` },
  )
  const [unknown, ambiguous] = await linesOf(id)
  t.match(unknown, { state: 'unmatched', hint: 'no-reference' })
  t.match(ambiguous, { state: 'unmatched', hint: 'ambiguous-reference' })
  const second = operator.administrator
  const answers = await Promise.all(
    [
      [operator.finance, order] as const,
      [second, other] as const,
      [operator.finance, other] as const,
      [second, order] as const,
    ].map(([as, o]) => x.call(`POST /statement-lines/${unknown.id}/match`, { as, body: { orderId: o.id } })),
  )
  t.same(answers.map(a => a.status).sort(), [200, 409, 409, 409])
  const won = answers.find(a => a.status === 200)!.body.orderId
  t.equal(await balance(`escrow:${won}`), 120_000n)
  const leaves = await x.sql`select 1 from kernel.audit_entry
    where action = 'statement-line.match' and subject_id = ${unknown.id}`
  t.equal(leaves.length, 1)
  const back = await x.ok(`POST /statement-lines/${ambiguous.id}/return`, {
    as: operator.finance,
    body: { reason: '两个参考码，付款人要求退回' },
  })
  t.equal(back.state, 'returning')
  const foreign = await x.call(`POST /statement-lines/${ambiguous.id}/match`, {
    as: operator.finance,
    body: { orderId: won },
  })
  t.equal(foreign.status, 409)
  const [payout] = (await payoutsOf('kind=return&state=ready')).filter(p => p.lineId === ambiguous.id)
  await pay(payout.id)
  t.equal((await linesOf(id))[1].state, 'returned')
  t.same(await violated(), [])
})

t.test('a part goes back when the order is cancelled, and a later payment stays in suspense', async t => {
  const order = await newOrder(x, deal)
  await importPaid({ yuan: '300.00', remark: order.referenceCode })
  t.match(await x.ok(`GET /orders/${order.id}/payment`, { as: buyer.maker }), { paidFen: 30_000, restFen: 90_000 })
  await x.ok(`POST /orders/${order.id}/cancel`, { as: buyer.maker, body: { reason: '不再需要该数据' } })
  const back = await x.until(async () => (await payoutsOf(`kind=return&orderId=${order.id}`))[0])
  t.equal(back.amountFen, 30_000)
  await pay(back.id)
  const { id } = await importPaid({ yuan: '900.00', remark: order.referenceCode })
  const [late] = await linesOf(id)
  t.match(late, { state: 'unmatched', hint: 'order-takes-no-payment' })
  const refused = await x.call(`POST /statement-lines/${late.id}/match`, {
    as: operator.finance,
    body: { orderId: order.id },
  })
  t.equal(refused.status, 409)
  t.equal(await balance(`escrow:${order.id}`), 0n)
  t.same(await violated(), [])
})

t.test(
  'an accepted order is settled on its day; the payout waits for the vendor’s account and two people pay it',
  async t => {
    const order = await accepted()
    await new Promise(resolve => setTimeout(resolve, 1200))
    t.equal(await stateOf(order.id), 'accepted', 'not before the day')
    await x.advanceDays(7)
    await inState(order.id, 'settling')
    const money = await x.ok(`GET /orders/${order.id}/money`, { as: vendor.finance })
    t.match(money, { heldFen: 0, releasedFen: 117_600, feeFen: 2_400, split: { feePpm: 20_000 } })
    const [waiting] = money.payouts
    t.match(waiting, { state: 'waiting', amountFen: 117_600 })
    t.equal(await balance(`payable:${vendor.id}`), 117_600n)
    t.equal((await x.ok('GET /payouts', { as: vendor.finance })).items[0].id, waiting.id)
    t.same((await x.ok('GET /payouts', { as: buyer.finance })).items, [])
    t.equal((await x.call(`GET /payouts/${waiting.id}`, { as: buyer.finance })).status, 404)
    t.equal((await x.call(`POST /payouts/${waiting.id}/retry`, { as: operator.finance, body: {} })).status, 409)
    const account = await registerAccount(vendor, '6222000099991111')
    t.equal((await x.call(`POST /bank-accounts/${account.id}/confirm`, { as: vendor.checker })).status, 403)
    await x.ok(`POST /bank-accounts/${account.id}/confirm`, { as: operator.checker })
    await x.until(async () => (await payoutsOf(`orderId=${order.id}&state=ready`))[0], 'the payout ready')
    const body = { payoutIds: [waiting.id] }
    await x.sql`update contracts.contract set is_disputed = true where id = ${order.contractId}`
    const frozen = await x.call('POST /payout-batches', { as: operator.finance, body })
    t.equal(frozen.status, 409, 'a disputed contract freezes the payout')
    await x.sql`update contracts.contract set is_disputed = false where id = ${order.contractId}`
    const batches = await Promise.all([1, 2].map(() => x.call('POST /payout-batches', { as: operator.finance, body })))
    t.same(batches.map(b => b.status).sort(), [201, 409])
    const batch = batches.find(b => b.status === 201)!.body
    t.equal(await balance('payout_in_flight'), 117_600n)
    const file = await x.call(`GET /payout-batches/${batch.id}/file`, { as: operator.finance })
    t.match(
      file.text,
      `晋阳数据公司,6222000099991111,中国银行太原分行,,1176.00,数据交易款 ${order.number},${waiting.id}`,
    )
    const paid = { bankSerial: `O${++serial}`, paidOn: await dayNow() }
    const confirm = (as: Role, change = {}) =>
      x.call(`POST /payouts/${waiting.id}/confirm`, { as, body: { ...paid, ...change } })
    t.match((await confirm(operator.finance)).body.type, /same-person/)
    t.equal((await confirm(operator.checker, { paidOn: '2020-01-01' })).status, 400)
    const answers = await Promise.all([confirm(operator.checker), confirm(operator.administrator)])
    t.same(answers.map(a => a.status).sort(), [200, 409])
    t.equal(await stateOf(order.id), 'closed')
    t.equal(await balance(`payable:${vendor.id}`), 0n)
    t.equal(await balance('payout_in_flight'), 0n)
    t.equal((await x.ok('GET /settlements', { as: vendor.finance })).items[0].vendorFen, 117_600)
    t.same((await x.ok('GET /settlements', { as: buyer.finance })).items, [])
    t.same(await violated(), [])
  },
)

t.test('a payout that bounces is owed again; a new account cools before it is paid to', async t => {
  const order = await accepted(100_01n)
  await x.advanceDays(7)
  const ready = await x.until(async () => (await payoutsOf(`orderId=${order.id}&state=ready`))[0])
  t.equal(ready.amountFen, 9_801)
  await x.ok('POST /payout-batches', { as: operator.finance, body: { payoutIds: [ready.id] } })
  await x.ok(`POST /payouts/${ready.id}/bounce`, { as: operator.checker, body: { reason: '账号与户名不符' } })
  t.equal(await balance(`payable:${vendor.id}`), 9_801n)
  t.equal(await balance('payout_in_flight'), 0n)
  await x.ok(`POST /payouts/${ready.id}/retry`, { as: operator.finance, body: {} })
  const changed = await registerAccount(vendor, '6222000099992222')
  const confirmed = await x.ok(`POST /bank-accounts/${changed.id}/confirm`, { as: operator.finance })
  t.ok(confirmed.usableFrom > (await x.ok('GET /clock')).now, 'a change cools')
  t.equal((await payoutsOf(`orderId=${order.id}`))[0].state, 'waiting', 'held for the new account')
  await x.advanceDays(7)
  const again = await x.until(async () => (await payoutsOf(`orderId=${order.id}&state=ready`))[0])
  t.equal(again.accountNumber, '**** 2222')
  const used = await x.sql`select bank_serial, to_char(paid_on, 'YYYY-MM-DD') as paid_on from settlement.payout
    where state = 'confirmed' limit 1`
  t.equal(used.length, 1)
  await pay(again.id)
  t.equal(await stateOf(order.id), 'closed')
  t.same(await violated(), [])
})

t.test('a suspension that is on its way when a payout is ordered freezes it until the contract is resumed', async t => {
  const order = await accepted(50_000n)
  await x.advanceDays(7)
  const ready = await x.until(async () => (await payoutsOf(`orderId=${order.id}&state=ready`))[0])
  const batch = () => x.call('POST /payout-batches', { as: operator.finance, body: { payoutIds: [ready.id] } })
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const suspension = run(x, async cx => {
    await suspendContract(cx, order.contractId, '数据来源被投诉，暂停履行')
    begun.resolve()
    await gate.promise
  })
  await begun.promise
  let isAnswered = false
  const racing = batch().finally(() => {
    isAnswered = true
  })
  await x.until(async () => {
    const waiting = await x.sql`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    return waiting.length > 0 || isAnswered
  }, 'the payment to meet the suspension')
  t.notOk(isAnswered, 'it waits for what is being decided')
  gate.resolve()
  await suspension
  t.match(await racing, { status: 409, body: { type: '/problems/state-conflict' } })
  t.equal((await batch()).status, 409, 'and later as well')
  t.equal((await payoutsOf(`orderId=${order.id}`))[0].state, 'ready')
  t.equal(await balance(`payable:${vendor.id}`), 49_000n, 'nothing is on its way')
  const reason = { reason: '投诉不成立，恢复履行' }
  await x.ok(`POST /contracts/${order.contractId}/resume`, { as: operator.checker, body: reason })
  await pay(ready.id)
  t.equal(await stateOf(order.id), 'closed')
  t.same(await violated(), [])
})

t.test('one bank serial number confirms one payout', async t => {
  const { id } = await importPaid({ yuan: '1.00', remark: 'a' }, { yuan: '2.00', remark: 'b' })
  const lines = await linesOf(id)
  for (const line of lines)
    await x.ok(`POST /statement-lines/${line.id}/return`, { as: operator.finance, body: { reason: '付款人要求退回' } })
  const payouts = (await payoutsOf('kind=return&state=ready')).filter(p => lines.some((l: any) => l.id === p.lineId))
  await x.ok('POST /payout-batches', { as: operator.finance, body: { payoutIds: payouts.map(p => p.id) } })
  const body = { bankSerial: `O${++serial}`, paidOn: await dayNow() }
  await x.ok(`POST /payouts/${payouts[0].id}/confirm`, { as: operator.checker, body })
  const second = await x.call(`POST /payouts/${payouts[1].id}/confirm`, { as: operator.checker, body })
  t.equal(second.status, 409)
  t.equal(second.body.errors[0].pointer, '/bankSerial')
  await x.ok(`POST /payouts/${payouts[1].id}/confirm`, {
    as: operator.checker,
    body: { ...body, bankSerial: `O${++serial}` },
  })
})

t.test('the bank’s own statement fills in what a payout is confirmed by, and says which came back', async t => {
  const orders = [await newOrder(x, deal), await newOrder(x, deal)]
  const day = await dayNow()
  const sendCamt = (entries: readonly Entry[], shape: Shape = {}) =>
    x.call('POST /bank-statements?fileName=day.xml', {
      as: operator.finance,
      raw: { type: 'application/octet-stream', bytes: Buffer.from(camtOf(entries, { day, ...shape })) },
    })
  const own = await x.ok(`GET /orders/${orders[0]!.id}/payment`, { as: buyer.maker })
  const paid = orders.map((order, i) => ({
    yuan: '1200.00',
    remark: order.referenceCode,
    serial: `X${++serial}`,
    name: '龙城应用公司',
    account: `622200009999000${i}`,
  }))
  const foreign = await sendCamt(paid, { account: '6222 0000 0000 0001' })
  t.match(foreign, { status: 422, body: { detail: /不是交易场所的收款账户|not of the exchange/ } })
  const first = await sendCamt(paid, { account: own.payee.accountNumber })
  t.match(first, {
    status: 200,
    body: { format: 'camt.053', importedCount: 2, openingFen: 100_000, closingFen: 340_000 },
  })
  for (const order of orders) {
    await inState(order.id, 'delivering')
    await x.ok(`POST /orders/${order.id}/cancel`, { as: vendor.checker, body: { reason: '数据无法提供' } })
  }
  const backs: any[] = []
  for (const order of orders) {
    await x.until(async () => (await payoutsOf(`kind=refund&orderId=${order.id}`)).length === 1, 'the refund')
    backs.push(...(await payoutsOf(`kind=refund&orderId=${order.id}`)))
  }
  await x.ok('POST /payout-batches', { as: operator.finance, body: { payoutIds: backs.map(each => each.id) } })
  const [one, two] = backs.map(each => each.id)
  const told = (payoutId: string) => x.ok(`GET /payouts/${payoutId}/outlay`, { as: operator.checker })
  t.equal(await told(one), null)
  const [serialOne, back] = [`OX${++serial}`, `OX${++serial}`]
  const second = await sendCamt([
    { yuan: '1200.00', isOut: true, serial: serialOne, account: '6222000099990000', name: '龙城应用公司' },
    { yuan: '1200.00', isOut: true, serial: `OX${++serial}`, endToEndId: two.replaceAll('-', '') },
    { yuan: '1199.00', isOut: true, serial: `OX${++serial}`, endToEndId: one },
    { yuan: '1200.00', isReturn: true, serial: back, endToEndId: two.replaceAll('-', '') },
  ])
  t.match(second, { status: 200, body: { importedCount: 0, outlayCount: 4, outlayFen: 479_900 } }, 'nothing is booked')
  t.match(
    await told(one),
    { kind: 'paid', bankSerial: serialOne, bookedOn: day },
    'by amount and account, not by the id alone',
  )
  t.match(await told(two), { kind: 'returned', bankSerial: back }, 'by our own id')
  const page = await x.call('GET //operator/payouts?tab=ordered', { as: operator.checker, language: 'en' })
  t.match(page.text, `value="${serialOne}"`, 'the form is filled in')
  t.match(page.text, 'says that this payment came back')
  const { id: statementId } = second.body
  t.equal((await x.ok(`GET /bank-statements/${statementId}/outlays`, { as: operator.checker })).length, 4)
  await x.ok(`POST /payouts/${one}/confirm`, { as: operator.checker, body: { bankSerial: serialOne, paidOn: day } })
  await x.ok(`POST /payouts/${two}/bounce`, { as: operator.checker, body: { reason: '收款账户已销户' } })
  // what comes back of a payment that was confirmed is money, and waits for a person
  const late = await sendCamt([{ yuan: '1200.00', isReturn: true, serial: `OX${++serial}`, endToEndId: one }])
  t.match(late, { status: 200, body: { importedCount: 1, outlayCount: 0, states: [{ state: 'unmatched' }] } })
  await t.rejects(x.sql`update settlement.outlay set amount_fen = 1`, /append-only/)
  // these statements do not follow one another, and one payment is nobody's: a person says so
  await x.ok('POST /reconciliations', { as: operator.finance })
  const open = (await x.ok('GET /differences?state=open&limit=100', { as: operator.finance })).items
  t.ok(open.some((each: any) => each.kind === 'outlay-unbooked' && each.amountFen === -119_900))
  for (const each of open)
    await x.ok(`POST /differences/${each.id}/explain`, { as: operator.finance, body: { reason: '已与银行核实' } })
  t.same(await violated(), [])
})

t.test('a paid order that is cancelled goes back to the accounts it was paid from', async t => {
  const order = await newOrder(x, deal)
  await importPaid(
    { yuan: '200.00', remark: order.referenceCode, account: '6222000000000001' },
    { yuan: '1000.00', remark: order.referenceCode, account: '6222000000000002' },
  )
  await inState(order.id, 'delivering')
  await x.ok(`POST /orders/${order.id}/cancel`, { as: vendor.checker, body: { reason: '数据无法提供' } })
  const backs = await x.until(async () => {
    const found = await payoutsOf(`kind=refund&orderId=${order.id}`)
    return found.length === 2 && found
  })
  t.same(
    backs.map(b => [b.amountFen, b.accountNumber]).sort((a, b) => Number(a[0]) - Number(b[0])),
    [
      [20_000, '**** 0001'],
      [100_000, '**** 0002'],
    ],
  )
  t.equal(await balance(`escrow:${order.id}`), 0n)
  await pay(backs[0]!.id)
  t.equal(await stateOf(order.id), 'refunding', 'the second is still to be paid')
  await pay(backs[1]!.id)
  t.equal(await stateOf(order.id), 'refunded')
  t.match(await x.ok(`GET /orders/${order.id}/money`, { as: buyer.maker }), { refundedFen: 120_000, heldFen: 0 })
  t.same(await violated(), [])
})

t.test('after a mediation a part goes back and the rest is settled', async t => {
  const order = await newOrder(x, deal)
  await importPaid({ yuan: '1200.00', remark: order.referenceCode })
  await inState(order.id, 'delivering')
  await run(x, cx => deliverOrder(cx, order.id, { receiptId: order.id }))
  await x.ok(`POST /orders/${order.id}/dispute`, { as: buyer.maker, body: { reason: '缺少三个月的数据' } })
  const body = { outcome: 'partial', refundFen: 20_000, reason: '按缺失比例退款' }
  await x.ok(`POST /orders/${order.id}/mediate`, { as: operator.checker, body })
  const back = await x.until(async () => (await payoutsOf(`kind=refund&orderId=${order.id}`))[0])
  t.equal(back.amountFen, 20_000)
  await pay(back.id)
  await x.advanceDays(7)
  const share = await x.until(async () => (await payoutsOf(`kind=vendor&orderId=${order.id}&state=ready`))[0])
  t.equal(share.amountFen, 98_000)
  await pay(share.id)
  t.equal(await stateOf(order.id), 'closed')
  t.same(await violated(), [])
})

t.test('a free order closes with nothing to pay', async t => {
  const order = await newOrder(x, { ...deal, amountFen: 0n })
  await inState(order.id, 'delivering')
  await run(x, cx => deliverOrder(cx, order.id, { receiptId: order.id }))
  await run(x, cx => acceptOrder(cx, order.id))
  t.equal(await stateOf(order.id), 'closed')
  t.same(await payoutsOf(`orderId=${order.id}`), [])
  t.match(await x.ok(`GET /orders/${order.id}/money`, { as: buyer.maker }), { capturedFen: 0, payouts: [] })
})

t.test('only the operator’s finance touches the bank', async t => {
  const bytes = await fileOf([{ yuan: '5.00', remark: 'x' }])
  for (const as of [vendor.finance, buyer.finance, operator.maker, operator.checker])
    t.equal((await send(bytes, as)).status, 403)
  t.equal((await x.call('GET /statement-lines', { as: vendor.finance })).status, 403)
  t.equal((await x.call('GET /bank-statements', { as: buyer.administrator })).status, 403)
  const form = await x.call('POST /bank-statements', {
    as: operator.finance,
    raw: {
      type: 'multipart/form-data; boundary=b',
      bytes: Buffer.concat([
        Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="../x.csv"\r\n\r\n'),
        bytes,
        Buffer.from('\r\n--b--\r\n'),
      ]),
    },
  })
  t.match(form.body, { fileName: 'x.csv', importedCount: 1 })
  t.equal((await x.call('POST /bank-statements', { as: operator.finance, body: { x: 1 } })).status, 415)
  await t.rejects(x.sql`delete from settlement.payout`, /append-only/)
  await t.rejects(x.sql`delete from settlement.statement_line`, /append-only/)
  t.equal(parseYuan('5.00'), 500n)
  const views = (await x.ok('GET /ledger/invariants', { as: operator.finance })).invariants.map((i: any) => i.id)
  t.same(views, ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I10', 'I11', 'I12', 'I13', 'I14', 'I15', 'I24'])
})

/** Runs `npm run books` on the test's database. */
const books = () =>
  new Promise<{ code: number; out: string }>(resolve => {
    const env = { ...process.env, DATABASE_URL: x.url, JINSHU_HOME: x.home, JINSHU_DEMO: '0' }
    execFile(process.execPath, ['--import', 'tsx', 'src/cli/books.ts'], { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out: out + err }),
    )
  })

t.test('the books are printed with each invariant, and fail when one is violated', async t => {
  const sound = await books()
  t.equal(sound.code, 0, sound.out)
  for (const id of ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I10', 'I11', 'I12', 'I13', 'I14'])
    t.match(sound.out, new RegExp(`^${id} +0 `, 'm'))
  const [, debit, credit] = /^total +([\d,.]+) +([\d,.]+)$/m.exec(sound.out) ?? []
  t.ok(debit && debit === credit)
  await x.sql`alter table ledger.entry disable trigger entry_append_only`
  await x.sql`update ledger.entry set amount_fen = amount_fen - 1 where account = 'fee_revenue'`
  const broken = await books()
  t.equal(broken.code, 1)
  t.match(broken.out, /^I1 +\d+ .*ledger\.i1_whole_transactions/m)
  t.match(broken.out, /^I7 +1 .*settlement\.i7_trade_money/m)
})
