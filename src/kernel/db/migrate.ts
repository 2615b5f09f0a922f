import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as drizzleMigrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { StartupError } from '../startup.ts'

const folder = fileURLToPath(new URL('../../../migrations', import.meta.url))
const lockNumber = 7_241_036

const leastVersion = 15

/** The files of the migration journal with the hash that drizzle records for each, in order. */
async function journal(): Promise<{ tag: string; hash: string }[]> {
  const { entries } = JSON.parse(await readFile(`${folder}/meta/_journal.json`, 'utf8')) as {
    entries: { tag: string }[]
  }
  return Promise.all(
    entries.map(async ({ tag }) => ({
      tag,
      hash: createHash('sha256')
        .update(await readFile(`${folder}/${tag}.sql`))
        .digest('hex'),
    })),
  )
}

/**
 * Brings the database at `url` to this version's schema; safe to call by several processes at once.
 * drizzle skips, without a word, a file stamped older than the newest applied one: so what was applied is compared
 * with the files afterwards.
 * @throws StartupError for a server that is too old, and naming the first file that differs.
 */
export async function migrate(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 })
  try {
    const [server] = await client<{ version: number }[]>`
      select current_setting('server_version_num')::int / 10000 as version`
    if (server!.version < leastVersion)
      throw new StartupError(`PostgreSQL ${server!.version} is too old: Jinshu needs ${leastVersion} or later.`)
    await client`select pg_advisory_lock(${lockNumber})`
    await drizzleMigrate(drizzle(client), { migrationsFolder: folder })
    const files = await journal()
    const applied = await client<{ hash: string }[]>`select hash from drizzle.__drizzle_migrations order by id`
    const wrong = files.findIndex((file, i) => applied[i]?.hash !== file.hash)
    if (wrong >= 0)
      throw new StartupError(
        `This database has applied another migration than ${files[wrong]!.tag}: use the version of Jinshu that made it, or an empty database.`,
      )
    if (applied.length > files.length)
      throw new StartupError('This database was migrated by a newer version of Jinshu: start that version.')
  } finally {
    await client.end()
  }
}
