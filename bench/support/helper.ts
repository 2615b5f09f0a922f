import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LoadOrder, LoadReport } from './load.ts'

/** A process that was started for the bench and answers one message at a time. */
export interface Helper {
  readonly pid: number
  /** Sends a message and waits for its answer. @throws Error with what the helper said went wrong. */
  ask<T>(message: unknown): Promise<T>
  stop(): Promise<void>
}

/** Starts `bench/support/<name>.ts` as a process of its own. */
export function startHelper(name: string, env: Record<string, string> = {}): Helper {
  const child: ChildProcess = fork(fileURLToPath(new URL(`./${name}.ts`, import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  let answered: (answer: { report?: unknown; failure?: string }) => void = () => {}
  child.on('message', answer => answered(answer as never))
  child.on('exit', () => answered({ failure: 'ended' }))
  return {
    pid: child.pid!,
    async ask<T>(message: unknown): Promise<T> {
      const waiting = new Promise<{ report?: unknown; failure?: string }>(resolve => {
        answered = resolve
      })
      child.send(message as never)
      const answer = await waiting
      if (answer.failure !== undefined) throw new Error(`${name}: ${answer.failure}`)
      return answer.report as T
    },
    async stop() {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Answers each message with what `work` makes of it. */
export function serveHelper(work: (message: never) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit(1))
  process.on('message', async message => {
    try {
      process.send?.({ report: await work(message as never) })
    } catch (error) {
      process.send?.({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
}

/** One case of a comparison: what is asked of the product and what of the limit. */
export interface Case {
  readonly name: string
  readonly product: Pick<LoadOrder, 'port' | 'requests'>
  readonly limit: Pick<LoadOrder, 'port' | 'requests'>
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!

const middle = (reports: readonly LoadReport[]) => ({
  perSecond: median(reports.map(r => r.perSecond)),
  p50: median(reports.map(r => r.p50)),
  p99: median(reports.map(r => r.p99)),
  refused: reports.reduce((n, r) => n + r.refused, 0),
  bytes: reports[0]!.bytesPerAnswer,
})

export const headings = [
  'case',
  'limit req/s',
  'product req/s',
  'ratio',
  'limit p50/p99 ms',
  'product p50/p99 ms',
  'bytes',
]

/** Measures both sides in alternating rounds and answers a line of the table; the ratio is of the medians. */
export async function compare(
  load: Helper,
  { name, product, limit }: Case,
  { connections = 16, seconds = 1.5, rounds = 3 } = {},
): Promise<string[]> {
  const ours: LoadReport[] = []
  const theirs: LoadReport[] = []
  const ask = (side: Pick<LoadOrder, 'port' | 'requests'>, time: number) =>
    load.ask<LoadReport>({ ...side, connections, seconds: time } satisfies LoadOrder)
  await ask(product, 1)
  await ask(limit, 0.5)
  for (let round = 0; round < rounds; round++) {
    ours.push(await ask(product, seconds))
    theirs.push(await ask(limit, seconds))
  }
  const [p, l] = [middle(ours), middle(theirs)]
  if (p.refused + l.refused > 0) throw new Error(`${name}: ${p.refused} and ${l.refused} answers were refusals`)
  process.stderr.write(`${name}: ${(p.perSecond / l.perSecond).toFixed(2)}\n`)
  return [
    name,
    l.perSecond.toFixed(0),
    p.perSecond.toFixed(0),
    (p.perSecond / l.perSecond).toFixed(2),
    `${l.p50.toFixed(1)} / ${l.p99.toFixed(1)}`,
    `${p.p50.toFixed(1)} / ${p.p99.toFixed(1)}`,
    `${l.bytes.toFixed(0)} / ${p.bytes.toFixed(0)}`,
  ]
}

/** Prints a table in Markdown. */
export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  process.stdout.write(`\n## ${title}\n\n${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`)
}

/** A GET request as it goes over the wire. */
export const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`

/** A POST of JSON as it goes over the wire; `{key}` in the headers must not change the body's length. */
export const post = (path: string, body: unknown, headers = ''): string => {
  const text = JSON.stringify(body)
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n${headers}\r\n${text}`
}
