import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Actor, anonymous, type Viewer } from '../../kernel/actor.ts'
import type { Client } from '../../kernel/db/client.ts'
import type { Settings } from '../../kernel/kit.ts'
import { forbidden, unauthenticated } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { cookieHash, organizationCookie, sessionCookie } from './cookie.ts'
import { requiresTwoStep } from './model.ts'
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
  /** whether its last use is to be kept anew */
  is_stale: boolean
  is_two_step: boolean
}

/** Each live session's person with every organisation they belong to: one prepared round trip per request. */
const bySession = (client: Client, id: string) => client<Standing[]>`
  select s.id as session_id, p.id as person_id, s.proved_at, null::text[] as scopes,
    m.organization_id, m.duties, o.roles, o.division, (s.seen_at is null or s.seen_at < now() - interval '10 minutes') as is_stale,
    exists (select from identity.two_step ts where ts.person_id = p.id and ts.confirmed_at is not null) as is_two_step
  from identity.session s
  join identity.person p on p.id = s.person_id and not p.is_disabled
  left join identity.membership m on m.person_id = p.id
  left join identity.organization o on o.id = m.organization_id
  where s.id = ${id} and s.ended_at is null and s.expires_at > now()
  order by m.created_at`

interface Seen extends Standing {
  name: string
  email: string
  name_zh: string | null
  name_en: string | null
  state: string | null
}

/** The same by the secret in a browser's cookie, with what the frame around every page says of the person. */
const byCookie = (client: Client, secret: string) => client<Seen[]>`
  select s.id as session_id, p.id as person_id, s.proved_at, null::text[] as scopes,
    m.organization_id, m.duties, o.roles, o.division, p.name, p.email, o.name_zh, o.name_en, o.state,
    (s.seen_at is null or s.seen_at < now() - interval '10 minutes') as is_stale,
    exists (select from identity.two_step ts where ts.person_id = p.id and ts.confirmed_at is not null) as is_two_step
  from identity.session s
  join identity.person p on p.id = s.person_id and not p.is_disabled
  left join identity.membership m on m.person_id = p.id
  left join identity.organization o on o.id = m.organization_id
  where s.cookie_hash = ${cookieHash(secret)} and s.ended_at is null and s.expires_at > now()
  order by m.created_at`

const byToken = (client: Client, token: string) => client<Standing[]>`
  select null as session_id, p.id as person_id, null as proved_at, t.scopes,
    t.organization_id, m.duties, o.roles, o.division, false as is_stale,
    exists (select from identity.two_step ts where ts.person_id = p.id and ts.confirmed_at is not null) as is_two_step
  from identity.api_token t
  join identity.person p on p.id = t.person_id and not p.is_disabled
  join identity.membership m on m.person_id = p.id and m.organization_id = t.organization_id
  join identity.organization o on o.id = t.organization_id
  where t.hash = ${tokenHash(token)} and t.revoked_at is null and t.expires_at > now()`

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const nowhere = { organization_id: null, duties: null, roles: null, division: null }

/** The membership that the request acts under: the one named in the header, else the only one there is. */
function choose(standings: Standing[], named: string | undefined): Standing {
  const memberships = standings.filter(s => s.organization_id !== null)
  if (named !== undefined) {
    const found = memberships.find(s => s.organization_id === named)
    if (found) return found
    throw forbidden(text('您不是该机构的成员。', 'You are not a member of that organisation.'))
  }
  if (memberships.length === 1) return memberships[0]!
  return { ...standings[0]!, ...nowhere }
}

/** In a browser: the header, else the cookie where it names an own one, else the oldest membership. */
function chooseSeen(standings: Seen[], named: string | undefined, cookie: string | undefined): Standing {
  if (named !== undefined) return choose(standings, named)
  return standings.find(s => s.organization_id !== null && s.organization_id === cookie) ?? standings[0]!
}

/**
 * The actor of a standing. Whoever holds duties that a password alone does not open acts only for themselves until they
 * sign in by two steps; demo mode, on loopback, asks for none.
 */
function actorOf(given: Standing, isDemo: boolean): Actor {
  const lacksTwoStep = !isDemo && !given.is_two_step && requiresTwoStep(given.duties ?? [], given.roles ?? [])
  const standing = lacksTwoStep ? { ...given, ...nowhere } : given
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
    ...(lacksTwoStep && { lacksTwoStep }),
  }
}

const viewerOf = (standings: Seen[]): Viewer => ({
  personId: standings[0]!.person_id,
  name: standings[0]!.name,
  email: standings[0]!.email,
  memberships: standings.flatMap(s =>
    s.organization_id === null
      ? []
      : [
          {
            organizationId: s.organization_id,
            nameZh: s.name_zh!,
            nameEn: s.name_en,
            state: s.state!,
            roles: s.roles!,
            duties: s.duties!,
          },
        ],
  ),
})

const namedOrganization = ({ headers }: FastifyRequest): string | undefined => {
  const named = headers['jinshu-organization']
  return typeof named === 'string' ? named : undefined
}

/** Keeps when a session was last used, at most every ten minutes; no decision, so no entry in the record. */
async function stamp(request: FastifyRequest, client: Client, { is_stale, session_id }: Standing): Promise<void> {
  if (!is_stale) return
  await client`update identity.session set seen_at = now() where id = ${session_id}`.catch(error =>
    request.log.warn({ err: error }, 'last use of a session was not kept'),
  )
}

/** Signed in by cookie; a stale or unknown one is nobody's, so that public pages go on working. */
async function lookAtCookie(request: FastifyRequest, client: Client, settings: Settings): Promise<void> {
  const secret = request.cookies[sessionCookie(settings.publicUrl)]
  if (!secret || secret.length > 100) return
  const standings = await byCookie(client, secret)
  const first = standings[0]
  if (!first) return
  request.viewer = viewerOf(standings)
  const chosen = chooseSeen(standings, namedOrganization(request), request.cookies[organizationCookie])
  request.actor = actorOf(chosen, settings.isDemo)
  await stamp(request, client, first)
}

async function lookAtToken(request: FastifyRequest, client: Client, settings: Settings): Promise<Actor> {
  const header = request.headers.authorization ?? ''
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
  await stamp(request, client, standings[0]!)
  return actorOf(choose(standings, namedOrganization(request)), settings.isDemo)
}

/**
 * Sets `request.actor` and `request.viewer` on every request. With a token: refused when it is not valid any more, so
 * that a session ended a moment ago is refused although its access token would still verify. Without one: whom the
 * session's cookie names, else nobody.
 */
export function useAuthentication(app: FastifyInstance, client: Client, settings: Settings): void {
  app.decorateRequest('actor')
  app.decorateRequest('viewer', null)
  app.addHook('onRequest', async (request: FastifyRequest) => {
    request.actor = anonymous
    if (request.headers.authorization === undefined) await lookAtCookie(request, client, settings)
    else request.actor = await lookAtToken(request, client, settings)
  })
}
