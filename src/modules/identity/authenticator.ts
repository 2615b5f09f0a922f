import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Actor, anonymous } from '../../kernel/actor.ts'
import type { Client } from '../../kernel/db/client.ts'
import { forbidden, unauthenticated } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { tokenHash, tokenPrefix } from './token.ts'

interface Standing {
  session_id: string | null
  person_id: string
  proved_at: string | null
  scopes: string[] | null
  organization_id: string | null
  duties: string[] | null
  roles: string[] | null
  division: string | null
}

/** Each live session's person with every organisation they belong to: one prepared round trip per request. */
const bySession = (client: Client, id: string) => client<Standing[]>`
  select s.id as session_id, p.id as person_id, s.proved_at, null::text[] as scopes,
    m.organization_id, m.duties, o.roles, o.division
  from identity.session s
  join identity.person p on p.id = s.person_id and not p.is_disabled
  left join identity.membership m on m.person_id = p.id
  left join identity.organization o on o.id = m.organization_id
  where s.id = ${id} and s.ended_at is null and s.expires_at > now()
  order by m.created_at`

const byToken = (client: Client, token: string) => client<Standing[]>`
  select null as session_id, p.id as person_id, null as proved_at, t.scopes,
    t.organization_id, m.duties, o.roles, o.division
  from identity.api_token t
  join identity.person p on p.id = t.person_id and not p.is_disabled
  join identity.membership m on m.person_id = p.id and m.organization_id = t.organization_id
  join identity.organization o on o.id = t.organization_id
  where t.hash = ${tokenHash(token)} and t.revoked_at is null and t.expires_at > now()`

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The membership that the request acts under: the one named in the header, else the only one there is. */
function choose(standings: Standing[], named: string | undefined): Standing {
  const memberships = standings.filter(s => s.organization_id !== null)
  if (named !== undefined) {
    const found = memberships.find(s => s.organization_id === named)
    if (found) return found
    throw forbidden(text('您不是该机构的成员。', 'You are not a member of that organisation.'))
  }
  if (memberships.length === 1) return memberships[0]!
  return { ...standings[0]!, organization_id: null, duties: null, roles: null, division: null }
}

function actorOf(standing: Standing): Actor {
  return {
    kind: standing.scopes ? 'client' : 'person',
    personId: standing.person_id,
    sessionId: standing.session_id,
    organizationId: standing.organization_id,
    roles: standing.roles ?? [],
    duties: standing.duties ?? [],
    division: standing.division,
    scopes: standing.scopes,
    provedAt: standing.proved_at === null ? null : new Date(standing.proved_at),
  }
}

/**
 * Sets `request.actor` on every request: nobody without a token; refused with one that is not valid any more. A session
 * ended a moment ago is refused although its access token would still verify.
 */
export function useAuthentication(app: FastifyInstance, client: Client): void {
  app.decorateRequest('actor')
  app.addHook('onRequest', async (request: FastifyRequest) => {
    const header = request.headers.authorization
    if (header === undefined) {
      request.actor = anonymous
      return
    }
    const token = /^Bearer (\S+)$/i.exec(header)?.[1]
    if (token === undefined) throw unauthenticated()
    let standings: Standing[]
    if (token.startsWith(tokenPrefix)) standings = await byToken(client, token)
    else {
      const claims = await request.jwtVerify<{ sid?: unknown; use?: unknown }>().catch(() => undefined)
      if (claims?.use !== 'access' || typeof claims.sid !== 'string' || !uuid.test(claims.sid)) throw unauthenticated()
      standings = await bySession(client, claims.sid)
    }
    if (standings.length === 0) throw unauthenticated()
    const named = request.headers['jinshu-organization']
    request.actor = actorOf(choose(standings, typeof named === 'string' ? named : undefined))
  })
}
