import { mkdir } from 'node:fs/promises'
import type { Logger } from 'pino'
import { createExchange, type Exchange } from './app.ts'
import { openDatabase } from './cli/database.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { guardMode } from './demo/mode.ts'
import { prepareDemo } from './demo/prepare.ts'
import { EmbeddedError } from './kernel/embedded/index.ts'
import { newLogger } from './logger.ts'

/** Says in one sentence why the process cannot run, and ends it. */
function giveUp(error: unknown, config?: Config): never {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const where = config?.databaseUrl ? new URL(config.databaseUrl).host : 'the embedded database'
  const sentence =
    error instanceof ConfigError || error instanceof EmbeddedError
      ? error.message
      : code === 'EADDRINUSE'
        ? `Port ${config?.port} is taken: stop the other program or set PORT.`
        : ['EACCES', 'EROFS', 'ENOTDIR'].includes(code)
          ? `The folder ${config?.home} cannot be written: set JINSHU_HOME to one that can.`
          : /^(ECONNREFUSED|ENOTFOUND|ETIMEDOUT|CONNECT_TIMEOUT|28P01|3D000|EHOSTUNREACH)$/.test(code)
            ? `PostgreSQL at ${where} cannot be reached (${code}): check DATABASE_URL and that it runs.`
            : undefined
  process.stderr.write(
    `jinshu: ${sentence ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
  )
  process.exit(1)
}

/** Ends the process once, orderly, on the first signal; a second signal ends it at once. */
function closeOnSignal(exchange: Exchange, stopDatabase: () => Promise<void>, logger: Logger): void {
  let isClosing = false
  const close = async (signal: string) => {
    if (isClosing) process.exit(130)
    isClosing = true
    logger.info({ signal }, 'closing')
    try {
      await exchange.close()
      await stopDatabase()
      process.exit(0)
    } catch (error) {
      logger.error({ err: error }, 'could not close orderly')
      process.exit(1)
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void close(signal))
}

/** Starts what the role asks for and keeps running until a signal comes. */
async function run(config: Config): Promise<void> {
  await mkdir(config.home, { recursive: true, mode: 0o711 })
  const logger = newLogger(config.logLevel)
  const database = await openDatabase(config, line => logger.info(line))
  let exchange: Exchange | undefined
  try {
    exchange = await createExchange(config, database.url, logger)
    await guardMode(exchange)
    closeOnSignal(exchange, database.stop, logger)
    if (config.role !== 'worker') {
      await exchange.app.listen({ host: config.host, port: config.port })
    } else await exchange.app.ready()
    if (config.role !== 'web') await exchange.startWorker()
    if (config.isDemo && config.role !== 'worker') await prepareDemo(exchange, config)
    process.stdout.write(`\n晋数 Jinshu · ${config.publicUrl}  (API /docs · log /log/checkpoint)\n`)
  } catch (error) {
    await exchange?.close().catch(() => {})
    await database.stop().catch(() => {})
    throw error
  }
}

let config: Config | undefined
try {
  config = readConfig(process.env)
  await run(config)
} catch (error) {
  giveUp(error, config)
}
