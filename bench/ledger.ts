// Settled postings: an order's money out of escrow to its vendor and to the exchange, with its audit entry and its event,
// through the funnel; beside the same inserts in a raw transaction. 64 clients, pools of four, one database that waits
// for its disk, both sides in turn in this one process.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres, { type TransactionSql } from 'postgres'
import { createExchange } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { system } from '../src/kernel/actor.ts'
import { migrate } from '../src/kernel/db/migrate.ts'
import { startEmbedded } from '../src/kernel/embedded/index.ts'
import { newId } from '../src/kernel/ids.ts'
import { newLogger } from '../src/logger.ts'
import { inspectInvariants, postTransaction } from '../src/modules/ledger/index.ts'
import { printTable } from './support/helper.ts'

const clients = 64
const orders = 2_000
const vendors = 200
const seconds = Number(process.env.JINSHU_BENCH_SECONDS ?? 8)
const rounds = 3
const [vendorFen, feeFen] = [970n, 30n]
/** A queue that one handler of the product listens to: the limit puts the same job there. */
const event = 'settlement.payout-waiting'

const home = await mkdtemp(join(tmpdir(), 'jinshu-bench-ledger-'))
const database = await startEmbedded({ home })
await migrate(database.url)
const config = readConfig({ JINSHU_HOME: home, DATABASE_URL: database.url, JINSHU_DEMO: '1', LOG_LEVEL: 'error' })
const exchange = await createExchange(config, database.url, newLogger('error'))
const sql = postgres(database.url, { max: 4, onnotice: () => {} })
const escrows = Array.from({ length: orders }, () => `escrow:${randomUUID()}`)
const payables = Array.from({ length: vendors }, () => `payable:${randomUUID()}`)

/** Every order is paid, so richly that it can be settled again and again. */
async function fund(): Promise<void> {
  for (let at = 0; at < orders; at += 100)
    await exchange.engine.write(system, { operation: 'fund' }, async cx => {
      for (const account of escrows.slice(at, at + 100))
        await postTransaction(cx, {
          kind: 'bench.fund',
          reference: `bench/${account}`,
          effectiveAt: cx.now,
          entries: [
            { account: 'psp_clearing', amountFen: 1_000_000_000n },
            { account, amountFen: -1_000_000_000n },
          ],
        })
    })
  const account = payables.map(name => ({ name, purpose: 'payable', kind: 'liability', is_guarded: true }))
  await sql`insert into ledger.account ${sql(account.map(each => ({ ...each, created_at: new Date() })))}`
  await sql`insert into ledger.account (name, purpose, kind, is_guarded, created_at)
    values ('fee_revenue', 'fee_revenue', 'revenue', false, now()) on conflict do nothing`
}

const entriesOf = (n: number) => [
  { account: escrows[n % orders]!, amountFen: vendorFen + feeFen },
  { account: payables[n % vendors]!, amountFen: -vendorFen },
  { account: 'fee_revenue', amountFen: -feeFen },
]
const told = {
  payoutId: randomUUID(),
  kind: 'vendor',
  organizationId: randomUUID(),
  orderId: randomUUID(),
  amountFen: 970,
}

const settle = (n: number) =>
  exchange.engine.write(system, { operation: 'settle' }, async cx => {
    const reference = `order/${newId()}/settle`
    await postTransaction(cx, { kind: 'order.settle', reference, effectiveAt: cx.now, entries: entriesOf(n) })
    cx.emit(event, told)
  })

const queues = (await sql<{ name: string }[]>`select name from pgboss.queue where name like ${`%${event}%`}`).map(
  q => q.name,
)
const [shared] = await sql<
  { name: string }[]
>`select name from pgboss.queue where name like 'notices.%' order by 1 limit 1`
const queue = queues[0] ?? shared!.name

/** The same rows, by hand: one transaction, everything sent without waiting. */
const insert = (n: number) =>
  sql.begin(async (tx: TransactionSql) => {
    const [id, audit, at] = [newId(), newId(), new Date().toISOString()]
    const entries = entriesOf(n)
    const record = JSON.stringify({
      id,
      kind: 'order.settle',
      entries: entries.map(e => [e.account, String(e.amountFen)]),
    })
    const salt = randomBytes(32)
    const c = createHash('sha256').update(salt).update(record).digest('hex')
    const [row] = await tx<{ n: string }[]>`select nextval('kernel.audit_seq') as n`
    const seq = Number(row!.n)
    const leaf = JSON.stringify({
      v: 1,
      type: 'ledger.post',
      id: audit,
      seq,
      at,
      actor: 'system',
      subject: `ledger-transaction/${id}`,
      c,
    })
    await Promise.all([
      tx`insert into ledger.transaction (id, kind, reference, content_hash, entry_count, effective_at, created_at)
        values (${id}, 'order.settle', ${`raw/${id}`}, ${c}, 3, ${at}, ${at})`,
      tx`insert into ledger.entry (transaction_id, line, account, amount_fen)
        select ${id}::uuid, e.line, e.account, e.fen
        from unnest(${[1, 2, 3]}::smallint[], ${entries.map(e => e.account)}::text[],
          ${entries.map(e => String(e.amountFen))}::bigint[]) as e (line, account, fen) order by e.account`,
      tx`insert into kernel.audit_entry (id, seq, at, actor, action, subject_kind, subject_id, record, salt, leaf)
        values (${audit}, ${seq}, ${at}, 'system', 'ledger.post', 'ledger-transaction', ${id}, ${record}, ${salt}, ${leaf})`,
      tx`insert into kernel.audit_queue (seq) values (${seq})`,
      tx`insert into pgboss.job (name, data) values (${queue}, ${JSON.stringify(told)}::text::jsonb)`,
    ])
  })

interface Measured {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

/** Sixty-four clients, each with one thing in hand, for so many seconds. */
async function measure(work: (n: number) => Promise<unknown>): Promise<Measured> {
  const took: number[] = []
  let serial = Math.floor(Math.random() * 1e6)
  const began = performance.now()
  const until = began + seconds * 1000
  const client = async () => {
    while (performance.now() < until) {
      const from = performance.now()
      serial += 1
      await work(serial)
      took.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const elapsed = (performance.now() - began) / 1000
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0
  return { perSecond: took.length / elapsed, p50: at(0.5), p99: at(0.99) }
}

const middle = (all: readonly Measured[]): Measured =>
  [...all].sort((a, b) => a.perSecond - b.perSecond)[Math.floor(all.length / 2)]!

try {
  await fund()
  await measure(settle)
  const [product, limit]: [Measured[], Measured[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    product.push(await measure(settle))
    limit.push(await measure(insert))
  }
  const [own, raw] = [middle(product), middle(limit)]
  const line = (name: string, { perSecond, p50, p99 }: Measured) => [
    name,
    perSecond.toFixed(0),
    p50.toFixed(1),
    p99.toFixed(1),
  ]
  printTable(
    `Settled postings, ${clients} clients, middle of ${rounds} rounds of ${seconds} s`,
    ['', 'per second', 'p50 ms', 'p99 ms'],
    [
      line('product', own),
      line('raw inserts', raw),
      [
        'ratio',
        (own.perSecond / raw.perSecond).toFixed(2),
        (own.p50 / raw.p50).toFixed(2),
        (own.p99 / raw.p99).toFixed(2),
      ],
    ],
  )
  const broken = (await exchange.engine.read(system, inspectInvariants)).filter(
    each => /i[1-6]_/.test(each.view) && each.violations > 0,
  )
  for (const each of broken) console.log(`${each.view}: ${each.violations}`)
  if (broken.length > 0) process.exitCode = 1
} finally {
  await sql.end()
  await exchange.close()
  await database.stop()
  await rm(home, { recursive: true, force: true })
}
