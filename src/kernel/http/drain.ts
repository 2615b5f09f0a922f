import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { finished } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts the requests of another server that hands them to this application. */
    alsoServes(server: Server): void
    /** Resolves when every request that came in has had its answer, after `seconds` at the latest. */
    drained(seconds: number): Promise<void>
  }
}

/** A connection on which nothing was asked yet gets this many milliseconds more, in case a request is on its way. */
const patience = 300

/**
 * Lets the application close without cutting a request and without waiting for anything else: Node waits a minute for
 * connections on which nothing was ever asked (browsers open some in advance), and Fastify for its own server only.
 */
export function drainAtClose(app: FastifyInstance): void {
  const requests = new Map<Socket, number>()
  let isClosing = false
  const finish = (socket: Socket) => {
    const left = (requests.get(socket) ?? 1) - 1
    if (requests.has(socket)) requests.set(socket, left)
    if (isClosing && left === 0) setTimeout(() => requests.get(socket) === 0 && socket.destroy(), patience).unref()
  }
  const watch = (server: Server) => {
    server.on('connection', (socket: Socket) => {
      requests.set(socket, 0)
      socket.once('close', () => requests.delete(socket))
    })
    server.on('request', (request, response) => {
      requests.set(request.socket, (requests.get(request.socket) ?? 0) + 1)
      finished(response, () => finish(request.socket))
    })
  }
  watch(app.server)
  app.decorate('alsoServes', watch)
  app.addHook('preClose', async () => {
    isClosing = true
    setTimeout(() => {
      for (const [socket, count] of requests) if (count === 0) socket.destroy()
    }, patience).unref()
  })
  app.decorate('drained', async (seconds: number) => {
    for (let i = 0; i < seconds * 20 && [...requests.values()].some(count => count > 0); i++) await wait(50)
  })
}

/** Writes the line of a request whose client went away before its answer was out; the usual line is not written then. */
export function logGivenUp(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    finished(reply.raw, error => {
      if (!error || reply.raw.writableFinished) return
      const ms = Math.round(reply.elapsedTime * 10) / 10
      request.log.info({ req: request.raw, ms }, 'request given up by the client')
    })
  })
}
