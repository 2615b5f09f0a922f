import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { inventUscc, makeCast, roles } from '../../src/demo/cast.ts'
import { Client, type Player } from '../../src/demo/client.ts'
import { signInOperator } from '../../src/demo/operator.ts'
import { launch, run } from '../support/command.ts'
import { freshDatabase } from '../support/database.ts'
import { formOf } from '../support/offering.ts'
import { freePort, start } from '../support/process.ts'

/** Uploads a file as slowly as it is told: `hold` is called when half of it is on its way. */
async function uploadSlowly(url: string, as: Player, file: Buffer, hold: () => Promise<void>) {
  const { type, bytes } = formOf('slow.csv', file)
  const outgoing = request(`${url}/api/v1/data-versions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${as.token}`,
      'jinshu-organization': as.organizationId!,
      'content-type': type,
      'content-length': bytes.length,
      expect: '100-continue',
    },
  })
  outgoing.flushHeaders()
  // the process says that it has the request, not only the kernel that it has the connection
  await once(outgoing, 'continue')
  const answered = once(outgoing, 'response')
  const half = Math.floor(bytes.length / 2)
  outgoing.write(bytes.subarray(0, half))
  await hold()
  for (let at = half; at < bytes.length; at += 65_536) {
    outgoing.write(bytes.subarray(at, at + 65_536))
    await wait(50)
  }
  outgoing.end()
  const [response] = await answered
  let body = ''
  for await (const part of response) body += part
  return { status: response.statusCode as number, body: JSON.parse(body) }
}

/** Tells the demo's story to a running exchange; `on` hears each line. */
function tell(url: string, on: (line: string) => void) {
  const child = launch('src/cli/demo.ts', ['--url', url], {})
  let words = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', part => {
      words += part
      for (const line of String(part).split('\n')) on(line)
    })
  return new Promise<{ code: number | null; words: string }>(resolve =>
    child.on('close', code => resolve({ code, words })),
  )
}

t.test(
  'two web processes and two workers are one exchange; one of each may go in the middle of a trade',
  { timeout: 300_000 },
  async t => {
    const home = await mkdtemp(join(tmpdir(), 'jinshu-processes-'))
    t.teardown(() => rm(home, { recursive: true, force: true }))
    const DATABASE_URL = await freshDatabase(t)
    const port = await freePort()
    const env = { DATABASE_URL, JINSHU_HOME: home, JINSHU_DEMO: '1', PUBLIC_URL: `http://localhost:${port}` }
    const [first, second, doomed, survivor] = await Promise.all([
      start(t, { ...env, JINSHU_ROLE: 'web', PORT: `${port}` }),
      start(t, { ...env, JINSHU_ROLE: 'web' }),
      start(t, { ...env, JINSHU_ROLE: 'worker' }),
      start(t, { ...env, JINSHU_ROLE: 'worker' }),
    ])
    t.pass('all four start at once on an empty database and an empty folder')

    const client = new Client(second.url)
    const operator = await signInOperator(client)
    const { maker } = await makeCast(client, operator, { ...roles.vendor, slug: 'slow' }, inventUscc('140100'))

    const sql = postgres(DATABASE_URL, { max: 1, onnotice: () => {} })
    t.teardown(() => sql.end())
    const isWorking = async () => (await sql`select 1 from pgboss.job where state = 'active' limit 1`).length > 0
    let killing: Promise<void> | undefined
    const killAtWork = async () => {
      while (!(await isWorking())) await wait(5)
      doomed.child.kill('SIGKILL')
      survivor.child.kill('SIGCONT')
    }
    const story = tell(first.url, line => {
      // while the other sleeps, the work that comes with the signed contract is the doomed one's
      if (line.startsWith('3 ')) survivor.child.kill('SIGSTOP')
      if (line.startsWith('4 ')) killing ??= killAtWork()
    })

    const file = Buffer.from(`day,rain\n${'2026-01-01,0.5\n'.repeat(60_000)}`)
    const uploaded = await uploadSlowly(second.url, maker, file, async () => {
      second.child.kill('SIGTERM')
      await wait(1_000)
      t.ok((await fetch(`${second.url}/healthz`).catch(e => e)) instanceof Error, 'it takes nothing new')
      t.equal(second.child.exitCode, null, 'and waits for what is under way')
    })
    t.equal(uploaded.status, 201, JSON.stringify(uploaded.body))
    t.equal(uploaded.body.sha256, createHash('sha256').update(file).digest('hex'), 'not a byte is cut')
    t.equal(await second.ended, 0, second.said())

    const { code, words } = await story
    t.equal(code, 0, words)
    t.ok(killing, 'a worker was to be killed')
    await killing
    t.equal(await doomed.ended, 'SIGKILL')

    const version = await new Client(first.url).call<{ state: string; rows: number }>(
      `GET /data-versions/${uploaded.body.id}`,
      { as: maker },
    )
    t.match(version, { state: 'read', rows: 60_000 }, 'what one took in, the other has')
    const log = await run('src/cli/verify-log.ts', [], env)
    t.equal(log.code, 0, log.out + log.err)
    const books = await run('src/cli/books.ts', [], env)
    t.equal(books.code, 0, books.out + books.err)
    for (const each of [first, survivor]) each.child.kill('SIGTERM')
    t.same(await Promise.all([first.ended, survivor.ended]), [0, 0])
    for (const each of [first, second, doomed, survivor])
      t.notMatch(each.said(), /"level":(50|60)/, 'nobody had trouble')
  },
)
