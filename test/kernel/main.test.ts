import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { openDatabase } from '../../src/cli/database.ts'
import { ConfigError, readConfig } from '../../src/config.ts'
import { sentenceFor } from '../../src/giveup.ts'
import { removeEmbedded } from '../../src/kernel/embedded/index.ts'
import { run } from '../support/command.ts'
import { freshDatabase } from '../support/database.ts'
import { newUscc, password } from '../support/exchange.ts'
import { freePort, start } from '../support/process.ts'

const top = await mkdtemp(join(tmpdir(), 'jinshu-main-'))
await chmod(top, 0o711)
t.teardown(() => rm(top, { recursive: true, force: true }))
let homes = 0
const newHome = () => join(top, `home-${++homes}`)

const post = (url: string, body: object, headers = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

t.test('each bad setting is named with what it may be', t => {
  const refused: [Record<string, string>, RegExp][] = [
    [{ PORT: 'http' }, /^PORT must be a whole number from 1 to 65535, not “http”\.$/],
    [{ PORT: '0' }, /^PORT /],
    [{ PORT: '65536' }, /^PORT /],
    [{ PORT: '3000.5' }, /^PORT /],
    [{ JINSHU_ROLE: 'king' }, /^JINSHU_ROLE must be one of both, web, worker/],
    [{ JINSHU_DEMO: 'yes' }, /^JINSHU_DEMO must be one of 0, 1/],
    [{ JINSHU_DEMO: '1', HOST: '0.0.0.0' }, /^JINSHU_DEMO=1 works only on loopback/],
    [{ JINSHU_DEMO: '1', HOST: '192.168.1.5' }, /loopback/],
    [{ DATABASE_URL: 'mysql://localhost/x' }, /^DATABASE_URL must be an address such as postgres:\/\//],
    [{ DATABASE_URL: 'postgres://[bad' }, /^DATABASE_URL /],
    [{ PUBLIC_URL: 'data.example.cn' }, /^PUBLIC_URL /],
    [{ PUBLIC_URL: 'ftp://data.example.cn' }, /^PUBLIC_URL /],
    [{ JINSHU_MAX_UPLOAD_BYTES: '-1' }, /^JINSHU_MAX_UPLOAD_BYTES /],
    [{ JINSHU_REQUESTS_PER_MINUTE: '1e99' }, /^JINSHU_REQUESTS_PER_MINUTE /],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL /],
  ]
  for (const [env, words] of refused)
    try {
      readConfig(env)
      t.fail(`${JSON.stringify(env)} was taken`)
    } catch (error) {
      t.ok(error instanceof ConfigError)
      t.match((error as Error).message, words)
      t.match((error as Error).message, /\.$/, 'a sentence')
    }
  const usual = readConfig({})
  t.match(usual, { host: 'localhost', port: 3000, role: 'both', isDemo: true, databaseUrl: undefined })
  t.ok(Object.isFrozen(usual))
  t.equal(readConfig({ DATABASE_URL: 'postgres://a@b/c' }).isDemo, false, 'a database of one’s own is in earnest')
  t.equal(readConfig({ HOST: '0.0.0.0' }).isDemo, false, 'and so is an address that others reach')
  t.equal(readConfig({ PUBLIC_URL: 'https://data.example.cn///' }).publicUrl, 'https://data.example.cn')
  t.end()
})

const isFull = process.env.JINSHU_TEST_FULL === '1'

t.test('what keeps the process from starting is said in one sentence, and it ends with an error', async t => {
  const taken = async (host: string): Promise<number> => {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, host, resolve)
    })
    t.teardown(() => void server.close())
    return (server.address() as { port: number }).port
  }
  const [four, six] = [await taken('127.0.0.1'), await taken('::1').catch(() => undefined)]
  const file = join(top, 'a-file')
  await writeFile(file, '')
  const badKey = join(top, 'bad.key')
  await writeFile(badKey, 'short\n')
  const database = await freshDatabase(t)
  const closed = await freePort()
  const free = String(await freePort())
  const unreachable = `postgres://a:b@127.0.0.1:${closed}/c`
  const away = /^jinshu: PostgreSQL at 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\): check DATABASE_URL/
  const cases: [string, Record<string, string>, RegExp, string?][] = [
    ['demo mode for everyone', { JINSHU_DEMO: '1', HOST: '0.0.0.0' }, /works only on loopback/],
    ['a taken port', { PORT: String(four) }, new RegExp(`Port ${four} is taken: stop the other program or set PORT`)],
    [
      'a home below a file',
      { JINSHU_HOME: join(file, 'x'), DATABASE_URL: '' },
      /a-file.* cannot be written \(ENOTDIR\)/,
    ],
    ['an unreachable database', { DATABASE_URL: unreachable }, away],
    ['a spoilt master key', { JINSHU_MASTER_KEY_FILE: badKey }, /bad\.key holds no master key/],
  ]
  if (six) cases.push(['a port taken on IPv6 only', { PORT: String(six) }, /is taken/])
  if (isFull)
    cases.push(
      ['a bad setting', { PORT: 'http' }, /PORT must be a whole number/],
      ['a host that is none of ours', { HOST: '192.0.2.7' }, /HOST=192\.0\.2\.7 cannot be listened on/],
      ['a home that is a file', { JINSHU_HOME: file }, /a-file cannot be written \(EEXIST\)/],
      ['a command without a database', { DATABASE_URL: unreachable }, away, 'src/cli/books.ts'],
    )
  const queue = [...cases]
  const one = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, env, words, script = 'src/main.ts'] = next
      const ended = await run(script, [], {
        HOST: '',
        PORT: free,
        PUBLIC_URL: '',
        LOG_LEVEL: '',
        JINSHU_ROLE: '',
        JINSHU_DEMO: '0',
        JINSHU_MASTER_KEY_FILE: '',
        DATABASE_URL: database,
        JINSHU_HOME: newHome(),
        ...env,
      })
      t.equal(ended.code, 1, `${name}: the exit code`)
      t.match(ended.err, words, name)
      const lines = ended.err.split('\n').filter(line => line !== '')
      t.equal(lines.length, 1, `${name}: one line, “${ended.err.slice(0, 300)}”`)
      t.match(lines[0], /^jinshu: .*\.$/)
      t.notMatch(ended.out, '晋数 Jinshu ·', 'it never said that it serves')
    }
  }
  await Promise.all([one(), one()])
})

t.test('a database that cannot be used is named with the reason', async t => {
  const url = await freshDatabase(t)
  const refusal = async (databaseUrl: string) => {
    const config = readConfig({ DATABASE_URL: databaseUrl })
    return openDatabase(config).then(
      () => 'taken',
      error => sentenceFor(error, config) ?? 'a mistake of ours',
    )
  }
  const at = (changes: Partial<URL>) => Object.assign(new URL(url), changes).href
  t.match(await refusal('postgres://a:b@no-such-host.invalid/c'), /cannot be reached \((ENOTFOUND|EAI_AGAIN)\)/)
  t.match(await refusal(at({ password: 'wrong' })), /refuses this user or database \(password.*check DATABASE_URL/)
  t.match(await refusal(at({ pathname: '/no_such_database' })), /refuses this user or database \(database/)
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('newer', 99999999999999)`
  t.match(await refusal(url), /migrated by a newer version of Jinshu/)
  await sql`delete from drizzle.__drizzle_migrations where hash = 'newer'`
  t.equal(await refusal(url), 'taken')
  await sql`update drizzle.__drizzle_migrations set hash = 'other' where id = 2`
  t.match(await refusal(url), /has applied another migration than 0001/)
  await sql.end()
})

/** Sends a request in two halves; what comes between them happens while it is under way. */
async function inTwoHalves(host: string, port: number, body: object, between: () => Promise<void>): Promise<string> {
  const text = JSON.stringify(body)
  const socket = dial(port, host)
  let answer = ''
  socket.on('data', part => {
    answer += part
  })
  const closed = once(socket, 'close')
  await once(socket, 'connect')
  const length = Buffer.byteLength(text)
  socket.write(
    `POST /api/v1/persons HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${text.slice(0, 20)}`,
  )
  await between()
  socket.write(text.slice(20))
  await closed
  return answer
}

t.test(
  'the process ends orderly with no request cut, keeps everything, and after kill -9 of all nothing acknowledged is lost',
  { timeout: 180_000 },
  async t => {
    const home = newHome()
    await mkdir(home, { mode: 0o711 })
    t.teardown(() => removeEmbedded(home))
    const env = { JINSHU_HOME: home, DATABASE_URL: '', JINSHU_DEMO: '0', JINSHU_REQUESTS_PER_MINUTE: '1000000' }
    const email = 'kept@example.cn'
    const signIn = async (url: string, who = email) =>
      (await post(`${url}/api/v1/sessions`, { email: who, password })).json() as Promise<{ accessToken: string }>
    const postmaster = async () =>
      Number((await readFile(join(home, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])
    const isStopped = () =>
      postmaster().then(
        () => false,
        () => true,
      )

    const first = await start(t, env)
    const publicUrl = `http://localhost:${first.port}`
    t.equal((await post(`${first.url}/api/v1/persons`, { email, name: '保留', password })).status, 201)
    const { accessToken } = await signIn(first.url)
    t.equal((await fetch(`http://localhost:${first.port}/healthz`)).status, 200, 'localhost')

    const hosts = ['127.0.0.1']
    if (await fetch(`http://[::1]:${first.port}/healthz`).catch(() => undefined)) hosts.push('::1')
    let halves = 0
    let stopping: Promise<unknown> | undefined
    const between = async () => {
      halves++
      while (halves < hosts.length) await wait(20)
      stopping ??= wait(100).then(() => first.child.kill('SIGTERM'))
      await stopping
      await wait(1000)
      t.equal(first.child.exitCode, null, 'it waits for what is under way')
    }
    const answers = await Promise.all(
      hosts.map((host, i) =>
        inTwoHalves(host, first.port, { email: `slow${i}@example.cn`, name: '慢', password }, async () => {
          await between()
          const error: any = await fetch(`${first.url}/healthz`).catch(e => e)
          t.ok(error instanceof Error, 'and takes nothing new')
        }),
      ),
    )
    for (const answer of answers) t.match(answer, /^HTTP\/1\.1 201 Created\r\n/, 'a request under way is answered')
    t.equal(await first.ended, 0)
    t.ok(await isStopped(), 'the database stopped with it')

    const second = await start(t, { ...env, PORT: String(first.port) })
    const me = async (url: string, token: string) =>
      (await fetch(`${url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })).json() as Promise<any>
    t.equal((await me(second.url, accessToken)).person?.email, email, 'people, sessions and keys are kept')
    for (const [i] of hosts.entries())
      t.ok((await signIn(second.url, `slow${i}@example.cn`)).accessToken, 'what was acknowledged at the end is there')

    const acknowledged: string[] = []
    const victim = await postmaster()
    let isKilled = false
    const writer = (async () => {
      for (let n = 0; !isKilled; n++) {
        const organization = {
          uscc: newUscc(),
          nameZh: `机构${n}`,
          division: '140100',
          address: '山西省太原市',
          contactName: '王',
          contactPhone: '0351-1234567',
          roles: ['buyer'],
        }
        const headers = { authorization: `Bearer ${accessToken}`, 'idempotency-key': `kill-${n}` }
        const reply = await post(`${second.url}/api/v1/organizations`, organization, headers).catch(() => undefined)
        if (reply?.status === 201) acknowledged.push(((await reply.json()) as { id: string }).id)
        else if (reply && reply.status !== 503) t.fail(`${reply.status} ${await reply.text()}`)
      }
    })()
    while (acknowledged.length < 60) await wait(10)
    second.child.kill('SIGKILL')
    process.kill(victim, 'SIGKILL')
    t.equal(await second.ended, 'SIGKILL')
    isKilled = true
    await writer

    const third = await start(t, { ...env, PORT: String(first.port) })
    const kept = new Set((await me(third.url, accessToken)).memberships.map((m: any) => m.organizationId))
    t.same(
      acknowledged.filter(id => !kept.has(id)),
      [],
      `${acknowledged.length} acknowledged, ${kept.size} kept`,
    )
    t.match(third.said(), publicUrl)
    third.child.kill('SIGINT')
    t.equal(await third.ended, 0, 'Ctrl-C ends it too')
    t.ok(await isStopped())
  },
)

t.test('web and worker run apart, and an idle connection does not hold up the end', async t => {
  const env = { DATABASE_URL: await freshDatabase(t), JINSHU_DEMO: '0', JINSHU_HOME: newHome() }
  const [web, worker] = await Promise.all([
    start(t, { ...env, JINSHU_ROLE: 'web' }),
    start(t, { ...env, JINSHU_ROLE: 'worker' }),
  ])
  t.equal((await fetch(`${web.url}/readyz`)).status, 200)
  t.ok((await fetch(`${worker.url}/readyz`).catch(e => e)) instanceof Error, 'the worker serves no requests')
  await post(`${web.url}/api/v1/persons`, { email: 'apart@example.cn', name: '分', password })
  let size = 0
  for (let i = 0; i < 200 && size === 0; i++) {
    const note = await (await fetch(`${web.url}/log/checkpoint`)).text()
    size = Number(note.split('\n')[1]) || 0
    await wait(50)
  }
  t.ok(size > 0, 'what the one wrote the other put into the log')
  const idle = dial(web.port, '127.0.0.1')
  idle.on('error', () => {})
  await once(idle, 'connect')
  const began = performance.now()
  for (const each of [web, worker]) each.child.kill('SIGTERM')
  t.same(await Promise.all([web.ended, worker.ended]), [0, 0])
  t.ok(performance.now() - began < 30_000, 'Node itself would wait a minute')
  idle.destroy()
})
