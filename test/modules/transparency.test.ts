import { execFile } from 'node:child_process'
import { generateKeyPairSync, hash } from 'node:crypto'
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import { connect } from '../../src/kernel/db/client.ts'
import { newId } from '../../src/kernel/ids.ts'
import { signCheckpoint } from '../../src/kernel/log/checkpoint.ts'
import { noteSigner, parseVkey } from '../../src/kernel/log/note.ts'
import { verifyProof } from '../../src/kernel/log/proof.ts'
import type { Machinery } from '../../src/kernel/task.ts'
import { newLogger } from '../../src/logger.ts'
import { leafFaults, postTransaction } from '../../src/modules/ledger/index.ts'
import { Unsound } from '../../src/modules/transparency/derivation.ts'
import { integratedEntry, isIntegrated, repairFiles, verifyLog } from '../../src/modules/transparency/index.ts'
import { integrate, publish, sequence } from '../../src/modules/transparency/sequencer.ts'
import { type LogStore, openLogStore } from '../../src/modules/transparency/store.ts'
import { openExchange, type TestExchange } from '../support/exchange.ts'
import { checkProof, type Fetch, readLog } from '../support/logreader.ts'

type Test = Parameters<typeof openExchange>[0]

/** An exchange whose log moves only when the test says so. */
async function openLog(t: Test) {
  const x = await openExchange(t, { workers: false })
  const client = connect(x.url, { size: 4 })
  t.teardown(() => client.end())
  const machinery: Machinery = { client, engine: x.exchange.engine, kit: x.exchange.kit, log: newLogger('silent') }
  const store = openLogStore(x.home)
  const settle = async () => {
    while (await sequence(machinery, store)) {
      // a full batch: more may wait
    }
  }
  const report = () => verifyLog(client, x.exchange.kit.settings)
  return { x, client, machinery, store, settle, report }
}

let serial = 0

/** Writes entries through the funnel, several at once. */
async function act(x: TestExchange, count: number, perWrite = 20): Promise<void> {
  const write = (n: number) =>
    x.exchange.engine.write(system, { operation: 'test' }, async cx => {
      for (let i = 0; i < n; i++) cx.audit('thing.change', ['thing', String(++serial)], { 数: serial })
    })
  const sizes = Array.from({ length: Math.ceil(count / perWrite) }, (_, i) => Math.min(perWrite, count - i * perWrite))
  await Promise.all(sizes.map(write))
}

const served =
  (x: TestExchange): Fetch =>
  async path => {
    const reply = await x.call(`GET //log/${path}`)
    if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}`)
    return reply.bytes
  }

const vkeyOf = async (x: TestExchange) => (await x.call('GET //log/vkey')).text.trim()
const entriesIn = async (x: TestExchange) => Number((await x.sql`select count(*) as n from kernel.audit_entry`)[0]!.n)

/** Does what triggers forbid, as someone with the database in their hands. */
async function tamper(x: TestExchange, work: (sql: any) => Promise<unknown>): Promise<void> {
  await x.sql.begin(async sql => {
    await sql`set local session_replication_role = replica`
    await work(sql)
  })
}

t.test('the worker publishes within a second or so, and anyone can read the log over HTTP', async t => {
  const x = await openExchange(t)
  await act(x, 620)
  const address = await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
  const fetched: Fetch = async path => {
    const reply = await fetch(`${address}/log/${path}`)
    if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}`)
    return new Uint8Array(await reply.arrayBuffer())
  }
  const total = await entriesIn(x)
  const vkey = await vkeyOf(x)
  const size = () =>
    readLog(fetched, vkey).then(
      log => log.size,
      () => 0,
    )
  await x.until(async () => (await size()) === total, 'the checkpoint over all entries')
  const log = await readLog(fetched, vkey)
  t.equal(log.origin, 'localhost:3000/log', 'the origin is the address without scheme')
  const rows = await x.sql`select leaf from kernel.audit_entry`
  t.same(
    log.entries.map(String).sort(),
    rows.map(row => row.leaf).sort(),
    'every entry is in the log once, byte for byte',
  )

  const head = await fetch(`${address}/log/checkpoint`)
  t.equal(head.headers.get('content-type'), 'text/plain; charset=utf-8')
  t.equal(head.headers.get('cache-control'), 'no-cache')
  const tile = await fetch(`${address}/log/tile/0/000`)
  t.equal(tile.headers.get('content-type'), 'application/octet-stream')
  t.match(tile.headers.get('cache-control'), 'immutable')
  t.equal((await tile.arrayBuffer()).byteLength, 8192)
  t.equal((await fetch(`${address}/log/tile/1/000.p/2`)).status, 200, 'two full tiles make a tile of the next level')
  for (const path of [
    'tile/0/000.p/256',
    'tile/0/000.p/0',
    'tile/0/0',
    'tile/0/003',
    'tile/00/000',
    'tile/0/x000/000',
    'tile/entries/..%2f..%2fcheckpoint',
    'tile/entries/%3000',
    'tile/3/000',
    'incoming/x',
    'tile/0//000',
  ])
    t.equal((await fetch(`${address}/log/${path}`)).status, 404, `${path} is not there`)
  const openapi = await x.call('GET //openapi.json')
  t.ok(openapi.body.paths['/log/checkpoint'])
  const ready = await x.call('GET //readyz')
  t.same(ready.body, { status: 'ready', warnings: [] })
  t.match((await x.call('GET //metrics')).text, `jinshu_log_published_size ${total}`)
})

t.test('an entry is proved to anyone, and its record shown only to whom it belongs', async t => {
  const { x, settle, machinery } = await openLog(t)
  const vendor = await x.organization(['vendor'])
  const other = await x.organization(['buyer'])
  await act(x, 300)
  const [row] = await x.sql`select id, leaf, record, subject_kind as kind, subject_id as subject
    from kernel.audit_entry where organization_id = ${vendor.id} order by seq desc limit 1`
  const early = await x.call(`GET /audit-entries/${row!.id}/proof`)
  t.equal(early.status, 409, 'not before it is integrated')
  t.equal(early.headers['retry-after'], '1')
  t.equal((await x.ok(`GET /audit-entries/${row!.id}`)).index, null)
  await settle()
  await act(x, 300)
  await settle()
  const vkey = await vkeyOf(x)
  const proof = await x.call(`GET /audit-entries/${row!.id}/proof`)
  t.equal(proof.headers['content-type'], 'text/plain; charset=utf-8')
  const found = checkProof(proof.text, Buffer.from(row!.leaf), vkey)
  const verified = verifyProof(proof.text, Buffer.from(row!.leaf), parseVkey(vkey))
  t.equal(verified.index, found.index, 'both verifiers agree')
  t.equal(Buffer.from(verified.extra!).toString(), row!.leaf, 'the proof brings its entry along')
  t.throws(() => checkProof(proof.text, Buffer.from(`${row!.leaf} `), vkey), 'another entry is refused')

  const mine = await x.ok(`GET /audit-entries/${row!.id}`, { as: vendor.maker })
  t.equal(mine.index, found.index)
  const c = hash('sha256', Buffer.concat([Buffer.from(mine.salt, 'hex'), Buffer.from(mine.record)]))
  t.equal(JSON.parse(mine.leaf).c, c, 'the record opens the commitment in the leaf')
  const theirs = await x.ok(`GET /audit-entries/${row!.id}`, { as: other.maker })
  t.same([theirs.record, theirs.salt, theirs.leaf], [null, null, row!.leaf], 'the leaf tells nothing about the record')
  t.equal((await x.ok(`GET /audit-entries/${row!.id}`, { as: x.operator.maker })).record, row!.record)
  const list = await x.ok(`GET /audit-entries?subject=${row!.kind}/${row!.subject}&limit=1`, { as: vendor.maker })
  t.equal(list.items[0].subject, `${row!.kind}/${row!.subject}`)
  t.equal((await x.call(`GET /audit-entries?subject=${row!.kind}/${row!.subject}`)).status, 401)
  t.equal((await x.call('GET /audit-entries/0198c000-0000-7000-8000-000000000000/proof')).status, 404)

  const of = { action: 'thing.change', subjectKind: 'thing', subjectId: String(serial) }
  const place = await x.exchange.engine.read(system, rx => integratedEntry(rx, of))
  t.ok(await x.exchange.engine.read(system, rx => isIntegrated(rx, place!.auditId)))
  await act(x, 1)
  const late = await x.exchange.engine.read(system, rx => integratedEntry(rx, { ...of, subjectId: String(serial) }))
  t.equal(late, undefined, 'an entry that waits has no place yet')
  await integrate(machinery, openLogStore(x.home))
  const signed = await x.exchange.engine.read(system, rx => integratedEntry(rx, { ...of, subjectId: String(serial) }))
  t.equal(signed, undefined, 'nor has one whose checkpoint is signed but not published')
})

t.test('writers and two sequencers at once leave no gap and no double', async t => {
  const { x, machinery, store, report } = await openLog(t)
  const other: Machinery = { ...machinery, client: connect(x.url, { size: 2 }) }
  t.teardown(() => other.client.end())
  let isWriting = true
  const run = async (m: Machinery) => {
    while (isWriting) await sequence(m, store, 37)
  }
  const runners = [run(machinery), run(other)]
  for (let i = 0; i < 5; i++) await act(x, 90, 3)
  isWriting = false
  await Promise.all(runners)
  while (await sequence(machinery, store)) {
    // until the queue is empty
  }
  const log = await readLog(served(x), await vkeyOf(x))
  t.equal(log.size, await entriesIn(x))
  t.equal(new Set(log.entries.map(String)).size, log.size)
  t.same((await report()).findings, [])
  const bundles = await readdir(join(x.home, 'log/tile/entries'))
  t.same(
    bundles.filter(name => name.endsWith('.p')),
    [`00${Math.floor(log.size / 256)}.p`],
    'partial tiles are gone once the full one is there',
  )
})

t.test('a kill at any step of publishing is mended by the next run', async t => {
  const { x, machinery, store, settle, report } = await openLog(t)
  await act(x, 250)
  await settle()
  const size = async () => (await readLog(served(x), await vkeyOf(x))).size

  await t.test('after the commit, before any file', async t => {
    const before = await size()
    await act(x, 10)
    await integrate(machinery, store)
    t.equal(await size(), before, 'readers still see the older tree whole')
    const state = await report()
    t.ok(state.size > state.published && state.findings.length === 0, 'which is no fault')
    await settle()
    t.equal(await size(), await entriesIn(x))
  })

  await t.test('before every single file, and before the checkpoint', async t => {
    for (let dies = 0, isDone = false; !isDone; dies++) {
      await act(x, 30)
      let writes = 0
      const failing: LogStore = {
        ...store,
        async writeTiles(files) {
          for (const file of files) {
            if (writes++ === dies) throw new Error('killed')
            await store.writeTiles([file])
          }
        },
        async publish(note) {
          if (writes++ === dies) throw new Error('killed')
          await store.publish(note)
        },
      }
      const before = await size()
      const batch = await integrate(machinery, store)
      isDone = await publish(machinery, failing, batch).then(
        () => true,
        () => false,
      )
      if (isDone) break
      t.equal(await size(), before, `killed at step ${dies}: what is published reads whole`)
      await settle()
      t.equal(await size(), await entriesIn(x), `killed at step ${dies}: mended`)
    }
  })

  await t.test('inside the commit', async t => {
    await act(x, 5)
    const [before] = await x.sql`select count(*) as n from kernel.audit_queue`
    await x.sql`create function pg_temp.fail() returns trigger language plpgsql as 'begin raise exception $$killed$$; end'`
    await x.sql`alter table transparency.checkpoint disable trigger checkpoint_grows`
    await x.sql`create or replace function transparency.killed() returns trigger language plpgsql
      as 'begin raise exception $$killed$$; end'`
    await x.sql`create trigger killed after insert on transparency.checkpoint for each row
      execute function transparency.killed()`
    await t.rejects(integrate(machinery, store))
    await x.sql`drop trigger killed on transparency.checkpoint`
    await x.sql`alter table transparency.checkpoint enable trigger checkpoint_grows`
    const [after] = await x.sql`select count(*) as n from kernel.audit_queue`
    t.same(after, before, 'nothing left the queue')
    await settle()
    t.equal(await size(), await entriesIn(x))
  })
  t.same((await report()).findings, [])
})

t.test('lost and damaged files come back from the database', async t => {
  const { x, settle, report, client } = await openLog(t)
  await act(x, 600)
  await settle()
  const total = await entriesIn(x)
  const at = (path: string) => join(x.home, 'log', path)

  await truncate(at('tile/0/000'), 100)
  const cut = await report()
  t.match(cut.findings, [{ kind: 'file', what: { en: /tile\/0\/000 is missing or cut off/ } }])
  t.equal((await served(x)('tile/0/000')).length, 8192, 'a reader is served the whole tile all the same')
  t.same((await report()).findings, [], 'and it is put back')

  const bundle = await readFile(at('tile/entries/001'))
  await writeFile(
    at('tile/entries/001'),
    Buffer.from(bundle.toString('latin1').replace('thing.change', 'thing.chance'), 'latin1'),
  )
  const changed = await report()
  t.match(changed.findings, [{ kind: 'file', what: { en: /tile\/entries\/001 holds something else/ } }])
  t.equal(await repairFiles(client, x.exchange.kit.settings, changed.published), 1)
  t.same((await report()).findings, [])

  await rm(at('tile'), { recursive: true })
  t.equal(
    (await readLog(served(x), await vkeyOf(x))).size,
    total,
    'the whole log is served after the files were deleted',
  )
  t.same((await report()).findings, [])
  t.equal((await x.call('GET //log/tile/0/000.p/7')).status, 404, 'a width that was never published is not made up')

  await rm(at(''), { recursive: true })
  t.match((await report()).findings, [{ kind: 'file', what: { en: /published checkpoint is missing/ } }])
  await act(x, 3)
  await settle()
  t.equal((await readLog(served(x), await vkeyOf(x))).size, total + 3, 'the log goes on after the folder was lost')
  await truncate(at(`tile/0/002.p/${(total + 3) % 256}`), 31)
  await act(x, 3)
  await settle()
  t.equal((await readLog(served(x), await vkeyOf(x))).size, total + 6, 'a damaged edge is not built upon')
  t.ok((await stat(at('checkpoint'))).isFile())
})

t.test('an exchange restored from an older backup refuses to sign, and says so', async t => {
  const { x, settle, machinery, store, report } = await openLog(t)
  await act(x, 40)
  await settle()
  const kept = await entriesIn(x)
  const older = await store.checkpoint()
  await act(x, 20)
  await settle()
  const newer = await store.checkpoint()
  await tamper(x, async sql => {
    await sql`delete from transparency.checkpoint where size > ${kept}`
    await sql`delete from kernel.audit_entry where id in
      (select audit_id from transparency.leaf where leaf_index >= ${kept})`
    await sql`delete from transparency.leaf where leaf_index >= ${kept}`
  })
  await act(x, 30)
  await t.rejects(sequence(machinery, store), Unsound, 'it would sign a second history')
  t.same(await store.checkpoint(), newer, 'what is published stays')
  t.equal((await x.call('GET //log/checkpoint')).status, 200, 'and is served')
  const ready = await x.call('GET //readyz')
  t.equal(ready.status, 200, 'the exchange keeps serving')
  t.match(ready.body.warnings, [/older backup/])
  t.match((await x.call('GET //metrics')).text, 'jinshu_log_unsound 1')
  t.match((await report()).findings, [{ kind: 'signature', what: { en: /restored from an older backup/ } }])

  await x.exchange.startWorker()
  await new Promise(resolve => setTimeout(resolve, 1_200))
  t.same(await store.checkpoint(), newer, 'the worker does not sign either')
  const [row] = await x.sql`select count(*) as n from kernel.audit_queue`
  t.ok(Number(row!.n) >= 30, 'entries wait')

  const stranger = noteSigner('localhost:3000/log', generateKeyPairSync('ed25519').privateKey)
  const forged = signCheckpoint({ origin: 'localhost:3000/log', size: kept, root: Buffer.alloc(32, 7) }, stranger)
  await writeFile(join(x.home, 'log/checkpoint'), forged)
  await t.rejects(integrate(machinery, store), /cannot be verified/, 'a forged checkpoint is no ground to sign on')
  t.match((await report()).findings[0], { kind: 'signature', what: { en: /published checkpoint/ } })

  await writeFile(join(x.home, 'log/checkpoint'), older!)
  await x.until(async () => (await entriesIn(x)) === (await report()).published, 'the log going on')
  t.same((await report()).findings, [], 'once both sides agree it is signed again')
})

t.test('verify-log names the first record that was altered', async t => {
  const { x, settle, report } = await openLog(t)
  await act(x, 280, 7)
  await settle()
  await act(x, 40)
  await settle()
  const [victim] = await x.sql`select l.leaf_index as index, e.* from transparency.leaf l
    join kernel.audit_entry e on e.id = l.audit_id where l.leaf_index = 200`
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/cli/verify-log.ts', ...args], {
      env: { ...process.env, DATABASE_URL: x.url, JINSHU_HOME: x.home, PUBLIC_URL: 'http://localhost:3000' },
    }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      error => ({ code: error.code, stdout: String(error.stdout) + String(error.stderr) }),
    )
  const sound = await run()
  t.equal(sound.code, 0, sound.stdout)
  t.match(sound.stdout, /sound \d+ checks/)
  t.match(sound.stdout, `size  ${await entriesIn(x)} signed`)

  /** Alters, looks what is found first, and puts the row back. */
  const finds = async (name: string, alter: (sql: any) => Promise<unknown>, expected: object) =>
    t.test(name, async t => {
      await tamper(x, alter)
      const { findings } = await report()
      t.match(findings[0], expected)
      await tamper(x, async sql => {
        const { index: _, ...row } = victim as any
        await sql`delete from kernel.audit_entry where id = ${row.id}`
        await sql`insert into kernel.audit_entry ${sql(row)}`
        await sql`update transparency.leaf set hash = sha256(${Buffer.concat([Buffer.of(0), Buffer.from(row.leaf)])})
          where leaf_index = 200`
      })
      t.same((await report()).findings, [], 'the log is sound again')
    })
  const here = { kind: 'record', index: 200, id: victim!.id }
  const id = victim!.id
  await finds('a record', sql => sql`update kernel.audit_entry set record = '{"数":9}' where id = ${id}`, {
    ...here,
    action: 'thing.change',
    what: { en: /differs from its leaf in: record, salt/ },
  })
  await finds(
    'an action and an actor',
    sql => sql`update kernel.audit_entry set action = 'thing.keep', actor = 'person:x' where id = ${id}`,
    { ...here, what: { en: /action, actor/ } },
  )
  await finds('a time', sql => sql`update kernel.audit_entry set at = at + interval '1 millisecond' where id = ${id}`, {
    ...here,
    what: { en: /in: at/ },
  })
  await finds('a deleted entry', sql => sql`delete from kernel.audit_entry where id = ${id}`, {
    ...here,
    what: { en: /deleted/ },
  })
  await finds(
    'a row and its leaf text',
    sql =>
      sql`update kernel.audit_entry set action = 'thing.keep', leaf = replace(leaf, 'thing.change', 'thing.keep')
        where id = ${id}`,
    { ...here, what: { en: /another hash/ } },
  )
  const forged = String(victim!.leaf).replace('thing.change', 'thing.keep')
  await finds(
    'a row, its leaf text and its hash, all consistent',
    async sql => {
      await sql`update kernel.audit_entry set action = 'thing.keep', leaf = ${forged} where id = ${id}`
      await sql`update transparency.leaf set hash = sha256(${Buffer.concat([Buffer.of(0), Buffer.from(forged)])})
        where leaf_index = 200`
    },
    { ...here, what: { en: /holds something else/ } },
  )
  await t.test('an entry that was withheld from the log', async t => {
    await act(x, 1)
    await tamper(x, sql => sql`delete from kernel.audit_queue`)
    t.match((await report()).findings, [{ kind: 'record', what: { en: /neither in the log/ } }])
  })
  await t.test('money that was moved behind the log', async t => {
    const escrow = `escrow:${newId()}`
    const client = connect(x.url, { size: 1 })
    t.teardown(() => client.end())
    const faults = () => client.begin('read only', sql => leafFaults(sql)) as Promise<any>
    const post = (reference: string) =>
      x.exchange.engine.write(system, { operation: 'post' }, cx =>
        postTransaction(cx, {
          kind: 'payment',
          reference,
          effectiveAt: cx.now,
          entries: [
            { account: 'psp_clearing', amountFen: 500n },
            { account: escrow, amountFen: -500n },
          ],
        }),
      )
    await post('a')
    await post('b')
    t.same(await faults(), [])
    await tamper(
      x,
      sql => sql`update ledger.entry set amount_fen = amount_fen * 2 where transaction_id =
      (select id from ledger.transaction where reference = 'a')`,
    )
    t.match(await faults(), [{ what: { en: /is not what its audit entry says/ } }])
    await tamper(x, sql => sql`delete from ledger.transaction where reference = 'b'`)
    t.match((await faults()).map((f: any) => f.what.en).join(), /row is gone/)
    await tamper(
      x,
      sql => sql`update ledger.entry set amount_fen = amount_fen / 2 where transaction_id =
      (select id from ledger.transaction where reference = 'a')`,
    )
  })
  await tamper(x, sql => sql`update kernel.audit_entry set record = '{}' where id = ${id}`)
  const altered = await run()
  t.equal(altered.code, 1)
  t.match(altered.stdout, new RegExp(`first record.*\\n  index 200 · thing.change ${id} · .*record, salt`))
  await t.rejects(x.sql`update transparency.leaf set leaf_index = 1 where leaf_index = 0`, /append-only/)
  await t.rejects(x.sql`delete from transparency.checkpoint`, /append-only/)
  await t.rejects(
    x.sql`insert into transparency.checkpoint (size, root, note, signed_at) values (1, sha256(''), '', now())`,
    /follows a larger one/,
  )
})
