// Time from the command to the first answer, and memory, on the embedded database: first start, then the next ones.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { removeEmbedded } from '../src/kernel/embedded/index.ts'
import { printTable } from './support/helper.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

const statusOf = (pid: number | string, name: string): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
}

/** Proportional memory of the database's processes below `home`, in MiB: what they share is counted once. */
function databaseMemory(home: string): number {
  let kib = 0
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name)))
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      const isOurs =
        command.includes(home) || readFileSync(`/proc/${statusOf(pid, 'PPid')}/cmdline`, 'utf8').includes(home)
      if (!isOurs || !command.startsWith('postgres') === !command.includes('/postgres')) continue
      kib += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
    } catch {
      // ended in between
    }
  return kib / 1024
}

async function start(home: string): Promise<string[]> {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { ...process.env, JINSHU_HOME: home, PORT: String(port), DATABASE_URL: '', JINSHU_DEMO: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', chunk => {
    said += chunk
  })
  let answered = 0
  while (answered === 0) {
    if (child.exitCode !== null) throw new Error('the exchange did not start')
    const reply = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    if (reply?.ok) answered = performance.now() - began
    else await wait(20)
  }
  while (!said.includes('/log/checkpoint')) await wait(50)
  const whole = performance.now() - began
  await wait(3_000)
  const [now, peak] = [statusOf(child.pid!, 'VmRSS') / 1024, statusOf(child.pid!, 'VmHWM') / 1024]
  const database = databaseMemory(home)
  child.kill('SIGTERM')
  await once(child, 'exit')
  return [(answered / 1000).toFixed(1), (whole / 1000).toFixed(1), now.toFixed(0), peak.toFixed(0), database.toFixed(0)]
}

const home = await mkdtemp(join(tmpdir(), 'jinshu-bench-start-'))
await chmod(home, 0o711)
try {
  const lines: string[][] = []
  for (const name of ['first (makes database and demo)', 'second', 'third']) lines.push([name, ...(await start(home))])
  printTable('Start', ['start', 'first answer s', 'all said s', 'RSS MiB', 'peak MiB', 'database PSS MiB'], lines)
} finally {
  await removeEmbedded(home)
  await rm(home, { recursive: true, force: true })
}
