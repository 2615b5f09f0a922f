import { createHash } from 'node:crypto'
import t from 'tap'
import { verifySeal } from '../../src/kernel/documents/seal.ts'
import { isNumber } from '../../src/kernel/numbers.ts'
import { openFiling } from '../../src/modules/registration/filing.ts'
import { incompleteness, maskName } from '../../src/modules/registration/model.ts'
import { openExchange } from '../support/exchange.ts'
import { insertContract, run } from '../support/orders.ts'
import { textOfPdf } from '../support/pdf.ts'
import { signedContract } from '../support/trade.ts'

const x = await openExchange(t)
const vendor = await x.organization(['vendor'], { name: '山西晋阳环境数据有限公司', division: '140100' })
const buyer = await x.organization(['buyer'], { name: '大同绿源农业科技有限公司', division: '140200' })
const taiyuan = await x.organization(['authority'], { name: '太原市数据局', division: '140100' })
const datong = await x.organization(['authority'], { name: '大同市数据局', division: '140200' })
const yangquan = await x.organization(['authority'], { name: '阳泉市数据局', division: '140300' })
const province = await x.organization(['authority'], { name: '山西省数据局', division: '140000' })

const byContract = async (kind: 'registrations' | 'filings', contractId: string) => {
  const { items } = await x.ok(`GET /${kind}?limit=100`, { as: x.operator.maker })
  return items.find((item: any) => item.contractId === contractId)
}

/** A trade whose registration and filing the worker has opened. */
async function openedTrade(options: Parameters<typeof signedContract>[2] = {}) {
  const contract = await signedContract(x, { vendor, buyer }, options)
  const registration = await x.until(() => byContract('registrations', contract.id), 'the registration')
  const filing = await x.until(() => byContract('filings', contract.id), 'the filing')
  return { contract, registration, filing }
}

t.test('a signed contract is registered by two people and certified once the log holds it', async t => {
  const { contract, registration } = await openedTrade()
  const path = `/registrations/${registration.id}`
  t.match(registration, { state: 'submitted', number: null, isOverdue: false, division: '140100' })
  const both = { ...x.operator.maker, organizationId: x.operator.id }
  await x.ok('PUT /members', {
    as: x.operator.administrator,
    body: { email: both.email, duties: ['maker', 'checker'] },
  })
  await x.ok(`POST ${path}/accept`, { as: x.operator.maker })
  const again = await x.call(`POST ${path}/accept`, { as: x.operator.maker })
  t.equal(again.status, 409, 'accepted once only')
  const alone = await x.call(`POST ${path}/pass`, { as: both })
  t.match([alone.status, alone.body.type], [403, '/problems/same-person'])
  const passed = await x.ok(`POST ${path}/pass`, { as: x.operator.checker })
  t.equal(passed.state, 'registered')
  t.ok(isNumber(passed.number) && passed.number.startsWith('140100-RG-'))

  const certified = await x.until(async () => {
    const found = await x.ok(`GET ${path}`, { as: vendor.maker })
    return found.certificateSha256 && found
  }, 'the certificate')
  const pdf = await x.call(`GET ${path}/certificate`, { as: buyer.maker })
  t.equal(createHash('sha256').update(pdf.bytes).digest('hex'), certified.certificateSha256)
  t.match(verifySeal(pdf.bytes), { isIntact: true, coversWholeFile: true })
  const text = (await textOfPdf(pdf.bytes)).join('')
  for (const words of [passed.number, contract.number, '山西晋阳环境数据有限公司', '大同绿源农业科技有限公司'])
    t.ok(text.includes(words), `the certificate says ${words}`)
  t.notOk(text.includes('12,500'), 'and not the price')

  const verified = await x.ok(`GET /verifications/${passed.number}`)
  t.match(verified, { verdict: 'genuine', kind: 'registration', vendor: '山西＊＊＊＊＊＊有限公司' })
  t.notMatch(JSON.stringify(verified), /amount|1250000/, 'no price in the public answer')
  const digest = certified.certificateSha256
  t.equal((await x.ok(`GET /verifications/${passed.number}?sha256=${digest}`)).verdict, 'genuine')
  t.equal((await x.ok(`GET /verifications/${passed.number}?sha256=${'0'.repeat(64)}`)).verdict, 'altered')
  const revoked = await x.ok(`POST ${path}/revoke`, { as: taiyuan.checker, body: { reason: '经查交易材料虚假' } })
  t.equal(revoked.state, 'revoked')
  t.equal((await x.ok(`GET /verifications/${passed.number}`)).verdict, 'revoked')
  t.equal((await x.call('GET /verifications/140100-RG-2026-99999999-0')).status, 404)
})

t.test('trades of public data are published first, and an objection decides them', async t => {
  const content = { sourceCategory: 'public', isPublicData: true }
  const quiet = await openedTrade({ content })
  const disputed = await openedTrade({ content })
  const citizen = await x.person('citizen')
  for (const { registration } of [quiet, disputed]) {
    await x.ok(`POST /registrations/${registration.id}/accept`, { as: x.operator.maker })
    const decided = await x.call(`POST /registrations/${registration.id}/decide-objection`, {
      as: x.operator.checker,
      body: { isUpheld: false, answer: '没有异议，直接登记' },
    })
    t.equal(decided.status, 409, 'without an objection there is nothing to decide: the review is not got around')
    const early = await x.call(`POST /registrations/${registration.id}/object`, {
      as: citizen,
      body: { grounds: '尚未公示即提出异议' },
    })
    t.equal(early.status, 404, 'what is not published is not there for the public')
    const passed = await x.ok(`POST /registrations/${registration.id}/pass`, { as: x.operator.checker })
    t.equal(passed.state, 'publicity')
    t.ok(passed.publicityEndsAt)
  }
  const published = await x.call('GET /publicities')
  t.equal(published.body.items.length, 2, 'anyone sees what is published')
  t.match(published.body.items[0], { vendor: /＊/, buyer: /＊/, sourceStatement: /自建监测站点/ })
  t.notOk(/amount|price|晋阳环境/.test(published.text), 'without price or full names')
  const first = await x.ok('GET /publicities?limit=1')
  const second = await x.ok(`GET /publicities?limit=1&after=${first.next}`)
  t.not(first.items[0].registrationId, second.items[0].registrationId)
  t.equal(second.next, null)
  const path = `/registrations/${disputed.registration.id}`
  const short = await x.call(`POST ${path}/object`, { as: citizen, body: { grounds: '不' } })
  t.match(short.body.errors, [{ pointer: '/grounds' }])
  const answer = await x.ok(`POST ${path}/object`, { as: citizen, body: { grounds: '该数据属于我单位，未经授权' } })
  t.same(Object.keys(answer).sort(), ['dueAt', 'id', 'state'], 'neither parties nor price are told to a stranger')
  const rejected = await x.ok(`POST ${path}/decide-objection`, {
    as: x.operator.checker,
    body: { isUpheld: true, answer: '异议成立，供方未取得授权' },
  })
  t.equal(rejected.state, 'rejected')
  await x.advanceTo(new Date(new Date((await x.ok('GET /clock')).now).getTime() + 20 * 86_400_000))
  const registered = await x.until(async () => {
    const found = await x.ok(`GET /registrations/${quiet.registration.id}`, { as: vendor.maker })
    return found.state === 'registered' && found
  }, 'the end of the publicity')
  t.ok(isNumber(registered.number))
})

t.test('a supplement pauses the clock; a registration can be refused with a reason', async t => {
  const { registration } = await openedTrade()
  const path = `/registrations/${registration.id}`
  await x.ok(`POST ${path}/return`, { as: x.operator.maker, body: { reason: '请补充使用场景说明' } })
  t.equal((await x.call(`POST ${path}/accept`, { as: x.operator.maker })).status, 409)
  const outsider = await x.call(`POST ${path}/resubmit`, {
    as: (await x.organization(['vendor'])).maker,
    body: { remarks: '越权补正' },
  })
  t.equal(outsider.status, 404)
  const stranger = (await x.organization(['vendor'])).checker
  const cancelled = await x.call(`POST ${path}/cancel`, { as: stranger, body: { reason: '越权注销登记' } })
  t.equal(cancelled.status, 404, 'not a word about the state of what is not theirs')
  const back = await x.ok(`POST ${path}/resubmit`, { as: vendor.maker, body: { remarks: '场景为大棚通风' } })
  t.equal(back.state, 'submitted')
  t.equal((await x.ok(`GET ${path}`, { as: vendor.maker })).facts.remarks, '场景为大棚通风')
  const refused = await x.ok(`POST ${path}/refuse`, { as: x.operator.checker, body: { reason: '不属于登记范围' } })
  t.match(refused, { state: 'not_accepted', reason: '不属于登记范围', dueAt: null })
})

t.test(
  'a filing is checked by its authority only, read along by the buyer’s and the province, unknown elsewhere',
  async t => {
    const { filing } = await openedTrade()
    t.match(filing, { state: 'filed', division: '140100' })
    t.ok(isNumber(filing.number) && filing.number.startsWith('140100-BA-'))
    const path = `/filings/${filing.id}`
    for (const reader of [taiyuan, datong, province]) {
      const list = await x.ok('GET /filings?limit=100', { as: reader.maker })
      t.ok(
        list.items.some((item: any) => item.id === filing.id),
        'lists it',
      )
      t.equal((await x.ok(`GET ${path}`, { as: reader.maker })).materials.length, 4)
    }
    const foreign = await x.call(`GET ${path}`, { as: yangquan.maker })
    const missing = await x.call(`GET /filings/${vendor.id}`, { as: yangquan.maker })
    t.same({ ...foreign.body, instance: '' }, { ...missing.body, instance: '' }, 'as if it did not exist')
    t.notOk((await x.ok('GET /filings?limit=100', { as: yangquan.maker })).items.length)
    t.equal((await x.call(`POST ${path}/pass`, { as: yangquan.maker, body: {} })).status, 404)
    t.equal((await x.call(`POST ${path}/pass`, { as: datong.maker, body: {} })).status, 403)
    t.equal((await x.call(`POST ${path}/pass`, { as: vendor.maker, body: {} })).status, 403)
    t.equal((await x.ok(`POST ${path}/pass`, { as: taiyuan.maker, body: { note: '材料齐全' } })).state, 'filed_checked')
    t.equal((await x.call(`POST ${path}/pass`, { as: taiyuan.maker, body: {} })).status, 409)
  },
)

t.test('an ordered correction comes back as a new version and is checked again; one not made is referred', async t => {
  const { filing } = await openedTrade()
  const path = `/filings/${filing.id}`
  const noReason = await x.call(`POST ${path}/order-correction`, { as: taiyuan.checker, body: {} })
  t.match(noReason.body.errors, [{ pointer: '/reason' }])
  const ordered = await x.ok(`POST ${path}/order-correction`, {
    as: taiyuan.checker,
    body: { reason: '使用场景描述过于笼统', workingDays: 3 },
  })
  t.equal(ordered.state, 'correction_ordered')
  t.ok(ordered.dueAt)
  const foreign = await x.call(`POST ${path}/correct`, {
    as: (await x.organization(['vendor'])).maker,
    body: { explanation: '越权补正说明' },
  })
  t.equal(foreign.status, 404)
  const tries = await Promise.all(
    [1, 2].map(() =>
      x.call(`POST ${path}/correct`, {
        as: vendor.maker,
        body: { explanation: '已补充具体应用', scenario: '用于三座连栋大棚的通风调度' },
      }),
    ),
  )
  t.same(tries.map(r => r.status).sort(), [200, 409], 'two at once: one version')
  const detail = await x.ok(`GET ${path}`, { as: taiyuan.maker })
  t.match(detail, { state: 'filed', version: 2, facts: { scenario: '用于三座连栋大棚的通风调度' } })
  t.same(
    detail.versions.map((v: any) => v.version),
    [1, 2],
  )
  await x.until(async () => (await x.ok(`GET ${path}`, { as: vendor.maker })).receiptSha256, 'the receipt')
  const pdf = await x.call(`GET ${path}/receipt`, { as: vendor.maker })
  t.ok((await textOfPdf(pdf.bytes)).join('').includes(detail.number))
  t.equal((await x.ok(`POST ${path}/pass`, { as: taiyuan.maker, body: {} })).state, 'filed_checked')

  await x.ok(`POST ${path}/order-correction`, {
    as: taiyuan.checker,
    body: { reason: '抽查发现材料不符', workingDays: 1 },
  })
  await x.advanceDays(10)
  await x.until(async () => (await x.ok(`GET ${path}`, { as: vendor.maker })).state === 'referred', 'the referral')
})

t.test('a correction that outlives its contract is checked all the same, and then the filing is closed', async t => {
  const { contract, filing } = await openedTrade()
  const path = `/filings/${filing.id}`
  await x.ok(`POST ${path}/order-correction`, { as: taiyuan.checker, body: { reason: '使用场景描述过于笼统' } })
  const reason = { reason: '双方协商解除，经运营机构确认' }
  await x.ok(`POST /contracts/${contract.id}/terminate`, { as: x.operator.checker, body: reason })
  await x.until(async () => {
    const { items } = await x.ok(`GET /audit-entries?subject=contract/${contract.id}&limit=100`, { as: vendor.maker })
    return items.some((entry: any) => entry.action === 'filing.leave-open')
  }, 'the end of the contract noted')
  const explanation = '已补充具体应用场景'
  t.equal((await x.ok(`POST ${path}/correct`, { as: vendor.maker, body: { explanation } })).state, 'filed')
  t.equal((await x.ok(`POST ${path}/pass`, { as: taiyuan.maker, body: {} })).state, 'closed')
})

t.test('a contract that was dissolved is no longer registered: the operator is told, and ends the case', async t => {
  const [waiting, examined] = [await openedTrade(), await openedTrade()]
  await x.ok(`POST /registrations/${examined.registration.id}/accept`, { as: x.operator.maker })
  const reason = { reason: '双方协商解除，经运营机构确认' }
  for (const { contract } of [waiting, examined])
    await x.ok(`POST /contracts/${contract.id}/terminate`, { as: x.operator.checker, body: reason })
  const paths = { accept: waiting.registration.id, pass: examined.registration.id }
  const ends = { accept: 'refuse', pass: 'reject' } as const
  for (const step of ['accept', 'pass'] as const) {
    const path = `POST /registrations/${paths[step]}`
    const as = step === 'accept' ? x.operator.maker : x.operator.checker
    const told = await x.call(`${path}/${step}`, { as })
    t.match(told, { status: 422, body: { type: '/problems/rule-violated', errors: [{ pointer: '/contractId' }] } })
    t.match(told.body.errors[0].message, /which has ended: Terminated/)
    t.match(told.body.errors[0].remedy, new RegExp(`^${ends[step]} it`), 'what is to be done instead')
    const ended = await x.ok(`${path}/${ends[step]}`, { as: x.operator.checker, body: { reason: '合同已解除' } })
    t.match(ended, { state: step === 'accept' ? 'not_accepted' : 'rejected', number: null, dueAt: null })
  }
})

t.test('a trade that was performed before its registration was decided is registered', async t => {
  const { contract, registration } = await openedTrade()
  await x.sql`update contracts.contract set state = 'completed', ended_at = now() where id = ${contract.id}`
  await x.ok(`POST /registrations/${registration.id}/accept`, { as: x.operator.maker })
  const passed = await x.ok(`POST /registrations/${registration.id}/pass`, { as: x.operator.checker })
  t.equal(passed.state, 'registered')
})

t.test('an incomplete filing waits as draft until it is submitted again with what it lacks', async t => {
  const contractId = await run(x, cx => insertContract(cx, { vendor, buyer }))
  await x.sql`update contracts.contract set pdf_sha256 = ${'a'.repeat(64)}, body = '合同正文', text_hash = ${'b'.repeat(64)},
    terms = jsonb_set(terms, '{containsPersonalInfo}', 'true') where id = ${contractId}`
  const draft = await run(x, cx => openFiling(cx, contractId))
  t.match(draft, { state: 'draft', number: null, reason: '/personalInfoBasis: 涉及个人信息，须说明合法性基础' })
  const path = `/filings/${draft.id}`
  const submit = (as: typeof vendor.maker, body: object, at = path) => x.call(`POST ${at}/submit`, { as, body })
  const personalInfoBasis = '已取得个人的单独同意'

  const stranger = (await x.organization(['vendor'])).maker
  const foreign = await submit(stranger, { personalInfoBasis })
  const missing = await submit(stranger, { personalInfoBasis }, `/filings/${vendor.id}`)
  t.equal(foreign.status, 404)
  t.same({ ...foreign.body, instance: '' }, { ...missing.body, instance: '' }, 'as if it did not exist')
  for (const as of [buyer.maker, taiyuan.maker, vendor.finance]) t.equal((await submit(as, {})).status, 403)
  t.match((await submit(vendor.maker, { purpose: '另一目的' })).body.errors, [{ pointer: '/purpose' }])

  const still = await submit(vendor.maker, { remarks: '合法性基础随后补充' })
  t.match(still.body, { state: 'draft', number: null, version: 1, reason: /personalInfoBasis/ })
  t.same((await x.ok(`GET ${path}`, { as: taiyuan.maker })).versions, [], 'nothing was reported')
  const tries = await Promise.all([vendor.maker, x.operator.maker].map(as => submit(as, { personalInfoBasis })))
  t.same(tries.map(r => r.status).sort(), [200, 409], 'two at once: one report')
  const filed = await x.ok(`GET ${path}`, { as: taiyuan.maker })
  t.match(filed, { state: 'filed', version: 1, reason: null })
  t.match(filed.facts, { personalInfoBasis, remarks: '合法性基础随后补充' }, 'what was said before is kept')
  t.ok(isNumber(filed.number) && filed.dueAt)
  t.match(filed.versions, [{ version: 1, factsHash: filed.factsHash }])
  const { items } = await x.ok(`GET /audit-entries?subject=filing/${draft.id}&limit=100`, { as: vendor.maker })
  t.same(
    items.map((entry: any) => entry.action).sort(),
    ['file', 'reopen', 'reopen', 'submit', 'submit', 'submit'].map(move => `filing.${move}`),
  )

  await x.until(async () => (await x.ok(`GET ${path}`, { as: vendor.maker })).receiptSha256, 'the receipt')
  t.equal((await submit(vendor.maker, {})).status, 409, 'filed')
  await x.ok(`POST ${path}/order-correction`, { as: taiyuan.checker, body: { reason: '使用场景描述过于笼统' } })
  t.equal((await submit(vendor.maker, {})).status, 409, 'a correction has its own way')
  await x.ok(`POST ${path}/correct`, { as: vendor.maker, body: { explanation: '已补充具体应用场景' } })
  await x.ok(`POST ${path}/pass`, { as: taiyuan.maker, body: {} })
  t.equal((await submit(vendor.maker, {})).status, 409, 'checked')
})

t.test('completeness and masking are decided by rule', async t => {
  const { filing } = await openedTrade()
  const { facts } = await x.ok(`GET /filings/${filing.id}`, { as: taiyuan.maker })
  t.same(incompleteness(facts), [])
  t.match(incompleteness({ ...facts, containsPersonalInfo: true }), [{ pointer: '/personalInfoBasis' }])
  t.match(incompleteness({ ...facts, vendor: { ...facts.vendor, uscc: '911401001234567890' } }), [
    { pointer: '/vendor/uscc' },
  ])
  t.equal(maskName('王芳'), '王＊')
  t.equal(maskName('太原市数据局'), '太原＊＊据局')
})
