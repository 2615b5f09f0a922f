import type { ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { removeEmbedded } from '../../src/kernel/embedded/index.ts'
import { launch, run } from '../support/command.ts'
import { freePort } from '../support/process.ts'

/** Seconds of the exchange's first minutes after which everything is killed; the demo exchange is being made then. */
const moments = process.env.JINSHU_TEST_FULL ? [1, 3, 4.5, 6, 7.5, 9, 11, 13] : [4, 8]

const gone = (child: ChildProcess) => new Promise<void>(resolve => child.once('exit', () => resolve()))

t.test(
  'killed again and again while trades are made, nothing acknowledged is lost and the books stay right',
  { timeout: 400_000 },
  async t => {
    const home = await mkdtemp(join(tmpdir(), 'jinshu-crash-'))
    await chmod(home, 0o711)
    const port = await freePort()
    const env = { JINSHU_HOME: home, PORT: String(port), PUBLIC_URL: `http://localhost:${port}`, DATABASE_URL: '' }
    let server: ChildProcess | undefined
    t.teardown(async () => {
      if (server && server.exitCode === null) {
        server.kill('SIGTERM')
        await gone(server)
      }
      await removeEmbedded(home)
      await rm(home, { recursive: true, force: true })
    })
    const get = (path: string) =>
      fetch(`http://localhost:${port}${path}`)
        .then(async r => (r.ok ? ((await r.json()) as any) : undefined))
        .catch(() => undefined)
    const isUp = async () => {
      for (let i = 0; i < 300 && !(await get('/readyz')); i++) await wait(100)
      t.ok(await get('/readyz'), 'the exchange answers')
    }

    let seen = 0
    for (const moment of moments) {
      server = launch('src/main.ts', [], env)
      await isUp()
      await wait(moment * 1000)
      const before = (await get('/api/v1/products?limit=1'))?.total ?? 0
      const postmaster = Number((await readFile(join(home, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0])
      server.kill('SIGKILL')
      process.kill(postmaster, 'SIGKILL')
      await gone(server)
      t.ok(before >= seen, `${before} listings before the kill after ${moment} s, ${seen} before`)
      seen = before
    }

    server = launch('src/main.ts', [], env)
    let words = ''
    server.stdout!.on('data', part => {
      words += part
    })
    server.stderr!.on('data', part => {
      words += part
    })
    for (let i = 0; i < 900 && !words.includes('晋数 Jinshu ·') && server.exitCode === null; i++) await wait(100)
    t.match(words, '晋数 Jinshu ·', 'the interrupted demo exchange is completed')
    t.equal((await get('/api/v1/products?limit=1')).total, 12, 'a dozen listings, none twice')
    const books = await run('src/cli/books.ts', [], env)
    t.equal(books.code, 0, books.out + books.err)
    const log = await run('src/cli/verify-log.ts', [], env)
    t.equal(log.code, 0, log.out + log.err)
    const told = await run('src/cli/demo.ts', ['--url', `http://localhost:${port}`], env)
    t.equal(told.code, 0, told.out + told.err)
    server.kill('SIGTERM')
    await gone(server)
    t.equal(server.exitCode, 0, 'and it ends orderly')
  },
)
