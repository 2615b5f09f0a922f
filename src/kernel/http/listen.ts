import { createServer } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { addressesOf } from '../loopback.ts'
import { refuseBytes } from './edge.ts'

const isMissing = (error: NodeJS.ErrnoException) => ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(error.code ?? '')

/**
 * Serves the application on every address of the host. Fastify would follow the hosts file for `localhost`, ignore a
 * second address that is taken, and close it without waiting for its requests. A machine without IPv6 has one address.
 */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  const [first = host, second] = addressesOf(host)
  if (second === undefined) return void (await app.listen({ host: first, port }))
  const other = createServer((request, response) => app.routing(request, response))
  other.on('clientError', refuseBytes)
  other.requestTimeout = app.server.requestTimeout
  other.keepAliveTimeout = app.server.keepAliveTimeout
  app.alsoServes(other)
  app.addHook('preClose', async () => void other.close())
  await app.listen({ host: first, port })
  await new Promise<void>((resolve, reject) => {
    other.once('error', error => (isMissing(error) ? resolve() : reject(error)))
    other.listen({ host: second, port, ipv6Only: true }, resolve)
  })
}
