import { createServer } from 'node:net'
import { ConfigError } from './config.ts'
import { addressesOf } from './kernel/loopback.ts'

const tryToBind = (host: string, port: number) =>
  new Promise<string | undefined>(resolve => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)))
  })

/**
 * Checks, before anything is started, that the port can be had on every address of the host: with one of `localhost`'s
 * two taken, half of the visitors would meet a stranger.
 * @throws ConfigError naming the setting
 */
export async function requirePort(host: string, port: number): Promise<void> {
  const outcomes = await Promise.all(addressesOf(host).map(address => tryToBind(address, port)))
  if (outcomes.includes('EADDRINUSE'))
    throw new ConfigError(`Port ${port} is taken: stop the other program or set PORT.`)
  if (outcomes.includes('EACCES'))
    throw new ConfigError(`Port ${port} needs rights that this user has not: set PORT to 1024 or more.`)
  // on a machine without IPv6 one address that works is enough
  if (outcomes.length > 0 && !outcomes.includes(undefined))
    throw new ConfigError(`HOST=${host} cannot be listened on (${outcomes[0]}): name an address of this machine.`)
}
