import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { launch } from './command.ts'

type Test = { teardown: (work: () => unknown) => void }

/** A port of loopback that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  await new Promise(resolve => probe.close(resolve))
  return port
}

/** An exchange, or a part of one, that runs in a process of its own. */
export interface Process {
  readonly child: ChildProcess
  readonly port: number
  readonly url: string
  said(): string
  /** How it ended: exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
}

/** Starts the exchange and waits until it says that it serves. */
export async function start(t: Test, env: Record<string, string>): Promise<Process> {
  const port = Number(env.PORT ?? (await freePort()))
  const child = launch('src/main.ts', [], {
    HOST: '',
    PUBLIC_URL: '',
    JINSHU_ROLE: '',
    LOG_LEVEL: '',
    ...env,
    PORT: `${port}`,
  })
  t.teardown(() => child.kill('SIGKILL'))
  let words = ''
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', part => {
      words += part
    })
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | string)
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  for (let i = 0; i < 1200 && !words.includes('晋数 Jinshu ·'); i++) {
    if (isOver) throw new Error(`the process ended at once: ${words}`)
    await wait(50)
  }
  return { child, port, url: `http://127.0.0.1:${port}`, said: () => words, ended }
}
