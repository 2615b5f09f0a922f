import t from 'tap'
import { system } from '../../src/kernel/actor.ts'
import {
  type DataElement,
  elementOf,
  normalizeName,
  normalizeStandard,
  standardElements,
  timers,
} from '../../src/modules/sources/index.ts'
import { type Cast, openExchange, type Role, type TestExchange } from '../support/exchange.ts'

const x = await openExchange(t)
const { maker: clerk, checker: reviewer } = x.operator
const police = await x.organization(['institution'], { division: '140100', name: '太原市公安局' })
const civil = await x.organization(['institution'], { division: '140100', name: '太原市民政局' })
const health = await x.organization(['institution'], { division: '140100', name: '太原市卫生健康委员会' })
const county = await x.organization(['institution'], { division: '140105', name: '小店区民政局' })
const elsewhere = await x.organization(['institution'], { division: '140200', name: '大同市公安局' })
const authority = await x.organization(['authority'], { division: '140100', name: '太原市数据局' })

const item = (nameZh: string, more: object = {}) => ({ nameZh, type: 'text', sensitivity: 'none', ...more })
const content = {
  abstract: '业务办理中形成的基本信息。',
  format: 'table',
  sharingType: 'unconditional',
  sharingBasis: '政务数据共享条例',
  openingType: 'notOpen',
  openingBasis: '个人信息保护法',
  updateCycle: 'monthly',
  grade: 'general',
  placement: 'cityCloud',
  systemOfRecord: '业务系统',
  dutyBasis: '居民身份证法第三条',
  themes: ['smart-city'],
}

async function publish(versionId: string, as: Role) {
  await x.ok(`POST /resource-versions/${versionId}/submit`, { as })
  await x.ok(`POST /resource-versions/${versionId}/review`, { as: clerk })
  return x.ok(`POST /resource-versions/${versionId}/publish`, { as: reviewer })
}

async function published(of: Cast, nameZh: string, items: object[], on: TestExchange = x): Promise<string> {
  const made = await on.ok('POST /resources', { as: of.maker, body: { classCode: '306010', nameZh } })
  await on.ok(`PATCH /resource-versions/${made.versionId}`, { as: of.maker, body: { ...content, items } })
  await publish(made.versionId, of.maker)
  return made.id
}

const dutyBasis = '《居民身份证法》第三条、第十九条'
const propose = (of: Cast, entryId: string, itemName: string, elementCode: string) =>
  x.call('POST /sources', { as: of.maker, body: { element: elementCode, entryId, itemName, dutyBasis } })
const proposed = async (of: Cast, entryId: string, itemName: string, elementCode: string) => {
  const reply = await propose(of, entryId, itemName, elementCode)
  if (reply.status !== 201) throw new Error(reply.text)
  return reply.body
}
const stateOf = async (id: string) => (await x.ok(`GET /sources/${id}`, { as: clerk })).state
const until = (id: string, state: string) => x.until(async () => (await stateOf(id)) === state, `${id} ${state}`)
const adopt = (id: string, body: object = {}, as = reviewer) =>
  x.call(`POST /sources/${id}/adopt`, { as, body: { reason: '职责明确，数据完整', ...body } })
const carriers = async (code: string) => (await x.ok(`GET /data-elements/${code}/items?limit=100`)).items
const indexed = (entryId: string) =>
  x.until(
    async () => (await x.sql`select 1 from sources.indexed where entry_id = ${entryId}`).length > 0,
    'the entry to be looked through',
  )

const people = await published(police, '人口基本信息', [
  item('公民身份号码', { codeName: 'gmsfhm', standard: 'GB 11643-1999' }),
  item('姓名'),
  item('住址'),
])
const marriages = await published(civil, '婚姻登记信息', [item('身份证号'), item('登记机关')])
const patients = await published(health, '居民健康档案', [item('证件号码（身份证）'), item('联系电话')])
const countyAid = await published(county, '社会救助对象', [item('身份证号码')])

t.test('an item is known by its name, a synonym, its column or its standard, and by nothing less', async t => {
  const found = (itemName: string, more: object = {}) => {
    const match = elementOf({ itemName, ...more })
    return match && [match.element.code, match.by]
  }
  t.same(found('公民身份号码'), ['citizen-id', 'name'])
  t.same(found(' 公民 身份号码（18位）'), ['citizen-id', 'name'], 'spaces and brackets do not count')
  t.same(found('身份证号'), ['citizen-id', 'synonym'])
  t.same(found('编号', { code: 'GMSFHM' }), ['citizen-id', 'column'])
  t.same(found('编号', { standard: 'GB/T 2260—2007' }), ['division-code', 'standard'])
  t.equal(found('编号', { standard: 'GB/T 22601' }), undefined, 'another standard that begins alike')
  t.equal(found('编号', { standard: 'GB/T 7408.1-2023' }), undefined, 'a standard of several elements tells nothing')
  t.same(found('电话', { itemNameEn: 'Telephone number' }), ['phone', 'name'])
  t.equal(found('身份'), undefined)
  t.equal(found(''), undefined)
  t.equal(normalizeStandard('GB/T 2260-2007'), normalizeStandard('gb/t2260'))
  const names = standardElements().flatMap((e: DataElement) => [
    ...new Set([e.nameZh, e.nameEn, ...e.synonyms].map(normalizeName)),
  ])
  t.equal(new Set(names).size, names.length, 'no name belongs to two elements')
})

t.test('published items are found by element, and people confirm or refuse what was found', async t => {
  for (const id of [people, marriages, patients, countyAid]) await indexed(id)
  t.same(
    (await carriers('citizen-id')).map((each: any) => each.itemName).sort(),
    ['公民身份号码', '证件号码（身份证）', '身份证号', '身份证号码'].sort(),
  )
  const body = { entryId: patients, itemName: '联系电话', element: 'phone', isCarried: false }
  t.equal((await x.call('POST /data-elements/confirm', { as: civil.maker, body })).status, 404, 'not of others')
  t.equal((await x.call('POST /data-elements/confirm', { as: health.checker, body })).status, 403)
  await x.ok('POST /data-elements/confirm', { as: health.maker, body })
  t.same(await carriers('phone'), [], 'what a person refused is not proposed again')
  await x.ok('POST /data-elements/confirm', { as: health.maker, body: { ...body, isCarried: true } })
  t.match(await carriers('phone'), [{ itemName: '联系电话', isConfirmed: true, isRepeated: false }])
  const unknown = await x.call('POST /data-elements/confirm', {
    as: health.maker,
    body: { ...body, itemName: '没有这一项' },
  })
  t.match(
    [unknown.status, unknown.body.type, unknown.body.errors[0].pointer],
    [422, '/problems/item-not-published', '/itemName'],
  )
})

t.test('only an item of an own published entry is proposed', async t => {
  t.equal((await propose(civil, people, '公民身份号码', 'citizen-id')).status, 404, 'not of another institution')
  t.equal((await propose(police, people, '没有这一项', 'citizen-id')).status, 422)
  t.equal((await propose(police, people, '公民身份号码', 'no-such')).status, 404)
  const draft = await x.ok('POST /resources', { as: police.maker, body: { classCode: '306010', nameZh: '草稿' } })
  t.equal((await propose(police, draft.id, '姓名', 'person-name')).status, 422)
  t.equal((await x.call('POST /sources', { as: police.finance, body: {} })).status, 403)
  await t.rejects(
    x.sql`insert into sources.source (id, number, element_code, division, organization_id, entry_id, entry_version_id,
        item_name, duty_basis, state, proposed_by, proposed_at, due_at, rule_pack, changed_at)
      select gen_random_uuid(), 'X', 'sex', '140100', e.organization_id, e.id, v.id, '性别', 'x', 'proposed', e.created_by,
        now(), now(), 'x', now()
      from resources.entry e join resources.entry_version v on v.entry_id = e.id where e.id = ${people}`,
    /stands on no published item/,
    'nor past the program',
  )
})

t.test('two proposals at the same moment: one is in hand, the other is sent to object', async t => {
  const both = await Promise.all([
    propose(police, people, '公民身份号码', 'citizen-id'),
    propose(civil, marriages, '身份证号', 'citizen-id'),
  ])
  t.same(both.map(reply => reply.status).sort(), [201, 409])
  const won = both.find(reply => reply.status === 201)!.body
  t.match(won, { state: 'proposed', division: '140100', number: /^140100-QY-/ })
  t.ok(won.objectionsUntil, 'others hold it, so they may object')
  const [owner, rival] = won.entryId === people ? [police, civil] : [civil, police]
  t.equal((await adopt(won.id)).status, 409, 'not before the period is over')
  t.equal(
    (await x.call(`POST /sources/${won.id}/withdraw`, { as: rival.checker, body: { reason: '不是我的' } })).status,
    404,
  )
  await x.ok(`POST /sources/${won.id}/withdraw`, { as: owner.checker, body: { reason: '重新核对职责后再申报' } })
  t.equal((await adopt(won.id)).status, 409)
})

t.test('a dispute is answered, the authority of the place decides, and nobody in their own matter', async t => {
  const made = await proposed(police, people, '公民身份号码', 'citizen-id')
  t.equal(
    (await x.call(`GET /sources/${made.id}`, { as: elsewhere.maker })).status,
    404,
    'not for those it does not concern',
  )
  t.equal((await x.call(`GET /sources/${made.id}`, { as: county.maker })).status, 404, 'another jurisdiction')
  t.equal((await x.ok(`GET /sources/${made.id}`, { as: civil.maker })).state, 'proposed', 'for those who may object')
  const objection = {
    entryId: marriages,
    itemName: '身份证号',
    reason: '婚姻登记依法采集',
    evidence: '婚姻登记条例第五条',
  }
  const dispute = (as: Role, more: object = {}) =>
    x.call(`POST /sources/${made.id}/dispute`, { as, body: { ...objection, ...more } })
  t.equal(
    (await dispute(police.maker, { entryId: people, itemName: '姓名' })).status,
    403,
    'nobody objects to their own',
  )
  const other = await dispute(civil.maker, { itemName: '登记机关' })
  t.match([other.status, other.body.errors[0].pointer], [400, '/itemName'], 'only who holds the same element')
  t.equal((await dispute(county.maker, { entryId: countyAid, itemName: '身份证号码' })).status, 404)
  const raised = await dispute(civil.maker)
  t.equal(raised.status, 201)
  t.equal((await dispute(civil.maker)).status, 409, 'once')
  t.equal(await stateOf(made.id), 'disputed')
  const second = await dispute(health.maker, { entryId: patients, itemName: '证件号码（身份证）' })
  t.equal(second.status, 201, 'others may object meanwhile')
  const answer = (id: string, as: Role) =>
    x.call(`POST /source-disputes/${id}/answer`, { as, body: { answer: '人口信息由公安机关制发' } })
  t.equal((await answer(raised.body.id, civil.maker)).status, 404, 'the proposer answers')
  await answer(raised.body.id, police.maker)
  t.equal(await stateOf(made.id), 'disputed', 'one is left')
  await answer(second.body.id, police.maker)
  t.equal((await answer(second.body.id, police.maker)).status, 409)
  t.equal(await stateOf(made.id), 'proposed', 'the period goes on')
  t.equal((await x.call(`GET /sources/${made.id}`, { as: elsewhere.maker })).status, 404)
  await x.advanceTo(new Date(new Date(made.objectionsUntil).getTime() + 1000))
  await until(made.id, 'ready')
  await x.until(async () => {
    const { items } = await x.ok('GET /notices?limit=100', { as: authority.checker })
    return items.some((each: any) => each.kind === 'source.to-decide')
  }, 'the authority to be told')
  t.equal((await dispute(health.maker, { entryId: patients, itemName: '证件号码（身份证）' })).status, 409, 'too late')
  const operator = await adopt(made.id)
  t.match([operator.status, operator.body.detail], [403, /authority of the jurisdiction/])
  t.equal((await adopt(made.id, {}, authority.maker)).status, 403, 'a checker decides')
  const both = await Promise.all([1, 2].map(() => adopt(made.id, {}, authority.checker)))
  t.same(both.map(reply => reply.status).sort(), [200, 409], 'once')
  const file = await x.ok(`GET /sources/${made.id}`, { as: civil.maker })
  t.match(file, { state: 'in_force', objections: [{ outcome: 'rejected' }, { outcome: 'rejected' }] })
  const open = await x.ok('GET /data-elements/citizen-id')
  t.match(open.sources, [{ id: made.id, state: 'in_force', institution: { nameZh: '太原市公安局' } }])
  t.notMatch(JSON.stringify(open), /婚姻登记条例第五条/, 'evidence is for the parties')
  const items = await carriers('citizen-id')
  t.same(
    items.map((each: any) => [each.itemName, each.isSource, each.isRepeated]).sort(),
    [
      ['公民身份号码', true, false],
      ['证件号码（身份证）', false, true],
      ['身份证号', false, true],
      ['身份证号码', false, true],
    ].sort(),
    'the source holds for the county, too',
  )
  const notices = await x.until(async () => {
    const found = (await x.ok('GET /notices?limit=100', { as: civil.maker })).items.map((each: any) => each.kind)
    return found.includes('source.adopted') && found
  }, 'the notice of the decision')
  t.ok(notices.includes('source.proposed'))
})

t.test('a source is replaced only by who has seen it, and the objector can be awarded it', async t => {
  const [current] = (await x.ok('GET /data-elements/citizen-id')).sources
  const made = await proposed(civil, marriages, '身份证号', 'citizen-id')
  t.equal((await propose(health, patients, '证件号码（身份证）', 'citizen-id')).status, 409, 'one in hand')
  const raised = await x.ok(`POST /sources/${made.id}/dispute`, {
    as: health.maker,
    body: {
      entryId: patients,
      itemName: '证件号码（身份证）',
      reason: '健康档案实名制',
      evidence: '基本医疗卫生与健康促进法',
    },
  })
  await x.advanceTo(new Date(new Date(made.objectionsUntil).getTime() + 1000))
  await until(made.id, 'ready')
  const decide = (move: string, body: object) =>
    x.call(`POST /sources/${made.id}/${move}`, { as: authority.checker, body: { reason: '以健康档案为准', ...body } })
  t.equal((await decide('adopt', {})).status, 409, 'a source is in force, which must be named')
  t.equal((await decide('adopt', { replaces: made.id })).status, 409)
  t.equal((await decide('award', { disputeId: made.id, replaces: current.id })).status, 404)
  const won = await decide('award', { disputeId: raised.id, replaces: current.id })
  t.match([won.status, won.body.state, won.body.entryId], [200, 'in_force', patients])
  t.equal(await stateOf(made.id), 'refused')
  t.equal(await stateOf(current.id), 'replaced')
  const element = await x.ok('GET /data-elements/citizen-id')
  t.match(element.sources, [{ id: won.body.id, institution: { nameZh: '太原市卫生健康委员会' } }])
  t.equal(element.sources.length, 1)
  await t.rejects(
    x.sql`update sources.source set state = 'in_force', ended_at = null, replaced_by = null where id = ${current.id}`,
    /source_one_in_force/,
    'two cannot be in force, whichever program writes',
  )
})

t.test('where nobody else holds the element it goes to the decision at once, by another person', async t => {
  const made = await proposed(police, people, '姓名', 'person-name')
  t.match(made, { state: 'ready', objectionsUntil: null })
  await t.rejects(
    x.sql`update sources.source set state = 'in_force', due_at = null, decided_by = proposed_by, reason = 'x',
      decided_at = now(), decider_organization_id = ${x.operator.id} where id = ${made.id}`,
    /source_decided_independently/,
  )
  t.equal((await adopt(made.id)).status, 200)
  t.match(
    await x.call('POST /sources', {
      as: police.maker,
      body: { element: 'person-name', entryId: people, itemName: '姓名', dutyBasis },
    }),
    { status: 409 },
  )
  const own = await x.ok(`GET /resources/${people}/sources`)
  t.match(
    own.items.find((each: any) => each.itemName === '姓名'),
    { isSource: true, isConfirmed: true, source: { id: made.id } },
  )
})

t.test('a source falls vacant with its item or its entry, at once, and people are told', async t => {
  const made = await proposed(police, people, '住址', 'domicile')
  t.equal((await adopt(made.id)).status, 200)
  const next = await x.ok(`POST /resources/${people}/revise`, { as: police.maker })
  await x.ok(`PATCH /resource-versions/${next.versionId}`, {
    as: police.maker,
    body: { items: [item('公民身份号码'), item('姓名')] },
  })
  await publish(next.versionId, police.maker)
  t.equal(await stateOf(made.id), 'vacant', 'the next version drops its item')
  const [name] = (await x.ok('GET /data-elements/person-name')).sources
  t.equal(name.state, 'in_force', 'what is still there stays')
  const phone = await proposed(health, patients, '联系电话', 'phone')
  t.equal(phone.state, 'ready')
  await x.ok(`POST /resources/${patients}/withdraw`, { as: health.checker, body: { reason: '系统停用' } })
  t.equal(await stateOf(phone.id), 'lapsed')
  const citizen = await x.ok('GET /data-elements/citizen-id')
  t.same(citizen.sources, [])
  t.match(citizen.history[0], { state: 'vacant', institution: { nameZh: '太原市卫生健康委员会' } })
  const told = await x.until(async () => {
    const found = (await x.ok('GET /notices?limit=100', { as: civil.maker })).items
    return found.find((each: any) => each.kind === 'source.vacant')
  }, 'the notice of the vacancy')
  t.match(told.href, /^\/source-proposals\//)
  const register = await x.ok('GET /data-elements?state=vacant&division=140100')
  t.same(register.items.map((each: any) => each.code).sort(), ['citizen-id', 'domicile'])
})

t.test('an overdue source is shown as late, and a late decision is told once', async t => {
  const { dueOn } = await x.ok(`GET /resources/${people}`)
  const plates = await published(police, '机动车登记', [item('号牌号码')])
  const made = await proposed(police, plates, '号牌号码', 'plate-number')
  await x.advanceTo(
    new Date(Math.max(new Date(made.dueAt).getTime(), new Date(`${dueOn}T16:00:00Z`).getTime()) + 86_400_000),
  )
  const late = await x.until(async () => {
    const found = (await x.ok('GET /notices?limit=100', { as: reviewer })).items
    const told = found.filter((each: any) => each.kind === 'source.overdue' && each.subject.id === made.id)
    return told.length > 0 && told
  }, 'the notice of the delay')
  t.equal(late.length, 1)
  const [name] = (await x.ok('GET /data-elements/person-name')).sources
  t.match(name, { isLate: true, entry: { dueOn } })
  const register = await x.ok('GET /data-elements?state=late')
  t.ok(register.items.some((each: any) => each.code === 'person-name'))
})

t.test('the register is searched and read page by page; an element is registered once and found at once', async t => {
  const first = await x.ok('GET /data-elements?limit=5')
  t.equal(first.items.length, 5)
  const second = await x.ok(`GET /data-elements?limit=5&after=${first.next}`)
  t.notSame(second.items[0].code, first.items[0].code)
  t.match((await x.ok(`GET /data-elements?q=${encodeURIComponent('身份证')}`)).items, [{ code: 'citizen-id' }])
  const body = {
    identifier: 'school-code',
    nameZh: '学校标识码',
    nameEn: 'School code',
    definition: '教育主管部门赋予学校的代码。',
    definitionEn: 'Code that the education authority gives a school.',
    synonyms: ['学校代码'],
    columns: ['xxbsm'],
  }
  t.equal((await x.call('POST /data-elements', { as: police.maker, body })).status, 403)
  const taken = await x.call('POST /data-elements', { as: reviewer, body: { ...body, synonyms: ['身份证号'] } })
  t.match([taken.status, taken.body.errors[0].pointer], [400, '/synonyms/0'])
  const school = await published(civil, '学校名录', [item('学校代码')])
  await x.ok('POST /data-elements', { as: reviewer, body })
  t.equal((await x.call('POST /data-elements', { as: reviewer, body })).status, 409)
  const found = await x.until(async () => {
    const items = await carriers('school-code')
    return items.length > 0 && items
  }, 'the entries to be looked through again')
  t.match(found, [{ entry: { id: school }, itemName: '学校代码' }])
})

t.test('timers that come twice do nothing the second time', async t => {
  for (const timer of timers) {
    const [any] = await x.sql<
      { id: string }[]
    >`select ${timer.name === 'sources.index-entries' ? people : (await x.sql`select id from sources.source limit 1`)[0]!.id} as id`
    await t.rejects(
      x.exchange.engine.write(system, { operation: timer.name }, cx => timer.run(cx, any!.id)),
      { name: 'Error' },
      timer.name,
    )
  }
})
