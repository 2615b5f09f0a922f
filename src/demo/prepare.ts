import type { Exchange } from '../app.ts'
import type { Config } from '../config.ts'
import { demoPassword, openOperator, operatorAccounts } from './operator.ts'

/** Makes the demo exchange on the first start and prints its accounts on every one. */
export async function prepareDemo(exchange: Exchange, config: Config): Promise<void> {
  const url = `http://localhost:${config.port}`
  await openOperator(exchange, url)
  const accounts = Object.values(operatorAccounts).map(a => `  ${a.email.padEnd(28)} ${a.name}`)
  process.stdout.write(`\n演示账号 Demo accounts (password: ${demoPassword})\n${accounts.join('\n')}\n`)
}
