import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import postgres from 'postgres'
import { createExchange, type Exchange } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { Client } from '../../src/demo/client.ts'
import { makeDemoExchange } from '../../src/demo/exchange.ts'
import { demoPassword, openOperator } from '../../src/demo/operator.ts'
import { anonymous } from '../../src/kernel/actor.ts'
import { newLogger } from '../../src/logger.ts'
import { signInForWeb } from '../../src/modules/identity/index.ts'
import { freshDatabase } from './database.ts'
import { freePort } from './process.ts'

type Test = { teardown: (work: () => Promise<void>) => void }

/** The demo exchange on a port of its own, with its companies, listings and trades in different states. */
export interface Stage {
  readonly exchange: Exchange
  readonly origin: string
  readonly sql: postgres.Sql
  /** The secret of a browser's session of a person of the demo. */
  session(email: string): Promise<string>
  /** Signs a browser in as a person of the demo. */
  enter(context: BrowserContext, email: string): Promise<void>
}

/** Makes the demo exchange as a first start does. */
export async function openStage(t: Test): Promise<Stage> {
  const databaseUrl = await freshDatabase(t)
  const home = await mkdtemp(join(tmpdir(), 'jinshu-stage-'))
  const port = await freePort()
  const config = readConfig({
    JINSHU_HOME: home,
    DATABASE_URL: databaseUrl,
    JINSHU_DEMO: '1',
    PORT: String(port),
    LOG_LEVEL: 'error',
  })
  const exchange = await createExchange(config, databaseUrl, newLogger('error'))
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} })
  t.teardown(async () => {
    await sql.end()
    await exchange.close()
    await rm(home, { recursive: true, force: true })
  })
  await exchange.startWorker()
  await exchange.app.listen({ port, host: '127.0.0.1' })
  const origin = `http://127.0.0.1:${port}`
  await makeDemoExchange(new Client(origin), await openOperator(exchange, origin))
  const session = async (email: string) => {
    const outcome = await exchange.engine.write(anonymous, { operation: 'signIn' }, cx =>
      signInForWeb(cx, { email, password: demoPassword }, 'test'),
    )
    if (outcome.isReplay || !('secret' in outcome.value)) throw new Error(`${email} cannot sign in`)
    return outcome.value.secret
  }
  return {
    exchange,
    origin,
    sql,
    session,
    async enter(context, email) {
      await context.addCookies([{ name: 'jinshu_session', value: await session(email), url: origin }])
    },
  }
}
