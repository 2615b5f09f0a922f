// A process of its own that keeps `connections` requests open at a time: closed loop, keep-alive, raw sockets, so that
// the generator costs the two cores it shares with the servers as little as it can.
import { connect, type Socket } from 'node:net'

/** What to ask of a server, how hard and how long. */
export interface LoadOrder {
  readonly port: number
  /** Whole HTTP/1.1 requests; each connection takes them in turn. `{key}` becomes a fresh word each time. */
  readonly requests: readonly string[]
  readonly connections: number
  readonly seconds: number
}

/** What came back, as seen by the one who asked. */
export interface LoadReport {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly answers: number
  /** answers whose status was not 2xx or 3xx */
  readonly refused: number
  readonly bytesPerAnswer: number
}

const endOfHead = Buffer.from('\r\n\r\n')
const endOfChunks = Buffer.from('0\r\n\r\n')
const run = Math.random().toString(36).slice(2)
let serial = 0

/** Length of the first whole answer in `bytes`, or -1 while it is not all there. */
function answerLength(bytes: Buffer): number {
  const head = bytes.indexOf(endOfHead)
  if (head < 0) return -1
  const text = bytes.toString('latin1', 0, head).toLowerCase()
  const length = /\r\ncontent-length: *(\d+)/.exec(text)?.[1]
  if (length !== undefined) {
    const whole = head + 4 + Number(length)
    return bytes.length >= whole ? whole : -1
  }
  if (!text.includes('\r\ntransfer-encoding: chunked')) return head + 4
  const end = bytes.indexOf(endOfChunks, head + 4)
  return end < 0 ? -1 : end + endOfChunks.length
}

interface Tally {
  readonly times: number[]
  refused: number
  bytes: number
}

function drive(order: LoadOrder, first: number, tally: Tally, deadline: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(order.port, '127.0.0.1')
    socket.setNoDelay(true)
    let turn = first
    let began = 0
    let held: Buffer = Buffer.alloc(0)
    const ask = () => {
      const request = order.requests[turn++ % order.requests.length]!
      began = performance.now()
      socket.write(request.includes('{key}') ? request.replace('{key}', `bench-${run}-${++serial}`) : request)
    }
    socket.on('connect', ask)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed the connection')))
    socket.on('data', (chunk: Buffer) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      const length = answerLength(held)
      if (length < 0) return
      const now = performance.now()
      tally.times.push(now - began)
      tally.bytes += length
      const status = held[9]
      if (status !== 0x32 && status !== 0x33) tally.refused++
      held = held.subarray(length)
      if (now < deadline) return ask()
      socket.removeAllListeners('close')
      socket.end(() => resolve())
    })
  })
}

async function measure(order: LoadOrder): Promise<LoadReport> {
  const tally: Tally = { times: [], refused: 0, bytes: 0 }
  const began = performance.now()
  const deadline = began + order.seconds * 1000
  await Promise.all(
    Array.from({ length: order.connections }, (_, i) =>
      drive(order, Math.floor((i * order.requests.length) / order.connections), tally, deadline),
    ),
  )
  const seconds = (performance.now() - began) / 1000
  const times = Float64Array.from(tally.times).sort()
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return {
    perSecond: times.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    answers: times.length,
    refused: tally.refused,
    bytesPerAnswer: tally.bytes / Math.max(1, times.length),
  }
}

process.on('disconnect', () => process.exit(1))
process.on('message', async (order: LoadOrder) => {
  try {
    process.send?.({ report: await measure(order) })
  } catch (error) {
    process.send?.({ failure: String(error) })
  }
})
