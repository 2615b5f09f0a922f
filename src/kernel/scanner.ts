import { connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Text } from './text.ts'
import { text } from './text.ts'

/** What a malware scanner says of a file; `unknown` when it could not tell, with the reason. */
export type Verdict =
  | { readonly kind: 'clean' }
  | { readonly kind: 'infected'; readonly signature: string }
  | { readonly kind: 'unknown'; readonly reason: Text }

/** A malware scanner. It never throws for what the scanner does: not to know is an answer, and holds the file. */
export interface Scanner {
  /** for people: `clamd 127.0.0.1:3310` */
  readonly name: string
  scan(source: Readable): Promise<Verdict>
  /** Whether it answers now; the reason when it does not. */
  ping(): Promise<Text | null>
}

/**
 * How files are checked for malware: by a scanner; by nobody, so that each is held until two people of the operator let
 * it pass; or by nobody, which the operator's setting accepts in so many words.
 */
export type Scanning =
  | { readonly kind: 'scanner'; readonly scanner: Scanner }
  | { readonly kind: 'held' }
  | { readonly kind: 'accepted' }

const CONNECT_MS = 5_000
const ANSWER_MS = 120_000
const MOST_ANSWER_BYTES = 4096

const unreachable = (why: string) =>
  text(`病毒检测服务无法访问（${why}）`, `the malware scanner cannot be reached (${why})`)

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error('no connection in time')))
    socket.once('connect', () => resolve(socket.setTimeout(ANSWER_MS)))
    socket.once('error', reject)
  })
}

/** Collects what the scanner says until it hangs up or ends its answer with NUL. */
function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    socket.setEncoding('utf8')
    socket.on('data', (piece: string) => {
      said = (said + piece).slice(0, MOST_ANSWER_BYTES)
      if (said.includes('\0')) resolve(said)
    })
    socket.once('end', () => resolve(said))
    socket.once('timeout', () => socket.destroy(new Error('no answer in time')))
    socket.once('error', reject)
    socket.once('close', () => resolve(said))
  })
}

const send = (socket: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    if (socket.destroyed || !socket.writable) reject(new Error('the scanner hung up'))
    else socket.write(bytes, error => (error ? reject(error) : resolve()))
  })

/** Sends a file in the chunks of INSTREAM: four bytes of length before each, a length of zero at the end. */
async function sendFile(socket: Socket, source: Readable): Promise<void> {
  await send(socket, Buffer.from('zINSTREAM\0'))
  for await (const chunk of source) {
    const bytes = chunk as Buffer
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    await send(socket, Buffer.concat([length, bytes]))
  }
  await send(socket, Buffer.alloc(4))
}

function verdictOf(answer: string): Verdict {
  const said = answer.replaceAll('\0', '').trim()
  if (/: OK$/.test(said)) return { kind: 'clean' }
  const signature = /: (.{1,200}) FOUND$/.exec(said)?.[1]
  if (signature) return { kind: 'infected', signature }
  if (/size limit exceeded/i.test(said))
    return {
      kind: 'unknown',
      reason: text('文件超过病毒检测服务的大小上限', 'the file is larger than the malware scanner takes'),
    }
  const shown = said.slice(0, 200) || 'no answer'
  return {
    kind: 'unknown',
    reason: text(`病毒检测服务未给出结论（${shown}）`, `the malware scanner gave no verdict (${shown})`),
  }
}

/** A clamd that is reached by TCP and spoken to as `INSTREAM` says. */
export function createClamd(host: string, port: number): Scanner {
  return {
    name: `clamd ${host}:${port}`,
    async scan(source) {
      let socket: Socket | undefined
      // a source that fails before it is read must not end the process; reading it says so
      source.on('error', () => {})
      try {
        socket = await open(host, port)
        const answer = answerOf(socket)
        // a scanner that refuses a large file answers before it has read all of it, and hangs up
        const sent = sendFile(socket, source)
        sent.catch(() => {})
        const said = await Promise.race([answer, sent.then(() => answer)])
        return verdictOf(said)
      } catch (error) {
        return { kind: 'unknown', reason: unreachable(error instanceof Error ? error.message : String(error)) }
      } finally {
        source.destroy()
        socket?.destroy()
      }
    },
    async ping() {
      try {
        const socket = await open(host, port)
        const answer = answerOf(socket)
        await send(socket, Buffer.from('zPING\0'))
        const said = await answer
        socket.destroy()
        return said.startsWith('PONG') ? null : unreachable('no PONG')
      } catch (error) {
        return unreachable(error instanceof Error ? error.message : String(error))
      }
    },
  }
}
