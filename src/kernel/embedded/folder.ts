import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import type { Text } from '../text.ts'
import { run, type User } from './process.ts'
import { EmbeddedError, words } from './words.ts'

/**
 * Where one embedded database lives. `control` (password, port, users, lock) is ours; `data` is the database user's.
 * They are apart because root must not write where a database could plant a link.
 */
export interface Folder {
  readonly control: string
  readonly data: string
  readonly user: User
  readonly isNew: boolean
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, else `nobody`. */
function databaseUser(): User {
  if (process.getuid?.() !== 0) return { name: process.env.USER ?? 'you' }
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map(flag => spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout?.trim())
    if (uid && gid && Number(uid) !== 0) return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw new EmbeddedError(words.noUser)
}

/** The user who owns an existing database goes on running it, whatever users were added to the machine since. */
async function ownerOf(data: string): Promise<User> {
  const { uid, gid } = await stat(data)
  const own = process.getuid?.()
  if (own === undefined || uid === own) {
    if (own === 0) throw new EmbeddedError(words.foreignFolder(data, 0))
    return { name: process.env.USER ?? 'you' }
  }
  if (own !== 0) throw new EmbeddedError(words.foreignFolder(data, uid))
  return { name: String(uid), uid, gid }
}

/**
 * Makes a folder and those above it. Folders made here may be passed through (not listed) by the database user,
 * whatever the umask; others keep the mode their owner gave them. One by one, because the recursive mkdir of Node
 * never returns where a file system refuses new folders with ENOENT, as /proc does.
 */
async function makeFolder(path: string): Promise<void> {
  const info = await stat(path).catch(error => {
    if (error.code !== 'ENOENT') throw new EmbeddedError(words.cannotWrite(path, error), error)
  })
  if (info?.isDirectory()) return
  if (dirname(path) !== path) await makeFolder(dirname(path))
  try {
    await mkdir(path)
    if (process.getuid?.() === 0) await chmod(path, 0o711)
  } catch (error) {
    const isThere = (await stat(path).catch(() => undefined))?.isDirectory()
    if (!isThere) throw new EmbeddedError(words.cannotWrite(path, error), error)
  }
}

/** Whether the database user can enter `folder`, asked of the system as that user. */
async function canEnter(folder: string, user: User): Promise<boolean> {
  if (user.uid === undefined) return true
  return (await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], user)).code === 0
}

/** Makes an empty folder only the database user may enter; false where the file system knows no owners. */
export async function makePrivate(path: string, user: User): Promise<boolean> {
  await mkdir(path, { mode: 0o700 })
  if (user.uid === undefined || user.gid === undefined) return true
  try {
    await chown(path, user.uid, user.gid)
    return (await stat(path)).uid === user.uid && (await canEnter(path, user))
  } catch {
    return false
  }
}

async function suits(control: string, user: User): Promise<boolean> {
  if (user.uid === undefined) return true
  if (!(await canEnter(control, user))) return false
  const probe = join(control, `probe-${randomBytes(6).toString('hex')}`)
  try {
    return await makePrivate(probe, user)
  } finally {
    await rm(probe, { recursive: true, force: true })
  }
}

/** A place outside `home`, named in `home` itself, so that a moved home still finds it and a new one gets a new one. */
async function elsewhere(control: string, user: User): Promise<string> {
  const temporary = await realpath(tmpdir())
  const base = control.startsWith(temporary + sep) ? temporary : '/var/lib/jinshu'
  const place = join(base, `jinshu-postgres-${randomBytes(6).toString('hex')}`)
  try {
    if (base !== temporary) await makeFolder(base)
    await mkdir(place, { mode: 0o711 })
    await chmod(place, 0o711)
    if (!(await suits(place, user))) throw new Error(`${base} cannot be entered`)
    await writeFile(join(control, 'location'), `${place}\n`, { mode: 0o644 })
  } catch (error) {
    throw new EmbeddedError(words.noPlace(control, user.name, error), error)
  }
  return place
}

/** Makes the control folder of `home` and returns its real path. */
export async function makeControl(home: string): Promise<string> {
  const control = join(resolve(home), 'postgres')
  await makeFolder(control)
  return realpath(control)
}

/** The folder outside `control` that holds the data, when there is one. */
export async function locationOf(control: string): Promise<string | undefined> {
  const place = await readFile(join(control, 'location'), 'utf8').catch(() => undefined)
  return place?.trim() || undefined
}

/** Finds or chooses the data folder; the caller holds the lock. A new one is named but not made yet. */
export async function openFolder(control: string, say: (line: Text) => void): Promise<Folder> {
  const place = await locationOf(control)
  if (place !== undefined && !(await stat(place).catch(() => undefined)))
    throw new EmbeddedError(words.lostPlace(place, join(control, 'location')))
  const data = join(place ?? control, 'data')
  const info = await stat(data).catch(error => {
    if (error.code !== 'ENOENT') throw new EmbeddedError(words.cannotWrite(data, error), error)
  })
  if (info) return { control, data, user: await ownerOf(data), isNew: false }
  const user = databaseUser()
  if (place !== undefined || (await suits(control, user))) return { control, data, user, isNew: true }
  const other = await elsewhere(control, user)
  say(words.placed(control, user.name, other))
  return { control, data: join(other, 'data'), user, isNew: true }
}
