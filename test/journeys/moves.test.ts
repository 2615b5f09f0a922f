import type { BrowserContextOptions, Page } from 'playwright-core'
import t from 'tap'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { openExchange, password, type Role } from '../support/exchange.ts'
import { journeysOf } from '../support/language.ts'
import { signedContract } from '../support/trade.ts'
import { enter, listen } from '../support/web.ts'

const x = await openExchange(t)
const origin = await listen(x)
const browser = await openBrowser(t)
const { operator } = x
const vendor = await x.organization(['vendor'], { name: '山西晋阳环境数据有限公司' })
const buyer = await x.organization(['buyer'], { name: '大同绿源农业科技有限公司' })
const authority = await x.organization(['authority'], { name: '太原市数据局' })
const complaints: string[][] = []
const { journey, w, say, locale } = journeysOf(t)
type Test = { teardown: (work: () => Promise<void>) => void }

/** A page of a person's browser. */
async function as(t: Test, role: Role, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: locale(), viewport: { width: 1280, height: 900 }, ...options })
  await enter(context, x, role, origin)
  const page = await context.newPage()
  complaints.push(watch(page, origin))
  t.teardown(() => context.close())
  await page.goto(origin + path)
  return page
}
const said = (page: Page) => page.locator('main').innerText()
const press = (page: Page, words: string) => page.getByRole('button', { name: w(words), exact: true }).click()
const done = (page: Page) => page.locator('.alert-success').first().waitFor()

/** The registration of a trade that was just signed. */
async function opened(content?: Record<string, unknown>): Promise<{ contractId: string; id: string }> {
  const contract = await signedContract(x, { vendor, buyer }, content ? { content } : {})
  const { id } = await x.until(async () => {
    const { items } = await x.ok('GET /registrations?limit=100', { as: vendor.maker })
    return items.find((item: any) => item.contractId === contract.id)
  }, 'the registration')
  return { contractId: contract.id, id }
}
const stateOf = async (id: string) => (await x.ok(`GET /registrations/${id}`, { as: vendor.maker })).state

journey('a returned registration is found on the desk, answered, registered, and cancelled by its vendor', async t => {
  const { id, contractId } = await opened()
  const maker = await as(t, operator.maker, `/operator/registrations/${id}`)
  await maker.getByText(w('退回补正'), { exact: true }).first().click()
  await maker.locator('form[action$="/return"]').getByRole('combobox').fill('请补充使用场景的说明')
  await maker.locator('form[action$="/return"]').getByRole('button').click()
  await done(maker)
  t.equal(await stateOf(id), 'supplementing')

  const party = await as(t, vendor.maker, '/vendor')
  await party
    .getByRole('link', { name: say('1 件交易登记被退回，待补正', 'A registration was returned: answer') })
    .click()
  await party.waitForURL(`**/trades/${contractId}*`)
  t.match(await said(party), '请补充使用场景的说明')
  t.same(await accessibility(party), [])
  await press(party, '提交补正')
  t.equal(
    await party.getByLabel(w('补正说明')).getAttribute('aria-invalid'),
    null,
    'the browser itself asks for the answer',
  )
  await party.getByLabel(w('补正说明')).fill('场景为大棚通风调度')
  await press(party, '提交补正')
  await done(party)
  t.equal(await stateOf(id), 'submitted')

  await maker.reload()
  t.match(await said(maker), '场景为大棚通风调度')
  await press(maker, '受理')
  await done(maker)
  const checker = await as(t, operator.checker, `/operator/registrations/${id}`)
  await press(checker, '形式审核通过')
  await done(checker)
  t.equal(await stateOf(id), 'registered')

  const owner = await as(t, vendor.checker, `/trades/${contractId}`)
  t.match(await said(owner), say(/起可续展/, /it can be renewed from/))
  t.equal(await owner.getByRole('button', { name: w('续展登记') }).count(), 0, 'not renewed years ahead')
  await owner.getByText(w('注销登记'), { exact: true }).first().click()
  await owner.getByLabel(w('注销理由')).fill('双方协商一致终止使用')
  await press(owner, '确认注销')
  await done(owner)
  t.equal(await stateOf(id), 'cancelled')
})

journey('an objection in publicity stops the registration until the operator has decided it', async t => {
  const { id } = await opened({ sourceCategory: 'public', isPublicData: true })
  await x.ok(`POST /registrations/${id}/accept`, { as: operator.maker })
  await x.ok(`POST /registrations/${id}/pass`, { as: operator.checker })
  const stranger = await browser.newContext({ locale: locale() })
  t.teardown(() => stranger.close())
  const outside = await stranger.newPage()
  await outside.goto(`${origin}/announcements`)
  t.match(
    await said(outside),
    say(/公示中的交易登记.*登录后提出异议/s, /Registrations in publicity.*Sign in to object/is),
  )

  const citizen = await as(t, await x.person('citizen'), '/announcements')
  await citizen.getByText(w('提出异议'), { exact: true }).first().click()
  await citizen.getByLabel(w('异议的事实与理由')).fill('不')
  await press(citizen, '提交异议')
  t.equal(await citizen.getByLabel(w('异议的事实与理由')).getAttribute('aria-invalid'), 'true')
  await citizen.getByLabel(w('异议的事实与理由')).fill('该数据属于我单位，未经授权')
  await press(citizen, '提交异议')
  await done(citizen)
  t.equal(await stateOf(id), 'objection_handling')

  const checker = await as(t, operator.checker, `/operator/registrations/${id}`)
  t.match(await said(checker), '该数据属于我单位，未经授权')
  const decide = checker.locator('form[action$="/decide-objection"]')
  await decide.getByLabel(w('不成立，准予登记')).check()
  await decide.locator('textarea').fill('经核对授权文件，供方已取得授权，异议不成立')
  await decide.getByRole('button').click()
  await done(checker)
  t.equal(await stateOf(id), 'registered')
})

journey('a filing whose correction was ordered is corrected on the trade’s own page', async t => {
  const { contractId } = await opened()
  const filing = await x.until(async () => {
    const { items } = await x.ok('GET /filings?limit=100', { as: vendor.maker })
    return items.find((item: any) => item.contractId === contractId && item.state === 'filed')
  }, 'the filing')
  await x.ok(`POST /filings/${filing.id}/order-correction`, {
    as: authority.maker,
    body: { reason: '使用场景过于笼统', workingDays: 5 },
  })
  const page = await as(t, vendor.maker, '/vendor', { viewport: { width: 390, height: 844 } })
  await page
    .getByRole('link', {
      name: say('1 件备案被责令补正', 'A filing is to be corrected, says the authority'),
    })
    .click()
  t.match(await said(page), '使用场景过于笼统')
  await page.getByLabel(w('使用场景')).fill('用于十二座大棚的通风时段安排，仅限本公司农技人员')
  await page.getByLabel(w('补正说明（报主管部门）')).fill('已写明大棚数量和使用人员')
  await press(page, '报送补正')
  await done(page)
  const after = await x.ok(`GET /filings/${filing.id}`, { as: authority.maker })
  t.match(after, { state: 'filed', version: 2, facts: { scenario: /十二座大棚/ } })
})

journey('a disputed order is mediated in part, and a payout that bounced goes out again', async t => {
  await x.ok('POST /bank-accounts', {
    as: operator.finance,
    body: { bankName: '晋商银行太原分行', accountNumber: '140001234567890123', password },
  })
  await x.ok('POST /bank-accounts', {
    as: vendor.finance,
    body: { bankName: '中国银行太原分行', accountNumber: '1400012345678901', password },
  })
  const waiting = await x.ok('GET /bank-accounts?state=submitted', { as: operator.checker })
  for (const { id } of waiting.items ?? waiting)
    await x.ok(`POST /bank-accounts/${id}/confirm`, { as: operator.checker, body: {} })
  const { contractId } = await opened()
  const order = await x.until(async () => {
    const { items } = await x.ok('GET /orders?as=buyer&limit=100', { as: buyer.maker })
    return items.find((item: any) => item.contractId === contractId && item.state === 'awaiting_payment')
  }, 'the order')
  const { now } = await x.ok('GET /clock')
  const day = new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 10)
  const csv = `记账日期,金额,付款人名称,付款人账号,摘要,银行流水号\n${day},12500.00,大同绿源农业科技有限公司,6222000011112222,${order.referenceCode},M1`
  await x.ok('POST /bank-statements?fileName=m.csv', {
    as: operator.finance,
    raw: { type: 'application/octet-stream', bytes: Buffer.from(csv) },
  })
  const state = async () => (await x.ok(`GET /orders/${order.id}`, { as: buyer.maker })).state
  await x.until(async () => (await state()) === 'delivering', 'delivering')
  const page = await as(t, buyer.maker, `/orders/${order.id}`)
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page
      .locator('.next')
      .getByRole('button', { name: w('下载数据') })
      .click(),
  ])
  await file.path()
  await x.until(async () => (await state()) === 'delivered', 'delivered')
  await page.reload()
  await page.getByText(w('提出争议'), { exact: true }).first().click()
  const dispute = page.locator('form[action$="/dispute"]')
  await dispute.locator('textarea, input[name="reason"]').first().fill('十二月缺少三天数据')
  await dispute.getByRole('button').click()
  await done(page)
  t.equal(await state(), 'disputed')

  const checker = await as(t, operator.checker, `/operator/orders/${order.id}`)
  t.match(await said(checker), '十二月缺少三天数据')
  await checker.getByLabel(w('部分退款，其余向供方结算')).check()
  await checker.getByLabel(w('退款金额（元，仅部分退款）')).fill('99999')
  await checker.getByLabel(w('调解意见')).fill('缺失三天属实，按天数折算退款')
  await press(checker, '作出调解')
  t.equal(await state(), 'disputed', 'no more goes back than was paid')
  t.equal(await checker.getByLabel(w('调解意见')).inputValue(), '缺失三天属实，按天数折算退款')
  await checker.getByLabel(w('退款金额（元，仅部分退款）')).fill('2500')
  await press(checker, '作出调解')
  await done(checker)
  t.match(await said(checker), /缺失三天属实/)

  const refunds = `GET /payouts?orderId=${order.id}&kind=refund&state=ready`
  await x.until(async () => (await x.ok(refunds, { as: operator.finance })).items[0], 'the refund')
  const finance = await as(t, operator.finance, '/operator/payouts?tab=ready')
  await press(finance, '生成付款文件')
  await finance.getByText(w('付款文件已生成')).waitFor()
  const second = await as(t, operator.checker, '/operator/payouts?tab=ordered')
  await second.getByText(w('银行退票'), { exact: true }).first().click()
  await second.locator('form[action$="/bounce"] input[name="reason"]').fill('户名与账号不符')
  await press(second, '记录退票')
  await done(second)
  await finance.goto(`${origin}/operator/payouts?tab=stuck`)
  t.match(await said(finance), '户名与账号不符')
  t.same(await accessibility(finance), [])
  await finance.getByLabel(w('收款账号')).fill('6222000033334444')
  await finance.getByLabel(w('开户行')).fill('中国工商银行大同分行')
  await press(finance, '按此账户重新准备')
  await done(finance)
  await finance.goto(`${origin}/operator/payouts?tab=ready`)
  t.match(await said(finance), /¥2,500\.00.*4444/s)
  await press(finance, '生成付款文件')
  await finance.getByText(w('付款文件已生成')).waitFor()
  await second.goto(`${origin}/operator/payouts?tab=ordered`)
  await second.getByLabel(w('银行流水号')).fill('OUT20269001')
  await press(second, '确认银行已付款')
  await done(second)

  await x.advanceDays(10)
  const path = `GET /payouts?orderId=${order.id}&kind=vendor&state=ready`
  const rest = await x.until(async () => (await x.ok(path, { as: operator.finance })).items[0], 'the rest')
  t.equal(rest.amountFen, 980_000, 'what was not refunded, less the fee of two in a hundred')
})

t.test('no page complained on the way', async t => {
  t.same(
    complaints.flat().filter(words => !/status of 4(00|09|22)/.test(words)),
    [],
  )
})
