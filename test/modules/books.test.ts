import fc from 'fast-check'
import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { type Cx, createEngine, type Rx } from '../../src/kernel/command.ts'
import { connect } from '../../src/kernel/db/client.ts'
import type { EventBus } from '../../src/kernel/events.ts'
import { newId } from '../../src/kernel/ids.ts'
import type { Kit } from '../../src/kernel/kit.ts'
import {
  accountStatement,
  balanceAt,
  type Dating,
  type EntryInput,
  escrowByAge,
  listAccounts,
  listHeld,
  listMovements,
  postTransaction,
  purposeOf,
  purposes,
  reverseTransaction,
  trialBalance,
} from '../../src/modules/ledger/index.ts'
import { takeSnapshot } from '../../src/modules/ledger/service.ts'
import { feeReport, vendorStatement } from '../../src/modules/settlement/index.ts'
import { freshDatabase } from '../support/database.ts'

const runs = process.env.JINSHU_TEST_FULL === '1' ? 60 : 6
const url = await freshDatabase(t)
const client = connect(url, { size: 4 })
t.teardown(() => client.end())
const engine = createEngine(client, { send: async () => {} } as unknown as EventBus, {} as Kit)
const look = <T>(work: (rx: Rx) => Promise<T>) => engine.read(system, work)
const write = async <T>(work: (cx: Cx) => Promise<T>): Promise<T> => {
  const outcome = await engine.write(system, { operation: 'test' }, async cx => {
    cx.audit('test.post', ['test', '1'], {})
    return work(cx)
  })
  if (outcome.isReplay) throw new Error('no key was given')
  return outcome.value
}

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

const day = 86_400_000
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
  const run = async ({
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
        for (const each of steps) await run(each)
        const all = await replay()
        const now = (await look(async rx => rx.now)).getTime()
        const accounts = [...new Set(all.map(each => each.account))]
        for (const ago of agos) {
          const at = new Date(now - ago * day)
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
        const from = new Date(now - agos[0]! * day)
        const until = new Date(now + day)
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
  const now = (await look(async rx => rx.now)).getTime()
  const span = { from: new Date(now - 30 * day), until: new Date(now + 10 * day) }
  const inSpan = (each: Booked) => each.at.effective >= span.from.getTime() && each.at.effective < span.until.getTime()
  const movements = await look(rx => listMovements(rx, { purpose: 'payable', ...span }))
  for (const vendor of vendors) {
    const account = `payable:${vendor}`
    const { of, totals } = await look(rx => vendorStatement(rx, vendor, span))
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
