import { createHash } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pino from 'pino'
import postgres from 'postgres'
import t from 'tap'
import { createExchange } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { type Actor, anonymous, system } from '../../src/kernel/actor.ts'
import { canonicalJson } from '../../src/kernel/canonical.ts'
import { createEngine } from '../../src/kernel/command.ts'
import { connect } from '../../src/kernel/db/client.ts'
import { problemOfDatabase } from '../../src/kernel/db/errors.ts'
import { migrate } from '../../src/kernel/db/migrate.ts'
import { startEmbedded } from '../../src/kernel/embedded/index.ts'
import { openEventBus } from '../../src/kernel/events.ts'
import { newId } from '../../src/kernel/ids.ts'
import { Problem, problemDocument, ruleViolated } from '../../src/kernel/problem.ts'
import { startWorker } from '../../src/kernel/worker.ts'
import { newLogger } from '../../src/logger.ts'
import { newUscc, openExchange, password, type Role } from '../support/exchange.ts'

const x = await openExchange(t, { workers: false })
const { engine } = x.exchange
await x.sql`create table public.note (id text primary key, n int not null default 0)`
const alice = await x.person('alice')
const bob = await x.person('bob')

const organization = (uscc = newUscc(), nameZh = '幂等测试机构') => ({
  uscc,
  nameZh,
  division: '140100',
  address: '山西省太原市测试街三号',
  contactName: '联系人',
  contactPhone: '0351-1111111',
  roles: ['buyer'],
})

const register = (as: Role, key: string, body: unknown) => x.call('POST /organizations', { as, key, body })
const audits = async (action: string, id?: string) =>
  Number(
    (
      await x.sql`select count(*) as n from kernel.audit_entry
      where action = ${action} and (${id ?? null}::text is null or subject_id = ${id ?? null})`
    )[0]!.n,
  )
const notes = async (id: string) =>
  (await x.sql`select n from public.note where id = ${id}`)[0]?.n as number | undefined

const actor = (changes: Partial<Actor> = {}): Actor => ({ ...anonymous, kind: 'person', personId: newId(), ...changes })
t.test('the same key and input are answered with the same bytes and have one effect', async t => {
  const body = organization()
  const first = await register(alice, 'same-1', body)
  t.equal(first.status, 201)
  t.notOk(first.headers['idempotency-replayed'])
  const again = await register(alice, 'same-1', body)
  t.equal(again.status, 201)
  t.equal(again.headers['idempotency-replayed'], 'true')
  t.equal(again.headers['content-type'], first.headers['content-type'])
  t.ok(again.bytes.equals(first.bytes))
  const reordered = Object.fromEntries(Object.entries(body).reverse())
  t.ok((await register(alice, 'same-1', reordered)).bytes.equals(first.bytes), 'the order of members means nothing')
  t.equal(await audits('organization.register', first.body.id), 1)

  const config = readConfig({ JINSHU_HOME: x.home, DATABASE_URL: x.url, JINSHU_DEMO: '1', LOG_LEVEL: 'error' })
  const restarted = await createExchange(
    { ...config, publicUrl: 'http://localhost:3000' },
    x.url,
    newLogger(config.logLevel),
  )
  const reply = await restarted.app.inject({
    method: 'POST',
    url: '/api/v1/organizations',
    headers: { authorization: `Bearer ${alice.token}`, 'idempotency-key': 'same-1' },
    payload: body,
  })
  await restarted.close()
  t.equal(reply.statusCode, 201, 'another process answers the token and the key')
  t.ok(reply.rawPayload.equals(first.bytes))
})

t.test('fifty at once with one key have one effect, one audit row and equal answers', async t => {
  const body = organization()
  const replies = await Promise.all(Array.from({ length: 50 }, () => register(alice, 'fifty', body)))
  t.same([...new Set(replies.map(r => r.status))], [201])
  t.equal(new Set(replies.map(r => r.text)).size, 1)
  t.equal(replies.filter(r => r.headers['idempotency-replayed'] === 'true').length, 49)
  t.equal(Number((await x.sql`select count(*) as n from identity.organization where uscc = ${body.uscc}`)[0]!.n), 1)
  t.equal(await audits('organization.register', replies[0]!.body.id), 1)
})

t.test('a key stands for one request of one person', async t => {
  const body = organization()
  const first = await register(alice, 'one-request', body)
  const other = await register(alice, 'one-request', { ...body, nameZh: '另一名称' })
  t.equal(other.status, 422)
  t.equal(other.body.type, '/problems/idempotency-mismatch')
  const elsewhere = await x.call(`POST /organizations/${first.body.id}/resubmit`, {
    as: { ...alice, organizationId: first.body.id },
    key: 'one-request',
    body,
  })
  t.equal(elsewhere.body.type, '/problems/idempotency-mismatch', 'another operation is another request')
  const theirs = await register(bob, 'one-request', organization())
  t.equal(theirs.status, 201)
  t.notOk(theirs.headers['idempotency-replayed'])
  t.not(theirs.body.id, first.body.id)
  const [row] = await x.sql`select * from kernel.idempotency where key = 'one-request' limit 1`
  t.match(row!.input_hash, /^[0-9a-f]{64}$/, 'the input itself is not kept')
})

t.test('a refused write frees its key', async t => {
  const taken = await register(alice, 'frees-0', organization())
  const refused = await register(alice, 'frees-1', organization(taken.body.uscc))
  t.equal(refused.status, 409)
  t.equal(refused.body.errors[0].pointer, '/uscc')
  t.same(await x.sql`select 1 from kernel.idempotency where key = 'frees-1'`, [])
  const mended = await register(alice, 'frees-1', organization())
  t.equal(mended.status, 201)
  let isBroken = true
  const attempt = () =>
    engine.write(
      system,
      {
        operation: 'flaky',
        idempotency: { key: 'frees-2', input: 1 },
        reply: () => ({ status: 200, body: 'done' }),
      },
      async cx => {
        cx.audit('flaky.do', ['flaky', '1'], {})
        if (isBroken) throw new Error('a mistake of ours')
      },
    )
  await t.rejects(attempt(), /a mistake of ours/)
  isBroken = false
  t.equal((await attempt()).isReplay, false)
  t.same(await attempt(), { isReplay: true, status: 200, body: 'done' })
  t.equal(await audits('flaky.do'), 1)
})

t.test('a write without an audit entry throws and leaves nothing', async t => {
  await t.rejects(
    engine.write(system, { operation: 'silent' }, async cx => {
      await cx.sql`insert into public.note (id) values ('silent')`
    }),
    /silent wrote without an audit entry/,
  )
  t.equal(await notes('silent'), undefined)
  await t.rejects(
    engine.write(system, { operation: 'huge' }, async cx => {
      cx.audit('note.huge', ['note', 'x'.repeat(5000)], {})
    }),
    /audit_entry_leaf_small/,
  )
})

t.test('a record that canonical JSON cannot carry is refused before anything is written', async t => {
  for (const record of [{ a: Number.NaN }, { a: [undefined] }, { a: '\ud800' }, { a: () => 1 }])
    await t.rejects(
      engine.write(system, { operation: 'odd' }, async cx => {
        await cx.sql`insert into public.note (id) values ('odd')`
        cx.audit('note.odd', ['note', '1'], record)
      }),
      TypeError,
    )
  t.equal(await notes('odd'), undefined)
})

t.test('two that lock in opposite order both end well: the one that was chosen is tried again', async t => {
  await x.sql`insert into public.note (id) values ('left'), ('right')`
  let tries = 0
  let arrived = 0
  let open = () => {}
  const both = new Promise<void>(resolve => {
    open = resolve
  })
  const cross = (one: string, two: string) =>
    engine.write(system, { operation: 'cross' }, async cx => {
      tries++
      await cx.sql`update public.note set n = n + 1 where id = ${one}`
      if (++arrived === 2) open()
      await both
      await cx.sql`update public.note set n = n + 1 where id = ${two}`
      cx.audit('note.cross', ['note', one], { two })
    })
  await Promise.all([cross('left', 'right'), cross('right', 'left')])
  t.ok(tries > 2 && tries < 7, `${tries} tries: one of the two at least was tried again`)
  t.same([await notes('left'), await notes('right')], [2, 2])
  t.equal(await audits('note.cross'), 2)
})

t.test('the tries are bounded, and then it is a conflict', async t => {
  for (const state of ['40001', '40P01']) {
    let tries = 0
    const error: Error = await engine
      .write(system, { operation: 'never' }, async cx => {
        tries++
        cx.audit('note.never', ['note', '1'], {})
        await cx.sql.unsafe(`do $$ begin raise exception 'again' using errcode = '${state}'; end $$`)
      })
      .then(
        () => t.fail('it must not succeed'),
        e => e,
      )
    t.equal(tries, 4)
    t.match(problemOfDatabase(error)?.type, { slug: 'conflict', status: 409 })
  }
  let tries = 0
  await t.rejects(
    engine.write(system, { operation: 'rule' }, async () => {
      tries++
      throw ruleViolated()
    }),
  )
  t.equal(tries, 1, 'a refusal is not tried again')
})

t.test('a query cannot write', async t => {
  await t.rejects(
    engine.read(system, rx => rx.sql`insert into public.note (id) values ('read')`),
    { code: '25006' },
  )
  await t.rejects(
    engine.read(system, rx => rx.sql`select nextval('kernel.number_seq')`),
    { code: '25006' },
  )
  t.equal(await notes('read'), undefined)
})

t.test('actor, organisation and division are set in the transaction, and in it only', async t => {
  const who = actor({ organizationId: newId(), division: '140200' })
  const settings = (rx: { sql: postgres.TransactionSql }) => rx.sql`
    select current_setting('jinshu.actor', true) as actor, current_setting('jinshu.organization', true) as organization,
      current_setting('jinshu.division', true) as division`
  const expected = { actor: `person:${who.personId}`, organization: who.organizationId, division: '140200' }
  t.same((await engine.read(who, settings))[0], expected)
  const written = await engine.write(who, { operation: 'set' }, async cx => {
    cx.audit('note.set', ['note', '1'], {})
    return (await settings(cx))[0]
  })
  t.same(written.isReplay ? undefined : written.value, expected)
  const none = { actor: 'anonymous', organization: '', division: '' }
  const after = await Promise.all(Array.from({ length: 12 }, () => engine.read(anonymous, settings)))
  t.same(
    after.map(rows => rows[0]),
    Array.from({ length: 12 }, () => none),
    'nothing is left on any connection',
  )
})

t.test('the time of a transaction is the database’s own plus the offset', async t => {
  const [{ before }] =
    (await x.sql`select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as before`) as any
  const now = await engine.read(system, async rx => rx.now.getTime())
  t.ok(now - before >= 0 && now - before < 2000)
  await x.advanceDays(1)
  const later = await engine.read(system, async rx => rx.now.getTime())
  t.ok(later - now >= 86_400_000 && later - now < 86_405_000)
  const back = await x.call('POST /demo/clock', { body: { to: new Date(now).toISOString() } })
  t.same([back.status, back.body.errors[0].pointer], [422, '/to'])
})

t.test('every leaf and every commitment can be made again from its row', async t => {
  await engine.write(actor(), { operation: 'many' }, async cx => {
    for (let i = 0; i < 200; i++)
      cx.audit('note.many', ['note', String(i)], { i, amountFen: 5n, at: cx.now, none: undefined })
  })
  const rows = await x.sql`select * from kernel.audit_entry order by seq`
  t.ok(rows.length > 200, `${rows.length} entries`)
  for (const row of rows) {
    const leaf = JSON.parse(row.leaf)
    const c = createHash('sha256').update(row.salt).update(row.record).digest('hex')
    const made = canonicalJson({
      v: 1,
      type: row.action,
      id: row.id,
      seq: Number(row.seq),
      at: row.at.toISOString(),
      actor: row.actor,
      subject: `${row.subject_kind}/${row.subject_id}`,
      c,
    })
    if (made !== row.leaf || canonicalJson(JSON.parse(row.record)) !== row.record)
      t.fail(`entry ${row.seq} is not what its leaf says`, { made, leaf })
  }
  t.equal(new Set(rows.map(r => r.seq)).size, rows.length)
  t.equal(new Set(rows.map(r => r.salt.toString('hex'))).size, rows.length, 'no salt is used twice')
  const many = rows.filter(r => r.action === 'note.many')
  t.same(
    many.map(r => JSON.parse(r.record).i),
    Array.from({ length: 200 }, (_, i) => i),
    'the numbers keep the order in which things were decided',
  )
  t.equal(
    Number((await x.sql`select count(*) as n from kernel.audit_queue`)[0]!.n),
    rows.length,
    'all wait for the log',
  )
})

t.test('an event is sent with the commit only, and its effect happens once however often the job runs', async t => {
  const client = connect(x.url)
  const jobs = connect(x.url, { size: 1, isPlain: true })
  const errors: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) })
  let runs = 0
  const bus = await openEventBus(
    jobs,
    [
      {
        event: 'test.note-made',
        name: 'test.count',
        run: async (cx, { id }) => {
          runs++
          await cx.sql`update public.note set n = n + 1 where id = ${String(id)}`
          cx.audit('note.count', ['note', String(id)], {})
          if (id === 'flaky' && runs === 1) throw new Error('not yet')
          if (id === 'chain') cx.emit('test.note-counted', { id })
        },
      },
      {
        event: 'test.note-counted',
        name: 'test.finish',
        run: async (cx, { id }) => {
          await cx.sql`insert into public.note (id) values (${`${id}-finished`})`
          cx.audit('note.finish', ['note', String(id)], {})
        },
      },
    ],
    error => errors.push(String(error)),
  )
  const own = createEngine(client, bus, x.exchange.kit)
  const make = (id: string, isRefused = false) =>
    own.write(system, { operation: 'make' }, async cx => {
      await cx.sql`insert into public.note (id) values (${id})`
      cx.audit('note.make', ['note', id], {})
      cx.emit('test.note-made', { id })
      cx.emit('test.nobody-listens', { id })
      if (isRefused) throw ruleViolated()
    })
  const jobsOf = (id: string) => x.sql`
    select id, state from pgboss.job where name like 'test.note-made%' and data->>'id' = ${id}`

  await t.rejects(make('refused', true))
  t.same(await jobsOf('refused'), [])
  await make('flaky')
  t.equal((await jobsOf('flaky')).length, 1)
  const start = () =>
    startWorker(own, bus, { timers: [], tasks: [] }, { client, engine: own, kit: x.exchange.kit, log })
  const worker = await start()
  await x.until(async () => (await jobsOf('flaky'))[0]!.state === 'completed', 'the second try')
  t.equal(runs, 2)
  t.equal(await notes('flaky'), 1, 'the failed run left nothing')
  t.match(errors.join(''), /not yet/)

  for (let i = 0; i < 2; i++) {
    await x.sql`update pgboss.job set state = 'created', completed_on = null, started_on = null
      where name like 'test.note-made%' and data->>'id' = 'flaky'`
    await x.until(async () => (await jobsOf('flaky'))[0]!.state === 'completed', 'the job delivered again')
  }
  t.equal(runs, 2, 'a job that comes again is answered from memory')
  t.equal(await notes('flaky'), 1)
  t.equal(await audits('note.count', 'flaky'), 1)

  await make('chain')
  await x.until(async () => (await notes('chain-finished')) !== undefined, 'the event of the handler')
  t.equal(await audits('note.finish', 'chain'), 1)
  await worker.stop()
  await Promise.all([client.end(), jobs.end()])
})

t.test('a job whose worker is gone goes to another within seconds, and one that only takes long does not', async t => {
  const handler = { event: 'test.work-begun', name: 'test.work', run: async () => {} }
  const jobs = [1, 2].map(() => connect(x.url, { size: 1, isPlain: true }))
  const [dying, living] = [
    await openEventBus(jobs[0]!, [handler], () => {}),
    await openEventBus(jobs[1]!, [handler], () => {}),
  ]
  const taken: string[] = []
  let release = () => {}
  await dying.work(async (_handler, id) => {
    taken.push(id)
    await new Promise<void>(done => {
      release = done
    })
  })
  await x.sql.begin(sql => living.send(sql, handler.event, { id: 'long' }))
  await x.until(async () => taken.length > 0, 'the job taken')
  await living.work(async (_handler, id) => void taken.push(id))
  await wait(4_500)
  t.equal(taken.length, 1, 'nobody else takes what is being worked')
  await jobs[0]!.end({ timeout: 0 })
  const began = performance.now()
  await x.until(async () => taken.length > 1, 'the job taken again')
  t.equal(taken[1], taken[0])
  t.ok(performance.now() - began < 10_000)
  release()
  await living.stop()
  await dying.stop().catch(() => {})
  await jobs[1]!.end()
})

t.test('while the database is away answers say so, and all heals by itself when it comes back', async t => {
  const home = await mkdtemp(join(tmpdir(), 'jinshu-funnel-'))
  await chmod(home, 0o711)
  let database = await startEmbedded({ home, fsync: false })
  await migrate(database.url)
  const config = readConfig({ JINSHU_HOME: home, LOG_LEVEL: 'fatal', PUBLIC_URL: 'http://localhost:3000' })
  const exchange = await createExchange(config, database.url, newLogger('fatal'))
  await exchange.startWorker()
  t.teardown(async () => {
    await exchange.close()
    await database.stop()
    await rm(home, { recursive: true, force: true })
  })
  const call = (method: 'GET' | 'POST', url: string, payload?: object, headers = {}) =>
    exchange.app.inject({ method, url, headers, ...(payload && { payload }) })
  const account = { email: 'away@example.cn', name: '离线', password }
  t.equal((await call('POST', '/api/v1/persons', account)).statusCode, 201)
  const { accessToken } = (await call('POST', '/api/v1/sessions', { email: account.email, password })).json()
  const headers = { authorization: `Bearer ${accessToken}`, 'idempotency-key': 'away' }
  t.equal((await call('GET', '/readyz')).statusCode, 200)

  const inFlight = exchange.engine
    .write(system, { operation: 'slow' }, async cx => {
      await cx.sql`select pg_sleep(20)`
    })
    .then(
      () => undefined,
      error => problemOfDatabase(error),
    )
  await wait(200)
  await database.stop()
  t.equal((await inFlight)?.type.status, 503, 'what was under way is told the same')
  for (const reply of [
    await call('GET', '/readyz'),
    await call('GET', '/api/v1/clock'),
    await call('GET', '/api/v1/me', undefined, headers),
    await call('POST', '/api/v1/organizations', organization(), headers),
    await call('POST', '/api/v1/sessions', { email: account.email, password }),
  ]) {
    t.equal(reply.statusCode, 503)
    t.equal(reply.json().type, '/problems/unavailable')
    t.ok(Number(reply.headers['retry-after']) >= 1)
  }
  t.equal((await call('GET', '/healthz')).statusCode, 200, 'the process itself lives')
  t.equal((await call('GET', '/problems')).statusCode, 200, 'and shows what needs no database')
  const metrics = await call('GET', '/metrics')
  t.same([metrics.statusCode, /process_cpu_seconds_total/.test(metrics.body)], [200, true])

  database = await startEmbedded({ home, fsync: false })
  await x.until(async () => (await call('GET', '/readyz')).statusCode === 200, 'readiness')
  const body = organization()
  const made = await call('POST', '/api/v1/organizations', body, headers)
  t.equal(made.statusCode, 201, 'the session and the key still count')
  const sql = postgres(database.url, { max: 1, onnotice: () => {} })
  await x.until(
    async () => (await sql`select 1 from kernel.audit_queue limit 1`).length === 0,
    'the worker to go on with the log',
  )
  await sql.end()
})

if (process.env.JINSHU_TEST_FULL)
  t.test('a database killed again and again under load loses nothing that was acknowledged', async t => {
    const home = await mkdtemp(join(tmpdir(), 'jinshu-killed-'))
    await chmod(home, 0o711)
    let database = await startEmbedded({ home })
    await migrate(database.url)
    const config = readConfig({ JINSHU_HOME: home, LOG_LEVEL: 'fatal', PUBLIC_URL: 'http://localhost:3000' })
    const exchange = await createExchange(config, database.url, newLogger('fatal'))
    await exchange.startWorker()
    t.teardown(async () => {
      await exchange.close()
      await database.stop()
      await rm(home, { recursive: true, force: true })
    })
    const sql = postgres(database.url, { max: 1, onnotice: () => {}, backoff: () => 0.05 })
    await sql`create table public.kept (id text primary key)`
    const acknowledged: string[] = []
    let isOver = false
    let tries = 0
    const client = async () => {
      for (let n = 0; !isOver; n++) {
        const key = newId()
        const write = () =>
          exchange.engine.write(
            system,
            {
              operation: 'keep',
              idempotency: { key, input: key },
              reply: value => ({ status: 200, body: String(value) }),
            },
            async cx => {
              await cx.sql`insert into public.kept (id) values (${key})`
              if (n % 3 === 0) await wait(5)
              cx.audit('kept.insert', ['kept', key], {})
              return key
            },
          )
        for (let isDone = false; !isDone; )
          await write().then(
            () => {
              isDone = true
              acknowledged.push(key)
            },
            async error => {
              tries++
              if (problemOfDatabase(error)?.type.status !== 503) throw error
              await wait(100)
            },
          )
      }
    }
    const clients = Promise.all(Array.from({ length: 8 }, client))
    for (let round = 0; round < 4; round++) {
      await wait(1500)
      const file = await readFile(join(home, 'postgres', 'data', 'postmaster.pid'), 'utf8')
      process.kill(Number(file.split('\n')[0]), 'SIGKILL')
      await wait(300)
      const before = acknowledged.length
      await database.stop()
      database = await startEmbedded({ home })
      await x.until(async () => acknowledged.length > before + 40, 'writes after the restart')
    }
    isOver = true
    await clients
    t.ok(tries > 0, `${acknowledged.length} writes, ${tries} refused on the way`)
    const kept = new Set((await sql`select id from public.kept`).map(row => row.id))
    t.same(
      acknowledged.filter(id => !kept.has(id)),
      [],
    )
    t.equal(kept.size, acknowledged.length, 'and nothing happened that was not acknowledged in the end')
    const [entries] = await sql`select count(*)::int as n from kernel.audit_entry where action = 'kept.insert'`
    t.equal(entries!.n, kept.size, 'one audit entry each')
    await sql.end()
  })

t.test('a problem knows its document, and its cause stays inside', t => {
  const problem = ruleViolated(undefined, { cause: new Error('inside') })
  t.ok(problem instanceof Problem)
  t.same(Object.keys(problemDocument(problem, 'en', 'id')), ['type', 'title', 'status', 'detail', 'instance'])
  t.end()
})
