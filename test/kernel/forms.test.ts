import t from 'tap'
import { openExchange } from '../support/exchange.ts'
import { webSession } from '../support/web.ts'

const x = await openExchange(t, { workers: false })

type Cookies = Record<string, string>

const header = (cookies: Cookies) =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')

async function open(path: string, cookies: Cookies = {}) {
  const reply = await x.exchange.app.inject({
    url: path,
    headers: { accept: 'text/html', 'accept-language': 'en', cookie: header(cookies) },
  })
  return { reply, cookies: { ...cookies, ...Object.fromEntries(reply.cookies.map(c => [c.name, c.value])) } }
}

const hidden = (html: string, action: string): Record<string, string> => {
  const form = html.slice(html.indexOf(`action="${action}"`))
  const fields = [...form.slice(0, form.indexOf('</form>')).matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return Object.fromEntries(fields.map(m => [m[1]!, m[2]!]))
}

const send = (action: string, fields: Record<string, string>, cookies: Cookies, headers: Record<string, string> = {}) =>
  x.exchange.app.inject({
    method: 'POST',
    url: action,
    headers: {
      accept: 'text/html',
      'accept-language': 'en',
      cookie: header(cookies),
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    payload: new URLSearchParams(fields).toString(),
  })

const action = '/forms/demo/clock'
const clock = async () => new Date((await x.ok('GET /clock')).now).getTime()
const ahead = async (days: number) => new Date((await clock()) + days * 86_400_000).toISOString()

t.test('a form does what its route does, once, leads on and says what was done', async t => {
  const { reply, cookies } = await open('/about?x=1')
  const fields = hidden(reply.payload, action)
  t.match(fields._from, '/about?x=1')
  const to = await ahead(1)
  const before = await clock()
  const sent = await send(action, { ...fields, to }, cookies)
  t.equal(sent.statusCode, 303)
  t.equal(sent.headers.location, '/about?x=1')
  t.ok((await clock()) - before >= 86_000_000, 'the clock has moved')
  const after = await clock()
  const again = await send(action, { ...fields, to }, cookies)
  t.equal(again.statusCode, 303, 'a second click is answered as the first')
  t.ok((await clock()) - after < 60_000, 'and moves nothing')
  const done = Object.fromEntries(sent.cookies.map(c => [c.name, encodeURIComponent(c.value)]))
  const shown = await open('/about', { ...cookies, ...done })
  t.match(shown.reply.payload, /Demo: move the clock forward: done\./)
  t.notMatch((await open('/about', shown.cookies)).reply.payload, /: done\./, 'said once')
})

t.test('a refused form shows its page again with the reason and what was typed, and changes nothing', async t => {
  const { reply, cookies } = await open('/about')
  const before = await clock()
  const refused = await send(action, { ...hidden(reply.payload, action), to: 'yesterday' }, cookies)
  t.equal(refused.statusCode, 400)
  t.equal(refused.headers['content-type'], 'text/html; charset=utf-8')
  t.match(refused.payload, /<h1>About Jinshu<\/h1>/, 'the page it came from')
  t.match(refused.payload, /is not an instant such as/)
  t.ok((await clock()) - before < 60_000)
})

t.test('a form that is not ours is refused: no token, another browser’s, or sent by another site', async t => {
  const { reply, cookies } = await open('/about')
  const other = await open('/about')
  const fields = { ...hidden(reply.payload, action), to: await ahead(1) }
  const before = await clock()
  const tries = {
    'no token': send(action, { ...fields, _csrf: '' }, cookies),
    'no cookie': send(action, fields, {}),
    'another browser': send(action, fields, other.cookies),
    'another site': send(action, fields, cookies, { 'sec-fetch-site': 'cross-site' }),
    'a sister site': send(action, fields, cookies, { 'sec-fetch-site': 'same-site' }),
  }
  for (const [how, sent] of Object.entries(tries)) {
    const { statusCode, payload } = await sent
    t.equal(statusCode, 403, how)
    t.match(payload, /cannot be told to come from our own page/, how)
  }
  t.ok((await clock()) - before < 60_000)
})

t.test('a form leads to no other site, whatever it says, and stands for routes of the API only', async t => {
  const { reply, cookies } = await open('/about')
  const fields = hidden(reply.payload, action)
  const sent = await send(action, { ...fields, to: await ahead(1), _then: '//evil.example/{now}' }, cookies)
  t.equal(sent.headers.location, '/')
  t.equal((await send('/forms/nothing/here', fields, cookies)).statusCode, 404)
  t.equal((await send('/forms/demo/../../log/checkpoint', fields, cookies)).statusCode, 404)
  t.equal((await send(action, { ...fields, _method: 'GET' }, cookies)).statusCode, 404)
})

t.test('nobody outside makes a request look like one of the process itself', async t => {
  const sent = await x.exchange.app.inject({
    method: 'POST',
    url: action,
    headers: {
      'jinshu-inner': 'guess',
      'jinshu-form': 'guess',
      accept: 'text/html',
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: `to=${await ahead(1)}`,
  })
  t.equal(sent.statusCode, 403)
})

t.test('a browser’s cookie changes nothing through the API without the page’s token', async t => {
  const { email } = await x.person('Cookie')
  const secret = await webSession(x, email)
  const { reply, cookies } = await open('/about', { jinshu_session: secret })
  const token = /name="jinshu-csrf" content="([^"]+)"/.exec(reply.payload)?.[1]
  t.ok(token, 'the page of a signed-in person carries a token')
  const post = (headers: Record<string, string>) =>
    x.exchange.app.inject({
      method: 'POST',
      url: '/api/v1/organizations',
      headers: { cookie: header(cookies), 'content-type': 'application/json', ...headers },
      payload: '{}',
    })
  t.equal((await post({})).statusCode, 403)
  t.equal((await post({ 'jinshu-csrf': 'guess' })).statusCode, 403)
  t.equal((await post({ 'jinshu-csrf': token! })).statusCode, 400, 'with it the body is looked at')
  t.equal((await x.exchange.app.inject({ url: '/api/v1/me', headers: { cookie: header(cookies) } })).statusCode, 200)
})
