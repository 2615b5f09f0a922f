import { connect } from 'node:net'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { type AccessTable, isAllowed } from '../../src/kernel/access.ts'
import { anonymous } from '../../src/kernel/actor.ts'
import { exampleOf } from '../../src/kernel/http/example.ts'
import { defineProblem, problemTypes } from '../../src/kernel/problem.ts'
import { chooseLanguage, text } from '../../src/kernel/text.ts'
import { newLogger } from '../../src/logger.ts'
import { newUscc, openExchange, password } from '../support/exchange.ts'

const lines: any[] = []
const x = await openExchange(t, { workers: false, log: { write: line => void lines.push(JSON.parse(line)) } })
const vendor = await x.organization(['vendor'])
const { app } = x.exchange

const page = (address: string, headers: Record<string, string> = {}) =>
  x.call(`GET /${address}`, { headers: { accept: 'text/html', ...headers } })

t.test('a problem document is in the language the reader asked for', async t => {
  const zh = await x.call('GET /me', { language: 'zh-CN,zh;q=0.9,en;q=0.5' })
  t.equal(zh.status, 401)
  t.equal(zh.headers['content-type'], 'application/problem+json; charset=utf-8')
  t.equal(zh.headers['content-language'], 'zh-CN')
  t.equal(zh.headers['www-authenticate'], 'Bearer')
  t.same(zh.body, {
    type: '/problems/unauthenticated',
    title: '请先登录',
    status: 401,
    detail: '请先登录',
    instance: zh.headers['x-request-id'],
  })
  const en = await x.call('GET /me', { language: 'fr, en-GB;q=0.4, zh;q=0.2' })
  t.equal(en.body.title, 'Sign in first')
  t.equal(en.headers['content-language'], 'en')
  t.equal((await x.call('GET /me', { language: 'fr, de' })).headers['content-language'], 'zh-CN')
  for (const [header, language] of [
    ['en;q=0, zh', 'zh-CN'],
    ['EN-us', 'en'],
    ['zh;q=0.1, en;q=0.10001', 'en'],
    ['english', 'zh-CN'],
    [';;q=,,', 'zh-CN'],
    [undefined, 'zh-CN'],
  ] as const)
    t.equal(chooseLanguage(header), language, String(header))
})

t.test('all errors of a body are told at once, each with its pointer, and nothing is removed or coerced', async t => {
  const bad = await x.call('POST /organizations', {
    as: vendor.administrator,
    body: {
      uscc: 18,
      nameZh: 'x',
      division: '14010',
      address: '',
      contactName: '王',
      roles: ['king'],
      isVerified: true,
    },
  })
  t.equal(bad.status, 400)
  t.equal(bad.body.type, '/problems/invalid-input')
  const found = new Map<string, string>(bad.body.errors.map((e: any) => [e.pointer, e.message]))
  t.same([...found.keys()].sort(), [
    '/address',
    '/contactPhone',
    '/division',
    '/isVerified',
    '/nameZh',
    '/roles/0',
    '/uscc',
  ])
  t.equal(found.get('/uscc'), 'must be text')
  t.equal(found.get('/isVerified'), 'is not a known field; remove it')
  t.equal(found.get('/contactPhone'), 'is required')
  t.equal(bad.body.errors.filter((e: any) => e.pointer === '/roles/0').length, 1, 'a choice is told once')
  t.match(found.get('/roles/0'), /vendor, buyer, authority, institution/)

  const rules = await x.call('POST /organizations', {
    as: vendor.administrator,
    language: 'zh',
    body: {
      uscc: '91140100MA0000001X',
      nameZh: '两个字',
      division: '999999',
      address: '一二三四',
      contactName: '王',
      contactPhone: '0351-1234567',
      roles: ['vendor'],
    },
  })
  t.same(
    rules.body.errors.map((e: any) => e.pointer),
    ['/uscc', '/division'],
    'the rules of the model too',
  )
  t.ok(
    rules.body.errors.every((e: any) => e.remedy),
    'each with what to do',
  )

  for (const [body, pointer] of [
    [{ to: 1 }, '/to'],
    [{ to: 'tomorrow' }, '/to'],
    [{ to: null }, '/to'],
    [{}, '/to'],
    [[], ''],
    ['text', ''],
    [{ to: '2030-01-01T00:00:00Z', __proto__x: 1 }, '/__proto__x'],
  ] as const) {
    const reply = await x.call('POST /demo/clock', {
      raw: { type: 'application/json', bytes: Buffer.from(JSON.stringify(body)) },
    })
    t.equal(reply.status, 400, JSON.stringify(body))
    t.ok(
      reply.body.errors.some((e: any) => e.pointer === pointer),
      `${JSON.stringify(reply.body.errors)} names ${pointer}`,
    )
  }
  const api = { as: vendor.administrator, body: { name: 'a', scopes: ['member.list'], days: '30' } }
  t.same((await x.call('POST /api-tokens', api)).body.errors, [{ pointer: '/days', message: 'must be a whole number' }])
})

t.test('text parts of a request are coerced, and refused when they cannot be', async t => {
  const as = x.operator.maker
  const one = await x.ok('GET /organizations?limit=1', { as })
  t.equal(one.items.length, 1)
  const next = await x.ok(`GET /organizations?limit=1&after=${encodeURIComponent(one.next)}`, { as })
  t.not(next.items[0].id, one.items[0].id)
  for (const [query, pointer] of [
    ['limit=0', '/limit'],
    ['limit=101', '/limit'],
    ['limit=ten', '/limit'],
    ['limit=1&limit=2', '/limit'],
    ['limit=1.5', '/limit'],
    ['state=king', '/state'],
    ['sort=name', '/sort'],
    ['after=!!!', '/after'],
    [`after=${Buffer.from('[1]').toString('base64url')}`, '/after'],
    [`after=${Buffer.from('["x","y"]').toString('base64url')}`, undefined],
    [`after=${Buffer.from('["2026-01-01T00:00:00.000Z",{"$ne":1}]').toString('base64url')}`, '/after'],
  ]) {
    const reply = await x.call(`GET /organizations?${query}`, { as })
    t.equal(reply.status, 400, `${query}`)
    t.equal(reply.body.errors?.[0]?.pointer, pointer, `${query}`)
  }
  const id = await x.call('GET /organizations/not-an-id', { as })
  t.same([id.status, id.body.errors[0].pointer], [400, '/id'])
})

t.test('what cannot be read is refused with a problem of its own kind', async t => {
  const send = (type: string, bytes: string | Buffer) =>
    x.call('POST /persons', { raw: { type, bytes: Buffer.from(bytes) } })
  const cases = [
    [await send('application/json', '{"email":'), 400, 'invalid-input'],
    [await send('application/json', ''), 400, 'invalid-input'],
    [await send('application/json', '{"__proto__":{"a":1}}'), 400, 'invalid-input'],
    [await send('text/xml', '<a/>'), 415, 'unsupported-media'],
    [await send('application/x-www-form-urlencoded', 'a=1'), 415, 'unsupported-media'],
    [await send('text/plain', '{}'), 415, 'unsupported-media'],
    [await send('application/octet-stream', '{}'), 415, 'unsupported-media'],
    [await send('multipart/form-data; boundary=x', '--x--'), 415, 'unsupported-media'],
    [await send('application/json', JSON.stringify({ name: 'x'.repeat(1_048_577) })), 413, 'payload-too-large'],
    [await x.call('GET /nowhere'), 404, 'not-found'],
    [await x.call('GET //nowhere'), 404, 'not-found'],
    [await x.call('DELETE /persons'), 404, 'not-found'],
    [await x.call('POST //healthz'), 404, 'not-found'],
    [await x.call('GET //%zz'), 400, 'invalid-input'],
    [await x.call(`GET /organizations/${'a'.repeat(201)}`), 404, 'not-found'],
    [await x.call('GET /me', { headers: { authorization: 'Basic YTpi' } }), 401, 'unauthenticated'],
    [
      await x.call('POST /demo/clock', { key: 'k'.repeat(201), body: { to: '2030-01-01T00:00:00Z' } }),
      400,
      'invalid-input',
    ],
  ] as const
  for (const [reply, status, slug] of cases) {
    t.equal(reply.status, status)
    t.match(reply.headers['content-type'], 'application/problem+json')
    t.equal(reply.body.type, `/problems/${slug}`)
    t.equal(reply.body.status, status)
    t.ok(reply.body.title && reply.body.detail)
    t.equal(reply.body.instance, reply.headers['x-request-id'])
  }
  t.notMatch((await x.call('GET //nowhere?token=canary')).text, /canary/, 'an address is repeated without its query')
})

t.test('a character that cannot be kept is refused wherever it stands', async t => {
  const bad = (body: string) => x.call('POST /persons', { raw: { type: 'application/json', bytes: Buffer.from(body) } })
  for (const character of ['\\u0000', '\\ud800', 'a\\udfff']) {
    const reply = await bad(`{"email":"nul@example.cn","name":"${character}","password":"${password}"}`)
    t.same([reply.status, reply.body.errors?.[0]?.pointer], [400, '/name'], character)
  }
  t.equal((await x.call('GET /organizations?after=%00', { as: x.operator.maker })).status, 400)
  t.equal((await x.call('GET //problems/a%00b')).status, 400)
  t.equal((await bad(`{"email":"a@b.cn","name":"😀 𠮷野家","password":"${password}"}`)).status, 201)
})

t.test('a stranger is refused before the body is read', async t => {
  const reply = await x.call('POST /organizations', { raw: { type: 'application/json', bytes: Buffer.from('{') } })
  t.equal(reply.status, 401)
})

t.test('every answer carries the security headers, errors and foreign pages included', async t => {
  const answers = [
    await x.call('GET /clock'),
    await x.call('GET /me'),
    await x.call('GET //nowhere'),
    await x.call('GET //%zz'),
    await x.call('POST /persons', { raw: { type: 'text/xml', bytes: Buffer.from('<a/>') } }),
    await x.call('POST /persons', { raw: { type: 'application/json', bytes: Buffer.from('{') } }),
    await page('/'),
    await page('/nowhere'),
    await x.call('GET //docs/'),
    await x.call('GET //docs/static/swagger-ui-bundle.js'),
    await x.call('GET //docs/static/nothing.js'),
    await x.call('GET //openapi.json'),
    await x.call('GET //healthz'),
    await x.call('GET //metrics'),
    await x.call('OPTIONS /me'),
  ]
  for (const { headers, status } of answers) {
    const csp = String(headers['content-security-policy'])
    t.match(csp, /default-src 'none'/, `${status}`)
    t.match(csp, /frame-ancestors 'none'/)
    t.notMatch(csp, /unsafe|\*|https?:/)
    t.equal(headers['x-content-type-options'], 'nosniff')
    t.equal(headers['x-frame-options'], 'DENY')
    t.equal(headers['referrer-policy'], 'same-origin')
    t.notOk(headers['x-powered-by'] ?? headers.server)
    t.notOk(headers['access-control-allow-origin'])
    // a page with a form keeps a secret for it in the browser, nothing else
    t.match(String(headers['set-cookie'] ?? 'jinshu_forgery='), /^jinshu_forgery=[^,]*$/)
    t.match(headers['x-request-id'], /^[0-9a-f-]{36}$/)
  }
  t.equal((await x.call('GET /me', { as: vendor.maker })).headers['cache-control'], 'no-store')
  const own = await x.call('GET /clock', { headers: { 'x-request-id': 'chosen-by-a-stranger' } })
  t.not(own.headers['x-request-id'], 'chosen-by-a-stranger')
})

t.test('bytes that are no HTTP request are answered and the line is cut', async t => {
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
  const talk = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
      let answer = ''
      socket.on('data', part => {
        answer += part
      })
      socket.on('close', () => resolve(answer))
      socket.on('error', reject)
    })
  const garbage = await talk('no request\r\n\r\n')
  t.match(garbage, /^HTTP\/1\.1 400 Bad Request\r\n/)
  t.match(garbage, /content-security-policy: default-src 'none'/)
  t.match(JSON.parse(garbage.split('\r\n\r\n')[1]!), { type: '/problems/invalid-input', status: 400 })
  t.match(await talk(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 413 /)
  for (const smuggled of [
    'POST /api/v1/persons HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
    'POST /api/v1/persons HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde',
    'GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n',
  ])
    t.match(await talk(smuggled), /^HTTP\/1\.1 400 /)
})

t.test('every kind of problem has a page in both languages', async t => {
  const index = await page('/problems?lang=en')
  t.equal(index.status, 200)
  t.equal(index.headers['content-type'], 'text/html; charset=utf-8')
  const types = problemTypes()
  t.ok(types.length > 12)
  for (const type of types) {
    t.match(index.text, `href="/problems/${type.slug}"`)
    const [zh, en] = await Promise.all([
      page(`/problems/${type.slug}`, { 'accept-language': 'zh' }),
      page(`/problems/${type.slug}`, { 'accept-language': 'en' }),
    ])
    t.same([zh.status, en.status], [200, 200], type.slug)
    t.equal(zh.headers['content-language'], 'zh-CN')
    t.match(zh.text, '<html lang="zh-CN">')
    t.match(en.text, '<html lang="en">')
    for (const words of ['含义', '怎么办', String(type.status), type.title.zh]) t.match(zh.text, words)
    for (const words of ['What it means', 'What to do', String(type.status)]) t.match(en.text, words)
  }
  const unknown = await page('/problems/none-such', { 'accept-language': 'en' })
  t.equal(unknown.status, 404)
  t.match(unknown.text, '<h1>Not found</h1>')
  t.throws(() => defineProblem('not-found', 404, text('一', 'a'), text('二', 'b')), /declared twice/)
})

t.test('pages are escaped, have no inline code, and every asset they name is there', async t => {
  for (const address of ['/', '/problems', '/problems/conflict', '/<script>alert(1)</script>', '/"onload="x']) {
    const { text: html } = await page(address)
    t.notMatch(html, /<script(?![^>]*\bsrc=)|\son\w+="|style="|javascript:|<script>alert/, address)
    for (const [, asset = ''] of html.matchAll(/<link [^>]*href="([^"]+)"/g)) {
      const found = await x.call(`GET /${asset}`)
      t.equal(found.status, 200, asset)
      t.match(found.headers['cache-control'], 'immutable')
      t.equal((await x.call(`GET /${asset.replace(/[0-9a-f]{16}/, '0'.repeat(16))}`)).status, 404)
    }
  }
  for (const outside of ['//assets/../package.json', '//assets/x/..%2f..%2fapp.ts', '//assets/x/style.css/'])
    t.equal((await x.call(`GET ${outside}`)).status, 404, outside)
  const home = await page('/', { 'accept-language': 'en' })
  for (const link of ['/docs', '/transparency', '/problems', '/verify']) t.match(home.text, `href="${link}"`)
  t.match((await page('/?lang=zh', { 'accept-language': 'en' })).text, '数据交易服务')
  // a page without forms, whose tokens are new each time
  const plain = await page('/problems', { 'accept-language': 'en' })
  const again = await page('/problems', { 'if-none-match': String(plain.headers.etag), 'accept-language': 'en' })
  t.equal(again.status, 304)
})

t.test('the reference page loads under the policy: only files of ours, no inline code', async t => {
  const { text: html, headers } = await x.call('GET //docs/')
  t.match(headers['content-security-policy'], "script-src 'self'")
  t.notMatch(html, /<script(?![^>]*\bsrc=)|<style|\son\w+="|style="/)
  const sources = [...html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(m => m[1]!.slice(1))
  t.ok(sources.length >= 5)
  for (const source of sources) t.equal((await x.call(`GET //docs${source}`)).status, 200, source)
  t.equal((await x.call('GET //docs/json')).body.openapi, '3.1.0')
})

t.test('every schema of a route can be compiled', async t => {
  await t.resolves(x.exchange.app.compileSchemas())
})

t.test('the API document is valid OpenAPI 3.1 whose examples fit their schemas', async t => {
  const { body: document } = await x.call('GET //openapi.json')
  t.same(await new Validator().validate(structuredClone(document)), { valid: true })
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  let examples = 0
  for (const [path, item] of Object.entries<any>(document.paths))
    for (const [method, operation] of Object.entries<any>(item)) {
      const where = `${method} ${path}`
      t.ok(operation.operationId && operation.summary && operation.tags, where)
      const media = [
        ...Object.values<any>(operation.requestBody?.content ?? {}),
        ...Object.entries<any>(operation.responses)
          .filter(([status]) => status < '300')
          .flatMap(([, r]) => Object.entries<any>(r.content ?? {}).map(([type, m]) => ({ type, ...m }))),
      ]
      for (const { schema, example, type = 'json' } of media) {
        if (!type.includes('json')) continue
        if (example === undefined) continue
        examples++
        const isValid = ajv.validate(schema, example)
        if (!isValid) t.fail(`${where}: the example does not fit: ${ajv.errorsText()}`, { example })
      }
      if (operation.requestBody?.content?.['application/json'])
        t.ok(operation.requestBody.content['application/json'].example, `${where} shows an example`)
    }
  t.ok(examples > 20, `${examples} examples were checked`)
  const idempotent = document.paths['/api/v1/organizations'].post.parameters.map((p: any) => p.name)
  t.ok(idempotent.includes('idempotency-key'))
  t.equal(exampleOf({ type: 'string', pattern: '^[0-9A-HJ-NP]{2}-[a-z]+\\d$' } as never), '11-a1')
})

t.test('metrics are for this machine only, health for everyone', async t => {
  const ask = (url: string, remoteAddress: string, headers = {}) => app.inject({ url, remoteAddress, headers })
  const local = await ask('/metrics', '127.0.0.1')
  t.equal(local.statusCode, 200)
  t.match(local.body, /http_request_duration_seconds_count\{.*route="\/api\/v1\/organizations"/)
  t.match(local.body, 'process_cpu_seconds_total')
  t.equal((await ask('/metrics', '::1')).statusCode, 200)
  for (const stranger of ['10.0.0.9', '203.0.113.5', '2001:db8::1', '::ffff:10.0.0.1', '1270.0.0.1'])
    t.equal((await ask('/metrics', stranger)).statusCode, 404, stranger)
  for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'])
    t.equal(
      (await ask('/metrics', '127.0.0.1', { [header]: '203.0.113.5' })).statusCode,
      404,
      `came by a proxy: ${header}`,
    )
  t.same((await ask('/healthz', '203.0.113.5')).json(), { status: 'ok' })
  t.match((await ask('/readyz', '203.0.113.5')).json(), { status: 'ready' })
})

t.test('too many requests from one address are turned away with Retry-After', async t => {
  const few = await openExchange(t, { workers: false, env: { JINSHU_REQUESTS_PER_MINUTE: '40' } })
  const replies = await Promise.all(Array.from({ length: 60 }, () => few.call('GET /nowhere')))
  const refused = replies.filter(r => r.status === 429)
  t.ok(refused.length >= 20)
  t.equal(refused[0]!.body.type, '/problems/too-many-requests')
  t.ok(Number(refused[0]!.headers['retry-after']) > 0)
  const guesser = { as: { token: 'jinshu_guessed' } as never }
  t.equal((await few.call('GET /me', guesser)).status, 429, 'who guesses tokens is counted like everyone else')
  const proxy = await openExchange(t, {
    workers: false,
    env: { JINSHU_REQUESTS_PER_MINUTE: '40', JINSHU_TRUSTED_PROXIES: '127.0.0.1' },
  })
  const from = (address: string) => proxy.call('GET /clock', { headers: { 'x-forwarded-for': address } })
  const crowd = await Promise.all(Array.from({ length: 60 }, () => from('203.0.113.5')))
  t.ok(crowd.some(r => r.status === 429))
  t.equal((await from('203.0.113.6')).status, 200, 'behind a trusted proxy each caller is counted by itself')
})

t.test('one line per request with its id, and no secret in any line', async t => {
  lines.length = 0
  const canary = 'CANARY-a1b2c3-密码'
  const email = 'log@example.cn'
  const agent = { 'user-agent': 'test', cookie: `session=${canary}` }
  await x.ok('POST /persons', { body: { email, name: '日志', password: canary }, headers: agent })
  const tokens = await x.ok('POST /sessions', { body: { email, password: canary }, headers: agent })
  const as = { personId: '', email, token: tokens.accessToken }
  const secrets = [canary, tokens.accessToken, tokens.refreshToken]
  const fresh = await x.ok('POST /sessions/refresh', { body: { refreshToken: tokens.refreshToken }, headers: agent })
  secrets.push(fresh.accessToken, fresh.refreshToken)
  const body = { as, headers: agent }
  const nameOf = (reply: { headers: Record<string, unknown> }) => String(reply.headers['x-request-id'])
  const me = await x.call('GET /me', body)
  await x.call('GET /sessions', body)
  await x.call('POST /sessions', { body: { email, password: `${canary}-wrong` }, headers: agent })
  await x.call('POST /sessions/refresh', { body: { refreshToken: `${tokens.refreshToken}` }, headers: agent })
  const { accessToken } = await x.ok('POST /sessions', { body: { email, password: canary } })
  secrets.push(accessToken)
  const owner = { ...as, token: accessToken }
  await x.call('POST /me/password', { as: owner, body: { password: canary, newPassword: `${canary}-2` } })
  await x.call('POST /me/password', { as: owner, body: { password: canary, newPassword: 5 } })
  const { id } = await x.ok('POST /organizations', {
    as: owner,
    body: {
      uscc: newUscc(),
      nameZh: '日志机构',
      division: '140100',
      address: '一二三四',
      contactName: canary,
      contactPhone: '0351-1234567',
      roles: ['buyer'],
    },
  })
  const admin = { ...owner, organizationId: id }
  const made = await x.ok('POST /api-tokens', { as: admin, body: { name: 'm', scopes: ['member.list'], days: 1 } })
  secrets.push(made.token)
  await x.call('GET /members', { as: { ...owner, token: made.token } })
  await x.call('GET /api-tokens', { as: admin })
  await x.call('PUT /members', { as: admin, body: { email: `${canary}@example.cn`, duties: ['maker'] } })
  await x.call(`DELETE /api-tokens/${made.id}`, { as: admin })
  await x.call(`GET /me?accessToken=${accessToken}&x=1`, body)
  await x.call(`GET /downloads/${canary.replace('密码', '')}?signature=${canary.replace('密码', '')}`)
  secrets.push(canary.replace('密码', ''))

  const written = lines.map(line => JSON.stringify(line)).join('\n')
  for (const secret of secrets) t.notOk(written.includes(secret), `${secret.slice(0, 12)}… is in no line`)
  t.notMatch(written, /Bearer |argon2/i)
  const own = lines.filter(line => line.reqId === nameOf(me))
  t.equal(own.length, 1)
  t.match(own[0], { level: 30, status: 200, msg: 'request', req: { method: 'GET', url: '/api/v1/me' } })
  t.type(own[0].ms, 'number')
  const ids = lines.map(line => line.reqId)
  t.equal(new Set(ids).size, ids.length, 'one line each')
  t.ok(lines.some(line => line.problem === 'sign-in-failed' && line.status === 401))
})

t.test('a mistake of ours is logged with its stack but without the values of the statement', async t => {
  await x.sql`alter table identity.person rename column name to gone`
  lines.length = 0
  const reply = await x.call('POST /persons', { body: { email: 'broken@example.cn', name: '名字', password } })
  await x.sql`alter table identity.person rename column gone to name`
  t.equal(reply.status, 500)
  t.same(Object.keys(reply.body).sort(), ['detail', 'instance', 'status', 'title', 'type'])
  t.notMatch(reply.text, /column|stack|insert/i)
  t.equal(lines.length, 1)
  t.match(lines[0], { level: 50, reqId: reply.body.instance, status: 500, problem: 'internal-error' })
  t.match(lines[0].err.stack, /account\.ts/)
  t.notMatch(JSON.stringify(lines[0]), /argon2|broken@example|名字/)
  const seen: string[] = []
  newLogger('info', { write: line => void seen.push(line) }).error({ err: 'only text' }, 'odd')
  t.match(seen[0], 'only text')
})

t.test('whoever holds no token is nobody, whatever the table says about others', async t => {
  const table: AccessTable = { open: ['anyone'], own: ['person'], staff: ['operator:maker', 'system'] }
  t.same(
    Object.keys(table).filter(p => isAllowed(table, anonymous, p)),
    ['open'],
  )
  t.throws(() => isAllowed(table, anonymous, 'none'), /missing in the access table/)
})
