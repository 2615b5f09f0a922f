import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Text } from '../text.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { type Folder, locationOf, makeControl, openFolder } from './folder.ts'
import { type Identity, isAlive, self, serves } from './identity.ts'
import { withLock } from './lock.ts'
import { create, ensure, halt, postmasterOf } from './server.ts'
import { EmbeddedError, words } from './words.ts'

export interface EmbeddedOptions {
  /** Folder of the installation; the database lives in its sub-folder `postgres`. Made when absent. */
  readonly home: string
  /** Is told what happens, one line each: in English, and as a pair for those who write for people. */
  readonly log?: ((line: string, said: Text) => void) | undefined
  /** Off only for tests: an unsynced commit does not outlive the machine. */
  readonly fsync?: boolean | undefined
  /** Further PostgreSQL settings, as given on its command line; they count only if this call starts the server. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

export interface EmbeddedDatabase {
  /** `postgres://jinshu:…@127.0.0.1:<port>/jinshu` */
  readonly url: string
  readonly port: number
  /** Whether this call started the server or took over one that nobody used; otherwise it is a guest. */
  readonly isOwner: boolean
  /** Gives the database up: the server stops with the last that uses it. May be called again. */
  stop(): Promise<void>
}

/** One use of the database. The list of them decides who stops it; the dead on it do not count. */
interface Use extends Identity {
  readonly token: string
}

const PATIENCE = 600_000

const settingsOf = (options: EmbeddedOptions): Record<string, string> => {
  for (const name of Object.keys(options.settings ?? {}))
    if (!/^[a-z_][a-z0-9_.]*$/.test(name)) throw new EmbeddedError(words.badSetting(name))
  const unsafe = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
  return {
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    ...(options.fsync === false ? unsafe : {}),
    ...options.settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  }
}

function parseUses(content: string): Use[] {
  try {
    return (JSON.parse(content) as Use[]).filter(isAlive)
  } catch {
    return []
  }
}

const usesFile = (control: string): string => join(control, 'users.json')

const readUses = async (control: string): Promise<Use[]> =>
  parseUses(await readFile(usesFile(control), 'utf8').catch(() => '[]'))

async function writeUses(control: string, uses: readonly Use[]): Promise<void> {
  const file = usesFile(control)
  await writeFile(`${file}.new`, JSON.stringify(uses), { mode: 0o644 })
  await rename(`${file}.new`, file)
}

const pidsOf = (uses: readonly Use[]): string => [...new Set(uses.map(({ pid }) => pid))].join(', ')

/** Databases to stop when this process ends without having stopped them: an exit must not leave a server behind. */
const abandoned = new Map<Use, { control: string; data: string }>()

function stopAbandoned(): void {
  for (const [use, { control, data }] of abandoned) {
    try {
      const others = parseUses(readFileSync(usesFile(control), 'utf8')).filter(({ pid }) => pid !== use.pid)
      const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
      // SIGINT is PostgreSQL's fast shutdown; there is no waiting for it in an exit handler.
      if (others.length === 0 && pid > 1 && serves(pid, data)) process.kill(pid, 'SIGINT')
    } catch {
      // No list or no server any more: nothing to stop.
    }
  }
}

function stopAtExit(use: Use, folder: Folder): void {
  if (abandoned.size === 0) process.on('exit', stopAbandoned)
  abandoned.set(use, { control: folder.control, data: folder.data })
}

function forget(use: Use): void {
  abandoned.delete(use)
  if (abandoned.size === 0) process.off('exit', stopAbandoned)
}

/** The password, made with the database. It is ours alone; initdb is handed a copy. */
async function passwordOf(folder: Folder): Promise<string> {
  const file = join(folder.control, 'password')
  if (folder.isNew) {
    const password = randomBytes(24).toString('base64url')
    await rm(file, { force: true })
    await writeFile(file, `${password}\n`, { mode: 0o600, flag: 'wx' })
    return password
  }
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim()
  if (kept === '') throw new EmbeddedError(words.lostPassword(file, folder.data))
  return kept
}

async function checkVersion({ data }: Folder, { major }: Binaries): Promise<void> {
  const made = (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim()
  if (made !== major) throw new EmbeddedError(words.otherVersion(data, made, major))
}

async function release(control: string, folder: Folder, binaries: Binaries, use: Use, say: (line: Text) => void) {
  const others = (await readUses(control)).filter(({ token }) => token !== use.token)
  await writeUses(control, others)
  if (others.length > 0) return say(words.left(pidsOf(others)))
  await halt(folder, binaries)
  say(words.stopped)
}

/**
 * Gives the embedded PostgreSQL 18 of `home`: made on the first call, started when it does not run, taken over after a
 * crash of its owner, shared with other processes that use it. Calls at the same time, from any number of processes,
 * give one server. It listens on 127.0.0.1 only, with a generated password, and stops with its last user.
 * Throws EmbeddedError, one sentence with the way out.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const say = (said: Text) => options.log?.(said.en, said)
  const settings = settingsOf(options)
  const control = await makeControl(options.home)
  const lock = join(control, 'lock')
  return withLock(lock, PATIENCE, async () => {
    const folder = await openFolder(control, say)
    const binaries = await findBinaries(folder.user, say)
    const password = await passwordOf(folder)
    const server = { folder, binaries, password, settings }
    if (folder.isNew) {
      await create(server)
      say(words.created(folder.data))
    } else await checkVersion(folder, binaries)
    const others = await readUses(control)
    const { port, url, wasStarted } = await ensure(server).catch(async error => {
      // A refused start leaves no server behind that nobody would stop.
      if (others.length === 0) await halt(folder, binaries).catch(() => undefined)
      throw error
    })
    const isOwner = wasStarted || others.length === 0
    const use = { ...self(), token: randomBytes(9).toString('base64url') }
    await writeUses(control, [...others, use])
    stopAtExit(use, folder)
    say(wasStarted ? words.started(port) : isOwner ? words.adopted(port) : words.joined(port, pidsOf(others)))
    let stopping: Promise<void> | undefined
    const stop = () => {
      stopping ??= withLock(lock, PATIENCE, () => release(control, folder, binaries, use, say)).then(
        () => forget(use),
        error => {
          stopping = undefined
          throw error
        },
      )
      return stopping
    }
    return { url, port, isOwner, stop }
  })
}

/**
 * Deletes the embedded database of `home` for good: for homes that were made for a moment (tests, demonstration).
 * A server left over by a crash is stopped first. Throws EmbeddedError when a living process uses it.
 */
export async function removeEmbedded(home: string): Promise<void> {
  const control = await makeControl(home)
  await withLock(join(control, 'lock'), PATIENCE, async () => {
    const uses = await readUses(control)
    if (uses.length > 0) throw new EmbeddedError(words.inUse(control, pidsOf(uses)))
    const place = await locationOf(control)
    const data = join(place ?? control, 'data')
    for (let running = await postmasterOf(data); running !== undefined; running = await postmasterOf(data)) {
      process.kill(running.pid, 'SIGQUIT')
      await wait(100)
    }
    if (place !== undefined) await rm(place, { recursive: true, force: true })
    await rm(data, { recursive: true, force: true })
  })
  await rm(control, { recursive: true, force: true })
}
