import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import t, { type Test } from 'tap'
import { EmbeddedError, removeEmbedded, startEmbedded } from '../../src/kernel/embedded/index.ts'

const isRoot = process.getuid?.() === 0
const top = await mkdtemp(join(tmpdir(), 'jinshu-embedded-'))
await chmod(top, 0o711)
t.teardown(() => rm(top, { recursive: true, force: true }))

/** The home that most tests share, because making a database takes longest. */
const shared = join(top, 'shared')
const dataOf = (home: string) => join(home, 'postgres', 'data')

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return [...(await sql.unsafe(text))]
  } finally {
    await sql.end({ timeout: 1 })
  }
}

interface Starter {
  readonly child: ChildProcess
  readonly ready: { url: string; port: number; isOwner: boolean }
  readonly lines: Record<string, unknown>[]
  order(word: string): void
  readonly ended: Promise<unknown>
}

async function starter(t: Test, home: string, detached = false): Promise<Starter> {
  const script = fileURLToPath(new URL('../support/starter.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import=tsx', script, home], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached,
  })
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  const lines: Record<string, unknown>[] = []
  const reader = createInterface({ input: child.stdout })
  const first = once(reader, 'line')
  reader.on('line', line => lines.push(JSON.parse(line)))
  await Promise.race([first, ended.then(() => Promise.reject(new Error('the starter ended at once')))])
  const ready = lines[0] as unknown as Starter['ready']
  return { child, ready, lines, ended, order: word => child.stdin.write(`${word}\n`) }
}

const isListening = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('close', () => socket.destroy())
    socket.unref()
  })

async function eventually(t: Test, what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await holds()) return void t.pass(what)
    await wait(25)
  }
  t.fail(what)
}

const postmaster = async (home: string): Promise<number> =>
  Number((await readFile(join(dataOf(home), 'postmaster.pid'), 'utf8')).split('\n')[0])

const refusal = async (promise: Promise<unknown>): Promise<EmbeddedError> =>
  promise.then(
    () => Promise.reject(new Error('it was not refused')),
    error => {
      if (error instanceof EmbeddedError) return error
      throw error
    },
  )

t.test('three starters at the same time get one database with one owner', async t => {
  const all = await Promise.all([starter(t, shared), starter(t, shared), startEmbedded({ home: shared })])
  const states = all.map(each => ('ready' in each ? each.ready : each))
  t.equal(new Set(states.map(({ url }) => url)).size, 1, 'one address and one password')
  t.equal(states.filter(({ isOwner }) => isOwner).length, 1, 'one owner')
  const [first, second, own] = all
  const [row] = await query(own.url, "select current_setting('fsync') as fsync, current_setting('port') as port")
  t.strictSame(row, { fsync: 'on', port: String(own.port) })

  first.order('stop')
  second.order('stop')
  await Promise.all([first.ended, second.ended])
  t.strictSame(await query(own.url, 'select 1 as one'), [{ one: 1 }], 'it runs for whoever is left')
  await own.stop()
  await own.stop()
  t.notOk(await isListening(own.port), 'and stops with the last')
})

t.test('a restart keeps rows, port and password, and nobody else can read the password', async t => {
  const first = await startEmbedded({ home: shared, settings: { work_mem: '8MB', 'jinshu.note': "it's; $HOME" } })
  await query(first.url, 'create table restart as select 42 as answer')
  const [row] = await query(
    first.url,
    `select current_setting('jinshu.note') as note, current_setting('TimeZone') as zone,
    datlocprovider as provider, datlocale as locale, pg_encoding_to_char(encoding) as encoding
    from pg_database where datname = 'jinshu'`,
  )
  t.strictSame(row, { note: "it's; $HOME", zone: 'UTC', provider: 'b', locale: 'C.UTF-8', encoding: 'UTF8' })
  await first.stop()

  const said: string[] = []
  const second = await startEmbedded({ home: shared, log: line => said.push(line) })
  t.strictSame(said, [`PostgreSQL was started on 127.0.0.1:${first.port}.`])
  t.equal(second.url, first.url)
  t.strictSame(await query(second.url, 'select answer from restart'), [{ answer: 42 }])
  t.equal((await stat(join(shared, 'postgres', 'password'))).mode & 0o777, 0o600)
  t.equal((await stat(dataOf(shared))).mode & 0o777, 0o700)
  await t.rejects(query(second.url.replace(/:[^:@/]+@/, ':wrong@'), 'select 1'), { code: '28P01' })
  await t.rejects(removeEmbedded(shared), { name: 'EmbeddedError' }, 'what is used cannot be removed')
  await second.stop()
})

t.test('a guest leaves the database to its owner', async t => {
  const owner = await starter(t, shared)
  const guest = await startEmbedded({ home: shared })
  t.ok(owner.ready.isOwner)
  t.notOk(guest.isOwner)
  await guest.stop()
  t.ok(await isListening(owner.ready.port))
  owner.order('stop')
  await owner.ended
  t.notOk(await isListening(owner.ready.port))
})

t.test('Ctrl-C reaches the process but not the database, which serves to the end', async t => {
  const owner = await starter(t, shared, true)
  process.kill(-(owner.child.pid as number), 'SIGINT')
  t.strictSame(await owner.ended, [0, null])
  t.match(owner.lines.at(-1), { afterInterrupt: 1 })
  t.notOk(await isListening(owner.ready.port), 'and the process stopped it')
})

t.test('a process that ends without stopping takes the database with it', async t => {
  const owner = await starter(t, shared)
  owner.order('crash')
  t.strictSame(await owner.ended, [7, null])
  await eventually(t, 'the server ends', async () => !(await isListening(owner.ready.port)))
})

t.test('a server whose owner was killed is taken over', async t => {
  const owner = await starter(t, shared)
  const server = await postmaster(shared)
  owner.child.kill('SIGKILL')
  await owner.ended
  const next = await startEmbedded({ home: shared })
  t.ok(next.isOwner)
  t.equal(next.port, owner.ready.port)
  t.equal(await postmaster(shared), server, 'without a restart')
  await next.stop()
})

t.test('after kill -9 of everything no acknowledged row is lost', async t => {
  const owner = await starter(t, shared)
  owner.order('write')
  await eventually(t, 'rows are written', () => owner.lines.length > 200)
  process.kill(await postmaster(shared), 'SIGKILL')
  owner.child.kill('SIGKILL')
  await owner.ended
  const next = await startEmbedded({ home: shared })
  const acknowledged = Number(owner.lines.at(-1)?.acknowledged)
  const [row] = await query(next.url, 'select max(n) as last, count(*)::int as rows from kept')
  t.ok(Number(row?.last) >= acknowledged, `acknowledged ${acknowledged}, found ${row?.last}`)
  t.equal(row?.rows, Number(row?.last) + 1, 'and no gap')
  await next.stop()
})

t.test('numbers of dead processes that others have now are not trusted', async t => {
  const control = join(shared, 'postgres')
  const stale = { pid: process.pid, born: 'long ago', token: 'x' }
  await writeFile(join(control, 'users.json'), JSON.stringify([stale]))
  await writeFile(join(control, 'lock'), JSON.stringify(stale))
  await writeFile(join(dataOf(shared), 'postmaster.pid'), `${process.pid}\n${dataOf(shared)}\n1\n1\n\n127.0.0.1\n`)
  const next = await startEmbedded({ home: shared })
  t.ok(next.isOwner)
  await next.stop()
  t.notOk(await isListening(next.port))
})

t.test('a port taken meanwhile is given up for another', async t => {
  const port = Number(await readFile(join(shared, 'postgres', 'port'), 'utf8'))
  const thief = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${port},'127.0.0.1',()=>console.log())`,
  ])
  t.teardown(() => thief.kill('SIGKILL'))
  await once(thief.stdout, 'data')
  const next = await startEmbedded({ home: shared })
  t.not(next.port, port)
  await next.stop()
})

t.test('each thing that prevents the start is one sentence with the way out', async t => {
  const file = join(top, 'file')
  await writeFile(file, '')
  const sentences = [await refusal(startEmbedded({ home: join(file, 'home') }))]
  if (!isRoot) {
    await mkdir(join(top, 'closed'), { mode: 0o500 })
    sentences.push(await refusal(startEmbedded({ home: join(top, 'closed', 'home') })))
  }
  for (const each of sentences) {
    t.match(each.message, /^The folder \S+ cannot be written \(E[A-Z]+\): allow writing to it, or name another one/)
    t.match(each.said.zh, /^无法写入文件夹 \S+.*JINSHU_HOME.*。$/)
  }

  const password = join(shared, 'postgres', 'password')
  await rename(password, `${password}.away`)
  t.match(await refusal(startEmbedded({ home: shared })), { message: /password file \S+ is missing/ })
  await writeFile(password, 'another\n')
  t.match(await refusal(startEmbedded({ home: shared })), { message: /does not accept the password in/ })
  await rename(`${password}.away`, password)

  t.match(await refusal(startEmbedded({ home: shared, settings: { 'a b': '1' } })), { message: /not the name/ })
  await t.rejects(postmaster(shared), { code: 'ENOENT' }, 'a refused start leaves no server')
  t.match(await refusal(startEmbedded({ home: shared, settings: { shared_buffers: 'plenty' } })), {
    message: /^The database cannot start: .*shared_buffers/,
  })
  await writeFile(join(dataOf(shared), 'PG_VERSION'), '15\n')
  t.match(await refusal(startEmbedded({ home: shared })), { message: /was made by PostgreSQL 15 and this is 18/ })
})

t.test(
  'a home that the database user cannot enter works, and a removed home leaves nothing',
  { skip: !isRoot },
  async t => {
    const closed = await mkdtemp(join(homedir(), '.jinshu-test-'))
    t.teardown(() => rm(closed, { recursive: true, force: true }))
    const home = join(closed, 'var')
    const said: string[] = []
    const options = { home, fsync: false, log: (line: string) => said.push(line) }
    const first = await startEmbedded(options)
    await query(first.url, 'create table kept as select 1 as one')
    await first.stop()
    const second = await startEmbedded(options)
    t.strictSame(await query(second.url, 'select one from kept'), [{ one: 1 }])
    await second.stop()
    const place = (await readFile(join(home, 'postgres', 'location'), 'utf8')).trim()
    t.equal(said.filter(line => line.includes(`kept in ${place}`)).length, 1, 'the other place is told once')
    await removeEmbedded(home)
    await t.rejects(stat(place), { code: 'ENOENT' })
    await t.rejects(stat(join(home, 'postgres')), { code: 'ENOENT' })
  },
)
