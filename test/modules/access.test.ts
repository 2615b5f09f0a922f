import t from 'tap'
import { access } from '../../src/access.ts'
import { allRoutes } from '../../src/app.ts'
import { addressOf } from '../../src/kernel/http/route.ts'
import { newId } from '../../src/kernel/ids.ts'
import { openExchange, type Role } from '../support/exchange.ts'

const x = await openExchange(t, { workers: false })

/** Every kind of person the access table distinguishes, with the grants they hold. */
async function population(): Promise<{ name: string; role: Role | undefined; grants: Set<string> }[]> {
  const people: { name: string; role: Role | undefined; grants: Set<string> }[] = [
    { name: 'nobody', role: undefined, grants: new Set(['anyone']) },
    { name: 'a citizen', role: await x.person('citizen'), grants: new Set(['anyone', 'person']) },
  ]
  for (const kind of ['vendor', 'buyer', 'authority', 'institution', 'operator'] as const) {
    const cast = kind === 'operator' ? x.operator : await x.organization([kind])
    for (const duty of ['maker', 'checker', 'finance'] as const)
      people.push({
        name: `${kind}:${duty}`,
        role: cast[duty],
        grants: new Set(['anyone', 'person', 'member', `member:${duty}`, kind, `${kind}:${duty}`]),
      })
  }
  const founder = await x.person('founder')
  const unverified = await x.ok('POST /organizations', {
    as: founder,
    body: {
      uscc: '91110000802100433B',
      nameZh: '尚未核验的机构',
      division: '140100',
      address: '山西省太原市',
      contactName: '某人',
      contactPhone: '0351-2222222',
      roles: ['vendor', 'buyer', 'authority'],
    },
  })
  const duties = ['administrator', 'maker', 'checker', 'finance']
  people.push({
    name: 'an organisation that is not verified',
    role: { ...founder, organizationId: unverified.id },
    grants: new Set(['anyone', 'person', 'member', ...duties.map(d => `member:${d}`)]),
  })
  return people
}

t.test(
  'every route admits exactly the holders that the access table names, before it looks at anything else',
  async t => {
    const people = await population()
    const wrong: string[] = []
    let asked = 0
    for (const route of allRoutes()) {
      const { method, url } = addressOf(route)
      const grants = access[route.spec.permission]!
      // sign-out of the one who asks and the demo's clock would change what the next question means
      if (['endSession', 'advanceClock', 'changePassword'].includes(route.spec.operation)) continue
      const address = url.replace(/:\w+/g, () => newId()).replace('*', 'nothing')
      for (const { name, role, grants: held } of people) {
        const reply = await x.call(`${method} /${address}`, {
          ...(role && { as: role }),
          ...(['POST', 'PUT', 'PATCH'].includes(method) && { body: {} }),
        })
        asked++
        const isAdmitted = grants.some(grant => held.has(grant))
        const refusal = role ? 403 : 401
        const isRefused = reply.status === refusal && !/sign-in-failed|password-wrong|forged-request/.test(reply.text)
        if (isAdmitted === isRefused) wrong.push(`${name}: ${method} ${url} → ${reply.status}`)
        if (reply.status >= 500 && reply.status !== 503) wrong.push(`${name}: ${method} ${url} → ${reply.status}`)
      }
    }
    t.same(wrong, [])
    t.comment(`${asked} questions`)
  },
)
