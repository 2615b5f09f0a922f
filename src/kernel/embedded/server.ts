import { randomBytes } from 'node:crypto'
import { chown, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import postgres from 'postgres'
import type { Binaries } from './binaries.ts'
import { type Folder, makePrivate } from './folder.ts'
import { serves } from './identity.ts'
import { run } from './process.ts'
import { EmbeddedError, words } from './words.ts'

/** The database server of one folder: made, started, found again, asked, stopped. The caller holds the lock. */
export interface Server {
  readonly folder: Folder
  readonly binaries: Binaries
  readonly password: string
  /** Command-line settings, already checked. */
  readonly settings: Readonly<Record<string, string>>
}

const START_SECONDS = 300

export const logOf = (data: string): string => join(data, 'server.log')

/** The running postmaster of a data folder; the port is absent while it is still starting. */
export async function postmasterOf(data: string): Promise<{ pid: number; port: number | undefined } | undefined> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  if (!(pid > 1) || !serves(pid, data)) return undefined
  return { pid, port: Number(lines[3]) || undefined }
}

/** The reason in the words of PostgreSQL: the last fatal line, else the last line. */
function reasonIn(output: string): string {
  const lines = output.split('\n').filter(line => line.trim() !== '' && !line.includes('examine the log output'))
  const line = lines.findLast(each => /FATAL|PANIC|error:/.test(each)) ?? lines.at(-1) ?? 'no reason given'
  return line.replace(/^.*?(FATAL|PANIC|error):\s*/, '').trim()
}

/** Makes the data folder whole or not at all: initdb works under another name that the last step takes away. */
export async function create(server: Server): Promise<void> {
  const { binaries, password, settings } = server
  const { data, user } = server.folder
  const parent = dirname(data)
  for (const name of await readdir(parent))
    if (/^new-/.test(name)) await rm(join(parent, name), { recursive: true, force: true })
  const token = randomBytes(6).toString('hex')
  const part = join(parent, `new-${token}`)
  const secret = join(parent, `new-${token}.password`)
  // macOS has no C.UTF-8; the collation is PostgreSQL's own in any case.
  const locale = process.platform === 'linux' ? 'C.UTF-8' : 'C'
  try {
    await makePrivate(part, user)
    await writeFile(secret, `${password}\n`, { mode: 0o600, flag: 'wx' })
    if (user.uid !== undefined && user.gid !== undefined) await chown(secret, user.uid, user.gid)
    const flags = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', `--locale=${locale}`, '--encoding=UTF8']
    const access = ['--username=jinshu', '--auth=scram-sha-256', `--pwfile=${secret}`, '--no-instructions']
    const sync = settings.fsync === 'off' ? ['--no-sync'] : []
    const outcome = await run(binaries.initdb, ['-D', part, ...flags, ...access, ...sync], user)
    if (outcome.code !== 0) throw new EmbeddedError(words.cannotCreate(parent, reasonIn(outcome.output)))
    await rename(part, data)
  } catch (error) {
    if (error instanceof EmbeddedError) throw error
    throw new EmbeddedError(words.cannotWrite(parent, error), error)
  } finally {
    await rm(secret, { force: true })
    await rm(part, { recursive: true, force: true })
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.on('error', () => resolve(false))
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

/** The port of last time, so that addresses people noted stay true; else a free one below those the system lends out. */
async function choosePort(control: string): Promise<number> {
  const last = Number(await readFile(join(control, 'port'), 'utf8').catch(() => ''))
  if (last > 0 && (await isFree(last))) return last
  for (;;) {
    const port = 15_500 + (randomBytes(2).readUInt16BE() % 16_000)
    if (await isFree(port)) return port
  }
}

const quote = (value: string): string =>
  process.platform === 'win32' ? `"${value.replaceAll('"', '')}"` : `'${value.replaceAll("'", `'\\''`)}'`

/** The end of the log that the current start has written. */
async function logSince(log: string, offset: number): Promise<string> {
  const file = await open(log, 'r').catch(() => undefined)
  if (file === undefined) return ''
  try {
    const { size } = await file.stat()
    const from = Math.max(offset, size - 16_384)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - from)), { position: from })
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/**
 * Starts PostgreSQL. What may pass by waiting is left to the caller to try again ('again'): a port taken between
 * looking and binding, or processes of a killed server that have not noticed its death yet.
 */
async function launch(server: Server): Promise<'started' | 'again'> {
  const { folder, binaries } = server
  const log = logOf(folder.data)
  const info = await stat(log).catch(() => undefined)
  const full = (info?.size ?? 0) > 8 * 1024 * 1024
  if (full) await rename(log, `${log}.old`)
  const offset = full ? 0 : (info?.size ?? 0)
  // A killed server leaves its number behind. Where a zombie or a stranger has that number, PostgreSQL would take it
  // for a living server and refuse for ever; it still checks the shared memory for living children.
  await rm(join(folder.data, 'postmaster.pid'), { force: true })
  const port = await choosePort(folder.control)
  const options = Object.entries({ ...server.settings, port: String(port) })
    .map(([name, value]) => `-c ${quote(`${name}=${value}`)}`)
    .join(' ')
  const wanted = ['start', '-w', '-s', '-t', String(START_SECONDS), '-D', folder.data, '-l', log, '-o', options]
  const outcome = await run(binaries.pgCtl, wanted, folder.user)
  if (outcome.code === 0) {
    await writeFile(join(folder.control, 'port'), `${port}\n`)
    return 'started'
  }
  const reason = (await logSince(log, offset)) || outcome.output
  if (/Address already in use|could not create any TCP\/IP sockets|pre-existing shared memory/.test(reason))
    return 'again'
  throw new EmbeddedError(words.cannotStart(log, reasonIn(reason)))
}

const urlOf = (server: Server, port: number, database: string): string =>
  `postgres://jinshu:${server.password}@127.0.0.1:${port}/${database}`

/** Connects and makes the database `jinshu` when absent; 'not yet' while the server starts, recovers or is dying. */
async function ask(server: Server, port: number): Promise<'ready' | 'not yet'> {
  const sql = postgres(urlOf(server, port, 'postgres'), { max: 1, connect_timeout: 5, onnotice: () => {} })
  try {
    const [row] = await sql`select from pg_database where datname = 'jinshu'`
    if (row === undefined) await sql`create database jinshu`
    return 'ready'
  } catch (error) {
    const code = String((error as { code?: unknown }).code)
    if (code === '53300') return 'ready'
    if (code.startsWith('28'))
      throw new EmbeddedError(words.wrongPassword(join(server.folder.control, 'password')), error)
    const passing = /^(ECONN|CONN|CONNECT|57P|ETIMEDOUT|EPIPE)/
    if (passing.test(code)) return 'not yet'
    throw new EmbeddedError(words.cannotStart(logOf(server.folder.data), (error as Error).message), error)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/**
 * A server that answers: the running one, or a new one. A server killed a moment ago may still count as running and
 * refuse connections, so the question is asked again until it answers or is gone.
 */
export async function ensure(server: Server): Promise<{ port: number; url: string; wasStarted: boolean }> {
  const end = Date.now() + START_SECONDS * 1000
  let wasStarted = false
  while (Date.now() < end) {
    const running = await postmasterOf(server.folder.data)
    if (running === undefined && (await launch(server)) === 'started') {
      wasStarted = true
      continue
    }
    if (running?.port !== undefined && (await ask(server, running.port)) === 'ready')
      return { port: running.port, url: urlOf(server, running.port, 'jinshu'), wasStarted }
    await wait(100)
  }
  throw new EmbeddedError(words.tooLong(logOf(server.folder.data), START_SECONDS))
}

/** Stops the server: running transactions end, what was acknowledged is on disk. */
export async function halt(folder: Folder, binaries: Binaries): Promise<void> {
  if ((await postmasterOf(folder.data)) === undefined) return
  const stop = (mode: string) =>
    run(binaries.pgCtl, ['stop', '-w', '-s', '-t', '60', '-m', mode, '-D', folder.data], folder.user)
  const fast = await stop('fast')
  if (fast.code === 0 || (await postmasterOf(folder.data)) === undefined) return
  const immediate = await stop('immediate')
  if (immediate.code !== 0 && (await postmasterOf(folder.data)) !== undefined)
    throw new EmbeddedError(words.cannotStop(logOf(folder.data), reasonIn(immediate.output)))
}
