import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import t, { type Test as Tap } from 'tap'
import { accessibility, openBrowser, watch } from '../support/browser.ts'
import { openExchange, password } from '../support/exchange.ts'
import { formOf } from '../support/offering.ts'

const x = await openExchange(t)
const vendor = await x.organization(['vendor'])
const browser = await openBrowser(t)
await x.exchange.app.listen({ port: 0, host: '127.0.0.1' })
const { port } = x.exchange.app.server.address() as { port: number }
const origin = `http://127.0.0.1:${port}`

const cities = ['太原', '大同', '运城']
const lines = (n: number, more = 0) =>
  Array.from(
    { length: n },
    (_, i) =>
      `${String(i).padStart(6, '0')},${cities[i % 3]},${i % 100}.5,2026-0${1 + (i % 9)}-01${more > i ? 'x' : ''}`,
  ).join('\n')
const head = '编号,城市,数值,日期'
const upload = async (name: string, content: string) =>
  (await x.ok('POST /data-versions', { as: vendor.maker, raw: formOf(name, content) })).id as string
const older = await upload('旧版.csv', `${head}\n${lines(900)}\n`)
const id = await upload('观测.csv', `${head}\n${lines(1000)}\n`)

async function enter({ language, isPlain }: { language: 'zh' | 'en'; isPlain: boolean }): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: !isPlain, viewport: { width: 1440, height: 900 } })
  await context.addCookies([{ name: 'jinshu_language', value: language, url: origin }])
  const page = await context.newPage()
  await page.goto(`${origin}/sign-in?next=/vendor/upload`)
  const form = page.locator('form:has(input[name="password"])')
  await form.locator('input[name="email"]').fill(vendor.maker.email)
  await form.locator('input[name="password"]').fill(password)
  await form.locator('button[type="submit"]').click()
  await page.waitForURL(`${origin}/vendor/upload`)
  return page
}

async function looksWhole(t: Tap, page: Page, where: string, isPlain: boolean) {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 })
    const overflow = isPlain ? 0 : await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    t.ok(overflow <= 0, `${where}: nothing sticks out at ${width}`)
  }
  if (!isPlain) t.same(await accessibility(page), [], `${where}: accessible`)
  await page.setViewportSize({ width: 1440, height: 900 })
}

const words = {
  zh: {
    rows: '数据行',
    add: '添加条件',
    next: '下一页',
    go: '跳转',
    quality: '质量',
    differences: '版本差异',
    compare: '比较',
    score: '得分',
  },
  en: {
    rows: 'Rows',
    add: 'Add the condition',
    next: 'Next',
    go: 'Go',
    quality: 'Quality',
    differences: 'Differences',
    compare: 'Compare',
    score: 'Score',
  },
}

for (const { language, isPlain } of [
  { language: 'zh', isPlain: false },
  { language: 'en', isPlain: true },
] as const)
  t.test(`a vendor looks through a file, ${isPlain ? 'without scripts, ' : ''}in ${language}`, async t => {
    const w = words[language]
    const page = await enter({ language, isPlain })
    const complaints = watch(page, origin)
    const firstCell = () => page.locator('main table tbody tr').first().locator('td').first().textContent()
    const goesTo = (address: RegExp) => page.waitForURL(address)

    await page.locator('tr', { hasText: '观测.csv' }).getByRole('link', { name: w.rows }).click()
    await goesTo(/\/data-versions\/[^/]+\/rows$/)
    t.equal(await page.locator('main table tbody tr').count(), 50)
    t.equal(await firstCell(), '000000', 'leading zeros are there')
    await looksWhole(t, page, 'rows', isPlain)

    await page.getByRole('link', { name: w.next, exact: true }).click()
    await goesTo(/offset=50/)
    t.equal(await firstCell(), '000050')
    await page.locator('#rows-row').fill('901')
    await page.getByRole('button', { name: w.go, exact: true }).click()
    await goesTo(/row=901/)
    t.equal(await firstCell(), '000900', 'any row is one step away')

    await page.locator('#rows-column').selectOption('城市')
    await page.locator('#rows-value').fill('大同')
    await page.getByRole('button', { name: w.add }).focus()
    await page.keyboard.press('Enter')
    await page.locator('.chip').waitFor()
    t.match(await page.getByRole('status').first().textContent(), /333/)
    await page.locator('#rows-column').selectOption('数值')
    await page.locator('#rows-operator').selectOption('gt')
    await page.locator('#rows-value').fill('90')
    await page.getByRole('button', { name: w.add }).click()
    await page.locator('.chip').nth(1).waitFor()
    await page.locator('th', { hasText: '数值' }).getByRole('link').click()
    await goesTo(/sort=/)
    await page.locator('th[aria-sort="ascending"]').getByRole('link').click()
    await page.locator('th[aria-sort="descending"]').waitFor()
    t.equal(await page.locator('main table tbody tr').first().locator('td').nth(2).textContent(), '99.5')
    await looksWhole(t, page, 'filtered rows', isPlain)

    const address = page.url()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'CSV', exact: true }).click()
    const file = await readFile(await (await download).path(), 'utf8')
    const shown = await page.locator('main table tbody tr td:first-child').allTextContents()
    t.same(
      file
        .trim()
        .split('\n')
        .slice(1)
        .map(line => line.split(',')[0]),
      shown,
      'the export is what the page shows',
    )
    await page.goto(address)
    t.equal(await page.locator('.chip').count(), 2, 'the address can be passed on')
    await page.goto(`${origin}/data-versions/${id}/rows?filter=${encodeURIComponent('数值:gt:很多')}`)
    t.match(await page.locator('.alert-danger').textContent(), language === 'zh' ? /应为数字/ : /must be a number/)
    await page.goto(`${origin}/data-versions/${id}/rows?filter=${encodeURIComponent('城市:eq:北京')}`)
    await page.locator('.empty').waitFor()

    await page.getByRole('link', { name: w.quality, exact: true }).click()
    await goesTo(/quality$/)
    t.match(await page.textContent('main'), new RegExp(w.score))
    await looksWhole(t, page, 'quality', isPlain)
    await page.getByRole('link', { name: w.differences, exact: true }).click()
    await goesTo(/difference$/)
    await page.locator('#difference-from').selectOption(older)
    await page.getByRole('button', { name: w.compare }).click()
    await goesTo(/from=/)
    t.match(await page.locator('.stats').textContent(), /100.*0.*0.*900/s)
    await looksWhole(t, page, 'difference', isPlain)
    await page.goto(`${origin}/data-versions/${id}`)
    await looksWhole(t, page, 'overview', isPlain)
    await page.goto(`${origin}/data-versions`)
    await looksWhole(t, page, 'list', isPlain)
    t.same(
      complaints.filter(words => !/status of 400/.test(words)),
      [],
    )
    await page.context().close()
  })
