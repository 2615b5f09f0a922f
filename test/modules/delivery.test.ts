import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { parse as parseDisposition } from 'content-disposition'
import fc from 'fast-check'
import pino from 'pino'
import t from 'tap'
import { addMonths, dayOf } from '../../src/kernel/calendar.ts'
import { newId } from '../../src/kernel/ids.ts'
import { newLogger } from '../../src/logger.ts'
import { isKnown, isMatch, rangeMayStand, readRange } from '../../src/modules/delivery/range.ts'
import { safeFileName } from '../../src/modules/delivery/serving.ts'
import { isSignature, type LinkFacts, linkPath, signLink } from '../../src/modules/delivery/signature.ts'
import type { Order } from '../../src/modules/orders/index.ts'
import { openExchange, type Reply } from '../support/exchange.ts'
import { type Deal, newOrder } from '../support/orders.ts'

t.test('a range is read as RFC 9110 says', async t => {
  const part = (first: number, last: number) => ({ kind: 'part', first, last })
  const cases: [string | undefined, object][] = [
    [undefined, { kind: 'whole' }],
    ['bytes=0-', part(0, 99)],
    ['bytes=0-0', part(0, 0)],
    ['bytes=10-19', part(10, 19)],
    ['Bytes = 10-19 ', part(10, 19)],
    ['bytes=90-1000', part(90, 99)],
    ['bytes=99-', part(99, 99)],
    ['bytes=-1', part(99, 99)],
    ['bytes=-100', part(0, 99)],
    ['bytes=-5000', part(0, 99)],
    ['bytes=100-', { kind: 'none' }],
    ['bytes=100-200', { kind: 'none' }],
    ['bytes=-0', { kind: 'none' }],
    ['bytes=20-10', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=a-b', { kind: 'whole' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    ['lines=0-1', { kind: 'whole' }],
    ['bytes=+1-2', { kind: 'whole' }],
    ['bytes=0x1-2', { kind: 'whole' }],
    ['bytes=99999999999999999999-', { kind: 'whole' }],
  ]
  for (const [header, expected] of cases) t.same(readRange(header, 100), expected, String(header))
  t.same(readRange('bytes=-5', 0), { kind: 'none' })
  const sizes = fc.nat({ max: 5000 })
  fc.assert(
    fc.property(sizes, sizes, sizes, (size, a, b) => {
      const asked = readRange(`bytes=${a}-${b}`, size)
      if (asked.kind === 'whole') return b < a
      if (asked.kind === 'none') return a >= size
      return asked.first === a && asked.last === Math.min(b, size - 1)
    }),
  )
})

t.test('conditions compare tags strongly for ranges and weakly for what is known', async t => {
  t.ok(rangeMayStand(undefined, '"a"'))
  t.ok(rangeMayStand('"a"', '"a"'))
  for (const other of ['"b"', 'W/"a"', 'Sun, 06 Nov 1994 08:49:37 GMT', 'a'])
    t.notOk(rangeMayStand(other, '"a"'), other)
  t.ok(isMatch('"b", "a"', '"a"'))
  t.ok(isMatch('*', '"a"'))
  t.notOk(isMatch('W/"a"', '"a"'))
  t.ok(isKnown('W/"a"', '"a"'))
  t.notOk(isKnown('"b"', '"a"'))
  t.notOk(isKnown(undefined, '"a"'))
})

t.test('a signature stands for every part of a link', async t => {
  const facts: LinkFacts = {
    grant: newId(),
    key: newId(),
    method: 'GET',
    digest: 'a'.repeat(64),
    tenant: newId(),
    grantee: newId(),
    order: newId(),
    until: '1790000000',
  }
  const secret = randomBytes(32)
  const signature = signLink(facts, secret)
  t.ok(isSignature(signature, facts, secret))
  for (const part of Object.keys(facts) as (keyof LinkFacts)[])
    t.notOk(isSignature(signature, { ...facts, [part]: `${facts[part]}0` }, secret), part)
  t.notOk(isSignature(signature, facts, randomBytes(32)), 'another key')
  for (const wrong of ['', signature.slice(1), `${signature}=`, `${signature}A`, signature.toUpperCase(), '。'])
    t.notOk(isSignature(wrong, facts, secret), wrong)
})

t.test('the log does not hold a signature', async t => {
  let written = ''
  const sink = new Writable({
    write(chunk, _encoding, done) {
      written += chunk
      done()
    },
  })
  const settings = newLogger('info')[pino.symbols.serializersSym as never] as Record<
    string,
    (value: unknown) => unknown
  >
  const facts = { grant: 'g', key: 'k', method: 'GET', digest: 'd', tenant: 't', grantee: 'b', order: 'o', until: '1' }
  const url = linkPath(facts, 'verysecret')
  pino({ serializers: { req: settings.req! } }, sink).info({ req: { method: 'GET', url, headers: {} } }, 'incoming')
  t.match(written, '/api/v1/downloads/')
  t.notMatch(written, 'verysecret')
})

t.test('a file name loses what could break a header, a path or the eye', async t => {
  t.equal(safeFileName('山西 天气.csv'), '山西 天气.csv')
  t.equal(safeFileName('a\r\nset-cookie: x\u202egpj.csv'), 'aset-cookie: xgpj.csv')
  t.equal(safeFileName('../../etc/passwd'), '.._.._etc_passwd')
  t.equal(safeFileName('\u0000'), 'data')
})

t.test('delivery over a real server', async t => {
  const x = await openExchange(t)
  await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = x.exchange.app.server.address() as AddressInfo
  const [vendor, buyer, stranger] = [
    await x.organization(['vendor']),
    await x.organization(['buyer']),
    await x.organization(['buyer', 'vendor']),
  ]
  const file = Buffer.concat([Buffer.from('day,rain\n'), randomBytes(1_500_000)])
  const digest = createHash('sha256').update(file).digest('hex')
  const deal: Deal = { vendor, buyer, file, fileName: '山西“天气” 2026.csv' }

  /** The bank reports the whole amount, so that it can also go back. */
  const pay = async ({ amountFen, referenceCode }: Order) => {
    const day = dayOf(new Date((await x.ok('GET /clock')).now))
    const yuan = (Number(amountFen) / 100).toFixed(2)
    const lines = [
      '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号',
      [day, yuan, '龙城应用公司', '6222000011112222', referenceCode, newId().slice(-12)].join(),
    ]
    const raw = { type: 'application/octet-stream', bytes: Buffer.from(lines.join('\n')) }
    await x.ok('POST /bank-statements?fileName=bank.csv', { as: x.operator.finance, raw })
  }
  /** A paid order whose delivery has opened. */
  const opened = async (more: Partial<Deal> = {}) => {
    const order = await newOrder(x, { ...deal, ...more })
    if (order.amountFen > 0n) await pay(order)
    const entitlement = await x.until(async () => (await delivery(order)).entitlement, 'the entitlement')
    return { order, entitlement }
  }
  const delivery = (order: Order) => x.ok(`GET /orders/${order.id}/delivery`, { as: buyer.maker })
  const stateOf = async (order: Order) => (await x.ok(`GET /orders/${order.id}`, { as: buyer.maker })).state
  const becomes = (order: Order, state: string) => x.until(async () => (await stateOf(order)) === state, state)
  const link = async (entitlement: { id: string }, method?: string) => {
    const made = await x.ok(`POST /entitlements/${entitlement.id}/downloads`, {
      as: buyer.maker,
      body: { ...(method && { method }) },
    })
    const { pathname, search } = new URL(made.url)
    return { ...made, path: pathname + search }
  }
  const fetchLink = async (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> => {
    const request = httpRequest({
      port,
      host: '127.0.0.1',
      path,
      method,
      headers: { 'accept-language': 'en', ...headers },
    })
    request.end()
    const [response] = await once(request, 'response')
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    const isJson = String(response.headers['content-type']).includes('json')
    const body = isJson ? JSON.parse(bytes.toString()) : undefined
    return { status: response.statusCode, headers: response.headers, bytes, text: bytes.toString('latin1'), body }
  }
  const slugOf = (reply: Reply) => reply.body?.type?.split('/').at(-1)
  const altered = (path: string, name: string, value: string) => {
    const url = new URL(path, 'http://localhost')
    url.searchParams.set(name, value)
    return url.pathname + url.search
  }

  await t.test('payment opens delivery; the whole file arrives with its digest, name and length', async t => {
    const { order, entitlement } = await opened()
    t.match(entitlement, { state: 'active', sha256: digest, bytes: file.length, round: 1, granteeId: buyer.id })
    t.equal(await stateOf(order), 'delivering')
    t.equal(entitlement.endsAt, addMonths(new Date(entitlement.startsAt), 12).toISOString())
    const made = await link(entitlement)
    const { now } = await x.ok('GET /clock')
    t.ok(new Date(made.expiresAt).getTime() - new Date(now).getTime() <= 15 * 60_000, '15 minutes at most')
    const head = await fetchLink(made.path, {}, 'HEAD')
    const got = await fetchLink(made.path, { 'accept-encoding': 'gzip, br' })
    t.equal(got.status, 200)
    t.ok(got.bytes.equals(file))
    t.match(got.headers, {
      'content-length': String(file.length),
      'content-type': 'text/csv; charset=utf-8',
      etag: `"${digest}"`,
      'repr-digest': `sha-256=:${Buffer.from(digest, 'hex').toString('base64')}:`,
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-request-id': String,
    })
    const disposition = parseDisposition(String(got.headers['content-disposition']))
    t.match(disposition, { type: 'attachment', parameters: { filename: '山西“天气” 2026.csv' } })
    t.notOk(got.headers['content-encoding'])
    const same = ({ headers }: Reply) => {
      const { date, 'x-request-id': id, connection, 'keep-alive': alive, ...rest } = headers
      for (const name of Object.keys(rest)) if (name.startsWith('x-ratelimit')) delete rest[name]
      return rest
    }
    t.same(same(head), same(got), 'HEAD says what GET says')
    t.equal(head.bytes.length, 0)
    await becomes(order, 'delivered')
    const { receipts } = await delivery(order)
    t.match(receipts, [{ number: `${order.number}-R1`, sha256: digest, bytes: file.length, granteeId: buyer.id }])
    const [leaf] = await x.sql`select record, organization_id from kernel.audit_entry
      where action = 'delivery.complete' and subject_id = ${receipts[0].id}`
    t.match(JSON.parse(leaf!.record), { digest, bytes: file.length, grantee: buyer.id, order: order.id })
    const receipt = await x.ok(`GET /receipts/${receipts[0].id}`, { as: vendor.maker })
    t.equal(receipt.orderNumber, order.number)
    t.equal((await x.call(`GET /receipts/${receipts[0].id}`, { as: stranger.maker })).status, 404)
    await t.rejects(x.sql`delete from delivery.receipt where id = ${receipt.id}`, /append-only/)
    const pdf = await x.until(async () => {
      const reply = await x.call(`GET /receipts/${receipt.id}/pdf`, { as: buyer.maker })
      return reply.status === 200 && reply
    }, 'the PDF')
    t.equal(pdf.headers['content-type'], 'application/pdf')
    t.equal(pdf.bytes.subarray(0, 5).toString(), '%PDF-')
    const digestOfPdf = createHash('sha256').update(pdf.bytes).digest('hex')
    const known = await x.until(async () => {
      const found = await x.ok(`GET /verified-documents/${digestOfPdf}`)
      return found.document && found
    }, 'the receipt in the log')
    t.match(known, { kind: 'delivery', verdict: 'genuine', number: receipt.number, documentSha256: digestOfPdf })
    t.match(JSON.parse(known.document.record), { number: receipt.number, sha256: digestOfPdf })
    t.notMatch(JSON.stringify(known), /amount|fen|scenario|purpose|fileName/, 'neither price nor terms')
    t.match(known.vendor, /＊/, 'parties masked')
    t.equal(
      (await x.ok(`GET /verifications/${receipt.number}?sha256=${'0'.repeat(64)}`)).verdict,
      'altered',
      'another file under its number',
    )
    t.equal((await x.call(`GET //verify?number=${receipt.number}`)).headers.location, `/verify/${receipt.number}`)
    const again = await fetchLink(made.path)
    t.equal(again.status, 200, 'the buyer may fetch again')
    t.equal((await delivery(order)).receipts.length, 1)
  })

  await t.test('the range matrix', async t => {
    const { order, entitlement } = await opened()
    const { path } = await link(entitlement)
    const size = file.length
    const part = async (range: string, first: number, last: number, more: Record<string, string> = {}) => {
      const got = await fetchLink(path, { range, ...more })
      t.equal(got.status, 206, range)
      t.equal(got.headers['content-range'], `bytes ${first}-${last}/${size}`)
      t.equal(got.headers['content-length'], String(last - first + 1))
      t.equal(got.headers.etag, `"${digest}"`)
      t.ok(got.headers['repr-digest'])
      t.ok(got.bytes.equals(file.subarray(first, last + 1)), `${range} has the right bytes`)
    }
    const whole = async (headers: Record<string, string>) => {
      const got = await fetchLink(path, headers)
      t.equal(got.status, 200, JSON.stringify(headers))
      t.ok(got.bytes.equals(file))
    }
    await part('bytes=0-0', 0, 0)
    await part('bytes=5-5000', 5, 5000)
    await part('bytes=-7', size - 7, size - 1)
    await part(`bytes=${size - 3}-`, size - 3, size - 1)
    await part(`bytes=${size - 3}-${size + 100}`, size - 3, size - 1)
    await part('bytes=1-2', 1, 2, { 'if-range': `"${digest}"` })
    for (const range of [`bytes=${size}-`, 'bytes=-0']) {
      const none = await fetchLink(path, { range })
      t.match(none, { status: 416, headers: { 'content-range': `bytes */${size}` } }, range)
      t.equal(slugOf(none), 'range-not-satisfiable')
    }
    t.equal(await stateOf(order), 'delivering', 'parts do not complete a delivery')
    const head = await fetchLink(path, { range: 'bytes=0-0' }, 'HEAD')
    t.match(head, { status: 200, headers: { 'content-length': String(size) } }, 'HEAD knows no ranges')
    t.equal((await fetchLink(path, { 'if-none-match': `"${digest}"` })).status, 304)
    t.equal((await fetchLink(path, { 'if-match': '"other"' })).status, 412)
    await whole({ range: 'bytes=0-1,3-4' })
    await whole({ range: 'bytes=1-2', 'if-range': '"another"' })
    await whole({ range: 'lines=1-2', 'if-match': `"${digest}"` })
    await becomes(order, 'delivered')
  })

  await t.test('a download that breaks off is resumed with another link, and both halves complete it', async t => {
    const { order, entitlement } = await opened()
    const first = await link(entitlement)
    const half = 700_000
    await fetchLink(first.path, { range: `bytes=0-${half - 1}` })
    const second = await link(entitlement)
    t.not(second.id, first.id)
    await fetchLink(second.path, { range: `bytes=${half}-` })
    await becomes(order, 'delivered')
    const rows = await x.sql`select sent_bytes::int from delivery.download where entitlement_id = ${entitlement.id}
      order by id`
    t.same(
      rows.map(r => r.sent_bytes),
      [half, file.length - half],
      'bytes are metered by link',
    )
    t.equal((await delivery(order)).receipts.length, 1)
  })

  await t.test('a client that leaves early has not received the file', async t => {
    const big = randomBytes(24_000_000)
    const { order, entitlement } = await opened({ file: big })
    const { path, id } = await link(entitlement)
    const request = httpRequest({ port, host: '127.0.0.1', path })
    request.end()
    const [response] = await once(request, 'response')
    await once(response, 'data')
    request.destroy()
    const sent = await x.until(async () => {
      const [row] = await x.sql`select sent_bytes::int from delivery.download where id = ${id}`
      return row!.sent_bytes as number
    }, 'the metering')
    t.ok(sent > 0 && sent < big.length, `${sent} bytes were counted`)
    t.equal(await stateOf(order), 'delivering')
  })

  await t.test('two downloads that end at once give one receipt', async t => {
    const { order, entitlement } = await opened()
    const links = [await link(entitlement), await link(entitlement), await link(entitlement)]
    const replies = await Promise.all(links.map(({ path }) => fetchLink(path)))
    t.same(
      replies.map(r => r.status),
      [200, 200, 200],
    )
    await becomes(order, 'delivered')
    await x.until(async () => {
      const [row] = await x.sql`select count(*)::int as n from delivery.download
        where entitlement_id = ${entitlement.id} and sent_bytes > 0`
      return row!.n === 3
    }, 'all three metered')
    t.equal((await delivery(order)).receipts.length, 1)
    const [row] = await x.sql`select count(*)::int as n from kernel.audit_entry
      where action in ('delivery.complete', 'order.deliver') and record like ${`%${order.number}%`}`
    t.equal(row!.n, 2, 'one receipt and one move in the log')
  })

  await t.test('a link that was altered, belongs to another grant, or is used otherwise is refused alike', async t => {
    const { entitlement } = await opened()
    const [one, other] = [await link(entitlement), await link(entitlement)]
    const values: Record<string, string> = {
      key: newId(),
      method: 'HEAD',
      digest: 'b'.repeat(64),
      tenant: stranger.id,
      grantee: stranger.id,
      order: newId(),
      until: '1999999999',
      signature: 'A'.repeat(43),
    }
    for (const [name, value] of Object.entries(values)) {
      const refused = await fetchLink(altered(one.path, name, value))
      t.same([refused.status, slugOf(refused)], [403, 'download-refused'], name)
    }
    const swapped = one.path.replace(one.id, other.id)
    t.equal(slugOf(await fetchLink(swapped)), 'download-refused', "another grant's address")
    t.equal(slugOf(await fetchLink(one.path.replace(one.id, newId()))), 'download-refused', 'an unknown grant')
    for (const method of ['POST', 'PUT', 'DELETE']) t.ok((await fetchLink(one.path, {}, method)).status >= 404, method)
    const headOnly = await link(entitlement, 'HEAD')
    t.equal((await fetchLink(headOnly.path, {}, 'HEAD')).status, 200)
    t.equal(slugOf(await fetchLink(headOnly.path)), 'download-refused', 'a link for HEAD does not fetch')
    const missing = new URL(one.path, 'http://localhost')
    missing.searchParams.delete('signature')
    t.equal((await fetchLink(missing.pathname + missing.search)).status, 400)
    t.equal((await fetchLink(`${one.path}&extra=1`)).status, 400)
    t.equal((await fetchLink(one.path, { range: 'bytes=0-0' })).status, 206, 'the link itself still works')
  })

  await t.test('only the buyer of the order gets a link', async t => {
    const { order, entitlement } = await opened()
    const ask = (as: typeof buyer.maker) => x.call(`POST /entitlements/${entitlement.id}/downloads`, { as, body: {} })
    t.equal((await ask(stranger.maker)).status, 404)
    t.equal((await ask(vendor.maker)).status, 403)
    t.equal((await ask(x.operator.maker)).status, 403)
    t.equal((await x.call(`GET /entitlements/${entitlement.id}`, { as: stranger.maker })).status, 404)
    t.equal((await x.call(`GET /orders/${order.id}/delivery`, { as: stranger.maker })).status, 404)
    t.equal((await x.call(`GET /entitlements/${entitlement.id}`, { as: vendor.maker })).status, 200)
    const mine = await x.ok('GET /entitlements?limit=1', { as: buyer.maker })
    t.same(
      mine.items.map((e: { id: string }) => e.id),
      [entitlement.id],
    )
    t.ok(mine.next)
    t.same((await x.ok('GET /entitlements', { as: stranger.maker })).items, [])
  })

  await t.test('a retired key verifies its links, new ones use the next', async t => {
    const { entitlement } = await opened()
    const before = await link(entitlement)
    const { id } = await x.ok('POST /delivery-keys', { as: x.operator.administrator })
    const after = await link(entitlement)
    t.not(new URL(before.url).searchParams.get('key'), id)
    t.equal(new URL(after.url).searchParams.get('key'), id)
    for (const { path } of [before, after]) t.equal((await fetchLink(path, { range: 'bytes=0-0' })).status, 206)
    t.equal((await x.call('POST /delivery-keys', { as: buyer.administrator })).status, 403)
  })

  await t.test('refusal suspends, a second delivery has its own round and receipt', async t => {
    const { order, entitlement } = await opened()
    const { path } = await link(entitlement)
    await fetchLink(path)
    await becomes(order, 'delivered')
    await x.ok(`POST /orders/${order.id}/reject`, { as: buyer.maker, body: { reason: '字段含义与合同不符' } })
    t.equal(slugOf(await fetchLink(path)), 'access-ended', 'at once')
    await x.until(async () => (await delivery(order)).entitlement.state === 'suspended', 'suspended')
    const refused = await x.call(`POST /entitlements/${entitlement.id}/downloads`, { as: buyer.maker, body: {} })
    t.equal(slugOf(refused), 'access-ended')
    await x.ok(`POST /orders/${order.id}/redeliver`, { as: vendor.maker, body: {} })
    await x.until(async () => (await delivery(order)).entitlement.round === 2, 'the second round')
    await fetchLink((await link(entitlement)).path)
    await becomes(order, 'delivered')
    t.same(
      (await delivery(order)).receipts.map((r: { number: string }) => r.number),
      [`${order.number}-R1`, `${order.number}-R2`],
    )
  })

  await t.test('a dispute freezes access, mediation gives it back, a refund takes it for good', async t => {
    const { order, entitlement } = await opened()
    const { path } = await link(entitlement)
    await fetchLink(path)
    await becomes(order, 'delivered')
    const reason = '双方对数据质量有分歧'
    const body = { reason }
    await x.ok(`POST /orders/${order.id}/dispute`, { as: buyer.maker, body })
    t.equal(slugOf(await fetchLink(path)), 'access-ended')
    await x.until(async () => (await delivery(order)).entitlement.state === 'suspended', 'suspended')
    await x.ok(`POST /orders/${order.id}/mediate`, { as: x.operator.checker, body: { outcome: 'accept', reason } })
    await x.until(async () => (await delivery(order)).entitlement.state === 'active', 'active again')
    t.equal((await fetchLink(path, { range: 'bytes=0-0' })).status, 206)
    await x.ok(`POST /orders/${order.id}/dispute`, { as: buyer.maker, body })
    await x.ok(`POST /orders/${order.id}/mediate`, { as: x.operator.checker, body: { outcome: 'refund', reason } })
    t.equal(slugOf(await fetchLink(path)), 'access-ended', 'revocation holds at the next request')
    await x.until(async () => (await delivery(order)).entitlement.state === 'revoked', 'revoked')
  })

  await t.test('a stored file whose bytes changed is not passed off as delivered', async t => {
    const own = randomBytes(900_000)
    const { order, entitlement } = await opened({ file: own })
    const { path } = await link(entitlement)
    const { writeFile, chmod } = await import('node:fs/promises')
    const stored = await x.exchange.kit.files.path(entitlement.sha256)
    await chmod(stored, 0o600)
    await writeFile(stored, Buffer.concat([own.subarray(0, 1000), Buffer.from('!'), own.subarray(1001)]))
    await t.rejects(fetchLink(path), 'the connection is cut before the last bytes')
    await writeFile(stored, own.subarray(0, 5000))
    t.equal((await fetchLink(path)).status, 503)
    t.equal(await stateOf(order), 'delivering')
  })

  await t.test('a link ends after 15 minutes, an entitlement with its term', async t => {
    const { order, entitlement } = await opened({ amountFen: 0n })
    const { path } = await link(entitlement)
    await fetchLink(path)
    await becomes(order, 'delivered')
    const { now } = await x.ok('GET /clock')
    await x.advanceTo(new Date(new Date(now).getTime() + 15 * 60_000 + 1000))
    t.equal(slugOf(await fetchLink(path)), 'download-expired')
    const fresh = await link(entitlement)
    t.equal((await fetchLink(fresh.path, { range: 'bytes=0-0' })).status, 206)
    const { endsAt } = (await delivery(order)).entitlement
    await x.advanceTo(new Date(new Date(endsAt).getTime() + 1000))
    const over = await x.call(`POST /entitlements/${entitlement.id}/downloads`, { as: buyer.maker, body: {} })
    t.equal(slugOf(over), 'access-ended')
    await x.until(async () => (await delivery(order)).entitlement.state === 'expired', 'expired')
  })
})
