import pino from 'pino'
import { access } from './access.ts'
import { allRoutes } from './app.ts'
import type { Engine } from './kernel/command.ts'
import { mountRoutes } from './kernel/http/mount.ts'
import { buildServer } from './kernel/http/server.ts'
import { newEd25519Pair } from './kernel/keys.ts'

/** The OpenAPI 3.1 document of the whole API; needs neither database nor network. */
export async function openapiDocument(publicUrl: string): Promise<Record<string, unknown>> {
  const app = await buildServer({
    logger: pino({ level: 'silent' }),
    publicUrl,
    tokenKey: newEd25519Pair(),
    requestsPerMinute: 1,
    isDemo: false,
  })
  const refuse = () => Promise.reject(new Error('this server only describes itself'))
  // no request is ever handled here, so there are no ports to hand out either
  const engine = { write: refuse, read: refuse } as unknown as Engine
  mountRoutes(app, allRoutes(), access, engine)
  await app.ready()
  const document = app.swagger() as unknown as Record<string, unknown>
  await app.close()
  return document
}
