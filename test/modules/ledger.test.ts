import fc from 'fast-check'
import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { type Cx, createEngine, type Engine } from '../../src/kernel/command.ts'
import { connect } from '../../src/kernel/db/client.ts'
import { problemOfDatabase } from '../../src/kernel/db/errors.ts'
import type { EventBus } from '../../src/kernel/events.ts'
import { newId } from '../../src/kernel/ids.ts'
import type { Kit } from '../../src/kernel/kit.ts'
import {
  balanceAt,
  balanceOf,
  type Invariant,
  inspectInvariants,
  type Posting,
  postTransaction,
  reverseTransaction,
  transactionByReference,
  transactionOf,
  trialBalance,
} from '../../src/modules/ledger/index.ts'
import { contentHash, purposeOf } from '../../src/modules/ledger/model.ts'
import { takeSnapshot } from '../../src/modules/ledger/service.ts'
import { freshDatabase } from '../support/database.ts'

const runs = process.env.JINSHU_TEST_FULL === '1' ? 200 : 12
const url = await freshDatabase(t)
const client = connect(url, { size: 8 })
t.teardown(() => client.end())
const silent = { send: async () => {} } as unknown as EventBus
const engine: Engine = createEngine(client, silent, {} as Kit)

const write = async <T>(work: (cx: Cx) => Promise<T>): Promise<T> => {
  const outcome = await engine.write(system, { operation: 'test' }, async cx => {
    cx.audit('test.post', ['test', '1'], {})
    return work(cx)
  })
  if (outcome.isReplay) throw new Error('no key was given')
  return outcome.value
}
const post = (posting: Omit<Posting, 'effectiveAt'>) =>
  write(cx => postTransaction(cx, { effectiveAt: cx.now, ...posting }))
const balance = (account: string) => engine.read(system, rx => balanceOf(rx, account))
// the views of later modules ask for their own facts beside each posting; those are tested with them
const ofLedger = (all: Invariant[]) => all.filter(i => i.view.startsWith('ledger.') && i.violations > 0)
const violated = async () =>
  ofLedger(await engine.read(system, inspectInvariants)).map(i => `${i.view}: ${i.violations}`)
/** The slug of the refusal. */
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    error => problemOfDatabase(error)?.type.slug ?? String(error),
  )

/** The constraint or the code that the database refused with. */
const brokenRule = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    error => error.constraint_name ?? error.code ?? String(error),
  )

const capture = (order: string, amountFen: bigint, reference = newId()) => ({
  kind: 'capture',
  reference,
  entries: [
    { account: 'psp_clearing', amountFen },
    { account: `escrow:${order}`, amountFen: -amountFen },
  ],
})
const release = (order: string, vendor: string, share: bigint, fee: bigint, reference = newId()) => ({
  kind: 'release',
  reference,
  entries: [
    { account: `escrow:${order}`, amountFen: share + fee },
    { account: `payable:${vendor}`, amountFen: -share },
    ...(fee > 0n ? [{ account: 'fee_revenue', amountFen: -fee }] : []),
  ],
})
const refund = (order: string, amountFen: bigint, reference = newId()) => ({
  kind: 'refund',
  reference,
  entries: [
    { account: `escrow:${order}`, amountFen },
    { account: 'refund_in_flight', amountFen: -amountFen },
  ],
})

t.test('a transaction is booked once, however often and by however many it is said', async t => {
  const order = newId()
  const posting = capture(order, 1_000n, `capture/${order}`)
  const ids = await Promise.all(Array.from({ length: 50 }, () => post(posting)))
  t.equal(new Set(ids).size, 1)
  t.equal(await balance(`escrow:${order}`), 1_000n)
  const leaves = await client`
    select 1 from kernel.audit_entry where action = 'ledger.post' and subject_id = ${ids[0]!}`
  t.equal(leaves.length, 1, 'one audit leaf for one transaction (I21)')
  const other = { ...capture(order, 999n), reference: posting.reference }
  t.equal(await refusal(post(other)), 'ledger-reference-reused')
  const found = await engine.read(system, rx => transactionByReference(rx, posting.reference))
  t.equal(found?.id, ids[0])
  t.same(found?.entries, posting.entries)
})

t.test('entries that no book can hold are refused before and by the database', async t => {
  const order = newId()
  const wrong: Posting['entries'][] = [
    [{ account: 'psp_clearing', amountFen: 1n }],
    [
      { account: 'psp_clearing', amountFen: 2n },
      { account: `escrow:${order}`, amountFen: -1n },
    ],
    [
      { account: 'psp_clearing', amountFen: 0n },
      { account: `escrow:${order}`, amountFen: 0n },
    ],
    [
      { account: 'psp_clearing', amountFen: 2n ** 53n },
      { account: `escrow:${order}`, amountFen: -(2n ** 53n) },
    ],
    [
      { account: 'pocket', amountFen: 1n },
      { account: `escrow:${order}`, amountFen: -1n },
    ],
    [
      { account: 'escrow', amountFen: 1n },
      { account: 'psp_clearing:x', amountFen: -1n },
    ],
  ]
  for (const entries of wrong) t.match(await refusal(post({ kind: 'x', reference: newId(), entries })), /RangeError/)
  const raw = (lines: [string, number][], count: number) =>
    client.begin(async sql => {
      const id = newId()
      await sql`insert into ledger.transaction (id, kind, reference, content_hash, entry_count, effective_at, created_at)
        values (${id}, 'x', ${id}, 'x', ${count}, now(), now())`
      for (const [i, [account, amount]] of lines.entries())
        await sql`insert into ledger.entry (transaction_id, line, account, amount_fen)
          values (${id}, ${i + 1}, ${account}, ${amount})`
    })
  t.equal(await brokenRule(raw([['psp_clearing', 5]], 2)), 'transaction_is_whole')
  t.equal(await brokenRule(raw([], 2)), 'transaction_is_whole')
  const uneven: [string, number][] = [
    ['psp_clearing', 5],
    ['fee_revenue', -4],
  ]
  await post(capture(order, 10n))
  await post(release(order, newId(), 9n, 1n))
  t.equal(await brokenRule(raw(uneven, 2)), 'transaction_sums_to_zero')
  t.equal(await brokenRule(raw([['nowhere', 5]], 2)), '23503')
  const [old] = await client`select transaction_id as id from ledger.entry limit 1`
  const added = client.begin(async sql => {
    await sql`insert into ledger.entry (transaction_id, line, account, amount_fen)
      values (${old!.id}, 8, 'psp_clearing', 1), (${old!.id}, 9, 'psp_clearing', -1)`
  })
  t.equal(await brokenRule(added), 'transaction_is_whole', 'nothing is added to an old transaction')
})

t.test('what is booked cannot be altered, by the owner of the tables either', async t => {
  const order = newId()
  await post(capture(order, 7n))
  const refused = async (work: Promise<unknown>) => t.equal(await brokenRule(work), '23001')
  for (const table of ['entry', 'transaction', 'account', 'snapshot', 'balance'])
    await refused(client.unsafe(`truncate ledger.${table} cascade`))
  await refused(client`update ledger.entry set amount_fen = 1 where account = ${`escrow:${order}`}`)
  await refused(client`delete from ledger.entry where account = ${`escrow:${order}`}`)
  await refused(client`update ledger.transaction set note = 'x'`)
  await refused(client`delete from ledger.transaction`)
  await refused(client`update ledger.account set kind = 'asset'`)
  await refused(client`update ledger.balance set available_fen = 9 where account = ${`escrow:${order}`}`)
  await refused(client`delete from ledger.balance`)
  await refused(client`insert into ledger.balance values ('escrow:x', 5, 0)`)
  t.same(await violated(), [])
})

t.test('a view shows each kind of damage that got past the guards', async t => {
  const order = newId()
  await post(capture(order, 7n))
  const found: string[] = []
  await client
    .begin(async sql => {
      await sql`alter table ledger.entry disable trigger entry_append_only`
      await sql`update ledger.entry set amount_fen = amount_fen + 1 where account = ${`escrow:${order}`}`
      found.push(...ofLedger(await inspectInvariants({ sql })).map(i => i.id))
      throw new Error('undo')
    })
    .catch(() => {})
  t.same(found, ['I1', 'I2', 'I3', 'I4'])
  t.same(await violated(), [])
})

t.test('escrow cannot be spent twice by twenty at once', async t => {
  const [order, vendor] = [newId(), newId()]
  await post(capture(order, 100n))
  const answers = await Promise.all(Array.from({ length: 20 }, () => refusal(post(release(order, vendor, 9n, 1n)))))
  t.equal(answers.filter(a => a === 'accepted').length, 10)
  t.equal(answers.filter(a => a === 'insufficient-funds').length, 10)
  t.equal(await balance(`escrow:${order}`), 0n)
  t.equal(await balance(`payable:${vendor}`), 90n)
  t.same(await violated(), [])
})

t.test('a posting waits for no other on the shared accounts', async t => {
  let go = () => {}
  const held = new Promise<void>(resolve => {
    go = resolve
  })
  let posted = () => {}
  const isPosted = new Promise<void>(resolve => {
    posted = resolve
  })
  const first = write(async cx => {
    await postTransaction(cx, { effectiveAt: cx.now, ...capture(newId(), 5n) })
    posted()
    await held
  })
  await isPosted
  await write(async cx => {
    await cx.sql`set local lock_timeout = '500ms'`
    await postTransaction(cx, { effectiveAt: cx.now, ...capture(newId(), 5n) })
  })
  await t.rejects(
    write(cx => takeSnapshot(cx, 1)),
    'a snapshot gives way to a posting in progress',
  )
  go()
  await first
})

t.test('postings that lock two vendors in either order end well', async t => {
  const [a, b, order] = [newId(), newId(), newId()]
  await post(capture(order, 1_000n))
  const pay = (first: string, second: string) =>
    write(async cx => {
      await postTransaction(cx, { effectiveAt: cx.now, ...release(order, first, 1n, 0n) })
      await postTransaction(cx, { effectiveAt: cx.now, ...release(order, second, 1n, 0n) })
    })
  await Promise.all(Array.from({ length: 12 }, (_, i) => (i % 2 ? pay(a, b) : pay(b, a))))
  t.equal(await balance(`payable:${a}`), 12n)
  t.equal(await balance(`payable:${b}`), 12n)
})

t.test('a transaction is reversed once and exactly', async t => {
  const order = newId()
  const id = await post(capture(order, 40n))
  const answers = await Promise.all(
    ['a', 'b', 'c'].map(n => refusal(write(cx => reverseTransaction(cx, id, `reversal/${id}/${n}`, 'typing error')))),
  )
  t.same(answers.sort(), ['accepted', 'state-conflict', 'state-conflict'])
  t.equal(await balance(`escrow:${order}`), 0n)
  const seen = await engine.read(system, rx => transactionOf(rx, id))
  t.ok(seen.reversedBy)
  t.equal(
    await refusal(write(cx => reverseTransaction(cx, seen.reversedBy!, newId(), 'back again'))),
    'state-conflict',
    'a reversal is not reversed',
  )
  const done = await engine.read(system, rx => transactionOf(rx, seen.reversedBy!))
  t.equal(
    await write(cx => reverseTransaction(cx, id, done.reference, 'typing error')),
    done.id,
    'the same reversal said again has no second effect',
  )
  const spent = newId()
  const paid = await post(capture(spent, 40n))
  await post(refund(spent, 40n))
  t.equal(await refusal(write(cx => reverseTransaction(cx, paid, newId(), 'too late'))), 'insufficient-funds')
  t.equal(await refusal(write(cx => reverseTransaction(cx, newId(), newId(), 'nothing there'))), 'not-found')
  t.same(await violated(), [])
})

t.test('a balance can be told as of any time, by either date, and from a snapshot', async t => {
  const order = newId()
  const account = `escrow:${order}`
  const past = new Date('2026-01-05T00:00:00Z')
  await write(cx => postTransaction(cx, { ...capture(order, 10n), effectiveAt: past }))
  const before = await engine.read(system, async rx => rx.now)
  const at = (when: Date, by: 'effective' | 'created') => engine.read(system, rx => balanceAt(rx, account, when, by))
  t.equal(await at(past, 'effective'), 10n)
  t.equal(await at(past, 'created'), 0n)
  t.equal(await at(before, 'created'), 10n)
  const clearing = await balance('psp_clearing')
  await write(cx => takeSnapshot(cx, 1))
  t.equal(await balance('psp_clearing'), clearing)
  await post(capture(newId(), 3n))
  t.equal(await balance('psp_clearing'), clearing + 3n)
  await t.rejects(write(cx => takeSnapshot(cx, 1_000_000)))
  const lines = await engine.read(system, trialBalance)
  t.equal(
    lines.reduce((sum, l) => sum + l.debitFen - l.creditFen, 0n),
    0n,
  )
  t.same(await violated(), [])
})

t.test('the order of entries does not matter to what a transaction says, the amounts do', async t => {
  const { kind, entries } = capture(newId(), 5n)
  t.equal(contentHash(kind, entries), contentHash(kind, [...entries].reverse()))
  t.not(contentHash(kind, entries), contentHash(kind, [{ ...entries[0]!, amountFen: 4n }, entries[1]!]))
  t.throws(() => purposeOf('constructor'))
})

interface Model {
  balances: Map<string, bigint>
  posted: { id: string; posting: ReturnType<typeof capture>; isReversed: boolean }[]
}
type Real = { orders: string[]; vendors: string[] }
const isGuarded = (account: string) => purposeOf(account).isGuarded
const natural = (account: string, amount: bigint) => (purposeOf(account).kind === 'asset' ? amount : -amount)

/** Applies entries to the model; answers false, and changes nothing, when a guarded account would fall below zero. */
function apply(model: Model, entries: Posting['entries']): boolean {
  const next = new Map(model.balances)
  // in the order of names, as the ledger does: on its way no guarded account may dip below zero
  for (const { account, amountFen } of [...entries].sort((a, b) => (a.account < b.account ? -1 : 1))) {
    const after = (next.get(account) ?? 0n) + natural(account, amountFen)
    if (isGuarded(account) && after < 0n) return false
    next.set(account, after)
  }
  model.balances = next
  return true
}

type Command = fc.AsyncCommand<Model, Real>

const postCommand = (name: string, make: (real: Real) => ReturnType<typeof capture>, times: number): Command => ({
  check: () => true,
  async run(model, real) {
    const posting = make(real)
    const expected = apply(model, posting.entries) ? 'accepted' : 'insufficient-funds'
    const answers = await Promise.all(Array.from({ length: times }, () => refusal(post(posting))))
    for (const answer of answers) if (answer !== expected) throw new Error(`${answer}, not ${expected}`)
    if (expected === 'accepted') {
      const found = await engine.read(system, rx => transactionByReference(rx, posting.reference))
      model.posted.push({ id: found!.id, posting, isReversed: false })
    }
    for (const { account } of posting.entries)
      if (isGuarded(account) && (await balance(account)) !== (model.balances.get(account) ?? 0n))
        throw new Error(`${account} is not what the model says`)
  },
  toString: () => `${name}×${times}`,
})

const reverseCommand = (pick: number): Command => ({
  check: model => model.posted.length > 0,
  async run(model) {
    const chosen = model.posted[pick % model.posted.length]!
    const entries = chosen.posting.entries.map(e => ({ ...e, amountFen: -e.amountFen }))
    const isPossible = !chosen.isReversed && apply(model, entries)
    const expected = chosen.isReversed ? 'state-conflict' : isPossible ? 'accepted' : 'insufficient-funds'
    const answer = await refusal(write(cx => reverseTransaction(cx, chosen.id, newId(), 'by the model')))
    if (answer !== expected) throw new Error(`reverse: ${answer}, not ${expected}`)
    if (answer === 'accepted') chosen.isReversed = true
  },
  toString: () => `reverse ${pick}`,
})

const togetherCommand = (which: number, amounts: bigint[]): Command => ({
  check: () => true,
  async run(model, real) {
    const order = real.orders[which]!
    const postings = amounts.map(amount => refund(order, amount))
    const answers = await Promise.all(postings.map(p => refusal(post(p))))
    // whichever came first: those accepted must fit, and what was refused must not fit in what is left
    for (const [i, p] of postings.entries())
      if (answers[i] === 'accepted' && !apply(model, p.entries)) throw new Error('more left than was there')
    const left = model.balances.get(`escrow:${order}`) ?? 0n
    if ((await balance(`escrow:${order}`)) !== left) throw new Error('the balance is not what the model says')
    for (const [i, amount] of amounts.entries())
      if (answers[i] !== 'accepted' && amount <= left) throw new Error('refused what would have fitted')
  },
  toString: () => `refunds at once ${amounts.join(',')}`,
})

t.test('random sequences of pay, release, refund and reverse agree with a pure model', async t => {
  const amount = fc.bigInt({ min: 1n, max: 1_000n })
  const which = fc.nat(1)
  const times = fc.constantFrom(1, 1, 1, 3)
  const reference = () => newId()
  const commands = fc.commands(
    [
      fc.tuple(which, amount, times).map(([o, a, n]) => {
        const key = reference()
        return postCommand('pay', r => capture(r.orders[o]!, a, key), n)
      }),
      fc.tuple(which, which, amount, amount, times).map(([o, v, a, f, n]) => {
        const key = reference()
        return postCommand('release', r => release(r.orders[o]!, r.vendors[v]!, a, f / 10n, key), n)
      }),
      fc.tuple(which, amount, times).map(([o, a, n]) => {
        const key = reference()
        return postCommand('refund', r => refund(r.orders[o]!, a, key), n)
      }),
      fc.nat(20).map(n => reverseCommand(n)),
      fc.tuple(which, fc.array(amount, { minLength: 2, maxLength: 4 })).map(([o, a]) => togetherCommand(o, a)),
    ],
    { maxCommands: 14 },
  )
  await fc.assert(
    fc.asyncProperty(commands, async cmds => {
      const real: Real = { orders: [newId(), newId()], vendors: [newId(), newId()] }
      const start = await balance('psp_clearing')
      const model: Model = { balances: new Map(), posted: [] }
      await fc.asyncModelRun(() => ({ model, real }), cmds)
      if ((await balance('psp_clearing')) !== start + (model.balances.get('psp_clearing') ?? 0n))
        throw new Error('the clearing account is not what the model says')
      const broken = await violated()
      if (broken.length > 0) throw new Error(broken.join(', '))
    }),
    { numRuns: runs },
  )
  t.pass()
})
