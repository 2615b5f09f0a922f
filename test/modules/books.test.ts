import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import type { Cx, Rx } from '../../src/kernel/command.ts'
import { newId } from '../../src/kernel/ids.ts'
import {
  accountStatement,
  balanceAt,
  type Dating,
  type EntryInput,
  escrowByAge,
  inspectInvariants,
  listAccounts,
  listHeld,
  listMovements,
  postTransaction,
  purposeOf,
  purposes,
  reverseTransaction,
  transactionByReference,
  trialBalance,
} from '../../src/modules/ledger/index.ts'
import { takeSnapshot } from '../../src/modules/ledger/service.ts'
import { acceptOrder, deliverOrder, type Order, orderStateOf } from '../../src/modules/orders/index.ts'
import { feeReport, vendorStatement } from '../../src/modules/settlement/index.ts'
import { taxOf } from '../../src/modules/settlement/invoicing/model.ts'
import { openExchange, type Role } from '../support/exchange.ts'
import { newOrder, run } from '../support/orders.ts'

const runs = process.env.JINSHU_TEST_FULL === '1' ? 60 : 6
const x = await openExchange(t)
const client = x.sql
const { operator } = x
const engine = x.exchange.engine
const look = <T>(work: (rx: Rx) => Promise<T>) => engine.read(system, work)
const write = <T>(work: (cx: Cx) => Promise<T>): Promise<T> =>
  run(x, cx => {
    cx.audit('test.post', ['test', '1'], {})
    return work(cx)
  })
const day = 86_400_000
const now = async () => new Date((await x.ok('GET /clock')).now)
const dayOf = (at: Date) => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
const slugOf = ({ body }: { body: any }) => String(body?.type).split('/').at(-1)

const [vendor, buyer] = [await x.organization(['vendor']), await x.organization(['buyer'])]
let serial = 0

/** The bank says that so many yuan came in on a day, with that remark. */
async function receive(yuan: string, remark: string, bookedOn: string) {
  const header = '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号'
  const bytes = Buffer.from(`${header}\n${bookedOn},${yuan},龙城应用公司,6222000011112222,${remark},BK${++serial}`)
  const raw = { type: 'application/octet-stream', bytes }
  return x.ok('POST /bank-statements?fileName=a.csv', { as: operator.finance, raw })
}

/** An order that is paid (and delivered and accepted), by the bank on a day. */
async function paidOrder(amountFen: bigint, bookedOn: string): Promise<Order> {
  const order = await newOrder(x, { vendor, buyer, amountFen })
  await receive((Number(amountFen) / 100).toFixed(2), order.referenceCode, bookedOn)
  await x.until(async () => (await look(rx => orderStateOf(rx, order.id))) === 'delivering', 'the payment')
  return order
}

async function settled(amountFen: bigint): Promise<Order> {
  const order = await paidOrder(amountFen, dayOf(await now()))
  await run(x, cx => deliverOrder(cx, order.id, { receiptId: order.id }))
  await run(x, cx => acceptOrder(cx, order.id))
  await x.advanceDays(5)
  await x.until(async () => (await look(rx => orderStateOf(rx, order.id))) === 'settling', 'the settlement')
  return order
}

t.test('a month is closed by two people, keeps its books, and is opened by two with a reason', async t => {
  const order = await settled(120_000n)
  const stray = await receive('7.00', '利息', dayOf(await now()))
  await x.until(async () => (await client`select 1 from settlement.statement_line where state = 'unmatched'`).length)
  const { month } = await x.ok('GET /ledger/closing-checks', { as: operator.finance })
  const at = `/ledger/periods/${month}`
  const ask = (path: string, as: Role, body?: unknown) =>
    x.call(`POST ${at}/${path}`, { as, key: newId(), ...(body ? { body } : {}) })
  t.equal(slugOf(await ask('propose', operator.finance)), 'period-not-ready', 'the month runs still')
  await x.advanceDays(31)
  const blocked = await ask('propose', operator.finance)
  t.equal(slugOf(blocked), 'period-not-ready')
  t.match(blocked.body.detail, /no payment of the month or before is unexplained/)
  t.equal((await ask('propose', vendor.finance)).status, 403)
  const [line] = await client`select id from settlement.statement_line where statement_id = ${stray.id}`
  await x.ok(`POST /statement-lines/${line!.id}/return`, {
    as: operator.finance,
    body: { reason: '用途不明，退回原账户' },
  })
  const open = (await x.ok('GET /ledger/closing-checks', { as: operator.checker })).checks
  t.same(
    open.filter((each: any) => !each.isMet),
    [],
  )
  t.equal((await ask('propose', operator.finance)).status, 200)
  t.equal(slugOf(await ask('close', operator.finance)), 'same-person')
  const before = await x.ok(`GET /ledger/trial-balance?at=${month}-28T00:00:00Z`, { as: operator.finance })
  t.equal(before.debitFen, before.creditFen)

  // a posting that began before the closing is waited for and is in the report; one that comes after finds it closed
  const last = new Date(`${month}-25T00:00:00+08:00`)
  const pay = (cx: Cx, reference: string) =>
    postTransaction(cx, {
      kind: 'receipt',
      reference,
      effectiveAt: last,
      entries: [
        { account: 'suspense', amountFen: 1n },
        { account: 'psp_fee', amountFen: -1n },
      ],
    })
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  let begun = () => {}
  const hasBegun = new Promise<void>(resolve => {
    begun = resolve
  })
  const early = write(async cx => {
    await pay(cx, 'early')
    await reverseTransaction(cx, (await transactionByReference(cx, 'early'))!.id, 'early/back', 'test')
    begun()
    await held
  })
  await hasBegun
  const closing = ask('close', operator.checker)
  await new Promise(resolve => setTimeout(resolve, 150))
  release()
  await early
  t.equal((await closing).status, 200)
  const [row] = await client`select * from ledger.period where month = ${month}`
  t.equal(createHash('sha256').update(row!.report).digest('hex'), row!.report_sha256)
  const lines = JSON.parse(row!.report).lines
  t.ok(
    lines.some((each: any) => each.purpose === 'psp_fee' && each.entries === 1),
    'the posting in progress is in it',
  )
  const [leaf] = await client`select record from kernel.audit_entry where action = 'period.close'`
  t.equal(JSON.parse(leaf!.record).reportSha256, row!.report_sha256, 'the log keeps the digest')

  await write(cx => pay(cx, 'late'))
  const late = await look(rx => transactionByReference(rx, 'late'))
  t.ok(late!.effectiveAt >= row!.ends_at, 'what comes late takes effect in the open month')
  t.same(late!.factAt, last, 'and keeps the date of the fact')
  await write(async cx => reverseTransaction(cx, late!.id, 'late/back', 'test'))
  const raw = client`insert into ledger.transaction (id, kind, reference, content_hash, entry_count, effective_at, created_at)
    values (${newId()}, 'x', 'raw', 'x', 2, ${last}, now())`
  const refused = await raw.then(
    () => 'accepted',
    error => error.constraint_name,
  )
  t.equal(refused, 'transaction_period_open', 'the database refuses it by itself')
  await t.rejects(client`update ledger.period set state = 'open' where month = ${month}`)
  await t.rejects(client`update ledger.period set report = '{}' where month = ${month}`)
  await t.rejects(client`delete from ledger.period`)
  await receive('1200.00', (await newOrder(x, { vendor, buyer, amountFen: 120_000n })).referenceCode, dayOf(last))
  await x.until(async () => (await client`select 1 from ledger.transaction where fact_at is not null`).length > 1)
  t.same(
    (await look(inspectInvariants)).filter(each => each.violations > 0),
    [],
    'a statement of the bank that comes late breaks nothing',
  )
  const pdf = await x.until(async () => {
    const reply = await x.call(`GET ${at}/document`, { as: operator.checker })
    return reply.status === 200 && reply.bytes
  }, 'the sealed report')
  t.match(pdf.subarray(0, 5).toString(), '%PDF-')
  t.equal((await x.call(`GET ${at}/report`, { as: operator.checker })).text, row!.report)

  const reason = { reason: '漏记一笔通道手续费' }
  t.equal((await ask('propose-reopening', operator.finance, {})).status, 400)
  t.equal((await ask('propose-reopening', operator.finance, reason)).status, 200)
  t.equal(slugOf(await ask('reopen', operator.finance)), 'same-person')
  t.equal((await ask('keep', operator.checker)).status, 200)
  await ask('propose-reopening', operator.finance, reason)
  t.equal((await ask('reopen', operator.checker)).status, 200)
  t.equal((await ask('propose', operator.finance)).status, 200, 'it is closed anew')
  t.equal((await ask('close', operator.checker)).status, 200)
  t.match((await x.ok('GET /ledger/periods', { as: operator.finance })).items[0], {
    month,
    state: 'closed',
    reason: null,
  })
  t.ok(order.id)
})

t.test('an invoice is asked for, issued once, and corrected in red when money goes back', async t => {
  const order = await paidOrder(100_000n, dayOf(await now()))
  const at = `/orders/${order.id}`
  const asked = {
    kind: 'special',
    address: '太原市迎泽大街 1 号',
    phone: '0351-7654321',
    bankAccount: '1400099988887777',
  }
  const ask = (as: Role) => x.call(`POST ${at}/request-invoice`, { as, body: asked })
  t.equal((await ask(vendor.finance)).status, 403)
  const outsider = await x.organization(['buyer'])
  t.equal((await ask(outsider.finance)).status, 404)
  const both = await Promise.all([ask(buyer.finance), ask(buyer.maker)])
  t.same(both.map(reply => reply.status).sort(), [200, 422], 'asked for once, by two at the same time')
  const { body: invoice } = both.find(reply => reply.status === 200)!
  t.match(invoice, { state: 'requested', amountFen: 100_000, buyer: { phone: '0351-7654321' }, netFen: null })
  const issue = (id: string, as: Role, body: object) => x.call(`POST /invoices/${id}/issue`, { as, body })
  const facts = {
    invoiceNumber: '26142000000012345678',
    issuedOn: dayOf(await now()),
    taxCode: '3040201990000000000',
    taxRate: 0.06,
  }
  t.equal((await issue(invoice.id, outsider.finance, facts)).status, 403)
  t.equal((await issue(invoice.id, operator.finance, facts)).status, 404, 'the issuer alone enters the number')
  t.equal(
    (await issue(invoice.id, vendor.finance, { ...facts, taxRate: undefined })).body.errors[0].pointer,
    '/taxRate',
  )
  t.equal(
    (await issue(invoice.id, vendor.finance, { ...facts, issuedOn: '2199-01-01' })).body.errors[0].pointer,
    '/issuedOn',
  )
  const issued = await issue(invoice.id, vendor.finance, facts)
  t.match(issued.body, { state: 'issued', netFen: 94_340, taxFen: 5_660, taxPpm: 60_000 })
  const [kept] = await client`select sealed_buyer_account from settlement.invoice where id = ${invoice.id}`
  t.notMatch(kept!.sealed_buyer_account.toString('latin1'), '1400099988887777')
  await t.rejects(client`update settlement.invoice set amount_fen = 1 where id = ${invoice.id}`)
  await t.rejects(client`delete from settlement.invoice where id = ${invoice.id}`)
  t.equal((await x.call(`GET //invoices/${invoice.id}`, { as: outsider.finance })).status, 404)

  await run(x, cx => deliverOrder(cx, order.id, { receiptId: order.id }))
  await x.ok(`POST ${at}/dispute`, { as: buyer.maker, body: { reason: '字段缺失，与合同附件不符' } })
  const body = { outcome: 'partial', refundFen: 30_000, reason: '部分字段缺失，酌情退款' }
  await x.ok(`POST ${at}/mediate`, { as: operator.checker, body })
  const redOf = async (id: string) =>
    x.until(async () => {
      const { items } = await x.ok(`GET /orders/${id}/invoices`, { as: vendor.finance })
      return items.find((each: any) => each.isRed)
    }, 'the red letter')
  const red = await redOf(order.id)
  t.match(red, { state: 'requested', corrects: invoice.id, amountFen: 30_000 })
  const waiting = await x.ok('GET /invoices?view=to-issue', { as: vendor.finance })
  t.equal(waiting.items[0].id, red.id, 'the vendor’s finance finds it in its list')
  t.equal(
    (await x.call(`POST /invoices/${red.id}/decline`, { as: vendor.finance, body: { reason: '不开红字' } })).status,
    422,
  )
  const again = { invoiceNumber: facts.invoiceNumber, issuedOn: facts.issuedOn }
  const used = await issue(red.id, vendor.finance, again)
  t.equal(used.status, 409)
  t.equal(used.body.errors[0].pointer, '/invoiceNumber')
  t.equal((await issue(red.id, vendor.finance, { ...again, invoiceNumber: '26142000000012345679' })).status, 200)
  const { items } = await x.ok(`GET ${at}/invoices`, { as: buyer.finance })
  t.match(items, [
    { state: 'partly_corrected', correctedFen: 30_000 },
    { state: 'issued', isRed: true, taxPpm: 60_000 },
  ])

  const other = await paidOrder(50_000n, dayOf(await now()))
  const whole = await x.ok(`POST /orders/${other.id}/request-invoice`, {
    as: buyer.finance,
    body: { kind: 'ordinary' },
  })
  await issue(whole.id, vendor.finance, { ...facts, invoiceNumber: '26142000000012345680', taxRate: 0 })
  await x.ok(`POST /orders/${other.id}/cancel`, { as: vendor.checker, body: { reason: '数据暂不能提供' } })
  const all = await redOf(other.id)
  t.equal((await issue(all.id, vendor.finance, { ...again, invoiceNumber: '26142000000012345681' })).status, 200)
  const [end] = (await x.ok(`GET /orders/${other.id}/invoices`, { as: buyer.finance })).items
  t.match(end, { state: 'corrected', correctedFen: 50_000, netFen: 50_000, taxFen: 0 })

  const done = await settled(80_000n)
  const fee = await x.ok(`POST /orders/${done.id}/request-fee-invoice`, {
    as: vendor.finance,
    body: { kind: 'ordinary' },
  })
  t.equal(fee.seller.uscc, operator.uscc)
  t.equal((await issue(fee.id, operator.finance, { ...facts, invoiceNumber: '26142000000012345682' })).status, 200)
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n }), fc.integer({ min: 0, max: 1_000_000 }), (amount, ppm) => {
      const { netFen, taxFen } = taxOf(amount, ppm)
      const off = netFen * BigInt(ppm) - taxFen * 1_000_000n
      return netFen + taxFen === amount && netFen > 0n - 1n && off <= 1_000_000n && off >= -1_000_000n
    }),
  )
})

/** What was booked, as the entries alone say it: everything else must follow from this. */
interface Booked {
  readonly at: Record<Dating, number>
  readonly seq: number
  readonly transaction: string
  readonly account: string
  readonly amount: bigint
}

async function replay(): Promise<Booked[]> {
  const rows = await client`
    select e.seq, e.transaction_id, e.account, e.amount_fen, t.effective_at, t.created_at
    from ledger.entry e join ledger.transaction t on t.id = e.transaction_id order by e.seq`
  return rows.map(row => ({
    at: { effective: Date.parse(row.effective_at), created: Date.parse(row.created_at) },
    seq: Number(row.seq),
    transaction: row.transaction_id,
    account: row.account,
    amount: BigInt(row.amount_fen),
  }))
}

const natural = (account: string, amount: bigint) =>
  ['asset', 'expense'].includes(purposeOf(account).kind) ? amount : -amount
const total = (booked: readonly Booked[]) => booked.reduce((sum, { amount }) => sum + amount, 0n)

/** A balance by adding up. */
const replayed = (all: readonly Booked[], account: string, at: number, by: Dating) =>
  natural(account, total(all.filter(each => each.account === account && each.at[by] <= at)))

const orders = Array.from({ length: 3 }, () => newId())
const vendors = Array.from({ length: 2 }, () => newId())

const entriesOf = (what: string, order: string, vendor: string, amount: bigint): EntryInput[] => {
  if (what === 'pay')
    return [
      { account: 'psp_clearing', amountFen: amount },
      { account: `escrow:${order}`, amountFen: -amount },
    ]
  if (what === 'settle')
    return [
      { account: `escrow:${order}`, amountFen: amount + 1n },
      { account: `payable:${vendor}`, amountFen: -amount },
      { account: 'fee_revenue', amountFen: -1n },
    ]
  return [
    { account: `payable:${vendor}`, amountFen: amount },
    { account: 'payout_in_flight', amountFen: -amount },
  ]
}

t.test('balances, statements and trial balances as of any moment equal a replay of the entries', async t => {
  const step = fc.record({
    what: fc.constantFrom('pay', 'pay', 'settle', 'settle', 'payout', 'reverse', 'snapshot'),
    order: fc.nat(2),
    vendor: fc.nat(1),
    amount: fc.bigInt({ min: 1n, max: 5_000n }),
    back: fc.integer({ min: -5, max: 40 }),
    wait: fc.integer({ min: 0, max: 3 * day }),
  })
  const perform = async ({
    what,
    order,
    vendor,
    amount,
    back,
    wait,
  }: typeof step extends fc.Arbitrary<infer S> ? S : never) => {
    await client`update kernel.clock set offset_ms = offset_ms + ${wait}`
    if (what === 'snapshot') return write(cx => takeSnapshot(cx, 1)).catch(() => {})
    if (what === 'reverse') {
      const [last] = await client`select id from ledger.transaction t where reverses is null
        and not exists (select 1 from ledger.transaction r where r.reverses = t.id) order by created_at desc limit 1`
      if (last) await write(cx => reverseTransaction(cx, last.id, newId(), 'typing error')).catch(() => {})
      return
    }
    const reference = what === 'settle' ? `order/${orders[order]}/settle/${newId()}` : newId()
    const posting = { kind: what, reference, entries: entriesOf(what, orders[order]!, vendors[vendor]!, amount) }
    // dated back by weeks or ahead by days: what a snapshot must not mix up
    await write(cx => postTransaction(cx, { ...posting, effectiveAt: new Date(cx.now.getTime() - back * day) })).catch(
      error => {
        if (error.constraint_name !== 'balance_not_overdrawn' && error.type?.slug !== 'insufficient-funds') throw error
      },
    )
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 12, maxLength: 24 }),
      fc.array(fc.nat(60), { minLength: 3, maxLength: 3 }),
      fc.constantFrom<Dating>('effective', 'created'),
      async (steps, agos, by) => {
        for (const each of steps) await perform(each)
        const all = await replay()
        const present = (await look(async rx => rx.now)).getTime()
        const accounts = [...new Set(all.map(each => each.account))]
        for (const ago of agos) {
          const at = new Date(present - ago * day)
          const trial = await look(rx => trialBalance(rx, { at, by }))
          const sums = new Map<string, bigint>()
          for (const account of accounts) {
            const expected = replayed(all, account, at.getTime(), by)
            if ((await look(rx => balanceAt(rx, account, at, by))) !== expected) throw new Error(`${account} at ${at}`)
            sums.set(account, natural(account, expected))
          }
          for (const line of trial) {
            const own = [...sums].filter(([account]) => account.split(':')[0] === line.purpose).map(([, sum]) => sum)
            const debit = own.reduce((sum, each) => sum + (each > 0n ? each : 0n), 0n)
            const credit = own.reduce((sum, each) => sum + (each < 0n ? -each : 0n), 0n)
            if (line.debitFen !== debit || line.creditFen !== credit) throw new Error(`trial ${line.purpose}`)
          }
          const sides = trial.reduce((sum, line) => sum + line.debitFen - line.creditFen, 0n)
          if (sides !== 0n) throw new Error('the trial balance does not balance')
        }
        const from = new Date(present - agos[0]! * day)
        const until = new Date(present + day)
        for (const account of ['psp_clearing', `escrow:${orders[0]}`, `payable:${vendors[0]}`]) {
          const own = all
            .filter(each => each.account === account && each.at[by] >= from.getTime() && each.at[by] < until.getTime())
            .sort((a, b) => a.at[by] - b.at[by] || a.seq - b.seq)
          const seen: bigint[] = []
          let after: string | null = null
          let running = replayed(all, account, from.getTime() - 1, by)
          do {
            const page = await look(rx =>
              accountStatement(rx, account, { from, until, by, limit: 5, ...(after && { after }) }),
            )
            if (page.openingFen !== replayed(all, account, from.getTime() - 1, by)) throw new Error('opening')
            if (page.closingFen !== replayed(all, account, until.getTime() - 1, by)) throw new Error('closing')
            for (const entry of page.items) {
              running += natural(account, entry.amountFen)
              if (entry.balanceFen !== running) throw new Error('running balance')
              const sum = entry.counter.reduce((s, each) => s + each.amountFen, entry.amountFen)
              if (sum !== 0n) throw new Error('counter-accounts')
              seen.push(entry.amountFen)
            }
            after = page.next
          } while (after !== null)
          if (seen.join() !== own.map(each => each.amount).join()) throw new Error(`entries of ${account}`)
        }
      },
    ),
    { numRuns: runs },
  )
  const snapshots = await client`select count(*)::int as n from ledger.snapshot where latest_effective_at is not null`
  t.ok(snapshots[0]!.n > 0, 'snapshots were in play')
})

t.test('vendor statements, movements and fees follow from the entries alone', async t => {
  const all = await replay()
  const present = (await look(async rx => rx.now)).getTime()
  const span = { from: new Date(present - 30 * day), until: new Date(present + 10 * day) }
  const inSpan = (each: Booked) => each.at.effective >= span.from.getTime() && each.at.effective < span.until.getTime()
  const movements = await look(rx => listMovements(rx, { purpose: 'payable', ...span }))
  for (const each of vendors) {
    const account = `payable:${each}`
    const { of, totals } = await look(rx => vendorStatement(rx, each, span))
    const own = all.filter(each => each.account === account && inSpan(each))
    const together = new Set(own.map(each => each.transaction))
    const part = (prefix: string) => total(all.filter(e => together.has(e.transaction) && e.account.startsWith(prefix)))
    t.equal(totals.settledFen, part('escrow:'))
    t.equal(totals.feeFen, -part('fee_revenue'))
    t.equal(totals.paidFen, -part('payout_in_flight'))
    t.equal(of.openingFen + totals.settledFen - totals.feeFen - totals.paidFen + totals.otherFen, of.closingFen)
    t.equal(of.closingFen, replayed(all, account, span.until.getTime() - 1, 'effective'))
    const movement = movements.items.find(each => each.account === account)
    t.match(movement ?? { openingFen: 0n, closingFen: 0n }, { openingFen: of.openingFen, closingFen: of.closingFen })
  }
  const fees = await look(rx => feeReport(rx, span))
  t.equal(
    fees.reduce((sum, line) => sum + line.feeFen, 0n),
    -total(all.filter(each => each.account === 'fee_revenue' && inSpan(each))),
  )
  const held = all.filter(each => each.account.startsWith('escrow:'))
  const classes = await look(escrowByAge)
  const { items } = await look(rx => listHeld(rx, { limit: 100 }))
  t.equal(
    classes.reduce((sum, each) => sum + each.heldFen, 0n),
    -total(held),
  )
  t.equal(
    items.reduce((sum, each) => sum + each.heldFen, 0n),
    -total(held),
  )
  const first = await look(rx => listAccounts(rx, { purpose: 'escrow', at: rx.now, by: 'created', limit: 2 }))
  const rest = await look(rx => listAccounts(rx, { purpose: 'escrow', at: rx.now, by: 'created', after: first.next! }))
  t.equal(
    new Set([...first.items, ...rest.items].map(line => line.account)).size,
    new Set(held.map(e => e.account)).size,
  )
  t.ok(Object.keys(purposes).length > 0)
})
