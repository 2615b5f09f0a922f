import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import t from 'tap'
import { anonymous } from '../../src/kernel/actor.ts'
import { newId } from '../../src/kernel/ids.ts'
import { signInForWeb } from '../../src/modules/identity/index.ts'
import { openFiling } from '../../src/modules/registration/filing.ts'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { openExchange, password } from '../support/exchange.ts'
import { insertContract, run } from '../support/orders.ts'
import { freePort } from '../support/process.ts'

const port = await freePort()
const origin = `http://127.0.0.1:${port}`
const x = await openExchange(t, { workers: false, env: { PORT: String(port), PUBLIC_URL: origin } })
await x.exchange.app.listen({ port, host: '127.0.0.1' })
const browser = await openBrowser(t)

const vendor = await x.organization(['vendor'], { name: '山西晋阳环境数据有限公司', division: '140100' })
const buyer = await x.organization(['buyer'], { name: '大同绿源农业科技有限公司', division: '140200' })
const taiyuan = await x.organization(['authority'], { name: '太原市数据局', division: '140100' })
const datong = await x.organization(['authority'], { name: '大同市数据局', division: '140200' })
const yangquan = await x.organization(['authority'], { name: '阳泉市数据局', division: '140300' })

/** A filing that waits for its check. */
async function filed(amountFen: bigint) {
  const contractId = await run(x, cx => insertContract(cx, { vendor, buyer, amountFen }))
  await x.sql`update contracts.contract set pdf_sha256 = ${'a'.repeat(64)}, body = '# 数据提供合同', text_hash = ${'b'.repeat(64)}
    where id = ${contractId}`
  return run(x, cx => openFiling(cx, contractId))
}
const stateOf = async (id: string) => (await x.ok(`GET /filings/${id}`, { as: taiyuan.maker })).state

type Language = 'zh' | 'en'

const languages: readonly Language[] = ['zh', 'en']

const words = {
  zh: {
    html: 'zh-CN',
    pass: '核查通过',
    short: '补',
    template: /使用场景描述过于笼统/,
    order: '责令补正',
    empty: '这里没有备案',
    ordered: '已责令补正，等待供方答复',
    note: '补正到位',
    keys: /下一份[\s\S]*显示或关闭本说明/,
    reason: '请说明数据的使用人员和使用方式',
  },
  en: {
    html: 'en',
    pass: 'Pass',
    short: 'x',
    template: /The scenario is too general\./,
    order: 'Order the correction',
    empty: 'There is no filing here',
    ordered: 'A correction was ordered; the vendor’s answer is awaited',
    note: 'Corrected as asked',
    keys: /Next filing[\s\S]*Show or close this help/,
    reason: 'Just explain who keeps the results, for which purpose, and until when?',
  },
} as const

/** A browser in which a person is signed in; what a page must not do is collected. */
async function open(email: string, options: BrowserContextOptions = {}, language: Language = 'zh') {
  const outcome = await x.exchange.engine.write(anonymous, { operation: 'signIn' }, cx =>
    signInForWeb(cx, { email, password }, 'test'),
  )
  if (outcome.isReplay || !('secret' in outcome.value)) throw new Error(`${email} cannot sign in`)
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: words[language].html,
    ...options,
  })
  await context.addCookies([
    { name: 'jinshu_session', value: outcome.value.secret, url: origin },
    { name: 'jinshu_language', value: language, url: origin },
  ])
  const page = await context.newPage()
  return { context, page, complaints: watch(page, origin) }
}

const rows = (page: Page) => page.locator('[data-queue] [data-row]')
const idOf = (page: Page) => new URL(page.url()).pathname.split('/').at(-1)!

for (const language of languages)
  t.test(
    `a regulator passes one filing within three clicks and returns another, which comes back corrected, in ${language}`,
    async t => {
      const w = words[language]
      const [first, second] = [await filed(100_000n), await filed(200_000n)]
      const { page, complaints, context } = await open(taiyuan.maker.email, {}, language)
      await page.goto(`${origin}/regulator`)
      t.equal(await page.locator('html').getAttribute('lang'), w.html)
      t.equal(await page.locator('.stat').count(), 3, 'what is new, what is late, what looks wrong')
      await page.click('a[href="/regulator/filings"].btn')
      t.equal(await rows(page).count(), 2)

      await page.locator(`a[data-open][href*="${first.id}"]`).click()
      t.ok((await page.locator('#facts').innerText()).includes('1,000.00'), 'its facts')
      t.equal((await page.locator('form[data-pass] button[type="submit"]').innerText()).trim(), w.pass)
      t.ok((await page.locator('object.paper').getAttribute('data'))?.includes('isInline=true'), 'beside the contract')
      await page.click('form[data-pass] button[type="submit"]')
      await page.waitForURL(`**/regulator/filings/${second.id}*`)
      t.equal(await stateOf(first.id), 'filed_checked', 'the second click from the queue decided it')

      await page.click('#return > summary')
      await page.fill('#return textarea[name="reason"]', w.short)
      await page.click('#return button[type="submit"]')
      await page.waitForSelector('#return .invalid-feedback')
      t.equal(await page.inputValue('#return textarea[name="reason"]'), w.short, 'what was typed is still there')
      await page.fill('#return textarea[name="reason"]', '')
      await page.click('[data-template] >> nth=0')
      t.match(await page.inputValue('#return textarea[name="reason"]'), w.template)
      await page.fill('#return input[name="workingDays"]', '3')
      t.equal((await page.locator('#return button[type="submit"]').innerText()).trim(), w.order)
      await page.click('#return button[type="submit"]')
      await page.waitForURL('**/regulator/filings')
      t.equal(await stateOf(second.id), 'correction_ordered')
      t.equal(await page.locator('.empty-title').innerText(), w.empty, 'nothing is left to check')

      await page.goto(`${origin}/regulator/filings/${second.id}`)
      t.ok((await page.locator('#decision').innerText()).includes(w.ordered), 'whose turn it is')

      const scenario = '用于三座连栋大棚的通风调度，由本公司农技人员使用'
      const body = { explanation: '已写明使用人员和方式', scenario }
      await x.ok(`POST /filings/${second.id}/correct`, { as: vendor.maker, body })
      await page.goto(`${origin}/regulator/filings?corrected=true`)
      await page.locator(`a[data-open][href*="${second.id}"]`).click()
      const facts = await page.locator('#facts').innerText()
      t.ok(facts.includes('已写明使用人员和方式') && facts.includes(scenario), 'what was changed, and why')
      await page.click('.decision-note > summary')
      await page.fill('textarea[name="note"]', w.note)
      await page.click('form[data-pass] button[type="submit"]')
      await page.waitForURL('**/regulator/filings?corrected=true')
      t.equal(await stateOf(second.id), 'filed_checked')
      const refusal = /status of 400/
      t.same(
        complaints.filter(words => !refusal.test(words)),
        [],
        'nothing but the refusal was noted',
      )
      await context.close()
    },
  )

for (const language of languages)
  t.test(`with the keyboard only: next, open, return with a reason, pass, back, in ${language}`, async t => {
    const w = words[language]
    const [first, second] = [await filed(100_000n), await filed(200_000n)]
    const { page, context } = await open(taiyuan.checker.email, {}, language)
    const press = (key: string) => page.keyboard.press(key)
    await page.goto(`${origin}/regulator/filings`)
    await press('?')
    t.ok(await page.locator('#keys .keys-body').isVisible(), 'the keys are explained')
    t.match(await page.locator('#keys .keys-body').innerText(), w.keys)
    await press('?')
    await press('j')
    await press('j')
    await press('k')
    await press('Enter')
    await page.waitForURL(`**/${first.id}*`)
    await press('r')
    await page.keyboard.type(w.reason)
    t.equal(await page.inputValue('#return textarea[name="reason"]'), w.reason, 'keys are letters here')
    await press('Tab')
    await press('Tab')
    await Promise.all([page.waitForURL(`**/${second.id}*`), press('Enter')])
    t.equal(await stateOf(first.id), 'correction_ordered')
    await Promise.all([page.waitForURL('**/regulator/filings'), press('p')])
    t.equal(await stateOf(second.id), 'filed_checked')

    const third = await filed(300_000n)
    await page.goto(`${origin}/regulator/filings/${third.id}`)
    await page.locator('#keys > summary').click()
    await page.locator('[data-keys-switch] input').uncheck()
    await page.locator('h1').click()
    await press('p')
    await page.waitForTimeout(300)
    t.equal(await stateOf(third.id), 'filed', 'single keys can be turned off')
    await x.ok(`POST /filings/${third.id}/pass`, { as: taiyuan.maker, body: {} })
    await context.close()
  })

t.test('on a phone the queue is cards, and several are passed at once; what cannot be is named', async t => {
  const [one, two] = [await filed(400_000n), await filed(500_000n)]
  const { page, context, complaints } = await open(taiyuan.maker.email, { viewport: { width: 390, height: 844 } })
  await page.goto(`${origin}/regulator/filings?min=4000&max=5000`)
  t.equal(await rows(page).count(), 2, 'found by amount')
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  t.ok(overflow <= 0, 'nothing sticks out sideways')
  t.same(await accessibility(page), [])
  for (const box of await page.locator('input[name="ids"][type="checkbox"]').all()) await box.check()
  await page.click('.bulk summary')
  t.equal(await page.locator('[data-picked]').innerText(), '已选 2 份')
  await x.ok(`POST /filings/${two.id}/pass`, { as: taiyuan.checker, body: {} })
  await page.click('.bulk button[type="submit"]')
  await page.waitForURL('**bulk=*')
  const said = await page.locator('main').innerText()
  t.match(said, /批量核查：通过 1 份，未通过 1 份/)
  t.ok(said.includes(two.number!) && said.includes('已核查'), 'the other is named with the reason')
  t.equal(await stateOf(one.id), 'filed_checked')
  t.same(complaints, [])
  await context.close()
})

t.test('the filtered queue is saved as a file that reads back', async t => {
  const { page, context } = await open(taiyuan.maker.email)
  await page.goto(`${origin}/regulator/filings?state=all&min=4000`)
  const shown = await rows(page).count()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click('button[name="format"][value="csv"]'),
  ])
  t.match(download.suggestedFilename(), /^filings-.*\.csv$/)
  const lines = parse(await readFile(await download.path()), { bom: true, columns: true }) as Record<string, string>[]
  t.equal(lines.length, shown)
  t.same(lines.map(line => line['金额（元）']).sort(), ['4000.00', '5000.00'])
  await context.close()
})

t.test('without scripts a filing is checked all the same', async t => {
  const { id } = await filed(600_000n)
  const { page, context } = await open(taiyuan.maker.email, { javaScriptEnabled: false })
  await page.goto(`${origin}/regulator/filings?min=6000`)
  await page.locator(`a[data-open][href*="${id}"]`).click()
  await page.click('form[data-pass] button[type="submit"]')
  t.equal(await stateOf(id), 'filed_checked')
  await context.close()
})

t.test(
  'another city’s filing is as if it did not exist; the buyer’s authority reads along and decides nothing',
  async t => {
    const { id } = await filed(700_000n)
    const foreign = await open(yangquan.maker.email)
    const seen = await foreign.page.goto(`${origin}/regulator/filings/${id}`)
    const unknown = await foreign.page.locator('main').innerText()
    const missing = await foreign.page.goto(`${origin}/regulator/filings/${newId()}`)
    t.same([seen?.status(), missing?.status()], [404, 404])
    const plain = (said: string) => said.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '')
    t.equal(plain(unknown), plain(await foreign.page.locator('main').innerText()), 'answered alike')
    await foreign.context.close()
    const along = await open(datong.checker.email)
    await along.page.goto(`${origin}/regulator/filings/${id}`)
    t.equal(idOf(along.page), id)
    t.match(await along.page.locator('#decision').innerText(), /供方所在地主管部门核查/)
    t.equal(await along.page.locator('form[data-pass], #return, #notes, #measures').count(), 0)
    await along.context.close()
  },
)
