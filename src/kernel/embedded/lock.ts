import { randomBytes } from 'node:crypto'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Identity, isAlive, self } from './identity.ts'
import { EmbeddedError, words } from './words.ts'

interface Holder extends Identity {
  readonly token: string
}

async function holderOf(file: string): Promise<Holder | 'none' | 'unreadable'> {
  const content = await readFile(file, 'utf8').catch(() => undefined)
  if (content === undefined) return 'none'
  try {
    return JSON.parse(content) as Holder
  } catch {
    return 'unreadable'
  }
}

/** A file without a readable holder was cut off between its making and its filling, which takes no time at all. */
async function isAbandoned(file: string, holder: Holder | 'unreadable'): Promise<boolean> {
  if (holder !== 'unreadable') return !isAlive(holder)
  const info = await stat(file).catch(() => undefined)
  return info !== undefined && Date.now() - info.mtimeMs > 2000
}

async function tryToTake(file: string, token: string): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify({ ...self(), token }), { flag: 'wx', mode: 0o644 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new EmbeddedError(words.cannotWrite(dirname(file), error), error)
  }
}

/**
 * Runs `work` while no other process, and no other call in this one, holds the lock file; waits up to `patience` ms.
 * A lock whose holder is dead is removed. Removing takes a lock of its own and looks again under it, so that of
 * two processes that saw the same dead holder the slower one cannot remove the lock the faster one has taken since.
 */
export async function withLock<T>(file: string, patience: number, work: () => Promise<T>): Promise<T> {
  const token = randomBytes(9).toString('base64url')
  const end = Date.now() + patience
  while (!(await tryToTake(file, token))) {
    const holder = await holderOf(file)
    if (holder === 'none') continue
    if (await isAbandoned(file, holder)) {
      await withLock(`${file}.old`, patience, async () => {
        const now = await holderOf(file)
        if (now !== 'none' && (await isAbandoned(file, now))) await rm(file, { force: true })
      })
      continue
    }
    if (Date.now() > end) throw new EmbeddedError(words.locked(file, holder === 'unreadable' ? undefined : holder.pid))
    await wait(25)
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}
