import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { guardedLookup, isPublicAddress } from '../../src/modules/resources/pullingaddress.ts'
import { nextOf, scheduleOf } from '../../src/modules/resources/pullingmodel.ts'
import { publishedEntry, releaseOf } from '../support/entries.ts'
import { openExchange, type TestExchange } from '../support/exchange.ts'
import { start } from '../support/process.ts'

type Answer = (request: IncomingMessage, reply: ServerResponse) => void

/** A server on loopback whose answers the tests choose by path; it remembers what it was asked. */
async function source() {
  const answers = new Map<string, Answer>()
  const asked: { path: string; headers: IncomingMessage['headers'] }[] = []
  const server = createServer((request, reply) => {
    const path = request.url ?? ''
    asked.push({ path, headers: request.headers })
    const answer = answers.get(path)
    if (answer) answer(request, reply)
    else reply.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    host: `127.0.0.1:${port}`,
    at: (path: string, answer: Answer) => {
      answers.set(path, answer)
      return `http://127.0.0.1:${port}${path}`
    },
    of: (path: string) => asked.filter(each => each.path === path),
  }
}

const outside = await source()
const hidden = await source()
const lines: string[] = []
const x = await openExchange(t, {
  env: { JINSHU_PULL_HOSTS: outside.host, JINSHU_PULL_SECONDS: '2', JINSHU_MAX_UPLOAD_BYTES: '200000' },
  log: { write: line => void lines.push(line) },
})
const civil = await x.organization(['institution'], { division: '140000', name: '山西省民政厅' })
const city = await x.organization(['institution'], { division: '140100', name: '太原市供水公司' })
const as = civil.maker

const table = (n: number) => `code,name\n140000,山西省\n14010${n},区\n`
const plain =
  (body: string): Answer =>
  (_request, reply) =>
    void reply.end(body)

let entries = 0
const entry = (more: object = {}) => publishedEntry(x, civil, `定时获取测试${++entries}`, more)
const set = (id: string, body: object) => x.ok(`POST /resources/${id}/pull`, { as, body: { format: 'csv', ...body } })
const tries = async (id: string, of: TestExchange = x) => (await of.ok(`GET /resources/${id}/pull/tries`, { as })).items

/** What was fetched is confirmed, graded, assessed and passed by people. */
async function release(id: string) {
  await x.until(async () => (await x.ok(`GET /data-versions/${id}`, { as })).state === 'ready')
  await x.ok(`POST /data-versions/${id}/confirm`, { as, body: {} })
  await releaseOf(x, as, id)
}

/** Asks for a fetch now and waits until it has ended. */
async function fetched(id: string) {
  const before = (await tries(id)).length
  await x.ok(`POST /resources/${id}/pull/ask`, { as })
  return x.until(async () => {
    const [first, ...rest] = await tries(id)
    return first && first.state !== 'running' && rest.length >= before && first
  }, 'the end of the try')
}

t.test('a schedule follows from the update cycle, and its hours are those of China', async t => {
  t.same(scheduleOf('daily'), { rhythm: 'daily', day: null, hour: 2 })
  t.same(scheduleOf('yearly'), { rhythm: 'monthly', day: 1, hour: 2 })
  const at = (iso: string, rhythm: 'daily' | 'weekly' | 'monthly', day: number | null, hour: number) =>
    nextOf({ rhythm, day, hour }, new Date(iso)).toISOString()
  t.equal(at('2026-11-22T18:00:00Z', 'daily', null, 2), '2026-11-23T18:00:00.000Z', 'not the very same instant again')
  t.equal(at('2026-11-22T17:59:00Z', 'daily', null, 2), '2026-11-22T18:00:00.000Z')
  t.equal(at('2026-11-23T00:00:00Z', 'weekly', 7, 9), '2026-11-29T01:00:00.000Z', 'Sunday is the seventh day')
  t.equal(at('2026-12-15T00:00:00Z', 'monthly', 1, 0), '2026-12-31T16:00:00.000Z', 'the first of January in China')
})

t.test(
  'only addresses of the public internet are asked, and a name is held to the address that was checked',
  async t => {
    const closed =
      '127.0.0.1 10.1.2.3 172.31.0.1 192.168.1.1 169.254.169.254 100.100.100.200 0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: fe80::1 fd00::1 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2001:db8::1 ff02::1'
    for (const address of closed.split(' ')) t.notOk(isPublicAddress(address), address)
    for (const address of ['8.8.8.8', '202.99.192.68', '2400:3200::1']) t.ok(isPublicAddress(address), address)
    const resolve = (isNamed: boolean) =>
      new Promise<unknown>(done =>
        guardedLookup(isNamed)('localhost', { all: true }, (error, found) => done(error ?? found)),
      )
    t.match(await resolve(false), { failure: { message: { en: /no server of the public internet/ } } })
    t.ok(Array.isArray(await resolve(true)), 'a host that the operator names is free')
    const { id } = await entry()
    for (const url of [
      'http://data.example.cn/a.csv',
      'https://10.0.0.1/a.csv',
      'https://[::1]/a.csv',
      'https://2130706433/a.csv',
      'https://user:word@data.example.cn/a.csv',
      'ftp://data.example.cn/a.csv',
      'file:///etc/passwd',
      `http://${hidden.host}/a.csv`,
      'nonsense',
    ]) {
      const refused = await x.call(`POST /resources/${id}/pull`, { as, body: { url, format: 'csv' } })
      t.match([refused.status, refused.body.errors?.[0]?.pointer], [400, '/url'], url)
      t.ok(refused.body.errors[0].remedy, 'with a remedy')
    }
    // a name passes until it is resolved: what it stands for is looked at when the connection is made
    await set(id, { url: `https://localhost:${hidden.host.split(':')[1]}/a.csv` })
    t.match((await fetched(id)).failure?.message.en, /no server of the public internet/)
    await set(id, {
      url: outside.at('/away', (_q, r) => void r.writeHead(302, { location: `http://${hidden.host}/a.csv` }).end()),
    })
    t.match((await fetched(id)).failure?.message.en, /https/, 'nor by a redirect')
    await set(id, {
      url: outside.at('/meta', (_q, r) => void r.writeHead(307, { location: 'https://169.254.169.254/latest' }).end()),
    })
    t.match((await fetched(id)).failure?.message.en, /no server of the public internet/)
    await set(id, { url: outside.at('/round', (_q, r) => void r.writeHead(302, { location: '/round' }).end()) })
    t.match((await fetched(id)).failure?.message.en, /more than 5 redirects/)
    t.same(hidden.of('/a.csv'), [], 'the hidden server was never asked')
  },
)

t.test(
  'what changed becomes a version that the gate holds until it is released, and is then attached by itself',
  async t => {
    const { id, versionId } = await entry()
    let body = table(1)
    const url = outside.at('/divisions.csv', (request, reply) => {
      const etag = `"${body.length}-${body.at(-4)}${body[31]}"`
      if (request.headers['if-none-match'] === etag) reply.writeHead(304).end()
      else reply.writeHead(200, { etag }).end(body)
    })
    const made = await set(id, { url, isAutomatic: true })
    t.match(made, { state: 'active', rhythm: 'monthly', day: 1, hour: 2, hasSecret: false, isAutomatic: true })
    const first = await fetched(id)
    t.match(first, {
      state: 'changed',
      status: 200,
      isAsked: true,
      attaching: 'waiting',
      bytes: Buffer.byteLength(body),
    })
    t.same((await x.ok(`GET /resources/${id}`)).data, [], 'nothing is attached before the gate opens')
    const version = await x.until(async () => {
      const read = await x.ok(`GET /data-versions/${first.dataVersionId}`, { as })
      return read.state === 'ready' && read
    })
    t.match(version, { sha256: first.sha256, rows: 2 })
    const notices = await x.until(async () => {
      const { items } = await x.ok('GET /notices', { as })
      return items.some((each: any) => each.kind === 'pull.changed') && items
    })
    t.ok(notices.some((each: any) => each.href === `/data-versions/${first.dataVersionId}`))
    const again = await fetched(id)
    t.match(again, { state: 'unchanged', status: 304, dataVersionId: null })
    await release(first.dataVersionId)
    const attached = await x.until(async () => (await x.ok(`GET /resources/${id}`)).data[0], 'the attachment')
    t.match(attached, { dataVersionId: first.dataVersionId, isReleased: true })
    t.equal((await tries(id)).find((each: any) => each.id === first.id).attaching, 'attached')
    body = table(2)
    const second = await fetched(id)
    t.match(second, { state: 'changed', attaching: 'waiting' })
    t.not(second.dataVersionId, first.dataVersionId)
    body = table(3)
    const third = await fetched(id)
    await release(third.dataVersionId)
    await x.until(async () => (await x.ok(`GET /resources/${id}`)).data.length === 2)
    await release(second.dataVersionId)
    await x.until(async () => (await tries(id)).find((each: any) => each.id === second.id).attaching === 'overtaken')
    t.equal(
      (await x.ok(`GET /resources/${id}`)).data.length,
      2,
      'an older one that is released later is not put before it',
    )
    body = 'code,other\n1,2\n'
    const wrong = await fetched(id)
    await release(wrong.dataVersionId)
    const refused = await x.until(async () => {
      const found = (await tries(id)).find((each: any) => each.id === wrong.id)
      return found.attaching === 'refused' && found
    })
    t.match(refused.refusal.zh, /缺少信息项/)
    t.equal((await x.ok(`GET /resource-versions/${versionId}`, { as })).state, 'published')
  },
)

t.test('an hour that has come is kept without anybody asking, and the same content twice is one version', async t => {
  const { id } = await entry()
  await set(id, { url: outside.at('/plain.csv', plain(table(4))), rhythm: 'daily', hour: 3 })
  t.same(await tries(id), [], 'not before its hour')
  await x.advanceDays(1)
  const first = await x.until(async () => (await tries(id)).find((each: any) => each.state === 'changed'))
  t.equal(first.isAsked, false)
  await x.advanceDays(1)
  const second = await x.until(async () => (await tries(id)).find((each: any) => each.state === 'unchanged'))
  t.equal(second.sha256, first.sha256, 'without an ETag the bytes decide')
})

t.test('a secret is sent to its own server only, and nowhere shown', async t => {
  const { id } = await entry()
  const secret = 'a-token-nobody-may-see'
  outside.at('/end.csv', plain(table(5)))
  const url = outside.at('/begin.csv', (_q, r) => void r.writeHead(302, { location: '/end.csv' }).end())
  const lacking = await x.call(`POST /resources/${id}/pull`, { as, body: { url, format: 'csv', auth: 'bearer' } })
  t.match(lacking.body.errors, [{ pointer: '/secret' }])
  const key = 'set-with-secret'
  const body = { url, format: 'csv', auth: 'bearer', secret }
  const made = await x.call(`POST /resources/${id}/pull`, { as, body, key })
  t.match(made.body, { auth: 'bearer', hasSecret: true })
  t.same((await x.call(`POST /resources/${id}/pull`, { as, body, key })).body, made.body)
  t.equal((await fetched(id)).state, 'changed')
  t.equal(outside.of('/begin.csv').at(-1)?.headers.authorization, `Bearer ${secret}`)
  await x.ok(`POST /resources/${id}/pull`, { as, body: { url, format: 'csv', auth: 'bearer', hour: 4 } })
  t.equal((await fetched(id)).state, 'unchanged')
  t.equal(outside.of('/begin.csv').at(-1)?.headers.authorization, `Bearer ${secret}`, 'kept where it is not given anew')
  const elsewhere = await x.call(`POST /resources/${id}/pull`, {
    as,
    body: { url: 'https://thief.example.cn/a.csv', format: 'csv', auth: 'bearer' },
  })
  t.match(elsewhere.body.errors, [{ pointer: '/secret', message: /anew/ }], 'but not for another server')
  await x.ok(`POST /resources/${id}/pull`, {
    as,
    body: { url, format: 'csv', auth: 'basic', userName: 'reader', secret: '口令' },
  })
  await fetched(id)
  const basic = outside.of('/begin.csv').at(-1)?.headers.authorization ?? ''
  t.equal(Buffer.from(basic.slice(6), 'base64').toString('utf8'), 'reader:口令')
  const shown = JSON.stringify([await x.ok(`GET /resources/${id}/pull`, { as }), await tries(id)])
  const kept = await x.sql`select row_to_json(p)::text as row from resources.pull p`
  const audits = await x.sql`select record || leaf as row from kernel.audit_entry`
  const replies = await x.sql`select coalesce(reply, '') as row from kernel.idempotency`
  const everywhere = [shown, ...lines, ...[...kept, ...audits, ...replies].map(each => each.row)].join('\n')
  t.notOk(everywhere.includes(secret) || everywhere.includes('口令'))
  await x.ok(`POST /resources/${id}/pull/end`, { as })
  const [ended] = await x.sql`select sealed_secret, user_name from resources.pull where entry_id = ${id}`
  t.match(ended, { sealed_secret: null, user_name: null }, 'and forgotten at the end')
})

t.test('what fails leaves nothing, is told in words, tried again later, and stopped in the end', async t => {
  const { id } = await entry()
  const versions = async () => Number((await x.sql`select count(*) as n from data.data_version`)[0]!.n)
  const objects = async () =>
    (await readdir(join(x.home, 'files'), { recursive: true })).filter(each => /[0-9a-f-]{36,64}$/.test(each)).length
  const before = [await versions(), await objects()]
  const failing: [string, Answer, RegExp][] = [
    [
      '/large',
      (_q, r) => void r.writeHead(200, { 'content-length': '300000' }).end('x'.repeat(300_000)),
      /larger than/,
    ],
    [
      '/lying',
      (_q, r) => {
        r.writeHead(200)
        for (let i = 0; i < 30; i += 1) r.write('x'.repeat(10_000))
        r.end()
      },
      /larger than/,
    ],
    ['/slow', (_q, r) => void r.writeHead(200, { 'content-length': '500' }).write('code,name\n1'), /time allowed/],
    ['/mute', () => {}, /time allowed/],
    [
      '/broken',
      (_q, r) => {
        r.writeHead(200, { 'content-length': '500' })
        r.write('code,name\n1', () => setTimeout(() => r.destroy(), 50))
      },
      /broke off/,
    ],
    ['/packed', (_q, r) => void r.writeHead(200, { 'content-encoding': 'gzip' }).end('x'), /compressed/],
    ['/secretive', (_q, r) => void r.writeHead(401).end(), /refuses access/],
    ['/nothing', (_q, r) => void r.writeHead(404).end(), /no such file/],
    ['/empty', plain(''), /empty/],
  ]
  for (const [path, answer, words] of failing) {
    await set(id, { url: outside.at(path, answer) })
    const ended = await fetched(id)
    t.match([ended.state, ended.failure.message.en, ended.failure.message.zh], ['failed', words, /[一-鿿]/], path)
  }
  t.same([await versions(), await objects()], before, 'no version, no file, no piece of one')
  await set(id, { url: outside.at('/down', (_q, r) => void r.writeHead(500).end()) })
  const pauses: number[] = []
  for (let i = 1; i <= 4; i += 1) {
    const { endedAt } = await fetched(id)
    const { nextAt, failures, state } = await x.ok(`GET /resources/${id}/pull`, { as })
    t.match([failures, state], [i, 'active'])
    pauses.push(Math.round((Date.parse(nextAt) - Date.parse(endedAt)) / 60_000))
  }
  t.same(pauses, [5, 30, 120, 720])
  await fetched(id)
  t.match(await x.ok(`GET /resources/${id}/pull`, { as }), { state: 'halted', nextAt: null, failures: 5 })
  await x.until(async () => {
    const { items } = await x.ok('GET /notices', { as })
    return items.find((each: any) => each.kind === 'pull.halted')
  }, 'the notice')
  t.equal((await x.call(`POST /resources/${id}/pull/ask`, { as })).status, 409)
  const health = await x.ok('GET /operator/health', { as: x.operator.administrator })
  t.match(health.pulls, { halted: 1 })
  outside.at('/down', plain(table(6)))
  await x.ok(`POST /resources/${id}/pull/resume`, { as })
  await x.until(async () => (await tries(id))[0].state === 'changed', 'at once after it was resumed')
  t.match(await x.ok(`GET /resources/${id}/pull`, { as }), { state: 'active', failures: 0 })
})

t.test('quota, duties and other institutions are kept as for every upload', async t => {
  const { id } = await entry()
  await set(id, { url: outside.at('/quota.csv', plain(table(7))) })
  for (const path of ['pull', 'pull/ask', 'pull/pause', 'pull/end']) {
    const body = path === 'pull' ? { body: { url: 'https://data.example.cn/a.csv', format: 'csv' } } : {}
    t.equal(
      (await x.call(`POST /resources/${id}/${path}`, { as: city.maker, ...body })).status,
      404,
      `another's ${path}`,
    )
    t.equal((await x.call(`POST /resources/${id}/${path}`, { as: civil.checker, ...body })).status, 403, 'a duty')
    t.equal((await x.call(`POST /resources/${id}/${path}`, { ...body })).status, 401, 'a stranger')
  }
  t.equal((await x.call(`GET /resources/${id}/pull`, { as: city.maker })).status, 404)
  t.equal((await x.call(`GET /resources/${id}/pull/tries`, { as: city.maker })).status, 404)
  const draft = await x.ok('POST /resources', { as, body: { classCode: '306010', nameZh: '未发布' } })
  const early = await x.call(`POST /resources/${draft.id}/pull`, {
    as,
    body: { url: 'https://data.example.cn/a.csv', format: 'csv' },
  })
  t.equal(early.status, 409, 'nothing is fetched for a draft')
  const quota = (bytes: number) =>
    x.ok(`PUT /organizations/${civil.id}/data-quota`, {
      as: x.operator.checker,
      body: { bytes, versions: 1000, reason: '测试' },
    })
  await quota(1)
  t.match((await fetched(id)).failure.message.en, /larger than/)
  await quota(10_000_000)
  t.equal((await fetched(id)).state, 'changed')
  await x.ok(`POST /resources/${id}/pull/pause`, { as })
  t.match(await x.ok(`GET /resources/${id}/pull`, { as }), { state: 'paused', nextAt: null })
  t.equal((await x.call(`POST /resources/${id}/pull/resume`, { as: city.maker })).status, 404)
  await x.ok(`POST /resources/${id}/pull/resume`, { as })
})

t.test('a worker that is killed in the middle of a fetch leaves nothing, and another fetches it', async t => {
  const slow = await source()
  const env = { JINSHU_PULL_HOSTS: slow.host, JINSHU_PULL_SECONDS: '30' }
  const y = await openExchange(t, { workers: false, env })
  const owner = await y.organization(['institution'], { division: '140000' })
  const { id } = await publishedEntry(y, owner, '中断测试')
  let isSlow = true
  const url = slow.at('/slow.csv', (_request, reply) => {
    if (!isSlow) return void reply.end(table(8))
    reply.writeHead(200)
    reply.write(table(8))
  })
  await y.ok(`POST /resources/${id}/pull`, { as: owner.maker, body: { url, format: 'csv' } })
  await y.ok(`POST /resources/${id}/pull/ask`, { as: owner.maker })
  const worker = await start(t, {
    DATABASE_URL: y.url,
    JINSHU_HOME: y.home,
    JINSHU_DEMO: '0',
    JINSHU_ROLE: 'worker',
    SCANNER: 'none-accepted',
    ...env,
  })
  await y.until(async () => slow.of('/slow.csv').length > 0)
  const list = async () => (await y.ok(`GET /resources/${id}/pull/tries`, { as: owner.maker })).items
  t.match(await list(), [{ state: 'running' }])
  worker.child.kill('SIGKILL')
  await worker.ended
  isSlow = false
  await y.exchange.startWorker()
  t.match((await y.sql`select count(*)::int as n from data.data_version`)[0], { n: 0 })
  await y.advanceTo(new Date(Date.now() + 200_000))
  const ended = await y.until(async () => {
    const found = await list()
    return found.some((each: any) => each.state === 'cut-off') && found
  })
  t.match(ended.at(-1).failure.message.zh, /中断/)
  await y.advanceTo(new Date(Date.now() + 900_000))
  await y.until(async () => (await list()).some((each: any) => each.state === 'changed'), 'the next try')
  t.match((await y.sql`select count(*)::int as n from data.data_version`)[0], { n: 1 })
})
