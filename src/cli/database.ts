import type { Config } from '../config.ts'
import { readConfig } from '../config.ts'
import { giveUp } from '../giveup.ts'
import { migrate } from '../kernel/db/migrate.ts'
import { startEmbedded } from '../kernel/embedded/index.ts'

export interface Database {
  readonly url: string
  /** Stops the embedded database if this process started it. */
  stop(): Promise<void>
}

/** The configured database, migrated: DATABASE_URL, or the embedded one (attached to when it runs, started when not). */
export async function openDatabase(config: Config, say: (line: string) => void = () => {}): Promise<Database> {
  const database: Database = config.databaseUrl
    ? { url: config.databaseUrl, stop: async () => {} }
    : await startEmbedded({ home: config.home, log: say })
  try {
    await migrate(database.url)
  } catch (error) {
    await database.stop()
    throw error
  }
  return database
}

/**
 * For commands: opens the database, does the work, lets go of it; the result is the exit code. What keeps a command
 * from its work is said in one sentence.
 */
export async function withDatabase(work: (url: string, config: Config) => Promise<number>): Promise<void> {
  let config: Config | undefined
  try {
    config = readConfig(process.env)
    const database = await openDatabase(config)
    try {
      process.exitCode = await work(database.url, config)
    } finally {
      await database.stop()
    }
  } catch (error) {
    giveUp(error, config)
  }
}
