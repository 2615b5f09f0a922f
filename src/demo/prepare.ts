import type { Exchange } from '../app.ts'
import type { Config } from '../config.ts'
import { system } from '../kernel/actor.ts'
import { roles } from './cast.ts'
import { Client } from './client.ts'
import { makeDemoExchange } from './exchange.ts'
import { demoPassword, openOperator, operatorAccounts } from './operator.ts'

const milestone = 'demo-exchange'

async function isMade(exchange: Exchange): Promise<boolean> {
  return exchange.engine.read(system, async rx => {
    const rows = await rx.sql`select 1 from kernel.milestone where name = ${milestone}`
    return rows.length > 0
  })
}

/** The default accounts of demo mode, for the person at the terminal. */
function accountList(): string {
  const operator = Object.values(operatorAccounts).map(a => [a.email, a.name, '运营 operator'])
  const others = Object.values(roles).flatMap(role =>
    Object.entries(role.people).map(([duty, name]) => [`${duty}@${role.slug}.demo`, name, role.nameZh]),
  )
  return [...operator, ...others].map(([email, name, who]) => `  ${email!.padEnd(26)} ${name}  ${who}`).join('\n')
}

/** Makes the demo exchange on the first start, through the public API; one that was interrupted is completed. */
export async function prepareDemo(exchange: Exchange, config: Config): Promise<void> {
  const url = `http://localhost:${config.port}`
  const operator = await openOperator(exchange, url)
  // events need a worker: a web process alone makes the operator's accounts only
  if (config.role === 'both' && !(await isMade(exchange))) {
    process.stdout.write('\n首次启动：正在建立演示交易场所…  First start: making the demo exchange…\n')
    await makeDemoExchange(new Client(url), operator)
    await exchange.engine.write(system, { operation: 'keepMilestone' }, async cx => {
      await cx.sql`insert into kernel.milestone (name, reached_at)
        values (${milestone}, ${cx.now.toISOString()}) on conflict do nothing`
      cx.audit('milestone.reach', ['milestone', milestone], {})
    })
  }
  process.stdout.write(`\n演示账号 Demo accounts (password: ${demoPassword})\n${accountList()}\n`)
}
