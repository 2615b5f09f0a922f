import { createServer, type Socket } from 'node:net'

type Test = { teardown: (work: () => Promise<void>) => void }

export interface Received {
  readonly from: string
  readonly to: string
  /** headers and body as they came */
  readonly raw: string
  /** the body, decoded */
  readonly text: string
}

export interface SmtpServer {
  readonly port: number
  readonly received: Received[]
  /** Answers given to the next recipients of this address instead of taking them, in their order. */
  refuse(to: string, ...answers: string[]): void
}

const decode = (raw: string): string =>
  Buffer.from(raw.slice(raw.indexOf('\r\n\r\n') + 4).replaceAll('\r\n', ''), 'base64').toString('utf8')

/** A small SMTP server on loopback (RFC 5321) that keeps what it is given. */
export async function openSmtp(t: Test): Promise<SmtpServer> {
  const received: Received[] = []
  const refusals = new Map<string, string[]>()
  const talk = (socket: Socket) => {
    const say = (line: string) => socket.write(`${line}\r\n`)
    let from = ''
    let to = ''
    let data: string[] | undefined
    let rest = ''
    const obey = (line: string) => {
      if (data) {
        if (line !== '.') return void data.push(line.startsWith('..') ? line.slice(1) : line)
        const raw = data.join('\r\n')
        received.push({ from, to, raw, text: decode(raw) })
        data = undefined
        return say('250 taken')
      }
      const address = /<([^>]*)>/.exec(line)?.[1] ?? ''
      const word = line.slice(0, 4).toUpperCase()
      if (word === 'EHLO') return say('250 loopback')
      if (word === 'MAIL') from = address
      if (word === 'RCPT') {
        to = address
        const answer = refusals.get(address)?.shift()
        if (answer) return say(answer)
      }
      if (word === 'DATA') {
        data = []
        return say('354 go on')
      }
      if (word === 'QUIT') {
        say('221 bye')
        return socket.end()
      }
      say('250 ok')
    }
    socket.on('error', () => {})
    socket.on('data', bytes => {
      const lines = (rest + bytes.toString('latin1')).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) obey(line)
    })
    say('220 loopback')
  }
  const open = new Set<Socket>()
  const server = createServer(socket => {
    open.add(socket)
    talk(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    for (const socket of open) socket.destroy()
    await new Promise(resolve => server.close(resolve))
  })
  return {
    port: (server.address() as { port: number }).port,
    received,
    refuse: (to, ...answers) => void refusals.set(to, answers),
  }
}
