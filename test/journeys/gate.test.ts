import type { Page } from 'playwright-core'
import t, { type Test as Tap } from 'tap'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { openExchange, password, type Role } from '../support/exchange.ts'
import { formOf } from '../support/offering.ts'

const x = await openExchange(t)
const browser = await openBrowser(t)
await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
const { port } = x.exchange.app.server.address() as { port: number }
const origin = `http://127.0.0.1:${port}`

const words = {
  zh: {
    grade: '确定级别',
    assess: '提交风险评估',
    ungraded: '尚未定级',
    reviewing: '风险审核中',
    take: '开始审核',
    found: '发现风险，告知提供方',
    medium: '中',
    tell: '告知提供方',
    handling: '风险待处理',
    report: '反馈处理情况',
    again: '开始复审',
    pass: '审核通过',
    released: '已放行',
    phone: '手机号码',
  },
  en: {
    grade: 'Decide the grade',
    assess: 'Submit the assessment',
    ungraded: 'Not graded',
    reviewing: 'Under risk review',
    take: 'Take it up',
    found: 'A risk was found: tell the provider',
    medium: 'Medium',
    tell: 'Tell the provider',
    handling: 'Risk to be handled',
    report: 'Report the handling',
    again: 'Review it again',
    pass: 'Pass',
    released: 'Released',
    phone: 'mobile phone numbers',
  },
} as const

async function enter(role: Role, language: 'zh' | 'en', next: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await context.addCookies([{ name: 'jinshu_language', value: language, url: origin }])
  const page = await context.newPage()
  await page.goto(`${origin}/sign-in?next=${next}`)
  const form = page.locator('form:has(input[name="password"])')
  await form.locator('input[name="email"]').fill(role.email)
  await form.locator('input[name="password"]').fill(password)
  await form.locator('button[type="submit"]').click()
  await page.waitForURL(`${origin}${next}`)
  return page
}

async function looksWhole(t: Tap, page: Page, where: string) {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    t.ok(overflow <= 0, `${where}: nothing sticks out at ${width}`)
  }
  t.same(await accessibility(page), [], `${where}: accessible`)
  await page.setViewportSize({ width: 1440, height: 900 })
}

const click = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

for (const language of ['zh', 'en'] as const)
  t.test(`a provider answers, a reviewer finds a risk, it is handled and released, in ${language}`, async t => {
    const w = words[language]
    const vendor = await x.organization(['vendor'])
    const csv = '站点,联系电话,数值\n桃园,13812345678,1\n云冈,13987654321,2\n'
    const { id } = await x.ok('POST /data-versions', { as: vendor.maker, raw: formOf('站点.csv', csv) })
    await x.until(
      async () => (await x.ok(`GET /data-versions/${id}`, { as: vendor.maker })).state === 'ready',
      'reading',
    )
    await x.ok(`POST /data-versions/${id}/confirm`, { as: vendor.maker, body: {} })

    const page = await enter(vendor.maker, language, `/data-versions/${id}/assessment`)
    const complaints = watch(page, origin)
    const seen = await page.textContent('main')
    t.match(seen, w.ungraded)
    t.match(seen, w.phone, 'what the scan found')
    t.notMatch(seen, /13812345678/, 'never the value')
    await click(page, w.grade)
    await page.locator('select[name="sourceCategory"]').selectOption('own')
    await page.locator('textarea[name="sourceStatement"]').fill('本公司自建站点登记的联系方式，站点由本公司运行。')
    for (const no of await page.locator('input[name^="points."][value="no"]').all()) await no.check()
    t.equal(await page.locator('select[name^="consents."]').count(), 1, 'consent for one column only')
    await page.locator('select[name="consents.0.basis"]').selectOption('consent')
    await page.locator('textarea[name="consents.0.notice"]').fill('登记时已告知用于站点联络并提供给需方')
    await looksWhole(t, page, 'the assessment')
    await click(page, w.assess)
    await page.locator('.invalid-feedback').first().waitFor()
    await page.locator('input[name="consents.0.evidence"]').fill('同意书，存档于本公司')
    await click(page, w.assess)
    await page.getByText(w.reviewing).first().waitFor()

    const desk = await enter(x.operator.checker, language, '/operator/assessments')
    await looksWhole(t, desk, 'the queue')
    await desk.locator('table a', { hasText: '站点.csv' }).last().click()
    await click(desk, w.take)
    await desk.locator('summary', { hasText: w.found }).click()
    await desk.getByLabel(w.medium, { exact: true }).check()
    await desk.locator('input[name="findings.0.message"]').fill('联系电话可直接联系个人')
    await desk.locator('input[name="findings.0.demand"]').fill('说明必要性并补充同意书编号')
    await looksWhole(t, desk, 'the review')
    await click(desk, w.tell)
    await desk.getByText(w.handling).first().waitFor()

    await page.reload()
    await page.locator('textarea[name="handlings.0.handling"]').fill('已逐站补充同意书编号')
    await looksWhole(t, page, 'the handling')
    await click(page, w.report)
    await page.getByText(w.reviewing).first().waitFor()

    await desk.reload()
    await click(desk, w.again)
    await desk.locator('input[name="opinion"]').first().fill('处理到位，同意放行')
    await click(desk, w.pass)
    await desk.getByText(w.released).first().waitFor()
    await page.reload()
    t.match(await page.textContent('main'), w.released)
    await looksWhole(t, page, 'the released version')
    t.same(
      complaints.filter(each => !each.includes('status of 400')),
      [],
      'nothing but the refusal was complained of',
    )
  })
