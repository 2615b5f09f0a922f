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

t.test('two people verify an organisation, from the work list on', async t => {
  await x.ok('POST /organizations', {
    as: await x.person('founder'),
    body: {
      uscc: newUscc('140200'),
      nameZh: '大同云谷数据有限公司',
      division: '140100',
      address: '山西省太原市示范路八号',
      contactName: '李新',
      contactPhone: '0351-9999999',
      roles: ['vendor'],
    },
  })
  const maker = await as(t, operator.maker)
  await go(maker, '/operator')
  await maker.getByRole('link', { name: '先办：机构待受理' }).click()
  await maker.getByRole('link', { name: '大同云谷数据有限公司' }).click()
  t.match(await said(maker), /140200（大同市）.*140100（太原市）；核对是否迁址/s, 'the check says what to look into')
  await press(maker, '受理')
  t.match(await said(maker), '您已受理，核验须由另一人办理。')
  t.equal(await maker.getByRole('button', { name: '核验通过' }).count(), 0)

  const checker = await as(t, operator.checker)
  await go(checker, '/operator/organizations?state=accepted')
  await checker.getByRole('link', { name: '大同云谷数据有限公司' }).click()
  t.match(await said(checker), /由 maker 受理/)
  await press(checker, '核验通过')
  t.match(await said(checker), /已核验/)
})

t.test('a listing is reviewed point by point, with the evidence beside it', async t => {
  const draft = await draftProduct(x, vendor)
  await x.ok(`POST /listings/${draft.listing.id}/submit`, { as: vendor.maker, body: {} })
  const page = await as(t, operator.checker)
  await go(page, '/operator/listings')
  await page.getByRole('link', { name: '太原市空气质量日报数据' }).click()
  t.match(await said(page), /本公司自建监测站点采集.*文件在库，摘要与提交时一致/s)
  await press(page, '受理')
  await page.getByLabel('审核意见').fill('材料齐全，同意挂牌')
  await page.getByRole('checkbox').first().check()
  await press(page, '审核通过')
  t.match(await said(page), /审核要点尚有 9 项未确认/, 'not passed while points are open')
  t.equal(await page.getByLabel('审核意见').inputValue(), '材料齐全，同意挂牌', 'nothing typed is lost')
  t.ok(await page.getByRole('checkbox').first().isChecked())
  for (const box of await page.getByRole('checkbox').all()) await box.check()
  await press(page, '审核通过')
  t.match(await said(page), /10 项要点全部确认/)
  await press(page, '挂牌')
  await page.getByRole('link', { name: '查看公开页面' }).click()
  t.match(await said(page), '太原市空气质量日报数据')
})

const ways = [
  {
    locale: 'zh-CN',
    file: '银行导出的 CSV 文件',
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
    file: 'CSV file exported by the bank',
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

t.test('a payout goes to the bank in a file and is confirmed by another person', async t => {
  await x.ok('POST /bank-accounts', {
    as: vendor.finance,
    body: { bankName: '中国银行太原分行', accountNumber: '1400012345678901', password },
  })
  const checker = await as(t, operator.checker)
  await go(checker, '/operator/payouts?tab=accounts')
  await press(checker, '确认账户')
  t.match(await said(checker), '没有待确认的收款账户')

  const order = await newOrder(x, { vendor, buyer, amountFen: 500_000n })
  const rows = [
    '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号',
    `${await today()},5000.00,晋中丰禾农业科技有限公司,6222000011112222,${order.referenceCode},B9`,
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

  const finance = await as(t, operator.finance)
  await go(finance, '/operator/payouts')
  t.match(await said(finance), /¥4,900\.00 · 晋阳气象数据公司/, 'what is left after the fee')
  await press(finance, '生成付款文件')
  t.match(await said(finance), '付款文件已生成')
  const [download] = await Promise.all([
    finance.waitForEvent('download'),
    finance.getByRole('link', { name: '下载付款文件（CSV）' }).click(),
  ])
  t.match(download.suggestedFilename(), /^payouts-\d{8}-.*\.csv$/)
  t.equal(await finance.getByRole('button', { name: '确认银行已付款' }).count(), 0, 'not who ordered it')
  t.match(await said(finance), '您提交了这笔付款，须由另一人确认。')

  await go(checker, '/operator/payouts?tab=ordered')
  await checker.getByLabel('银行流水号').fill('错 误')
  await press(checker, '确认银行已付款')
  t.equal(await checker.getByLabel('银行流水号').getAttribute('aria-invalid'), 'true')
  await checker.getByLabel('银行流水号').fill('OUT20260001')
  await press(checker, '确认银行已付款')
  await go(checker, '/operator/payouts?tab=confirmed')
  t.match(await said(checker), /OUT20260001/)
  t.equal((await x.ok(`GET /orders/${order.id}`, { as: operator.finance })).state, 'closed')
  await go(checker, '/operator/books')
  t.match(await said(checker), /条不变式全部成立/)
})

t.test('one person drafts an announcement, another publishes and withdraws it', async t => {
  const maker = await as(t, operator.maker)
  await go(maker, '/operator/announcements')
  await maker.getByRole('link', { name: '起草公告' }).click()
  await maker.getByLabel('类别').selectOption('outage')
  await maker.getByLabel('中文标题').fill('系统维护通知')
  await maker.getByLabel('中文正文').fill('本周六凌晨两点至四点**暂停服务**，请提前安排。')
  await maker.getByLabel('英文标题').fill('Maintenance this Saturday')
  await maker.getByLabel('英文正文').fill('The service **pauses** on Saturday from two to four.')
  await press(maker, '保存草稿并预览')
  t.match(await said(maker), '您起草了这份公告，须由另一人发布。')
  t.equal(await maker.locator('article strong').first().innerText(), '暂停服务')
  const checker = await as(t, operator.checker)
  await go(checker, '/operator')
  await checker.getByRole('link', { name: '公告待发布', exact: true }).click()
  await checker.getByRole('link', { name: '系统维护通知' }).click()
  await press(checker, '发布')
  await checker.getByRole('link', { name: '查看公开页面' }).click()
  t.match(await said(checker), '系统维护通知')
  await checker.goBack()
  await checker.getByText('撤回公告', { exact: true }).click()
  await checker.getByLabel('理由').fill('内容有误，另行发布更正')
  await press(checker, '确认撤回')
  t.match(await said(checker), /已撤回/)
})

t.test('no page complained on the way', async t => {
  // a refused form answers with the status of its problem, which the browser notes
  t.same(
    complaints.flat().filter(words => !/status of 4(00|09|22)/.test(words)),
    [],
  )
})
