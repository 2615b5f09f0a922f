import type { Logger } from 'pino'
import { createExchange, type Exchange } from './app.ts'
import { openDatabase } from './cli/database.ts'
import type { Config } from './config.ts'
import { guardMode } from './demo/mode.ts'
import { prepareDemo } from './demo/prepare.ts'
import { listen } from './kernel/http/listen.ts'
import { newLogger } from './logger.ts'
import { warmReaders } from './modules/data/index.ts'

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
export async function serve(config: Config): Promise<void> {
  const logger = newLogger(config.logLevel)
  const database = await openDatabase(config, line => logger.info(line))
  let exchange: Exchange | undefined
  try {
    exchange = await createExchange(config, database.url, logger)
    await guardMode(exchange)
    closeOnSignal(exchange, database.stop, logger)
    if (config.role !== 'worker') {
      await listen(exchange.app, config.host, config.port)
      // when the start is over: the first page of data then finds its process ready
      setTimeout(warmReaders, 3_000).unref()
    } else await exchange.app.ready()
    if (config.role !== 'web') await exchange.startWorker()
    if (config.isDemo && config.role !== 'worker') await prepareDemo(exchange, config)
    process.stdout.write(`\n晋数 Jinshu · ${config.publicUrl}  (API /docs · log /log/checkpoint)\n`)
    await exchange.app.compileSchemas()
  } catch (error) {
    await exchange?.close().catch(() => {})
    await database.stop().catch(() => {})
    throw error
  }
}
