import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { createExchange } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { guardMode } from '../../src/demo/mode.ts'
import { newLogger } from '../../src/logger.ts'
import { freshDatabase } from '../support/database.ts'

t.test('demo mode and earnest use never share a database', async t => {
  const home = await mkdtemp(join(tmpdir(), 'jinshu-mode-'))
  t.teardown(() => rm(home, { recursive: true, force: true }))
  const databases = { demo: await freshDatabase(t), earnest: await freshDatabase(t) }
  const open = async (which: keyof typeof databases, isDemo: boolean) => {
    const DATABASE_URL = databases[which]
    const config = readConfig({ DATABASE_URL, JINSHU_HOME: join(home, which), JINSHU_DEMO: isDemo ? '1' : '0' })
    const exchange = await createExchange(config, DATABASE_URL, newLogger('silent'))
    const verdict = await guardMode(exchange).then(
      () => 'served',
      (error: Error) => error.message,
    )
    const clock = await exchange.app.inject({
      method: 'POST',
      url: '/api/v1/demo/clock',
      payload: { to: '2099-01-01T00:00:00Z' },
    })
    if (verdict === 'served')
      await exchange.app.inject({
        method: 'POST',
        url: '/api/v1/persons',
        payload: { email: `${which}${isDemo}@example.cn`, name: '某人', password: 'four words are long' },
      })
    await exchange.close()
    return { verdict, clock: clock.statusCode }
  }
  t.same(await open('demo', true), { verdict: 'served', clock: 200 }, 'an empty database may begin in demo mode')
  t.same((await open('demo', true)).verdict, 'served', 'and goes on in it')
  t.match((await open('demo', false)).verdict, /begun in demo mode/, 'but never in earnest')
  t.same(await open('earnest', false), { verdict: 'served', clock: 404 }, 'in earnest there is no movable clock')
  t.match((await open('earnest', true)).verdict, /in earnest use/, 'and no demo mode afterwards')
})

t.test('settings that cannot be are refused in one sentence that names the setting', async t => {
  for (const [env, words] of [
    [{ PORT: 'abc' }, /^PORT must be a whole number/],
    [{ JINSHU_ROLE: 'boss' }, /^JINSHU_ROLE must be one of/],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL must be an address/],
    [{ HOST: '0.0.0.0', JINSHU_DEMO: '1' }, /^JINSHU_DEMO=1 works only on loopback/],
    [{ PUBLIC_URL: 'ftp://x' }, /^PUBLIC_URL must be/],
  ] as const)
    t.throws(() => readConfig(env), words)
  t.equal(readConfig({ HOST: '0.0.0.0' }).isDemo, false, 'no default accounts beyond loopback')
})
