import t from 'tap'
import { type Cast, openExchange } from '../support/exchange.ts'
import { answersFor, assessed, passedReview, sourceStatement } from '../support/gate.ts'
import { formOf } from '../support/offering.ts'

const x = await openExchange(t)
const vendor = await x.organization(['vendor'], { name: '晋中气象数据公司' })
const other = await x.organization(['vendor'], { name: '大同数据公司' })
const { operator } = x

let serial = 0
/** A confirmed version nobody has graded: numbers, or what is given. */
async function version(
  cast: Cast,
  bytes: string | Buffer = `日期,值\n2026-01-01,${++serial}\n`,
  fileName = `v${++serial}.csv`,
) {
  const { id } = await x.ok('POST /data-versions', { as: cast.maker, raw: formOf(fileName, bytes) })
  await x.until(async () => (await x.ok(`GET /data-versions/${id}`, { as: cast.maker })).state !== 'profiling')
  await x.ok(`POST /data-versions/${id}/confirm`, { as: cast.maker, body: {} })
  return id as string
}
const fileOf = (id: string, as = vendor.maker) => x.ok(`GET /data-versions/${id}/assessment`, { as })
const stateOf = async (id: string) => (await x.ok(`GET /data-versions/${id}/release`, { as: vendor.maker })).state
const people = (rows: string[]) => `姓名,身份证,手机,备注\n${rows.join('\n')}\n`

t.test('a version goes from ungraded to released, and only facts that leave a question open are asked', async t => {
  const id = await version(vendor)
  t.equal(await stateOf(id), 'ungraded')
  const early = await x.call(`POST /data-versions/${id}/assess`, {
    as: vendor.maker,
    body: { sourceCategory: 'own', sourceStatement },
  })
  t.equal(early.status, 409, 'no assessment before the grade')
  await x.ok(`POST /data-versions/${id}/grade`, { as: vendor.maker, body: { grade: 'general' } })
  t.equal(await stateOf(id), 'unassessed')
  const file = await fileOf(id)
  t.equal(file.points.length, 10)
  t.same(
    file.points.filter((p: any) => p.answer === null).map((p: any) => p.code),
    ['state-secret', 'trade-secret', 'others-rights'],
    'before the source is said',
  )
  const wrong = await x.call(`POST /data-versions/${id}/assess`, {
    as: vendor.maker,
    body: { sourceCategory: 'own', sourceStatement: '短' },
  })
  t.equal(wrong.status, 400)
  t.same(wrong.body.errors.map((e: any) => e.pointer).sort(), ['/points/4/answer', '/sourceStatement'])
  const submitted = await x.ok(`POST /data-versions/${id}/assess`, {
    as: vendor.maker,
    body: { sourceCategory: 'own', sourceStatement, points: [{ code: 'state-secret', answer: 'no' }] },
  })
  t.equal(submitted.state, 'submitted')
  t.equal(submitted.points.filter((p: any) => p.by === 'facts').length, 9)
  t.ok(
    submitted.points.every((p: any) => p.by === 'person' || p.evidence.length > 0),
    'facts come with their evidence',
  )
  t.equal(await stateOf(id), 'reviewing')
  t.equal(
    (await x.call(`POST /assessments/${submitted.id}/pass`, { as: operator.checker, body: { opinion: '同意' } }))
      .status,
    409,
  )
  const passed = await passedReview(x, submitted.id)
  t.equal(passed.state, 'passed')
  t.equal(passed.sha256, (await x.ok(`GET /data-versions/${id}`, { as: vendor.maker })).sha256)
  const release = await x.ok(`GET /data-versions/${id}/release`, { as: vendor.maker })
  t.match(release, { state: 'released', grade: 'general', reason: null })
  const [row] = await x.sql`select risk.is_released(${id}) as yes`
  t.ok(row!.yes)
  t.equal((await x.call(`GET /data-versions/${id}/assessment`, { as: other.maker })).status, 404)
})

t.test('consent is asked for exactly where personal information was found', async t => {
  const id = await version(vendor, '站点,电话,值\n桃园,13812345678,1\n云冈,13987654321,2\n')
  const file = await fileOf(id)
  t.same(file.personalColumns, ['电话'])
  t.same(
    file.scan.map((f: any) => [f.column, f.kind, f.count, f.filled]),
    [['电话', 'phone', 2, 2]],
  )
  t.notMatch(JSON.stringify(file.scan), /13812345678|13987654321/, 'the values are nowhere in it')
  await x.ok(`POST /data-versions/${id}/grade`, { as: vendor.maker, body: { grade: 'general' } })
  const body = answersFor(await fileOf(id))
  const without = await x.call(`POST /data-versions/${id}/assess`, {
    as: vendor.maker,
    body: { ...body, consents: [] },
  })
  t.match(without.body.errors, [{ pointer: '/consents' }])
  const tooMany = [...body.consents, { ...body.consents[0], column: '站点' }]
  const more = await x.call(`POST /data-versions/${id}/assess`, {
    as: vendor.maker,
    body: { ...body, consents: tooMany },
  })
  t.match(more.body.errors, [{ pointer: '/consents/1/column' }])
  const bare = [{ ...body.consents[0], evidence: undefined }]
  const unproved = await x.call(`POST /data-versions/${id}/assess`, {
    as: vendor.maker,
    body: { ...body, consents: bare },
  })
  t.match(unproved.body.errors, [{ pointer: '/consents/0/evidence' }])
  t.match(await x.ok(`POST /data-versions/${id}/assess`, { as: vendor.maker, body }), {
    state: 'submitted',
    containsPersonalInfo: true,
  })
})

t.test('citizen numbers hold a version until they are masked in a new one', async t => {
  const id = await version(vendor, people(['甲,11010519491231002X,13812345678,x', '乙,11010519491231002X,,y']))
  await x.ok(`POST /data-versions/${id}/grade`, { as: vendor.maker, body: { grade: 'general' } })
  const file = await fileOf(id)
  t.same(
    file.held.map((f: any) => [f.column, f.kind, f.count]),
    [['身份证', 'citizen-id', 2]],
  )
  const held = await x.call(`POST /data-versions/${id}/assess`, { as: vendor.maker, body: answersFor(file) })
  t.equal(held.status, 422)
  t.match(held.body.errors[0].message, /column “身份证” holds 2 citizen identity numbers, which must be masked first/)
  const masked = await version(vendor, people(['甲,110***********002X,,x', '乙,110***********002X,,y']))
  t.match(await assessed(x, vendor.maker, masked), { state: 'submitted' })
})

t.test('the higher grade wins: raised by a person, lowered only with the reviewer', async t => {
  const id = await version(vendor, '变电站坐标,值\n1,2\n3,4\n')
  t.equal((await fileOf(id)).proposal.grade, 'important')
  const grade = (body: object) => x.call(`POST /data-versions/${id}/grade`, { as: vendor.maker, body })
  t.match((await grade({ grade: 'general', approval: '晋数函〔2026〕1号' })).body.errors, [{ pointer: '/reason' }])
  t.match((await grade({ grade: 'important' })).body.errors, [{ pointer: '/approval' }])
  const asked = await grade({ grade: 'general', approval: '晋数函〔2026〕1号', reason: '仅为列名，坐标已偏移' })
  t.match(asked.body, { grade: 'important', decided: 'general', lowerTo: 'general' })
  const { items } = await x.ok('GET /operator/work-list', { as: operator.checker })
  t.match(
    items.find((item: any) => item.kind === 'data-version.lower'),
    { count: 1, page: '/operator/assessments' },
  )
  t.equal(
    (await x.call(`POST /data-versions/${id}/lower`, { as: vendor.checker, body: { reason: '同意' } })).status,
    403,
  )
  const kept = await x.ok(`POST /data-versions/${id}/keep-grade`, {
    as: operator.checker,
    body: { reason: '证据不足' },
  })
  t.match(kept, { grade: 'important', lowerTo: null })
  await grade({ grade: 'general', reason: '补充偏移说明' })
  t.match(await x.ok(`POST /data-versions/${id}/lower`, { as: operator.checker, body: { reason: '核实已偏移' } }), {
    grade: 'general',
    loweredReason: '核实已偏移',
  })
  const plain = await version(vendor)
  await assessed(x, vendor.maker, plain, { grade: 'important', approval: '晋数函〔2026〕2号' })
  t.match(await fileOf(plain), { grade: { grade: 'important', proposed: 'general' } })
  const core = await version(vendor)
  await x.ok(`POST /data-versions/${core}/grade`, { as: vendor.maker, body: { grade: 'core', approval: 'x' } })
  t.equal(await stateOf(core), 'withheld')
})

t.test('a "yes" to a harm blocks and opens a finding that the provider must handle', async t => {
  const id = await version(vendor)
  await x.ok(`POST /data-versions/${id}/grade`, { as: vendor.maker, body: { grade: 'general' } })
  const body = {
    ...answersFor(await fileOf(id)),
    points: [
      { code: 'state-secret', answer: 'no' },
      { code: 'public-interest', answer: 'yes', note: '可能影响供水' },
    ],
  }
  const blocked = await x.ok(`POST /data-versions/${id}/assess`, { as: vendor.maker, body })
  t.equal(blocked.state, 'handling')
  t.equal(await stateOf(id), 'handling')
  const { findings } = await fileOf(id)
  t.match(findings, [{ harm: 'public-interest', severity: 'high', message: '可能影响供水', closedAt: null }])
  t.equal((await x.call(`POST /assessments/${blocked.id}/review`, { as: operator.maker })).status, 409)
})

t.test('a risk is found, handled, reported and reviewed again', async t => {
  const id = await version(vendor)
  const { id: assessment } = await assessed(x, vendor.maker, id)
  await x.ok(`POST /assessments/${assessment}/review`, { as: operator.maker })
  const find = { findings: [{ harm: 'trade-secret', severity: 'medium', message: '含合作方名称', demand: '说明授权' }] }
  t.match(
    await x.call(`POST /assessments/${assessment}/find`, {
      as: operator.checker,
      body: { findings: [{ ...find.findings[0], harm: 'none' }] },
    }),
    { status: 400, body: { errors: [{ pointer: '/findings/0/harm' }] } },
  )
  const handling = await x.ok(`POST /assessments/${assessment}/find`, { as: operator.checker, body: find })
  t.equal(handling.state, 'handling')
  t.ok(handling.dueAt)
  const { findings } = await fileOf(id)
  t.match(
    (
      await x.call(`POST /assessments/${assessment}/feedback`, {
        as: vendor.maker,
        body: { handlings: [{ findingId: assessment, handling: '已处理' }] },
      })
    ).body.errors,
    [{ pointer: '/handlings' }, { pointer: '/handlings/0/findingId' }],
  )
  const reported = { handlings: [{ findingId: findings[0].id, handling: '已取得书面授权', evidence: '授权书 2026-3' }] }
  t.equal((await x.call(`POST /assessments/${assessment}/feedback`, { as: other.maker, body: reported })).status, 404)
  t.equal(
    (await x.ok(`POST /assessments/${assessment}/feedback`, { as: vendor.maker, body: reported })).state,
    'feedback',
  )
  await x.ok(`POST /assessments/${assessment}/recheck`, { as: operator.maker })
  const conditional = await x.ok(`POST /assessments/${assessment}/condition`, {
    as: operator.checker,
    body: { opinion: '授权属实', conditions: '不得公开合作方名称' },
  })
  t.match(conditional, { state: 'conditional', conditions: '不得公开合作方名称' })
  t.equal(await stateOf(id), 'released')
  t.ok((await fileOf(id)).findings.every((f: any) => f.closedAt !== null))
  const high = { findings: [{ severity: 'high', message: '可反推个人', demand: '立即停止提供' }] }
  await x.ok(`POST /assessments/${assessment}/find`, { as: operator.checker, body: high })
  t.match(await x.ok(`GET /data-versions/${id}/release`, { as: vendor.maker }), { state: 'suspended' })
})

t.test('a withheld version stays withheld', async t => {
  const id = await version(vendor)
  const { id: assessment } = await assessed(x, vendor.maker, id)
  await x.ok(`POST /assessments/${assessment}/review`, { as: operator.maker })
  await x.ok(`POST /assessments/${assessment}/withhold`, { as: operator.checker, body: { reason: '来源不明' } })
  t.equal(await stateOf(id), 'withheld')
  const again = await x.call(`POST /data-versions/${id}/assess`, {
    as: vendor.maker,
    body: answersFor(await fileOf(id)),
  })
  t.equal(again.status, 409)
})

t.test('who reviews is of the operator and no part of the provider; of two at once one decides', async t => {
  const id = await version(vendor)
  const { id: assessment } = await assessed(x, vendor.maker, id)
  t.equal((await x.call(`POST /assessments/${assessment}/review`, { as: vendor.checker })).status, 403)
  await x.ok(`POST /assessments/${assessment}/review`, { as: operator.maker })
  // a person of the provider who also works for the operator
  await x.ok('PUT /members', { as: operator.administrator, body: { email: vendor.maker.email, duties: ['checker'] } })
  const both = { ...vendor.maker, organizationId: operator.id }
  t.equal((await x.call(`POST /assessments/${assessment}/pass`, { as: both, body: { opinion: '同意' } })).status, 403)
  const answers = await Promise.all([
    x.call(`POST /assessments/${assessment}/pass`, { as: operator.checker, body: { opinion: '同意' } }),
    x.call(`POST /assessments/${assessment}/withhold`, {
      as: operator.checker,
      body: { reason: '不同意放行，来源不明' },
    }),
  ])
  t.same(answers.map(a => a.status).sort(), [200, 409])
  const [audit] = await x.sql`select count(*)::int as n from kernel.audit_entry
    where subject_id = ${assessment} and action in ('assessment.pass', 'assessment.withhold')`
  t.equal(audit!.n, 1)
})

t.test('direct SQL releases nothing that no review has passed', async t => {
  const id = await version(vendor)
  const { id: assessment, sha256 } = await assessed(x, vendor.maker, id)
  const insert = (source: string, of: string | null) => x.sql`
    insert into risk.release (data_version_id, sha256, source, assessment_id, grade, state, released_at, valid_until, rule_pack)
    values (${id}, ${sha256}, ${source}, ${of}, 'general', 'released', now(), now() + interval '1 year', 'x')`
  await t.rejects(insert('review', assessment), /released by its grade and its passed review only/)
  await t.rejects(insert('taken-over', null), /released by its grade and its passed review only/)
  await t.rejects(
    x.sql`update risk.assessment set state = 'passed' where id = ${assessment}`,
    /cannot go from submitted/,
  )
  await t.rejects(
    x.sql`update risk.data_grade set sha256 = repeat('0', 64) where data_version_id = ${id}`,
    /names the bytes/,
  )
  await t.rejects(x.sql`delete from risk.assessment where id = ${assessment}`, /never deleted/)
})

t.test('clocks run in working days over holidays, a late step is told of, and a release runs out', async t => {
  const late = await version(vendor)
  const soon = await version(vendor)
  const passed = await passedReview(x, (await assessed(x, vendor.maker, soon)).id)
  // two working days before the holidays of New Year 2027 end the covered years
  await x.advanceTo(new Date('2026-12-29T02:00:00Z'))
  const { id, dueAt, isDueProvisional } = await assessed(x, vendor.maker, late)
  t.equal(dueAt.slice(0, 10), '2027-01-05', 'five working days: 30, 31, 1 (not published yet), 4, 5')
  t.equal(isDueProvisional, true)
  await x.advanceTo(new Date('2027-01-06T02:00:00Z'))
  await x.until(
    async () =>
      (await x.sql`select 1 from kernel.audit_entry where subject_id = ${id} and action = 'assessment.escalate'`)
        .length,
    'the escalation',
  )
  t.ok(passed.validUntil)
  await x.advanceTo(new Date(new Date(passed.validUntil).getTime() + 1000))
  t.equal(await stateOf(soon), 'stale', 'at once, before any timer')
  await x.until(async () => (await fileOf(soon)).assessment.state === 'expired', 'the expiry')
  const again = await assessed(x, vendor.maker, soon)
  t.equal(again.state, 'submitted')
  t.not(again.id, passed.id, 'assessed anew')
})
