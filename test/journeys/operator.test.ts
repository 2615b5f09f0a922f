import type { BrowserContextOptions, Page } from 'playwright-core'
import t from 'tap'
import { acceptOrder, deliverOrder } from '../../src/modules/orders/index.ts'
import { openBrowser, watch } from '../support/browser.ts'
import { newUscc, openExchange, password, type Role } from '../support/exchange.ts'
import { draftProduct } from '../support/offering.ts'
import { newOrder, run } from '../support/orders.ts'
import { enter, listen } from '../support/web.ts'

const x = await openExchange(t)
const origin = await listen(x)
const browser = await openBrowser(t)
const { operator } = x
const vendor = await x.organization(['vendor'], { name: '晋阳气象数据公司' })
const buyer = await x.organization(['buyer'], { name: '晋中丰禾农业科技有限公司' })

type Test = { teardown: (work: () => Promise<void>) => void }
const complaints: string[][] = []

/** Both languages that the operator's people work in; `say` chooses the words of one. */
const languages = (['zh-CN', 'en'] as const).map(locale => ({
  locale,
  say: (zh: string, en: string) => (locale === 'en' ? en : zh),
}))

/** A browser of one of the operator's people. */
async function as(t: Test, role: Role, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1440, height: 900 }, ...options })
  await enter(context, x, role, origin)
  const page = await context.newPage()
  complaints.push(watch(page, origin))
  t.teardown(() => context.close())
  return page
}
const go = (page: Page, to: string) => page.goto(origin + to)
const said = (page: Page) => page.locator('main').innerText()
const press = (page: Page, words: string) => page.getByRole('button', { name: words, exact: true }).click()
const today = async () => {
  const { now } = await x.ok('GET /clock')
  return new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 10)
}

for (const { locale, say } of languages) {
  t.test(`two people verify an organisation, from the work list on (${locale})`, async t => {
    const name = say('大同云谷数据有限公司', '朔州云图数据有限公司')
    await x.ok('POST /organizations', {
      as: await x.person(`founder-${locale}`),
      body: {
        uscc: newUscc('140200'),
        nameZh: name,
        division: '140100',
        address: '山西省太原市示范路八号',
        contactName: '李新',
        contactPhone: '0351-9999999',
        roles: ['vendor'],
      },
    })
    const maker = await as(t, operator.maker, { locale })
    await go(maker, '/operator')
    await maker.getByRole('link', { name: say('先办：机构待受理', 'First: Organisations to accept') }).click()
    await maker.getByRole('link', { name }).click()
    t.match(
      await said(maker),
      say('（太原市）；核对是否迁址', '; ask whether it moved'),
      'the check says what to look into',
    )
    await press(maker, say('受理', 'Accept'))
    t.match(await said(maker), say('您已受理，核验须由另一人办理。', 'You accepted it; another person verifies.'))
    t.equal(await maker.getByRole('button', { name: say('核验通过', 'Verify') }).count(), 0)

    const checker = await as(t, operator.checker, { locale })
    await go(checker, '/operator/organizations?state=accepted')
    await checker.getByRole('link', { name }).click()
    t.match(await said(checker), say('由 maker 受理', 'Accepted by maker'))
    await press(checker, say('核验通过', 'Verify'))
    t.match(await said(checker), say('已核验', 'Verified'))
  })

  t.test(`a listing is reviewed point by point, with the evidence beside it (${locale})`, async t => {
    const draft = await draftProduct(x, vendor)
    await x.ok(`POST /listings/${draft.listing.id}/submit`, { as: vendor.maker, body: {} })
    const page = await as(t, operator.checker, { locale })
    await go(page, `/operator/listings/${draft.listing.id}`)
    const kept = say('文件在库，摘要与提交时一致', 'the file is in the store under the digest that was submitted')
    t.match(await said(page), /本公司自建监测站点采集/)
    t.match(await said(page), kept)
    await press(page, say('受理', 'Accept for review'))
    const opinion = page.getByLabel(say('审核意见', 'Opinion'))
    await opinion.fill('材料齐全，同意挂牌')
    await page.getByRole('checkbox').first().check()
    const pass = say('审核通过', 'Pass the review')
    await press(page, pass)
    const open = say('审核要点尚有 9 项未确认', '9 points of the review are not confirmed yet')
    t.match(await said(page), open, 'not passed while points are open')
    t.equal(await opinion.inputValue(), '材料齐全，同意挂牌', 'nothing typed is lost')
    t.ok(await page.getByRole('checkbox').first().isChecked())
    for (const box of await page.getByRole('checkbox').all()) await box.check()
    await press(page, pass)
    t.match(await said(page), say('10 项要点全部确认', 'all 10 points confirmed'))
    await press(page, say('挂牌', 'List'))
    await page.getByRole('link', { name: say('查看公开页面', 'See the public page') }).click()
    t.match(page.url(), /\/products\/[0-9a-f-]{36}$/)
    t.match(await page.locator('main').innerText(), /晋阳气象数据公司/)
  })
}

const ways = [
  {
    locale: 'zh-CN',
    file: '银行导出的对账单（CSV 或 camt.053）',
    begin: '导入并自动匹配',
    report: [/足额，订单已付清/, /附言中没有付款参考码/, /记账日期“2026-02-30”不是日期/],
    match: '认领',
    likely: /仅差 1 个字符/,
    choose: '认领到所选订单',
    done: /已完成/,
    nothing: '没有待认领的来款',
  },
  {
    locale: 'en',
    file: 'Statement exported by the bank (CSV or camt.053)',
    begin: 'Import and match',
    report: [
      /Exact: the order is paid/,
      /the remark has no payment reference/,
      /the booking date “2026-02-30” is not a day/,
    ],
    match: 'Match',
    likely: /1 character\(s\) away from the reference/,
    choose: 'Match to this order',
    done: /: done\./,
    nothing: 'No payment waits to be matched',
  },
]

for (const w of ways)
  t.test(
    `a statement is imported without scripts, and a payment that names no order is matched by hand (${w.locale})`,
    async t => {
      const order = await newOrder(x, { vendor, buyer, amountFen: 345_600n })
      const paid = await newOrder(x, { vendor, buyer, amountFen: 120_000n })
      const wrong = `${order.referenceCode.slice(0, 5)}?${order.referenceCode.slice(6)}`
      const day = await today()
      const csv = [
        '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号',
        `${day},1200.00,晋中丰禾农业科技有限公司,6222000011112222,${paid.referenceCode},B1${w.locale}`,
        `${day},3456.00,晋中丰禾农业科技公司,6222000011112222,货款 ${wrong},B2${w.locale}`,
        `2026-02-30,1.00,某人,,x,B3${w.locale}`,
      ].join('\n')
      const page = await as(t, operator.finance, { javaScriptEnabled: false, locale: w.locale })
      await go(page, '/operator/statements')
      await page
        .getByLabel(w.file)
        .setInputFiles({ name: '十一月.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) })
      await press(page, w.begin)
      t.match(page.url(), /\/operator\/statements\/[0-9a-f-]{36}$/)
      const report = await said(page)
      t.match(report, /十一月\.csv/)
      for (const words of w.report) t.match(report, words)
      await page.getByRole('link', { name: w.match, exact: true }).click()
      const choice = page.getByRole('radio').first()
      t.match(await said(page), w.likely)
      t.equal(await choice.inputValue(), order.id, 'the likeliest order comes first')
      await choice.check()
      await press(page, w.choose)
      t.match(await said(page), w.done)
      const { state } = await x.ok(`GET /orders/${order.id}`, { as: operator.finance })
      t.not(state, 'awaiting_payment')
      await go(page, '/operator/statements?tab=unmatched')
      t.match(await said(page), w.nothing)
    },
  )

t.test('the bank account of a vendor is confirmed by the operator', async t => {
  await x.ok('POST /bank-accounts', {
    as: vendor.finance,
    body: { bankName: '中国银行太原分行', accountNumber: '1400012345678901', password },
  })
  const checker = await as(t, operator.checker)
  await go(checker, '/operator/payouts?tab=accounts')
  await press(checker, '确认账户')
  t.match(await said(checker), '没有待确认的收款账户')
})

/** An order that was paid, delivered and accepted, with its payout ready. */
async function settled(serial: string): Promise<{ id: string }> {
  const order = await newOrder(x, { vendor, buyer, amountFen: 500_000n })
  const rows = [
    '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号',
    `${await today()},5000.00,晋中丰禾农业科技有限公司,6222000011112222,${order.referenceCode},${serial}`,
  ]
  await x.ok('POST /bank-statements?fileName=s.csv', {
    as: operator.finance,
    raw: { type: 'application/octet-stream', bytes: Buffer.from(rows.join('\n')) },
  })
  await x.until(async () => (await x.ok(`GET /orders/${order.id}`, { as: operator.finance })).state === 'delivering')
  await run(x, cx => deliverOrder(cx, order.id, { receiptId: order.id }))
  await run(x, cx => acceptOrder(cx, order.id))
  await x.advanceDays(10)
  const path = `GET /payouts?orderId=${order.id}&kind=vendor&state=ready`
  await x.until(async () => (await x.ok(path, { as: operator.finance })).items[0], 'the payout')
  return order
}

for (const { locale, say } of languages) {
  t.test(`a payout goes to the bank in a file and is confirmed by another person (${locale})`, async t => {
    const order = await settled(`B9${locale}`)
    const finance = await as(t, operator.finance, { locale })
    await go(finance, '/operator/payouts')
    t.match(await said(finance), /¥4,900\.00 · 晋阳气象数据公司/, 'what is left after the fee')
    await press(finance, say('生成付款文件', 'Make the payment file'))
    t.match(await said(finance), say('付款文件已生成', 'The payment file is made'))
    const [download] = await Promise.all([
      finance.waitForEvent('download'),
      finance.getByRole('link', { name: say('下载付款文件（CSV）', 'Download the payment file (CSV)') }).click(),
    ])
    t.match(download.suggestedFilename(), /^payouts-\d{8}-.*\.csv$/)
    const confirm = say('确认银行已付款', 'Confirm that the bank paid')
    t.equal(await finance.getByRole('button', { name: confirm }).count(), 0, 'not who ordered it')
    t.match(await said(finance), say('您提交了这笔付款，须由另一人确认。', 'You ordered it; another person confirms.'))

    const checker = await as(t, operator.checker, { locale })
    await go(checker, '/operator/payouts?tab=ordered')
    const serial = checker.getByLabel(say('银行流水号', 'Bank serial number'))
    await serial.fill('错 误')
    await press(checker, confirm)
    t.equal(await serial.getAttribute('aria-invalid'), 'true')
    const number = say('OUT20260001', 'OUT20260002')
    await serial.fill(number)
    await press(checker, confirm)
    await go(checker, '/operator/payouts?tab=confirmed')
    t.match(await said(checker), number)
    await checker.getByRole('link', { name: '晋阳气象数据公司' }).first().click()
    const course = checker.locator('.course')
    t.match(await course.innerText(), say('银行付款成功', 'Payout confirmed by the bank'))
    t.equal((await x.ok(`GET /orders/${order.id}`, { as: operator.finance })).state, 'closed')
    await go(checker, '/operator/books')
    t.match(await said(checker), say('条不变式全部成立', 'invariants hold.'))
  })

  t.test(`one person drafts an announcement, another publishes and withdraws it (${locale})`, async t => {
    const maker = await as(t, operator.maker, { locale })
    const title = say('系统维护通知', 'Maintenance this Saturday')
    await go(maker, '/operator/announcements')
    await maker.getByRole('link', { name: say('起草公告', 'Draft an announcement') }).click()
    await maker.getByLabel(say('类别', 'Kind')).selectOption('outage')
    await maker.getByLabel(say('中文标题', 'Title in Chinese')).fill('系统维护通知')
    await maker.getByLabel(say('中文正文', 'Text in Chinese')).fill('本周六凌晨两点至四点**暂停服务**，请提前安排。')
    await maker.getByLabel(say('英文标题', 'Title in English')).fill('Maintenance this Saturday')
    await maker
      .getByLabel(say('英文正文', 'Text in English'))
      .fill('The service **pauses** on Saturday from two to four.')
    await press(maker, say('保存草稿并预览', 'Save the draft and preview'))
    t.match(await said(maker), say('您起草了这份公告，须由另一人发布。', 'You drafted it; another person publishes.'))
    t.equal(await maker.locator('article strong').first().innerText(), '暂停服务')
    const checker = await as(t, operator.checker, { locale })
    await go(checker, '/operator')
    const waiting = say('公告待发布', 'Announcements to publish')
    await checker.getByRole('link', { name: waiting, exact: true }).click()
    await checker.getByRole('link', { name: title }).click()
    await press(checker, say('发布', 'Publish'))
    await checker.getByRole('link', { name: say('查看公开页面', 'See the public page') }).click()
    t.match(await checker.locator('h1').innerText(), title)
    await checker.goBack()
    await checker.getByText(say('撤回公告', 'Withdraw'), { exact: true }).first().click()
    await checker.getByLabel(say('理由', 'Reason')).fill('内容有误，另行发布更正')
    await press(checker, say('确认撤回', 'Withdraw'))
    t.match(await said(checker), say('已撤回', 'Withdrawn'))
  })
}

t.test('no page complained on the way', async t => {
  // a refused form answers with the status of its problem, which the browser notes
  t.same(
    complaints.flat().filter(words => !/status of 4(00|09|22)/.test(words)),
    [],
  )
})
