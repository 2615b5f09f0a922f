import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

type Test = { teardown: (work: () => Promise<void> | void) => void }

/** The test file that every scanner knows; put together here so that no scanner takes this source for it. */
export const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

/** A clamd on loopback: it speaks PING and INSTREAM and knows one signature. */
export interface Clamd {
  readonly port: number
  readonly url: string
  /** bytes of the files it was shown */
  readonly seen: number[]
  /** files larger than this are refused as clamd refuses them */
  limit: number
  stop(): Promise<void>
  /** listens again, at the same address */
  start(): Promise<void>
}

/** The bytes between the chunk lengths of INSTREAM, or undefined while the end has not come. */
function fileIn(bytes: Buffer): Buffer | undefined {
  const chunks: Buffer[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    if (length === 0) return Buffer.concat(chunks)
    if (at + 4 + length > bytes.length) return undefined
    chunks.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return undefined
}

export async function openClamd(t: Test): Promise<Clamd> {
  const seen: number[] = []
  const open = new Set<Socket>()
  const server = createServer(socket => {
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => {})
    let bytes = Buffer.alloc(0)
    socket.on('data', piece => {
      bytes = Buffer.concat([bytes, piece])
      const command = 'zINSTREAM\0'
      if (bytes.toString('latin1') === 'zPING\0') return socket.end('PONG\0')
      if (!bytes.toString('latin1', 0, command.length).startsWith(command.slice(0, bytes.length)))
        return socket.destroy()
      if (bytes.length > clamd.limit + command.length) return socket.end('INSTREAM size limit exceeded. ERROR\0')
      const file = fileIn(bytes.subarray(command.length))
      if (!file) return
      seen.push(file.length)
      socket.end(file.includes(eicar) ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const stop = async () => {
    for (const socket of open) socket.destroy()
    if (server.listening) await new Promise(done => server.close(done))
  }
  const start = async () => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  t.teardown(stop)
  const clamd: Clamd = { port, url: `tcp://127.0.0.1:${port}`, seen, limit: 100_000_000, stop, start }
  return clamd
}
