import type { Exchange } from '../app.ts'
import { system } from '../kernel/actor.ts'
import { foundExchange, registerPerson } from '../modules/identity/index.ts'
import { demoPassword } from '../web/demopassword.ts'
import { Client, type Player } from './client.ts'

export { demoPassword }

export const operatorAccounts = {
  administrator: { email: 'admin@operator.demo', name: '任建国' },
  maker: { email: 'maker@operator.demo', name: '郝晓梅' },
  checker: { email: 'checker@operator.demo', name: '段文博' },
  finance: { email: 'finance@operator.demo', name: '范丽娟' },
  cashier: { email: 'cashier@operator.demo', name: '耿志远' },
} as const

const duties: Record<keyof typeof operatorAccounts, string[]> = {
  administrator: ['administrator'],
  maker: ['maker'],
  checker: ['checker'],
  finance: ['finance', 'maker'],
  cashier: ['finance', 'checker'],
}

export type Operator = Record<keyof typeof operatorAccounts, Player>

const isFounded = (exchange: Exchange): Promise<boolean> =>
  exchange.engine.read(system, async rx => {
    const rows = await rx.sql`
      select 1 from identity.organization where 'operator' = any(requested_roles) limit 1`
    return rows.length > 0
  })

/** Founds the exchange: the operator's organisation and its first administrator. */
async function found(exchange: Exchange): Promise<void> {
  await exchange.engine.write(system, { operation: 'foundExchange' }, async cx => {
    const { administrator } = operatorAccounts
    const person = await registerPerson(cx, { ...administrator, password: demoPassword })
    await foundExchange(
      cx,
      {
        uscc: '91140100MA0DEM001U',
        nameZh: '晋数数据交易服务有限公司（演示）',
        nameEn: 'Jinshu Data Trading Service (demo)',
        division: '140100',
        address: '山西省太原市小店区示范街1号',
        contactName: administrator.name,
        contactPhone: '0351-7000001',
      },
      person.id,
    )
  })
}

/** The operator's people, signed in; made on the first call, by several processes at once if need be. */
export async function openOperator(exchange: Exchange, url: string): Promise<Operator> {
  if (!(await isFounded(exchange)))
    await found(exchange).catch(async error => {
      // another process may have been faster: an address is one person's
      if (!(await isFounded(exchange))) throw error
    })
  const client = new Client(url)
  const administrator = await actingFor(client, operatorAccounts.administrator)
  for (const [role, account] of Object.entries(operatorAccounts)) {
    if (role === 'administrator') continue
    await client.send('POST /persons', { body: { ...account, password: demoPassword } })
    await ensureMember(client, administrator, account.email, duties[role as keyof typeof duties])
  }
  return signInOperator(client)
}

/** Gives a person duties unless they are a member already: what an interrupted start left out is made up for. */
export async function ensureMember(client: Client, as: Player, email: string, held: readonly string[]): Promise<void> {
  const members = await client.call<{ email: string }[]>('GET /members', { as })
  if (members.some(member => member.email === email)) return
  await client.call('PUT /members', { as, body: { email, duties: held } })
}

async function actingFor(client: Client, account: { email: string; name: string }): Promise<Player> {
  const player = await client.signIn(account.email, demoPassword, account.name)
  const { memberships } = await client.call<{ memberships: { organizationId: string }[] }>('GET /me', { as: player })
  return { ...player, organizationId: memberships[0]!.organizationId }
}

/** Signs the operator's default accounts in on a running exchange in demo mode. */
export async function signInOperator(client: Client): Promise<Operator> {
  const players = await Promise.all(
    Object.entries(operatorAccounts).map(async ([role, account]) => [role, await actingFor(client, account)] as const),
  )
  return Object.fromEntries(players) as Operator
}
