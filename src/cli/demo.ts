import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createExchange } from '../app.ts'
import { readConfig } from '../config.ts'
import { Client, StoryError } from '../demo/client.ts'
import { guardMode } from '../demo/mode.ts'
import { type Operator, openOperator, signInOperator } from '../demo/operator.ts'
import { tellStory } from '../demo/story.ts'
import { removeEmbedded } from '../kernel/embedded/index.ts'
import { newLogger } from '../logger.ts'
import { openDatabase } from './database.ts'

const { values } = parseArgs({ options: { url: { type: 'string' }, out: { type: 'string' } } })

/** A port that is free now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Tells the story to a running exchange in demo mode. */
async function tell(url: string, operator?: Operator): Promise<void> {
  const client = new Client(url)
  const out = values.out
  if (out) await mkdir(out, { recursive: true })
  await tellStory({
    client,
    operator: operator ?? (await signInOperator(client)),
    run: randomBytes(3).toString('hex'),
    say: (step, words) => process.stdout.write(`${step.padEnd(18)} ${words}\n`),
    keep: async (name, bytes) => {
      if (out) await writeFile(join(out, name), bytes)
    },
  })
  if (out) process.stdout.write(`\n材料已保存 kept in ${out}\n`)
}

/**
 * A folder of the demo's own. Beside a DATABASE_URL it stays: the keys in that database are sealed with its master key,
 * and its published log belongs to that database.
 */
async function ownHome(): Promise<{ home: string; isTemporary: boolean }> {
  const { DATABASE_URL, JINSHU_HOME } = process.env
  if (DATABASE_URL) {
    const mark = createHash('sha256').update(DATABASE_URL).digest('hex').slice(0, 12)
    return { home: JINSHU_HOME ?? resolve('var', `demo-${mark}`), isTemporary: false }
  }
  const home = await mkdtemp(join(tmpdir(), 'jinshu-demo-'))
  await chmod(home, 0o711)
  return { home, isTemporary: true }
}

/** Starts an exchange with a folder of its own, tells the story, and leaves nothing behind. */
async function tellAlone(): Promise<void> {
  const { home, isTemporary } = await ownHome()
  const port = await freePort()
  const config = readConfig({
    ...process.env,
    JINSHU_HOME: home,
    JINSHU_MASTER_KEY_FILE: process.env.JINSHU_MASTER_KEY_FILE ?? '',
    HOST: 'localhost',
    PORT: String(port),
    PUBLIC_URL: '',
    JINSHU_DEMO: '1',
    JINSHU_ROLE: 'both',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
  })
  const database = await openDatabase(config)
  try {
    const exchange = await createExchange(config, database.url, newLogger(config.logLevel))
    try {
      await guardMode(exchange)
      await exchange.app.listen({ host: config.host, port })
      await exchange.startWorker()
      await tell(config.publicUrl, await openOperator(exchange, config.publicUrl))
    } finally {
      await exchange.close()
    }
  } finally {
    await database.stop()
    if (isTemporary) {
      await removeEmbedded(home)
      await rm(home, { recursive: true, force: true })
    }
  }
}

try {
  await (values.url ? tell(values.url) : tellAlone())
  process.stdout.write('\n完成：以上每一步都已核对。 Done: every step was checked.\n')
} catch (error) {
  process.stderr.write(`\n不符：${error instanceof StoryError ? error.message : (error as Error).stack}\n`)
  process.exitCode = 1
}
