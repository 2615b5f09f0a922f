import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import postgres from 'postgres'
import t from 'tap'
import { inventUscc, makeCast, roles } from '../../src/demo/cast.ts'
import { Client } from '../../src/demo/client.ts'
import { signInOperator } from '../../src/demo/operator.ts'
import { openBrowser } from '../support/browser.ts'
import { freshDatabase } from '../support/database.ts'
import { openExchange, password } from '../support/exchange.ts'
import { freePort, start } from '../support/process.ts'

const isFull = process.env.JINSHU_TEST_FULL === '1'
const piece = 4 * 1024 * 1024
/** About 14 MB: four pieces of the page's script, and read after the answer. */
const table = Buffer.from(
  `编号,日期,数值\n${Array.from({ length: 520_000 }, (_, i) => `${String(i).padStart(8, '0')},2026-01-0${(i % 9) + 1},${i % 977}\n`).join('')}`,
)
const digest = createHash('sha256').update(table).digest('hex')

t.test(
  'a browser goes on where the connection broke, after a reload too, and when it is told to',
  { timeout: 300_000 },
  async t => {
    const x = await openExchange(t)
    const vendor = await x.organization(['vendor'])
    const browser = await openBrowser(t)
    await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = x.exchange.app.server.address() as { port: number }
    const origin = `http://127.0.0.1:${port}`
    const folder = await mkdtemp(join(tmpdir(), 'jinshu-browser-upload-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, '观测.csv')
    await writeFile(path, table)

    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    await context.addCookies([{ name: 'jinshu_language', value: 'zh', url: origin }])
    const page = await context.newPage()
    await page.goto(`${origin}/sign-in?next=/vendor/upload`)
    const form = page.locator('form:has(input[name="password"])')
    await form.locator('input[name="email"]').fill(vendor.maker.email)
    await form.locator('input[name="password"]').fill(password)
    await form.locator('button[type="submit"]').click()
    await page.waitForURL(`${origin}/vendor/upload`)

    const pieces: { offset: number; checksum: string | undefined }[] = []
    let begun = 0
    let cutting: 'off' | 'before' = 'off'
    await page.route('**/api/v1/uploads**', async route => {
      const request = route.request()
      if (request.method() === 'POST') begun += 1
      if (request.method() !== 'PATCH') return route.continue()
      const headers = request.headers()
      const offset = Number(headers['upload-offset'])
      if (cutting === 'before' && offset > 0) return route.abort('connectionreset')
      pieces.push({ offset, checksum: headers['upload-checksum'] })
      return route.continue()
    })
    const staged = async () => {
      const [name] = (await readdir(join(x.home, 'uploads')).catch(() => [])).filter(each => !each.includes('.'))
      return name ? (await readFile(join(x.home, 'uploads', name))).length : 0
    }
    const choose = async (on: Page) => {
      await on.locator('input[type="file"]').setInputFiles(path)
      await on.getByRole('button', { name: '上传并读取' }).click()
    }

    cutting = 'before'
    await choose(page)
    await page.getByText('连接中断，正在重试…').waitFor()
    t.equal(await staged(), piece, 'the first piece has arrived, and nothing else')

    await page.getByRole('button', { name: '暂停' }).click()
    await page.getByText('已暂停，可随时继续').waitFor()
    const before = pieces.length
    cutting = 'off'
    await wait(1500)
    t.equal(pieces.length, before, 'a paused upload sends nothing, though the connection is back')

    await page.reload()
    await context.setOffline(true)
    await choose(page)
    await page.getByText('连接中断，正在重试…').waitFor()
    t.equal(await staged(), piece)
    await context.setOffline(false)
    await page.waitForURL(/\/vendor\/versions\/[0-9a-f-]{36}$/, { timeout: 60_000 })
    t.equal(begun, 1, 'one upload was begun, however often it broke')
    t.same(
      pieces.map(({ offset }) => offset),
      [0, piece, 2 * piece, 3 * piece].slice(0, Math.ceil(table.length / piece)),
      'no piece was sent twice',
    )
    for (const { offset, checksum } of pieces)
      t.equal(
        checksum,
        `sha256 ${createHash('sha256')
          .update(table.subarray(offset, offset + piece))
          .digest('base64')}`,
        'each with the checksum of its bytes',
      )
    const id = page.url().split('/').at(-1)
    const version = await x.until(async () => {
      const found = await x.ok(`GET /data-versions/${id}`, { as: vendor.maker })
      return found.state !== 'profiling' && found
    }, 'the reading')
    t.match(version, { state: 'ready', rows: 520_000, sha256: digest, fileName: '观测.csv' })
    t.equal(await staged(), 0, 'nothing stays in the staging folder')
  },
)

t.test(
  'a server that is killed in an upload, and while it reads, loses nothing and keeps nothing partial',
  { timeout: 300_000, skip: isFull ? false : 'only in full: it starts the exchange three times' },
  async t => {
    const home = await mkdtemp(join(tmpdir(), 'jinshu-upload-kill-'))
    t.teardown(() => rm(home, { recursive: true, force: true }))
    const DATABASE_URL = await freshDatabase(t)
    const port = await freePort()
    const env = {
      DATABASE_URL,
      JINSHU_HOME: home,
      JINSHU_DEMO: '1',
      PORT: `${port}`,
      PUBLIC_URL: `http://localhost:${port}`,
    }
    const sql = postgres(DATABASE_URL, { max: 1, onnotice: () => {} })
    t.teardown(() => sql.end())
    let server = await start(t, env)
    const client = new Client(server.url)
    const { maker } = await makeCast(
      client,
      await signInOperator(client),
      { ...roles.vendor, slug: 'killed' },
      inventUscc('140100'),
    )
    const head = {
      authorization: `Bearer ${maker.token}`,
      'jinshu-organization': maker.organizationId!,
      'tus-resumable': '1.0.0',
    }
    const restart = async () => {
      server.child.kill('SIGKILL')
      t.equal(await server.ended, 'SIGKILL')
      server = await start(t, env)
    }
    const patch = (path: string, offset: number, bytes: Buffer) =>
      fetch(`${server.url}${path}`, {
        method: 'PATCH',
        headers: {
          ...head,
          'content-type': 'application/offset+octet-stream',
          'upload-offset': `${offset}`,
          'upload-checksum': `sha256 ${createHash('sha256').update(bytes).digest('base64')}`,
        },
        body: new Uint8Array(bytes),
      })
    const offsetOf = async (path: string) =>
      Number((await fetch(`${server.url}${path}`, { method: 'HEAD', headers: head })).headers.get('upload-offset'))

    const begun = await fetch(`${server.url}/api/v1/uploads`, {
      method: 'POST',
      headers: {
        ...head,
        'upload-length': `${table.length}`,
        'upload-metadata': `filename ${Buffer.from('观测.csv').toString('base64')}`,
      },
    })
    t.equal(begun.status, 201)
    const path = begun.headers.get('location')!
    t.equal((await patch(path, 0, table.subarray(0, piece))).status, 204)
    const broken = patch(path, piece, table.subarray(piece, 3 * piece)).then(
      reply => reply.status,
      () => 'broken',
    )
    await wait(5)
    await restart()
    const answered = await broken
    const offset = await offsetOf(path)
    t.ok(
      [piece, 3 * piece].includes(offset),
      `after the kill the upload goes on at ${offset}; its request was ${answered}`,
    )
    if (answered === 204) t.equal(offset, 3 * piece, 'what was acknowledged is there')

    const last = await patch(path, offset, table.subarray(offset))
    t.equal(last.status, 204)
    const id = last.headers.get('jinshu-data-version')
    t.ok(id)
    const [state] = await sql`select state from data.data_version where id = ${id}`
    t.equal(state!.state, 'profiling', 'the file is being read')
    await restart()
    const [cut] =
      await sql`select state, columns, sample, (select count(*)::int from data.data_copy c where c.data_version_id = v.id) as copies
    from data.data_version v where id = ${id}`
    t.same({ ...cut }, { state: 'profiling', columns: null, sample: null, copies: 0 }, 'nothing half-read is kept')
    const { now } = await client.call<{ now: string }>('GET /clock')
    await client.call('POST /demo/clock', { body: { to: new Date(Date.parse(now) + 3_600_000).toISOString() } })
    const read = async () => (await sql`select state, rows from data.data_version where id = ${id}`)[0]!
    for (let i = 0; i < 240 && (await read()).state === 'profiling'; i++) await wait(250)
    const found = await read()
    if (found.state === 'failed') {
      const again = await fetch(`${server.url}/api/v1/data-versions/${id}/retry`, { method: 'POST', headers: head })
      t.ok(again.status < 300, 'its owner has it read again without sending it again')
      for (let i = 0; i < 240 && (await read()).state === 'profiling'; i++) await wait(250)
    }
    t.match(await read(), { state: 'ready' })
    t.equal(Number((await read()).rows), 520_000)
    const files = async (folder: string) => (await readdir(join(home, folder)).catch(() => [])).length
    t.equal(await files('uploads'), 0, 'nothing stays in the staging folder')
    t.equal(await files('files/incoming'), 0, 'nor in the store')
    const [versions] = await sql`select count(*)::int as n from data.data_version where file_name = '观测.csv'`
    t.equal(versions!.n, 1)
    server.child.kill('SIGTERM')
    t.equal(await server.ended, 0)
  },
)
