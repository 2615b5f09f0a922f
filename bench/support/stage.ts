import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import postgres from 'postgres'
import { migrate } from '../../src/kernel/db/migrate.ts'
import { startEmbedded } from '../../src/kernel/embedded/index.ts'
import { type Helper, startHelper } from './helper.ts'
import { seedProducts } from './seed.ts'

/** A database with the embedded server's everyday settings (it waits for the disk), a product and a limit beside it. */
export interface Stage {
  readonly home: string
  readonly url: string
  readonly sql: postgres.Sql
  readonly load: Helper
  readonly product: Helper
  readonly productPort: number
  readonly limit: Helper
  readonly limitPort: number
  /** A signed-in person of the vendor. */
  readonly token: string
  close(): Promise<void>
}

/**
 * Opens the stage. `JINSHU_BENCH_HOME` names a folder that is kept, so that the next run need not seed again.
 * `listings` is how many products are listed at least.
 */
export async function openStage({ listings = 0 } = {}): Promise<Stage> {
  const kept = process.env.JINSHU_BENCH_HOME
  const home = kept ? resolve(kept) : await mkdtemp(join(tmpdir(), 'jinshu-bench-'))
  await mkdir(home, { recursive: true })
  await chmod(home, 0o711)
  const database = await startEmbedded({ home })
  await migrate(database.url)
  const sql = postgres(database.url, { max: 1, onnotice: () => {} })
  await sql`create schema if not exists bench`
  await sql`create table if not exists bench.note (id uuid primary key, body text not null, at timestamptz not null)`
  const env = {
    JINSHU_HOME: home,
    DATABASE_URL: database.url,
    JINSHU_DEMO: '1',
    JINSHU_REQUESTS_PER_MINUTE: '10000000',
    PUBLIC_URL: 'http://localhost:3000',
  }
  const product = startHelper('product', env)
  const limit = startHelper('limit', env)
  const load = startHelper('load')
  const productPort = await product.ask<number>({ do: 'listen' })
  await product.ask({ do: 'work' })
  const limitPort = await limit.ask<number>({ do: 'listen' })
  const { token } = await product.ask<{ token: string }>({ do: 'prepare' })
  await seedProducts(sql, listings)
  return {
    home,
    url: database.url,
    sql,
    load,
    product,
    productPort,
    limit,
    limitPort,
    token,
    async close() {
      await Promise.all([product.stop(), limit.stop(), load.stop()])
      await sql.end()
      await database.stop()
      if (!kept) await rm(home, { recursive: true, force: true })
    },
  }
}
