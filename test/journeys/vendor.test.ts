import type { Page } from 'playwright-core'
import t, { type Test as Tap } from 'tap'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { type Cast, openExchange, password, type Role } from '../support/exchange.ts'
import { openMarket } from '../support/market.ts'
import { confirmedData, draftProduct, listedProduct, passBody, productContent, sampleCsv } from '../support/offering.ts'

const x = await openExchange(t)
const market = openMarket(x)
const browser = await openBrowser(t)
await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
const { port } = x.exchange.app.server.address() as { port: number }
const origin = `http://127.0.0.1:${port}`

interface Looks {
  readonly width?: number
  readonly isPlain?: boolean
  readonly language?: 'zh' | 'en'
}

/** A browser in which that person is signed in; `isPlain`: without scripts. */
async function enter(role: Role, { width = 1440, isPlain = false, language = 'zh' }: Looks = {}): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: !isPlain, viewport: { width, height: 900 } })
  await context.addCookies([{ name: 'jinshu_language', value: language, url: origin }])
  const page = await context.newPage()
  await page.goto(`${origin}/sign-in?next=/vendor`)
  const form = page.locator('form:has(input[name="password"])')
  await form.locator('input[name="email"]').fill(role.email)
  await form.locator('input[name="password"]').fill(password)
  await form.locator('button[type="submit"]').click()
  await page.waitForURL(`${origin}/vendor`)
  return page
}

const fileOf = (name: string, content: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(content) })
const send = (page: Page, to: string) =>
  page.locator(`form[action="/forms${to}"] button[type="submit"]`).first().click()
const idOf = (page: Page) => new URL(page.url()).pathname.split('/')[3]!
/** What was typed last is left, and then saved. */
const isSaved = async (page: Page) => {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.locator('[data-save-state][data-look="good"]').waitFor()
}

/** What every page must be: nothing sticks out on a phone, nothing hinders a reader. */
async function looksWhole(t: Tap, page: Page, where: string) {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    t.ok(overflow <= 0, `${where}: nothing sticks out at ${width}`)
  }
  t.same(await accessibility(page), [], `${where}: accessible`)
  await page.setViewportSize({ width: 1440, height: 900 })
}

/** What the pages say where the journeys look or click. */
const words = {
  zh: {
    begin: /上传第一个数据文件/,
    upload: '上传并读取',
    meaning: '含义',
    unit: '单位',
    confirm: '确认读取结果',
    next: '下一步：建立数据产品',
    productName: '产品中文名称',
    gradeAndRisk: '分级与风险评估',
    decideGrade: '确定级别',
    assess: '提交风险评估',
    reviewing: '风险审核中',
    makeDraft: '建立产品草稿',
    nameZh: '中文名称',
    nameEn: '英文名称',
    abstract: '摘要',
    industry: '所属行业',
    theme: '主题',
    frequency: '更新频率',
    use: '使用权',
    term: '授权期限',
    area: '授权地域',
    allowed: '允许的用途',
    prohibited: '禁止的用途',
    own: '自产',
    source: '来源说明',
    general: '一般数据',
    standard: '验收标准',
    oneLeft: /还有 1 处需要完善/,
    amount: '金额（元）',
    add: '添加',
    clean: '预检通过，可以提交',
    submit: '提交挂牌',
    submitted: '已提交，等待运营机构受理',
    passed: /审核通过，可以挂牌/,
    publish: '挂牌',
    publishIt: '确认挂牌',
    paidSoFar: /累计已付/,
    paid: '已付款',
    download: /下载结算明细/,
  },
  en: {
    begin: /Upload the first data file/,
    upload: 'Upload and read',
    meaning: 'Meaning',
    unit: 'Unit',
    confirm: 'Confirm what was read',
    next: 'Next: make a data product',
    productName: 'Chinese name of the product',
    gradeAndRisk: 'Grade and risk',
    decideGrade: 'Decide the grade',
    assess: 'Submit the assessment',
    reviewing: 'Under risk review',
    makeDraft: 'Make a product draft',
    nameZh: 'Chinese name',
    nameEn: 'English name',
    abstract: 'Abstract',
    industry: 'Industry',
    theme: 'Theme',
    frequency: 'Update frequency',
    use: 'Right to use',
    term: 'Term in months',
    area: 'Area',
    allowed: 'Purposes allowed',
    prohibited: 'Purposes prohibited',
    own: 'Own production',
    source: 'Statement of source',
    general: 'General data',
    standard: 'Acceptance standard',
    oneLeft: /1 thing is left to do/,
    amount: 'Amount in yuan',
    add: 'Add',
    clean: 'The pre-check is clean: it can be submitted',
    submit: 'Submit for listing',
    submitted: 'Submitted; the exchange is to accept it',
    passed: /1 listing has passed the review: publish/,
    publish: 'Publish',
    publishIt: 'Publish it',
    paidSoFar: /Paid so far/,
    paid: 'Paid',
    download: /Download the statement/,
  },
} as const

/** Answers the questions that the file could not, by their labels; the listing's pre-check then finds nothing. */
async function fillIn(page: Page, language: 'zh' | 'en' = 'zh') {
  const w = words[language]
  await page.getByLabel(w.nameZh).fill(productContent.nameZh)
  await page.getByLabel(w.abstract).fill(productContent.abstract)
  await page.getByLabel(w.industry).selectOption('N')
  await page.getByLabel(w.theme).selectOption('living-environment')
  await page.getByLabel(w.frequency).selectOption('daily')
  await page.getByLabel(w.use).check()
  await page.getByLabel(w.term).fill('12')
  await page.getByLabel(w.area).fill('中华人民共和国境内')
  await page.getByLabel(w.allowed).fill('内部分析\n向公众提供出行提示，免费')
  await page.getByLabel(w.prohibited).fill('转售原始数据')
  await page.getByLabel(w.own).check()
  await page.getByLabel(w.source).fill(productContent.sourceStatement)
  await page.getByLabel(w.general).check()
  await page.locator('input[name="containsPersonalInfo"][value="false"]').check()
}

/** Grades the version and answers what the facts leave open of its risks, then comes back. */
async function gradeAndAssess(page: Page, language: 'zh' | 'en' = 'zh', look = async (_where: string) => {}) {
  const w = words[language]
  const back = page.url()
  await page.getByRole('link', { name: w.gradeAndRisk }).first().click()
  await page.waitForURL(/\/data-versions\/.*\/assessment$/)
  await look('the grade')
  await page.getByRole('button', { name: w.decideGrade }).click()
  await page.getByRole('button', { name: w.assess }).waitFor()
  await page.locator('select[name="sourceCategory"]').selectOption('own')
  await page.locator('textarea[name="sourceStatement"]').fill(productContent.sourceStatement)
  for (const no of await page.locator('input[name^="points."][value="no"]').all()) await no.check()
  await look('the assessment')
  await page.getByRole('button', { name: w.assess }).click()
  await page.getByText(w.reviewing).first().waitFor()
  await page.goto(back)
}

/** The reviewers' part, through the API. */
async function review(listingId: string) {
  await x.ok(`POST /listings/${listingId}/accept`, { as: x.operator.maker })
  await x.ok(`POST /listings/${listingId}/pass`, { as: x.operator.checker, body: passBody })
}

/** A bank account of theirs, confirmed. */
async function openAccount(who: Cast, accountNumber: string) {
  const body = { bankName: '晋商银行太原分行', accountNumber, password }
  const account = await x.ok('POST /bank-accounts', { as: who.finance, body })
  await x.ok(`POST /bank-accounts/${account.id}/confirm`, { as: x.operator.checker })
}
await openAccount(x.operator, '140001234567890123')

for (const language of ['zh', 'en'] as const)
  t.test(`a vendor goes from a file to a listing, and from a trade to money in the bank, in ${language}`, async t => {
    const w = words[language]
    const vendor = await x.organization(['vendor'], { name: '晋阳数据公司' })
    const buyer = await x.organization(['buyer'])
    const page = await enter(vendor.maker, { language })
    const complaints = watch(page, origin)
    t.equal(await page.locator('html').getAttribute('lang'), language === 'zh' ? 'zh-CN' : 'en')
    t.match(await page.textContent('main'), w.begin, 'a newcomer is told where to begin')
    await looksWhole(t, page, 'the desk')

    await page.goto(`${origin}/vendor/upload`)
    await page.setInputFiles('input[type="file"]', fileOf('太原空气.csv', sampleCsv))
    await looksWhole(t, page, 'upload')
    await page.getByRole('button', { name: w.upload }).click()
    await page.waitForURL(/\/vendor\/versions\//)
    await page.getByRole('button', { name: w.confirm }).waitFor()
    t.match(await page.textContent('main'), /2026-01-01 – 2026-01-03/, 'the range of time was read')
    await looksWhole(t, page, 'the version')
    const column = page.locator('fieldset.column', { hasText: '细颗粒物' })
    await column.getByLabel(w.meaning).fill('PM2.5 日均浓度')
    await column.getByLabel(w.unit).fill('μg/m³')
    await page.getByRole('button', { name: w.confirm }).click()
    await page.getByText(w.next).first().waitFor()
    await gradeAndAssess(page, language, where => looksWhole(t, page, where))
    t.equal(await page.getByLabel(w.productName).inputValue(), '太原空气', 'the name of the file is a beginning')
    await page.getByRole('button', { name: w.makeDraft }).click()
    await page.waitForURL(/\/vendor\/products\//)
    const id = idOf(page)
    t.match(await page.getByLabel(w.standard).inputValue(), /共 3 行、4 个字段/, 'what was read is filled in')
    await looksWhole(t, page, 'the editor')

    await fillIn(page, language)
    await isSaved(page)
    t.match(await page.locator('[data-live="progress"]').textContent(), w.oneLeft, 'only the price is left')
    await page.reload()
    t.equal(await page.getByLabel(w.term).inputValue(), '12', 'it is all there when one comes back')
    await page.locator('#price').getByLabel(w.amount).fill('9,900.01')
    await page.locator('#price').getByRole('button', { name: w.add }).click()
    await page.getByText(w.clean).waitFor()
    const draft = await x.ok(`GET /products/${id}/draft`, { as: vendor.maker })
    t.match(draft.plans, [{ kind: 'one-off', amountFen: 990_001 }])
    t.same(draft.content.purposesAllowed, ['内部分析', '向公众提供出行提示，免费'], 'a comma is no end of a line')

    await page.goto(`${origin}/vendor/products/${id}/preview`)
    t.match(await page.textContent('main'), /¥9,900\.01/)
    await looksWhole(t, page, 'the preview')
    await page.goto(`${origin}/vendor/products/${id}`)
    // the last change is saved before the submission that follows it at once
    await page.getByLabel(w.nameEn).fill('Taiyuan daily air quality')
    await page.locator('#submit').getByRole('button', { name: w.submit }).dblclick()
    await page.getByText(w.submitted).waitFor()
    const submitted = await x.ok(`GET /listings/${draft.listing.id}`, { as: vendor.maker })
    t.match(submitted, { state: 'submitted', content: { nameEn: 'Taiyuan daily air quality' } })
    const entries = await x.sql`
    select 1 from kernel.audit_entry where subject_id = ${draft.listing.id} and action = 'listing.submit'`
    t.equal(entries.length, 1, 'a double click submits once')

    await review(draft.listing.id)
    await page.goto(`${origin}/vendor`)
    await page.getByRole('link', { name: w.passed }).click()
    await page.locator('summary', { hasText: w.publish }).click()
    await page.getByRole('button', { name: w.publishIt }).click()
    await page.waitForURL(/state=approved/)
    t.equal((await x.ok(`GET /products/${id}`)).isListed, true)

    await openAccount(vendor, '140009876543210987')
    const trade = await market.open({ vendor, buyer }, { productId: id })
    await market.pay(trade)
    await market.fetchData(trade)
    await market.act(trade, buyer, 'accept')
    const { settleAfter } = await market.order(trade)
    await x.advanceTo(new Date(Date.parse(settleAfter) + 60_000))
    await market.payOut(trade, 'vendor')

    const money = await enter(vendor.finance, { language })
    const seen = watch(money, origin)
    await money.getByRole('link', { name: w.paidSoFar }).click()
    await money.waitForURL(`${origin}/vendor/earnings`)
    const said = (await money.textContent('main')) ?? ''
    for (const figure of ['¥9,900.01', '¥198.00', '¥9,702.01']) t.ok(said.includes(figure), figure)
    t.ok((await money.locator('main .state', { hasText: new RegExp(`^${w.paid}$`) }).count()) > 0, 'the payout is paid')
    await looksWhole(t, money, 'earnings')
    const [download] = await Promise.all([
      money.waitForEvent('download'),
      money.getByRole('link', { name: w.download }).click(),
    ])
    t.match(download.suggestedFilename(), /结算明细-\d{4}\.csv/)
    t.same([...complaints, ...seen], [], 'no complaint')
  })

t.test('upload and editor work without scripts, and lose nothing that was typed', async t => {
  const vendor = await x.organization(['vendor'])
  const page = await enter(vendor.maker, { isPlain: true, width: 390 })
  await page.goto(`${origin}/vendor/upload`)
  await page.setInputFiles('input[type="file"]', fileOf('broken.json', '[{"a": 1},'))
  await send(page, '/data-versions')
  await page.waitForURL(/\/vendor\/versions\//)
  t.match(await page.textContent('main'), /这个文件未能读取/)
  t.match(await page.textContent('main'), /处理办法/, 'with the way to mend it')
  await page.goto(`${origin}/vendor/upload`)
  await page.setInputFiles('input[type="file"]', fileOf('empty.csv', ''))
  await send(page, '/data-versions')
  t.match(await page.locator('.invalid-feedback').textContent(), /文件为空/)

  await page.setInputFiles('input[type="file"]', fileOf('空气.csv', sampleCsv))
  await send(page, '/data-versions')
  await page.waitForURL(/\/vendor\/versions\//)
  await page.getByRole('button', { name: '确认读取结果' }).click()
  await page.getByText(words.zh.next).first().waitFor()
  await gradeAndAssess(page)
  await page.getByRole('button', { name: '建立产品草稿' }).click()
  await page.waitForURL(/\/vendor\/products\//)
  const id = idOf(page)
  await fillIn(page)
  await page.locator('summary', { hasText: '合规意见书' }).click()
  await page.getByLabel('出具机构').fill('山西某律师事务所')
  await page.getByLabel('出具日期').fill('2026-01-31')
  await page.getByLabel('文件 SHA-256').fill('abc')
  await send(page, `/products/${id}`)
  t.match(await page.locator('.invalid-feedback').textContent(), /格式/)
  t.equal(await page.getByLabel('摘要').inputValue(), productContent.abstract, 'what was typed is kept')
  await page.getByLabel('文件 SHA-256').fill('a'.repeat(64))
  await send(page, `/products/${id}`)
  await page.waitForURL(`${origin}/vendor/products/${id}`)
  await page.locator('#price').getByLabel('方式').selectOption('free')
  await page.locator('#price').getByRole('button', { name: '添加' }).click()
  await page.locator('#submit').getByRole('button', { name: '提交挂牌' }).click()
  t.match(await page.textContent('main'), /已提交，等待运营机构受理/)
  const draft = await x.ok(`GET /products/${id}/draft`, { as: vendor.maker })
  t.match(draft, {
    listing: { state: 'submitted' },
    content: { termMonths: 12, isExclusive: false, complianceOpinion: { issuer: '山西某律师事务所' } },
  })
})

t.test('a file that cannot be data is refused in words, and an upload can be stopped', async t => {
  const vendor = await x.organization(['vendor'])
  const page = await enter(vendor.maker, { language: 'en' })
  await page.goto(`${origin}/vendor/upload`)
  const wrong = page.locator('[data-upload-error]')
  const upload = async (name: string, content: string) => {
    await page.setInputFiles('input[type="file"]', fileOf(name, content))
    await page.getByRole('button', { name: 'Upload and read' }).click()
  }
  await upload('empty.csv', '')
  await wrong.waitFor()
  t.match(await wrong.textContent(), /is empty/)
  await upload('table.xlsx', 'PK\u0003\u0004 not a sheet')
  await page.waitForURL(/\/vendor\/versions\//)
  t.match(await page.textContent('main'), /save an Excel sheet as CSV first/)
  await page.getByRole('button', { name: 'Put it away' }).click()
  await page.waitForURL(`${origin}/vendor/upload`)

  const held = new Promise<void>(resolve => void page.route('**/api/v1/uploads', () => resolve()))
  await upload('air.csv', sampleCsv)
  await held
  await page.getByRole('button', { name: 'Cancel the upload' }).click()
  t.match(await wrong.textContent(), /was cancelled; nothing was kept/)
  await page.unroute('**/api/v1/uploads')
  await page.getByRole('button', { name: 'Upload and read' }).click()
  await page.waitForURL(/\/vendor\/versions\//)
  await page.getByRole('button', { name: 'Confirm what was read' }).waitFor()
  t.match(await page.textContent('main'), /Confirm what was read/)
})

t.test('what is typed while the session has ended or the connection is gone is saved later', async t => {
  const vendor = await x.organization(['vendor'])
  const { id } = await draftProduct(x, vendor)
  const page = await enter(vendor.maker)
  await page.goto(`${origin}/vendor/products/${id}`)
  await page.route('**/forms/products/*', route => route.abort())
  await page.getByLabel('质量说明').fill('逐日核对，缺测留空。')
  await page.getByLabel('质量说明').blur()
  await page.getByText('暂时无法连接').waitFor()
  await page.unroute('**/forms/products/*')
  await isSaved(page)
  const { content } = await x.ok(`GET /products/${id}/draft`, { as: vendor.maker })
  t.equal(content.qualityNote, '逐日核对，缺测留空。')
})

t.test(
  'pauses of typing leave no trace in the log, a field that is left one entry, and a reload loses nothing',
  async t => {
    const vendor = await x.organization(['vendor'])
    const { id } = await draftProduct(x, vendor)
    const updates = async () =>
      (
        await x.sql`select record from kernel.audit_entry
        where action = 'product.update' and subject_id = ${id} order by seq`
      ).map(row => JSON.parse(row.record).content)
    const before = await updates()
    const page = await enter(vendor.maker)
    await page.goto(`${origin}/vendor/products/${id}`)
    const note = page.getByLabel('质量说明')
    await note.pressSequentially('逐日核对，', { delay: 20 })
    await page.getByText('离开该栏时保存').waitFor()
    await page.waitForTimeout(1_500)
    t.same(await updates(), before, 'a pause saves nothing')
    page.on('dialog', dialog => dialog.accept())
    await page.evaluate(() => {
      // a crash: nothing is sent on the way out
      window.fetch = () => Promise.reject(new TypeError('gone'))
    })
    await page.reload()
    t.equal(await note.inputValue(), '逐日核对，', 'the tab has kept it')
    await page.locator('[data-save-state][data-look="good"]').waitFor()
    await note.fill('逐日核对，缺测留空。')
    await note.fill('逐日核对，')
    await note.blur()
    await page.waitForTimeout(1_500)
    await note.fill('逐日核对，缺测留空。')
    await isSaved(page)
    t.same(
      (await updates()).slice(before.length),
      [{ qualityNote: '逐日核对，' }, { qualityNote: '逐日核对，缺测留空。' }],
      'what was typed and taken back is not saved; an entry holds what changed',
    )
  },
)

t.test('a listing is suspended, resumed and delisted by one who may, each with its consequence named', async t => {
  const vendor = await x.organization(['vendor'])
  const product = await listedProduct(x, vendor)
  const maker = await enter(vendor.maker)
  await maker.goto(`${origin}/vendor/listings`)
  t.equal(await maker.getByText('停牌').count(), 0, 'a maker is not offered it')
  const page = await enter(vendor.checker)
  const move = async (name: string, button: string, reason?: string) => {
    await page.goto(`${origin}/vendor/listings`)
    await page.locator('details.confirm', { hasText: button }).locator('summary').click()
    if (reason) await page.locator('details.confirm[open]').getByLabel('原因').fill(reason)
    await page.getByRole('button', { name: button }).click()
    await page.waitForLoadState()
    const { state } = await x.ok(`GET /listings/${product.listing.id}`, { as: vendor.maker })
    t.equal(state, name)
  }
  await page.goto(`${origin}/vendor/listings`)
  t.match(await page.textContent('main'), /摘牌不可撤销/)
  await looksWhole(t, page, 'listings')
  await move('suspended', '确认停牌', '核对数据来源')
  await move('listed', '确认恢复')
  await move('delisted', '确认摘牌', '产品停止提供')
})

t.test('a draft that was returned says why, beside the field, and can be given up and taken back', async t => {
  const vendor = await x.organization(['vendor'])
  const draft = await draftProduct(x, vendor)
  await x.ok(`POST /listings/${draft.listing.id}/submit`, { as: vendor.maker, body: {} })
  const items = [{ pointer: '/abstract', message: '未说明监测频次', remedy: '补充监测频次' }]
  await x.ok(`POST /listings/${draft.listing.id}/return`, { as: x.operator.maker, body: { items } })
  const page = await enter(vendor.maker)
  await page.getByRole('link', { name: /被退回补正/ }).click()
  await page.getByRole('link', { name: '补正', exact: true }).click()
  t.match(await page.locator('[data-live="finding-abstract"]').textContent(), /审核人要求：未说明监测频次/)
  await page.locator('summary', { hasText: '放弃这份草稿' }).click()
  await page.getByRole('button', { name: '确认放弃' }).click()
  await page.waitForURL(/state=discarded/)
  await page.getByRole('button', { name: '恢复草稿' }).click()
  await page.waitForURL(/\/vendor\/products\//)
  const { listing } = await x.ok(`GET /products/${draft.id}/draft`, { as: vendor.maker })
  t.equal(listing.state, 'draft')
})

t.test("a buyer's question is answered where it is read", async t => {
  const vendor = await x.organization(['vendor'])
  const buyer = await x.organization(['buyer'])
  const product = await listedProduct(x, vendor)
  const page = await enter(vendor.maker)
  await page.goto(`${origin}/vendor/questions`)
  t.match(await page.textContent('main'), /没有待答复的提问/)
  await x.ok(`POST /products/${product.id}/questions`, { as: buyer.maker, body: { question: '缺测日期是否补值？' } })
  await page.goto(`${origin}/vendor`)
  await page.getByRole('link', { name: /1 个需方提问待答复/ }).click()
  await looksWhole(t, page, 'questions')
  await page.getByLabel('答复').fill('不')
  await page.getByRole('button', { name: '公开答复' }).click()
  t.match(await page.locator('.invalid-feedback').textContent(), /至少 2 个字/)
  await page.getByLabel('答复').fill('缺测日期留空，不补值。')
  await page.getByRole('button', { name: '公开答复' }).click()
  await page.getByText('没有待答复的提问').waitFor()
  await page.getByRole('link', { name: /^已答复/ }).click()
  t.match(await page.textContent('main'), /缺测日期留空，不补值。/)
})

t.test('unused data is put away and taken back, and new data begin the next version of a product', async t => {
  const vendor = await x.organization(['vendor'])
  const product = await listedProduct(x, vendor)
  const data = await confirmedData(x, vendor.maker, 'next.csv', sampleCsv.replace('35.5', '36.5'))
  const page = await enter(vendor.maker, { isPlain: true })
  await page.goto(`${origin}/vendor/versions/${data.id}`)
  await page.locator('summary', { hasText: '移除此数据版本' }).click()
  await page.getByRole('button', { name: '确认移除' }).click()
  await page.goto(`${origin}/vendor/versions/${data.id}`)
  await page.getByRole('button', { name: '恢复' }).click()
  await page.getByRole('button', { name: '确认读取结果' }).click()
  await page.locator('summary', { hasText: '用于已有产品' }).click()
  await page.getByRole('button', { name: '以此数据建立新版本' }).click()
  await page.waitForURL(`${origin}/vendor/products/${product.id}`)
  const draft = await x.ok(`GET /products/${product.id}/draft`, { as: vendor.maker })
  t.match(draft, { versionNo: 2, content: { dataVersionId: data.id, abstract: productContent.abstract } })
})
