import t from 'tap'
import { deliverOrder } from '../../src/modules/orders/index.ts'
import { likeness, nearest } from '../../src/modules/settlement/suggestions.ts'
import { type Cast, newUscc, openExchange, password } from '../support/exchange.ts'
import { draftProduct, passBody } from '../support/offering.ts'
import { newOrder, run } from '../support/orders.ts'

const x = await openExchange(t)
const { operator } = x
const vendor = await x.organization(['vendor'])
const buyer = await x.organization(['buyer'], { name: '晋中丰禾农业科技有限公司' })
let serial = 0

const facts = (changes: object = {}) => ({
  uscc: newUscc(),
  nameZh: '核验测试机构',
  division: '140100',
  address: '山西省太原市测试街四号',
  contactName: '联系人',
  contactPhone: '0351-2222222',
  roles: ['vendor'],
  ...changes,
})
const register = async (changes: object = {}) =>
  x.ok('POST /organizations', { as: await x.person('founder'), body: facts(changes) })
const workOf = async (kind: string) =>
  (await x.ok('GET /operator/work-list', { as: operator.maker })).items.find((item: any) => item.kind === kind)
const today = async () => {
  const { now } = await x.ok('GET /clock')
  return new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 10)
}
async function importLine(yuan: string, remark: string, payer: string): Promise<any> {
  const header = '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号'
  const row = [await today(), yuan, payer, '622200001111222200', remark, `P${++serial}`].join()
  const { id } = await x.ok('POST /bank-statements?fileName=s.csv', {
    as: operator.finance,
    raw: { type: 'application/octet-stream', bytes: Buffer.from(`${header}\n${row}`) },
  })
  return (await x.ok(`GET /statement-lines?statementId=${id}`, { as: operator.finance })).items[0]
}

t.test('the work list counts what waits for the operator, the oldest first, and nobody else sees it', async t => {
  t.match(await workOf('organization.accept'), { count: 0, oldestAt: null })
  const { id } = await register()
  const waiting = await workOf('organization.accept')
  t.match(waiting, { count: 1, overdue: 0, page: '/operator/organizations?state=submitted' })
  t.ok(waiting.oldestAt)
  await x.ok(`POST /organizations/${id}/accept`, { as: operator.maker })
  t.match(await workOf('organization.accept'), { count: 0 })
  t.match(await workOf('organization.verify'), { count: 1 })

  const draft = await draftProduct(x, vendor)
  await x.ok(`POST /listings/${draft.listing.id}/submit`, { as: vendor.maker, body: {} })
  t.match(await workOf('listing.accept'), { count: 1, overdue: 0 })
  await x.ok('POST /bank-accounts', {
    as: vendor.finance,
    body: { bankName: '中国银行太原分行', accountNumber: '1400012345678901', password },
  })
  t.match(await workOf('bank-account.confirm'), { count: 1 })
  await importLine('77.00', '不明来款', '某人')
  t.match(await workOf('statement-line.match'), { count: 1 })

  const { items } = await x.ok('GET /operator/work-list', { as: operator.finance })
  const ages = items.filter((item: any) => item.oldestAt).map((item: any) => item.oldestAt)
  t.same(ages, [...ages].sort(), 'oldest first')
  t.same(
    items.slice(ages.length).filter((item: any) => item.count > 0),
    [],
    'what waits for nobody comes last',
  )
  await x.advanceDays(20)
  t.match(await workOf('listing.accept'), { count: 1, overdue: 1 }, 'past the clock of acceptance')
  for (const as of [vendor.maker, buyer.checker]) t.equal((await x.call('GET /operator/work-list', { as })).status, 403)
})

t.test('an organisation is compared with its code and with those that are there', async t => {
  const first = await register({ nameZh: '云冈数据有限公司', contactPhone: '0352-8888888' })
  const second = await register({
    nameZh: '云冈 数据（有限公司）',
    contactPhone: '0352 8888888',
    division: '140200',
    roles: ['authority'],
  })
  const checks = await x.ok(`GET /organizations/${second.id}/checks`, { as: operator.maker })
  const verdict = (code: string) => checks.find((check: any) => check.code === code)
  t.match(verdict('uscc'), { verdict: 'clear' })
  t.match(verdict('division'), { verdict: 'attention' }, 'its code says Taiyuan, it says Datong')
  t.match(verdict('kind'), { verdict: 'attention' }, 'an enterprise asks to be an authority')
  t.match(verdict('name'), { verdict: 'attention', others: [{ id: first.id }] })
  t.match(verdict('phone'), { verdict: 'clear', others: [] }, 'the namesake is named once')
  const clean = await x.ok(`GET /organizations/${vendor.id}/checks`, { as: operator.checker })
  t.same(
    clean.filter((check: any) => !['clear'].includes(check.verdict)).map((check: any) => check.code),
    ['phone'],
  )
  t.equal((await x.call(`GET /organizations/${second.id}/checks`, { as: vendor.maker })).status, 403)
})

t.test('a listing is passed only point by point, and what was confirmed is kept', async t => {
  const csv = '姓名,手机号,等级\n张三,13800138000,良\n李四,13900139000,优\n'
  const draft = await draftProduct(x, vendor, { bytes: csv, fileName: 'people.csv' })
  const path = `/listings/${draft.listing.id}`
  await x.ok(`POST ${path}/submit`, { as: vendor.maker, body: {} })
  const { items } = await x.ok(`GET ${path}/checklist`, { as: operator.checker })
  t.same(
    items.map((item: any) => item.code),
    passBody.checks,
  )
  const personal = items.find((item: any) => item.code === 'personal')
  t.equal(personal.verdict, 'attention')
  t.match(
    personal.evidence.map((each: any) => each.zh).join('\n'),
    /列“姓名”的列名或含义像是姓名[\s\S]*列“手机号”的列名或含义像是电话号码[\s\S]*列“手机号”的样例值像是手机号码/,
  )
  t.match(
    items.find((item: any) => item.code === 'identity'),
    { verdict: 'clear' },
  )
  t.match(items.find((item: any) => item.code === 'source').evidence[1].zh, /自建监测站点/)
  for (const item of items) for (const each of item.evidence) t.ok(each.zh && each.en)

  await x.ok(`POST ${path}/accept`, { as: operator.maker })
  const half = { opinion: '同意', checks: passBody.checks.slice(0, 8) }
  const refused = await x.call(`POST ${path}/pass`, { as: operator.checker, body: half, language: 'zh-CN' })
  t.match(refused, { status: 422, body: { errors: [{ pointer: '/checks', message: /价格与验收、文件一致/ }] } })
  t.equal((await x.ok(`GET ${path}`, { as: operator.checker })).state, 'reviewing', 'nothing was passed')
  t.equal((await x.call(`POST ${path}/pass`, { as: operator.checker, body: { opinion: '同意' } })).status, 400)
  const refusal = { reason: '含未声明的个人信息，且无处理依据', checks: ['source'] }
  await x.ok(`POST ${path}/refuse`, { as: operator.checker, body: refusal })
  const { decisions } = await x.ok(`GET ${path}/checklist`, { as: operator.maker })
  t.match(decisions, [{ decision: 'refuse', opinion: refusal.reason, reviewedBy: operator.checker.personId }])
  t.same(
    decisions[0].points.filter((point: any) => point.isChecked).map((point: any) => point.code),
    ['source'],
  )
  t.equal(decisions[0].points.find((point: any) => point.code === 'personal').verdict, 'attention')
  await t.rejects(x.sql`update catalog.listing_review set opinion = 'x'`, /append-only/)
  const [kept] = await x.sql`select record from kernel.audit_entry
    where action = 'listing.refuse' and subject_id = ${draft.listing.id}`
  t.same(JSON.parse(kept!.record).checks, ['source'])
  t.equal((await x.call(`GET ${path}/checklist`, { as: vendor.maker })).status, 403)
})

t.test('an unmatched payment is offered the likeliest orders, with what speaks for each', async t => {
  const deal = { vendor, buyer }
  const order = await newOrder(x, { ...deal, amountFen: 345_600n })
  const dearer = await newOrder(x, { ...deal, amountFen: 999_900n })
  const broken = `${order.referenceCode.slice(0, 6)}?${order.referenceCode.slice(7)}`
  const line = await importLine('3456.00', `货款 ${broken}`, '晋中丰禾农业科技公司')
  t.match(line, { state: 'unmatched', hint: 'no-reference' })
  const found = await x.ok(`GET /statement-lines/${line.id}/suggestions`, { as: operator.finance })
  t.match(found[0], { orderId: order.id, openFen: 345_600, move: 'match', buyerName: '晋中丰禾农业科技有限公司' })
  t.ok(found[0].score > 75 && found[0].score <= 100, `score ${found[0].score}`)
  t.equal(found[0].reasons.length, 3)
  t.match(found[0].reasons[1].zh, /仅差 1 个字符/)
  const other = found.find((each: any) => each.orderId === dearer.id)
  t.ok(!other || other.score < found[0].score)
  await x.ok(`POST /statement-lines/${line.id}/match`, { as: operator.finance, body: { orderId: order.id } })
  const twice = await importLine('3456.00', '再付', '晋中丰禾农业科技有限公司')
  const again = await x.ok(`GET /statement-lines/${twice.id}/suggestions`, { as: operator.checker })
  const paid = again.find((each: any) => each.orderId === order.id)
  t.match(paid, { move: 'matchDuplicate' })
  t.match(paid.reasons[0].zh, /可能重复付款/)
  const stranger = await importLine('1.23', '利息', '银行')
  t.same(await x.ok(`GET /statement-lines/${stranger.id}/suggestions`, { as: operator.finance }), [])
  t.equal((await x.call(`GET /statement-lines/${line.id}/suggestions`, { as: vendor.finance })).status, 403)
  t.equal(nearest('ABCD', 'xxABXDyy'), 1)
  t.equal(likeness('山西晋数公司', '山西晋数公司'), 1)
  t.ok(likeness('山西晋数公司', '北京某某中心') < 0.2)
})

t.test('a dispute waits on the work list until it is mediated', async t => {
  const order = await newOrder(x, { vendor, buyer, amountFen: 50_000n })
  await importLine('500.00', order.referenceCode, '晋中丰禾农业科技有限公司')
  await x.until(async () => (await x.ok(`GET /orders/${order.id}`, { as: operator.checker })).state === 'delivering')
  await run(x, cx => deliverOrder(cx, order.id, { receiptId: order.id }))
  await x.ok(`POST /orders/${order.id}/dispute`, { as: buyer.checker, body: { reason: '缺少两个月的数据' } })
  t.match(await workOf('order.mediate'), { count: 1, overdue: 0 })
  await x.ok(`POST /orders/${order.id}/mediate`, {
    as: operator.checker,
    body: { outcome: 'partial', refundFen: 10_000, reason: '双方同意按月份比例退款' },
  })
  t.match(await workOf('order.mediate'), { count: 0 })
  await x.until(async () => (await workOf('payout-batch.create-refunds')).count > 0, 'the refund to order')
})

t.test('an account is disabled by another person: its sessions end, and the reason is kept', async t => {
  const who: Cast = await x.organization(['buyer'], { name: '用户停用测试机构' })
  const { items } = await x.ok(`GET /persons?q=${encodeURIComponent(who.finance.email.slice(0, 12))}&limit=100`, {
    as: operator.checker,
  })
  const row = items.find((item: any) => item.id === who.finance.personId)
  t.match(row, { isDisabled: false, openSessions: 1, posts: [{ organizationId: who.id, duties: ['finance'] }] })
  t.ok(row.signedInAt)
  const path = `/persons/${who.finance.personId}`
  const body = { reason: '该员工已离职，机构来函要求停用' }
  t.equal((await x.call(`POST ${path}/disable`, { as: operator.maker, body })).status, 403)
  t.equal((await x.call(`POST ${path}/disable`, { as: who.administrator, body })).status, 403)
  const self = `/persons/${operator.checker.personId}/disable`
  t.equal((await x.call(`POST ${self}`, { as: operator.checker, body })).status, 422)
  t.equal((await x.call(`POST ${path}/disable`, { as: operator.checker, body: {} })).status, 400)
  const disabled = await x.ok(`POST ${path}/disable`, { as: operator.checker, body })
  t.match(disabled, { isDisabled: true, openSessions: 0 })
  const { decisions } = await x.ok(`GET ${path}`, { as: operator.checker })
  t.match(decisions, [{ isDisabling: true, by: 'checker', reason: body.reason }])
  t.equal((await x.call('GET /me', { as: who.finance })).status, 401, 'the session has ended')
  const credentials = { email: who.finance.email, password }
  t.equal((await x.call('POST /sessions', { body: credentials })).status, 401)
  t.equal((await x.call(`POST ${path}/disable`, { as: operator.checker, body })).status, 409)
  t.match(await x.ok('GET /persons?isDisabled=true', { as: operator.checker }), {
    items: [{ id: who.finance.personId }],
  })
  const enabled = await x.ok(`POST ${path}/enable`, { as: operator.checker, body: { reason: '机构来函恢复' } })
  t.match(enabled, { isDisabled: false })
  t.match((await x.ok(`GET ${path}`, { as: operator.checker })).decisions, [
    { isDisabling: false },
    { isDisabling: true },
  ])
  t.equal((await x.call('POST /sessions', { body: credentials })).status, 200)
  t.equal((await x.call(`POST ${path}/enable`, { as: operator.checker, body })).status, 409)
  const pages = await x.ok('GET /persons?limit=3', { as: operator.administrator })
  const next = await x.ok(`GET /persons?limit=3&after=${pages.next}`, { as: operator.administrator })
  t.same(
    next.items.filter((item: any) => pages.items.some((each: any) => each.id === item.id)),
    [],
  )
  t.equal((await x.call('GET /persons', { as: vendor.administrator })).status, 403)
})

t.test('the state of the system is told, and a job that was given up is tried again', async t => {
  const health = await x.ok('GET /operator/health', { as: operator.finance })
  t.ok(health.storage.databaseBytes > 0 && health.storage.freeBytes > 0 && health.queueCount > 5)
  t.match(health.processes, [{ isWorker: Boolean, isAlive: true, pid: process.pid }])
  t.ok(health.log.publishedSize > 0)
  t.match(health.books, { inspectedAt: String, violated: [] }, 'the worker inspected the books by itself')
  t.ok(health.books.invariantCount > 5)
  t.equal((await x.call('GET /operator/health', { as: vendor.maker })).status, 403)
  const [queue] = await x.sql`select name from pgboss.queue order by name limit 1`
  const [job] = await x.sql`
    insert into pgboss.job (id, name, state, data, output, completed_on)
    values (gen_random_uuid(), ${queue!.name}, 'failed', '{}', '{"message":"disk full"}', now()) returning id`
  const sick = await x.ok('GET /operator/health', { as: operator.checker })
  t.match(sick, { isWell: false, failed: [{ id: job!.id, queue: queue!.name, error: 'disk full' }] })
  t.ok(sick.warnings.some((warning: any) => /被放弃|多次失败/.test(warning.words.zh)))
  t.equal((await x.call(`POST /jobs/${job!.id}/retry`, { as: operator.finance })).status, 403)
  t.match(await x.ok(`POST /jobs/${job!.id}/retry`, { as: operator.checker }), { queue: queue!.name })
  t.equal((await x.call(`POST /jobs/${job!.id}/retry`, { as: operator.checker })).status, 404)
  const [after] = await x.sql`select state from pgboss.job where id = ${job!.id}`
  t.not(after?.state, 'failed')
})
