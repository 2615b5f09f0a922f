import type { BrowserContext } from 'playwright-core'
import { anonymous } from '../../src/kernel/actor.ts'
import { signInForWeb } from '../../src/modules/identity/index.ts'
import { password, type Role, type TestExchange } from './exchange.ts'

/** The secret of a browser's session of a person, opened as the sign-in page opens it. */
export async function webSession(x: TestExchange, email: string): Promise<string> {
  const outcome = await x.exchange.engine.write(anonymous, { operation: 'signIn' }, cx =>
    signInForWeb(cx, { email, password }, 'test'),
  )
  if (outcome.isReplay || !('secret' in outcome.value)) throw new Error(`${email} cannot sign in`)
  return outcome.value.secret
}

/** Signs a browser in as a person, acting for their organisation, without the sign-in page. */
export async function enter(context: BrowserContext, x: TestExchange, role: Role, origin: string): Promise<void> {
  const cookies = [{ name: 'jinshu_session', value: await webSession(x, role.email), url: origin }]
  if (role.organizationId) cookies.push({ name: 'jinshu_organization', value: role.organizationId, url: origin })
  await context.addCookies(cookies)
}

/** The exchange on a port of its own. */
export async function listen(x: TestExchange): Promise<string> {
  await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(x.exchange.app.server.address() as { port: number }).port}`
}
