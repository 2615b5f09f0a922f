import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import * as tus from 'tus-js-client'
import { eicar, openClamd } from '../support/clamd.ts'
import { openExchange, type Role, type TestExchange } from '../support/exchange.ts'
import { formOf } from '../support/offering.ts'

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
}

/** One request over a socket of its own, as a client that knows tus sends it. */
async function tusCall(
  base: string,
  as: Role,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Buffer,
  cutAfter?: number,
): Promise<Answer | 'cut'> {
  const outgoing = send(new URL(path, base), {
    method,
    agent: false,
    headers: {
      authorization: `Bearer ${as.token}`,
      'tus-resumable': '1.0.0',
      'accept-language': 'en',
      ...(as.organizationId && { 'jinshu-organization': as.organizationId }),
      ...(body && { 'content-length': `${body.length}`, 'content-type': 'application/offset+octet-stream' }),
      ...headers,
    },
  })
  outgoing.on('error', () => {})
  if (body && cutAfter !== undefined) {
    await new Promise(done => outgoing.write(body.subarray(0, cutAfter), done))
    await new Promise(done => setTimeout(done, 100))
    outgoing.destroy()
    return 'cut'
  }
  outgoing.end(body)
  const [reply] = await once(outgoing, 'response')
  return { status: reply.statusCode, headers: reply.headers, text: (await buffer(reply)).toString() }
}

const nameOf = (fileName: string) => ({ 'upload-metadata': `filename ${Buffer.from(fileName).toString('base64')}` })
const table = (rows: number) =>
  Buffer.from(
    `station,day,pm25\n${Array.from({ length: rows }, (_, i) => `S${i % 7},2026-01-0${(i % 9) + 1},${i}\n`).join('')}`,
  )

async function opened(t: Parameters<typeof openExchange>[0], options: Parameters<typeof openExchange>[1] = {}) {
  const x = await openExchange(t, options)
  await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
  const base = `http://127.0.0.1:${(x.exchange.app.server.address() as AddressInfo).port}`
  const vendor = await x.organization(['vendor'])
  const call = async (method: string, path: string, headers = {}, body?: Buffer, as = vendor.maker) =>
    (await tusCall(base, as, method, path, headers, body)) as Answer
  const begin = async (fileName: string, bytes: number, as = vendor.maker) => {
    const made = await call(
      'POST',
      '/api/v1/uploads',
      { 'upload-length': `${bytes}`, ...nameOf(fileName) },
      undefined,
      as,
    )
    return { ...made, path: String(made.headers.location) }
  }
  const staged = () => readdir(join(x.home, 'uploads')).catch(() => [] as string[])
  const versions = async (): Promise<number> =>
    (await x.ok('GET /data-versions?limit=100', { as: vendor.maker })).items.length
  return { x, base, vendor, call, begin, staged, versions }
}

const patch = (offset: number, more: Record<string, string> = {}) => ({ 'upload-offset': `${offset}`, ...more })
const settled = (x: TestExchange, as: Role, id: string) =>
  x.until(async () => {
    const version = await x.ok(`GET /data-versions/${id}`, { as })
    return version.state !== 'profiling' && version
  }, 'the file is read')

t.test('files that arrive in pieces', async t => {
  const { x, base, vendor, call, begin, staged, versions } = await opened(t)
  const as = vendor.maker
  const bytes = table(400)

  await t.test('the server says what it can', async t => {
    const options = await call('OPTIONS', '/api/v1/uploads')
    t.equal(options.status, 204)
    t.match(options.headers, {
      'tus-version': '1.0.0',
      'tus-extension': 'creation,creation-with-upload,termination,expiration,checksum',
      'tus-checksum-algorithm': 'sha256,sha1',
    })
    t.equal((await call('POST', '/api/v1/uploads', { 'tus-resumable': '0.2.2', 'upload-length': '3' })).status, 412)
  })

  await t.test('a file is sent in pieces and becomes one version', async t => {
    const { status, path, headers } = await begin('空气 质量.csv', bytes.length)
    t.equal(status, 201)
    t.match(path, /^\/api\/v1\/uploads\/[0-9a-f-]{36}$/)
    t.ok(Date.parse(String(headers['upload-expires'])) > 0)
    t.match(headers, { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    const first = await call('PATCH', path, patch(0), bytes.subarray(0, 1000))
    t.match(first, { status: 204, headers: { 'upload-offset': '1000' } })
    const head = await call('HEAD', path)
    t.match(head, { status: 200, headers: { 'upload-offset': '1000', 'upload-length': `${bytes.length}` } })
    t.match(await x.ok(`GET ${path.slice(7)}`, { as }), { offset: 1000, state: 'receiving', fileName: '空气 质量.csv' })
    t.equal((await call('PATCH', path, patch(999), bytes.subarray(999))).status, 409, 'from the wrong place')
    const last = await call('PATCH', path, patch(1000), bytes.subarray(1000))
    t.equal(last.status, 204)
    const id = String(last.headers['jinshu-data-version'])
    t.match(await x.ok(`GET /data-versions/${id}`, { as }), { state: 'ready', rows: 400, fileName: '空气 质量.csv' })
    t.same(await staged(), [])
    const again = await call('PATCH', path, patch(bytes.length), Buffer.alloc(0))
    t.match(again, { status: 204, headers: { 'jinshu-data-version': id } }, 'the finish repeated is the same version')
    t.match(await call('HEAD', path), { status: 200, headers: { 'jinshu-data-version': id } })
    t.equal((await call('PATCH', path, patch(0), Buffer.from('x'))).status, 409)
    t.equal(await versions(), 1)
  })

  await t.test('a piece that is not what its checksum says is not taken', async t => {
    const content = table(50)
    const { path } = await begin('sum.csv', content.length)
    const sum = (algorithm: string, data: Buffer) => ({
      'upload-checksum': `${algorithm} ${createHash(algorithm).update(data).digest('base64')}`,
    })
    const half = content.subarray(0, 300)
    t.equal((await call('PATCH', path, patch(0, sum('sha256', Buffer.from('other'))), half)).status, 460)
    t.equal((await call('HEAD', path)).headers['upload-offset'], '0')
    t.equal((await staged()).length, 1, 'nothing beside the upload')
    t.equal((await call('PATCH', path, patch(0, { 'upload-checksum': 'crc32 AAAA' }), half)).status, 400)
    t.equal((await call('PATCH', path, patch(0, sum('sha256', half)), half)).status, 204)
    t.equal(
      (await call('PATCH', path, patch(300, sum('sha1', content.subarray(300))), content.subarray(300))).status,
      204,
    )
    t.equal(await versions(), 2)
  })

  await t.test('a connection that breaks loses what had not arrived, and nothing else', async t => {
    const content = table(60_000)
    const { path } = await begin('broken.csv', content.length)
    t.equal(await tusCall(base, as, 'PATCH', path, patch(0), content, 600_000), 'cut')
    const { headers } = await call('HEAD', path)
    const offset = Number(headers['upload-offset'])
    t.ok(offset > 0 && offset <= 600_000, `${offset} bytes arrived`)
    const checked = {
      'upload-checksum': `sha1 ${createHash('sha1').update(content.subarray(offset)).digest('base64')}`,
    }
    t.equal(await tusCall(base, as, 'PATCH', path, patch(offset, checked), content.subarray(offset), 200_000), 'cut')
    t.equal(Number((await call('HEAD', path)).headers['upload-offset']), offset, 'what nobody could verify is dropped')
    const last = await call('PATCH', path, patch(offset, checked), content.subarray(offset))
    const id = String(last.headers['jinshu-data-version'])
    const version = await settled(x, as, id)
    t.match(version, { rows: 60_000, sha256: createHash('sha256').update(content).digest('hex') })
  })

  await t.test('of two who send the same piece at once one is told to look again', async t => {
    const content = table(3000)
    const { path } = await begin('twice.csv', content.length)
    const both = await Promise.all([0, 0].map(offset => call('PATCH', path, patch(offset), content)))
    t.same(both.map(reply => reply.status).filter(status => status === 204).length, 1)
    const rest = await call('HEAD', path)
    t.equal(rest.headers['upload-offset'], `${content.length}`)
    const rows = await x.sql`select id from data.data_version where file_name = 'twice.csv'`
    t.equal(rows.length, 1)
  })

  await t.test("another organisation's upload does not exist, and a stranger has none", async t => {
    const other = await x.organization(['vendor'])
    const { path } = await begin('mine.csv', 10)
    for (const method of ['HEAD', 'PATCH', 'DELETE'])
      t.equal(
        (await call(method, path, patch(0), method === 'PATCH' ? Buffer.from('x') : undefined, other.maker)).status,
        404,
      )
    t.equal((await x.call(`GET ${path.slice(7)}`, { as: other.maker })).status, 404)
    t.equal(
      (await x.call('POST /uploads', { headers: { 'tus-resumable': '1.0.0', 'upload-length': '3' } })).status,
      401,
    )
    const buyer = await x.organization(['buyer'])
    t.equal((await begin('theirs.csv', 10, buyer.maker)).status, 403)
    const ended = await call('DELETE', path)
    t.equal(ended.status, 204)
    t.equal((await call('HEAD', path)).status, 410)
    t.notOk((await staged()).some(name => path.endsWith(name)))
  })

  await t.test('what can be no data file is refused before the first byte', async t => {
    const refused = await begin('', 10)
    t.equal(refused.status, 400)
    t.match(refused.text, /has no file name/)
    t.equal((await begin('empty.csv', 0)).status, 400)
    t.equal((await begin('huge.csv', 2 ** 41)).status, 413)
    t.equal((await call('POST', '/api/v1/uploads', nameOf('x.csv'))).status, 400)
  })

  await t.test('a last byte that came just before a kill still makes the version, once', async t => {
    const content = table(30)
    const { path } = await begin('killed.csv', content.length)
    await writeFile(join(x.home, 'uploads', path.split('/').at(-1)!), content)
    const [one, two] = await Promise.all([call('HEAD', path), call('HEAD', path)])
    t.equal(one.headers['jinshu-data-version'], two.headers['jinshu-data-version'])
    t.ok(one.headers['jinshu-data-version'])
    t.equal((await x.sql`select id from data.data_version where file_name = 'killed.csv'`).length, 1)
    const finishes = await x.sql`select id from kernel.audit_entry where action = 'upload.finish'
      and subject_id = ${path.split('/').at(-1)!}`
    t.equal(finishes.length, 1)
  })

  await t.test('a client that knows only the protocol uploads and resumes', async t => {
    const content = table(40_000)
    const options = {
      endpoint: `${base}/api/v1/uploads`,
      headers: { authorization: `Bearer ${as.token}`, 'jinshu-organization': vendor.id },
      metadata: { filename: '客户端.csv' },
      chunkSize: 256 * 1024,
      retryDelays: [0, 10],
    }
    let url: string | null = null
    await new Promise<void>((resolve, reject) => {
      const upload = new tus.Upload(content, {
        ...options,
        onError: reject,
        onChunkComplete: () => {
          url = upload.url
          void upload.abort().then(resolve)
        },
      })
      upload.start()
    })
    const id = await new Promise<string>((resolve, reject) => {
      const upload = new tus.Upload(content, {
        ...options,
        uploadUrl: url,
        onError: reject,
        onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('Jinshu-Data-Version') ?? ''),
      })
      upload.start()
    })
    t.match(await settled(x, as, id), { fileName: '客户端.csv', rows: 40_000 })
  })

  await t.test('what is not finished in time is swept', async t => {
    const { path } = await begin('late.csv', 100)
    await call('PATCH', path, patch(0), Buffer.from('a,b\n'))
    await x.advanceDays(8)
    await x.until(async () => (await call('HEAD', path)).status === 410, 'it has expired')
    await x.until(async () => (await staged()).length === 0, 'its bytes are gone')
    t.equal((await call('PATCH', path, patch(4), Buffer.from('1,2\n'))).status, 410)
    t.ok((await x.sql`select 1 from kernel.audit_entry where action = 'upload.expire'`).length > 0)
  })
})

t.test('quotas', async t => {
  const { x, vendor, call, begin } = await opened(t, {
    env: { JINSHU_QUOTA_BYTES: '5000', JINSHU_QUOTA_VERSIONS: '3' },
  })
  const as = vendor.maker
  const refused = await begin('big.csv', 5001)
  t.equal(refused.status, 413)
  t.match(JSON.parse(refused.text), { type: '/problems/quota-exceeded', detail: /has no room/ })
  const form = await x.call('POST /data-versions', {
    as,
    raw: formOf('big.csv', `a,b\n${'1,2\n'.repeat(20_000)}`),
    headers: { 'content-length': '80200' },
  })
  t.match(form, { status: 413, body: { type: '/problems/quota-exceeded' } })
  t.equal((await x.sql`select 1 from data.data_version`).length, 0)

  const race = await Promise.all(Array.from({ length: 6 }, (_, i) => begin(`race${i}.csv`, 2400)))
  t.same(
    race.map(reply => reply.status).sort(),
    [201, 201, 413, 413, 413, 413],
    'two have room, however many ask at once',
  )
  t.match(await x.ok('GET /data-quota', { as }), {
    comingBytes: 4800,
    comingVersions: 2,
    usedBytes: 0,
    bytes: 5000,
    reason: null,
  })
  const open = race.filter(reply => reply.status === 201)
  t.equal((await call('DELETE', open[0]!.path)).status, 204)
  t.match(
    await x.ok('GET /data-quota', { as }),
    { comingBytes: 2400, comingVersions: 1 },
    'a place that is given up is free',
  )

  const content = Buffer.from(`a,b\n${'1,2\n'.repeat(599)}`)
  t.equal((await call('PATCH', open[1]!.path, patch(0), content)).status, 204)
  t.match(await x.ok('GET /data-quota', { as }), { usedBytes: 2400, usedVersions: 1, comingBytes: 0 })

  const { operator } = x
  const body = { bytes: 1_000_000, versions: 2, reason: '年度归集' }
  t.equal((await x.call(`PUT /organizations/${vendor.id}/data-quota`, { as, body })).status, 403)
  t.match(await x.ok(`PUT /organizations/${vendor.id}/data-quota`, { as: operator.checker, body }), {
    versions: 2,
    reason: '年度归集',
  })
  t.equal((await begin('second.csv', 5001)).status, 201)
  t.match(JSON.parse((await begin('third.csv', 10)).text), { detail: /may keep 2 data versions/ })
  t.match(await x.ok(`GET /organizations/${vendor.id}/data-quota`, { as: operator.maker }), { comingVersions: 1 })
})

t.test('without a scanner files are held until two people of the operator let them pass', async t => {
  const { x, vendor } = await opened(t, { env: { SCANNER: 'none-held' } })
  const as = vendor.maker
  const { operator } = x
  const uploaded = await x.call('POST /data-versions', { as, raw: formOf('held.csv', 'a,b\n1,2\n') })
  t.match(uploaded, { status: 201, body: { state: 'unscanned', columns: [], rows: null } })
  const { id } = uploaded.body
  t.match(await x.ok(`GET /data-versions/${id}/inspection`, { as }), {
    verdict: 'held',
    reason: { en: /no malware scanner/ },
  })
  for (const path of ['confirm', 'retry'])
    t.equal(
      (await x.call(`POST /data-versions/${id}/${path}`, { as, ...(path === 'confirm' && { body: {} }) })).status,
      409,
    )
  await t.rejects(
    x.sql`update data.data_version set state = 'profiling' where id = ${id}`.then(
      () =>
        x.sql`update data.data_version set state = 'ready', format = 'csv', rows = 1, columns = '[]' where id = ${id}`,
    ),
    /only after it was checked/,
  )
  await x.sql`update data.data_version set state = 'unscanned' where id = ${id}`

  t.match(await x.ok('GET /held-data-versions', { as: operator.maker }), { items: [{ id, verdict: 'held' }] })
  t.equal(
    (await x.call(`POST /data-versions/${id}/release`, { as: operator.checker })).status,
    409,
    'nobody proposed it',
  )
  t.equal((await x.call(`POST /data-versions/${id}/propose-release`, { as, body: { reason: '我的文件' } })).status, 403)
  await x.ok(`POST /data-versions/${id}/propose-release`, { as: operator.checker, body: { reason: '来源可信' } })
  const self = await x.call(`POST /data-versions/${id}/release`, { as: operator.checker })
  t.match(self.body.type, 'same-person')
  await x.ok(`POST /data-versions/${id}/decline-release`, { as: operator.checker, body: { reason: '再查一次' } })
  await x.ok(`POST /data-versions/${id}/propose-release`, { as: operator.maker, body: { reason: '来源可信' } })
  t.match(await x.ok(`POST /data-versions/${id}/release`, { as: operator.checker }), { state: 'ready', columns: [] })
  t.match(await x.ok(`GET /data-versions/${id}`, { as }), { state: 'ready', rows: 1 })
  t.match(await x.ok(`GET /data-versions/${id}/inspection`, { as }), { verdict: 'released' })
  const actions = await x.sql`select action from kernel.audit_entry where subject_id = ${id} order by seq`
  t.same(
    actions.map(row => row.action.split('.')[1]),
    ['upload', 'hold', 'propose-release', 'decline-release', 'propose-release', 'release', 'read'],
  )
})

t.test('the operator reads held files page by page, and one that was put away is held no more', async t => {
  const { x, vendor } = await opened(t, { env: { SCANNER: 'none-held' } })
  const as = vendor.maker
  const { operator } = x
  const ids: string[] = []
  for (const name of ['one', 'two', 'three'])
    ids.push((await x.ok('POST /data-versions', { as, raw: formOf(`${name}.csv`, `a,b\n1,${name}\n`) })).id)
  const first = await x.ok('GET /held-data-versions?limit=2', { as: operator.maker })
  t.same(
    first.items.map((item: { id: string }) => item.id),
    ids.slice(0, 2),
  )
  const rest = await x.ok(`GET /held-data-versions?limit=2&after=${first.next}`, { as: operator.maker })
  t.match(rest, { items: [{ id: ids[2] }], next: null })
  t.equal(rest.items.length, 1)
  t.equal((await x.call('GET /held-data-versions', { as })).status, 403)

  await x.ok(`POST /data-versions/${ids[0]}/propose-release`, { as: operator.maker, body: { reason: '别处检测过' } })
  const kinds = async (kind: string) =>
    (await x.ok(`GET /held-data-versions?kind=${kind}`, { as: operator.maker })).items.map(
      (item: { id: string }) => item.id,
    )
  t.same([await kinds('held'), await kinds('proposed'), await kinds('infected')], [ids.slice(1), ids.slice(0, 1), []])
  const list = await x.ok('GET /operator/work-list', { as: operator.checker })
  const waiting = Object.fromEntries(list.items.map((item: { kind: string; count: number }) => [item.kind, item.count]))
  t.match(waiting, { 'data-version.propose-release': 2, 'data-version.release': 1 })

  await x.ok(`POST /data-versions/${ids[1]}/discard`, { as })
  const late = await x.call(`POST /data-versions/${ids[1]}/propose-release`, {
    as: operator.maker,
    body: { reason: '别处检测过' },
  })
  t.match(late, { status: 409, body: { detail: /not held any more/ } })
  t.same(await kinds('held'), [ids[2]])
})

t.test('a scanner stops malware, and a file it could not be asked about waits for it', async t => {
  const clamd = await openClamd(t)
  const { x, vendor, begin, call } = await opened(t, { env: { SCANNER_URL: clamd.url } })
  const as = vendor.maker
  const clean = await x.ok('POST /data-versions', { as, raw: formOf('clean.csv', 'a,b\n1,2\n') })
  t.equal(clean.state, 'ready')
  t.match(await x.ok(`GET /data-versions/${clean.id}/inspection`, { as }), { verdict: 'clean', scanner: /clamd/ })

  const content = Buffer.from(`a,b\n1,${eicar}\n`)
  const { path } = await begin('bad.csv', content.length)
  const sent = await call('PATCH', path, patch(0), content)
  const bad = await x.ok(`GET /data-versions/${sent.headers['jinshu-data-version']}`, { as })
  t.match(bad, { state: 'failed', failure: { message: { en: /Eicar-Test-Signature/ } } })
  t.notOk(await x.exchange.kit.files.has(bad.sha256))
  t.equal((await readdir(join(x.home, 'files', 'quarantine'))).length, 1)
  const retried = await x.ok(`POST /data-versions/${bad.id}/retry`, { as })
  t.match(retried, { state: 'failed', failure: { message: { en: /not in the store/ } } })

  clamd.limit = 20
  const large = await x.ok('POST /data-versions', { as, raw: formOf('large.csv', `a,b\n${'1,2\n'.repeat(50)}`) })
  t.equal(large.state, 'unscanned')
  t.match(
    await x.ok('GET /held-data-versions', { as: x.operator.maker }),
    { items: [{ isWaiting: false }] },
    'people decide',
  )

  await clamd.stop()
  const waiting = await x.ok('POST /data-versions', { as, raw: formOf('later.csv', 'a,b\n3,4\n') })
  t.equal(waiting.state, 'unscanned')
  t.match(await x.ok(`GET /data-versions/${waiting.id}/inspection`, { as }), { reason: { en: /cannot be reached/ } })
  await clamd.start()
  clamd.limit = 1_000_000
  await x.until(
    async () => (await x.ok(`GET /data-versions/${waiting.id}`, { as })).state === 'ready',
    'it is scanned later',
  )
  t.equal((await x.ok(`GET /data-versions/${large.id}`, { as })).state, 'unscanned')
})
