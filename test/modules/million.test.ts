import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { anonymous } from '../../src/kernel/actor.ts'
import { signInForWeb } from '../../src/modules/identity/index.ts'
import { encode } from '../support/encodings.ts'
import { openExchange, password, type Role } from '../support/exchange.ts'
import { answersFor, assessed, passedReview } from '../support/gate.ts'
import { productContent } from '../support/offering.ts'

const rows = process.env.JINSHU_TEST_FULL === '1' ? 1_000_000 : 20_000

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
/** A citizen number with its check character; no two of a million are the same. */
function citizen(i: number): string {
  const day = new Date(Date.UTC(1950, 0, 1 + Math.floor(i / 1000) * 7)).toISOString().slice(0, 10).replaceAll('-', '')
  const body = `140105${day}${String(i % 1000).padStart(3, '0')}`
  return body + '10X98765432'[weights.reduce((sum, weight, at) => sum + weight * Number(body[at]), 0) % 11]
}
const anyCitizen = /140105(19|20)\d{9}[\dX]/

/** The table in GBK, as an institution's old system writes it. */
function gbkTable(): Buffer {
  const bytes = (words: string) => encode(words, 'gbk').toString('latin1')
  const names = ['张三', '李四', '王小二', '赵一鸣'].map(bytes)
  const towns = ['太原市小店区', '大同市云冈区'].map(bytes)
  const lines = Array.from(
    { length: rows },
    (_, i) => `${String(i).padStart(7, '0')},${names[i % 4]},${citizen(i)},${towns[i % 2]},${i % 500}.5`,
  )
  return Buffer.from(`${bytes('编号,姓名,身份证号,地区,金额')}\r\n${lines.join('\r\n')}\r\n`, 'latin1')
}

t.test('a GBK table with citizen numbers is held until their column is masked', { timeout: 900_000 }, async t => {
  const said: string[] = []
  const x = await openExchange(t, { log: { write: line => void said.push(line) } })
  await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
  const base = `http://127.0.0.1:${(x.exchange.app.server.address() as AddressInfo).port}`
  const vendor = await x.organization(['vendor'])
  const buyer = await x.organization(['buyer'])
  const as = vendor.maker
  const { operator } = x
  let most = 0
  const watching = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 200)
  t.teardown(() => clearInterval(watching))
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now()
    const made = await work()
    t.comment(
      `${what}: ${Math.round(performance.now() - begun)} ms, this process at most ${Math.round(most / 1048576)} MiB`,
    )
    return made
  }
  const settled = async (id: string) => {
    for (let i = 0; i < 1200; i++) {
      const version = await x.ok(`GET /data-versions/${id}`, { as })
      if (version.state !== 'profiling') return version
      await wait(250)
    }
    throw new Error('the reading does not end')
  }

  const head = { authorization: `Bearer ${as.token}`, 'jinshu-organization': vendor.id, 'tus-resumable': '1.0.0' }
  const content = gbkTable()
  most = 0
  const id = await timed(`upload of ${rows} rows, ${content.length} bytes, in pieces`, async () => {
    const begun = await fetch(`${base}/api/v1/uploads`, {
      method: 'POST',
      headers: {
        ...head,
        'upload-length': `${content.length}`,
        'upload-metadata': `filename ${Buffer.from('人员.csv').toString('base64')}`,
      },
    })
    const path = begun.headers.get('location')
    for (let at = 0; at < content.length; at += 4_194_304) {
      const sent = await fetch(`${base}${path}`, {
        method: 'PATCH',
        headers: { ...head, 'content-type': 'application/offset+octet-stream', 'upload-offset': `${at}` },
        body: new Uint8Array(content.subarray(at, at + 4_194_304)),
      })
      t.equal(sent.status, 204)
      const made = sent.headers.get('jinshu-data-version')
      if (made) return made
    }
    throw new Error('no version was made')
  })
  const version = await timed('conversion, profile and scan', () => settled(id))
  t.match(version, { state: 'ready', rows, encoding: 'GBK', delimiter: ',' })
  const column = (of: any, name: string) => of.columns.find((each: any) => each.name === name)
  t.match(column(version, '身份证号'), { type: 'text', topValues: null, histogram: null })
  t.match(column(version, '编号'), { type: 'text', min: '0000000' })
  t.same((await x.ok(`GET /data-versions/${id}/rows?offset=${rows - 1}&limit=1`, { as })).rows[0][2], citizen(rows - 1))
  await x.ok(`POST /data-versions/${id}/confirm`, { as, body: { columns: [{ name: '身份证号', isSensitive: true }] } })

  await x.ok(`POST /data-versions/${id}/grade`, { as, body: { grade: 'general' } })
  const file = await x.ok(`GET /data-versions/${id}/assessment`, { as })
  t.match(file.held, [{ column: '身份证号', kind: 'citizen-id', count: rows, filled: rows }])
  const held = await x.call(`POST /data-versions/${id}/assess`, { as, body: answersFor(file) })
  t.equal(held.status, 422)
  t.match(held.body.errors, [{ message: new RegExp(`“身份证号” holds ${rows} citizen identity numbers`) }])
  const inChinese = await x.call(`POST /data-versions/${id}/assess`, { as, body: answersFor(file), language: 'zh-CN' })
  t.match(inChinese.body.errors[0].message, /身份证号.*公民身份号码/)
  t.ok(inChinese.body.errors[0].remedy, 'and what to do')
  const { grade: _, containsPersonalInfo: __, sourceStatement: ___, ...fields } = productContent
  const draft = await x.ok('POST /products', { as, body: { ...fields, dataVersionId: id } })
  await x.ok(`POST /products/${draft.id}/price`, { as, body: { kind: 'free' } })
  const refused = await x.call(`POST /listings/${draft.listing.id}/submit`, { as, body: {} })
  t.equal(refused.status, 422)
  t.ok(refused.body.errors.some((error: any) => error.pointer === '/dataVersionId'))
  await t.rejects(x.sql`update catalog.listing set state = 'listed', listed_at = now() where id = ${draft.listing.id}`)
  t.equal((await x.call(`GET /products/${draft.id}`)).status, 404)
  t.match(await x.ok(`GET /data-versions/${id}/release`, { as }), { state: 'unassessed' })

  const made = await timed('masking of the column into a new version', async () => {
    const reply = await x.call(`POST /data-versions/${id}/mask`, {
      as,
      body: { columns: [{ name: '身份证号', method: 'mask' }] },
    })
    t.ok(reply.status < 300, reply.text.slice(0, 300))
    return settled(reply.body.id)
  })
  t.match(made, {
    state: 'ready',
    rows,
    encoding: 'UTF-8',
    derivedFromId: id,
    derivation: [{ name: '身份证号', method: 'mask' }],
  })
  const stored = await readFile(await x.exchange.kit.files.path(made.sha256), 'utf8')
  t.notMatch(stored, anyCitizen, 'the file itself has no number any more')
  t.match(stored.split('\n')[1], /^0000000,张三,140\*+\w{2,4},太原市小店区,0\.5$/)
  await x.ok(`POST /data-versions/${made.id}/confirm`, { as, body: {} })
  const assessment = await assessed(x, as, made.id)
  t.match(assessment, { state: 'submitted' })
  const session = async (role: Role) => {
    const signed = await x.exchange.engine.write(anonymous, { operation: 'signIn' }, cx =>
      signInForWeb(cx, { email: role.email, password }, 'test'),
    )
    if (signed.isReplay || !('secret' in signed.value)) throw new Error('nobody is signed in')
    return { cookie: `jinshu_session=${signed.value.secret}; jinshu_organization=${role.organizationId}` }
  }
  const desk = await session(operator.maker)
  for (const path of [`/operator/assessments/${assessment.id}`, '/operator/assessments', '/operator']) {
    const page = await x.call(`GET /${path}`, { headers: desk })
    t.equal(page.status, 200, path)
    t.notMatch(page.text, anyCitizen, `a reviewer sees no number at ${path}`)
  }
  for (const path of [`/data-versions/${id}/assessment`, `/assessments/${assessment.id}`, '/assessments'])
    t.notMatch((await x.call(`GET ${path}`, { as: operator.checker })).text, anyCitizen, `nor at ${path}`)
  await passedReview(x, assessment.id)
  t.match(await x.ok(`GET /data-versions/${made.id}/release`, { as }), { state: 'released' })
  t.match(
    await x.ok(`GET /data-versions/${id}/release`, { as }),
    { state: 'unassessed' },
    'what it was made of stays held',
  )

  for (const path of [
    `/data-versions/${id}`,
    `/data-versions/${id}/rows`,
    `/data-versions/${id}/export?format=csv`,
    `/data-versions/${id}/quality`,
  ])
    t.ok((await x.call(`GET ${path}`, { as: buyer.maker })).status >= 403, `${path} is not for others`)
  const records = await x.sql`select record::text as words from kernel.audit_entry`
  const told = await x.sql`select to_jsonb(n)::text as words from notices.notice n`
  t.ok(records.length > 10)
  for (const [where, words] of [
    ['the audit log', records.map(row => row.words).join('\n')],
    ['notices', told.map(row => row.words).join('\n')],
    ['the log', said.join('\n')],
    ['the scan', JSON.stringify(await x.sql`select found from data.data_scan`)],
    ['assessments', JSON.stringify(await x.sql`select to_jsonb(a) from risk.assessment a`)],
  ] as const)
    t.notMatch(words, anyCitizen, `${where} holds no number`)
})
