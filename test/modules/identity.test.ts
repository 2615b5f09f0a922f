import {
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign as signBytes,
} from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import t from 'tap'
import { anonymous, system } from '../../src/kernel/actor.ts'
import { connect } from '../../src/kernel/db/client.ts'
import { exchangeKey } from '../../src/kernel/keys.ts'
import {
  completeWebSignIn,
  foundExchange,
  organizationMachine,
  signInForWeb,
} from '../../src/modules/identity/index.ts'
import { passwordErrors } from '../../src/modules/identity/model.ts'
import { type Cast, newUscc, openExchange, password, type Reply, type Role } from '../support/exchange.ts'

const x = await openExchange(t, { workers: false })
const { operator } = x
const vendor = await x.organization(['vendor'])
const buyer = await x.organization(['buyer'], { division: '110000' })
const city = await x.organization(['authority'], { division: '140100' })
const province = await x.organization(['authority'], { division: '140000' })

const facts = (changes: object = {}) => ({
  uscc: newUscc(),
  nameZh: '状态测试机构',
  division: '140100',
  address: '山西省太原市测试街四号',
  contactName: '联系人',
  contactPhone: '0351-1111111',
  roles: ['vendor'],
  ...changes,
})

const audits = async (subject: string) =>
  Number((await x.sql`select count(*) as n from kernel.audit_entry where subject_id = ${subject}`)[0]!.n)

/** An answer without what differs from one request to the next. */
const bare = ({ status, body, headers }: Reply) => {
  const { 'x-request-id': _, date: __, etag: ___, 'x-ratelimit-remaining': ____, ...kept } = headers
  for (const name of ['x-ratelimit-reset']) delete kept[name]
  return { status, body: { ...body, instance: '' }, headers: kept }
}

const account = async (name: string) => {
  const email = `${name}.${randomUUID().slice(0, 8)}@example.cn`
  const { id } = await x.ok('POST /persons', { body: { email, name, password } })
  return { id, email }
}

const signIn = (email: string, given = password) => x.call('POST /sessions', { body: { email, password: given } })
const refresh = (refreshToken: string) => x.call('POST /sessions/refresh', { body: { refreshToken } })
const me = (token: string, headers = {}) =>
  x.call('GET /me', { headers: { authorization: `Bearer ${token}`, ...headers } })

t.test('each move of the organisation’s life cycle works from its states and is refused from every other', async t => {
  const founder = await x.person('founder')
  const { id } = await x.ok('POST /organizations', { as: founder, body: facts() })
  const owner: Role = { ...founder, organizationId: id }
  const reason = { reason: '名称与营业执照不一致，请核对' }
  const calls: Record<keyof typeof organizationMachine.moves, () => Promise<Reply>> = {
    accept: () => x.call(`POST /organizations/${id}/accept`, { as: operator.maker }),
    return: () => x.call(`POST /organizations/${id}/return`, { as: operator.checker, body: reason }),
    resubmit: () => x.call(`POST /organizations/${id}/resubmit`, { as: owner, body: facts() }),
    verify: () => x.call(`POST /organizations/${id}/verify`, { as: operator.checker }),
    suspend: () => x.call(`POST /organizations/${id}/suspend`, { as: operator.checker, body: reason }),
    reinstate: () => x.call(`POST /organizations/${id}/reinstate`, { as: operator.checker }),
  }
  const states = Object.keys(organizationMachine.states) as (keyof typeof organizationMachine.states)[]
  for (const state of states)
    for (const [name, move] of Object.entries(organizationMachine.moves)) {
      await x.sql`update identity.organization set state = ${state}, accepted_by = ${operator.maker.personId},
        verified_by = ${operator.checker.personId}, roles = ${state === 'verified' ? ['vendor'] : []} where id = ${id}`
      const before = await audits(id)
      const reply = await calls[name as keyof typeof calls]()
      const isPossible = (move.from as readonly string[]).includes(state)
      t.equal(reply.status, isPossible ? 200 : 409, `${name} from ${state}`)
      const [row] = await x.sql`select state, roles from identity.organization where id = ${id}`
      t.equal(row!.state, isPossible ? move.to : state)
      t.equal(await audits(id), before + (isPossible ? 1 : 0))
      if (!isPossible) {
        t.equal(reply.body.type, '/problems/state-conflict')
        t.match(reply.body.detail, `(${state})`, 'names the present state')
      } else t.same(row!.roles, move.to === 'verified' ? ['vendor'] : name === 'suspend' ? [] : row!.roles)
    }
})

t.test('two simultaneous moves give one success, one conflict and one entry', async t => {
  const founder = await x.person('founder')
  const { id } = await x.ok('POST /organizations', { as: founder, body: facts() })
  const replies = await Promise.all(
    Array.from({ length: 6 }, () => x.call(`POST /organizations/${id}/accept`, { as: operator.maker })),
  )
  t.same(replies.map(r => r.status).sort(), [200, 409, 409, 409, 409, 409])
  t.equal(await audits(id), 2)
})

t.test('two different people verify an organisation, and none of them belongs to it', async t => {
  const both = await x.person('both')
  await x.ok('PUT /members', { as: operator.administrator, body: { email: both.email, duties: ['maker', 'checker'] } })
  const as = { ...both, organizationId: operator.id }
  const founder = await x.person('founder')
  const { id } = await x.ok('POST /organizations', { as: founder, body: facts() })
  await x.ok(`POST /organizations/${id}/accept`, { as })
  const self = await x.call(`POST /organizations/${id}/verify`, { as })
  t.same([self.status, self.body.type], [403, '/problems/same-person'])
  await t.rejects(
    x.sql`update identity.organization set state = 'verified', verified_by = accepted_by where id = ${id}`,
    /organization_verified_by_two/,
    'the database refuses it too',
  )
  await t.rejects(
    x.sql`update identity.organization set state = 'verified', accepted_by = null where id = ${id}`,
    /organization_verified_by_two/,
  )
  const me = await x.ok('GET /me', { as: founder })
  t.same(me.memberships[0].roles, [], 'no role is in force before')
  await x.ok(`POST /organizations/${id}/verify`, { as: operator.checker })
  t.same((await x.ok('GET /me', { as: founder })).memberships[0].roles, ['vendor'])

  const own = await x.ok('POST /organizations', { as: both, body: facts() })
  for (const move of ['accept', 'verify']) {
    const reply = await x.call(`POST /organizations/${own.id}/${move}`, { as })
    t.same([reply.status, reply.body.type], [403, '/problems/same-person'], move)
  }
  await t.rejects(
    x.exchange.engine.write(system, { operation: 'found' }, cx =>
      foundExchange(cx, facts() as never, founder.personId),
    ),
    /operator already/,
    'there is one operator',
  )
  const king = await x.call('POST /organizations', { as: both, body: facts({ roles: ['operator'] }) })
  t.equal(king.status, 400, 'nobody asks for the operator’s role')
})

t.test('a credit code is checked by its check character, and registered once', async t => {
  const as = await x.person('codes')
  const good = newUscc()
  const last = good.at(-1)!
  for (const uscc of [
    good.slice(0, 17) + (last === '0' ? '1' : '0'),
    good.replace('MA', 'AM'),
    good.toLowerCase(),
    `${good.slice(0, 16)}I${last}`,
    '000000000000000000'.replace(/0$/, '1'),
  ]) {
    const reply = await x.call('POST /organizations', { as, body: facts({ uscc }) })
    t.same([reply.status, reply.body.errors?.[0]?.pointer], [400, '/uscc'], uscc)
    t.ok(reply.body.errors[0].remedy)
  }
  t.equal((await x.call('POST /organizations', { as, body: facts({ uscc: good }) })).status, 201)
  const twice = await x.call('POST /organizations', { as: vendor.administrator, body: facts({ uscc: good }) })
  t.same([twice.status, twice.body.type, twice.body.errors[0].pointer], [409, '/problems/conflict', '/uscc'])
  await t.rejects(x.sql`update identity.organization set uscc = 'I' where id = ${vendor.id}`, /organization_uscc_form/)
})

t.test('roles end with a suspension and return with the reinstatement', async t => {
  const cast = await x.organization(['vendor'])
  const isVendor = async () => (await x.call('GET /data-versions', { as: cast.maker })).status === 200
  t.ok(await isVendor())
  await x.ok(`POST /organizations/${cast.id}/suspend`, { as: operator.checker, body: { reason: '核验材料失效' } })
  t.notOk(await isVendor())
  t.equal((await x.call('GET /members', { as: cast.maker })).status, 200, 'they still belong to it')
  await x.ok(`POST /organizations/${cast.id}/reinstate`, { as: operator.checker })
  t.ok(await isVendor())
})

t.test('duties are given and taken by an administrator, and one administrator always stays', async t => {
  const cast = await x.organization(['buyer'])
  const set = (as: Role, email: string, duties: string[]) => x.call('PUT /members', { as, body: { email, duties } })
  t.equal((await set(cast.maker, cast.checker.email, ['administrator'])).status, 403)
  t.equal((await set(cast.administrator, cast.maker.email, ['administrator'])).status, 200)
  const [one, two] = await Promise.all([
    set(cast.administrator, cast.maker.email, []),
    set(cast.maker, cast.administrator.email, ['maker']),
  ])
  const left = await x.sql`select person_id from identity.membership
    where organization_id = ${cast.id} and 'administrator' = any(duties)`
  t.ok(left.length >= 1, `${one.status} and ${two.status} leave an administrator`)
  const [last] = left
  const who = last!.person_id === cast.maker.personId ? cast.maker : cast.administrator
  const alone = await set(who, who.email, [])
  t.same([alone.status, alone.body.type], [422, '/problems/rule-violated'])
  const unknown = await set(who, 'nobody@example.cn', ['maker'])
  t.same([unknown.status, unknown.body.errors[0].pointer], [400, '/email'])
  await set(who, cast.finance.email, [])
  t.equal((await x.call('GET /members', { as: cast.finance })).status, 403, 'who was removed acts for it no more')
})

t.test('ten wrong passwords block an account by the database’s time, and only then', async t => {
  const { id, email } = await account('blocked')
  for (let i = 0; i < 9; i++) t.equal((await signIn(email, 'wrong password')).status, 401)
  t.equal((await signIn(email.toUpperCase())).status, 200, 'the ninth failure does not block, and success starts anew')
  for (let i = 0; i < 10; i++) {
    const reply = await signIn(email, 'wrong password')
    t.same([reply.status, reply.body.type], [401, '/problems/sign-in-failed'])
  }
  const blocked = await signIn(email)
  t.same([blocked.status, blocked.body.type], [429, '/problems/too-many-requests'])
  const seconds = Number(blocked.headers['retry-after'])
  t.ok(seconds > 14 * 60 && seconds <= 15 * 60, `${seconds} s`)
  await x.advanceDays(1)
  t.equal((await signIn(email)).status, 429, 'demo mode’s clock does not shorten it')
  await x.sql`update identity.person set blocked_until = now() - interval '1 second' where id = ${id}`
  t.equal((await signIn(email)).status, 200)

  const other = await account('hammered')
  const many = await Promise.all(Array.from({ length: 40 }, (_, i) => signIn(other.email, `guess number ${i}`)))
  const tried = many.filter(r => r.status === 401).length
  t.ok(tried <= 10, `${tried} of 40 simultaneous guesses were looked at`)
  t.ok(many.every(r => [401, 429].includes(r.status)))
  const unknown = await signIn('nobody-at-all@example.cn', 'wrong password')
  t.same([unknown.status, unknown.body.type], [401, '/problems/sign-in-failed'], 'an unknown address looks the same')
  const entries =
    await x.sql`select record from kernel.audit_entry where action = 'session.refuse' and subject_id = ${id}`
  t.ok(entries.length >= 21, 'each refusal is on record')
})

t.test('a password is long, not guessable, and not cut', async t => {
  const tryOut = (given: string) =>
    x.call('POST /persons', { body: { email: `p.${randomUUID()}@example.cn`, name: '口令', password: given } })
  for (const weak of ['short', 'PASSWORD', '12345678', 'aaaaaaaaaa', '晋数晋数晋数晋数', 'x'.repeat(201)])
    t.equal((await tryOut(weak)).status, weak === '晋数晋数晋数晋数' ? 201 : 400, weak.slice(0, 20))
  t.equal(passwordErrors('wang.fang2', 'wang.fang@example.cn').length, 1, 'not the own address')
  const long = 'ß'.repeat(100)
  const email = `long.${randomUUID()}@example.cn`
  t.equal((await x.call('POST /persons', { body: { email, name: '长', password: `${long}a` } })).status, 201)
  t.equal((await signIn(email, `${long}b`)).status, 401)
  t.equal((await signIn(email, `${long}a`)).status, 200)
  const twice = await x.call('POST /persons', { body: { email: email.toUpperCase(), name: '二', password } })
  t.same([twice.status, twice.body.errors[0].pointer], [409, '/email'])
  const [row] = await x.sql`select password_hash from identity.person where email = ${email}`
  t.match(row!.password_hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
})

t.test('a refresh token works once; one that comes back ends the whole session', async t => {
  const { email } = await account('rotating')
  const first = (await signIn(email)).body
  t.equal(first.expiresInSeconds, 600)
  const second = (await refresh(first.refreshToken)).body
  t.not(second.refreshToken, first.refreshToken)
  t.equal((await me(second.accessToken)).status, 200)
  const stolen = await refresh(first.refreshToken)
  t.same([stolen.status, stolen.body.type], [401, '/problems/unauthenticated'])
  t.equal((await me(second.accessToken)).status, 401, 'the access tokens of the family end at once')
  t.equal((await me(first.accessToken)).status, 401)
  t.equal((await refresh(second.refreshToken)).status, 401, 'and the newest refresh token')
  const [ended] = await x.sql`select end_reason from identity.session s join identity.person p on p.id = s.person_id
    where p.email = ${email}`
  t.equal(ended!.end_reason, 'reuse')

  const third = (await signIn(email)).body
  const both = await Promise.all([refresh(third.refreshToken), refresh(third.refreshToken)])
  t.same(both.map(r => r.status).sort(), [200, 401], 'two at once: one wins')
  for (const forged of [`${randomUUID()}.${'a'.repeat(43)}`, 'x'.repeat(40), third.accessToken.slice(0, 200)])
    t.equal((await refresh(forged)).status, 401)
  const [stored] = await x.sql`select hash from identity.refresh_token limit 1`
  t.equal(stored!.hash.length, 32, 'only hashes are stored')
  const late = (await signIn(email)).body
  await x.sql`update identity.session set expires_at = now() - interval '1 second'
    where id = ${late.refreshToken.split('.')[0]}`
  t.same([(await refresh(late.refreshToken)).status, (await me(late.accessToken)).status], [401, 401])
})

t.test('sessions are listed and ended by their owner, and an ended one is refused at once', async t => {
  const { email } = await account('sessions')
  const here = (await signIn(email)).body
  const there = (await signIn(email)).body
  const as: Role = { personId: '', email, token: here.accessToken }
  const sessions = await x.ok('GET /sessions', { as })
  t.equal(sessions.length, 2)
  t.equal(sessions.filter((s: any) => s.isCurrent).length, 1)
  const other = sessions.find((s: any) => !s.isCurrent).id
  const foreign = await x.call(`DELETE /sessions/${other}`, { as: vendor.maker })
  const missing = await x.call(`DELETE /sessions/${randomUUID()}`, { as: vendor.maker })
  t.same(bare(foreign), bare(missing), 'another person’s session does not exist for others')
  t.equal(foreign.status, 404)
  t.equal((await me(there.accessToken)).status, 200)
  await x.ok(`DELETE /sessions/${other}`, { as })
  t.equal((await me(there.accessToken)).status, 401)
  t.equal((await refresh(there.refreshToken)).status, 401)
  t.equal((await x.call(`DELETE /sessions/${other}`, { as })).status, 404)
  await x.sql`update identity.person set is_disabled = true where email = ${email}`
  t.equal((await me(here.accessToken)).status, 401, 'a disabled account is out at once')
  t.equal((await signIn(email)).status, 401)
})

t.test('changing the password takes the old one and ends all other sessions', async t => {
  const { email } = await account('changing')
  const [here, there] = [(await signIn(email)).body, (await signIn(email)).body]
  const as: Role = { personId: '', email, token: here.accessToken }
  const change = (old: string, newPassword: string) =>
    x.call('POST /me/password', { as, body: { password: old, newPassword } })
  const wrong = await change('not my password', 'another long phrase')
  t.same([wrong.status, wrong.body.type, wrong.body.errors[0].pointer], [403, '/problems/password-wrong', '/password'])
  const weak = await change(password, 'password')
  t.same([weak.status, weak.body.errors[0].pointer], [400, '/newPassword'])
  t.equal((await change(password, 'another long phrase')).status, 200)
  t.equal((await me(here.accessToken)).status, 200, 'this session stays')
  t.equal((await me(there.accessToken)).status, 401)
  t.equal((await refresh(there.refreshToken)).status, 401)
  t.same([(await signIn(email)).status, (await signIn(email, 'another long phrase')).status], [401, 200])
  for (let i = 0; i < 10; i++) await change('a guess at it', 'yet another phrase')
  t.equal((await change('another long phrase', 'yet another phrase')).status, 429, 'step-up is no way around the block')
})

t.test('no forged, altered, foreign or misused token is let in', async t => {
  const client = connect(x.url, { size: 1 })
  const own = await exchangeKey(client, x.exchange.kit.keyring, 'token')
  await client.end()
  const stranger = generateKeyPairSync('ed25519')
  const { email } = await account('target')
  const { accessToken, refreshToken } = (await signIn(email)).body
  const [head, body, signature] = accessToken.split('.') as [string, string, string]
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
  const header = JSON.parse(Buffer.from(head, 'base64url').toString())
  t.same(header, { alg: 'EdDSA', typ: 'JWT' })
  t.same(Object.keys(claims).sort(), ['aud', 'exp', 'iat', 'iss', 'sid', 'sub', 'use'])
  const part = (value: unknown) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
  type Sign = (input: string) => string
  const by =
    (key: Parameters<typeof signBytes>[2]): Sign =>
    input =>
      signBytes(null, Buffer.from(input), key).toString('base64url')
  const ours = by(own.privatePart)
  const theirs = by(stranger.privateKey)
  const hmac =
    (secret: string | Buffer): Sign =>
    input =>
      createHmac('sha256', secret).update(input).digest('base64url')
  const token = (h: object, c: unknown, s: Sign) =>
    `${part({ ...header, ...h })}.${part(c)}.${s(`${part({ ...header, ...h })}.${part(c)}`)}`
  const none: Sign = () => ''
  const der = createPublicKey(own.publicPart).export({ type: 'spki', format: 'der' })
  const jwk = stranger.publicKey.export({ format: 'jwk' })
  const seconds = claims.iat as number
  t.equal((await me(token({}, claims, ours))).status, 200, 'the forge itself works with the true key')

  const attacks: Record<string, string> = {
    'alg none': token({ alg: 'none' }, claims, none),
    'alg None': token({ alg: 'None' }, claims, none),
    'alg NONE': token({ alg: 'NONE' }, claims, none),
    'alg nOnE with the old signature': token({ alg: 'nOnE' }, claims, () => signature),
    'alg empty': token({ alg: '' }, claims, none),
    'HMAC with the public key': token({ alg: 'HS256' }, claims, hmac(own.publicPart)),
    'HMAC with the raw public key': token({ alg: 'HS256' }, claims, hmac(der)),
    'HMAC with an empty secret': token({ alg: 'HS256' }, claims, hmac('')),
    'another key': token({}, claims, theirs),
    'embedded jwk': token({ jwk }, claims, theirs),
    'jku of a stranger': token({ jku: 'http://127.0.0.1:1/jwks' }, claims, theirs),
    'x5u of a stranger': token({ x5u: 'http://127.0.0.1:1/cert', x5c: ['AAAA'] }, claims, theirs),
    'kid with a path': token({ kid: '../../../../dev/null' }, claims, theirs),
    'kid with SQL': token({ kid: "x' union select 'k' --" }, claims, theirs),
    'wrong typ': token({ typ: 'refresh+jwt' }, claims, ours),
    'no typ': token({ typ: undefined }, claims, ours),
    'wrong audience': token({}, { ...claims, aud: 'other' }, ours),
    'wrong issuer': token({}, { ...claims, iss: 'http://evil.example' }, ours),
    'no issuer': token({}, { ...claims, iss: undefined }, ours),
    expired: token({}, { ...claims, iat: seconds - 1200, exp: seconds - 600 }, ours),
    'too old, though not expired': token({}, { ...claims, iat: seconds - 700, exp: seconds + 600 }, ours),
    'no expiry': token({}, { ...claims, exp: undefined }, ours),
    'not yet valid': token({}, { ...claims, nbf: seconds + 600 }, ours),
    'altered payload': `${head}.${part({ ...claims, sub: randomUUID() })}.${signature}`,
    'altered header': `${part({ ...header, kid: '1' })}.${body}.${signature}`,
    'empty signature': `${head}.${body}.`,
    'cut signature': `${head}.${body}.${signature.slice(0, -4)}`,
    'no signature part': `${head}.${body}`,
    'five parts': `${accessToken}.a.b`,
    'unknown critical extension': token({ crit: ['exp2'], exp2: 1 }, claims, ours),
    'claims that are a list': token({}, [claims], ours),
    'claims that are no JSON': token({}, 'sub', ours),
    'another use': token({}, { ...claims, use: 'download' }, ours),
    'no session': token({}, { ...claims, sid: undefined }, ours),
    'a session that is no text': token({}, { ...claims, sid: { $ne: 1 } }, ours),
    'a session that is no id': token({}, { ...claims, sid: "' or 1=1 --" }, ours),
    'a session that never was': token({}, { ...claims, sid: randomUUID() }, ours),
    'the refresh token as access token': refreshToken,
    'an API token that never was': `jinshu_${'a'.repeat(43)}`,
    '64 KB': `${head}.${'A'.repeat(65_536)}.${signature}`,
    'NUL inside': `${head}.${body}%00.${signature}`,
  }
  for (const [name, forged] of Object.entries(attacks)) {
    const reply = await me(forged)
    t.equal(reply.status, 401, name)
    t.equal(reply.body.type, '/problems/unauthenticated', name)
  }
  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    `bearer\t${accessToken}`,
    `Token ${accessToken}`,
    `Bearer ${accessToken} x`,
    accessToken,
  ])
    t.equal((await x.call('GET /me', { headers: { authorization } })).status, 401, authorization.slice(0, 20))
  t.equal((await me(accessToken)).status, 200, 'the true one still works')
  t.equal(
    (await x.call('GET /clock', { headers: { authorization: 'Bearer x' } })).status,
    401,
    'also where none is needed',
  )
})

t.test('an API token acts within its scopes, for its organisation, until it ends', async t => {
  const cast = await x.organization(['vendor'])
  const make = (body: object, as = cast.administrator) => x.call('POST /api-tokens', { as, body })
  const made = (await make({ name: '报表', scopes: ['member.list', 'organization.list'], days: 30 })).body
  t.match(made.token, /^jinshu_[\w-]{43}$/)
  const as: Role = { personId: '', email: '', token: made.token }
  t.equal((await x.call('GET /members', { as })).status, 200)
  t.equal((await x.call('GET /clock', { as })).status, 200, 'what anyone may do needs no scope')
  t.equal((await x.call('GET /organizations', { as })).status, 403, 'a scope gives nothing that the person has not')
  for (const beyond of ['GET /me', 'GET /api-tokens', 'GET /data-versions', 'GET /sessions'])
    t.equal((await x.call(beyond, { as })).status, 403, beyond)
  const elsewhere = { ...as, organizationId: vendor.id }
  t.equal((await x.call('GET /members', { as: elsewhere })).status, 403, 'it belongs to one organisation')

  const maker = (await make({ name: '扩权', scopes: ['api-token.create', 'person.change-password'], days: 1 })).body
  const minted = await make({ name: '更大', scopes: ['member.set'], days: 365 }, { ...as, token: maker.token })
  t.same([minted.status, minted.body.type], [403, '/problems/forbidden'], 'a token makes no tokens')
  const changed = await x.call('POST /me/password', {
    as: { ...as, token: maker.token },
    body: { password, newPassword: 'another long phrase' },
  })
  t.equal(changed.status, 401, 'and cannot stand in for the person')
  const odd = await make({ name: 'x', scopes: ['member.list', 'member.lst'], days: 1 })
  t.same([odd.status, odd.body.errors[0].pointer], [400, '/scopes/1'])
  for (const days of [0, 366]) t.equal((await make({ name: 'x', scopes: ['member.list'], days })).status, 400)

  const list = await x.ok('GET /api-tokens', { as: cast.administrator })
  t.equal(list.length, 2)
  t.notOk(list.some((row: any) => row.token || row.hash))
  t.same(await x.ok('GET /api-tokens', { as: vendor.administrator }), [], 'another organisation sees none of them')
  const foreign = await x.call(`DELETE /api-tokens/${made.id}`, { as: vendor.administrator })
  const missing = await x.call(`DELETE /api-tokens/${randomUUID()}`, { as: vendor.administrator })
  t.same(bare(foreign), bare(missing))
  t.equal(foreign.status, 404)

  const [before] = await x.sql`select extract(day from expires_at - now())::int as days
    from identity.api_token where id = ${made.id}`
  t.ok([29, 30].includes(before!.days))
  await x.sql`update identity.api_token set expires_at = now() - interval '1 second' where id = ${made.id}`
  t.equal((await x.call('GET /members', { as })).status, 401, 'expired')
  await x.sql`update identity.api_token set expires_at = now() + interval '1 day' where id = ${made.id}`
  t.equal((await x.call('GET /members', { as })).status, 200)
  await x.ok(`DELETE /api-tokens/${made.id}`, { as: cast.administrator })
  t.equal((await x.call('GET /members', { as })).status, 401, 'revoked')
  t.equal((await x.call(`DELETE /api-tokens/${made.id}`, { as: cast.administrator })).status, 404)

  const finance = { ...cast.administrator }
  const theirs = (await make({ name: '离职', scopes: ['member.list'], days: 1 }, finance)).body
  await x.ok('PUT /members', { as: cast.administrator, body: { email: cast.maker.email, duties: ['administrator'] } })
  await x.ok('PUT /members', { as: cast.maker, body: { email: finance.email, duties: [] } })
  t.equal((await x.call('GET /members', { as: { ...as, token: theirs.token } })).status, 401, 'who left has no tokens')
})

t.test('who acts for which organisation is said by a header, and only for one’s own', async t => {
  const { token } = vendor.maker
  const named = (id: string) => me(token, { 'jinshu-organization': id })
  t.equal((await named(vendor.id)).status, 200)
  const foreign = await named(buyer.id)
  const missing = await named(randomUUID())
  t.same(bare(foreign), bare(missing))
  t.same([foreign.status, foreign.body.type], [403, '/problems/forbidden'])
  for (const odd of ['', 'x', "' or 1=1", `${vendor.id}, ${buyer.id}`]) t.equal((await named(odd)).status, 403, odd)

  const both = await x.person('both')
  for (const cast of [vendor, buyer])
    await x.ok('PUT /members', { as: cast.administrator, body: { email: both.email, duties: ['maker'] } })
  t.equal((await x.call('GET /members', { as: both })).status, 403, 'with two, none is guessed')
  const seen = await x.ok('GET /members', { as: { ...both, organizationId: buyer.id } })
  t.ok(seen.some((m: any) => m.email === buyer.maker.email))
  t.notOk(seen.some((m: any) => m.email === vendor.maker.email))
})

t.test('another organisation’s record is answered exactly as one that does not exist', async t => {
  for (const as of [vendor.administrator, buyer.maker]) {
    const other = as === vendor.administrator ? buyer.id : vendor.id
    for (const [address, body] of [
      ['GET /organizations/ID', undefined],
      ['POST /organizations/ID/resubmit', facts()],
    ] as const) {
      const ask = (id: string) => x.call(address.replace('ID', id), { as, ...(body && { body }) })
      const [foreign, missing] = [await ask(other), await ask(randomUUID())]
      if (foreign.status === 403) continue
      t.equal(foreign.status, 404, address)
      t.same(bare(foreign), bare(missing), address)
    }
  }
  const sees = async (cast: Cast, id: string) => (await x.call(`GET /organizations/${id}`, { as: cast.maker })).status
  t.same(
    [await sees(operator, buyer.id), await sees(city, vendor.id), await sees(province, vendor.id)],
    [200, 200, 200],
  )
  t.same([await sees(city, buyer.id), await sees(city, province.id), await sees(province, buyer.id)], [404, 404, 404])
  const lists = async (cast: Cast) =>
    (await x.ok('GET /organizations?limit=100', { as: cast.maker })).items.map((o: any) => o.division.slice(0, 4))
  t.same([...new Set(await lists(city))], ['1401'])
  t.notOk((await lists(province)).some((d: string) => !d.startsWith('14')))
  t.ok((await lists(operator)).includes('1100'))
})

t.test('an organisation’s key signs and its fingerprint can be checked', async t => {
  const shown = await x.ok(`GET /organizations/${vendor.id}`, { as: vendor.maker })
  const der = createPublicKey(shown.publicKey).export({ type: 'spki', format: 'der' })
  t.equal(createHash('sha256').update(der).digest('hex'), shown.keyFingerprint)
  const [row] = await x.sql`select sealed_key from identity.organization_key where organization_id = ${vendor.id}`
  t.notMatch(row!.sealed_key.toString('latin1'), 'PRIVATE KEY', 'the private part is never stored in the clear')
})

const webSignIn = async (email: string, given = password) => {
  const outcome = await x.exchange.engine.write(anonymous, { operation: 'signInForWeb' }, cx =>
    signInForWeb(cx, { email, password: given }, 'a browser'),
  )
  return outcome.isReplay ? undefined : outcome.value
}

/** What the service says of whoever sends these cookies. */
const seen = async (
  cookies: Record<string, string>,
  headers: Record<string, string> = {},
  address = 'GET /sessions',
) => {
  const [method, path] = address.split(' ')
  const reply = await x.exchange.app.inject({ method: method as 'GET', url: `/api/v1${path}`, cookies, headers })
  return { status: reply.statusCode, body: reply.json() }
}

t.test('a browser’s cookie is a session: opened by the password, ended at once, nobody’s when unknown', async t => {
  const { id, email } = await account('web')
  const wrong = await webSignIn(email, 'not the password')
  t.ok(wrong && 'refusal' in wrong, 'a wrong password is refused')
  const [counted] = await x.sql`select failed_sign_ins from identity.person where id = ${id}`
  t.equal(counted!.failed_sign_ins, 1, 'and counted')
  const opened = await webSignIn(email)
  if (!opened || !('secret' in opened)) return t.fail('the right one was refused')
  const [row] =
    await x.sql`select cookie_hash, expires_at - now() as left from identity.session where id = ${opened.sessionId}`
  t.equal(row!.cookie_hash.toString('hex'), createHash('sha256').update(opened.secret).digest('hex'))
  t.match(row!.left, /^1[12]:/, 'twelve hours')
  const cookies = { jinshu_session: opened.secret }
  const own = await seen(cookies)
  t.same([own.status, own.body.length, own.body[0].isCurrent], [200, 1, true])
  const [stamped] = await x.sql`select seen_at from identity.session where id = ${opened.sessionId}`
  t.ok(stamped!.seen_at, 'its last use is kept')
  t.equal((await seen({ jinshu_session: `${opened.secret}x` })).status, 401, 'nobody’s')
  t.equal((await seen({ jinshu_session: 'x'.repeat(5000) })).status, 401)
  const open = await x.exchange.app.inject({ url: '/api/v1/products', cookies: { jinshu_session: 'stale' } })
  t.equal(open.statusCode, 200, 'a stale cookie does not shut the public pages')
  const forged = await seen(cookies, {}, `DELETE /sessions/${opened.sessionId}`)
  t.same([forged.status, forged.body.type], [403, '/problems/forged-request'], 'a cookie alone changes nothing')
  const { accessToken: token } = (await signIn(email)).body
  await x.ok(`DELETE /sessions/${opened.sessionId}`, { as: { personId: id, email, token } })
  t.equal((await seen(cookies)).status, 401, 'ended at once')
})

t.test('in a browser a person acts for the organisation of the header, of the cookie, or the oldest', async t => {
  const { email } = await account('several')
  const opened = await webSignIn(email)
  if (!opened || !('secret' in opened)) return t.fail('refused')
  const session = { jinshu_session: opened.secret }
  const acting = async (cookies: object, headers = {}) =>
    (await seen({ ...session, ...cookies }, headers, 'GET /members')).body
  t.equal((await acting({})).status, 403, 'for nobody while there is none')
  for (const cast of [vendor, buyer])
    await x.ok('PUT /members', { as: cast.administrator, body: { email, duties: ['maker'] } })
  const isOf = (members: { email: string }[], cast: Cast) => members.some(m => m.email === cast.administrator.email)
  t.ok(isOf(await acting({}), vendor), 'the oldest')
  t.ok(isOf(await acting({ jinshu_organization: buyer.id }), buyer), 'the cookie’s')
  t.ok(isOf(await acting({ jinshu_organization: city.id }), vendor), 'a foreign one is ignored')
  t.ok(
    isOf(await acting({ jinshu_organization: buyer.id }, { 'jinshu-organization': vendor.id }), vendor),
    'the header’s',
  )
  t.equal((await acting({}, { 'jinshu-organization': city.id })).status, 403, 'a foreign header is refused')
})

/** The app on a person's phone: codes of `shift` half-minutes from now. */
const phone =
  (secret: string) =>
  (shift = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + shift * 30_000 })

/** A person with two-step sign-in on; the code of the last half-minute is used up. */
const careful = async (name: string) => {
  const as = await x.person(name)
  const begun = await x.ok('POST /me/two-step', { as, body: { password } })
  const code = phone(begun.secret)
  const { recoveryCodes } = await x.ok('POST /me/two-step/confirm', { as, body: { code: code(-1) } })
  return { as, email: as.email, code, recoveryCodes: recoveryCodes as string[], begun }
}

const signInWith = (email: string, code?: string, given = password) =>
  x.call('POST /sessions', { body: { email, password: given, ...(code !== undefined && { code }) } })

t.test('two-step sign-in begins with the password and is in force with the app’s first code', async t => {
  const as = await x.person('steps')
  const wrong = await x.call('POST /me/two-step', { as, body: { password: 'not the password' } })
  t.same([wrong.status, wrong.body.type], [403, '/problems/password-wrong'])
  t.equal((await x.call('POST /me/two-step/confirm', { as, body: { code: '123456' } })).status, 409, 'nothing waits')
  const { secret, uri } = await x.ok('POST /me/two-step', { as, body: { password } })
  t.match(uri, /^otpauth:\/\/totp\/Jinshu:steps.*secret=[A-Z2-7]{32}.*/)
  const [row] = await x.sql`select sealed_secret from identity.two_step where person_id = ${as.personId}`
  t.notOk(row!.sealed_secret.includes(Buffer.from(Secret.fromBase32(secret).bytes)), 'sealed')
  t.equal((await signInWith(as.email)).status, 200, 'not in force yet')
  const code = phone(secret)
  const early = await x.call('POST /me/two-step/confirm', { as, body: { code: code(5) } })
  t.same([early.status, early.body.errors[0].pointer], [400, '/code'])
  const { recoveryCodes } = await x.ok('POST /me/two-step/confirm', { as, body: { code: code(-1) } })
  t.equal(new Set(recoveryCodes).size, 10)
  t.match(recoveryCodes[3], /^3-[2-9A-Z]{5}-[2-9A-Z]{5}$/)
  t.same((await x.ok('GET /me', { as })).twoStep, { isOn: true, isRequired: false, recoveryCodesLeft: 10 })
  t.equal((await x.call('POST /me/two-step', { as, body: { password } })).status, 409, 'it is on already')
  const kept = await x.sql`select hash from identity.recovery_code where person_id = ${as.personId}`
  for (const { hash } of kept) t.match(hash, /^\$argon2id\$/)
})

t.test('with two steps on, the password alone opens nothing, and a code works once', async t => {
  const { email, code, recoveryCodes, as } = await careful('twice')
  const bare = await signInWith(email)
  t.same([bare.status, bare.body.type], [401, '/problems/code-required'])
  t.equal((await signInWith(email, code(), 'not the password')).body.type, '/problems/sign-in-failed')
  const used = await signInWith(email, code(-1))
  t.same([used.status, used.body.type], [401, '/problems/code-wrong'], 'the code that turned it on is used up')
  t.equal((await signInWith(email, code())).status, 200)
  t.equal((await signInWith(email, code())).status, 401, 'once')
  t.equal((await signInWith(email, code(1))).status, 200, 'half a minute fast')
  t.equal((await signInWith(email, code(3))).status, 401, 'not further')
  const recovery = recoveryCodes[4]!
  t.equal((await signInWith(email, recovery.toLowerCase().replaceAll('-', ' '))).status, 200)
  t.equal((await signInWith(email, recovery)).status, 401, 'a recovery code works once')
  t.equal((await signInWith(email, `5${recovery.slice(1)}`)).status, 401)
  t.equal((await x.ok('GET /me', { as })).twoStep.recoveryCodesLeft, 9)
  const more = await x.ok('POST /me/recovery-codes', { as, body: { password } })
  t.equal((await signInWith(email, recoveryCodes[6])).status, 401, 'void since there are new ones')
  t.equal((await signInWith(email, more.recoveryCodes[6])).status, 200)
})

t.test('guessed codes block the account although the password is right each time', async t => {
  const { email, code, as } = await careful('guessed')
  for (let i = 0; i < 10; i++) {
    t.equal((await signInWith(email, '000000')).body.type, '/problems/code-wrong')
    await signInWith(email)
  }
  const blocked = await signInWith(email, code())
  t.same([blocked.status, blocked.body.type], [429, '/problems/too-many-requests'])
  t.equal((await x.call('DELETE /me/two-step', { as, body: { password, code: '000000' } })).status, 400)
  await x.ok('DELETE /me/two-step', { as, body: { password, code: code(1) } })
  t.equal((await x.ok('GET /me', { as })).twoStep.isOn, false, 'turned off by password and code')
  const left = await x.sql`select 1 from identity.recovery_code where person_id = ${as.personId}`
  t.equal(left.length, 0)
})

t.test('in a browser the code follows on a second page, within minutes and for the same password', async t => {
  const { email, code, as } = await careful('pages')
  const complete = async (ticket: string, given: string) => {
    const outcome = await x.exchange.engine.write(anonymous, { operation: 'completeWebSignIn' }, cx =>
      completeWebSignIn(cx, { ticket, code: given }, 'a browser'),
    )
    return outcome.isReplay ? undefined : outcome.value
  }
  const first = await webSignIn(email)
  if (!first || !('ticket' in first)) return t.fail('no ticket')
  const wrong = await complete(first.ticket, '000000')
  t.equal(wrong && 'refusal' in wrong && wrong.refusal.type.slug, 'code-wrong')
  const opened = await complete(first.ticket, code())
  if (!opened || !('secret' in opened)) return t.fail('refused')
  t.equal((await seen({ jinshu_session: opened.secret })).status, 200)
  const forged = await complete(`${first.ticket.slice(0, -4)}AAAA`, code(1))
  t.equal(forged && 'refusal' in forged && forged.refusal.type.slug, 'unauthenticated')
  await x.ok('POST /me/password', { as, body: { password, newPassword: 'five other words are long' } })
  const late = await complete(first.ticket, code(1))
  t.equal(late && 'refusal' in late && late.refusal.type.slug, 'unauthenticated', 'the password is another now')
})

t.test(
  'in earnest, money, supervision and the exchange itself take two steps, and nothing else works before',
  async t => {
    const settings = x.exchange.kit.settings as { isDemo: boolean }
    settings.isDemo = false
    t.teardown(() => {
      settings.isDemo = true
    })
    for (const as of [vendor.finance, operator.checker, city.maker]) {
      const refused = await x.call('GET /members', { as })
      t.same([refused.status, refused.body.type], [403, '/problems/two-step-required'])
      t.equal((await x.ok('GET /me', { as })).twoStep.isRequired, true)
    }
    const page = await x.exchange.app.inject({ url: '/problems/two-step-required' })
    t.match(page.payload, '/account/two-step', 'the refusal says what to do')
    t.equal((await x.call('GET /members', { as: vendor.maker })).status, 200, 'a maker of a vendor works on')
    const { secret } = await x.ok('POST /me/two-step', { as: vendor.finance, body: { password } })
    await x.ok('POST /me/two-step/confirm', { as: vendor.finance, body: { code: phone(secret)() } })
    t.equal((await x.call('GET /members', { as: vendor.finance })).status, 200, 'at once with two steps')
  },
)

t.test('a person changes their name, sees when sessions were used, and ends the others', async t => {
  const as = await x.person('renamed')
  await signInWith(as.email)
  await x.ok('PATCH /me', { as, body: { name: '王小芳' } })
  t.equal((await x.ok('GET /me', { as })).person.name, '王小芳')
  t.equal((await x.call('PATCH /me', { as, body: { name: '' } })).status, 400)
  const sessions = await x.ok('GET /sessions', { as })
  t.same(sessions.map((s: any) => [s.isCurrent, s.seenAt !== null]).sort(), [
    [false, false],
    [true, true],
  ])
  t.same(await x.ok('DELETE /sessions', { as }), { ended: 1 })
  t.equal((await x.ok('GET /sessions', { as })).length, 1)
})
