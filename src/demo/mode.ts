import type { Exchange } from '../app.ts'
import { ConfigError } from '../config.ts'
import { system } from '../kernel/actor.ts'

const milestone = 'demo-mode'

/**
 * Keeps demo and earnest apart. A database that demo mode began has default accounts, so it is served in demo mode only,
 * which is bound to loopback; one that people have begun in earnest never gets default accounts or a movable clock.
 * @throws ConfigError with the way out.
 */
export async function guardMode(exchange: Exchange): Promise<void> {
  const { isDemo } = exchange.kit.settings
  const { wasDemo, isEmpty } = await exchange.engine.read(system, async rx => {
    const [row] = await rx.sql<{ was_demo: boolean; is_empty: boolean }[]>`
      select exists (select 1 from kernel.milestone where name = ${milestone}) as was_demo,
        not exists (select 1 from identity.person) as is_empty`
    return { wasDemo: row!.was_demo, isEmpty: row!.is_empty }
  })
  if (!isDemo && wasDemo)
    throw new ConfigError(
      'This database was begun in demo mode and has default accounts: serve it on loopback with JINSHU_DEMO=1, or use another database.',
    )
  if (isDemo && !wasDemo && !isEmpty)
    throw new ConfigError(
      'This database is in earnest use: demo mode needs an empty one; set JINSHU_DEMO=0 or another DATABASE_URL or JINSHU_HOME.',
    )
  if (!isDemo || wasDemo) return
  await exchange.engine.write(system, { operation: 'keepMilestone' }, async cx => {
    await cx.sql`insert into kernel.milestone (name, reached_at)
      values (${milestone}, ${cx.now.toISOString()}) on conflict do nothing`
    cx.audit('milestone.reach', ['milestone', milestone], {})
  })
}
