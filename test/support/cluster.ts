import { createHash } from 'node:crypto'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identify, self } from '../../src/kernel/embedded/identity.ts'
import { removeEmbedded, startEmbedded } from '../../src/kernel/embedded/index.ts'

export interface Cluster {
  /** A superuser's address of a PostgreSQL that tests may fill with databases of their own. */
  readonly url: string
  /** Stops it and leaves nothing behind. */
  stop(): Promise<void>
}

/** `jinshu-cluster-<pid>-<when that process began>-<random>`: so a folder tells whether its maker still lives. */
const prefix = 'jinshu-cluster-'
const mark = (born: string) => createHash('sha256').update(born).digest('hex').slice(0, 12)

async function discard(home: string): Promise<void> {
  await removeEmbedded(home)
  await rm(home, { recursive: true, force: true })
}

/** Removes what runs that were killed have left, with their servers. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, pid, born] = /^jinshu-cluster-(\d+)-([0-9a-f]{12})-/.exec(name) ?? []
    if (pid === undefined) continue
    const maker = identify(Number(pid))
    // A folder that cannot be removed (another user's) must not keep the tests from running.
    if (maker === undefined || mark(maker.born) !== born) await discard(join(tmpdir(), name)).catch(() => undefined)
  }
}

/** Starts a PostgreSQL of its own in a temporary folder, fast because it never waits for the disk. */
export async function startCluster(): Promise<Cluster> {
  await sweep()
  const { pid, born } = self()
  const home = await mkdtemp(join(tmpdir(), `${prefix}${pid}-${mark(born)}-`))
  // The database user must get through; the data folder below is closed.
  await chmod(home, 0o711)
  const settings = { max_connections: '300', wal_level: 'minimal', max_wal_senders: '0', jit: 'off' }
  const database = await startEmbedded({ home, fsync: false, settings })
  const stop = async () => {
    await database.stop()
    await discard(home)
  }
  return { url: database.url, stop }
}
