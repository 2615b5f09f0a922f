import t from 'tap'
import { publishedEntry, releaseOf, uploadedTable } from '../support/entries.ts'
import { openExchange, type Role } from '../support/exchange.ts'

const x = await openExchange(t, { workers: false })
const civil = await x.organization(['institution'], { division: '140000', name: '山西省民政厅' })
const city = await x.organization(['institution'], { division: '140100', name: '太原市供水公司' })
const as = civil.maker

const csv = (n: number) => `code,name,phone\n140000,山西省,03511234567\n14010${n},区,03517654321\n`
let serial = 0

/** A published entry of that opening type with a version that was attached while the gate let it out. */
async function withData(openingType: string) {
  const more = openingType === 'conditional' ? { openingCondition: '签订协议后开放' } : {}
  const entry = await publishedEntry(x, civil, `开放测试${++serial}`, { openingType, ...more })
  const data = await uploadedTable(x, as, `data-${serial}.csv`, csv(serial % 10))
  await releaseOf(x, as, data)
  await x.ok(`POST /resources/${entry.id}/data`, { as, body: { dataVersionId: data } })
  return { id: entry.id as string, versionId: entry.versionId as string, data }
}

const readers: readonly (readonly [string, Role | undefined])[] = [
  ['a stranger', undefined],
  ['another institution', city.maker],
  ['the owner', as],
]

/** Each public surface on which rows could leave. */
async function surfaces(id: string, role: Role | undefined): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  const reading = role ? { as: role } : {}
  for (const path of [
    'rows',
    'profile',
    ...['csv', 'xlsx', 'json', 'ndjson', 'parquet'].map(f => `export?format=${f}`),
  ])
    found[path] = (await x.call(`GET /resources/${id}/${path}`, reading)).status
  return found
}

const all = (status: number) => (found: Record<string, number>) => Object.values(found).every(each => each === status)

/** What the pages say, to whom nobody is signed in. */
async function pages(id: string) {
  const entry = await x.call(`GET //resources/${id}`)
  const data = await x.call(`GET //resources/${id}/data`)
  return {
    offers: entry.text.includes(`/resources/${id}/data`),
    shows: /140000/.test(data.text),
    values: /03511234567/.test(entry.text + data.text),
    status: [entry.status, data.status],
  }
}

t.test('released data of an entry open without conditions is had by anybody, in every form and filtered', async t => {
  const { id, data } = await withData('open')
  for (const [name, role] of readers) t.ok(all(200)(await surfaces(id, role)), name)
  t.match(await pages(id), { offers: true, shows: true, values: false, status: [200, 200] })
  const page = await x.call(`GET /resources/${id}/rows?filter=code:eq:140000`)
  t.equal(page.headers['cache-control'], 'no-store', 'no cache keeps it')
  t.match(page.body, { dataVersionId: data, total: 1, rows: [['140000', '山西省']] })
  t.same(
    page.body.columns.map((each: any) => each.name),
    ['code', 'name'],
    'a column that the catalog leaves out does not exist',
  )
  for (const query of ['columns=phone', 'filter=phone:eq:03511234567', 'sort=phone:asc']) {
    t.equal((await x.call(`GET /resources/${id}/rows?${query}`)).status, 400, query)
    t.equal((await x.call(`GET /resources/${id}/export?format=csv&${query}`)).status, 400, query)
  }
  const file = await x.call(`GET /resources/${id}/export?format=csv&filter=code:eq:140000&bom=false`)
  t.equal(file.text.replaceAll('\r', ''), 'code,name\n140000,山西省\n')
  const json = await x.call(`GET /resources/${id}/export?format=json`)
  t.notOk(/phone|0351/.test(json.text))
  t.match(String(file.headers['content-disposition']), /attachment/)
  const profile = await x.ok(`GET /resources/${id}/profile`)
  t.match(profile, { sequenceNo: 1, rows: 2, withheld: 1, columns: [{ name: 'code' }, { name: 'name' }] })
  const counted = await x.sql`select format, sum(times)::int as n from resources.download where entry_id = ${id}
    group by format order by format`
  t.same(
    counted.map(each => [each.format, each.n]),
    [
      ['csv', 4],
      ['json', 4],
      ['ndjson', 3],
      ['parquet', 3],
      ['xlsx', 3],
    ],
    'counted, refusals not',
  )
  t.equal(profile.downloads, 17)
  const [who] = await x.sql`select count(*)::int as n from kernel.audit_entry
    where action = 'resource.download' and (actor <> 'system' or organization_id is not null)`
  t.equal(who!.n, 0, 'and nothing of who took it')
  t.equal(
    (await x.call(`GET /data-versions/${data}/rows`, { as: city.maker })).status,
    404,
    'its own routes stay closed',
  )
  t.equal((await x.call(`GET /data-versions/${data}/export?format=csv`, { as: city.maker })).status, 404)
  t.equal((await x.call(`GET /data-versions/${data}/rows`)).status, 401)
})

t.test('nothing of an entry that is conditional, not open, a draft or withdrawn leaves, whoever asks', async t => {
  for (const type of ['conditional', 'notOpen']) {
    const { id } = await withData(type)
    for (const [name, role] of readers) t.ok(all(404)(await surfaces(id, role)), `${type}: ${name}`)
    t.match(await pages(id), { offers: false, shows: false, values: false, status: [200, 200] }, type)
  }
  const { id: bare } = await publishedEntry(x, civil, '没有数据')
  t.ok(all(404)(await surfaces(bare, undefined)), 'nothing attached')
  const draft = await x.ok('POST /resources', { as, body: { classCode: '306010', nameZh: '草稿' } })
  t.ok(all(404)(await surfaces(draft.id, as)), 'a draft')
  t.equal((await x.call(`GET //resources/${draft.id}/data`)).status, 404)
  const { id } = await withData('open')
  await x.ok(`POST /resources/${id}/withdraw`, { as: civil.checker, body: { reason: '停止提供' } })
  t.ok(all(404)(await surfaces(id, undefined)), 'withdrawn')
  t.match(await pages(id), { offers: false, shows: false })
  const closed = await withData('open')
  const next = await x.ok(`POST /resources/${closed.id}/revise`, { as })
  await x.ok(`PATCH /resource-versions/${next.versionId}`, {
    as,
    body: { openingType: 'notOpen', openingBasis: '新规定' },
  })
  t.ok(all(200)(await surfaces(closed.id, undefined)), 'what is in force holds')
  await x.ok(`POST /resource-versions/${next.versionId}/submit`, { as })
  await x.ok(`POST /resource-versions/${next.versionId}/review`, { as: x.operator.maker })
  await x.ok(`POST /resource-versions/${next.versionId}/publish`, { as: x.operator.checker })
  t.ok(all(404)(await surfaces(closed.id, undefined)), 'until its successor closes it')
})

t.test('a suspension stops it at once, and no earlier version takes its place', async t => {
  const { id, data } = await withData('open')
  const newer = await uploadedTable(x, as, 'newer.csv', csv(9))
  t.match((await x.ok(`GET /resources/${id}/profile`)).dataVersionId, data, 'an unreleased version changes nothing')
  const early = await x.call(`POST /resources/${id}/data`, { as, body: { dataVersionId: newer } })
  t.equal(early.body.type, '/problems/not-released')
  await releaseOf(x, as, newer)
  await x.ok(`POST /resources/${id}/data`, { as, body: { dataVersionId: newer } })
  t.equal((await x.ok(`GET /resources/${id}/profile`)).dataVersionId, newer)
  await x.sql`update risk.release set state = 'suspended', reason = '高风险', ended_at = now() where data_version_id = ${newer}`
  for (const [name, role] of readers)
    t.ok(all(404)(await surfaces(id, role)), `${name}, though the earlier one is released`)
  t.match(await pages(id), { offers: false, shows: false, values: false, status: [200, 200] })
  await x.sql`update risk.release set state = 'released', reason = null, ended_at = null where data_version_id = ${newer}`
  t.ok(all(200)(await surfaces(id, undefined)))
  await x.sql`update risk.release set state = 'ended', reason = '失效', ended_at = now() where data_version_id = ${newer}`
  t.ok(all(404)(await surfaces(id, undefined)), 'stale')
})

t.test('an institution sends a version by token, within its scopes, and attaches it once released', async t => {
  const entry = await publishedEntry(x, civil, '接口推送')
  const token = async (scopes: string[], who: Role = as): Promise<Role> => {
    const { token } = await x.ok('POST /api-tokens', { as: who, body: { name: '推送', scopes, days: 30 } })
    return { personId: who.personId, email: who.email, token }
  }
  const scopes = [
    'data-version.upload',
    'data-version.read',
    'data-version.confirm',
    'data-version.read-risk',
    'resource.attach',
  ]
  // only administrators and those whom the access table names make tokens
  const maker = (await x.call('POST /api-tokens', { as, body: { name: '试', scopes, days: 1 } })).status
  const who = maker < 300 ? as : civil.administrator
  if (who === civil.administrator)
    await x.ok('PUT /members', { as: who, body: { email: who.email, duties: ['administrator', 'maker'] } })
  const push = await token(scopes, who)
  const file = await uploadedTable(x, push, '推送.csv', csv(8))
  t.equal(await uploadedTable(x, push, '推送.csv', csv(8)), file, 'the same file again is the same version')
  const attach = (role: Role, key: string, to = entry.id) =>
    x.call(`POST /resources/${to}/data`, { as: role, key, body: { dataVersionId: file } })
  const early = await attach(push, 'attach-early')
  t.equal(early.body.type, '/problems/not-released')
  t.same((await x.ok(`GET /resources/${entry.id}`)).data, [])
  t.not((await x.ok(`GET /data-versions/${file}/release`, { as: push })).state, 'released')
  const refused = await x.call(`POST /data-versions/${file}/grade`, { as: push, body: { grade: 'general' } })
  t.equal(refused.status, 403, 'grading is beyond its scopes')
  t.equal((await x.call(`POST /resources/${entry.id}/withdraw`, { as: push, body: { reason: '无' } })).status, 403)
  await releaseOf(x, as, file)
  const narrow = await token(['data-version.read'], who)
  t.equal((await attach(narrow, 'attach-narrow')).status, 403, 'a scope that is lacking')
  const { id: foreign } = await publishedEntry(x, city, '别家目录')
  t.equal((await attach(push, 'attach-foreign', foreign)).status, 404, "another's entry does not exist")
  const first = await attach(push, 'attach-once')
  t.equal(first.status, 201)
  const again = await attach(push, 'attach-once')
  t.same([again.status, again.body], [first.status, first.body], 'the same key, the same answer')
  t.equal((await attach(push, 'attach-twice')).status, 409)
  t.equal((await x.ok(`GET /resources/${entry.id}`)).data.length, 1)
})
