import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { openExchange, type Role } from '../support/exchange.ts'
import { assessed, passedReview } from '../support/gate.ts'
import { enter, listen } from '../support/web.ts'

const x = await openExchange(t)
const origin = await listen(x)
const browser = await openBrowser(t)
const csv = await readFile(new URL('../../templates/samples/shanxi-divisions.csv', import.meta.url))
const complaints: string[][] = []

async function as(
  t: Test,
  role: Role | undefined,
  path: string,
  language: 'zh' | 'en',
  isNarrow = false,
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: isNarrow ? 390 : 1440, height: 900 } })
  await context.addCookies([{ name: 'jinshu_language', value: language, url: origin }])
  if (role) await enter(context, x, role, origin)
  const page = await context.newPage()
  complaints.push(watch(page, origin))
  t.teardown(() => context.close())
  await page.goto(origin + path)
  return page
}

const said = (page: Page) => page.locator('main').innerText()

/** No findings of axe, and nothing wider than the window. */
async function isWell(t: Test, page: Page): Promise<void> {
  t.same(await accessibility(page), [], `${page.url()} is accessible`)
  t.same(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, `${page.url()} fits`)
}

const words = {
  zh: {
    upload: '上传并读取',
    begin: '建立草稿',
    save: '保存',
    submit: '提交审核',
    review: '开始审核',
    publish: '审核通过并发布',
    attach: '挂接数据',
    without: '没有数据',
    search: '检索',
    released: '已放行',
    open: '无条件开放',
  },
  en: {
    upload: 'Upload and read',
    begin: 'Begin the draft',
    save: 'Save',
    submit: 'Submit for review',
    review: 'Take it up',
    publish: 'Pass and publish',
    attach: 'Attach the data',
    without: 'Without data',
    search: 'Search',
    released: 'Released',
    open: 'Open without conditions',
  },
}

for (const language of ['zh', 'en'] as const) {
  t.test(
    `an institution catalogs its divisions, a reviewer publishes, the public finds them (${language})`,
    async t => {
      const w = words[language]
      const press = async (page: Page, name: string) => {
        await page.getByRole('button', { name, exact: true }).first().click()
        await page.locator('.alert-success').first().waitFor()
      }
      const civil = await x.organization(['institution'], { division: '140000', name: `山西省民政厅${language}` })
      const desk = await as(t, civil.maker, '/institution', language)
      await isWell(t, desk)
      await desk.goto(`${origin}/vendor/upload`)
      await desk
        .locator('input[type=file]')
        .setInputFiles({ name: `divisions-${language}.csv`, mimeType: 'text/csv', buffer: csv })
      await desk.getByRole('button', { name: w.upload }).click()
      const file = await x.until(async () => {
        const { items } = await x.ok('GET /data-versions', { as: civil.maker })
        return items.find((each: any) => each.state === 'ready')
      }, 'the file')
      await desk.waitForURL('**/vendor/versions/*')
      await isWell(t, desk)
      await desk.goto(`${origin}/institution/resources/new`)
      await isWell(t, desk)
      await desk.locator('[name=classCode]').fill('106010')
      await desk.locator('[name=nameZh]').fill('山')
      await desk.getByRole('button', { name: w.begin }).click()
      await desk.locator('.invalid-feedback').first().waitFor()
      t.equal(await desk.locator('[name=classCode]').inputValue(), '106010', 'a refusal keeps what was typed')
      await desk.locator('[name=nameZh]').fill('山西省行政区划代码')
      await desk.locator('[name=dataVersionId]').selectOption(file.id)
      await desk.getByRole('button', { name: w.begin }).click()
      await desk.waitForURL(/\/institution\/resources\/[0-9a-f-]{36}/)
      t.match(await said(desk), /code/, 'the items came from the file')
      await isWell(t, desk)
      const fill = (name: string, value: string) => desk.locator(`[name="${name}"]`).last().fill(value)
      const choose = (name: string, value: string) => desk.locator(`select[name="${name}"]`).selectOption(value)
      await fill('nameEn', 'Divisions of Shanxi')
      await fill('abstract', '省、市、县、乡四级行政区划代码。')
      await desk.locator('input[name=themes][value=smart-city]').check()
      await choose('updateCycle', 'yearly')
      await choose('grade', 'general')
      await choose('sharingType', 'unconditional')
      await fill('sharingBasis', '政务数据共享条例')
      await choose('openingType', 'open')
      await fill('openingBasis', '行政区划管理条例')
      await choose('placement', 'provinceCloud')
      await fill('systemOfRecord', '行政区划管理系统')
      await fill('dutyBasis', '行政区划管理条例')
      await press(desk, w.save)
      await press(desk, w.submit)
      const [waiting] = (await x.ok('GET /resource-versions?state=submitted', { as: x.operator.maker })).items
      const clerk = await as(t, x.operator.maker, '/operator/resources', language)
      await isWell(t, clerk)
      await clerk.goto(`${origin}/operator/resources/${waiting.versionId}`)
      await press(clerk, w.review)
      await isWell(t, clerk)
      const reviewer = await as(t, x.operator.checker, `/operator/resources/${waiting.versionId}`, language)
      await press(reviewer, w.publish)

      await x.ok(`POST /data-versions/${file.id}/confirm`, { as: civil.maker, body: { columns: [] } })
      await passedReview(x, (await assessed(x, civil.maker, file.id)).id)
      await desk.goto(`${origin}/institution`)
      t.match(await said(desk), w.without)
      await desk.goto(`${origin}/institution/resources/${waiting.versionId}`)
      await desk.locator('select[name=dataVersionId]').selectOption(file.id)
      await press(desk, w.attach)
      await isWell(t, desk)

      const visitor = await as(t, undefined, '/resources', language, true)
      await visitor.locator('main input[name=q]').fill('区划')
      await visitor.locator('main').getByRole('button', { name: w.search }).click()
      await isWell(t, visitor)
      await visitor.locator(`a[href="/resources/${waiting.id}"]`).click()
      await visitor.waitForURL(`**/resources/${waiting.id}`)
      const shown = await said(visitor)
      for (const part of [waiting.code, w.released, w.open]) t.match(shown, part)
      await isWell(t, visitor)
    },
  )
}

t.test('the browser complained of nothing on the way', async t => {
  // one form in each language was refused on purpose
  t.same(
    complaints.flat().filter(words => !/400 \(Bad Request\)/.test(words)),
    [],
  )
})
