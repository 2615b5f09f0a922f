import t from 'tap'
import { type Cast, openExchange, type Role } from '../support/exchange.ts'

const x = await openExchange(t)
const { maker: clerk, checker: reviewer } = x.operator
const police = await x.organization(['institution'], { division: '140000', name: '山西省公安厅' })
const school = await x.organization(['institution'], { division: '140100', name: '太原市教育局' })
const other = await x.organization(['institution'], { division: '140200', name: '大同市教育局' })
const regulator = await x.organization(['authority'], { division: '140100', name: '太原市数据局' })
const elsewhere = await x.organization(['authority'], { division: '140200', name: '大同市数据局' })

const item = (nameZh: string, more: object = {}) => ({ nameZh, type: 'text', sensitivity: 'personal', ...more })
const content = {
  abstract: '全省户籍人口的基本信息。',
  format: 'table',
  sharingType: 'conditional',
  sharingBasis: '政务数据共享条例',
  sharingCondition: '用于依法履职',
  openingType: 'notOpen',
  openingBasis: '含个人信息',
  updateCycle: 'daily',
  grade: 'general',
  placement: 'provinceCloud',
  systemOfRecord: '人口信息管理系统',
  dutyBasis: '户口登记条例',
  themes: ['smart-city'],
  items: [item('公民身份号码', { standard: 'GB 11643' }), item('姓名')],
}

async function publish(of: Cast, nameZh: string, more: object = {}) {
  const { versionId } = await x.ok('POST /resources', { as: of.maker, body: { classCode: '306010', nameZh } })
  await x.ok(`PATCH /resource-versions/${versionId}`, { as: of.maker, body: { ...content, ...more } })
  await x.ok(`POST /resource-versions/${versionId}/submit`, { as: of.maker })
  await x.ok(`POST /resource-versions/${versionId}/review`, { as: clerk })
  return x.ok(`POST /resource-versions/${versionId}/publish`, { as: reviewer })
}

const plan = {
  title: '义务教育入学登记表',
  purpose: '办理 2027 年义务教育阶段新生入学',
  legalBasis: '义务教育法第十二条',
  audience: 'citizens',
}
const begin = (as: Role, fieldLines: string, more: object = {}) =>
  x.ok('POST /planned-collections', { as, body: { ...plan, fieldLines, ...more } })
const file = (id: string, as: Role) => x.ok(`GET /planned-collections/${id}`, { as })
const submit = (id: string, as: Role) => x.call(`POST /planned-collections/${id}/submit`, { as })

async function answer(id: string, as: Role, name: string, body: object) {
  const field = (await file(id, as)).fields.find((each: any) => each.nameZh === name)
  return x.call(`POST /planned-fields/${field.id}/answer`, { as, body })
}

async function registered(as: Role, fieldLines: string, more: object = {}) {
  const { id } = await begin(as, fieldLines, more)
  await x.ok(`POST /planned-collections/${id}/submit`, { as })
  await x.ok(`POST /planned-collections/${id}/review`, { as: clerk })
  return x.ok(`POST /planned-collections/${id}/register`, { as: reviewer })
}

const told = async (as: Role, kind: string) =>
  (await x.ok('GET /notices', { as })).items.find((each: any) => each.kind === kind)
const lookedAt = async (entryId: string) =>
  (
    await x.sql`select id from kernel.audit_entry where action = 'collection.keep' and subject_kind = 'collection-check' and subject_id = ${entryId}`
  )[0]

const population = await publish(police, '人口基础信息')

t.test(
  'a form is told field by field what the catalog has, and is not handed in before each hit is answered',
  async t => {
    const form = await begin(school.maker, '身份证号\n姓名\n监护人工作单位')
    const { fields } = await file(form.id, school.maker)
    t.same(
      fields.map((each: any) => each.isSettled),
      [false, false, true],
    )
    t.match(fields[0].matches[0], {
      entryId: population.id,
      itemName: '公民身份号码',
      institution: '山西省公安厅',
      sharingType: 'conditional',
      standing: 'obtainable',
    })
    const refused = await submit(form.id, school.maker)
    t.equal(refused.status, 422)
    t.match(refused.body.type, /duplicate-collection$/)
    t.same(
      refused.body.errors.map((error: any) => error.pointer),
      ['/fields/0', '/fields/1'],
    )
    t.match(refused.body.errors[0].message, /人口基础信息.*306010/)

    t.equal((await answer(form.id, school.maker, '身份证号', { answer: 'exempt' })).status, 400, 'a law is named')
    t.equal((await answer(form.id, school.maker, '身份证号', { answer: 'different', reason: '  ' })).status, 400)
    t.equal((await answer(form.id, school.maker, '身份证号', { answer: 'dropped' })).status, 200)
    t.equal((await submit(form.id, school.maker)).status, 422, 'one is left')
    const said = { answer: 'different', reason: '填报的是入学儿童的曾用名' }
    t.equal((await answer(form.id, school.maker, '姓名', said)).status, 200)
    t.equal((await answer(form.id, school.maker, '姓名', { answer: null })).status, 200, 'it may be taken back')
    t.equal((await submit(form.id, school.maker)).status, 422)
    await answer(form.id, school.maker, '姓名', said)
    t.equal((await submit(form.id, school.maker)).status, 200)
    t.equal((await answer(form.id, school.maker, '姓名', said)).status, 409, 'what was handed in stays')
  },
)

t.test('what was answered counts for what the catalog had then, not for what came after', async t => {
  const form = await begin(school.maker, '学籍号码\n家长职业')
  t.equal((await submit(form.id, school.maker)).status, 200, 'nothing has it yet')
  await x.ok(`POST /planned-collections/${form.id}/review`, { as: clerk })
  await publish(school, '中小学学籍', { items: [item('学籍号码')] })
  const late = await x.call(`POST /planned-collections/${form.id}/register`, { as: reviewer })
  t.equal(late.status, 422, 'it is compared once more when it is registered')
  t.match(late.body.errors[0].message, /学籍号码.*中小学学籍/)
  await x.ok(`POST /planned-collections/${form.id}/return`, { as: reviewer, body: { reason: '学籍号码已有' } })
  t.match((await file(form.id, school.maker)).fields[0].matches[0], { standing: 'own' })
  await answer(form.id, school.maker, '学籍号码', { answer: 'exempt', reason: '《学籍管理办法》第五条' })
  t.equal((await submit(form.id, school.maker)).status, 200)
})

t.test('the database refuses a form with an unanswered field, whatever the program says', async t => {
  const { id } = await begin(school.maker, '公民身份号码')
  const { sql } = x
  for (const state of ['submitted', 'reviewing', 'registered'])
    await t.rejects(
      sql`update collection.planned_form set state = ${state}, reason = 'x' where id = ${id}`,
      /can be had by sharing/,
      state,
    )
  await answer(id, school.maker, '公民身份号码', { answer: 'exempt', reason: '义务教育法第十二条' })
  await x.ok(`POST /planned-collections/${id}/submit`, { as: school.maker })
  await t.rejects(sql`update collection.planned_field set answer_reason = 'y' where form_id = ${id}`, /handed in/)
  await t.rejects(sql`delete from collection.planned_field where form_id = ${id}`, /handed in/)
})

t.test(
  'a form is reviewed by another organisation and becomes public with its number; another institution never sees it before',
  async t => {
    const { id } = await begin(school.maker, '入学意愿')
    for (const as of [other.maker, clerk]) t.equal((await x.call(`GET /planned-collections/${id}`, { as })).status, 404)
    t.equal(
      (await x.call(`PATCH /planned-collections/${id}`, { as: other.maker, body: { title: '别人的表' } })).status,
      404,
    )
    t.equal((await submit(id, other.maker)).status, 404)
    const { id: field } = (await file(id, school.maker)).fields[0]
    t.equal(
      (await x.call(`POST /planned-fields/${field}/answer`, { as: other.maker, body: { answer: 'dropped' } })).status,
      404,
    )
    t.equal((await x.call(`GET /registered-collections/${id}`)).status, 404)
    await submit(id, school.maker)
    t.equal((await x.call(`POST /planned-collections/${id}/register`, { as: reviewer })).status, 409, 'not unread')
    await x.ok(`POST /planned-collections/${id}/review`, { as: clerk })
    t.equal((await x.call(`POST /planned-collections/${id}/register`, { as: clerk })).status, 403)
    const both = await Promise.all(
      [1, 2].map(() => x.call(`POST /planned-collections/${id}/register`, { as: reviewer })),
    )
    t.same(both.map(each => each.status).sort(), [200, 409], 'once')
    const open = await x.ok(`GET /registered-collections/${id}`)
    t.match(open, { state: 'registered', number: /^140100-CJ-/, institution: { nameZh: '太原市教育局' } })
    const found = await x.ok(`GET /registered-collections?q=${encodeURIComponent('入学意愿')}`)
    t.same(
      found.items.map((each: any) => each.id),
      [id],
      'found by a field',
    )
    t.same((await x.ok(`GET /registered-collections?q=${encodeURIComponent('100%')}`)).items, [])
    const ended = await x.ok(`POST /planned-collections/${id}/end`, {
      as: school.checker,
      body: { reason: '招生结束' },
    })
    t.equal(ended.state, 'ended')
  },
)

t.test('a form that cannot be says which of its parts, and where it asks lies in its division', async t => {
  const bad = async (body: object, pointer: string) => {
    const { status, body: problem } = await x.call('POST /planned-collections', {
      as: school.maker,
      body: { ...plan, ...body },
    })
    t.equal(status, 400, pointer)
    t.ok(
      problem.errors.some((error: any) => error.pointer === pointer && error.remedy),
      pointer,
    )
  }
  await bad({}, '/fieldLines')
  await bad({ fieldLines: '姓名\n姓名' }, '/fieldLines')
  await bad({ fieldLines: Array.from({ length: 301 }, (_, i) => `字段${i}`).join('\n') }, '/fieldLines')
  await bad({ fieldLines: '备注', startsOn: '2027-03-01', endsOn: '2027-02-01' }, '/endsOn')
  await bad({ fieldLines: '备注', division: '140200' }, '/division')
  const county = await begin(school.maker, '备注', { division: '140105' })
  t.equal(county.division, '140105')
})

t.test('who registered a form is told when the catalog comes to have one of its fields', async t => {
  const form = await registered(school.maker, '疫苗接种记录\n入学志愿')
  await publish(police, '无关目录', { items: [item('案件编号')] })
  const foreign = await publish(other, '外市预防接种', { items: [item('疫苗接种记录')] })
  await x.until(() => lookedAt(foreign.id), 'the entry of another city was looked at')
  t.equal((await file(form.id, school.maker)).overtakenAt, null, 'another city’s data is no substitute')
  await publish(police, '全省预防接种', { items: [item('疫苗接种记录')] })
  const { fields } = await x.until(async () => {
    const open = await x.ok(`GET /registered-collections/${form.id}`)
    return open.overtakenAt !== null && open
  }, 'the form was overtaken')
  t.same(
    fields.map((each: any) => each.isOvertaken),
    [true, false],
  )
  t.ok(await x.until(() => told(school.checker, 'collection.overtaken'), 'its institution was told'))
})

t.test(
  'a citizen reports a duplicate collection; the authority of the place decides; the institution learns not who it was',
  async t => {
    const citizen = await x.person('citizen')
    const bad = await x.call('POST /breach-reports', { as: citizen, body: { description: '每年都要重新填写身份证号' } })
    t.same(
      bad.body.errors.map((error: any) => error.pointer),
      ['/reportedId', '/fieldLines'],
    )
    const body = { reportedId: school.id, fieldLines: '身份证号\n家庭爱好', description: '每年都要重新填写身份证号' }
    const shop = await x.organization(['vendor'])
    t.equal((await x.call('POST /breach-reports', { as: citizen, body: { ...body, reportedId: shop.id } })).status, 400)
    const report = await x.ok('POST /breach-reports', { as: citizen, body })
    t.match(report, {
      state: 'received',
      number: /^140100-JB-/,
      evidence: [{ field: '身份证号', entryName: '人口基础信息' }],
    })
    t.ok(report.dueAt)
    for (const as of [elsewhere.maker, other.maker, school.maker, school.checker])
      t.equal((await x.call(`GET /breach-reports/${report.id}`, { as })).status, 404)
    t.equal((await x.call(`POST /breach-reports/${report.id}/check`, { as: elsewhere.maker })).status, 404)
    t.equal(
      (
        await x.call(`POST /breach-reports/${report.id}/substantiate`, {
          as: regulator.checker,
          body: { reason: '查实', demand: '停止采集' },
        })
      ).status,
      400,
    )
    const decision = { reason: '该字段可由人口基础信息共享取得', demand: '停止采集身份证号，改用共享数据' }
    t.equal(
      (await x.call(`POST /breach-reports/${report.id}/substantiate`, { as: regulator.checker, body: decision }))
        .status,
      409,
      'unchecked',
    )
    await x.ok(`POST /breach-reports/${report.id}/check`, { as: regulator.maker })
    t.equal((await x.call(`POST /breach-reports/${report.id}/withdraw`, { as: citizen })).status, 409)
    t.equal(
      (await x.call(`POST /breach-reports/${report.id}/substantiate`, { as: regulator.maker, body: decision })).status,
      403,
    )
    const decided = await x.ok(`POST /breach-reports/${report.id}/substantiate`, {
      as: regulator.checker,
      body: decision,
    })
    t.match(decided, { state: 'substantiated', demand: decision.demand, dueAt: null })
    t.ok(await x.until(() => told(citizen, 'breach-report.substantiated'), 'the reporter was told'))
    const theirs = await x.until(() => told(school.checker, 'breach-report.demanded'), 'the institution was told')
    t.notMatch(JSON.stringify(theirs), new RegExp(`${citizen.personId}|citizen|${report.id}`))
    const again = await x.ok('POST /breach-reports', { as: citizen, body })
    t.equal((await x.call(`POST /breach-reports/${again.id}/withdraw`, { as: school.maker })).status, 404)
    t.equal((await x.ok(`POST /breach-reports/${again.id}/withdraw`, { as: citizen })).state, 'withdrawn')
  },
)
