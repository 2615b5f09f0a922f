import { readFile } from 'node:fs/promises'
import type { BrowserContext, Page } from 'playwright-core'
import t from 'tap'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { openExchange, password, type Role } from '../support/exchange.ts'
import { listedProduct, sampleCsv } from '../support/offering.ts'
import { enter, listen } from '../support/web.ts'

const x = await openExchange(t)
const origin = await listen(x)
const browser = await openBrowser(t)
const vendor = await x.organization(['vendor'], { name: '山西晋阳环境数据有限公司', division: '140100' })
const buyer = await x.organization(['buyer'], { name: '大同绿源农业科技有限公司', division: '140200' })
/** One person of the buyer's who both makes and signs. */
const owner: Role = buyer.maker
await x.ok('PUT /members', {
  as: buyer.administrator,
  body: { email: owner.email, duties: ['maker', 'checker'] },
})
const scenario = '结合空气质量数据安排大棚通风，成果仅供本公司农技人员使用'
const today = async () => {
  const { now } = await x.ok('GET /clock')
  return new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 10)
}

/** The account of the exchange that buyers pay to. */
async function openCollection(): Promise<void> {
  const { id } = await x.ok('POST /bank-accounts', {
    as: x.operator.finance,
    body: {
      bankName: '晋商银行太原分行',
      accountNumber: '140001234567890123',
      password,
    },
  })
  await x.ok(`POST /bank-accounts/${id}/confirm`, { as: x.operator.checker })
}

let serial = 0
/** The operator imports a statement in which the bank reports a payment. */
async function receive(fen: number, reference: string): Promise<void> {
  const lines = [
    '记账日期,金额,付款人名称,付款人账号,摘要,银行流水号',
    [await today(), (fen / 100).toFixed(2), '大同绿源', '622200001111222200', reference, `J${++serial}`].join(),
  ]
  await x.ok('POST /bank-statements?fileName=statement.csv', {
    as: x.operator.finance,
    raw: { type: 'application/octet-stream', bytes: Buffer.from(lines.join('\n')) },
  })
}

interface Way {
  readonly hasScripts: boolean
  readonly language: 'zh' | 'en'
}

const words = {
  zh: {
    goods: '太原市空气质量日报数据',
    make: '生成合同并发给供方',
    agree: '同意条款，定稿',
    password: '登录密码',
    sign: '签署合同',
    scenario: '应用场景',
    toOrder: '去付款与收货',
    download: '下载数据',
    accept: '验收合格',
    accepted: '已验收，等待结算',
    waiting: '等待对方答复',
    performing: '合同已生效，正在履行',
  },
  en: {
    goods: 'Taiyuan daily air quality',
    make: 'Make the contract and send it to the vendor',
    agree: 'Agree to the terms',
    password: 'Your password',
    sign: 'Sign the contract',
    scenario: 'Scenario',
    toOrder: 'Pay and receive',
    download: 'Download the data',
    accept: 'Accept',
    accepted: 'Accepted, to be settled',
    waiting: 'Waiting for the other side’s answer',
    performing: 'In effect and being performed',
  },
} as const

async function contextOf(role: Role, { hasScripts, language }: Way): Promise<BrowserContext> {
  const context = await browser.newContext({
    javaScriptEnabled: hasScripts,
    locale: language === 'zh' ? 'zh-CN' : 'en',
    viewport: hasScripts ? { width: 1280, height: 900 } : { width: 390, height: 844 },
    acceptDownloads: true,
  })
  await enter(context, x, role, origin)
  return context
}

/** Looks at a page until it shows what is awaited: by itself where scripts run, by reloading where they do not. */
async function awaitOn(page: Page, selector: string, hasScripts: boolean): Promise<void> {
  const found = page.locator(selector).first()
  if (hasScripts) return found.waitFor({ timeout: 30_000 })
  for (let i = 0; i < 100 && (await found.count()) === 0; i++) {
    await page.waitForTimeout(200)
    await page.reload()
  }
  await found.waitFor({ timeout: 1_000 })
}

const stepTitle = (page: Page) => page.locator('#next').textContent()

/** The vendor agrees and signs, each by its own person. */
async function conclude(contractUrl: string, way: Way): Promise<void> {
  const w = words[way.language]
  const maker = await contextOf(vendor.maker, way)
  const page = await maker.newPage()
  await page.goto(contractUrl)
  await page.getByRole('button', { name: w.agree, exact: true }).click()
  await page.locator('.alert-success').first().waitFor()
  await maker.close()
  const checker = await contextOf(vendor.checker, way)
  const signing = await checker.newPage()
  await signing.goto(contractUrl)
  await signing.getByLabel(w.password).fill(password)
  await signing.getByRole('button', { name: w.sign, exact: true }).click()
  await signing.locator('.alert-success').first().waitFor()
  await checker.close()
}

const product = async (amountFen = 1_250_000) =>
  String((await listedProduct(x, vendor, { plan: { kind: 'one-off', amountFen } })).id)

await openCollection()

for (const way of [
  { hasScripts: true, language: 'zh' },
  { hasScripts: false, language: 'en' },
] as const)
  t.test(
    `a buyer comes from a search to accepted data ${way.hasScripts ? 'with' : 'without'} scripts, in ${way.language}`,
    async t => {
      const w = words[way.language]
      const productId = await product()
      const context = await contextOf(owner, way)
      const page = await context.newPage()
      const complaints = way.hasScripts ? watch(page, origin) : []
      let clicks = 0
      const click = async (target: ReturnType<Page['locator']>) => {
        clicks++
        await target.click()
      }
      await page.goto(`${origin}/products`)
      await page.locator('main input[type="search"]').fill('空气质量')
      await page.keyboard.press('Enter')
      await page.waitForURL(/[?&]q=/)
      await page.locator(`main a[href^="/products/${productId}"]`).first().click()
      await page.waitForURL(`${origin}/products/${productId}`)
      await click(page.locator(`main a[href="/products/${productId}/buy"]`).first())
      await click(page.getByLabel('内部分析'))
      await click(page.getByLabel(w.scenario))
      await page.getByLabel(w.scenario).fill(scenario)
      await click(page.getByRole('button', { name: w.make }))
      await page.waitForURL(/\/contracts\/[0-9a-f-]{36}/)
      t.equal((await stepTitle(page))?.trim(), w.waiting)
      const contractUrl = page.url()
      await conclude(contractUrl, way)
      await page.goto(contractUrl)
      await page.getByLabel(w.password).fill(password)
      await click(page.getByRole('button', { name: w.sign, exact: true }))
      await page.locator('.alert-success').first().waitFor()
      t.equal((await stepTitle(page))?.trim(), w.performing)
      t.ok(clicks <= 6, `${clicks} clicks from the product page to the signed contract`)

      const toOrder = page.getByRole('link', { name: w.toOrder })
      await awaitOn(page, `a[href^="/orders/"].btn-primary`, way.hasScripts)
      await toOrder.click()
      await page.waitForURL(/\/orders\//)
      const text = (await page.locator('.next').textContent()) ?? ''
      const reference = /JS[0-9A-Z]{9}/.exec(text)?.[0] ?? /[A-Z0-9]{11}/.exec(text)?.[0]
      t.ok(reference, 'the reference to pay with')
      t.match(text, /140001234567890123/)
      t.match(text, /12,500\.00/)
      await receive(1_250_000, reference!)

      const button = page.locator('.next').getByRole('button', { name: w.download })
      await awaitOn(page, `.next form[action*="/entitlements/"] button`, way.hasScripts)
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()])
      t.equal(await readFile((await download.path())!, 'utf8'), sampleCsv, 'the very data')
      t.equal(download.suggestedFilename(), 'air.csv')

      await awaitOn(page, 'form[action$="/accept"] button', way.hasScripts)
      if (way.hasScripts) t.same(await accessibility(page), [], 'the order page is accessible')
      await page.getByRole('button', { name: w.accept, exact: true }).click()
      await page.locator('.alert-success').first().waitFor()
      t.equal((await stepTitle(page))?.trim(), w.accepted)
      t.match(await page.locator('#invoice').textContent(), new RegExp(buyer.uscc))
      await page.goto(`${origin}/buyer/purchases`)
      t.match(await page.locator('main').textContent(), w.goods)
      const { items } = await x.ok('GET /purchases?limit=1', { as: owner })
      t.match(items[0], { productName: '太原市空气质量日报数据', amountFen: 1_250_000, state: 'accepted' })
      t.ok(items[0].lastDownloadAt && items[0].endsAt > items[0].lastDownloadAt)
      t.equal(items[0].delivery.receipts.length, 1)
      t.match(await x.ok(`GET /orders/${items[0].orderId}/invoice`, { as: owner }), {
        buyer: { title: '大同绿源农业科技有限公司', taxCode: buyer.uscc },
        seller: { taxCode: vendor.uscc },
        amountFen: 1_250_000,
        item: '太原市空气质量日报数据',
      })
      t.same(complaints, [])
      await context.close()
    },
  )

/** A contract on a new product, asked for over the API. */
async function asked(): Promise<string> {
  const body = { productId: await product(), purpose: '内部分析', scenario }
  return String((await x.ok('POST /contracts', { as: owner, body })).id)
}
const zh = { hasScripts: true, language: 'zh' } as const

/** A page of a person, with what must be closed afterwards. */
async function pageOf(role: Role, path: string): Promise<Page> {
  const page = await (await contextOf(role, zh)).newPage()
  await page.goto(`${origin}${path}`)
  return page
}

t.test('a signature sent twice is one signature, and going back makes no second contract', async t => {
  const productId = await product()
  const page = await pageOf(owner, `/products/${productId}/buy`)
  await page.getByLabel('内部分析').check()
  await page.getByLabel('应用场景').fill(scenario)
  const make = page.getByRole('button', { name: words.zh.make })
  await make.click()
  await page.waitForURL(/\/contracts\//)
  const contractUrl = page.url()
  const id = contractUrl.split('/').at(-1)!

  await page.goBack()
  await page.waitForURL(/\/buy$/)
  const begun = await page.getByText('本机构已就该产品发起合同').count()
  if (begun === 0) {
    // the browser kept the page as it was, with its key: sending it again leads to the same contract
    await page.getByLabel('内部分析').check()
    await page.getByLabel('应用场景').fill(scenario)
    await make.click()
    await page.waitForURL(contractUrl)
  }
  const [counted] = await x.sql`select count(*)::int as n from contracts.contract where product_id = ${productId}`
  t.equal(counted!.n, 1)

  await conclude(contractUrl, zh)
  await page.goto(contractUrl)
  const fields = await page
    .locator('form[action$="/sign"]')
    .evaluate(form =>
      Object.fromEntries([...new FormData(form as never)].map(([name, value]) => [name, String(value)])),
    )
  const send = () =>
    page.context().request.post(`${origin}/forms/contracts/${id}/sign`, {
      form: { ...fields, password },
      maxRedirects: 0,
    })
  const replies = await Promise.all([send(), send()])
  t.same(
    replies.map(reply => reply.status()),
    [303, 303],
    'both are led on',
  )
  const [signed] = await x.sql`
    select count(*)::int as n from kernel.audit_entry
    where action = 'contract.sign' and subject_id = ${id}`
  t.equal(signed!.n, 2, 'one signature a side')
  await page.context().close()
})

t.test('a wrong password signs nothing and says so beside the field', async t => {
  const id = await asked()
  await x.ok(`POST /contracts/${id}/agree`, { as: vendor.maker })
  const page = await pageOf(owner, `/contracts/${id}`)
  await page.getByLabel('登录密码').fill('not my password')
  await page.getByRole('button', { name: '签署合同', exact: true }).click()
  await page.getByRole('alert').waitFor()
  t.match(await page.getByRole('alert').textContent(), /密码/)
  t.equal((await x.ok(`GET /contracts/${id}`, { as: owner })).state, 'agreed')
  await page.context().close()
})

t.test(
  'terms are negotiated in the browser, each difference marked, and the purchase is approved before signing',
  async t => {
    const id = await asked()
    const seller = await pageOf(vendor.maker, `/contracts/${id}`)
    await seller.getByText('提出不同条款').click()
    await seller.getByLabel('价款（元）').fill('13,000.50')
    await seller.getByLabel('验收期（工作日）').fill('10')
    await seller.getByLabel('给对方的说明').fill('含一次更新')
    await seller.getByRole('button', { name: '发出新条款' }).click()
    await seller.locator('.alert-success').first().waitFor()
    t.equal((await stepTitle(seller))?.trim(), '等待对方答复')
    await seller.context().close()

    await x.ok('PUT /signing-policy', { as: buyer.administrator, body: { isApprovalNeeded: true } })
    const page = await pageOf(owner, '/contracts')
    await page.getByRole('link', { name: '请答复' }).click()
    const main = (await page.locator('main').textContent()) ?? ''
    t.match(main, /¥12,500\.00¥13,000\.50/)
    t.match(main, /5 个工作日10 个工作日/)
    t.match(main, /含一次更新/)
    t.same(await accessibility(page), [], 'the contract page is accessible')
    await page.getByRole('button', { name: '同意条款，定稿' }).click()
    await page.locator('.alert-success').first().waitFor()
    t.equal(await page.getByLabel('登录密码').count(), 0, 'not to be signed before it is approved')
    t.match(await page.locator('.next').textContent(), /同事批准/)

    const colleague = await pageOf(buyer.finance, `/contracts/${id}`)
    await colleague.getByLabel('审批意见（选填）').fill('预算内')
    await colleague.getByRole('button', { name: '批准签署' }).click()
    await colleague.locator('.alert-success').first().waitFor()
    await colleague.context().close()

    await page.reload()
    t.match(await page.locator('.next').textContent(), /已批准签署：.*预算内/s)
    await page.getByLabel('登录密码').fill(password)
    await page.getByRole('button', { name: '签署合同', exact: true }).click()
    await page.locator('.alert-success').first().waitFor()
    t.equal((await x.ok(`GET /contracts/${id}`, { as: owner })).state, 'partly_signed')
    await x.ok('PUT /signing-policy', { as: buyer.administrator, body: { isApprovalNeeded: false } })
    await page.context().close()
  },
)

t.test('a rejected delivery is delivered again on the vendor’s side of the same page, and accepted', async t => {
  const id = await asked()
  await x.ok(`POST /contracts/${id}/agree`, { as: vendor.maker })
  await x.ok(`POST /contracts/${id}/sign`, { as: vendor.checker, body: { password } })
  await x.ok(`POST /contracts/${id}/sign`, { as: owner, body: { password } })
  const order = await x.until(async () => {
    const { items } = await x.ok('GET /orders?as=buyer', { as: owner })
    return items.find((item: any) => item.contractId === id && item.state === 'awaiting_payment')
  })
  await receive(order.amountFen, order.referenceCode)
  const state = async () => (await x.ok(`GET /orders/${order.id}`, { as: owner })).state
  const reach = (wanted: string) => x.until(async () => (await state()) === wanted, wanted)
  const fetchOnce = async (page: Page) => {
    await page.reload()
    const button = page.locator('.next').getByRole('button', { name: '下载数据' })
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()])
    await download.path()
    await reach('delivered')
    await page.reload()
  }
  await reach('delivering')
  const page = await pageOf(owner, `/orders/${order.id}`)
  await fetchOnce(page)
  await page.getByText('验收不合格', { exact: true }).first().click()
  const door = page.locator('form[action$="/reject"]')
  await door.getByLabel('理由（对方可见）').fill('缺')
  await door.getByRole('button').click()
  await page.locator('.invalid-feedback').first().waitFor()
  t.equal(await door.getByLabel('理由（对方可见）').inputValue(), '缺', 'a reason too short is kept and shown again')
  await door.getByLabel('理由（对方可见）').fill('缺少大同站点 1 月 4 日的数据')
  await door.getByRole('button').click()
  await page.locator('.alert-success').first().waitFor()
  t.equal(await state(), 'rejected')

  const seller = await pageOf(vendor.checker, `/orders/${order.id}`)
  t.match(await seller.locator('.next').textContent(), /缺少大同站点 1 月 4 日的数据/)
  await seller.getByRole('button', { name: '重新交付' }).click()
  await seller.locator('.alert-success').first().waitFor()
  await seller.context().close()

  await fetchOnce(page)
  await page.getByRole('button', { name: '验收合格', exact: true }).click()
  await page.locator('.alert-success').first().waitFor()
  t.equal(await state(), 'accepted')
  await page.goto(`${origin}/trades/${id}`)
  t.match(await page.locator('main').textContent(), /验收不合格.*重新交付.*验收合格/s)
  await page.goto(`${origin}/buyer`)
  t.equal(await page.locator('h1').textContent(), '需方工作台')
  t.same(await accessibility(page), [])
  await page.context().close()
})

t.test('who cannot buy is told why and what to do instead', async t => {
  const productId = await product()
  const single = await x.person('single')
  for (const [role, reason, way] of [
    [vendor.maker, '这是本机构自己的产品', `/vendor/products/${productId}`],
    [buyer.finance, '需要经办职责', '/organization/members'],
    [single, '购买须以机构名义进行', '/organization/new'],
  ] as const) {
    const page = await pageOf(role, `/products/${productId}/buy`)
    t.match(await page.locator('main').textContent(), reason)
    t.equal(await page.locator('main .btn-primary').getAttribute('href'), way)
    await page.context().close()
  }
})
