import t from 'tap'
import { type Cast, openExchange, type Role } from '../support/exchange.ts'
import { assessed, passedReview } from '../support/gate.ts'

const x = await openExchange(t, { workers: false })
const { maker: clerk, checker: reviewer } = x.operator
const civil = await x.organization(['institution'], { division: '140000', name: '山西省民政厅' })
const city = await x.organization(['institution'], { division: '140100', name: '太原市供水公司' })

const items = [
  {
    nameZh: '区划代码',
    nameEn: 'Division code',
    codeName: 'code',
    type: 'text',
    length: 12,
    standard: 'GB/T 2260',
    sensitivity: 'none',
  },
  { nameZh: '区划名称', codeName: 'name', type: 'text', sensitivity: 'none', meaning: '全称' },
]
const content = {
  nameEn: 'Divisions of Shanxi',
  abstract: '山西省各级行政区划的代码和名称。',
  format: 'table',
  sharingType: 'unconditional',
  sharingBasis: '政务数据共享条例',
  openingType: 'open',
  openingBasis: '地名管理条例',
  updateCycle: 'monthly',
  grade: 'general',
  placement: 'provinceCloud',
  systemOfRecord: '行政区划管理系统',
  dutyBasis: '行政区划管理条例',
  themes: ['smart-city'],
  securityTerms: '不得用于伪造证件',
  items,
}

async function draft(as: Role, nameZh: string, more: object = {}, classCode = '306010') {
  const made = await x.ok('POST /resources', { as, body: { classCode, nameZh } })
  return x.ok(`PATCH /resource-versions/${made.versionId}`, { as, body: { ...content, ...more } })
}

async function publish(versionId: string, as: Role) {
  await x.ok(`POST /resource-versions/${versionId}/submit`, { as })
  await x.ok(`POST /resource-versions/${versionId}/review`, { as: clerk })
  return x.ok(`POST /resource-versions/${versionId}/publish`, { as: reviewer })
}

async function published(of: Cast, nameZh: string, more: object = {}) {
  const { versionId } = await draft(of.maker, nameZh, more)
  return publish(versionId, of.maker)
}

let files = 0

/** Uploads a small table and confirms what was read. */
async function uploaded(as: Role, csv = `code,name\n140000,山西省\n140100,太原市\n14010${++files % 10},区\n`) {
  const boundary = 'resource-test'
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="divisions-${++files}.csv"\r\n\r\n`
  const bytes = Buffer.from(`${head}${csv}\r\n--${boundary}--\r\n`)
  const sent = await x.ok('POST /data-versions', {
    as,
    raw: { type: `multipart/form-data; boundary=${boundary}`, bytes },
  })
  await x.ok(`POST /data-versions/${sent.id}/confirm`, { as, body: { columns: [] } })
  return sent.id as string
}

async function released(as: Role, csv?: string) {
  const id = await uploaded(as, csv)
  await passedReview(x, (await assessed(x, as, id)).id)
  return id
}

t.test(
  'an entry is drafted by its institution, reviewed by another organisation, and then found by everyone',
  async t => {
    const made = await draft(civil.maker, '山西省行政区划目录')
    t.match(made.code, /^306010\/\d{6}$/)
    t.equal(made.state, 'draft')
    t.equal((await x.call(`GET /resources/${made.id}`)).status, 404, 'a draft does not exist for others')
    t.equal((await x.call(`GET /resource-versions/${made.versionId}`, { as: city.maker })).status, 404)
    t.equal(
      (await x.call(`GET /resource-versions/${made.versionId}`, { as: clerk })).status,
      404,
      'nor for reviewers yet',
    )
    t.equal((await x.call(`POST /resource-versions/${made.versionId}/submit`, { as: city.maker })).status, 404)
    await x.ok(`POST /resource-versions/${made.versionId}/submit`, { as: civil.maker })
    const late = await x.call(`PATCH /resource-versions/${made.versionId}`, {
      as: civil.maker,
      body: { nameEn: 'Other' },
    })
    t.match([late.status, late.body.type], [409, '/problems/state-conflict'])
    t.equal(
      (await x.call(`POST /resource-versions/${made.versionId}/publish`, { as: reviewer })).status,
      409,
      'not unread',
    )
    t.equal((await x.call(`POST /resource-versions/${made.versionId}/review`, { as: civil.checker })).status, 403)
    await x.ok(`POST /resource-versions/${made.versionId}/review`, { as: clerk })
    t.equal((await x.call(`POST /resource-versions/${made.versionId}/publish`, { as: clerk })).status, 403)
    const both = await Promise.all(
      [1, 2].map(() => x.call(`POST /resource-versions/${made.versionId}/publish`, { as: reviewer })),
    )
    t.same(both.map(r => r.status).sort(), [200, 409], 'once')
    const open = await x.ok(`GET /resources/${made.id}`)
    t.match(open, {
      state: 'published',
      nameZh: '山西省行政区划目录',
      isLate: false,
      institution: { id: civil.id },
      data: [],
    })
    t.match(open.dueOn, /^\d{4}-\d\d-\d\d$/)
    for (const q of ['区划', '政区', '306010', 'divisions', '民政', '名称'])
      t.ok(
        (await x.ok(`GET /resources?q=${encodeURIComponent(q)}`)).items.some((i: any) => i.id === made.id),
        q,
      )
    t.same((await x.ok(`GET /resources?q=${encodeURIComponent('气象')}`)).items, [])
  },
)

t.test(
  'what is missing is said field by field, and a missing grade keeps an entry back, in the database too',
  async t => {
    const { versionId } = await x.ok('POST /resources', {
      as: civil.maker,
      body: { classCode: '306011', nameZh: '空目录' },
    })
    const empty = await x.call(`POST /resource-versions/${versionId}/submit`, { as: civil.maker })
    t.match([empty.status, empty.body.type], [422, '/problems/entry-incomplete'])
    const pointers = empty.body.errors.map((e: any) => e.pointer)
    for (const field of [
      'abstract',
      'sharingBasis',
      'openingBasis',
      'updateCycle',
      'grade',
      'placement',
      'dutyBasis',
      'themes',
      'items',
    ])
      t.ok(pointers.includes(`/${field}`), field)
    await x.ok(`PATCH /resource-versions/${versionId}`, { as: civil.maker, body: { ...content, grade: null } })
    const ungraded = await x.call(`POST /resource-versions/${versionId}/submit`, { as: civil.maker })
    t.same(
      ungraded.body.errors.map((e: any) => e.pointer),
      ['/grade'],
    )
    await t.rejects(
      x.sql`update resources.entry_version set state = 'published', submitted_by = changed_by, reviewed_by = ${reviewer.personId},
      reviewer_organization_id = ${x.operator.id}, published_at = now(), words = 'x', document = '' where id = ${versionId}`,
      /entry_version_published_graded/,
    )
  },
)

t.test('sharing and opening keep to the grade and name their conditions', async t => {
  const refused = async (more: object) => {
    const { versionId } = await draft(civil.maker, '矛盾目录', more)
    const reply = await x.call(`POST /resource-versions/${versionId}/submit`, { as: civil.maker })
    return reply.body.errors?.map((e: any) => e.pointer)
  }
  t.same(await refused({ sharingType: 'conditional' }), ['/sharingCondition'])
  t.same(await refused({ openingType: 'conditional' }), ['/openingCondition'])
  t.same(await refused({ grade: 'core' }), ['/sharingType', '/openingType'])
  t.same(await refused({ grade: 'important' }), ['/openingType'])
  t.same(await refused({ items: [{ ...items[0], sensitivity: 'personal' }] }), ['/items/0/sensitivity'])
  const { versionId } = await draft(civil.maker, '错误目录')
  const wrong = await x.call(`PATCH /resource-versions/${versionId}`, {
    as: civil.maker,
    body: { themes: ['no-such'], updateCycle: 'hourly', items: [items[0], items[0]] },
  })
  t.same(wrong.body.errors.map((e: any) => e.pointer).sort(), [
    '/items/1/codeName',
    '/items/1/nameZh',
    '/themes/0',
    '/updateCycle',
  ])
})

t.test('a change is a new version: the old one stays public until the new one is, and only one is in work', async t => {
  const first = await published(civil, '可修订目录')
  const tries = await Promise.all(
    [1, 2, 3].map(() => x.call(`POST /resources/${first.id}/revise`, { as: civil.maker })),
  )
  t.same(tries.map(r => r.status).sort(), [201, 409, 409], 'one version in work')
  const { versionId } = tries.find(r => r.status === 201)!.body
  await x.ok(`PATCH /resource-versions/${versionId}`, { as: civil.maker, body: { nameZh: '修订后的目录' } })
  t.match(await x.ok(`GET /resources/${first.id}`), { versionNo: 1, nameZh: '可修订目录', state: 'published' })
  await x.ok(`POST /resource-versions/${versionId}/submit`, { as: civil.maker })
  t.equal((await x.call(`POST /resource-versions/${versionId}/return`, { as: clerk, body: {} })).status, 400)
  await x.ok(`POST /resource-versions/${versionId}/return`, { as: clerk, body: { reason: '摘要请写明范围' } })
  t.match(await x.ok(`GET /resource-versions/${versionId}`, { as: civil.maker }), {
    state: 'returned',
    reason: '摘要请写明范围',
  })
  await publish(versionId, civil.maker)
  const now = await x.ok(`GET /resources/${first.id}`)
  t.match(now, { versionNo: 2, code: first.code, nameZh: '修订后的目录' })
  t.same(
    now.versions.map((v: any) => v.state),
    ['published', 'superseded'],
  )
  await t.rejects(x.sql`update resources.entry_version set name_zh = '偷改' where id = ${versionId}`, /handed in/)
  await t.rejects(x.sql`delete from resources.entry_version where id = ${versionId}`, /never deleted/)
})

t.test('a withdrawn entry leaves the catalog, and its page says why', async t => {
  const { id } = await published(civil, '将撤回目录')
  t.equal(
    (await x.call(`POST /resources/${id}/withdraw`, { as: civil.checker, body: { reason: '职责调整' } })).status,
    200,
  )
  t.match(await x.ok(`GET /resources/${id}`), { state: 'withdrawn', reason: '职责调整' })
  t.same((await x.ok(`GET /resources?q=${encodeURIComponent('将撤回')}`)).items, [])
  t.equal((await x.call(`POST /resources/${id}/withdraw`, { as: reviewer, body: { reason: '再撤一次' } })).status, 409)
})

t.test('data is attached only once it is released, whole, its own institution’s and no stricter graded', async t => {
  const { id } = await published(civil, '挂接数据目录')
  const version = await uploaded(civil.maker)
  const attach = (dataVersionId: string, as = civil.maker) =>
    x.call(`POST /resources/${id}/data`, { as, body: { dataVersionId } })
  const held = await attach(version)
  t.match([held.status, held.body.type], [422, '/problems/not-released'], 'ungraded')
  const { entryVersion } = { entryVersion: (await x.ok(`GET /resources/${id}`)).versionId }
  const past = (dataVersionId: string) => x.sql`
    insert into resources.attachment (id, entry_id, entry_version_id, data_version_id, sequence_no, attached_by, attached_at)
    values (gen_random_uuid(), ${id}, ${entryVersion}, ${dataVersionId}, 99, ${civil.maker.personId}, now())`
  await t.rejects(past(version), /is not released/, 'nor past the application')
  await passedReview(x, (await assessed(x, civil.maker, version)).id)
  t.equal((await attach(version, city.maker)).status, 404)
  const done = await Promise.all([attach(version), attach(version)])
  t.same(done.map(r => r.status).sort(), [201, 409], 'once')
  const foreign = await released(city.maker)
  t.equal((await attach(foreign)).status, 404)
  await t.rejects(past(foreign), /own institution/)
  const narrow = await attach(await released(civil.maker, 'code,label\n140000,a\n140100,b\n'))
  t.match([narrow.status, narrow.body.errors?.length], [422, 1])
  t.match(narrow.body.errors[0].message, /name/)
  t.match((await x.ok(`GET /resources/${id}`)).data, [{ dataVersionId: version, isReleased: true, rows: 3 }])
  await t.rejects(x.sql`delete from resources.attachment where entry_id = ${id}`)
  const away = await x.call(`POST /data-versions/${version}/discard`, { as: civil.maker })
  t.equal(away.status, 409, 'what is attached is not put away')
  t.match(away.body.errors[0].message, /306010/)
})

t.test('a version is either put away or attached, whichever comes first', async t => {
  for (let round = 0; round < 4; round += 1) {
    const { id } = await published(civil, `移除与挂接 ${round}`)
    const version = await released(civil.maker)
    const both = await Promise.all([
      x.call(`POST /data-versions/${version}/discard`, { as: civil.maker }),
      x.call(`POST /resources/${id}/data`, { as: civil.maker, body: { dataVersionId: version } }),
    ])
    t.equal(both.filter(each => each.status < 300).length, 1, both.map(each => each.status).join())
  }
})

t.test('an institution’s machine pushes the next version with a token that can do nothing else', async t => {
  const { id } = await published(civil, '接口推送目录')
  const { token } = await x.ok('POST /api-tokens', {
    as: civil.administrator,
    body: { name: '推送', scopes: ['resource.attach', 'data-version.read'], days: 30 },
  })
  const machine = { ...civil.maker, token }
  const version = await released(civil.maker)
  t.equal(
    (await x.call('POST /resources', { as: machine, body: { classCode: '306010', nameZh: '越权目录' } })).status,
    403,
  )
  await x.ok(`POST /resources/${id}/data`, { as: machine, body: { dataVersionId: version } })
  t.equal((await x.ok(`GET /resources/${id}`)).data.length, 1)
})

t.test('items are filled from a file’s columns and keep what was said of them', async t => {
  const version = await uploaded(civil.maker, '代码,名称,面积\n1,甲,1.5\n2,乙,2.5\n')
  const made = await x.ok('POST /resources', { as: civil.maker, body: { classCode: '306012', dataVersionId: version } })
  t.match(made.nameZh, /^divisions-/)
  t.same(
    made.items.map((i: any) => [i.nameZh, i.codeName]),
    [
      ['代码', '代码'],
      ['名称', '名称'],
      ['面积', '面积'],
    ],
  )
  t.match(
    made.items.map((i: any) => i.type),
    [/text|integer/, 'text', 'decimal'],
  )
  await x.ok(`PATCH /resource-versions/${made.versionId}`, {
    as: civil.maker,
    body: { items: [{ nameZh: '行政代码', codeName: '代码', type: 'text', sensitivity: 'none', meaning: '唯一' }] },
  })
  const filled = await x.ok(`POST /resource-versions/${made.versionId}/fill`, {
    as: civil.maker,
    body: { dataVersionId: version },
  })
  t.same(
    filled.items.map((i: any) => i.nameZh),
    ['行政代码', '名称', '面积'],
  )
  t.equal(filled.items[0].meaning, '唯一')
  t.equal(
    (await x.call('POST /resources', { as: city.maker, body: { classCode: '306012', dataVersionId: version } })).status,
    404,
  )
})

t.test('codes are given in turn, also to those who ask at once', async t => {
  const made = await Promise.all(
    [1, 2, 3, 4, 5].map(i =>
      x.ok('POST /resources', { as: civil.maker, body: { classCode: '207001', nameZh: `并发目录${i}` } }),
    ),
  )
  t.same(
    made.map(m => m.code).sort(),
    [1, 2, 3, 4, 5].map(i => `207001/00000${i}`),
  )
  t.equal(
    (await x.call('POST /resources', { as: civil.maker, body: { classCode: '906010', nameZh: '错误类别' } })).status,
    400,
  )
})

t.test('the catalog is read page by page with facets that count what they would show', async t => {
  for (let i = 0; i < 5; i++)
    await published(city, `供水资源${i}号`, {
      themes: ['living-environment'],
      sharingType: 'conditional',
      sharingCondition: '仅供市级部门',
    })
  const q = `institution=${city.id}`
  const first = await x.ok(`GET /resources?${q}&limit=3`)
  const rest = await x.ok(`GET /resources?${q}&limit=3&after=${first.next}`)
  t.same(
    [...first.items, ...rest.items].map((i: any) => i.nameZh),
    [4, 3, 2, 1, 0].map(i => `供水资源${i}号`),
  )
  t.equal(rest.next, null)
  t.equal(first.total, 5)
  t.same(first.facets.sharing, [{ value: 'conditional', count: 5 }])
  t.same((await x.ok('GET /resources?sharing=conditional')).facets.institution, [{ value: city.id, count: 5 }])
  t.equal((await x.ok('GET /resources?theme=living-environment&division=140100')).total, 5)
  t.equal((await x.ok('GET /resources?division=140200')).total, 0)
  const either = await x.ok(`GET /resources?${q}&sharing=conditional&sharing=unconditional&theme=living-environment`)
  t.equal(either.total, 5, 'any value of a facet will do, and every facet must be met')
  t.equal((await x.ok(`GET /resources?${q}&sharing=unconditional&limit=1`)).total, 0)
  t.same(
    (await x.ok(`GET /resources?${q}&sharing=unconditional`)).facets.sharing,
    [{ value: 'conditional', count: 5 }],
    'a facet counts without its own choice',
  )
})

t.test('an update that does not come is shown to everyone, and the next data makes it good', async t => {
  const { id } = await published(city, '按月更新目录')
  t.equal((await x.ok(`GET /resources/${id}`)).isLate, false)
  await x.advanceDays(40)
  t.equal((await x.ok(`GET /resources/${id}`)).isLate, true)
  t.ok((await x.ok('GET /resources?late=true')).items.some((i: any) => i.id === id))
  const version = await released(city.maker)
  await x.ok(`POST /resources/${id}/data`, { as: city.maker, body: { dataVersionId: version } })
  t.equal((await x.ok(`GET /resources/${id}`)).isLate, false)
})

t.test('vendors and strangers write nothing in the catalog', async t => {
  const vendor = await x.organization(['vendor'])
  const body = { classCode: '306010', nameZh: '不是机构' }
  t.equal((await x.call('POST /resources', { as: vendor.maker, body })).status, 403)
  t.equal((await x.call('POST /resources', { body })).status, 401)
  t.equal((await x.call('GET /resource-versions', { as: vendor.maker })).status, 403)
})
